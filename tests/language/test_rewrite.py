"""Sharing, expanding and folding: other gates, the same value, and every node can be found again."""

from __future__ import annotations

import math
import random

import pytest

import graphstep as gs
from graphstep.faces.cli import main
from graphstep.gates import ELEMENTWISE
from graphstep.ground import limits
from graphstep.ground.errors import LimitError
from graphstep.language.program import Rewritten
from graphstep.language.read import read
from graphstep.language.rewrite import expand, fold, share
from tests.cases import each
from tests.domains import is_ordinary, points, width
from tests.reading import shape, value

FOLDS = [name for name, gate in ELEMENTWISE.items() if gate.folds]

_COMPOSITE = [name for name, gate in ELEMENTWISE.items() if gate.expansion]
_POINTS = (-2.5, -1.0, -0.3, 0.2, 0.9, 3.0)

_PROGRAMS = [
    "x",
    "3",
    "k = 3; k",
    "(x+y)*(x+y)",
    "q = x + y; r = x + y; q*r",
    "s = sigmoid(x*y); s*(1-s)",
    "u = exp(-x); 1/(1+u)",
    "silu(x) + gelu(y) + tanh(x*y) + softplus(x) + elu(x, 0.5) + leaky_relu(y)",
    "x*(1/(1+exp(-x))) + log(1 + exp(x + y))",
    "exp(x)/(1+exp(x)) + exp(x+y)/(1+exp(x+y))",
    "f = 1/(1+exp(-(x*y))); g = f*f; max(f, g, x)",
    "sigmoid(2) * x",
]


def _number(rewritten: Rewritten, x: float, y: float) -> float:
    program = rewritten.program
    return value(program, {name: {"x": x, "y": y}[name] for name in program.inputs})


# Every rewriting


@each("rewriting", [share, expand, fold])
@each("text", _PROGRAMS)
def test_a_rewriting_changes_no_value_and_loses_no_name(rewriting: object, text: str) -> None:
    assert callable(rewriting)
    before = read(text)
    after = rewriting(before)
    assert isinstance(after, Rewritten)
    for x, y in [(0.5, -1.25), (-2.0, 0.75)]:
        expected = _number(Rewritten(before, ()), x, y)
        assert _number(after, x, y) == pytest.approx(expected, rel=1e-12)
    assert after.program.text == before.text
    assert after.program.inputs == before.inputs
    assert list(after.program.names) == list(before.names)
    assert after.program.output == after.where[before.output]
    for index, node in enumerate(after.program.nodes):
        assert all(x < index for _, x in node.sources)
        assert (node.rule is None) == (index < after.program.first_gate)


@each("rewriting", [share, expand, fold])
@each("text", _PROGRAMS)
def test_a_node_that_went_somewhere_has_the_same_value_there(rewriting: object, text: str) -> None:
    assert callable(rewriting)
    before = read(text)
    after = rewriting(before)
    assert len(after.where) == len(before.nodes)
    for index, place in enumerate(after.where):
        if place is not None:
            one = Rewritten(type(before)(before.text, before.nodes, index), ())
            other = Rewritten(type(before)(before.text, after.program.nodes, place), ())
            assert _number(other, 0.5, -1.25) == pytest.approx(_number(one, 0.5, -1.25), rel=1e-12)


@pytest.mark.parametrize(("rewriting", "longer"), [(share, 1), (expand, 4), (fold, 1)])
def test_a_chain_of_any_depth_is_rewritten_without_recursion(rewriting: object, longer: int) -> None:
    assert callable(rewriting)
    count = 4_000
    text = "; ".join(["v0 = x", *(f"v{i + 1} = sigmoid(v{i})" for i in range(count))])
    assert len(rewriting(read(text)).program.nodes) == 1 + count * longer


# Share


@each(
    ("text", "gates"),
    [
        ("(x+y)*(x+y)", 2),
        ("(x+y)*(y+x)", 3),
        ("(x+1)*(x+1.0)", 2),
        ("(x+1)*(1+x)", 3),
        ("(x+0)*(x+-0)", 3),
        ("sin(x*y) + sin(x*y)*sin(x*y)", 4),
        ("max(x, y) - max(y, x)", 3),
    ],
)
def test_equal_subexpressions_are_merged_where_the_order_is_equal_too(text: str, gates: int) -> None:
    program = share(read(text)).program
    assert len(program.nodes) - program.first_gate == gates


def test_all_names_denote_the_shared_node_and_the_first_is_shown() -> None:
    program = share(read("p = exp(x*y); q = x*y; r = x*y; p*q*r")).program
    assert program.names == {"x": 0, "y": 1, "p": 3, "q": 2, "r": 2}
    assert program.nodes[2].name == "q"


# Expand


