"""Functions that are written out: ``cross``, ``kron``, ``logsumexp`` with weights, ``linspace``, ``cov``, ``select``, ``pad``."""

from __future__ import annotations

import ast
from functools import reduce
from math import prod

from graphstep.gates.typed import ATOM, PRODUCT, SUM
from graphstep.language.read.numpy.arrays import flat, reshaped
from graphstep.language.read.numpy.joins import ends
from graphstep.language.read.numpy.pieces import Piece, atom, binary, call, indexed, power
from graphstep.language.read.numpy.reductions import axis_options, over
from graphstep.language.read.numpy.sites import ROWS, Axes, Site, UnfitError, axes_among, entries, fitting, reads, word


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
    # Each axis as (n, 1) beside (1, m): the blocks of the second are inside, and one reshape joins both.
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
        # (1 + erf)/2 would lose all digits far below the mean.
        erfc = call("erfc", [Piece(("-", z.within(ATOM), "/sqrt(2)"), PRODUCT, span)], span)
        below = binary("/", erfc, atom("2", span), span)
        return call("log", [below], span) if kind == "logcdf" else below
    two_pi = Piece(("2*", site.of.number("pi", span)), PRODUCT, span)
    halved = Piece(("-", power(z, atom("2", span), span), "/2"), PRODUCT, span)
    if kind == "pdf":
        density = binary("/", call("exp", [halved], span), call("sqrt", [two_pi], span), span)
        return density if scale is None else binary("/", density, scale, span)
    # Written out, and not taken of the density, which is 0 far from the middle.
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


@reads("polyval")
def _polynomial(site: Site, coefficients: list[Piece], x: Piece) -> Piece:
    """Horner's rule, as NumPy computes it."""
    x, span = site.of.named(x, "q"), site.span
    total, *rest = coefficients
    for each in rest:
        total = binary("+", binary("*", total, x, span), each, span)
    # A number alone would not have the shape of x.
    return total if rest else binary("+", total, binary("*", atom("0", span), x, span), span)


@reads("trapezoid", "trapz")
def _area(site: Site, y: Piece, x: Piece | None = None, dx: Piece | None = None, axis: int = -1) -> Piece:
    y, span, count = site.of.named(y, "q"), site.span, len(site.shape(y))
    (place,) = axes_among([axis], count)
    both = binary("+", *ends(site, y, place), span)
    width = dx
    if x is not None:
        x, along = site.of.named(x, "x"), len(site.shape(x)) == 1
        if not along and site.shape(x) != site.shape(y):
            raise UnfitError
        width = binary("-", *ends(site, x, 0 if along else place), span)
        width = reshaped(site, width, [-1 if k == place else 1 for k in range(count)]) if along and count > 1 else width
    areas = binary("/", both if width is None else binary("*", width, both, span), atom("2", span), span)
    return site.call("sum", areas, *([f"axis={place}"] if count > 1 else []))


@reads("cumprod", "cumulative_prod")
def _running_product(site: Site, x: Piece, axis: int | None = None) -> Piece:
    shape = site.shape(x)
    if axis is None:
        x, axis, shape = (x if len(shape) == 1 else flat(x)), 0, (prod(shape),)
    (place,) = axes_among([axis], len(shape))
    if shape[place] > ROWS:
        raise UnfitError
    x = site.of.named(x, "q")
    parts: list[Piece] = []
    for k in range(shape[place]):
        row = indexed(x, [*[":"] * place, str(k)], site.span)
        parts.append(site.of.named(binary("*", parts[-1], row, site.span), "p") if parts else row)
    return site.call("stack", *parts, *([f"axis={place}"] if place else []))


@reads("vander", N="n")
def _powers_of(site: Site, x: Piece, n: int | None = None, increasing: bool = False) -> Piece:
    x, span = site.of.named(x, "q"), site.span
    (size,) = fitting(site.shape(x) if len(site.shape(x)) == 1 else None)
    count = size if n is None else n
    if not 0 < count <= ROWS:
        raise UnfitError
    columns = [power(x, atom(str(k), span), span) for k in range(count)]
    # torch.linalg.vander has them the other way round.
    return site.call("stack", *(columns if increasing or "linalg." in site.path else columns[::-1]), "axis=1")


@reads("cov", "corrcoef")
def _spread_together(
    site: Site, x: Piece, y: Piece | None = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None
) -> Piece:
    """The covariances of the rows of a matrix, or of its columns; over the deviations of both they are correlations."""
    span, shape, less = site.span, site.shape(x), int(not bias) if ddof is None else ddof
    if y is None and len(shape) == 1 and site.name == "cov":
        return site.call("var", x, f"ddof={less}")
    if len(shape) != (2 if y is None else len(site.shape(y))):
        raise UnfitError
    columns = not rowvar and len(shape) == 2
    if y is not None:
        x = site.call("stack", x, y) if len(shape) == 1 else site.call("concat", x, y, *(["axis=1"] if columns else []))
    whole = site.of.named(site.of.flipped(x, site.node) if columns else x, "q")
    size = site.shape(whole)[1] - less
    apart = site.of.named(binary("-", whole, site.call("mean", whole, "axis=1", "keepdims=true"), span), "d")
    spread = binary("/", binary("@", apart, site.of.flipped(apart, site.node), span), atom(str(size), span), span)
    if site.name == "cov":
        return spread
    size, spread = site.shape(whole)[0], site.of.named(spread, "c")
    # The roots of the diagonal, once for the rows and once for the columns.
    width = site.of.named(call("sqrt", [indexed(spread, [f"range({size})"] * 2, span)], span), "s")
    return binary("/", binary("/", spread, reshaped(site, width, (size, 1)), span), width, span)


@reads("matrix_power")
def _matrix_power(site: Site, x: Piece, n: int) -> Piece:
    if not 1 <= n <= ROWS:
        raise UnfitError
    return _chain(site, [site.of.named(x, "q")] * n)


@reads("multi_dot")
def _chain(site: Site, arrays: list[Piece]) -> Piece:
    return reduce(lambda one, other: binary("@", one, other, site.span), arrays)


@reads("select")
def _first_that_holds(site: Site, conditions: list[Piece], choices: list[Piece], default: Piece | None = None) -> Piece:
    if len(conditions) != len(choices):
        raise UnfitError
    result = default or atom("0", site.span)
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = site.call("where", condition, choice, result)
    return result


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
    if len(widths) not in (1, count) or any(len(each) not in (1, 2) or min(each) < 0 for each in widths):
        raise UnfitError
    return [(each[0], each[-1]) for each in (widths * count if len(widths) == 1 else widths)]


@reads("real", "real_if_close", "conj", "conjugate")
def _real(site: Site, x: Piece) -> Piece:
    """``real`` and ``conj``: all numbers are real here."""
    del site
    return x
