"""What is said of a step: made here once, shown by every view."""

from __future__ import annotations

from graphstep.explain.derivatives import gradient_name, objective_name
from graphstep.explain.explain import explain
from graphstep.explain.explanation import Explanation, Ladder, Note, Rules, Rung
from graphstep.explain.infinities import why_not_finite
from graphstep.explain.kinks import convention
from graphstep.explain.ladders import local_ladder, objective_ladder, value_ladder
from graphstep.explain.latex_names import latex_name
from graphstep.explain.names import Names, name_of, names_of, output_name
from graphstep.explain.reasons import pattern, why_gradient, why_zero

__all__ = [
    "Explanation",
    "Ladder",
    "Names",
    "Note",
    "Rules",
    "Rung",
    "convention",
    "explain",
    "gradient_name",
    "latex_name",
    "local_ladder",
    "name_of",
    "names_of",
    "objective_ladder",
    "objective_name",
    "output_name",
    "pattern",
    "value_ladder",
    "why_gradient",
    "why_not_finite",
    "why_zero",
]
