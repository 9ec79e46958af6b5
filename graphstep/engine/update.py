"""The third phase of a round of training: a parameter moves."""

from __future__ import annotations

from collections.abc import Mapping

from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.optimizers import Optimizer, apply
from graphstep.ground.arrays import Number, plain
from graphstep.ground.late import np
from graphstep.ground.records import dataclass


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

    @property
    def after(self) -> Number:
        """The parameter's new value."""
        return self.assigned["w"]

    def again(self, before: Number, gradient: Number) -> Update:
        """The same update of the parameter with another value and gradient, of the same shape."""
        return update(
            self.node, self.optimizer, self.settings,
            rate=self.rate, round_=self.round, climbs=self.climbs, before=before, gradient=gradient, state=self.state,
        )  # fmt: skip

    @property
    def quantities(self) -> dict[str, Number]:
        """The quantities that the formulas of the rule read, by their names there."""
        return {"w": self.before, "g": self.gradient, **self.state, "lr": self.rate, "t": self.round + 1, **self.settings}


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
) -> Update:
    """Apply an optimizer's rule to one parameter."""
    # As vectors, whatever the shape: NumPy squares a vector's cells by another routine than a number, and the loop has vectors.
    vectors = {name: np.ravel(value) for name, value in {"w": before, "g": gradient, **state}.items()}
    quantities = {**vectors, "lr": rate, "t": round_ + 1, **settings}
    with np.errstate(all="ignore"):
        assigned = apply(optimizer, NUMBERS, quantities, climbs=climbs)
    parameters = {name: plain(np.reshape(value, np.shape(before))) for name, value in assigned.items()}
    return Update(node, optimizer, settings, rate, round_, climbs, before, gradient, state, parameters)
