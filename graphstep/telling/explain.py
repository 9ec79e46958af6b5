"""The facts of a step, and their explanation: ladders beside the words, which every view shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from heapq import nlargest

from graphstep.analysis import facts
from graphstep.analysis.facts import Figure, Reason, reason
from graphstep.analysis.kinks import chosen_slots
from graphstep.engine.step import Event, Step
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.elementwise import shares
from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.notation import plain_text
from graphstep.gates.rule import Rule
from graphstep.ground.arrays import SMALL, Number, all_zero, is_small, shape_of, shape_text
from graphstep.ground.exact import exact_text
from graphstep.ground.late import np, quiet
from graphstep.ground.numerals import numeral, percent
from graphstep.ground.precision import FLOAT64
from graphstep.telling.derivatives import definitions, objective_name, wire_term
from graphstep.telling.explanation import Explanation
from graphstep.telling.ladders import objective_ladder
from graphstep.telling.names import names_of, output_name
from graphstep.telling.reasons import remarks, share_blocked, wire_pattern
from graphstep.telling.sizes import copies
from graphstep.telling.words.catalogue import value_text
from graphstep.telling.words.steps import explanation

_TYPED = 120
"""Characters of an input up to which it is written as typed."""

RANKED, TERMS_RANKED = 7, 3
"""Contributions to a number from which the largest of them are named, and how many those are."""

_SHOWN = 8
"""Inputs that the start lists; of more it gives the count."""


def explain(trace: Trace, n: int) -> Explanation:
    """What happens in step ``n`` and why; 0 is the start. IndexError outside the run."""
    # A number that is too large or undefined is said in words; NumPy need not warn of it as well.
    with quiet():
        step = trace.step(n)
        whole = explanation(fact_of(step))
        named = definitions(trace, _mentioned(step)) if names_of(trace.program).definitions else ()
        return replace(whole, definitions=named) if named else whole


def fact_of(step: Step) -> facts.Fact:
    """What happened in a step, and why."""
    by_event: dict[Event, Callable[[Step], facts.Fact]] = {
        "start": _started, "value": _computed, "seed": _seeded, "send": _sent, "sum": _summed, "update": _updated,
    }  # fmt: skip
    return by_event[step.event](step)


def _mentioned(step: Step) -> list[int]:
    """The nodes that an explanation names."""
    nodes = step.trace.program.nodes
    if step.event == "value":
        # Its own ladder says what it stands for.
        return [x for x in nodes[step.node].operands if isinstance(x, int)]
    if step.event == "send" and step.sender is not None:
        return [step.node, step.sender, *(x for x in nodes[step.sender].operands if isinstance(x, int))]
    return [] if step.event == "start" else [step.node]


def _started(step: Step) -> facts.Started:
    program, inputs = step.trace.program, list(step.trace.inputs.items())[:_SHOWN]
    if inputs:
        joint = "; " if any(shape_of(value) for _, value in inputs) else ", "
        figures: dict[str, Figure] = {"inputs": facts.Listed(tuple(_given(step.trace, *entry) for entry in inputs), joint)}
        more = len(program.inputs) - _SHOWN
        key = "given-frame" if program.scope else "given"
        why = [reason("given-some", **figures, more=more) if more > 0 else reason(key, **figures)]
    else:
        why = [reason("no-inputs")]
    if step.trace.dtype != FLOAT64:
        why.append(reason("narrow", dtype=step.trace.dtype))
    data = [name for name in program.inputs if name in program.data]
    if data:
        names = facts.Listed(tuple(data[:_SHOWN]), ", ")
        why.append(reason("data-some", names=names) if len(data) > _SHOWN else reason("data", names=names, count=len(data)))
    gates = len(program.nodes) - program.first_gate
    if program.scope:
        why.append(reason("parts-follow", count=gates, out=output_name(program)))
    else:
        why.append(reason("gates-follow", count=gates) if gates else reason("no-gates", out=output_name(program)))
    return facts.Started(step, tuple(why), remarks(step))


def _given(trace: Trace, name: str, value: Number) -> Figure:
    """An input as it was typed, so that the problem can be computed again; with its shape where it is an array."""
    is_recorded = trace.setup.captured and not trace.setup.inputs.get(name) and is_small(value)
    is_trained = any(update.node == trace.program.input_places[name] for update in trace.updates)
    if trace.program.scope or is_recorded or is_trained:
        # It was computed outside, or in the rounds before, where its digits stand; nobody typed those of a recorded one.
        names = names_of(trace.program)
        meant = names.definitions.get(trace.program.input_places[name]) if trace.program.scope else ""
        return f"{name} = {f'{meant} = ' if meant else ''}{value_text(value, trace.writing)}"
    text = trace.setup.inputs.get(name) or exact_text(value, SMALL)
    if text is None or len(text) > _TYPED:
        return reason("input-of-kind", name=name, kind=facts.Kind(shape_of(value)))
    return f"{name} = {text}" + (f" ({shape_text(value.shape)})" if not isinstance(value, int | float) else "")


def _computed(step: Step) -> facts.Computed:
    trace, gate, here = step.trace, _gate(step.trace, step.node), list[Reason]()
    if gate.chooses and trace.node(step.node).shape:
        here.append(_chosen_shares(trace, step.node))
    elif gate.chooses and (chosen := chosen_slots(trace, step.node)):
        here.append(reason("chose-here", winner=facts.Operand(step.node, chosen[0])))
    forward = Reason(f"gate.{gate.name}.forward", _figures(trace, step.node), gate.forward)
    return facts.Computed(step, forward, tuple(here), remarks(step))


def _updated(step: Step) -> facts.Updated:
    # Optimizers belong to training: a run without it must not wait for them.
    from graphstep.telling.updates import updated

    return updated(step)


def _seeded(step: Step) -> facts.Seeded:
    trace = step.trace
    out, shape = output_name(trace.program), trace.node(step.node).shape
    defined = objective_ladder(trace)
    if trace.program.scope and trace.program.depends[trace.program.output]:
        return facts.Seeded(step, (reason("seed-frame", out=out),))
    if defined is None:
        if trace.program.depends[trace.program.output]:
            return facts.Seeded(step, (reason("seed", out=out),))
        return facts.Seeded(step, (reason("seed-only-data" if trace.program.inputs else "seed-without-inputs"),))
    unit = isinstance(trace.seed, int | float) and trace.seed == 1
    starts: dict[str, Figure] = {"out": out, "goal": objective_name(trace)}
    why = [
        reason("objective" if unit else "objective-seed", definition=defined.line),
        reason("objective-starts-cells" if shape else "objective-starts", **starts),
    ]
    return facts.Seeded(step, (reason("output-kind", out=out, kind=facts.Kind(shape)), *why) if shape else tuple(why))


def _sent(step: Step) -> facts.Sent:
    wire = step.wire
    assert wire is not None, "a send has a wire"
    key, sentence = wire.gate.sentence(wire.slot)
    rule = Reason(key, _figures_of_send(wire), sentence)
    if wire.gate.chooses:
        return facts.Sent(wire, wire_pattern(wire), rule, (_routed(wire),), (_routed(wire, wire.gate),), remarks(step))
    remark = copies(wire.trace, wire.sender) or share_blocked(wire)
    here = () if remark is None else (remark,)
    return facts.Sent(wire, wire_pattern(wire), rule, here, (rule, *here), remarks(step))


def _figures(trace: Trace, index: int) -> dict[str, Figure]:
    """What stands for the fields of a gate's sentence: the names of its inputs, its own, its axis, and its margin."""
    node, gate = trace.node(index), _gate(trace, index)
    figures: dict[str, Figure] = {name: facts.Slot(index, k) for k, name in zip(range(len(node.operands)), "xyz", strict=False)}
    settings = gate.settings(node.options)
    axis, margin = settings.get("axis"), settings.get("margin")
    if isinstance(axis, tuple):
        along = reason("along-axes", axes=", ".join(map(str, axis)))
    else:
        along = reason("along-last-axis") if axis == -1 else reason("along-axis", axis=str(axis))
    return {
        **figures,
        "out": facts.Named(index),
        "axis": None if axis is None else along,
        "margin": None if margin is None else numeral(margin),
    }


