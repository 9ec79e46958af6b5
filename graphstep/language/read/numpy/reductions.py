"""Sums, extremes, lengths, variances and shares: what they are over, as each library counts."""

from __future__ import annotations

import ast
from dataclasses import replace

from graphstep.gates.typed import ATOM, SUM
from graphstep.language.read.foreign.table import plain_name
from graphstep.language.read.numpy.arrays import flat, reshaped
from graphstep.language.read.numpy.pieces import Piece, atom, binary, call, negative, power
from graphstep.language.read.numpy.sites import Axes, Site, UnfitError, Wholes, axes_among, entries, filled, reads, word


def axis_options(axis: Axes, keepdims: bool) -> list[str]:
    """``axis=0`` and ``keepdims=true`` as they were told."""
    if axis is None:
        return []
    typed = f"axis={axis[0]}" if len(axis) == 1 else f"axis=({', '.join(map(str, axis))})"
    return [typed, "keepdims=true"] if keepdims else [typed]


def over(site: Site, name: str, x: Piece, axis: Axes, keepdims: bool, *more: str) -> Piece:
    """A function over the cells of a value, along axes or all of them."""
    if keepdims and axis is None:
        axis = tuple(range(len(site.shape(x)))) or None
    return site.call(name, x, *axis_options(axis, keepdims), *more)


@reads("sum", "mean", "prod", "reduce_sum", "reduce_mean", "reduce_prod")
def _over_cells(site: Site, x: Piece, axis: Axes = None, keepdims: bool = False) -> Piece:
    return over(site, plain_name(site.name).removeprefix("reduce"), x, axis, keepdims)


@reads("max", "amax", "reduce_max", "min", "amin", "reduce_min")
def _extreme(site: Site) -> Piece:
    if len(site.arguments) == 2 and site.of.wholes(site.arguments[1]) is None and word(site.arguments[1]) is None:
        # torch.max(a, b), cell by cell.
        if site.keywords or not _gives_places(site):
            raise UnfitError
        return site.call(plain_name(site.name), *map(site.of.value, site.arguments))
    piece: Piece = filled(_largest, site)
    return piece


def _gives_places(site: Site) -> bool:
    """Whether PyTorch's ``max`` or ``min`` is meant, which along an axis gives values and their places."""
    return site.is_torch and not site.name.startswith("a")


def _largest(site: Site, x: Piece, axis: Axes = None, keepdims: bool = False) -> Piece:
    name = plain_name(site.name)[-3:]
    along = axis[0] if axis is not None and len(axis) == 1 else axis
    # A pair where an array is wanted: who writes torch.max(x, 1) has to say which of both is meant.
    if axis is not None and _gives_places(site):
        raise site.refusal(
            f"with an axis {site.path} gives values and their places",
            f"write torch.a{name}(x, dim={along}), or take the values: {site.path}(…).values",
        )
    if axis is not None and site.library == "" and not site.of.framework and "axis" not in site.keywords:
        raise site.refusal(
            f"with an axis, x.{name} is values in NumPy, and values with their places in PyTorch",
            f"write np.{name}(x, axis={along}) or torch.a{name}(x, dim={along})",
        )
    return over(site, name, x, axis, keepdims)


def pair(site: Site | None) -> Piece | None:
    """The values of ``torch.max(x, 1)``, which gives their places as well; None for anything else."""
    if site is None or site.name not in ("max", "min") or site.library is None or not site.is_torch:
        return None
    try:
        piece: Piece = filled(_values, site)
    except UnfitError:
        return None
    return piece


def _values(site: Site, x: Piece, axis: Wholes, keepdims: bool = False) -> Piece:
    return site.call(site.name, x, *axis_options(axis, keepdims))


@reads("max", "min", builtin=True)
def _builtin_extreme(site: Site) -> Piece:
    if site.keywords or not site.arguments:
        raise UnfitError
    inside = entries(site.arguments[0]) if len(site.arguments) == 1 else []
    return site.call(site.name, *map(site.of.value, inside or site.arguments))


