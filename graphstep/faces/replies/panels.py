"""Replies that take several lines: what came of a nudge, what witnesses say, Jacobians, a command to copy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from graphstep.faces.comparison import routes_text
from graphstep.gates.notation import TERMS
from graphstep.ground.numerals import numeral
from graphstep.telling.cells import cell_gradient_name, cell_name, spelled
from graphstep.telling.derivatives import gradient_name, objective_name
from graphstep.telling.equations import right_side

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graphstep.analysis.witnesses import Row
    from graphstep.debugger.effects import Copy
    from graphstep.debugger.facts import Nudged
    from graphstep.debugger.state import State
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number

Line = list[tuple[str, str]]
"""One line: texts, each with its style: ``rule``, ``number``, ``result``, ``why``, ``shape``, ``note``, ``warning`` or
``quiet``."""

MOST = 40
"""Jacobians that get a row: a hub has thousands."""

PATH = 5_000
"""Nodes of a program up to which the multiplications along a path are counted."""


def plain(line: Line) -> str:
    """A line without its styles."""
    return "".join(text for text, _ in line).rstrip()


def nudge_title(before: State, after: State, nudged: Nudged) -> str:
    """What was moved: ``x: -2 → -1.9``."""
    values = (numeral(float(_at(state.trace.value_of(nudged.node), nudged.cell))) for state in (before, after))
    return f"{cell_text(before.trace, nudged.node, nudged.cell)}: {' → '.join(values)}"


def cell_text(trace: Trace, node: int, cell: tuple[int, ...]) -> str:
    """An input, or a cell of it: ``W[0, 1]``."""
    name = trace.program.inputs[node]
    return f"{name}[{', '.join(map(str, cell))}]" if cell else name


def _at(value: Number, cell: tuple[int, ...]) -> float:
    return value if isinstance(value, int | float) else float(value[cell])


def nudge_lines(old: Trace, new: Trace, index: int, cell: tuple[int, ...] = ()) -> list[Line]:
    """What the gradient predicted for a nudge of an input, or of one cell of it, and what came of it."""
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
    if row.cell:
        return f"{cell_gradient_name(trace, index, row.cell)}   at {spelled(trace.program, index, row.cell)}"
    return gradient_name(trace, index)


def jacobian_lines(trace: Trace, edges: Sequence[int]) -> Iterator[str]:
    """The Jacobians of some edges, and the multiplications along the path from the last of them."""
    from graphstep.analysis.jacobian import orders
    from graphstep.faces.export import text
    from graphstep.ground.errors import InputError
    from graphstep.telling.reports import jacobian as reports

    wires = [trace.wire(edge) for edge in edges[:MOST]]
    yield from text.lines(reports.each(trace, wires))
    if len(edges) > MOST:
        yield f"… and {len(edges) - MOST:,} more"
    if len(trace.program.nodes) <= PATH:
        yield ""
        try:
            yield from text.lines(reports.path(trace, orders(trace, wires[0].receiver)))
        except InputError as error:
            yield error.message


def copy_remarks(copy: Copy) -> list[Line]:
    """What the command that was copied leaves out, and what it opens in another way."""
    lines: list[Line] = []
    if untold := copy.setup.without_text:
        told = f"It leaves out {', '.join(untold)}: too large to be written here, and not as typed."
        lines.append([(f"{told}  The form will ask.", "warning")])
    if copy.closed:
        lines.append([("It opens the program as it was typed, at the step nearest to this one.", "note")])
    return lines
