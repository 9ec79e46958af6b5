"""Asks the witnesses and compares what they say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from graphstep.errors import GraphstepError, LimitError, quoted
from graphstep.explain import convention, name_of
from graphstep.expression import node_id
from graphstep.numerals import numeral
from graphstep.witnesses.differences import Difference, differences
from graphstep.witnesses.report import AGREES, Report, Row, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graphstep.trace import Trace

ROUGH = 1e-2
"""Relative error above which a disagreement is a mistake rather than a lack of digits."""

SYMBOLIC_WORK = 500_000
"""Parts of the formula times inputs up to which SymPy is asked, a few seconds: it differentiates for one input at a time."""


def check(trace: Trace) -> Report:
    """Compare backprop, SymPy's derivative and the central difference for every input."""
    return Report(trace.program.text, trace.inputs, trace.output, tuple(rows(trace)))


def rows(trace: Trace) -> Iterator[Row]:
    """The rows of :func:`check` one by one, each computed when it is asked for: a large check can be shown growing, and left."""
    inputs = range(trace.program.first_gate)
    for index, (value, note), difference in zip(inputs, _symbolic(trace, inputs), _numeric(trace, inputs), strict=True):
        yield _row(trace, index, value, note, difference)


def numeric_rows(trace: Trace, inputs: Sequence[int]) -> Iterator[Row]:
    """The rows of some inputs with the central difference as the only other witness: SymPy is not asked, nor imported."""
    for index, difference in zip(inputs, _numeric(trace, inputs), strict=True):
        yield _row(trace, index, None, "SymPy was not asked", difference)


def check_node(trace: Trace, index: int) -> Row:
    """The same comparison for one node: its own value is moved, and what depends on it runs again.

    SymPy differentiates the rest of the program, in which a gate stands as a symbol. ValueError for a constant.
    """
    if not trace.program.depends[index]:
        raise ValueError(f"{node_id(index)} is a constant: it has no gradient")
    ((value, note),) = _symbolic(trace, (index,))
    (difference,) = _numeric(trace, (index,))
    return _row(trace, index, value, note, difference)


def _symbolic(trace: Trace, nodes: Sequence[int]) -> Iterator[tuple[float | None, str]]:
    """For each node SymPy's derivative at the point, or why there is none."""
    from graphstep.symbolic import derivatives, evaluate, symbol_name, tree

    program, done = trace.program, 0
    values = trace.inputs | {symbol_name(program, i): trace.value_of(i) for i in nodes}
    try:
        if len(nodes) > 1 and tree(program, program.output).parts * len(nodes) > SYMBOLIC_WORK:
            raise LimitError(f"it would have to differentiate a large formula {len(nodes):,} times")
        for expression in derivatives(program, nodes):
            value = trace.seed * evaluate(expression, values)
            done += 1
            yield value, ""
    except GraphstepError as error:
        for _ in nodes[done:]:
            yield None, error.message


def _numeric(trace: Trace, nodes: Sequence[int]) -> Iterator[Difference | None]:
    """For each node the difference; None where there is nothing to take it of."""
    if math.isfinite(trace.output) and all(math.isfinite(trace.value_of(i)) for i in nodes):
        yield from differences(trace, nodes)
    else:
        yield from (None for _ in nodes)


def _row(trace: Trace, index: int, symbolic: float | None, note: str, difference: Difference | None) -> Row:
    backprop = trace.gradient_of(index)
    numeric, error = None, math.inf
    if difference is not None and not math.isnan(difference.slope):
        numeric, error = trace.seed * difference.slope, abs(trace.seed) * difference.error
    if symbolic is not None and not math.isfinite(symbolic) and math.isfinite(backprop):
        symbolic, note = None, f"its formula has no value at this point ({numeral(symbolic)})"
    kinks = difference.kinks if difference is not None else ()
    verdict, explanation = _judge(trace, index, backprop, symbolic, numeric, error, difference)
    return Row(
        name_of(trace.program, index),
        backprop,
        symbolic,
        note,
        numeric,
        error,
        None if symbolic is None else relative_error(backprop, symbolic),
        None if numeric is None else relative_error(backprop, numeric),
        verdict,
        explanation,
        kinks,
    )


def relative_error(a: float, b: float) -> float:
    """|a − b| / max(|a|, |b|); 0 where both are 0 or the same infinity, nan where one of them is nan."""
    if a == b:
        return 0.0
    if math.isinf(a) or math.isinf(b):
        return math.inf
    return abs(a - b) / max(abs(a), abs(b))


