"""Arrays that are made: ``randn(4, 3, seed=0)``, ``zeros(2, 3)``, ``linspace(0, 1, 50)``. The same call makes the same cells.

Random cells are those of ``numpy.random.default_rng(seed)``, and the seed is 0 where none is given: a value must not change
from one run to the next. So two calls with one seed make the same cells.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from graphstep.ground.arrays import Number
from graphstep.ground.errors import ReadError, Span, did_you_mean
from graphstep.ground.late import np, quiet
from graphstep.ground.records import dataclass
from graphstep.language.read.options import between_commas
from graphstep.language.values.arithmetic import Leaf, check_shape, number_in

Arguments = list[float]
"""What stands in the parentheses, without the seed."""


@dataclass(frozen=True, slots=True)
class Maker:
    """One way to make an array."""

    example: str
    """A call."""
    shape: Callable[[Arguments], tuple[int, ...]]
    """The shape of the array. Raises ValueError, with the reason, for arguments that make none."""
    make: Callable[[Any, tuple[int, ...], Arguments, int], Any]
    """``make(np, shape, arguments, seed)``: the array."""
    random: bool = False
    """Whether it takes a seed."""


def _sizes(arguments: Arguments) -> tuple[int, ...]:
    for size in arguments:
        if not (size >= 0 and float(size).is_integer()):
            raise ValueError("a size is a whole number, 0 or more")
    return tuple(map(int, arguments))


def _square(arguments: Arguments) -> tuple[int, ...]:
    if len(arguments) not in {1, 2}:
        raise ValueError("eye takes one size, or rows and columns")
    rows, *columns = _sizes(arguments)
    return rows, *(columns or [rows])


def _range(arguments: Arguments) -> tuple[float, float, float]:
    if len(arguments) not in {1, 2, 3} or not all(map(math.isfinite, arguments)):
        raise ValueError("arange takes a stop; or a start, a stop and a step, all finite")
    start, stop, step = {1: [0.0, *arguments, 1.0], 2: [*arguments, 1.0], 3: arguments}[len(arguments)]
    if step == 0:
        raise ValueError("a step of 0 leads nowhere")
    return start, stop, step


def _range_length(arguments: Arguments) -> tuple[int, ...]:
    start, stop, step = _range(arguments)
    steps = (stop - start) / step
    # Too large for a whole number is too large for an array as well: the limit says so.
    return (math.ceil(max(0.0, steps)) if math.isfinite(steps) else 10**15,)


def _even_length(arguments: Arguments) -> tuple[int, ...]:
    if len(arguments) != 3 or not all(map(math.isfinite, arguments)):
        raise ValueError("linspace takes the first cell, the last one and how many, all finite")
    return _sizes(arguments[2:])


MAKERS: dict[str, Maker] = {
    "randn": Maker("randn(4, 3, seed=0)", _sizes, lambda np, s, _, seed: np.random.default_rng(seed).standard_normal(s), True),
    "rand": Maker("rand(4, 3, seed=0)", _sizes, lambda np, s, _, seed: np.random.default_rng(seed).random(s), True),
    "zeros": Maker("zeros(4, 3)", _sizes, lambda np, s, *_: np.zeros(s)),
    "ones": Maker("ones(4, 3)", _sizes, lambda np, s, *_: np.ones(s)),
    "eye": Maker("eye(3)", _square, lambda np, s, *_: np.eye(*s)),
    "arange": Maker(
        "arange(0, 1, 0.1)",
        _range_length,
        # Each cell from the first, and rounded once; numpy.arange goes by the difference of its first two, which is rounded too.
        lambda np, s, arguments, _: _range(arguments)[0] + np.arange(s[0]) * _range(arguments)[2],
    ),
    "linspace": Maker(
        "linspace(0, 1, 50)", _even_length, lambda np, s, arguments, _: np.linspace(arguments[0], arguments[1], s[0])
    ),
}
"""By the name under which a value calls it."""

_KEYWORD = re.compile(r"\s*(?P<name>[^\W\d]\w*)\s*=")


def read_maker(text: str, span: Span) -> Leaf:
    """The array that a call makes, with its shape checked and its cells not made yet.

    Raises :class:`~graphstep.ground.errors.ReadError` for arguments that make no array, with the place in ``text``, and
    :class:`~graphstep.ground.errors.LimitError` for too many cells.
    """
    opening = text.index("(", span[0])
    name = text[span[0] : opening].strip()
    maker = MAKERS[name]
    arguments, seed = _arguments(text, (opening + 1, span[1] - 1), maker)
    try:
        shape = maker.shape(arguments)
    except ValueError as error:
        raise ReadError(str(error), text=text, span=(opening, span[1]), hint=f"write for instance {maker.example}") from None
    check_shape(shape, text, span)

    def make() -> Number:
        from graphstep.ground.arrays import plain

        with quiet():
            return plain(maker.make(np, shape, arguments, seed))

    return Leaf(shape, make)


def _arguments(text: str, span: Span, maker: Maker) -> tuple[Arguments, int]:
    parts = _split(text, span)
    if len(parts) == 1 or (len(parts) == 2 and _KEYWORD.match(text, *parts[1])):
        # A shape may stand in its own parentheses, as NumPy's functions have it.
        first, last = parts[0]
        written = text[first:last].strip()
        inner = (
            (text.index("(", first) + 1, text.rindex(")", first, last)) if written[:1] == "(" and written[-1:] == ")" else None
        )
        if inner is not None and len(_split(text, inner)) > 1:
            parts = _split(text, inner) + parts[1:]
    arguments: Arguments = []
    seed: int | None = None
    for start, stop in parts:
        keyword = _KEYWORD.match(text, start, stop)
        if keyword is None:
            if seed is not None:
                raise ReadError("the seed stands last", text=text, span=(start, stop), hint=f"write {maker.example}")
            arguments.append(_number(text, start, stop))
            continue
        if keyword["name"] != "seed" or not maker.random or seed is not None:
            raise _unknown(text, keyword, maker, seed is not None)
        seed = _seed(text, keyword.end(), stop)
    return arguments, seed or 0


def _unknown(text: str, keyword: re.Match[str], maker: Maker, twice: bool) -> ReadError:
    name = keyword["name"]
    message = "seed is given twice" if twice else f"{name} is no option here"
    hint = f"write for instance {maker.example}"
    if maker.random and not twice:
        hint = did_you_mean(name, ["seed"]) or hint
    return ReadError(message, text=text, span=keyword.span("name"), hint=hint)


def _seed(text: str, start: int, stop: int) -> int:
    seed = _number(text, start, stop)
    # Up to 2⁵³ a double holds every whole number, so that the seed is the one that was typed.
    if not (0 <= seed < 2**53 and seed.is_integer()):
        raise ReadError("a seed is a whole number, 0 or more", text=text, span=(start, stop))
    return int(seed)


def _split(text: str, span: Span) -> list[Span]:
    """The places between the commas that stand in no further brackets; none for blanks alone."""
    return between_commas(text, *span) if text[slice(*span)].strip() else []


def _number(text: str, start: int, stop: int) -> float:
    written = text[start:stop]
    # Nearly every size and seed; arithmetic is a program, and has to be read as one.
    if re.fullmatch(r"\s*[0-9]{1,15}\s*", written, re.ASCII):
        return float(written)
    for mark in "=;\n":
        if mark in written:
            place = start + written.index(mark)
            raise ReadError("this is no number", text=text, span=(place, place + 1))
    if not written.strip():
        raise ReadError("a number is missing", text=text, span=(max(0, start - 1), start))
    return number_in(text, start, written)
