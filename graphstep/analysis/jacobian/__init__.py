"""The Jacobians of a run: described, formed where they are small, and multiplied from either side."""

from __future__ import annotations

from graphstep.analysis.jacobian.jacobian import ENTRIES, Jacobian, jacobian
from graphstep.analysis.jacobian.orders import Layer, Orders, orders
