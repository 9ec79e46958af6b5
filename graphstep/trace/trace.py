"""A run as data: values forward, contributions and gradients backward, in arrays.

A step is a view of these arrays, made when it is asked for: going back costs what going forward costs.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from graphstep.errors import InputError, did_you_mean
from graphstep.gates import GATES, Gate, Ties
from graphstep.trace.passes import Array, backward, forward
from graphstep.trace.plan import SEED, SEND, SUM, VALUE, Plan, plan
from graphstep.trace.step import Event, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphstep.expression import Node, Program

_EVENTS: dict[int, Event] = {VALUE: "value", SEED: "seed", SEND: "send", SUM: "sum"}


@dataclass(frozen=True, slots=True)
class Gradient:
    """What a node knows of its gradient at some step."""

    value: float
    """The sum of the contributions so far."""
    received: int
    """How many contributions have arrived."""
    expected: int
    """How many will arrive in all."""

    @property
    def complete(self) -> bool:
        """Whether this is the gradient and no longer a part of it."""
        return self.received == self.expected


@dataclass(frozen=True, eq=False)
class Trace:
    """A whole run of a program, immutable: its forward pass and its backward pass.

    Nodes are named by their index in ``program.nodes``, edges by their number in the order of sending, steps by their number
    from 1; step 0 is the start, where only the inputs have values.
    """

    plan: Plan
    """The order of work."""
    values: Array
    """Value of every node, shape ``(nodes,)``."""
    gradients: Array
    """Gradient of every node, shape ``(nodes,)``; 0 where the output does not depend on it, nan for constants."""
    locals: Array
    """Local gradient of every edge, shape ``(edges,)``."""
    contributions: Array
    """Contribution of every edge, shape ``(edges,)``."""
    seed: float
    """The gradient of the output with respect to what stands behind it: 1 unless asked otherwise."""
    ties: Ties
    """Who gets the gradient of max at a tie."""

    @property
    def program(self) -> Program:
        """What ran."""
        return self.plan.program

    @property
    def inputs(self) -> dict[str, float]:
        """The values of the inputs by name."""
        return {name: float(self.values[i]) for i, name in enumerate(self.program.inputs)}

    @property
    def output(self) -> float:
        """The value of the output."""
        return float(self.values[self.program.output])

    def with_inputs(self, inputs: Mapping[str, float]) -> Trace:
        """The same program run with other values for some inputs; the plan is not made again."""
        return run_plan(self.plan, {**self.inputs, **inputs}, seed=self.seed, ties=self.ties)

    # -- nodes -------------------------------------------------------------------------------------------------------------------

    def node(self, index: int) -> Node:
        """The node with this index."""
        return self.program.nodes[index]

    def gate(self, index: int) -> Gate | None:
        """The gate of a node; None for an input."""
        name = self.program.nodes[index].gate
        return None if name is None else GATES[name]

    def operand_values(self, index: int) -> tuple[float, ...]:
        """The values that a gate reads, by slot, constants included."""
        return tuple(float(self.values[x]) if isinstance(x, int) else x.value for x in self.node(index).operands)

    def value(self, index: int, at: int | None = None) -> float | None:
        """The value of a node at step ``at`` (the end unless given); None before it is computed."""
        if at is not None and index - self.program.first_gate + 1 > at:
            return None
        return float(self.values[index])

    def gradient(self, index: int, at: int | None = None) -> Gradient | None:
        """What a node knows of its gradient at step ``at`` (the end unless given).

        None for a constant, and before the first contribution has arrived. A node on which the output does not depend has the
        complete gradient 0 from the seed on.
        """
        at = len(self) if at is None else at
        if at < self.plan.seed_step or not self.program.depends[index]:
            return None
        if index == self.program.output:
            return Gradient(float(self.gradients[index]), 1, 1)
        edges = self.plan.arrivals[index]
        if not edges:
            return Gradient(0.0, 0, 0)
        received = bisect_right(edges, at, key=self.plan.edge_step.__getitem__)
        if received == len(edges):
            return Gradient(float(self.gradients[index]), received, received)
        if not received:
            return None
        if index not in self._sums:
            # Kept, since a hub is asked at each of its thousands of contributions.
            self._sums[index] = np.cumsum(self.contributions[list(edges)])
        return Gradient(float(self._sums[index][received - 1]), received, len(edges))

    @cached_property
    def _sums(self) -> dict[int, Array]:
        return {}

    @cached_property
    def first_not_finite(self) -> int | None:
        """The first node, in the order of the forward pass, whose value is inf or nan; None if there is none."""
        bad = np.flatnonzero(~np.isfinite(self.values))
        return int(bad[0]) if bad.size else None

    @cached_property
    def first_edge_not_finite(self) -> int | None:
        """The first edge, in the order of the backward pass, whose contribution is inf or nan; None if there is none."""
        bad = np.flatnonzero(~np.isfinite(self.contributions))
        return int(bad[0]) if bad.size else None

    # -- steps -------------------------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        """How many steps the run has."""
        return len(self.plan.events)

    def step(self, n: int) -> Step:
        """The step with number ``n``, from 0 (the start) to ``len(trace)``; IndexError outside."""
        if n == 0:
            return Step(self, 0, "start", self.program.output, None)
        if not 1 <= n <= len(self):
            raise IndexError(f"step {n} is outside 0 … {len(self)}")
        subject = int(self.plan.subjects[n - 1])
        event = _EVENTS[int(self.plan.events[n - 1])]
        if event == "send":
            return Step(self, n, event, int(self.plan.receiver[subject]), subject)
        return Step(self, n, event, subject, None)

    def step_of_value(self, index: int) -> int:
        """The number of the step that computes a node; 0 for an input."""
        return max(0, index - self.program.first_gate + 1)

    def step_of_gradient(self, index: int) -> int | None:
        """The number of the step that completes a node's gradient; None for constants and where nothing arrives."""
        if index == self.program.output:
            return self.plan.seed_step
        if index in self.plan.sum_step:
            return self.plan.sum_step[index]
        edges = self.plan.arrivals[index]
        return int(self.plan.edge_step[edges[-1]]) if edges else None

    def gate_at(self, n: int) -> int | None:
        """The gate at work in step ``n``: the one that computes or sends (for a sum the last sender); None at the start."""
        return None if n == 0 else int(self.plan.gates_at[n - 1])

    def over(self, n: int) -> int:
        """The number of the step that finishes the next gate's work after step ``n``."""
        if n >= len(self):
            return len(self)
        m = n + 1
        while m < len(self) and self._same_work(m, m + 1):
            m += 1
        return m

    def back_over(self, n: int) -> int:
        """The number of the step before the work of the gate of step ``n`` began."""
        if n <= 0:
            return 0
        m = n
        while m > 1 and self._same_work(m - 1, m):
            m -= 1
        return m - 1

    def _same_work(self, m: int, n: int) -> bool:
        events, gates = self.plan.events, self.plan.gates_at
        return bool(gates[m - 1] == gates[n - 1] and events[m - 1] >= SEND and events[n - 1] >= SEND)


