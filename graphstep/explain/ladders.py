"""The ladders: every quantity of a step from symbols through numbers to its value, in plain text and in LaTeX.

Numbers are written out while they are few. Of large arrays there is the rule in symbols, and what the value is like.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from graphstep.arrays import SMALL, is_small, shape_of
from graphstep.explain.cells import Scalar, by_cell, in_style
from graphstep.explain.explanation import Ladder
from graphstep.explain.names import LATEX, TEXT, derivative, formula, slot_term, term, told
from graphstep.gates.gate import Gate
from graphstep.gates.notation import CASES, POWER, PRODUCT, SUM, Term

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.arrays import Number
    from graphstep.gates.notation import Style
    from graphstep.trace import Step, Trace

_WIDE = 160
"""Characters up to which a contribution is written with the numbers put in: nobody could follow what is longer."""

_MANY = 4
"""Contributions that a sum spells out in symbols; of more it gives the count."""


def value_ladder(trace: Trace, index: int) -> Ladder:
    """The value of a gate: its formula in names, in numbers, and its value."""
    gate, node = trace.gate(index), trace.node(index)
    assert gate is not None, "an input is given, not computed"
    values = trace.operand_values(index)
    arrays = node.shape != () or not all(isinstance(value, float) for value in values)

    def left(style: Style) -> str:
        return term(trace.program, index, style).text

    def rungs(style: Style) -> tuple[str, ...]:
        names = [term(trace.program, x, style) for x in node.operands]
        ink = by_cell(style) if arrays else style
        if arrays:
            names = [in_style(name, ink, shape_of(value) == ()) for name, value in zip(names, values, strict=True)]
        found = [_formula(trace, index, ink, names)]
        if _written(values):
            found.append(_formula(trace, index, ink, [ink.number(x) for x in values]))
        found.append(style.number(trace.value_of(index)).text)
        kept = _without_repeats(found)
        # An unnamed short expression is called by its own text: "x+y = x + y = 3" would say it twice.
        same = _bare(left(style)) == _bare(kept[0])
        return kept[1:] if same and len(kept) > 1 else kept

    return made(left, rungs)


def local_ladder(trace: Trace, edge: int) -> Ladder:
    """The local gradient of an edge of an elementwise gate: its formula in names, in numbers, and its value.

    On arrays that is the diagonal of the Jacobian, cell by cell. ValueError for a structural gate, whose Jacobian is not formed.
    """
    return _local_ladder(trace, edge, trace.local_of(edge))


def _local_ladder(trace: Trace, edge: int, value: Number | None) -> Ladder:
    sender, slot = int(trace.plan.sender[edge]), int(trace.plan.slot[edge])
    gate = trace.gate(sender)
    if not isinstance(gate, Gate) or value is None:
        raise ValueError("the Jacobian of a structural gate is not formed")
    values = trace.operand_values(sender)

    def rungs(style: Style) -> tuple[str, ...]:
        last = style.number(value).text
        if gate.chooses:
            return (last,)
        symbols = _partial(trace, sender, slot, style)
        if isinstance(symbols, Scalar):
            return (symbols.text,)
        found = [symbols.text]
        # A condition on an array reads badly in numbers: [1, -2] > 0.
        plain = not trace.node(sender).shape or _partial(trace, sender, slot, TEXT).level != CASES
        if plain and _written((*values, trace.value_of(sender))):
            ink = by_cell(style) if trace.node(sender).shape else style
            numbers = [ink.number(x) for x in values]
            found.append(ink.term(gate.partials[slot](ink, *numbers, ink.number(trace.value_of(sender)))).text)
        return _without_repeats((*found, last))

    def left(style: Style) -> str:
        return derivative(style, term(trace.program, sender, style), slot_term(trace.program, sender, slot, style))

    return made(left, rungs)


def _partial(trace: Trace, sender: int, slot: int, style: Style) -> Term:
    """A local gradient in names; a :class:`Scalar` where it is the same number in every cell of an array."""
    gate, node = trace.gate(sender), trace.node(sender)
    assert isinstance(gate, Gate), "the Jacobian of a structural gate is not formed"
    names = [slot_term(trace.program, sender, k, style) for k in range(len(node.operands))]
    out = term(trace.program, sender, style)
    if not node.shape:
        return style.term(gate.partials[slot](style, *names, out))
    ink = by_cell(style)
    names = [in_style(name, ink, not isinstance(x, int)) for name, x in zip(names, node.operands, strict=True)]
    return ink.term(gate.partials[slot](ink, *names, in_style(out, ink, number=False)))


def sent_ladders(step: Step) -> tuple[Ladder, Ladder | None]:
    """The contribution of a send, and the local gradient that it was multiplied by (None for a structural gate)."""
    trace, edge = step.trace, step.edge
    assert edge is not None, "a send has an edge"
    sender, slot = int(trace.plan.sender[edge]), int(trace.plan.slot[edge])
    gate, known = trace.gate(sender), trace.gradient(step.node, step.n)
    upstream, local, contribution = trace.gradient_of(sender), step.local, trace.contribution_of(edge)
    cells = trace.node(sender).shape != ()

    def left(style: Style) -> str:
        whole = derivative(style, output_term(trace, style), term(trace.program, step.node, style))
        if known is None or known.expected < 2:
            return whole
        part = f"part {known.received} of {known.expected}"
        return rf"{whole} \;(\text{{{part}}})" if style is LATEX else f"{whole}, {part}"

    if not isinstance(gate, Gate):
        return made(left, lambda style: _pulled(trace, edge, style)), None

    def rungs(style: Style) -> tuple[str, ...]:
        symbols = _chain(trace, edge, style)
        result = style.number(contribution).text
        ink = by_cell(style) if cells else style
        partial = _partial(trace, sender, slot, style) if cells and not gate.chooses else None
        if not _written((upstream, contribution)):
            if not isinstance(partial, Scalar):
                return symbols, result
            arrives = derivative(style, output_term(trace, style), term(trace.program, sender, style))
            return symbols, (Term(arrives, PRODUCT, ink) * partial).text, result
        slope = partial if isinstance(partial, Scalar) else ink.number(local)
        return symbols, (ink.number(upstream) * slope).text, result

    return made(left, rungs), _local_ladder(trace, edge, local)


def _chain(trace: Trace, edge: int, style: Style) -> str:
    """The contribution of an edge in symbols: upstream times local, or the upstream gradient pulled back."""
    sender, slot = int(trace.plan.sender[edge]), int(trace.plan.slot[edge])
    if not isinstance(trace.gate(sender), Gate):
        return _pullback(trace, edge, style).within(SUM)
    upstream = derivative(style, output_term(trace, style), term(trace.program, sender, style))
    slope = derivative(style, term(trace.program, sender, style), slot_term(trace.program, sender, slot, style))
    times = by_cell(style).product if trace.node(sender).shape else style.product
    return f"{upstream}{times}{slope}"


def _pullback(trace: Trace, edge: int, style: Style, *, numbers: bool = False) -> Term:
    """What a structural gate makes of its upstream gradient, in symbols or in numbers."""
    sender, slot = int(trace.plan.sender[edge]), int(trace.plan.slot[edge])
    gate, node = trace.gate(sender), trace.node(sender)
    assert gate is not None, "an edge starts at a gate"
    assert not isinstance(gate, Gate), "an elementwise gate multiplies"
    ink, values = by_cell(style), trace.operand_values(sender)
    if numbers:
        terms = _Terms(len(values), lambda k: ink.number(values[k]))
        upstream, out = ink.number(trace.gradient_of(sender)), ink.number(trace.value_of(sender))
    else:
        terms = _Terms(
            len(values), lambda k: in_style(slot_term(trace.program, sender, k, style), ink, shape_of(values[k]) == ())
        )
        symbol = derivative(style, output_term(trace, style), term(trace.program, sender, style))
        # A fraction bar needs no parentheses in a product, a slash does: (∂f/∂q) / 2. Transposed, both do.
        upstream = in_style(Term(symbol, POWER if style is LATEX else SUM, style), ink, node.shape == ())
        out = in_style(term(trace.program, sender, style), ink, node.shape == ())
    return ink.term(gate.pulled(ink, slot, upstream, terms, out, told(trace.program, sender)))


class _Terms(Sequence[Any]):
    """The inputs of a gate as terms, made when a row asks for them: most rows want one or two, a gate may have thousands."""

    def __init__(self, count: int, make: Callable[[int], Any]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self._make(k) for k in range(*place.indices(self._count))]
        return self._make(range(self._count)[place])


def _pulled(trace: Trace, edge: int, style: Style) -> tuple[str, ...]:
    sender = int(trace.plan.sender[edge])
    found = [_pullback(trace, edge, style).text]
    few = _written((*trace.operand_values(sender), trace.gradient_of(sender), trace.value_of(sender)))
    if few and len(_pullback(trace, edge, TEXT, numbers=True).text) <= _WIDE:
        found.append(_pullback(trace, edge, style, numbers=True).text)
    return _without_repeats((*found, style.number(trace.contribution_of(edge)).text))


def sum_ladder(step: Step) -> Ladder:
    """A gradient as the sum of its contributions."""
    trace, parts = step.trace, step.contributions
    edges = trace.plan.arrivals[step.node]

    def left(style: Style) -> str:
        return derivative(style, output_term(trace, style), term(trace.program, step.node, style))

    def rungs(style: Style) -> tuple[str, ...]:
        total = style.number(trace.gradient_of(step.node)).text
        if len(parts) > _MANY:
            words = f"the sum of {len(parts)} contributions"
            return (rf"\text{{{words}}}" if style is LATEX else words, total)
        symbols = " + ".join(_chain(trace, edge, style) for edge in edges)
        if not _written(parts):
            return symbols, total
        added = style.number(parts[0])
        for part in parts[1:]:
            added = added + style.number(part)
        return symbols, added.text, total

    return made(left, rungs)


def seed_ladder(step: Step) -> Ladder:
    """The gradient of the output."""
    trace = step.trace
    return made(
        lambda style: derivative(style, *(2 * [output_term(trace, style)])),
        lambda style: (style.number(trace.gradient_of(step.node)).text,),
    )


def output_term(trace: Trace, style: Style) -> Term:
    """The output, as it stands above the line of every derivative."""
    return term(trace.program, trace.program.output, style)


def made(left: Callable[[Style], str], rungs: Callable[[Style], tuple[str, ...]]) -> Ladder:
    """The ladder that two functions of a style write."""
    return Ladder(left(TEXT), rungs(TEXT), lambda: (left(LATEX), rungs(LATEX)))


def _formula(trace: Trace, index: int, style: Style, inputs: Sequence[Any]) -> str:
    gate = trace.gate(index)
    # With a printer there is nothing to choose between: max prints all its inputs in one call, not as nested pairs.
    if gate is not None and gate.chooses:
        return (style.maximum(*inputs) if gate.chooses == "max" else style.minimum(*inputs)).text
    return formula(trace.program, index, style, inputs).text


def _written(values: Sequence[Number]) -> bool:
    """Whether numbers and arrays are few enough to be written out beside each other."""
    arrays = [value for value in values if not isinstance(value, int | float)]
    return not arrays or (all(map(is_small, arrays)) and sum(array.size for array in arrays) <= 2 * SMALL)


def _bare(text: str) -> str:
    return text.replace(" ", "").replace("·", "*").replace("⊙", "*")


def _without_repeats(rungs: Sequence[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for rung in rungs:
        if not kept or kept[-1] != rung:
            kept.append(rung)
    return tuple(kept)
