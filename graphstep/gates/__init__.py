"""The gates: what each computes, its local gradients, its pattern and how it prints, one entry each."""

from __future__ import annotations

from graphstep.gates.gate import Convention, Gate, Ties
from graphstep.gates.table import FUNCTIONS, GATES

__all__ = ["FUNCTIONS", "GATES", "Convention", "Gate", "Ties"]
