"""The Python front door: what it takes (``arguments``), what it opens, and what can be asked of a run (``result``).

A ``training`` too.
"""

from __future__ import annotations

import copy
import doctest
import math
import pickle
import pydoc
import re
import sys
import traceback
from decimal import Decimal
from fractions import Fraction
from html import unescape
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import graphstep as gs
from tests.cases import each

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def run() -> gs.Run:
    return gs.run("q = x + y; f = q*z", x=-2, y=5, z=-4)


def test_a_run_has_output_inputs_and_gradients(run: gs.Run) -> None:
    assert run.output == -12.0
    assert run.inputs == {"x": -2.0, "y": 5.0, "z": -4.0}
    assert run.gradients == {"x": -4.0, "y": -4.0, "z": 3.0}


@each("key", ["q", "v4", "x+y", "x + y", "(x+y)"])
def test_a_node_is_found_by_name_id_or_text(run: gs.Run, key: str) -> None:
    node = run[key]
    assert (node.id, node.name, node.label, node.gate) == ("v4", "q", "x + y", "add")
    assert (node.value, node.gradient) == (3.0, -4.0)


def test_an_unknown_node_is_a_key_error_that_helps(run: gs.Run) -> None:
    with pytest.raises(KeyError, match="no node is called 'qq'; did you mean 'q'"):
        run["qq"]


def test_steps_are_a_sequence_and_explain_themselves(run: gs.Run) -> None:
    assert len(run.steps) == 7
    assert [step.n for step in run.steps] == [1, 2, 3, 4, 5, 6, 7]
    assert (
        run.steps[3]
        .explain()
        .startswith("× sends to q (switcher): df/dq = df/df · ∂f/∂q = 1 · (-4) = -4. Local gradient ∂f/∂q = z = -4.")
    )
    assert run.steps[-1].n == 7
    assert [step.n for step in run.steps[2:4]] == [3, 4]
    with pytest.raises(IndexError, match="7 steps"):
        run.steps[7]


def test_contributions_of_a_branch_are_kept_apart() -> None:
    node = gs.run("x*x", x=3)["x"]
    assert node.contributions == (3.0, 3.0)
    assert node.gradient == 6.0


def test_inputs_that_clash_with_parameters_are_given_as_a_mapping() -> None:
    run = gs.run("seed*ties + inputs", inputs={"seed": 2, "ties": 3, "inputs": 4})
    assert run.output == 10.0
    assert run.gradients == {"seed": 3.0, "ties": 2.0, "inputs": 1.0}


def test_numbers_of_every_kind_are_values() -> None:
    values = {"a": 1, "b": 0.5, "c": Fraction(1, 4), "d": np.float32(2), "e": np.array(3.0)}
    assert gs.run("a+b+c+d+e", inputs=values).output == 6.75


def test_cells_may_be_whole_numbers_of_any_size_fractions_and_decimals() -> None:
    run = gs.run("sum(x*y)", x=[10**30, Fraction(1, 4), Decimal("0.5")], y=Decimal(2))
    np.testing.assert_array_equal(run["x"].value, [1e30, 0.25, 0.5])
    with pytest.raises(gs.InputError, match="the value of x is too large for a float"):
        gs.run("sum(x)", x=[10**400])
    with pytest.raises(gs.InputError, match="x holds something besides numbers"):
        gs.run("sum(x)", x=[None, 1])


def test_what_stands_behind_a_mask_is_never_computed_with() -> None:
    with pytest.raises(gs.InputError, match="x has cells that are masked"):
        gs.run("sum(x)", x=np.ma.array([1.0, 2.0], mask=[False, True]))
    assert gs.run("sum(x)", x=np.ma.array([1.0, 2.0])).output == 3.0


@each("value", [None, True, 1j, object()])
def test_what_is_no_number_is_refused_by_name(value: object) -> None:
    with pytest.raises(gs.InputError, match=f"the value of x is of type {type(value).__name__}, not a number"):
        gs.run("x", inputs={"x": value})


def test_a_missing_value_is_an_error_that_says_what_to_give() -> None:
    with pytest.raises(gs.InputError) as caught:
        gs.run("x*y", x=1)
    assert caught.value.message == "no value for y"
    assert "y=…" in caught.value.hint


