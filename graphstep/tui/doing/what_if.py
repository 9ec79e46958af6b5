"""Asking what if: other inputs, a nudge, and whether the gradient is right."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from graphstep.numerals import numeral

if TYPE_CHECKING:
    from graphstep.trace import Trace
    from graphstep.tui.screen import SteppingScreen
    from graphstep.tui.telling import Line
    from graphstep.witnesses import Row


def edit(screen: SteppingScreen) -> None:
    """Edit the inputs, live."""
    from graphstep.tui.dialogs.edit import EditForm

    now = screen.run_now
    if not now.trace.program.inputs:
        screen.say("This program has no inputs to edit.")
        return

    def edited(trace: Trace | None) -> None:
        if trace is not None:
            now.trace = trace
        screen.refresh_panes()

    screen.app.push_screen(EditForm(screen), edited)


def more(screen: SteppingScreen) -> None:
    """Nudge the selected input up."""
    _nudge(screen, 1)


def less(screen: SteppingScreen) -> None:
    """Nudge the selected input down."""
    _nudge(screen, -1)


def _nudge(screen: SteppingScreen, way: int) -> None:
    now = screen.run_now
    program = now.trace.program
    index = now.selected
    if index is None or index >= program.first_gate:
        if not program.inputs:
            screen.say("This program has no inputs to nudge.")
        elif len(program.inputs) == 1:
            index = 0
        else:
            screen.say("Select an input first: tab or a click.  Then + and - nudge it.")
    if index is None or index >= program.first_gate:
        return
    name, old = program.inputs[index], now.trace
    before = old.value_of(index)
    after = nudged(before, way)
    if after == before:
        screen.say(f"{name} = {numeral(before)} cannot be nudged.")
        return
    new = old.with_inputs({name: after})
    now.trace, now.selected = new, index
    screen.refresh_panes()
    screen.panes.graph.show(new, now.at, index, look_at=index, compared=old)
    screen.panes.step.say(f"{name}: {numeral(before)} → {numeral(after)}", nudge_lines(old, new, index), "nudge")
    screen.panes.make_room()


def nudged(value: float, way: int) -> float:
    """A value moved by a tenth, or by a hundredth of its power of ten where it is 10 or larger; free of rounding dust."""
    size = 0.1 if abs(value) < 10 or not math.isfinite(value) else 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    return float(f"{value + way * size:.12g}")


def nudge_lines(old: Trace, new: Trace, index: int) -> list[Line]:
    """What the gradient predicted for a nudge of an input, and what came of it."""
    from graphstep.explain import name_of, output_name
    from graphstep.tui.comparison import routes_text

    out, name = output_name(old.program), name_of(old.program, index)
    moved = new.value_of(index) - old.value_of(index)
    # A seed scales every gradient; the slope of the output itself is without it.
    slope = old.gradient_of(index) / old.seed if old.seed else 0.0
    predicted, true = slope * moved, new.output - old.output
    shown = numeral(slope)
    lines: list[Line] = [
        [("predicted  ", "quiet"), (f"Δ{out} ≈ ∂{out}/∂{name} · Δ{name}", "rule")],
        [("           ", ""), (f"   = {shown} · {_signed(moved)} = ", "rule"), (_signed(predicted), "gradient")],
        [
            ("true       ", "quiet"),
            (f"Δ{out} = {numeral(new.output)} − {_bracketed(old.output)} = ", "rule"),
            (_signed(true), "value"),
        ],
    ]
    gap = abs(true - predicted)
    if not math.isfinite(gap):
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


def verify(screen: SteppingScreen) -> None:
    """Ask three witnesses for the gradient of the selected or active node."""
    from graphstep.explain import name_of

    now = screen.run_now
    index = now.subject
    name = name_of(now.trace.program, index)
    if not now.trace.program.depends[index]:
        screen.say(f"{name} is a constant: it has no gradient to verify.")
        return
    waiting: list[Line] = [[(f"Asking backprop, SymPy and a central difference for the gradient of {name} …", "why")]]
    screen.panes.step.say(f"verify {name}", [*waiting, [("escape gives up", "quiet")]])
    screen.ask_witnesses(now.trace, index)


def verdict_lines(trace: Trace, index: int, row: Row) -> list[Line]:
    """What the witnesses said, in lines for the panel."""
    from graphstep.explain import name_of, output_name

    out, name = output_name(trace.program), name_of(trace.program, index)
    symbolic = row.symbolic_note if row.symbolic is None else numeral(row.symbolic, 10)
    numeric = "the output is not finite around this point" if row.numeric is None else numeral(row.numeric, 10)
    lines: list[Line] = [
        [(f"∂{out}/∂({name})" if not name.isidentifier() else f"∂{out}/∂{name}", "rule")],
        [("backprop            ", "quiet"), (numeral(row.backprop, 10), "gradient")],
        [("SymPy's derivative  ", "quiet"), (symbolic, "gradient")],
        [("central difference  ", "quiet"), (numeric, "gradient")],
    ]
    signs = {
        "agree": "✓ They agree",
        "kink": "◆ There is a kink here",
        "not finite": "▲ Not finite",
        "disagree": "✗ They disagree",
    }
    error = row.relative_error
    tail = f"; the largest relative error is {numeral(error, 2)}" if error is not None and row.verdict == "agree" else ""
    lines.append([(f"{signs[row.verdict]}{tail}.", "why" if row.verdict == "agree" else "warning")])
    if row.explanation:
        lines.append([(row.explanation, "note")])
    return lines


def _signed(value: float) -> str:
    return f"+{numeral(value)}" if value > 0 else numeral(value)


def _bracketed(value: float) -> str:
    return f"({numeral(value)})" if value < 0 else numeral(value)
