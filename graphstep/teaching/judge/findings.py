"""What is found out about an engine, as data, and when numbers are the right ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import field
from typing import Any

from graphstep.ground.records import dataclass
from graphstep.teaching.judge.operations import Cells
from graphstep.teaching.judge.trials import Trial

TOLERANCE, ROUNDING, DOUBT = 1e-9, 64, 1e-6
"""Relative errors: that of a right number in float64, the ulps of another type, and up to what an ε is suspected."""


NEAR = 0.01
"""The share of its scale from which on an error of a number is relative to it."""

COARSEST = 1e-3
"""How far 1/3 is off in the coarsest type."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    operation: str
    """The operation, or ``backward``."""
    slot: int | None
    """The input that gets a wrong gradient; None where it is none, or all of them."""
    key: str
    """The message that says what is wrong; empty where no known fault reproduces the numbers."""
    trial: Trial
    """The smallest program that shows it."""
    right: tuple[Cells, ...]
    """What that comes to: the value, then the gradients of its inputs."""
    came: tuple[Cells, ...]
    """What the engine has; nothing where it failed."""
    error: str = ""
    """What it raised, where it failed."""
    built: str = ""
    """What the operation is built as, where that is what is wrong."""
    sends: bool = True
    """Whether it is a gradient that is wrong, and not the value before it."""


@dataclass(frozen=True, slots=True)
class Kink:
    """What an engine does where there is a choice."""

    trial: Trial
    """The program, at the kink."""
    ours: float
    """The gradient here."""
    came: float
    """The gradient there."""


@dataclass(slots=True)
class Judgement:
    """What is said of an engine."""

    engine: str
    """What the user calls it."""
    kind: str
    """Its class."""
    way: str = ""
    """What is written to begin its backward pass, where that is not ``loss.backward()``."""
    findings: list[Finding] = field(default_factory=list)
    """What is wrong, the root of it first."""
    right: list[str] = field(default_factory=list)
    """The operations that are right."""
    consequences: list[str] = field(default_factory=list)
    """The operations that are wrong only because others are that they are built from."""
    absent: list[str] = field(default_factory=list)
    """The operations that it has not."""
    near: dict[str, str] = field(default_factory=dict)
    """By name that the engine has the method of an absent operation that is called almost the same."""
    missing: dict[str, str] = field(default_factory=dict)
    """Those of them that were required, each with what it raised; an operation may be there and fail by a slip of the pen."""
    kinks: list[Kink] = field(default_factory=list)
    """What it does where there is a choice."""
    doubts: list[Trial] = field(default_factory=list)
    """Programs of which a number is a little off."""
    again: tuple[Trial, float, float] | None = None
    """A program, and a gradient after one backward pass and after two, where they differ."""
    without_arrays: list[str] = field(default_factory=list)
    """The operations that do numbers only, in an engine of arrays."""
    unbroadcast: list[str] = field(default_factory=list)
    """The operations that refuse inputs of different shapes."""
    programs: int = 0
    """How many programs were run."""

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong and nothing required is missing."""
        return not self.findings and not self.missing


def tolerance_of(third: float) -> float:
    """The relative error of a right number, from what comes back of 1/3: 64 ulps of the type that it went through."""
    if third == 1 / 3:
        return TOLERANCE
    # Half an ulp is the most that 1/3 can be off; 1/3 is off by a third of an ulp. What is further off than that of the coarsest
    # type there is, bfloat16, has not been rounded: an engine of whole numbers has no tolerance in which all is right.
    off = abs(third - 1 / 3)
    return max(TOLERANCE, ROUNDING * 3 * off * 3) if off < COARSEST else TOLERANCE


def agree(came: Sequence[Cells], right: Sequence[Cells], tolerance: float, scale: float) -> bool:
    """Whether numbers are the right ones, up to rounding; arrays cell by cell, and in shape."""
    return len(came) == len(right) and all(_near(one, other, tolerance, scale) for one, other in zip(came, right, strict=True))


def _near(one: Cells, other: Cells, tolerance: float, scale: float) -> bool:
    if isinstance(one, tuple) or isinstance(other, tuple):
        return isinstance(one, tuple) and isinstance(other, tuple) and agree(one, other, tolerance, scale)
    return (
        one == other or (math.isnan(one) and math.isnan(other)) or abs(one - other) <= tolerance * max(abs(other), scale * NEAR)
    )


def cells(content: Any) -> Any:
    """An array that came as lists, as tuples of rows; a number as it is."""
    return tuple(cells(each) for each in content) if isinstance(content, list) else float(content)
