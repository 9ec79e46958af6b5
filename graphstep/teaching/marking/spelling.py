"""How a number or an array is typed: what editors, NumPy and MATLAB make of it, spelled as our own reader reads it."""

from __future__ import annotations

import re
from unicodedata import normalize

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
"""What an editor leaves between characters and nobody sees."""

_MINUS = str.maketrans("\u2010\u2011\u2012\u2013\u2014", "-----")
"""Hyphens and the dashes that an editor makes of one or two."""

_ABOUT = re.compile(r"^(?:≈|~|\\approx\b)\s*|(?<=\d)\s*(?:…|\.{3}|\\l?dots)$")
"""What says that a number is rounded: how far it may be, its digits say."""

_TEX = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}|\\(?:cdot|times)\b")
"""A fraction and a product as LaTeX writes them."""

_FRACTION = re.compile(r"(?<![\w.)])(\d{0,9}) ?([¼-¾⅐-⅞])(?![\w.(])")
"""``½``, and ``2½`` or ``2 ½`` which is two and a half."""

_FULL_STOP = re.compile(r"(?<!\.)\.(\d+)\.$")
"""A decimal at the end of a sentence."""

_MATRIX = re.compile(
    r"(?:\\left[(\[])?\s*\\begin\{(?P<kind>[bpv]?matrix|array)\}(?:\{[clr|]*\})?(.*)\\end\{(?P=kind)\}\s*(?:\\right[)\]])?",
    re.DOTALL,
)
"""An array as LaTeX writes it."""

_MADE = re.compile(
    r"(?:(?:np|numpy|jnp|torch)\.)?(?:as)?(?:array|tensor)\(\s*([^=]*?)\s*(?:,\s*(?:dtype|device|requires_grad|grad_fn)=[^,()]*)*\)"
)
"""An array, or a number in one, as Python writes it."""

_BOXED = re.compile(r"\b(?:np|numpy)\.(?:float|int)\d+\(([^()]*)\)")
"""A number as NumPy writes it from version 2 on."""

_BARE = re.compile(r"[^\[\]()]*[,;\s][^\[\]()]*")
"""An array without its brackets, ``-0.112, 0.636`` or ``1, 2; 3, 4``."""

_NUMERALS = re.compile(r"(?:[-−+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-−+]?\d+)?|[\s,;()\[\]])+")
"""Nothing but numerals, brackets and what parts them."""

_COLUMN = re.compile(r"\[\s*\[[^][,]*\](?:\s*,\s*\[[^][,]*\])+\s*\]")
"""A column as NumPy and Python write it, with its commas."""

_SIDE_BY_SIDE = re.compile(r"(?<=[\d.])\s+(?=[-−+]?[\d.])")
"""What stands between two cells that no comma parts: of ``9 -7`` two numbers, of ``9 - 7`` a difference."""


def right_hand_side(text: str) -> str:
    """``-4`` of ``df/dx = -4``: who writes the whole equation has answered as well."""
    # In ``array([1.], dtype=float32)`` the sign stands in brackets, and parts nothing.
    place = max((k for k, mark in enumerate(text) if mark == "=" and text.count("(", k) >= text.count(")", k)), default=-1)
    return text[place + 1 :].strip() or text


def plainly(text: str) -> str:
    r"""A number as it is read: dashes that are minus signs, and fractions in one character, are spelled out.

    >>> plainly("–4"), plainly("-½"), plainly("2½"), plainly("≈ 0.54"), plainly("0.333…")
    ('-4', '-(1/2)', '(5/2)', '0.54', '0.333')
    >>> plainly(r"$-\frac{1}{2}$"), plainly("`-4`"), plainly("0.25."), plainly("-2 ½")
    ('-((1)/(2))', '-4', '0.25', '-(5/2)')
    >>> plainly("np.array([1., 2.])"), plainly("tensor(-4., grad_fn=<AddBackward0>)"), plainly("[np.float64(0.5), np.int64(2)]")
    ('[1., 2.]', '-4.', '[0.5, 2]')
    """
    text = text.translate(_INVISIBLE).translate(_MINUS).strip()
    for mark in "`$":
        if len(text) > 2 and text.startswith(mark) and text.endswith(mark):
            text = text.strip(f"{mark} ")
    if call := _MADE.fullmatch(text):
        text = call[1]
    text = _BOXED.sub(r"\1", text)
    # What stands around a number goes first, and what it is made of comes last: that is spelled in parentheses, which the
    # others would not look into.
    text = _FULL_STOP.sub(r".\1", _ABOUT.sub("", text))
    return _FRACTION.sub(_divided, _TEX.sub(_written_out, text))


def _written_out(match: re.Match[str]) -> str:
    return "*" if match[1] is None else f"(({match[1]})/({match[2]}))"


def _divided(match: re.Match[str]) -> str:
    above, below = map(int, normalize("NFKC", match[2]).split("⁄"))
    return f"({int(match[1] or 0) * below + above}/{below})"


def in_brackets(text: str, axes: int) -> str:
    r"""An array of so many axes with commas and brackets, however it was typed. A vector may be typed as a column.

    >>> in_brackets("9 -7, 2", 1), in_brackets("1, 2; 3, 4", 2), in_brackets("[[24 -22] [-18 8]]", 2)
    ('[9, -7, 2]', '[[1, 2], [3, 4]]', '[[24, -22], [-18, 8]]')
    >>> in_brackets("[1.  2.]", 1), in_brackets("(1; 2)", 1), in_brackets("[1; 2]", 1), in_brackets("[q + 1, 2]", 1)
    ('[1., 2.]', '[1, 2]', '[1, 2]', '[q + 1, 2]')
    >>> in_brackets(r"\begin{pmatrix} 1 & -2 \\ 3 & 4 \end{pmatrix}", 2), in_brackets(r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}", 1)
    ('[[1, -2], [3, 4]]', '[1, 2]')
    """
    if matrix := _MATRIX.fullmatch(text):
        rows = [", ".join(cell.strip() for cell in row.split("&")) for row in matrix[2].split(r"\\") if row.strip()]
        return _bracketed(rows, axes)
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
    text = re.sub(r"\]\s*\[", "], [", _SIDE_BY_SIDE.sub(", ", text))
    if axes == 1 and _COLUMN.fullmatch(text):
        return f"[{re.sub(r'[][]', '', text)}]"
    return text


def _rows(text: str, axes: int) -> str:
    """Rows that semicolons part, of cells that commas or blanks part."""
    return _bracketed([", ".join(part for part in re.split(r"[,\s]+", row) if part) for row in text.split(";")], axes)


def _bracketed(rows: list[str], axes: int) -> str:
    """Rows of cells that commas part, in brackets; a column is the vector that it stands for where a vector is asked for."""
    if len(rows) == 1 or (axes == 1 and not any("," in row for row in rows)):
        return f"[{', '.join(rows)}]"
    return f"[{', '.join(f'[{row}]' for row in rows)}]"
