"""The frames of a recording."""

from __future__ import annotations

from graphstep.ground.records import dataclass

FIRST, EACH, LAST = 2.0, 1.5, 4.0
"""Seconds that the first frame stays, each of the others, and the last."""


@dataclass(frozen=True, slots=True)
class Ink:
    """How a span is written; colours are ``#rrggbb``, or empty for the terminal's own."""

    color: str = ""
    """The colour of the letters."""
    background: str = ""
    """The colour behind them."""
    bold: bool = False
    """Whether they are heavy."""
    italic: bool = False
    """Whether they lean."""
    underline: bool = False
    """Whether they are underlined."""


@dataclass(frozen=True, slots=True)
class Span:
    """A text in one ink."""

    text: str
    """The text."""
    cells: int
    """How many terminal cells it takes."""
    ink: Ink
    """How it is written."""


Row = tuple[Span, ...]
"""One row of the terminal, from its left edge to its right."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Frames of one size, one after the other."""

    title: str
    """What is recorded."""
    columns: int
    """Cells in a row."""
    rows: int
    """Rows of a frame."""
    frames: tuple[tuple[Row, ...], ...]
    """The frames; at least one."""
    ink: Ink
    """What the terminal is filled with."""

    @property
    def times(self) -> tuple[float, ...]:
        """When each frame begins, in seconds, and when the last one ends."""
        begins = [0.0, *(FIRST + n * EACH for n in range(len(self.frames) - 1))]
        return (*begins, begins[-1] + LAST)
