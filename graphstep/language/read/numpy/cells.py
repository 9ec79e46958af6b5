"""Cells of arrays: diagonals, triangles, parts that are picked or masked, and conditions put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from graphstep.language.read.numpy.arrays import axes_of, moved
from graphstep.language.read.numpy.expressions import INFINITY
from graphstep.language.read.numpy.pieces import ATOM, Piece, atom, binary, call, indexed, negative

if TYPE_CHECKING:
    from graphstep.language.read.numpy.calls import Call, Calls


def _diagonal(of: Calls, site: Call) -> Piece | None:
    """The cells on a diagonal of a matrix, or of the matrices that two axes span; ``diag`` of a vector is a matrix."""
    inputs = site.inputs("x", "k=") if site.name == "diag" else site.inputs("x", "offset=", "one=", "other=")
    if inputs is None or inputs["x"] is None:
        return None
    diagonal = inputs["k"] if site.name == "diag" else inputs["offset"]
    offset = 0 if diagonal is None else of.whole(diagonal)
    x = of.value(inputs["x"])
    shape = of.needed_shape(x, site.node)
    if offset is None or not shape:
        return None
    if len(shape) == 1:
        return _matrix(of, x, shape[0], offset, site) if site.name == "diag" else None
    axes = [0, 1]
    if site.name != "diag":
        for place, key in enumerate(("one", "other")):
            if inputs[key] is not None:
                own = axes_of(of, inputs[key], len(shape))
                if own is None:
                    return None
                axes[place] = own[0]
    rest = [axis for axis in range(len(shape)) if axis not in axes]
    sizes = shape[axes[0]], shape[axes[1]]
    count = min(sizes[0] + min(offset, 0), sizes[1] - max(offset, 0))
    if count < 1 or axes[0] == axes[1]:
        return None
    rows = f"range({-offset}, {count - offset})" if offset < 0 else f"range({count})"
    columns = f"range({offset}, {count + offset})" if offset > 0 else f"range({count})"
    return indexed(moved(of, x, [*rest, *axes], site), ["..."] * bool(rest) + [rows, columns], of.source.span(site.node))


def _matrix(of: Calls, x: Piece, size: int, offset: int, site: Call) -> Piece:
    """A vector on a diagonal of a matrix of zeros."""
    span = of.source.span(site.node)
    middle = binary("*", call("eye", [str(size)], span), x, span)
    if not offset:
        return middle
    whole = call("eye", [str(size + abs(offset))], span)
    rows = indexed(whole, [":", f":{size}" if offset > 0 else f"{-offset}:"], span)
    columns = indexed(whole, [f"{offset}:" if offset > 0 else f":{size}"], span)
    return binary("@", binary("@", rows, middle.within(ATOM), span), columns, span)


def _trace(of: Calls, site: Call) -> Piece | None:
    cells = _diagonal(of, site)
    return None if cells is None else of.piece("sum", [cells, "axis=-1"], site)


def _triangle(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "k=")
    if inputs is None and "diagonal" in site.keywords:
        inputs = site._replace(keywords={"k": site.keywords["diagonal"]}).inputs("x", "k=")
    if inputs is None or inputs["x"] is None:
        return None
    k = 0 if inputs["k"] is None else of.whole(inputs["k"])
    return None if k is None else of.piece(site.name, [of.value(inputs["x"]), *([f"diagonal={k}"] if k else [])], site)


def _flip(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "axis=")
    if inputs is None or inputs["x"] is None:
        return None
    x = of.value(inputs["x"])
    if inputs["axis"] is None:
        axes: Sequence[int] | None = range(len(of.needed_shape(x, site.node)))
    else:
        axes = of.wholes(inputs["axis"])
    for axis in axes or ():
        x = of.piece("flip", [x, f"axis={axis}"], site)
    return None if axes is None else x


def _take(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "ids", "axis=")
    if inputs is None or inputs["x"] is None or inputs["ids"] is None:
        return None
    x, ids = of.value(inputs["x"]), of.count(inputs["ids"])
    axis = None if inputs["axis"] is None else of.whole(inputs["axis"])
    if axis is None or axis < 0:
        return None
    entry = ids or of.named(of.value(inputs["ids"]), "i")
    return indexed(x, [*[":"] * axis, entry], of.source.span(site.node))


def _masked(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "mask", "value")
    if inputs is None or None in inputs.values():
        return None
    x, mask, value = (of.value(each) for each in inputs.values() if each is not None)
    return of.piece("where", [mask, value, x], site)


def _logical(how: str) -> Callable[[Calls, Call], Piece | None]:
    def handler(of: Calls, site: Call) -> Piece | None:
        pieces = [of.value(each) for each in site.arguments]
        wanted = 1 if how == "not" else 2
        if len(pieces) != wanted or site.keywords:
            return None
        span = of.source.span(site.node)
        truths = [each if of.is_condition(each) else binary("!=", each, atom("0", span), span) for each in pieces]
        if how == "not":
            return binary("-", atom("1", span), truths[0], span)
        return of.both(truths[0], truths[1], how, site.node)

    return handler


def _same(of: Calls, site: Call) -> Piece | None:
    """What changes nothing here: copies, types, devices."""
    return of.value(site.arguments[0]) if site.arguments else None


def _converted(of: Calls, site: Call) -> Piece | None:
    """``float(x)`` of a number."""
    if len(site.arguments) != 1 or site.keywords:
        return None
    word = of.word(site.arguments[0], "") or ""
    if word.lstrip("+-").lower() in ("inf", "infinity"):
        infinity = atom(INFINITY, of.source.span(site.node))
        return negative(infinity, infinity.span) if word[0] == "-" else infinity
    return of.value(site.arguments[0])


HANDLERS: dict[str, Callable[[Calls, Call], Piece | None]] = {
    **dict.fromkeys(("diag", "diagonal"), _diagonal),
    "trace": _trace,
    **dict.fromkeys(("tril", "triu"), _triangle),
    "flip": _flip,
    **dict.fromkeys(("take", "indexselect"), _take),
    "maskedfill": _masked,
    **{f"logical{how}": _logical(how) for how in ("and", "or", "xor", "not")},
    **dict.fromkeys(("astype", "to", "type", "requiresgrad", "ascontiguousarray"), _same),
    "builtin float": _converted,
}
"""By name without underscores."""
