"""What room the graph of a run leaves to the texts beside it, as far as its drawing tells that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.ground.memo import owner_cache

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace

AROUND_STACKED = 5
"""Rows of heading, typed text and the graph's border where the panes stand below each other."""
LEAST = 7
"""Rows of the explanation with its border, below which it goes only in a window that is lower than most."""
_AROUND = 6
"""Rows of heading, typed text and the graph's border."""
_UNDER = 12
"""Rows of explanation and values under the graph."""


@owner_cache
def spare_rows(trace: Trace, width: int, height: int) -> int:
    """Rows beyond the least that the explanation below the graph can have in a window without a smaller drawing of that."""
    from graphstep.faces.drawing.diagram import centre_of
    from graphstep.faces.drawing.excerpt import WHOLE, scene_of

    if len(trace.program.nodes) > WHOLE:
        return 0
    room = (width - 2, height - AROUND_STACKED - LEAST)
    scene = scene_of(trace, centre_of(trace, 0), room)
    # As low as this size can be: no room is no reason to stand apart.
    return max(room[1] - scene.drawn.arrange(scene.layout.density, (room[0], 0), scene.layout).height, 0)


def goes_under(trace: Trace, width: int, height: int) -> bool:
    """Whether the graph can be drawn larger in a window with the explanation under it than with that beside it."""
    from graphstep.faces.drawing.diagram import centre_of
    from graphstep.faces.drawing.excerpt import scene_of

    beside = (width - min(max(width * 2 // 5, 46), 64) - 2, height - _AROUND)
    under = (width - 2, height - _AROUND - _UNDER)
    scene, below = (scene_of(trace, centre_of(trace, 0), room) for room in (beside, under))
    smallness = scene.smallness(beside), below.smallness(under)
    if smallness[0] == smallness[1] and smallness[0]:
        # It fits into neither: what is wide has more of itself to show where there are more columns.
        return scene.layout.width > beside[0] and scene.layout.height <= under[1]
    return smallness[1] < smallness[0]
