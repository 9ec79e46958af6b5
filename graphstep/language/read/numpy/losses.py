"""Losses and layers as PyTorch, JAX and TensorFlow mean them: what they add up, and what they divide by."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from graphstep.language.read.numpy.pieces import ATOM, COMPARISON, Piece, binary, call, indexed, negative
from graphstep.language.read.numpy.reductions import is_torch

if TYPE_CHECKING:
    from graphstep.language.read.numpy.calls import Call, Calls

_HUBER = "clip({x} - {y}, -1, 1)*({x} - {y} - clip({x} - {y}, -1, 1)/2)"
_CELLS = {
    "mseloss": ("({x} - {y})^2", "mse({x}, {y})"),
    "l1loss": ("abs({x} - {y})", "mean(abs({x} - {y}))"),
    "binarycrossentropy": ("-({y}*log({x}) + (1 - {y})*log(1 - {x}))", "bce({x}, {y})"),
    "binarycrossentropywithlogits": ("softplus({x}) - {y}*{x}", "bce({x}, {y}, logits=true)"),
    "softmarginloss": ("softplus(-{y}*{x})", "mean(softplus(-{y}*{x}))"),
    "poissonnllloss": ("exp({x}) - {y}*{x}", "mean(exp({x}) - {y}*{x})"),
    **dict.fromkeys(("huberloss", "smoothl1loss"), (_HUBER, "huber({x}, {y})")),
    "kldiv": ("{y}*(log({y}) - {x})", "mean({y}*(log({y}) - {x}))"),
}
"""By PyTorch's name without underscores, a loss cell by cell, and its mean."""


def _loss(name: str) -> Callable[[Calls, Call], Piece | None]:
    cells, mean = _CELLS[name]

    def handler(of: Calls, site: Call) -> Piece | None:
        if not is_torch(of, site):
            return None
        inputs = site.inputs("x", "target", "reduction=")
        if inputs is None or inputs["x"] is None or inputs["target"] is None:
            return None
        how = of.word(inputs["reduction"], "mean")
        if how not in ("mean", "sum", "none"):
            return None
        x, y = of.value(inputs["x"]), of.value(inputs["target"])
        text = mean if how == "mean" else f"sum({cells})" if how == "sum" else cells
        return _written(text, {"x": x, "y": y}, of.source.span(site.node))

    return handler


def _written(template: str, pieces: dict[str, Piece], span: tuple[int, int]) -> Piece:
    """A template with pieces in its braces, in parentheses where they would fall apart."""
    parts: list[str | Piece] = []
    rest = template
    while "{" in rest:
        before, _, rest = rest.partition("{")
        name, _, rest = rest.partition("}")
        alone = before[-2:] in ("(", ", ") or before.endswith(("(", ", "))
        alone = alone and rest[:1] in (",", ")") and not before.endswith(("-(", "*("))
        parts += [before, pieces[name].within(COMPARISON if alone else ATOM)]
    parts.append(rest)
    whole = template[:1].isalpha() and template.endswith(")") and template.count(" - ") + template.count("}*") == 0
    return Piece(tuple(part for part in parts if part != ""), ATOM if whole else COMPARISON, span)


def _classes(scores: bool) -> Callable[[Calls, Call], Piece | None]:
    """``cross_entropy`` of scores and ``nll_loss`` of their logarithms, with the number of the right class."""

    def handler(of: Calls, site: Call) -> Piece | None:
        if not is_torch(of, site):
            return None
        extra = ("label_smoothing", "ignore_index") if scores else ()
        options = {key: site.keywords[key] for key in extra if key in site.keywords}
        rest = {key: value for key, value in site.keywords.items() if key not in options}
        inputs = site._replace(keywords=rest).inputs("x", "target", "reduction=")
        if inputs is None or inputs["x"] is None or inputs["target"] is None:
            return None
        how = of.word(inputs["reduction"], "mean")
        x, y = of.value(inputs["x"]), of.value(inputs["target"])
        if how == "mean":
            written = [f"{key}={of.value(value).text}" for key, value in options.items()]
            return of.piece("cross_entropy" if scores else "nll", [x, y, *written], site)
        if options or how not in ("sum", "none"):
            return None
        span = of.source.span(site.node)
        logs = call("log_softmax", [x], span) if scores else x
        count = of.needed_shape(x, site.node)
        if len(count) != 2:
            return None
        right = indexed(logs, [f"range({count[0]})", of.named(y, "i")], span)
        return negative(call("sum", [right], span), span) if how == "sum" else negative(right, span)

    return handler


