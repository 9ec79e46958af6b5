"""The explanation of a step: the one place that makes the sentences and the ladders that every view shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphstep.explain.explanation import Explanation, Ladder
from graphstep.explain.names import LATEX, TEXT, derivative, name_of, output_name, slot_term, term
from graphstep.explain.reasons import notes, operand_with_value, pattern, routed
from graphstep.numerals import numeral

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graphstep.gates import Gate
    from graphstep.gates.notation import Style
    from graphstep.trace import Step, Trace

_MANY = 4
"""Contributions that a sum spells out in symbols; of more it gives the count."""
_SHOWN = 8
"""Inputs that the start lists; of more it gives the count."""


def explain(trace: Trace, n: int) -> Explanation:
    """What happens in step ``n`` and why; 0 is the start. IndexError outside the run."""
    step = trace.step(n)
    return {"start": _start, "value": _value, "seed": _seed, "send": _send, "sum": _sum}[step.event](step)


def local_ladder(trace: Trace, edge: int) -> Ladder:
    """The local gradient of an edge: its formula in names, in numbers, and its value."""
    sender, slot = int(trace.plan.sender[edge]), int(trace.plan.slot[edge])
    gate, node = trace.gate(sender), trace.node(sender)
    assert gate is not None, "an edge starts at a gate"
    value = trace.local_of(edge)

    def rungs(style: Style) -> tuple[str, ...]:
        last = style.number(value).text
        if gate.chooses:
            return (last,)
        names = [slot_term(trace.program, sender, k, style) for k in range(len(node.operands))]
        numbers = [style.number(x) for x in trace.operand_values(sender)]
        out = _own_name(trace, sender, style)
        partial = gate.partials[slot]
        symbols = style.term(partial(style, *names, out)).text
        substituted = style.term(partial(style, *numbers, style.number(trace.value_of(sender)))).text
        return _without_repeats((symbols, substituted, last))

    def left(style: Style) -> str:
        return derivative(style, term(trace.program, sender, style), slot_term(trace.program, sender, slot, style))

    return _ladder(left, rungs)


def value_ladder(trace: Trace, index: int) -> Ladder:
    """The value of a gate: its formula in names, in numbers, and its value."""
    gate, node = trace.gate(index), trace.node(index)
    assert gate is not None, "an input is given, not computed"

    def left(style: Style) -> str:
        return term(trace.program, index, style).text

    def rungs(style: Style) -> tuple[str, ...]:
        names = [term(trace.program, x, style) for x in node.operands]
        numbers = [style.number(x) for x in trace.operand_values(index)]
        formula = style.term(_formula(gate, style, names)).text
        found = _without_repeats(
            (formula, style.term(_formula(gate, style, numbers)).text, style.number(trace.value_of(index)).text)
        )
        # An unnamed short expression is called by its own text: "x+y = x + y = 3" would say it twice.
        same = _bare(left(style)) == _bare(found[0])
        return found[1:] if same and len(found) > 1 else found

    return _ladder(left, rungs)


def _start(step: Step) -> Explanation:
    program = step.trace.program
    given = [f"{name} = {numeral(value)}" for name, value in list(step.trace.inputs.items())[:_SHOWN]]
    more = f" and {len(program.inputs) - _SHOWN:,} more" if len(program.inputs) > _SHOWN else ""
    gates = len(program.nodes) - program.first_gate
    why = f"The inputs are given: {', '.join(given)}{more}. " if given else "There are no inputs. "
    if gates:
        why += f"Step forward and {_count(gates, 'gate')} will compute the output from them; then the gradient flows back."
    else:
        why += f"There is no gate: the output is {output_name(program)} itself, and gets the gradient at once."
    return Explanation(0, "start", "start", "Start", "", None, None, why, ())


def _value(step: Step) -> Explanation:
    gate = _gate(step.trace, step.node)
    name = name_of(step.trace.program, step.node)
    title = f"{_box(step.trace, step.node)} computes {name}"
    why = gate.forward
    if gate.chooses and (winner := routed(step.trace, step.node)):
        why = f"{why} Here that is {winner}."
    return Explanation(step.n, "forward", "value", title, "", value_ladder(step.trace, step.node), None, why, notes(step))


def _seed(step: Step) -> Explanation:
    out = output_name(step.trace.program)
    value = numeral(step.trace.seed)
    ladder = _ladder(
        lambda style: derivative(style, *(2 * [term(step.trace.program, step.node, style)])),
        lambda style: (style.number(step.trace.seed).text,),
    )
    if step.trace.seed == 1:
        why = f"The backward pass starts at the output: when {out} grows by a little, {out} grows by just as much."
    else:
        why = f"The backward pass starts at the output with the seed that was asked for, {value}; every gradient is scaled by it."
    return Explanation(step.n, "backward", "seed", f"The output {out} gets its gradient", "", ladder, None, why, ())


def _send(step: Step) -> Explanation:
    trace = step.trace
    assert step.sender is not None, "a send has a sender"
    assert step.slot is not None, "a send has a slot"
    gate = _gate(trace, step.sender)
    known = trace.gradient(step.node, step.n)
    local = local_ladder(trace, step.edge or 0)

    def left(style: Style) -> str:
        whole = derivative(style, _output_term(trace, style), term(trace.program, step.node, style))
        if known is None or known.expected < 2:
            return whole
        part = f"part {known.received} of {known.expected}"
        return rf"{whole} \;(\text{{{part}}})" if style is LATEX else f"{whole}, {part}"

    def rungs(style: Style) -> tuple[str, ...]:
        upstream = derivative(style, _output_term(trace, style), term(trace.program, step.sender or 0, style))
        slope = local.latex_left if style is LATEX else local.left
        numbers = style.number(step.upstream or 0.0) * style.number(step.local or 0.0)
        return (
            f"{upstream}{style.product}{slope}",
            numbers.text,
            style.number(step.contribution or 0.0).text,
        )

    return Explanation(
        step.n,
        "backward",
        "send",
        f"{_box(trace, step.sender)} sends to {name_of(trace.program, step.node)}",
        pattern(step),
        _ladder(left, rungs),
        local,
        _why_sent(step, gate),
        notes(step),
    )


def _why_sent(step: Step, gate: Gate) -> str:
    trace, sender, slot = step.trace, step.sender or 0, step.slot or 0
    if gate.chooses:
        winner = routed(trace, sender)
        mine = slot_term(trace.program, sender, slot, TEXT).text
        if step.local == 0:
            return f"The {gate.name} gate is a router: its upstream gradient goes to {winner}, and 0 to {mine}."
        if step.local == 1:
            return f"The {gate.name} gate is a router: it chose {mine}, so its whole upstream gradient goes there."
        return f"The {gate.name} gate is a router: {mine} is one of those it chose, so it gets a share."
    fields: dict[str, str] = {
        name: operand_with_value(trace, sender, k)
        for k, name in zip(range(len(trace.node(sender).operands)), "xyz", strict=False)
    }
    others = [k for k in range(len(trace.node(sender).operands)) if k != slot]
    fields["other"] = operand_with_value(trace, sender, others[0]) if others else ""
    fields["out"] = numeral(trace.value_of(sender))
    fields["local"] = numeral(step.local or 0.0)
    return gate.backward.format(**fields)


def _sum(step: Step) -> Explanation:
    trace = step.trace
    parts = step.contributions
    edges = trace.plan.arrivals[step.node]

    def left(style: Style) -> str:
        return derivative(style, _output_term(trace, style), term(trace.program, step.node, style))

    def rungs(style: Style) -> tuple[str, ...]:
        total = style.number(trace.gradient_of(step.node)).text
        if len(parts) > _MANY:
            words = f"the sum of {len(parts)} contributions"
            return (rf"\text{{{words}}}" if style is LATEX else words, total)
        symbols = []
        for edge in edges:
            slope = local_ladder(trace, edge)
            sender = int(trace.plan.sender[edge])
            upstream = derivative(style, _output_term(trace, style), term(trace.program, sender, style))
            symbols.append(f"{upstream}{style.product}{slope.latex_left if style is LATEX else slope.left}")
        added = style.number(parts[0])
        for part in parts[1:]:
            added = added + style.number(part)
        return (" + ".join(symbols), added.text, total)

    name = name_of(trace.program, step.node)
    ladder = _ladder(left, rungs)
    why = f"{name} is used {len(parts)} times, so it pushes on the output along {len(parts)} ways: gradients add up at branches."
    zero = ""
    if step.gradient == 0 and any(parts):
        zero = f" Here the contributions to {name} cancel."
    return Explanation(step.n, "backward", "sum", f"{name} adds up its gradient", "adder", ladder, None, why + zero, notes(step))


def _gate(trace: Trace, index: int) -> Gate:
    gate = trace.gate(index)
    assert gate is not None, "an input is no gate"
    return gate


def _box(trace: Trace, index: int) -> str:
    return _gate(trace, index).box(trace.node(index).operands, trace.node(index).options)


def _formula(gate: Gate, style: Style, inputs: Sequence[Any]) -> Any:
    # With a printer there is nothing to choose between: max prints all its inputs in one call, not as nested pairs.
    if gate.chooses:
        return style.maximum(*inputs) if gate.chooses == "max" else style.minimum(*inputs)
    return gate.value(style, inputs)


def _output_term(trace: Trace, style: Style) -> Any:
    return term(trace.program, trace.program.output, style)


def _own_name(trace: Trace, index: int, style: Style) -> Any:
    return term(trace.program, index, style)


def _ladder(left: Callable[[Style], str], rungs: Callable[[Style], tuple[str, ...]]) -> Ladder:
    return Ladder(left(TEXT), rungs(TEXT), lambda: (left(LATEX), rungs(LATEX)))


def _bare(text: str) -> str:
    return text.replace(" ", "").replace("·", "*")


def _without_repeats(rungs: Sequence[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for rung in rungs:
        if not kept or kept[-1] != rung:
            kept.append(rung)
    return tuple(kept)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
