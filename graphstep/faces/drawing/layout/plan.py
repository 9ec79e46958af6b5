"""Everything that takes a row of a layer: boxes, wires that pass through, stubs, and the arrow of the output."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import field
from enum import IntEnum

from graphstep.faces.drawing.layout.layers import layers_of
from graphstep.faces.drawing.layout.model import Box, Density, Edge
from graphstep.ground.records import dataclass

LONGEST_WIRE = 6
"""A wire that would span more layers than this is drawn as a pair of labelled stubs."""


class Kind(IntEnum):
    """The kind of an item of a layer."""

    BOX = 0
    """A box; item numbers below the number of boxes are box numbers."""
    PASS = 1
    """A wire on its way through a layer."""
    LEAVE = 2
    """The stub at the source of a long wire."""
    ENTER = 3
    """The stub at the target of a long wire."""
    OUTPUT = 4
    """The arrow at the right of the output, with its name."""


@dataclass(slots=True)
class Plan:
    """Items in layers, joined by wires that span exactly one layer each.

    Each item has a row of slots on its left (a box has one for each operand), and each slot is fed by at most one item
    of the layer before; the wires of one item to all its slots are one net and share what they can.
    """

    kind: list[Kind]
    """By item: what it is."""
    layer: list[int]
    """By item: its layer, from 0 at the left."""
    owner: list[int]
    """By item: the box whose value it carries (the box itself, the source of the wire or stub, the output)."""
    first_slot: list[int]
    """By item: its first slot; one more entry than items, so that slots end where the next item's begin."""
    slot_item: list[int]
    """By slot: the item that it belongs to."""
    feeder: list[int]
    """By slot: the item that feeds it, or -1 when nothing does."""
    users: list[list[int]]
    """By item: the slots that it feeds."""
    layers: list[list[int]]
    """By layer: its items from top to bottom."""
    bands: list[int] = field(default_factory=lambda: [0])
    """The first layer of each band: one, or several below each other where the drawing is wrapped as a text is."""
    far: dict[int, list[int]] = field(default_factory=dict)
    """By box with a stub at its right: the stubs at the other ends."""
    commuting: list[int] = field(default_factory=list)
    """The boxes whose two operands may change places."""
    swapped: set[int] = field(default_factory=set)
    """The boxes whose two operands have changed places."""
    rows: dict[tuple[object, ...], tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)
    """By the heights of items: the row of each, since a graph is laid out for several rooms before it is drawn in one."""

    def ranges(self) -> list[tuple[int, int]]:
        """By band: its first layer, and the one after its last."""
        return list(zip(self.bands, [*self.bands[1:], len(self.layers)], strict=True))

    def slot_of(self, box: int, port: int) -> int:
        """The slot of a box that an operand enters."""
        return self.first_slot[box] + (1 - port if box in self.swapped else port)

    def swap(self, box: int) -> None:
        """Let the two operands of a box change places."""
        slot = self.first_slot[box]
        upper, lower = self.feeder[slot], self.feeder[slot + 1]
        for item, before, after in ((upper, slot, slot + 1), (lower, slot + 1, slot)):
            users = self.users[item]
            users[users.index(before)] = after
        self.feeder[slot], self.feeder[slot + 1] = lower, upper
        self.swapped ^= {box}

    def add(self, kind: Kind, layer: int, owner: int, feeder: int | None) -> int:
        """Add an item that is no box, with one slot fed by `feeder`, or without a slot when that is None."""
        item = len(self.kind)
        self.kind.append(kind)
        self.layer.append(layer)
        self.owner.append(owner)
        self.users.append([])
        if feeder is not None:
            self.users[feeder].append(len(self.feeder))
            self.slot_item.append(item)
            self.feeder.append(feeder)
        self.first_slot.append(len(self.feeder))
        return item


