"""How much room each item of a layer takes, in cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from functools import cache
from itertools import pairwise

from graphstep.faces.drawing.layout.model import Box, Density
from graphstep.faces.drawing.layout.plan import Kind, Plan
from graphstep.ground.records import dataclass
from graphstep.ground.widths import cell_width

PADDING = {"roomy": 2, "snug": 1, "compact": 0}
"""Blank cells on either side of a gate's label."""
SHORTEST = 3
"""Cells of a wire that has no label, at least, roomy."""


@dataclass(slots=True)
class Sizes:
    """The extent of every item, relative to the row of its outgoing wire and to the left edge of its layer.

    The rows from `above` the wire to `below` it belong to the item alone: box, value and gradient all lie inside. Only two inputs
    may share one, the gradient of the upper at its left and the value of the lower at its right.
    """

    width: list[int]
    """By item: cells from the left edge of the layer to the end of the box or stub text."""
    zone: list[int]
    """By item: cells from the left edge of the layer to the end of its label; wires may turn right of it only."""
    above: list[int]
    """By item: rows that it owns above its wire."""
    below: list[int]
    """By item: rows that it owns below its wire."""
    top: list[int]
    """By box: rows of the box itself above its wire."""
    height: list[int]
    """By box: rows of the box itself."""
    entry: list[int]
    """By slot: the row in which it is entered, relative to the wire of its item."""
    blank: int
    """Blank rows between two boxes of a layer."""
    turn: int
    """Cells between two tracks, counted from one to the next."""
    before: int
    """Cells between a label and the first track."""
    approach: int
    """Cells from the last track to the box that a wire enters, the arrow among them."""
    joined: bytearray
    """By box: whether its two wires meet before it and enter it in one row."""
    shares: bytearray = field(default_factory=bytearray)
    """By box: whether it is an input that may share the rows of its numbers with an input above or below."""


def sizes(plan: Plan, boxes: Sequence[Box], density: Density, output: int | None) -> Sizes:
    """Measure every item of a plan."""
    count = len(plan.kind)
    roomy = density == "roomy"
    # Behind the lists, by density: blank rows, cells from one track to the next, those before the first, and those behind the
    # last.
    size = Sizes(
        [0] * count, [0] * count, [0] * count, [0] * count, [0] * len(boxes), [1] * len(boxes), [0] * len(plan.feeder),
        1 if roomy else 0, 2 if roomy else 1, 0 if roomy else 1, 3 if roomy else 2,
        bytearray(len(boxes)) if roomy else _joined(plan, len(boxes)), bytearray(len(boxes)),
    )  # fmt: skip
    # A large graph has few labels: + and × and exp.
    cells = cache(cell_width)
    for item, box in enumerate(boxes):
        shown = wire_text(box, item == output, density)
        # A piece of wire shows on either side of what is set into it.
        wire = cell_width(shown) + 2 if shown else 1
        if density == "compact":
            _compact(size, item, box, wire)
        else:
            name = shown_name(box, item == output)
            _boxed(size, item, box, name, PADDING[density], max(wire, SHORTEST) if roomy else wire, cells)
        if box.ports > 1 and not size.joined[item]:
            first = plan.first_slot[item]
            out = out_row(box.ports)
            size.entry[first : first + box.ports] = range(-out, box.ports - out)
    for item in range(len(boxes), count):
        if plan.kind[item] is not Kind.PASS:
            size.width[item] = size.zone[item] = (
                cell_width(stub_text(boxes[plan.owner[item]], plan.kind[item] is Kind.OUTPUT)) + 1
            )
    return size


def _joined(plan: Plan, boxes: int) -> bytearray:
    """Whether the two wires of a box may meet before it: they come in the order of the ports, and lead nowhere else.

    So the upper wire is the first operand, and where two wires touch they go to one gate. A gate that reads one value twice
    keeps a row for each wire.
    """
    joined = bytearray(boxes)
    place = [0] * len(plan.kind)
    for layer in plan.layers:
        for at, item in enumerate(layer):
            place[item] = at
    for item in range(boxes):
        first = plan.first_slot[item]
        if plan.first_slot[item + 1] - first == 2:
            upper, lower = plan.feeder[first], plan.feeder[first + 1]
            alone = upper >= 0 and lower >= 0 and len(plan.users[upper]) == len(plan.users[lower]) == 1
            # An open operand has a row of its own too, for its mark.
            joined[item] = alone and place[upper] < place[lower]
    return joined


def widen_shared(plan: Plan, boxes: Sequence[Box], size: Sizes, row: Sequence[int]) -> None:
    """Give inputs that share a row the room for both numbers beside each other."""
    for layer in plan.layers:
        for upper, lower in pairwise(layer):
            if upper < len(boxes) and lower < len(boxes) and size.shares[upper] and size.shares[lower]:
                both = boxes[upper].gradient_room + boxes[lower].value_width + 1
                size.zone[lower] = max(size.zone[lower], both if row[lower] - row[upper] == 2 else 0)


def out_row(ports: int) -> int:
    """The operand row, from 0, in which the wire of a gate leaves: the middle one, or the upper one of two."""
    return (ports - 1) // 2


def stub_text(box: Box, is_output: bool) -> str:
    """What a stub or the arrow of the output says: the name of the box, its text or its label; an unnamed output is `f`."""
    return box.name or ("f" if is_output else box.text or box.label)


def shown_name(box: Box, is_output: bool) -> str:
    """The name to show at the box itself: none when the label or the arrow of the output already says it."""
    return "" if is_output or box.name == box.label else box.name


def wire_text(box: Box, is_output: bool, density: Density) -> str:
    """What is set into the wire of a box: its shape, and behind a box without an edge for it, its name."""
    if density != "compact":
        return box.on_wire
    return " ".join(filter(None, (shown_name(box, is_output), box.on_wire)))


def _boxed(size: Sizes, item: int, box: Box, name: str, padding: int, wire: int, cells: Callable[[str], int]) -> None:
    """A box with an edge all round; the value stands beside its upper edge, the gradient below the wire."""
    padding = padding if box.ports else 1
    width = cells(box.label) + 2 * padding + 2
    if name:
        # The name stands in the lower edge, between two corners, with a blank on either side.
        width = max(width, cell_width(name) + 4)
    rows = 1 if size.joined[item] else box.ports or 1
    out = out_row(rows)
    size.width[item] = width
    size.top[item] = size.above[item] = out + 1
    size.below[item] = rows - out
    size.height[item] = rows + 2
    label = box.label_width
    size.zone[item] = max(width + wire, width + label + 2 if label else 0)


def _compact(size: Sizes, item: int, box: Box, wire: int) -> None:
    """A bare name, a gate in brackets in one row, or for wires that do not meet a box whose upper edge carries the label.

    Over a single row the value stands above box and wire, and below them the gradient; of an input the value at the right end,
    the gradient at the left. Beside more rows they stand right of the box.
    """
    rows = 1 if size.joined[item] else max(box.ports, 1)
    out = out_row(rows)
    width = max(cell_width(box.label) + (2 if box.ports else 0), 1)
    value, gradient = box.value_width, box.gradient_room
    size.width[item] = width
    size.top[item] = out
    size.height[item] = rows
    size.above[item] = max(out, 1 if value else 0)
    size.below[item] = max(rows - 1 - out, 1 if gradient else 0)
    size.zone[item] = max(
        width + wire,
        value + (width + 1 if out and value else 0),
        gradient + (width + 1 if rows > 1 and gradient else 0),
    )
    size.shares[item] = not box.ports
