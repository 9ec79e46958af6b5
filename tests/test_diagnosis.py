"""Where a gradient dies: the figures of layers, and what is found in them."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import graphstep as gs
from graphstep.cli import main
from graphstep.diagnosis import Diagnosis, diagnose, network, scale_of
from graphstep.errors import InputError, LimitError
from graphstep.read import read
from graphstep.trace import trace

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
    text, inputs = network(layers, units, activation, scale_of(init, units), **options)
    return diagnose(trace(read(text), inputs))


def found(text: str, **inputs: object) -> list[tuple[str, str]]:
    """The kinds of the findings with the names of their nodes."""
    run = gs.run(text, inputs=inputs)
    return [(finding.kind, run.program.short(finding.node)) for finding in diagnose(run.trace).findings]


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


def test_weights_that_are_all_zero_make_all_units_alike() -> None:
    assert {finding.kind for finding in experiment("tanh", "0", units=20, examples=10).findings} == {"alike", "vanishing"}


def test_a_saturated_sigmoid_is_found_with_its_figure() -> None:
    (finding,) = diagnose(gs.run("sum(sigmoid(x))", x=[9.0, -9.0, 12.0, 0.1]).trace).findings
    assert finding.kind == "saturated"
    assert "75% of its cells" in finding.text


def test_units_that_are_dead_for_every_example_are_counted() -> None:
    weights = np.eye(3)
    x = np.abs(np.random.default_rng(0).normal(size=(20, 3))) + 0.1
    kinds = found("h = relu(x@W + b); sum(h)", x=x, W=weights, b=[-99, 0, 0])
    assert kinds == [("dead", "h")]
    (layer,) = diagnose(gs.run("h = relu(x@W + b); sum(h)", x=x, W=weights, b=[-99, 0, 0]).trace).layers
    assert (layer.dead, layer.units, layer.examples) == (1, 3, 20)


def test_half_of_the_units_may_be_off_for_one_example() -> None:
    assert found("h = relu(x); sum(h)", x=[1.0, -1.0, 2.0]) == []


def test_max_with_a_constant_is_a_layer_and_max_of_two_nodes_is_none() -> None:
    assert [layer.gate for layer in diagnose(gs.run("sum(max(0, x))", x=[1.0, 2.0]).trace).layers] == ["max"]
    assert diagnose(gs.run("max(x, y)", x=1, y=2).trace).layers == ()


def test_a_chain_of_numbers_vanishes_as_well() -> None:
    chain = "a = tanh(5*x); b = tanh(0.01*a); c = tanh(0.01*b); d = tanh(0.01*c); d"
    assert ("vanishing", "b") in found(chain, x=0.1)


def test_what_is_not_finite_is_named_at_its_first_node() -> None:
    (finding,) = diagnose(gs.run("sum(log(x))", x=[1.0, 0.0, -1.0]).trace).findings
    assert finding.kind == "not finite"
    assert "2 of 3 cells" in finding.text


def test_data_has_no_gradient_and_is_no_trouble() -> None:
    run = gs.run("sum(relu(x))", x=[1.0, 2.0])
    of = trace(replace(run.program, data=frozenset({"x"})), run.inputs)
    (layer,) = diagnose(of).layers
    assert layer.gradients is None
    assert np.isnan(layer.gradient_rms)


def test_the_same_experiment_is_the_same_to_the_bit() -> None:
    one, other = ("\n".join(experiment("tanh", "1", examples=20, units=30).lines()) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(("word", "std"), [("0.01", 0.01), ("1/4", 0.25), ("xavier", 0.1), ("he", 0.02**0.5)])
def test_the_size_of_weights_is_a_number_or_a_rule(word: str, std: float) -> None:
    assert scale_of(word, 100) == pytest.approx(std)


@pytest.mark.parametrize("word", ["hee", "", "[1, 2]", "x"])
def test_any_other_word_is_no_size_of_weights(word: str) -> None:
    with pytest.raises(InputError):
        scale_of(word, 100)


def test_an_experiment_that_is_too_large_is_refused() -> None:
    with pytest.raises(LimitError, match="more than the limit"):
        network(100, 5000, "tanh", 1.0)
    with pytest.raises(InputError, match="no activation"):
        network(2, 2, "tan", 1.0)


def test_the_command_prints_a_row_a_layer_and_the_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "--network", "4x20", "--init", "1", "--examples", "50"]) == 0
    printed = capsys.readouterr().out
    assert [line.split()[0] for line in printed.splitlines()[:5]] == ["layer", "h1", "h2", "h3", "h4"]


def test_the_command_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "sum(relu(x/0))", "x=[0, 1]", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["layers"][0]["std"] == "nan"
    assert document["findings"][0]["kind"] == "not finite"


@pytest.mark.parametrize("words", [[], ["x", "--network", "2x2"], ["--network", "ten"], ["--network", "2x2", "--examples", "-1"]])
def test_the_command_says_what_it_wants(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", *words]) == 2
    assert "error:" in capsys.readouterr().err
