"""Where a gradient dies: the figures of layers, and what is found in them."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

import graphstep as gs
from graphstep.analysis.diagnosis import Diagnosis, Experiment, diagnose, scale_of
from graphstep.engine.trace import trace
from graphstep.faces.cli import main
from graphstep.faces.export import text
from graphstep.ground.errors import InputError, LimitError
from graphstep.language.read import read
from graphstep.telling.reports.diagnosis import body, finding_text
from tests.benchmarks.shapes import tree, units
from tests.cases import each
from tests.effort import effort, grows_with
from tests.reading import short_name

if TYPE_CHECKING:
    from collections.abc import Callable

UNITS = 500

PUBLISHED = {
    ("tanh", "0.01"): (0.213081, 0.047551, 0.01063, 0.002378, 0.000532, 0.000119, 0.000026),
    ("tanh", "1"): (0.98,) * 10,
    ("tanh", "xavier"): (0.63, 0.49, *[None] * 7, 0.23),
    ("relu", "xavier"): (None,) * 10,
    ("relu", "he"): (0.83, *[0.835] * 8, 0.84),
}
"""Standard deviations of the layers as Stanford's lecture on training prints them (10 layers of 500 units)."""


def experiment(activation: str, init: str, layers: int = 10, units: int = UNITS, **options: int) -> Diagnosis:
    """The experiment on initialisation."""
    text, inputs = Experiment(layers, units, activation, init, **options).program()
    return diagnose(trace(read(text), inputs))


def lines(of: Diagnosis) -> list[str]:
    """What a diagnosis says."""
    return text.lines(body(of))


def found(text: str, **inputs: object) -> list[tuple[str, str]]:
    """The kinds of the findings with the names of their nodes."""
    run = gs.run(text, inputs=inputs)
    return [(finding.kind, short_name(run.program, finding.node)) for finding in diagnose(run.trace).findings]


VERDICTS = {
    ("tanh", "0.01"): {"shrinking", "vanishing"},
    ("tanh", "1"): {"saturated", "exploding"},
    ("tanh", "xavier"): set(),
    ("relu", "xavier"): {"shrinking"},
    ("relu", "he"): set(),
}


@pytest.mark.parametrize(("activation", "init"), PUBLISHED)
def test_the_layers_spread_as_the_lecture_prints_it_and_get_its_verdict(activation: str, init: str) -> None:
    of = experiment(activation, init)
    stds = [layer.values.std for layer in of.layers]
    for std, published in zip(stds, PUBLISHED[activation, init], strict=False):
        if published is not None:
            assert std == pytest.approx(published, rel=0.05)
    if (activation, init) == ("relu", "xavier"):
        # It loses a factor of √2 in every layer.
        assert [a / b for a, b in pairwise(stds)] == pytest.approx([2**0.5] * 9, rel=0.08)
    assert {finding.kind for finding in of.findings} == VERDICTS[activation, init]


def test_the_gradient_over_depth_is_slopes_times_weights() -> None:
    of = experiment("tanh", "1", units=20, examples=10)
    depths = of.depths
    assert [depth.node for depth in depths] == [layer.node for layer in reversed(of.layers)]
    for depth, before in pairwise(depths):
        assert depth.size * depth.factor == pytest.approx(before.size)
        assert 0 < depth.slope <= 1
    alone = diagnose(gs.run("h = tanh(3*x); g = 7*tanh(5*h); g", x=0.1).trace).depths
    assert alone[0].slope == pytest.approx(1 - np.tanh(5 * np.tanh(0.3)) ** 2)
    assert alone[0].weights == pytest.approx(5)
    assert np.isnan(alone[1].weights)
    around = diagnose(gs.run("h = tanh(3*x); tanh(5*h) + h", x=0.1).trace).depths
    assert np.isnan(around[0].weights)
    assert around[0].slope == pytest.approx(alone[0].slope)


def test_weights_that_are_all_zero_make_all_units_alike() -> None:
    assert {finding.kind for finding in experiment("tanh", "0", units=20, examples=10).findings} == {"alike", "vanishing", "zero"}


