"""The breakpoints of a run on show: nodes and conditions, and the steps that they stop at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.debugger.breakpoints import Condition
    from graphstep.engine.trace import Trace


class Stops:
    """Where to stop. The steps are looked up once for a run."""

    def __init__(self) -> None:
        self.nodes: list[int] = []
        """The nodes with a breakpoint, ascending."""
        self.conditions: tuple[Condition, ...] = ()
        """The conditions."""
        self._known: tuple[Trace, dict[Condition, tuple[int, ...]]] | None = None

    @property
    def empty(self) -> bool:
        """Whether there is none."""
        return not self.nodes and not self.conditions

    def steps(self, trace: Trace) -> list[int]:
        """The steps of a run to stop at, ascending."""
        from graphstep.debugger.breakpoints import steps_at

        if self.empty:
            return []
        found = {n for node in self.nodes for n in steps_at(trace, node)}
        return sorted(found.union(*(self._of(trace, condition) for condition in self.conditions)))

    def why(self, trace: Trace, n: int) -> list[str]:
        """What stops at a step, in words."""
        from graphstep.debugger.breakpoints import steps_at
        from graphstep.telling.names import name_of

        told = [condition.text for condition in self.conditions if n in self._of(trace, condition)]
        return told + [f"breakpoint at {name_of(trace.program, node)}" for node in self.nodes if n in steps_at(trace, node)]

    def move(self, node: Callable[[int], int]) -> None:
        """Follow the nodes into another program."""
        self.nodes = sorted({node(index) for index in self.nodes})

    def _of(self, trace: Trace, condition: Condition) -> tuple[int, ...]:
        from graphstep.debugger.breakpoints import steps_of

        if self._known is None or self._known[0] is not trace:
            self._known = (trace, {})
        known = self._known[1]
        if condition not in known:
            known[condition] = steps_of(trace, condition)
        return known[condition]
