"""Moving through the steps."""

from __future__ import annotations

from typing import Literal

from graphstep.debugger.calls import back, forth
from graphstep.debugger.commands import Argument, Done, Rule, arrived
from graphstep.debugger.facts import AtEnd, Fact, Held, Moved, NoStep, UnfitError, notice
from graphstep.debugger.frames import at_position, frame_name, left
from graphstep.debugger.state import State, moved
from graphstep.ground.errors import InputError


def at_end(state: State) -> Fact | None:
    """Why no step can be made from here."""
    if state.at < state.last:
        return None
    return AtEnd() if state.at == len(state.trace) else _held(state)


def _held(state: State) -> Fact:
    """What holds the run before its end: a gate that is open and has no gradient yet, or the lesson."""
    return notice("reply-pending", frame=frame_name(state.frames[-1])) if state.frames else Held()


def at_start(state: State) -> Fact | None:
    """Why no step can be made back from here."""
    return None if state.at else notice("reply-at-start")


def _no_way_on(state: State) -> Fact | None:
    """Why no step can be made from here; from the end of an opened gate one leads out of it."""
    return None if state.frames else at_end(state)


def _no_way_back(state: State) -> Fact | None:
    return None if state.frames else at_start(state)


def _to(state: State, n: int) -> Done:
    after = moved(state, n)
    held = () if after.at == n else (_held(state),)
    if held and after.at == state.at:
        return Done(after, held)
    facts: tuple[Fact, ...] = (Moved(state.at, after.at), *held)
    # At the end of a run in another order: that the gradients came out the same is what the choice was for.
    if after.at == len(after.trace) and after.trace.order is not None and not after.frames:
        from graphstep.debugger.commands.order import same_gradients

        facts = (*facts, same_gradients(after.trace))
    return Done(after, facts)


def _on(state: State, n: int) -> Done:
    """A step on, or as far as it goes inside an opened gate; from its end, out of it."""
    return _to_stop(state, _way_on(state, n), 1)


def _way_on(state: State, n: int) -> Done:
    if state.frames and state.at >= state.last:
        return _out(state, 1)
    return _to(state, min(n, state.last) if state.frames else n)


def _back_to(state: State, n: int) -> Done:
    return _to_stop(state, _out(state, -1) if state.frames and not state.at else _to(state, n), -1)


def _to_stop(state: State, done: Done, way: Literal[1, -1]) -> Done:
    """A move, or as much of it as leads to the first breakpoint on its way: one inside what is stepped over stops too."""
    if not (state.nodes or state.conditions or state.shelves):
        return done
    from graphstep.debugger.commands.breakpoints import stopped
    from graphstep.debugger.stops import stop_between

    assert isinstance(done.state, State), "a move is within a run"
    stop = stop_between(state, done.state, way)
    return done if stop is None else stopped(state, stop)


def _out(state: State, way: Literal[1, -1]) -> Done:
    return Done(left(state, way), (notice("reply-left", frame=frame_name(state.frames[-1])),))


def _step(state: State, _: Argument) -> Done:
    if state.score is not None and state.at < state.last:
        # Questions and how they are marked are loaded where they are asked.
        from graphstep.debugger.commands import predictions

        if (asked := predictions.ask(state)) is not None:
            return asked
    return _on(state, forth(state, state.at + 1))


def _back(state: State, _: Argument) -> Done:
    return _back_to(state, back(state, state.at - 1))


def _over(state: State, _: Argument) -> Done:
    return _on(state, forth(state, state.trace.over(state.at)))


def _back_over(state: State, _: Argument) -> Done:
    return _back_to(state, back(state, state.trace.back_over(state.at)))


def _finish(state: State, _: Argument) -> Done:
    # To the end, whatever is on the way.
    return _way_on(state, state.end_of_phase)


def _first(state: State, _: Argument) -> Done:
    return _to(state, 0)


def _last(state: State, _: Argument) -> Done:
    # In a lesson the very end is asked for, so that the reply says what holds the learner before it.
    return _to(state, state.last if state.frames else len(state.trace))


def _jump(state: State, argument: Argument) -> Done:
    if isinstance(argument, str) and "/" in argument:
        try:
            after = at_position(state, argument)
        except InputError:
            raise UnfitError(NoStep(argument)) from None
        return Done(after, arrived(state, after))
    n = argument if isinstance(argument, int) else number_of(str(argument))
    if n is None or not 0 <= n <= len(state.trace):
        raise UnfitError(NoStep(str(argument)))
    return _to(state, n)


def number_of(text: str) -> int | None:
    """The number of a step or a round as it was typed; None for what is none."""
    # Steps are printed with commas between their thousands, and may be typed so.
    word = text.strip().replace(",", "")
    # A number of a thousand digits is none.
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 16 else None


RULES = {
    "step": Rule(_step, _no_way_on),
    "back": Rule(_back, _no_way_back),
    "over": Rule(_over, _no_way_on),
    "back_over": Rule(_back_over, _no_way_back),
    "finish": Rule(_finish, _no_way_on),
    "first": Rule(_first, at_start),
    "last": Rule(_last, at_end),
    "jump": Rule(_jump),
}
"""What the actions that move do."""
