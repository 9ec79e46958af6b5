"""Normalisations: of a batch, column by column, and of a layer, case by case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from graphstep.gates.rows.movement import broadcasts, gathered, gathered_term, gathered_text
from graphstep.gates.rows.reductions import deviation, length, mean_square
from graphstep.gates.rows.spelling import typed
from graphstep.gates.rule import Call, MisfitError, Options, Rule, Structure
from graphstep.ground.arrays import kind_text
from graphstep.ground.operands import Shape
from graphstep.ground.records import dataclass


def _batch_norm_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    x = shapes[0]
    if not x:
        raise MisfitError("its input is a single number, not a batch", "give a matrix with a row for each case")
    for name, shape in zip(("gamma", "beta"), shapes[1:], strict=True):
        if not broadcasts(shape, x):
            raise MisfitError(f"this {name} does not go with the batch", f"it must be {kind_text(x[1:])}")
    return x


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells along an axis, which are brought to the mean square 1 together; from their mean, or from 0 as they are."""

    axis: int
    centred: bool = True

    def _centre(self, np: Any, x: Any) -> Any:
        return deviation(np, x, {"axis": self.axis}) if self.centred else x

    def _mean(self, np: Any, x: Any) -> Any:
        # Not np.mean: of no cells it warns besides giving nan.
        return np.divide(x.sum(axis=self.axis, keepdims=True), x.shape[self.axis])

    def _normal(self, np: Any, x: Any, options: Options) -> tuple[Any, Any]:
        """The cells brought to the mean square 1, and what they were divided by: the root of their mean square, ε added."""
        away, over = self._centre(np, x), {"axis": self.axis, "keepdims": True}
        square = mean_square(np, away, over)
        # ε under the root, as in the paper on batch normalisation (Ioffe and Szegedy, 2015, algorithm 1) and in PyTorch.
        if np.all((square > 1e-280) & (square < 1e300)):
            spread = np.sqrt(square + options["eps"])
        else:
            # The squares are no numbers any more, or none that hold their digits; the root of their mean is.
            spread = np.hypot(length(np, away / np.sqrt(x.shape[self.axis]), over), np.sqrt(options["eps"]))
        return away / spread, spread

    def value(self, np: Any, inputs: Sequence[Any], options: Options) -> Any:
        """The cells brought to the mean square 1, scaled by gamma, and shifted where there is a beta."""
        x, gamma, *beta = inputs
        scaled = gamma * self._normal(np, x, options)[0]
        return scaled + beta[0] if beta else scaled

    def pullback(self, np: Any, call: Call, slot: int, upstream: Any) -> Any:
        """The contribution to the input of a slot: x, gamma or beta."""
        x, gamma = call.inputs[:2]
        if slot == 2:
            return gathered(np, upstream, np.shape(call.inputs[2]))
        normal, spread = self._normal(np, x, call.options)
        if slot == 1:
            return gathered(np, upstream * normal, np.shape(gamma))
        # What arrives loses its part along what was normalised, of which only the share of ε is left: that has the mean square
        # 1 − ε/spread². Its part and the mean may be nearly all that arrives, as in a batch of two. So they are taken out as a
        # part across and a part along, and once more from what rounding has left of them.
        across, size = self._centre(np, upstream * gamma), (normal * normal).sum(axis=self.axis, keepdims=True)
        along = np.zeros(size.shape)
        for _ in range(2):
            share = np.divide((across * normal).sum(axis=self.axis, keepdims=True), np.where(size == 0, 1.0, size))
            across, along = self._centre(np, across - normal * share), along + share
        return (across + normal * along * (call.options["eps"] / spread / spread)) / spread

    def push(self, np: Any, call: Call, slot: int, direction: Any) -> Any:
        """How the value moves when the input of a slot does."""
        x, gamma = call.inputs[:2]
        if slot == 2:
            return np.broadcast_to(direction, x.shape)
        normal, spread = self._normal(np, x, call.options)
        if slot == 1:
            return direction * normal
        # The quotient rule: the spread moves by the mean of normal · moved.
        moved = direction - self._mean(np, direction) if self.centred else direction
        return gamma * (moved - normal * self._mean(np, normal * moved)) / spread


_BATCH, _LAYER, _SIZES = _Cells(0), _Cells(-1), _Cells(-1, centred=False)
"""The cases of a batch, column by column; the cells of a case; the same with their size alone."""


def _batch_norm_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    x, gamma, _ = terms
    normal = m.call("normalised", x)
    if slot == 0:
        inner = upstream - m.over("mean", upstream, 0) - normal * m.over("mean", upstream * normal, 0)
        return gamma / m.sqrt(m.over("var", x, 0) + m.exactly(options["eps"])) * inner
    whole = upstream * normal if slot == 1 else upstream
    return gathered_term(m, whole, options["shapes"][slot], options["shapes"][0])


def _layer_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    x = shapes[0]
    if not x or not x[-1]:
        raise MisfitError("its input has no cells along a last axis", "give a vector, or a matrix with a row for each case")
    for name, shape in zip(("gamma", "beta"), shapes[1:], strict=False):
        if not broadcasts(shape, x):
            raise MisfitError(f"this {name} does not go with the cases", f"it must be {kind_text(x[-1:])}")
    return x


