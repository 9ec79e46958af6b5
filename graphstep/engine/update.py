"""The third phase of a round of training: a parameter moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.optimizers import CLIPPING, Assignment, Optimizer, apply
from graphstep.ground.arrays import Number, plain
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    assigned: Mapping[str, Number]
    """What each assignment of the rule made, in order: the new state, and ``w``, the new value."""
    clip: float | None = None
    """The length that the gradients of all parameters together may have; None for any."""
    length: float = 0.0
    """The length that they have in this round, as one vector; 0 where it does not matter."""

    @property
    def after(self) -> Number:
        """The parameter's new value."""
        return self.assigned["w"]

    @property
    def rule(self) -> tuple[Assignment, ...]:
        """What this round assigns: the optimizer's rule, behind a shorter gradient where it is clipped."""
        return (CLIPPING, *self.optimizer.rule) if is_clipped(self.clip, self.length) else self.optimizer.rule

    @property
    def quantities(self) -> dict[str, Number]:
        """The quantities that the formulas of the rule read, by their names there."""
        clipping: dict[str, Number] = {}
        if self.clip is not None and is_clipped(self.clip, self.length):
            clipping = {"clip": self.clip, "length": self.length}
        own = {"w": self.before, "gradient" if clipping else "g": self.gradient, **self.state}
        return {**own, "lr": self.rate, "t": self.round + 1, **self.settings, **clipping}


def update(
    node: int,
    optimizer: Optimizer,
    settings: Mapping[str, float],
    *,
    rate: float,
    round_: int,
    climbs: bool,
    before: Number,
    gradient: Number,
    state: Mapping[str, Number],
    clip: float | None = None,
    length: float = 0.0,
) -> Update:
    """Apply an optimizer's rule to one parameter, with a shorter gradient where those of all are longer than ``clip``."""
    empty = Update(node, optimizer, settings, rate, round_, climbs, before, gradient, state, {}, clip, length)
    # As vectors, whatever the shape: NumPy squares a vector's cells by another routine than a number, and the loop has vectors.
    own = ("w", "g", "gradient", *state)
    quantities = {name: np.ravel(value) if name in own else value for name, value in empty.quantities.items()}
    with np.errstate(all="ignore"):
        assigned = apply(replace(optimizer, rule=empty.rule), NUMBERS, quantities, climbs=climbs)
    return replace(empty, assigned={name: plain(np.reshape(value, np.shape(before))) for name, value in assigned.items()})


def updates_again(
    updates: Sequence[Update], before: Callable[[int], Number], gradient: Callable[[int], Number]
) -> tuple[Update, ...]:
    """The updates of a round with other values and gradients of the parameters, in the same shapes, asked for by node."""
    gradients = [gradient(each.node) for each in updates]
    length = length_of(map(norm_of, map(np.ravel, gradients))) if any(each.clip is not None for each in updates) else 0.0
    return tuple(
        update(
            each.node, each.optimizer, each.settings, rate=each.rate, round_=each.round, climbs=each.climbs,
            before=before(each.node), gradient=own, state=each.state, clip=each.clip, length=length,
        )
        for each, own in zip(updates, gradients, strict=True)
    )  # fmt: skip


def is_clipped(clip: float | None, length: float) -> bool:
    """Whether gradients of this length are shortened. What is not finite cannot be."""
    return clip is not None and clip < length < math.inf


def length_of(norms: Iterable[float]) -> float:
    """The length of several vectors as one, from the norms of each."""
    return math.sqrt(sum(norm * norm for norm in norms))


def norm_of(cells: NDArray[np.float64]) -> float:
    """The length of a vector. Its squares may overflow where it does not; then they are taken of its parts of the largest."""
    from graphstep.gates.products import dot

    # Not np.linalg.norm, which is BLAS's for a vector: the norms that are printed would depend on the CPU.
    norm = math.sqrt(dot(np, cells, cells))
    if math.isfinite(norm):
        return norm
    largest = float(np.max(np.abs(cells)))
    if not math.isfinite(largest):
        return largest
    parts = cells / largest
    return largest * math.sqrt(dot(np, parts, parts))
