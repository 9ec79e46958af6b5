"""A document as an SVG picture of its lines of plain text: for slides, and for pages that take pictures only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from graphstep.faces.export import text
from graphstep.ground.unprintable import printable
from graphstep.ground.widths import cell_width, wrapped
from graphstep.telling.document import Document

CELL, LINE, ASCENT, MARGIN = 8.4, 18.0, 13.0, 16.0
"""Pixels: the width of a character, the height of a line and of its letters, and what is left free around the text."""

WIDTH = 100
"""Characters of a line of prose; a table and a drawing are as wide as they are."""

_PIECE = re.compile(r"\S+(?: \S+)*")
"""What stands between wide gaps: it has a place of its own, since not every viewer keeps blanks."""

_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
_STYLE = (
    f"<style>svg{{color-scheme:light dark}}text{{font:14px {_FONT};fill:#1f2328}}rect{{fill:#fff}}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#0d1117}}</style>"
)


def picture(document: Document) -> Iterator[str]:
    """The picture, in pieces; what of the text no picture may hold is made visible, as in every file."""
    # The whole text at once: how wide and high the picture is stands in its first element.
    lines = list(_broken("".join(text.write(document))))
    columns = max(map(cell_width, lines), default=0)
    width, height = columns * CELL + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    title = escape(printable(document.title))
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
        f' role="img" aria-label="{title}">\n<title>{title}</title>\n{_STYLE}\n'
        f'<rect width="{width:g}" height="{height:g}" rx="8"/>\n'
    )
    for number, line in enumerate(lines):
        for piece in _PIECE.finditer(line):
            left, top = MARGIN + cell_width(line[: piece.start()]) * CELL, MARGIN + number * LINE + ASCENT
            # The length that a piece has to take keeps columns together where the font is another.
            length = cell_width(piece[0]) * CELL
            yield f'<text x="{left:.6g}" y="{top:g}" textLength="{length:.6g}">{escape(piece[0])}</text>\n'
    yield "</svg>\n"


def _broken(content: str) -> Iterator[str]:
    """The lines of a text; prose that is too long is broken, which columns and drawings are not: they hold wide gaps."""
    for line in printable(content).rstrip("\n").split("\n"):
        hang = len(line) - len(line.lstrip())
        if cell_width(line) <= WIDTH or "  " in line.strip():
            yield line.rstrip()
        else:
            yield from (" " * hang + part for part in wrapped(line.strip(), WIDTH - hang, 2))
