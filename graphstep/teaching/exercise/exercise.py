"""An exercise as data: a program with its numbers, the blanks that are asked for, and the wrong answers that have a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from graphstep.analysis.facts import Reason
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.language.setup import Setup
from graphstep.teaching.marking.misconceptions import slips
from graphstep.teaching.marking.solution import Solution
from graphstep.teaching.marking.verdict import same_number
from graphstep.telling.words.wording import Wording


@dataclass(frozen=True, slots=True, eq=False)
class Blank:
    """One answer that an exercise asks for."""

    name: str
    """What it is called on a sheet, in a key and in a file of answers: ``2`` or ``2b``; unique in its exercise."""
    solution: Solution
    """The question and its right answer."""
    marks: float = 1.0
    """What a right answer earns."""


@dataclass(frozen=True, slots=True, eq=False)
class Exercise:
    """A problem that is set: one run, and blanks in the order of its steps."""

    code: str
    """What makes it again: item, level and seed, ``fork-2-7``; of a lesson its name and the number of the run."""
    title: str
    """Its heading on a sheet."""
    setup: Setup
    """What is run, as it is typed."""
    trace: Trace
    """The run."""
    blanks: tuple[Blank, ...]
    """What is asked, in the order in which the run comes to it."""
    instead: Mapping[str, Blank] = field(default_factory=dict)
    """By the name of an input that is the answer to an earlier question, that question: the value would give the answer away."""

    @property
    def marks(self) -> float:
        """What all its blanks earn together."""
        return sum(blank.marks for blank in self.blanks)


@dataclass(frozen=True, slots=True, eq=False)
class Distractor:
    """A wrong answer that a misconception comes to."""

    value: Number
    """The number, or the array in the shape of the right answer or another."""
    reason: Reason
    """The misconception; the id of its message, ``slip-sign``, is its code in every language."""
    text: str
    """One or two sentences for who answers so, in the language of the run; the right answer does not stand in them."""


def distractors(blank: Blank) -> Iterator[Distractor]:
    """The wrong answers that misconceptions come to, the most likely first, each number once and none of them right.

    A blank that is no number and no array has none: what is chosen has its options.
    """
    asked = blank.solution.quantity
    if asked is None or blank.solution.formula or blank.solution.right is not None:
        return
    # The right answer first: with some numbers a misconception comes to it, and is no distractor.
    before: list[Number] = [asked.asked]
    with np.errstate(all="ignore"):
        for value, why in slips(asked):
            if np.isfinite(value).all() and not any(same_number(value, each) for each in before):
                before.append(value)
                yield Distractor(value, why, Wording(asked.trace).say(why))
