"""The typed text with what a run has done to it: its active part marked, values and gradients under the parts they belong to.

As Thonny shows the evaluation of an expression: forward, a part that is computed is covered by its value; backward, the
gradients stand under the parts that they have reached.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from graphstep.engine.step import Step
from graphstep.engine.trace import Trace
from graphstep.faces.drawing.digest import MORE, digest
from graphstep.faces.drawing.layout import cell_width
from graphstep.ground.errors import Span
from graphstep.ground.memo import owner_cache
from graphstep.ground.records import dataclass
from graphstep.language.program import Program

_WORD = re.compile(r"[^\W\d]\w*")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NUMBERED = 400
"""Nodes up to which uses are numbered under the text."""

_FEW = 40
"""Parts of a line up to which a text without room under its part is moved aside: each place is held against all of them."""

_CANDIDATES = 400
"""Parts of a statement that are looked at for one line: more do not fit into any window."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line, with its style."""

    start: int
    """Its first cell."""
    text: str
    """What is written."""
    style: str
    """``plain``, ``active``, ``target``, ``value``, ``gradient``, ``value-active`` or ``gradient-active``."""

    @property
    def stop(self) -> int:
        """The cell behind it."""
        return self.start + cell_width(self.text)


@dataclass(frozen=True, slots=True)
class Lines:
    """The typed text and what stands under it; each line in pieces from left to right."""

    typed: tuple[Piece, ...]
    """The statement, or the part of it that fits."""
    values: tuple[Piece, ...]
    """The values under it."""
    gradients: tuple[Piece, ...]
    """The gradients under it."""


@owner_cache
def typed_of(program: Program) -> Typed:
    """The text of a program with that index; it is made once and lives as long as the program."""
    return Typed(program)


