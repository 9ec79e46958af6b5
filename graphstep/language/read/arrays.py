"""What those are told who write an array, or the part of one, where or how it cannot stand."""

from __future__ import annotations

import re

from graphstep.gates import FUNCTIONS
from graphstep.ground import limits
from graphstep.ground.errors import ReadError, Span, quoted
from graphstep.language.read.foreign import LIBRARIES, PARTS, ForeignSpellingError, proposals
from graphstep.language.read.spelling import SHOWN, character, cut, operand_at

MAKERS = frozenset({"randn", "rand", "zeros", "ones", "eye", "arange", "linspace"})
"""What makes an array in the value of an input, and nowhere else."""

_ASSIGNED = re.compile(r"([^\W\d]\w*)[ \t]*=[ \t]*$")
# ``@file.npy`` is a value and no matrix product; with a suffix, or a single word behind the sign.
_FILE = re.compile(r"@(?:[\w./~-]+\.(?:npy|csv|json)\b|\w+)")
_PART = re.compile(r"\.(?P<word>\w*)(?P<call>[ \t]*\()?")


def outside(text: str, start: int, written: str) -> str:
    """The hint for an array inside an expression: to give it a name, and a value from outside."""
    assigned = _ASSIGNED.search(text, max(0, start - 2 * limits.NAME), start)
    if assigned is not None:
        return f"leave this statement out, and give {assigned[1]} its value behind the program: {assigned[1]}={written}"
    # A letter that the program has not: the advice must not make two things one.
    name = next((x for x in ("c", "a", "k", "m") if re.search(rf"\b{x}\b", text) is None), "values")
    return f"give it a name: write {name} here, and {name}={written} behind the program"


EMPTY = re.compile(r"\[\s*\]")


def literal(text: str, start: int) -> ReadError:
    """For ``[]`` where an operand stands."""
    brackets = EMPTY.match(text, start)
    stop = start + 1 if brackets is None else brackets.end()
    hint = "an array has numbers or values in it: [1, 2]"
    if text[:start].rstrip().endswith(",") and text[stop:].lstrip().startswith(","):
        hint = "an axis is given by name, counted from 0: MATLAB's max(x, [], 2) is max(x, axis=1)"
    return ReadError("there is nothing between these brackets", text=text, span=(start, stop), hint=hint)


def maker(text: str, span: Span, group: str) -> ReadError:
    """For ``randn(4,3)`` where an operand stands; ``group`` is its parenthesis."""
    name = text[span[0] : span[1]]
    hint = outside(text, span[0], f'"{name}{group}"')
    return ReadError(f"{name} makes the value of an input, and no part of an expression", text=text, span=span, hint=hint)


def file(text: str, span: Span) -> ReadError:
    """For ``@weights.npy`` where an operand stands."""
    name = _FILE.match(text, span[0], span[0] + SHOWN)
    written = name[0] if name is not None else "@…"
    span = (span[0], span[0] + len(written))
    return ReadError("a file cannot be read inside an expression", text=text, span=span, hint=outside(text, span[0], written))


def of_a_number(text: str, span: Span, what: str) -> ReadError:
    """For ``2'`` and ``2[0]``."""
    number = text[span[0] : span[1]]
    hint = "put into parentheses what is meant, as in (x^2)' or (2*x)[0]"
    return ReadError(f"{cut(number)} is a single number and has no {what}", text=text, span=span, hint=hint)


def not_an_index(text: str, start: int) -> ReadError:
    """For a bracket behind an operand that holds brackets or is never closed."""
    nested = re.compile(r"[\[\];]").search(text, start + 1)
    if nested is not None and nested[0] == "[":
        return ReadError(
            "brackets cannot stand inside brackets",
            text=text,
            span=(nested.start(), nested.end()),
            hint="write the entries of all axes into one pair, as in x[0, 1]; stack(x[2], x[0]) picks several",
        )
    return ReadError("this bracket is never closed", text=text, span=(start, start + 1))


def beside(text: str, last: Span, start: int) -> ReadError:
    """For an operand behind ``.T``, ``'`` or an index, which could be multiplied in two ways."""
    one, other = cut(text[last[0] : last[1]]), operand_at(text, start)
    if one.endswith(".T") and other == "()":
        return ReadError(".T is written without parentheses", text=text, span=(start, start + 2), hint=f"write {one}")
    root = re.fullmatch(r"(?:sqrt|root)\[([^\]]*)\]", one)
    if root is not None and other.startswith("("):
        hint = f"a root is a power: {other}^(1/{root[1]})"
        return ReadError(f"{cut(one)} is no function", text=text, span=last, hint=hint)
    # The quote would be refused again beside *: the advice has .T.
    cells = f"{one[:-1]}.T" if one.endswith(("'", "′", "’")) else one
    if cells != one and other.startswith("("):
        return ReadError(
            f"{cut(text[last[0] : start] + other)} can be read in two ways",
            text=text,
            span=(last[0], start + len(other)),
            hint=f"a derivative is not written: every run computes those of all inputs; for a product write {one} @ {other}"
            f" or {cells}*{other}",
        )
    return ReadError(
        f"{cut(text[last[0] : start] + other)} can be read in two ways",
        text=text,
        span=(last[0], start + len(other)),
        hint=f"write {one} @ {other} for the matrix product, or {cells}*{other} for the product cell by cell",
    )


