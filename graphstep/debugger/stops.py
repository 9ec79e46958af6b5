"""The steps at which breakpoints stop. They are looked up once for a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from graphstep.debugger.breakpoints import steps_at, steps_of
from graphstep.debugger.facts import Hit

if TYPE_CHECKING:
    from graphstep.debugger.conditions import Condition
    from graphstep.engine.trace import Trace

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


def hit_at(trace: Trace, nodes: tuple[int, ...], conditions: tuple[Condition, ...], n: int) -> Hit:
    """What stops at a step."""
    held = tuple(condition for condition in conditions if n in _of(trace, condition))
    return Hit(n, held, tuple(node for node in nodes if n in steps_at(trace, node)))


def _of(trace: Trace, condition: Condition) -> tuple[int, ...]:
    kept = _KEPT.setdefault(trace, {})
    if condition not in kept:
        kept[condition] = steps_of(trace, condition)
    return kept[condition]
