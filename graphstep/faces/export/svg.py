"""SVG: the drawn graph with its values and gradients, for pages and slides."""

from __future__ import annotations

from collections.abc import Iterator

from graphstep.engine.trace import Trace
from graphstep.faces.drawing.diagram import settled
from graphstep.faces.drawing.folded import shown
from graphstep.faces.drawing.picture import svg
from graphstep.faces.export._options import PLAIN, Options
from graphstep.telling.explain import explain

SUFFIX = ".svg"
SUMMARY = "the drawn graph, with values above and gradients below the wires"

# Characters of the program in the title, which a screen reader says first.
_TITLE = 120


def export(trace: Trace, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
    """The graph after step ``at``; of a large program the part around the gate at work, or around the output."""
    del options
    last = len(trace) if at is None else at
    program, drawn = trace.program, shown(trace, last)
    title = f"Computational graph of {program.label(program.output, _TITLE)}"
    if last < len(trace):
        title += f" after step {last:,} of {len(trace):,}: {explain(trace, last).title}"
    if not drawn.whole:
        title += f" ({len(drawn.nodes)} of {len(program.nodes):,} nodes)"
    yield svg(drawn.arrange(), settled(trace, drawn, last), title=title)
