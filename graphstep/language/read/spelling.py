"""The single words that cannot be read: characters without a meaning, numerals and names over the limits."""

from __future__ import annotations

import re

from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError, Span, quoted
from graphstep.ground.unprintable import character_name

NO_CONDITIONS = (
    "there are no statements of Python here; where(x > 0, a, b) chooses between two values, (a > 0)*(b > 0) holds where both do"
)
"""What those are told who look for ``if`` or ``and``."""

_EVERY_RUN = "every run computes the gradients of all its inputs: write the function alone"
_NO_QUOTES = "an expression is numbers, names, operators and functions, without quotes"
_ADVICE = {
    "!": "there is no factorial",
    "%": "a remainder is mod(x, y); a percentage is written as a fraction, 5/100",
    "//": "floor(x/y) divides into whole numbers, / divides",
    "&": NO_CONDITIONS,
    "~": NO_CONDITIONS,
    "?": NO_CONDITIONS,
    ":": "a name is given with =, as in q = x + y; a slice stands in brackets, as in x[1:3]",
    "{": "use round parentheses ( )",
    "}": "use round parentheses ( )",
    "\\": "LaTeX is read with --from latex; here \\frac{a}{b} is written a/b, and \\exp exp( )",
    "$": "LaTeX is read with --from latex; here the expression stands alone",
    "√": "write sqrt( )",
    "∛": "write a third root as a power: x^(1/3)",
    "⊙": "write * : operators work cell by cell",
    "∘": "write * : operators work cell by cell",
    "⊗": "write outer(x, y) for the products of all pairs",
    "⟨": "write dot(x, y) for the inner product",
    "←": "a name is given with =, as in q = x + y",
    "°": "angles are in radians: write x*pi/180",
    "∂": _EVERY_RUN,
    "∇": _EVERY_RUN,
    "∫": "nothing here integrates",
    "±": "write two programs, one with + and one with -",
    "⊤": "a transpose is written .T or ', as in w.T @ x",
    "∞": "write a large number, or give a name the value inf: x=inf",
    "∑": "write sum(x) for the sum of an array's cells, or write it out, term by term",
    "∏": "write the product out, factor by factor",
    "–": "write - for minus",
    "—": "write - for minus",
}

_MISREAD = re.compile(r"_[0-9]|[xX][0-9a-fA-F]|[oO][0-7]|[bB][01]")
"""What makes ``0x1f`` and ``1_000`` of the numeral before it, in Python and so in SymPy."""

_POSTFIX = re.compile(r"(?:\.T(?!\w)|['′’]|\[[^\[\]]*\])+")

SHOWN = 60
"""Characters of the text that a hint repeats before it is cut."""


def character(text: str, start: int) -> ReadError:
    """For a character that begins nothing."""
    character_read = text[start]
    span = (start, start + 1)
    if text.startswith("//", start):
        character_read, span = text[start : start + 2], (start, start + 2)
    if character_read in "'\"`′’":
        return ReadError("a quote begins nothing here", text=text, span=span, hint=_NO_QUOTES)
    if character_read in _ADVICE:
        return ReadError(f"{character_read} is not an operator here", text=text, span=span, hint=_ADVICE[character_read])
    if character_read.isprintable():
        return ReadError(f"{quoted(character_read)} has no meaning in an expression", text=text, span=span)
    return invisible(text, start)


def invisible(text: str, start: int) -> ReadError:
    """For a character that cannot be seen, or that would change how the text around it is shown."""
    return ReadError(
        f"an invisible character stands here: {character_name(text[start])}",
        text=text,
        span=(start, start + 1),
        hint="delete it and type the place anew; such characters come with text that was copied",
    )


def check_numeral(text: str, span: Span, numeral: str) -> None:
    """Raises LimitError for a numeral that is too long, and ReadError for one that Python reads in another base."""
    mantissa, _, exponent = numeral.lower().lstrip("-").partition("e")
    digits = len(mantissa) - mantissa.count(".")
    if digits > limits.NUMERAL_DIGITS:
        raise LimitError(
            f"this numeral has {digits:,} digits; at most {limits.NUMERAL_DIGITS} are read",
            text=text,
            span=span,
            hint="a double holds 17 digits; a size is written with e, as in 1e30",
        )
    size = exponent.lstrip("+-").lstrip("0")
    if len(size) > 4 or int(size or "0") > limits.NUMERAL_EXPONENT:
        raise LimitError(
            f"this numeral has an exponent beyond {limits.NUMERAL_EXPONENT}",
            text=text,
            span=span,
            hint="the largest double is about 1.8e308",
        )
    if _MISREAD.match(text, span[1]) and (text[span[1]] == "_" or numeral.lstrip("-") == "0"):
        rest = operand_at(text, span[1])
        raise ReadError(
            f"{numeral}{rest} can be read in two ways",
            text=text,
            span=(span[0], span[1] + len(rest)),
            hint=f"write {numeral}*{rest} for a product, or {numeral}{rest.replace('_', '')} for the number"
            if re.fullmatch(r"(?:_\d+)+", rest)
            else f"write {numeral}*{rest} for a product; a number is written with decimal digits alone",
        )


def half_an_exponent(text: str, numeral: Span) -> ReadError:
    """For ``1e``, which is 1 times e, or a numeral that ends too soon."""
    number, letter = text[numeral[0] : numeral[1]], text[numeral[1]]
    return ReadError(
        f"{number}{letter} can be read in two ways",
        text=text,
        span=(numeral[0], numeral[1] + 1),
        hint=f"write {number}*{letter} for the product with {letter}{' = 2.718…' if letter == 'e' else ''},"
        f" or the whole exponent, as in {number}e3",
    )


def long_name(text: str, span: Span) -> LimitError:
    """For a name over the limit."""
    return LimitError(f"this name has {span[1] - span[0]:,} characters; at most {limits.NAME} are read", text=text, span=span)


def operand_at(text: str, start: int) -> str:
    """The operand that starts at ``start``, as typed: a word, a group in brackets, or both, with its transpose or index."""
    stop = start
    while stop < len(text) and stop - start <= limits.NAME and (text[stop].isalnum() or text[stop] in "_."):
        stop += 1
    bars = "||" if text.startswith("||", start) else text[start : start + 1]
    if bars in ("|", "||", "‖"):
        close = text.find(bars, start + len(bars), start + SHOWN)
        return _with_postfix(text, start, close + len(bars)) if close > 0 else f"{bars}…{bars}"
    # At most SHOWN characters are looked at: the text may have millions.
    if text[stop : stop + 1] != "(":
        return _with_postfix(text, start, max(stop, start + 1))
    depth = 0
    for place in range(stop, min(len(text), stop + SHOWN)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return _with_postfix(text, start, place + 1)
    return f"{text[start:stop]}(…)"


def _with_postfix(text: str, start: int, stop: int) -> str:
    behind = _POSTFIX.match(text, stop, start + SHOWN)
    return text[start : stop if behind is None else behind.end()]


def cut(text: str) -> str:
    """A piece of the text on one line, cut in the middle where it is longer than a message can repeat."""
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN else f"{flat[: SHOWN // 2]}…{flat[-SHOWN // 3 :]}"