@each(
    ("text", "alike"),
    [
        ("mean((tanh(X@ones(3,4))@ones(4) - 1)^2)", True),
        # The units are equal now, and are read with other weights: the first update tells them apart.
        ("mean((tanh(X@zeros(3,4))@[1, 2, 3, 4] - 1)^2)", False),
        # They read different numbers, and are equal because they are flat.
        ("mean(relu(X@[[1, 2], [3, 4], [5, 6]] - 99)@ones(2))", False),
        ("mean(sigmoid(X@[[1, 2], [3, 4], [5, 6]] + 99)@ones(2))", False),
    ],
)
def test_units_are_alike_where_nothing_will_ever_tell_them_apart(text: str, alike: bool) -> None:
    of = diagnose(gs.run(text, X=np.random.default_rng(0).normal(size=(8, 3))).trace)
    assert ("alike" in of.kinds) == alike


def test_a_saturated_layer_of_huge_numbers_is_judged_without_a_warning() -> None:
    # Twice of them is inf.
    assert {finding.kind for finding in experiment("tanh", "1e300", layers=2, units=5, examples=9).findings} >= {
        "zero",
        "saturated",
    }


def test_a_saturated_sigmoid_is_found_with_its_figure() -> None:
    of = diagnose(gs.run("sum(sigmoid(x))", x=[9.0, -9.0, 12.0, 0.1]).trace)
    (finding,) = of.findings
    assert finding.kind == "saturated"
    assert "75% of its cells" in finding_text(of.trace, finding)


def test_units_that_are_dead_for_every_example_are_counted() -> None:
    weights = np.eye(3)
    x = np.abs(np.random.default_rng(0).normal(size=(20, 3))) + 0.1
    kinds = found("h = relu(x@W + b); sum(h)", x=x, W=weights, b=[-99, 0, 0])
    assert kinds == [("dead", "h")]
    (layer,) = diagnose(gs.run("h = relu(x@W + b); sum(h)", x=x, W=weights, b=[-99, 0, 0]).trace).layers
    assert (layer.dead, layer.units, layer.examples) == (1, 3, 20)


def test_a_layer_without_examples_or_without_units_has_no_dead_ones() -> None:
    for shape in ((0, 3), (3, 0)):
        (layer,) = diagnose(trace(read("sum(relu(x))"), {"x": np.zeros(shape)})).layers
        assert (layer.units, layer.examples, layer.dead) == (shape[1], 0, 0)


def test_half_of_the_units_may_be_off_for_one_example() -> None:
    assert found("h = relu(x); sum(h)", x=[1.0, -1.0, 2.0]) == []


def test_max_with_a_constant_is_a_layer_and_max_of_two_nodes_is_none() -> None:
    assert [layer.gate.name for layer in diagnose(gs.run("sum(max(0, x))", x=[1.0, 2.0]).trace).layers] == ["max"]
    assert diagnose(gs.run("max(x, y)", x=1, y=2).trace).layers == ()


def test_an_activation_of_numbers_alone_is_a_number() -> None:
    for program in ("x*relu(2)", "leaky_relu(2, x) + x", "relu(leaky_relu(maxout(2), 0.5*x)) + tanh(x)"):
        layers = [layer.gate.name for layer in diagnose(gs.run(program, x=0.5).trace).layers]
        assert layers == (["leaky_relu", "relu", "tanh"] if "tanh" in program else []), program


def test_a_chain_of_numbers_vanishes_as_well() -> None:
    chain = "a = tanh(5*x); b = tanh(0.01*a); c = tanh(0.01*b); d = tanh(0.01*c); d"
    assert ("vanishing", "a") in found(chain, x=0.1)


def test_what_is_not_finite_is_named_at_its_first_node() -> None:
    of = diagnose(gs.run("sum(log(x))", x=[1.0, 0.0, -1.0]).trace)
    (finding,) = of.findings
    assert finding.kind == "not finite"
    assert "2 of 3 cells" in finding_text(of.trace, finding)


