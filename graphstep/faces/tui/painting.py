"""What goes to the terminal: the cells that have changed.

Textual writes every widget that was touched, whole: 7 to 25 kB for a key, where a step changes a few hundred cells; over a slow
line that is what a key waits for. So the cells are kept that the terminal shows, and of an update those are written that it does
not show yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import CompositorUpdate
from textual.strip import Strip

from graphstep.faces.tui.compositor import Piece, Update

_GAP = 6
"""Cells that may be written again rather than jumped over, which takes as many bytes."""

_BLANKS = re.compile(" {11,}")
"""Blanks that take more bytes than to erase so many cells and to go on behind them."""

_EMOJI = "\U0001f000"
"""The first of the letters that are as wide as the terminal's font has them."""

_LINK, _UNLINKED, _PLAIN = "\x1b]8;", "\x1b]8;;\x1b\\", "\x1b[0m"
_CODES = re.compile(r"[34]8;2;\d+;\d+;\d+|[34]8;5;\d+|\d+")
_SEEN_ON_BLANKS = frozenset({"4", "7", "9", "21", "53"})
"""Attributes that paint something where no letter is: lines, and the colours exchanged."""
_ENDS = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27"}
"""What takes an attribute back. Not 21, which ends bold in some terminals, and underlines twice in others."""


class Painting:
    """The cells of a terminal, as far as they are known."""

    erases = False
    """Whether the terminal gives cells that it erases the paper of the pen."""

    def __init__(self) -> None:
        self._rows: dict[int, _Row] = {}

    def forget(self) -> None:
        """Know nothing of the terminal any more: it has another size, or another program wrote there."""
        self._rows = {}

    def spared(self, update: Any) -> Any:
        """What is to be displayed in place of what Textual would display; it shows the same."""
        if isinstance(update, Update):
            return _Spared(self, update)
        if update is not None:
            self.forget()
        return update

    def written(self, update: Update, console: Console) -> str:
        """What is to be written so that the terminal shows an update; it is taken for written from then on."""
        brush = _Brush(self.erases)
        # As a number, whose hash is found at once.
        system = int(console._color_system or ColorSystem.TRUECOLOR)
        for piece in update.pieces:
            y, x, line, start, stop = piece
            row = self._rows.setdefault(y, _Row())
            # Most of what is painted when a dialog has gone, or a pane has another height, stands there.
            if row.holds(piece):
                continue
            parts = [cells for text, style, _ in line if (cells := _cells(text, style, system))]
            if len(parts) < len(line):
                # Where it ends the terminal knows, and whether a mark at its beginning goes to the letter before.
                brush.whole(x, y, piece.strip.render(console))
                row.lose(max(x - 1, 0))
                continue
            for letters, pens in _cut(parts, start, stop) if start or stop < line.cell_length else parts:
                end = x + len(letters)
                if row.letters[x:end] != letters or row.pens[x:end] != pens:
                    row.write(x, y, letters, pens, brush)
                x = end
        return brush.text()


class _Spared(CompositorUpdate):
    """An update of which only what is new is written, once it is."""

    def __init__(self, painting: Painting, update: Update) -> None:
        self._painting, self._update = painting, update

    def render_segments(self, console: Console) -> str:
        """What is written."""
        return self._painting.written(self._update, console)