class Typed:
    """The text of a program, with an index of what stands where."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._starts, self._stops = _statements(program.text)
        self._sorted_gates: dict[int, tuple[array[int], array[int]]] = {}

    @cached_property
    def _uses(self) -> dict[int, int]:
        """The numbers of the uses of named nodes, by the place in the text; nothing where the text does not show them all."""
        program = self.program
        if len(program.nodes) > _NUMBERED or program.frames:
            # A body is one text for all its calls and turns.
            return {}
        counts: dict[int, int] = {}
        for operand, use in zip(program.columns.read, program.uses, strict=True):
            if use:
                counts[operand] = counts.get(operand, 0) + 1
        places: dict[int, list[int]] = {node: [] for node in counts}
        for first, _, index in self._spots(0, len(program.text), 0):
            if index in places and program.text.startswith(program.nodes[index].name or "\0", first):
                places[index].append(first)
        return {
            place: use
            for node, spots in places.items()
            if len(spots) == counts[node]
            for use, place in enumerate(sorted(spots), 1)
        }

    def sort(self) -> None:
        """Look at all gates of the program itself, before somebody waits for it."""
        self._sorted(0)

    def _sorted(self, frame: int) -> tuple[array[int], array[int]]:
        """Where the gates of a frame that is looked at begin, and which they are, those that reach further first."""
        if frame not in self._sorted_gates:
            program, nodes = self.program, self.program.columns
            spans, frames, texts = nodes.spans, nodes.frames, nodes.texts
            gates = program.gates_of_frames[frame] if program.frames else range(program.first_gate, len(nodes))
            places = {
                # Of several gates at one place, which a gate was taken apart into, the last is meant.
                # One number that sorts by where a gate begins, then the one that reaches further first.
                (spans[2 * index] << 32) - spans[2 * index + 1]: index
                for index in gates
                if frames[index] == frame and spans[2 * index] >= 0 and (frame or index not in texts)
            }
            order = array("i", [places[place] for place in sorted(places)])
            self._sorted_gates[frame] = array("i", [spans[2 * index] for index in order]), order
        return self._sorted_gates[frame]

    def lines(self, trace: Trace, at: int, width: int) -> Lines:
        """The lines of the typed text after step ``at``, in ``width`` cells."""
        step = trace.step(at)
        gate = trace.gate_at(at)
        index = self.program.output if gate is None else gate
        node = self.program.nodes[index]
        active = shown = node.span
        if node.is_copy and active is None:
            # A copy stands nowhere in the text, and is made for the line that reads it.
            readers = (self.program.nodes[reader].span for reader in self.program.consumers.gates(index))
            shown = next((span for span in readers if span is not None), None)
        whole = self._statement(shown)
        room = min(width, whole[1] - whole[0])
        start, stop = self._cut(*whole, shown, room)
        # A letter has two cells at most, and there may be a hundred thousand: what is too wide is cut until it is not.
        while (cells := cell_width(self.program.text[start:stop])) > width:
            room -= (cells - width + 1) // 2
            start, stop = self._cut(*whole, shown, room)
        text = self.program.text[start:stop].replace("\n", " ").replace("\t", " ")
        text = f"…{text[1:]}" if start > whole[0] else text
        text = f"{text[:-1]}…" if stop < whole[1] else text
        spots = self._spots(start, stop, node.frame)
        target = self._target(step, spots)
        marked = None if step.event == "start" else active
        typed = _marked(text, start, marked, None if target is None else target[:2])
        row = _Row(text, start, spots, width)
        self._values(row, trace, at, step, spots)
        values = row.pieces
        row = _Row(text, start, spots, width)
        self._gradients(row, trace, at, step, spots, target)
        return Lines(tuple(typed), tuple(values), tuple(row.pieces))

    def _statement(self, span: Span | None) -> Span:
        place = bisect_right(self._starts, span[0] if span else 0) - 1
        return self._starts[max(place, 0)], self._stops[max(place, 0)]

    def _cut(self, start: int, stop: int, active: Span | None, width: int) -> Span:
        # Around the active part; of one that is itself too long, its end, where its last operator stands.
        first, last = active or (start, start)
        middle = (first + last) // 2 if last - first < width else last - width // 4
        left = min(max(start, middle - width // 2), stop - width)
        return max(left, start), min(max(left, start) + width, stop)

    def _spots(self, start: int, stop: int, frame: int) -> list[tuple[int, int, int]]:
        """``(start, stop, node)`` of the gates and names that stand within a part of the text, as they are meant in a frame."""
        starts, gates = self._sorted(frame)
        low, spans, spots = bisect_left(starts, start), self.program.columns.spans, []
        for index in gates[low : low + _CANDIDATES]:
            if spans[2 * index] >= stop:
                break
            if spans[2 * index + 1] <= stop:
                spots.append((spans[2 * index], spans[2 * index + 1], index))
        return [*spots, *self._names_in(start, stop, frame)]

    def _names_in(self, start: int, stop: int, frame: int) -> Iterator[tuple[int, int, int]]:
        program = self.program
        names, starts = program.names, set[int]()
        if program.frames:
            # The same name stands for other nodes in other calls and turns.
            names = program.input_places if program.origin is None else {}
            for first, last, index in program.frames[frame].reads:
                if start <= first and last <= stop:
                    starts.add(first)
                    yield first, last, index
        for word in _WORD.finditer(program.text, start, stop) if not frame else ():
            index = names.get(word.group(), -1)
            behind = program.text[word.end() : word.end() + 40].lstrip()[:1]
            if index >= 0 and behind not in ("(", "=") and word.start() not in starts:
                yield (*word.span(), index)

    def _target(self, step: Step, spots: list[tuple[int, int, int]]) -> tuple[int, int, int] | None:
        """The place of the operand to which a step sends: the one in the sender's own slot."""
        if step.sender is None or step.slot is None:
            return None
        sender = self.program.nodes[step.sender]
        before = sum(x == step.node for x in sender.operands[: step.slot])
        inside = sorted(s for s in spots if s[2] == step.node and _within(s, sender.span))
        others = [s for s in spots if s[2] not in (step.sender, step.node) and _within(s, sender.span)]
        # In sin(x*x) + x the sum reads the last x; those inside of sin are the operands of other gates.
        places = [s for s in inside if not any(_within(s, other[:2]) for other in others)] or inside
        return places[min(before, len(places) - 1)] if places else None

    def _values(self, row: _Row, trace: Trace, at: int, step: Step, spots: list[tuple[int, int, int]]) -> None:
        # Forward, what was computed covers its parts; backward, the operands are what local gradients are made of.
        sender = None if step.sender is None else self.program.nodes[step.sender]

        def order(spot: tuple[int, int, int]) -> tuple[bool, int, int]:
            length = spot[1] - spot[0]
            if step.phase == "backward":
                return (not (sender is not None and spot[2] in sender.operands and _within(spot, sender.span)), length, spot[0])
            return (not (step.event == "value" and spot[2] == step.node), -length, spot[0])

        # The first that is placed keeps its room, and what would overlap it is left out: so what matters most comes first.
        for first, last, index in sorted(spots, key=order):
            value = trace.value(index, at)
            if value is not None:
                fresh = step.event == "value" and index == step.node
                row.place(first, last, digest(value, language=trace.writing.language), "value-active" if fresh else "value")

    def _gradients(
        self,
        row: _Row,
        trace: Trace,
        at: int,
        step: Step,
        spots: list[tuple[int, int, int]],
        target: tuple[int, int, int] | None,
    ) -> None:
        if at < trace.seed_step:
            return

        def order(spot: tuple[int, int, int]) -> tuple[bool, int, int]:
            fresh = spot == target or (target is None and spot[2] == step.node)
            return (not fresh, spot[1] - spot[0], spot[0])

        for spot in sorted(spots, key=order):
            gradient = trace.gradient(spot[2], at)
            use, number = self._uses.get(spot[0], 0), ""
            if use and (trace.step_of_sum(spot[2]) or 0) > at:
                # Each use has a gradient of its own, until all are added up.
                number = f"⁽{str(use).translate(_RAISED)}⁾"
                text = number + _arrived(trace, spot[2], use, at)
            elif gradient is None:
                continue
            else:
                text = digest(gradient.value, language=trace.writing.language) + ("" if gradient.complete else MORE)
            fresh = spot == target or (target is None and spot[2] == step.node)
            style = "gradient-active" if fresh else "gradient"
            if not row.place(spot[0], spot[1], text, style) and number:
                row.place(spot[0], spot[1], number, style)


