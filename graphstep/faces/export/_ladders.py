"""Ladders in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.faces.export._markdown import aligned

if TYPE_CHECKING:
    from graphstep.telling.explanation import Ladder


def ladder_block(ladder: Ladder) -> str:
    """A ladder as a block of mathematics, a rung a line."""
    return aligned(ladder.latex_left, zip(ladder.latex_signs, ladder.latex_rungs, strict=True))
