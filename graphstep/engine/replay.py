"""A run whose values somebody else computed: its backward pass, from the numbers that were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from graphstep.engine.inputs import check_inputs, check_seed
from graphstep.engine.order import asked_order, ordered
from graphstep.engine.passes import Buffers, backward
from graphstep.engine.plan import plan
from graphstep.engine.recorded import Recorded, fill
from graphstep.engine.trace import Trace, finished
from graphstep.ground.arrays import Number, shape_of
from graphstep.language.program import Program
from graphstep.language.setup import Setup
from graphstep.language.shapes import infer_shapes


def replay(program: Program, inputs: Mapping[str, Number], recorded: Recorded, *, seed: Number, setup: Setup) -> Trace:
    """Run a program with recorded values in place of what its gates would compute; raises as
    :func:`graphstep.engine.trace.trace` does.
    """
    check_inputs(program, inputs)
    fitted = infer_shapes(program, {name: shape_of(value) for name, value in inputs.items()})
    moved = recorded.moved(fitted.where, len(fitted.program.nodes))
    order, ordered_setup = ordered(fitted.program, asked_order(fitted.program, setup), setup)
    planned = plan(fitted.program, order)
    check_seed(planned.program, seed)
    buffers = Buffers.of(planned)
    with np.errstate(all="ignore"):
        fill(planned, buffers, inputs, moved)
        backward(planned, buffers, seed, setup.ties)
    return replace(finished(planned, buffers, seed, setup.ties, ordered_setup or setup), recorded=moved)
