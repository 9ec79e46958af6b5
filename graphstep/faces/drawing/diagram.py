"""From a run to a drawing: which boxes and wires it has, and what is written on them after a step.

The one place that does so, for the terminal, the picture and the text drawing of a document. It knows nothing of terminals or
files; :mod:`graphstep.faces.drawing.layout` places what it names, :mod:`graphstep.faces.drawing.text` and
:mod:`graphstep.faces.drawing.picture` draw it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import overload

from graphstep.engine.gradient import Gradient
from graphstep.engine.step import Step
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.faces.drawing.digest import DIGEST, MORE, digest
from graphstep.faces.drawing.layout import Box, Density, Edge, Layout, arrange, cell_width, neighbourhood
from graphstep.faces.drawing.text import Marks
from graphstep.ground.arrays import Number, shape_text
from graphstep.ground.memo import owner_cache
from graphstep.ground.numerals import DIGITS, numeral
from graphstep.ground.records import dataclass
from graphstep.language.program import Program
from graphstep.telling.names import names_of, output_name

NEARBY = 60
"""Nodes in the neighbourhood that is drawn of a large program."""

_WIDEST = len("-1.234e-100")
_HUB = 8
"""Consumers up to which a node leads on to all of them."""

_FORK = 8
"""Contributions up to which a node's room is measured; of more it gets room for the widest number."""


@dataclass(frozen=True, slots=True)
class Diagram:
    """The boxes and wires of a program, or of a part of it. It is the same at every step of a run."""

    program: Program
    """What is drawn."""
    nodes: tuple[int, ...]
    """By box, the index of its node in the program; ascending."""
    boxes: tuple[Box, ...]
    """What :func:`graphstep.faces.drawing.layout.arrange` places."""
    edges: tuple[Edge, ...]
    """The wires between the boxes; what comes from outside the part leaves its operand row open."""
    box_of: Mapping[int, int]
    """By node, its box; a node outside the part is missing."""
    edge_of: Mapping[tuple[int, int], int]
    """By gate and slot, the wire that enters there; wires from outside the part are missing."""
    wires_from: tuple[tuple[tuple[int, int, int], ...], ...]
    """By box, ``(wire, gate, slot)`` of every wire that leaves it."""
    output: int | None
    """The box of the output; None when the part does not hold it."""
    digits: int = DIGITS
    """Significant digits of the numbers that it has room for."""
    calls: frozenset[int] = frozenset()
    """The boxes that stand for calls or repetitions of several values, which have no number of their own."""

    @property
    def whole(self) -> bool:
        """Whether every node of the program is drawn, or inside of a call that is."""
        return len(self.box_of) == len(self.program.nodes)

    def arrange(
        self,
        density: Density = "roomy",
        room: tuple[int, int] | None = None,
        like: Layout | None = None,
        breaks: Sequence[int] = (),
    ) -> Layout:
        """Where everything goes; :func:`graphstep.faces.drawing.layout.arrange` tells what the rest is."""
        return arrange(
            self.boxes,
            self.edges,
            density=density,
            output=self.output,
            room=room,
            like=like,
            breaks=breaks,
            hasty=not self.whole,
        )


def diagram(run: Trace | Program, nodes: Iterable[int] | None = None, *, digits: int = DIGITS) -> Diagram:
    """The drawing of a run, with room for its numbers at every step; of a program, which has none, without that room.

    ``nodes`` are the indexes of the nodes to draw (all unless given); the cost is that of these nodes, whatever the size of
    the program. ``digits`` is how many significant digits its numbers have.
    """
    program, width_of = widths(run, digits)
    drawn = tuple(range(len(program.nodes))) if nodes is None else tuple(sorted(set(nodes)))
    box_of = {index: box for box, index in enumerate(drawn)}
    boxes: list[Box] = []
    edges: list[Edge] = []
    edge_of: dict[tuple[int, int], int] = {}
    wires_from: list[list[tuple[int, int, int]]] = [[] for _ in drawn]
    for box, index in enumerate(drawn):
        boxes.append(box_of_node(program, index, width_of(index)))
        for port, (slot, source) in enumerate(program.nodes[index].sources):
            if source in box_of:
                edge_of[index, slot] = len(edges)
                wires_from[box_of[source]].append((len(edges), index, slot))
                edges.append(Edge(box_of[source], box, port))
    return Diagram(
        program,
        drawn,
        tuple(boxes),
        tuple(edges),
        box_of,
        edge_of,
        tuple(map(tuple, wires_from)),
        box_of.get(program.output),
        digits,
    )