def test_a_superfluous_value_is_an_error() -> None:
    with pytest.raises(gs.InputError, match="'yy' does not stand in the program"):
        gs.run("x*y", x=1, y=2, yy=3)
    with pytest.raises(gs.InputError, match="'q' is assigned"):
        gs.run("q = x*2; q", x=1, q=3)


def test_e_and_pi_are_numbers_unless_they_are_given() -> None:
    assert gs.run("e*pi*x", x=1).output == math.e * math.pi
    assert gs.run("e*pi*x", x=1, e=2).output == 2 * math.pi
    assert gs.run("e*pi*x", x=1, e=2, pi=3).gradients == {"e": 3.0, "pi": 2.0, "x": 6.0}


def test_an_edit_is_a_new_run_and_leaves_the_old_one(run: gs.Run) -> None:
    other = run.edit(x=1)
    assert (other.output, run.output) == (-24.0, -12.0)


def test_seed_scales_every_gradient() -> None:
    assert gs.run("x*y", x=2, y=3, seed=2.5).gradients == {"x": 7.5, "y": 5.0}


def test_ties_are_first_or_split_and_nothing_else() -> None:
    assert gs.run("max(x, y)", x=2, y=2).gradients == {"x": 1.0, "y": 0.0}
    assert gs.run("max(x, y)", x=2, y=2, ties="split").gradients == {"x": 0.5, "y": 0.5}
    with pytest.raises(gs.InputError, match="ties"):
        gs.run("x", x=1, ties="last")  # type: ignore[arg-type]  # that is what is tested


def test_a_name_in_a_dictionary_is_spelled_as_programs_spell_it() -> None:
    # What Python does itself for a keyword: the ligature of f and i is two letters.
    assert gs.run("\N{LATIN SMALL LIGATURE FI}*x\u2081", inputs={"\N{LATIN SMALL LIGATURE FI}": 2, "x\u2081": 3}).output == 6.0
    for inputs in ([1], {1: 2}):
        with pytest.raises(gs.InputError, match="inputs takes the values of inputs by their names"):
            gs.run("x", inputs=inputs)  # type: ignore[arg-type]  # that is what is tested


def test_an_input_that_is_called_as_a_parameter_is_told_where_its_value_goes() -> None:
    with pytest.raises(gs.InputError, match="no value for seed") as caught:
        gs.run("seed*x", seed=2, x=3)
    assert caught.value.hint == 'seed= is a parameter of its own here: inputs={"seed": …}'
    with pytest.raises(gs.InputError, match="'digit' does not stand in the program") as caught:
        gs.run("x*x", x=3, digit=6)
    assert caught.value.hint == "did you mean 'digits'?"


@each("option", ["dtype", "language", "ties", "notation"])
def test_what_is_no_text_is_refused_as_the_option_that_it_is(option: str) -> None:
    with pytest.raises(gs.InputError):
        gs.run("x*x", x=1, **{option: np.float32})


@each("front", [gs.build, gs.from_latex, gs.from_numpy, lambda text: gs.train(text, params="w")])
def test_what_is_no_text_is_no_program(front: Callable[[object], object]) -> None:
    with pytest.raises(gs.InputError, match="a program is a text, and not of type int"):
        front(3)


def test_an_error_that_nobody_catches_shows_its_place_and_what_would_do() -> None:
    with pytest.raises(gs.ReadError) as caught:
        gs.run("x + foo(x)", x=1)
    shown = "".join(traceback.format_exception_only(caught.value))
    assert shown.endswith(f": there is no function called 'foo'\n  x + foo(x)\n      ^^^\nhint: {caught.value.hint}\n")
    caught.value.add_note("in cell 3")
    assert traceback.format_exception_only(caught.value)[-1] == "in cell 3\n"


