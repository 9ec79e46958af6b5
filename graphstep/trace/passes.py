"""The forward and the backward pass, on arrays.

The chain rule stands here, once: ``contribution = upstream × local`` for every edge, and a node's gradient is the sum of the
contributions that arrive at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from graphstep.gates.mathematics import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphstep.gates import Ties
    from graphstep.trace.plan import Plan

Array = NDArray[np.float64]


def forward(made: Plan, inputs: Mapping[str, float]) -> Array:
    """The values of all nodes and, behind them, of the constants."""
    program = made.program
    count = len(program.nodes)
    cells = np.empty(count + len(made.constants))
    cells[: len(program.inputs)] = [inputs[name] for name in program.inputs]
    cells[count:] = made.constants
    for level in made.levels:
        for batch in level.batches:
            cells[batch.outs] = batch.gate.formula(NUMBERS, *[cells[i] for i in batch.ins])
    return cells


def backward(made: Plan, cells: Array, seed: float, ties: Ties) -> tuple[Array, Array, Array]:
    """The gradients of all nodes, and the local gradients and contributions of all edges, from the values of :func:`forward`.

    A node's gradient is nan where it depends on no input, and 0 where the output does not depend on it.
    """
    program = made.program
    gradients = np.zeros(len(program.nodes))
    local = np.empty(len(made.receiver))
    contributions = np.empty(len(made.receiver))
    gradients[program.output] = seed
    for level in reversed(made.levels):
        if level.singles is not None:
            nodes, edges = level.singles
            gradients[nodes] = contributions[edges]
        if level.forks is not None:
            nodes, edges, starts = level.forks
            gradients[nodes] = np.add.reduceat(contributions[edges], starts)
        for batch in level.batches:
            if not batch.sends:
                continue
            gate = batch.gate
            inputs, out, upstream = [cells[i] for i in batch.ins], cells[batch.outs], gradients[batch.outs]
            for slot, edges in batch.sends:
                slope = gate.local(slot, NUMBERS, inputs, out, batch.constants, ties)
                part = upstream * slope
                if gate.pattern[0] == "router":
                    # A router that is not taken passes nothing, whatever arrives: 0, and not 0 × inf = nan.
                    part = np.where(slope == 0, 0.0, part)
                local[edges] = slope
                contributions[edges] = part
    if not all(program.depends):
        gradients[~np.array(program.depends)] = np.nan
    return gradients, local, contributions
