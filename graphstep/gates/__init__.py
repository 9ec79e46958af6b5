"""The gates: what each computes, its local gradients, its pattern and how it prints, one entry each."""

from __future__ import annotations

from graphstep.gates.rule import Convention, Rule, Ties
from graphstep.gates.table import ELEMENTWISE, FUNCTIONS, GATES, STRUCTURAL
