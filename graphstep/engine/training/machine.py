"""The machine that runs rounds: plans that are made once, and parameters that are updated where they lie."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from graphstep.engine.inputs import check_inputs
from graphstep.engine.passes import Buffers, backward, forward, read, write
from graphstep.engine.plan import Plan, plan
from graphstep.engine.trace import Trace, finished
from graphstep.engine.training.drill import Drill
from graphstep.engine.training.examples import Examples
from graphstep.engine.training.rehearsal import Note, Turn, Watched, is_still, watching
from graphstep.engine.training.schedule import Schedule
from graphstep.engine.training.score import Score
from graphstep.engine.training.settings import Settings
from graphstep.engine.training.units import units_of
from graphstep.engine.update import (
    LEAST,
    MOST,
    Update,
    applied,
    bounded,
    is_bounded,
    is_clipped,
    length_of,
    norm_along,
    norm_of,
)
from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.optimizers import apply
from graphstep.ground.arrays import Number, kind_text, shape_of
from graphstep.ground.errors import InputError
from graphstep.ground.late import np
from graphstep.ground.operands import Shape
from graphstep.ground.records import dataclass
from graphstep.language.program import Program
from graphstep.language.setup import Setup
from graphstep.language.shapes import infer_shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

_BLOCK = 1 << 11
"""Cells that are updated at a time. What a rule makes on its way then stays in the processor's cache; arrays as large as the
parameters would be asked of the system anew in every round, which takes several times as long as the arithmetic."""

_CLEARLY = 1 - 1e-9
"""What is below this share of a bound is below the bound, however its squares are rounded."""

_OVERHEAD = 200
"""Bytes that Python and NumPy take for an object besides its cells."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Parameters and the optimizer's state before a round."""

    round: int
    """The round that comes next, from 0."""
    weights: tuple[Array, ...]
    """The cells of the parameters, one array for each stretch of them."""
    state: tuple[dict[str, Array], ...]
    """The optimizer's state, likewise."""


