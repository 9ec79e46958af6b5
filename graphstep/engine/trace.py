"""A run as data: values forward, contributions and gradients backward, in arrays.

A step is a view of these arrays, made when it is asked for: going back costs what going forward costs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from graphstep.engine.causes import makes_nan, makes_not_finite
from graphstep.engine.few import run_few
from graphstep.engine.gradient import Gradient, PartialSums
from graphstep.engine.inputs import check_inputs, check_seed, reshapes
from graphstep.engine.order import asked_order, ordered
from graphstep.engine.passes import Array, Buffers, backward, edge_sizes, forward, node_sizes, odd_places
from graphstep.engine.plan import Plan, plan
from graphstep.engine.recorded import Recorded
from graphstep.engine.step import Step
from graphstep.engine.update import Update, updates_again
from graphstep.engine.wires import Wire, Wires
from graphstep.gates import Ties
from graphstep.gates.rule import Call, Rule
from graphstep.ground.arrays import Number, shape_of
from graphstep.ground.late import np, quiet
from graphstep.ground.numerals import Writing
from graphstep.ground.precision import FLOAT64, Dtype, rounded
from graphstep.ground.records import dataclass
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.setup import Setup, setup_of_program
from graphstep.language.shapes import infer_shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Trace:
    """A whole run of a program, immutable: its forward pass, its backward pass, and in training the updates that follow.

    Nodes are named by their index in ``program.nodes``, edges by their number in the order of sending, steps by their number
    from 1; step 0 is the start, where only the inputs have values.
    """

    plan: Plan
    """The order of work."""
    buffers: Buffers
    """All numbers of the run, read-only. They are asked for by node and edge: :meth:`value_of`, :meth:`gradient_of`,
    :meth:`contribution_of`; where there are numbers only, a node's cell is its index, an edge's its number."""
    seed: Number
    """The gradient of the output with respect to what stands behind it: 1 unless asked otherwise; of an array 1 in every cell,
    as if its cells were added up."""
    ties: Ties
    """Who gets the gradient of max at a tie."""
    setup: Setup
    """What it was opened with: the program and the inputs as typed, and how the run is written."""
    updates: tuple[Update, ...] = ()
    """What becomes of the parameters in a round of training, a step each behind the backward pass; empty otherwise."""
    recorded: Recorded | None = None
    """What somebody else computed and these values are, to the bit; None where they are our own."""

    def __repr__(self) -> str:
        return f"<Trace of {self.program.text[:40]!r}, {len(self)} steps>"

    @cached_property
    def writing(self) -> Writing:
        """How the run is written: with how many digits, and with which letter for a whole effect."""
        return self.setup.writing

    @property
    def dtype(self) -> Dtype:
        """The type that its numbers are rounded to."""
        return self.plan.dtype

    @cached_property
    def program(self) -> Program:
        """The program that ran, with shapes at its nodes."""
        return self.plan.program

    @cached_property
    def inputs(self) -> dict[str, Number]:
        """The values of the inputs by name."""
        names = self.program.inputs
        if not self.has_arrays:
            return dict(zip(names, self.buffers.cells[: len(names)].tolist(), strict=True))
        return {name: self.value_of(i) for i, name in enumerate(names)}

    @property
    def output(self) -> Number:
        """The value of the output."""
        return self.value_of(self.program.output)

    @property
    def cell_count(self) -> int:
        """How many cells the values of all nodes have: as many as there are nodes where each is a number."""
        return self.plan.starts[-1]

    @property
    def order(self) -> tuple[int, ...] | None:
        """The gates in the order in which they send, where that was chosen; None for the reverse of the forward pass."""
        return self.plan.order

    @cached_property
    def has_arrays(self) -> bool:
        """Whether any node is an array."""
        return not isinstance(self.plan.starts, range)

    def with_inputs(self, inputs: Mapping[str, Number], texts: Mapping[str, str | None] | None = None) -> Trace:
        """The same program run with other values for some inputs, whose ``texts`` were typed; the plan stays where shapes do.

        Parameters are updated again with what they are then, unless a shape differs: the optimizer remembers none of it.
        """
        typed = {name: texts.get(name) for name in inputs} if texts else dict.fromkeys(inputs)
        values, setup = {**self.inputs, **inputs}, self.setup.edited(typed)
        if reshapes(self.program, inputs):
            return trace(self.program, values, seed=self.seed, ties=self.ties, setup=replace(setup, order=()))
        rerun = run_plan(self.plan, values, seed=self.seed, ties=self.ties, setup=setup)
        if not self.updates:
            return rerun
        return replace(rerun, updates=updates_again(self.updates, rerun.value_of, rerun.gradient_of))

    # -- nodes -------------------------------------------------------------------------------------------------------------------

    def node(self, index: int) -> Node:
        """The node with this index."""
        return self.program.nodes[index]

    def gate(self, index: int) -> Rule | None:
        """The gate of a node; None for an input."""
        return self.program.columns.rule(index)

    def value_of(self, index: int) -> Number:
        """The value of a node: a float, or an array that cannot be written to."""
        return self._number(self.buffers.cells, self.plan.starts[index], index)

    def gradient_of(self, index: int) -> Number:
        """The gradient of a node, in the shape of its value: 0 where the output does not depend on it, nan for a constant."""
        return self._number(self.buffers.gradients, self.plan.starts[index], index)

    def contribution_of(self, edge: int) -> Number:
        """The contribution of an edge, in the shape of the value it goes to."""
        return self._number(self.buffers.contributions, self.plan.edge_starts[edge], self.plan.receiver[edge])

    def _number(self, buffer: Array, start: int, node: int) -> Number:
        """The number at a place of a buffer, or the array there with the shape of a node."""
        if not self.has_arrays or not (shape := self.program.nodes[node].shape):
            return buffer.item(start)
        return self.buffers.array(buffer, start, shape)

    def call(self, index: int) -> Call:
        """A structural gate at work, for its pullback and its Jacobian. Inputs are arrays, numbers among them 0-dimensional."""
        node = self.node(index)
        values = tuple(np.asarray(value) for value in self.operand_values(index))
        return Call(values, np.asarray(self.value_of(index)), node.settings, self.ties, constants=tuple(node.constants))

    def operand_values(self, index: int) -> tuple[Number, ...]:
        """The values that a gate reads, by slot, constants included."""
        values = self._operand_values.get(index)
        if values is None:
            values = tuple(self.value_of(x) if isinstance(x, int) else x.value for x in self.node(index).operands)
            # Those of the last gate are kept: one of a thousand inputs sends a thousand times, and they are asked for each time.
            self._operand_values.clear()
            self._operand_values[index] = values
        return values

    @cached_property
    def _operand_values(self) -> dict[int, tuple[Number, ...]]:
        return {}

    def value(self, index: int, at: int | None = None) -> Number | None:
        """The value of a node at step ``at`` (the end unless given); None before it is computed."""
        if at is not None and index - self.program.first_gate + 1 > at:
            return None
        return self.value_of(index)

    def gradient(self, index: int, at: int | None = None) -> Gradient | None:
        """What a node knows of its gradient at step ``at`` (the end unless given).

        None for a constant (but for the output, which has its seed), and before the first contribution has arrived. A node on
        which the output does not depend has the complete gradient 0 from the seed on.
        """
        at = len(self) if at is None else at
        if at < self.plan.seed_step:
            return None
        if index == self.program.output:
            return Gradient(self.gradient_of(index), 1, 1)
        if not self.program.depends[index]:
            return None
        received, expected = self.plan.arrivals.received(index, at, self.plan.edge_step)
        if received == expected:
            return Gradient(self.gradient_of(index), received, received)
        if not received:
            return None
        return Gradient(self._partial_sums.of(index, received), received, expected)

    @cached_property
    def _partial_sums(self) -> PartialSums:
        return PartialSums(self)

    @cached_property
    def not_finite(self) -> tuple[int, ...]:
        """The nodes whose value is inf or nan (anywhere), in the order of the program."""
        bad = odd_places(self.buffers.cells[: self.cell_count])
        return tuple(dict.fromkeys(bisect_right(self.plan.starts, cell) - 1 for cell in bad))

    @cached_property
    def given_not_finite(self) -> tuple[int, ...]:
        """The inputs whose value is inf or nan (anywhere): nothing in the program made it so."""
        return tuple(index for index in self.not_finite if index < self.program.first_gate)

    @cached_property
    def first_not_finite(self) -> int | None:
        """The first node, in the order of the forward pass, that makes inf or nan of what it reads; None if none does.

        What an input was given, and what is inherited from there, is no node's doing: :attr:`given_not_finite`.
        """
        return next((index for index in self.not_finite if makes_not_finite(self, index)), None)

    @cached_property
    def first_nan(self) -> int | None:
        """The first node, in the order of the forward pass, that makes nan (anywhere) of what it reads; None if none does."""
        return next((index for index in self.not_finite if makes_nan(self, index)), None)

    @cached_property
    def first_edge_not_finite(self) -> int | None:
        """The first edge, in the order of the backward pass, whose contribution is inf or nan (anywhere); None if none is."""
        return next(iter(odd_places(self.contribution_sizes if self.has_arrays else self.buffers.contributions)), None)

    @cached_property
    def value_sizes(self) -> Array:
        """By node the largest absolute value in its value, shape ``(nodes,)``; nan where there is a nan."""
        return node_sizes(self.plan, self.buffers.cells[: self.plan.starts[-1]])

    @cached_property
    def gradient_sizes(self) -> Array:
        """By node the largest absolute value in its gradient, shape ``(nodes,)``; nan for constants and where there is a nan."""
        return node_sizes(self.plan, self.buffers.gradients)

    @cached_property
    def contribution_sizes(self) -> Array:
        """By edge the largest absolute value in its contribution, shape ``(edges,)``; nan where there is one."""
        return edge_sizes(self.plan, self.buffers.contributions)

    # -- wires -------------------------------------------------------------------------------------------------------------------

    def wire(self, edge: int) -> Wire:
        """The wire with this number; IndexError outside."""
        if not 0 <= edge < len(self.plan.sender):
            raise IndexError(f"edge {edge} is outside 0 … {len(self.plan.sender) - 1}")
        return Wire(self, edge)

    @property
    def wires(self) -> Wires:
        """All wires of the run, in the order in which they send."""
        return Wires(self, range(len(self.plan.sender)))

    def arrivals(self, index: int) -> Wires:
        """The wires that bring contributions to a node, in the order of their arrival."""
        return Wires(self, self.plan.arrivals[index])

    def sends(self, index: int) -> Wires:
        """The wires along which a gate sends contributions, by slot."""
        return Wires(self, self.plan.edges_of(index))

    def sent(self, at: int) -> Wires:
        """The wires that have sent by step ``at``, in the order in which they do."""
        return Wires(self, range(bisect_right(self.plan.edge_step, at)))

    def between(self, sender: int, receiver: int) -> Wires:
        """The wires along which a gate sends to a node, by slot; ``x*x`` sends to x twice."""
        return Wires(self, tuple(edge for edge in self.plan.edges_of(sender) if self.plan.receiver[edge] == receiver))

    def wire_at(self, gate: int, slot: int) -> Wire | None:
        """The wire that enters a gate in a slot; None where nothing is sent: from a constant, or off the ways to the output."""
        edge = self.plan.edge_at(gate, slot)
        return None if edge is None else Wire(self, edge)

    # -- steps -------------------------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        """How many steps the run has."""
        return self.plan.last_step + len(self.updates)

    @property
    def seed_step(self) -> int:
        """The number of the step that seeds the output: the first of the backward pass."""
        return self.plan.seed_step

    @property
    def last_backward_step(self) -> int:
        """The number of the last step of the backward pass; updates come behind it."""
        return self.plan.last_step

    def step(self, n: int) -> Step:
        """The step with number ``n``, from 0 (the start) to ``len(trace)``; IndexError outside."""
        if n == 0:
            return Step(self, 0, "start", self.program.output, None)
        if not 1 <= n <= len(self):
            raise IndexError(f"step {n} is outside 0 … {len(self)}")
        if n > self.plan.last_step:
            return Step(self, n, "update", self.updates[n - self.plan.last_step - 1].node, None)
        event, subject = self.plan.event(n)
        if event == "send":
            return Step(self, n, event, int(self.plan.receiver[subject]), subject)
        return Step(self, n, event, subject, None)

    def step_of_value(self, index: int) -> int:
        """The number of the step that computes a node; 0 for an input."""
        return max(0, index - self.program.first_gate + 1)

    def step_of_sum(self, index: int) -> int | None:
        """The number of the step that adds up a node's contributions; None where fewer than two arrive."""
        return self.plan.step_of_sum(index)

    def step_of_gradient(self, index: int) -> int | None:
        """The number of the step that completes a node's gradient; None for constants and where nothing arrives."""
        if index == self.program.output:
            return self.plan.seed_step
        if not (edges := self.plan.arrivals[index]):
            return None
        return int(self.plan.edge_step[edges[-1]]) + (len(edges) > 1)

    def gate_at(self, n: int) -> int | None:
        """The gate at work in step ``n``: the one that computes or sends (for a sum the last sender).

        None at the start. In an update no gate works; there it is the parameter, which is what the step is about.
        """
        if n > self.plan.last_step:
            return self.step(n).node
        return None if n == 0 else self.plan.gate_at(n)

    @property
    def gates_at(self) -> NDArray[np.int32]:
        """By step of both passes, less one, the gate at work, as :meth:`gate_at` has it; shape ``(steps,)``."""
        return self.plan.gates_at

    def over(self, n: int) -> int:
        """The number of the step that finishes the next gate's work after step ``n``."""
        return self.plan.over(n, len(self))

    def back_over(self, n: int) -> int:
        """The number of the step before the work of the gate of step ``n`` began."""
        return self.plan.back_over(n)


