"""A run whose values somebody else computed: its backward pass, from the numbers that were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest

from graphstep.engine.inputs import check_inputs, check_seed
from graphstep.engine.order import asked_order, ordered
from graphstep.engine.passes import Buffers, backward
from graphstep.engine.plan import Plan, plan
from graphstep.engine.recorded import Adoption, Recorded, adopt, differing_gradient, disagreement, fill, is_narrow
from graphstep.engine.trace import Trace, finished
from graphstep.ground.arrays import Number, number_text, shape_of
from graphstep.ground.collector import collector_paused
from graphstep.ground.errors import GraphstepError
from graphstep.ground.late import np
from graphstep.language.program import Program
from graphstep.language.setup import Setup
from graphstep.language.shapes import infer_shapes


@collector_paused()
def replay(program: Program, inputs: Mapping[str, Number], recorded: Recorded, *, seed: Number, setup: Setup) -> Trace:
    """Run a program with recorded values in place of what its gates would compute; raises as
    :func:`graphstep.engine.trace.trace` does.
    """
    check_inputs(program, inputs)
    fitted = infer_shapes(program, {name: shape_of(value) for name, value in inputs.items()}, setup.ties)
    moved = recorded.moved(fitted.where, len(fitted.program.nodes))
    _check_shapes(fitted.program, moved)
    order, ordered_setup = ordered(fitted.program, asked_order(fitted.program, setup), setup)
    planned = plan(fitted.program, order, setup.dtype)
    check_seed(planned.program, seed)
    buffers = Buffers.of(planned)
    with np.errstate(all="ignore"):
        fill(planned, buffers, inputs, moved)
        # What has overflowed in a narrow type goes on as inf, so such gradients have to be in place before their gates send.
        agree = False
        if not is_narrow(moved):
            backward(planned, buffers, seed, setup.ties)
            agree = adopt(planned, buffers, moved)
        # Where contributions cancel, a residue without digits is left, and all in front of it gets what this comes to. So each
        # gate sends the gradient that was recorded, and answers for no more than its own rounding.
        if not agree:
            backward(planned, buffers, seed, setup.ties, Adoption(planned, buffers, moved))
        _check(planned, buffers, moved)
    return replace(finished(planned, buffers, seed, setup.ties, ordered_setup or setup), recorded=moved)


def _check_shapes(program: Program, recorded: Recorded) -> None:
    """Raise GraphstepError where a number or an array was recorded of a node with another shape."""
    if program.of_numbers and {*map(type, recorded.values), *map(type, recorded.gradients)} <= {float, type(None)}:
        return
    for node, value, gradient in zip_longest(program.nodes, recorded.values, recorded.gradients):
        if any(each is not None and shape_of(each) != node.shape for each in (value, gradient)):
            raise GraphstepError("what was recorded has other shapes than the program that it was recorded with")


def _check(planned: Plan, buffers: Buffers, recorded: Recorded) -> None:
    """Raise GraphstepError where a gate makes another number than was recorded: the run would be of another program."""
    differing = disagreement(planned, buffers, recorded)
    if differing is None:
        return
    node, ours = differing
    where = f" at {recorded.places[node]}" if recorded.places and recorded.places[node] else ""
    theirs, gate = recorded.values[node], planned.program.nodes[node].gate
    raise GraphstepError(f"what was recorded has {_shown(theirs)}{where}, and the gate {gate} {_shown(ours)}")


def _shown(value: Number | None) -> str:
    return repr(value) if value is None or isinstance(value, float) else number_text(value)


def differing_node(trace: Trace) -> int | None:
    """The first node on the way back whose recorded gradient is another one than ours; None where there is none such."""
    if trace.recorded is None:
        return None
    with np.errstate(all="ignore"):
        return differing_gradient(trace.plan, trace.buffers, trace.recorded)