def test_data_has_no_gradient_and_is_no_trouble() -> None:
    run = gs.run("sum(relu(x))", x=[1.0, 2.0])
    of = trace(replace(run.program, data=frozenset({"x"})), run.inputs)
    (layer,) = diagnose(of).layers
    assert layer.gradients is None
    assert np.isnan(layer.gradient_rms)


def test_classes_an_index_and_a_condition_are_data_and_get_no_gradient() -> None:
    assert found("cross_entropy(s, y)", s=[[1.0, 2.0], [2.0, 1.0]], y=[1, 0]) == []
    assert found("sum(E[ids])", E=[1.0, 2.0], ids=[1, 1]) == []
    assert found("sum(where(c, a, b))", c=[[1, 0], [0, 1]], a=[1.0, 2.0], b=[3.0, 4.0]) == []


def test_what_is_more_than_data_is_judged() -> None:
    assert found("cross_entropy(s, y) + 0*y", s=[1.0, 2.0], y=1) == [("zero", "y")]
    assert found("cross_entropy(s, round(y))", s=[1.0, 2.0], y=1) == [("zero", "y")]


def test_the_same_experiment_is_the_same_to_the_bit() -> None:
    one, other = ("\n".join(lines(experiment("tanh", "1", examples=20, units=30))) for _ in range(2))
    assert one == other


@each(("word", "std"), [("0.01", 0.01), ("1/4", 0.25), ("xavier", 0.1), ("he", 0.02**0.5)])
def test_the_size_of_weights_is_a_number_or_a_rule(word: str, std: float) -> None:
    assert scale_of(word, 100) == pytest.approx(std)


@each("word", ["hee", "", "[1, 2]", "x"])
def test_any_other_word_is_no_size_of_weights(word: str) -> None:
    with pytest.raises(InputError):
        scale_of(word, 100)


def test_an_experiment_that_is_too_large_is_refused() -> None:
    with pytest.raises(LimitError, match="more than the limit"):
        Experiment(100, 5000).check()
    with pytest.raises(InputError, match="no activation"):
        Experiment(2, 2, "tan").check()


def recurrent(steps: int, size: float, last: str = "mean(h^2)", activated: bool = False) -> Diagnosis:
    """A network that repeats one product."""
    names = [f"h{k + 1} = h{k}@W" for k in range(steps)]
    text = "; ".join(["h0 = x@U", *names, f"h = {'tanh' if activated else ''}(h{steps})", last])
    dice = np.random.default_rng(3)
    inputs = {"x": dice.normal(size=(4, 6)), "U": dice.normal(size=(6, 6)) / 2.5, "W": size * dice.normal(size=(6, 6)) / 2.5}
    return diagnose(gs.run(text, inputs=inputs).trace)


X, W, V = (np.random.default_rng(k).normal(size=shape) for k, shape in enumerate([(8, 4), (4, 6), (6, 1)]))


@each(
    ("text", "inputs", "kind", "names", "said"),
    [
        ("mean((relu(x@W)@V)^2)", {"x": X, "W": 1e6 * W, "V": 1e6 * V}, "exploding", "xWV", "is huge"),
        ("mean(sign(x@W))", {"x": X, "W": W}, "zero", "xW", "sign is flat"),
        ("mean((clip(x@W, -1, 1) - 5)^2)", {"x": 9 + abs(X), "W": 9 + abs(W)}, "zero", "xW", "clip is flat"),
        ("0*u + w^2", {"u": 1.0, "w": 3.0}, "zero", "u", "the other factor is 0"),
        ("mean(0*(x@W) + b)", {"x": X, "W": W, "b": 1.0}, "zero", "xW", "the other factor is 0"),
        ("v = sigmoid(u); w^2", {"u": 1.0, "w": 3.0}, "zero", "u", "does not depend on it"),
        ("u - u + w", {"u": 1.0, "w": 3.0}, "zero", "u", "The contributions to u cancel."),
        ("exp(-u^2)", {"u": 9.0}, "vanishing", "u", "It shrinks most at f, 'exp(-u^2)'"),
        ("sqrt(u) + w", {"u": 0.0, "w": 1.0}, "not finite", "u", "inf or nan"),
    ],
)
def test_every_parameter_is_judged_with_the_gate_that_is_to_blame(
    text: str, inputs: dict[str, object], kind: str, names: str, said: str
) -> None:
    of = diagnose(gs.run(text, inputs=inputs).trace)
    told = [finding for finding in of.findings if finding.kind == kind]
    assert {of.trace.program.nodes[finding.node].name for finding in told} >= set(names)
    assert any(said in finding_text(of.trace, finding) for finding in told)
    assert not any("Nothing is wrong" in line for line in lines(of))


