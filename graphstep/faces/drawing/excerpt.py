"""The part of a run's graph that is on show, laid out: all of a small graph, of a large one the neighbourhood of a node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphstep.engine.trace import Trace
from graphstep.faces.drawing.diagram import Diagram, diagram, nearby
from graphstep.faces.drawing.folded import count_of_boxes, folded
from graphstep.faces.drawing.layout import Density, Layout, wrap
from graphstep.ground.memo import owner_cache
from graphstep.ground.numerals import DIGITS
from graphstep.ground.records import dataclass
from graphstep.language.program import Program

COMPACT_DIGITS = 3
"""Significant digits where room is scarce; the step beside the graph has them all."""

WHOLE = 300
"""Nodes up to which the whole graph is drawn."""

_SCENES = 24
"""Scenes of a run that are kept."""

_FEW = 40
"""Nodes up to which a drawing that is too wide is wrapped: more do not fit in bands either."""
_FILLED = 1.5
"""How many times the cells of the window a drawing may take that is tried in bands: they leave fewer cells blank."""
_NARROWER = 6
"""Cells by which bands are made narrower where they have come out too wide."""

SIZES: tuple[tuple[Density, int], ...] = (("roomy", DIGITS), ("snug", DIGITS), ("compact", DIGITS), ("compact", COMPACT_DIGITS))
"""Density and digits of a drawing, the largest first."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A drawing without its marks: the same at every step, until the active gate leaves it."""

    drawn: Diagram
    """Boxes and wires."""
    layout: Layout
    """Where they are."""

    def fits(self, room: tuple[int, int]) -> bool:
        """Whether all of it can be seen in so many columns and rows."""
        return self.layout.width <= room[0] and self.layout.height <= room[1]

    def smallness(self, room: tuple[int, int]) -> int:
        """How many sizes are larger; what is wrapped is smaller than what is not, and what has no room is smaller than all."""
        if not self.fits(room):
            return 2 * len(SIZES)
        return SIZES.index((self.layout.density, self.drawn.digits)) + self.layout.wrapped * len(SIZES)

    def holds(self, trace: Trace, node: int) -> bool:
        """Whether a node is drawn together with everything that it is joined to (a few at least, where it is joined to many)."""
        if self.drawn.whole:
            return True
        box_of = self.drawn.box_of
        if node not in box_of:
            return False
        near = [source for _, source in trace.node(node).sources[:4]] + [*trace.program.consumers.gates(node, 2)]
        return all(other in box_of for other in near)


def set_scene(
    trace: Trace, centre: int, room: tuple[int, int], density: Density | None, spare: int = 0, within: int = 0
) -> Scene:
    """Lay out what is near ``centre``; calls and repetitions that are closed for somebody ``within`` one are a box each.

    ``density`` None means the largest size that fits into ``room`` (columns, rows), with wires as long as there is room for;
    numbers lose a digit where only that makes it fit, then the layers are wrapped. ``spare`` are cells that every wire gets in
    addition, for ``old → new``.
    """
    if count_of_boxes(trace.program, within) > WHOLE:
        # A neighbourhood of sixty nodes fits no window when drawn roomy: that need not be tried.
        return _scene(trace, within, centre, density or "compact", COMPACT_DIGITS, spare, room)
    tried: list[Scene] = []
    for size, digits in SIZES:
        if density is None or density == size:
            scene = _scene(trace, within, None, size, digits, spare, room, tried[-1].layout if tried else None)
            # Fewer digits do not make a drawing lower.
            if scene.fits(room) or (size == "compact" and scene.layout.width <= room[0]):
                return scene
            tried.append(scene)
    if density is None:
        for scene in tried[1:]:
            wrapped = _wrapped(scene, room)
            if wrapped is not None and wrapped.fits(room):
                return wrapped
    return scene


def scene_of(
    trace: Trace, centre: int, room: tuple[int, int], density: Density | None = None, spare: int = 0, within: int = 0
) -> Scene:
    """The same as :func:`set_scene`; the last few are kept with their run, for keys that lead back and panes that try rooms."""
    kept, key = _kept(trace), _key(trace, centre, room, density, spare, within)
    scene = kept.pop(key, None) or set_scene(trace, centre, room, density, spare, within)
    if len(kept) >= _SCENES:
        del kept[next(iter(kept))]
    # Behind the others: what nobody has asked for since longest goes first.
    kept[key] = scene
    return scene


