"""Paths from a node to the output: the gradient as a sum over paths of products of local gradients.

This is the chain rule written out. Backprop gets the same sum without listing a path: it adds wherever paths meet. Its work
grows with the edges; the number of paths can double with every gate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphstep.analysis.jacobian import jacobian
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.ground.errors import InputError
from graphstep.telling.names import name_of

LISTED = 12
"""Paths that are listed; of more these are the first, in the order in which contributions arrive."""


@dataclass(frozen=True, slots=True)
class Path:
    """One path from a node to the output."""

    wires: tuple[Wire, ...]
    """Its wires from the output back to the node, as a gradient travels."""
    product: float | None
    """The seed times the local gradients along it; None where it leads through an array, and for an array of seeds."""


@dataclass(frozen=True, eq=False)
class Paths:
    """The paths from one node to the output. Compared and hashed by identity."""

    trace: Trace
    """The run."""
    start: int
    """The node that they come from."""
    count: int
    """How many there are, exactly."""
    edges: int
    """How many edges they are made of: what backprop sends along, once each."""
    listed: tuple[Path, ...]
    """The first of them."""

    @property
    def total(self) -> float | None:
        """The sum of all products; None unless all paths are listed and lead through numbers only."""
        products = [path.product for path in self.listed if path.product is not None]
        if not len(products) == len(self.listed) == self.count:
            return None
        return float(sum(products))


def paths(trace: Trace, start: int, most: int = LISTED) -> Paths:
    """The paths from a node to the output: all are counted, ``most`` are listed. Linear in the size of the program.

    Raises InputError when no gradient flows to the node.
    """
    program = trace.program
    if not (program.depends[start] and program.reaches[start]):
        raise InputError(f"no gradient flows from the output to {name_of(program, start)}", hint="choose another node")
    ways, edges = {start: 1}, 0
    # Operands come before the gates that read them; a number that has been passed on is let go, since it can have 100,000 bits.
    for node in range(start, program.output):
        here = ways.pop(node, 0)
        if here:
            senders = trace.arrivals(node).senders.tolist()
            edges += len(senders)
            for gate in senders:
                ways[gate] = ways.get(gate, 0) + here
    count = ways[program.output]
    slopes: dict[int, float | None] = {}
    listed = tuple(_path(trace, walk, slopes) for walk, _ in zip(_walks(trace, start), range(min(most, count)), strict=False))
    return Paths(trace, start, count, edges, listed)


def _walks(trace: Trace, start: int) -> Iterator[list[Wire]]:
    """The wires of each path, from the start to the output. Every wire leads to the output, so that no walk is in vain."""
    output = trace.program.output
    if start == output:
        yield []
        return
    walked: list[Wire] = []
    ahead = [iter(trace.arrivals(start))]
    while ahead:
        wire = next(ahead[-1], None)
        if wire is None:
            ahead.pop()
            if walked:
                walked.pop()
            continue
        gate = wire.sender
        if gate == output:
            yield [*walked, wire]
        else:
            walked.append(wire)
            ahead.append(iter(trace.arrivals(gate)))


def _path(trace: Trace, walk: list[Wire], slopes: dict[int, float | None]) -> Path:
    wires = tuple(reversed(walk))
    product: float | None = float(trace.seed) if isinstance(trace.seed, int | float) else None
    for wire in wires:
        if wire.edge not in slopes:
            slopes[wire.edge] = slope(wire)
        factor = slopes[wire.edge]
        product = None if product is None or factor is None else product * factor
    return Path(wires, product if trace.program.nodes[trace.program.output].shape == () else None)


def slope(wire: Wire) -> float | None:
    """The local gradient of a wire between two numbers."""
    if wire.trace.node(wire.sender).shape or wire.shape:
        return None
    local = wire.local
    return float(jacobian(wire).matrix[0, 0]) if local is None else float(local)
