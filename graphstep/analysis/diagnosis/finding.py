"""What a diagnosis may find, and the limits from which it does.

The limits are conventions, not laws: they are where the lectures' own experiments begin to fail to learn.
"""

from __future__ import annotations

from typing import Literal, get_args

from graphstep.analysis.facts import Reason
from graphstep.ground.records import dataclass

FindingKind = Literal["not finite", "zero", "exploding", "vanishing", "saturated", "dead", "shrinking", "alike"]
"""What can be found."""

FINDING_KINDS: tuple[FindingKind, ...] = get_args(FindingKind)
"""All of them, by name, the gravest first: what ends all learning, what ends that of the first layers, what hinders it."""

BACKWARD: tuple[FindingKind, ...] = ("zero", "vanishing", "exploding")
"""Findings about the gradient of a node; the others are about its value."""

SATURATED = 0.5
"""Share of flat cells from which a squashing layer is called saturated."""

DEAD = 0.1
"""Share of units that pass nothing for any example from which a layer of relus is called dead in part."""

EXAMPLES = 8
"""Examples below which a unit that passes nothing is no news: half of the units do, for any one example."""

SHRINKING = 0.05
"""Part of the first layer's spread below which the values of a layer are called shrinking."""

VANISHING, EXPLODING = 1e-3, 1e3
"""What is left of the gradient of the last layer when it is called vanishing or exploding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault that keeps a network from learning."""

    kind: FindingKind
    """What it is."""
    node: int
    """The node at which it shows."""
    reasons: tuple[Reason, ...]
    """What is wrong, with the figures that say so; then where it comes from, and what would help."""
