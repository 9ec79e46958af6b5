"""Forward mode as a document: the tangent of every node in the order of the forward pass, and what the other mode costs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from graphstep.analysis.tangents import Tangents
from graphstep.gates.notation import TERMS, Term
from graphstep.ground.numerals import numeral
from graphstep.telling.cells import cell_name, named
from graphstep.telling.derivatives import change, objective_name
from graphstep.telling.document import Block, Content, Heading, Listing, Math, Table
from graphstep.telling.equations import equation, result
from graphstep.telling.explanation import Rung
from graphstep.telling.names import names_of
from graphstep.telling.reports.parts import column, phrase
from graphstep.telling.words.catalogue import value_text
from graphstep.telling.words.wording import Wording

LISTED = 60
"""Tangents that are listed; of more the first and the last."""

EQUAL = 1e-9
"""Relative difference up to which both modes agree: the rest is rounding."""


def body(of: Tangents) -> Iterator[Block]:
    """The tangents in a table, the number that both modes have, and what each of them takes."""
    trace, words = of.trace, Wording(of.trace)
    source = named(trace.program, of.source, of.cell)
    yield Heading(2, phrase(trace.writing.language, "forward-mode", what=Math(source)), "forward-mode")
    columns = (column(trace, "step", True), column(trace, "tangent"))
    nodes = list(of.of)
    half = LISTED // 2
    rows: list[tuple[Content, ...]] = [_row(of, node, source) for node in (nodes if len(nodes) <= LISTED else nodes[:half])]
    if len(nodes) > LISTED:
        rows.append((("…",), (words.message("and-more", more=len(nodes) - 2 * half),)))
        rows += [_row(of, node, source) for node in nodes[-half:]]
    yield Table(columns, tuple(rows))
    yield Listing(tuple((line,) for line in _ends(of)))


def _row(of: Tangents, node: int, source: Term) -> tuple[Content, ...]:
    trace = of.trace
    left = TERMS.derivative(names_of(trace.program).operand(node), source, change(trace))
    step = trace.step_of_value(node)
    return ((str(step),) if step else ()), (Math(left, _rungs(of, node)),)


def _rungs(of: Tangents, node: int) -> tuple[Rung, ...]:
    """The sum of local gradients times tangents with its value; of arrays, and of what moves, the value."""
    writing = of.trace.writing
    if node == of.source or node < of.trace.program.first_gate:
        return (result(of.of[node], writing),)
    parts = list(of.terms(node))
    if any(part.local is None for part in parts):
        return (result(of.of[node], writing),)
    products = [TERMS.number(part.local) * TERMS.number(part.tangent) for part in parts]
    return equation([reduce(lambda one, other: one + other, products)], of.of[node], writing)


def _ends(of: Tangents) -> Iterator[str]:
    trace, words = of.trace, Wording(of.trace)
    out, forward, backward = objective_name(trace), of.objective, of.gradient
    scale = max(abs(forward), abs(backward))
    figures = {"out": out, "source": cell_name(of.trace.program, of.source, of.cell)}
    # Equal infinities have no difference, inf − inf is nan; and nan is equal to nothing, not even to itself.
    if forward == backward or abs(forward - backward) <= EQUAL * scale or (forward != forward and backward != backward):
        value = value_text(backward, trace.writing)
        itself = "itself" if of.source == trace.program.output else "alike"
        yield words.message(f"forward-mode-{itself if value == '1' else 'agrees'}", value=value, **figures)
    else:
        values = {"forward": numeral(forward, 6), "backward": numeral(backward, 6)}
        yield words.message("forward-mode-differs", **values, **figures)
    yield words.message("forward-mode-passes", count=of.forward_passes, out=out)
