"""Training on the screen: started and paused, walked back, stepped into, saved; a thread trains, and keys never wait for it."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual import events
from textual.widgets import Input

import graphstep as gs
from graphstep.debugger.actions import SETS
from graphstep.engine.training import Settings, Training, read_batch, read_held_out
from graphstep.faces.export.training.formats import write
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.commands.training import DOES
from graphstep.faces.tui.panes.curve import CurvePlot
from graphstep.faces.tui.round import RoundScreen
from graphstep.faces.tui.training import TrainingScreen
from graphstep.gates.optimizers import optimizer, settings_of
from graphstep.ground.widths import cell_width
from graphstep.language.read import read
from tests.faces.tui.driving import LARGE, SMALL, frame

LINE = "(w*x - y)^2"
LINE_INPUTS = {"w": 0.0, "x": 1.0, "y": 2.0}
FOREVER = 10**7
NETWORK = "mean((tanh(X@W + b)@v - y)^2)"


def network_inputs():
    rng = np.random.default_rng(3)
    points = rng.standard_normal((40, 3))
    return {
        "X": points,
        "y": np.sin(points[:, 0]),
        "W": rng.standard_normal((3, 8)) / 2,
        "b": np.zeros(8),
        "v": rng.standard_normal(8) / 2,
    }


def training(text=LINE, inputs=LINE_INPUTS, params=("w",), rounds=20, rate="0.1", by="sgd", **more) -> Training:
    row = optimizer(by)
    return Training(read(text, inputs), inputs, Settings(params, row, settings_of(row, {}), rate, rounds, **more))


def a_network(rounds=60) -> Training:
    batch, held_out = read_batch("X,y:8"), read_held_out("X,y:0.2", 5)
    return training(NETWORK, network_inputs(), ("W", "b", "v"), rounds, "0.05", "momentum", batch=batch, held_out=held_out)


class Driver:
    """An open training screen."""

    def __init__(self, app, pilot) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> TrainingScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, TrainingScreen))

    @property
    def trainer(self):
        return self.screen.trainer

    async def press(self, *keys: str) -> None:
        """Press keys, each when what the one before began is done."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def key(self, key: str) -> None:
        """Press a key while rounds are trained: the pilot would wait until the processor has nothing to do."""
        self.app.post_message(events.Key(key, None))
        await asyncio.sleep(0.05)

    async def settle(self) -> None:
        """Wait until no round is trained and the round that is looked at is known."""
        screen = self.screen
        await self.until(
            lambda: not screen.trainer.running and (screen.state.at is None or screen.trace is not None or self.lost())
        )
        await self.pilot.pause()

    def lost(self) -> bool:
        return self.screen.state.at < self.screen.training.first

    async def until(self, holds) -> None:
        for _ in range(30_000):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never became true")

    def frame(self) -> str:
        return frame(self.app)

    @property
    def message(self) -> str:
        return self.screen.keys.message


@asynccontextmanager
async def opened(made: Training, size=SMALL, **options):
    app = GraphstepApp(TrainingScreen(made, **options))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Driver(app, pilot)


def drive(play, made: Training | None = None, size=SMALL, **options) -> None:
    async def scene() -> None:
        async with opened(made or training(), size, **options) as driver:
            await play(driver)

    asyncio.run(scene())


def test_nothing_is_trained_until_a_key_asks_for_it_and_one_round_on_trains_one() -> None:
    async def play(d) -> None:
        await d.pilot.pause(0.15)
        assert d.trainer.rounds == 0
        assert "ready" in d.frame()
        assert "no round of 20 yet" in d.frame()
        await d.press("left")
        assert "No round was trained yet" in d.message
        await d.press("enter")
        assert "No round was trained yet" in d.message
        await d.press("right")
        assert d.trainer.rounds == 1
        assert d.screen.state.at == 0
        frame = d.frame()
        assert "round 0 of 20" in frame
        assert "loss 4" in frame
        assert "0 → 0.4" in frame
        assert "w ← w - α · df/dw" in frame
        assert "= 0 - 0.1 · (-4)" in frame

    drive(play)


def test_all_rounds_are_trained_as_python_does_and_it_says_so() -> None:
    async def play(d) -> None:
        await d.press("right", "pagedown", "space")
        assert d.trainer.rounds == 20
        assert d.screen.state.at == 19
        assert d.message == "All 20 rounds are done."
        await d.press("space")
        assert d.trainer.rounds == 20
        assert d.message == "All 20 rounds are done."
        done = gs.train(LINE, params=["w"], lr=0.1, steps=20, **LINE_INPUTS)
        assert d.screen.training.history.losses == done.history.losses
        assert d.screen.training.params == done.params

    drive(play)