@reads("sum", builtin=True)
def _builtin_sum(site: Site, x: ast.expr) -> Piece:
    """Python's own ``sum`` adds up along the first axis."""
    # What is written out Python adds from left to right.
    inside = entries(x)
    if not inside:
        return site.call("sum", site.of.value(x), "axis=0")
    total = site.of.value(inside[0])
    for each in inside[1:]:
        total = binary("+", total, site.of.value(each), site.span)
    return total


@reads("var", "std")
def _spread(site: Site) -> Piece:
    """Variance and standard deviation: PyTorch divides by n − 1, and may be told so before the axis or behind it."""
    arguments = site.arguments
    if site.is_torch and len(arguments) == 2 and word(arguments[1]) in ("true", "false"):
        site = replace(site, arguments=arguments[:1], keywords={**site.keywords, "unbiased": arguments[1]})
    elif site.is_torch and len(arguments) == 3 and "unbiased" not in site.keywords:
        # torch.var(x, dim, unbiased, keepdim)
        site = replace(site, arguments=arguments[:2], keywords={**site.keywords, "unbiased": arguments[2]})
    piece: Piece = filled(_variance, site)
    return piece


def _variance(
    site: Site,
    x: Piece,
    axis: Axes = None,
    ddof: int | None = None,
    keepdims: bool = False,
    *,
    unbiased: ast.expr | None = None,
) -> Piece:
    if ddof is None and site.library == "" and not site.of.framework:
        hint = f"write np.{site.name}(x) or torch.{site.name}(x)"
        raise site.refusal(f"x.{site.name}() divides by n in NumPy, and by n − 1 in PyTorch", hint)
    less = ddof if ddof is not None else int(site.is_torch)
    if unbiased is not None:
        less = int(word(unbiased) == "true")
    return over(site, site.name, x, axis, keepdims, *([f"ddof={less}"] if less else []))


@reads("softmax", "softmin", "log_softmax")
def _shares(site: Site, x: Piece, axis: int | None = None) -> Piece:
    kind = plain_name(site.name)
    name = "log_softmax" if kind == "logsoftmax" else "softmax"
    x = negative(x, x.span) if kind == "softmin" else x
    if axis is not None:
        return site.call(name, x, f"axis={axis}")
    if site.is_torch:
        hint = f"write {site.path}(x, dim=-1) for the last axis"
        raise site.refusal(f"along which axis is not said, and PyTorch guesses: dim is missing in {site.path}", hint)
    if site.library == "scipy" and len(site.shape(x)) > 1:
        raise site.refusal("over all cells of a matrix there are no shares here", "write axis=-1 for the last axis")
    return site.call(name, x)


@reads("norm", "vector_norm", ord="kind", p="kind")
def _norm(site: Site, x: Piece, kind: ast.expr | None = None, axis: Axes = None, keepdims: bool = False) -> Piece:
    order = _order(site, kind)
    vector = site.name == "vector_norm" or (site.is_torch and site.path in ("torch.norm", "norm"))
    if order in (None, "fro") or (order == "2" and (vector or (axis is not None and len(axis) == 1))):
        return over(site, "norm", x, axis, keepdims)
    if not vector and (order == "nuc" or len(site.shape(x) if axis is None else axis) > 1):
        hint = "np.linalg.norm(A) is the root of all squares"
        raise site.refusal("of a matrix this is another norm, which is not here", hint)
    size = call("abs", [x], site.span)
    if order == "2":
        return over(site, "norm", x, axis, keepdims)
    if order in ("inf", "-inf", "1"):
        return over(site, {"inf": "max", "-inf": "min", "1": "sum"}[order], size, axis, keepdims)
    if order is None or order == "0":
        raise UnfitError
    raised = over(site, "sum", power(size, atom(order, site.span), site.span), axis, keepdims)
    return power(raised, Piece((f"(1/{order})" if order.isdigit() else f"(1/({order}))",), ATOM, site.span), site.span)


def _order(site: Site, node: ast.expr | None) -> str | None:
    text = word(node)
    if node is None or text == "none":
        return None
    if text is not None:
        return text
    minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    inside = node.operand if isinstance(node, ast.UnaryOp) else node
    infinite = (isinstance(inside, ast.Attribute) and inside.attr == "inf") or (
        isinstance(inside, ast.Call) and len(inside.args) == 1 and word(inside.args[0]) == "inf"
    )
    return ("-inf" if minus else "inf") if infinite else site.of.value(node).text