def trace(program: Program, inputs: Mapping[str, float], *, seed: float = 1.0, ties: Ties = "first") -> Trace:
    """Run a program forward and backward.

    Raises InputError when an input has no value, or when a value has no input.
    """
    return run_plan(plan(program), inputs, seed=seed, ties=ties)


def run_plan(made: Plan, inputs: Mapping[str, float], *, seed: float = 1.0, ties: Ties = "first") -> Trace:
    """Run a plan that is already made; raises as :func:`trace` does."""
    check_inputs(made.program, inputs)
    # IEEE gives inf and nan where it must, and the step that made one says so: a warning on top would be noise.
    with np.errstate(all="ignore"):
        cells = forward(made, inputs)
        gradients, local, contributions = backward(made, cells, seed, ties)
    values = cells[: len(made.program.nodes)]
    for array in (values, gradients, local, contributions):
        array.flags.writeable = False
    return Trace(made, values, gradients, local, contributions, seed, ties)


def difference(one: Trace, other: Trace) -> float:
    """The largest relative difference between two runs of the same inputs: of their outputs and of their inputs' gradients.

    0 where both are equal, both infinite with one sign, or both nan. It says how well a composite gate and its parts agree.
    """
    mine = [one.output, *(float(one.gradients[i]) for i in range(len(one.program.inputs)))]
    rank = {name: i for i, name in enumerate(other.program.inputs)}
    theirs = [other.output, *(float(other.gradients[rank[name]]) for name in one.program.inputs)]
    a, b = np.array(mine), np.array(theirs)
    with np.errstate(all="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        apart = np.where(same, 0.0, np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)))
    return float(np.max(np.where(np.isnan(apart), np.inf, apart)))


def check_inputs(program: Program, inputs: Mapping[str, float]) -> None:
    """Raise InputError unless there is exactly one value for each input of the program."""
    missing = [name for name in program.inputs if name not in inputs]
    if missing:
        names = ", ".join(missing)
        example = " ".join(f"{name}=…" for name in missing)
        raise InputError(f"no value for {names}", hint=f"give one on the command line: {example}")
    for name in inputs:
        if name in program.inputs:
            continue
        if name in program.names:
            raise InputError(
                f"'{name}' is assigned in the program, so it cannot be given a value",
                hint=f"leave {name}= out, or the statement that assigns it",
            )
        known = f"its inputs are {', '.join(program.inputs)}" if program.inputs else "it has no inputs"
        raise InputError(f"'{name}' does not stand in the program", hint=did_you_mean(name, program.inputs) or known)
