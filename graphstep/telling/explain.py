"""The explanation of a step: the one place that makes the sentences and the ladders that every view shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from graphstep.gates.gate import Gate, shares
from graphstep.gates.mathematics import NUMBERS
from graphstep.ground.arrays import SMALL, all_zero, kind_text, shape_of, shape_text
from graphstep.ground.exact import exact_text
from graphstep.ground.numerals import numeral
from graphstep.telling.derivatives import definitions, objective_name
from graphstep.telling.explanation import Explanation
from graphstep.telling.ladders import objective_ladder, seed_ladder, sent_ladders, sum_ladder, value_ladder
from graphstep.telling.names import name_of, output_name, slot_name
from graphstep.telling.operands import operand_with_value, routed
from graphstep.telling.reasons import notes, pattern, share_blocked
from graphstep.telling.sizes import copies, jacobian, same_shape, shape_rule

if TYPE_CHECKING:
    from graphstep.engine.step import Step
    from graphstep.engine.trace import Trace
    from graphstep.gates.structural import StructuralGate
    from graphstep.ground.arrays import Number

_TYPED = 120
"""Characters of an input up to which it is written as typed."""

_SHOWN = 8
"""Inputs that the start lists; of more it gives the count."""


def explain(trace: Trace, n: int) -> Explanation:
    """What happens in step ``n`` and why; 0 is the start. IndexError outside the run."""
    step = trace.step(n)
    # A number that is too large or undefined is said in words; NumPy need not warn of it as well.
    with np.errstate(all="ignore"):
        said = {"start": _start, "value": _value, "seed": _seed, "send": _send, "sum": _sum, "update": _update}[step.event](step)
    return replace(said, definitions=definitions(trace, _named(step)))


def _named(step: Step) -> list[int]:
    """The nodes that a step names."""
    nodes = step.trace.program.nodes
    if step.event == "value":
        # Its own ladder says what it stands for.
        return [x for x in nodes[step.node].operands if isinstance(x, int)]
    if step.event == "send" and step.sender is not None:
        return [step.node, step.sender, *(x for x in nodes[step.sender].operands if isinstance(x, int))]
    return [] if step.event == "start" else [step.node]


def _start(step: Step) -> Explanation:
    program = step.trace.program
    shown = list(step.trace.inputs.items())[:_SHOWN]
    joint = "; " if any(shape_of(value) for _, value in shown) else ", "
    given = [_given(step.trace, name, value) for name, value in shown]
    more = f" and {len(program.inputs) - _SHOWN:,} more" if len(program.inputs) > _SHOWN else ""
    gates = len(program.nodes) - program.first_gate
    why = f"The inputs are given: {joint.join(given)}{more}. " if given else "There are no inputs. "
    data = [name for name in program.inputs if name in program.data]
    if data:
        names = ", ".join(data[:_SHOWN]) + (" and more" if len(data) > _SHOWN else "")
        why += f"{names} {'is' if len(data) == 1 else 'are'} data: no gradient is asked for. "
    if gates:
        why += f"Step forward and {_count(gates, 'gate')} will compute the output from them; then the gradient flows back."
    else:
        why += f"There is no gate: the output is {output_name(program)} itself, and gets the gradient at once."
    return Explanation(0, "start", "start", "Start", "", None, None, why, ())


def _given(trace: Trace, name: str, value: Number) -> str:
    """An input as it was typed, so that the problem can be computed again; with its shape where it is an array."""
    text = trace.setup.inputs.get(name) or exact_text(value, SMALL)
    if text is None or len(text) > _TYPED:
        return f"{name}, {kind_text(np.shape(value))}"
    return f"{name} = {text}" + (f" ({shape_text(value.shape)})" if not isinstance(value, int | float) else "")


def _value(step: Step) -> Explanation:
    trace, gate = step.trace, _gate(step.trace, step.node)
    title = f"{_box(trace, step.node)} computes {name_of(trace.program, step.node)}"
    why, here = gate.forward, ""
    if not isinstance(gate, Gate):
        why = _told_of(trace, step.node, gate, why)
    elif gate.chooses and trace.node(step.node).shape:
        here = f"It chooses cell by cell: {_chosen_shares(trace, step.node)}."
    elif gate.chooses and (winner := routed(trace, step.node)):
        here = f"Here that is {winner}."
    ladder, shapes = value_ladder(trace, step.node), shape_rule(trace, step.node)
    told = Explanation(step.n, "forward", "value", title, "", ladder, None, _joined(why, here), notes(step), shapes)
    return replace(told, rule=gate.forward, here=here)


def _update(step: Step) -> Explanation:
    # Optimizers belong to training: a run without it must not wait for them.
    from graphstep.telling.updates import updated

    return updated(step)


def _seed(step: Step) -> Explanation:
    trace = step.trace
    out, shape = output_name(trace.program), trace.node(step.node).shape
    start = "The backward pass starts at the output"
    defined = objective_ladder(trace)
    if defined is None:
        if trace.program.depends[trace.program.output]:
            why = f"{start}: when {out} grows by a little, {out} grows by just as much."
        else:
            but = " but data" if trace.program.inputs else ""
            why = f"{start}. No input{but}: there is nothing to differentiate."
    else:
        goal, unit = objective_name(trace), isinstance(trace.seed, int | float) and trace.seed == 1
        asked = "as if its cells were added up" if unit else "by the seed that was asked for"
        made = f"What is differentiated is one number, {defined.line}, {asked}."
        kind = f"{out} is {kind_text(shape)}. " if shape else ""
        why = (
            f"{kind}{made} The backward pass starts at {out}: that is how fast {goal} grows with {'its cells' if shape else out}."
        )
    title = f"The output {out} gets its gradient"
    before = () if defined is None else (defined,)
    return Explanation(step.n, "backward", "seed", title, "", seed_ladder(step), None, why, (), before=before)


def _send(step: Step) -> Explanation:
    trace = step.trace
    assert step.sender is not None, "a send has a sender"
    assert step.edge is not None, "a send has an edge"
    ladder, local = sent_ladders(step)
    why, rule, here = _why_sent(step)
    return Explanation(
        step.n,
        "backward",
        "send",
        f"{_box(trace, step.sender)} sends to {name_of(trace.program, step.node)}",
        pattern(step),
        ladder,
        local,
        why,
        notes(step),
        same_shape(trace, step.node),
        jacobian(trace, step.edge),
        rule=rule,
        here=here,
    )


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _why_sent(step: Step) -> tuple[str, str, str]:
    """Why a gate sends what it sends: in full, the rule as it stands in its row, and what is to say of this step alone."""
    trace, sender, slot = step.trace, step.sender or 0, step.slot or 0
    gate = _gate(trace, sender)
    if not isinstance(gate, Gate):
        rule, here = gate.backward[min(slot, len(gate.backward) - 1)], copies(trace, sender)
        return _joined(_told_of(trace, sender, gate, rule), here), rule, here
    if gate.chooses:
        routed_here = _why_routed(step, gate)
        # Names keep their letters.
        begins = f"{routed_here[0].lower()}{routed_here[1:]}" if routed_here.startswith("It") else routed_here
        return f"The {gate.name} gate is a router: {begins}", gate.backward, routed_here
    fields: dict[str, str] = {
        name: operand_with_value(trace, sender, k)
        for k, name in zip(range(len(trace.node(sender).operands)), "xyz", strict=False)
    }
    others = [k for k in range(len(trace.node(sender).operands)) if k != slot]
    fields["other"] = operand_with_value(trace, sender, others[0]) if others else ""
    value, local = trace.value_of(sender), step.local
    fields["out"] = numeral(value) if isinstance(value, int | float) else name_of(trace.program, sender)
    fields["local"] = numeral(local) if isinstance(local, int | float) else "its local gradient"
    here = share_blocked(step)
    return _joined(gate.backward.format(**fields), here), gate.backward, here


def _why_routed(step: Step, gate: Gate) -> str:
    """Where a router sends its gradient in this step."""
    trace, sender, slot = step.trace, step.sender or 0, step.slot or 0
    mine = slot_name(trace.program, sender, slot)
    if trace.node(sender).shape:
        local = np.asarray(step.local)
        taken = int(np.count_nonzero(local))
        whole = "the upstream gradient or a share of it" if np.any((local > 0) & (local < 1)) else "the upstream gradient"
        rest = "" if taken == local.size else ", and 0 in the others"
        return f"{mine} gets {whole} in {taken:,} of {local.size:,} cells{rest}."
    winner = routed(trace, sender)
    if step.local == 0:
        return f"Its upstream gradient goes to {winner}, and 0 to {mine}."
    if step.local == 1:
        return f"It chose {mine}, so its whole upstream gradient goes there."
    return f"{mine} is one of those that {gate.name} chose, so it gets a share."


def _chosen_shares(trace: Trace, index: int) -> str:
    """From which inputs the cells of a max or min of arrays come: ``x in 3, y in 1 of 4 cells``."""
    out, node = trace.value_of(index), trace.node(index)
    taken = shares(NUMBERS, trace.operand_values(index), out, tuple(node.constants), trace.ties)
    names = [slot_name(trace.program, index, slot) for slot in range(len(node.operands))]
    parts = [f"{name} in {int(np.count_nonzero(share)):,}" for name, share in zip(names, taken, strict=True)]
    return f"{', '.join(parts)} of {np.size(out):,} cells"


def _told_of(trace: Trace, index: int, gate: StructuralGate, sentence: str) -> str:
    """A sentence of a structural gate with the names of its inputs and its axis."""
    count = len(trace.node(index).operands)
    fields = {name: slot_name(trace.program, index, k) for k, name in zip(range(count), "xyz", strict=False)}
    fields["out"] = name_of(trace.program, index)
    return sentence.format(**fields, axis=gate.along(trace.node(index).options))


def _sum(step: Step) -> Explanation:
    trace, parts = step.trace, step.contributions
    name = name_of(trace.program, step.node)
    why = f"{name} is used {len(parts)} times, so it pushes on the output along {len(parts)} ways: gradients add up at branches."
    here = ""
    if all_zero(0.0 if step.gradient is None else step.gradient) and not all(map(all_zero, parts)):
        here = f"Here the contributions to {name} cancel."
    title, shape = f"{name} adds up its gradient", same_shape(trace, step.node)
    told = Explanation(step.n, "backward", "sum", title, "adder", sum_ladder(step), None, _joined(why, here), notes(step), shape)
    return replace(told, rule="gradients add up at branches", here=here)


def _gate(trace: Trace, index: int) -> Gate | StructuralGate:
    gate = trace.gate(index)
    assert gate is not None, "an input is no gate"
    return gate


def _box(trace: Trace, index: int) -> str:
    return _gate(trace, index).box(trace.node(index).operands, trace.node(index).options)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
