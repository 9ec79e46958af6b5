"""Paths from a node to the output: the gradient as a sum over paths of products of local gradients.

This is the chain rule written out. Backprop gets the same sum without listing a path: it adds wherever paths meet. Its work
grows with the edges; the number of paths can double with every gate. The largest products are found without listing the others:
what a path can still become is known at every node, from one pass from the output back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush, nsmallest
from math import inf, isnan, log2
from typing import NamedTuple

from graphstep.analysis.jacobian import jacobian
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.ground.errors import InputError
from graphstep.ground.records import dataclass
from graphstep.telling.names import name_of

LISTED = 12
"""Paths that are listed; of more these are the largest."""

_PLACES = 9
"""Decimals of a logarithm that tell two sizes apart: what is behind them is rounding."""


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
    """The largest, the largest first; where arrays have no products the first, in the order in which contributions arrive."""
    zeros: int = 0
    """How many of all have a local gradient of 0 and none that is not finite."""

    @property
    def total(self) -> float | None:
        """The sum of all products; None unless all paths are listed and lead through numbers only."""
        return self.listed_sum if len(self.listed) == self.count else None

    @property
    def listed_sum(self) -> float | None:
        """The sum of the products that are listed; None where they have none."""
        products = [path.product for path in self.listed if path.product is not None]
        if not products or len(products) != len(self.listed):
            return None
        return float(sum(products))

    @property
    def ranked(self) -> bool:
        """Whether they have products, by which they are in order."""
        return bool(self.listed) and None not in [path.product for path in self.listed]


def paths(trace: Trace, start: int, most: int = LISTED) -> Paths:
    """The paths from a node to the output: all are counted, the ``most`` largest are listed. Linear in the size of the program.

    A product that is nan is as large as an infinite one, and comes first: it decides what the sum is.

    Raises InputError when no gradient flows to the node.
    """
    program = trace.program
    if not (program.depends[start] and program.reaches[start]):
        raise InputError(f"no gradient flows from the output to {name_of(program, start)}", hint="choose another node")
    ways, edges = {start: _Ways(1, 1, 0)}, 0
    among: dict[int, list[Arrival]] = {}
    slopes: dict[int, float | None] = {}
    kept = trace.wires.slopes
    # Operands come before the gates that read them; a number that has been passed on is let go, since it can have 100,000 bits.
    # Counted, not walked: the ways to a node are added up over what arrives, so that 2^1000 of them are counted in one pass.
    for node in range(start, program.output):
        here = ways.pop(node, None)
        if here is not None:
            among[node] = _arrivals(trace, node)
            for edge, gate in among[node]:
                edges += 1
                factor = float(kept[edge])
                # Between arrays no slope is kept: it is nan, as a local gradient may be.
                slopes[edge] = slope(trace.wire(edge)) if isnan(factor) else factor
                ways[gate] = ways.get(gate, _NONE).joined(here, slopes[edge])
    end = ways[program.output]
    comparable = isinstance(trace.seed, int | float) and not trace.node(program.output).shape and None not in slopes.values()
    sizes = {edge: _size(factor) for edge, factor in slopes.items() if factor is not None}
    count = end.all
    if most <= 0:
        walks: list[list[Arrival]] = []
    elif comparable and count > most:
        walks = _largest(among, program.output, sizes, most)
    else:
        walks = [walk for walk, _ in zip(_walks(trace, start), range(most), strict=False)]
    if comparable:
        # Of equals the one that arrives first comes first.
        walks.sort(key=lambda walk: -round(_joined(sizes[edge] for edge, _ in walk), _PLACES))
    zeros = count - end.other if comparable else 0
    return Paths(trace, start, count, edges, tuple(_path(trace, walk, slopes) for walk in walks), zeros)


Arrival = tuple[int, int]
"""An edge along which a gradient arrives at a node, and the gate that sends it."""


def _arrivals(trace: Trace, node: int) -> list[Arrival]:
    arrivals = trace.arrivals(node)
    return list(zip(arrivals.edges, arrivals.senders.tolist(), strict=True))


class _Ways(NamedTuple):
    """How many ways lead from the start to a node."""

    all: int
    """All of them."""
    finite: int
    """Those of finite factors that are not 0."""
    infinite: int
    """Those with a factor that is inf or nan, whatever the others are."""

    @property
    def other(self) -> int:
        """Those whose product is not 0."""
        return self.finite + self.infinite

    def joined(self, more: _Ways, factor: float | None) -> _Ways:
        """These, and others that go on along a wire with a local gradient."""
        # Infinities and nan times 0 are nan, which is not 0.
        if factor is None or factor * 0 != 0:
            return _Ways(self.all + more.all, self.finite, self.infinite + more.all)
        return _Ways(self.all + more.all, self.finite + (more.finite if factor else 0), self.infinite + more.infinite)


_NONE = _Ways(0, 0, 0)


def _size(factor: float) -> float:
    """The binary logarithm of a size; inf for inf and nan, which decide whatever they are added to."""
    return inf if isnan(factor) else log2(abs(factor)) if factor else -inf


def _joined(sizes: Iterable[float]) -> float:
    """The logarithm of a product. Where a factor is inf or nan, the product is inf or nan: 0 · inf is."""
    total = 0.0
    for size in sizes:
        total = _plus(total, size)
    return total


def _plus(size: float, other: float) -> float:
    return inf if inf in (size, other) else size + other


class _Branch(NamedTuple):
    """A path that is not written out: as another one up to a node, there along another wire, then along the largest."""

    key: tuple[float, int]
    """Its size, turned, and when it was met: the smallest key is the next path."""
    before: list[Arrival]
    """The path that it leaves."""
    place: int
    """After how many wires it does."""
    rank: int
    """Which of the wires at that node it takes, the one with the largest paths being 0."""


def _largest(among: dict[int, list[Arrival]], output: int, sizes: Mapping[int, float], most: int) -> list[list[Arrival]]:
    """The walks with the largest products, from the start to the output, the largest first.

    ``among`` has what arrives at every node on the way, operands before the gates that read them. The paths behind one that was
    taken are divided among its branches, each with its largest path (Lawler 1972), so that none is met twice.
    """
    start = next(iter(among))
    best, wires = {output: 0.0}, dict[int, list[Arrival]]()
    # From the output back, since the best path from here is made of the best from there.
    for node, arrivals in reversed(among.items()):
        # What a path from here can become at most, by the wire that it takes first.
        bounds = {edge: _plus(sizes[edge], best[gate]) for edge, gate in arrivals}
        wires[node] = sorted(arrivals, key=lambda arrival: -round(bounds[arrival[0]], _PLACES)) if len(bounds) > 1 else arrivals
        best[node] = bounds[wires[node][0][0]]
    met = 1
    heap = [_Branch((-best[start], 0), [], 0, 0)]
    walks: list[list[Arrival]] = []
    while heap and len(walks) < most:
        _, before, place, rank = heappop(heap)
        walk = before[:place]
        walk.append(wires[walk[-1][1] if walk else start][rank])
        while walk[-1][1] != output:
            walk.append(wires[walk[-1][1]][0])
        walks.append(walk)
        branches: list[_Branch] = []
        done = _joined([sizes[edge] for edge, _ in walk[:place]])
        # Everything that shares this walk up to a wire and leaves it there is one branch, with its largest path as its key.
        for at in range(place, len(walk)):
            node = walk[at - 1][1] if at else start
            other = rank + 1 if at == place else 1
            if other < len(wires[node]):
                edge, gate = wires[node][other]
                size = _plus(done, _plus(sizes[edge], best[gate]))
                branches.append(_Branch((-round(size, _PLACES), met), walk, at, other))
                met += 1
            done = _plus(done, sizes[walk[at][0]])
        # No more of them than are still wanted: a path of 100,000 wires has as many branches.
        for branch in nsmallest(most - len(walks), branches):
            heappush(heap, branch)
    return walks


def _walks(trace: Trace, start: int) -> Iterator[list[Arrival]]:
    """The edges of each path, from the start to the output. Every edge leads to the output, so that no walk is in vain."""
    output = trace.program.output
    if start == output:
        yield []
        return
    walked: list[Arrival] = []
    ahead = [iter(_arrivals(trace, start))]
    while ahead:
        arrival = next(ahead[-1], None)
        if arrival is None:
            ahead.pop()
            if walked:
                walked.pop()
            continue
        gate = arrival[1]
        if gate == output:
            yield [*walked, arrival]
        else:
            walked.append(arrival)
            ahead.append(iter(_arrivals(trace, gate)))


def _path(trace: Trace, walk: list[Arrival], slopes: dict[int, float | None]) -> Path:
    edges = [edge for edge, _ in reversed(walk)]
    product: float | None = float(trace.seed) if isinstance(trace.seed, int | float) else None
    for edge in edges:
        factor = slopes[edge]
        product = None if product is None or factor is None else product * factor
    return Path(tuple(map(trace.wire, edges)), product if trace.program.nodes[trace.program.output].shape == () else None)


def slope(wire: Wire) -> float | None:
    """The local gradient of a wire between two numbers."""
    if wire.trace.node(wire.sender).shape or wire.shape:
        return None
    local = wire.local
    return float(jacobian(wire).matrix[0, 0]) if local is None else float(local)
