"""Arrays in every view that is exported."""

from __future__ import annotations

import json
import math
import random
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.trace import trace
from graphstep.faces import export, notebook
from graphstep.faces.export._cells import Cells, nested, pieces
from graphstep.faces.export.json import to_dict
from graphstep.gates import STRUCTURAL
from graphstep.ground.errors import GraphstepError
from graphstep.language.read import read
from tests.cases import each
from tests.faces.export.test_export import SCHEMA, document, mathematics, tags

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace

FORMATS = export.formats()
GOLDEN_FORMATS = ("json", "md")
LONGEST_LINE = 3_000
"""Characters of a line that a person may still be asked to read."""
RANDOM = np.random.default_rng(3)
BATCH = {"x": 2.0, "W": [[1.0, -2.0, 0.0], [0.5, 3.0, -1.0]], "b": [1.0, 0.0, 1.0]}
EXAMPLES: dict[str, tuple[str, dict[str, Any], int | None]] = {
    "product": ("sum((W@x)^2)", {"W": [[0.1, 0.5], [-0.3, 0.8]], "x": [0.2, 0.4]}, None),
    "broadcast": ("h = x*W + b; mean(relu(h))", BATCH, None),
    "broadcast-at-7": ("h = x*W + b; mean(relu(h))", BATCH, 7),
}


def run(text: str, inputs: dict[str, Any], *, data: tuple[str, ...] = (), **options: Any) -> Trace:
    values = {name: np.asarray(value, np.float64) if np.ndim(value) else float(value) for name, value in inputs.items()}
    return trace(replace(read(text), data=frozenset(data)), values, **options)


def example(name: str) -> tuple[Trace, int | None]:
    text, inputs, at = EXAMPLES[name]
    return run(text, inputs), at


def network() -> Trace:
    """Two layers on a batch, which are data."""
    inputs = {"X": (64, 20), "W": (20, 10), "b": (10,), "V": (10, 3), "Y": (64, 3)}
    values = {name: np.random.default_rng(k).normal(size=shape) for k, (name, shape) in enumerate(inputs.items())}
    return run("h = relu(X@W + b); mean((h@V - Y)^2)", values, data=("X", "Y"))


# -- JSON ------------------------------------------------------------------------------------------------------------------------


def test_the_arrays_of_a_document_are_nested_lists() -> None:
    found = document(example("product")[0])
    assert found["output"] == pytest.approx(0.116)
    np.testing.assert_allclose(found["gradients"]["W"], [[0.088, 0.176], [0.104, 0.208]])
    np.testing.assert_allclose(found["gradients"]["x"], [-0.112, 0.636])
    assert [node["shape"] for node in found["nodes"]] == [[2, 2], [2], [2], [2], []]
    assert found["inputs"] == {"W": [[0.1, 0.5], [-0.3, 0.8]], "x": [0.2, 0.4]}


def test_a_send_holds_the_diagonal_of_its_jacobian_or_describes_what_is_not_formed() -> None:
    sends = [step for step in document(example("product")[0])["steps"] if step.get("event") == "send"]
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
    assert "data" not in document(example("product")[0])


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
        assert json.loads("".join(parts)) == nested(array)
        assert max(map(len, parts)) < 1_000_000
        entry = {"a": 1, "b": [Cells(array), Cells(array)]}
        assert json.loads("".join(pieces(entry))) == {"a": 1, "b": [nested(array), nested(array)]}


def test_a_document_of_a_hundred_thousand_cells_comes_in_pieces() -> None:
    made = run("sum(x)", {"x": RANDOM.normal(size=(100, 1000))})
    sizes = [len(piece) for piece in export.exporter("json").export(made)]
    assert max(sizes) < 1_000_000
    assert sum(sizes) > 4_000_000


# -- Markdown --------------------------------------------------------------------------------------------------------------------


def test_small_arrays_are_matrices_in_blocks_of_mathematics() -> None:
    solution = export.render(example("product")[0], "md")
    blocks = re.findall(r"^```math\n(.*?)\n```$", solution, re.MULTILINE | re.DOTALL)
    assert r"W &= \begin{bmatrix} 0.1 & 0.5 \\ -0.3 & 0.8 \end{bmatrix}" in blocks[0]
    assert r"\frac{d f}{d W} &= \begin{bmatrix} 0.088 & 0.176 \\ 0.104 & 0.208 \end{bmatrix}" in blocks[-1]
    assert not any("bmatrix" in line for line in solution.splitlines() if line.startswith("|")), "no table could hold them"


