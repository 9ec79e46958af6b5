"""Sums, extremes, lengths, variances and shares: what they are over, as each library counts."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from graphstep.language.read.numpy.pieces import ATOM, PRODUCT, Piece, atom, binary, call, negative, power

if TYPE_CHECKING:
    from graphstep.ground.operands import Shape
    from graphstep.language.read.numpy.calls import Call, Calls

_PAIRS = frozenset({"max", "min", "median", "mode", "sort", "cummax", "cummin", "topk"})
"""PyTorch's functions that give values and their places, where they are told an axis."""


def axis_options(of: Calls, axis: ast.expr | None, keep: ast.expr | None) -> list[str] | None:
    """``axis=0`` and ``keepdims=true`` as they were told; None for what is no axis."""
    options: list[str] = []
    if axis is not None and of.word(axis) != "none":
        axes = of.wholes(axis)
        if axes is None:
            raise of.refusal("an axis is a whole number that is known before anything is run", axis)
        options.append(f"axis={axes[0]}" if len(axes) == 1 else f"axis=({', '.join(map(str, axes))})")
    word = of.word(keep, "false")
    if word not in ("true", "false"):
        return None
    return [*options, "keepdims=true"] if word == "true" and options else options


def is_torch(of: Calls, site: Call) -> bool:
    """Whether PyTorch's function is meant."""
    return (site.library or of.framework) == "torch"


def _over(name: str) -> Callable[[Calls, Call], Piece | None]:
    """A function over the cells, along an axis or all of them."""

    def handler(of: Calls, site: Call) -> Piece | None:
        inputs = site.inputs("x", "axis=", "keepdims=")
        if inputs is None:
            return None
        options = axis_options(of, inputs["axis"], inputs["keepdims"])
        x = inputs["x"]
        return None if options is None or x is None else _kept(of, name, of.value(x), options, inputs["keepdims"], site)

    return handler


def _kept(of: Calls, name: str, x: Piece, options: list[str], keep: ast.expr | None, site: Call) -> Piece:
    if of.word(keep, "false") == "true" and not options:
        shape = of.needed_shape(x, site.node)
        options = [f"axis=({', '.join(map(str, range(len(shape))))})", "keepdims=true"] if shape else []
    return of.piece(name, [x, *options], site)


def _extreme(name: str) -> Callable[[Calls, Call], Piece | None]:
    def handler(of: Calls, site: Call) -> Piece | None:
        torch = is_torch(of, site) and not site.name.startswith("a")
        if len(site.arguments) == 2 and of.wholes(site.arguments[1]) is None and of.word(site.arguments[1]) is None:
            # torch.max(a, b), cell by cell.
            return of.piece(name, [of.value(each) for each in site.arguments], site) if torch and not site.keywords else None
        inputs = site.inputs("x", "axis=", "keepdims=")
        if inputs is None or inputs["x"] is None:
            return None
        if torch and inputs["axis"] is not None:
            one = f"torch.{'amax' if name == 'max' else 'amin'}"
            raise of.refusal(
                f"with an axis {site.path} gives values and their places",
                site.node,
                f"write {one}(x, dim=0), or take the values: {site.path}(…).values",
            )
        if site.library == "" and not of.framework and inputs["axis"] is not None and "axis" not in site.keywords:
            hint = f"write np.{name}(x, axis=0) or torch.a{name}(x, dim=0)"
            raise of.refusal(
                f"with an axis, x.{name} is values in NumPy, and values with their places in PyTorch", site.node, hint
            )
        options = axis_options(of, inputs["axis"], inputs["keepdims"])
        return None if options is None else _kept(of, name, of.value(inputs["x"]), options, inputs["keepdims"], site)

    return handler


def pair(of: Calls, node: ast.expr) -> Piece | None:
    """The values of ``torch.max(x, 1)``, which gives their places as well; None for anything else."""
    if not isinstance(node, ast.Call):
        return None
    site = of.call_of(node)
    if site.name not in _PAIRS or site.library is None or not is_torch(of, site):
        return None
    inputs = site.inputs("x", "axis", "keepdims=")
    if inputs is None or inputs["x"] is None or site.name not in ("max", "min") or of.wholes(inputs["axis"]) is None:
        return None
    options = axis_options(of, inputs["axis"], inputs["keepdims"])
    return None if options is None else of.piece(site.name, [of.value(inputs["x"]), *options], site)


