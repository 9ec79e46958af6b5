"""How a run shows itself in a notebook: the drawn graph, then the worked solution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.faces import export

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace


def bundle(trace: Trace, text: str) -> dict[str, str]:
    """The representations of a run by MIME type; ``text`` is what shows where nothing else can."""
    return {"text/plain": text, "image/svg+xml": export.render(trace, "svg"), "text/markdown": markdown(trace)}


def markdown(trace: Trace) -> str:
    """The worked solution in a notebook's dialect: dollars around mathematics, and no drawing, which stands above it."""
    return export.render(trace, "md", options=export.Options(math="dollars", drawn=False))
