"""Functions that are written out: ``cross``, ``kron``, weighted ``logsumexp``, the normal distribution, ``linspace``, ``pad``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from graphstep.language.read.numpy.arrays import axes_of, moved, reshaped
from graphstep.language.read.numpy.pieces import ATOM, Piece, atom, binary, call, indexed, power
from graphstep.language.read.numpy.reductions import axis_options

if TYPE_CHECKING:
    from graphstep.language.read.numpy.calls import Call, Calls


def _cross(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "y", "axisa=", "axisb=", "axisc=", "axis=")
    if inputs is None or inputs["x"] is None or inputs["y"] is None:
        return None
    sides = []
    for key, own in (("x", "axisa"), ("y", "axisb")):
        value = of.value(_given(inputs[key]))
        shape = of.needed_shape(value, site.node)
        axis = inputs["axis"] if _told(of, inputs["axis"]) else inputs[own]
        places = [len(shape) - 1] if axis is None else axes_of(of, axis, len(shape))
        if not places or len(shape) == 0 or shape[places[0]] != 3:
            return None
        rest = [each for each in range(len(shape)) if each != places[0]]
        sides.append(of.named(moved(of, value, [*rest, places[0]], site), "q"))
    x, y = sides
    span = of.source.span(site.node)

    def product(i: int, j: int) -> Piece:
        return binary("*", indexed(x, ["...", str(i)], span), indexed(y, ["...", str(j)], span), span)

    parts = [binary("-", product(i, j), product(j, i), span) for i, j in ((1, 2), (2, 0), (0, 1))]
    target = inputs["axis"] if _told(of, inputs["axis"]) else inputs["axisc"]
    place = -1 if target is None else of.whole(target)
    return None if place is None else of.piece("stack", [*parts, *([f"axis={place}"] if place else [])], site)


def _told(of: Calls, node: ast.expr | None) -> bool:
    return node is not None and of.word(node) != "none"


def _given(node: ast.expr | None) -> ast.expr:
    assert node is not None, "it was looked at before"
    return node


def _kron(of: Calls, site: Call) -> Piece | None:
    """Every cell of one times all of the other."""
    inputs = site.inputs("x", "y")
    if inputs is None or inputs["x"] is None or inputs["y"] is None:
        return None
    x, y = of.value(inputs["x"]), of.value(inputs["y"])
    one, other = of.needed_shape(x, site.node), of.needed_shape(y, site.node)
    span = of.source.span(site.node)
    if not one or not other:
        return binary("*", x, y, span)
    count = max(len(one), len(other))
    one, other = (1,) * (count - len(one)) + one, (1,) * (count - len(other)) + other
    left = reshaped(of, x, [size for n in one for size in (n, 1)], site)
    right = reshaped(of, y, [size for n in other for size in (1, n)], site)
    return reshaped(of, binary("*", left, right, span), [n * m for n, m in zip(one, other, strict=True)], site)


def _weighed_logsumexp(of: Calls, site: Call) -> Piece | None:
    """``logsumexp(x, axis, b)``: of exponentials that are each times a weight."""
    inputs = site.inputs("x", "axis=", "b=", "keepdims=")
    if inputs is None or inputs["x"] is None:
        return None
    options = axis_options(of, inputs["axis"], inputs["keepdims"])
    if options is None:
        return None
    x = of.value(inputs["x"])
    if not _told(of, inputs["b"]):
        if of.word(inputs["keepdims"], "false") == "true" and not options:
            axes = ", ".join(map(str, range(len(of.needed_shape(x, site.node)))))
            options = [f"axis=({axes})", "keepdims=true"]
        return of.piece("logsumexp", [x, *options], site)
    x, span = of.named(x, "q"), of.source.span(site.node)
    axes_kept = _all_axes(of, x, options, site)
    top = of.named(call("stop", [call("max", [x, *axes_kept], span)], span), "top")
    scaled = binary("*", of.value(_given(inputs["b"])), call("exp", [binary("-", x, top, span)], span), span)
    total = binary("+", call("log", [call("sum", [scaled, *axes_kept], span)], span), top, span)
    if "keepdims=true" in options or of.word(inputs["keepdims"], "false") == "true":
        return total
    shape = of.needed_shape(x, site.node)
    gone = axes_of(of, inputs["axis"], len(shape)) if _told(of, inputs["axis"]) else [*range(len(shape))]
    return None if gone is None else reshaped(of, total, [n for k, n in enumerate(shape) if k not in gone], site)


def _all_axes(of: Calls, x: Piece, options: Sequence[str], site: Call) -> list[str]:
    axis = next((each for each in options if each.startswith("axis=")), "")
    if not axis:
        axis = f"axis=({', '.join(map(str, range(len(of.needed_shape(x, site.node)))))})"
    return [axis, "keepdims=true"]


def _normal(kind: str) -> Callable[[Calls, Call], Piece | None]:
    """SciPy's normal distribution: its density and what lies below, and their logarithms."""

    def handler(of: Calls, site: Call) -> Piece | None:
        inputs = site.inputs("x", "loc=", "scale=")
        if inputs is None or inputs["x"] is None or "norm." not in f"{site.path}." or "multivariate" in site.path:
            return None
        z, span = of.value(inputs["x"]), of.source.span(site.node)
        if inputs["loc"] is not None:
            z = binary("-", z, of.value(inputs["loc"]), span)
        scale = None if inputs["scale"] is None else of.value(inputs["scale"])
        if scale is not None:
            z = binary("/", z, scale, span)
        if kind in ("cdf", "logcdf"):
            below = binary("/", call("erfc", [Piece(("-", z.within(ATOM), "/sqrt(2)"), 2, span)], span), atom("2", span), span)
            return call("log", [below], span) if kind == "logcdf" else below
        two_pi = Piece(("2*", of.number("pi", span)), 2, span)
        halved = Piece(("-", power(z, atom("2", span), span), "/2"), 2, span)
        if kind == "pdf":
            density = binary("/", call("exp", [halved], span), call("sqrt", [two_pi], span), span)
            return density if scale is None else binary("/", density, scale, span)
        logarithm = Piece((halved, " - log(", two_pi, ")/2"), 1, span)
        return logarithm if scale is None else binary("-", logarithm, call("log", [scale], span), span)

    return handler