def _builtin_extreme(name: str) -> Callable[[Calls, Call], Piece | None]:
    def handler(of: Calls, site: Call) -> Piece | None:
        if site.keywords or not site.arguments:
            return None
        inside = of.entries(site.arguments[0]) if len(site.arguments) == 1 else None
        return of.piece(name, [of.value(each) for each in inside or site.arguments], site)

    return handler


def _builtin_sum(of: Calls, site: Call) -> Piece | None:
    """Python's own ``sum`` adds up along the first axis."""
    inputs = site.inputs("x")
    if inputs is None or inputs["x"] is None:
        return None
    inside = of.entries(inputs["x"])
    if inside:
        total = of.value(inside[0])
        for each in inside[1:]:
            total = binary("+", total, of.value(each), of.source.span(site.node))
        return total
    return of.piece("sum", [of.value(inputs["x"]), "axis=0"], site)


def _spread(name: str) -> Callable[[Calls, Call], Piece | None]:
    """Variance and standard deviation: PyTorch divides by n − 1."""

    def handler(of: Calls, site: Call) -> Piece | None:
        torch = is_torch(of, site)
        keywords = dict(site.keywords)
        unbiased = keywords.pop("unbiased", None)
        arguments = site.arguments
        if torch and len(arguments) == 2 and isinstance(arguments[1], ast.Constant) and isinstance(arguments[1].value, bool):
            unbiased, arguments = arguments[1], arguments[:1]
        if torch and len(arguments) == 3 and unbiased is None:
            # torch.var(x, dim, unbiased, keepdim)
            unbiased, arguments = arguments[2], arguments[:2]
        inputs = site._replace(keywords=keywords, arguments=arguments).inputs("x", "axis=", "ddof=", "keepdims=")
        if inputs is None or inputs["x"] is None:
            return None
        if not torch and not of.framework and site.library == "" and inputs["ddof"] is None:
            hint = f"write np.{name}(x) or torch.{name}(x)"
            raise of.refusal(f"x.{name}() divides by n in NumPy, and by n − 1 in PyTorch", site.node, hint)
        less = 1 if torch else 0
        if inputs["ddof"] is not None:
            number = of.whole(inputs["ddof"])
            if number is None:
                return None
            less = number
        if unbiased is not None:
            less = 1 if of.word(unbiased) == "true" else 0
        options = axis_options(of, inputs["axis"], inputs["keepdims"])
        if options is None:
            return None
        if less:
            options.append(f"ddof={less}")
        return _kept(of, name, of.value(inputs["x"]), options, inputs["keepdims"], site)

    return handler


def _shares(name: str) -> Callable[[Calls, Call], Piece | None]:
    def handler(of: Calls, site: Call) -> Piece | None:
        sign = site.name.lower() == "softmin"
        inputs = site.inputs("x", "axis=")
        if inputs is None or inputs["x"] is None:
            return None
        x = of.value(inputs["x"])
        x = negative(x, x.span) if sign else x
        if inputs["axis"] is None or of.word(inputs["axis"]) == "none":
            if is_torch(of, site):
                hint = f"write {site.path}(x, dim=-1) for the last axis"
                raise of.refusal(
                    f"along which axis is not said, and PyTorch guesses: dim is missing in {site.path}", site.node, hint
                )
            if site.library == "scipy":
                shape = of.needed_shape(x, site.node)
                if len(shape) > 1:
                    hint = "write axis=-1 for the last axis"
                    raise of.refusal("over all cells of a matrix there are no shares here", site.node, hint)
            return of.piece(name, [x], site)
        axis = of.whole(inputs["axis"])
        return None if axis is None else of.piece(name, [x, f"axis={axis}"], site)

    return handler


