"""Replies that take several lines: what came of a nudge, what witnesses say, Jacobians, a command to copy."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from graphstep.faces.comparison import routes_text
from graphstep.gates.notation import TERMS
from graphstep.ground.arrays import cell_of
from graphstep.ground.late import np
from graphstep.ground.numerals import numeral
from graphstep.ground.widths import cell_width, padded
from graphstep.telling.cells import cell_gradient_name, cell_name, spelled
from graphstep.telling.derivatives import gradient_name, objective_name
from graphstep.telling.equations import right_side
from graphstep.telling.words.catalogue import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graphstep.analysis.witnesses import Row
    from graphstep.debugger.effects import Copy
    from graphstep.debugger.facts import CausesOf, Nudged, TangentsFrom
    from graphstep.debugger.parts import Base
    from graphstep.debugger.state import State
    from graphstep.engine.trace import Trace
    from graphstep.faces.explanations import Line
    from graphstep.telling.document import Block

MOST = 40
"""Jacobians that get a row: a hub has thousands."""

PATH = 5_000
"""Nodes of a program up to which the multiplications along a path are counted."""

DIGITS = 8
"""Digits of a slope that are compared by eye: a difference has no more that do not depend on the processor."""


def plain(line: Line) -> str:
    """A line without its styles."""
    return "".join(text for text, _ in line).rstrip()


def labels(language: str, *keys: str) -> list[str]:
    """Messages that stand in front of what they label, all of one width: two cells more than the widest."""
    texts = [message(language, key) for key in keys]
    return [padded(text, max(map(cell_width, texts)) + 2) for text in texts]


def nudge_title(before: State, after: State, nudged: Nudged) -> str:
    """The title of a nudge: ``x: -2 → -1.9``."""
    values = (numeral(cell_of(state.root.value_of(nudged.node), nudged.cell)) for state in (before, after))
    return f"{cell_text(before.root, nudged.node, nudged.cell)}: {' → '.join(values)}"


def cell_text(trace: Trace, node: int, cell: tuple[int, ...]) -> str:
    """An input, or a cell of it: ``W[0, 1]``."""
    name = trace.program.inputs[node]
    return f"{name}[{', '.join(map(str, cell))}]" if cell else name


def nudge_lines(old: Trace, new: Trace, index: int, cell: tuple[int, ...] = ()) -> list[Line]:
    """What the gradient predicted for a nudge of an input, or of one cell of it, and what came of it."""
    out, before, after = objective_name(old), _objective(old), _objective(new)
    name = cell_name(old.program, index, cell)
    # By what the value has really moved: -2 + 0.1 is rounded, and so is 0.1.
    moved = cell_of(new.value_of(index), cell) - cell_of(old.value_of(index), cell)
    # Data have no gradient; the output may depend on them all the same, and that is said below.
    slope = 0.0 if not old.program.depends[index] else cell_of(old.gradient_of(index), cell)
    predicted, true = slope * moved, after - before
    digits = old.writing
    foreseen = right_side(TERMS.number(slope) * TERMS.number(moved), predicted, digits)
    came = right_side(TERMS.number(after) - TERMS.number(before), true, digits)
    say = partial(message, digits.language)
    expected, real = labels(digits.language, "nudge-predicted", "nudge-true")
    lines: list[Line] = [
        [(expected, "quiet"), (f"Δ{out} ≈ {cell_gradient_name(old, index, cell)} · Δ{name}", "rule")],
        [(" " * cell_width(expected), ""), (f"   = {foreseen}", "gradient")],
        [(real, "quiet"), (f"Δ{out} = {came}", "value")],
    ]
    gap = abs(true - predicted)
    if not old.program.depends[index]:
        lines.append([(say("nudge-data", name=name), "why")])
    elif not math.isfinite(gap):
        lines.append([(say("nudge-not-finite"), "warning")])
    # Rounding of two runs and of a difference: what is left below that says nothing of the curve.
    elif gap <= 1e-9 * max(abs(true), abs(predicted), 1e-12):
        lines.append([(say("nudge-agree", out=out), "why")])
    else:
        lines.append([(say("nudge-differ", gap=numeral(gap, 2), out=out), "why")])
    if routes := routes_text(old, new):
        lines.append([(routes, "warning")])
    return lines


def _objective(trace: Trace) -> float:
    """The number that is differentiated: the output, or what the seed makes of it."""
    return float(np.sum(np.multiply(trace.output, trace.seed)))


def verdict_lines(trace: Trace, index: int, row: Row) -> list[Line]:
    """The lines of the panel on what the witnesses say."""
    from graphstep.telling.reports.check import error_text, explanation, sample_text, shown, symbolic_note

    say = partial(message, trace.writing.language)
    if row.sample is not None and not row.sample.checked:
        return [[(explanation(row) or say("witness-no-cells"), "why")]]
    backprop, symbolic, numeric = shown(row, DIGITS)
    # A witness that has no number says why in its place.
    if row.symbolic is None:
        symbolic = symbolic_note(row)
    if row.numeric is None:
        numeric = say("witness-no-difference")
    names = labels(trace.writing.language, "witness-backprop", "witness-symbolic", "witness-numeric")
    lines: list[Line] = [
        [(_slope(trace, index, row), "rule")],
        *([(name, "quiet"), (slope, "gradient")] for name, slope in zip(names, (backprop, symbolic, numeric), strict=True)),
    ]
    error = row.relative_error
    # An error in figures only where it is one: noise would be another number on another machine.
    measured = error is not None and row.verdict == "agree" and not row.only_rounds
    verdict = say("witness-agree-error", error=error_text(row)) if measured else say(f"witness-{row.verdict.replace(' ', '-')}")
    lines.append([(verdict, "why" if row.verdict == "agree" else "warning")])
    if row.sample is not None:
        sample = sample_text(row, row.sample).capitalize()
        furthest = row.verdict == "agree" and row.sample.size > 1
        lines.append([(f"{say('witness-furthest', sample=sample) if furthest else sample}.", "why")])
    if why := explanation(row):
        lines.append([(why, "note")])
    return lines


def _slope(trace: Trace, index: int, row: Row) -> str:
    """What is compared: ``df/dx``, or of an array the slope towards the cell about which there is most to say."""
    if row.cell:
        gradient, cell = cell_gradient_name(trace, index, row.cell), spelled(trace.program, index, row.cell)
        return message(trace.writing.language, "witness-at-cell", gradient=gradient, cell=cell)
    return gradient_name(trace, index)


def block_lines(language: str, blocks: Iterable[Block], *, broken: bool = True) -> list[str]:
    """Blocks as lines of plain text; long items of lists are ``broken``, unless who shows them does that."""
    # Only here: what writes documents is imported when somebody asks for one, and not before the first frame.
    from graphstep.faces.export import text

    return text.lines(blocks, language, text.WIDTH if broken else text.UNBROKEN)


def jacobian_lines(trace: Trace, edges: Sequence[int], *, broken: bool = True) -> Iterator[str]:
    """The Jacobians of some edges, and the multiplications along the path from where the first of them leads."""
    from graphstep.analysis.jacobian import orders
    from graphstep.ground.errors import InputError
    from graphstep.telling.reports import jacobian as reports

    wires = [trace.wire(edge) for edge in edges[:MOST]]
    lines = partial(block_lines, trace.writing.language, broken=broken)
    yield from lines(reports.each(trace, wires))
    if len(edges) > MOST:
        yield f"… {message(trace.writing.language, 'and-more', more=len(edges) - MOST)}"
    # The path is looked for among all nodes; a few thousand take no time that anybody would see.
    if len(trace.program.nodes) <= PATH:
        yield ""
        try:
            yield from lines(reports.path(trace, orders(trace, wires[0].receiver)))
        except InputError as error:
            yield error.message


def cause_lines(state: State, fact: CausesOf) -> Iterator[str]:
    """A chain of causes, and the step that began it in full."""
    from graphstep.debugger.chains import why
    from graphstep.telling.reports import chain as reports

    yield from block_lines(state.language, reports.section(why(state, fact.node, fact.of)))


def base_text(state: State, base: Base) -> str:
    """Which two runs are compared."""
    name = "" if state.saved is None else state.saved.name
    return message(state.language, f"compare-{base}", name=name)


def comparison_lines(state: State, base: Base) -> Iterator[str]:
    """Another run and the run now, number by number."""
    from graphstep.debugger.comparisons import comparison_of
    from graphstep.telling.reports import comparison as reports

    language, digits = state.language, state.root.writing.digits
    yield from block_lines(language, reports.body(comparison_of(state, base), language, digits, base_text(state, base)))


def quotient_lines(trace: Trace, node: int, cell: tuple[int, ...]) -> list[str]:
    """The errors of difference quotients. InputError and LimitError where there are none."""
    from graphstep.analysis.witnesses.quotients import quotients
    from graphstep.telling.reports import quotients as reports

    return block_lines(trace.writing.language, reports.body(quotients(trace, node, cell)))


def cut_panel(state: State, stop: int) -> tuple[str, list[Line], Trace]:
    """What came through a wire that was cut, as a panel with its title, and the run before, node by node the same."""
    from graphstep.debugger.cuts import whole
    from graphstep.telling.reports.cut import changes, shares

    # The run before the cut with × 1 in place of stop, so that both have the same nodes.
    before, now = whole(state.trace, stop), state.trace
    lines: list[Line] = [[(text, "why")] for text in shares(before, now)]
    lines += [[(f"{name}: {old} → {other}", "result")] for name, old, other in changes(before, now, stop)]
    return message(state.language, "cut-title", text=now.program.source_text(stop)), lines, before


def cut_lines(state: State, stop: int) -> Iterator[str]:
    """The lines on a wire that was cut: what came through it, and every gradient that changed."""
    from graphstep.debugger.cuts import whole
    from graphstep.telling.reports import cut as reports

    yield from block_lines(state.language, reports.body(whole(state.trace, stop), state.trace, stop))


def tangent_lines(trace: Trace, fact: TangentsFrom) -> Iterator[str]:
    """Forward mode from a node: the tangents, and what the other mode takes. LimitError for an array without cells."""
    from graphstep.analysis.tangents import tangents
    from graphstep.telling.reports import tangents as reports

    yield from block_lines(trace.writing.language, reports.body(tangents(trace, fact.node, fact.cell)))


def copy_remarks(copy: Copy) -> list[Line]:
    """The remarks on a command that was copied: what it leaves out, or opens in another way."""
    lines: list[Line] = []
    say = partial(message, copy.setup.language)
    if untold := copy.setup.without_text:
        lines.append([(say("copy-leaves-out", names=", ".join(untold)), "warning")])
    if copy.unfolds:
        lines.append([(say("copy-unfolded"), "note")])
    return lines