@each(
    ("text", "inputs", "cure"),
    [
        (
            "sigmoid(w*x)",
            {"w": 20.0, "x": 3.0},
            "would bring it back to where it has a slope. The same holds for x (",
        ),
        ("relu(w)", {"w": -2.0}, "A positive input of that gate, or a leaky gate, would let it through."),
        ("abs(w)", {"w": 0.0}, "the slope of |x| at w = 0 is a choice: it is taken as 0.\n"),
        ("clip(w, 0, 1)", {"w": -2.0}, "An input of that gate between its bounds would let it through."),
        ("clip(x, w, 1)", {"w": 0.0, "x": 0.5}, "does not use w = 0 at x = 0.5, so nothing flows to it. An input of that gate"),
        ("leaky_relu(x, w)", {"w": 0.1, "x": 2.0}, "x = 2, so nothing flows to it. An input of that gate on the other side"),
        ("where(x > 1, x, w)", {"w": 2.0, "x": 3.0}, "where chose the other input, x = 3."),
        ("exp(-w)", {"w": 60.0}, "It shrinks most at f, 'exp(-w)', from 1 to 8.8e-27."),
        ("w*1e-20", {"w": 1.0}, "Larger weights, another activation or a way around it would help."),
        (
            "w/x",
            {"w": 1.0, "x": 1e-12},
            "1e12. It grows most at f, 'w/x', from 1 to 1e12. Inputs of size 1 or a",
        ),
    ],
)
def test_what_would_help_is_told_of_the_gate_that_is_to_blame(text: str, inputs: dict[str, float], cure: str) -> None:
    remarks = lines(diagnose(gs.run(text, inputs=inputs).trace))
    assert any(cure in f"{line}\n" for line in remarks)


@pytest.mark.parametrize("activated", [False, True])
def test_a_gradient_that_explodes_through_products_alone_is_followed(activated: bool) -> None:
    of = recurrent(50, 3.0, activated=activated, last="sum(h)" if not activated else "sum(h0)*1e20 + sum(h)")
    assert {finding.kind for finding in of.findings} >= {"exploding"}


def test_a_gradient_that_vanishes_through_products_alone_is_followed() -> None:
    of = recurrent(50, 0.5, last="sum(h)")
    assert "vanishing" in {finding.kind for finding in of.findings}
    assert any("51 products were looked at" in line or "next to nothing" in line for line in lines(of))