def test_a_pause_keeps_what_was_trained_and_space_goes_on() -> None:
    async def play(d) -> None:
        await d.key("space")
        await d.until(lambda: d.trainer.rounds > 50)
        assert "training" in d.frame()
        await d.press("space")
        before = d.trainer.rounds
        await d.pilot.pause(0.1)
        assert d.trainer.rounds == before > 50
        assert d.screen.state.at == before - 1
        assert "paused" in d.frame()
        await d.key("space")
        await d.until(lambda: d.trainer.rounds > before)
        await d.press("escape")
        assert d.trainer.state == "paused"

    drive(play, training(rounds=FOREVER, rate="0.0001"))


def test_rounds_that_were_run_are_found_again_to_the_bit() -> None:
    async def play(d) -> None:
        losses, values = [], []
        for _ in range(6):
            await d.press("right")
            losses.append(d.screen.trace.output)
            values.append({name: np.array(value) for name, value in d.screen.trace.inputs.items()})
        for k in (4, 3, 2, 1, 0):
            await d.press("left")
            assert d.screen.state.at == k
            assert d.screen.trace.output == losses[k]
            for name, value in values[k].items():
                assert np.array_equal(d.screen.trace.inputs[name], value)
        await d.press("left")
        assert d.message == "This is the first round."
        assert d.trainer.rounds == 6

    drive(play, a_network())


def test_a_narrow_window_has_room_for_both_losses() -> None:
    async def play(d) -> None:
        await d.press("space", "left")
        line = d.frame().splitlines()[1]
        assert "round 58 of 60  loss " in line
        assert "held-out 0." in line
        assert "…" not in line

    drive(play, a_network())


def test_a_training_speaks_the_language_of_its_program() -> None:
    async def play(d) -> None:
        await d.press("space")
        assert d.message == "20 轮全部完成。"
        await d.press("l")
        frame = d.frame()
        assert [word for word in ("已停止", "第 19 轮，共 20 轮", "参数", "‖梯度‖") if word not in frame] == []
        assert not re.search("round|loss|parameter|stopped|logarithmic|gradient", frame)
        await d.press("enter")
        assert "esc 回到训练" in d.frame()

    chinese = training()
    chinese.setup = replace(chinese.setup, language="zh")
    drive(play, chinese)


def test_wide_names_of_parameters_keep_the_columns() -> None:
    async def play(d) -> None:
        await d.press("right")
        rows = [line for line in d.frame().splitlines() if line.startswith(("│ 权重 ", "│ b ")) and "→" in line]
        assert [cell_width(re.split(r"(?=\d)", row)[0]) for row in rows] == [12, 12]
        assert {cell_width(row) for row in rows} == {SMALL[0]}

    drive(play, training("(权重*x + b - y)^2", {"权重": 0.0, "b": 0.0, "x": 1.0, "y": 2.0}, ("权重", "b")))


def test_a_round_is_gone_to_by_its_number() -> None:
    async def play(d) -> None:
        await d.press("pagedown", "g", "9", "9", "enter")
        assert "There are rounds 0 to 9" in d.frame()
        await d.press("backspace", "backspace", "7", "enter")
        assert d.screen.state.at == 7

    drive(play)


def test_a_round_is_stepped_through_with_its_updates_and_left_again() -> None:
    async def play(d) -> None:
        await d.press("right", "right", "left", "enter")
        screen = d.app.screen
        assert isinstance(screen, RoundScreen)
        assert screen.now.round == 0
        assert "esc goes back to the training" in d.frame()
        await d.pilot.press("end")
        await d.pilot.pause()
        assert screen.now.phase == "update"
        assert "sgd updates w" in d.frame()
        for key in ("escape", "u", "q"):
            await d.pilot.press(key)
            await d.pilot.pause()
            assert d.app.screen is d.screen
            assert d.screen.state.at == 0
            await d.press("enter")
            assert isinstance(d.app.screen, RoundScreen)

    drive(play)


def test_inputs_edited_in_a_round_give_other_updates_and_the_training_stays() -> None:
    async def play(d) -> None:
        await d.press("right", "enter")
        await d.pilot.press("end", "e")
        await d.pilot.pause()
        d.app.screen.query(Input).first().value = "1"
        await d.pilot.pause()
        await d.pilot.press("enter")
        await d.pilot.pause()
        edited = d.app.screen.now.trace
        assert edited.updates[0].before == 1.0
        assert edited.updates[0].after == pytest.approx(1.2)
        await d.pilot.press("escape", "escape")
        await d.pilot.pause()
        assert d.screen.trace.updates[0].before == 0.0

    drive(play)