def _case_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    """The contribution of a normalisation case by case; with a shift it is one from the mean."""
    x, gamma, *shift = terms
    normal, axis = m.call("normalised", x), None if len(options["shapes"][0]) == 1 else -1
    if slot:
        whole = upstream * normal if slot == 1 else upstream
        return gathered_term(m, whole, options["shapes"][slot], options["shapes"][0])
    arriving = upstream * gamma
    inner = arriving - m.over("mean", arriving, axis) if shift else arriving
    size = m.over("var", x, axis) if shift else m.over("mean", x**2, axis)
    return (inner - normal * m.over("mean", arriving * normal, axis)) / m.sqrt(size + m.exactly(options["eps"]))


def _returned(of: _Cells, function: str) -> Callable[[int, Sequence[Shape], Options], str]:
    """The contribution of a normalisation as a program, of its own value and a length: neither squares what is too large."""
    over = f", axis={of.axis}, keepdims=true"

    def text(slot: int, shapes: Sequence[Shape], options: Options) -> str:
        x, eps = shapes[0], typed(options["eps"])
        normal = f"{function}(x, {'1, 0' if of.centred else '1'}, eps={eps})"
        if slot:
            return gathered_text(f"d*{normal}" if slot == 1 else "d", shapes[slot], x)
        size = f"std(x{over})" if of.centred else f"norm(x{over})/sqrt({x[of.axis]})"
        mean = f" - mean(q{over})" if of.centred else ""
        return f"q = d*y; n = {normal}; (q{mean} - n*mean(q*n{over}))/hypot({size}, sqrt({eps}))"

    return text


def _structure(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    if slot == 0:
        return "dense" if len(shapes[0]) == 1 else "block"
    if shapes[slot] == shapes[0]:
        return "diagonal"
    if slot == 2:
        return "repetition"
    return "block" if prod(shapes[1]) > 1 else "dense"


NORMALISATION = (
    Rule(
        "batch_norm",
        "batch norm",
        _batch_norm_shape,
        _BATCH.value,
        _BATCH.pullback,
        _BATCH.push,
        _structure,
        lambda m, terms, options: m.call("batch_norm", *terms),
        _batch_norm_pulled,
        "The batch norm gate takes its mean over the batch from every column of {x} and divides by √(variance + ε); "
        "then it scales by {y} and shifts by {z}.",
        (
            "Every case moves the mean and the variance of its column, so what arrives loses its mean and its part "
            "along the normalised column; the rest is scaled by {y} over √(variance + ε).",
            "The scale meets every case of the batch: the upstream gradient times the normalised column, added up over it.",
            "The shift is added to every case of the batch, so the upstream gradient is added up over the batch.",
        ),
        pattern=("", "switcher", "adder"),
        arity=(3, 3),
        keywords={"eps": "number"},
        # PyTorch's; Keras takes 1e-3, for this one and for layers.
        defaults={"eps": 1e-5},
        multiplications=lambda slot, shapes, options: (5, 2, 0)[slot] * prod(shapes[0]),
        returned=_returned(_BATCH, "batch_norm"),
        expansion=lambda options: f"y * ((x - mean(x, axis=0)) / sqrt(var(x, axis=0) + {typed(options['eps'])})) + z",
    ),
    Rule(
        "layer_norm",
        "layer norm",
        _layer_shape,
        _LAYER.value,
        _LAYER.pullback,
        _LAYER.push,
        _structure,
        lambda m, terms, options: m.call("layer_norm", *terms),
        _case_pulled,
        "The layer norm gate takes its mean over the last axis from every case of {x} and divides by √(variance + ε); "
        "then it scales by {y} and shifts by {z}.",
        (
            "Every cell moves the mean and the variance of its case, so what arrives loses its mean and its part along the "
            "normalised case; the rest is scaled by {y} over √(variance + ε).",
            "The scale meets every case: the upstream gradient times the normalised cases, added up over them.",
            "The shift is added to every case, so the upstream gradient is added up over them.",
        ),
        pattern=("", "switcher", "adder"),
        arity=(3, 3),
        keywords={"eps": "number"},
        defaults={"eps": 1e-5},
        fillers=(1.0, 0.0),
        multiplications=lambda slot, shapes, options: (5, 2, 0)[slot] * prod(shapes[0]),
        returned=_returned(_LAYER, "layer_norm"),
        expansion=lambda options: (
            f"y * ((x - mean(x, axis=-1, keepdims=true)) / sqrt(var(x, axis=-1, keepdims=true) + {typed(options['eps'])})) + z"
        ),
    ),
    Rule(
        "rms_norm",
        "rms norm",
        _layer_shape,
        _SIZES.value,
        _SIZES.pullback,
        _SIZES.push,
        _structure,
        lambda m, terms, options: m.call("rms_norm", *terms),
        _case_pulled,
        "The rms norm gate divides every case of {x} by √(mean of its squares over the last axis + ε), then scales it by {y}.",
        (
            "Every cell moves the size of its case, so what arrives loses its part along the normalised case; the rest is scaled "
            "by {y} over that root.",
            "The scale meets every case: the upstream gradient times the normalised cases, added up over them.",
        ),
        pattern=("", "switcher"),
        arity=(2, 2),
        keywords={"eps": "number"},
        # As in T5 and Flax; PyTorch takes the distance from 1 to the next number of the type.
        defaults={"eps": 1e-6},
        fillers=(1.0,),
        multiplications=lambda slot, shapes, options: (4, 2)[slot] * prod(shapes[0]),
        returned=_returned(_SIZES, "rms_norm"),
        expansion=lambda options: f"y * (x / sqrt(mean(x^2, axis=-1, keepdims=true) + {typed(options['eps'])}))",
    ),
)
