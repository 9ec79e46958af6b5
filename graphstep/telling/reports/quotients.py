"""Difference quotients over their step, as a document: the plot, a table, the best step and why it is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from graphstep.analysis.witnesses.quotients import EPSILON, Quotients
from graphstep.ground.numerals import as_json, numeral
from graphstep.language.program import node_id
from graphstep.telling.cells import cell_gradient_name, cell_name
from graphstep.telling.document import Block, Column, Curve, Document, Listing
from graphstep.telling.reports.inputs import report
from graphstep.telling.reports.parts import sentence, text_table
from graphstep.telling.words.catalogue import message

_DIGITS = 2
"""Digits of an error."""


def document(of: Quotients, command: str = "", missing: Sequence[str] = ()) -> Document:
    """The program, and how far the quotients are off."""
    title = message(of.trace.writing.language, "quotients-of", gradient=_gradient(of))
    return report(of.trace, title, body(of), command, missing)


def body(of: Quotients) -> Iterator[Block]:
    """What is compared, the best steps and why they are best, the plot, and a row for every power of ten."""
    say, digits = partial(message, of.trace.writing.language), of.trace.writing.digits
    yield sentence(say("quotients-what", gradient=_gradient(of), value=numeral(of.slope, digits), name=_name(of)))
    yield Listing(tuple((line,) for line in sentences(of)))
    names = (say("quotients-central"), say("quotients-forward"))
    yield Curve(tuple(zip(names, (of.central, of.forward), strict=True)), of.steps, "h")
    columns = (Column(("h",), numbers=True), *(Column((name,), numbers=True) for name in names))
    # Of two steps in a power of ten the plot shows both.
    errors = list(zip(of.central, of.forward, strict=True))[::2]
    rows = ((f"1e-{k}", *(numeral(error, _DIGITS) for error in row)) for k, row in enumerate(errors, 1))
    yield text_table(columns, rows)


def sentences(of: Quotients) -> Iterator[str]:
    """The best step of each kind, and why."""
    say = partial(message, of.trace.writing.language)
    if of.kink:
        yield say("quotients-kink", name=_name(of))
        return
    if of.rounded:
        yield say("quotients-rounded", error=numeral(of.rounded, _DIGITS))
    for kind, errors in (("central", of.central), ("forward", of.forward)):
        if (place := of.best(errors)) is not None:
            yield say(f"quotients-best-{kind}", h=numeral(of.steps[place], 3), error=numeral(errors[place], _DIGITS))
    if of.truncates(of.central):
        # Where round-off ε/h is as large as truncation: forward that is like h, at the root of ε; central like h², at its cube
        # root.
        roots = {"epsilon": EPSILON, "square": EPSILON ** (1 / 2), "cube": EPSILON ** (1 / 3)}
        yield say("quotients-why", **{name: numeral(root, _DIGITS) for name, root in roots.items()})
    else:
        yield say("quotients-even" if of.truncates(of.forward) else "quotients-straight", name=_name(of))


def _gradient(of: Quotients) -> str:
    return cell_gradient_name(of.trace, of.node, of.cell)


def _name(of: Quotients) -> str:
    return cell_name(of.trace.program, of.node, of.cell)


def data(of: Quotients) -> dict[str, Any]:
    """How far difference quotients are off for every step, for other programs."""
    errors = {"central": [*map(as_json, of.central)], "forward": [*map(as_json, of.forward)]}
    where = {"node": node_id(of.node), "cell": list(of.cell), "slope": as_json(of.slope)}
    return {"schema": 1, "program": of.trace.program.text, **where, "h": list(of.steps), **errors}
