"""What comes out of it when the witnesses have spoken: they agree, there is a kink, nothing is finite, or one stands alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from graphstep.analysis.facts import Figure, Listed, Named, Quoted, Reason, reason
from graphstep.analysis.kinks import remark_at
from graphstep.analysis.witnesses.differences import Difference
from graphstep.analysis.witnesses.report import AGREES, NOT_FINITE, ROUNDINGS, Row, Verdict, relative_error
from graphstep.analysis.witnesses.rounding import cancelled, noise, wrong_slope, wrong_value
from graphstep.analysis.witnesses.testimony import Testimony
from graphstep.engine.causes import gradient_causes, is_finite, makes_not_finite, value_causes
from graphstep.engine.reruns import number_type
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number, cell_at
from graphstep.ground.errors import GraphstepError
from graphstep.ground.late import np
from graphstep.ground.numerals import numeral
from graphstep.ground.precision import EPSILON, FLOAT64

_RIGHT = 1e-12
"""Relative error below which a value is right: the rest is rounding."""

_SMALLEST = 2.3e-308
"""Below this doubles have fewer and fewer digits, and none of two such numbers is wrong."""


Explanation: TypeAlias = "tuple[Reason, ...]"
"""Why a verdict is as it is; empty where all agree."""


def judged(testimony: Testimony, cell: tuple[int, ...] | None = None) -> Row:
    """The row of a derivative, towards a cell of an array."""
    symbolic, note, numeric = testimony.symbolic, testimony.note, testimony.numeric
    if symbolic is not None and not math.isfinite(symbolic) and math.isfinite(testimony.backprop):
        # 0/0 in a formula, as in that of a length at 0, is no witness against a gradient that is a convention.
        symbolic, note = None, reason("verdict-no-value", value=numeral(symbolic))
    verdict, explanation, exact = _judge(testimony, symbolic)
    row = Row(
        testimony.trace,
        testimony.index,
        testimony.backprop,
        symbolic,
        note,
        numeric,
        testimony.error,
        None if symbolic is None else relative_error(testimony.backprop, symbolic),
        None if numeric is None else relative_error(testimony.backprop, numeric),
        verdict,
        explanation,
        testimony.difference.kinks if testimony.difference is not None else (),
        cell,
    )
    if exact is not None and symbolic is None:
        return replace(row, exact=exact)
    return _confirmed(testimony, row) if verdict == "agree" and symbolic is None else row


def _confirmed(testimony: Testimony, row: Row) -> Row:
    """The row of a gradient without SymPy's: confirmed by a difference that is good enough, or by a run without rounding."""
    if testimony.settles:
        return row
    exact = _exact(testimony) if testimony.affordable else None
    if exact is None:
        if testimony.numeric is None:
            return replace(row, verdict="unsettled")
        # Where the numbers of its runs are at the end of their range, nothing bounds the error of a difference.
        lost = math.isinf(testimony.bound)
        why = reason("verdict-good-to-nothing") if lost else reason("verdict-good-to", error=_above(testimony.bound))
        return replace(row, verdict="unsettled", explanation=(why,))
    row = replace(row, exact=exact)
    if _same(testimony.backprop, exact) or _is_noise(testimony, exact):
        sees = testimony.numeric is not None and _same(testimony.numeric, exact)
        return row if sees else replace(row, explanation=_blind(testimony, exact))
    verdict, explanation = _at_fault(testimony, (), exact)
    return replace(row, verdict=verdict, explanation=explanation)


def _above(error: float) -> str:
    """A bound of an error as the power of ten above it: its digits differ from CPU to CPU."""
    return numeral(10.0 ** math.ceil(math.log10(error)))


