"""SVG: the drawn graph with its values and gradients, for pages and slides."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from graphstep.engine.trace import Trace
from graphstep.faces.drawing.diagram import settled
from graphstep.faces.drawing.folded import shown
from graphstep.faces.drawing.picture import svg
from graphstep.faces.export._options import PLAIN, Options
from graphstep.telling.explain import explain
from graphstep.telling.words.catalogue import message

SUFFIX = ".svg"
SUMMARY = "the drawn graph, with values above and gradients below the wires"

# Characters of the program in the title, which a screen reader says first.
_TITLE = 120


def export(trace: Trace, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
    """The graph after step ``at``; of a large program the part around the gate at work, or around the output."""
    del options
    last = len(trace) if at is None else at
    program, drawn = trace.program, shown(trace, last)
    say = partial(message, trace.writing.language)
    title = say("graph-of", what=program.label(program.output, _TITLE))
    if last < len(trace):
        event = explain(trace, last).title
        title = say("graph-after-step", graph=title, step=f"{last:,}", steps=f"{len(trace):,}", title=event)
    if not drawn.whole:
        title = say("graph-in-part", graph=title, shown=str(len(drawn.nodes)), nodes=f"{len(program.nodes):,}")
    yield svg(drawn.arrange(), settled(trace, drawn, last), title=title)
