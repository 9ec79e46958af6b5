"""Why a step is as it is: patterns, reasons for zero, the first inf or nan."""

from __future__ import annotations

from collections.abc import Iterator

from graphstep.analysis.facts import Box, Figure, Named, NotFinite, Reason, Remark, reason
from graphstep.analysis.infinities import FOLLOWED, why_not_finite, zero_times_infinity
from graphstep.analysis.kinks import convention
from graphstep.analysis.zeros import is_choice, why_nothing_is_sent
from graphstep.engine.causes import nan_of_infinities, zero_causes
from graphstep.engine.step import Step
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.rule import Rule
from graphstep.ground.arrays import Number, all_zero, is_small
from graphstep.ground.late import np
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Constant
from graphstep.telling.names import output_name
from graphstep.telling.words.catalogue import value_text
from graphstep.telling.words.wording import Wording

SATURATED = 0.01
"""A squashing gate whose slope is smaller than this is called saturated."""

MOST = 0.75
"""The share of its cells from which a gate on arrays is called saturated or dead as a whole.

Not a half: of a relu whose inputs have mean 0, as in any network that was just initialised, half of the cells are blocked.
"""


def wire_pattern(wire: Wire) -> str:
    """The name of the pattern of a send; empty where there is none."""
    gate, slot = wire.gate, wire.slot
    name = gate.pattern_of(slot)
    if name == "data":
        # A loss that passes nothing to a class passes something to a target.
        return name if all_zero(wire.contribution) else ""
    if _flattens(gate):
        blocked, cells = _blocked(wire)
        if cells and blocked >= MOST * cells:
            return "saturated" if gate.saturates else "dead"
    if gate.scales:
        others = [x for k, x in enumerate(wire.trace.node(wire.sender).operands) if k != slot]
        if others and all(isinstance(x, Constant) for x in others):
            return "scaler"
    return "" if name == "dead" and not gate.cellwise and not all_zero(wire.contribution) else name


def pattern(step: Step) -> str:
    """The name of the pattern of a send or a sum; empty where there is none."""
    return wire_pattern(step.wire) if step.wire is not None else "adder" if step.event == "sum" else ""


def share_blocked(wire: Wire) -> Reason | None:
    """In how many of its cells a squashing gate is flat, or a relu blocks; None where none is, and for numbers."""
    if not (wire.shape and _flattens(wire.gate)):
        return None
    blocked, cells = _blocked(wire)
    if not blocked:
        return None
    if wire.gate.saturates:
        return reason("saturated-cells", count=blocked, cells=cells, slope=numeral(SATURATED))
    return reason("blocked-cells", blocked=blocked, cells=cells)


def _flattens(gate: Rule) -> bool:
    return gate.saturates or gate.blocks


def _blocked(wire: Wire) -> tuple[int, int]:
    """The cells through which (almost) nothing passes, and all cells."""
    local, saturates = wire.local, wire.gate.saturates
    if local is None or isinstance(local, float):
        return int(local is not None and (abs(local) < SATURATED if saturates else local == 0)), 1
    flat = np.abs(local) < SATURATED if saturates else local == 0
    return int(np.count_nonzero(flat)), local.size


def remarks(step: Step) -> tuple[Remark, ...]:
    """The remarks on a step besides its rule."""
    trace, wire = step.trace, step.wire
    if wire is not None:
        return tuple(_remarks_of_a_send(step, wire))
    if step.event == "start":
        return tuple(
            Remark("warning", (reason("given-not-finite", name=Named(i), value=NotFinite.of(trace.value_of(i))),))
            for i in trace.given_not_finite
        )
    if step.event != "value":
        return ()
    result = [] if (choice := convention(trace, step.node)) is None else [choice]
    if trace.first_not_finite == step.node:
        message = "first-gate-not-finite" if trace.given_not_finite else "first-not-finite"
        result.append(Remark("warning", (reason(message, value=NotFinite.of(step.value)),)))
    elif trace.first_nan == step.node:
        # Another nan than that of the first infinity, which may stand far from it in the program.
        message = "first-nan-of-infinity" if nan_of_infinities(trace, step.node) else "first-nan"
        result.append(Remark("warning", (reason(message),)))
    return tuple(result)


