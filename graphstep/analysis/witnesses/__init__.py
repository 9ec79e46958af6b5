"""Three witnesses for a gradient: backprop, SymPy's derivative at the point, and the central difference.

They share no code: backprop uses the gates' local gradients, SymPy differentiates the formula, and the difference only runs
the program forward. Where they agree, the gradient is right; where they do not, :func:`check` says which one stands alone, or
which gate has a kink there.
"""

from __future__ import annotations

from graphstep.analysis.witnesses.compare import check, check_node, numeric_rows, rows
from graphstep.analysis.witnesses.report import Report, Row
