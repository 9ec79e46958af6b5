"""Two runs of one program side by side: what an edit of the inputs changes, node by node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.drawing import Marks
from graphstep.explain import name_of
from graphstep.expression import Constant
from graphstep.numerals import numeral

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphstep.diagram import Diagram
    from graphstep.trace import Trace

_MOST = 200
"""Nodes whose numbers are measured for the room that ``old → new`` needs."""


def change(old: float, new: float) -> str:
    """``old → new``, or the number alone where it did not change (to the digits shown)."""
    before, after = numeral(old), numeral(new)
    return after if before == after else f"{before} → {after}"


def compared_marks(old: Trace, new: Trace, drawn: Diagram, boxes: Iterable[int], selected: int | None) -> Marks:
    """What to write on a drawing: every value and gradient at the end of both runs; flipped routes are marked at their wires."""
    values: dict[int, str] = {}
    gradients: dict[int, str] = {}
    changed = set()
    for box in boxes:
        index = drawn.nodes[box]
        values[box] = change(old.value_of(index), new.value_of(index))
        before, after = old.gradient(index), new.gradient(index)
        if before is not None and after is not None:
            gradients[box] = change(before.value, after.value)
        if "→" in values[box] or "→" in gradients.get(box, ""):
            changed.add(box)
    routes = {}
    for edge in flipped(old, new):
        wire = drawn.edge_of.get((int(new.plan.sender[edge]), int(new.plan.slot[edge])))
        if wire is not None:
            routes[wire] = "⇄ on" if new.local_of(edge) else "⇄ off"
    return Marks(
        values=values,
        gradients=gradients,
        contributions=routes,
        active_edges=frozenset(wire for wire, text in routes.items() if text.endswith("on")),
        selected=None if selected is None else drawn.box_of.get(selected),
        changed=frozenset(changed),
    )


def flipped(old: Trace, new: Trace) -> list[int]:
    """The edges at routers (max, min, relu, abs) that pass something in one run and nothing, or the opposite, in the other."""
    import numpy as np

    different = np.flatnonzero(np.sign(old.buffers.slopes) != np.sign(new.buffers.slopes))
    found = []
    for edge in different[:_MOST]:
        gate = new.gate(int(new.plan.sender[edge]))
        if gate is not None and gate.pattern[0] == "router":
            found.append(int(edge))
    return found


def routes_text(old: Trace, new: Trace) -> str:
    """The flipped routes in words; empty where none has flipped."""
    parts = []
    for edge in flipped(old, new)[:4]:
        sender, slot = int(new.plan.sender[edge]), int(new.plan.slot[edge])
        gate, operand = new.gate(sender), new.node(sender).operands[slot]
        if gate is None or isinstance(operand, Constant):
            continue
        slope = new.local_of(edge)
        does = "lets it pass" if slope > 0 else "turns its sign" if slope < 0 else "blocks it"
        parts.append(f"{gate.name} at {name_of(new.program, operand)} now {does}")
    return f"⇄ {'; '.join(parts)}" if parts else ""


def spare_room(old: Trace, new: Trace, drawn: Diagram | None) -> int:
    """Cells that ``old → new`` needs beyond one number, on the widest of the wires on show."""
    if drawn is None:
        return 0
    room = 0
    for index in drawn.nodes[:_MOST]:
        pairs = [(old.value_of(index), new.value_of(index)), (old.gradient_of(index), new.gradient_of(index))]
        room = max(room, *(len(change(*pair)) - len(numeral(pair[1])) for pair in pairs))
    return room
