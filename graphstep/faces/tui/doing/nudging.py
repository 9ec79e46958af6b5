"""Nudging an input: what the gradient predicts, and what comes of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from graphstep.ground.numerals import numeral

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.faces.tui.screen import SteppingScreen
    from graphstep.faces.tui.telling import Line
    from graphstep.ground.arrays import Number


def more(screen: SteppingScreen) -> None:
    """Nudge the selected input up."""
    _nudge(screen, 1)


def less(screen: SteppingScreen) -> None:
    """Nudge the selected input down."""
    _nudge(screen, -1)


def _nudge(screen: SteppingScreen, way: int) -> None:
    from graphstep.ground.errors import GraphstepError

    index = _input(screen)
    if index is None:
        return
    now = screen.run_now
    name, old = now.trace.program.inputs[index], now.trace
    shape = old.node(index).shape
    if 0 in shape:
        screen.say(f"{name} has no cells to nudge.")
        return
    cell = now.cells.get(index, (0,) * len(shape))
    spelled = f"{name}[{', '.join(map(str, cell))}]" if shape else name
    before = float(_at(old.value_of(index), cell))
    after = nudged(before, way)
    if after == before:
        screen.say(f"{spelled} = {numeral(before)} cannot be nudged.")
        return
    try:
        new = old.with_inputs({name: _moved(old.value_of(index), cell, after)})
    except GraphstepError as error:
        screen.say_error(error)
        return
    now.trace, now.selected = new, index
    screen.refresh_panes()
    screen.panes.graph.show(new, now.at, index, look_at=index, compared=old)
    lines = nudge_lines(old, new, index, cell)
    if shape and index not in now.cells:
        lines.append([("It is the first cell.  d shows the cells, and there another can be chosen.", "quiet")])
    screen.panes.step.say(f"{spelled}: {numeral(before)} → {numeral(after)}", lines, "nudge")
    screen.panes.make_room()


def _input(screen: SteppingScreen) -> int | None:
    """The input to nudge: the selected one, or the only one."""
    now = screen.run_now
    program = now.trace.program
    if now.selected is not None and now.selected < program.first_gate:
        return now.selected
    if not program.inputs:
        screen.say("This program has no inputs to nudge.")
    elif len(program.inputs) == 1:
        return 0
    else:
        screen.say("Select an input first: tab or a click.  Then + and - nudge it.")
    return None


def _at(value: Number, cell: tuple[int, ...]) -> float:
    return value if isinstance(value, int | float) else float(value[cell])


def _moved(value: Number, cell: tuple[int, ...], after: float) -> Number:
    if isinstance(value, int | float):
        return after
    changed = value.copy()
    changed[cell] = after
    return changed


def nudged(value: float, way: int) -> float:
    """A value moved by a tenth, or by a hundredth of its power of ten where it is 10 or larger; free of rounding dust."""
    size = 0.1 if abs(value) < 10 or not math.isfinite(value) else 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    return float(f"{value + way * size:.12g}")


def nudge_lines(old: Trace, new: Trace, index: int, cell: tuple[int, ...] = ()) -> list[Line]:
    """What the gradient predicted for a nudge of an input, or of one cell of it, and what came of it."""
    from graphstep.faces.tui.comparison import routes_text
    from graphstep.gates.notation import TERMS
    from graphstep.telling.cells import cell_gradient_name, cell_name
    from graphstep.telling.derivatives import objective_name
    from graphstep.telling.equations import right_side

    out, before, after = objective_name(old), _objective(old), _objective(new)
    name = cell_name(old.program, index, cell)
    moved = _at(new.value_of(index), cell) - _at(old.value_of(index), cell)
    slope = 0.0 if not old.program.depends[index] else _at(old.gradient_of(index), cell)
    predicted, true = slope * moved, after - before
    digits = old.writing
    foreseen = right_side(TERMS.number(slope) * TERMS.number(moved), predicted, digits)
    came = right_side(TERMS.number(after) - TERMS.number(before), true, digits)
    lines: list[Line] = [
        [("predicted  ", "quiet"), (f"Δ{out} ≈ {cell_gradient_name(old, index, cell)} · Δ{name}", "rule")],
        [("           ", ""), (f"   = {foreseen}", "gradient")],
        [("true       ", "quiet"), (f"Δ{out} = {came}", "value")],
    ]
    gap = abs(true - predicted)
    if not old.program.depends[index]:
        lines.append([(f"{name} is data: no gradient is asked for, so nothing was predicted.", "why")])
    elif not math.isfinite(gap):
        lines.append([("The output is not finite, so there is nothing to compare.", "warning")])
    elif gap <= 1e-9 * max(abs(true), abs(predicted), 1e-12):
        lines.append([(f"They agree: {out} is a straight line in {name}.", "why")])
    else:
        lines.append(
            [(f"They differ by {numeral(gap, 2)}: {out} bends, and the gradient is its slope at the old point only.", "why")]
        )
    if routes := routes_text(old, new):
        lines.append([(routes, "warning")])
    return lines


def _objective(trace: Trace) -> float:
    """The number that is differentiated: the output, or what the seed makes of it."""
    return float(np.sum(np.multiply(trace.output, trace.seed)))
