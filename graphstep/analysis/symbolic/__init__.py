"""The symbolic side: a program as a SymPy expression, its derivative, the number of either at a point, and the way back to text.

SymPy is the second witness of ``graphstep check`` and the oracle of the tests. It gets no text, ever (its parsers execute
code), and it computes no numbers (``evalf``, ``subs`` and ``lambdify`` can hang or run code): :func:`evaluate` walks the
expression in float64. SymPy is imported when one of these functions is called, not before.
"""

from __future__ import annotations

from graphstep.analysis.symbolic.evaluate import evaluate
from graphstep.analysis.symbolic.exact import ExactRun, exact_contribution, exact_gate
from graphstep.analysis.symbolic.expressions import Formula, derivative, derivatives, formula, symbol_name, to_sympy
from graphstep.analysis.symbolic.size import tree
from graphstep.analysis.symbolic.text import from_sympy
