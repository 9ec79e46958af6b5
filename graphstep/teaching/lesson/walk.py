"""Going through a lesson: an immutable state and the moves between states, shared by the screen and the plain mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Literal

from graphstep.ground.records import dataclass
from graphstep.teaching.lesson.document import Block
from graphstep.teaching.lesson.rehearsal import Rehearsal, Scene
from graphstep.teaching.marking.carried import Earlier
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import Solution
from graphstep.teaching.marking.verdict import Verdict, mark, read_again
from graphstep.telling.words.catalogue import message

Outcome = Literal["open", "right", "shown"]
"""A question is open until it was answered right or its answer was asked for."""


@dataclass(frozen=True, slots=True)
class Answered:
    """How far a learner is with one question."""

    outcome: Outcome = "open"
    """Whether it is done, and how."""
    tries: int = 0
    """Wrong answers so far."""
    hints: int = 0
    """Hints that were shown, in all."""
    typed: str = ""
    """The last answer that could be read, right or wrong: later ones may follow from it."""


@dataclass(frozen=True)
class LessonRun:
    """Where a learner is in a lesson."""

    rehearsal: Rehearsal
    """The lesson with its runs."""
    place: int = 0
    """The section, counted from 0."""
    answers: Mapping[str, Answered] = field(default_factory=dict, hash=False)
    """How far each question is, by its key; those that are not here have not been touched."""

    # -- what there is to see --------------------------------------------------------------------------------------------------

    @property
    def scene(self) -> Scene:
        """The section with its run."""
        return self.rehearsal.scenes[self.place]

    @property
    def headings(self) -> tuple[str, ...]:
        """The heading of the section, behind those that say no more than it: nobody is shown a page of a heading alone."""
        scenes, first = self.rehearsal.scenes, self.place
        while first > 1 and scenes[first - 1].is_heading:
            first -= 1
        return tuple(scene.section.heading.replace("`", "") for scene in scenes[first : self.place + 1])

    @property
    def open(self) -> Solution | None:
        """The first question of the section that is not done; None when the section is."""
        return next((s for s in self.scene.solutions if self.answered(s).outcome == "open"), None)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What of the section is on show: everything down to the open question."""
        waiting = self.open
        shown: list[Block] = []
        for block in self.scene.section.blocks:
            shown.append(block)
            if waiting is not None and isinstance(block, Question) and block.key == waiting.question.key:
                break
        return tuple(shown)

    @property
    def step(self) -> int:
        """The step that the run shows: the section's stop, or the last one before an answer that is waited for."""
        # The drawing must not show what is being asked; of several open questions the earliest holds the run.
        waiting = [s.shown_at - 1 for s in self.scene.solutions if self.answered(s).outcome == "open"]
        return max(0, min([self.scene.step, *waiting]))

    @property
    def hints(self) -> tuple[str, ...]:
        """The hints of the open question that have been shown."""
        waiting = self.open
        return waiting.question.hints[: self.answered(waiting).hints] if waiting else ()

    @property
    def done(self) -> int:
        """How many questions are done."""
        return sum(self.answered(s).outcome != "open" for s in self.rehearsal.solutions.values())

    @property
    def right(self) -> int:
        """How many questions were answered right."""
        return sum(self.answered(s).outcome == "right" for s in self.rehearsal.solutions.values())

    @property
    def total(self) -> int:
        """How many questions there are."""
        return len(self.rehearsal.solutions)

    @property
    def last(self) -> bool:
        """Whether this is the last section."""
        return self.place == len(self.rehearsal.scenes) - 1

    @property
    def finished(self) -> bool:
        """Whether every question is done and the last section is open."""
        return self.last and self.done == self.total

    def answered(self, solution: Solution) -> Answered:
        """How far a question is."""
        return self.answers.get(solution.question.key, Answered())

    # -- moves -----------------------------------------------------------------------------------------------------------------

    def next(self) -> LessonRun:
        """The next section; the same state at the end, and while a question waits."""
        if self.last or self.open is not None:
            return self
        scenes = self.rehearsal.scenes
        ahead = range(self.place + 1, len(scenes) - 1)
        return replace(self, place=next((each for each in ahead if not scenes[each].is_heading), len(scenes) - 1))

    def back(self) -> LessonRun:
        """The section before; the same state at the start."""
        before = range(self.place - 1, 0, -1)
        return replace(self, place=next((each for each in before if not self.rehearsal.scenes[each].is_heading), 0))

    def go(self, place: int) -> LessonRun:
        """Some section; the nearest one where there is none."""
        return replace(self, place=min(max(0, place), len(self.rehearsal.scenes) - 1))

    def hint(self) -> LessonRun:
        """One more hint to the open question; the same state when there is none left."""
        waiting = self.open
        if waiting is None or len(self.hints) == len(waiting.question.hints):
            return self
        return self._with(waiting, hints=len(self.hints) + 1)

    def answer(self, typed: str) -> tuple[LessonRun, Verdict]:
        """Answer the open question: the state behind it, and what is said."""
        waiting = self.open
        if waiting is None:
            return self, Verdict("unreadable", message(self.rehearsal.language, "lesson-nothing-asked"))
        verdict = mark(waiting, typed, self.step, self.earlier(waiting), tells=False)
        if verdict.earned:
            return self._with(waiting, outcome="right", typed=typed), verdict
        # What cannot be read is no try; nor is what nobody can tell, which is not held against anybody.
        if verdict.outcome == "wrong":
            return self._with(waiting, tries=self.answered(waiting).tries + 1, typed=typed), verdict
        return self, verdict

    def earlier(self, waiting: Solution) -> tuple[Earlier, ...]:
        """The answers to the questions before one, in its run."""
        before: list[Earlier] = []
        for solution in self.rehearsal.solutions.values():
            if solution is waiting:
                break
            kept = self.answered(solution)
            if solution.trace is waiting.trace and kept.typed:
                before += read_again(solution, kept.typed)
        return tuple(before)

    def show(self) -> LessonRun:
        """Give the open question up: its answer is shown."""
        waiting = self.open
        return self if waiting is None else self._with(waiting, outcome="shown")

    def again(self) -> LessonRun:
        """The lesson from its start, nothing answered."""
        return replace(self, place=0, answers={})

    def _with(self, solution: Solution, **changes: object) -> LessonRun:
        changed = replace(self.answered(solution), **changes)  # type: ignore[arg-type]  # the fields of Answered, by name
        return replace(self, answers={**self.answers, solution.question.key: changed})