class Machine:
    """Runs the rounds of a training, one after the other.

    For each number of examples in a batch there is one plan with buffers that every round fills again. Parameters that follow
    each other in the program lie side by side, so that one call updates all of them.
    """

    def __init__(self, program: Program, inputs: Mapping[str, Number], settings: Settings) -> None:
        check_inputs(program, inputs)
        self.settings = settings
        """What it was told."""
        self.examples = Examples(inputs, settings)
        """Where the batches come from."""
        self.schedule = Schedule(settings.rate, settings.rounds)
        """The learning rates."""
        data = frozenset(name for name in program.inputs if name not in settings.params)
        self._program = replace(program, data=data)
        self._inputs = inputs
        self._drills: dict[int, Drill] = {}
        for size in self.examples.sizes:
            self._plan_for(size)
        self._size = self.examples.sizes[0]
        first = self._drills[self._size]
        self._nodes = [first.plan.program.names[name] for name in settings.params]
        self._stretches = list(_stretches(self._nodes))
        self._weights = [self._cells(first.plan, first.buffers.cells, span) for span in self._stretches]
        self._state = [{name: np.zeros_like(w) for name in settings.optimizer.state} for w in self._weights]
        self._rate = np.zeros(())
        self._units = units_of(first.plan.program, settings)
        self._bounded = [(self._view(self._weights, name).reshape(self._shape(name)), axes) for name, axes in self._units.items()]
        # By size of batch, as gradients lie in the buffers of its plan; None where an update cannot be watched.
        self._updates: dict[int, Score | None] = {}
        self.next = 0
        """The round that comes next, from 0."""

    # -- a round -----------------------------------------------------------------------------------------------------------------

    def forward(self) -> float:
        """The loss of the next round's batch, with the parameters as they are; the parameters stay."""
        drill = self._begin()
        drill.forward()
        return _output(drill)

    def backward(self) -> dict[str, float]:
        """The gradients of the round whose loss was just computed; returns the norm of each parameter's."""
        drill = self._drills[self._size]
        drill.backward()
        norms = {}
        for name, node, squares in zip(self.settings.params, self._nodes, drill.squares.tolist(), strict=True):
            norms[name] = math.sqrt(squares)
            if not LEAST < squares < MOST:
                norms[name] = norm_of(drill.buffers.gradients[drill.plan.starts[node] : drill.plan.starts[node + 1]])
        self._clip(drill, norms)
        return norms

    def _clip(self, drill: Drill, norms: Mapping[str, float]) -> None:
        """Shorten the gradients of the parameters where all together are longer than they may be."""
        clip = self.settings.clip
        if clip is None or not is_clipped(clip, length := length_of(norms.values())):
            return
        for span in self._stretches:
            gradient = self._cells(drill.plan, drill.buffers.gradients, span)
            # In the order of optimizers.CLIPPING, whose bits a round that is told has.
            gradient *= clip
            gradient /= length

    def update(self) -> None:
        """Move the parameters along the gradients that were just computed; that ends the round."""
        self._rate[...] = self.schedule.rate(self.next)
        score = self._updates.get(self._size)
        if score is not None:
            score.play()
        elif self.next < 2 or self._size in self._updates:
            self._update()
        else:
            self._updates[self._size] = self._watch_update()
        self._bound()
        self.next += 1

    def _bound(self) -> None:
        """Shorten the weights of units that are longer than they may be."""
        bound = self.settings.max_norm
        if bound is None:
            return
        for weights, axes in self._bounded:
            # Most rounds shorten nothing, and squares are soon added up: lengths are taken where one may be too long.
            squares = np.add.reduce(weights * weights, axis=axes)
            if np.maximum.reduce(squares, axis=None, initial=0.0) < bound * bound * _CLEARLY:
                continue
            norm = norm_along(weights, axes)
            if is_bounded(norm, bound):
                weights[...] = bounded(weights, norm, bound)["w"]

    def _update(self, notes: list[Note] | None = None) -> None:
        """Update the parameters, and write down how where notes are given."""
        m: Any = NUMBERS
        rate: Any = float(self._rate)
        turn: Any = self.next + 1

        def seen(array: Array) -> Any:
            return array if notes is None else Watched(array, notes)

        if notes is not None:
            m, rate, turn = watching(notes), seen(self._rate), Turn(lambda: self.next + 1, notes)
        drill, settings = self._drills[self._size], self.settings
        for span, weights, state in zip(self._stretches, self._weights, self._state, strict=True):
            gradient = self._cells(drill.plan, drill.buffers.gradients, span)
            for start in range(0, len(weights), _BLOCK):
                part = slice(start, start + _BLOCK)
                held = {name: seen(cells[part]) for name, cells in state.items()}
                moved = seen(weights[part])
                quantities = {"w": moved, "g": seen(gradient[part]), **held, "lr": rate, "t": turn, **settings.hyper}
                assigned = apply(settings.optimizer.rule, m, quantities, climbs=settings.climbs, in_place=True)
                # w - α·g comes back as w itself; a rule that makes a new array, such as adamw's, has it copied.
                if assigned["w"] is not moved:
                    moved[...] = assigned["w"]
                for name, cells in held.items():
                    cells[...] = assigned[name]

    def _watch_update(self) -> Score | None:
        """Update the parameters and write down how; None where that cannot be, and it was done as ever."""
        notes: list[Note] = []
        before = self.checkpoint()
        try:
            self._update(notes)
        except (TypeError, AttributeError):
            self.restore(before)
            self._update()
            return None
        # Half of an update cannot be done again: where a rule looks at numbers, it is done as ever.
        return None if any(note.function is is_still for note in notes) else Score(notes)

    def trace(self, setup: Setup, *, updates: bool = True) -> Trace:
        """The next round as a trace, from its forward pass to its updates; the machine stays where it is.

        ``setup`` is what it was opened with.
        """
        drill = self._begin()
        plan, buffers, length = drill.plan, drill.buffers, 0.0
        if self.settings.clip is not None:
            # The bits of the loop, whose sums of squares are its own.
            drill.forward()
            length = length_of(self.backward().values())
        # With all that a trace has: a drill leaves out what the loop does not need.
        forward(plan, buffers, {})
        backward(plan, buffers, 1.0, self.settings.ties)
        run = finished(plan, buffers.copy(), 1.0, self.settings.ties, setup)
        if not updates:
            return run
        return replace(
            run,
            updates=tuple(
                applied(
                    Update(
                        node,
                        self.settings.optimizer,
                        self.settings.hyper,
                        self.schedule.rate(self.next),
                        self.next,
                        self.settings.climbs,
                        run.value_of(node),
                        run.gradient_of(node),
                        self.state_of(name),
                        self.settings.clip,
                        length,
                        self.settings.max_norm if name in self._units else None,
                        self._units.get(name, ()),
                    )
                )
                for name, node in zip(self.settings.params, self._nodes, strict=True)
            ),
        )

    # -- what it knows -----------------------------------------------------------------------------------------------------------

    @property
    def params(self) -> dict[str, Number]:
        """The parameters as they are now, as copies."""
        return {name: self._part(self._weights, name) for name in self.settings.params}

    def state_of(self, name: str) -> dict[str, Number]:
        """The optimizer's state for a parameter, as copies."""
        return {key: self._part([held[key] for held in self._state], name) for key in self.settings.optimizer.state}

    def loss(self, *, held_out: bool = False) -> float:
        """The loss of all examples that are trained on, or of those that are held out, with the parameters as they are."""
        examples = self.examples
        if not held_out and examples.whole:
            return self.forward()
        drill = self._plan_for(examples.held if held_out else examples.count, held_out=held_out)
        self._bring(drill)
        drill.forward()
        return _output(drill)

    @property
    def checkpoint_size(self) -> int:
        """How many bytes a checkpoint takes, roughly."""
        arrays = [*self._weights, *(a for held in self._state for a in held.values())]
        return sum(a.nbytes + _OVERHEAD for a in arrays) + _OVERHEAD

    def checkpoint(self, spare: Checkpoint | None = None) -> Checkpoint:
        """A copy of the parameters and the state, in the arrays of another one that nobody needs any more if there is one."""
        if spare is None:
            state = tuple({name: cells.copy() for name, cells in held.items()} for held in self._state)
            return Checkpoint(self.next, tuple(w.copy() for w in self._weights), state)
        for weights, target in zip(self._weights, spare.weights, strict=True):
            target[...] = weights
        for held, targets in zip(self._state, spare.state, strict=True):
            for name, cells in held.items():
                targets[name][...] = cells
        return replace(spare, round=self.next)

    def restore(self, point: Checkpoint) -> None:
        """Go back to a checkpoint of this training."""
        for weights, kept in zip(self._weights, point.weights, strict=True):
            weights[...] = kept
        for held, kept_state in zip(self._state, point.state, strict=True):
            for name, cells in held.items():
                cells[...] = kept_state[name]
        self.next = point.round

    def set(self, name: str, value: Number, state: Mapping[str, Number]) -> None:
        """Give a parameter and the optimizer's memory of it other values, in the shapes that they have."""
        for parts, number in ((self._weights, value), *(([h[key] for h in self._state], state[key]) for key in state)):
            self._view(parts, name)[...] = np.ravel(number)

    # -- plans -------------------------------------------------------------------------------------------------------------------

    def _begin(self) -> Drill:
        """Bring the examples of the next round, and the parameters."""
        places = self.examples.places(self.next)
        self._size = self.examples.size if places is None else len(places)
        drill = self._drills[self._size]
        if places is not None:
            for name in self.examples.names:
                target = read(drill.buffers.cells, drill.plan.place(drill.plan.program.names[name]))
                # Without a mode, take would fill a copy first.
                np.take(self._inputs[name], places, axis=0, out=target, mode="clip")
        self._bring(drill)
        return drill

    def _plan_for(self, size: int, *, held_out: bool = False) -> Drill:
        # The held-out examples stay in a plan of their own: a batch of as many has other examples in its cells in every round.
        key = -1 if held_out else size
        if key in self._drills:
            return self._drills[key]
        values = dict(self._inputs)
        for name in self.examples.names:
            whole = self.examples.held_out(name) if held_out else self.examples.trained(name)
            # Any examples do: a plan needs their shape, and every round brings its own.
            values[name] = whole if isinstance(whole, float) else whole[:size]
        shapes = {name: shape_of(value) for name, value in values.items()}
        fitted = infer_shapes(self._program, shapes, self.settings.ties).program
        output = fitted.nodes[fitted.output]
        if output.shape:
            raise InputError(
                f"the output is {kind_text(output.shape)}, and a loss is a single number",
                hint="add it up: sum(…) or mean(…)",
            )
        new = plan(fitted)
        buffers = Buffers.of(new)
        for index, name in enumerate(fitted.inputs):
            write(buffers.cells, new.place(index), values[name])
        params = [fitted.names[name] for name in self.settings.params]
        self._drills[key] = Drill(new, buffers, self.settings.ties, params)
        return self._drills[key]

    def _bring(self, drill: Drill) -> None:
        """The parameters into the cells of a plan; they live in those of the first one."""
        if drill is self._drills[self.examples.sizes[0]]:
            return
        for span, weights in zip(self._stretches, self._weights, strict=True):
            self._cells(drill.plan, drill.buffers.cells, span)[...] = weights

    @staticmethod
    def _cells(plan: Plan, buffer: Array, span: tuple[int, int]) -> Array:
        return buffer[plan.starts[span[0]] : plan.starts[span[1]]]

    def _view(self, parts: list[Array], name: str) -> Array:
        plan = self._drills[self.examples.sizes[0]].plan
        node = plan.program.names[name]
        for (first, last), cells in zip(self._stretches, parts, strict=True):
            if first <= node < last:
                offset = plan.starts[first]
                return cells[plan.starts[node] - offset : plan.starts[node + 1] - offset]
        raise AssertionError("every parameter lies in a stretch")

    def _shape(self, name: str) -> Shape:
        program = self._drills[self.examples.sizes[0]].plan.program
        return program.nodes[program.names[name]].shape

    def _part(self, parts: list[Array], name: str) -> Number:
        shape, cells = self._shape(name), self._view(parts, name)
        return cells.copy().reshape(shape) if shape else float(cells[0])


def _output(drill: Drill) -> float:
    return float(drill.buffers.cells[drill.plan.starts[drill.plan.program.output]])


def _stretches(nodes: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of consecutive nodes, as the first and the one behind the last."""
    order = sorted(nodes)
    breaks = [0, *(i for i, (a, b) in enumerate(pairwise(order), 1) if b != a + 1), len(order)]
    for start, stop in pairwise(breaks):
        yield order[start], order[stop - 1] + 1