def _remarks_of_a_send(step: Step, wire: Wire) -> Iterator[Remark]:
    trace = step.trace
    # In the order in which a reader needs them: what was chosen, what broke, why it is 0, what is still to come.
    # A gate may be at a kink on the way to one input and pass nothing at all to another.
    kink = None if _passes_nothing(wire) else convention(trace, wire.sender, wire.slot)
    if kink is not None:
        yield kink
    if wire.edge == trace.first_edge_not_finite:
        yield Remark("warning", (reason("first-contribution-not-finite", value=NotFinite.of(wire.contribution)),))
    if trap := zero_times_infinity(wire):
        yield Remark("warning", trap, "0 · inf", tuple(part for part in trap if part.message != "guard"))
    if all_zero(wire.contribution) and not _told_by_the_rule(wire):
        why, arrives = why_nothing_is_sent(wire), not all_zero(wire.upstream)
        # A kink that was remarked is the reason.
        if why and not (kink is not None and why == kink.reasons) and not (is_choice(wire) and arrives):
            here = () if arrives else (reason("nothing-arrives-here", name=Named(wire.sender)),)
            yield Remark("zero", why, "nothing arrives" if here else "", here)
    so_far = trace.gradient(wire.receiver, step.n)
    if so_far is not None and so_far.expected > 1:
        counts: dict[str, Figure] = {"name": Named(wire.receiver), "uses": str(so_far.expected), "received": str(so_far.received)}
        if so_far.complete:
            arrived = reason("arrived-all", **counts)
        elif is_small(so_far.value):
            arrived = reason("arrived-so-far", **counts, value=value_text(so_far.value, trace.writing))
        else:
            arrived = reason("arrived-some", **counts)
        yield Remark("arrived", (arrived,))


def why_zero(trace: Trace, index: int) -> str:
    """Why a node's gradient is zero, in one sentence; for a constant and for data that there is none.

    Empty where it is not zero. Of an array with some cells that are zero it says how many.
    """
    words = Wording(trace)
    reasons, end = _reasons_of_zero(trace, index)
    # Two wires may have one and the same to say.
    return words.joined([*list(dict.fromkeys(map(words.sentences, reasons)))[:2], words.sentences(end)])


def _reasons_of_zero(trace: Trace, index: int) -> tuple[list[tuple[Reason, ...]], tuple[Reason, ...]]:
    """What is to say of each wire that brings a node 0, and where the gradient ends, if that is not at the node itself."""
    program, name = trace.program, Named(index)
    if not program.depends[index]:
        return [(_why_none(trace, index),)], ()
    if not program.reaches[index]:
        return [(reason("independent", out=output_name(program), name=name),)], ()
    gradient = trace.gradient(index)
    if gradient is None:
        return [], ()
    if not all_zero(gradient.value):
        return [_zero_cells(gradient.value)], ()
    wires = trace.arrivals(index)
    if not wires:
        return [(reason("seed-zero"),)], ()
    if any(not all_zero(wire.contribution) for wire in wires):
        return [(reason("contributions-cancel", name=name),)], ()
    end = _where_it_ends(trace, index)
    return [
        (reason("nothing-arrives-here", name=Named(wire.sender)),)
        if end and all_zero(wire.upstream)
        else why_nothing_is_sent(wire)
        for wire in wires
    ], end


def why_gradient(trace: Trace, index: int) -> str:
    """Why a node's gradient is as it is, where that wants a reason: it is zero, inf or nan, or there is none. Else empty."""
    why = why_not_finite(trace, index)
    return why_zero(trace, index) if why is None else Wording(trace).say(why)


def _where_it_ends(trace: Trace, index: int) -> tuple[Reason, ...]:
    """The step at which a gradient that is 0 ends, and why, where that is not at the node itself; else empty."""
    if len(trace.program.nodes) > FOLLOWED:
        return ()
    # The first cause that is elsewhere: at the node itself the sentence has said it.
    for cause in zero_causes(trace, index):
        if cause.wire is None and cause.node != index:
            # Nothing comes to the output but the seed, so that nothing can cancel there.
            seed = cause.node == trace.program.output
            return (reason("seed-zero") if seed else reason("contributions-cancel", name=Named(cause.node)),)
        if (wire := cause.wire) is not None and wire.receiver != index:
            where = reason("ends", step=str(wire.step), box=Box(cause.node), name=Named(wire.receiver))
            return where, *why_nothing_is_sent(wire)
    return ()


def _why_none(trace: Trace, index: int) -> Reason:
    program = trace.program
    if not program.data:
        return reason("is-constant", name=Named(index))
    return reason("is-data" if program.nodes[index].rule is None else "only-data", name=Named(index))


def _zero_cells(value: Number) -> tuple[Reason, ...]:
    zeros = 0 if isinstance(value, int | float) else value.size - int(np.count_nonzero(value))
    return (reason("zero-cells", count=zeros, cells=np.size(value)),) if zeros else ()


def _told_by_the_rule(wire: Wire) -> bool:
    """Whether the step's own sentence says already why nothing is sent: max and min name the input that they chose."""
    return (wire.gate.chooses != "" or _passes_nothing(wire)) and not all_zero(wire.upstream)


def _passes_nothing(wire: Wire) -> bool:
    """Whether a structural gate passes no gradient to an input by its nature, as a loss to the classes."""
    return not wire.gate.cellwise and wire_pattern(wire) in ("data", "dead")
