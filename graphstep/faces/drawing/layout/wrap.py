"""Where the layers of a drawing that is too wide go on in a band below, as the words of a text do."""

from __future__ import annotations

from graphstep.faces.drawing.layout.layout import Layout
from graphstep.ground.widths import cell_width

BANDS = 4
"""Bands that are tried at most."""
MANY = 60
"""Layers above which a drawing is not wrapped: it would be a column of bands through which no wire can be followed."""
_STUB = 4
"""Cells that a stub takes beside its text: the wire before it, the arrow, and the gap to the next layer."""
# More cells than any cutting has, and still a whole number that can be added to.
_NEVER = 10**9


def wrap(flat: Layout, width: int) -> list[tuple[int, ...]]:
    """The layers at which bands of at most so many columns begin: for each number of bands the breaks that give the fewest rows.

    `flat` is the drawing in one band, without stretched wires. What it takes in several is estimated: a band is as wide as its
    layers are in `flat`, with stubs at both ends, and as high as the fullest of them.
    """
    count = len(flat.ranks.layers)
    if not 1 < count <= MANY:
        return []
    left, right, rows = flat.columns()
    stub, cut = _stubs(flat, right, left)
    # The arrow of the output is no layer of its own: it stays with the box that it leaves.
    last = count - 1 if flat.output is not None and flat.ranks.layer[flat.output] == count - 2 else count
    # By layer, the fewest rows of all before it in so many bands: dynamic programming over the last break, as Knuth and Plass
    # (1981) break a paragraph. At most BANDS times the square of MANY layers.
    best = [0, *([_NEVER] * count)]
    none: tuple[int, ...] = ()
    ways = [[none] * (count + 1)]
    cuttings: list[tuple[int, ...]] = []
    for _ in range(BANDS):
        fewest, way = [_NEVER] * (count + 1), [none] * (count + 1)
        for stop in range(1, count + 1):
            if stop == last and last < count:
                continue
            high = 0
            # The band grows to the left, and the first that is too wide ends that: one with a shorter stub would rarely fit
            # again.
            for start in range(stop - 1, -1, -1):
                high = max(high, rows[start])
                before = stub[start] if start else 0
                after = stub[stop] if stop < count else 0
                if right[stop - 1] - left[start] + before + after > width:
                    break
                total = best[start] + max(high, cut[start] if start else 0, cut[stop] if stop < count else 0)
                if total < fewest[stop]:
                    fewest[stop], way[stop] = total, (*ways[-1][start], start)
        best = fewest
        ways.append(way)
        if best[count] < _NEVER and len(way[count]) > 1:
            cuttings.append(way[count][1:])
    return cuttings


def _stubs(flat: Layout, right: list[int], left: list[int]) -> tuple[list[int], list[int]]:
    """By layer: cells of the widest stub where a band begins with it, and how many stubs there are."""
    plan, count = flat.ranks, len(left)
    stub, cut = [0] * (count + 1), [0] * (count + 1)
    for source, box in enumerate(flat.boxes):
        start = plan.layer[source]
        readers = [plan.layer[plan.slot_item[slot]] for slot in flat.slots_behind(source)]
        furthest = max(readers, default=0)
        width = cell_width(box.name or box.text or box.label) + _STUB
        if readers and not box.ports and min(readers) == start + 1:
            # An input goes to the band of its first reader.
            stub[start + 1] = max(stub[start + 1], right[start] - left[start])
            start += 1
        for layer in range(start + 1, furthest + 1):
            stub[layer] = max(stub[layer], width)
            cut[layer] += 1
    return stub, cut