def _judge(testimony: Testimony, symbolic: float | None) -> tuple[Verdict, Explanation, float | None]:
    """What the witnesses come to, why, and the slope without rounding where it was asked for."""
    trace, backprop, difference = testimony.trace, testimony.backprop, testimony.difference
    numeric, error = testimony.numeric, testimony.error
    if not (math.isfinite(testimony.output) and math.isfinite(backprop)):
        return NOT_FINITE, _why_not_finite(trace, testimony.index), None
    if difference is not None and difference.kinks:
        return *_at_kink(testimony, symbolic, difference), None
    # A kink comes first, since all three are right there and differ; then agreement; then who stands alone.
    by_symbolic = symbolic is None or _same(backprop, symbolic)
    by_numeric = numeric is None or _close(backprop, numeric, max(error, testimony.rounding))
    if by_symbolic and by_numeric:
        return "agree", _reservation(testimony, symbolic), None
    standing = _standing_kink(trace, testimony.index)
    if standing:
        return "kink", standing, None
    if not by_symbolic and by_numeric and symbolic is not None and _is_noise(testimony, symbolic):
        return "agree", (), None
    # The dear witness is asked last: a run of many digits, for each cell.
    exact = _exact(testimony) if symbolic is None or not by_symbolic else symbolic
    if exact is not None and _same(backprop, exact):
        if not by_symbolic:
            return "agree", (reason("verdict-sympy-alone"),), exact
        return "agree", _blind(testimony, exact), exact
    both = symbolic is not None and numeric is not None and _close(symbolic, numeric, error)
    alone = (reason("verdict-alone-backprop"),) if both and not by_numeric else ()
    if exact is not None:
        return *_at_fault(testimony, alone, exact), exact
    if symbolic is None or numeric is None:
        return "disagree", (reason("verdict-two-sympy" if numeric is None else "verdict-two-difference"),), None
    return "disagree", (reason("verdict-alone-sympy"),) if by_numeric else alone or (reason("verdict-all-differ"),), None


def _is_noise(testimony: Testimony, slope: float) -> bool:
    """Whether backprop differs from a slope by no more than what rounding leaves of 0."""
    if testimony.place is None:
        return False
    left = float(np.ravel(noise(testimony.trace, testimony.index))[testimony.place])
    return abs(testimony.backprop - slope) <= left


def _at_fault(testimony: Testimony, head: Explanation, exact: float) -> tuple[Verdict, Explanation]:
    """The gate that keeps backprop from the exact slope: one with a wrong slope or value, or one where digits cancel."""
    trace = testimony.trace
    off = reason("verdict-off", share=_percent(relative_error(testimony.backprop, exact)), slope=numeral(exact))
    # A wrong number before one that cancels: a fault of ours must not be told as the formula's.
    if gate := wrong_slope(trace, testimony.index):
        return "disagree", (*head, gate)
    # The slopes are right for the values that the run has: then a value may be wrong.
    if gate := wrong_value(trace, trace.program.output):
        return "disagree", (*head, reason("verdict-wrong-value", text=gate))
    if gate := cancelled(trace, testimony.index, backward=True):
        return "rounding", (off, gate)
    if number_type(trace) == FLOAT64 and (testimony.place is None or trace.node(testimony.index).shape):
        return "disagree", (*head, off, reason("verdict-wrong-slope"))
    return "rounding", (off, reason("verdict-no-gate"))


def value_row(trace: Trace) -> Row | None:
    """The value of the output beside the one without rounding; None where the run is too large, or a gate has no form for it."""
    from graphstep.analysis.symbolic import ExactRun

    try:
        exact = ExactRun(trace).value()
    except GraphstepError:
        return None
    came = np.ravel(trace.output).tolist()
    if not came or any(math.isnan(right) and not math.isnan(left) for left, right in zip(came, exact, strict=True)):
        return None
    errors = [0.0 if math.isnan(a) and math.isnan(b) else relative_error(a, b) for a, b in zip(came, exact, strict=True)]
    # Which of the cells that are right is off by most is a matter of the last bits.
    errors = [0.0 if error <= _RIGHT else error for error in errors]
    place = max(range(len(came)), key=lambda k: (math.isnan(errors[k]), errors[k]))
    value, right, error = came[place], exact[place], errors[place]
    shape = np.shape(trace.output)
    cell = cell_at(place, shape) if shape else None
    verdict, explanation = _judge_value(trace, value, right)
    output = trace.program.output
    return Row(trace, output, value, right, "", None, math.inf, error, None, verdict, explanation, cell=cell)


