"""The characters that never leave: they move a terminal's cursor, turn the order of a line around, or cannot be seen.

An escape sequence in a comment retitles a window or types for the user; a bidirectional control makes ``x*y`` look like ``y*x``
(CVE-2021-42574, "Trojan Source"); a joiner makes two names out of one that the eye cannot tell apart. Programs that hold one are
refused (:mod:`graphstep.language.read.characters`). All other text, such as the names of files and the prose of lessons, passes
:func:`printable` where it leaves: the streams of the command line, the files that are written, the lines of the terminal UI.
"""

from __future__ import annotations

import re
import unicodedata

UNPRINTABLE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and line feed, DEL, C1
    "\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers: letters by their category, blank to the eye
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # joiners, marks of direction, line separators
    "\ud800-\udfff"  # halves of surrogate pairs: bytes that were no UTF-8
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]"
)
"""One such character. Categories Cc, Cf, Cs, Zl and Zp of Unicode, and four blanks; a test compares it with Python's tables."""

_FILLERS = "\u115f\u1160\u3164\uffa0"
"""Those of them that Python takes for printable, and there are more beyond the basic plane: selectors of variants."""

MARK = "\N{REPLACEMENT CHARACTER}"
"""What stands in place of each: one column, like the caret under it."""

_CONTROLS = {
    "\0": "null",
    "\a": "bell",
    "\b": "backspace",
    "\r": "carriage return",
    "\x1b": "escape",
    "\x7f": "delete",
}


def printable(text: str) -> str:
    r"""The text with a mark in place of every character that must not leave.

    >>> printable("red: \x1b[31m, ∂f/∂x\tand a line\n")
    'red: �[31m, ∂f/∂x\tand a line\n'
    """
    # Nearly every text is so, and to look for each of its characters in the set takes five times as long.
    flat = text.replace("\n", "")
    if flat.isprintable() and _in_basic_plane(flat) and not any(filler in flat for filler in _FILLERS):
        return text
    return UNPRINTABLE.sub(MARK, text)


def _in_basic_plane(text: str) -> bool:
    """Whether each character has one unit of UTF-16."""
    return len(text.encode("utf-16-le")) == 2 * len(text)


def character_name(character: str) -> str:
    """What Unicode calls a character, with its code point: ``right-to-left override (U+202E)``."""
    code = ord(character)
    kind = "half of a surrogate pair" if 0xD800 <= code <= 0xDFFF else "a control character"
    name = _CONTROLS.get(character) or unicodedata.name(character, kind).lower()
    return f"{name} (U+{code:04X})"
