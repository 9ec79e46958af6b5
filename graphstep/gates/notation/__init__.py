"""``m`` for print: the formulas of the gates as terms, and the terms as plain text, as LaTeX and as MathML.
MathML is imported where it is written (``mathml``): what it escapes with is slow to load.

A :class:`Term` is a formula as a tree. What a style makes of it is :class:`Ink`, which knows how tightly it binds, so that
operators put parentheses just where they are needed. SymPy's printers re-order and rewrite what was typed (``a/b/c``,
``max(z, y)``), hence our own.
"""

from __future__ import annotations

from graphstep.gates.notation.figures import pieces
from graphstep.gates.notation.latex import LATEX, Latex, latex_style
from graphstep.gates.notation.term import TERMS, NoNumberError, Rounded, Symbol, Term
from graphstep.gates.notation.text import ATOM, CASES, POWER, PRODUCT, SIGN, SUM, TEXT, Ink, Style, plain_text, text_style
