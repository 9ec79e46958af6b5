"""The steps at which breakpoints stop. They are looked up once for a run.

A condition is about the run on show: about the gates as that run computes them. Inside a gate that is closed stops what names
one of its parts, as a breakpoint in a function that is stepped over does; and ``isnan`` and ``isinf`` stop at the part inside the
gate that makes a nan or an infinity, where the gate makes one of what is finite.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial, reduce
from typing import Literal, TypeAlias

from graphstep.debugger.breakpoints import steps_at, steps_of, stop_text
from graphstep.debugger.conditions import Condition
from graphstep.debugger.facts import Hit
from graphstep.debugger.frames import frame_of, left, opened, position_of
from graphstep.debugger.state import State, moved
from graphstep.engine.trace import Trace
from graphstep.ground.late import np
from graphstep.ground.memo import owner_cache, owner_cache_of_last
from graphstep.language.frames import is_composite
from graphstep.telling.names import names_of
from graphstep.telling.words.catalogue import message

Stop: TypeAlias = "tuple[int, ...]"
"""A place to stop at: a step; or a step, the gate that is opened there, and a stop inside it."""

_PART = re.compile(r"[^\W\d]\w*(?:\.\w+)+")
"""The name of a part of an opened gate: ``p.1``."""


# Each edit of the breakpoints makes another set of them; what holds of one condition is kept, and made anew for none.
@owner_cache_of_last
def stops_of(trace: Trace, nodes: tuple[int, ...], conditions: tuple[Condition, ...]) -> tuple[int, ...]:
    """The steps of a run at which breakpoints at nodes, or on conditions, stop; ascending."""
    if not nodes and not conditions:
        return ()
    at_nodes = {n for node in nodes for n in steps_at(trace, node)}
    held = [_of(trace, condition) for condition in conditions]
    # Of one condition they are ascending already, and may be 200,000.
    return held[0] if len(held) == 1 and not at_nodes else tuple(sorted(at_nodes.union(*held)))


def next_stop(state: State, way: Literal[1, -1]) -> State | None:
    """The state at the next breakpoint on a side, also inside gates that are closed; None where there is none.

    What an opened gate does is looked at first, and then what is around it.
    """
    level, here = state, (state.at, 0)
    while True:
        ahead = [stop for stop in _nearest(level, here, way) if (_order(stop) > here if way > 0 else _order(stop) < here)]
        if ahead:
            return _at_stop(level, (min if way > 0 else max)(ahead, key=_order))
        if not level.frames:
            return None
        before = level.frames[-1].place.at
        level = left(level, way)
        # The order of stops has a second part: 0 for the step itself, 1 for what is inside of the gate that is opened there, so
        # that a stop at the step and one inside the gate are two.
        # Where leaving the gate makes a step, that step counts.
        here = (level.at, 0 if level.at == before else -way)


def stop_between(state: State, after: State, way: Literal[1, -1]) -> State | None:
    """The state at the first breakpoint that a move of several steps meets, or any move inside what it steps over as one; None
    where it meets none.
    """
    if not (state.nodes or state.conditions or state.shelves):
        return None
    several = after.path == state.path and abs(after.at - state.at) > 1
    if not (several or state.shelves or len(after.path) < len(state.path) or _of_parts(state.trace, state.conditions)):
        return None
    stop, level = next_stop(state, way), len(after.path)
    if stop is None or stop.path[:level] != after.path:
        return None
    inside = len(stop.path) > level
    n = stop.frames[level].place.at if inside else stop.at
    # A gate is opened at the step before its own: on the way back that is the last one of the way.
    last = way < 0 if inside else several
    # At the very end of the way only where several steps lead there: a single step arrives there anyhow.
    return stop if (after.at - n) * way > 0 or (last and n == after.at) else None


def _nearest(state: State, here: tuple[int, int], way: Literal[1, -1]) -> Iterator[Stop]:
    """Of the stops of a run itself the next one on a side, and all of those inside its closed gates."""
    # A condition may stop at each of 200,000 steps, and every key asks.
    own = stops_of(state.trace, state.nodes, state.conditions)
    place = bisect_right(own, here, key=_of_step) if way > 0 else bisect_left(own, here, key=_of_step) - 1
    nearest = [(own[place],)] if 0 <= place < len(own) else []
    for stop in (*nearest, *_inside(state, state.trace, state.path)):
        if not state.frames or stop[0] <= state.last:
            yield stop


def _of_step(n: int) -> tuple[int, int]:
    return n, 0


def _within(
    state: State, trace: Trace, path: tuple[int, ...], nodes: tuple[int, ...], conditions: tuple[Condition, ...]
) -> Iterator[Stop]:
    """The stops in a run: its own, and those inside its closed gates."""
    yield from ((n,) for n in stops_of(trace, nodes, conditions))
    yield from _inside(state, trace, path)


def _inside(state: State, trace: Trace, path: tuple[int, ...]) -> Iterator[Stop]:
    """The stops inside the closed gates of a run, whose forward pass is before the step that computes the gate, and whose
    backward pass before the gate's first send.
    """
    inner = [shelf for shelf in state.shelves if len(shelf.path) > len(path) and shelf.path[: len(path)] == path]
    about = _of_parts(trace, state.conditions)
    for gate in sorted({*about, *(shelf.path[len(path)] for shelf in inner)}):
        below, frame, sends = (*path, gate), frame_of(trace, gate), trace.sends(gate)
        own = next((shelf.nodes for shelf in inner if shelf.path == below), ())
        for stop in _within(state, frame, below, own, about.get(gate, ())):
            # A gate computes in one step and sends in several: inside, the forward pass belongs before that one, the backward
            # pass before the first of these.
            if stop[0] < frame.seed_step:
                yield (trace.step_of_value(gate) - 1, gate, *stop)
            elif sends:
                yield (sends[0].step - 1, gate, *stop)


def _of_parts(trace: Trace, conditions: tuple[Condition, ...]) -> dict[int, tuple[Condition, ...]]:
    """By closed gate of a run the conditions that stop inside it."""
    about: dict[int, tuple[Condition, ...]] = {}
    for condition in conditions:
        if not condition.parts and condition.kind in ("isnan", "isinf") and not condition.node:
            gates = _makers(trace, condition.kind)
        else:
            gates = named_gates(trace, " ".join(test.node for test in condition.tests))
        for gate in gates:
            about[gate] = (*about.get(gate, ()), condition)
    return about


def named_gates(trace: Trace, text: str) -> tuple[int, ...]:
    """The gates of whose parts a text names one: ``p.1``, or ``p.1.2`` inside of that."""
    frames = {name: gate for gate, name in names_of(trace.program).frames.items()} if _PART.search(text) else {}
    parts = [word.split(".") for word in _PART.findall(text)] if frames else []
    around = (".".join(part[:count]) for part in parts for count in range(1, len(part)))
    return tuple(dict.fromkeys(frames[name] for name in around if name in frames))


@owner_cache
def _makers(trace: Trace, kind: str) -> tuple[int, ...]:
    """The composite gates that make a nan, or an infinity, of what is finite."""
    return tuple(_gates_that_make(trace, np.isnan if kind == "isnan" else np.isinf))


def _gates_that_make(trace: Trace, odd: np.ufunc) -> Iterator[int]:
    values, gradients, wires = trace.value_sizes, trace.gradient_sizes, trace.wires
    # The size of an array with a nan in it is nan, and there may be an infinity beside it: its cells are asked below.
    bad = ~np.isfinite(values)
    # On the way back a gate makes it whose own gradient is finite, and who sends what is not.
    bad[wires.senders[~np.isfinite(trace.contribution_sizes) & np.isfinite(gradients[wires.senders])]] = True
    columns = trace.program.columns
    composite = np.array([kind.rule is not None and kind.rule.expansion is not None for kind in columns.of_kinds])
    for gate in np.flatnonzero(bad & composite[np.array(columns.kinds)]).tolist():
        node = trace.node(gate)
        if not is_composite(node) or not all(np.isfinite(values[x]) for x in node.operands if isinstance(x, int)):
            continue
        sent = [wire.contribution for wire in trace.sends(gate)] if np.isfinite(gradients[gate]) else []
        if any(odd(cells).any() for cells in (trace.value_of(gate), *sent)):
            yield gate


def _order(stop: Stop) -> tuple[int, ...]:
    """When a stop is reached: what is inside of a gate behind the step at which the gate is opened."""
    step, *inner = stop
    return (step, 1, *_order(tuple(inner[1:]))) if inner else (step, 0)


def _at_stop(state: State, stop: Stop) -> State:
    step, *inner = stop
    here = moved(state, step)
    return _at_stop(opened(here, inner[0]), tuple(inner[1:])) if inner and here.at == step else here


def count_of(state: State, conditions: tuple[Condition, ...]) -> int:
    """The number of steps, also inside gates that are closed, that meet one of some conditions."""
    alone = replace(state, nodes=(), shelves=(), conditions=conditions)
    return len(stops_of(state.trace, (), conditions)) + len(set(_inside(alone, state.trace, state.path)))


def outer_steps(trace: Trace, condition: Condition) -> tuple[int, ...]:
    """The steps of a run in which a condition stops, ascending; of what stops inside a gate, the step of the gate."""
    return tuple(sorted({*_of(trace, condition), *inner_steps(trace, condition)}))


@owner_cache
def inner_steps(trace: Trace, condition: Condition) -> frozenset[int]:
    """The steps of closed gates inside which a condition stops."""
    alone = State(trace, conditions=(condition,))
    return frozenset(step + 1 for step, *_ in _inside(alone, trace, ()))


def first_stop(trace: Trace, conditions: Sequence[Condition], last: int | None = None) -> tuple[int | None, str]:
    """The first step, up to ``last``, after which a condition holds, None without one; and a sentence that says so and why.

    Of what stops inside a gate it is the step before that of the gate.
    """
    last = len(trace) if last is None else last
    say = partial(message, trace.writing.language)
    stop = next_stop(State(trace, conditions=tuple(conditions)), 1)
    if stop is None or stop.root_place.at > last:
        texts = reduce(lambda one, following: say("break-or", one=one, next=following), (x.text for x in conditions))
        key = "break-none" if last == len(trace) else "break-none-so-far"
        return None, say(key, conditions=texts, step=str(last))
    held = hit_at(stop.trace, (), stop.conditions, stop.at).conditions
    return stop.root_place.at, stop_text(stop.trace, stop.at, held, position=position_of(stop))


def hit_at(trace: Trace, nodes: tuple[int, ...], conditions: tuple[Condition, ...], n: int) -> Hit:
    """The breakpoints that a step hits."""
    held = tuple(condition for condition in conditions if _contains(_of(trace, condition), n))
    return Hit(n, held, tuple(node for node in nodes if n in steps_at(trace, node)))


def _contains(steps: Sequence[int], n: int) -> bool:
    place = bisect_left(steps, n)
    return place < len(steps) and steps[place] == n


@owner_cache
def _of(trace: Trace, condition: Condition) -> tuple[int, ...]:
    return steps_of(trace, condition)
