"""A drawing in which calls and repetitions that are closed are a box each.

A call of one value is one box with that value. One of several values is a box without a number, and a small one for each value.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain, repeat
from operator import sub
from typing import NamedTuple

from graphstep.engine.trace import Trace
from graphstep.faces.drawing.diagram import NEARBY, Diagram, box_of_node, centre_of, diagram, nearby, shown_labels, widths
from graphstep.faces.drawing.layout import Box, Edge, neighbourhood
from graphstep.ground.arrays import shape_text
from graphstep.ground.memo import owner_cache_of_last
from graphstep.ground.numerals import DIGITS
from graphstep.language.program import Program, shown_name
from graphstep.telling.names import names_of

Widths = Callable[[int], tuple[int, int]]
"""By node the cells for its value and for its gradient."""


def closed_frames(program: Program, within: int) -> list[int]:
    """By frame the outermost one that is closed for somebody within another, and that it is in; 0 where it is open."""
    opened = {0, within}
    while within:
        within = program.frames[within].around
        opened.add(within)
    closed: list[int] = []
    for frame, one in enumerate(program.frames):
        # A frame stands behind the one around it.
        closed.append(0 if frame in opened else closed[one.around] or frame)
    return closed


def count_of_boxes(program: Program, within: int) -> int:
    """How many boxes a drawing has."""
    return len(_folding(program, within, False).boxes) if program.frames else len(program.nodes)


def call_label(program: Program, frame: int) -> str:
    """The label of the box of a call: ``cell``, ``repeat 20``, ``turn 3``."""
    call = program.frames[frame]
    if call.kind == "loop":
        return f"repeat {sum(each.around == frame for each in program.frames)}"
    if call.kind == "turn":
        return f"turn {call.label.rpartition('.')[2]}"
    return shown_name(call.label)


def folded(run: Trace | Program, within: int, centre: int | None = None, *, digits: int = DIGITS, alone: bool = False) -> Diagram:
    """The drawing of a run for somebody within one of its calls; with ``centre``, of what is near that node.

    ``alone`` draws nothing but that call, with what it reads as boxes without operands.
    """
    program, width_of = widths(run, digits)
    folding = _folding(program, within, alone)
    return folding.diagram(width_of, digits) if centre is None else folding.near(folding.box_of[centre], width_of, digits)


# A window that is opened asks for several sizes of one drawing.
@owner_cache_of_last
def _folding(program: Program, within: int, alone: bool) -> _Folding:
    return _Folding(program, within, alone)


class _Near(NamedTuple):
    """By box what is next to it."""

    before: list[list[int]]
    """The boxes that its wires come from."""
    behind: list[list[int]]
    """The boxes that its wires lead to."""
    leaving: list[list[int]]
    """The wires that lead away from it."""
    nodes: list[list[int]]
    """The nodes that it stands for."""


class _Folding:
    """Which boxes and wires a drawing has; what stands in a box is made where it is drawn."""

    def __init__(self, program: Program, within: int, alone: bool) -> None:
        self.program = program
        self.drawn: list[int] = []
        """By box its node."""
        self.boxes: list[Callable[[Widths], Box]] = []
        """By box what makes it."""
        self.edges: list[Edge] = []
        self.edge_of: dict[tuple[int, int], int] = {}
        self.box_of: dict[int, int] = {}
        self.wires_from: list[list[tuple[int, int, int]]] = []
        self.calls: set[int] = set()
        closed = closed_frames(program, within)
        nodes = program.columns
        call_of = [closed[frame] for frame in nodes.frames]
        inside = program.gates_of_frames[within] if alone and within else range(len(program.nodes))
        exits, gates_of = _exits(program, call_of, inside), program.gates_of_frames
        for index in _outside(program, inside):
            # What is read from outside comes first: a wire needs the box at its source.
            self.box_of[index] = self._put(index, partial(_operand_box, program, index, 0))
        for index in inside:
            call = call_of[index]
            if not call:
                box = self.box_of[index] = self._put(index, partial(_node_box, program, index))
                read = [(slot, x) for slot, x in enumerate(nodes.row(index)) if x >= 0]
                for port, (slot, source) in enumerate(read):
                    self._join(source, box, port, [(index, slot)])
            elif index == gates_of[call].start:
                # It is drawn with the first gate of its call.
                self._put_call(call, exits.get(call, []))

    def _put(self, index: int, box: Callable[[Widths], Box]) -> int:
        self.drawn.append(index)
        self.boxes.append(box)
        self.wires_from.append([])
        return len(self.boxes) - 1

    def _join(self, node: int, box: int, port: int, entries: Sequence[tuple[int, int]]) -> None:
        """A wire from the box of a node, to where gates read it in slots."""
        source, edge = self.box_of[node], len(self.edges)
        self.edges.append(Edge(source, box, port))
        for entry in entries:
            self.edge_of[entry] = edge
            self.wires_from[source].append((edge, *entry))

    def _put_call(self, call: int, results: Sequence[int]) -> None:
        program = self.program
        gates = program.gates_of_frames[call]
        ports = _ports(program, gates)
        # The value of a call is that of its one result; of several the box says nothing, and is reached when all are computed.
        last = results[0] if len(results) == 1 else gates.stop - 1
        box = self._put(last, partial(_call_box, program, call, len(ports), results))
        # All gates of the call lead to its box, so that a step inside of it shows there.
        self.box_of.update(dict.fromkeys(gates, box))
        for port, (source, entries) in enumerate(ports.items()):
            self._join(source, box, port, entries)
        if len(results) == 1:
            return
        self.calls.add(box)
        for result in results:
            small = self._put(result, partial(_operand_box, program, result, 1))
            self._join(result, small, 0, [])
            self.box_of[result] = small

    def diagram(self, width_of: Widths, digits: int) -> Diagram:
        """The whole diagram."""
        return Diagram(
            self.program,
            tuple(self.drawn),
            tuple(box(width_of) for box in self.boxes),
            tuple(self.edges),
            self.box_of,
            self.edge_of,
            tuple(map(tuple, self.wires_from)),
            self.box_of.get(self.program.output),
            digits,
            frozenset(self.calls),
        )

    @cached_property
    def _near(self) -> _Near:
        """What is next to each box, of all of them: a window that is opened asks for a part nine times."""
        near = _Near(*_lists(4, len(self.boxes)))
        for place, edge in enumerate(self.edges):
            near.before[edge.target].append(edge.source)
            near.behind[edge.source].append(edge.target)
            near.leaving[edge.source].append(place)
        for node, box in self.box_of.items():
            near.nodes[box].append(node)
        return near

    def near(self, centre: int, width_of: Widths, digits: int) -> Diagram:
        """The part that is near a box."""
        near = self._near
        kept = neighbourhood(near.before, near.behind, centre, NEARBY)
        moved = {box: place for place, box in enumerate(kept)}
        edges: list[Edge] = []
        edge_at: dict[int, int] = {}
        # In the order of the whole drawing, which is that of its ports: a part looks like a part of it.
        for place in sorted(place for box in kept for place in near.leaving[box]):
            edge = self.edges[place]
            if edge.target in moved:
                edge_at[place] = len(edges)
                edges.append(Edge(moved[edge.source], moved[edge.target], edge.port))
        wires = [[wire for wire in self.wires_from[box] if wire[0] in edge_at] for box in kept]
        return Diagram(
            self.program,
            tuple(self.drawn[box] for box in kept),
            tuple(self.boxes[box](width_of) for box in kept),
            tuple(edges),
            {node: moved[box] for box in kept for node in near.nodes[box]},
            {(gate, slot): edge_at[edge] for those in wires for edge, gate, slot in those},
            tuple(tuple((edge_at[edge], gate, slot) for edge, gate, slot in those) for those in wires),
            moved.get(self.box_of.get(self.program.output, -1)),
            digits,
            frozenset(moved[box] for box in self.calls if box in moved),
        )


def _lists(kinds: int, boxes: int) -> list[list[list[int]]]:
    return [[[] for _ in range(boxes)] for _ in range(kinds)]


def _exits(program: Program, call_of: Sequence[int], inside: range) -> Mapping[int, list[int]]:
    """By closed call its gates that are read outside of it."""
    nodes = program.columns
    # By slot, as there are millions: a row for each gate takes three times as long.
    calls = chain.from_iterable(map(repeat, call_of, map(sub, nodes.starts[1:], nodes.starts)))
    read = {x for x, call in zip(nodes.read, calls, strict=True) if x >= 0 and call_of[x] != call}
    # Nobody reads the output, and it leaves its call all the same.
    read.add(program.output)
    exits: dict[int, list[int]] = {}
    for index in sorted(read):
        if call_of[index] and index in inside:
            exits.setdefault(call_of[index], []).append(index)
    return exits


def _outside(program: Program, inside: range) -> list[int]:
    """The nodes that are read inside of some, and stand outside."""
    if len(inside) == len(program.nodes):
        return []
    return sorted({x for gate in inside for x in program.columns.row(gate) if x >= 0 and x not in inside})


def _node_box(program: Program, index: int, width_of: Widths) -> Box:
    return box_of_node(program, index, width_of(index))


def _operand_box(program: Program, index: int, ports: int, width_of: Widths) -> Box:
    """The box of a value that is computed elsewhere."""
    value, gradient = width_of(index)
    return Box(names_of(program).texts[index], ports, value, "", shape_text(program.nodes[index].shape), gradient)


def _call_box(program: Program, call: int, ports: int, results: Sequence[int], width_of: Widths) -> Box:
    label = call_label(program, call)
    if len(results) != 1:
        return Box(label, ports, 0, "", "", 0, False, "")
    (result,) = results
    value, gradient = width_of(result)
    name, text = shown_labels(program, result)
    return Box(label, ports, value, name, shape_text(program.nodes[result].shape), gradient, False, text)


def shown(trace: Trace, at: int) -> Diagram:
    """What a document draws of a run at step ``at``: all of it, of a larger program with its calls as boxes, or of one that is
    larger still the part around the gate at work.
    """
    # A drawing on the screen is in no document.
    from graphstep.telling.document import WHOLE

    program = trace.program
    if len(program.nodes) - program.first_gate <= WHOLE:
        return diagram(trace)
    centre = centre_of(trace, at) if at < len(trace) else program.output
    if program.frames:
        return folded(trace, 0, None if count_of_boxes(program, 0) <= WHOLE else centre)
    return diagram(trace, nearby(program, centre))


def _ports(program: Program, gates: range) -> Mapping[int, list[tuple[int, int]]]:
    """By node outside a call that it reads, the gates and slots that do."""
    nodes, ports = program.columns, dict[int, list[tuple[int, int]]]()
    first, last = nodes.starts[gates.start], nodes.starts[gates.stop]
    for place, x in enumerate(nodes.read[first:last], first):
        # What stands before its gates stands outside of a call.
        if 0 <= x < gates.start:
            gate = bisect_right(nodes.starts, place, gates.start) - 1
            ports.setdefault(x, []).append((gate, place - nodes.starts[gate]))
    return ports