def _arrived(trace: Trace, node: int, use: int, at: int) -> str:
    """The contribution of a use, once it has arrived."""
    wire = next((wire for wire in trace.arrivals(node) if wire.use == use), None)
    return digest(wire.contribution, language=trace.writing.language) if wire is not None and wire.sent(at) else ""


class _Row:
    """A line of annotations; each goes under its part of the text unless an earlier one is in the way."""

    def __init__(self, text: str, start: int, spots: list[tuple[int, int, int]], width: int) -> None:
        self._cells, self._width = [0], width
        for letter in text:
            self._cells.append(self._cells[-1] + cell_width(letter))
        self._start = start
        self._others = [self._room(first, last) for first, last, _ in spots] if len(spots) <= _FEW else None
        self._parts: list[tuple[int, int]] = []
        self._taken: list[tuple[int, int]] = []
        self.pieces: list[Piece] = []

    def _room(self, first: int, last: int) -> tuple[int, int]:
        """The cells of a part of the text."""
        return self._cells[max(first - self._start, 0)], self._cells[min(last - self._start, len(self._cells) - 1)]

    def place(self, first: int, last: int, text: str, style: str) -> bool:
        """Write a text under a part of the line; whether there was room."""
        left, right = self._room(first, last)
        # What is a part of another one, or has it as a part, is told by that.
        if any(left < end and start < right for start, end in self._parts):
            return False
        part, room, need = (left, right), right - left, len(text)
        places = [left]
        if need + 2 <= room:
            before = (room - need) // 2
            text = "─" * before + text + "─" * (room - need - before)
        else:
            # In its middle, or as near to that as neighbours let it; beside its part at the farthest, and under no other one.
            middle = max(0, left + (room - need) // 2)
            places = [middle]
            if self._others is not None:
                apart = [(x, end) for x, end in self._others if end <= left or right <= x]
                free = (
                    x
                    for x in range(max(0, left - need), min(right, self._width - need) + 1)
                    if all(x + need <= a or b <= x for a, b in apart)
                )
                places += sorted(free, key=lambda place: (abs(place - middle), -place))
        # One blank between neighbours, or two numbers would read as one.
        size = len(text)
        left = next((x for x in places if all(x > end or x + size < start for start, end in self._taken)), -1)
        if left < 0:
            return False
        self._parts.append(part)
        self._taken.append((left, left + size))
        self.pieces.append(Piece(left, text, style))
        self.pieces.sort(key=lambda piece: piece.start)
        return True


def _marked(text: str, offset: int, active: Span | None, target: Span | None) -> list[Piece]:
    """The text in pieces, cut where the active part and the target begin and end."""
    # Both marks may overlap, as x within x*y: the text is cut at all four ends, and the later of both marks wins.
    edges = {0, len(text)}
    for span in (active, target):
        if span is not None:
            edges.update(min(max(x - offset, 0), len(text)) for x in span)
    cuts = sorted(edges)
    pieces, column = [], 0
    for left, right in pairwise(cuts):
        style = "plain"
        for span, name in ((active, "active"), (target, "target")):
            if span is not None and span[0] - offset <= left and right <= span[1] - offset:
                style = name
        pieces.append(Piece(column, text[left:right], style))
        column += cell_width(text[left:right])
    return pieces


def _within(spot: tuple[int, ...], span: Span | None) -> bool:
    return span is not None and span[0] <= spot[0] and spot[1] <= span[1]


def _statements(text: str) -> tuple[list[int], list[int]]:
    """Where each statement starts and stops: at semicolons, braces, and line ends outside brackets."""
    starts, stops, depth, start = [], [], 0, 0
    for match in re.finditer(r"[()\[\]{};\n]", text):
        mark = match.group()
        if mark in "([":
            depth += 1
        elif mark in ")]":
            depth -= 1
        elif mark in ";{}" or depth <= 0:
            starts.append(start)
            stops.append(match.start())
            start, depth = match.end(), 0
    starts.append(start)
    stops.append(len(text))
    kept = [(a + len(text[a:b]) - len(text[a:b].lstrip()), b) for a, b in zip(starts, stops, strict=True) if text[a:b].strip()]
    return [a for a, _ in kept] or [0], [b for _, b in kept] or [len(text)]
