"""How many terminal cells a text takes, and how to cut it to fit."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from textwrap import wrap

_WIDE = "\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
_UNIT = rf" +|[（「『《]*(?:[{_WIDE}]|[^ {_WIDE}]+)[，。：；、！？）」』》]*"
"""What a line is not broken within: blanks, a wide character or a word, with the punctuation that stands by it."""


def cell_width(text: str) -> int:
    """The number of terminal cells that `text` takes: 2 for wide characters, 0 for combining ones.

    The source of the widths is Unicode Standard Annex 11; ambiguous characters count as one cell,
    as terminals outside East Asian locales show them.

    >>> cell_width("x"), cell_width("重み"), cell_width("x̂")
    (1, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def wrapped(text: str, room: int, hang: int = 0) -> list[str]:
    """The lines of a text, each at most `room` cells wide: broken at blanks, and between wide characters, which need none.

    All lines but the first begin with `hang` blanks.

    >>> wrapped("× 门把输入相乘。x 被使用 2 次。", 14)
    ['× 门把输入相', '乘。x 被使用 2', '次。']
    """
    if len(text) == cell_width(text):
        return wrap(text, room, subsequent_indent=" " * hang, break_long_words=True, break_on_hyphens=not hang)
    lines = [""]
    for unit in re.findall(_UNIT, text):
        for part in [unit] if cell_width(unit) <= room - hang else list(unit):
            if cell_width(lines[-1] + part.rstrip()) <= room:
                lines[-1] += part
            else:
                lines.append(" " * hang + part.lstrip())
    return [line.rstrip() for line in lines if line.strip()]


@lru_cache(maxsize=1024)
def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def padded(text: str, room: int) -> str:
    """`text` with blanks behind it, so that it takes at least `room` cells.

    >>> padded("重み", 6), padded("w", 3)
    ('重み  ', 'w  ')
    """
    return text + " " * (room - cell_width(text))


def fit(text: str, room: int) -> str:
    """`text` if it fits into `room` cells, otherwise its beginning with an ellipsis; "" when there is no room.

    >>> fit("-0.1966", 7), fit("-0.1966", 5), fit("-0.1966", 0)
    ('-0.1966', '-0.1…', '')
    """
    if cell_width(text) <= room:
        return text
    return between(text, 0, room - 1).rstrip() + "…" if room > 0 else ""


def between(text: str, start: int, stop: int) -> str:
    """The part of `text` in the cells from `start` up to `stop`; half a wide character becomes a blank.

    >>> between("abc", 1, 3), between("重み", 1, 4)
    ('bc', ' み')
    """
    if text.isascii():
        return text[max(start, 0) : max(stop, 0)]
    if stop <= start:
        return ""
    kept: list[str] = []
    column = 0
    for character in text:
        width = _character_width(character)
        if width and column >= stop:
            break
        if start <= column and column + width <= stop:
            kept.append(character)
        elif width == 2 and start < column + width and column < stop:
            kept.append(" ")
        column += width
    return "".join(kept)


def without_controls(text: str) -> str:
    """`text` with each control or other unprintable character shown as `·`, so that it cannot move a cursor."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or _is_joiner(c) else "·" for c in text)


def _is_joiner(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Me")
