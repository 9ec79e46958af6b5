"""What stands in brackets behind an operand and behind ``=`` in a call: indices, axes, shapes, numbers.

These are no expressions: they say how a gate works, not what it works on. So they are whole numbers and a few words, nothing is
nested in them, and what comes out is hashable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import EllipsisType
from typing import Any

from graphstep.gates.rule import OptionKind
from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError, Span, quoted
from graphstep.ground.operands import Chosen, Slice, Slot
from graphstep.language.read.functions import Option
from graphstep.language.read.spelling import cut

DIGITS = 15
"""Digits of a whole number here: longer ones count the cells of no array."""

Index = tuple[int | Slice | Chosen | Slot | EllipsisType, ...]
"""What stands between brackets: one entry an axis."""

_WHOLE = re.compile(r"[-−+]?[ \t]*[0-9]+", re.ASCII)
_NUMBER = re.compile(r"[-−+]?[ \t]*(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_WORD = re.compile(r"[^\W\d]\w*")
_FLAGS = {"true": True, "false": False, "1": True, "0": False}

_KINDS: dict[OptionKind, tuple[str, str]] = {
    "axis": ("one axis", "0"),
    "axes": ("one axis or several", "0"),
    "flag": ("true or false", "true"),
    "number": ("a number", "0.5"),
    "shape": ("a shape, which is whole numbers", "(2, 3)"),
    "whole": ("a whole number", "1"),
    "subscripts": ("letters in quotes", '"ij,jk->ik"'),
}


def example(name: str, kind: OptionKind) -> str:
    """An option as it could be written: ``axis=0``."""
    return f"{name}={_KINDS[kind][1]}"


def read_index(
    text: str,
    span: Span,
    whole: Callable[[Span], int | None] | None = None,
    array: Callable[[Span], Chosen | Slot | None] | None = None,
) -> Index:
    """The entries between two brackets. Raises ReadError at the first that is no whole number, slice, array or ``...``; ``whole``
    knows what whole number stands at a place where it is written with names, ``array`` what array, or they say None.
    """
    entries: list[int | Slice | Chosen | Slot | EllipsisType] = []
    for start, stop in _entries(text, span, "index"):
        word = text[start:stop]
        if word == "...":
            if Ellipsis in entries:
                raise ReadError("... can stand only once in an index", text=text, span=(start, stop))
            entries.append(Ellipsis)
        # A name of a whole number is one entry; as an array it would be read by a gather, and get an operand.
        elif ":" not in word and _WHOLE.fullmatch(word) is None and whole and (number := whole((start, stop))) is not None:
            entries.append(number)
        elif array is not None and (several := array((start, stop))) is not None:
            entries.append(several)
        elif ":" in word:
            entries.append(_slice(text, start, stop, whole))
        else:
            entries.append(_place(text, start, stop, whole=whole))
    return tuple(entries)


def read_option(text: str, option: Option, kind: OptionKind) -> Any:
    """The value of an option. Raises ReadError, with what could be written instead."""
    start, stop = _stripped(text, option.value)
    word = text[start:stop]
    if not word:
        hint = f"write {example(option.name, kind)}"
        raise ReadError(f"a value is missing after {option.name}=", text=text, span=option.span, hint=hint)
    if kind == "subscripts":
        return word[1:-1]
    if kind == "flag" and word.lower() in _FLAGS:
        return _FLAGS[word.lower()]
    if kind == "number" and _NUMBER.fullmatch(word):
        return float(_ascii(word))
    if kind in ("axes", "whole") and word.lower() == "none":
        return None
    if kind in ("axis", "axes", "shape", "whole") and _WHOLE.fullmatch(word):
        number = _whole(text, start, stop)
        return (number,) if kind == "shape" else number
    if kind in ("axes", "shape") and word[0] == "(" and word[-1] == ")":
        return tuple(_place(text, *entry, what=kind) for entry in _entries(text, (start, stop), kind))
    hint = f"write {example(option.name, kind)}"
    if kind == "axes":
        hint += f", {option.name}=(0, 1), or {option.name}=none"
    message = f"{option.name} takes {_KINDS[kind][0]}, not {quoted(word)}"
    raise ReadError(message, text=text, span=(start, stop), hint=hint)


def read_rest(text: str, places: Sequence[Span], name: str, keywords: Mapping[str, OptionKind]) -> Any:
    """The option that is given by the numerals behind the inputs, ``2, 3`` in ``reshape(x, 2, 3)``; ``places`` are theirs."""
    kind = keywords[name]
    if kind in ("shape", "axes"):
        _check_axes(text, places[0], len(places))
        return tuple(_place(text, start, stop, kind) for start, stop in places)
    if len(places) > 1:
        others = " and ".join(example(key, its) for key, its in keywords.items() if key != name)
        hint = f"only its {name} can stand behind its inputs; what else it takes has a name: {others}" if others else ""
        raise ReadError("this is one number too many", text=text, span=places[1], hint=hint)
    return read_option(text, Option(name, places[0], places[0]), kind)


def _check_axes(text: str, span: Span, count: int) -> None:
    if count > limits.AXES:
        message = f"an array has at most {limits.AXES} axes, and {count:,} entries stand here"
        raise LimitError(message, text=text, span=(span[0], span[0] + 1))


def _ascii(word: str) -> str:
    return "".join(word.split()).replace("−", "-")


def _stripped(text: str, span: Span) -> Span:
    start, stop = span
    inside = text[start:stop]
    return stop - len(inside.lstrip()) if inside.strip() else stop, start + len(inside.rstrip())


def _entries(text: str, span: Span, what: str) -> Iterator[Span]:
    """The places between the commas inside brackets, without white space around them."""
    start, end = span[0] + 1, span[1] - 1
    if not text[start:end].strip():
        if what == "shape":
            return
        hint = "write x[0] for the first entry, x[1:3] for the second and the third, x[:, 0] for a column"
        raise ReadError("there is nothing between these brackets", text=text, span=span, hint=hint if what == "index" else "")
    pieces = between_commas(text, start, end)
    _check_axes(text, span, len(pieces))
    # comma is where the piece ends in one, -1 for the last.
    for place, (start, stop) in enumerate(pieces):
        comma = stop if stop < end else -1
        if not text[start:stop].strip():
            # (6,) is how Python writes a shape of one axis.
            if place and comma < 0 and what != "index":
                return
            before = comma if comma >= 0 else start - 1
            side = "before" if comma >= 0 else "after"
            raise ReadError(f"an entry is missing {side} the comma", text=text, span=(before, before + 1))
        yield _stripped(text, (start, stop))


def between_commas(text: str, start: int, end: int, mark: str = ",") -> list[Span]:
    """Where the pieces between the commas, or other marks, stand that are in no brackets of their own."""
    pieces, depth = [], 0
    for place in range(start, end):
        depth += (text[place] in "([") - (text[place] in ")]")
        if text[place] == mark and depth <= 0:
            pieces.append((start, place))
            start = place + 1
    return [*pieces, (start, end)]


def _slice(text: str, start: int, stop: int, whole: Callable[[Span], int | None] | None) -> Slice:
    parts: list[int | None] = []
    at = start
    for part in text[start:stop].split(":"):
        if len(parts) == 3:
            hint = "a slice is start:stop:step, as in x[0:10:2]"
            raise ReadError("a slice has at most two colons", text=text, span=(start, stop), hint=hint)
        inside = _stripped(text, (at, at + len(part)))
        parts.append(_place(text, *inside, whole=whole) if part.strip() else None)
        at += len(part) + 1
    if len(parts) == 3 and parts[2] == 0:
        hint = "the step of a slice is how far it is from one entry to the next, as in x[::2]"
        raise ReadError("a slice with the step 0 goes nowhere", text=text, span=(start, stop), hint=hint)
    first, behind, *step = parts
    return Slice(first, behind, step[0] if step else None)


def _place(text: str, start: int, stop: int, what: str = "index", whole: Callable[[Span], int | None] | None = None) -> int:
    word = text[start:stop]
    if _WHOLE.fullmatch(word):
        return _whole(text, start, stop)
    number = whole((start, stop)) if whole is not None else None
    if number is not None:
        return number
    hint = "write whole numbers, slices and ..., as in x[0], x[-1], x[:, 1:3] or x[..., 0]"
    if what != "index":
        hint = "write whole numbers, as in (2, 3)"
    if what == "index" and any(mark in word for mark in "<>=!"):
        hint = "where(x > 0, x, 0) chooses cells by a condition"
    if word.lower() in ("none", "newaxis", "np.newaxis"):
        hint = "reshape(x, …) gives an array one axis more"
    if what == "index" and re.search(r"[\w)\]]\s*[-+*/(]", word):
        # A name that the text has not: its own could not be assigned.
        names = set(re.findall(r"\w+", text))
        name = next((letter for letter in "ijkmn" if letter not in names), "place")
        hint = f"an index is computed above: {name} = {cut(word)}; x[{name}]"
    kind = "an index" if what == "index" else "an entry of a shape" if what == "shape" else "an axis"
    if _NUMBER.fullmatch(word) or word.lower() == "none":
        message = f"{kind} is a whole number, which {quoted(word)} is not"
    elif _WORD.fullmatch(word):
        message = f"{kind} is a whole number, and {quoted(word)} is a name"
    else:
        message = f"nothing is computed here: {quoted(word)} is no whole number"
    raise ReadError(message, text=text, span=(start, stop), hint=hint)


def _whole(text: str, start: int, stop: int) -> int:
    word = _ascii(text[start:stop])
    if len(word.lstrip("+-").lstrip("0")) > DIGITS or len(word) > limits.NUMERAL_DIGITS:
        message = f"a whole number has at most {DIGITS} digits here"
        raise LimitError(message, text=text, span=(start, stop), hint="no array has as many cells")
    return int(word)
