"""The part of a run's graph that is on show, laid out: all of a small graph, of a large one the neighbourhood of a node."""

from __future__ import annotations

from dataclasses import dataclass, replace

from graphstep.engine.trace import Trace
from graphstep.faces.drawing.diagram import Diagram, diagram, nearby
from graphstep.faces.drawing.layout import Density, Layout
from graphstep.ground.numerals import DIGITS
from graphstep.language.program import Program

COMPACT_DIGITS = 3
"""Significant digits where room is scarce; the step beside the graph has them all."""

WHOLE = 300
"""Nodes up to which the whole graph is drawn."""

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
        """How many sizes are larger; one that has no room is smaller than all."""
        return SIZES.index((self.layout.density, self.drawn.digits)) if self.fits(room) else len(SIZES)

    def holds(self, trace: Trace, node: int) -> bool:
        """Whether a node is drawn together with everything that it is joined to (a few at least, where it is joined to many)."""
        if self.drawn.whole:
            return True
        box_of = self.drawn.box_of
        if node not in box_of:
            return False
        near = [source for _, source in trace.node(node).sources[:4]] + [gate for gate, _ in trace.program.consumers[node][:2]]
        return all(other in box_of for other in near)


def set_scene(trace: Trace, centre: int, room: tuple[int, int], density: Density | None, spare: int = 0) -> Scene:
    """Lay out what is near ``centre``.

    ``density`` None means the largest size that fits into ``room`` (columns, rows), with wires as long as there is room for;
    numbers lose a digit where only that makes it fit. ``spare`` are cells that every wire gets in addition, for ``old → new``.
    """
    if len(trace.program.nodes) > WHOLE:
        # A neighbourhood of sixty nodes fits no window when drawn roomy: that need not be tried.
        return _scene(trace, nearby(trace.program, centre), density or "compact", COMPACT_DIGITS, spare, room)
    layout: Layout | None = None
    for size, digits in SIZES:
        if density is None or density == size:
            scene = _scene(trace, None, size, digits, spare, room, layout)
            layout = scene.layout
            # Fewer digits do not make a drawing lower.
            if scene.fits(room) or (size == "compact" and layout.width <= room[0]):
                break
    return scene


def lowest_rows(trace: Trace, width: int) -> int:
    """The fewest rows in which the whole graph can be seen in so many columns; 0 where it cannot."""
    if len(trace.program.nodes) > WHOLE:
        return 0
    scene = set_scene(trace, trace.program.output, (width, 0), None)
    return scene.layout.height if scene.layout.width <= width else 0


def set_bare_scene(program: Program, room: tuple[int, int]) -> Scene:
    """Lay out a program that has not run yet, of a large one what is near the output: boxes and wires without numbers."""
    nodes = nearby(program, program.output) if len(program.nodes) > WHOLE else None
    drawn = diagram(program, nodes)
    scene = Scene(drawn, drawn.arrange("roomy" if nodes is None else "compact", room))
    return scene if nodes is not None or scene.fits(room) else Scene(drawn, drawn.arrange("compact", room, scene.layout))


def _scene(
    trace: Trace,
    nodes: list[int] | None,
    density: Density,
    digits: int,
    spare: int,
    room: tuple[int, int],
    like: Layout | None = None,
) -> Scene:
    drawn = diagram(trace, nodes, digits=digits)
    if spare:
        wider = tuple(
            replace(box, value_width=box.value_width + spare, gradient_width=box.gradient_room + spare) for box in drawn.boxes
        )
        drawn = replace(drawn, boxes=wider)
    return Scene(drawn, drawn.arrange(density, room, like))
