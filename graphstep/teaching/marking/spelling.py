"""How a number or an array is typed: what editors, NumPy and MATLAB make of it, spelled as our own reader reads it."""

from __future__ import annotations

import re
from unicodedata import normalize

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
"""What an editor leaves between characters and nobody sees."""

_MINUS = str.maketrans("\u2010\u2011\u2012\u2013", "----")
"""Hyphens and the dash that an editor makes of a hyphen."""

_ABOUT = re.compile(r"^(?:≈|~|\\approx\b)\s*|(?<=\d)\s*(?:…|\.{3}|\\l?dots)$")
"""What says that a number is rounded: how far it may be, its digits say."""

_TEX = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}|\\(?:cdot|times)\b")
"""A fraction and a product as LaTeX writes them."""

_FRACTION = re.compile(r"(?<![\w.)])(\d{0,9})([¼-¾⅐-⅞])(?![\w.(])")
"""``½``, and ``2½`` which is two and a half."""

_MADE = re.compile(r"(?:(?:np|numpy|jnp|torch)\.)?(?:as)?(?:array|tensor)\((.*)\)", re.DOTALL)
"""An array as Python writes it."""

_BARE = re.compile(r"[^\[\]()]*[,;\s][^\[\]()]*")
"""An array without its brackets, ``-0.112, 0.636`` or ``1, 2; 3, 4``."""

_NUMERALS = re.compile(r"(?:[-−+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-−+]?\d+)?|[\s,;()\[\]])+")
"""Nothing but numerals, brackets and what parts them."""

_SIDE_BY_SIDE = re.compile(r"(?<=[\d.])\s+(?=[-−+]?[\d.])")
"""What stands between two cells that no comma parts: of ``9 -7`` two numbers, of ``9 - 7`` a difference."""


def plainly(text: str) -> str:
    r"""A number as it is read: dashes that are minus signs, and fractions in one character, are spelled out.

    >>> plainly("–4"), plainly("-½"), plainly("2½"), plainly("≈ 0.54"), plainly("0.333…")
    ('-4', '-(1/2)', '(5/2)', '0.54', '0.333')
    >>> plainly(r"$-\frac{1}{2}$")
    '-((1)/(2))'
    """
    text = text.translate(_INVISIBLE).translate(_MINUS).strip()
    if len(text) > 2 and text.startswith("$") and text.endswith("$"):
        text = text.strip("$ ")
    return _FRACTION.sub(_divided, _TEX.sub(_written_out, _ABOUT.sub("", text)))


def _written_out(match: re.Match[str]) -> str:
    return "*" if match[1] is None else f"(({match[1]})/({match[2]}))"


def _divided(match: re.Match[str]) -> str:
    above, below = map(int, normalize("NFKC", match[2]).split("⁄"))
    return f"({int(match[1] or 0) * below + above}/{below})"


def in_brackets(text: str, axes: int) -> str:
    """An array of so many axes with commas and brackets, however it was typed. A vector may be typed as a column.

    >>> in_brackets("9 -7, 2", 1), in_brackets("1, 2; 3, 4", 2), in_brackets("[[24 -22] [-18 8]]", 2)
    ('[9, -7, 2]', '[[1, 2], [3, 4]]', '[[24, -22], [-18, 8]]')
    >>> in_brackets("np.array([1., 2.])", 1), in_brackets("(1; 2)", 1), in_brackets("[1; 2]", 1), in_brackets("[q + 1, 2]", 1)
    ('[1., 2.]', '[1, 2]', '[1, 2]', '[q + 1, 2]')
    """
    if call := _MADE.fullmatch(text):
        text = call[1].strip()
    if _BARE.fullmatch(text) and not re.search(r"[^\W\d_](?<![eE])", text):
        return _rows(text, axes)
    if not _NUMERALS.fullmatch(text):
        return text
    if text.startswith("(") and ("," in text or ";" in text):
        # A tuple; in what Python writes no other parenthesis stands.
        text = text.replace("(", "[").replace(")", "]")
    inner = text[1:-1]
    if text.startswith("[") and text.endswith("]") and ";" in inner and not re.search(r"[\[\]()]", inner):
        return _rows(inner, axes)
    return re.sub(r"\]\s*\[", "], [", _SIDE_BY_SIDE.sub(", ", text))


def _rows(text: str, axes: int) -> str:
    """Rows that semicolons part, of cells that commas or blanks part."""
    rows = [", ".join(part for part in re.split(r"[,\s]+", row) if part) for row in text.split(";")]
    if len(rows) == 1 or (axes == 1 and not any("," in row for row in rows)):
        return f"[{', '.join(rows)}]"
    return f"[{', '.join(f'[{row}]' for row in rows)}]"
