"""What each step changes in the page, as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from graphstep.engine.trace import Trace
from graphstep.faces.drawing.diagram import MORE, Diagram, digest, marks
from graphstep.faces.drawing.typed import Piece, Typed
from graphstep.faces.export._cells import Cells, nested
from graphstep.faces.export.json import number
from graphstep.ground.arrays import Number
from graphstep.telling.explanation import Explanation

CELLS = 16
"""Cells of an array up to which its numbers are in the page; of more there is what stands on its wire."""

_WIDTH = 160
"""Characters of the typed text that are shown at once."""

_STYLES = {
    "plain": "",
    "active": "active",
    "target": "target",
    "value": "value",
    "gradient": "gradient",
    "value-active": "value now",
    "gradient-active": "gradient now",
}
"""The classes of the pieces of the typed text."""


def states(trace: Trace, drawn: Diagram, explanations: Sequence[Explanation]) -> Iterator[dict[str, Any]]:
    """By step: its phase, the gate at work, the node that gets a number, the wires, and the numbers that are new.

    ``set`` has the new numbers by node, each as ``[value, its text, gradient, its text, how much has arrived]``; ``sent`` the
    texts of contributions by wire. What is not there is as before.
    """
    typed = Typed(trace.program)
    for n, said in enumerate(explanations):
        step = trace.step(n)
        changed = range(trace.program.first_gate) if n == 0 else (step.node,)
        written = marks(trace, drawn, n, boxes=())
        ladder = said.ladder
        result = "" if ladder is None else f" {ladder.left_text} {ladder.rungs[-1].relation} {ladder.rungs[-1].text}."
        state: dict[str, Any] = {
            "phase": step.phase,
            "say": f"{said.title}.{result}",
            "gate": trace.gate_at(n),
            "typed": [_pieces(line) for line in _lines(typed, trace, n)],
            "set": {str(node): _numbers(trace, node, n) for node in changed},
        }
        if n:
            state |= {"node": step.node, "active": written.active}
        if written.active_edges:
            state["wires"] = sorted(written.active_edges)
        gradient = trace.gradient(step.node, n)
        # What stands on its wire alone would stand twice, as the gradient and as what is sent.
        if step.contribution is not None and gradient is not None and gradient.expected > 1:
            state["sent"] = {str(wire): digest(step.contribution) for wire in written.active_edges}
        yield state


def cells(trace: Trace, index: int, at: int) -> tuple[str | None, str | None, str]:
    """A row of the table of values after a step: value, gradient, and how many contributions have arrived."""
    value, gradient = trace.value(index, at), trace.gradient(index, at)
    shown = None if value is None else digest(value)
    if not trace.program.depends[index]:
        return shown, "data" if trace.node(index).name in trace.program.data else "constant", ""
    if gradient is None:
        return shown, None, ""
    arrived = f"{gradient.received} of {gradient.expected}" if gradient.expected > 1 else ""
    return shown, digest(gradient.value) + ("" if gradient.complete else MORE), arrived


def _numbers(trace: Trace, index: int, at: int) -> list[Any]:
    value, now = trace.value(index, at), trace.gradient(index, at)
    shown, gradient, arrived = cells(trace, index, at)
    return [_raw(value), shown, None if now is None else _raw(now.value), gradient, arrived]


def _raw(value: Number | None) -> Any:
    """A number as JSON holds it; None for a large array."""
    figure = number(value)
    if isinstance(figure, Cells):
        return nested(figure.array) if figure.array.size <= CELLS else None
    return figure


def _lines(typed: Typed, trace: Trace, n: int) -> tuple[Sequence[Piece], ...]:
    lines = typed.lines(trace, n, _WIDTH)
    return lines.typed, lines.values, lines.gradients


def _pieces(pieces: Sequence[Piece]) -> list[tuple[int, str, str]]:
    return [(piece.start, piece.text, _STYLES[piece.style]) for piece in pieces]
