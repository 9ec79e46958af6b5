"""The commands of a training: rounds, parameters and files, without a screen and without training anything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graphstep.debugger import effects, facts
from graphstep.debugger.actions import ACTIONS, SETS
from graphstep.debugger.session import Command, allowed, perform
from graphstep.debugger.training import TrainingState
from graphstep.faces.keymap import screen_keys
from graphstep.faces.repl.lines import prompt_keys
from graphstep.faces.replies import training_sentence

START = TrainingState(3)
TEN = START.trained(10, running=False)
STATES = (START, TEN, TrainingState(1, first=5).trained(8, running=False), START.trained(4, running=True))
commands = st.builds(Command, st.sampled_from([a.id for a in ACTIONS]), st.sampled_from([None, None, "3", "99", "x", 7, "a.svg"]))


@given(st.sampled_from(STATES), st.lists(commands, max_size=12))
def test_commands_in_any_order_keep_the_promises_of_the_session(state: TrainingState, walk: list[Command]) -> None:
    for command in walk:
        after, reply = perform(state, command)
        assert perform(state, command) == (after, reply)
        assert allowed(state, command.action) == (reply.status != "refused")
        assert reply.facts or reply.effects
        assert (after == state) == (not reply.changed)
        assert after.at is None or 0 <= after.at < after.rounds
        assert 0 <= after.selected < after.parameters
        for keys in (screen_keys(), prompt_keys("training")):
            assert all(training_sentence(state, fact, keys) or reply.status == "done" for fact in reply.facts)
        state = after


def test_one_round_on_is_looked_at_or_trained() -> None:
    assert perform(START, Command("round"))[1].effects == (effects.Train(1),)
    assert perform(START, Command("train"))[1].effects == (effects.Train(None),)
    assert perform(TEN, Command("ten"))[1].effects == (effects.Train(10),)
    back, _ = perform(TEN, Command("round_back"))
    assert back.at == 8
    assert perform(back, Command("round"))[0] == TEN
    assert perform(back, Command("ten"))[0] == TEN, "behind the last one another key is needed"
    assert perform(TEN, Command("round_first"))[0].at == perform(TEN, Command("round_at", "0"))[0].at == 0


def test_what_cannot_be_done_is_said() -> None:
    for action in ("round_back", "ten_back", "round_first", "round_last", "round_at", "round_into"):
        assert perform(START, Command(action))[1].facts == (facts.notice("training-no-round-yet"),)
    first, _ = perform(TEN, Command("round_first"))
    assert perform(first, Command("round_back"))[1].facts == (facts.notice("training-first-round"),)
    assert perform(TEN, Command("round_at", "99"))[1].facts == (facts.notice("training-no-round", text="99", last=9),)
    resumed, _ = perform(TrainingState(1, first=5).trained(8, running=False), Command("round_first"))
    assert perform(resumed, Command("round_into"))[1].facts == (facts.notice("training-round-before", first=5),)
    _, reply = perform(TEN, Command("round_at", "99"))
    assert training_sentence(TEN, reply.facts[0], screen_keys()) == "There is no round 99: the rounds are 0 to 9."


def test_while_rounds_are_trained_it_is_paused_first() -> None:
    running = START.trained(4, running=True)
    assert perform(running, Command("train"))[1].effects == perform(running, Command("round"))[1].effects == (effects.Pause(),)
    for action, argument in (("round_back", None), ("round_into", None), ("round_at", 2), ("save", "a.npz")):
        assert perform(running, Command(action, argument))[1].effects == (effects.Pause(action, argument),)
    assert perform(TEN, Command("pause"))[1].facts == (facts.notice("training-not"),)


def test_every_row_of_a_training_has_a_rule_or_is_the_faces_own() -> None:
    for action in SETS["training"]:
        _, reply = perform(TEN, Command(action.id))
        own = any(isinstance(effect, effects.Own) for effect in reply.effects)
        assert own == (not action.commands)
