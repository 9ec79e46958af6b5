"""Runs of few gates between numbers, out of Python's floats: no batches are made, and without other functions than Python's NumPy
is not even imported.

What + − × ÷ √, absolute values, maxima and minima make of floats is what arrays would hold, to the bit. Any other function is
NumPy's, of an array of one number. Where a number is not finite there is no such run, and the passes on arrays compute it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite, nan

from graphstep.engine.passes import Buffers
from graphstep.engine.plan import Plan
from graphstep.gates import Ties
from graphstep.gates.floats import FLOATS, UnknownError, by_arrays
from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.rule import Call, Rule
from graphstep.ground.arrays import Number
from graphstep.ground.late import late_array, np


def run_few(plan: Plan, inputs: Mapping[str, Number], seed: Number, ties: Ties) -> Buffers | None:
    """The numbers of a run, complete; None where the passes on arrays have to compute them."""
    program, nodes = plan.program, plan.program.columns
    values = [value for name in program.inputs if isinstance(value := inputs[name], float)]
    if not isinstance(seed, float) or len(values) < len(inputs):
        return None
    slopes, constants = [nan] * len(plan.sender), [constant.value for constant in nodes.constants]
    try:
        for gate in range(program.first_gate, len(nodes)):
            rule, row = nodes.rule(gate), nodes.row(gate)
            assert rule is not None, "inputs stand in front"
            read = tuple([values[x] if x >= 0 else constants[~x] for x in row])
            values.append(_value(rule, read))
            call = Call(read, values[gate], {}, ties, constants=tuple([slot for slot, x in enumerate(row) if x < 0]))
            for edge in plan.edges_of(gate):
                slopes[edge] = _slope(rule, call, plan.slot[edge])
    except ArithmeticError:
        # A division by 0, or what is too large.
        return None
    totals, sent = _backward(plan, slopes, seed)
    if not all(map(isfinite, (*values, *totals, *slopes, *sent))):
        return None
    depends, output = program.depends, program.output
    known = [x if depends[index] or index == output else nan for index, x in enumerate(totals)]
    cells, gradients = late_array([*values, *constants], "float64"), late_array(known, "float64")
    return Buffers(cells, gradients, late_array(slopes, "float64"), late_array(sent, "float64"))


def _value(rule: Rule, read: tuple[float, ...]) -> float:
    try:
        # The formula of a comparison gives whole numbers.
        return float(rule.value(FLOATS, read, {}))
    except UnknownError:
        return by_arrays(rule, *read)


def _slope(rule: Rule, call: Call, slot: int) -> float:
    assert rule.local is not None, "it treats every cell alike"
    try:
        return float(rule.local(FLOATS, call, slot))
    except UnknownError:
        inputs, out = tuple([np.array([x]) for x in call.inputs]), np.array([call.out])
        return float(np.ravel(rule.local(NUMBERS, replace(call, inputs=inputs, out=out), slot))[0])


def _backward(plan: Plan, slopes: list[float], seed: float) -> tuple[list[float], list[float]]:
    """Gradients by node and contributions by edge: every node has sent when it is read."""
    nodes = plan.program.columns
    gradients, contributions = [0.0] * len(nodes), list[float]()
    gradients[plan.program.output] = seed
    reached = set[int]()
    for sender, receiver, slope in zip(plan.sender.tolist(), plan.receiver.tolist(), slopes, strict=True):
        rule = nodes.rule(sender)
        assert rule is not None, "an input sends nothing"
        part = 0.0 if slope == 0 and rule.shuts else gradients[sender] * slope
        contributions.append(part)
        # The first is not added to 0, which would turn a -0 into 0.
        gradients[receiver] = gradients[receiver] + part if receiver in reached else part
        reached.add(receiver)
    return gradients, contributions
