"""Arrays that are put together and taken apart: ``concatenate``, ``stack``, ``split``, ``roll``, ``diff``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from graphstep.language.read.foreign.rows import plain_name
from graphstep.language.read.numpy.arrays import reshaped
from graphstep.language.read.numpy.pieces import Piece, binary, call, indexed

if TYPE_CHECKING:
    from graphstep.language.read.numpy.calls import Call, Calls


def _pieces(of: Calls, node: ast.expr | None) -> list[Piece] | None:
    """The arrays of a list."""
    entries = of.entries(node)
    return None if not entries else [of.value(each) for each in entries]


def _joined(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("arrays", "axis=")
    if inputs is None and "tensors" in site.keywords:
        rest = {key: value for key, value in site.keywords.items() if key != "tensors"}
        inputs = site._replace(arguments=(site.keywords["tensors"],), keywords=rest).inputs("arrays", "axis=")
    if inputs is None:
        return None
    pieces = _pieces(of, inputs["arrays"])
    axis = 0 if inputs["axis"] is None else of.whole(inputs["axis"])
    if pieces is None:
        return None
    if of.word(inputs["axis"]) == "none" and inputs["axis"] is not None:
        return of.piece("concat", [call("reshape", [each, "-1"], each.span) for each in pieces], site)
    return None if axis is None else _along(of, "concat", pieces, axis, site)


def _along(of: Calls, how: str, pieces: Sequence[Piece], axis: int, site: Call) -> Piece:
    return of.piece(how, [*pieces, *([f"axis={axis}"] if axis else [])], site)


def _stacked(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("arrays", "axis=")
    if inputs is None:
        return None
    pieces = _pieces(of, inputs["arrays"])
    axis = 0 if inputs["axis"] is None else of.whole(inputs["axis"])
    return None if pieces is None or axis is None else _along(of, "stack", pieces, axis, site)


def _beside(kind: str) -> Callable[[Calls, Call], Piece | None]:
    """``vstack``, ``hstack`` and ``column_stack``, which look at how many axes there are."""

    def handler(of: Calls, site: Call) -> Piece | None:
        inputs = site.inputs("arrays")
        pieces = None if inputs is None else _pieces(of, inputs["arrays"])
        if pieces is None:
            return None
        shapes = [of.needed_shape(each, site.node) for each in pieces]
        if kind == "h":
            whole = [call("fill", [x, "1"], x.span) if not shape else x for x, shape in zip(pieces, shapes, strict=True)]
            return _along(of, "concat", whole, 0 if len(shapes[0]) <= 1 else 1, site)
        if kind == "d" or any(not shape for shape in shapes):
            return None
        if all(len(shape) == 1 for shape in shapes):
            return _along(of, "stack", pieces, 0 if kind == "v" else 1, site)
        sizes = [(shape if len(shape) > 1 else (1, *shape) if kind == "v" else (*shape, 1)) for shape in shapes]
        whole = [
            x if size == shape else reshaped(of, x, size, site) for x, size, shape in zip(pieces, sizes, shapes, strict=True)
        ]
        return _along(of, "concat", whole, 0 if kind == "v" else 1, site)

    return handler


def _append(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "y", "axis=")
    if inputs is None or inputs["x"] is None or inputs["y"] is None:
        return None
    pieces = [of.value(inputs["x"]), of.value(inputs["y"])]
    if inputs["axis"] is not None:
        axis = of.whole(inputs["axis"])
        return None if axis is None else _along(of, "concat", pieces, axis, site)
    shapes = [of.needed_shape(each, site.node) for each in pieces]
    flat = [
        x if len(shape) == 1 else call("fill", [x, "1"], x.span) if not shape else call("reshape", [x, "-1"], x.span)
        for x, shape in zip(pieces, shapes, strict=True)
    ]
    return of.piece("concat", flat, site)


def _roll(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "shift", "axis=")
    if inputs is None and "shifts" in site.keywords:
        keywords = {("shift" if key == "shifts" else key): value for key, value in site.keywords.items()}
        inputs = site._replace(keywords=keywords).inputs("x", "shift", "axis=")
    shift = None if inputs is None else of.whole(inputs["shift"])
    if inputs is None or inputs["x"] is None or shift is None:
        return None
    x = of.value(inputs["x"])
    shape = of.needed_shape(x, site.node)
    if not shape:
        return x
    if inputs["axis"] is None or of.word(inputs["axis"]) == "none":
        flat = x if len(shape) == 1 else call("reshape", [x, "-1"], x.span)
        turned = _turned(of, of.named(flat, "q"), shift, 0, max(1, _count(shape)), site)
        return turned if len(shape) == 1 else reshaped(of, turned, shape, site)
    axis = of.whole(inputs["axis"])
    if axis is None or not -len(shape) <= axis < len(shape):
        return None
    axis %= len(shape)
    return _turned(of, of.named(x, "q"), shift, axis, shape[axis], site)


def _count(shape: Sequence[int]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def _turned(of: Calls, x: Piece, shift: int, axis: int, size: int, site: Call) -> Piece:
    cut = size - shift % size
    if cut == size:
        return x
    span = of.source.span(site.node)
    before = [":"] * axis
    ends = [indexed(x, [*before, f"{cut}:"], span), indexed(x, [*before, f":{cut}"], span)]
    return _along(of, "concat", ends, axis, site)


def _differences(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "n=", "axis=")
    if inputs is None or inputs["x"] is None:
        return None
    times = 1 if inputs["n"] is None else of.whole(inputs["n"])
    axis = -1 if inputs["axis"] is None else of.whole(inputs["axis"])
    if times is None or axis is None or not 0 <= times <= 5:
        return None
    x = of.value(inputs["x"])
    place = axis % len(of.needed_shape(x, site.node)) if axis < 0 else axis
    span = of.source.span(site.node)
    for _ in range(times):
        x = of.named(x, "q")
        before = [":"] * place
        x = binary("-", indexed(x, [*before, "1:"], span), indexed(x, [*before, ":-1"], span), span)
    return x


_SPLITS = {"split": None, "arraysplit": None, "vsplit": 0, "dsplit": 2, "hsplit": 1, "chunk": None, "tensorsplit": None}


def parts(of: Calls, node: ast.expr) -> list[Piece] | None:
    """The parts of an array, where a call takes one apart: ``np.split(x, 2)``; None for any other expression."""
    if not isinstance(node, ast.Call):
        return None
    site = of.call_of(node)
    name = plain_name(site.name)
    if name not in _SPLITS or site.library is None:
        return None
    inputs = site.inputs("x", "pieces", "axis=")
    if inputs is None or inputs["x"] is None:
        return None
    x = of.value(inputs["x"])
    shape = of.needed_shape(x, site.node)
    own = _SPLITS[name]
    axis = (own if own is not None else 0) if inputs["axis"] is None else of.whole(inputs["axis"])
    if axis is None or not -len(shape) <= axis < max(len(shape), 1):
        # Of a vector hsplit takes apart what there is.
        axis = 0 if name == "hsplit" and len(shape) == 1 else None
    ends = None if axis is None else _ends(of, inputs["pieces"], shape[axis], name, site)
    if axis is None or ends is None:
        return None
    x, before = of.named(x, "q"), [":"] * (axis % len(shape))
    spans = zip([0, *ends], [*ends, shape[axis]], strict=True)
    return [indexed(x, [*before, f"{first}:{last}"], x.span) for first, last in spans]


def _ends(of: Calls, node: ast.expr | None, size: int, name: str, site: Call) -> list[int] | None:
    """Where an axis is cut: at the places that are told, or into parts that are as equal as can be."""
    if of.entries(node) is not None:
        places = of.wholes(node)
        return (
            None if places is None or list(places) != sorted(places) or any(not 0 < each < size for each in places) else [*places]
        )
    number = of.whole(node)
    if number is None or number < 1 or (site.library == "torch" and name == "split"):
        # PyTorch's split is told how long a part is.
        return None if number is None or number < 1 else [*range(number, size, number)]
    if name == "chunk":
        return [*range(-(-size // number), size, -(-size // number))]
    longer = size % number
    return [part * (size // number) + min(part, longer) for part in range(1, number)]


HANDLERS: dict[str, Callable[[Calls, Call], Piece | None]] = {
    **dict.fromkeys(("concatenate", "cat", "concat"), _joined),
    "stack": _stacked,
    "vstack": _beside("v"),
    "rowstack": _beside("v"),
    "hstack": _beside("h"),
    "columnstack": _beside("c"),
    "append": _append,
    "roll": _roll,
    "diff": _differences,
}
"""By name without underscores."""
