"""Losses and layers as PyTorch, JAX and TensorFlow mean them: what they add up, and what they divide by."""

from __future__ import annotations

import ast

from graphstep.gates.typed import ATOM, COMPARISON
from graphstep.ground import limits
from graphstep.language.read.foreign.table import plain_name
from graphstep.language.read.numpy.pieces import Piece, binary, call, indexed, negative
from graphstep.language.read.numpy.sites import Site, UnfitError, reads
from graphstep.language.read.numpy.syntax import too_long

_CELLS = {
    "mseloss": ("({x} - {y})^2", "mse({x}, {y})"),
    "l1loss": ("abs({x} - {y})", "mean(abs({x} - {y}))"),
    **dict.fromkeys(("binarycrossentropy", "bceloss"), ("-({y}*log({x}) + (1 - {y})*log(1 - {x}))", "bce({x}, {y})")),
    **dict.fromkeys(
        ("binarycrossentropywithlogits", "bcewithlogitsloss"), ("softplus({x}) - {y}*{x}", "bce({x}, {y}, logits=true)")
    ),
    "softmarginloss": ("softplus(-{y}*{x})", "mean(softplus(-{y}*{x}))"),
    "poissonnllloss": ("exp({x}) - {y}*{x}", "mean(exp({x}) - {y}*{x})"),
    "kldiv": ("{y}*(log({y}) - {x})", "mean({y}*(log({y}) - {x}))"),
}
"""By PyTorch's name without underscores, a loss cell by cell, and its mean."""


@reads(*_CELLS)
def _loss(site: Site, x: Piece, target: Piece, reduction: str = "mean") -> Piece:
    if not site.is_torch or reduction not in ("mean", "sum", "none"):
        raise UnfitError
    cells, mean = _CELLS[plain_name(site.name)]
    text = mean if reduction == "mean" else f"sum({cells})" if reduction == "sum" else cells
    return _written(site, text, {"x": x, "y": target})


@reads("huber_loss", "smooth_l1_loss", beta="delta")
def _huber(site: Site, x: Piece, target: Piece, reduction: str = "mean", delta: Piece | None = None) -> Piece:
    if not site.is_torch or reduction not in ("mean", "sum", "none"):
        raise UnfitError
    width = "1" if delta is None else delta.text
    if reduction == "mean":
        text = "huber({x}, {y})" if delta is None else f"huber({{x}}, {{y}}, delta={width})"
    else:
        # With c the difference r cut off at ±1 it is c·(r − c/2): half a square inside, a line outside.
        cut = f"clip({{x}} - {{y}}, -{width}, {width})"
        cells = f"{cut}*({{x}} - {{y}} - {cut}/2)"
        text = f"sum({cells})" if reduction == "sum" else cells
    loss = _written(site, text, {"x": x, "y": target})
    return loss if delta is None or plain_name(site.name) == "huberloss" else binary("/", loss, delta, site.span)


def _written(site: Site, template: str, pieces: dict[str, Piece]) -> Piece:
    """A template with pieces in its braces, in parentheses where they would fall apart."""
    if template.count("{") * max(len(piece.text) for piece in pieces.values()) > limits.WRITTEN:
        raise too_long(site.of.source.text)
    parts: list[str | Piece] = []
    rest = template
    while "{" in rest:
        before, _, rest = rest.partition("{")
        name, _, rest = rest.partition("}")
        # Alone between the parentheses of a call it stands as it is; those behind - and * are no call's.
        alone = before.endswith(("(", ", ")) and rest[:1] in (",", ")") and not before.endswith(("-(", "*("))
        parts += [before, pieces[name].within(COMPARISON if alone else ATOM)]
    parts.append(rest)
    whole = template[:1].isalpha() and template.endswith(")") and template.count(" - ") + template.count("}*") == 0
    return Piece(tuple(part for part in parts if part != ""), ATOM if whole else COMPARISON, site.span)


@reads("cross_entropy", "cross_entropy_loss", "nll_loss")
def _classes(
    site: Site,
    x: Piece,
    target: Piece,
    reduction: str = "mean",
    *,
    label_smoothing: Piece | None = None,
    ignore_index: Piece | None = None,
) -> Piece:
    """``cross_entropy`` of scores and ``nll_loss`` of their logarithms, with the number of the right class."""
    of_scores = plain_name(site.name) != "nllloss"
    optional = {"label_smoothing": label_smoothing, "ignore_index": ignore_index}
    options = [f"{key}={value.text}" for key, value in optional.items() if value is not None]
    if not site.is_torch or (options and not of_scores):
        raise UnfitError
    if reduction == "mean":
        return site.call("cross_entropy" if of_scores else "nll", x, target, *options)
    if options or reduction not in ("sum", "none"):
        raise UnfitError
    logs = call("log_softmax", [x], site.span) if of_scores else x
    count = site.shape(x)
    if len(count) != 2:
        raise UnfitError
    right = indexed(logs, [f"range({count[0]})", site.of.named(target, "i")], site.span)
    return negative(call("sum", [right], site.span) if reduction == "sum" else right, site.span)


@reads("linear")
def _linear(site: Site, x: Piece, weight: Piece, bias: Piece | None = None) -> Piece:
    # PyTorch keeps a row of weights for each unit.
    product = binary("@", x, site.of.flipped(weight, site.node), site.span)
    return product if bias is None else binary("+", product, bias, site.span)


@reads("layer_norm")
def _layer_norm(
    site: Site,
    x: Piece,
    normalized_shape: ast.expr,
    weight: Piece | None = None,
    bias: Piece | None = None,
    eps: Piece | None = None,
) -> Piece:
    if not site.is_torch:
        raise UnfitError
    if len(site.of.wholes(normalized_shape) or ()) != 1:
        raise site.refusal("layer_norm is over the last axis here")
    if (weight is None) != (bias is None):
        raise UnfitError
    more = [each for each in (weight, bias) if each is not None]
    return site.call("layer_norm", x, *more, *([] if eps is None else [f"eps={eps.text}"]))


# a is how NumPy calls an array, and JAX the slope.
@reads("leaky_relu", "elu", a="slope", alpha="slope", negative_slope="slope")
def _sloped(site: Site, x: Piece, slope: Piece | None = None) -> Piece:
    """``leaky_relu`` and ``elu``, whose number may be told by name."""
    name = "elu" if plain_name(site.name) == "elu" else "leaky_relu"
    default = ["0.2"] if name == "leaky_relu" and site.library == "tf" else []
    return site.call(name, x, *(default if slope is None else [slope]))


@reads("softplus")
def _softplus(site: Site, x: Piece, beta: Piece | None = None) -> Piece:
    if beta is None:
        return site.call("softplus", x)
    span = site.span
    return binary("/", call("softplus", [binary("*", beta, x, span)], span), beta, span)


_REFUSED = {
    "dropout": ("which cells chance leaves out is not said here", "in a program it is dropout(x, 0.5, seed=0)"),
    "batchnorm": ("batch_norm has means of earlier batches in PyTorch", "in a program it is batch_norm(x, gamma, beta)"),
    **dict.fromkeys(
        ("rand", "randn", "normal", "uniform", "randint", "choice", "random", "standardnormal"),
        ("there is no chance in a run", 'give it as an input, behind the program: x="randn(2, 3, seed=0)"'),
    ),
}
"""Functions that nothing here stands for, and what to do instead."""


@reads(*_REFUSED)
def _refused(site: Site) -> Piece:
    raise site.refusal(*_REFUSED[plain_name(site.name)])
