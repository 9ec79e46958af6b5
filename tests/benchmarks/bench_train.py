"""Rounds of training against a hand-written NumPy loop: ``python -m tests.benchmarks.bench_train``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from graphstep.engine.training import Settings, Training
from graphstep.gates.optimizers import OPTIMIZERS
from graphstep.language.rewrite import read_program
from tests.benchmarks.measure import Result, in_turn, report

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 500
RATE = 1e-4
NETWORK = "h = sigmoid(x@w1); sum((h@w2 - y)^2)"
EXAMPLES, INPUTS, HIDDEN, OUTPUTS = 64, 1000, 100, 10


def values() -> dict[str, Any]:
    """Examples and first weights."""
    choose = np.random.default_rng(0)
    shapes = {"x": (EXAMPLES, INPUTS), "y": (EXAMPLES, OUTPUTS), "w1": (INPUTS, HIDDEN), "w2": (HIDDEN, OUTPUTS)}
    return {name: choose.standard_normal(shape) for name, shape in shapes.items()}


def by_numpy(given: dict[str, Any]) -> list[float]:
    """The losses of the rounds, with gradients derived by hand and weights updated in place."""
    x, y, w1, w2 = given["x"], given["y"], given["w1"].copy(), given["w2"].copy()
    losses = []
    for _ in range(ROUNDS):
        h = 1 / (1 + np.exp(-x.dot(w1)))
        predicted = h.dot(w2)
        off = predicted - y
        losses.append(float(np.square(off).sum()))
        grad_predicted = 2.0 * off
        grad_w2 = h.T.dot(grad_predicted)
        grad_h = grad_predicted.dot(w2.T)
        grad_w1 = x.T.dot(grad_h * h * (1 - h))
        w1 -= RATE * grad_w1
        w2 -= RATE * grad_w2
    return losses


def by_graphstep(given: dict[str, Any]) -> list[float]:
    """The losses of the rounds."""
    settings = Settings(("w1", "w2"), OPTIMIZERS["sgd"], {}, repr(RATE), ROUNDS)
    return Training(read_program(NETWORK, given), given, settings).run().history.losses


def results() -> Iterator[Result]:
    """The two-layer network, from the program's text to the last round."""
    given = values()
    np.testing.assert_allclose(by_graphstep(given), by_numpy(given), rtol=1e-10)
    ours, theirs = in_turn(7, lambda: by_graphstep(given), lambda: by_numpy(given))
    yield Result(f"{ROUNDS} rounds of a two-layer network", ours, "a hand-written NumPy loop", theirs, 2.5)


if __name__ == "__main__":
    sys.exit(0 if report(results()) else 1)
