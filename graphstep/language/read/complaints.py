"""What a text that cannot be read is told: what was found, where, and what would do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graphstep.ground.errors import ReadError, Span, did_you_mean, quoted
from graphstep.language.read import arrays, misuses
from graphstep.language.read.foreign import WITHOUT_GRADIENT, ForeignSpellingError, is_known, proposals
from graphstep.language.read.functions import function_names, is_function, option_of_several
from graphstep.language.read.spelling import NO_CONDITIONS, SHOWN, cut, operand_at

if TYPE_CHECKING:
    from graphstep.language.read.token import Token

_CONDITIONS = frozenset({"if", "else", "and", "or", "not", "is", "in", "for", "while", "lambda", "import", "def", "return"})
_CONDITION_CALLS = frozenset({"if", "and", "or", "not", "in", "for", "while", "print"})
_RAISED_TO = re.compile(r"([\w)\]]+)\s*(?:\^|\*\*)\s*$")
# Decimal commas, (1,5), or a tuple of numbers: neither is a value.
_NUMBERS_WITH_COMMAS = re.compile(r"\s*\(?\s*[-+]?[\d.]+(?:\s*,\s*[-+]?[\d.]+)+\s*\)?\s*")
_ENDS = frozenset({"NUMERAL", "NAME", "CLOSE", "BAR_END", "NORM_END", "TRANSPOSE", "INDEX", "LIST_END", "MADE"})
"""What an operand may end with."""
_COMPARISON = re.compile(r"[<>=!]=|[<>≤≥≠]")
_MIRRORED = str.maketrans("()[]", ")(][")
_OPERATORS = frozenset({"PLUS", "MINUS", "TIMES", "AT", "OVER", "POWER", "COMPARE"})


def unexpected(text: str, token: Token | None, before: Token | None) -> ReadError:
    """For a token that cannot stand behind the one before it; ``token`` is None at the end of the text."""
    if before is None and token is None:
        return ReadError("there is no expression", text=text, hint="type one, such as (x+y)*z")
    if before is not None and before.type == "SHAPE":
        hint = "it stands between commas, as in reshape(x, (2, 3))"
        return ReadError("a shape is no operand", text=text, span=before.span, hint=hint)
    # From the particular to the general: the pair of tokens says what was probably meant, and the first that fits is told.
    if token is not None and token.type == "COMPARE" and before is not None and before.type in _ENDS:
        return _compared_twice(text, token)
    if token is not None and token.type == "AT" and text[token.end_pos : token.end_pos + 1].strip():
        return arrays.file(text, token.span)
    if token is not None and token.type in _OPERATORS:
        return ReadError(f"an operand is missing before {token.text}", text=text, span=token.span)
    if before is not None and before.type in _OPERATORS:
        return ReadError(f"an operand is missing after {before.text}", text=text, span=before.span)
    if token is not None and token.type == "COMMA":
        return ReadError("an input is missing before the comma", text=text, span=token.span)
    assert before is not None  # a text cannot start with anything else that does not fit
    misuse = misuses.unexpected(text, token, before)
    if misuse is not None:
        return misuse
    if before.type == "COMMA":
        return ReadError("an input is missing after the comma", text=text, span=before.span)
    if token is not None and token.type in ("CLOSE", "BAR_END", "NORM_END"):
        what = "parentheses" if token.type == "CLOSE" else "bars"
        return ReadError(f"there is nothing between these {what}", text=text, span=(before.start_pos, token.end_pos))
    return ReadError("an expression is missing after =", text=text, span=before.span)


def _compared_twice(text: str, token: Token) -> ReadError:
    """For ``a < b < c``, of which nobody can tell whether its first part is compared as 0 or 1."""
    # Backwards, with its brackets mirrored, so that one function finds both ends; <= and == hold no assignment's sign then.
    before = _COMPARISON.sub(lambda sign: "<" * len(sign[0]), text[max(0, token.start_pos - SHOWN) : token.start_pos])
    start = token.start_pos - _reach(before[::-1].translate(_MIRRORED))
    stop = token.end_pos + _reach(text[token.end_pos : token.end_pos + SHOWN])
    inside = text[start : token.start_pos]
    sign = next((each for each in _COMPARISON.finditer(inside) if not _depth(inside[: each.start()])), None)
    first = cut(inside[: sign.start()].strip()) if sign is not None else "a"
    middle = cut(inside[sign.end() :].strip()) if sign is not None else "b"
    last = cut(text[token.end_pos : stop].strip()) or "c"
    one = f"{first}{sign[0] if sign is not None else '<'}{middle}"
    span = (start + len(inside) - len(inside.lstrip()), max(token.end_pos, start + len(text[start:stop].rstrip())))
    hint = f"write ({one})*({middle}{token.text}{last}) for both at once"
    return ReadError(f"{cut(text[slice(*span)])} compares a comparison", text=text, span=span, hint=hint)


def _reach(text: str) -> int:
    """How many characters come before what is compared ends: at a bracket, a comma, an assignment."""
    depth = 0
    for count, character in enumerate(text):
        if depth == 0 and character in ")],;\n=":
            return count
        depth += (character in "([") - (character in ")]")
    return len(text)


def _depth(text: str) -> int:
    return sum((character in "([") - (character in ")]") for character in text)


def side_by_side(text: str, kind: str, last: Span, start: int) -> ReadError:
    """For two operands without an operator, where no multiplication may be left out."""
    one, other = cut(text[last[0] : last[1]]), operand_at(text, start)
    span = (last[0], start + len(other)) if len(other) < SHOWN else (last[0], start + 1)
    word = other.partition("(")[0].strip()
    if one in ("def", "repeat") and kind == "NAME":
        return misuses.half_a_head(text, one, last)
    if one in _CONDITIONS or word in _CONDITIONS:
        place = last if one in _CONDITIONS else (start, start + len(word))
        return ReadError(f"{quoted(text[place[0] : place[1]])} begins nothing here", text=text, span=place, hint=NO_CONDITIONS)
    if kind == "NUMERAL":
        hint = "write numbers without spaces, underscores or a second point"
        return ReadError("two numbers stand side by side", text=text, span=span, hint=hint)
    if kind == "NAME":
        raised = _RAISED_TO.search(text, max(0, last[0] - SHOWN), last[0])
        if one == "T" and raised is not None:
            hint = f"a transpose is written .T or ': {raised[1]}.T @ {other}"
        elif one[0] == "Σ":
            hint = f"a sum over the cells of an array is written sum({other})"
        elif is_function(one):
            hint = f"the input of a function stands in parentheses: {one}({other})"
        elif is_known(one) and (spellings := proposals(f"{one}({other})", 0)) and spellings[0].text:
            hint = f"the input of a function stands in parentheses; here it is {spellings[0].text}"
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
    if is_known(function) and x != function:
        of = z if z.startswith("(") else f"({z})"
        hint = f"a power of a function is written behind its input: {function}{of}^{y}"
        if y in ("-1", "−1", "(-1)"):
            inverse = next((each.text for each in proposals(f"a{function}{of}", 0) if each.text), "")
            inverse = f"a{function}{of}" if is_function(f"a{function}") else inverse
            hint = f"write 1/{function}{of} for the reciprocal{f', or {inverse} for the inverse' if inverse else ''}"
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
    if name in WITHOUT_GRADIENT:
        message = f"there is no function called {quoted(name)}: no gradient would pass it"
        return ReadError(message, text=text, span=span, hint=WITHOUT_GRADIENT[name])
    if name in _CONDITION_CALLS:
        return ReadError(f"{quoted(name)} begins nothing here", text=text, span=span, hint=NO_CONDITIONS)
    if text[stop - 1 + len(rest) :].lstrip().startswith("=") and "=" not in rest:
        return ReadError(
            f"{cut(name + rest)} cannot be assigned: an assignment gives one name to one value",
            text=text,
            span=(start, stop - 1 + len(rest)),
            hint=f"leave the parentheses out: {name} = …; a function that is called is written def {name}{rest} = …",
        )
    if re.search(rf"\bdef[ \t]+{re.escape(name)}[ \t]*\(", text[stop:]):
        return misuses.defined_below(text, name, span)
    # A name of one letter is more likely a factor, x(y+z), than a slip in the name of a function.
    if name[0] == "Σ":
        of = f"{name[1:]}{rest}" if name[1:] else rest[1:-1]
        return ReadError("Σ is a letter", text=text, span=span, hint=f"a sum over the cells of an array is written sum({of})")
    product = f"a product is written {name}*{rest}"
    if len(name) > 1:
        near = did_you_mean(name, function_names())
        hint = f"{near} {product[0].upper()}{product[1:]}" if near else product
        error = ReadError(f"there is no function called {quoted(name)}", text=text, span=span, hint=hint)
        spellings = proposals(text, start)
        return ForeignSpellingError(error, spellings) if spellings else error
    return ReadError(
        f"{cut(name + rest)} can be read in two ways",
        text=text,
        span=(start, stop - 1 + len(rest)),
        hint=f"{product}; there is no function called {quoted(name)}",
    )


def call_in_brackets(text: str, name: Span, brackets: str) -> ReadError | None:
    """For Mathematica's ``Sin[x]``; None where the brackets hold an index, or the name is a value, or no function anywhere."""
    word = text[name[0] : name[1]]
    if re.fullmatch(r"\[[-\d\s:,.]*\]", brackets) or not is_known(word):
        return None
    # It stands before = in front of here, or among the inputs of a function.
    if re.search(rf"\b{word}\b[\w, \t]*+(?:=(?!=)|\)[ \t]*+=)", text[: name[0]]):
        return None
    spellings = proposals(text, name[0])
    hint = f"write {word}( )"
    error = ReadError("the inputs of a function stand in parentheses", text=text, span=name, hint=hint)
    return ForeignSpellingError(error, spellings) if spellings else None


