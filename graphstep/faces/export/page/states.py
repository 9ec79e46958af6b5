"""What each step changes in the page, as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from graphstep.engine.trace import Trace
from graphstep.faces.drawing.diagram import marks, sent_by_wire, sum_of
from graphstep.faces.drawing.digest import MORE, digest
from graphstep.faces.drawing.typed import Piece, Typed
from graphstep.faces.export._cells import Cells
from graphstep.faces.export.json import number
from graphstep.faces.export.page.views import View
from graphstep.ground.arrays import Number, json_data
from graphstep.telling.words.catalogue import message

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


def numbers(trace: Trace, last: int) -> Iterator[dict[str, Any]]:
    """By step of a run: the gate at work, the node that gets a number, and the numbers that are new.

    ``set`` has them by node, each as ``[value, its text, gradient, its text, how much has arrived]``. What is not there is as
    before.
    """
    for n in range(last + 1):
        # A step changes one node: so a page grows with the run, and not with its square.
        changed = range(trace.program.first_gate) if n == 0 else (trace.step(n).node,)
        state: dict[str, Any] = {"set": {str(node): _numbers(trace, node, n) for node in changed}}
        if n:
            state |= {"gate": trace.gate_at(n), "node": trace.step(n).node}
        yield state


def states(view: View) -> Iterator[dict[str, Any]]:
    """By step that a view shows: what is said of it, the typed text, and the box and the wires that are at work."""
    trace, drawn, typed = view.trace, view.drawn, Typed(view.trace.program)
    for (n, call), explanation in zip(view.stops.items(), view.explanations, strict=True):
        # Without boxes: what stands in them is in the numbers of the run, which its views share.
        written = marks(trace, drawn, n, boxes=())
        ladder = explanation.ladder
        result = explanation.why if call else ""
        if ladder is not None:
            result = f"{ladder.left_text} {ladder.rungs[-1].relation} {ladder.rungs[-1].text}."
        state: dict[str, Any] = {
            "n": n,
            "say": f"{explanation.title}. {result}".strip(),
            "typed": [_pieces(line) for line in _lines(typed, trace, n)],
        }
        active, wires = written.active, sorted(written.active_edges)
        if call:
            # The box of a closed call is that of its first gate, and all that it reads is at work.
            active = drawn.box_of[trace.program.gates_of_frames[call].start]
            wires = [wire for wire, edge in enumerate(drawn.edges) if edge.target == active]
        if active is not None:
            state["active"] = active
        if wires:
            state["wires"] = wires
        yield state


def sent(view: View) -> Iterator[tuple[int, int, str]]:
    """The contributions that are written at wires: the wire, the step from which on it stands there, and its text."""
    trace, drawn = view.trace, view.drawn
    for box, node in enumerate(drawn.nodes):
        gradient = None if box in drawn.calls else trace.gradient(node)
        # What stands on its wire alone would stand twice, as the gradient and as what is sent.
        if gradient is None or gradient.expected < 2:
            continue
        for wire, sending in sent_by_wire(trace, drawn, box):
            n = max(each.step for each in sending)
            if n <= view.last:
                sent = sum_of([each.contribution for each in sending])
                yield wire, n, digest(sent, drawn.digits, language=trace.writing.language)


def cells(trace: Trace, index: int, at: int) -> tuple[str | None, str | None, str]:
    """A row of the table of values after a step: value, gradient, and how many contributions have arrived."""
    value, gradient = trace.value(index, at), trace.gradient(index, at)
    language = trace.writing.language
    shown = None if value is None else digest(value, language=language)
    say = partial(message, trace.writing.language)
    if not trace.program.depends[index]:
        return shown, say("values-data" if trace.node(index).name in trace.program.data else "values-constant"), ""
    if gradient is None:
        return shown, None, ""
    several = gradient.expected > 1
    arrived = say("values-arrived", received=gradient.received, expected=gradient.expected) if several else ""
    return shown, digest(gradient.value, language=language) + ("" if gradient.complete else MORE), arrived


def _numbers(trace: Trace, index: int, at: int) -> list[Any]:
    value, now = trace.value(index, at), trace.gradient(index, at)
    shown, gradient, arrived = cells(trace, index, at)
    return [_raw(value), shown, None if now is None else _raw(now.value), gradient, arrived]


def _raw(value: Number | None) -> Any:
    """A number as JSON holds it; None for a large array."""
    figure = number(value)
    if isinstance(figure, Cells):
        return json_data(figure.array) if figure.array.size <= CELLS else None
    return figure


def _lines(typed: Typed, trace: Trace, n: int) -> tuple[Sequence[Piece], ...]:
    lines = typed.lines(trace, n, _WIDTH)
    return lines.typed, lines.values, lines.gradients


def _pieces(pieces: Sequence[Piece]) -> list[tuple[int, str, str]]:
    """Pieces as the blanks before each, its text and its class: the script cannot tell which letters are wide."""
    stops = (0, *(piece.stop for piece in pieces))
    return [(piece.start - stop, piece.text, _STYLES[piece.style]) for piece, stop in zip(pieces, stops, strict=False)]