@each(
    ("settings", "hint"),
    [
        ({"params": []}, "name the parameters, of the inputs w: params=['w', 'b']"),
        ({"clip_norm": -1}, "a length is above 0: clip_norm=1"),
        ({"lr": -1}, "maximize lets the output rise"),
    ],
)
def test_an_error_that_nobody_catches_names_keywords_and_no_options(settings: Any, hint: str) -> None:
    with pytest.raises(gs.InputError) as caught:
        gs.train("w^2", w=1, **{"params": ["w"], **settings})
    assert caught.value.__notes__ == [f"hint: {hint}"]
    assert "--" in caught.value.report(), "on the command line it is an option"


def test_rewriting_keeps_values_and_gradients() -> None:
    values = {"x": 0.3, "w": 2.0}
    plain = gs.run("sigmoid(w*x) * sigmoid(w*x)", inputs=values)
    for options in ({"share": True}, {"expand": True}, {"share": True, "expand": True}):
        other = gs.run("sigmoid(w*x) * sigmoid(w*x)", inputs=values, **options)
        assert math.isclose(other.output, plain.output, rel_tol=1e-12)
        for name, gradient in plain.gradients.items():
            assert math.isclose(other.gradients[name], gradient, rel_tol=1e-12)
    assert len(gs.run("1/(1+exp(-x))", x=1, fold=True).nodes) == 2
    with pytest.raises(gs.InputError, match="exclude"):
        gs.run("x", x=1, fold=True, expand=True)


def test_build_makes_a_networkx_graph_with_an_edge_for_every_slot() -> None:
    graph = gs.build("x*x + 2")
    assert list(graph.nodes) == ["v1", "v2", "v3"]
    assert sorted(graph.edges(keys=True)) == [("v1", "v2", 0), ("v1", "v2", 1), ("v2", "v3", 0)]
    assert graph.nodes["v3"]["symbol"] == "+2"
    assert graph.nodes["v3"]["constants"] == {1: 2.0}
    assert graph.graph == {"program": "x*x + 2", "output": "v3"}


def test_a_sympy_expression_runs_and_comes_back() -> None:
    sympy = pytest.importorskip("sympy")
    x, y = sympy.symbols("x y", real=True)
    run = gs.from_sympy(sympy.sin(x) * y + 1, x=0.5, y=2)
    assert math.isclose(run.output, 2 * math.sin(0.5) + 1)
    assert sympy.simplify(run.sympy() - (sympy.sin(x) * y + 1)) == 0
    assert run["x"].sympy() == x


def test_other_languages_take_the_options_of_a_run() -> None:
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x")
    for run in (gs.from_latex("x^2", x=3, seed=2), gs.from_numpy("x**2", x=3, seed=2), gs.from_sympy(x**2, x=3, seed=2)):
        assert run.gradients == {"x": 12.0}
    assert gs.from_latex("x^2", x=3, notation="lecture").trace.setup.notation == "lecture"


def test_inputs_that_are_data_have_no_gradient() -> None:
    assert gs.run("x*y", x=2, y=3, data="y").gradients == {"x": 3.0}


def test_a_run_says_which_nodes_it_has_and_what_it_is_asked_by(run: gs.Run) -> None:
    assert [key in run for key in ("q", "v4", "x+y", "zz", 3)] == [True, True, True, False, False]
    for ask in (lambda: run[3], lambda: list(run)):  # type: ignore[call-overload]  # that is what is tested
        with pytest.raises(TypeError, match=r"by its name, id or text; lists are run\.nodes and run\.steps"):
            ask()


def test_what_a_prompt_shows_is_short(run: gs.Run) -> None:
    assert repr(run["q"]) == "<v4 q = 'x + y' value=3 gradient=-4>"
    assert repr(run["x"]) == "<v1 'x' value=-2 gradient=-4>"
    assert repr(run.steps) == "<7 steps of 'q = x + y; f = q*z'>"
    large = gs.run("sum(x)", x=np.arange(1000.0))
    assert repr(large["x"]) == "<v1 'x' value=vector of 1000, mean 499.5, from 0 to 999 gradient=vector of 1000, every cell 1>"
    training = gs.train("(w*x - y)^2", params="w", x=1, y=2, w=0, steps=1)
    assert repr(training.round(0)) == "<Trace of '(w*x - y)^2', 8 steps>"
    assert "lambda" not in repr(training.round(0).updates)