def _judge_value(trace: Trace, value: float, right: float) -> tuple[Verdict, Explanation]:
    output = trace.program.output
    if not math.isfinite(value):
        if not math.isfinite(right):
            return NOT_FINITE, ()
        return NOT_FINITE, (*_made_by(trace, value_causes(trace, output)), reason("verdict-exact", value=numeral(right)))
    if _same(value, right):
        return "agree", ()
    # Of 0 no relative error can be small.
    if right == 0 and abs(value) <= ROUNDINGS * EPSILON * _largest(trace):
        return "agree", ()
    off = reason("verdict-value-off", share=_percent(relative_error(value, right)), value=numeral(right))
    guilty = wrong_value(trace, output)
    if guilty:
        return "disagree", (off, guilty)
    return "rounding", (off, cancelled(trace, output, backward=False) or reason("verdict-digits-lost"))


def _largest(trace: Trace) -> float:
    """The size of the numbers that are added up on the way to the output."""
    values = (np.abs(trace.value_of(index)) for index in range(len(trace.program.nodes)))
    return max(float(np.max(cells, initial=0.0, where=np.isfinite(cells))) for cells in values)


def _same(a: float, b: float) -> bool:
    """Whether two slopes are the same as far as doubles can say."""
    return relative_error(a, b) <= AGREES or max(abs(a), abs(b)) < _SMALLEST


def _exact(testimony: Testimony) -> float | None:
    """The slope as a run without rounding has it; None where the run is too large for that, or a gate has no form for it."""
    from graphstep.analysis.symbolic import ExactRun

    if testimony.place is None:
        return None
    try:
        slope = ExactRun(testimony.trace, testimony.index).slope(testimony.index, testimony.place)
    except GraphstepError:
        return None
    return slope if math.isfinite(slope) else None


def _blind(testimony: Testimony, slope: float) -> Explanation:
    """Why a difference does not see a slope that is there."""
    if testimony.numeric is None:
        return (reason("verdict-no-difference", slope=numeral(slope)),)
    one_sided = testimony.difference is not None and testimony.difference.one_sided
    why = reason("verdict-blind-one-sided" if one_sided else "verdict-blind-bends")
    return (reason("verdict-blind", why=why, slope=numeral(slope)),)


def _percent(share: float) -> str:
    """A relative error as a person says it."""
    if share < 1e-4:
        return numeral(share, 2)
    return f"{numeral(100 * share, 2)} %"


def _close(gradient: float, numeric: float, error: float) -> bool:
    """Whether a gradient and a difference agree, given how far the difference may be off."""
    return _same(gradient, numeric) or abs(gradient - numeric) <= 10 * error


def _reservation(testimony: Testimony, symbolic: float | None) -> Explanation:
    """The reservation on witnesses that agree: one side only, rounding, or no other witness."""
    numeric, difference = testimony.numeric, testimony.difference
    if difference is not None and difference.one_sided:
        return (reason("verdict-right-only" if math.isfinite(difference.right) else "verdict-left-only"),)
    if symbolic is None and numeric is not None and relative_error(testimony.backprop, numeric) > AGREES:
        return (reason("verdict-rounding-hides"),)
    if symbolic is None and numeric is None and testimony.trace.program.reaches[testimony.index]:
        return (reason("verdict-no-witness"),)
    return ()


