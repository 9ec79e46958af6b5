"""Every printed line is true: no symbol has two values, and no equation is contradicted by its own digits."""

from __future__ import annotations

import random
import shlex
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import graphstep as gs
from graphstep.faces.cli import main
from graphstep.faces.export import render
from graphstep.gates.notation import LATEX
from graphstep.gates.notation.mathml import MATHML
from graphstep.gates.notation.term import Term
from graphstep.ground.operands import Constant
from graphstep.language.read import read
from graphstep.telling.explain import explain
from graphstep.telling.names import Names, name_of, names_of
from tests.cases import each
from tests.printed import chains_of, false_array_equations, false_equations, is_close, value_of
from tests.programs import seeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.trace import Trace
    from graphstep.telling.explanation import Ladder

CLASSROOM = [
    "sigmoid(w*x+b)",
    "tanh(w*x+b)",
    "softplus(w*x+b)",
    "-(y*log(sigmoid(w*x)) + (1-y)*log(1-sigmoid(w*x)))",
    "x*y+x*z",
    "x-y",
    "(x+y)*z",
    "1/(1+exp(-(w0*x0+w1*x1+w2)))",
    "x/y",
    "sqrt(x^2+y^2)",
    "exp(-x^2/2)",
    "log(1+exp(x))",
    "(w*x+b-y)^2",
    "x^3-2*x+1",
    "elu(x)",
    "gelu(x)",
    "silu(x)",
    "sin(x)*cos(y)",
    "max(x,y)*z",
    "x/(x+y)",
    "q = x*y; q + q*q",
    "tanh(tanh(w*x)*v)",
    "abs(x-y)*0.1",
    "x^y",
    "(x*y)*2 + (x*y)^2",
]
ARRAYS = [
    ("sum((W@x+b)^2)", {"W": (2, 2), "x": (2,), "b": ()}),
    ("softmax(x)", {"x": (3,)}),
    ("sum(softmax(X)*c)", {"X": (2, 2), "c": (2,)}),
    ("mean(tanh(X@W + b))", {"X": (2, 3), "W": (3, 2), "b": (2,)}),
    ("sum(x/norm(x)*y)", {"x": (3,), "y": (3,)}),
    ("logsumexp(x) - dot(x, y)", {"x": (3,), "y": (3,)}),
    ("mean((x - mean(x))^2)", {"x": (4,)}),
    ("x @ W", {"x": (2,), "W": (2, 3)}),
    ("max(x)*sum(x*x)", {"x": (3,)}),
    ("cross_entropy(x, 1)", {"x": (3,)}),
    ("cross_entropy(x @ W, 1)", {"x": (2,), "W": (2, 3)}),
    ("sum(norm(x, axis=0))", {"x": (2, 2)}),
]
PINNED = [
    ("sigmoid(x)", {"x": 10}),
    ("sigmoid(x)", {"x": 40}),
    ("sigmoid(x)", {"x": -800}),
    ("tanh(x)", {"x": 12}),
    ("x-y", {"x": 1.00001, "y": 1}),
    ("x-y", {"x": 1.0000000000000002, "y": 1}),
    ("x*y+x*z", {"x": 3, "y": 1000000, "z": -999999.5}),
    ("sigmoid(w*x+b)", {"w": 6.8, "x": 4.5, "b": -1.4}),
    ("1/3*x + x/7 - x*2/3", {"x": 1}),
    ("gelu(x)", {"x": -14.003}),
    ("elu(x)", {"x": -1e-17}),
    ("exp(x)", {"x": 800}),
    ("exp(x)", {"x": -800}),
    ("x*y", {"x": 1e-200, "y": 1e-200}),
    ("x*y", {"x": 1e200, "y": -1e200}),
    ("log(x)", {"x": 0}),
    ("x/y", {"x": 1e-170, "y": 1e-170}),
    ("x+y", {"x": 0.1, "y": 0.2}),
    ("x*12345.678", {"x": 1 / 3}),
]


def _ladders(trace: Trace) -> Iterator[Ladder]:
    for n in range(len(trace) + 1):
        said = explain(trace, n)
        yield from (ladder for ladder in (*said.before, said.ladder, said.local) if ladder is not None)


def _false(trace: Trace) -> list[str]:
    return [wrong for ladder in _ladders(trace) for wrong in (*false_equations(ladder.line), *false_array_equations(ladder.line))]


