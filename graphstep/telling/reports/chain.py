"""The chain of causes of a number as a document: the way from it to the place that made it so, and that step in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from graphstep.analysis.chain import Chain, Link, Stretch
from graphstep.analysis.facts import Box, Named
from graphstep.engine.trace import Trace
from graphstep.gates.notation import TERMS, Term, plain_text
from graphstep.ground.arrays import Number, json_data
from graphstep.ground.numerals import numeral
from graphstep.language.program import node_id
from graphstep.telling.derivatives import gradient_name, gradient_term, wire_term
from graphstep.telling.document import FULL, Block, Content, Document, Heading, Math, Table
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Rules, Rung
from graphstep.telling.names import name_of, names_of
from graphstep.telling.reasons import why_zero
from graphstep.telling.reports.inputs import report
from graphstep.telling.reports.parts import column, heading, phrase, sentence
from graphstep.telling.reports.run import step
from graphstep.telling.words.catalogue import phrases_of, value_text
from graphstep.telling.words.wording import Wording

LISTED = 12
"""Links up to which all are listed; of more the first and the last."""


def document(why: Sequence[Stretch], command: str = "", missing: Sequence[str] = ()) -> Document:
    """The whole chain under its program."""
    trace, first = why[0].chain.trace, why[0].chain[0]
    name = gradient_name(trace, first.node) if first.of == "gradient" else name_of(trace.program, first.node)
    return report(trace, heading(trace, "why", what=name), body(why), command, missing, _title(why[0].chain))


def _title(why: Chain) -> Content:
    trace, node = why.trace, why[0].node
    if why[0].of == "gradient":
        number, term = trace.gradient_of(node), gradient_term(trace, node)
    else:
        number, term = trace.value_of(node), names_of(trace.program).operand(node)
    # Of data nothing is differentiated: there is no number, and none is said.
    rungs = (_rung(trace, number),) if why[0].of == "value" or trace.program.depends[node] else ()
    return phrase(trace.writing.language, "why", what=Math(term, rungs))


def _rung(trace: Trace, number: Number) -> Rung:
    return Rung(TERMS.number(number), "value", trace.writing.digits, phrases=phrases_of(trace.writing.language))


def section(why: Sequence[Stretch]) -> Iterator[Block]:
    """The chain alone, under its title."""
    yield Heading(1, _title(why[0].chain), "title")
    yield from body(why)


def body(why: Sequence[Stretch]) -> Iterator[Block]:
    """The links in tables, one for each stretch, where the chain ends, and the steps that are the causes."""
    for place, stretch in enumerate(why):
        if stretch.way:
            yield sentence(passage(stretch))
        yield from _stretch(stretch, leaves=place + 1 < len(why) and why[place + 1].way == "out")


def _stretch(stretch: Stretch, *, leaves: bool) -> Iterator[Block]:
    chain, trace = stretch.chain, stretch.chain.trace
    # Of a node on which the output does not depend there is one link, the node itself: the sentence says all of it.
    if chain.ending != "apart":
        columns = (column(trace, "step", True), column(trace, "number"), column(trace, "what-happens"))
        yield Table(columns, tuple(_rows(stretch)))
    yield sentence(ending(chain))
    if chain.symptom == "zero" and chain.ending == "blocked" and (beside := chain.beside):
        yield sentence(Wording(trace).message("why-beside", count=beside))
    if chain.root.step is not None and not leaves:
        block = step(trace, chain.root.step, len(trace), Rules(), FULL, alone=True)
        # Inside of two gates there may be two steps of one number.
        yield replace(block, anchor="-".join(("step", *stretch.around.split("/")[:-1], str(block.n))))


def passage(stretch: Stretch) -> str:
    """The sentence that the chain goes on inside a gate, or around it."""
    words, number = Wording(stretch.chain.trace), number_text_of(stretch.chain.trace, stretch.chain[0])
    return words.message(f"why-goes-{stretch.way}", frame=stretch.frame, number=number)


def _rows(stretch: Stretch) -> Iterator[tuple[Content, ...]]:
    why, trace, before = stretch.chain, stretch.chain.trace, -1
    for place in listed(why):
        if place - before > 1:
            yield (("…",), (), (left_out(why, place - before - 1),))
        link = why[place]
        number = Math(_term(trace, link), (_rung(trace, link.number),))
        yield (() if link.step is None else (f"{stretch.around}{link.step}",)), (number,), (event_text(trace, link),)
        before = place


def listed(why: Chain) -> list[int]:
    """The places of the links that have a row: of a long chain its ends and its cause, which may stand in the middle."""
    half = LISTED // 2
    ends = range(len(why)) if len(why) <= LISTED else (*range(half), why.cause, *range(len(why) - half, len(why)))
    return sorted(set(ends))


def left_out(why: Chain, count: int) -> str:
    """The sentence on how many links have no row."""
    return Wording(why.trace).message("why-more", count=count)


def _term(trace: Trace, link: Link) -> Term:
    """The term that names the number of a link."""
    if link.wire is not None:
        return wire_term(link.wire)
    return gradient_term(trace, link.node) if link.of == "gradient" else names_of(trace.program).operand(link.node)


def number_text_of(trace: Trace, link: Link) -> str:
    """The number of a link, with what it is called: ``df/dx = 0``."""
    return f"{plain_text(_term(trace, link))} = {value_text(link.number, trace.writing)}"


def event_text(trace: Trace, link: Link) -> str:
    """The sentence on what happened at a link."""
    if link.step is None:
        return Wording(trace).message("why-outside" if trace.program.scope else "why-input")
    return explain(trace, link.step).title


def ending(why: Chain) -> str:
    """Where the chain ends, in a sentence."""
    trace, words, root = why.trace, Wording(why.trace), why.root
    name, box = Named(root.node), Box(root.at)
    if why.ending in ("seed", "given"):
        if trace.program.scope:
            # Where a frame begins, the chain goes on around it.
            return words.message("why-came", name=name)
        return words.message("why-ordinary" if why.symptom == "ordinary" else f"why-{why.ending}", name=name)
    if why.ending == "apart" and not trace.program.depends[root.node]:
        return why_zero(trace, root.node)
    if why.ending == "apart":
        return words.message("why-apart", name=name, out=Named(trace.program.output))
    if why.ending == "sum":
        return words.message("why-sum", name=name, count=len(trace.arrivals(root.node)))
    if why.ending == "gradual" and root.of == "value":
        return words.message("why-gradual-value", name=name, number=value_text(root.number, trace.writing))
    if why.ending in ("factor", "gradual"):
        assert root.wire is not None, "a factor is sent along a wire"
        came, sent = float(trace.gradient_sizes[root.at]), float(trace.contribution_sizes[root.wire.edge])
        verb = "grows" if sent > came else "shrinks"
        numbers = {"came": numeral(came, 2), "sent": numeral(sent, 2)}
        return words.message(f"why-{why.ending}-{verb}", box=box, name=Named(root.at), **numbers)
    return words.message(f"why-{why.ending}", box=box, name=Named(root.at))


def data(why: Sequence[Stretch], quantity: str) -> dict[str, Any]:
    """A chain of causes for other programs: what is odd, its links from the ``quantity`` that was asked for on, where it ends.

    Behind that stands the same of every stretch of it inside an opened gate, with the position of that gate.
    """
    first, *others = why
    whole = {"schema": 1, "program": first.chain.trace.program.text, "quantity": quantity, **_stretch_data(first.chain)}
    inside = [{"at": stretch.around.rstrip("/"), **_stretch_data(stretch.chain)} for stretch in others]
    return whole | {"inside": inside} if inside else whole


def _stretch_data(why: Chain) -> dict[str, Any]:
    links = [_link_data(link) for link in why]
    return {"symptom": why.symptom, "ending": why.ending, "links": links, "root": _link_data(why.root)}


def _link_data(link: Link) -> dict[str, Any]:
    entry: dict[str, Any] = {"of": link.of, "node": node_id(link.node), "step": link.step, "number": json_data(link.number)}
    return entry if link.wire is None else {**entry, "from": node_id(link.wire.sender), "slot": link.wire.slot}
