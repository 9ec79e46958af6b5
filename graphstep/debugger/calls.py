"""Calls and repetitions in the debugger: stepped over as one, opened, closed, and the positions inside them."""

from __future__ import annotations

from dataclasses import replace

from graphstep.debugger.state import State, moved, without_question
from graphstep.engine.calls import around, extent, frame_at, next_step, open_at, outermost_at, previous_step, steps_of_frame


def forth(state: State, to: int) -> int:
    """Where a step on ends that leads to step ``to`` where no call is in the way. A prediction opens it."""
    return next_step(state.trace, state.at, state.within, to) if state.score is None else to


def back(state: State, to: int) -> int:
    """The same for a step back."""
    return previous_step(state.trace, state.at, state.within, to) if state.score is None else to


def call_of_node(state: State, node: int | None) -> int:
    """The closed call that a node is in, one level inside what is open; 0 where it is in none."""
    inner = 0
    # From the inside out: the last one that is passed before the open one is the one that stands closed inside it.
    for frame in around(state.trace, 0 if node is None else state.trace.node(node).frame):
        if frame == state.within:
            return inner
        inner = frame
    return 0


def opened_call(state: State, frame: int) -> State:
    """The state inside a call at the first that happens there, in the pass that is walked through."""
    trace = state.trace
    steps = extent(trace, frame, state.at) or steps_of_frame(trace, frame, backward=False)
    if steps.start > state.last:
        from graphstep.debugger.facts import Held, UnfitError

        raise UnfitError(Held())
    first = next_step(trace, steps.start - 1, frame, steps.start)
    after = moved(state, first)
    return replace(after, within=open_at(trace, after.at, frame))


def closed_once(state: State) -> State:
    """The state at the last step of the call that is open, with that call closed."""
    trace, frame = state.trace, state.within
    outer = trace.program.frames[frame].around
    steps = extent(trace, frame, state.at)
    at = min(steps.stop - 1, state.last) if state.at in steps else state.at
    return replace(without_question(state), at=at, within=open_at(trace, at, outer))


def call_names(state: State) -> list[int]:
    """The calls that are open, from the outside in."""
    # From the inside out, and the last is the program itself, which is no call.
    return [*around(state.trace, state.within)][-2::-1]


def position_within(state: State) -> str:
    """The step of a state, and where calls are open that need not be, the way into them: ``12/f/3``."""
    trace, outermost = state.trace, outermost_at(state.trace, state.at)
    text = str(state.at)
    opened = []
    for frame in around(trace, state.within):
        if frame == outermost:
            break
        opened.append(frame)
    for frame in reversed(opened):
        text += f"/{trace.program.frames[frame].label}/{_number(state, frame)}"
    return text


def _number(state: State, frame: int) -> int:
    """Which step of a frame the one on show is, counted through both passes."""
    # The two passes of a frame lie far apart in the run and are one row of numbers here, as at_position_within() reads them.
    forward = steps_of_frame(state.trace, frame, backward=False)
    if state.at in forward:
        return state.at - forward.start + 1
    return len(forward) + state.at - steps_of_frame(state.trace, frame, backward=True).start + 1


def at_position_within(state: State, name: str, step: int, text: str) -> State:
    """The state at a step of a call, by the name of the call in the one that is open; UnfitError where there is none such."""
    from graphstep.debugger.facts import NoNode, NoStep, UnfitError

    trace, frames = state.trace, state.trace.program.frames
    # A label need not be the only one of its kind: the frame that the place is in, or next to, is meant.
    near = [*around(trace, frame_at(trace, state.at)), *around(trace, frame_at(trace, min(state.at + 1, state.last)))]
    frame = next((x for x in [*near, *range(1, len(frames))] if x and frames[x].label == name), None)
    if frame is None:
        raise UnfitError(NoNode(name))
    forward, backward = (steps_of_frame(trace, frame, backward=way) for way in (False, True))
    if not 1 <= step <= len(forward) + len(backward):
        raise UnfitError(NoStep(text))
    at = forward[step - 1] if step <= len(forward) else backward[step - len(forward) - 1]
    return replace(moved(state, at), within=frame)


def is_call(state: State, name: str) -> bool:
    """Whether a call or a repetition of the run on show has this name."""
    return any(frame.label == name for frame in state.trace.program.frames[1:])
