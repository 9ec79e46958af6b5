"""A lesson as data: what its file says, before anything is run.

A lesson is a sequence of sections. A section has a heading, which may name a stop in the run, and blocks: prose and questions in
the order of the text. Nothing here holds a right answer: those are computed from the run.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from graphstep.ground.directions import is_rtl
from graphstep.ground.errors import InputError
from graphstep.ground.records import dataclass
from graphstep.teaching.marking.question import Question

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graphstep.language.setup import Setup


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault in a lesson file, with its line."""

    path: Path
    """The file."""
    line: int
    """The line, counted from 1."""
    message: str
    """One sentence: what is wrong, and what would do."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class LessonError(InputError):
    """A lesson file cannot be used."""

    def __init__(self, *problems: Problem) -> None:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}", hint=f"graphstep lesson check {problems[0].path} lists all that is wrong")
        self.problems = problems
        """Everything that was found."""


StopKind = Literal["start", "forward", "seed", "backward", "sum", "end"]
"""The places in a run that a heading can name."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A place in the run, named by a heading."""

    kind: StopKind
    """What happens there."""
    node: str = ""
    """The node that is computed (forward; empty for the end of the forward pass), sends (backward) or adds up (sum)."""
    target: str = ""
    """The node that a contribution is sent to (backward)."""
    nth: int = 1
    """Which of several sends between the two: x*x sends twice to x."""


@dataclass(frozen=True, slots=True)
class Prose:
    """Ordinary Markdown between headings and questions."""

    text: str
    """The Markdown, without blank lines around it; of a figure what is drawn, once the lesson has been run."""
    line: int
    """Its first line in the file."""
    figure: Mapping[str, Any] | None = None
    """What a figure block asks for; None for text."""


Block = Prose | Question
"""A part of a section."""


@dataclass(frozen=True, slots=True)
class Round:
    """A round of a training, which a heading names."""

    number: int
    """Its number, from 0."""
    settings: Mapping[str, str]
    """How it is trained: the settings of the front matter, those of the heading in their place."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    """The heading as typed; the lesson's title for the introduction."""
    stop: Stop | None
    """The place in the run that the heading names; None stays where the run is."""
    run: Setup | None
    """What the heading starts to run; None goes on with what runs."""
    blocks: tuple[Block, ...]
    """Prose and questions in the order of the text."""
    line: int
    """The line of the heading."""
    round: Round | None = None
    """The round of a training that :attr:`run` is run as; None for a run by itself."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """Its questions, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Question))


# No slots: its questions are kept on it once they are gathered.
@dataclass(frozen=True)
class Lesson:
    """A whole lesson, as its file says it."""

    path: Path
    """The file."""
    title: str
    """What it is called."""
    run: Setup
    """What is run from the start. Its inputs may serve several programs of the lesson: each takes those that it has."""
    run_line: int
    """The line that names its program."""
    needs: tuple[str, ...]
    """The lessons to have done before, by the name of their file without ``.md``."""
    source: str
    """Where its example comes from; empty where it is its own."""
    rows: tuple[int, ...]
    """The rows of a curriculum that it covers; docs/curriculum.md is that of the lessons that come with graphstep."""
    minutes: int | None
    """About how long it takes."""
    lang: str
    """The language that it is written in, by its code; empty where it says none."""
    train: Mapping[str, str]
    """How its program is trained, by setting; empty where it is not."""
    asked: Mapping[str, tuple[str, ...]]
    """By the name of an input, the keys of questions whose answer its value is: on paper it is not given away."""
    sections: tuple[Section, ...]
    """The introduction, then one section a heading."""

    @property
    def slug(self) -> str:
        """The name of its file without ``.md``."""
        return self.path.stem

    @property
    def rtl(self) -> bool:
        """Whether it is written from right to left."""
        return is_rtl(self.lang)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions, in order."""
        return tuple(question for section in self.sections for question in section.questions)
