"""Arrays inside expressions: their literals, what makes arrays of numbers, and the arrays that stand in an index."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError, Span
from graphstep.ground.operands import Chosen, Constant, Slot
from graphstep.language.read import counts
from graphstep.language.read.options import between_commas, read_index
from graphstep.language.read.token import Token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.language.read.builder import Builder, Term

MOST = 10_000
"""Entries that are written out in a text, or by ``range`` and ``eye``."""

_NAME = re.compile(r"[^\W\d]\w*")
_RANGE = re.compile(r"range[ \t]*\((?P<inside>[^()]*(?:\([^()]*\)[^()]*)*)\)")
_NUMBERS = re.compile(r"\[(?P<inside>[^\[\]]*)\]")


def index(builder: Builder, of: Term, brackets: Token) -> Term:
    """``x[0, 1:3]``, ``E[ids]``"""
    operands: list[Any] = []

    def whole(span: Span) -> int | None:
        return counts.known_count(builder, span)

    chosen = read_index(builder.text, brackets.span, whole, lambda span: _entry(builder, span, operands))
    # Whole numbers and slices are a view, whose gradient fills zeros around it; places in a list add up where one repeats.
    gate = "gather" if any(isinstance(one, Chosen | Slot) for one in chosen) else "index"
    return builder.gate(gate, (of[0], *operands), (of[1], brackets.end_pos), options=(("index", chosen),))


def literal(builder: Builder, terms: Sequence[Term], span: Span) -> Term:
    """``[x, 2]``: its entries laid on each other."""
    if len(terms) > MOST:
        hint = "give it a name, and its value from outside: c=@file.npy"
        raise LimitError(f"an array has at most {MOST:,} entries here", text=builder.text, span=span, hint=hint)
    return builder.gate("stack", tuple(term[0] for term in terms), span)


def made(builder: Builder, call: Token) -> Term:
    """``zeros(2, 3)``, ``ones(3)``, ``eye(3)``, ``range(5)``, ``range(1, 5)``, ``range(0, 10, 2)``."""
    name, span = call.text.partition("(")[0].rstrip(), call.span
    opening = span[0] + call.text.index("(")
    inside = opening + 1, span[1] - 1
    places = between_commas(builder.text, *inside) if builder.text[slice(*inside)].strip() else []
    sizes = [counts.read_count(builder, place) for place in places]
    if name == "range":
        numbers = _range(builder, sizes, span)
        return builder.gate("stack", tuple(Constant(float(n), str(n)) for n in numbers), span)
    if not sizes or min(sizes) < 0:
        raise ReadError(f"{name} needs whole numbers from 0", text=builder.text, span=span, hint=f"write {name}(3)")
    if name != "eye":
        value = Constant(1.0, "1") if name == "ones" else Constant(0.0, "0")
        return builder.gate("fill", (value,), span, options=(("shape", tuple(sizes)),))
    if len(sizes) > 1 or sizes[0] ** 2 > MOST or not sizes[0]:
        message = f"eye takes one whole number, from 1 to {int(MOST**0.5)}"
        raise ReadError(message, text=builder.text, span=span, hint="as the value of an input there is a larger one: I=eye(500)")
    (size,) = sizes
    rows = []
    for i in range(size):
        cells = tuple(Constant(float(i == j), "1" if i == j else "0") for j in range(size))
        rows.append(builder.gate("stack", cells, span, f"row {i} of {builder.text[slice(*span)]}")[0])
    return builder.gate("stack", tuple(rows), span)


def _range(builder: Builder, sizes: Sequence[int], span: Span) -> range:
    if not 1 <= len(sizes) <= 3 or (len(sizes) == 3 and not sizes[2]):
        hint = "write range(5) for 0 to 4, range(2, 5) for 2 to 4, range(0, 10, 2) for every other one"
        raise ReadError("range takes one to three whole numbers", text=builder.text, span=span, hint=hint)
    numbers = range(*sizes)
    if not numbers:
        raise ReadError("there are no numbers in this range", text=builder.text, span=span, hint="its end is not among them")
    if len(numbers) > MOST:
        raise LimitError(f"a range has at most {MOST:,} numbers here", text=builder.text, span=span)
    return numbers


def _entry(builder: Builder, span: Span, operands: list[Any]) -> Chosen | Slot | None:
    """The array that stands in an index: whole numbers in brackets, a range, or the name of a node, which joins the operands.

    None for what is none of these.
    """
    start, stop = span
    text = builder.text
    brackets, numbers = _NUMBERS.fullmatch(text, start, stop), _RANGE.fullmatch(text, start, stop)
    if numbers is not None:
        places = between_commas(text, *numbers.span("inside"))
        return Chosen(tuple(_range(builder, [counts.read_count(builder, place) for place in places], span)))
    if brackets is not None and brackets["inside"].strip():
        words = [word.strip().replace("−", "-").replace(" ", "") for word in brackets["inside"].split(",")]
        if any(re.fullmatch(r"[-+]?\d{1,15}", word) is None for word in words):
            raise ReadError("whole numbers stand here, with commas between them", text=text, span=span, hint="write x[[2, 0]]")
        return Chosen(tuple(map(int, words)))
    word = text[start:stop]
    if _NAME.fullmatch(word) is None or len(word) > limits.NAME or word.lower() in ("none", "newaxis"):
        return None
    operands.append(builder.name([Token("NAME", text[start:stop], start, stop)])[0])
    return Slot(len(operands))