@each("text", CLASSROOM)
def test_every_numeric_rung_of_a_classroom_formula_is_true_as_printed(text: str) -> None:
    names, dice = read(text).inputs, random.Random(text)
    rungs = about = 0
    for spread in (1, 3, 10):
        for _ in range(2):
            trace = gs.run(text, inputs={name: dice.gauss(0, spread) for name in names}).trace
            assert not _false(trace)
            for ladder in _ladders(trace):
                rungs += sum(rung.kind == "numbers" for rung in ladder.rungs)
                about += sum(rung.relation == "≈" for rung in ladder.rungs)
    assert about * 50 <= rungs


@each(("text", "inputs"), PINNED, ids=lambda x: x if isinstance(x, str) else "")
def test_equations_at_the_edge_of_the_digits_are_true_as_printed(text: str, inputs: dict[str, float]) -> None:
    assert not _false(gs.run(text, inputs=inputs).trace)


@each("seed", range(20))
def test_equations_of_random_programs_are_true_as_printed(seed: int) -> None:
    case = seeded(seed)
    assert not _false(gs.run(case.text, inputs=case.inputs).trace)


_REPORTS = ["check", "jacobian", "diagnose"]
_NEURON = ["sigmoid(w*x + b)*w", "w=6.8", "x=4.5", "b=-1.4"]
_LOSS = ["mean((X@w + b - y)^2)", "X=[[1,2],[3,4],[5,7]]", "y=[1,2,3]", "w=[0.13,-0.27]", "b=0.333"]


def test_equations_of_reports_and_documents_are_true_as_printed(capsys: pytest.CaptureFixture[str]) -> None:
    calls = [[report, *words] for report in _REPORTS for words in (_NEURON, _LOSS)]
    calls += [
        [*words, "--format", "md", *more] for words in (_NEURON, _LOSS) for more in ([], ["--digits", "7"], ["--seed", "2.5"])
    ]
    calls += [["jacobian", *_NEURON, "--cell", "dw"], ["jacobian", *_LOSS, "--cell", "dw[1]"], ["why", "dw", *_NEURON]]
    training = ["train", *_LOSS, "--params", "w,b", "--steps", "3", "--at-round", "2", "--optimizer"]
    calls += [[*training, optimizer] for optimizer in ("momentum", "adagrad", "adamw")]
    calls += [["exercise", "--kind", kind, "--seed", "5", "--key"] for kind in ("sigmoid", "loss")]
    equations = 0
    for call in calls:
        main(call)
        for chain in chains_of(capsys.readouterr().out):
            equations += chain.count(" = ")
            assert not (*false_equations(chain), *false_array_equations(chain)), (call, chain)
    assert equations > 200


@each(("text", "shapes"), ARRAYS, ids=lambda x: x if isinstance(x, str) else "")
def test_equations_of_small_arrays_are_true_in_every_cell(text: str, shapes: dict[str, tuple[int, ...]]) -> None:
    dice = np.random.default_rng(3)
    for spread, places in ((1, 2), (3, 2), *((1, 15), (3, 15), (10, 15)) * 3):
        inputs = {name: np.round(dice.normal(0, spread, shape), places) for name, shape in shapes.items()}
        assert not _false(gs.run(text, inputs=inputs).trace)


@each(
    ("text", "inputs", "rung"),
    [
        ("sum(x)", {"x": [0.1, 0.2, -0.3]}, "sum([0.1, 0.2, -0.3]) ≈ 5.551e-17 (float64 rounds here)"),
        ("mean(x)", {"x": [0.1, 0.2, -0.3]}, "mean([0.1, 0.2, -0.3]) ≈ 1.850e-17 (float64 rounds here)"),
        (
            "dot(x, y)",
            {"x": [0.1, 0.2, -0.3], "y": [1, 1, 1]},
            "dot([0.1, 0.2, -0.3], [1, 1, 1]) ≈ 5.551e-17 (float64 rounds here)",
        ),
        ("x @ y", {"x": [0.1, 0.2, -0.3], "y": [1, 1, 1]}, "[0.1, 0.2, -0.3] @ [1, 1, 1] ≈ 5.551e-17 (float64 rounds here)"),
        ("sum(x)", {"x": [1e-17, 2e-17]}, "sum([1e-17, 2e-17]) = 3e-17"),
        ("sum(x)", {"x": [0.5, -0.5]}, "sum([0.5, -0.5]) = 0"),
    ],
)
def test_what_rounding_leaves_of_a_sum_of_cells_is_no_equation(text: str, inputs: dict[str, list[float]], rung: str) -> None:
    ladder = explain(gs.run(text, inputs={name: np.array(x, float) for name, x in inputs.items()}).trace, 1).ladder
    assert ladder is not None
    assert ladder.line.endswith(rung)


