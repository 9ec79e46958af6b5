"""How a run shows itself in a notebook: the page that steps, in a frame of its own."""

from __future__ import annotations

from contextlib import suppress
from html import escape

from graphstep.engine.trace import Trace
from graphstep.faces import export
from graphstep.ground.errors import LimitError

_HEIGHT = 720
"""Pixels of the frame: a lecture's graph, its step and its values."""


def bundle(trace: Trace, text: str) -> dict[str, str]:
    """The representations of a run by MIME type; ``text`` is what shows where nothing else can.

    A program too large for a page has none; the front end then takes the Markdown.
    """
    bundle = {"text/plain": text, "image/svg+xml": export.render(trace, "svg"), "text/markdown": markdown(trace)}
    with suppress(LimitError):
        bundle["text/html"] = framed(trace)
    return bundle


def framed(trace: Trace) -> str:
    """The page in a frame, which shares neither ids nor keys nor styles with the notebook, and may run its script alone.

    Viewers that take frames out (GitHub, notebooks that are not trusted) show what stands behind it: the narrated steps.
    """
    # Without allow-same-origin the frame has an origin of its own: its script reaches neither cookies nor cells of the notebook.
    page, steps = escape(export.render(trace, "html")), escape(export.render(trace, "text"))
    frame = f'<iframe srcdoc="{page}" sandbox="allow-scripts" title="graphstep" width="100%" height="{_HEIGHT}" frameborder="0">'
    return f"{frame}</iframe>\n<details><summary>The steps as text</summary><pre>{steps}</pre></details>\n"


def markdown(trace: Trace) -> str:
    """The worked solution in a notebook's dialect: dollars around mathematics, and no drawing, which stands above it."""
    return export.render(trace, "md", options=export.Options(math="dollars", drawn=False))