@reads("average")
def _average(site: Site, x: Piece, axis: Axes = None, weights: Piece | None = None, keepdims: bool = False) -> Piece:
    if weights is None:
        return over(site, "mean", x, axis, keepdims)
    weights, along = site.of.named(weights, "weights"), axis
    if axis is not None and len(axis) == len(site.shape(weights)) == 1:
        # A weight for each entry of the axis, and the same for all that stands beside it.
        shape = site.shape(x)
        (place,) = axes_among(axis, len(shape))
        weights, along = reshaped(site, weights, [n if k == place else 1 for k, n in enumerate(shape)]), None
    total = over(site, "sum", weights, along, keepdims and along is not None)
    return binary("/", over(site, "sum", binary("*", x, weights, site.span), axis, keepdims), total, site.span)


@reads("cumsum", "cumulative_sum")
def _running(site: Site, x: Piece, axis: int | None = None) -> Piece:
    """``cumsum``, which NumPy does over all cells in a row where it is told no axis."""
    if axis is not None:
        return site.call("cumsum", x, f"axis={axis}")
    shape = site.of.shape(x)
    return site.call("cumsum", x if shape is not None and len(shape) == 1 else flat(x))


@reads("ptp")
def _peak_to_peak(site: Site, x: Piece, axis: Axes = None, keepdims: bool = False) -> Piece:
    x = site.of.named(x, "q")
    return binary("-", over(site, "max", x, axis, keepdims), over(site, "min", x, axis, keepdims), site.span)


@reads("normalize")
def _normalize(site: Site, x: Piece, p: ast.expr | None = None, axis: int = 1) -> Piece:
    """``F.normalize(x, dim=1)``: divided by its length, which is at least 1e-12."""
    if p is not None or not site.is_torch:
        raise UnfitError
    x, span = site.of.named(x, "q"), site.span
    return binary("/", x, call("max", [call("norm", [x, f"axis={axis}", "keepdims=true"], span), "1e-12"], span), span)


@reads("sinc")
def _sinc(site: Site, x: Piece) -> Piece:
    """sin(πx)/(πx), where NumPy puts 1e-20 in the place of 0."""
    x, span = site.of.named(x, "q"), site.span
    near = call("where", [binary("==", x, atom("0", span), span), "1e-20", x], span)
    angle = site.of.named(binary("*", site.of.number("pi", span), near, span), "angle")
    return binary("/", call("sin", [angle], span), angle, span)


@reads("cbrt")
def _cube_root(site: Site, x: Piece) -> Piece:
    x, span = site.of.named(x, "q"), site.span
    return binary("*", call("sign", [x], span), power(call("abs", [x], span), atom("(1/3)", span), span), span)


@reads("det")
def _determinant(site: Site, x: Piece) -> Piece:
    """Of a matrix of up to 3×3, written out."""
    shape = site.shape(x)
    if shape not in ((1, 1), (2, 2), (3, 3)):
        raise site.refusal("a determinant is written out up to 3×3", "np.linalg.slogdet(A)[1] is its logarithm")
    name = site.of.named(x, "q").text
    if shape[0] == 1:
        return Piece((f"{name}[0, 0]",), ATOM, site.span)
    terms = []
    for k in range(shape[0]):
        rest = [each for each in range(shape[0]) if each != k]
        minor = f"{name}[1, {rest[0]}]"
        if len(rest) == 2:
            i, j = rest
            minor = f"({minor}*{name}[2, {j}] - {name}[1, {j}]*{name}[2, {i}])"
        terms.append(f"{name}[0, {k}]*{minor}")
    return Piece((" + ".join([" - ".join(terms[:2]), *terms[2:]]),), SUM, site.span)


@reads("log")
def _logarithm(site: Site) -> Piece:
    """``math.log(x, b)`` has a base; behind NumPy's x stands where the result goes."""
    if site.keywords or len(site.arguments) not in (1, 2 if site.library == "math" else 1):
        raise UnfitError
    return site.call("log", *map(site.of.value, site.arguments))