class _Row:
    """A row of the terminal, as far as it is known."""

    def __init__(self) -> None:
        self.letters: list[str | None] = []
        """The letter in every cell; the second cell of a wide letter has an empty one, and an unknown cell None."""
        self.pens: list[str] = []
        """The pen that wrote it."""
        self.pieces: dict[int, Piece] = {}
        """What was painted there, but for that over which something else was, by the column."""

    def holds(self, piece: Piece) -> bool:
        """Whether it was painted with a piece; else it is from now on."""
        old = self.pieces.get(piece.x)
        if old is None or old[3:] != piece[3:]:
            end = piece.x + piece.stop - piece.start
            apart = [other for other in self.pieces.values() if other.x >= end or other.x + other.stop - other.start <= piece.x]
            self.pieces = {other.x: other for other in apart}
            old = None
        self.pieces[piece.x] = piece
        # Panes keep the lines that stay as they are; to compare two takes as long as to paint one.
        return old is not None and old.line is piece.line

    def lose(self, x: int) -> None:
        """Know nothing from a column on."""
        if x and self.letters[x : x + 1] == [""]:
            self.letters[x - 1] = None
        del self.letters[x:], self.pens[x:]
        self.pieces = {}

    def write(self, x: int, y: int, letters: list[str], pens: list[str], brush: _Brush) -> None:
        """Have letters of one pen there, and let those be written that are not."""
        end = x + len(letters)
        old, worn = self.letters[x:end], self.pens[x:end]
        if x == len(self.letters):
            # Nothing is known of the row from here on, as of all rows at the start.
            brush.put(x, y, letters, pens[0], self)
            self.letters += letters
            self.pens += pens
            return
        if (missing := end - len(self.letters)) > 0:
            self.letters += [None] * missing
            self.pens += [""] * missing
        # Half of a wide letter that is written over leaves the other half as the terminal likes it.
        if x and self.letters[x] == "":
            self.letters[x - 1] = None
        if self.letters[end : end + 1] == [""]:
            self.letters[end] = None
        self.letters[x:end], self.pens[x:end] = letters, pens
        if missing > 0 or "" in letters or pens[0] not in worn:
            # All of it is new, as it is with another theme.
            brush.put(x, y, letters, pens[0], self)
            return
        same = [letter == was and pen == before for letter, was, pen, before in zip(letters, old, pens, worn, strict=True)]
        begin = 0
        for unchanged, run in groupby(same):
            stop = begin + len([*run])
            if not unchanged:
                brush.put(x + begin, y, letters[begin:stop], pens[0], self)
            begin = stop


class _Brush:
    """What is written in one go: where the cursor is in it, and with which pen."""

    def __init__(self, erases: bool) -> None:
        self._erases = erases
        self._pieces: list[str] = []
        self._x = self._y = -1
        self._pen = ""

    def put(self, x: int, y: int, letters: Sequence[str], pen: str, row: _Row) -> None:
        """Write letters into cells of a row."""
        # A terminal moves its cursor behind what it writes: only a cell elsewhere takes a jump.
        if (x, y) != (self._x, self._y):
            jump = f"\x1b[{x + 1}G" if y == self._y else f"\x1b[{y + 1};{x + 1}H"
            if x == 0 and y == self._y + 1 and y:
                jump = "\r\n"
            way = self._on_the_way(x, y, row)
            self._pieces.append(way if way and len(way.encode()) <= len(jump) else jump)
        text = "".join(letters)
        if pen != self._pen:
            # Half of a screen is blanks: for them only the paper counts.
            if not text.strip(" "):
                pen = _for_blanks(self._pen, pen)
            self._pieces.append(_turned(self._pen, pen))
            self._pen = pen
        self._x, self._y = x + len(letters), y
        if self._erases and _BLANKS.search(text) and not _draws_on_blanks(pen):
            rest = text.rstrip(" ")
            tail = text[len(rest) :]
            if _BLANKS.match(tail):
                # The cursor stays before them: behind the last ones of a row it has nothing to do.
                self._x -= len(tail)
                text, tail = rest, _erased(len(tail))
            else:
                tail = ""
            text = _BLANKS.sub(lambda blanks: f"{_erased(len(blanks[0]))}\x1b[{len(blanks[0])}C", text) + tail
        self._pieces.append(text)

    def _on_the_way(self, x: int, y: int, row: _Row) -> str:
        """The letters from the cursor to there, where the pen writes them anyway, and they are few."""
        if y != self._y or not 0 < x - self._x <= _GAP:
            return ""
        letters, pens = row.letters[self._x : x], row.pens[self._x : x]
        for letter, pen in zip(letters, pens, strict=True):
            if letter is None or (pen != self._pen and (letter != " " or _on_blanks(pen) != _on_blanks(self._pen))):
                return ""
        return "".join(filter(None, letters))

    def whole(self, x: int, y: int, text: str) -> None:
        """Write a text with pens of its own from a cell on; where it ends is not known."""
        self._pieces += (_turned(self._pen, ""), f"\x1b[{y + 1};{x + 1}H", text)
        self._pen, self._y = "", -1

    def text(self) -> str:
        """All of it, with the pen put away."""
        return "".join(self._pieces) + _turned(self._pen, "")


