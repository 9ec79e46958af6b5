"""An exercise at the prompt: its blanks one after the other, hints, marks with errors carried forward."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from itertools import chain
from math import ceil

from graphstep.ground.clock import Clock, SystemClock
from graphstep.teaching.exercise.attempt import Attempt, hints_of
from graphstep.teaching.exercise.exercise import Exercise
from graphstep.teaching.lesson.plain import WIDTH, asked
from graphstep.telling.words.catalogue import message

DELAY = 20
"""Seconds that a question has stood there before its last hint opens: it is nearly the answer."""

WORDS = ("hint", "show", "help", "quit")
"""What may be typed in place of an answer; an empty line goes on. They are the same in every language, as commands are."""


class WorkPrompt:
    """One exercise, and what is printed of it."""

    def __init__(self, exercise: Exercise, write: Callable[[str], object], clock: Clock | None = None, worked: int = 0) -> None:
        self.attempt = Attempt.begin(exercise, 0.0, worked)
        """How far the user is."""
        self.left = False
        """Whether the user has left, or all is done."""
        self._write, self._clock = write, clock or SystemClock()

    @property
    def language(self) -> str:
        """The code of the language in which it answers."""
        return self.attempt.exercise.setup.language

    @property
    def invitation(self) -> str:
        """The text before the line that is typed."""
        return "answer> " if self.attempt.blank is not None else "[Enter] "

    def completions(self, text: str) -> list[str]:
        """The words that begin with a text."""
        return [word for word in WORDS if word.startswith(text)]

    def begin(self) -> None:
        """Print the exercise, what of it is worked, and the first question."""
        exercise = self.attempt.exercise
        self.say(f"{exercise.title}   ({exercise.code})")
        for line in given_lines(exercise):
            self.say(line)
        if self.attempt.place:
            self.say("")
        for number, blank in enumerate(exercise.blanks[: self.attempt.place], 1):
            head = self._message("exercise-question", number=number, count=len(exercise.blanks))
            # Close together: the program at the head of it all has to stay in sight on 24 rows.
            self.say(asked(blank.solution, head))
            self._fill(blank.solution.ladder, "  ")
            self._fill(blank.solution.question.because, "  ")
        self.say("")
        # Once more, with the clock: the time of a question counts from when it can be read, not from when it was drawn.
        self.attempt = Attempt.begin(exercise, self._clock.seconds(), self.attempt.place)
        if self.attempt.blank is None:
            self._fill(self._message("exercise-read"))
            return
        self._fill(self._message("exercise-help"))
        self._ask()

    def hear(self, line: str) -> None:
        """Take a line: an answer, or a word."""
        word, blank = line.strip(), self.attempt.blank
        if blank is None or word == "quit":
            self.left = True
        elif word in ("help", "?"):
            self._fill(self._message("exercise-help"))
        elif word == "hint":
            self._hint()
        elif word == "show":
            self._fill(blank.solution.ladder, "  ")
            self._fill(blank.solution.question.because, "  ")
            self._move(self.attempt.reveal(self._clock.seconds()))
        elif not word:
            self._move(self.attempt.go_on(self._clock.seconds()))
        elif not word.startswith("#"):
            self._answer(word)

    def end(self) -> None:
        """Print what was earned."""
        attempt = self.attempt
        if attempt.blank is None and attempt.asked:
            self.say(self._message("exercise-earned", earned=f"{attempt.earned:g}", marks=f"{attempt.asked:g}"))

    def say(self, text: str) -> None:
        """Print a line."""
        self._write(f"{text}\n")

    def _answer(self, text: str) -> None:
        blank, before = self.attempt.blank, self.attempt
        self.attempt, verdict = before.answer(text, self._clock.seconds())
        self._fill(verdict.sentence, "  ")
        if verdict.earned:
            assert blank is not None, "somebody has answered it"
            self._fill(blank.solution.question.because, "  ")
            self._move(self.attempt)
        elif verdict.outcome != "unreadable":
            self._fill(self._message("exercise-try-again"), "  ")

    def _move(self, attempt: Attempt) -> None:
        self.attempt = attempt
        if attempt.blank is None:
            self.left = True
        else:
            self._ask()

    def _hint(self) -> None:
        blank = self.attempt.blank
        hints = hints_of(blank.solution) if blank is not None else ()
        number = self.attempt.hints + 1
        if number > len(hints):
            self._fill(self._message("exercise-no-hint" if hints else "exercise-hintless"), "  ")
            return
        # From the moment of the question and not of the last hint: who has thought already need not wait again.
        wait = DELAY - (self._clock.seconds() - self.attempt.since)
        if number == len(hints) > 1 and wait > 0:
            self._fill(self._message("exercise-wait", count=ceil(wait)), "  ")
            return
        self.attempt = self.attempt.hint()
        text = self._message("lesson-hint", number=number, count=len(hints), hint=hints[number - 1])
        self._fill(text, "  ")

    def _ask(self) -> None:
        blank, count = self.attempt.blank, len(self.attempt.exercise.blanks)
        assert blank is not None, "a question is put where one is left"
        head = self._message("exercise-question", number=self.attempt.place + 1, count=count)
        self.say(f"\n{asked(blank.solution, head)}")

    def _fill(self, text: str, indent: str = "") -> None:
        if text:
            plain = text.replace("`", "")
            self.say(textwrap.fill(plain, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False))

    def _message(self, key: str, /, **fields: str | int) -> str:
        return message(self.language, key, **fields)


def given_lines(exercise: Exercise) -> Iterator[str]:
    """The program and the values of its inputs, without a drawing."""
    from graphstep.faces.export import text
    from graphstep.telling.reports.inputs import given, problem_text

    yield from text.lines(chain(problem_text(exercise.trace), given(exercise.trace)), exercise.setup.language)