def test_shapes_stand_on_the_wires_of_the_graph() -> None:
    solution = export.render(example("broadcast")[0], "md")
    graph = solution.partition("```mermaid\n")[2].partition("\n```")[0]
    assert 'v2 -->|"2×3"| ' in graph
    assert 'v3 -->|"3"| ' in graph
    assert "copy to 2×3" in graph
    drawn = solution.partition("```text\n")[2].partition("## Forward")[0]
    assert "─2×3─" in drawn


def test_large_arrays_are_described() -> None:
    solution = export.render(network(), "md")
    table = solution.partition("## Large arrays")[2]
    rows = {line.split("|")[1].strip(): line for line in table.splitlines() if line.startswith("| `")}
    assert {"`X`", "`W`", "`∇W`", "`h`", "`∇h`", "`∇(X@W)`"} <= set(rows)
    assert "`∇X`" not in rows, "data get no gradient"
    assert "| 64×10 | 0 |" in rows["`h`"]
    assert re.search(r"\| \d\d\.\d% \| 0 \| `█[▁-█]+` \|$", rows["`h`"]), "a share of zeros, nothing that is not finite, bars"
    assert "50 of 200 cells and a direction" in solution
    assert "Data, for which no gradient is asked: $`X`$, $`Y`$." in solution


def test_what_is_not_known_yet_is_not_described() -> None:
    made = network()
    start = export.render(made, "md", 0)
    assert "`h`" not in start.partition("## Large arrays")[2]
    assert "∇" not in start.partition("## Large arrays")[2].partition("\n| ")[2]


def test_an_output_that_is_an_array_is_said_to_be_added_up() -> None:
    solution = export.render(run("2*x", {"x": [1.0, 2.0]}), "md")
    said = "$`f`$ is an array. What is differentiated is one number, "
    assert f"{said}$`L = \\mathrm{{sum}}\\left(f\\right)`$." in solution
    assert r"\frac{d L}{d x}" in solution
    assert r"\frac{d f}{d" not in solution, "the gradients are those of L"
    weighted = export.render(run("2*x", {"x": [1.0, 2.0]}, seed=np.array([1.0, 3.0])), "md")
    weights = r"\begin{bmatrix} 1 \\ 3 \end{bmatrix}"
    assert rf"{said}$`L = \mathrm{{sum}}\left({weights} \odot f\right)`$." in weighted


