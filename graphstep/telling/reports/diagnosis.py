"""The diagnosis of a run as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Literal

from graphstep.analysis.diagnosis import Diagnosis
from graphstep.analysis.diagnosis.layers import Layer
from graphstep.telling.document import FULL, Block, Code, Column, Content, Document, Heading, Histogram, Manner, Table, Verdict
from graphstep.telling.explanation import Note
from graphstep.telling.reports.inputs import problem_text, title_of
from graphstep.telling.reports.parts import heading, phrase
from graphstep.telling.reports.run import made_by

_HISTOGRAMS = {5: "values", 8: "gradients"}
"""The columns of the table that hold a histogram, by their places, and of what of a layer."""


def document(diagnosis: Diagnosis, manner: Manner = FULL, command: str = "", missing: Sequence[str] = ()) -> Document:
    """The program, its layers in a table, and what is wrong with them."""
    trace, language = diagnosis.trace, diagnosis.trace.writing.language
    head = Heading(1, phrase(language, "diagnosis-of", what=Code(title_of(trace))), "title")
    layers = Heading(2, (heading(trace, "layers"),), "layers")
    section = Heading(2, (heading(trace, "findings"),), "findings")
    content = chain((head,), problem_text(trace), (layers,), _layers(diagnosis, manner), (section,), _findings(diagnosis))
    title = heading(trace, "diagnosis-of", what=title_of(trace))
    return Document(title, chain(content, made_by(language, command, missing)), language)


def body(diagnosis: Diagnosis, manner: Manner = FULL) -> Iterator[Block]:
    """The layers in a table, and what is wrong with them; without what the columns mean where it is brief."""
    yield from _layers(diagnosis, manner)
    yield from _findings(diagnosis)


def _layers(diagnosis: Diagnosis, manner: Manner) -> Iterator[Block]:
    if diagnosis.layers:
        yield _table(diagnosis)
    if not (manner.brief and diagnosis.layers):
        yield from (Note("legend", line) for line in diagnosis.legend())


def _findings(diagnosis: Diagnosis) -> Iterator[Block]:
    status: Literal["fine", "fault"] = "fault" if diagnosis.findings else "fine"
    yield from (Verdict(status, "", (line,)) for line in diagnosis.remarks())


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
