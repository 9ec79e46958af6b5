"""The gates: what each computes, its local gradients, its pattern and how it prints, one entry each."""

from __future__ import annotations

from graphstep.gates.gate import Convention, Gate, Ties
from graphstep.gates.table import ELEMENTWISE, FUNCTIONS, GATES, STRUCTURAL

__all__ = ["ELEMENTWISE", "FUNCTIONS", "GATES", "STRUCTURAL", "Convention", "Gate", "Ties"]
