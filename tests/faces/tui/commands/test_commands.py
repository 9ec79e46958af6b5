"""The table of actions: everything in it can be done by key and by palette, stands in the help, and does something."""

from __future__ import annotations

import asyncio
from importlib import import_module

from textual.events import Key
from textual.widgets import OptionList

from graphstep.debugger.actions import ACTIONS, BY_ID, LESSON, SETS, STEPPING, key_text, keyed, keys_text
from graphstep.faces.tui import commands
from graphstep.faces.tui.commands import DOES
from graphstep.faces.tui.dialogs.form import Field
from graphstep.faces.tui.dialogs.help import help_page
from graphstep.faces.tui.dialogs.palette import Palette
from tests.faces.tui.driving import KEYS, drive, opened

# The application has these two itself, so that they work in every screen and dialog.
OF_THE_APP = ("ctrl+c", "ctrl+l", "ctrl+p")


def test_no_key_and_no_name_is_used_twice() -> None:
    assert len(BY_ID) == len(ACTIONS)
    for actions in SETS.values():
        keys = [key for action in actions for key in action.keys]
        assert len(keys) == len(set(keys))
        assert "ctrl+z" not in keys, "it stops the program, as in every terminal"
    ranks = [action.rank for action in STEPPING if action.rank]
    assert len(ranks) == len(set(ranks))


def test_every_action_has_a_function_a_group_and_a_sentence() -> None:
    for action in LESSON + STEPPING:
        assert action.commands or action.id == "room" or callable(DOES.get(action.id))
    for action in ACTIONS:
        assert action.group
        assert action.help
        assert not action.help.endswith("."), action.id


def test_no_function_is_without_an_action() -> None:
    assert DOES.keys() - BY_ID.keys() == {"select_left", "select_right"}, "keys that select while the arrows do"
    assert {action.id for action in STEPPING if not action.commands} <= DOES.keys()


def test_every_other_action_has_a_rule_of_the_session() -> None:
    for action in ACTIONS:
        if action.commands:
            assert action.id in import_module(f"graphstep.debugger.commands.{action.commands}").RULES


def test_the_help_lists_every_action_with_its_keys() -> None:
    for at_hand in ("stepping", "lesson"):
        help_ = " ".join("".join(f"{text} " for line in help_page(at_hand=at_hand) for text, _ in line).split())
        for action in keyed(at_hand):
            assert action.help in help_
            assert keys_text(action) in help_


def test_every_key_does_its_action(monkeypatch) -> None:
    pressed, done = [], []

    async def play(driver) -> None:
        monkeypatch.setattr(commands, "DOES", {action: lambda _, action=action: done.append(action) for action in DOES})
        monkeypatch.setattr(driver.screen, "do", lambda command: done.append(command.action))
        for action in keyed("stepping"):
            for key in action.keys:
                if key not in OF_THE_APP:
                    pressed.append(action.id)
                    await driver.press(key)
                    assert done == pressed, key

    drive(play)
    assert len(pressed) > 50


def test_the_palette_offers_every_action() -> None:
    async def play(driver) -> None:
        titles = [command.title for command in driver.app.get_system_commands(driver.screen)]
        missing = [action.id for action in keyed("stepping") if not any(keys_text(action) in title for title in titles)]
        assert missing == ["palette"]

    drive(play)


def test_a_command_of_the_palette_is_done() -> None:
    async def play(driver) -> None:
        await driver.press("ctrl+p")
        await driver.type("finish phase")
        await driver.pilot.pause(0.3)
        await driver.press("enter")
        await driver.until(lambda: driver.now.at == 2)

    drive(play)


def test_the_palette_lists_all_commands_in_their_order_and_of_what_is_typed_the_best_first() -> None:
    async def play(driver) -> None:
        commands = [*driver.app.get_system_commands(driver.screen)]
        # Typed at once: the letters come before the field is there.
        driver.app.post_message(Key("ctrl+p", None))
        for letter in "theme: g":
            driver.app.post_message(Key(KEYS.get(letter, letter), letter))
        await driver.until(lambda: isinstance(driver.app.screen, Palette) and driver.app.focused is not None)
        await driver.until(lambda: driver.app.screen.query_one(Field).value == "theme: g")
        await driver.until(lambda: listed(driver)[0] == "Theme: graphstep-dark")
        await driver.press(*["backspace"] * 8)
        await driver.until(lambda: listed(driver) == [command.title for command in commands])
        # The key is in the title too, and the name fits best where it begins.
        await driver.type("find")
        assert listed(driver)[0].startswith("Find")
        assert len(listed(driver)) < len(commands)

    drive(play)


def listed(driver) -> list[str]:
    return [option.prompt.plain.split("\n")[0] for option in driver.app.screen.query_one(OptionList).options]


def test_the_palette_finds_nodes_and_says_where_nothing_fits() -> None:
    async def play(driver) -> None:
        await driver.press("ctrl+p")
        await driver.type("x+y")
        assert "x+y" in listed(driver)[0]
        await driver.type("!!")
        await driver.press("enter")
        assert listed(driver) == ["Nothing fits."]
        await driver.press("backspace", "backspace", "enter")
        assert driver.now.selected == 3
        await driver.press("ctrl+p", "pagedown", "enter")
        assert driver.app.screen is driver.screen

    drive(play)


def test_the_line_of_keys_shows_what_fits_and_a_click_does_it() -> None:
    async def scene() -> None:
        for width in (40, 80, 200):
            async with opened(size=(width, 24)) as driver:
                placed = driver.screen.keys.placed(width)
                assert [text for _, text, _ in placed][:2] == ["→ step", "← back"]
                assert placed[-1][0] + len(placed[-1][1]) <= width
                assert await driver.pilot.click("#keys", offset=(placed[0][0], 0))
                assert driver.now.at == 1

    asyncio.run(scene())


def test_the_most_used_keys_are_in_sight_at_80_columns_and_keep_their_places() -> None:
    async def scene() -> None:
        program = {"inputs": {"x": 1.0, "w": 2.0, "y": 3.0}, "size": (80, 24)}
        async with opened("sigmoid(x*w)+y", **program) as driver:

            def shown() -> list[str]:
                return [action.id for _, _, action in driver.screen.keys.placed(80)]

            always = ["step", "back", "over", "break_at", "edit"]
            assert shown() == [*always, "verify", "predict", "export", "help"]
            await driver.press("right")
            assert shown() == [*always, "verify", "predict", "into", "help"], "what comes next can be opened"
            await driver.press("b", "tab")
            assert shown()[:3] == always[:3]
            assert {"continue", "into", "more", "help"} <= {*shown()}, "a breakpoint is ahead, and an input is selected"
            await driver.press("escape", "i")
            assert {"out", "step", "back", "help"} <= {*shown()}

    asyncio.run(scene())


def test_keys_are_written_as_a_person_reads_them() -> None:
    assert [key_text(key) for key in ("right", "ctrl+p", "shift+up", "question_mark", "plus")] == ["→", "^p", "shift+↑", "?", "+"]


def test_control_c_leaves_from_the_screen_and_from_a_dialog() -> None:
    async def scene() -> None:
        for keys in (("ctrl+c",), ("e", "ctrl+c"), ("q",)):
            async with opened() as driver:
                await driver.pilot.press(*keys)
                assert driver.app._exit

    asyncio.run(scene())
