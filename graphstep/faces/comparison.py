"""Two runs of one program side by side: what an edit of the inputs changes, node by node."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple
from weakref import WeakKeyDictionary

from graphstep.analysis.compare import Flip
from graphstep.analysis.compare import flipped as flips_between
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.faces.drawing.diagram import Diagram
from graphstep.faces.drawing.digest import digest
from graphstep.faces.drawing.layout import cell_width
from graphstep.faces.drawing.text import Marks
from graphstep.ground.arrays import Number, shape_of
from graphstep.ground.late import np
from graphstep.ground.memo import owner_cache
from graphstep.ground.numerals import ENGLISH, bound, numeral
from graphstep.telling.names import name_of
from graphstep.telling.reports.comparison import route_text
from graphstep.telling.words.catalogue import message

_MOST = 200
"""Nodes whose numbers are measured for the room that ``old → new`` needs, and flipped routes that are marked."""

# What :func:`change` writes where something has changed.
_CHANGES = ("→", "|Δ|")


def change(old: Number, new: Number, language: str = ENGLISH) -> str:
    """``old → new``, or the value alone where it did not change (to the digits shown).

    Of arrays that have no room for their cells the largest change of any cell: ``|Δ| ≤ 0.31``.
    """
    if isinstance(old, int | float) and isinstance(new, int | float):
        before, after = numeral(float(old)), numeral(float(new))
        # 1 and 1.000 are one number to the digits shown.
        return before if before == after or float(before) == float(after) else f"{before} → {after}"
    before, after = (digest(each, language=language) for each in (old, new))
    # The cells of both, where both have room for theirs; of a range the ends say nothing of what moved between them.
    if shape_of(old) != shape_of(new) or (before != after and before[:1] == after[:1] == "["):
        return f"{before} → {after}"
    moved = largest_change(old, new)
    return f"|Δ| ≤ {bound(moved, 2)}" if moved else after


def largest_change(old: Number, new: Number) -> float:
    """By how much the cell that changes most does, in absolute value; inf where one becomes finite or ceases to be."""
    before, after = np.asarray(old), np.asarray(new)
    # Most arrays of millions of cells are inputs that stay as they are.
    if old is new or np.array_equal(before, after):
        return 0.0
    with np.errstate(all="ignore"):
        # nan is not equal to itself: a cell that stays nan has not changed.
        same = (before == after) | (np.isnan(before) & np.isnan(after))
        apart = np.where(same, 0.0, np.abs(after - before))
    # inf - inf is nan, and so is what nan has a part in: no number says how far such a cell has moved, so it counts as inf.
    return float(np.max(np.where(np.isnan(apart), np.inf, apart), initial=0.0))


def is_change(text: str) -> bool:
    """Whether what :func:`change` wrote is a change."""
    return any(sign in text for sign in _CHANGES)


def compared_marks(old: Trace, new: Trace, drawn: Diagram, boxes: Iterable[int], selected: int | None) -> Marks:
    """What to write on a drawing: every value and gradient at the end of both runs; flipped routes are marked at their wires."""
    values: dict[int, str] = {}
    gradients: dict[int, str] = {}
    changed = set()
    for box in boxes:
        values[box], gradient = _changes(old, new, drawn.nodes[box])
        if gradient:
            gradients[box] = gradient
        if is_change(values[box]) or is_change(gradients.get(box, "")):
            changed.add(box)
    routes = {}
    for flip in flipped(old, new):
        drawn_wire = drawn.edge_of.get((flip.wire.sender, flip.wire.slot))
        if drawn_wire is not None:
            routes[drawn_wire] = flip.sign
    return Marks(
        values=values,
        gradients=gradients,
        contributions=routes,
        active_edges=frozenset(wire for wire, text in routes.items() if not text.endswith("off")),
        selected=None if selected is None else drawn.box_of.get(selected),
        changed=frozenset(changed),
    )


def _changes(old: Trace, new: Trace, node: int) -> tuple[str, str]:
    """What has changed at a node: its value, and its gradient, which is empty where it has none."""
    changes = _kept(new).setdefault(old, {})
    if node not in changes:
        value, before = old.value_of(node), old.gradient(node)
        # A form that is open and has changed nothing compares a run with itself.
        now, after = (value, before) if new is old else (new.value_of(node), new.gradient(node))
        told = partial(change, language=new.writing.language)
        changes[node] = told(value, now), "" if before is None or after is None else told(before.value, after.value)
    return changes[node]


@owner_cache
def _kept(_: Trace) -> WeakKeyDictionary[Trace, dict[int, tuple[str, str]]]:
    # A run lives on with the one that came before it only as long as that can be undone to.
    return WeakKeyDictionary()


class Flipped(NamedTuple):
    """A wire at which a route flips."""

    wire: Wire
    """The wire, of the new run."""
    flip: Flip
    """What changes there."""

    @property
    def sign(self) -> str:
        """The text at the wire."""
        flip = self.flip
        if flip.cells:
            return f"⇄ {flip.opened + flip.closed + flip.turned}"
        return "⇄ off" if flip.closed else "⇄ on"


def flipped(old: Trace, new: Trace) -> list[Flipped]:
    """The wires at routers (max, min, relu, abs) that pass something else in one run than in the other."""
    flips = _flips(new)
    if old not in flips:
        flips[old] = [Flipped(*each) for each in islice(flips_between(old, new), _MOST)]
    return flips[old]


@owner_cache
def _flips(_: Trace) -> WeakKeyDictionary[Trace, list[Flipped]]:
    # A run lives on with the one that came before it only as long as that can be undone to.
    return WeakKeyDictionary()


def routes_text(old: Trace, new: Trace) -> str:
    """The flipped routes in words; empty where none has flipped."""
    flips = flipped(old, new)[:4]
    language = new.writing.language
    parts = [route_text(language, x.flip, name_of(new.program, x.wire.receiver)) for x in flips]
    return f"⇄ {message(language, 'semicolon').join(parts)}" if parts else ""


def spare_room(old: Trace, new: Trace, nodes: Sequence[int]) -> int:
    """Cells that ``old → new`` needs beyond one value, on the widest of the wires at nodes that are on show."""
    room = 0
    # Of what is on show alone: each of these numbers may be a comparison of two arrays.
    for index in nodes[:_MOST]:
        value, gradient = _changes(old, new, index)
        room = max(room, cell_width(value) - cell_width(digest(new.value_of(index), language=new.writing.language)))
        if gradient:
            room = max(room, cell_width(gradient) - cell_width(digest(new.gradient_of(index), language=new.writing.language)))
    return room
