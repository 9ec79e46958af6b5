"""The passes of a plan as they are done round after round: watched once, and then played again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from graphstep.engine.levels import Batch, Index, Level, Region
from graphstep.engine.passes import Buffers, backward, compute_batch, forward, read, send_batch
from graphstep.engine.plan import Plan
from graphstep.engine.training.rehearsal import Note, UnwatchedError, Watched, exchange, knowing, numbers, watching
from graphstep.engine.training.score import Score, squares
from graphstep.gates import Ties
from graphstep.gates.elementwise import contribution
from graphstep.gates.rule import Call
from graphstep.ground.late import np
from graphstep.ground.precision import FLOAT64

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

GATES = 1_000
"""Gates up to which passes are watched, for what each of them calls is kept. Of more, many are computed together."""

SPARE = 64_000_000
"""Bytes that may be kept for what is made on the way."""

FEW = 16
"""Single cells up to which each is a call; more are put where they belong together."""


class Drill:
    """Both passes of one plan, with the seed 1. A first round is done as ever, the second is watched."""

    def __init__(self, plan: Plan, buffers: Buffers, ties: Ties, params: Sequence[int]) -> None:
        self.plan = plan
        """What is done."""
        self.buffers = buffers
        """Where its numbers lie."""
        self.squares = np.zeros(len(params))
        """By parameter the sum of the squares of its gradient, after :meth:`backward`."""
        self._ties = ties
        self._params = [buffers.gradients[plan.starts[node] : plan.starts[node + 1]] for node in params]
        self._rounds = 0
        self._notes: list[Note] = []
        self._m = watching(self._notes)
        self._scores: list[Score | None] = [None, None]
        gates = len(plan.program.nodes) - plan.program.first_gate
        self._watches = gates <= GATES and plan.tape is None and plan.dtype == FLOAT64

    def forward(self) -> None:
        """Compute the values of all nodes from those of the inputs, which are in their cells."""
        self._rounds += 1
        # A pass that is played neither leaves them nor takes them: those of an earlier round may be there still.
        self.buffers.answers.clear()
        self._do(0, self._watch_values, lambda: forward(self.plan, self.buffers, {}))

    def backward(self) -> None:
        """Compute the gradients of all nodes, and their squares; local gradients between numbers are left as they were."""
        self._do(1, self._watch_gradients, self._usual_gradients)

    def _do(self, number: int, watch: Callable[[], None], usual: Callable[[], None]) -> None:
        score = self._scores[number]
        if score is not None and score.play():
            return
        # A score that stopped met a number on another side than it was watched on: the gates choose anew, this time.
        if score is not None or not self._watches or self._rounds < 2:
            usual()
            return
        # An interrupted round may have left some.
        self._notes.clear()
        watch()
        self._scores[number] = self._score()
        self._watches = self._scores[number] is not None

    def _score(self) -> Score | None:
        notes = self._notes[:]
        owners = (self.buffers.cells, self.buffers.contributions, self.buffers.gradients)
        made = [note.out for note in notes if note.out is not None]
        spare = sum(out.nbytes for out in made if not any(np.may_share_memory(out, owner) for owner in owners))
        return Score(notes) if spare <= SPARE else None

    # -- forward -----------------------------------------------------------------------------------------------------------------

    def _watch_values(self) -> None:
        for level in self.plan.levels:
            for batch in level.batches:
                self._gate(partial(self._value, batch), compute_batch, (self.plan, self.buffers, batch))

    def _value(self, batch: Batch) -> None:
        result = batch.gate.value(self._m, [self._watched(self.buffers.cells, place) for place in batch.ins], batch.options)
        self._settle(0, result, _view(self.buffers.cells, batch.outs))

    # -- backward ----------------------------------------------------------------------------------------------------------------

    def _usual_gradients(self) -> None:
        backward(self.plan, self.buffers, 1.0, self._ties)
        for operands in self._measured():
            squares(*operands)

    def _measured(self) -> Iterator[tuple[Array, Array]]:
        return ((cells, self.squares[k : k + 1]) for k, cells in enumerate(self._params))

    def _watch_gradients(self) -> None:
        plan, buffers = self.plan, self.buffers
        self._put(1.0, _view(buffers.gradients, plan.place(plan.program.output)))
        for level in reversed(plan.levels):
            self._gate(partial(self._numbers, level), level.add_numbers, (buffers.gradients, buffers.contributions))
            for region, parts in level.arrays:
                whole = read(buffers.gradients, region)
                self._put(read(buffers.contributions, parts[0]), whole)
                for part in parts[1:]:
                    self._add(read(buffers.contributions, part), whole)
            for batch in level.batches:
                if batch.sends:
                    self._gate(partial(self._send, batch), send_batch, (batch, buffers, self._ties, plan.dtype))
        for cells, square in self._measured():
            squares(cells, square)
            self._notes.append(Note(squares, (cells,), square))

    def _numbers(self, level: Level) -> None:
        gradients, contributions = self.buffers.gradients, self.buffers.contributions
        for places in (level.singles, level.forks and level.forks[:2]):
            if places is not None:
                self._cells(contributions, places[1], gradients, places[0], self._put)
        if level.forks is not None:
            self._cells(contributions, level.forks[3], gradients, level.forks[2], self._add, apart=True)

    def _cells(
        self, source: Array, taken: Any, target: Array, given: Any, do: Callable[[Any, Any], None], *, apart: bool = False
    ) -> None:
        if not apart and _is_run(taken) and _is_run(given):
            do(_view(source, taken), _view(target, given))
            return
        if len(taken) > FEW:
            raise UnwatchedError("so many cells are put in their places together")
        for one, other in zip(taken.tolist(), given.tolist(), strict=True):
            do(source[one : one + 1], target[other : other + 1])

    def _send(self, batch: Batch) -> None:
        rule, buffers = batch.gate, self.buffers
        inputs = tuple(self._watched(buffers.cells, place) for place in batch.ins)
        out, upstream = self._watched(buffers.cells, batch.outs), self._watched(buffers.gradients, batch.outs)
        m = knowing(self._m, rule.computed or rule.formula, inputs, out) if rule.cellwise else self._m
        for slot, places, _ in batch.sends:
            mark, target = len(self._notes), _view(buffers.contributions, places)
            into = Watched(target, self._notes) if isinstance(places, Region) else None
            call = Call(inputs, out, batch.options, self._ties, into, batch.constants)
            if rule.local is not None:
                sent = contribution(m, upstream, rule.local(m, call, slot), shuts=rule.shuts)
            else:
                sent = rule.pullback(m, call, slot, upstream)
            self._settle(mark, sent, target)

    # -- notes -------------------------------------------------------------------------------------------------------------------

    def _gate(self, watch: Callable[[], None], usual: Callable[..., None], operands: tuple[Any, ...]) -> None:
        """Watch the work of a gate; where that is not possible it is one call of the gate itself."""
        mark = len(self._notes)
        try:
            watch()
        except (TypeError, AttributeError, ValueError, LookupError, ArithmeticError):
            # Whatever a row asks of its arrays that is not written down, and its own errors, which are then raised as ever.
            del self._notes[mark:]
            self._notes.append(Note(usual, operands))
            usual(*operands)

    def _watched(self, buffer: Array, place: Index) -> Any:
        # A constant is the same number in every round, and is noted as that number.
        if isinstance(place, int) and place >= self.plan.starts[-1]:
            return buffer[place]
        return Watched(_view(buffer, place), self._notes)

    def _settle(self, mark: int, result: Any, target: Array) -> None:
        """See to it that a result of the notes from a mark on lies where it belongs."""
        array = numbers(result)
        if array is target:
            return
        notes = self._notes[mark:]
        made = any(note.out is array for note in notes) and array.shape == target.shape and array.dtype == target.dtype
        if not made or not array.flags.c_contiguous or any(getattr(x, "base", None) is array for n in notes for x in n.operands):
            self._put(array, target)
            return
        # Nobody has a view of the array that was made, so from now on its calls write to where it belongs.
        target[...] = array
        exchange(notes, array, target)

    def _put(self, value: Any, target: Array) -> None:
        np.positive(value, target)
        self._notes.append(Note(np.positive, (value,), target))

    def _add(self, value: Any, target: Array) -> None:
        np.add(target, value, target)
        self._notes.append(Note(np.add, (target, value), target))


def _is_run(places: Any) -> bool:
    """Whether cells lie side by side."""
    return bool(np.all(np.diff(places) == 1))


def _view(buffer: Array, place: Index) -> Array:
    """The cells of a place where they lie."""
    if isinstance(place, Region):
        return read(buffer, place)  # type: ignore[no-any-return]  # a region is an array
    if isinstance(place, int):
        return buffer[place : place + 1].reshape(())
    if not len(place) or not _is_run(place):
        raise UnwatchedError("cells that lie apart have no view")
    return buffer[place[0] : place[-1] + 1]
