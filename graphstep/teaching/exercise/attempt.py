"""Working an exercise blank by blank: an immutable state and its moves, for a prompt and for practice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Literal

from graphstep.ground.arrays import number_text
from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.exercise import Blank, Exercise
from graphstep.teaching.marking.carried import Earlier
from graphstep.teaching.marking.solution import Solution
from graphstep.teaching.marking.verdict import Verdict, kept, mark

State = Literal["right", "mended", "wrong", "left", "revealed", "worked"]
"""What became of a blank: answered right, or in a way that follows, at once or behind a wrong answer; left with a wrong answer;
left empty; its answer was asked for; or it was never asked, since the exercise came with it worked."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How far somebody is with an exercise."""

    exercise: Exercise
    """The exercise."""
    place: int
    """The blank at hand, from 0; behind the last one when all is done."""
    since: float
    """When that blank was put, in seconds of a clock."""
    states: tuple[State, ...] = ()
    """What became of the blanks before it."""
    earlier: tuple[Earlier, ...] = ()
    """The numbers that were typed for them, which later answers may follow from."""
    typed: Earlier | None = None
    """The last number that was typed for the blank at hand."""
    tried: bool = False
    """Whether a wrong answer was given to it."""
    hints: int = 0
    """Hints that were opened to it."""
    helped: Mapping[str, int] = field(default_factory=dict)
    """Hints that were opened, by the name of the blank."""

    @staticmethod
    def begin(exercise: Exercise, now: float, worked: int = 0) -> Attempt:
        """The beginning; the first ``worked`` blanks are not asked."""
        states: list[State] = ["worked"] * worked
        return Attempt(exercise, worked, now, tuple(states))

    @property
    def blank(self) -> Blank | None:
        """The blank at hand; None when all is done."""
        return self.exercise.blanks[self.place] if self.place < len(self.exercise.blanks) else None

    @property
    def earned(self) -> float:
        """The marks that are earned so far."""
        return sum(
            blank.marks for blank, state in zip(self.exercise.blanks, self.states, strict=False) if state in ("right", "mended")
        )

    @property
    def asked(self) -> float:
        """The marks of all blanks that are asked."""
        worked = self.states.count("worked")
        return sum(blank.marks for blank in self.exercise.blanks[worked:])

    @property
    def flawless(self) -> bool:
        """Whether every blank that was asked was answered right at once."""
        return self.blank is None and all(state in ("right", "worked") for state in self.states)

    def answer(self, text: str, now: float) -> tuple[Attempt, Verdict]:
        """Answer the blank at hand; one that earns its mark goes on to the next."""
        blank = self._at_hand()
        # Of what was typed before, the right number is not told: the next blank may ask for it again.
        verdict = mark(blank.solution, text, len(self.exercise.trace), self.earlier, tells=False)
        if verdict.outcome == "unreadable":
            return self, verdict
        typed = next(kept(blank.solution, verdict), None)
        if verdict.earned:
            return replace(self, typed=typed)._next("mended" if self.tried else "right", now), verdict
        return replace(self, typed=typed, tried=True), verdict

    def go_on(self, now: float) -> Attempt:
        """Leave the blank at hand with what was typed last: what comes behind it may follow from that."""
        return self._next("wrong" if self.tried else "left", now)

    def reveal(self, now: float) -> Attempt:
        """Have the blank at hand answered: what comes behind it follows from the run."""
        return replace(self, typed=None)._next("revealed", now)

    def hint(self) -> Attempt:
        """One more hint to the blank at hand."""
        return replace(self, hints=self.hints + 1, helped={**self.helped, self._at_hand().name: self.hints + 1})

    def _at_hand(self) -> Blank:
        assert self.blank is not None, "the exercise is done"
        return self.blank

    def _next(self, state: State, now: float) -> Attempt:
        # Right or wrong: on paper one goes on with what one has written down.
        earlier = self.earlier if self.typed is None else (*self.earlier, self.typed)
        return Attempt(self.exercise, self.place + 1, now, (*self.states, state), earlier, helped=self.helped)


def hints_of(solution: Solution) -> tuple[str, ...]:
    """The hints to a question: those that a teacher wrote, then the rule, its form in symbols, and in numbers.

    None of them holds the answer.
    """
    hints = list(solution.question.hints)
    asked = solution.quantity
    if solution.right is None and asked is not None and asked.cell is None:
        explanation = solution.explanation
        ladder = explanation.local if asked.kind == "local" else explanation.ladder
        # Of max, for one, what is said is the larger input, which is the answer.
        if re.search(rf"(?<![\d.-]){re.escape(number_text(asked.asked))}(?![\d.]*\d)", explanation.why) is None:
            hints.append(explanation.why)
        if ladder is not None:
            # The last rung is the answer, and a form may be it already.
            value = ladder.rungs[-1].text
            hints += [f"{ladder.left_text} = {rung.text}" for rung in ladder.rungs[:-1] if rung.text != value]
    # Where two forms of a rule read alike, one of them is a hint.
    return tuple(dict.fromkeys(filter(None, hints)))
