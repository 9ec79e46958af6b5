"""The chain of causes across frames: out of an opened gate to the nodes around it, and into a gate to the part that is the cause.

Each stretch of it lies within one run. At the edge of a frame, where what came from outside is the cause, it goes on around the
gate; and where it ends at a composite gate it goes on among the parts of that gate, as long as a part makes the number odd.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from graphstep.analysis.chain import Chain, Stretch, cause_of, why_gradient, why_value
from graphstep.debugger.frames import around_text, closed, frame_name, frame_of, opened
from graphstep.debugger.state import State, moved
from graphstep.language.frames import is_composite

Of = Literal["gradient", "value"]
"""Which number of a node is asked about."""

_EDGES = frozenset({"seed", "given"})
"""How a chain ends that comes to the edge of its frame."""

_GATES = frozenset({"blocked", "made", "factor", "computed", "constant"})
"""How a chain ends of which a gate is the cause."""


def why(state: State, node: int, of: Of) -> tuple[Stretch, ...]:
    """The chain of causes of a number of the run on show, in stretches of one run each."""
    return tuple(stretch for _, stretch in _stretches(state, node, of))


def next_cause(state: State) -> State | None:
    """The state at the cause of what the step on show made, inside an opened gate or around it; None where it begins here."""
    step = state.trace.step(state.at)
    if step.event == "seed" and state.frames:
        return _first(_stretches(closed(state), state.frames[-1].node, "gradient"))
    n = cause_of(state.trace, state.at)
    if n is not None:
        return moved(state, n)
    if step.event not in ("value", "send"):
        return None
    first, *others = _stretches(state, step.node, "value" if step.event == "value" else "gradient")
    # A contribution beside the one that counts most has no stretch of its own.
    return _first(iter(others)) if first[1].chain[0].step == state.at else None


def _first(stretches: Iterator[tuple[State, Stretch]]) -> State | None:
    """The place of the first link that a step made."""
    return next((moved(level, link.step) for level, part in stretches for link in part.chain if link.step is not None), None)


def _stretches(level: State, node: int, of: Of) -> Iterator[tuple[State, Stretch]]:
    """The stretches from a run outwards, and then into the gates at which it ends."""
    chain = _chain(level, node, of)
    yield level, Stretch(chain, around_text(level), "" if level.trace.program.scope is None else frame_name(level.frames[-1]))
    # First out, then in: a chain leaves a frame only through its edge, and enters a gate only where that gate is the cause.
    while level.frames and chain.ending in _EDGES:
        caller, level = level.frames[-1], closed(level)
        operand = caller.node
        if chain.ending == "given":
            scope = chain.trace.program.scope
            assert scope is not None, "a frame has a scope"
            # An input of the frame is a slot of the gate around it: there the question is asked anew of what stands in that slot.
            source = level.trace.node(caller.node).operands[scope.slots[chain.root.node]]
            assert isinstance(source, int), "a constant is no input of a frame"
            operand = source
        chain = _chain(level, operand, "value" if chain.ending == "given" else "gradient")
        yield level, Stretch(chain, around_text(level), frame_name(caller), "out")
    while (within := _within(level, chain)) is not None:
        level, inner = within
        way: Literal["in", "otherwise"] = "in" if inner.symptom == chain.symptom else "otherwise"
        chain = inner
        yield level, Stretch(chain, around_text(level), frame_name(level.frames[-1]), way)


def _chain(level: State, node: int, of: Of) -> Chain:
    return (why_value if of == "value" else why_gradient)(level.trace, node)


def _within(level: State, chain: Chain) -> tuple[State, Chain] | None:
    """The chain among the parts of the gate at which another one ends; None where no part of it stands out."""
    root, trace = chain.root, level.trace
    if chain.ending not in _GATES or root.step is None or not is_composite(trace.node(root.at)):
        return None
    frame = frame_of(trace, root.at)
    if len(frame.program.nodes) - frame.program.first_gate == 1:
        # relu is max(0, x): its one part says nothing that the gate does not.
        return None
    if root.wire is None:
        inner = why_value(frame, frame.program.output)
    else:
        assert frame.program.scope is not None, "a frame has a scope"
        inner = why_gradient(frame, frame.program.scope.slots.index(root.wire.slot))
    # Among the parts the number came from outside, or no part stands out: the gate itself is the cause, and nothing is opened.
    if inner.ending not in _GATES | {"sum", "gradual"} or inner.symptom == "ordinary":
        return None
    return opened(moved(level, root.step), root.at), inner