def _judge(
    trace: Trace,
    index: int,
    backprop: float,
    symbolic: float | None,
    numeric: float | None,
    error: float,
    difference: Difference | None,
) -> tuple[Verdict, str]:
    if not (math.isfinite(trace.output) and math.isfinite(backprop)):
        return "not finite", _why_not_finite(trace, index)
    if difference is not None and difference.kinks:
        return _at_kink(trace, backprop, symbolic, numeric, error, difference)
    # A saturated gate has lost digits: σ·(1 − σ) is right to 1e-16, which may be much of a tiny slope.
    lost = min(10 * error, 1e-12 * max(1.0, abs(trace.output)) * abs(trace.seed))
    by_symbolic = symbolic is None or relative_error(backprop, symbolic) <= AGREES or abs(backprop - symbolic) <= lost
    by_numeric = numeric is None or _close(backprop, numeric, error)
    if by_symbolic and by_numeric:
        return "agree", _reservation(backprop, symbolic, numeric, error, difference)
    standing = _standing_kink(trace)
    if standing:
        return "kink", standing
    if symbolic is not None and numeric is not None and not by_symbolic and _close(symbolic, numeric, error):
        said = "SymPy and the central difference agree with each other and not with backprop."
        return "disagree", f"{said} The local gradient of a gate on the way is wrong: check its gates one by one."
    if by_symbolic and symbolic is not None and numeric is not None:
        size = relative_error(backprop, numeric)
        rough = "The function is hard to difference here: it is steep, or its digits cancel."
        wrong = "The function may bend too quickly here for a difference to follow."
        return "disagree", f"The central difference stands alone. {rough if size < ROUGH else wrong}"
    if by_numeric and numeric is not None:
        return "disagree", "SymPy stands alone: its formula may lose digits here, or be meant for complex numbers."
    if numeric is None or symbolic is None:
        other = "SymPy" if numeric is None else "the central difference"
        return "disagree", f"Backprop and {other} differ, and there is no third witness."
    return "disagree", "All three differ."


def _close(gradient: float, numeric: float, error: float) -> bool:
    """Whether a gradient and a difference agree, given how far the difference may be off."""
    return relative_error(gradient, numeric) <= AGREES or abs(gradient - numeric) <= 10 * error


def _reservation(
    backprop: float, symbolic: float | None, numeric: float | None, error: float, difference: Difference | None
) -> str:
    if difference is not None and difference.one_sided:
        side = "right" if math.isfinite(difference.right) else "left"
        return f"The function exists only to the {side} of this point, so the difference looks that way alone."
    if numeric is not None and relative_error(backprop, numeric) > AGREES:
        return f"The difference is right as far as it can tell, which is ±{numeral(error, 1)} here: rounding hides the rest."
    if symbolic is None and numeric is None:
        return "There is no other witness: backprop stands alone."
    return ""


def _at_kink(
    trace: Trace, backprop: float, symbolic: float | None, numeric: float | None, error: float, difference: Difference
) -> tuple[Verdict, str]:
    left, right = trace.seed * difference.left, trace.seed * difference.right
    smooth = math.isfinite(left) and math.isfinite(right) and _close(left, right, error)
    if smooth and numeric is not None and _close(backprop, numeric, error):
        return "agree", ""
    first = difference.kinks[0]
    gate = trace.gate(first)
    assert gate is not None
    where = f"{gate.name} ({node_id(first)}, {quoted(trace.program.label(first))})"
    if len(difference.kinks) > 1:
        more = len(difference.kinks) - 1
        where += f" and {more} more gate{'s' if more > 1 else ''}"
    have = "have" if len(difference.kinks) > 1 else "has"
    said = [f"backprop takes {numeral(backprop)}"]
    if symbolic is not None:
        said.append(f"SymPy {numeral(symbolic)}")
    if smooth:
        slopes = f"the slope is {numeral(left)} on both sides, but each gate decides for itself"
    elif math.isinf(left) or math.isinf(right):
        slopes = "the value jumps, so that no slope is right"
    else:
        slopes = f"the slope is {numeral(left)} on the left and {numeral(right)} on the right"
        if numeric is not None:
            said.append(f"the central difference their mean, {numeral(numeric)}")
    note = convention(trace, first)
    rule = " The kink is nearer than the smallest step of the difference." if note is None else f" {note.text}"
    return "kink", f"{where} {have} a kink here: {slopes}. {_sentence(said)}{rule}"


def _standing_kink(trace: Trace) -> str:
    """What is said where a gate stays at its kink while the inputs move, as in clip(x, x, 1); empty where none does."""
    for index, reached in enumerate(trace.program.reaches):
        note = convention(trace, index) if reached else None
        if note is not None and note.kind == "convention":
            label = quoted(trace.program.label(index))
            return f"{node_id(index)}, {label}, stands at a kink and stays there while the input moves. {note.text}"
    return ""


def _sentence(said: list[str]) -> str:
    text = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"{text[0].upper()}{text[1:]}."


def _why_not_finite(trace: Trace, index: int) -> str:
    first = trace.first_not_finite
    if first is not None and not math.isfinite(trace.output):
        value = numeral(trace.value_of(first))
        if first < trace.program.first_gate:
            return f"The input {name_of(trace.program, first)} is {value}."
        note = convention(trace, first)
        return f"{node_id(first)}, {quoted(trace.program.label(first))}, is {value}.{f' {note.text}' if note is not None else ''}"
    # Follow what is not finite back to the gate whose own slope made it so.
    node = index
    while True:
        bad = [e for e in trace.plan.arrivals[node] if not math.isfinite(trace.contribution_of(e))]
        if not bad:
            return f"The contributions to {name_of(trace.program, node)} are too large to add up."
        sender = int(trace.plan.sender[bad[0]])
        if math.isfinite(trace.gradient_of(sender)):
            break
        if sender == trace.program.output:
            return f"The seed is {numeral(trace.seed)}."
        node = sender
    local = trace.local_of(bad[0])
    zero = trace.gradient_of(sender) == 0 and math.isinf(local)
    said = f"At {node_id(sender)}, {quoted(trace.program.label(sender))}, the local gradient is {numeral(local)}"
    note = convention(trace, sender)
    return f"{said}{', and 0 · inf is nan' if zero else ''}.{f' {note.text}' if note is not None else ''}"