def _figures_of_send(wire: Wire) -> dict[str, Figure]:
    """The same on the way back; where there is a local gradient, what it is made of stands there with its values."""
    trace, sender, local = wire.trace, wire.sender, wire.local
    figures = _figures(trace, sender)
    if local is None:
        return figures
    count, value = len(trace.node(sender).operands), trace.value_of(sender)
    figures.update((name, facts.Operand(sender, k)) for k, name in zip(range(count), "xyz", strict=False))
    others = [k for k in range(count) if k != wire.slot]
    figures["other"] = facts.Operand(sender, others[0]) if others else None
    if isinstance(value, int | float):
        figures["out"] = numeral(value, trace.writing.digits)
    figures["local"] = numeral(local, trace.writing.digits) if isinstance(local, int | float) else reason("its-local")
    return figures


def _routed(wire: Wire, gate: Rule | None = None) -> Reason:
    """Where a router sends its gradient in this step; with the gate, that it is a router."""
    trace, sender = wire.trace, wire.sender
    mine, name = facts.Slot(sender, wire.slot), "" if gate is None else gate.name
    if trace.node(sender).shape:
        local = np.asarray(wire.local)
        open_cells = int(np.count_nonzero(local))
        share = reason("share-of-upstream" if np.any((local > 0) & (local < 1)) else "all-upstream")
        message = "routed-every-cell" if open_cells == local.size else "routed-cells"
        where = reason(message, mine=mine, what=share, taken=open_cells, cells=local.size)
    elif wire.local in (0, 1):
        figures: dict[str, Figure] = {"mine": mine}
        if wire.local == 0:
            chosen = chosen_slots(trace, sender)
            figures["winner"] = facts.Operand(sender, chosen[0]) if chosen else None
        message = "chose" if wire.local == 1 else "lost"
        return reason(message, **figures) if gate is None else reason(f"router-{message}", gate=name, **figures)
    else:
        where = reason("shared", mine=mine, gate=wire.gate.name)
    return where if gate is None else reason("router", gate=name, choice=where)


