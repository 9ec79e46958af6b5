"""The steps at which breakpoints stop. They are looked up once for a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias
from weakref import WeakKeyDictionary

from graphstep.debugger.breakpoints import steps_at, steps_of
from graphstep.debugger.conditions import Condition
from graphstep.debugger.facts import Hit
from graphstep.debugger.frames import frame_of, left, opened
from graphstep.debugger.state import State, moved
from graphstep.engine.trace import Trace

Stop: TypeAlias = "tuple[int, ...]"
"""A place to stop at: a step; or a step, the gate that is opened there, and a stop inside it."""

_KEPT: WeakKeyDictionary[Trace, dict[Any, tuple[int, ...]]] = WeakKeyDictionary()
"""By run the steps of each condition, and those of the breakpoints that were asked for last."""


def stops_of(trace: Trace, nodes: tuple[int, ...], conditions: tuple[Condition, ...]) -> tuple[int, ...]:
    """The steps of a run at which breakpoints at nodes, or on conditions, stop; ascending."""
    if not nodes and not conditions:
        return ()
    kept = _KEPT.setdefault(trace, {})
    key = nodes, conditions
    if key not in kept:
        stops = {n for node in nodes for n in steps_at(trace, node)}
        for other in [x for x in kept if isinstance(x, tuple)]:
            del kept[other]
        kept[key] = tuple(sorted(stops.union(*(_of(trace, condition) for condition in conditions))))
    return kept[key]


def next_stop(state: State, way: Literal[1, -1]) -> State | None:
    """The state at the next breakpoint on a side, also inside gates that are closed; None where there is none.

    What an opened gate does is looked at first, and then what is around it.
    """
    level, here = state, (state.at, 0)
    while True:
        stops = [(_order(stop), stop) for stop in _stops(level)]
        ahead = [(key, stop) for key, stop in stops if (key > here if way > 0 else key < here)]
        if ahead:
            return _at_stop(level, (min if way > 0 else max)(ahead)[1])
        if not level.frames:
            return None
        before = level.frames[-1].place.at
        level = left(level, way)
        # Where leaving the gate makes a step, that step counts.
        here = (level.at, 0 if level.at == before else -way)


def _stops(state: State) -> Iterator[Stop]:
    for stop in _within(state, state.trace, state.path, state.nodes):
        if not state.frames or stop[0] <= state.last:
            yield stop


def _within(state: State, trace: Trace, path: tuple[int, ...], nodes: tuple[int, ...]) -> Iterator[Stop]:
    """The stops in a run: its own, and those inside its closed gates, whose forward pass is before the step that computes the
    gate, and whose backward pass before the gate's first send.
    """
    yield from ((n,) for n in stops_of(trace, nodes, state.conditions if path == state.path else ()))
    inner = [shelf for shelf in state.shelves if len(shelf.path) > len(path) and shelf.path[: len(path)] == path]
    for gate in sorted({shelf.path[len(path)] for shelf in inner}):
        below, frame, sends = (*path, gate), frame_of(trace, gate), trace.sends(gate)
        own = next((shelf.nodes for shelf in inner if shelf.path == below), ())
        for stop in _within(state, frame, below, own):
            if stop[0] < frame.seed_step:
                yield (trace.step_of_value(gate) - 1, gate, *stop)
            elif sends:
                yield (sends[0].step - 1, gate, *stop)


def _order(stop: Stop) -> tuple[int, ...]:
    """When a stop is reached: what is inside of a gate behind the step at which the gate is opened."""
    step, *inner = stop
    return (step, 1, *_order(tuple(inner[1:]))) if inner else (step, 0)


def _at_stop(state: State, stop: Stop) -> State:
    step, *inner = stop
    here = moved(state, step)
    return _at_stop(opened(here, inner[0]), tuple(inner[1:])) if inner and here.at == step else here


def hit_at(trace: Trace, nodes: tuple[int, ...], conditions: tuple[Condition, ...], n: int) -> Hit:
    """What stops at a step."""
    held = tuple(condition for condition in conditions if n in _of(trace, condition))
    return Hit(n, held, tuple(node for node in nodes if n in steps_at(trace, node)))


def _of(trace: Trace, condition: Condition) -> tuple[int, ...]:
    kept = _KEPT.setdefault(trace, {})
    if condition not in kept:
        kept[condition] = steps_of(trace, condition)
    return kept[condition]
