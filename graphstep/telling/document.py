"""Documents: what is told of a run, a training or a check, as blocks, before any format is chosen.

A block says what stands there, never how it looks: no markup, no colours, no dollar signs. A figure is a number with its digits
and its role, a formula is a tree of terms, a graph is a run and a step. Builders (:mod:`graphstep.telling.reports`) make
documents; a writer for each format turns any of them into ink, so that all formats have the same words and numbers in the same
order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from graphstep.engine.trace import Trace
from graphstep.gates.notation import Term
from graphstep.ground.arrays import Number
from graphstep.ground.numerals import ENGLISH
from graphstep.ground.records import record
from graphstep.telling.explanation import Ladder, Note, Rung

WHOLE = 150
"""Gates up to which a document works a program step by step, and draws the whole of it."""

_BESIDE, _LINE = 4, 60
"""Answers to choose from, and their letters, up to which they stand beside each other."""

LABELS = frozenset({"convention", "warning", "zero"})
"""The kinds of notes that have a label; any other note stands without one."""


@record(frozen=True, slots=True)
class Manner:
    """How much a document tells."""

    brief: bool = False
    """Whether it goes from formulas to values without explaining rules."""
    hidden: bool = False
    """Whether the numbers that are to be found are left blank, and what would give them away is left out."""
    drawn: bool = True
    """Whether the graph is part of it."""


FULL = Manner()
"""Everything is told."""

Role = Literal["value", "gradient", "contribution", "error", "loss", "count", "share", "statistic"]
"""What a figure is: a writer may give roles their own ink."""


# -- runs of prose ------------------------------------------------------------------------------------------------------------


@record(frozen=True, slots=True)
class Code:
    """A text that is a program or a part of one."""

    text: str
    """The text."""


@record(frozen=True, slots=True)
class Strong:
    """A text of weight."""

    text: str
    """The text."""


@record(frozen=True, slots=True)
class Emphasis:
    """A text that is set apart."""

    text: str
    """The text."""


@record(frozen=True, slots=True)
class Math:
    """A formula in a line: a left side with the forms that it is equal to, or one of the two alone."""

    left: Term | None
    """What it is; None where only forms stand."""
    rungs: tuple[Rung, ...] = ()
    """Equal forms of it."""

    @staticmethod
    def of(ladder: Ladder) -> Math:
        """A whole ladder in a line."""
        return Math(ladder.left, ladder.rungs)


@record(frozen=True, slots=True, eq=False)
class Figure:
    """A number, or an array in the room that a number has."""

    value: Number
    """The number."""
    digits: int
    """Significant digits that are written."""
    role: Role
    """What it is."""
    complete: bool = True
    """Whether it is all of a gradient; else contributions are still to come."""


@record(frozen=True, slots=True)
class Histogram:
    """How many cells of an array lie in each of a few equal ranges."""

    counts: tuple[int, ...]
    """The cells in each."""


Inline: TypeAlias = str | Code | Strong | Emphasis | Math | Figure | Histogram
"""What a line of prose is made of; a str is plain words."""

Content: TypeAlias = tuple[Inline, ...]
"""A line of prose."""


# -- blocks -------------------------------------------------------------------------------------------------------------------


@record(frozen=True, slots=True)
class Heading:
    """A heading."""

    level: int
    """1 for the title of the document, 2 for its parts, 3 for what is in them."""
    content: Content
    """The words."""
    anchor: str
    """By what a link finds it, in this document the only one of this name."""


@record(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    content: Content
    """The words."""


@record(frozen=True, slots=True)
class Listing:
    """Lines of prose under each other."""

    items: tuple[Content, ...]
    """The lines."""


@record(frozen=True, slots=True)
class Equations:
    """Formulas under each other, each of a quantity of its own; a :class:`Ladder` is one quantity in many forms."""

    lines: tuple[Math, ...]
    """The formulas."""


@record(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: Content
    """What stands at its head."""
    numbers: bool = False
    """Whether it holds numbers, which are set to the right."""


@record(frozen=True, slots=True)
class Table:
    """A table."""

    columns: tuple[Column, ...]
    """Its columns."""
    rows: tuple[tuple[Content, ...], ...]
    """Its rows, a cell for each column."""


@record(frozen=True, slots=True, eq=False)
class Graph:
    """The drawn graph of a run after a step; a large program is drawn around the gate at work."""

    trace: Trace
    """The run."""
    at: int
    """The step."""
    written: bool = True
    """Whether values and gradients stand in it."""


@record(frozen=True, slots=True)
class Curve:
    """Series of numbers over the rounds of a training, or over positive numbers: then both scales are logarithmic."""

    series: tuple[tuple[str, tuple[float, ...]], ...]
    """The names of the series and their numbers, from the first round to the last."""
    across: tuple[float, ...] = ()
    """The numbers that they stand over, the first at the left; nothing for rounds."""
    title: str = ""
    """What these are."""


@record(frozen=True, slots=True)
class Grid:
    """A sign at every pair of the values of two settings."""

    titles: tuple[str, str]
    """The settings: the one whose values go down, and the one whose values go across."""
    down: tuple[str, ...]
    """The values of the rows, the first on top."""
    across: tuple[str, ...]
    """The values of the columns, the first at the left."""
    cells: tuple[tuple[str, ...], ...]
    """A sign for each column, row by row; a sign is one character."""
    legend: tuple[tuple[str, str], ...]
    """The signs, each with what it says."""


@record(frozen=True, slots=True)
class Typed:
    """The text of a program, as typed."""

    text: str
    """The text; it may have several lines."""


@record(frozen=True, slots=True)
class Command:
    """A command for the shell."""

    text: str
    """The command in one line."""


@record(frozen=True, slots=True)
class Verdict:
    """The result of an examination: a finding, or that of all."""

    status: Literal["fine", "doubt", "fault"]
    """How serious it is: a writer may give each its own ink."""
    label: str
    """What it is about or of which kind, before the sentence, with the sign behind it; or nothing."""
    content: Content
    """What is said."""

    def line(self, gap: str) -> Content:
        """The label and what is said, with a gap between them."""
        return (Strong(self.label), gap, *self.content) if self.label else self.content


@record(frozen=True, slots=True)
class Columns:
    """Lines that stand beside each other where there is room, and in a list where there is none."""

    columns: tuple[Content, ...]
    """The line of each column."""


@record(frozen=True, slots=True)
class Question:
    """A question to be answered on paper, or its answer in a key."""

    number: int
    """Its number, the same on a sheet and in the key."""
    ask: Content
    """What is asked; nothing in a key."""
    options: tuple[Content, ...]
    """The answers to choose from; nothing where there is no choice."""
    hints: tuple[Content, ...]
    """What may be read before answering."""
    answer: Content
    """What is to be written, or :data:`graphstep.telling.explanation.BLANK` with what stands before it."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The question in smaller blocks; an answer alone goes on behind the number."""
        number = Strong(f"{self.number}.")
        if not self.ask:
            return (Prose((number, " ", *self.answer)), *([Listing(self.hints)] if self.hints else []))
        parts: list[Block] = [Prose((number, " ", *self.ask))]
        if _are_short(self.options):
            parts.append(Columns(self.options))
        elif self.options:
            parts.append(Listing(self.options))
        return (*parts, *([Listing(self.hints)] if self.hints else []), Prose(self.answer))