def test_escape_takes_a_selection_away_before_it_leaves_a_round() -> None:
    async def play(d) -> None:
        await d.press("right", "i")
        await d.pilot.press("tab", "escape")
        await d.pilot.pause()
        assert isinstance(d.app.screen, RoundScreen)
        await d.pilot.press("escape")
        await d.pilot.pause()
        assert d.app.screen is d.screen

    drive(play)


def test_enter_pauses_a_training_and_opens_the_round_that_it_got_to() -> None:
    async def play(d) -> None:
        await d.key("space")
        await d.until(lambda: d.trainer.rounds > 20)
        await d.key("enter")
        await d.until(lambda: isinstance(d.app.screen, RoundScreen))
        await d.pilot.pause()
        assert not d.trainer.running
        assert d.app.screen.now.round == d.trainer.rounds - 1

    drive(play, training(rounds=FOREVER, rate="0.0001"))


def test_the_command_that_tells_a_round_is_copied() -> None:
    async def play(d) -> None:
        await d.press("right", "enter")
        await d.pilot.press("y")
        await d.pilot.pause()
        assert d.app.clipboard == f"graphstep train '{LINE}' w=0 x=1 y=2 --params w --lr 0.1 --steps 20 --at-round 0"
        assert f"copied: graphstep train '{LINE}'" in d.app.screen.keys.message

    drive(play)


def test_where_it_diverged_is_marked_and_that_round_has_no_update() -> None:
    async def play(d) -> None:
        await d.press("space")
        assert "The loss was inf in round 5" in d.message
        frame = d.frame()
        assert "│ not finite" in frame
        assert "no update" in frame
        assert d.screen.training.diverged
        assert d.screen.state.at == 5
        await d.press("enter")
        await d.pilot.press("end")
        await d.pilot.pause()
        assert d.app.screen.now.phase == "backward"

    drive(play, training("x^4", {"x": 3.0}, ("x",), rate="1"))


def test_the_scale_is_logarithmic_where_that_shows_more_and_a_key_changes_it() -> None:
    async def play(d) -> None:
        await d.press("space")
        plot = d.screen.query_one("#training-loss", CurvePlot)
        assert not plot.is_log
        await d.press("l")
        assert plot.is_log
        assert "loss, logarithmic" in d.frame()
        await d.press("l")
        assert not plot.is_log

    drive(play, training(rounds=8))


def test_a_loss_that_is_never_positive_has_no_logarithmic_scale() -> None:
    async def play(d) -> None:
        await d.press("right", "right", "l")
        assert "there is no logarithmic scale" in d.message

    drive(play, training("-(w^2)", {"w": 1.0}))


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_norms_of_gradients_are_told_apart_by_signs(size) -> None:
    async def play(d) -> None:
        await d.press("pagedown", "n")
        frame = d.frame()
        assert "● ‖∇W‖  ▲ ‖∇b‖  ■ ‖∇v‖" in frame
        assert ("○ held-out loss" in frame) == (size == LARGE)
        await d.press("n")
        assert "‖∇W‖" not in d.frame()
        assert "○ held-out loss" in d.frame()

    drive(play, a_network(), size)


def test_up_and_down_choose_the_parameter_whose_update_is_told() -> None:
    async def play(d) -> None:
        await d.press("right")
        assert "momentum updates W" in d.frame()
        await d.press("down")
        assert "momentum updates b" in d.frame()
        await d.press("down", "down", "down")
        assert "momentum updates v" in d.frame()
        await d.press("up")
        assert "momentum updates b" in d.frame()

    drive(play, a_network())


async def _type(d, text: str) -> None:
    field = d.app.screen.query_one(Input)
    field.value = text
    await d.pilot.pause()


def test_a_training_is_exported(tmp_path: Path) -> None:
    async def play(d) -> None:
        await d.press("right", "right")
        for suffix in (".svg", ".md", ".csv", ".json", ".txt"):
            target = tmp_path / f"training{suffix}"
            await d.press("x")
            await _type(d, str(target))
            await d.pilot.press("enter")
            await d.until(lambda target=target: d.message.startswith("Wrote") and target.name in d.message)
            write(d.screen.training, tmp_path / f"again{suffix}")
            assert target.read_bytes() == (tmp_path / f"again{suffix}").read_bytes()

    drive(play)


