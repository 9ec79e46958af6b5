"""What is said of a step: made here once, shown by every view."""

from __future__ import annotations

from graphstep.explain.explain import explain
from graphstep.explain.explanation import Explanation, Ladder, Note
from graphstep.explain.infinities import why_not_finite
from graphstep.explain.kinks import convention
from graphstep.explain.ladders import local_ladder, value_ladder
from graphstep.explain.names import latex_name, name_of, output_name
from graphstep.explain.reasons import pattern, why_gradient, why_zero

__all__ = [
    "Explanation",
    "Ladder",
    "Note",
    "convention",
    "explain",
    "latex_name",
    "local_ladder",
    "name_of",
    "output_name",
    "pattern",
    "value_ladder",
    "why_gradient",
    "why_not_finite",
    "why_zero",
]