def box_of_node(program: Program, index: int, widths: tuple[int, int]) -> Box:
    """The box of a node, with room for its value and its gradient."""
    node, (value, gradient) = program.nodes[index], widths
    commutes = node.rule is not None and node.rule.commutes
    name, text = shown_labels(program, index)
    return Box(node.box, len(node.sources), value, name, shape_text(node.shape), gradient, commutes, text)


def nearby(program: Program, centre: int, cap: int = NEARBY) -> list[int]:
    """The at most ``cap`` nodes that are fewest wires from a node, ascending; it costs what they cost.

    The way does not lead through a node with many consumers to all of them: a weight that 10,000 gates read would fill the
    drawing with gates that have nothing else to do with the centre.
    """
    nodes, consumers = program.nodes, program.consumers

    def operands_of(index: int) -> Sequence[int]:
        return [source for _, source in nodes[index].sources]

    def consumers_of(index: int) -> Sequence[int]:
        # Asked for the number, a hub need not list its consumers.
        hub = consumers.number(index) > _HUB and index != centre
        return [] if hub else consumers.gates(index)

    return neighbourhood(_Neighbours(len(nodes), operands_of), _Neighbours(len(nodes), consumers_of), centre, cap)


def centre_of(trace: Trace, at: int) -> int:
    """The node that a drawing of step ``at`` is about: the gate at work, or the output before the first step."""
    gate = trace.gate_at(at)
    return trace.program.output if gate is None else gate


def settled(trace: Trace, drawn: Diagram, at: int) -> Marks:
    """What is written on the drawing of a document: as :func:`marks`, and without an active gate once the run is finished."""
    written = marks(trace, drawn, at)
    return written if at < len(trace) else replace(written, active=None, active_edges=frozenset(), changed=frozenset(), locals={})


def marks(
    trace: Trace,
    drawn: Diagram,
    at: int,
    *,
    boxes: Iterable[int] | None = None,
    selected: int | None = None,
    breakpoints: Iterable[int] = (),
) -> Marks:
    """What is written on a drawing after step ``at``.

    ``boxes`` are the ones to write on (all unless given): a view that shows a part of a large drawing asks for that part.
    ``selected`` and ``breakpoints`` are nodes of the program.
    """
    values: dict[int, str] = {}
    gradients: dict[int, str] = {}
    contributions: dict[int, str] = {}
    pending: set[int] = set()
    # Before the seed no node has a gradient, and a large drawing need not ask for each.
    sent = at >= trace.seed_step
    language = trace.writing.language
    for box in range(len(drawn.nodes)) if boxes is None else boxes:
        index = drawn.nodes[box]
        value = trace.value(index, at)
        if value is None:
            pending.add(box)
            continue
        if box in drawn.calls:
            continue
        values[box] = digest(value, drawn.digits, language=language)
        gradient = trace.gradient(index, at) if sent else None
        if gradient is None:
            continue
        gradients[box] = _gradient_text(gradient, drawn.digits, language)
        if gradient.expected > 1:
            for wire, sending in sent_by_wire(trace, drawn, box):
                # A call sends several times along one wire: a part of the sum would look like the whole.
                if all(x.sent(at) for x in sending):
                    contributions[wire] = digest(sum_of([x.contribution for x in sending]), drawn.digits, language=language)
    step = trace.step(at)
    active_edges = _active_edges(step, drawn)
    # A call hides the gate whose local gradient it would be.
    hidden = step.sender is not None and drawn.box_of.get(step.sender) in drawn.calls
    at_port = "" if hidden else _local_text(step, drawn.digits)
    active, changed = _active(step), None if step.event == "start" else drawn.box_of.get(step.node)
    return Marks(
        values=values,
        gradients=gradients,
        contributions=contributions,
        active=None if active is None else drawn.box_of.get(active),
        active_edges=frozenset(active_edges),
        active_output=step.event == "seed" and drawn.output is not None,
        backward=step.event not in ("start", "value"),
        locals=dict.fromkeys(active_edges, at_port) if at_port else {},
        selected=None if selected is None else drawn.box_of.get(selected),
        breakpoints=frozenset(drawn.box_of[index] for index in breakpoints if index in drawn.box_of),
        pending=frozenset(pending),
        changed=frozenset(() if changed is None else (changed,)),
    )


def sent_by_wire(trace: Trace, drawn: Diagram, box: int) -> Iterator[tuple[int, list[Wire]]]:
    """By wire of a drawing that leaves a box, what is sent back along it in a run; through a call come several."""
    wires: dict[int, list[Wire]] = {}
    for wire, gate, slot in drawn.wires_from[box]:
        # Nothing is sent to a constant, and by a gate off the ways to the output.
        if (sending := trace.wire_at(gate, slot)) is not None:
            wires.setdefault(wire, []).append(sending)
    yield from wires.items()