def _steps(of: Calls, site: Call) -> Piece | None:
    """``linspace(a, b, n)``."""
    inputs = site.inputs("start", "stop", "num=")
    if inputs is None or inputs["start"] is None or inputs["stop"] is None:
        return None
    count = 50 if inputs["num"] is None else of.whole(inputs["num"])
    if count is None or not count >= 2:
        return None
    start, stop = of.named(of.value(inputs["start"]), "a"), of.value(inputs["stop"])
    span = of.source.span(site.node)
    if of.shape(start) not in ((), None) or of.shape(stop) not in ((), None):
        return None
    shares = binary("/", call("range", [str(count)], span), atom(str(count - 1), span), span)
    return binary("+", start, binary("*", binary("-", stop, start, span), shares, span), span)


def _pad(of: Calls, site: Call) -> Piece | None:
    """Zeros around an array."""
    if len(site.arguments) == 3 and of.word(site.arguments[2]) == "constant":
        site = site._replace(arguments=site.arguments[:2])
    inputs = site.inputs("x", "pad_width", "mode=")
    if inputs is None or inputs["x"] is None or of.word(inputs["mode"], "constant") != "constant" or site.library == "torch":
        return None
    x = of.value(inputs["x"])
    shape = list(of.needed_shape(x, site.node))
    widths = _widths(of, inputs["pad_width"], len(shape))
    if widths is None:
        return None
    span = of.source.span(site.node)
    for axis, (before, behind) in enumerate(widths):
        ends = [call("zeros", [*map(str, shape[:axis]), str(n), *map(str, shape[axis + 1 :])], span) for n in (before, behind)]
        parts = [*ends[:1] * (before > 0), x, *ends[1:] * (behind > 0)]
        if len(parts) > 1:
            x = of.piece("concat", [*parts, *([f"axis={axis}"] if axis else [])], site)
        shape[axis] += before + behind
    return x


def _widths(of: Calls, node: ast.expr | None, count: int) -> list[tuple[int, int]] | None:
    entries = of.entries(node)
    if entries is not None and all(of.entries(each) is not None for each in entries):
        pairs = [of.wholes(each) for each in entries]
        whole = [(each[0], each[-1]) for each in pairs if each is not None and len(each) <= 2 and min(each) >= 0]
        return None if len(whole) != len(pairs) or len(whole) not in (1, count) else whole * (count if len(whole) == 1 else 1)
    widths = of.wholes(node)
    return None if widths is None or len(widths) > 2 or min(widths) < 0 else [(widths[0], widths[-1])] * count


def _real(of: Calls, site: Call) -> Piece | None:
    """``real`` and ``conj``: all numbers are real here."""
    return of.value(site.arguments[0]) if len(site.arguments) == 1 else None


HANDLERS: dict[str, Callable[[Calls, Call], Piece | None]] = {
    "cross": _cross,
    "kron": _kron,
    "logsumexp": _weighed_logsumexp,
    **{name: _normal(name) for name in ("pdf", "logpdf", "cdf", "logcdf")},
    "linspace": _steps,
    "pad": _pad,
    **dict.fromkeys(("real", "realifclose", "conj", "conjugate"), _real),
}
"""By name without underscores."""
