"""How a run shows itself in a notebook: the drawn graph, then the worked solution."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graphstep.faces import export

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace

_DRAWINGS = re.compile(r"^## Graph\n.*?(?=^## )", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```math\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"\$`(.*?)`\$")


def bundle(trace: Trace, text: str) -> dict[str, str]:
    """The representations of a run by MIME type; ``text`` is what shows where nothing else can."""
    return {"text/plain": text, "image/svg+xml": export.render(trace, "svg"), "text/markdown": markdown(trace)}


def markdown(trace: Trace) -> str:
    """The worked solution in a notebook's dialect: dollars around mathematics, and no drawing, which stands above it."""
    text = _DRAWINGS.sub("", export.render(trace, "md"))
    text = _BLOCK.sub(lambda found: f"$$\n{found[1]}\n$$", text)
    return _INLINE.sub(lambda found: f"${found[1]}$", text)
