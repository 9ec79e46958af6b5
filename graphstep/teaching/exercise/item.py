"""An item: what exercises of one kind are drawn from, as its file says it.

An item has levels, from the easiest on; a level has a program, or several that ask for the same, the ranges of its inputs, and
what is asked. Nothing here holds a number of an exercise: those are drawn from a seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from math import prod
from typing import Literal

from graphstep.ground.operands import Shape
from graphstep.ground.records import dataclass
from graphstep.teaching.marking.question import Question

KINDS = ("chain", "fork", "max", "mul", "sigmoid", "vector", "matrix", "loss", "broadcast", "mixed", "bug")
"""What exercises are about, in the order in which they are met."""

MISTAKES = (
    "local",
    "upstream",
    "scaled-by-own",
    "contribution-of-other",
    "one-contribution",
    "missing-contribution",
    "multiplied",
    "subtracted",
    "loser",
    "winner",
    "added",
    "sign",
)
"""The misconceptions that a worked backward pass may hold one of, by the ids of their messages without ``slip-``."""

EASY = (0, 1, -1)
"""Numbers that hide what a step did with them."""

Fineness = Literal["halves", "decimals"]
"""Which numbers of a run are nice: whole ones and halves; or, where gates such as σ allow no such thing, any that three decimals
are enough for."""


@dataclass(frozen=True)
class Range:
    """The numbers that an input is drawn from."""

    low: Decimal
    """The smallest."""
    high: Decimal
    """The largest."""
    step: Decimal = Decimal(1)
    """How far they are apart."""
    shape: Shape = ()
    """The shape of the input; () for a number."""

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """All of them, without those that hide what a step did."""
        # In decimals: 0.1 three times is 0.3, and so the number that a student reads on the sheet.
        count = int((self.high - self.low) / self.step)
        return tuple(float(x) for x in (self.low + k * self.step for k in range(count + 1)) if x not in EASY)

    @property
    def cells(self) -> int:
        """How many are drawn."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of a level."""

    question: Question
    """What is asked."""
    marks: float
    """What a right answer earns."""


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """How hard an exercise is, by its structure."""

    programs: tuple[str, ...]
    """Programs of which one is drawn; all have the names that are asked for."""
    inputs: Mapping[str, Range | str]
    """By name the range of an input, or the text of a value that is always the same."""
    asks: tuple[Ask, ...]
    """What is asked, in the order of the file; nothing where a mistake is to be found."""
    mistakes: tuple[str, ...]
    """The mistakes, from :data:`MISTAKES`, of which a worked backward pass has one that is to be found; nothing elsewhere."""
    fineness: Fineness
    """Which numbers are nice."""
    largest: float
    """The largest number that may stand in a run, without its sign."""
    line: int
    """Where it begins in its file."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """What exercises are drawn from."""

    name: str
    """The name of its file without ``.toml``: part of the code of every exercise."""
    title: str
    """The heading of its exercises."""
    kind: str
    """What it is about, one of :data:`KINDS`."""
    names: Mapping[str, tuple[str, ...]]
    """By name in the programs, what it may be called in an exercise; the n-th names of all belong together."""
    levels: tuple[Level, ...]
    """Its levels, from the easiest on."""
    path: str
    """The file that it was read from, to name in errors."""

    @property
    def namings(self) -> int:
        """In how many ways its names are chosen."""
        return max((len(each) for each in self.names.values()), default=1)
