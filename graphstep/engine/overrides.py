"""A run in which some numbers are others: each is put in its place, and what comes behind it is computed from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from graphstep.engine.passes import Buffers, backward, forward, read, write
from graphstep.engine.trace import Trace, finished
from graphstep.ground.arrays import Number
from graphstep.ground.errors import ShapeError
from graphstep.ground.late import np
from graphstep.ground.records import record

OverrideKind = Literal["value", "gradient", "local", "contribution"]
"""What can be put in: the value or the gradient of a node, the local gradient or the contribution of an edge."""


@record(frozen=True, slots=True, eq=False)
class Override:
    """A number in place of the run's own."""

    kind: OverrideKind
    """What it stands for."""
    place: int
    """The node, or the edge."""
    number: Number
    """The number, or the array."""
    cell: tuple[int, ...] | None = None
    """The cell of an array that it stands for; None for the whole."""


def overridden(trace: Trace, overrides: Sequence[Override]) -> Trace:
    """The run with other numbers in some places. The run itself where a gate refuses one of them."""
    plan, buffers = trace.plan, Buffers.of(trace.plan)
    of_values = [each for each in overrides if each.kind == "value"]
    of_gradients = [each for each in overrides if each.kind != "value"]
    try:
        with np.errstate(all="ignore"):
            forward(plan, buffers, trace.inputs, _between(trace, buffers, of_values))
            backward(plan, buffers, trace.seed, trace.ties, _between(trace, buffers, of_gradients))
    except ShapeError:
        return trace
    return finished(plan, buffers, trace.seed, trace.ties, trace.setup)


def _between(trace: Trace, buffers: Buffers, overrides: Sequence[Override]) -> Callable[[], None] | None:
    """What puts the numbers in: behind every level again, since a level may have computed them anew. None for none."""

    def put() -> None:
        for each in overrides:
            _put(trace, buffers, each)

    return put if overrides else None


def _put(trace: Trace, buffers: Buffers, each: Override) -> None:
    plan, number = trace.plan, each.number
    match each.kind:
        case "value":
            buffer, place = buffers.cells, plan.place(each.place)
        case "gradient":
            buffer, place = buffers.gradients, plan.place(each.place)
        case "contribution":
            buffer, place = buffers.contributions, plan.edge_place(each.place)
        case "local":
            sender = plan.place(int(plan.sender[each.place]))
            if isinstance(sender, int):
                buffers.slopes[each.place] = number
            buffer, place = buffers.contributions, plan.edge_place(each.place)
            upstream = read(buffers.gradients, sender)
            # Cell by cell: what has a local gradient is in the shape of what it reads.
            number = np.multiply(upstream if each.cell is None else upstream[each.cell], number)
    if each.cell is None:
        write(buffer, place, number)
    else:
        read(buffer, place)[each.cell] = number
