"""``m`` for print: the formulas of the gates as plain text and as LaTeX.

A :class:`Term` is a piece of notation that knows how tightly it binds, so that operators put parentheses just where they are
needed. SymPy's printers re-order and rewrite what was typed (``a/b/c``, ``max(z, y)``), hence our own.
"""

from __future__ import annotations

from graphstep.gates.notation.latex import LATEX, Latex
from graphstep.gates.notation.text import ATOM, CASES, POWER, PRODUCT, SIGN, SUM, TEXT, Style, Term

__all__ = ["ATOM", "CASES", "LATEX", "POWER", "PRODUCT", "SIGN", "SUM", "TEXT", "Latex", "Style", "Term"]