@each("gate", _COMPOSITE)
def test_the_parts_of_a_composite_gate_compute_the_same(gate: str) -> None:
    fewest, _ = ELEMENTWISE[gate].arity
    before = read(f"{gate}({', '.join('xy'[:fewest])})")
    after = expand(before).program
    # Wherever the gate is, at its kinks too, and where it has its domain.
    ordinary = [point[0] for point in points(ELEMENTWISE[gate])]
    for x in (x for x in (*_POINTS, *ordinary) if is_ordinary(ELEMENTWISE[gate], (x, 0.25)[: width(ELEMENTWISE[gate])])):
        inputs = {name: {"x": x, "y": 0.25}[name] for name in before.inputs}
        assert value(after, inputs) == pytest.approx(value(before, inputs), rel=1e-12, abs=1e-14)


@each("gate", _COMPOSITE)
def test_nothing_composite_is_left(gate: str) -> None:
    least = ELEMENTWISE[gate].arity[0]
    program = expand(read(f"2 + {gate}({', '.join('xyz'[:least])})")).program
    assert all(not ELEMENTWISE[node.gate].expansion for node in program.nodes if node.gate)


def test_the_parts_of_sigmoid_say_what_they_are() -> None:
    rewritten = expand(read("s = sigmoid(x+y); s*s"))
    program = rewritten.program
    assert shape(program) == "mul({0}, {0})".format("reciprocal(add(1, exp(neg(add(x, y)))))")
    assert [program.label(i) for i in range(2, 8)] == ["x+y", "-(x+y)", "exp(-(x+y))", "1 + exp(-(x+y))", "sigmoid(x+y)", "s*s"]
    assert all(program.nodes[i].span == (4, 16) for i in range(3, 7))
    assert program.names["s"] == 6
    assert program.nodes[6].name == "s"
    assert rewritten.where == (0, 1, 2, 6, 7)


@each(
    ("text", "label"),
    [
        ("sigmoid(x)", "exp(-x)"),
        ("sigmoid(-x)", "exp(-(-x))"),
        ("sigmoid(2x)", "exp(-(2x))"),
        ("sigmoid(sin(x))", "exp(-sin(x))"),
        ("q = x*y; sigmoid(q)", "exp(-q)"),
        ("sigmoid(-3)", "exp(-(-3))"),
        ("leaky_relu(x-y)", "min(0, x-y)"),
        ("gelu(x-y)", "erf((x-y)/sqrt(2))"),
    ],
)
def test_the_expression_of_a_part_can_be_read_again(text: str, label: str) -> None:
    before = read(text)
    program = expand(before).program
    labels = [program.label(i) for i in range(program.first_gate, len(program.nodes))]
    assert label in labels
    inputs = {name: {"x": 0.5, "y": -1.25}[name] for name in before.inputs}
    for index in range(program.first_gate, len(program.nodes)):
        again = read(("q = x*y; " if "q" in program.names else "") + program.label(index))
        here = type(program)(program.text, program.nodes, index)
        assert value(again, {name: inputs[name] for name in again.inputs}) == pytest.approx(value(here, inputs), rel=1e-12)


def test_the_expression_of_a_part_is_cut_where_it_would_be_long() -> None:
    program = expand(read(f"sigmoid({'+'.join(['x'] * 5_000)})")).program
    assert max(len(program.source_text(i)) for i in range(5_000, len(program.nodes) - 1)) < 80


def test_an_expansion_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    before = read("; ".join(["v0 = x", *(f"v{i + 1} = gelu(v{i})" for i in range(10))]))
    monkeypatch.setattr(limits, "GATES", 59)
    with pytest.raises(LimitError, match="more than 59 gates") as error:
        expand(before)
    assert before.text[slice(*error.value.span or ())] == "gelu(v9)"


# Fold


@each(("gate", "text"), [(name, text) for name in FOLDS for text in (ELEMENTWISE[name].expansion({}), *ELEMENTWISE[name].also)])
def test_every_spelling_of_a_foldable_gate_folds_into_it(gate: str, text: str) -> None:
    assert shape(fold(read(text)).program) == f"{gate}(x)"


@each("gate", FOLDS)
def test_folding_undoes_expanding(gate: str) -> None:
    before = read(f"y*{gate}(x*y)")
    assert shape(fold(expand(before).program).program) == shape(before)


@each(
    ("text", "expected"),
    [
        ("1/(1+exp(-(w*x+b)))", "sigmoid(add(mul(w, x), b))"),
        ("1/(exp(-x)+1)", "sigmoid(x)"),
        ("1/(1+exp(x*-1))", "sigmoid(x)"),
        ("1/(1.0+exp(-x))", "sigmoid(x)"),
        ("(1/(exp(-x)+1))*x", "silu(x)"),
        ("log(exp(x)+1)", "softplus(x)"),
        ("log(1+exp(1/(1+exp(-x))))", "softplus(sigmoid(x))"),
        ("f = 1/(1+exp(-x)); f*f", "mul(sigmoid(x), sigmoid(x))"),
        # Not these.
        ("1/(1+exp(x))", "reciprocal(add(1, exp(x)))"),
        ("1/(2+exp(-x))", "reciprocal(add(2, exp(neg(x))))"),
        ("2/(1+exp(-x))", "div(2, add(1, exp(neg(x))))"),
        ("exp(x)/(1+exp(y))", "div(exp(x), add(1, exp(y)))"),
        ("x*sigmoid(y)", "mul(x, sigmoid(y))"),
        ("x*x", "mul(x, x)"),
        ("max(0, x)", "max(0, x)"),
    ],
)
def test_what_is_typed_folds_in_either_order_of_sums_and_products(text: str, expected: str) -> None:
    assert shape(fold(read(text)).program) == expected


