"""What a gate does with numbers, whichever kind its row is of: its value, its local gradient, and what it sends back.

The chain rule stands here, once: ``contribution = upstream × local``. Where the local gradient is a Jacobian that nobody wants to
form, the row pulls the upstream gradient back instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphstep.gates.gate import Gate
from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.structural import Array, Call, Options, StructuralGate


def value(rule: Gate | StructuralGate, inputs: Sequence[Any], options: Options) -> Any:
    """The value of a gate; of an elementwise one numbers or arrays as its inputs are. MisfitError where it refuses an input."""
    return rule.value(NUMBERS, inputs) if isinstance(rule, Gate) else rule.value(np, inputs, options)


def local(rule: Gate | StructuralGate, call: Call, slot: int) -> Any | None:
    """The local gradient towards a slot, a slope for each cell; None where it is a Jacobian, which is not formed."""
    if not isinstance(rule, Gate):
        return None
    return rule.local(slot, NUMBERS, call.inputs, call.out, call.constants, call.ties)


def send(rule: Gate | StructuralGate, call: Call, slot: int, upstream: Any, into: Array | None = None) -> tuple[Any, Any | None]:
    """The contribution towards a slot, and the local gradient that it was multiplied by, as :func:`local` has it.

    A pullback may compute into an array that is given, and return it.
    """
    slope = local(rule, call, slot)
    if isinstance(rule, Gate):
        part = upstream * slope
        # A router that is not taken passes nothing, whatever arrives: 0, and not 0 × inf = nan.
        return (np.where(slope == 0, 0.0, part) if rule.pattern[0] == "router" else part), slope
    filled = Call(call.inputs, call.out, call.options, call.ties, into)
    return rule.pullback(np, filled, slot, upstream), None


def push(rule: Gate | StructuralGate, call: Call, slot: int, direction: Array) -> Array:
    """How the value of a gate moves when the input of a slot moves in a direction, in the value's shape."""
    return rule.push(np, call, slot, direction) if not isinstance(rule, Gate) else local(rule, call, slot) * direction
