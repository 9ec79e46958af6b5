"""The chain of causes of a number as a document: the way from it to the place that made it so, and that step in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain as chained

from graphstep.analysis.chain import Chain, Link
from graphstep.analysis.facts import Box, Named
from graphstep.engine.trace import Trace
from graphstep.gates.notation import TERMS
from graphstep.ground.numerals import numeral
from graphstep.telling.derivatives import gradient_name, gradient_term, wire_term
from graphstep.telling.document import FULL, Block, Content, Document, Heading, Math, Table
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Rules, Rung
from graphstep.telling.names import name_of, names_of
from graphstep.telling.reports.inputs import problem_text
from graphstep.telling.reports.parts import around, column, heading, sentence
from graphstep.telling.reports.run import made_by, step
from graphstep.telling.words.wording import wording

LISTED = 12
"""Links up to which all are listed; of more the first and the last."""


def document(why: Chain, command: str = "", missing: Sequence[str] = ()) -> Document:
    """The whole chain under its program."""
    trace, first = why.trace, why[0]
    name = gradient_name(trace, first.node) if first.of == "gradient" else name_of(trace.program, first.node)
    return Document(
        heading(trace, "why", what=name),
        chained((_title(why),), problem_text(trace), body(why), made_by(command, missing)),
    )


def _title(why: Chain) -> Heading:
    trace, node = why.trace, why[0].node
    if why[0].of == "gradient":
        number, term = trace.gradient_of(node), gradient_term(trace, node)
    else:
        number, term = trace.value_of(node), names_of(trace.program).operand(node)
    rung = Rung(TERMS.number(number), "value", trace.writing.digits)
    return Heading(1, around(trace, "why", Math(term, (rung,))), "title")


def told(why: Chain) -> Iterator[Block]:
    """The chain alone, under its title."""
    yield _title(why)
    yield from body(why)


def body(why: Chain) -> Iterator[Block]:
    """The links in a table, where the chain ends, and the step that is the cause."""
    trace = why.trace
    if why.ending != "apart":
        columns = (column(trace, "step", True), column(trace, "number"), column(trace, "what-happens"))
        yield Table(columns, tuple(_rows(why)))
    yield sentence(ending(why))
    if why.root.step is not None:
        yield step(trace, why.root.step, len(trace), Rules(), FULL, alone=True)


def _rows(why: Chain) -> Iterator[tuple[Content, ...]]:
    if len(why) <= LISTED:
        yield from (row(why.trace, link) for link in why)
        return
    half = LISTED // 2
    # The cause may stand anywhere in the middle, and has its row there.
    cause = [why.weight] if why.ending in ("factor", "gradual") else []
    shown = sorted({*range(half), *cause, *range(len(why) - half, len(why))})
    before = -1
    for n in shown:
        if n - before > 1:
            yield (("…",), (), (wording(why.trace).message("why-more", count=n - before - 1),))
        yield row(why.trace, why[n])
        before = n


def row(trace: Trace, link: Link) -> tuple[Content, ...]:
    """A link as a row: its step, its number, and what happened there."""
    if link.wire is not None:
        term = wire_term(link.wire)
    elif link.of == "gradient":
        term = gradient_term(trace, link.node)
    else:
        term = names_of(trace.program).operand(link.node)
    number = Math(term, (Rung(TERMS.number(link.number), "value", trace.writing.digits),))
    if link.step is None:
        return (), (number,), (wording(trace).message("why-input"),)
    return (str(link.step),), (number,), (explain(trace, link.step).title,)


def ending(why: Chain) -> str:
    """Where the chain ends, in a sentence."""
    trace, words, root = why.trace, wording(why.trace), why.root
    name, box = Named(root.node), Box(root.at)
    if why.ending in ("seed", "given"):
        return words.message(f"why-{why.ending}", name=name)
    if why.ending == "apart":
        return words.message("why-apart", name=name, out=Named(trace.program.output))
    if why.ending == "sum":
        return words.message("why-sum", name=name, count=len(trace.arrivals(root.node)))
    if why.ending in ("factor", "gradual"):
        assert root.wire is not None, "a factor is sent along a wire"
        came, sent = float(trace.gradient_sizes[root.at]), float(trace.contribution_sizes[root.wire.edge])
        verb = "grows" if sent > came else "shrinks"
        numbers = {"came": numeral(came, 2), "sent": numeral(sent, 2)}
        return words.message(f"why-{why.ending}-{verb}", box=box, name=Named(root.at), **numbers)
    return words.message(f"why-{why.ending}", box=box, name=Named(root.at))