@each(
    "text",
    [
        "u = exp(-x); 1/(1+u)",
        "u = 1 + exp(-x); 1/u",
        "u = exp(-x); f = 1/(1+u); f*u",
    ],
)
def test_an_inner_node_with_a_name_or_another_use_stays(text: str) -> None:
    before = read(text)
    assert fold(before).program.nodes == before.nodes


def test_an_inner_node_that_sharing_gave_another_use_stays() -> None:
    before = share(read("f = 1/(1+exp(-x)); f*exp(-x)")).program
    assert shape(fold(before).program) == shape(before)
    output = share(read("f = 1/(1+exp(-x)); exp(-x)")).program
    assert fold(output).program.nodes == output.nodes


def test_sharing_first_lets_more_be_folded() -> None:
    before = read("exp(x*y)/(1+exp(x*y))")
    assert shape(fold(before).program) == shape(before)
    assert shape(fold(share(before).program).program) == "sigmoid(mul(x, y))"


def test_a_folded_gate_keeps_name_label_and_place_and_the_rest_is_inside() -> None:
    rewritten = fold(read("f = 1/(1+exp(-x)); 2*f"))
    program = rewritten.program
    assert (program.nodes[1].name, program.nodes[1].span, program.label(1)) == ("f", (4, 17), "1/(1+exp(-x))")
    assert rewritten.where == (0, None, None, None, 1, 2)


def test_folding_finds_each_of_many() -> None:
    dice = random.Random(7)
    spellings = ["1/(1+exp(-{0}))", "log(1+exp({0}))", "{0}*(1/(1+exp(-{0})))"]
    picked = [dice.choice(spellings).format(f"x{i}") for i in range(2_000)]
    program = fold(read(" + ".join(picked))).program
    assert len(program.nodes) - program.first_gate == 2_000 + 1_999


@each(
    ("text", "gates", "folded"),
    [
        ("1/(1+e^(-x))", ["neg", "exp", "add", "reciprocal"], ["sigmoid"]),
        ("ln(1 + e**x)", ["exp", "add", "log"], ["softplus"]),
        ("pow(e, x)", ["exp"], ["exp"]),
        ("x*e^2", ["exp", "mul"], ["exp", "mul"]),
        ("e^x", ["exp"], ["exp"]),
    ],
)
def test_a_power_of_e_is_exp(text: str, gates: list[str], folded: list[str]) -> None:
    program = read(text, ["x"])
    assert [node.gate for node in program.nodes if node.gate] == gates
    assert [node.gate for node in fold(program).program.nodes if node.gate] == folded
    with_input = read(text, ["x", "e"])
    assert "e" in with_input.inputs
    assert "exp" not in [node.gate for node in with_input.nodes]


@each(
    ("text", "inputs", "said"),
    [
        ("tanh(x)", "x=800", "exp(x) is inf: too large for a number"),
        ("softplus(x)", "x=800", "exp(x) is inf: too large for a number"),
        ("sigmoid(x)", "x=-800", "exp(-x) is inf: too large for a number"),
        ("cross_entropy(s, y)", "s=[1,-inf,2] y=0 --data y", "onehot(y, s) * log_softmax(s) is nan, made of 0 and -inf"),
        ("gelu(x)", "x=-8", "1 + erf(x/sqrt(2)) loses digits: numbers of the size of 1 cancel to "),
        ("softplus(x)", "x=-40", "1 + exp(x) loses digits: 4.248e-18 is lost beside 1"),
        ("elu(x)", "x=-1e-17", "exp(min(0, x)) - 1 loses digits: numbers of the size of 1 cancel to 0"),
        ("logsumexp(x)", "x=[0,-40]", "loses digits: the other cells are lost beside 1"),
        ("x*1e200*1e200 + sigmoid(y)", "x=1 y=-800", "exp(-y) is inf: too large for a number"),
        ("tanh(x)", "x=1", "agree"),
        ("softmax(x)", "x=[1,-inf,2]", "agree"),
        ("sum(log_softmax(x) * softmax(x))", "x=[1000,2000,500]", "agree"),
    ],
)
def test_the_part_that_loses_in_float64_is_named(text: str, inputs: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([text, *inputs.split(), "--expand", "--plain"]) == 0
    assert said in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(("cells", "output"), [([-math.inf, -math.inf], -math.inf), ([math.inf, 1.0], math.inf)])
def test_logsumexp_of_infinite_cells_is_infinite_taken_apart_too(cells: list[float], output: float) -> None:
    assert gs.run("logsumexp(x)", x=cells).output == output
    assert gs.run("logsumexp(x)", x=cells, expand=True).output == output


def test_what_was_typed_is_named_where_it_is_folded(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ln(1 + e^x)", "x=800", "--fold", "--plain"]) == 0
    assert "e^x is inf: too large for a number" in capsys.readouterr().out.splitlines()[-1]