@each(
    ("text", "rung"),
    [
        ("cumsum(x, axis=1)", "cumsum([[-3.1460, 2.8188, 1.6476]], axis=1) = [[-3.146, -0.3272, 1.320]]"),
        ('einsum("ij->", x)', 'einsum("ij->", [[-3.1460, 2.8188, 1.6476]]) = 1.320'),
        ("conv1d(x, w, stride=2)", "conv1d([[-3.1460, 2.8188, 1.6476]], [[[1, 1]]], stride=2) = [[-0.3272]]"),
    ],
)
def test_digits_are_chosen_where_a_formula_holds_options_too(text: str, rung: str) -> None:
    x, w = np.array([[-3.14601457, 2.818793646, 1.64759413]]), np.ones((1, 1, 2))
    ladder = explain(gs.run(text, inputs={"x": x, "w": w} if "w" in text else {"x": x}).trace, 1).ladder
    assert ladder is not None
    assert ladder.line.endswith(rung)


def test_a_node_is_numbered_where_its_text_is_long_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = {"X": (6, 4), "W1": (4, 5), "b1": (5,), "W2": (5, 3), "b2": ()}
    texts = [*ARRAYS, ("relu(X@W1+b1)@W2+b2", layers)]
    shaped = [gs.run(text, inputs={name: np.ones(shape) for name, shape in shapes.items()}).program for text, shapes in texts]
    programs = [*(read(seeded(n).text) for n in range(200)), *shaped]
    quick = [Names(program).texts for program in programs]
    # What it would be without the look ahead that spares the spelling of long texts.
    monkeypatch.setattr("graphstep.telling.names._is_long", lambda *_: False)
    assert quick == [Names(program).texts for program in programs]


def _arrays(ladder: Ladder) -> Iterator[Any]:
    """The arrays that a ladder writes."""
    parts: list[Any] = [rung.term for rung in ladder.rungs]
    while parts:
        part = parts.pop()
        if isinstance(part, Term):
            parts.extend(part.arguments)
        elif isinstance(part, np.ndarray):
            yield part


def _may_be_rounding(array: Any) -> bool:
    """Whether an array has a cell so much smaller than the largest as rounding leaves it of a sum."""
    sizes = np.abs(array) / np.max(np.abs(array), initial=0.0)
    return bool(np.any((sizes > 1e-19) & (sizes < 1e-15)))


@each(
    "text",
    [
        "log(x)",
        "x*y",
        "x/y",
        "1/x",
        "x^2",
        "sqrt(x)",
        "prod(x)",
        "log(softmax(z))",
        "norm(x)",
        "log(exp(z))",
    ],
)
def test_equations_of_cells_of_very_different_size_are_true_and_blame_no_rounding(text: str) -> None:
    dice = np.random.default_rng(7)
    for _ in range(12):
        # To two digits, as somebody types them.
        sizes = [float(f"{number:.2g}") for number in 10.0 ** dice.uniform(-25, 25, 6)]
        inputs = {"x": np.array(sizes[:3]), "y": np.array(sizes[3:]), "z": np.round(dice.uniform(-90, 0, 3), 1)}
        trace = gs.run(text, inputs={name: inputs[name] for name in read(text).inputs}).trace
        assert not _false(trace)
        lines = [ladder.line for ladder in _ladders(trace) if not any(map(_may_be_rounding, _arrays(ladder)))]
        assert lines
        assert "rounds here" not in "".join(lines)


@each(
    ("text", "inputs", "rung"),
    [
        ("bce(p, t)", {"p": 0.0, "t": 0.0}, "(0 - 0) / (0 · (1 - 0)) ≈ 1 (the limit: as written it is undefined)"),
        ("bce(p, t)", {"p": 1.0, "t": 1.0}, "(1 - 1) / (1 · (1 - 1)) ≈ -1 (the limit: as written it is undefined)"),
        ("var(v)", {"v": np.array([1e308, 1e308])}, "≈ [0, 0] (as written it leaves the range of float64)"),
        ("var(v)", {"v": np.array([0.0, np.inf])}, "≈ [nan, nan] (undefined)"),
        ("sin(x)", {"x": 1e200}, "cos(1e200) ≈ 0.7651 (float64 rounds here)"),
    ],
)
def test_a_form_that_does_not_come_to_the_value_says_why(text: str, inputs: dict[str, Any], rung: str) -> None:
    trace = gs.run(text, inputs=inputs).trace
    explanation = explain(trace, 3)
    ladders = [ladder.line for ladder in (explanation.ladder, explanation.local) if ladder is not None]
    assert any(rung in line for line in ladders), ladders


