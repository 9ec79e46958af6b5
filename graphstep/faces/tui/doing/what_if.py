"""Asking what if: other inputs, and whether the gradient is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.faces.tui.doing.refitting import replace_run

if TYPE_CHECKING:
    from graphstep.analysis.witnesses import Row
    from graphstep.debugger.places import Refitted
    from graphstep.engine.trace import Trace
    from graphstep.faces.tui.screen import SteppingScreen
    from graphstep.faces.tui.telling import Line


def edit(screen: SteppingScreen) -> None:
    """Edit the inputs, live."""
    from graphstep.faces.tui.dialogs.edit import EditForm

    now = screen.run_now
    if not now.trace.program.inputs:
        screen.say("This program has no inputs to edit.")
        return

    def edited(run: Refitted | None) -> None:
        if run is not None:
            replace_run(screen, run)
        screen.refresh_panes()

    screen.app.push_screen(EditForm(screen), edited)


def paths(screen: SteppingScreen) -> None:
    """The paths from the selected or active node to the output, each as a product, and their sum."""
    from graphstep.analysis.paths import paths as found
    from graphstep.analysis.paths import paths_lines
    from graphstep.faces.tui.dialogs.page import TextPage
    from graphstep.ground.errors import InputError
    from graphstep.telling.names import name_of

    now = screen.run_now
    try:
        lines = paths_lines(found(now.trace, now.subject))
    except InputError as error:
        screen.say_error(error)
        return
    screen.app.push_screen(TextPage(f"paths from {name_of(now.trace.program, now.subject)}", lines))


def verify(screen: SteppingScreen) -> None:
    """Ask three witnesses for the gradient of the selected or active node."""
    from graphstep.telling.names import name_of

    now = screen.run_now
    index = now.subject
    name = name_of(now.trace.program, index)
    if not now.trace.program.depends[index]:
        what = "data" if now.trace.node(index).name in now.trace.program.data else "a constant"
        screen.say(f"{name} is {what}: it has no gradient to verify.")
        return
    waiting: list[Line] = [[(f"Asking backprop, SymPy and a central difference for the gradient of {name} …", "why")]]
    screen.panes.step.say(f"verify {name}", [*waiting, [("escape gives up", "quiet")]])
    screen.ask_witnesses(now.trace, index)


DIGITS = 8
"""Digits of a slope that are compared by eye: a difference has no more that do not depend on the processor."""


def verdict_lines(trace: Trace, index: int, row: Row) -> list[Line]:
    """What the witnesses said, in lines for the panel."""
    if row.sample is not None and not row.sample.checked:
        return [[(row.explanation or "It has no cells, so there is nothing to check.", "why")]]
    backprop, symbolic, numeric = row.shown(DIGITS)
    if row.symbolic is None:
        symbolic = row.symbolic_note
    if row.numeric is None:
        numeric = "the output is not finite around this point"
    lines: list[Line] = [
        [(_slope(trace, index, row), "rule")],
        [("backprop            ", "quiet"), (backprop, "gradient")],
        [("SymPy's derivative  ", "quiet"), (symbolic, "gradient")],
        [("central difference  ", "quiet"), (numeric, "gradient")],
    ]
    signs = {
        "agree": "✓ They agree",
        "rounding": "≈ Digits are lost to rounding",
        "kink": "◆ There is a kink here",
        "not finite": "▲ Not finite",
        "disagree": "✗ They disagree",
    }
    error = row.relative_error
    known = error is not None and row.verdict == "agree" and row.error_text != "rounding"
    tail = f", relative error {row.error_text}" if known else ""
    lines.append([(f"{signs[row.verdict]}{tail}.", "why" if row.verdict == "agree" else "warning")])
    if row.sample is not None:
        also = ", and this is where they are furthest apart" if row.verdict == "agree" and row.sample.size > 1 else ""
        lines.append([(f"{row.sample.says().capitalize()}{also}.", "why")])
    if row.explanation:
        lines.append([(row.explanation, "note")])
    return lines


def _slope(trace: Trace, index: int, row: Row) -> str:
    """What is compared: ``df/dx``, or of an array the slope towards the cell about which there is most to say."""
    from graphstep.telling.cells import cell_gradient_name, spelled
    from graphstep.telling.derivatives import gradient_name

    if row.cell:
        return f"{cell_gradient_name(trace, index, row.cell)}   at {spelled(trace.program, index, row.cell)}"
    return gradient_name(trace, index)
