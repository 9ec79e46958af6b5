"""What every writer of documents has: a method for each block and for each part of a line."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, get_args

from graphstep.faces.drawing.digest import MORE, digest
from graphstep.ground.arrays import bars_of
from graphstep.ground.numerals import ENGLISH, numeral
from graphstep.telling import document as blocks
from graphstep.telling.document import Block, Content
from graphstep.telling.explanation import Note
from graphstep.telling.words.catalogue import joined, joint, message

_DIFFERENT = 1e-4
"""The relative error from which on two numbers differ by more than rounding, so that it has digits of its own."""

BLOCKS: dict[type, str] = {kind: kind.__name__.lower() for kind in get_args(blocks.Block)}
"""By block, the method that writes it."""

INLINES: dict[type, str] = {kind: "words" if kind is str else kind.__name__.lower() for kind in get_args(blocks.Inline)}
"""By part of a line, the method that writes it."""


class Writer(ABC):
    """Turns blocks into the text of one format.

    A format has a method for every block, which returns lines without blank ones around, and one for every part of a line, which
    returns text; :data:`BLOCKS` and :data:`INLINES` have their names. Those here are what most formats do.
    """

    def __init_subclass__(cls) -> None:
        # They are called by the type of a block: without this a writer would be found out by the first document that has such.
        if lacking := [name for name in (*BLOCKS.values(), *INLINES.values()) if not hasattr(cls, name)]:
            raise TypeError(f"{cls.__name__} has no method for {', '.join(lacking)}")

    def __init__(self, language: str = ENGLISH) -> None:
        self.language = language
        """The code of the language of the document."""
        self.gap = joint(language)
        """What stands between a label and its sentence."""

    def label(self, what: Note | blocks.Step) -> str:
        """The label of a step, or of a note of a kind that has one, with the stop behind it."""
        if isinstance(what, blocks.Step):
            label = message(self.language, "label-step", n=str(what.n))
        elif what.kind in blocks.LABELS:
            label = message(self.language, f"label-{what.kind}")
        else:
            return ""
        return message(self.language, "label-ended", label=label)

    def block(self, block: Block) -> str:
        """The text of a block."""
        text: str = getattr(self, BLOCKS[type(block)])(block)
        return text

    def line(self, content: Content) -> str:
        """The text of a line of prose."""
        return "".join([getattr(self, INLINES[type(part)])(part) for part in content])

    # -- lines ---------------------------------------------------------------------------------------------------------------

    @abstractmethod
    def words(self, text: str) -> str:
        """Plain words; a format escapes in them what it would take for its own signs."""

    @abstractmethod
    def code(self, code: blocks.Code) -> str:
        """A program or a part of one."""

    @abstractmethod
    def number(self, figure: blocks.Figure) -> str:
        """A figure that is a number."""

    def figure(self, figure: blocks.Figure) -> str:
        """A figure: a statistic in words, a number in the mathematics of the format, an array as its digest in code."""
        if text := _statistic(figure, self.language):
            return self.words(text)
        if isinstance(figure.value, int | float):
            return self.number(figure)
        text = digest(figure.value, figure.digits, language=self.language)
        return self.code(blocks.Code(text if figure.complete else text + MORE))

    def histogram(self, histogram: blocks.Histogram) -> str:
        """A histogram in block letters."""
        return self.code(blocks.Code(bars_of(histogram.counts)))

    # -- blocks --------------------------------------------------------------------------------------------------------------

    def prose(self, prose: blocks.Prose) -> str:
        """A paragraph."""
        return f"{self.line(prose.content)}\n"

    def step(self, step: blocks.Step) -> str:
        """A step under its label and title."""
        head, rest = self.head(step)
        return "\n".join([f"{self.line((blocks.Strong(self.label(step)),))}{self.gap}{head}\n", *map(self.block, rest)])

    def head(self, step: blocks.Step) -> tuple[str, Sequence[Block]]:
        """The title of a step, with the paragraph that it begins with in the same line, and the blocks that stand below."""
        key, title = "entitled" if step.pattern else "title", self.line((step.title,))
        fields = {"title": title, "pattern": self.line((blocks.Emphasis(step.pattern),))}
        # In a narration a step begins with a paragraph; in a worked solution with its ladders, which have lines of their own.
        if step.blocks and isinstance(first := step.blocks[0], blocks.Prose):
            return joined(self.language, (message(self.language, key, **fields), self.line(first.content))), step.blocks[1:]
        return message(self.language, f"{key}-alone", **fields), step.blocks

    def verdict(self, verdict: blocks.Verdict) -> str:
        """A finding or a result."""
        return self.block(blocks.Prose(verdict.line(self.gap)))

    def columns(self, columns: blocks.Columns) -> str:
        """Lines beside each other; where a format has no place for that, in a list."""
        return self.block(blocks.Listing(columns.columns))

    def question(self, question: blocks.Question) -> str:
        """A question, or its answer."""
        return "\n".join(map(self.block, question.blocks))


def _statistic(figure: blocks.Figure, language: str) -> str:
    """A figure that stands as it is in every format: a count, a share, a number of a table of statistics; empty for others."""
    value: Any = figure.value
    if figure.role == "count":
        return f"{int(value):,}"
    if figure.role == "share":
        return _share(value, language)
    if figure.role in ("statistic", "loss"):
        return numeral(value, figure.digits).replace("-", "−")
    return ""


def bound(figure: blocks.Figure) -> int | None:
    """The power of ten below which an error is that is rounding: its digits differ from one processor to the next."""
    value = figure.value
    if figure.role != "error" or not isinstance(value, int | float) or not 0 < value < _DIFFERENT:
        return None
    # Below 1e-12 there is nothing but rounding, of which no power is worth saying.
    return max(-12, math.floor(math.log10(value)) + 1)


def figure_number(figure: blocks.Figure) -> Any:
    """The number of a figure; of an error that is no rounding its first two digits."""
    value = figure.value
    return float(f"{value:.2g}") if figure.role == "error" and isinstance(value, int | float) else value


def _share(share: float, language: str) -> str:
    """A part of all cells; one that is not all and not nothing is never written as such."""
    if share in (0, 1):
        return f"{share:.0%}"
    if share < 0.001:
        return message(language, "phrase-under", share="0.1%")
    return f"{min(99.9, 100 * share):.1f}%"