HEALTHY = [
    ("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}),
    ("sigmoid(w*x+b)", {"w": 2.0, "x": -1.0, "b": 1.0}),
    ("x*y*z", {"x": 1e-4, "y": 1e-4, "z": 1.0}),
    ("(w*x - y)^2", {"w": 0.5, "x": 2.0, "y": 3.0}),
    ("log(x) + sqrt(y)/x^2", {"x": 0.01, "y": 4.0}),
]


@each(("text", "inputs"), HEALTHY)
def test_a_healthy_expression_is_acquitted(text: str, inputs: dict[str, object]) -> None:
    of = diagnose(gs.run(text, inputs=inputs).trace)
    assert of.findings == ()
    assert [line for line in lines(of) if line.startswith("Nothing is wrong: ")]


@each("depth", [2, 3, 5])
@each("activation", ["tanh", "relu", "gelu"])
@each("loss", ["mean(({} - y)^2)", "cross_entropy({}, y)"])
def test_a_network_that_was_just_initialised_is_healthy(depth: int, activation: str, loss: str) -> None:
    dice, units = np.random.default_rng(depth), 24
    inputs: dict[str, object] = {"x": dice.normal(size=(32, units)), "y": dice.dirichlet(np.ones(5), 32)}
    text, before = "", "x"
    for k in range(depth):
        width = 5 if k == depth - 1 else units
        inputs |= {f"W{k}": dice.normal(size=(units, width)) * (2 / units) ** 0.5, f"b{k}": np.zeros(width)}
        made = f"{before}@W{k} + b{k}"
        text, before = f"{text}h{k} = {made if width == 5 else f'{activation}({made})'}; ", f"h{k}"
    run = gs.run(text + loss.format(before), inputs=inputs)
    found = diagnose(run.trace)
    assert {finding.kind for finding in found.findings} == set(), lines(found)


def test_a_given_infinity_does_not_hide_the_one_that_is_made() -> None:
    mask = np.array([[0.0, -np.inf], [0.0, 0.0]])
    of = diagnose(gs.run("sum(softmax(s + M)@log(v))", s=np.zeros((2, 2)), M=mask, v=[0.0, 1.0]).trace)
    first, *_ = of.findings
    assert of.trace.program.label(first.node) == "log(v)"
    assert "Given so, and no gate's doing: M (1 of 4 cells is inf or nan)." in lines(of)


@each(
    ("words", "status"),
    [
        (["mean(sign(x))", "x=[1,2]"], 0),
        (["mean(sign(x))", "x=[1,2]", "--fail-on", "zero"], 1),
        (["mean(sign(x))", "x=[1,2]", "--fail-on", "nan,exploding"], 0),
        (["mean(sign(x))", "x=[1,2]", "--fail-on", "any"], 1),
        (["log(x)", "x=0", "--fail-on", "zero, nan"], 1),
        (["x*x", "x=2", "--fail-on", "zero,vanishing,exploding,nan"], 0),
        (["x*x", "x=2", "--fail-on", "zeros"], 2),
        (["x*x", "x=2", "--fail-on", ","], 2),
    ],
)
def test_findings_are_a_status_where_that_is_asked_for(words: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", *words]) == status
    if status == 2:
        assert "zero" in capsys.readouterr().err


def test_the_command_prints_a_row_a_layer_and_the_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "--network", "4x20", "--init", "1", "--examples", "50"]) == 0
    printed = capsys.readouterr().out
    assert [line.split()[0] for line in printed.splitlines()[:5]] == ["layer", "h1", "h2", "h3", "h4"]


def test_the_command_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "sum(relu(x/0))", "x=[0, 1]", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["layers"][0]["std"] == "nan"
    assert document["findings"][0]["kind"] == "not finite"


@each("words", [[], ["x", "--network", "2x2"], ["--network", "ten"], ["--network", "2x2", "--examples", "-1"]])
def test_the_command_says_what_it_wants(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", *words]) == 2
    assert "error:" in capsys.readouterr().err


def test_numbers_are_diagnosed_in_columns_and_not_one_by_one() -> None:
    run = trace(*tree(1_000))
    diagnose(run)
    assert effort(lambda: diagnose(run)) < 1_000


@each("value", [1e30, 0.5, 2.0])
def test_ways_to_many_inputs_are_followed_once(value: float) -> None:
    def product(count: int) -> Callable[[], object]:
        run = trace(read("*".join(f"x{k}" for k in range(count))), {f"x{k}": value for k in range(count)})
        return lambda: diagnose(run)

    assert grows_with(100, product) < 2.5


def test_dead_units_take_as_long_as_the_graph_is_large() -> None:
    def dead(gates: int) -> Callable[[], object]:
        program, inputs = units(gates)
        run = trace(program, inputs)
        return lambda: diagnose(run)

    assert grows_with(3_000, dead) < 2
