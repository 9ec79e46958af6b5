"""Practice at the prompt: exercises one after the other, and what becomes of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from graphstep.faces.repl.exercises import WorkPrompt
from graphstep.ground.clock import Clock
from graphstep.teaching.exercise.draw import draw
from graphstep.teaching.practice import progress
from graphstep.telling.words.catalogue import message

if TYPE_CHECKING:
    from graphstep.teaching.practice.session import Session, Task
    from graphstep.teaching.practice.standing import Standing


class PracticePrompt:
    """A sitting, and what is printed of it."""

    def __init__(self, session: Session, write: Callable[[str], object], language: str, clock: Clock, most: int) -> None:
        self.session = session
        """Where the learner is."""
        self.language = language
        """The code of the language in which it answers."""
        self.left = False
        """Whether the learner has left, or nothing is to be done."""
        self._write, self._clock, self._most = write, clock, most
        self._task: Task | None = None
        self._work: WorkPrompt | None = None
        self._warned = ""

    @property
    def invitation(self) -> str:
        """The text before the line that is typed."""
        return self._work.invitation if self._work is not None else "> "

    def completions(self, text: str) -> list[str]:
        """The words that begin with a text."""
        return self._work.completions(text) if self._work is not None else []

    def begin(self) -> None:
        """Say what is due, and put the first exercise."""
        if due := len(self.session.due):
            self._say("practice-due", count=due)
        self._put()

    def hear(self, line: str) -> None:
        """Take a line of the exercise at hand; behind its last one comes the next exercise."""
        work, task = self._work, self._task
        if work is None or task is None:
            self.left = True
            return
        work.hear(line)
        if not work.left:
            return
        if work.attempt.blank is not None or line.strip() == "quit":
            self.left = True
            self._say("practice-left")
            return
        work.end()
        self._record(task, work)
        if len(self.session.behind) < self._most:
            self._put()
        else:
            self.left = True
            self._say("practice-enough")

    def end(self) -> None:
        """Nothing is left to be said: what is done is kept as it comes."""

    def _put(self) -> None:
        """Put the next exercise, or say that there is none."""
        task = self._task = self.session.next
        if task is None:
            self.left = True
            back = self.session.back
            self._say("practice-nothing" if back is None else "practice-nothing-before", date=back.isoformat() if back else "")
            return
        exercise = draw(task.item, task.level, task.standing.seed, self.language)
        self._write("\n")
        self._work = WorkPrompt(exercise, self._write, self._clock, task.standing.worked(len(exercise.blanks)))
        self._work.begin()

    def _record(self, task: Task, work: WorkPrompt) -> None:
        blanks = len(work.attempt.exercise.blanks)
        # Whoever sits over midnight has done it on the day on which it is done.
        standing = task.standing.after(blanks, flawless=work.attempt.flawless, today=self._clock.today())
        self.session = self.session.after(task, standing)
        self._say_standing(task.standing, standing)
        kept = progress.save(task.key, standing)
        if kept.message and kept.message != self._warned:
            # Once: it does not change from one exercise to the next.
            self._warned = kept.message
            self._write(f"{kept.message}\n")

    def _say_standing(self, before: Standing, after: Standing) -> None:
        if after.due is not None:
            self._say("practice-back" if before.learned else "practice-learned", date=after.due.isoformat())
        elif after.done:
            self._say("practice-done")
        elif after.asked == before.asked:
            self._say("practice-same")
        else:
            self._say("practice-fading", count=after.asked)

    def _say(self, key: str, **fields: str | int) -> None:
        self._write(f"{message(self.language, key, **fields)}\n")