def _are_short(options: tuple[Content, ...]) -> bool:
    """Whether answers to choose from fit beside each other in a line."""
    words = [part if isinstance(part, str) else getattr(part, "text", "") for option in options for part in option]
    return bool(options) and len(options) <= _BESIDE and sum(map(len, words)) <= _LINE


@record(frozen=True, slots=True)
class Step:
    """One step of a run, with what is told of it."""

    n: int
    """Its number."""
    of: int
    """The number of the last step in the document."""
    anchor: str
    """By what a link finds it."""
    title: str
    """What happens, in a few words."""
    pattern: str
    """The pattern in backward flow, or nothing."""
    blocks: tuple[Block, ...]
    """What is told: a paragraph that stands first goes on in the line of the title."""


Block: TypeAlias = (
    Heading | Prose | Listing | Equations | Ladder | Table | Graph | Curve | Grid | Typed | Command | Note
    | Verdict | Columns | Question | Step
)  # fmt: skip
"""What a document is made of."""


@record(frozen=True, slots=True)
class Document:
    """A document: its blocks, in order."""

    title: str
    """What it is about, as plain text; its first heading says it too."""
    blocks: Iterable[Block]
    """The blocks. They may be made while they are written, and then can be read once."""
    language: str = ENGLISH
    """The code of the language of its words."""
    lang: str = ""
    """The code of the language of what is told about, a lesson, which sets the direction; empty for that of the words."""
