"""Nudging an input: what the gradient predicts, and what comes of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from graphstep.numerals import numeral

if TYPE_CHECKING:
    from graphstep.arrays import Number
    from graphstep.trace import Trace
    from graphstep.tui.screen import SteppingScreen
    from graphstep.tui.telling import Line


def more(screen: SteppingScreen) -> None:
    """Nudge the selected input up."""
    _nudge(screen, 1)


def less(screen: SteppingScreen) -> None:
    """Nudge the selected input down."""
    _nudge(screen, -1)


def _nudge(screen: SteppingScreen, way: int) -> None:
    from graphstep.errors import GraphstepError

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
    from graphstep.cells import cell_gradient_name, cell_name
    from graphstep.tui.comparison import routes_text

    out, before, after = _output(old, new)
    name = cell_name(old.program, index, cell)
    moved = _at(new.value_of(index), cell) - _at(old.value_of(index), cell)
    # A seed scales every gradient; the slope of the output itself is without it.
    scale = old.seed if isinstance(old.seed, int | float) else 1.0
    known = 0.0 if not old.program.depends[index] else _at(old.gradient_of(index), cell)
    slope = known / scale if scale else 0.0
    predicted, true = slope * moved, after - before
    shown = numeral(slope)
    lines: list[Line] = [
        [("predicted  ", "quiet"), (f"Δ{out} ≈ {cell_gradient_name(old, index, cell)} · Δ{name}", "rule")],
        [("           ", ""), (f"   = {shown} · {_signed(moved)} = ", "rule"), (_signed(predicted), "gradient")],
        [("true       ", "quiet"), (f"Δ{out} = {numeral(after)} − {_bracketed(before)} = ", "rule"), (_signed(true), "value")],
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


def _output(old: Trace, new: Trace) -> tuple[str, float, float]:
    """What is compared: the output; of an array the sum of its cells, each times its cell of the seed where that is an array."""
    from graphstep.explain import output_name

    out, before, after, seed = output_name(old.program), old.output, new.output, old.seed
    if isinstance(before, int | float) or isinstance(after, int | float):
        return out, float(before), float(after)
    if isinstance(seed, int | float):
        return f"sum({out})", float(before.sum()), float(after.sum())
    return f"sum(seed ⊙ {out})", float((before * seed).sum()), float((after * seed).sum())


def _signed(value: float) -> str:
    return f"+{numeral(value)}" if value > 0 else numeral(value)


def _bracketed(value: float) -> str:
    return f"({numeral(value)})" if value < 0 else numeral(value)
