"""The diagnosis of a run as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphstep.analysis.diagnosis import Diagnosis
from graphstep.analysis.diagnosis.layers import Layer
from graphstep.telling.document import Block, Code, Column, Content, Document, Heading, Histogram, Listing, Table
from graphstep.telling.reports.inputs import problem_text, title_of
from graphstep.telling.reports.parts import heading, phrase
from graphstep.telling.reports.run import made_by

_HISTOGRAMS = {5: "values", 8: "gradients"}
"""The columns of the table that hold a histogram, by their places, and of what of a layer."""


def document(diagnosis: Diagnosis, command: str = "", missing: Sequence[str] = ()) -> Document:
    """The program, its layers in a table, and what is wrong with them."""
    trace = diagnosis.trace
    title = heading(trace, "diagnosis-of", what=title_of(trace))
    return Document(title, _blocks(diagnosis, command, missing), trace.writing.language)


def _blocks(diagnosis: Diagnosis, command: str, missing: Sequence[str]) -> Iterator[Block]:
    trace = diagnosis.trace
    yield Heading(1, phrase(trace.writing.language, "diagnosis-of", what=Code(title_of(trace))), "title")
    yield from problem_text(trace)
    yield Heading(2, (heading(trace, "layers"),), "layers")
    if diagnosis.layers:
        yield _table(diagnosis)
    yield Listing(tuple((line,) for line in diagnosis.legend()))
    yield Heading(2, (heading(trace, "findings"),), "findings")
    yield Listing(tuple((line,) for line in diagnosis.remarks()))
    yield from made_by(trace.writing.language, command, missing)


def _table(diagnosis: Diagnosis) -> Table:
    head, *rows = diagnosis.table()
    cells = (
        tuple(_cell(layer, place, text) for place, text in enumerate(row))
        for layer, row in zip(diagnosis.layers, rows, strict=True)
    )
    return Table(tuple(Column((title,)) for title in head), tuple(cells))


def _cell(layer: Layer, place: int, text: str) -> Content:
    """A cell of the table; the drawing of a histogram is the writer's."""
    summary = getattr(layer, _HISTOGRAMS[place]) if place in _HISTOGRAMS else None
    if summary is not None and len(summary.counts) > 1:
        return (Histogram(summary.counts),)
    return (text if place else Code(text),)
