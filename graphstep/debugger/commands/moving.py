"""Moving through the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.debugger.commands import Done, Rule
from graphstep.debugger.facts import AtEnd, AtStart, Held, Moved, NoStep, UnfitError
from graphstep.debugger.state import moved

if TYPE_CHECKING:
    from graphstep.debugger.commands import Argument
    from graphstep.debugger.facts import Fact
    from graphstep.debugger.state import State


def at_end(state: State) -> Fact | None:
    """Why no step can be made from here."""
    if state.at < state.last:
        return None
    return AtEnd() if state.at == len(state.trace) else Held(state.at)


def at_start(state: State) -> Fact | None:
    """Why no step can be made back from here."""
    return None if state.at else AtStart()


def _to(state: State, n: int) -> Done:
    after = moved(state, n)
    held = () if after.at == n else (Held(after.at),)
    return Done(after, held if held and after.at == state.at else (Moved(state.at, after.at), *held))


def _step(state: State, _: Argument) -> Done:
    from graphstep.debugger.commands import predicting

    return predicting.ask(state) or _to(state, state.at + 1)


def _back(state: State, _: Argument) -> Done:
    return _to(state, state.at - 1)


def _over(state: State, _: Argument) -> Done:
    return _to(state, state.trace.over(state.at))


def _back_over(state: State, _: Argument) -> Done:
    return _to(state, state.trace.back_over(state.at))


def _finish(state: State, _: Argument) -> Done:
    return _to(state, state.end_of_phase)


def _first(state: State, _: Argument) -> Done:
    return _to(state, 0)


def _last(state: State, _: Argument) -> Done:
    return _to(state, len(state.trace))


def _jump(state: State, argument: Argument) -> Done:
    n = argument if isinstance(argument, int) else _number(str(argument))
    if n is None or not 0 <= n <= len(state.trace):
        raise UnfitError(NoStep(str(argument)))
    return _to(state, n)


def _number(text: str) -> int | None:
    word = text.strip().replace(",", "")
    # A number of a thousand digits is none.
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 16 else None


RULES = {
    "step": Rule(_step, at_end),
    "back": Rule(_back, at_start),
    "over": Rule(_over, at_end),
    "back_over": Rule(_back_over, at_start),
    "finish": Rule(_finish, at_end),
    "first": Rule(_first, at_start),
    "last": Rule(_last, at_end),
    "jump": Rule(_jump),
}
"""What the actions that move do."""
