"""Where a place in one run is in another run of the same calculation, with other inputs, or with its gates folded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from graphstep.debugger.frames import frame_of, opened, outermost
from graphstep.debugger.parts import Folding, Mark, Shelf
from graphstep.debugger.state import State
from graphstep.engine.order import following_order
from graphstep.engine.trace import Trace, run_fitted
from graphstep.ground.arrays import Number, shape_of
from graphstep.ground.records import dataclass
from graphstep.language import rewrite
from graphstep.language.program import Program, Rewritten
from graphstep.language.setup import Setup
from graphstep.language.shapes import BROADCAST, infer_shapes


@dataclass(frozen=True, slots=True)
class Refitted:
    """A run of a program with other inputs, or of what became of a program."""

    trace: Trace
    """The new run. Its program has other nodes than the one before where a shape is another one."""
    where: tuple[int | None, ...] | None
    """For each node before the new one; None for a copy that is not made any more. None for all where no node has moved."""

    def node(self, index: int) -> int:
        """The new node for one before; of a copy that is not made any more, the gate that read it."""
        return index if self.where is None else next(x for x in self.where[index:] if x is not None)


def with_inputs(before: Trace, inputs: Mapping[str, Number], texts: Mapping[str, str | None] | None = None) -> Refitted:
    """A run with other inputs, of any shapes; ``texts`` are what was typed for them.

    Raises as :func:`graphstep.engine.trace.trace` does.
    """
    values = {**before.inputs, **inputs}
    if all(shape_of(values[name]) == shape_of(value) for name, value in before.inputs.items()):
        return Refitted(before.with_inputs(inputs, texts), None)
    setup = before.setup.edited({name: (texts or {}).get(name) for name in inputs})
    return _fitted(before, before.program, range(len(before.program.nodes)), values, setup)


def edited(state: State, inputs: Mapping[str, Number], texts: Mapping[str, str | None]) -> State:
    """The state with other inputs, and the same gates open; raises as :func:`with_inputs`."""
    outer = outermost(state)
    outcome = with_inputs(outer.trace, inputs, texts)
    folding = outer.folding and _refolded(outer.folding, inputs, texts)
    if outcome.where is None:
        after = replace(outer, trace=outcome.trace, folding=folding)
    else:
        # With other shapes the nodes have moved.
        after = replace(carried_into(outer, outcome), folding=folding)
    inner = [(caller.trace, caller.place) for caller in state.frames[1:]] + [(state.trace, state.place)]
    # From the outside in: each frame is run anew, on what the run around it computes and sends now.
    for caller, (trace, place) in zip(state.frames, inner, strict=False):
        after = opened(after, outcome.node(caller.node))
        outcome = Refitted(after.trace, None) if outcome.where is None else _moves(trace, after.trace)
        at = place.at if outcome.where is None else carried(trace, place.at, after.trace, outcome.node)
        selected = None if place.selected is None else outcome.node(place.selected)
        after = replace(after, at=min(at, after.last), selected=selected)
    return after


def carried_into(outer: State, outcome: Refitted) -> State:
    """The state, in which no gate is open, in a run in which nodes have moved."""
    at = carried(outer.trace, outer.at, outcome.trace, outcome.node)
    shelves = tuple(_renumbered(shelf, outer.trace, outcome) for shelf in outer.shelves)
    marks = tuple(_moved_mark(mark, outer.trace, outcome) for mark in outer.marks)
    return outer.carried_to(outcome.trace, at, outcome.node, shelves=shelves, marks=marks)


def _refolded(folding: Folding, inputs: Mapping[str, Number], texts: Mapping[str, str | None]) -> Folding:
    """A folding of a run with other inputs."""
    before = with_inputs(folding.trace, inputs, texts)
    if before.where is None:
        return replace(folding, trace=before.trace)
    # It is folded anew: another shape may have put copies between its parts.
    folded = rewrite.fold(before.trace.program)
    return Folding(before.trace, rewritten(before.trace, folded).where or folded.where)


def _renumbered(shelf: Shelf, old: Trace, outcome: Refitted) -> Shelf:
    """What is set inside a gate, in a run in which nodes have moved."""
    path, new = list[int](), outcome.trace
    for gate in shelf.path:
        path.append(outcome.node(gate))
        old, new = frame_of(old, gate), frame_of(new, path[-1])
        outcome = _moves(old, new)
    # Without its cells: in another shape the same index is another cell, or none.
    return Shelf(tuple(path), tuple(sorted({outcome.node(node) for node in shelf.nodes})), ())


def _moved_mark(mark: Mark, old: Trace, outcome: Refitted) -> Mark:
    """A mark in a run in which nodes have moved."""
    at, inside, new = carried(old, mark.at, outcome.trace, outcome.node), list[tuple[int, int]](), outcome.trace
    for gate, step in mark.inside:
        node = outcome.node(gate)
        old, new = frame_of(old, gate), frame_of(new, node)
        outcome = _moves(old, new)
        inside.append((node, carried(old, step, new, outcome.node)))
    return Mark(mark.name, at, tuple(inside))


def _moves(old: Trace, new: Trace) -> Refitted:
    """Where the nodes of a frame are in the same frame with other shapes."""
    shapes = {name: new.node(index).shape for index, name in enumerate(new.program.inputs)}
    return Refitted(new, _joined(old.program, range(len(old.program.nodes)), infer_shapes(old.program, shapes, new.ties)))


def rewritten(before: Trace, rewriting: Rewritten) -> Refitted:
    """A run, with the same inputs, of a program that was made from that of another run."""
    return _fitted(before, rewriting.program, rewriting.where, before.inputs, before.setup)


def _fitted(before: Trace, program: Program, where: Sequence[int | None], values: Mapping[str, Number], setup: Setup) -> Refitted:

    fitted = infer_shapes(program, {name: shape_of(value) for name, value in values.items()}, before.ties)
    joined = _joined(before.program, where, fitted)
    order = order_in(before, fitted.program, joined)
    new = run_fitted(fitted.program, values, seed=before.seed, ties=before.ties, setup=setup, order=order)
    return Refitted(new, joined)


def in_order(trace: Trace, order: Sequence[int] | None) -> Trace:
    """A run with its gates sending in another order, each ready in its turn; None for the usual one."""
    return run_fitted(trace.program, trace.inputs, seed=trace.seed, ties=trace.ties, setup=trace.setup, order=order)


def order_in(before: Trace, program: Program, where: Sequence[int | None]) -> tuple[int, ...] | None:
    """The order in which the gates of a run send, in a program in which its nodes have moved; what is new there sends at once."""
    # A gate that is new, as a copy is, sends as soon as it is ready: it has no place among those that were chosen.
    if before.order is None:
        return None
    places = {where[gate]: place for place, gate in enumerate(before.order)}
    return following_order(program, lambda gate: places.get(gate, -1))


def _joined(old: Program, where: Sequence[int | None], fitted: Rewritten) -> tuple[int | None, ...]:
    """For each node of a program the one in what was made of it by a rewriting, and then by other shapes."""
    joined = [None if x is None else fitted.where[x] for x in where]
    for index, node in enumerate(old.nodes):
        if node.gate == BROADCAST:
            # To fit it is but its source: it is looked for before the gate that reads it.
            joined[index] = _copy(old, index, fitted.program, joined)
    return tuple(joined)


def _copy(old: Program, index: int, new: Program, where: Sequence[int | None]) -> int | None:
    for gate, slot in old.consumers[index]:
        copy = where[gate]
        if copy is None or slot >= len(new.nodes[copy].operands):
            continue
        operand = new.nodes[copy].operands[slot]
        if isinstance(operand, int) and new.nodes[operand].gate == BROADCAST:
            return operand
    return None


def carried(old: Trace, at: int, new: Trace, node: Callable[[int], int]) -> int:
    """The step of ``new`` that shows what step ``at`` of ``old`` shows, or the last one before the two differ.

    ``node`` leads from a node of ``old`` to that of ``new``.
    """
    step = old.step(at)
    if step.event == "start":
        return 0
    if step.event == "value":
        return new.step_of_value(node(step.node))
    if step.event == "seed":
        return new.seed_step
    if step.sender is not None:
        sender, receiver = node(step.sender), node(step.node)
        # Other shapes may put a copy between two gates. Where no wire leads from one to the other any more, the gradient of the
        # sender is the last thing that both runs show.
        sent = [wire for wire in new.arrivals(receiver) if wire.sender == sender]
        same = [wire for wire in sent if wire.slot == step.slot]
        if sent:
            return (same or sent)[-1].step
        return new.step_of_gradient(sender) or new.seed_step
    return new.step_of_gradient(node(step.node)) or new.seed_step