def is_set(
    trace: Trace, centre: int, room: tuple[int, int], density: Density | None = None, spare: int = 0, within: int = 0
) -> bool:
    """Whether :func:`scene_of` has the scene."""
    return _key(trace, centre, room, density, spare, within) in _kept(trace)


@owner_cache
def _kept(_: Trace) -> dict[tuple[object, ...], Scene]:
    return {}


def _key(
    trace: Trace, centre: int, room: tuple[int, int], density: Density | None, spare: int, within: int
) -> tuple[object, ...]:
    # A graph that is drawn whole is drawn the same around every node.
    return centre if count_of_boxes(trace.program, within) > WHOLE else None, room, density, spare, within


@owner_cache
def lowest_rows(trace: Trace, width: int, most: int) -> int:
    """The fewest rows, at most so many, in which the whole graph can be seen in ``width`` columns.

    Of one that needs more, the fewest in which it can be seen by moving sideways; 0 where only a part of it is drawn.
    """
    if count_of_boxes(trace.program, 0) > WHOLE:
        return 0
    # No room in height, so that nothing fits and the smallest size is what comes back.
    scene = set_scene(trace, trace.program.output, (width, 0), None)
    wrapped = _wrapped(scene, (width, 0)) if scene.layout.width > width else None
    return wrapped.layout.height if wrapped is not None and wrapped.layout.height <= most else scene.layout.height


def set_bare_scene(program: Program, room: tuple[int, int]) -> Scene:
    """Lay out a program that has not run yet, of a large one what is near the output: boxes and wires without numbers."""
    large = count_of_boxes(program, 0) > WHOLE
    drawn = _drawn(program, 0, program.output if large else None, DIGITS)
    scene = Scene(drawn, drawn.arrange("compact" if large else "roomy", room))
    return scene if large or scene.fits(room) else Scene(drawn, drawn.arrange("compact", room, scene.layout))


def nodes_drawn(trace: Trace, centre: int, within: int) -> Sequence[int]:
    """The nodes that a scene around one draws, which takes less time to know than where they stand."""
    return _drawn(trace, within, centre if count_of_boxes(trace.program, within) > WHOLE else None, DIGITS).nodes


def _drawn(run: Trace | Program, within: int, centre: int | None, digits: int) -> Diagram:
    program = run if isinstance(run, Program) else run.program
    if program.frames:
        return folded(run, within, centre, digits=digits)
    return diagram(run, None if centre is None else nearby(program, centre), digits=digits)


def _wrapped(flat: Scene, room: tuple[int, int]) -> Scene | None:
    """The lowest drawing in bands of at most so many columns; None where there is none, or none that could be low enough."""
    if len(flat.drawn.nodes) > _FEW:
        return None
    # As low as it can be, whatever room there is: bands are low.
    layout = flat.drawn.arrange(flat.layout.density, (0, 0), flat.layout)
    if room[1] and layout.width * layout.height > _FILLED * room[0] * room[1]:
        return None
    lowest: Scene | None = None
    # `wrap` only estimates widths: where bands come out too wide, the layers are cut anew for a narrower window.
    for narrower in range(0, 3 * _NARROWER, _NARROWER):
        for breaks in wrap(layout, room[0] - narrower):
            scene = Scene(flat.drawn, flat.drawn.arrange(layout.density, room, breaks=breaks))
            if scene.layout.width <= room[0] and (lowest is None or scene.layout.height < lowest.layout.height):
                lowest = scene
        if lowest is not None:
            return lowest
    return None


def _scene(
    trace: Trace,
    within: int,
    centre: int | None,
    density: Density,
    digits: int,
    spare: int,
    room: tuple[int, int],
    like: Layout | None = None,
) -> Scene:
    drawn = _drawn(trace, within, centre, digits)
    if spare:
        wider = tuple(
            replace(box, value_width=box.value_width + spare, gradient_width=box.gradient_room + spare) for box in drawn.boxes
        )
        drawn = replace(drawn, boxes=wider)
    return Scene(drawn, drawn.arrange(density, room, like))