def _norm(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "ord=", "axis=", "keepdims=")
    if inputs is None and "p" in site.keywords:
        keywords = {("ord" if key == "p" else key): value for key, value in site.keywords.items()}
        inputs = site._replace(keywords=keywords).inputs("x", "ord=", "axis=", "keepdims=")
    if inputs is None or inputs["x"] is None:
        return None
    x = of.value(inputs["x"])
    order, axes = _order(of, inputs["ord"]), None
    options = axis_options(of, inputs["axis"], inputs["keepdims"])
    if options is None:
        return None
    if options and "axis" in options[0]:
        axes = of.wholes(inputs["axis"])
    vector = site.name == "vector_norm" or (is_torch(of, site) and site.path in ("torch.norm", "norm"))
    if order in (None, "fro") or (order == "2" and (vector or (axes is not None and len(axes) == 1))):
        return _kept(of, "norm", x, options, inputs["keepdims"], site)
    if not vector:
        count = len(axes) if axes is not None else len(of.needed_shape(x, site.node))
        if order == "nuc" or count > 1:
            raise of.refusal(
                "of a matrix this is another norm, which is not here", site.node, "np.linalg.norm(A) is the root of all squares"
            )
    span = of.source.span(site.node)
    if order == "2":
        return _kept(of, "norm", x, options, inputs["keepdims"], site)
    size = call("abs", [x], span)
    if order in ("inf", "-inf"):
        return _kept(of, "max" if order == "inf" else "min", size, options, inputs["keepdims"], site)
    if order == "1":
        return _kept(of, "sum", size, options, inputs["keepdims"], site)
    if order is None or order == "0":
        return None
    raised = _kept(of, "sum", power(size, atom(order, span), span), options, inputs["keepdims"], site)
    return power(raised, Piece((f"(1/({order}))" if not order.isdigit() else f"(1/{order})",), ATOM, span), span)


def _order(of: Calls, node: ast.expr | None) -> str | None:
    word = of.word(node)
    if node is None or word == "none":
        return None
    if word is not None:
        return word
    minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    inside = node.operand if isinstance(node, ast.UnaryOp) else node
    if isinstance(inside, ast.Attribute) and inside.attr == "inf":
        return "-inf" if minus else "inf"
    if isinstance(inside, ast.Call) and len(inside.args) == 1 and of.word(inside.args[0]) == "inf":
        return "-inf" if minus else "inf"
    return of.value(node).text


def _average(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "axis=", "weights=")
    if inputs is None or inputs["x"] is None or inputs["weights"] is not None:
        return None
    options = axis_options(of, inputs["axis"], None)
    return None if options is None else of.piece("mean", [of.value(inputs["x"]), *options], site)


def _running(of: Calls, site: Call) -> Piece | None:
    """``cumsum``, which NumPy does over all cells in a row where it is told no axis."""
    inputs = site.inputs("x", "axis=")
    if inputs is None or inputs["x"] is None:
        return None
    x = of.value(inputs["x"])
    if inputs["axis"] is not None and of.word(inputs["axis"]) != "none":
        axis = of.whole(inputs["axis"])
        return None if axis is None else of.piece("cumsum", [x, f"axis={axis}"], site)
    shape = of.shape(x)
    flat = x if shape is not None and len(shape) == 1 else call("reshape", [x, "-1"], x.span)
    return of.piece("cumsum", [flat], site)


def _peak_to_peak(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "axis=", "keepdims=")
    if inputs is None or inputs["x"] is None:
        return None
    options = axis_options(of, inputs["axis"], inputs["keepdims"])
    x = of.value(inputs["x"])
    if options is None:
        return None
    x = x if x.text.isidentifier() else of.named(x, "q")
    return binary("-", of.piece("max", [x, *options], site), of.piece("min", [x, *options], site), of.source.span(site.node))