def product_of_transposed(text: str, factor: Span, start: int) -> ReadError:
    """For ``W'*x`` and ``x*y'``: matrix products in MATLAB and Julia, where ``'`` comes from, and products cell by cell here."""
    one, other = cut(text[factor[0] : factor[1]].rstrip("*×·⋅∗ \t")), operand_at(text, start + _blanks(text, start))
    if not other.endswith(("'", "′", "’")) and text[start:].lstrip()[len(other) :][:1] in ("'", "′", "’"):
        other += "'"
    plain = [f"{each[:-1]}.T" if each.endswith(("'", "′", "’")) else each for each in (one, other)]
    columns = f" outer({one}, {other[:-1]}) of two columns," if one == plain[0] else ""
    return ReadError(
        f"{one}*{other} can be read in two ways",
        text=text,
        span=(factor[0], start + _blanks(text, start) + max(1, len(other))),
        hint=f"write {one} @ {other} for the matrix product, which * is in MATLAB and Julia,{columns}"
        f" or {'*'.join(plain)} for the product cell by cell",
    )


def _blanks(text: str, start: int) -> int:
    return len(text[start:]) - len(text[start:].lstrip())


_NORMS = {"1": "sum(abs({}))", "2": "||{}||", "inf": "max(abs({}))", "∞": "max(abs({}))", "F": "norm({})"}


def subscript(text: str, operand: Span, start: int) -> ReadError:
    """For a subscript behind a bracket, as in ``||x||_2``."""
    one = cut(text[operand[0] : operand[1]])
    suffix = re.compile(r"_(?:\w+|\{\w+\})?").match(text, start)
    mark = cut(suffix[0]) if suffix is not None else "_"
    which = mark.strip("_{}")
    bars = one.strip("|‖")
    hint = f"write {one}*{mark} for a product with the name {mark}; a subscript is the end of a name"
    if bars != one:
        norm = _NORMS.get(which, "sum(abs({})^p)^(1/p)").format(bars.strip())
        hint = f"write {norm} for that norm, or {one}*{mark} for a product with the name {mark}"
    return ReadError(f"{one}{mark} can be read in two ways", text=text, span=(operand[0], start + len(mark)), hint=hint)


def solved(text: str, operand: Span, start: int) -> ReadError:
    """For MATLAB's left division, and for LaTeX behind an operand."""
    one, command = cut(text[operand[0] : operand[1]]), _LATEX.match(text, start)
    if command is not None:
        return character(text, start)
    return ReadError(
        "\\ is not an operator here",
        text=text,
        span=(start, start + 1),
        hint=f"a system of equations is solved by solve({one}, b)",
    )


_LATEX = re.compile(r"\\(?:[a-zA-Z]{2,}|[,;:! ])")


def transposed_number(text: str, last: Span) -> ReadError:
    """For ``2.T``, which starts as a numeral and ends as a transpose."""
    number = text[last[0] : last[1]]
    return ReadError(
        f"{number}T can be read in two ways",
        text=text,
        span=(last[0], last[1] + 1),
        hint=f"write {number}0*T for a product; what is transposed stands in parentheses, as in (x^2).T",
    )


def part(text: str, start: int, before: Span | None) -> ReadError:
    """For a dot that belongs to no number. ``before`` is where the operand stands that it follows, or None."""
    part = _PART.match(text, start)
    assert part is not None  # the text has a dot there
    word = part["word"][: limits.NAME]
    span = (start, start + 1 + len(word))
    if before is None:
        if word == "T":
            return ReadError(".T stands behind what it transposes", text=text, span=span, hint="write x.T, or (x+y).T")
        return ReadError("a dot alone is not a number", text=text, span=span, hint="write 0.5 or .5")
    owner = cut(text[before[0] : before[1]])
    sign = text[start + 1 : start + 2]
    if not word and sign and sign in "*/^+-−\\('":
        return _cell_by_cell(text, start, before, owner)
    if not word and re.fullmatch(r"[-−]?\d*\.\d+", owner):
        return ReadError("a number has one point", text=text, span=span, hint=f"write {owner}")
    if not word:
        return ReadError("a dot alone is not a number", text=text, span=span, hint="write 0.5 or .5")
    message = f"nothing has a part called {quoted(word)}"
    hint = "names have no dots; only .T, the transpose, stands behind one"
    if owner in LIBRARIES:
        hint = "functions are written without a module before them"
    elif word in FUNCTIONS:
        hint = f"write {word}({owner})" if FUNCTIONS[word].arity[0] < 2 else f"write {word}({owner}, …)"
    elif word in PARTS:
        hint = f"write {owner}.T"
    error = ReadError(message, text=text, span=span, hint=hint)
    spellings = proposals(text, before[0])
    return ForeignSpellingError(error, spellings) if spellings else error


def _cell_by_cell(text: str, start: int, before: Span, owner: str) -> ReadError:
    """For MATLAB's and Julia's ``A.*B`` and ``tanh.(x)``."""
    sign = text[start + 1]
    if sign == "(":
        error = ReadError(
            "functions work cell by cell without a dot", text=text, span=(start, start + 1), hint=f"write {owner}( )"
        )
        spellings = proposals(text, before[0])
        return ForeignSpellingError(error, spellings) if spellings else error
    if sign == "'":
        hint = f"write {owner}.T"
    else:
        place = start + 2 + len(text[start + 2 :]) - len(text[start + 2 :].lstrip())
        other = operand_at(text, place).strip() or "…"
        hint = f"write {other}/{owner}" if sign == "\\" else f"write {owner}{sign}{other}"
    return ReadError("operators work cell by cell without a dot", text=text, span=(start, start + 2), hint=hint)
