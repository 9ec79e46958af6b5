"""Where a place in one run is in another run of the same calculation, when gates were opened or folded in between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from graphstep.ground.arrays import shape_of
from graphstep.language import rewrite
from graphstep.language.shapes import BROADCAST, infer_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number
    from graphstep.language.program import Program
    from graphstep.language.rewrite import Rewritten
    from graphstep.language.setup import Setup


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """What was on show before gates were opened or folded: enough to go back."""

    kind: Literal["into", "fold"]
    """What was done to it."""
    trace: Trace
    """The run before."""
    where: tuple[int | None, ...]
    """For each of its nodes the node of the same value in the program after."""
    node: int | None = None
    """The gate that was opened; None for a folding."""

    def __eq__(self, other: object) -> bool:
        # The runs before are those of the run on show, which is compared: they follow from it.
        return isinstance(other, Level) and (self.kind, self.node, self.where) == (other.kind, other.node, other.where)

    def __hash__(self) -> int:
        return hash((self.kind, self.node))

    def inward(self, index: int) -> int:
        """The node after for a node before; for one that was folded away, the gate that it is now inside."""
        for place in range(index, len(self.where)):
            inner = self.where[place]
            if inner is not None:
                return inner
        return index

    def parts(self, index: int) -> range:
        """The nodes after that stand for a node before: itself, or the parts of a gate that was opened."""
        last = self.inward(index)
        return range(self.inward(index - 1) + 1 if index and self.kind == "into" else last, last + 1)

    def outward(self, index: int) -> int:
        """The node before for a node after; for a part of an opened gate, that gate."""
        for before, after in enumerate(self.where):
            if after is not None and after >= index:
                return before
        return len(self.where) - 1

    def unfolded(self, index: int) -> int:
        """The node before for a node after a folding: the one of the same value."""
        for before in range(len(self.where) - 1, -1, -1):
            if self.where[before] == index:
                return before
        return len(self.where) - 1


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


def refitted(
    before: Trace, levels: Sequence[Level], inputs: Mapping[str, Number], texts: Mapping[str, str | None]
) -> tuple[Refitted, tuple[Level, ...]]:
    """A run with other inputs, and the runs before each gate of it was opened or folded; raises as :func:`with_inputs`."""
    outcome = with_inputs(before, inputs, texts)
    if outcome.where is None:
        return outcome, tuple(replace(level, trace=level.trace.with_inputs(inputs, texts)) for level in levels)
    again = []
    for level in levels:
        # Each is opened anew: another shape may have put copies between its parts.
        outer = with_inputs(level.trace, inputs, texts)
        node = None if level.node is None else outer.node(level.node)
        program = outer.trace.program
        rewriting = rewrite.fold(program) if node is None else rewrite.expand(program, only=(node,))
        again.append(Level(level.kind, outer.trace, rewritten(outer.trace, rewriting).where or rewriting.where, node))
    return outcome, tuple(again)


def closed(trace: Trace, at: int, level: Level) -> tuple[Trace, int, Callable[[int], int]]:
    """The run before a gate was opened or folded, the step there, and what leads from each node to the one there."""
    node = level.outward if level.kind == "into" else level.unfolded
    return level.trace, carried(trace, at, level.trace, node), node


def rewritten(before: Trace, rewriting: Rewritten) -> Refitted:
    """A run, with the same inputs, of a program that was made from that of another run."""
    return _fitted(before, rewriting.program, rewriting.where, before.inputs, before.setup)


def _fitted(before: Trace, program: Program, where: Sequence[int | None], values: Mapping[str, Number], setup: Setup) -> Refitted:
    from graphstep.engine.trace import run_fitted

    fitted = infer_shapes(program, {name: shape_of(value) for name, value in values.items()})
    new = run_fitted(fitted.program, values, seed=before.seed, ties=before.ties, setup=setup)
    joined = [None if x is None else fitted.where[x] for x in where]
    for index, node in enumerate(before.program.nodes):
        if node.gate == BROADCAST:
            # To fit it is but its source: it is looked for before the gate that reads it.
            joined[index] = _copy(before.program, index, fitted.program, joined)
    return Refitted(new, tuple(joined))


def _copy(old: Program, index: int, new: Program, where: Sequence[int | None]) -> int | None:
    for gate, slot in old.consumers[index]:
        copy = where[gate]
        if copy is None or slot >= len(new.nodes[copy].operands):
            continue
        operand = new.nodes[copy].operands[slot]
        if isinstance(operand, int) and new.nodes[operand].gate == BROADCAST:
            return operand
    return None


def carried(old: Trace, at: int, new: Trace, node: Callable[[int], int], parts: Callable[[int], range] | None = None) -> int:
    """The step of ``new`` that shows what step ``at`` of ``old`` shows, or the last one before the two differ.

    ``node`` leads from a node of ``old`` to that of ``new``, and ``parts`` to all that stand for it when it was opened.
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
        senders = range(sender, sender + 1) if parts is None else parts(step.sender)
        sent = [wire for wire in new.arrivals(receiver) if wire.sender in senders]
        same = [wire for wire in sent if (wire.sender, wire.slot) == (sender, step.slot)]
        if sent:
            return (same or sent)[-1].step
        return new.step_of_gradient(sender) or new.seed_step
    return new.step_of_gradient(node(step.node)) or new.seed_step
