"""A lesson as data: what its file says, before anything is run.

A lesson is a sequence of sections. A section has a heading, which may name a stop in the run, and blocks: prose and questions in
the order of the text. Nothing here holds a right answer: those are computed from the run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from graphstep.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graphstep.gates import Ties
    from graphstep.ground.arrays import Number


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong in a lesson file."""

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
class RunSpec:
    """What is run from a heading on, or from the start of the lesson."""

    program: str
    """The text of the program."""
    inputs: Mapping[str, Number]
    """Values of inputs. Those of the front matter may serve several programs: each takes the ones it has."""
    expand: bool = False
    """Whether composite gates are shown as their parts."""
    fold: bool = False
    """Whether recognised parts are shown as one gate."""
    share: bool = False
    """Whether equal subexpressions are one node."""
    ties: Ties = "first"
    """Who gets the gradient of max at a tie."""
    seed: float = 1.0
    """The gradient of the output."""
    data: tuple[str, ...] = ()
    """The inputs that are data: nobody asks for their gradients, so the run sends none to them."""
    line: int = 1
    """Where the lesson names it."""


@dataclass(frozen=True, slots=True)
class Prose:
    """Ordinary Markdown between headings and questions."""

    text: str
    """The Markdown, without blank lines around it."""
    line: int
    """Its first line in the file."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to answer before the run shows the answer."""

    ask: str
    """What is asked: ``gradient x``, ``local × → z``, ``choice: pattern × → z``, …"""
    hints: tuple[str, ...]
    """Shown one at a time."""
    because: str
    """The reason, shown with the answer."""
    question: str
    """Its wording; empty for the one that belongs to ``ask``."""
    options: tuple[str, ...]
    """What can be chosen; empty unless ``ask`` starts with ``choice:``."""
    key: str
    """What the place is kept under: ``ask``, with a count where a lesson asks the same twice."""
    line: int
    """Where its block begins."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each of its keys."""


Block = Prose | Question
"""A part of a section."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    """The heading as typed; the lesson's title for the introduction."""
    stop: Stop | None
    """The place in the run that the heading names; None stays where the run is."""
    run: RunSpec | None
    """What the heading starts to run; None goes on with what runs."""
    blocks: tuple[Block, ...]
    """Prose and questions in the order of the text."""
    line: int
    """The line of the heading."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """Its questions, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Question))


@dataclass(frozen=True)
class Lesson:
    """A whole lesson, as its file says it."""

    path: Path
    """The file."""
    title: str
    """What it is called."""
    run: RunSpec
    """What is run from the start."""
    needs: tuple[str, ...]
    """The lessons to have done before, by the name of their file without ``.md``."""
    source: str
    """Where its example comes from; empty where it is its own."""
    minutes: int | None
    """About how long it takes."""
    sections: tuple[Section, ...]
    """The introduction, then one section a heading."""

    @property
    def slug(self) -> str:
        """The name of its file without ``.md``."""
        return self.path.stem

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions, in order."""
        return tuple(question for section in self.sections for question in section.questions)
