"""Where a gate may be tried: points inside its domain and off its kinks, whatever gate it is."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from graphstep.gates.mathematics import NUMBERS

if TYPE_CHECKING:
    from graphstep.gates import Rule

GRIDS = ((-2.3, -0.7, 0.4, 0.9, 1.6, 2.7), (-0.15, 0.12, 0.55, 3.7, 5.2, 9.5), (-45.0, -9.5, -3.7, 47.0, 130.0, 210.0))
"""What is tried, the next one where a gate has its domain elsewhere."""


def width(gate: Rule) -> int:
    """How many inputs to try a gate with."""
    return 3 if gate.chooses else len(gate.partials)


def points(gate: Rule) -> list[tuple[float, ...]]:
    """Points in the domain of a gate and off its kinks, at most some forty."""
    found: list[tuple[float, ...]] = []
    for grid in GRIDS:
        if len(found) < 2:
            found += [point for point in itertools.product(grid, repeat=width(gate)) if is_ordinary(gate, point)]
    return found[:: max(1, len(found) // 40)]


def is_ordinary(gate: Rule, point: tuple[float, ...]) -> bool:
    """Whether a gate has a value there, no convention applies, no jump is near, and no two inputs are equal."""
    with np.errstate(all="ignore"):
        inputs = [np.float64(v) for v in point]
        near = [float(gate.value(NUMBERS, [v * by for v in inputs[:1]] + inputs[1:], {})) for by in (1 - 1e-4, 1, 1 + 1e-4)]
        special = max(near) - min(near) > 0.05 * (1 + abs(near[1]))
        special |= any(bool(rule.at(NUMBERS, *inputs)) for rule in gate.conventions)
        return bool(not special and len(set(point)) == len(point) and np.isfinite(gate.value(NUMBERS, inputs, {})))
