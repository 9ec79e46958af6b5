"""The third phase of a round of training: a parameter moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.optimizers import BOUNDING, CLIPPING, Assignment, Optimizer, apply
from graphstep.ground.arrays import Number, plain
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray


LEAST, MOST = 1e-280, 1e300
"""Between these a sum of squares says what a length is: no square overflowed, and one that lost its digits near 0 is too small to
show. Of a gradient that vanishes, 1e-170, the square is 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """One parameter in one round: what it was, what the optimizer knew, and what it became."""

    node: int
    """The parameter's node."""
    optimizer: Optimizer
    """The row whose rule is applied."""
    settings: Mapping[str, float]
    """The settings of the optimizer."""
    rate: float
    """The learning rate of this round."""
    round: int
    """The number of the round, from 0; the number of the update is one more."""
    climbs: bool
    """Whether the output is to rise instead of to fall."""
    before: Number
    """The parameter before; it has the shape of the node, as has everything below."""
    gradient: Number
    """The gradient that this round's backward pass gave it."""
    state: Mapping[str, Number]
    """What the optimizer remembered of it."""
    clip: float | None = None
    """The length that the gradients of all parameters together may have; None for any."""
    length: float = 0.0
    """The length that they have in this round, as one vector; 0 where it does not matter."""
    bound: float | None = None
    """The length that the weights of a unit may have; None for any, and for a parameter that has no such weights."""
    axes: tuple[int, ...] = ()
    """The axes along which the weights of a unit stand."""
    assigned: Mapping[str, Number] = field(default_factory=dict)
    """What each assignment of the rule made, in order: the new state, and ``w``, the new value; empty before :func:`applied`."""
    norm: Number = 0.0
    """The lengths of the weights of each unit, as the optimizer's rule made them; 0 where they do not matter."""

    @property
    def after(self) -> Number:
        """The parameter's new value."""
        return self.assigned["w"]

    @property
    def rule(self) -> tuple[Assignment, ...]:
        """What this round assigns: the optimizer's rule, behind a shorter gradient where it is clipped, and in front of shorter
        weights where they are bounded.
        """
        rule = (CLIPPING, *self.optimizer.rule) if is_clipped(self.clip, self.length) else self.optimizer.rule
        return (*rule[:-1], replace(rule[-1], name="w_hat"), *BOUNDING) if self.is_bounded else rule

    @property
    def is_bounded(self) -> bool:
        """Whether the weights of some unit are made shorter."""
        return self.bound is not None and is_bounded(self.norm, self.bound)

    @property
    def quantities(self) -> dict[str, Number]:
        """The quantities that the formulas of the rule read, by their names there."""
        more: dict[str, Number] = {}
        clipped = self.clip is not None and is_clipped(self.clip, self.length)
        if self.clip is not None and clipped:
            more |= {"clip": self.clip, "length": self.length}
        if self.bound is not None and self.is_bounded:
            more |= {"bound": self.bound, "norm": self.norm}
        own = {"w": self.before, "gradient" if clipped else "g": self.gradient, **self.state}
        return {**own, "lr": self.rate, "t": self.round + 1, **self.settings, **more}


def applied(update: Update) -> Update:
    """An update with what its rule assigns."""
    # Whether weights are bounded shows when they are there.
    start = replace(update, norm=0.0)
    # As vectors, whatever the shape: NumPy squares a vector's cells by another routine than a number, and the loop has vectors.
    own = ("w", "g", "gradient", *update.state)
    quantities = {name: np.ravel(value) if name in own else value for name, value in start.quantities.items()}
    with np.errstate(all="ignore"):
        assigned = apply(start.rule, NUMBERS, quantities, climbs=update.climbs)
        shaped = {name: plain(np.reshape(value, np.shape(update.before))) for name, value in assigned.items()}
        if update.bound is not None:
            start = replace(update, norm=norm_along(shaped["w"], update.axes))
        if update.bound is not None and start.is_bounded:
            # Again under its own name, and in its place in front of what is made of it.
            shaped["w_hat"] = shaped.pop("w")
            shaped |= bounded(shaped["w_hat"], start.norm, update.bound)
    return replace(start, assigned=shaped)


def updates_again(
    updates: Sequence[Update], before: Callable[[int], Number], gradient: Callable[[int], Number]
) -> tuple[Update, ...]:
    """The updates of a round with other values and gradients of the parameters, in the same shapes, asked for by node."""
    gradients = [gradient(each.node) for each in updates]
    length = length_of(map(norm_of, map(np.ravel, gradients))) if any(each.clip is not None for each in updates) else 0.0
    return tuple(
        applied(replace(each, before=before(each.node), gradient=own, length=length))
        for each, own in zip(updates, gradients, strict=True)
    )


def is_clipped(clip: float | None, length: float) -> bool:
    """Whether gradients of this length are shortened. What is not finite cannot be."""
    return clip is not None and clip < length < math.inf


def is_bounded(norm: Number, bound: float) -> bool:
    """Whether some of these lengths of weights are shortened. Where one is not finite none is."""
    return bool(np.all(np.isfinite(norm)) and np.any(np.greater(norm, bound)))


def bounded(weights: Number, norm: Number, bound: float) -> dict[str, Number]:
    """What :data:`~graphstep.gates.optimizers.BOUNDING` assigns: by how much the weights of each unit shrink, and the weights."""
    return apply(BOUNDING, NUMBERS, {"w_hat": weights, "norm": norm, "bound": bound})


def length_of(norms: Iterable[float]) -> float:
    """The length of several vectors as one, from the norms of each."""
    return norm_of(np.array([*norms]))


def norm_of(cells: NDArray[np.float64]) -> float:
    """The length of a vector."""
    from graphstep.gates.products import dot

    # Not np.linalg.norm, which is BLAS's for a vector: the norms that are printed would depend on the CPU.
    squares = float(dot(np, cells, cells))
    return math.sqrt(squares) if LEAST < squares < MOST else float(norm_along(cells, (0,)))


def norm_along(weights: Number, axes: tuple[int, ...]) -> Number:
    """The lengths along some axes, which stay as axes of one entry; one number where these are all."""
    from graphstep.gates.rows.reductions import length

    # As the gate that takes lengths does it: squares may be too large or too small for numbers where a length is neither.
    norms = length(np, np.asarray(weights), {"axis": axes, "keepdims": True})
    return float(norms.reshape(())) if norms.size == 1 else norms
