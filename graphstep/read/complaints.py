"""What a text that cannot be read is told: what was found, where, and what would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.errors import ReadError, did_you_mean, quoted
from graphstep.read import arrays
from graphstep.read.calls import function_names, is_function, option_of_several
from graphstep.read.spelling import NO_CONDITIONS, SHOWN, cut, operand_at

if TYPE_CHECKING:
    from graphstep.errors import Span
    from graphstep.read.tokens import Token

_CONDITIONS = frozenset({"if", "else", "and", "or", "not", "is", "in", "for", "while", "lambda", "import", "def", "return"})
_CONDITION_CALLS = frozenset({"if", "and", "or", "not", "in", "for", "while", "print"})
_ELSEWHERE = {
    "arcsin": "asin(x)",
    "arccos": "acos(x)",
    "arctan": "atan(x)",
    "fabs": "abs(x)",
    "log10": "log(x, 10)",
    "log2": "log(x, 2)",
    "log1p": "log(1 + x)",
    "expm1": "exp(x) - 1",
    "maximum": "max(x, y)",
    "minimum": "min(x, y)",
    "power": "pow(x, y)",
    "tg": "tan(x)",
    "amax": "max(x, axis=0)",
    "amin": "min(x, axis=0)",
    "average": "mean(x)",
    "std": "sqrt(var(x))",
    "inner": "dot(x, y), or x @ y",
    "matmul": "x @ y",
    "mm": "x @ y",
    "bmm": "x @ y",
    "vdot": "dot(x, y)",
    "einsum": "put together from @, x.T, * and sum(x, axis=0)",
    "tensordot": "put together from @, x.T, * and sum(x, axis=0)",
    "trace": 'sum(eye*x), with eye="eye(3)" behind the program',
    "prod": "written out, x[0]*x[1]*x[2]",
    "cumsum": "L @ x with a lower triangle of ones, or written out: x[0], x[0] + x[1]",
    "cumprod": "written out: x[0], x[0]*x[1]",
    "permute": "transpose(x, axes=(1, 0))",
    "swapaxes": "transpose(x, axes=(1, 0))",
    "flatten": "reshape(x, -1)",
    "ravel": "reshape(x, -1)",
    "view": "reshape(x, 2, 3)",
    "squeeze": "reshape(x, 2, 3)",
    "unsqueeze": "reshape(x, 2, 1)",
    "expand_dims": "reshape(x, 2, 1)",
    "vstack": "concat(x, y, axis=0), or stack(x, y)",
    "hstack": "concat(x, y, axis=1)",
    "cat": "concat(x, y, axis=0)",
    "concatenate": "concat(x, y, axis=0)",
    "softmin": "softmax(-x)",
    "lse": "logsumexp(x)",
    "nll_loss": "cross_entropy(scores, y)",
    "mean_squared_error": "mse(x, y)",
    "where": "max, min, abs, relu or clip, which choose between values",
}
"""What functions of other programs and books are called here, where no likeness of names would tell."""

_WITHOUT_GRADIENT = {
    "argmax": "max(x) is the largest cell, and hands its gradient to it",
    "argmin": "min(x) is the smallest cell, and hands its gradient to it",
    "argsort": "x[2] picks a cell, max(x) and min(x) the largest and the smallest",
    "round": "clip(x, 0, 1) holds a value between two others",
    "floor": "clip(x, 0, 1) holds a value between two others",
    "ceil": "clip(x, 0, 1) holds a value between two others",
}
"""Functions whose value jumps, so that no gradient passes them, and what there is instead."""

_OPERATORS = frozenset({"PLUS", "MINUS", "TIMES", "AT", "OVER", "POWER"})


def unexpected(text: str, found: Token | None, before: Token | None) -> ReadError:
    """For a token that cannot stand behind the one before it; ``found`` is None at the end of the text."""
    if before is None and found is None:
        return ReadError("there is no expression", text=text, hint="type one, such as (x+y)*z")
    if before is not None and before.type == "SHAPE":
        hint = "it stands between commas, as in reshape(x, (2, 3))"
        return ReadError("a shape is no operand", text=text, span=before.span, hint=hint)
    if found is not None and found.type == "AT" and text[found.end_pos : found.end_pos + 1].strip():
        return arrays.file(text, found.span)
    if found is not None and found.type in _OPERATORS:
        return ReadError(f"an operand is missing before {found.text}", text=text, span=found.span)
    if before is not None and before.type in _OPERATORS:
        return ReadError(f"an operand is missing after {before.text}", text=text, span=before.span)
    if found is not None and found.type == "COMMA":
        return ReadError("an input is missing before the comma", text=text, span=found.span)
    assert before is not None  # a text cannot start with anything else that does not fit
    if before.type == "COMMA":
        return ReadError("an input is missing after the comma", text=text, span=before.span)
    if found is not None and found.type in ("CLOSE", "BAR_END", "NORM_END"):
        what = "parentheses" if found.type == "CLOSE" else "bars"
        return ReadError(f"there is nothing between these {what}", text=text, span=(before.start_pos, found.end_pos))
    return ReadError("an expression is missing after =", text=text, span=before.span)


def side_by_side(text: str, kind: str, last: Span, start: int) -> ReadError:
    """For two operands without an operator, where no multiplication may be left out."""
    one, other = cut(text[last[0] : last[1]]), operand_at(text, start)
    span = (last[0], start + len(other)) if len(other) < SHOWN else (last[0], start + 1)
    word = other.partition("(")[0].strip()
    if one in _CONDITIONS or word in _CONDITIONS:
        place = last if one in _CONDITIONS else (start, start + len(word))
        return ReadError(f"{quoted(text[place[0] : place[1]])} begins nothing here", text=text, span=place, hint=NO_CONDITIONS)
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
        return ReadError(f"an operator is missing between {cut(one)} and {cut(other)}", text=text, span=span, hint=hint)
    return ReadError(
        "a number behind a bracket can be read in two ways",
        text=text,
        span=(start, start + len(other)),
        hint=f"write {one}*{other} for a product, or {one}^{other} for a power",
    )


def two_readings(text: str, places: tuple[int, int, int, int]) -> ReadError:
    """For a multiplication sign that was left out behind a division or a power.

    ``places`` are the start of the left operand, the end of the operator, and the end of its right operand and the start of the
    operand beside it.
    """
    left, after, end, beside = places
    start = left
    x, y = cut(text[left:after].strip()), cut(text[after:end].strip())
    z = operand_at(text, beside)
    stop = beside + len(z)
    base = cut(text[left:end].strip())
    hint = f"write {x}({y}*{z}) or ({base})*{z}"
    function = x.rstrip("^* ")
    if is_function(function) and z.startswith("("):
        hint = f"a power of a function is written behind its input: {function}{z}^{y}"
    return ReadError(
        f"{cut(text[start:stop])} can be read in two ways",
        text=text,
        span=(start, stop),
        hint=hint,
    )


def no_function(text: str, name: str, start: int, stop: int) -> ReadError:
    """For a name in front of a parenthesis that is not a function."""
    span = (start, start + len(name))
    rest = operand_at(text, stop - 1)
    if name in arrays.MAKERS:
        return arrays.maker(text, span, rest)
    if name in _WITHOUT_GRADIENT:
        message = f"there is no function called {quoted(name)}: no gradient would pass it"
        return ReadError(message, text=text, span=span, hint=_WITHOUT_GRADIENT[name])
    if name in _CONDITION_CALLS:
        return ReadError(f"{quoted(name)} begins nothing here", text=text, span=span, hint=NO_CONDITIONS)
    if text[stop - 1 + len(rest) :].lstrip().startswith("=") and "=" not in rest:
        return ReadError(
            f"{cut(name + rest)} cannot be assigned: an assignment gives one name to one value",
            text=text,
            span=(start, stop - 1 + len(rest)),
            hint=f"leave the parentheses out: {name} = …",
        )
    product = f"a product is written {name}*{rest}"
    if len(name) > 1 or name in _ELSEWHERE:
        near = did_you_mean(name, function_names())
        if name in _ELSEWHERE:
            near = f"here it is {_ELSEWHERE[name]}."
        return ReadError(
            f"there is no function called {quoted(name)}",
            text=text,
            span=span,
            hint=f"{near} {product[0].upper()}{product[1:]}" if near else product,
        )
    return ReadError(
        f"{cut(name + rest)} can be read in two ways",
        text=text,
        span=(start, stop - 1 + len(rest)),
        hint=f"{product}; there is no function called {quoted(name)}",
    )


def never_closed(text: str, span: Span) -> ReadError:
    """For a bracket without its end, seen from the bracket."""
    bar = "|" in text[span[0] : span[1]] or "‖" in text[span[0] : span[1]]
    if bar:
        return ReadError("this bar is never closed", text=text, span=span, hint="|x| is written between two bars")
    return ReadError("this parenthesis is never closed", text=text, span=(span[1] - 1, span[1]))


def never_opened(text: str, start: int) -> ReadError:
    """For a bracket without its beginning."""
    what = "bracket" if text[start] == "]" else "parenthesis"
    return ReadError(f"this {what} was never opened", text=text, span=(start, start + 1))


def nested_bars(text: str, opening: Span, start: int, symbol: str) -> ReadError:
    """For bars inside bars, of which nobody can tell which opens and which closes."""
    return ReadError(
        "bars inside bars can be read in several ways",
        text=text,
        span=(opening[0], start + len(symbol)),
        hint="write abs( ) for the inner ones, as in |x + abs(y)|, and * between two: |x|*|y|",
    )


def stray_comma(text: str, start: int, around: str) -> ReadError:
    """For a comma outside a call; ``around`` is the function around the parentheses that it stands in, if there is one."""
    hint = "a comma separates the inputs of a function, as in max(x, y), and the entries of an index, as in x[0, 1]"
    if text[start - 1 : start].isdigit() and text[start + 1 : start + 2].isdigit():
        hint = "decimals are written with a point: 1.5"
    option = option_of_several(around)
    if option:
        hint = f"options are given by name: {option}=(0, 1)"
    return ReadError("a comma cannot stand here", text=text, span=(start, start + 1), hint=hint)


def stray_equals(text: str, start: int, opening: Span | None) -> ReadError:
    """For an equals sign that does not follow a name at the start of a statement."""
    span = (start, start + 1)
    if opening is not None:
        if "\n" in text[opening[1] : start]:
            return never_closed(text, opening)
        hint = "an option of a function stands between commas, as in sum(x, axis=0)"
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
        hint = f"give it a name, as in q = {cut(text[span[0] : span[1]])}, or leave it out"
    return ReadError("the value of this statement is used nowhere", text=text, span=span, hint=hint)
