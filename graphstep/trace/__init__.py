"""A run: an immutable trace of the forward and the backward pass, and its steps."""

from __future__ import annotations

from graphstep.trace.comparing import difference
from graphstep.trace.gradient import Gradient
from graphstep.trace.inputs import check_inputs
from graphstep.trace.plan import Plan, plan
from graphstep.trace.step import Step
from graphstep.trace.trace import Trace, run_plan, trace

__all__ = ["Gradient", "Plan", "Step", "Trace", "check_inputs", "difference", "plan", "run_plan", "trace"]