def trace(
    program: Program, inputs: Mapping[str, Number], *, seed: Number = 1.0, ties: Ties = "first", setup: Setup | None = None
) -> Trace:
    """Run a program forward and backward.

    Its shapes are inferred first (:func:`graphstep.language.shapes.infer_shapes`): the trace's program may have more nodes.
    ``setup`` is what it was opened with, unless that was nothing but the program's text. Raises InputError when an input
    has no value, or when a value has no input, and ShapeError when shapes do not go together.
    """
    check_inputs(program, inputs)
    fitted = infer_shapes(program, {name: shape_of(value) for name, value in inputs.items()}, ties)
    return run_fitted(fitted.program, inputs, seed=seed, ties=ties, setup=setup, order=asked_order(fitted.program, setup))


def run_fitted(
    program: Program,
    inputs: Mapping[str, Number],
    *,
    seed: Number = 1.0,
    ties: Ties = "first",
    setup: Setup | None = None,
    order: Sequence[int] | None = None,
) -> Trace:
    """Run a fitted program, its gates sending in ``order`` on the way back; raises as :func:`trace` does."""
    order, setup = ordered(program, order, setup)
    dtype = FLOAT64 if setup is None else setup.dtype
    return run_plan(plan(program, order, dtype), inputs, seed=seed, ties=ties, setup=setup)


def run_plan(
    plan: Plan, inputs: Mapping[str, Number], *, seed: Number = 1.0, ties: Ties = "first", setup: Setup | None = None
) -> Trace:
    """Run a plan that is already made, with inputs of the shapes that it was made for; raises as :func:`trace` does."""
    check_inputs(plan.program, inputs)
    check_seed(plan.program, seed)
    seed = rounded(seed, plan.dtype)
    setup = setup or setup_of_program(plan.program, inputs, seed=seed, ties=ties)
    # IEEE gives inf and nan where it must, and the step that made one says so.
    with quiet():
        if plan.is_few and (few := run_few(plan, inputs, seed, ties)) is not None:
            return Trace(plan, few, seed, ties, setup)
        buffers = Buffers.of(plan)
        forward(plan, buffers, inputs)
        backward(plan, buffers, seed, ties)
    return finished(plan, buffers, seed, ties, setup)


def finished(plan: Plan, buffers: Buffers, seed: Number, ties: Ties, setup: Setup) -> Trace:
    """The trace of a run that has filled its buffers; nobody writes to them any more."""
    buffers.freeze(plan)
    return Trace(plan, buffers, seed, ties, setup)
