"""Rounds of training against a hand-written NumPy loop: ``python -m tests.benchmarks.bench_train``."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graphstep.engine.training import Settings, Training
from graphstep.gates.optimizers import OPTIMIZERS
from graphstep.language.rewrite import read_program
from tests.benchmarks.measure import against, minima, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.measure import Result

RATE = 1e-4
NETWORK = "h = sigmoid(x@w1); sum((h@w2 - y)^2)"
SIZES = (((64, 1000, 100, 10), 500, 1.1), ((8, 4, 3, 2), 5_000, 2.0))
"""Examples, inputs, hidden units and outputs; how many rounds; and what we may take of the loop's time at most."""


def values(examples: int, inputs: int, hidden: int, outputs: int) -> dict[str, Any]:
    """Examples and first weights."""
    choose = np.random.default_rng(0)
    shapes = {"x": (examples, inputs), "y": (examples, outputs), "w1": (inputs, hidden), "w2": (hidden, outputs)}
    return {name: choose.standard_normal(shape) for name, shape in shapes.items()}


def by_numpy(given: dict[str, Any], rounds: int) -> list[float]:
    """The losses of the rounds, with gradients derived by hand and weights updated in place."""
    x, y, w1, w2 = given["x"], given["y"], given["w1"].copy(), given["w2"].copy()
    losses = []
    for _ in range(rounds):
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


def by_graphstep(given: dict[str, Any], rounds: int) -> list[float]:
    """The losses of the rounds."""
    settings = Settings(("w1", "w2"), OPTIMIZERS["sgd"], {}, repr(RATE), rounds)
    return Training(read_program(NETWORK, given), given, settings).run().history.losses


def results() -> Iterator[Result]:
    """Two layers, large and tiny, from the program's text to the last round; the least processor time of some runs."""
    for sizes, rounds, bar in SIZES:
        given = values(*sizes)
        np.testing.assert_allclose(by_graphstep(given, rounds), by_numpy(given, rounds), rtol=1e-10)
        ours, theirs = minima(7, partial(by_graphstep, given, rounds), partial(by_numpy, given, rounds))
        what = f"{rounds:,} rounds of {'×'.join(map(str, sizes))}"
        yield against(what, ours, "a hand-written NumPy loop", theirs, bar)


if __name__ == "__main__":
    sys.exit(report(results()))
