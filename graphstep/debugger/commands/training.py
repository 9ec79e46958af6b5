"""A training: its rounds are trained, looked at and stepped through, its parameters chosen, its state written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from graphstep.debugger.commands import Argument, Done, Rule
from graphstep.debugger.commands.moves import number_of
from graphstep.debugger.effects import Enter, Pause, Report, Save, Train
from graphstep.debugger.facts import Fact, ParameterShown, RoundShown, UnfitError, notice
from graphstep.debugger.training import TrainingState

TEN = 10
"""Rounds of a long move."""


def _go(state: TrainingState, k: int) -> Done:
    # A long move from near an end goes to the end.
    k = min(max(k, 0), state.rounds - 1)
    return Done(replace(state, at=k), (RoundShown(),))


def _train(state: TrainingState, _: Argument) -> Done:
    return Done(state, effects=(Pause() if state.running else Train(None),))


def _not_training(state: TrainingState) -> Fact | None:
    return None if state.running else notice("training-not")


def _pause(state: TrainingState, _: Argument) -> Done:
    return Done(state, effects=(Pause(),))


def _on(state: TrainingState, rounds: int) -> Done:
    """Some rounds on: those that were trained are looked at, behind the last one others are trained."""
    if state.running:
        # A key to go on while rounds are trained looks at the one that was just trained.
        return Done(state, effects=(Pause(),))
    if state.at is None or state.at == state.rounds - 1:
        return Done(state, effects=(Train(rounds),))
    return _go(state, state.at + rounds)


def _none_before(state: TrainingState) -> Fact | None:
    if state.at is None and not state.running:
        return notice("training-no-round-yet")
    return notice("training-first-round") if state.at == 0 and not state.running else None


def _none_yet(state: TrainingState) -> Fact | None:
    return notice("training-no-round-yet") if state.at is None and not state.running else None


def _paused(action: str, do: Callable[[TrainingState, Argument], Done]) -> Callable[[TrainingState, Argument], Done]:
    """What an action does once no round is being trained."""

    def perform(state: TrainingState, argument: Argument) -> Done:
        if state.running:
            assert not isinstance(argument, tuple), "rounds and files are named by a number or a text"
            return Done(state, effects=(Pause(action, argument if isinstance(argument, str | int) else None),))
        return do(state, argument)

    return perform


def _back(rounds: int) -> Callable[[TrainingState, Argument], Done]:
    return lambda state, _: _go(state, (state.at or 0) - rounds)


def _at(state: TrainingState, argument: Argument) -> Done:
    k = argument if isinstance(argument, int) else number_of(str(argument))
    if k is None or not 0 <= k < state.rounds:
        raise UnfitError(notice("training-no-round", text=str(argument), last=state.rounds - 1))
    return _go(state, k)


def _cannot_enter(state: TrainingState) -> Fact | None:
    # Of the rounds before a training was resumed there is the history, and no run.
    lost = state.at is not None and state.at < state.first and not state.running
    return notice("training-round-before", first=state.first) if lost else _none_yet(state)


def _into(state: TrainingState, _: Argument) -> Done:
    assert state.at is not None, "it is refused before the first round"
    return Done(state, effects=(Enter(state.at),))


def _select(way: int) -> Callable[[TrainingState, Argument], Done]:
    def select(state: TrainingState, argument: Argument) -> Done:
        # A click names the parameter.
        chosen = argument if isinstance(argument, int) else state.selected + way
        place = min(max(chosen, 0), state.parameters - 1)
        return Done(replace(state, selected=place), (ParameterShown(),))

    return select


def _save(state: TrainingState, argument: Argument) -> Done:
    return Done(state, effects=(Save(str(argument)),))


def _report(state: TrainingState, argument: Argument) -> Done:
    return Done(state, effects=(Report(str(argument)),))


RULES = {
    "train": Rule(_train),
    "pause": Rule(_pause, _not_training),
    "round": Rule(lambda state, _: _on(state, 1)),
    "ten": Rule(lambda state, _: _on(state, TEN)),
    "round_back": Rule(_paused("round_back", _back(1)), _none_before),
    "ten_back": Rule(_paused("ten_back", _back(TEN)), _none_before),
    "round_first": Rule(_paused("round_first", lambda state, _: _go(state, 0)), _none_yet),
    "round_last": Rule(_paused("round_last", lambda state, _: _go(state, state.rounds - 1)), _none_yet),
    "round_at": Rule(_paused("round_at", _at), _none_yet),
    "round_into": Rule(_paused("round_into", _into), _cannot_enter),
    "parameter_up": Rule(_select(-1)),
    "parameter_down": Rule(_select(1)),
    "save": Rule(_paused("save", _save)),
    "report": Rule(_paused("report", _report)),
}
"""What the actions of a training do."""