def plan(boxes: Sequence[Box], edges: Sequence[Edge], density: Density, output: int | None, breaks: Sequence[int] = ()) -> Plan:
    """The items of a drawing, in layers, not yet in their order within a layer.

    Each of the layers in `breaks` begins a band of its own. Between two bands stand two more layers, for the stubs of the wires
    that lead from one to the other.

    Raises ValueError for an edge to a port that does not exist or is taken, an output that is no box, or a circle.
    """
    count = len(boxes)
    if output is not None and not 0 <= output < count:
        raise ValueError(f"the output is box {output}, but the boxes are 0 to {count - 1}")
    # As a sparse matrix keeps its rows (CSR): the slots of all items lie behind each other.
    first_slot = [0]
    slot_item: list[int] = []
    for item, box in enumerate(boxes):
        slot_item.extend([item] * box.ports)
        first_slot.append(len(slot_item))
    source_of = _sources(count, first_slot, edges)
    operands = [[source for source in source_of[first_slot[item] : first_slot[item + 1]] if source >= 0] for item in range(count)]
    slots_of: list[list[int]] = [[] for _ in range(count)]
    consumers: list[list[int]] = [[] for _ in range(count)]
    for slot, source in enumerate(source_of):
        if source >= 0:
            slots_of[source].append(slot)
            consumers[source].append(slot_item[slot])
    layer = layers_of(operands, consumers, lecture=density == "roomy")
    if breaks:
        layer = _banded(layer, breaks, operands, consumers)
    # `_banded` moves what stands behind the nth break on by 2n layers: of the two that are new, the first holds the stubs that
    # leave the band before, and the second, with which the band begins, those that enter it.
    ranks = Plan(
        [Kind.BOX] * count, layer, list(range(count)), first_slot, slot_item, source_of,
        [[] for _ in range(count)], [], [0, *(first + 2 * band - 1 for band, first in enumerate(breaks, 1))],
    )  # fmt: skip
    ranks.commuting = [item for item, box in enumerate(boxes) if box.commutes and box.ports == 2 and len(operands[item]) == 2]
    for source, slots in enumerate(slots_of):
        if len(slots) == 1 and layer[slot_item[slots[0]]] == layer[source] + 1:
            # So are most wires of a large graph, and a call would take longer than all that is to do.
            ranks.users[source].append(slots[0])
        else:
            _wire(ranks, source, slots)
    if output is not None:
        ranks.add(Kind.OUTPUT, layer[output] + 1, output, output)
    ranks.layers = [[] for _ in range(max(ranks.layer, default=-1) + 1)]
    return ranks


def _banded(
    layer: Sequence[int], breaks: Sequence[int], operands: Sequence[Sequence[int]], consumers: Sequence[Sequence[int]]
) -> list[int]:
    """The layers with two more between bands; an input that is read in a later band only stands there."""
    banded = [each + 2 * bisect_right(breaks, each) for each in layer]
    for item, readers in enumerate(consumers):
        if readers and not operands[item]:
            banded[item] = max(banded[item], min([banded[reader] for reader in readers]) - 1)
    return banded


def _sources(count: int, first_slot: list[int], edges: Sequence[Edge]) -> list[int]:
    """By slot: the box that feeds it, or -1."""
    source_of = [-1] * first_slot[-1]
    for number, edge in enumerate(edges):
        source, target, port = edge.source, edge.target, edge.port
        if not (0 <= source < count and 0 <= target < count):
            raise ValueError(f"edge {number} joins boxes {source} and {target}, but the boxes are 0 to {count - 1}")
        slot = first_slot[target] + port
        if port < 0 or slot >= first_slot[target + 1]:
            raise ValueError(f"edge {number} enters port {port} of box {target}, which has none of that number")
        if source_of[slot] >= 0:
            raise ValueError(f"edge {number} enters port {port} of box {target}, which is taken")
        source_of[slot] = source
    return source_of


def _wire(plan: Plan, source: int, slots: list[int]) -> None:
    """Join a box to its slots: directly, through passing wires shared by all of them, or by stubs."""
    start = plan.layer[source]
    # No wire passes from one band into the next: there it leaves by a stub and enters by another.
    band = bisect_right(plan.bands, start)
    longest = min(LONGEST_WIRE, plan.bands[band] - start - 1) if band < len(plan.bands) else LONGEST_WIRE
    near: list[int] = []
    far: list[int] = []
    reach = 1
    for slot in slots:
        span = plan.layer[plan.slot_item[slot]] - start
        if span == 1:
            plan.users[source].append(slot)
        elif span <= longest:
            near.append(slot)
            reach = max(reach, span)
        else:
            far.append(slot)
    # One passing wire in each layer, whatever number of gates read it on the way. These are the dummy vertices of Sugiyama's
    # method, of which there may be wires times layers; since what is longer ends in stubs, no box has more than LONGEST_WIRE - 1.
    carriers = [source]
    for step in range(1, reach):
        carriers.append(plan.add(Kind.PASS, start + step, source, carriers[-1]))
    for slot in near:
        carrier = carriers[plan.layer[plan.slot_item[slot]] - start - 1]
        plan.users[carrier].append(slot)
        plan.feeder[slot] = carrier
    # One stub leaves for all that is far; each reader has one of its own, as a text that says whence it comes.
    if far:
        plan.add(Kind.LEAVE, start + 1, source, source)
    for slot in far:
        stub = plan.add(Kind.ENTER, plan.layer[plan.slot_item[slot]] - 1, source, None)
        plan.users[stub].append(slot)
        plan.feeder[slot] = stub
        plan.far.setdefault(source, []).append(stub)
