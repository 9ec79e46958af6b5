"""New arrays, of numbers that are written out, and by numbers of classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from graphstep.language.read.numpy.arrays import sizes_of
from graphstep.language.read.numpy.pieces import Piece, atom, call, indexed

if TYPE_CHECKING:
    from graphstep.language.read.numpy.calls import Call, Calls


def _constant(of: Calls, value: str, shape: Sequence[int], site: Call) -> Piece:
    if not shape:
        return atom(value, of.source.span(site.node))
    return of.piece("zeros" if value == "0" else "ones", [*map(str, shape)], site)


def _filled(value: str) -> Callable[[Calls, Call], Piece | None]:
    def handler(of: Calls, site: Call) -> Piece | None:
        keywords = {key: each for key, each in site.keywords.items() if key not in ("dtype", "device", "requires_grad")}
        if any(key not in ("shape", "size") for key in keywords):
            return None
        _refuse_gradient(of, site)
        shape = of.wholes(next(iter(keywords.values()))) if keywords else sizes_of(of, site.arguments)
        if shape is None:
            return None
        return (
            of.piece("zeros" if value == "0" else "ones", [*map(str, shape)], site)
            if shape
            else atom(value, of.source.span(site.node))
        )

    return handler


def _refuse_gradient(of: Calls, site: Call) -> None:
    if of.word(site.keywords.get("requires_grad")) == "true":
        hint = "give it a name in a line of its own, w = …, before the name is read: w is an input then"
        raise of.refusal("an array that is written out is data, and gets no gradient", site.node, hint)


def _filled_like(value: str) -> Callable[[Calls, Call], Piece | None]:
    def handler(of: Calls, site: Call) -> Piece | None:
        inputs = site.inputs("x", *(["fill_value"] if not value else []))
        if inputs is None or inputs["x"] is None:
            return None
        shape = of.needed_shape(of.value(inputs["x"]), site.node)
        if not value:
            inside = inputs["fill_value"]
            return None if inside is None else of.piece("fill", [of.value(inside), *map(str, shape)], site)
        return (
            of.piece("zeros" if value == "0" else "ones", [*map(str, shape)], site)
            if shape
            else atom(value, of.source.span(site.node))
        )

    return handler


def _full(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("shape", "fill_value")
    if inputs is None or inputs["fill_value"] is None:
        return None
    shape = of.wholes(inputs["shape"])
    return None if not shape else of.piece("fill", [of.value(inputs["fill_value"]), *map(str, shape)], site)


def _eye(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("n", "m=")
    size = None if inputs is None else of.whole(inputs["n"])
    if inputs is None or size is None or (inputs["m"] is not None and of.whole(inputs["m"]) != size):
        return None
    return of.piece("eye", [str(size)], site)


def _numbers(of: Calls, site: Call) -> Piece | None:
    """``np.arange(5)``."""
    if not 1 <= len(site.arguments) <= 3 or any(key not in ("dtype", "device") for key in site.keywords):
        return None
    counts = [of.count(each) for each in site.arguments]
    if None in counts:
        raise of.refusal(
            "whole numbers that are known before anything is run stand here", site.node, "give other numbers a name: x=[0, 0.1]"
        )
    return of.piece("range", [count for count in counts if count is not None], site)


def _array(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "dtype=", "device=", "requires_grad=")
    if inputs is None or inputs["x"] is None:
        return None
    _refuse_gradient(of, site)
    return of.value(inputs["x"])


def _one_hot(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("y", "num_classes")
    size = None if inputs is None else of.whole(inputs["num_classes"])
    if inputs is None or inputs["y"] is None or size is None:
        return None
    return indexed(
        call("eye", [str(size)], of.source.span(site.node)), [of.named(of.value(inputs["y"]), "i")], of.source.span(site.node)
    )


def _embedding(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("ids", "weight")
    if inputs is None or inputs["ids"] is None or inputs["weight"] is None:
        return None
    return indexed(of.value(inputs["weight"]), [of.named(of.value(inputs["ids"]), "i")], of.source.span(site.node))


HANDLERS: dict[str, Callable[[Calls, Call], Piece | None]] = {
    "zeros": _filled("0"),
    "ones": _filled("1"),
    "zeroslike": _filled_like("0"),
    "oneslike": _filled_like("1"),
    "fulllike": _filled_like(""),
    "full": _full,
    **dict.fromkeys(("eye", "identity"), _eye),
    **dict.fromkeys(("arange", "range"), _numbers),
    **dict.fromkeys(("array", "asarray", "tensor", "astensor", "constant", "float64", "float32"), _array),
    "onehot": _one_hot,
    "embedding": _embedding,
}
"""By name without underscores."""