def _symbols(trace: Trace) -> Iterator[tuple[str, object]]:
    """Every symbol that a run prints, with the value that it stands for there: what stands left, and the names of nodes."""
    for ladder in _ladders(trace):
        if ladder.rungs[-1].kind == "value" and ladder.rungs[0].relation != "←":
            yield ladder.left_text, ladder.rungs[-1].term.arguments[0]
    for index, node in enumerate(trace.program.nodes):
        yield name_of(trace.program, index), trace.value_of(index)
        yield from ((x.text, x.value) for x in node.operands if isinstance(x, Constant) and x.text.isidentifier())


def _clashes(trace: Trace) -> list[str]:
    values: dict[str, object] = {}
    clashes = []
    for symbol, value in _symbols(trace):
        kept = values.setdefault(symbol, value)
        one, other = np.ravel(np.asarray(kept, float)), np.ravel(np.asarray(value, float))
        if one.shape != other.shape or not all(map(is_close, one.tolist(), other.tolist())):
            clashes.append(f"{symbol}: {kept} and {value}")
    return clashes


@each("seed", range(30))
def test_within_one_run_no_symbol_has_two_values(seed: int) -> None:
    case = seeded(seed)
    assert not _clashes(gs.run(case.text, inputs=case.inputs, seed=1 if seed % 3 else 2.5).trace)


@each(
    "text",
    [*CLASSROOM, "x*x", "x + x", "max(x, x)", "x^x", "u1 = x*y; u1 + (x*y)^2 + (x*y)", "d = x*y; d*d + dx*x", "f = 3; f*x"],
)
def test_in_a_classroom_formula_no_symbol_has_two_values(text: str) -> None:
    inputs = {name: 0.5 + 0.25 * k for k, name in enumerate(read(text).inputs)}
    for seed in (1, -2):
        assert not _clashes(gs.run(text, inputs=inputs, seed=seed).trace)


@each("text", ["sum((v*W)^2) + sum(v*W)", "sum(v*W@v) + sum((v*W@v)^2)", "sum((v+W)*(v+W))", "sum(max(v, W))*sum(max(v, W) + W)"])
def test_what_is_typed_twice_has_two_names_also_where_copies_are_read(text: str) -> None:
    run = gs.run(text, v=[8.0, 0.0, 3.0], W=[[1, -2, 3], [0.5, 4, 1], [2, 2, -1]])
    assert not _clashes(run.trace)
    names = names_of(run.trace.program).texts
    assert len(set(names)) == len(names)


@each(
    "text",
    [
        "(x*y)*2 + (x*y)^2",
        "x1 + 2*x_1",
        "u1*x + u_2*exp(x*u1*u_2*x1)",
        "tanh(x*y)*tanh(x*y) + (x*y)*2",
        "relu(x)*2 + max(0, x)*3 + norm(x) + |x|",
        "square(x) + x^2 + log1p(x) + log(1 + x) + expm1(x) + (exp(x) - 1)",
        "silu(x) + x*sigmoid(x) + (x > 1)*where(x > 1, 1, 0)",
        "(x)^(1)*2 + x",
        "h = x; repeat 1 { h = log(h*y) + (y^1) }; h",
    ],
)
def test_no_node_has_the_name_of_another(text: str) -> None:
    program = read(text)
    names = names_of(program)
    assert len(set(names.texts)) == len(program.nodes)
    for style in (LATEX, MATHML):
        assert len({names.ink(index, style).text for index in range(len(program.nodes))}) == len(program.nodes)


def test_the_table_of_names_replaces_what_has_a_name_and_numbers_what_is_long_or_stands_twice() -> None:
    assert names_of(read("(x*y)*2 + (x*y)^2")).texts == ("x", "y", "u1", "u1*2", "u2", "u2^2", "f")
    neuron = names_of(read("1/(1+exp(-(w0*x0+w1*x1+w2)))"))
    assert neuron.texts[5:] == ("w0*x0", "w1*x1", "w0*x0+w1*x1", "u1", "-u1", "exp(-u1)", "1+exp(-u1)", "f")
    assert neuron.definitions == {8: "w0*x0+w1*x1+w2"}
    assert names_of(read("u1*2 + exp(sin(u1)*cos(u1))")).numbered.keys() == {"v1"}