def sum_of(parts: Sequence[Number]) -> Number:
    """The contributions that arrive along one wire of a drawing, in the order of arrival."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return whole


def _active(step: Step) -> int | None:
    """The node that a step is about: the gate that computes or sends, or the node that sums."""
    if step.event == "start":
        return None
    return step.node if step.sender is None else step.sender


def _active_edges(step: Step, drawn: Diagram) -> list[int]:
    trace = step.trace
    used: list[tuple[int, int]] = []
    if step.wire is not None:
        # One wire alone: x*x sends twice to x, and each time another of its wires is at work.
        used = [(step.wire.sender, step.wire.slot)]
    elif step.event == "value":
        used = [(step.node, slot) for slot, _ in trace.node(step.node).sources]
    elif step.event == "sum" and step.node in drawn.box_of:
        # Of thousands of wires a part of a large graph has a few.
        leaving = drawn.wires_from[drawn.box_of[step.node]]
        used = [(gate, slot) for _, gate, slot in leaving if _arrives(trace, step.node, gate, slot)]
    return [drawn.edge_of[key] for key in used if key in drawn.edge_of]


def _arrives(trace: Trace, node: int, gate: int, slot: int) -> bool:
    """Whether a node gets a contribution along the wire that enters a gate in a slot."""
    wire = trace.wire_at(gate, slot)
    return wire is not None and wire.receiver == node


def _local_text(step: Step, digits: int) -> str:
    """The local gradient that a send multiplies with; empty where it is no number."""
    local = None if step.wire is None else step.wire.local
    return f"·{digest(local, digits)}" if isinstance(local, int | float) else ""


def _gradient_text(gradient: Gradient, digits: int, language: str) -> str:
    text = digest(gradient.value, digits, language=language)
    return text if gradient.complete else text + MORE


def shown_labels(program: Program, index: int) -> tuple[str, str]:
    """What stands at a box, the name that formulas use where the box does not say it already; and what else formulas call it."""
    if index == program.output:
        return output_name(program), ""
    node = program.nodes[index]
    if node.rule is None or node.name is not None:
        return names_of(program).texts[index] if program.frames else node.name or "", ""
    # A formula writes a short expression out (x+y), and calls a long one, or one that stands twice, by a name.
    names = names_of(program)
    return (names.texts[index], "") if index in names.definitions else ("", names.texts[index])


def widths(run: Trace | Program, digits: int) -> tuple[Program, Callable[[int], tuple[int, int]]]:
    """A program, and by node the cells for its value and for its gradient."""
    return (run, _no_width) if isinstance(run, Program) else (run.program, _width_in(run, digits))


def _no_width(_: int) -> tuple[int, int]:
    return 0, 0


# A window that is opened asks for several drawings of one run.
@owner_cache
def _width_in(trace: Trace, digits: int) -> Callable[[int], tuple[int, int]]:
    """Cells for what a node's wire ever shows: for its value, and for the widest of its gradient and what arrives of it."""
    language = trace.writing.language

    @cache
    def width(index: int) -> tuple[int, int]:
        return cell_width(digest(trace.value_of(index), digits, language=language)), gradient_width(index)

    def gradient_width(index: int) -> int:
        gradient = trace.gradient(index)
        if gradient is None:
            return 0
        arrivals = trace.arrivals(index)
        if trace.node(index).shape:
            # What has arrived of a gradient is not added up here: arrays may be large.
            return DIGEST + len(MORE) if len(arrivals) > 1 else cell_width(digest(gradient.value, digits, language=language))
        if len(arrivals) > _FORK:
            return _WIDEST + len(MORE)
        texts = [digest(gradient.value, digits, language=language)]
        so_far = 0.0
        # Every sum on the way has its turn on the wire: a partial sum may be longer than the gradient, as in 1.25 + 2.5 - 3.75.
        for count, wire in enumerate(arrivals, 1):
            part = float(wire.contribution)
            so_far += part
            texts += [numeral(part, digits), *([numeral(so_far, digits) + MORE] if count < len(arrivals) else [])]
        return max(map(cell_width, texts))

    return width


class _Neighbours(Sequence[Sequence[int]]):
    """Every node's neighbours on one side, made for a node when they are asked for."""

    def __init__(self, count: int, of: Callable[[int], Sequence[int]]) -> None:
        self._count, self._of = count, of

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Sequence[int]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sequence[int]]: ...
    def __getitem__(self, index: int | slice) -> Sequence[int] | Sequence[Sequence[int]]:
        if isinstance(index, slice):
            return [self._of(i) for i in range(*index.indices(self._count))]
        return self._of(index)