def _linear(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "weight", "bias=")
    if inputs is None or inputs["x"] is None or inputs["weight"] is None:
        return None
    span = of.source.span(site.node)
    product = binary("@", of.value(inputs["x"]), of.flipped(of.value(inputs["weight"]), site.node), span)
    bias = inputs["bias"]
    return product if bias is None or of.word(bias) == "none" else binary("+", product, of.value(bias), span)


def _layer_norm(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "normalized_shape", "weight=", "bias=", "eps=")
    if inputs is None or inputs["x"] is None or not is_torch(of, site):
        return None
    shape = of.wholes(inputs["normalized_shape"])
    if shape is None or len(shape) != 1:
        raise of.refusal("layer_norm is over the last axis here", site.node)
    scale, shift = (None if of.word(inputs[name], "none") == "none" else inputs[name] for name in ("weight", "bias"))
    if (scale is None) != (shift is None):
        return None
    eps = [] if inputs["eps"] is None else [f"eps={of.value(inputs['eps']).text}"]
    more = [of.value(each) for each in (scale, shift) if each is not None]
    return of.piece("layer_norm", [of.value(inputs["x"]), *more, *eps], site)


def _sloped(name: str) -> Callable[[Calls, Call], Piece | None]:
    """``leaky_relu`` and ``elu``, whose number may be told by name."""

    def handler(of: Calls, site: Call) -> Piece | None:
        keywords = {("a" if key in ("alpha", "negative_slope") else key): value for key, value in site.keywords.items()}
        # a is how NumPy calls an array.
        slope = keywords.pop("a", None)
        inputs = site._replace(keywords=keywords).inputs("x", "slope=")
        if inputs is None or inputs["x"] is None:
            return None
        number: ast.expr | None = slope if slope is not None else inputs["slope"]
        default = ["0.2"] if name == "leaky_relu" and site.library == "tf" else []
        return of.piece(name, [of.value(inputs["x"]), *([of.value(number)] if number is not None else default)], site)

    return handler


def _softplus(of: Calls, site: Call) -> Piece | None:
    inputs = site.inputs("x", "beta=")
    if inputs is None or inputs["x"] is None:
        return None
    x = of.value(inputs["x"])
    if inputs["beta"] is None:
        return of.piece("softplus", [x], site)
    beta, span = of.value(inputs["beta"]), of.source.span(site.node)
    return binary("/", call("softplus", [binary("*", beta, x, span)], span), beta, span)


def _refused(message: str, hint: str) -> Callable[[Calls, Call], Piece | None]:
    def handler(of: Calls, site: Call) -> Piece | None:
        raise of.refusal(message, site.node, hint)

    return handler


HANDLERS: dict[str, Callable[[Calls, Call], Piece | None]] = {
    **{name: _loss(name) for name in _CELLS},
    "bceloss": _loss("binarycrossentropy"),
    "bcewithlogitsloss": _loss("binarycrossentropywithlogits"),
    **{name: _classes(True) for name in ("crossentropy", "crossentropyloss")},
    **{name: _classes(False) for name in ("nllloss",)},
    "linear": _linear,
    "layernorm": _layer_norm,
    "leakyrelu": _sloped("leaky_relu"),
    "elu": _sloped("elu"),
    "softplus": _softplus,
    "dropout": _refused("which cells chance leaves out is not said here", "in a program it is dropout(x, 0.5, seed=0)"),
    "batchnorm": _refused("batch_norm has means of earlier batches in PyTorch", "in a program it is batch_norm(x, gamma, beta)"),
    **{
        name: _refused("there is no chance in a run", 'give it as an input, behind the program: x="randn(2, 3, seed=0)"')
        for name in ("rand", "randn", "normal", "uniform", "randint", "choice", "random", "standardnormal")
    },
}
"""By name without underscores."""
