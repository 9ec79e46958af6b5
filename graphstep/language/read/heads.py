"""The first words of a function and of a repetition: ``def f(``, ``repeat 20 {``, ``repeat t in 0:T {``; and of ``a, b = …``.

``def`` and ``repeat`` are ordinary names elsewhere: ``repeat*x`` is a product, ``def = 3`` an assignment.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from graphstep.ground import limits
from graphstep.ground.errors import ReadError, Span, quoted
from graphstep.language.read.functions import is_function
from graphstep.language.read.spelling import long_name

_NAME = r"[^\W\d][\w\u0300-\u036f]*"
_FUNCTION = re.compile(rf"def[ \t]+(?P<name>{_NAME})[ \t]*\(")
# What takes blanks keeps them (++, *+), and a count ends in something else: thousands of blanks without a brace behind them would
# otherwise be shared out in every way.
_REPETITION = re.compile(
    rf"repeat[ \t]++(?:(?P<variable>{_NAME})[ \t]++in[ \t]++(?P<first>[^{{}}:;=\n]+):)?"
    r"(?P<last>[^{}:;=\n]*[^{}:;=\s])[ \t\n]*+\{"
)
_NAMES = re.compile(rf"{_NAME}(?:[ \t]*,[ \t]*{_NAME})+[ \t]*=(?!=)")


class Turns(NamedTuple):
    """The turns of a repetition: its variable, and where its counts stand."""

    variable: str
    """What the number of the turn is called; empty where it has no name."""
    first: Span | None
    """Where the number of the first turn stands; None for turns that are only counted."""
    last: Span
    """Where the number behind that of the last turn stands, or how many there are."""


class Head(NamedTuple):
    """The first words of a function or a repetition."""

    name: str
    """The function; ``repeat`` for a repetition."""
    place: Span
    """Where that stands."""
    stop: int
    """The place behind them: behind the bracket or the brace."""
    turns: Turns | None
    """What is counted; None for a function."""


def is_head(text: str, start: int) -> bool:
    """Whether a function or a repetition starts at a place."""
    if text.startswith("def", start):
        return _FUNCTION.match(text, start) is not None
    return text.startswith("repeat", start) and _REPETITION.match(text, start) is not None


def read_head(text: str, start: int) -> Head:
    """The head that starts at a place, where :func:`is_head` says that one does."""
    function = _FUNCTION.match(text, start)
    if function is not None:
        return Head(function["name"], function.span("name"), function.end(), None)
    head = _REPETITION.match(text, start)
    assert head is not None, "there is a head"
    name = head["variable"] or ""
    if len(name) > limits.NAME:
        raise long_name(text, head.span("variable"))
    turns = Turns(name, head.span("first") if name else None, head.span("last"))
    return Head("repeat", (start, start + len("repeat")), head.end(), turns)


def names_end(text: str, start: int) -> int:
    """The place behind ``a, b =`` where a statement starts so; 0 where it does not."""
    names = _NAMES.match(text, start)
    return 0 if names is None else names.end()


def check_function(text: str, head: Head, names: Collection[str]) -> None:
    """Raise ReadError for the name of a function that there is already."""
    if len(head.name) > limits.NAME:
        raise long_name(text, head.place)
    if head.name in names:
        hint = "a function is defined once: call this one by another name"
        raise ReadError(f"{quoted(head.name)} is defined already", text=text, span=head.place, hint=hint)
    if is_function(head.name):
        hint = f"every program has it: call this one by another name, such as my_{head.name}"
        raise ReadError(f"{quoted(head.name)} is a function already", text=text, span=head.place, hint=hint)
