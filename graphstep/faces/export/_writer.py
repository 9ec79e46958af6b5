"""What every writer of documents has: a method for each block and for each part of a line."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any

from graphstep.ground.numerals import ENGLISH, numeral
from graphstep.telling import document as blocks
from graphstep.telling.document import Block, Content
from graphstep.telling.explanation import Ladder, Note
from graphstep.telling.words.catalogue import message

_DIFFERENT = 1e-4
"""The relative error from which on two numbers differ by more than rounding, so that it has digits of its own."""

BLOCKS: dict[type, str] = {
    blocks.Heading: "heading",
    blocks.Prose: "prose",
    blocks.Listing: "listing",
    blocks.Equations: "equations",
    Ladder: "ladder",
    blocks.Table: "table",
    blocks.Graph: "graph",
    blocks.Curve: "curve",
    blocks.Typed: "typed",
    blocks.Command: "command",
    Note: "note",
    blocks.Verdict: "verdict",
    blocks.Columns: "columns",
    blocks.Question: "question",
    blocks.Step: "step",
}
"""By block, the method that writes it."""

INLINES: dict[type, str] = {
    str: "words",
    blocks.Code: "code",
    blocks.Strong: "strong",
    blocks.Emphasis: "emphasis",
    blocks.Math: "math",
    blocks.Figure: "figure",
    blocks.Histogram: "histogram",
}
"""By part of a line, the method that writes it."""


class Writer(ABC):
    """Turns blocks into the text of one format. A method of a block returns lines without blank ones around."""

    def __init__(self, language: str = ENGLISH) -> None:
        self.language = language
        """The code of the language of the document."""

    def label(self, what: Note | blocks.Step) -> str:
        """What a step, or a note of a kind that has a name, is called."""
        if isinstance(what, blocks.Step):
            return message(self.language, "label-step", n=str(what.n))
        return message(self.language, f"label-{what.kind}") if what.kind in blocks.LABELS else ""

    def block(self, block: Block) -> str:
        """The text of a block."""
        text: str = getattr(self, BLOCKS[type(block)])(block)
        return text

    def line(self, content: Content) -> str:
        """The text of a line of prose."""
        return "".join(getattr(self, INLINES[type(part)])(part) for part in content)

    def headed(self, head: str, step: blocks.Step) -> str:
        """A step under its head; a paragraph that it begins with goes on in the same line."""
        first, *rest = step.blocks or (None,)
        if isinstance(first, blocks.Prose):
            return "\n".join([f"{head}: {self.line(first.content)}\n", *map(self.block, rest)])
        return "\n".join([f"{head}.\n", *map(self.block, step.blocks)])

    def verdict(self, verdict: blocks.Verdict) -> str:
        """A finding or a result."""
        return self.prose(blocks.Prose(verdict.line))

    def columns(self, columns: blocks.Columns) -> str:
        """Blocks beside each other; where a format has no place for that, under each other."""
        return "\n".join(self.block(block) for column in columns.columns for block in column)

    def question(self, question: blocks.Question) -> str:
        """A question, or its answer."""
        return "\n".join(map(self.block, question.blocks))

    @abstractmethod
    def words(self, text: str) -> str:
        """Plain words."""

    @abstractmethod
    def code(self, code: blocks.Code) -> str:
        """A text that is a program or a part of one."""

    @abstractmethod
    def strong(self, strong: blocks.Strong) -> str:
        """A text of weight."""

    @abstractmethod
    def emphasis(self, emphasis: blocks.Emphasis) -> str:
        """A text that is set apart."""

    @abstractmethod
    def math(self, math: blocks.Math) -> str:
        """A formula in a line."""

    @abstractmethod
    def figure(self, figure: blocks.Figure) -> str:
        """A number, or an array in the room that a number has."""

    @abstractmethod
    def histogram(self, histogram: blocks.Histogram) -> str:
        """How many cells lie in each range."""

    @abstractmethod
    def heading(self, heading: blocks.Heading) -> str:
        """A heading."""

    @abstractmethod
    def prose(self, prose: blocks.Prose) -> str:
        """A paragraph."""

    @abstractmethod
    def listing(self, listing: blocks.Listing) -> str:
        """Lines under each other."""

    @abstractmethod
    def equations(self, equations: blocks.Equations) -> str:
        """Formulas under each other."""

    @abstractmethod
    def ladder(self, ladder: Ladder) -> str:
        """One quantity in many forms."""

    @abstractmethod
    def table(self, table: blocks.Table) -> str:
        """A table."""

    @abstractmethod
    def graph(self, graph: blocks.Graph) -> str:
        """The drawn graph of a run."""

    @abstractmethod
    def curve(self, curve: blocks.Curve) -> str:
        """Series of numbers over rounds."""

    @abstractmethod
    def typed(self, typed: blocks.Typed) -> str:
        """The text of a program."""

    @abstractmethod
    def command(self, command: blocks.Command) -> str:
        """A command for the shell."""

    @abstractmethod
    def note(self, note: Note) -> str:
        """A convention, a warning, or the reason for a zero."""

    @abstractmethod
    def step(self, step: blocks.Step) -> str:
        """A step with what is told of it."""


def statistic(figure: blocks.Figure) -> str:
    """A figure that stands as it is in every format: a count, a share, a number of a table of statistics; empty for others."""
    value: Any = figure.value
    if figure.role == "count":
        return f"{int(value):,}"
    if figure.role == "share":
        return _share(value)
    if figure.role in ("statistic", "loss"):
        return numeral(value, figure.digits).replace("-", "−")
    return ""


def bound(figure: blocks.Figure) -> int | None:
    """The power of ten below which an error is that is rounding: its digits differ from one processor to the next."""
    value = figure.value
    if figure.role != "error" or not isinstance(value, int | float) or not 0 < value < _DIFFERENT:
        return None
    return max(-12, math.floor(math.log10(value)) + 1)


def settled(figure: blocks.Figure) -> Any:
    """The number of a figure; of an error that is no rounding its first two digits."""
    value = figure.value
    return float(f"{value:.2g}") if figure.role == "error" and isinstance(value, int | float) else value


def _share(share: float) -> str:
    """A part of all cells; one that is not all and not nothing is never written as such."""
    if share in (0, 1):
        return f"{share:.0%}"
    return "under 0.1%" if share < 0.001 else f"{min(99.9, 100 * share):.1f}%"