def test_a_run_goes_to_another_process_with_all_of_its_numbers() -> None:
    run = gs.run("sum(tanh(W@x)^2)", W="randn(2,3)", x=[1, 2, 3], dtype="float32", seed=2, data="x", digits=6)
    sent = pickle.loads(pickle.dumps(run))
    assert sent.to_json() == run.to_json()
    assert sent.to_text() == run.to_text()
    assert copy.copy(run).trace is copy.deepcopy(run).trace is run.trace


@each(
    ("text", "settings", "values"),
    [
        (
            "mean((X@w - y)^2)",
            {"optimizer": "adam", "batch": "X,y:2", "held_out": "X,y:0.2"},
            {"X": np.eye(5, 2), "y": np.arange(5.0)},
        ),
        # Its loss is inf in round 1, and it never gets better than in round 0.
        ("(w[0]*x)^2", {"lr": 1e200}, {"x": 1}),
        ("(w[0]*x - 1)^2", {"lr": 2, "patience": 3}, {"x": 1}),
    ],
)
def test_a_training_goes_to_another_process_with_all_of_its_rounds(text: str, settings: Any, values: Any) -> None:
    training = gs.train(text, params=["w"], steps=9, w=[1.5, 0.5], **settings, **values)
    sent = pickle.loads(pickle.dumps(training))
    assert sent.to_dict() == training.to_dict()
    assert (repr(sent), sent.stopped, sent.history) == (repr(training), training.stopped, training.history)
    assert sent.round(0).updates[0].after.tolist() == training.round(0).updates[0].after.tolist()


def test_a_run_without_a_terminal_prints_its_steps(run: gs.Run, capsys: pytest.CaptureFixture[str]) -> None:
    run.show(at=2)
    assert capsys.readouterr().out == f"{run.to_text(at=2)}\n"


def test_help_and_completion_list_what_there_is() -> None:
    assert {*gs.__all__} <= {*dir(gs)}
    help_text = pydoc.plain(pydoc.render_doc(gs))
    for line in ("run(text:", "train(text:", "class ShapeError(", "class CaptureError("):
        assert line in help_text


def test_a_run_is_written_in_the_format_of_the_suffix(run: gs.Run, tmp_path: Path) -> None:
    assert run.to(tmp_path / "a.json").read_text(encoding="utf-8") == run.to_json()
    assert run.to(tmp_path / "a.txt", at=3).read_text(encoding="utf-8") == run.to_text(at=3)
    assert run.to(tmp_path / "a.md").read_text(encoding="utf-8") == run.to_markdown()
    assert run.to(tmp_path / "a.svg").read_text(encoding="utf-8") == run.to_svg()
    with pytest.raises(gs.InputError, match="suffix"):
        run.to(tmp_path / "a.docx")


