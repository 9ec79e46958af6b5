"""The calls and repetitions of a run as a debugger has them: which steps are theirs, and where one comes that steps over them.

The gates of a call stand one behind the other, so its steps do too: some of the forward pass, and some of the backward pass. To
step over it is to go to the last of them. Whoever is at a step within it has opened it, and those around it.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphstep.engine.trace import Trace
from graphstep.ground.late import np


def frame_at(trace: Trace, n: int) -> int:
    """The innermost call or turn that a step belongs to; 0 for the start, the seed and updates, and outside of all."""
    if not trace.program.frames or n == trace.seed_step or n > trace.last_backward_step:
        return 0
    gate = trace.gate_at(n)
    return 0 if gate is None else trace.node(gate).frame


def around(trace: Trace, frame: int) -> Iterator[int]:
    """A frame, and those around it from the inside out; the last is the program."""
    yield frame
    while frame:
        frame = trace.program.frames[frame].around
        yield frame


def steps_of_frame(trace: Trace, frame: int, *, backward: bool) -> range:
    """The steps of a frame in one of the passes; none where no gradient passes it, or where it has no gates."""
    gates = trace.program.gates_of_frames[frame]
    if not gates:
        return range(0)
    if not backward:
        return range(trace.step_of_value(gates.start), trace.step_of_value(gates.stop - 1) + 1)
    at_work = trace.gates_at[trace.seed_step :]
    if trace.order is not None:
        # Whatever the order, a frame goes on as one (readiness.py): its steps stand side by side.
        own = np.flatnonzero((at_work >= gates.start) & (at_work < gates.stop))
        return range(trace.seed_step + 1 + int(own[0]), trace.seed_step + 2 + int(own[-1])) if len(own) else range(0)
    # The gate at work comes nearer to the inputs with every step; the number has the type of the column.
    ascending = at_work[::-1]
    above = len(ascending) - int(ascending.searchsorted(np.int32(gates.stop)))
    below = len(ascending) - int(ascending.searchsorted(np.int32(gates.start)))
    return range(trace.seed_step + 1 + above, trace.seed_step + 1 + below)


def extent(trace: Trace, frame: int, n: int) -> range:
    """The steps of a frame in the pass that a step belongs to."""
    return steps_of_frame(trace, frame, backward=n >= trace.seed_step)


def outermost_at(trace: Trace, n: int) -> int:
    """The outermost frame in which a step is not in the midst of another: where it is the last step of a call, the one around."""
    for frame in around(trace, frame_at(trace, n)):
        if not frame or n != extent(trace, frame, n).stop - 1:
            return frame
    return 0


def open_at(trace: Trace, n: int, within: int = 0) -> int:
    """The frame that is open at a step, for somebody who was within one: that, as far as the step belongs to it, or as many more
    as it takes to be at the step.
    """
    if not trace.program.frames:
        return 0
    own = [*around(trace, frame_at(trace, n))]
    # Both ways out end at the program itself, frame 0: there is one that is on both.
    kept = next(frame for frame in around(trace, within) if frame in own)
    outermost = outermost_at(trace, n)
    return kept if outermost in around(trace, kept) else outermost


def closed_at(trace: Trace, n: int, within: int) -> int:
    """The closed frame, one level inside another, that a step belongs to; 0 where it belongs to none."""
    inner = 0
    for frame in around(trace, frame_at(trace, n)):
        if frame == within:
            return inner
        inner = frame
    return 0


def next_step(trace: Trace, n: int, within: int, to: int) -> int:
    """Where a move from step ``n`` to a later one ends that goes over calls as one."""
    for frame in around(trace, within):
        # The innermost open call that the next step still belongs to; behind its last step that is one further out.
        if frame in around(trace, frame_at(trace, n + 1)):
            closed = closed_at(trace, n + 1, frame)
            return extent(trace, closed, n + 1).stop - 1 if closed else to
    return to


def previous_step(trace: Trace, n: int, within: int, to: int) -> int:
    """Where a move from step ``n`` to an earlier one ends that goes over calls as one."""
    closed = closed_at(trace, n, within)
    return extent(trace, closed, n).start - 1 if closed else to
