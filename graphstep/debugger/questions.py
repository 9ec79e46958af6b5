"""What to ask before a step: the number that it makes, one cell of an array, or a shape; of a send also how it comes to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import isfinite, prod

from graphstep.engine.step import Step
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.ground.errors import InputError
from graphstep.ground.late import np
from graphstep.language.program import node_id
from graphstep.teaching.marking.quantities import on_wire
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import Solution, solve
from graphstep.telling.cells import cell
from graphstep.telling.explain import explain
from graphstep.telling.names import name_of
from graphstep.telling.words.catalogue import message

TERMS = 6
"""Terms of a sum up to which a cell is asked for; of more nobody wants to add up, and the shape is asked for instead."""

_LARGE = 100_000
"""Cells of an input from which the terms of a product are counted by shapes alone."""

_STRIDE = 7
"""From step to step another cell is asked for; the same one in every run."""

_LOOKED_AT = 300
"""Steps before this one in which it is looked whether a rule was asked for already."""


def questions_of(trace: Trace, n: int) -> tuple[Solution, ...]:
    """The questions before step ``n`` with their answers; none before a step that makes nothing that could be worked out.

    Where a gate first sends into one of its slots, its local gradient is asked for as a formula and as a number; of a router it
    is asked whom it lets pass, which is all that it does.
    """
    step = trace.step(n)
    # A router is asked one thing: whoever knows whom it lets pass knows the number too.
    before = tuple(_of_rule(trace, step)) if step.event == "send" else ()
    if before and before[-1].right is not None:
        return before
    product = _of_product(trace, n)
    return before if product is None else (*before, product)


def hints_of(solution: Solution) -> tuple[str, ...]:
    """Hints to a question: the rule, then the same with numbers, as far as the answer does not stand there yet."""
    if solution.right is not None:
        wire = solution.trace.step(solution.step).wire
        return () if wire is None else (explain(solution.trace, solution.trace.step_of_value(wire.sender)).why,)
    explanation = solution.explanation
    if solution.formula or solution.quantity is None:
        return (explanation.why,) if explanation.why else ()
    ladder = explanation.local if solution.quantity.kind == "local" else explanation.ladder
    if ladder is None or solution.quantity.cell is not None:
        return (explanation.why,) if explanation.why else ()
    return tuple(f"{ladder.left_text} {rung.relation} {rung.text}" for rung in ladder.rungs[:-1])


def _of_rule(trace: Trace, step: Step) -> Iterator[Solution]:
    """The questions about the local gradient of a gate of numbers."""
    wire = step.wire
    if wire is None or not isinstance(wire.local, float) or trace.node(wire.sender).shape or not isfinite(wire.local):
        return
    if wire.gate.routes:
        if (solution := _route(wire)) is not None:
            yield solution
        return
    slope = explain(trace, step.n).local
    if slope is None or len(slope.rungs) < 2 or _was_asked(wire):
        return
    say, asked = partial(message, trace.writing.language), on_wire(wire, local=True)
    names = {"slope": asked.name, "box": _box(wire), "name": name_of(trace.program, wire.receiver)}
    answer = f"{asked.name} = {slope.texts[0]}"
    wording = say("ask-formula", **names)
    yield replace(_solution(wire, "formula", wording, answer), quantity=asked, formula=True)
    answer = f"{asked.name} {slope.rungs[-1].relation} {slope.texts[-1]}"
    yield replace(_solution(wire, "local", asked.wording, answer), quantity=asked)


def _route(wire: Wire) -> Solution | None:
    """Whether a router lets the gradient pass; None where it shares it, as at a tie that is split."""
    say = partial(message, wire.trace.writing.language)
    ways = {1.0: "route-all", 0.0: "route-nothing", -1.0: "route-turned"}
    if wire.local not in ways:
        return None
    # |x| alone turns a sign. For max or relu the third answer would only be there to be crossed out.
    keys = list(ways.values())[: 3 if wire.gate.name == "abs" else 2]
    options = tuple(say(key) for key in keys)
    right = list(ways).index(float(wire.local))
    wording = say("ask-route", box=_box(wire), name=name_of(wire.trace.program, wire.receiver))
    return replace(_solution(wire, "route", wording, options[right], options), right=right)


def _solution(wire: Wire, kind: str, wording: str, answer: str, options: tuple[str, ...] = ()) -> Solution:
    key = f"{kind} {node_id(wire.sender)} {wire.slot}"
    return Solution(Question(key, (), "", "", options, key, 0), wire.trace, wording, answer, wire.step, wire.step)


def _box(wire: Wire) -> str:
    node = wire.trace.node(wire.sender)
    return wire.gate.box(node.operands, node.options)


def _was_asked(wire: Wire) -> bool:
    """Whether a gate of the same kind has sent into the same slot a short while before."""
    trace = wire.trace
    # No further back: deep in a large run every key would look through all that was before it.
    for n in range(max(trace.seed_step + 1, wire.step - _LOOKED_AT), wire.step):
        earlier = trace.step(n).wire
        if earlier is not None and (earlier.gate.name, earlier.slot) == (wire.gate.name, wire.slot):
            return True
    return False


def _of_product(trace: Trace, n: int) -> Solution | None:
    """The question for the number that a step makes."""
    step = trace.step(n)
    shape = trace.node(step.node).shape
    name = trace.node(step.node).name or node_id(step.node)
    if step.event == "value":
        ask, of = f"value {name}", "value"
    elif step.event == "sum":
        ask, of = f"sum {name}", "gradient"
    elif step.event == "send" and len(trace.arrivals(step.node)) == 1:
        ask, of = f"gradient {name}", "gradient"
    elif step.event == "send" and step.sender is not None and len(trace.between(step.sender, step.node)) == 1:
        ask, of = f"contribution {node_id(step.sender)} → {name}", "contribution"
    else:
        return None
    if shape:
        if 0 in shape:
            return None
        # No random number: the same run asks the same questions, also after it was saved.
        place = tuple(int(i) for i in np.unravel_index(n * _STRIDE % prod(shape), shape))
        if _is_long(trace, step.node, place, of):
            ask = f"shape {name}" if of == "value" else f"shape gradient {name}"
        else:
            ask = f"{ask}[{', '.join(map(str, place))}]"
    try:
        return solve(Question(ask, (), "", "", (), ask, 0), trace)
    except InputError:
        # It is not finite, or a name can be read in two ways: nobody is asked.
        return None


def _is_long(trace: Trace, node: int, place: tuple[int, ...], of: str) -> bool:
    """Whether a cell is a sum of more terms than a person adds up."""
    gate = trace.gate(node)
    if of == "value" and gate is not None and gate.factors is not None:
        # A cell of m×k times k×n has √(mk·kn/mn) = k terms. To tell which cells those are takes as long as all the products.
        left, right = (np.size(value) for value in trace.operand_values(node))
        if max(left, right) >= _LARGE and left * right > TERMS**2 * prod(trace.node(node).shape):
            return True
    explanation = cell(trace, node, place, "value" if of == "value" else "gradient")
    return len(explanation.terms) > TERMS or not isfinite(explanation.value)