def test_export_asks_before_it_overwrites_and_for_a_suffix_that_it_knows(tmp_path: Path) -> None:
    async def play(d) -> None:
        target = tmp_path / "there.csv"
        target.write_text("mine")
        await d.press("right", "x")
        # A name that cannot be one is no file that is there; that it cannot is said when it is written.
        await _type(d, "n" * 300)
        await _type(d, "curve.png")
        await d.pilot.press("enter")
        await d.pilot.pause()
        assert "end it in .svg" in d.frame()
        await _type(d, str(target))
        await d.pilot.press("enter")
        await d.pilot.pause()
        assert target.read_text() == "mine"
        await d.pilot.press("enter")
        await d.until(lambda: d.message.startswith("Wrote"))
        assert target.read_text().startswith("round,loss")

    drive(play)


def test_nothing_to_export_and_a_folder_that_is_not_there_are_said(tmp_path: Path) -> None:
    async def play(d) -> None:
        await d.press("x")
        await _type(d, str(tmp_path / "a.svg"))
        await d.pilot.press("enter")
        await d.until(lambda: "there is no round to show" in d.message)
        await d.press("s")
        await _type(d, str(tmp_path / "none" / "a.npz"))
        await d.pilot.press("enter")
        await d.until(lambda: "cannot be written" in d.message)

    drive(play)


def test_a_saved_state_is_resumed_and_its_older_rounds_are_numbers_only(tmp_path: Path) -> None:
    state = tmp_path / "state.npz"

    async def save(d) -> None:
        await d.press("pagedown", "s")
        assert d.app.screen.query_one(Input).value == str(state)
        await d.pilot.press("enter")
        await d.until(lambda: d.message.startswith("Wrote"))

    async def go_on(d) -> None:
        assert d.screen.state.at == 9
        assert "round 9 of 20" in d.frame()
        await d.pilot.press("enter")
        await d.pilot.pause()
        assert "rounds from 10 on" in d.message
        await d.press("end")
        await d.press("right", "enter")
        assert isinstance(d.app.screen, RoundScreen)
        assert d.app.screen.now.round == 10

    from graphstep.engine.training.saved import resume

    drive(save, save=str(state))
    drive(go_on, resume(training(), state))


def test_keys_are_answered_while_it_trains() -> None:
    async def play(d) -> None:
        await d.key("space")
        await d.until(lambda: d.trainer.rounds > 20)
        for _ in range(5):
            before = d.screen.has_class("-norms")
            await d.key("n")
            # A busy machine answers later than a twentieth of a second, and still while it trains.
            await d.until(lambda before=before: d.screen.has_class("-norms") != before)
        assert d.trainer.running
        await d.press("left")
        assert not d.trainer.running
        assert d.screen.state.at == d.trainer.rounds - 2

    drive(play, training(rounds=FOREVER, rate="0.0001"))


def test_leaving_ends_the_thread(spared) -> None:
    made = training(rounds=FOREVER, rate="0.0001")

    async def play(d) -> None:
        await d.key("space")
        await d.until(lambda: d.trainer.rounds > 20)
        await d.key("q")

    drive(play, made)
    assert 20 < len(made.history) < FOREVER
    assert made.stop.why == "cancelled"
    assert spared == ["collect", "freeze", "unfreeze"], "rounds make and drop many objects"


def test_every_action_of_the_table_is_the_screens_own_or_the_sessions() -> None:
    for action in SETS["training"]:
        assert bool(action.commands) != (action.id in DOES), action.id


def test_the_palette_finds_the_actions() -> None:
    async def play(d) -> None:
        await d.press("right")
        await d.pilot.press("ctrl+p")
        await d.pilot.pause()
        for letter in "norms":
            await d.pilot.press(letter)
        await d.until(lambda: "Norms  (n)" in d.frame())
        await d.pilot.press("down", "enter")
        await d.until(lambda: d.screen.has_class("-norms"))

    drive(play)


def test_another_theme_draws_the_curve_in_its_colours() -> None:
    async def play(d) -> None:
        await d.press("pagedown")
        plot = d.screen.query_one("#training-loss", CurvePlot)
        before = plot._datasets[0].line_style
        d.app.theme = "graphstep-light"
        await d.pilot.pause(0.1)
        assert plot._datasets[0].line_style != before

    drive(play)


def test_the_training_screen_looks_as_it_did(golden) -> None:
    seen = []

    async def play(d) -> None:
        await d.press("space", "n", "pageup")
        await d.pilot.pause(0.15)
        seen.append(re.sub(r"terminal-\d+", "terminal", d.app.export_screenshot(title="graphstep")))

    drive(play, a_network(), LARGE)
    golden("screens/training-norms-120x40.svg", seen[0])
