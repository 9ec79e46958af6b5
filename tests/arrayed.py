"""Runs of programs of arrays: from a text, or of one gate alone at the shapes of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from graphstep.engine.trace import trace
from graphstep.gates import GATES
from graphstep.ground.arrays import plain, shape_of
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.read import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.engine.trace import Trace
    from graphstep.gates import Ties
    from tests.gates.rows.test_rows import Case

    GateAtWork = Case | tuple[str, Sequence[Any], dict[str, Any]]
    """A case of the structural gates; or a gate by name, the values of its inputs, and its options."""


def run(text: str, *, ties: Ties = "first", **inputs: Any) -> Trace:
    """A program run forward and backward."""
    return trace(read(text), {name: plain(value) for name, value in inputs.items()}, ties=ties)


def at_work(case: GateAtWork, *, ties: Ties = "first") -> Trace | None:
    """A run of one gate alone, with a random gradient for its output; None for a broadcast that copies nothing."""
    if isinstance(case, tuple):
        return _run_of(*case, ties)
    # Nobody can change a run, and several rooms look at those of all cases.
    if (id(case), ties) not in _RUNS:
        _RUNS[id(case), ties] = case, _run_of(case.gate.name, case.inputs(), dict(case.options), ties)
    return _RUNS[id(case), ties][1]


_RUNS: dict[tuple[int, Ties], tuple[Case, Trace | None]] = {}
"""The runs of cases; each with its case, so that no other one gets the number of that."""


def _run_of(name: str, values: Sequence[Any], options: dict[str, Any], ties: Ties) -> Trace | None:
    inputs = {f"x{k}": plain(value) for k, value in enumerate(values)}
    gate = Node(GATES[name], tuple(range(len(inputs))), None, None, "f", tuple(sorted(options.items())))
    if name == "broadcast":
        if shape_of(inputs["x0"]) == options["shape"]:
            return None
        # No program calls it: it stands where shapes meet.
        inputs["t"] = plain(np.ones(options["shape"]))
        gate = Node(GATES["add"], (0, 1), None, None, "f")
    nodes = (*(Node(None, (), given) for given in inputs), gate)
    program = Program("f", nodes, len(inputs), {given: k for k, given in enumerate(inputs)})
    shape = GATES[name].shape(tuple(map(shape_of, values)), {**GATES[name].defaults, **options})
    with np.errstate(all="ignore"):
        return trace(program, inputs, ties=ties, seed=plain(np.random.default_rng(0).normal(size=shape)))