def test_a_notebook_gets_text_markdown_and_picture(run: gs.Run) -> None:
    bundle = run._repr_mimebundle_(include=None, exclude=None)
    assert set(bundle) == {"text/plain", "text/markdown", "image/svg+xml", "text/html"}
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "output=-12" in repr(run)


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What a notebook is asked to show."""
    shown: list[dict[str, str]] = []
    display = ModuleType("IPython.display")
    monkeypatch.setattr(display, "display", lambda bundle, raw: shown.append(bundle), raising=False)
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return shown


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(run: gs.Run, displayed: list[dict[str, str]]) -> None:
    run._ipython_display_()
    (bundle,) = displayed
    frame = re.match(r'<iframe srcdoc="([^"]*)" sandbox="allow-scripts"', bundle["text/html"])
    assert frame
    assert unescape(frame[1]) == run._render("html", None)
    assert "× sends to q" in bundle["text/html"].split("</iframe>")[1], "what stands there where frames are taken out"


def test_a_notebook_shows_picture_and_solution_of_what_is_too_large_for_a_page(
    run: gs.Run, displayed: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphstep.faces.export.html.LIMIT", 1)
    run._ipython_display_()
    picture, solution = displayed
    assert "<svg" in picture["image/svg+xml"]
    # Notebooks know dollars, and neither the fences of Git hosts nor Mermaid.
    assert r"$\frac{d f}{d f} = 1$" in solution["text/markdown"]
    assert "```math" not in solution["text/markdown"]
    assert "mermaid" not in solution["text/markdown"]
    assert "## Gradients" in solution["text/markdown"]


def test_to_dict_holds_what_the_document_holds(run: gs.Run) -> None:
    with pytest.raises(gs.InputError, match="there is no step -1: this run has 7 steps"):
        run.to_dict(at=-1)
    document = run.to_dict()
    assert document["schema"] == 1
    assert document["gradients"] == run.gradients
    assert document["nodes"][3] | {"symbol": "+", "slots": [0, 1]} == {
        "id": "v4",
        "name": "q",
        "label": "x + y",
        "gate": "add",
        "operands": ["v1", "v2"],
        "shape": [],
        "span": [4, 9],
        "value": 3.0,
        "gradient": -4.0,
        "symbol": "+",
        "slots": [0, 1],
    }


def test_the_examples_in_the_docstrings_run() -> None:
    import graphstep.faces.api
    import graphstep.faces.training
    import graphstep.ground.errors
    import graphstep.ground.numerals

    for module in (gs, graphstep.faces.api, graphstep.faces.training, graphstep.ground.errors, graphstep.ground.numerals):
        result = doctest.testmod(module)
        assert result.attempted
        assert not result.failed


def test_check_is_a_function_whatever_was_imported_before() -> None:
    import importlib

    for name in ("graphstep.faces.api", "graphstep.engine", "graphstep.faces.cli.check"):
        importlib.import_module(name)
    assert gs.check("x*x", x=3).agrees


def test_a_run_shows_the_jacobian_of_a_gate_and_one_cell_and_what_is_wrong() -> None:
    run = gs.run("q = W@x; sum(q^2)", W=[[0.1, 0.5], [-0.3, 0.8]], x=[0.2, 0.4])
    np.testing.assert_array_equal(run.jacobian("q", "W").matrix, [[0.2, 0.4, 0, 0], [0, 0, 0.2, 0.4]])
    assert run.cell("W[0, 1]").value == pytest.approx(0.176)
    assert run.cell("q[1]", "value").value == pytest.approx(0.26)
    assert run.diagnose().findings == ()
    with pytest.raises(KeyError, match="sends 0 gradients"):
        run.jacobian("W", "q")


def test_a_step_is_shown_without_its_whole_run() -> None:
    assert repr(gs.run("sum(x)", x=[1.0] * 1000).steps[0]) == "RunStep(n=1, event='value', node=1, edge=None)"


class Unsearched(tuple[str, ...]):
    """Names that nobody may look through for one of them."""

    def __contains__(self, name: object) -> bool:
        raise AssertionError(f"{name} is looked for name by name")

    def index(self, *of: object) -> int:
        raise AssertionError(f"{of} is looked for name by name")


def test_inputs_are_looked_up_and_not_searched_for() -> None:
    run = gs.run("x*y + z", x=1, y=2, z=3)
    run.program.__dict__["inputs"] = Unsearched(run.program.inputs)
    assert run.edit(y=5).output == 8
    trained = gs.train(run.program.text, params=["x"], steps=1, x=1, y=2, z=3)
    assert trained.params["x"] < 1
    with pytest.raises(gs.GraphstepError, match="does not stand in the program"):
        run.edit(w=1)


def test_gradients_are_read_once_however_often_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    run = gs.run("+".join(f"x{i}^2" for i in range(30)), inputs={f"x{i}": float(i) for i in range(30)})
    reads: list[int] = []
    read = type(run.trace).gradient_of
    monkeypatch.setattr(type(run.trace), "gradient_of", lambda self, index: reads.append(index) or read(self, index))
    assert [run.gradients[f"x{i}"] for i in range(30)] == [2.0 * i for i in range(30)]
    assert len(reads) == 30


def test_a_run_is_asked_why_a_number_is_as_it_is() -> None:
    run = gs.run("log(a - b) + c", a=1, b=2, c=3)
    assert "It begins at ln, log(a-b)." in run.why("value f").lines()
    assert run.why(" value  f").to_dict() | {"links": []} == {
        "schema": 1,
        "program": "log(a - b) + c",
        "quantity": "value f",
        "symptom": "nan",
        "ending": "made",
        "links": [],
        "root": {"of": "value", "node": "v5", "step": 2, "number": "nan"},
    }
    with pytest.raises(gs.InputError, match="no node is called 'q'"):
        run.why("grad q")


@each(
    "text, data, lines",
    [
        ("q = 1*x; q*y", "y", ["Why df/dq = 2"]),
        ("q = y; x*q", "y", ["Why df/dy", "y is data: it gets no gradient."]),
        ("q = y*2; x*q", "y", ["Why df/dq", "q depends on no input but data: it gets no gradient."]),
        ("q = 3*2; x*q*y", (), ["Why df/dq", "q is a constant: it gets no gradient."]),
        ("q = x*x; y*2", (), ["Why df/dq = 0", "f does not depend on q: no way leads there."]),
    ],
)
def test_of_what_gets_no_gradient_it_is_said_why_and_no_number(text: str, data: str, lines: list[str]) -> None:
    run = gs.run(text, x=1, y=2, data=data)
    assert run.why("grad q" if lines[0].startswith("Why df/dq") else "grad y").lines()[: len(lines)] == lines


@each("text", ["x = 3; x+1", "1+2", "sin(cos(2))", "3"])
def test_without_an_input_the_output_has_its_seed_and_nothing_is_to_differentiate(text: str) -> None:
    run = gs.run(text)
    assert run.gradients == {}
    assert run.to_dict()["nodes"][-1]["gradient"] == 1.0
    assert run.to_dict()["steps"][-1]["gradient"] == 1.0
    assert "no input: nothing to differentiate" in run.to_text()
    assert "nan" not in run.to_text() + run.to_markdown()
    doubled = gs.run(text, seed=2)
    assert doubled.nodes[-1].gradient == 2.0


def test_a_prompt_and_a_notebook_show_what_a_report_says() -> None:
    run = gs.run("relu(x*y)", x=1, y=-2)
    for report in (run.check(), run.diagnose(), run.why("grad x")):
        assert repr(report) == "\n".join(report.lines())
        assert report._repr_markdown_().startswith("# ")
        assert "| " in report._repr_markdown_()


@each(
    "options",
    [
        {"steps": True},
        {"steps": 2.5},
        {"lr": [0.1]},
        {"optimizer": None},
        {"optimizer": "momentum", "momentum": "much"},
        {"clip_norm": "short"},
        {"until": [1.0, 2.0]},
        {"until": float("nan")},
        {"batch": 32},
        {"held_out": 0.2},
        {"params": None},
        {"params": [1]},
    ],
)
def test_a_setting_of_another_kind_is_refused_and_no_error_of_the_inside(options: dict[str, object]) -> None:
    with pytest.raises(gs.InputError):
        gs.train("(w*x - y)^2", **{"params": ["w"], "x": 1, "y": 2, "w": 0, **options})  # type: ignore[arg-type]


def test_a_training_counts_in_whole_numbers_of_numpy_too_and_is_written_as_asked(tmp_path: Path) -> None:
    training = gs.train(
        "(w*x - y)^2", params="w", x=1, y=2, w=0, steps=np.int64(3), patience=np.int32(2), digits=6, language="zh"
    )
    assert training.rounds == 3
    assert training.stopped != gs.train("(w*x - y)^2", params="w", x=1, y=2, w=0, steps=3).stopped
    assert "--digits=6" in training.to(tmp_path / "t.md").read_text(encoding="utf-8")
    with pytest.raises(IndexError, match="no round was run here"):
        gs.train("w^2", params="w", w=1, steps=0).round(0)


@each("option", [{"seed": 2}, {"dtype": "float32"}, {"data": "x"}])
def test_what_only_a_run_takes_is_no_input_of_a_training(option: dict[str, object]) -> None:
    with pytest.raises(gs.InputError, match=f"a training has no {next(iter(option))}"):
        gs.train("(w*x - y)^2", params="w", x=1, y=2, w=0, **option)
