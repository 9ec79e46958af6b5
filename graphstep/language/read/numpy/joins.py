"""Arrays that are put together and taken apart: ``concatenate``, ``stack``, ``split``, ``roll``, ``diff``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from math import prod

from graphstep.language.read.foreign.table import plain_name
from graphstep.language.read.numpy.arrays import flat, reshaped
from graphstep.language.read.numpy.pieces import Piece, binary, call, indexed
from graphstep.language.read.numpy.sites import Site, UnfitError, axes_among, entries, filled, fitting, reads


def _along(site: Site, how: str, pieces: Sequence[Piece], axis: int) -> Piece:
    return site.call(how, *pieces, *([f"axis={axis}"] if axis else []))


@reads("concatenate", "cat", "concat", tensors="arrays")
def _joined(site: Site, arrays: list[Piece], axis: int | None = 0) -> Piece:
    if axis is None:
        return site.call("concat", *map(flat, arrays))
    return _along(site, "concat", arrays, axis)


@reads("stack")
def _stacked(site: Site, arrays: list[Piece], axis: int = 0) -> Piece:
    return _along(site, "stack", arrays, axis)


@reads("hstack")
def _beside(site: Site, arrays: list[Piece]) -> Piece:
    shapes = [site.shape(each) for each in arrays]
    whole = [x if shape else call("fill", [x, "1"], x.span) for x, shape in zip(arrays, shapes, strict=True)]
    return _along(site, "concat", whole, 0 if len(shapes[0]) <= 1 else 1)


@reads("vstack", "row_stack", "column_stack")
def _as_rows(site: Site, arrays: list[Piece]) -> Piece:
    """Vectors as the rows of a matrix, or as its columns, beside matrices."""
    axis = 1 if site.name == "column_stack" else 0
    shapes = [site.shape(each) for each in arrays]
    if not all(shapes):
        raise UnfitError
    if all(len(shape) == 1 for shape in shapes):
        return _along(site, "stack", arrays, axis)
    whole = [
        x if len(shape) > 1 else reshaped(site, x, (*shape, 1) if axis else (1, *shape))
        for x, shape in zip(arrays, shapes, strict=True)
    ]
    return _along(site, "concat", whole, axis)


@reads("append")
def _append(site: Site, x: Piece, y: Piece, axis: int | None = None) -> Piece:
    if axis is not None:
        return _along(site, "concat", [x, y], axis)
    shapes = [site.shape(each) for each in (x, y)]
    whole = [
        each if len(shape) == 1 else flat(each) if shape else call("fill", [each, "1"], each.span)
        for each, shape in zip((x, y), shapes, strict=True)
    ]
    return site.call("concat", *whole)


@reads("roll", shifts="shift")
def _roll(site: Site, x: Piece, shift: int, axis: int | None = None) -> Piece:
    shape = site.shape(x)
    if not shape:
        return x
    if axis is None:
        row = x if len(shape) == 1 else flat(x)
        turned = _turned(site, site.of.named(row, "q"), shift, 0, max(1, prod(shape)))
        return turned if len(shape) == 1 else reshaped(site, turned, shape)
    (place,) = axes_among([axis], len(shape))
    return _turned(site, site.of.named(x, "q"), shift, place, shape[place])


def _turned(site: Site, x: Piece, shift: int, axis: int, size: int) -> Piece:
    # What is pushed over the end comes in at the front: two slices change places.
    cut = size - shift % size
    if cut == size:
        return x
    before = [":"] * axis
    ends = [indexed(x, [*before, each], site.span) for each in (f"{cut}:", f":{cut}")]
    return _along(site, "concat", ends, axis)


@reads("diff")
def _differences(site: Site, x: Piece, n: int = 1, axis: int = -1) -> Piece:
    if not 0 <= n <= 50:
        raise UnfitError
    place = site.axis(x, axis)
    for _ in range(n):
        x = binary("-", *ends(site, site.of.named(x, "q"), place), site.span)
    return x


def ends(site: Site, x: Piece, axis: int) -> tuple[Piece, Piece]:
    """An array without its first, and without its last, along an axis."""
    later, earlier = (indexed(x, [*[":"] * axis, each], site.span) for each in ("1:", ":-1"))
    return later, earlier


MOST = 10_000
"""Parts that an array is taken apart into: each is an index in the program."""

_SPLITS = {"split": 0, "arraysplit": 0, "vsplit": 0, "dsplit": 2, "hsplit": 1, "chunk": 0, "tensorsplit": 0}
"""The functions that take an array apart, and along which axis where they are told none."""


def parts_of(site: Site | None) -> list[Piece] | None:
    """The parts of an array, where a call takes one apart: ``np.split(x, 2)``; None for any other expression."""
    if site is None or plain_name(site.name) not in _SPLITS or site.library is None:
        return None
    try:
        pieces: list[Piece] = filled(_split, site)
    except UnfitError:
        return None
    return pieces


def _split(site: Site, x: Piece, pieces: ast.expr, axis: int | None = None) -> list[Piece]:
    shape, name = site.shape(x), plain_name(site.name)
    # Of a vector hsplit takes apart what there is.
    own = 0 if name == "hsplit" and len(shape) == 1 else _SPLITS[name]
    (place,) = axes_among([own if axis is None else axis], len(shape))
    ends = _ends(site, pieces, shape[place])
    x, before = site.of.named(x, "q"), [":"] * place
    # Slices of one name, so that an array that is computed is computed once.
    spans = zip([0, *ends], [*ends, shape[place]], strict=True)
    return [indexed(x, [*before, f"{first}:{last}"], x.span) for first, last in spans]


def _ends(site: Site, node: ast.expr, size: int) -> list[int]:
    """Where an axis is cut: at the places that are told, or into parts that are as equal as can be."""
    if entries(node):
        places = [*fitting(site.of.wholes(node))]
        if places != sorted(places) or any(not 0 < each < size for each in places):
            raise UnfitError
        return places
    number, name = fitting(site.of.whole(node)), plain_name(site.name)
    # PyTorch's split is told how long a part is, chunk and the others how many there are.
    by_length = site.library == "torch" and name == "split"
    if number < 1:
        raise UnfitError
    if (-(-size // number) if by_length else number) > MOST:
        raise site.refusal(f"an array is taken apart into at most {MOST:,} parts here")
    if by_length or name == "chunk":
        length = number if by_length else -(-size // number)
        return [*range(length, size, length)] if length else []
    longer = size % number
    return [part * (size // number) + min(part, longer) for part in range(1, number)]
