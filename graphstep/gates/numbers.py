"""What a gate does with numbers: its value, its local gradient, and what it sends back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphstep.gates.elementwise import contribution
from graphstep.gates.mathematics import NUMBERS, Mathematics
from graphstep.gates.rule import Array, Call, Convention, Options, Rule
from graphstep.ground.late import quiet
from graphstep.ground.precision import FLOAT64, Dtype, rounded


def value(rule: Rule, inputs: Sequence[Any], options: Options, dtype: Dtype = FLOAT64, m: Mathematics = NUMBERS) -> Any:
    """The value of a gate, rounded to a type; of an elementwise one numbers or arrays as its inputs are.

    ``m`` is what it is computed with. MisfitError where the gate refuses an input.
    """
    result = rule.value(m, inputs, options)
    return result if dtype == FLOAT64 else rounded(result, dtype)


def values(rule: Rule, inputs: Sequence[Any], options: Options, dtype: Dtype = FLOAT64) -> Any | None:
    """The values of a gate in several runs, with an axis of runs before those of each input; None where it computes one only.

    MisfitError where the gate refuses an input of one of them.
    """
    if rule.cellwise:
        return value(rule, inputs, options, dtype)
    return None if rule.stacked is None else rounded(rule.stacked(NUMBERS, inputs, options), dtype)


def local(rule: Rule, call: Call, slot: int, dtype: Dtype = FLOAT64, m: Mathematics = NUMBERS) -> Any | None:
    """The local gradient towards a slot, a slope for each cell; None where it is a Jacobian, which is not formed."""
    return None if rule.local is None else rounded(rule.local(m, call, slot), dtype)


def send(
    rule: Rule,
    call: Call,
    slot: int,
    upstream: Any,
    into: Array | None = None,
    dtype: Dtype = FLOAT64,
    m: Mathematics = NUMBERS,
) -> tuple[Any, Any | None]:
    """The contribution towards a slot, and the local gradient that it was multiplied by, as :func:`local` has it.

    A pullback may compute into an array that is given, and return it. Slope and product are each rounded to the type.
    """
    slope = local(rule, call, slot, dtype, m)
    if slope is not None:
        return rounded(contribution(m, upstream, slope, shuts=rule.shuts), dtype), slope
    # The same call with a place to compute into.
    filled = call if into is None else Call(call.inputs, call.out, call.options, call.ties, into, call.constants)
    return rounded(rule.pullback(m, filled, slot, upstream), dtype), None


def applies(convention: Convention, inputs: Sequence[Any]) -> Any:
    """Whether a convention of a gate applies to its inputs, cell by cell where they are arrays.

    To ask whether inf is halfway between two whole numbers makes a nan, of which NumPy would warn.
    """
    with quiet():
        return convention.at(NUMBERS, *inputs)


def push(rule: Rule, call: Call, slot: int, direction: Array) -> Array:
    """How the value of a gate moves when the input of a slot moves in a direction, in the value's shape."""
    return rule.push(NUMBERS, call, slot, direction)
