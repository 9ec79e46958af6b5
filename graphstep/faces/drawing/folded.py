"""A drawing in which calls and repetitions that are closed are a box each.

A call of one value is one box with that value. One of several values is a box without a number, and a small one for each value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from graphstep.engine.trace import Trace
from graphstep.faces.drawing.diagram import NEARBY, Diagram, box_of_node, centre_of, diagram, nearby, shown_labels, widths
from graphstep.faces.drawing.layout import Box, Edge, neighbourhood
from graphstep.ground.arrays import shape_text
from graphstep.ground.numerals import DIGITS
from graphstep.language.program import Program, shown_name
from graphstep.telling.names import names_of


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
    """How many boxes a drawing has at most."""
    if not program.frames:
        return len(program.nodes)
    closed = closed_frames(program, within)
    calls: set[int] = set()
    count = 0
    for node in program.nodes:
        call = closed[node.frame]
        count += not call or call not in calls
        if call:
            calls.add(call)
    return count


def call_label(program: Program, frame: int) -> str:
    """What stands in the box of a call: ``cell``, ``repeat 20``, ``turn 3``."""
    one = program.frames[frame]
    if one.kind == "loop":
        return f"repeat {sum(each.around == frame for each in program.frames)}"
    if one.kind == "turn":
        return f"turn {one.label.rpartition('.')[2]}"
    return shown_name(one.label)


def folded(run: Trace | Program, within: int, centre: int | None = None, *, digits: int = DIGITS, alone: bool = False) -> Diagram:
    """The drawing of a run for somebody within one of its calls; with ``centre``, of what is near that node.

    ``alone`` draws nothing but that call, with what it reads as boxes without operands.
    """
    program, width_of = widths(run, digits)
    closed = closed_frames(program, within)
    call_of = [closed[node.frame] for node in program.nodes]
    inside = program.gates_of_frames[within] if alone and within else range(len(program.nodes))
    outside = sorted({x for gate in inside for _, x in program.nodes[gate].sources if x not in inside})
    exits: dict[int, list[int]] = {}
    for index in inside:
        call = call_of[index]
        if call and (index == program.output or any(call_of[reader] != call for reader, _ in program.consumers[index])):
            exits.setdefault(call, []).append(index)
    drawn: list[int] = []
    boxes: list[Box] = []
    edges: list[Edge] = []
    edge_of: dict[tuple[int, int], int] = {}
    box_of: dict[int, int] = {}
    wires_from: list[list[tuple[int, int, int]]] = []
    calls: list[int] = []

    def put(index: int, box: Box) -> int:
        drawn.append(index)
        boxes.append(box)
        wires_from.append([])
        return len(boxes) - 1

    def joined(source: int, box: int, port: int) -> int:
        edges.append(Edge(source, box, port))
        return len(edges) - 1

    for index in (*outside, *inside):
        node = program.nodes[index]
        if index not in inside:
            value, gradient = width_of(index)
            box_of[index] = put(index, Box(names_of(program).texts[index], 0, value, "", shape_text(node.shape), gradient))
            continue
        if not call_of[index]:
            box_of[index] = put(index, box_of_node(program, index, width_of(index)))
            for port, (slot, source) in enumerate(node.sources):
                edge_of[index, slot] = joined(box_of[source], box_of[index], port)
                wires_from[box_of[source]].append((edge_of[index, slot], index, slot))
            continue
        if index != program.gates_of_frames[call_of[index]].start:
            # It was drawn with the first gate of its call.
            continue
        call = call_of[index]
        gates, results = program.gates_of_frames[call], exits.get(call, [])
        ports = _ports(program, gates)
        last = results[0] if len(results) == 1 else gates.stop - 1
        value, gradient = width_of(last) if len(results) == 1 else (0, 0)
        name, text = shown_labels(program, last) if len(results) == 1 else ("", "")
        shape = shape_text(program.nodes[last].shape) if len(results) == 1 else ""
        box = put(last, Box(call_label(program, call), len(ports), value, name, shape, gradient, False, text))
        box_of.update(dict.fromkeys(gates, box))
        for port, (source, entries) in enumerate(ports.items()):
            edge = joined(box_of[source], box, port)
            for entry in entries:
                edge_of[entry] = edge
                wires_from[box_of[source]].append((edge, *entry))
        if len(results) == 1:
            continue
        calls.append(box)
        for result in results:
            value, gradient = width_of(result)
            label = names_of(program).texts[result]
            box_of[result] = put(result, Box(label, 1, value, "", shape_text(program.nodes[result].shape), gradient))
            joined(box, box_of[result], 0)
    whole = Diagram(
        program,
        tuple(drawn),
        tuple(boxes),
        tuple(edges),
        box_of,
        edge_of,
        tuple(map(tuple, wires_from)),
        box_of.get(program.output),
        digits,
        frozenset(calls),
    )
    return whole if centre is None else _near(whole, box_of[centre])


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
    ports: dict[int, list[tuple[int, int]]] = {}
    for gate in gates:
        for slot, source in program.nodes[gate].sources:
            if source not in gates:
                ports.setdefault(source, []).append((gate, slot))
    return ports


def _near(whole: Diagram, centre: int) -> Diagram:
    """The part of a drawing that is near a box."""
    before: list[list[int]] = [[] for _ in whole.boxes]
    behind: list[list[int]] = [[] for _ in whole.boxes]
    for edge in whole.edges:
        before[edge.target].append(edge.source)
        behind[edge.source].append(edge.target)
    kept = neighbourhood(before, behind, centre, NEARBY)
    moved = {box: place for place, box in enumerate(kept)}
    edges: list[Edge] = []
    edge_at: dict[int, int] = {}
    for place, edge in enumerate(whole.edges):
        if edge.source in moved and edge.target in moved:
            edge_at[place] = len(edges)
            edges.append(Edge(moved[edge.source], moved[edge.target], edge.port))
    return replace(
        whole,
        nodes=tuple(whole.nodes[box] for box in kept),
        boxes=tuple(whole.boxes[box] for box in kept),
        edges=tuple(edges),
        box_of={node: moved[box] for node, box in whole.box_of.items() if box in moved},
        edge_of={key: edge_at[edge] for key, edge in whole.edge_of.items() if edge in edge_at},
        wires_from=tuple(tuple((edge_at[x[0]], *x[1:]) for x in whole.wires_from[box] if x[0] in edge_at) for box in kept),
        output=None if whole.output is None else moved.get(whole.output),
        calls=frozenset(moved[box] for box in whole.calls if box in moved),
    )