def _chosen_shares(trace: Trace, index: int) -> Reason:
    """From which inputs the cells of a max or min of arrays come: ``x in 3, y in 1 of 4 cells``."""
    out, node = trace.value_of(index), trace.node(index)
    parts = shares(NUMBERS, trace.operand_values(index), out, tuple(node.constants), trace.ties)
    origins = (
        reason("share-of-cells", name=facts.Slot(index, slot), taken=int(np.count_nonzero(part)))
        for slot, part in enumerate(parts)
    )
    return reason("chooses-cells", shares=facts.Listed(tuple(origins), ", "), cells=np.size(out))


def _summed(step: Step) -> facts.Summed:
    wires, name = step.trace.arrivals(step.node), facts.Named(step.node)
    here: tuple[Reason, ...] = ()
    # An input of a large program is used thousands of times.
    idle = [all_zero(wire.contribution) for wire in wires] if wires[0].shape else [not size for size in wires.numbers]
    if all_zero(0.0 if step.gradient is None else step.gradient) and not all(idle):
        here = (reason("sum-cancels", name=name),)
    elif len(wires) >= RANKED and isinstance(step.gradient, int | float):
        here = (_largest_terms(step),)
    # A use that cannot move the output, as that of a comparison, of `stop` or of a flat gate, sends nothing.
    closed = sum(wire_pattern(wires[k]) in ("dead", "data") for k, sends_nothing in enumerate(idle) if sends_nothing)
    if closed:
        return facts.Summed(step, reason("sum-closed", name=name, uses=str(len(wires)), count=closed), here)
    return facts.Summed(step, reason("sum", name=name, uses=str(len(wires))), here)


def _largest_terms(step: Step) -> Reason:
    """The largest of many contributions to a number, with their shares of the gradient."""
    trace, total = step.trace, float(step.gradient or 0.0)
    wires = trace.arrivals(step.node)
    sizes = wires.numbers
    # A nan decides the sum, as inf does.
    lengths = [math.inf if math.isnan(size) else abs(size) for size in sizes]
    # Of 10,000 contributions three are sorted and not all; those of equal size keep the order of the uses.
    least = nlargest(TERMS_RANKED, lengths)[-1]
    order = sorted((k for k, length in enumerate(lengths) if length >= least), key=lambda k: (-lengths[k], wires[k].use))
    shown = []
    for k in order[:TERMS_RANKED]:
        figures: dict[str, Figure] = {
            "term": plain_text(wire_term(wires[k])),
            "value": numeral(sizes[k], trace.writing.digits),
        }
        shared = total and math.isfinite(total) and math.isfinite(sizes[k])
        if shared:
            figures["share"] = percent(sizes[k] / total)
        shown.append(reason("sum-term-share" if shared else "sum-term", **figures))
    return reason("sum-largest", count=len(wires), terms=facts.Listed(tuple(shown), "; "))


def _gate(trace: Trace, index: int) -> Rule:
    gate = trace.gate(index)
    assert gate is not None, "an input is no gate"
    return gate
