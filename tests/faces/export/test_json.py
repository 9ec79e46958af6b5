"""JSON: every document fits the schema, of numbers and of arrays, and says what the run says."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import graphstep as gs
from graphstep.faces import export
from graphstep.faces.export._cells import Cells, pieces
from graphstep.faces.export.json import to_dict
from graphstep.gates import ELEMENTWISE, STRUCTURAL
from graphstep.ground.arrays import json_data
from tests.cases import each
from tests.faces.export.examples import (
    EXAMPLES,
    SCHEMA,
    document,
    example,
    run,
)
from tests.programs import seeded


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@each("which", EXAMPLES)
def test_every_step_of_an_example_fits_the_schema(which: str) -> None:
    made, _ = example(which)
    for at in range(len(made) + 1):
        assert len(document(made, at)["steps"]) == at


@each("seed", range(15))
def test_random_programs_fit_the_schema(seed: int) -> None:
    case = seeded(seed)
    made = run(case.text, case.inputs)
    found = document(made)
    assert found["gradients"] == pytest.approx({n: float(made.gradient_of(i)) for i, n in enumerate(made.program.inputs)})
    document(made, len(made) // 2)


def test_an_input_that_is_data_has_no_gradient_where_it_is_the_output_either() -> None:
    made = gs.run("i = x*y; x", x=2, y=3, data="x")
    assert made.to_dict()["gradients"] == {"x": None, "y": 0.0}


def test_an_option_that_is_a_text_fits_the_schema() -> None:
    made = run('einsum("ij,j->i", W, x)', {"W": np.ones((2, 3)), "x": np.ones(3)})
    assert document(made)["nodes"][-1]["options"] == {"subscripts": "ij,j->i"}


@each("name", [name for name, gate in ELEMENTWISE.items() if gate.functions])
def test_every_function_fits_the_schema(name: str) -> None:
    gate = ELEMENTWISE[name]
    count = max(gate.arity[0], 1)
    arguments = [f"x{i}" for i in range(count)]
    text = f"{gate.functions[0]}({', '.join(arguments)})"
    made = run(text, dict.fromkeys(arguments, 0.5))
    assert document(made)["nodes"][-1]["gate"] == name


def test_the_document_is_the_one_in_the_design() -> None:
    found = document(example("lecture")[0])
    assert found["inputs"] == {"x": -2.0, "y": 5.0, "z": -4.0}
    assert found["output"] == -12.0
    assert found["gradients"] == {"x": -4.0, "y": -4.0, "z": 3.0}
    sum_node = next(node for node in found["nodes"] if node["label"] == "x+y")
    assert {k: sum_node[k] for k in ("id", "name", "gate", "operands", "shape", "span", "value", "gradient")} == {
        "id": "v4", "name": None, "gate": "add", "operands": ["v1", "v2"], "shape": [], "span": [1, 4],
        "value": 3.0, "gradient": -4.0,
    }  # fmt: skip
    assert found["steps"][0] == {"n": 1, "phase": "forward", "node": "v4", "value": 3.0}
    assert found["steps"][2] == {"n": 3, "phase": "backward", "event": "seed", "node": "v5", "gradient": 1.0}
    assert found["steps"][3] == {
        "n": 4, "phase": "backward", "event": "send", "from": "v5", "to": "v4", "slot": 0,
        "upstream": 1.0, "local": -4.0, "contribution": -4.0, "pattern": "switcher",
    }  # fmt: skip


def test_sums_hold_their_contributions() -> None:
    assert document(example("square")[0])["steps"][-1] == {
        "n": 5, "phase": "backward", "event": "sum", "node": "v1", "contributions": [3.0, 3.0], "gradient": 6.0,
    }  # fmt: skip


def test_infinities_and_nan_are_strings() -> None:
    found = document(run("log(x)*0 + 1/y", {"x": 0.0, "y": math.inf}))
    assert [node["value"] for node in found["nodes"]] == [0.0, "inf", "-inf", "nan", 0.0, "nan"]
    assert found["inputs"] == {"x": 0.0, "y": "inf"}
    assert found["output"] == "nan"


def test_to_dict_is_what_the_document_says() -> None:

    for which in EXAMPLES:
        made, at = example(which)
        assert to_dict(made, at) == json.loads(export.render(made, "json", at))


RANDOM = np.random.default_rng(3)


def test_the_arrays_of_a_document_are_nested_lists() -> None:
    found = document(example("arrays-product")[0])
    assert found["output"] == pytest.approx(0.116)
    np.testing.assert_allclose(found["gradients"]["W"], [[0.088, 0.176], [0.104, 0.208]])
    np.testing.assert_allclose(found["gradients"]["x"], [-0.112, 0.636])
    assert [node["shape"] for node in found["nodes"]] == [[2, 2], [2], [2], [2], []]
    assert found["inputs"] == {"W": [[0.1, 0.5], [-0.3, 0.8]], "x": [0.2, 0.4]}


def test_a_send_holds_the_diagonal_of_its_jacobian_or_describes_what_is_not_formed() -> None:
    sends = [step for step in document(example("arrays-product")[0])["steps"] if step.get("event") == "send"]
    by_gate = {(step["from"], step["slot"]): step for step in sends}
    total, power, to_matrix, to_vector = (by_gate[key] for key in (("v5", 0), ("v4", 0), ("v3", 0), ("v3", 1)))
    assert (total["local"], total["jacobian"]) == (None, {"structure": "repetition", "shape": [1, 2]})
    np.testing.assert_allclose(power["local"], [0.44, 0.52])
    assert power["jacobian"] == {"structure": "diagonal", "shape": [2, 2]}
    assert (to_matrix["local"], to_matrix["jacobian"]) == (None, {"structure": "block", "shape": [2, 4]})
    assert (to_vector["local"], to_vector["jacobian"]) == (None, {"structure": "dense", "shape": [2, 2]})
    np.testing.assert_allclose(to_matrix["contribution"], [[0.088, 0.176], [0.104, 0.208]])


def test_options_and_data_are_part_of_a_document() -> None:
    made = run("sum(x[0, ::2, ...], axis=0, keepdims=true) * y", {"x": np.ones((2, 3)), "y": 2.0}, data=("y",))
    found = document(made)
    told = {node["gate"]: node.get("options") for node in found["nodes"]}
    assert told["index"] == {"index": [0, {"start": None, "stop": None, "step": 2}, "..."]}
    assert told["sum"] == {"axis": 0, "keepdims": True}
    assert told["broadcast"] == {"shape": [1]}
    assert (told["mul"], told[None]) == (None, None), "what was told nothing has no options"
    assert found["data"] == ["y"]
    assert found["gradients"]["y"] is None
    assert "data" not in document(example("arrays-product")[0])


def test_what_is_not_finite_is_a_string_inside_an_array() -> None:
    found = document(run("log(x)", {"x": [[-1.0, 0.0], [math.inf, 1.0]]}))
    assert found["output"] == [["nan", "-inf"], ["inf", 0.0]]
    assert found["inputs"]["x"] == [[-1.0, 0.0], ["inf", 1.0]]
    assert found["steps"][1]["gradient"] == [[1.0, 1.0], [1.0, 1.0]], "the seed of an array is 1 in every cell"


@each("name", STRUCTURAL)
def test_the_schema_knows_every_pattern_and_structure(name: str) -> None:
    send = SCHEMA["$defs"]["send"]["properties"]
    assert set(STRUCTURAL[name].pattern) - {""} <= set(send["pattern"]["enum"])


def test_a_large_array_is_written_in_pieces_that_are_its_lists() -> None:
    for shape in ((70_000,), (3, 40_000), (2, 3, 10), (300, 40), (0, 5), (5, 0)):
        array = RANDOM.normal(size=shape)
        array.flat[: min(2, array.size)] = [math.nan, -math.inf][: min(2, array.size)]
        parts = list(pieces(Cells(array)))
        assert json.loads("".join(parts)) == json_data(array)
        assert max(map(len, parts)) < 1_000_000
        entry = {"a": 1, "b": [Cells(array), Cells(array)]}
        assert json.loads("".join(pieces(entry))) == {"a": 1, "b": [json_data(array), json_data(array)]}


def test_a_document_of_a_hundred_thousand_cells_comes_in_pieces() -> None:
    made = run("sum(x)", {"x": RANDOM.normal(size=(100, 1000))})
    sizes = [len(piece) for piece in export.exporter("json").export(made)]
    assert max(sizes) < 1_000_000
    assert sum(sizes) > 4_000_000