def _normalize(of: Calls, site: Call) -> Piece | None:
    """``F.normalize(x, dim=1)``: divided by its length, which is at least 1e-12."""
    inputs = site.inputs("x", "p=", "axis=", "eps=")
    if inputs is None or inputs["x"] is None or inputs["p"] is not None or inputs["eps"] is not None or not is_torch(of, site):
        return None
    axis = 1 if inputs["axis"] is None else of.whole(inputs["axis"])
    if axis is None:
        return None
    x = of.named(of.value(inputs["x"]), "q")
    span = of.source.span(site.node)
    return binary("/", x, call("max", [call("norm", [x, f"axis={axis}", "keepdims=true"], span), "1e-12"], span), span)


def _sinc(of: Calls, site: Call) -> Piece | None:
    """sin(πx)/(πx), where NumPy puts 1e-20 in the place of 0."""
    inputs = site.inputs("x")
    if inputs is None or inputs["x"] is None:
        return None
    x, span = of.value(inputs["x"]), of.source.span(site.node)
    x = of.named(x, "q")
    near = call("where", [binary("==", x, atom("0", span), span), "1e-20", x], span)
    angle = of.named(binary("*", of.number("pi", span), near, span), "angle")
    return binary("/", call("sin", [angle], span), angle, span)


def _cube_root(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x")
    if inputs is None or inputs["x"] is None:
        return None
    x, span = of.named(of.value(inputs["x"]), "q"), of.source.span(site.node)
    return binary("*", call("sign", [x], span), power(call("abs", [x], span), atom("(1/3)", span), span), span)


def determinant(of: Calls, site: Call) -> Piece | None:
    """Of a matrix of up to 3×3, written out."""
    inputs = site.inputs("x")
    if inputs is None or inputs["x"] is None:
        return None
    x = of.value(inputs["x"])
    shape: Shape = of.needed_shape(x, site.node)
    if shape not in ((1, 1), (2, 2), (3, 3)):
        raise of.refusal("a determinant is written out up to 3×3", site.node, "np.linalg.slogdet(A)[1] is its logarithm")
    name = of.named(x, "q").text
    size, span = shape[0], of.source.span(site.node)
    if size == 1:
        return Piece((f"{name}[0, 0]",), ATOM, span)
    terms = []
    for k in range(size):
        if size == 2:
            terms.append(f"{name}[0, {k}]*{name}[1, {1 - k}]")
        else:
            i, j = [each for each in range(3) if each != k]
            minor = f"{name}[1, {i}]*{name}[2, {j}] - {name}[1, {j}]*{name}[2, {i}]"
            terms.append(f"{name}[0, {k}]*({minor})")
    text = f"{terms[0]} - {terms[1]}" + (f" + {terms[2]}" if size == 3 else "")
    return Piece((text,), PRODUCT - 1, span)


def _logarithm(of: Calls, site: Call) -> Piece | None:
    """``math.log(x, b)`` has a base; behind NumPy's x stands where the result goes."""
    if site.keywords or len(site.arguments) != (2 if site.library == "math" else 1):
        return of.piece("log", [of.value(site.arguments[0])], site) if len(site.arguments) == 1 and not site.keywords else None
    return of.piece("log", [of.value(each) for each in site.arguments], site)


HANDLERS: dict[str, Callable[[Calls, Call], Piece | None]] = {
    **{
        name: _over(here)
        for here, names in {
            "sum": ("sum", "reducesum"),
            "mean": ("mean", "reducemean"),
            "prod": ("prod", "reduceprod"),
        }.items()
        for name in names
    },
    **{name: _extreme("max") for name in ("max", "amax", "reducemax")},
    **{name: _extreme("min") for name in ("min", "amin", "reducemin")},
    "builtin max": _builtin_extreme("max"),
    "builtin min": _builtin_extreme("min"),
    "builtin sum": _builtin_sum,
    "var": _spread("var"),
    "std": _spread("std"),
    "softmax": _shares("softmax"),
    "softmin": _shares("softmax"),
    "logsoftmax": _shares("log_softmax"),
    "norm": _norm,
    "vectornorm": _norm,
    "average": _average,
    "cumsum": _running,
    "ptp": _peak_to_peak,
    "normalize": _normalize,
    "sinc": _sinc,
    "cbrt": _cube_root,
    "log": _logarithm,
    "det": determinant,
}
"""By name without underscores."""
