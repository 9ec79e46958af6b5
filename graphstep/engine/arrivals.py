"""The edges of a run by the nodes that they bring contributions to, in two columns."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from graphstep.ground.late import np
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """By node, the edges that bring it contributions, in the order of their arrival; a tuple is made when it is asked for.

    A tuple of numbers for each of a million nodes would take 120 bytes a gate, and the columns take 12.
    """

    edges: NDArray[np.int32]
    """The edges, those of a node one behind the other."""
    starts: NDArray[np.int32]
    """By node, where its edges begin; one entry more, where the last ones end."""

    @classmethod
    def of(cls, receiver: NDArray[np.int32], nodes: int) -> Arrivals:
        """The arrivals of edges in the order in which they send, by the node that each goes to."""
        starts = np.zeros(nodes + 1, np.int32)
        np.bincount(receiver, minlength=nodes).cumsum(out=starts[1:])
        return cls(np.argsort(receiver, kind="stable").astype(np.int32), starts)

    def __getitem__(self, node: int) -> tuple[int, ...]:
        """The edges that arrive at a node."""
        return tuple(self.edges[self.starts[node] : self.starts[node + 1]].tolist())

    def received(self, node: int, at: int, steps: NDArray[np.int32]) -> tuple[int, int]:
        """How many edges have arrived at a node by a step, and how many will; ``steps`` are those at which edges send.

        No tuple of them is made: a hub gets 100,000, and is asked at each.
        """
        start, stop = self.starts.item(node), self.starts.item(node + 1)
        if start < stop and steps.item(self.edges.item(stop - 1)) <= at:
            # The last of them too, which is what a document of a whole run asks for.
            return stop - start, stop - start
        return bisect_right(self.edges, at, start, stop, key=steps.__getitem__) - start, stop - start

    def counts(self) -> NDArray[np.int32]:
        """By node, how many edges arrive."""
        return np.diff(self.starts)

    def last_of_several(self) -> NDArray[np.int32]:
        """The edge that arrives last at each node that several arrive at."""
        return self.edges[self.starts[1:][self.counts() > 1] - 1]
