"""What the witnesses say of the gradients of a run, as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Literal

from graphstep.analysis.witnesses import Report
from graphstep.engine.trace import Trace
from graphstep.ground.numerals import DIGITS
from graphstep.telling.document import FULL, Block, Code, Column, Document, Heading, Manner, Table, Verdict
from graphstep.telling.reports.inputs import problem_text, title_of
from graphstep.telling.reports.parts import heading, phrase
from graphstep.telling.reports.run import made_by

_STATUS: dict[str, Literal["fine", "doubt", "fault"]] = {
    "agree": "fine",
    "unsettled": "doubt",
    "rounding": "doubt",
    "kink": "doubt",
}
"""How serious what comes out of it is; any other verdict is a fault."""


def document(trace: Trace, report: Report, manner: Manner = FULL, command: str = "", missing: Sequence[str] = ()) -> Document:
    """The program, the gradients of the three witnesses side by side, and what there is to say about them."""
    language = trace.writing.language
    head = Heading(1, phrase(language, "check-of", what=Code(title_of(trace))), "title")
    section = Heading(2, (heading(trace, "gradients"),), "gradients")
    content = chain((head,), problem_text(trace), (section,), body(report, trace.writing.digits, manner))
    title = heading(trace, "check-of", what=title_of(trace))
    return Document(title, chain(content, made_by(language, command, missing)), language)


def body(report: Report, digits: int = DIGITS, manner: Manner = FULL) -> Iterator[Block]:
    """The gradients in a table, and what there is to say about them; the result alone where it is brief."""
    if report.rows:
        head, *rows = report.table(digits)
        columns = tuple(Column((title,), numbers=0 < k < len(head) - 1) for k, title in enumerate(head))
        yield Table(columns, tuple(tuple((text,) for text in row) for row in rows))
    *remarks, result = report.remarks()
    status = _STATUS.get(report.verdict, "fault")
    yield from (Verdict(status, "", (remark,)) for remark in remarks if not manner.brief)
    yield Verdict(status, "", (result,))