def never_closed(text: str, span: Span) -> ReadError:
    """For a bracket without its end, seen from the bracket."""
    if text[span[1] - 1 : span[1]] == "{":
        return misuses.brace_never_closed(text, span)
    bar = "|" in text[span[0] : span[1]] or "‖" in text[span[0] : span[1]]
    if bar:
        return ReadError("this bar is never closed", text=text, span=span, hint="|x| is written between two bars")
    if text[span[0]] == "[":
        return ReadError("this bracket is never closed", text=text, span=span)
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
    decimal = re.compile(r"[\d.]*,\d+").match(text, _numeral_before(text, start))
    if decimal is not None and text[start - 1 : start].isdigit() and decimal.end() > start + 1:
        whole, _, part = decimal[0].partition(",")
        hint = f"decimals are written with a point: {whole.replace('.', '')}.{part}"
        if len(part) == 3 and whole not in ("", "0"):
            hint += f"; and thousands without a sign: {whole.replace('.', '')}{part}"
    if _NUMBERS_WITH_COMMAS.fullmatch(text):
        array = f"an array stands in brackets: [{', '.join(re.sub('[(),]', ' ', text).split())}]"
        hint = f"{hint}; {array}" if decimal is not None else array
    if re.search(r"[^\W\d]\w*(?:[ \t]*,[ \t]*[^\W\d]\w*)+[ \t]*=[^=(;\n]*$", text[:start][-200:]) and not around:
        hint = "several values stand in parentheses: a, b = (x, y)"
    option = option_of_several(around)
    if option:
        hint = f"options are given by name: {option}=(0, 1)"
    return ReadError("a comma cannot stand here", text=text, span=(start, start + 1), hint=hint)


def _numeral_before(text: str, place: int) -> int:
    """Where the digits and points begin that end at a place."""
    start = place
    while start > max(0, place - SHOWN) and (text[start - 1].isdigit() or text[start - 1] == "."):
        start -= 1
    return start


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