@pytest.mark.parametrize(("gates", "marker"), [(40, "| chain rule | shape | result |"), (200, "The largest contributions")])
def test_many_gates_on_arrays_stand_in_tables_and_very_many_in_a_summary(gates: int, marker: str) -> None:
    layers = [f"a{k} = tanh(W@a{k - 1} + b)" for k in range(1, gates // 3)]
    text = "; ".join(["a0 = W@x", *layers, f"sum(a{len(layers)})"])
    solution = export.render(run(text, {"W": [[0.5, 0.2], [-0.1, 0.9]], "x": [1.0, -1.0], "b": [0.1, 0.2]}), "md")
    assert marker in solution
    reads_well(solution)


def test_a_picture_has_the_shapes_in_gaps_of_its_wires() -> None:
    picture = export.render(example("broadcast")[0], "svg")
    assert picture.count(">2×3</text>") == 6
    gaps = re.findall(r'<path d="M([\d.]+) [\d.]+H([\d.]+)M([\d.]+) ', picture)
    assert len(gaps) == 7
    assert all(float(start) < float(stop) < float(on) for start, stop, on in gaps)


def test_a_round_of_training_ends_with_its_updates() -> None:
    trained = gs.train("mean((X@w - y)^2)", params=["w"], lr=0.1, steps=2, X=[[1.0, 2.0], [3.0, 4.0]], y=[1.0, 2.0], w=[0.0, 0.0])
    last = trained.round(-1)
    solution = export.render(last, "md")
    updates = solution.partition("\n## Update\n")[2]
    assert r"\leftarrow" in updates
    assert "numeric check" in solution.partition("\n## Update\n")[0], "the backward pass is done before"
    assert "## Update" not in export.render(last, "md", len(last) - 1)
    document(last)
    reads_well(solution)


def test_a_notebook_shows_arrays() -> None:
    bundle = notebook.bundle(example("product")[0], "a run")
    ElementTree.fromstring(bundle["image/svg+xml"])
    assert r"$$" in bundle["text/markdown"]
    assert r"\begin{bmatrix}" in bundle["text/markdown"]


# -- every format ----------------------------------------------------------------------------------------------------------------


def reads_well(markdown: str) -> None:
    """What holds of every solution: mathematics without bars, tables with as many cells as their header, no endless lines."""
    for latex in mathematics(markdown):
        assert latex.count("{") == latex.count("}"), latex
        assert latex.count(r"\begin") == latex.count(r"\end"), latex
        outside_words = re.sub(r"\\text\{[^{}]*\}", "", latex)
        assert not re.search(r"\\operatorname|[|`#%$]", latex), latex
        assert not re.search(r"(?<!\\)\bnan\b(?!\})", outside_words), latex
    columns = 0
    for line in markdown.splitlines():
        assert len(line) < LONGEST_LINE, line[:200]
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert cells in (0, columns) or not columns, line
        columns = cells


@each("name", FORMATS)
@each("which", EXAMPLES)
def test_every_format_takes_every_step_of_an_example(name: str, which: str) -> None:
    made, _ = example(which)
    texts = [export.render(made, name, at) for at in range(len(made) + 1)]
    assert len(set(texts)) == len(texts)


def leaves(choose: random.Random) -> tuple[list[str], dict[str, Any]]:
    """Inputs of a few shapes, some of them without cells or with something that is not finite."""
    inputs: dict[str, Any] = {}
    for k in range(2 + choose.randrange(3)):
        shape = choose.choice([(), (3,), (2, 3), (3, 2), (1, 3), (3, 3), (2, 2, 3), (0, 3), (40, 3)])
        cells = np.random.default_rng(choose.randrange(1 << 30)).normal(size=shape).round(2)
        if choose.randrange(8) == 0 and cells.size:
            cells.flat[0] = choose.choice([math.inf, -math.inf, math.nan, 1e300])
        inputs[f"x{k}"] = cells
    return list(inputs), inputs


FORMS = (
    "{x} @ {y}", "{x} + {y}", "{x} * {y}", "{x} - {y}", "max({x}, {y})", "relu({x})", "tanh({x})", "({x})^2",
    "3*{x} + 1", "log({x})", "1/({x})", "sum({x})", "sum({x}, axis=0)", "mean({x}, axis=-1, keepdims=true)", "max({x})",
    "min({x}, axis=0)", "norm({x})", "var({x})", "({x}).T", "({x})[0]", "({x})[..., ::2]", "reshape({x}, -1)",
    "concat({x}, {x})", "stack({x}, {y})", "outer({x}, {y})", "dot({x}, {y})", "softmax({x})", "log_softmax({x})",
    "logsumexp({x})", "logsumexp({x}, axis=-1)", "mse({x}, {y})",
)  # fmt: skip
"""What is done to inputs and to what came of them, where the shapes allow it."""


def random_run(seed: int) -> Trace:
    """A program that grows by whatever fits the shapes that there are."""
    choose = random.Random(seed)
    known, inputs = leaves(choose)
    statements: list[str] = []
    for k in range(1 + choose.randrange(8)):
        form = choose.choice(FORMS).format(x=choose.choice(known[-4:]), y=choose.choice(known[-4:]))
        trial = [*statements, f"q{k} = {form}"]
        try:
            run("; ".join(trial), {name: value for name, value in inputs.items() if any(name in text for text in trial)})
        except GraphstepError:
            continue
        statements = trial
        known.append(f"q{k}")
    statements = statements or ["q0 = x0 * x0"]
    used = {name: value for name, value in inputs.items() if any(name in text for text in statements)}
    return run("; ".join(statements), used, data=tuple(used)[:1] if choose.randrange(4) == 0 else ())


@each("seed", range(6))
def test_random_programs_of_arrays_are_exported(seed: int) -> None:
    made = random_run(seed)
    half = len(made) // 2
    for at in (None, half):
        for name in FORMATS:
            text = export.render(made, name, at)
            assert text.endswith("\n")
            if name == "md":
                reads_well(text)
                assert "script" not in set(tags(text))
            elif name == "svg":
                ElementTree.fromstring(text)
        assert to_dict(made, at) == document(made, at)


# -- golden documents ------------------------------------------------------------------------------------------------------------


@each("name", GOLDEN_FORMATS)
@each("which", EXAMPLES)
def test_documents_are_as_the_golden_ones(which: str, name: str, golden) -> None:
    golden(f"export/arrays-{which}{export.exporter(name).SUFFIX}", export.render(example(which)[0], name, example(which)[1]))