@lru_cache(maxsize=8192)
def _cells(text: str, style: Style | None, system: int) -> tuple[list[str], list[str]] | None:
    """The letter of each cell of a text, behind a wide letter an empty one, and its pen; None where terminals do not agree on the
    cells.
    """
    # What is written before a text of that style.
    pen = "" if style is None else Strip.render_style(style, "\0", ColorSystem(system)).partition("\0")[0]
    if not text.strip(" "):
        # Equal where they look it, whichever ink they would have had.
        pen = _on_blanks(pen)
    if text.isascii() and text.isprintable():
        return list(text), [pen] * len(text)
    widths = [cell_len(letter) for letter in text]
    if 0 in widths or max(text) >= _EMOJI or sum(widths) != cell_len(text):
        return None
    letters = [cell for letter, width in zip(text, widths, strict=True) for cell in (letter, "")[:width]]
    return letters, [pen] * len(letters)


def _cut(parts: list[tuple[list[str], list[str]]], start: int, stop: int) -> Iterator[tuple[list[str], list[str]]]:
    """Some of the cells of a line; of a wide letter that is cut through a blank is left."""
    for part in parts:
        letters, pens = part
        length = len(letters)
        if start <= 0 and length <= stop:
            yield part
        elif start < length and stop > 0:
            first, last = max(start, 0), min(stop, length)
            some = letters[first:last]
            if not some[0]:
                some[0] = " "
            if letters[last : last + 1] == [""]:
                some[-1] = " "
            yield some, pens[first:last]
        start, stop = start - length, stop - length


@lru_cache(maxsize=4096)
def _turned(pen: str, other: str) -> str:
    """What turns a pen into another one."""
    if pen == other:
        return ""
    if not other or _LINK in pen or _LINK in other:
        return (_PLAIN if pen else "") + (_UNLINKED if _LINK in pen else "") + other
    if not pen:
        return other
    ink, paper, rest = _codes(pen)
    new_ink, new_paper, new_rest = _codes(other)
    # Code 0 takes all attributes back; which way is shorter depends on what the two pens have in common.
    anew = other.replace("\x1b[", "\x1b[0;", 1)
    gone = {*rest} - {*new_rest}
    if not gone <= _ENDS.keys():
        return anew
    ends = {_ENDS[code] for code in gone}
    # What ends bold ends dim.
    codes = [*sorted(ends), *(code for code in new_rest if code not in rest or _ENDS.get(code) in ends)]
    codes += [new_ink or "39"] * (ink != new_ink) + [new_paper or "49"] * (paper != new_paper)
    if not codes:
        return ""
    return min(f"\x1b[{';'.join(codes)}m", anew, key=len)


@lru_cache(maxsize=4096)
def _on_blanks(pen: str) -> str:
    """What of a pen is seen where it writes blanks: its paper, but for pens that draw lines there."""
    paper = _codes(pen)[1]
    if _draws_on_blanks(pen):
        return pen
    return f"\x1b[{paper}m" if paper else ""


@lru_cache(maxsize=4096)
def _draws_on_blanks(pen: str) -> bool:
    return _LINK in pen or not _SEEN_ON_BLANKS.isdisjoint(_codes(pen)[2])


def _erased(count: int) -> str:
    return f"\x1b[{count}X"


@lru_cache(maxsize=4096)
def _for_blanks(pen: str, other: str) -> str:
    """The pen that is nearest to one in hand, of those that write blanks as the other one."""
    seen = _on_blanks(other)
    if _on_blanks(pen) == seen:
        return pen
    if not pen or _draws_on_blanks(pen) or _draws_on_blanks(seen):
        return seen
    ink, _, rest = _codes(pen)
    paper = _codes(seen)[1]
    codes = [*rest, *filter(None, (ink, paper))]
    return f"\x1b[{';'.join(codes)}m" if codes else ""


def _codes(pen: str) -> tuple[str, str, list[str]]:
    """The codes of a pen: those of the letter's colour, of the paper's, and all others."""
    ink, paper, rest = "", "", []
    for code in _CODES.findall(pen):
        if len(code) > 1 and code[0] in "39":
            ink = code
        elif len(code) > 1 and code[0] in "41":
            paper = code
        else:
            rest.append(code)
    return ink, paper, rest
