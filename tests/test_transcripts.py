"""One transcript gives one State: typed at the prompt, performed by the session alone, and pressed on the real screen."""

from __future__ import annotations

import random
from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st
from textual.widgets import Input

from graphstep.debugger.actions import BY_ID
from graphstep.debugger.session import Command, perform
from graphstep.debugger.state import State
from graphstep.engine.trace import trace
from graphstep.faces.repl.lines import read_line
from graphstep.faces.repl.prompt import Prompt
from graphstep.ground.arrays import number_text
from graphstep.language.read import read
from graphstep.language.setup import Setup
from tests.faces.tui.conftest import glanced, jumping, sheets, spared  # noqa: F401 (of every test that opens a screen)
from tests.faces.tui.driving import Driver, drive

LINES = (
    *(
        "n",
        "n",
        "n",
        "back",
        "o",
        "o",
        "O",
        "f",
        "home",
        "end",
        "c",
        "c",
        "C",
        "w",
        "w",
        "b",
        "i",
        "u",
        "F",
        "undo",
        "+",
        "-",
        "p",
    ),
    *("none", "at 3", "at 5", "at 99", "break on isnan; grad x > 0", "break on gate mul", "watch x*grad x", "watch value y"),
    *("select x", "select y", "select x", "x = 3", "x = 1/3"),
)
"""What is typed at the prompt; the screen has a key, or a key and a dialog, for each."""

PROGRAMS = {
    "fork": ("q = x*y; q*q + x", {"x": -2.0, "y": 5.0}),
    "sigmoid": ("q = sigmoid(x)*y; q + 1/(1+exp(-x))", {"x": 1.0, "y": 2.0}),
}


def opened(name: str) -> State:
    """The start of a program, with what was typed for its inputs."""
    text, inputs = PROGRAMS[name]
    typed = {each: number_text(value) for each, value in inputs.items()}
    return State(trace(read(text, inputs), inputs, setup=Setup(text, typed)))


def is_asked(state: State) -> bool:
    """Whether a question is open."""
    return state.score is not None and state.score.tries is not None


def command_of(state: State, line: str) -> Command:
    """The command of a line."""
    command = read_line(line, question=is_asked(state))
    assert command is not None
    return command


def written(start: State, seed: int, length: int) -> list[str]:
    """A transcript of random lines, where a question is answered, right, wrong or not at all, before anything else is done."""
    chance, state = random.Random(seed), start
    lines: list[str] = []
    for _ in range(length):
        line = chance.choice(("3", "-1/2", "answer") if is_asked(state) else LINES)
        state, _ = perform(state, command_of(state, line))
        lines.append(line)
    return lines


async def filled(driver: Driver, text: str) -> None:
    """Put a text into the first field of the dialog that is open, and send it."""
    field = driver.app.screen.query(Input).first()
    field.focus()
    field.value = text
    await driver.press("enter")


async def pressed(driver: Driver, line: str) -> None:
    """Do on the screen what a line does at the prompt."""
    command = command_of(driver.now, line)
    if command.action == "answer":
        await filled(driver, str(command.argument or ""))
        return
    if command.action == "edit":
        (text,) = command.argument.texts.values()
        await driver.press("e")
        await filled(driver, text)
        return
    if command.action == "select":
        await driver.press("slash")
        await filled(driver, str(command.argument))
        return
    await driver.press(BY_ID[command.action].keys[0])
    if command.argument is not None:
        await filled(driver, str(command.argument))
        if driver.app.screen is not driver.screen:
            # What does not fit stays in the dialog, and is left.
            await driver.press("escape")


def differing(one: State, other: State) -> list[str]:
    """The fields in which two states differ."""
    if one == other:
        return []
    return [x.name for x in fields(one) if x.name == "trace" or getattr(one, x.name) != getattr(other, x.name)]


@given(st.sampled_from(sorted(PROGRAMS)), st.integers(0, 10**6))
@settings(deadline=None, max_examples=40)
def test_the_prompt_does_what_the_session_does(name: str, seed: int) -> None:
    state, prompt = opened(name), Prompt(opened(name), lambda _: None)
    for line in written(state, seed, 15):
        state, _ = perform(state, command_of(state, line))
        prompt.hear(line)
        assert differing(prompt.state, state) == []


FRAMES = (
    *("n", "i", "n", "n", "b", "u", "home", "c", "x = 1/3", "n", "n", "n", "n", "C", "watch grad y", "select q.1", "i", "none"),
    *("at 6/q/5", "n", "i", "u", "end", "n", "undo", "at 7/q/2/q.1/1", "w", "back", "back", "back", "at 3/y/1", "F", "p", "i"),
)
"""Lines that lead into gates, one of them in another, and out again."""


def test_gates_are_opened_and_left_alike_on_every_face() -> None:
    text, inputs = "q = silu(x + y); q*x", {"x": 1.0, "y": 2.0}
    start = State(trace(read(text, inputs), inputs, setup=Setup(text, {"x": "1", "y": "2"})))

    async def play(driver: Driver) -> None:
        driver.screen.state = state = start
        prompt, visited = Prompt(start, lambda _: None), set()
        for line in FRAMES:
            state, _ = perform(state, command_of(state, line))
            prompt.hear(line)
            await pressed(driver, line)
            visited.add(state.path)
            assert differing(prompt.state, state) == [], line
            assert differing(driver.now, state) == [], line
        assert {len(path) for path in visited} == {0, 1, 2}

    drive(play, text, inputs)


def test_the_keys_of_the_screen_do_what_the_session_does() -> None:
    start = opened("sigmoid")

    async def play(driver: Driver) -> None:
        driver.screen.state = state = start
        done = []
        for line in written(start, 2, 30):
            state, _ = perform(state, command_of(state, line))
            await pressed(driver, line)
            done.append(line)
            assert differing(driver.now, state) == [], done
        assert len({*done}) > 12

    drive(play, *PROGRAMS["sigmoid"])
