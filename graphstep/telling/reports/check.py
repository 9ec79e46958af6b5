"""What the witnesses say of the gradients of a run, as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphstep.analysis.witnesses import Report
from graphstep.engine.trace import Trace
from graphstep.telling.document import Block, Code, Column, Document, Heading, Listing, Table
from graphstep.telling.reports.inputs import problem_text, title_of
from graphstep.telling.reports.parts import heading, phrase
from graphstep.telling.reports.run import made_by


def document(trace: Trace, report: Report, command: str = "", missing: Sequence[str] = ()) -> Document:
    """The program, the gradients of the three witnesses side by side, and what there is to say about them."""
    return Document(
        heading(trace, "check-of", what=title_of(trace)), _blocks(trace, report, command, missing), trace.writing.language
    )


def _blocks(trace: Trace, report: Report, command: str, missing: Sequence[str]) -> Iterator[Block]:
    yield Heading(1, phrase(trace.writing.language, "check-of", what=Code(title_of(trace))), "title")
    yield from problem_text(trace)
    yield Heading(2, (heading(trace, "gradients"),), "gradients")
    if report.rows:
        head, *rows = report.table(trace.writing.digits)
        columns = tuple(Column((title,), numbers=0 < k < len(head) - 1) for k, title in enumerate(head))
        yield Table(columns, tuple(tuple((text,) for text in row) for row in rows))
    yield Listing(tuple((line,) for line in report.remarks()))
    yield from made_by(trace.writing.language, command, missing)
