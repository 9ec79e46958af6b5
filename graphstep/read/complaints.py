"""What a text that cannot be read is told: what was found, where, and what would do."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from graphstep import limits
from graphstep.errors import LimitError, ReadError, did_you_mean, quoted
from graphstep.read.calls import function_names, is_function

if TYPE_CHECKING:
    from graphstep.errors import Span
    from graphstep.read.tokens import Token

ARRAY_FUNCTIONS = frozenset(
    {
        "sum",
        "mean",
        "dot",
        "softmax",
        "log_softmax",
        "logsumexp",
        "transpose",
        "reshape",
        "concat",
        "outer",
        "cross_entropy",
        "hinge",
        "mse",
    }
)
"""Functions of arrays, which this version does not read."""

_ARRAY_ARGUMENTS = frozenset({"axis", "keepdims", "shape", "ord"})
_NUMBERS_ONLY = "a program has numbers only: give each entry a name of its own, as in w0*x0 + w1*x1"
_CONDITIONS = frozenset({"if", "else", "and", "or", "not", "is", "in", "for", "while", "lambda", "import", "def", "return"})
_CHOICE = "there are no conditions or statements of Python here; max, min, abs, relu and clip choose between values"

_ADVICE = {
    "!": "there is no factorial",
    "%": "there is no remainder; a percentage is written as a fraction, 5/100",
    "<": _CHOICE,
    ">": _CHOICE,
    "==": "an expression computes a value and compares nothing; = gives a name: q = x + y",
    "//": "there is no whole-number division; / divides",
    "&": _CHOICE,
    "~": _CHOICE,
    "?": _CHOICE,
    ":": "a name is given with =, as in q = x + y",
    "{": "use round parentheses ( )",
    "}": "use round parentheses ( )",
    "\\": "LaTeX is not read: write \\frac{a}{b} as a/b and \\exp as exp( )",
    "$": "LaTeX is not read: write the expression alone",
    '"': "an expression is numbers, names, operators and functions, without quotes",
    "`": "an expression is numbers, names, operators and functions, without quotes",
    "√": "write sqrt( )",
    "∞": "write a large number, or give a name the value inf: x=inf",
    "≤": _CHOICE,
    "≥": _CHOICE,
    "≠": _CHOICE,
    "∑": "write the sum out, term by term",
    "∏": "write the product out, factor by factor",
    "–": "write - for minus",
    "—": "write - for minus",
    "′": "a derivative has no name here: graphstep computes the gradients itself",
}

_WORDS = {"OPEN": "(", "BAR": "|", "NORM": "||", "BESIDE": "the multiplication"}
_BEHIND_OPERATORS = frozenset({"PLUS", "MINUS", "TIMES", "OVER", "POWER", "BESIDE"})
_SHOWN = 60
"""Characters of the text that a hint repeats before it is cut."""


def arrays(text: str, span: Span, what: str) -> ReadError:
    """For everything that only arrays have."""
    return ReadError(f"{what} works on arrays, and this program has numbers only", text=text, span=span, hint=_NUMBERS_ONLY)


def unexpected(text: str, found: Token | None, before: Token | None) -> ReadError:
    """For a token that cannot stand behind the one before it; ``found`` is None at the end of the text."""
    if before is None and found is None:
        return ReadError(
            "there is no expression",
            text=text,
            hint="type one, such as (x+y)*z",
        )
    if before is not None and before.type in _BEHIND_OPERATORS and (found is None or found.type not in _BEHIND_OPERATORS):
        return ReadError(f"an operand is missing after {before.text}", text=text, span=before.span)
    if found is None:
        assert before is not None
        if before.type == "EQUALS":
            return ReadError("an expression is missing after =", text=text, span=before.span)
        return never_closed(text, before.span)
    if found.type in _BEHIND_OPERATORS:
        return ReadError(f"an operand is missing before {found.text}", text=text, span=found.span)
    if found.type in ("CLOSE", "BAR_END", "NORM_END") and before is not None and before.type != "COMMA":
        what = "bars" if found.type != "CLOSE" else "parentheses"
        return ReadError(f"there is nothing between these {what}", text=text, span=(before.start_pos, found.end_pos))
    if found.type == "COMMA" or (before is not None and before.type == "COMMA"):
        place = found if found.type == "COMMA" else before
        assert place is not None
        side = "before" if found.type == "COMMA" else "after"
        return ReadError(f"an input is missing {side} the comma", text=text, span=place.span)
    if before is not None and before.type == "EQUALS":
        return ReadError("an expression is missing after =", text=text, span=before.span)
    return ReadError(f"{quoted(found.text)} cannot stand here", text=text, span=found.span)


def character(text: str, start: int, operand: bool) -> ReadError:
    """For a character that begins nothing; ``operand`` says whether it stands behind an operand."""
    found = text[start]
    span = (start, start + 1)
    if found == "@":
        return arrays(text, span, "@, the matrix product,")
    if found in "[]":
        return arrays(text, span, "an index" if operand else "a list in brackets")
    if found == "'" and operand:
        return arrays(text, span, "', the transpose,")
    if found == ".":
        return _dot(text, start, operand)
    if text.startswith(("==", "//"), start):
        found, span = text[start : start + 2], (start, start + 2)
    if found == "'":
        found = '"'
        return ReadError("a quote begins nothing here", text=text, span=span, hint=_ADVICE[found])
    if found in _ADVICE:
        return ReadError(f"{found} is not an operator here", text=text, span=span, hint=_ADVICE[found])
    if found.isprintable():
        return ReadError(f"{quoted(found)} has no meaning in an expression", text=text, span=span)
    name = unicodedata.name(found, "a control character").lower()
    return ReadError(
        f"an invisible character stands here: {name} (U+{ord(found):04X})",
        text=text,
        span=span,
        hint="delete it and type the place anew; such characters come with text that was copied",
    )


def _dot(text: str, start: int, operand: bool) -> ReadError:
    stop = start + 1
    while stop < len(text) and stop - start < limits.NAME and (text[stop].isalnum() or text[stop] == "_"):
        stop += 1
    span, word = (start, stop), text[start:stop]
    if operand and word == ".T":
        return arrays(text, span, ".T, the transpose,")
    if operand and len(word) > 1:
        return ReadError(f"nothing has a part called {quoted(word[1:])}", text=text, span=span, hint="names have no dots")
    return ReadError("a dot alone is not a number", text=text, span=span, hint="write 0.5 or .5")


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
    if (
        numeral.lstrip("-") == "0"
        and text[span[1] : span[1] + 1] in tuple("xXbBoO")
        and text[span[1] + 1 : span[1] + 2].isalnum()
    ):
        rest = _operand(text, span[1])
        raise ReadError(
            f"0{rest} can be read in two ways",
            text=text,
            span=(span[0], span[1] + len(rest)),
            hint=f"write 0*{rest} for a product; numbers of another base are written in decimal",
        )


def long_name(text: str, span: Span) -> LimitError:
    """For a name over the limit."""
    return LimitError(f"this name has {span[1] - span[0]:,} characters; at most {limits.NAME} are read", text=text, span=span)


def side_by_side(text: str, kind: str, last: Span, start: int) -> ReadError:
    """For two operands without an operator, where no multiplication may be left out."""
    one, other = _cut(text[last[0] : last[1]]), _operand(text, start)
    span = (last[0], start + len(other)) if len(other) < _SHOWN else (last[0], start + 1)
    word = other.partition("(")[0].strip()
    if one in _CONDITIONS or word in _CONDITIONS:
        place = last if one in _CONDITIONS else (start, start + len(word))
        return ReadError(f"{quoted(text[place[0] : place[1]])} begins nothing here", text=text, span=place, hint=_CHOICE)
    if kind == "NUMERAL":
        hint = "write numbers without spaces, underscores or a second point"
        return ReadError("two numbers stand side by side", text=text, span=span, hint=hint)
    if kind == "NAME":
        if is_function(one):
            hint = f"the input of a function stands in parentheses: {one}({other})"
        elif other[0].isalpha() or other[0] == "_":
            hint = f"write {one}*{other} for a product; a name is one word: {one}_{other}"
        else:
            hint = f"write {one}*{other} for a product"
        return ReadError(f"an operator is missing between {_cut(one)} and {_cut(other)}", text=text, span=span, hint=hint)
    return ReadError(
        "a number behind a bracket can be read in two ways",
        text=text,
        span=(start, start + len(other)),
        hint=f"write )*{other} for a product, or )^{other} for a power",
    )


def two_readings(text: str, places: tuple[int, int, int, int]) -> ReadError:
    """For a multiplication sign that was left out behind a division or a power.

    ``places`` are the start of the left operand, the end of the operator, and the end of its right operand and the start of the
    operand beside it.
    """
    left, after, end, beside = places
    start = left
    x, y = _cut(text[left:after].strip()), _cut(text[after:end].strip())
    z = _operand(text, beside)
    stop = beside + len(z)
    base = _cut(text[left:end].strip())
    return ReadError(
        f"{_cut(text[start:stop])} can be read in two ways",
        text=text,
        span=(start, stop),
        hint=f"write {x}({y}*{z}) or ({base})*{z}",
    )


def no_function(text: str, name: str, start: int, stop: int) -> ReadError:
    """For a name in front of a parenthesis that is not a function."""
    span = (start, start + len(name))
    rest = _operand(text, stop - 1)
    if name in ARRAY_FUNCTIONS:
        return arrays(text, span, name)
    if name in _CONDITIONS:
        return ReadError(f"{quoted(name)} begins nothing here", text=text, span=span, hint=_CHOICE)
    if text[stop - 1 + len(rest) :].lstrip().startswith("=") and "=" not in rest:
        return ReadError(
            f"{_cut(name + rest)} cannot be assigned: an assignment gives one name to one value",
            text=text,
            span=(start, stop - 1 + len(rest)),
            hint=f"leave the parentheses out: {name} = …",
        )
    near = did_you_mean(name, function_names()) if len(name) > 1 else ""
    if near:
        return ReadError(
            f"there is no function called {quoted(name)}",
            text=text,
            span=span,
            hint=f"{near} For a product write {name}*{rest}",
        )
    return ReadError(
        f"{_cut(name + rest)} can be read in two ways",
        text=text,
        span=(start, stop - 1 + len(rest)),
        hint=f"write {name}*{rest} for a product; there is no function called {quoted(name)}",
    )


def never_closed(text: str, span: Span) -> ReadError:
    """For a bracket without its end, seen from the bracket."""
    bar = "|" in text[span[0] : span[1]] or "‖" in text[span[0] : span[1]]
    if bar:
        return ReadError("this bar is never closed", text=text, span=span, hint="|x| is written between two bars")
    return ReadError("this parenthesis is never closed", text=text, span=(span[1] - 1, span[1]))


def never_opened(text: str, start: int) -> ReadError:
    """For a parenthesis without its beginning."""
    return ReadError("this parenthesis was never opened", text=text, span=(start, start + 1))


def nested_bars(text: str, opening: Span, start: int, symbol: str) -> ReadError:
    """For bars inside bars, of which nobody can tell which opens and which closes."""
    return ReadError(
        "bars inside bars can be read in several ways",
        text=text,
        span=(opening[0], start + len(symbol)),
        hint="write abs( ) for the inner ones, as in |x + abs(y)|, and * between two: |x|*|y|",
    )


def stray_comma(text: str, start: int) -> ReadError:
    """For a comma outside a call."""
    hint = "a comma separates the inputs of a function, as in max(x, y)"
    if text[start - 1 : start].isdigit() and text[start + 1 : start + 2].isdigit():
        hint = "decimals are written with a point: 1.5"
    return ReadError("a comma cannot stand here", text=text, span=(start, start + 1), hint=hint)


def stray_equals(text: str, start: int, opening: Span | None, word: str) -> ReadError:
    """For an equals sign that does not follow a name at the start of a statement."""
    span = (start, start + 1)
    if opening is not None:
        if word in _ARRAY_ARGUMENTS:
            return arrays(text, span, f"{word}=")
        if "\n" in text[opening[1] : start]:
            return never_closed(text, opening)
        hint = "an input of a function is given by its place: leaky_relu(x, 0.1)"
        return ReadError("= cannot stand inside parentheses", text=text, span=span, hint=hint)
    return ReadError(
        "only one name can stand before =",
        text=text,
        span=span,
        hint="a statement gives a name to a value, as in q = x + y; equations are not solved here",
    )


def assigned_twice(text: str, name: str, span: Span) -> ReadError:
    """For a name that already has a value."""
    return ReadError(
        f"{quoted(name)} is assigned twice",
        text=text,
        span=span,
        hint="a name stands for one node of the graph: call the second one by another name",
    )


def used_before(text: str, name: str, span: Span, used: Span) -> ReadError:
    """For a name that was used as an input, or as a known number, before it is assigned."""
    if used[0] > span[0]:
        return ReadError(
            f"{quoted(name)} is assigned from itself",
            text=text,
            span=used,
            hint="a name stands for one node of the graph: call the new value by another name",
        )
    return ReadError(
        f"{quoted(name)} is used before it is assigned",
        text=text,
        span=span,
        hint="move this assignment up, above the first use, or choose another name",
    )


def unused(text: str, span: Span, after: int) -> ReadError:
    """For a statement without a name that is not the last."""
    following = text[after:].lstrip()
    if following[:1] in ("+", "-", "−"):
        hint = "to go on in the next line, end this one with the operator or use parentheses"
    else:
        hint = f"give it a name, as in q = {_cut(text[span[0] : span[1]])}, or leave it out"
    return ReadError("the value of this statement is used nowhere", text=text, span=span, hint=hint)


def _operand(text: str, start: int) -> str:
    """The operand that starts at ``start``, as typed: a word, a group in brackets, or a word and a group."""
    stop = start
    while stop < len(text) and stop - start <= limits.NAME and (text[stop].isalnum() or text[stop] in "_."):
        stop += 1
    if text[stop : stop + 1] not in ("(", "|") or (text[stop : stop + 1] == "|" and stop > start):
        return text[start : max(stop, start + 1)]
    if text[stop] == "|":
        close = text.find("|", stop + 1, stop + _SHOWN)
        return text[start : close + 1] if close > 0 else text[start : stop + 1]
    depth = 0
    for place in range(stop, min(len(text), stop + _SHOWN)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return text[start : place + 1]
    return f"{text[start:stop]}(…)"


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else f"{flat[: _SHOWN // 2]}…{flat[-_SHOWN // 3 :]}"
