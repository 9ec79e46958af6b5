"""Functions that are written out: ``cross``, ``kron``, weighted ``logsumexp``, the normal distribution, ``linspace``, ``pad``."""

from __future__ import annotations

import ast

from graphstep.gates.typed import ATOM, PRODUCT, SUM
from graphstep.language.read.numpy.arrays import reshaped
from graphstep.language.read.numpy.pieces import Piece, atom, binary, call, indexed, power
from graphstep.language.read.numpy.reductions import axis_options, over
from graphstep.language.read.numpy.sites import Axes, Site, UnfitError, axes_among, entries, fitting, reads, word


@reads("cross")
def _cross(
    site: Site, x: Piece, y: Piece, axisa: int = -1, axisb: int = -1, axisc: int | None = None, axis: int | None = None
) -> Piece:
    sides: list[tuple[Piece, list[str]]] = []
    for value, own in ((x, axisa), (y, axisb)):
        shape = site.shape(value)
        (place,) = axes_among([own if axis is None else axis], len(shape))
        if shape[place] != 3:
            raise UnfitError
        sides.append((site.of.named(value, "q"), [":"] * place))
    span = site.span

    def product(*numbers: int) -> Piece:
        one, other = (indexed(side, [*before, str(k)], span) for (side, before), k in zip(sides, numbers, strict=True))
        return binary("*", one, other, span)

    parts = [binary("-", product(i, j), product(j, i), span) for i, j in ((1, 2), (2, 0), (0, 1))]
    target = axis if axis is not None else -1 if axisc is None else axisc
    return site.call("stack", *parts, *([f"axis={target}"] if target else []))


@reads("kron")
def _kron(site: Site, x: Piece, y: Piece) -> Piece:
    """Every cell of one times all of the other."""
    one, other = site.shape(x), site.shape(y)
    if not one or not other:
        return binary("*", x, y, site.span)
    count = max(len(one), len(other))
    one, other = (1,) * (count - len(one)) + one, (1,) * (count - len(other)) + other
    left = reshaped(site, x, [size for n in one for size in (n, 1)])
    right = reshaped(site, y, [size for n in other for size in (1, n)])
    return reshaped(site, binary("*", left, right, site.span), [n * m for n, m in zip(one, other, strict=True)])


@reads("logsumexp")
def _weighed_logsumexp(site: Site, x: Piece, axis: Axes = None, b: ast.expr | None = None, keepdims: bool = False) -> Piece:
    """``logsumexp(x, axis, b)``: of exponentials that are each times a weight."""
    if b is None or word(b) == "none":
        return over(site, "logsumexp", x, axis, keepdims)
    x, span = site.of.named(x, "q"), site.span
    shape = site.shape(x) if axis is None or not keepdims else ()
    axes = tuple(range(len(shape))) if axis is None else axis
    kept = axis_options(axes, keepdims=True)
    # What is subtracted cancels, and must not get a gradient by way of max.
    top = site.of.named(call("stop", [call("max", [x, *kept], span)], span), "top")
    scaled = binary("*", site.of.value(b), call("exp", [binary("-", x, top, span)], span), span)
    total = binary("+", call("log", [call("sum", [scaled, *kept], span)], span), top, span)
    if keepdims:
        return total
    gone = axes_among(axes, len(shape))
    return reshaped(site, total, [n for k, n in enumerate(shape) if k not in gone])


@reads("pdf", "logpdf", "cdf", "logcdf")
def _normal(site: Site, x: Piece, loc: Piece | None = None, scale: Piece | None = None) -> Piece:
    """SciPy's normal distribution: its density and what lies below, and their logarithms."""
    if "norm." not in f"{site.path}." or "multivariate" in site.path:
        raise UnfitError
    kind, span = site.name, site.span
    z = x if loc is None else binary("-", x, loc, span)
    z = z if scale is None else binary("/", z, scale, span)
    if kind in ("cdf", "logcdf"):
        erfc = call("erfc", [Piece(("-", z.within(ATOM), "/sqrt(2)"), PRODUCT, span)], span)
        below = binary("/", erfc, atom("2", span), span)
        return call("log", [below], span) if kind == "logcdf" else below
    two_pi = Piece(("2*", site.of.number("pi", span)), PRODUCT, span)
    halved = Piece(("-", power(z, atom("2", span), span), "/2"), PRODUCT, span)
    if kind == "pdf":
        density = binary("/", call("exp", [halved], span), call("sqrt", [two_pi], span), span)
        return density if scale is None else binary("/", density, scale, span)
    logarithm = Piece((halved, " - log(", two_pi, ")/2"), SUM, span)
    return logarithm if scale is None else binary("-", logarithm, call("log", [scale], span), span)


@reads("linspace")
def _steps(site: Site, start: Piece, stop: Piece, num: int = 50, endpoint: bool = True) -> Piece:
    """``linspace(a, b, n)``."""
    if num < 1 or any(site.of.shape(each) not in ((), None) for each in (start, stop)):
        raise UnfitError
    start, span = site.of.named(start, "a"), site.span
    shares = binary("/", call("range", [str(num)], span), atom(str(max(num - endpoint, 1)), span), span)
    return binary("+", start, binary("*", binary("-", stop, start, span), shares, span), span)


@reads("logspace")
def _powers(site: Site, start: Piece, stop: Piece, num: int = 50, endpoint: bool = True, base: Piece | None = None) -> Piece:
    return power(base or atom("10", site.span), _steps(site, start, stop, num, endpoint), site.span)


@reads("geomspace")
def _multiples(site: Site, start: Piece, stop: Piece, num: int = 50, endpoint: bool = True) -> Piece:
    return site.call("exp", _steps(site, site.call("log", start), site.call("log", stop), num, endpoint))


@reads("pad")
def _pad(site: Site, x: Piece, pad_width: ast.expr, mode: str = "constant") -> Piece:
    """Zeros around an array."""
    if mode != "constant" or site.library == "torch":
        raise UnfitError
    shape = [*site.shape(x)]
    for axis, (before, behind) in enumerate(_widths(site, pad_width, len(shape))):
        ends = [
            call("zeros", [*map(str, shape[:axis]), str(n), *map(str, shape[axis + 1 :])], site.span) for n in (before, behind)
        ]
        parts = [*ends[:1] * (before > 0), x, *ends[1:] * (behind > 0)]
        if len(parts) > 1:
            x = site.call("concat", *parts, *([f"axis={axis}"] if axis else []))
        shape[axis] += before + behind
    return x


def _widths(site: Site, node: ast.expr, count: int) -> list[tuple[int, int]]:
    """How many zeros stand before and behind each axis: told for every axis, or once for all of them."""
    sides = entries(node)
    pairs = sides if sides and all(entries(each) for each in sides) else [node]
    widths: list[tuple[int, ...]] = [fitting(site.of.wholes(each)) for each in pairs]
    if len(widths) not in (1, count) or any(len(each) > 2 or min(each) < 0 for each in widths):
        raise UnfitError
    return [(each[0], each[-1]) for each in (widths * count if len(widths) == 1 else widths)]


@reads("real", "real_if_close", "conj", "conjugate")
def _real(site: Site, x: Piece) -> Piece:
    """``real`` and ``conj``: all numbers are real here."""
    del site
    return x