@each(
    ("text", "inputs", "line"),
    [
        ("(x+y)*z", {"x": -2, "y": 5, "z": -4}, "df/d(x+y) = df/df · ∂f/∂(x+y) = 1 · (-4) = -4"),
        ("x*x", {"x": 3}, "df/dx⁽¹⁾ = df/df · ∂f/∂x⁽¹⁾ = 1 · 3 = 3. Local gradient ∂f/∂x⁽¹⁾ = x⁽²⁾ = 3."),
        ("x*x", {"x": 3}, "df/dx = df/dx⁽¹⁾ + df/dx⁽²⁾ = 3 + 3 = 6"),
        ("q = x*y; q + q*q", {"x": 2, "y": 3}, "df/dq⁽²⁾ = df/d(q*q) · ∂(q*q)/∂q⁽²⁾ = 1 · 6 = 6"),
        ("q = x*y; q + q*q", {"x": 2, "y": 3}, "df/dq = df/dq⁽¹⁾ + df/dq⁽²⁾ + df/dq⁽³⁾ = 1 + 6 + 6 = 13"),
        ("(x*y)*2 + (x*y)^2", {"x": 2, "y": 3}, "df/dx⁽²⁾ = df/du2 · ∂u2/∂x⁽²⁾ = 12 · 3 = 36"),
        ("(x*y)*2 + (x*y)^2", {"x": 2, "y": 3}, "df/dx = df/dx⁽¹⁾ + df/dx⁽²⁾ = 6 + 36 = 42"),
        ("score = x*2; loss = score^2", {"x": 1}, "d(loss)/d(score) = d(loss)/d(loss) · ∂loss/∂score = 1 · 4 = 4"),
        ("d*x", {"d": 2, "x": 3}, "Df/Dx = Df/Df · ∂f/∂x = 1 · 2 = 2"),
        ("dx*x", {"dx": 2, "x": 3}, "Df/Dx = Df/Df · ∂f/∂x = 1 · 2 = 2"),
        ("d*D", {"d": 2, "D": 3}, "δf/δd = δf/δf · ∂f/∂d = 1 · 3 = 3"),
        ("sigmoid(x)", {"x": 20}, "∂f/∂x = f · (1 - f) = σ(x) · σ(-x) = σ(20) · σ(-20) = 2.061e-9"),
        ("x*y", {"x": 1e-200, "y": 1e-200}, "f = x · y = 1e-200 · 1e-200 = 0, too small"),
        ("exp(x)", {"x": 800}, "f = exp(x) = exp(800) = inf, too large"),
        ("x^y", {"x": 10, "y": 400}, "∂f/∂x = y · x^(y - 1) = 400 · 10^(400 - 1) = inf, too large"),
        ("sin(x)", {"x": 1e23}, "f = sin(x) = sin(1e23) ≈ -0.3241 (float64 rounds here)"),
        ("sin(x)", {"x": 1e22}, "f = sin(x) = sin(1e22) = -0.8522"),
    ],
)
def test_a_step_is_written_as_the_design_has_it(text: str, inputs: dict[str, float], line: str) -> None:
    assert line in render(gs.run(text, inputs=inputs).trace, "text")


@each(
    ("text", "inputs", "seed", "definition", "gradient"),
    [
        ("x*x", {"x": 3}, 2, "L = 2 · f", "dL/dx = 12"),
        ("x*x", {"x": 3}, 2.53456789, "L = 2.53456789 · f", "dL/dx = 15.21"),
        ("x*x", {"x": 3}, "1/3", "L = (1/3) · f", "dL/dx = 2"),
        ("2*x", {"x": [1, 2]}, [0.123456789, 1], "L = sum([0.123456789, 1] ⊙ f)", "dL/dx = [0.2469, 2]"),
        ("2*x", {"x": [1, 2, 3]}, 1, "L = sum(f)", "dL/dx = [2, 2, 2]"),
        ("2*x", {"x": [1, 2, 3]}, [0, 1, 0], "L = sum([0, 1, 0] ⊙ f)", "dL/dx = [0, 2, 0]"),
        ("2*x", {"x": [1] * 7}, [1] * 7, "L = sum((seed 7) ⊙ f)", "dL/dx = [2, 2, 2, 2, 2, 2, 2]"),
        ("L*x", {"L": 2, "x": 3}, 3, "J = 3 · f", "dJ/dL = 9"),
    ],
)
def test_what_a_seed_differentiates_is_a_number_of_its_own(
    text: str, inputs: dict[str, object], seed: object, definition: str, gradient: str
) -> None:
    printed = render(gs.run(text, inputs=inputs, seed=seed).trace, "text")
    assert definition in printed
    assert gradient in printed
    assert "df/df" not in printed