def _at_kink(testimony: Testimony, symbolic: float | None, difference: Difference) -> tuple[Verdict, Explanation]:
    trace, backprop, numeric, error = testimony.trace, testimony.backprop, testimony.numeric, testimony.error
    left, right = testimony.scale * difference.left, testimony.scale * difference.right
    smooth = math.isfinite(left) and math.isfinite(right) and _close(left, right, error)
    if smooth and numeric is not None and _close(backprop, numeric, error):
        return "agree", ()
    first = difference.kinks[0]
    gate = trace.gate(first)
    assert gate is not None
    choices: list[Figure] = [reason("verdict-takes", value=numeral(backprop))]
    if symbolic is not None:
        choices.append(f"SymPy {numeral(symbolic)}")
    if smooth:
        slopes = reason("verdict-slope-both", slope=numeral(left))
    elif math.isinf(left) or math.isinf(right):
        slopes = reason("verdict-jumps")
    else:
        slopes = reason("verdict-slopes", left=numeral(left), right=numeral(right))
        if numeric is not None:
            choices.append(reason("verdict-mean", slope=numeral(numeric)))
    more, where = len(difference.kinks) - 1, reason("verdict-gate", gate=gate.symbol, name=Quoted(first))
    here = reason("verdict-kinks" if more else "verdict-one-kink", where=where, count=more, slopes=slopes)
    note = remark_at(trace, first)
    rule = (reason("verdict-kink-near"),) if note is None else note.reasons
    *others, last = choices
    if others:
        return "kink", (here, reason("verdict-choices", others=Listed(tuple(others), ", "), last=last), *rule)
    return "kink", (here, reason("sentence", text=last), *rule)


def _standing_kink(trace: Trace, moved: int) -> Explanation:
    """What is said where a gate stays at its kink while the inputs move, as in clip(x, x, 1); empty where none does."""
    arrays = trace.has_arrays
    for index, reached in enumerate(trace.program.reaches):
        if not reached or (arrays and index <= moved):
            continue
        note = remark_at(trace, index)
        if note is not None and note.kind == "convention":
            return (reason("verdict-stays", name=Quoted(index, goes_on=True)), *note.reasons)
    return ()


def _why_not_finite(trace: Trace, index: int) -> Explanation:
    """Why the gradient of a node is not finite, or else the output, looked for on the wires between the two."""
    causes = gradient_causes(trace, index)
    if not causes:
        return _made_by(trace, value_causes(trace, trace.program.output))
    first = causes[0]
    if first.wire is None and first.node == trace.program.output:
        return (reason("seed-not-finite", value=_odd(trace.seed)),)
    if first.wire is None:
        return (reason("sum-too-large", name=Named(first.node)),)
    wire, sender = first.wire, first.node
    local, upstream = wire.local, wire.upstream
    zero = local is not None and bool(np.any(np.equal(upstream, 0) & np.isinf(local)))
    if makes_not_finite(trace, sender) and not zero:
        return _made_by(trace, (sender,))
    odd = [x for x in trace.node(sender).operands if isinstance(x, int) and not is_finite(trace.value_of(x))]
    if odd and not zero:
        return _made_by(trace, value_causes(trace, odd[0]))
    here, note = Quoted(sender), remark_at(trace, sender)
    if local is None or is_finite(local):
        cause = reason("verdict-sent", here=here, receiver=Named(wire.receiver), value=_odd(wire.contribution))
    else:
        cause = reason("verdict-local-zero" if zero else "verdict-local", here=here, value=_odd(local))
    return (cause, *(() if note is None else note.reasons))


def _made_by(trace: Trace, nodes: Sequence[int]) -> Explanation:
    """The reasons that name these nodes, the value that is not finite there, and its convention."""
    reasons: list[Reason] = []
    for node in nodes:
        value = _odd(trace.value_of(node))
        if trace.gate(node) is None:
            reasons.append(reason("verdict-input", name=Named(node), value=value))
            continue
        reasons.append(reason("verdict-node", name=Quoted(node, goes_on=True), value=value))
        reasons += [] if (note := remark_at(trace, node)) is None else note.reasons
    return tuple(reasons)


def _odd(value: Number) -> Figure:
    """A number; of an array what is not finite in it: ``nan in 2 of its 6 cells``."""
    if isinstance(value, int | float):
        return numeral(value)
    cells = value[~np.isfinite(value)]
    return reason("verdict-cells", value=numeral(float(cells.flat[0])), count=int(cells.size), cells=int(value.size))
