"""Markdown: a document to hand out, for Git hosts, notebooks and printers."""

from __future__ import annotations

from collections.abc import Iterator

from graphstep.engine.trace import Trace
from graphstep.faces.export._documents import solution
from graphstep.faces.export._gfm import Markdown
from graphstep.faces.export._options import PLAIN, Options
from graphstep.faces.export._pandoc import Pandoc, header
from graphstep.telling.document import Document

SUFFIX = ".md"
SUMMARY = "a worked solution to hand out, for Git hosts and notebooks"


def export(trace: Trace, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
    """The worked solution as far as step ``at``."""
    return write(solution(trace, "md", at, options), options)


def write(document: Document, options: Options = PLAIN) -> Iterator[str]:
    """A document in Markdown."""
    if options.math == "pandoc":
        text = "".join(_written(document, Pandoc(options, document.language)))
        return iter((header(document.title, text, document.language), text))
    return _written(document, Markdown(options, document.language))


def _written(document: Document, writer: Markdown) -> Iterator[str]:
    first = True
    for block in document.blocks:
        yield writer.block(block) if first else f"\n{writer.block(block)}"
        first = False
