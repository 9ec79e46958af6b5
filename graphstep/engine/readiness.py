"""What is ready on the way back, while gates send one after the other.

A gate is ready when all its contributions have arrived. A call, a repetition or a turn is stepped over as one, so it goes on
as one: it is ready when everything that comes from outside has arrived at its gates, and once one of them has sent, the others
follow before anything around it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from heapq import heappop, heappush

from graphstep.ground.records import dataclass
from graphstep.language.program import Program


@dataclass(slots=True)
class _Level:
    """The gates, and the frames that have not begun, that are ready directly in a frame."""

    gates: set[int] = field(default_factory=set)
    """The gates."""
    frames: set[int] = field(default_factory=set)
    """The frames."""
    queue: list[tuple[float, bool, int]] = field(default_factory=list)
    """Both by their rank; what has gone on since is still among them."""


class Readiness:
    """The gates of a program that are ready, the one of the lowest rank first; a frame has the lowest rank of its gates."""

    def __init__(self, program: Program, rank: Callable[[int], float]) -> None:
        nodes, depends, reaches = program.columns, program.depends, program.reaches
        self._program, self._rank = program, rank
        live = [i for i in range(program.first_gate, len(nodes)) if reaches[i] and depends[i]]
        self._expected = [0] * len(nodes)
        self._outside = [0] * len(program.frames)
        self._left = [0] * len(program.frames)
        self._lowest = [float("inf")] * len(program.frames)
        self._levels = [_Level() for _ in program.frames] or [_Level()]
        self._open = [0]
        # What a frame waits for are the wires that come from outside; those between its own gates do not count.
        for gate in live:
            for frame in self._around(gate):
                self._left[frame] += 1
                self._lowest[frame] = min(self._lowest[frame], rank(gate))
            for operand in nodes.row(gate):
                # Constants are below 0.
                if operand >= 0 and depends[operand]:
                    self._expected[operand] += 1
                    for frame in self._entered(gate, operand):
                        self._outside[frame] += 1
        self._missing = list(self._expected)
        for gate in live:
            if not self._missing[gate]:
                self._put(gate)
        for frame in range(1, len(program.frames)):
            if self._left[frame] and not self._outside[frame]:
                self._put_frame(frame)
        self.n = len(nodes) - program.first_gate + 1
        """The number of the last step that was made; at first that of the seed."""

    def __bool__(self) -> bool:
        level = self._levels[self._open[-1]]
        return bool(level.gates or level.frames)

    def __contains__(self, gate: int) -> bool:
        closed = self._closed_around(gate)
        frame = self._program.frames[closed[-1]].around if closed else self._frame(gate)
        return frame == self._open[-1] and gate in self._levels[self._frame(gate)].gates and all(map(self._begins, closed))

    def __iter__(self) -> Iterator[int]:
        """The ready gates, also those of frames that may begin; in the order of the program."""
        gates, frames = list[int](), [self._open[-1]]
        while frames:
            level = self._levels[frames.pop()]
            gates += level.gates
            frames += level.frames
        return iter(sorted(gates))

    def first(self) -> int:
        """The one that is next: the gate of the lowest rank, or that of the frame of the lowest rank."""
        frame = self._open[-1]
        while True:
            level = self._levels[frame]
            _, is_frame, index = level.queue[0]
            # A heap cannot be asked to drop an entry: what has sent meanwhile is thrown away when it comes to the top.
            if index not in (level.frames if is_frame else level.gates):
                heappop(level.queue)
            elif is_frame:
                frame = index
            else:
                return index

    def send(self, gate: int) -> None:
        """Let a ready gate send all that it sends."""
        program = self._program
        # From the outside in. What is open goes on before anything around it.
        for frame in reversed(self._closed_around(gate)):
            self._levels[program.frames[frame].around].frames.discard(frame)
            self._open.append(frame)
        self._levels[self._open[-1]].gates.discard(gate)
        for operand in program.columns.row(gate):
            if operand < 0 or not program.depends[operand]:
                continue
            self._missing[operand] -= 1
            # A step for the send, and one for the sum that it completes, if there is one.
            self.n += 1 + (not self._missing[operand] and self._expected[operand] > 1)
            for frame in self._entered(gate, operand):
                self._outside[frame] -= 1
                if not self._outside[frame] and self._left[frame]:
                    self._put_frame(frame)
            if not self._missing[operand] and operand >= program.first_gate:
                self._put(operand)
        for frame in self._around(gate):
            self._left[frame] -= 1
        # Several frames may end with one gate.
        while len(self._open) > 1 and not self._left[self._open[-1]]:
            self._open.pop()

    def _put(self, gate: int) -> None:
        level = self._levels[self._frame(gate)]
        level.gates.add(gate)
        heappush(level.queue, (self._rank(gate), False, gate))

    def _put_frame(self, frame: int) -> None:
        level = self._levels[self._program.frames[frame].around]
        level.frames.add(frame)
        heappush(level.queue, (self._lowest[frame], True, frame))

    def _closed_around(self, gate: int) -> list[int]:
        """The frames around a gate that have not begun, from the inside out."""
        return [frame for frame in self._around(gate) if frame not in self._open]

    def _begins(self, frame: int) -> bool:
        return frame in self._levels[self._program.frames[frame].around].frames

    def _frame(self, node: int) -> int:
        return self._program.columns.frames[node]

    def _around(self, node: int) -> Sequence[int]:
        """The frames that a node is in, from the inside out; not the program itself."""
        around, frame = list[int](), self._frame(node)
        while frame:
            around.append(frame)
            frame = self._program.frames[frame].around
        return around

    def _entered(self, gate: int, operand: int) -> Iterator[int]:
        """The frames that a wire from a gate to what it reads leads into."""
        if self._frame(operand) and self._frame(operand) != self._frame(gate):
            own = {*self._around(gate)}
            yield from (frame for frame in self._around(operand) if frame not in own)
