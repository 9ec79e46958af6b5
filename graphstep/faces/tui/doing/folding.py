"""Opening composite gates into their parts and folding typed ones, without losing the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.debugger.places import Level, carried, rewritten, with_inputs
from graphstep.faces.tui.doing.refitting import shapes_changed
from graphstep.gates import GATES
from graphstep.ground.errors import GraphstepError

if TYPE_CHECKING:
    from graphstep.faces.tui.screen import SteppingScreen
    from graphstep.language.rewrite import Rewritten


def into(screen: SteppingScreen) -> None:
    """Open the selected or active composite gate."""
    from graphstep.language import rewrite
    from graphstep.telling.names import name_of

    now = screen.run_now
    chosen = next((x for x in _candidates(screen) if _is_composite(screen, x)), None)
    if chosen is None:
        inside = sorted({GATES[n.gate].symbol for n in now.trace.program.nodes if n.gate and GATES[n.gate].expansion})
        some = f"  Select {', '.join(inside)} with tab or a click, then i." if inside else ""
        screen.say(f"There is no composite gate here to open.{some}")
        return
    name = name_of(now.trace.program, chosen)
    try:
        made = rewrite.expand(now.trace.program, only=(chosen,))
        _enter(screen, made, "into")
    except GraphstepError as error:
        screen.say_error(error)
        return
    screen.say(f"{name} is open: the same value, the same gradients.  u closes it.")


def out(screen: SteppingScreen) -> None:
    """Close what was opened last."""
    if not screen.levels:
        screen.say("Nothing is open.  i opens a composite gate, such as σ.")
        return
    _leave(screen)


def fold(screen: SteppingScreen) -> None:
    """Fold what is typed in parts, or undo that."""
    from graphstep.language import rewrite

    if screen.levels and screen.levels[-1].kind == "fold":
        _leave(screen)
        screen.say("Unfolded: the gates are as typed.  F folds them.")
        return
    made = rewrite.fold(screen.run_now.trace.program)
    if len(made.program.nodes) == len(made.where):
        screen.say("There is nothing to fold: no 1/(1+exp(-u)) and its like is typed here.")
        return
    fewer = len(made.where) - len(made.program.nodes)
    _enter(screen, made, "fold")
    screen.say(f"Folded: {fewer} fewer gate{'s' if fewer > 1 else ''}, the same value and gradients.  F takes it apart again.")


def _candidates(screen: SteppingScreen) -> list[int]:
    now = screen.run_now
    active = now.trace.gate_at(now.at)
    return [x for x in (now.selected, active) if x is not None]


def _is_composite(screen: SteppingScreen, index: int) -> bool:
    gate = screen.run_now.trace.gate(index)
    return gate is not None and bool(gate.expansion)


def _enter(screen: SteppingScreen, made: Rewritten, kind: str) -> None:
    now = screen.run_now
    old = now.trace
    # The parts of a gate on arrays get their shapes, and perhaps copies: the nodes move once more.
    found = rewritten(old, made)
    new = found.trace
    level = Level("fold" if kind == "fold" else "into", old, found.where or made.where)
    now.at = carried(old, now.at, new, level.inward, level.parts)
    now.selected = None if now.selected is None else level.inward(now.selected)
    now.trace = new
    now.cells = {}
    screen.stops.move(level.inward)
    screen.levels.append(level)
    screen.refresh_panes(look_at=now.selected)


def _leave(screen: SteppingScreen) -> None:
    now = screen.run_now
    level = screen.levels.pop()
    try:
        # The inputs may have been edited since, and have other shapes.
        found = with_inputs(level.trace, now.trace.inputs, now.trace.setup.inputs)
    except GraphstepError as error:
        screen.levels.append(level)
        screen.say_error(error)
        return
    outward = level.outward if level.kind == "into" else level.unfolded

    def node(index: int) -> int:
        return found.node(outward(index))

    now.at = carried(now.trace, now.at, found.trace, node)
    now.selected = None if now.selected is None else node(now.selected)
    now.trace = found.trace
    now.cells = {}
    screen.stops.move(node)
    shapes_changed(screen, found)
    screen.refresh_panes(look_at=now.selected)
