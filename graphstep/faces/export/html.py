"""HTML: a page that steps, in one file without a server, a network or a library; without scripts it is the worked solution."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from graphstep.engine.trace import Trace
from graphstep.faces.export._documents import frame_setup, solution, words_of
from graphstep.faces.export._html import Html
from graphstep.faces.export._options import PLAIN, Options
from graphstep.faces.export.page import LIMIT, framed, stepping
from graphstep.ground.errors import LimitError
from graphstep.telling.document import FULL, Document

SUFFIX = ".html"
SUMMARY = "a page that steps, in one file: for phones, slides and learning platforms"


def export(trace: Trace, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
    """The page with the steps up to ``at``; LimitError for a program that a browser would step slowly."""
    if options.manner != FULL or trace.updates:
        # A sheet, a brief solution, or a round of a training, is for reading.
        return write(solution(trace, "html", at, options))
    gates = len(trace.program.nodes) - trace.program.first_gate
    if gates > LIMIT:
        raise LimitError(
            f"a page holds at most {LIMIT:,} gates, and this program has {gates:,}",
            hint="the terminal steps a program of any size; --to FILE.md writes a summary",
        )
    setup = frame_setup(trace, at) if trace.program.scope else trace.setup.filled(trace.inputs)
    command = setup.command("--format", "html", *words_of(options))
    return stepping(trace, len(trace) if at is None else at, command)


def write(document: Document, options: Options = PLAIN) -> Iterator[str]:
    """Any document as a page to read."""
    del options
    writer = Html("gs", document.language)
    body = chain(['<main class="paper">\n'], map(writer.block, document.blocks), ["</main>\n"])
    yield from framed(document.title, body, document.lang or document.language)