def test_lecture_notation_writes_one_letter_for_both() -> None:
    printed = render(gs.run("x*x", x=3, notation="lecture").trace, "text")
    assert "∂f/∂x⁽¹⁾ = ∂f/∂f · ∂f/∂x⁽¹⁾ = 1 · 3 = 3" in printed
    assert "df/" not in printed


def test_more_digits_are_written_where_they_are_asked_for() -> None:
    printed = render(gs.run("sigmoid(x)", x=1, digits=6).trace, "text")
    assert "∂f/∂x = f · (1 - f) = 0.731059 · (1 - 0.731059) = 0.196612" in printed
    assert "\n  df/dx = 0.196612\n" in printed
    assert not _false(gs.run("sigmoid(x)*x", x=1.7, digits=10).trace)
    texts = ("q = sin(x); 0.123456789*x*q", "x*sin(x)*0.123456789")
    said = "".join(render(gs.run(text, x=1, digits=6).trace, "text") for text in texts)
    for part in ("the other input, q = 0.841471", "so far they add up to 0.103885", "the other input, 0.123456789."):
        assert part in said


@each("wrong", [{"notation": "greek"}, {"digits": 0}, {"digits": 40}, {"digits": "4"}], ids=str)
def test_a_notation_or_digits_that_do_not_exist_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(gs.InputError, match="not"):
        gs.run("x*x", inputs={"x": 3}, **wrong)


@each(
    "words",
    [
        ["(x+y)*z", "x=1/3", "y=2.71828182", "z=-4"],
        ["x*x", "x=3", "--seed=2", "--ties=split"],
        ["sum((W@x)^2)", "W=randn(2,2)*0.1", "x=[1/3, 2]", "--data=x"],
        ["-x^2", "x=123456789", "--digits=6"],
        ["step", "train", "train=2"],
    ],
    ids=lambda words: words[0],
)
def test_a_document_ends_with_the_command_that_makes_it_again(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main([*words, "--format", "md"])
    document = capsys.readouterr().out
    command = shlex.split(document.rstrip().removesuffix("```").rstrip().rpartition("\n")[2])
    assert command[0] == "graphstep"
    main(command[1:])
    assert capsys.readouterr().out == document


def test_a_training_document_names_its_inputs_and_ends_with_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    data, steps = ["X=[[1,2],[3,4],[5,6]]", "y=[1,2,3]", "w=randn(2)*0.1", "b=1/3"], ["--lr", "0.01", "--steps", "3"]
    words = ["train", "mean((X@w+b-y)^2)", *data, "--params", "w,b", *steps, "--optimizer", "momentum", "--batch", "X,y:2"]
    main([*words, "--format", "md"])
    document = capsys.readouterr().out
    assert all(f"`{word.partition('=')[2]}`" in document for word in data)
    command = shlex.split(document.rstrip().removesuffix("```").rstrip().rpartition("\n")[2])
    main(command[1:])
    assert capsys.readouterr().out == document


def test_givens_stand_as_they_were_typed_and_an_edit_takes_that_back() -> None:
    typed = gs.run("x*y", x="6/3", y="1.0").trace
    assert "x = 6/3, y = 1.0" in explain(typed, 0).why
    assert "x = 5, y = 1.0" in explain(typed.with_inputs({"x": 5.0}), 0).why


@each("text", ["relu(x)", "abs(x)", "elu(x)", "leaky_relu(x)", "max(x, 0)", "clip(x, 0, 1)", "x^0", "0^x", "sqrt(x)"])
@each("x", [0.0, float("nan"), 1.0])
def test_at_a_kink_no_formula_is_printed_that_has_another_number(text: str, x: float) -> None:
    for ladder in _ladders(gs.run(text, x=x).trace):
        for form in ladder.line.split(" = ")[1:-1]:
            if "if" in form and (value := value_of(form)) is not None:
                assert is_close(float(value), ladder.rungs[-1].term.arguments[0])
