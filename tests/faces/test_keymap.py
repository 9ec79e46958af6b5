"""The keys that a user gives to actions: they do them, and stand wherever keys are shown; what cannot be is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.keys import _character_to_key

from graphstep.debugger.actions import BY_ID, CHARACTERS, SETS
from graphstep.faces.keymap import actions_of, rebound, screen_keys
from graphstep.ground.errors import InputError
from tests.cases import each
from tests.faces.tui.conftest import glanced, jumping, sheets, spared  # noqa: F401 (of every test that opens a screen)
from tests.faces.tui.driving import SMALL, drive

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Writes the table of keys."""

    def write(lines: str) -> None:
        path = tmp_path / f"keys-{len(list(tmp_path.iterdir()))}.toml"
        path.write_text(f"[keys]\n{lines}", encoding="utf-8")
        monkeypatch.setenv("GRAPHSTEP_CONFIG", str(path))

    return write


def test_characters_have_the_names_that_textual_gives_them() -> None:
    assert {character: _character_to_key(character) for character in CHARACTERS} == CHARACTERS


@each(
    ("written", "key"),
    [
        ('"Ü"', "Ü"),
        ('"shift+ü"', "Ü"),
        ('"%"', "percent_sign"),
        ('"^e"', "ctrl+e"),
        ('"ctrl+e"', "ctrl+e"),
        ('"^"', "circumflex_accent"),
        ('"F5"', "f5"),
        ('"page down"', "pagedown"),
        ('["é"]', "é"),
    ],
)
def test_a_key_is_written_as_it_is_typed_or_named(keys, written: str, key: str) -> None:
    keys(f"pan_left = 'f20'\npage_down = 'f21'\nedit = {written}")
    assert rebound()["edit"] == (key,)


def test_two_actions_may_change_their_keys(keys) -> None:
    keys('step = "left"\nback = ["right", "n"]')
    assert screen_keys()["step"] == "←"
    assert screen_keys()["back"] == "→"


@each(
    ("lines", "said", "hint"),
    [
        ('stepp = "j"', "no action is called 'stepp'", "'step'"),
        ('banana = "j"', "no action is called 'banana'", "there are "),
        ('print = "K"', "print is a word of the line prompt", ""),
        ('edit = "b"', "b would be break_at and edit", 'break_at = "f9"'),
        ('edit = "Ü"\nverify = "Ü"', "Ü would be edit and verify", "verify ="),
        ('hint = "n"', "n would be step and hint", 'step = "f9"'),
        ('round = "q"', "q would be round and quit", 'quit = "f9"'),
        ('edit = "pagedwn"', "'pagedwn', which is no key", "'pagedown'"),
        ('edit = "super+e"', "'super+e', which is no key", "right, pageup"),
        ('edit = "ab"', "'ab', which is no key", "right, pageup, f5, ctrl+e"),
        ('edit = "ctrl+c"', "which ends or suspends", "another key"),
        ('edit = "^z"', "which ends or suspends", "another key"),
        ('edit = "ctrl+m"', "the same for enter", "another key"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_do(keys, lines: str, said: str, hint: str) -> None:
    keys(lines)
    with pytest.raises(InputError) as caught:
        rebound()
    assert said in caught.value.message
    assert hint in (caught.value.hint or "")


def test_what_is_not_in_the_file_keeps_its_keys(keys) -> None:
    keys('edit = "Ü"')
    for at_hand, actions in SETS.items():
        for own, action in zip(actions_of(at_hand), actions, strict=True):
            assert own.keys == (("Ü",) if action.id == "edit" else action.keys)


def test_a_key_of_the_users_does_its_action_and_is_shown_everywhere(keys) -> None:
    keys('step = ["%", "f9"]\nback = "right"\nhelp = "Ü"\nundo = "f12"')

    async def play(driver) -> None:
        assert "% step" in driver.frame()
        assert "Ü help" in driver.frame()
        await driver.press("percent_sign", "f9", "n")
        assert driver.now.at == 2, "n is nobody's any more"
        assert "n does nothing here.  Ü lists the keys." in driver.frame()
        await driver.press("right")
        assert driver.now.at == 1
        # While the arrows select they do not step, whatever they are bound to.
        await driver.press("s", "right")
        assert driver.now.at == 1
        await driver.press("escape", "Ü")
        page = "\n".join("".join(text for text, _ in line) for line in driver.app.screen.lines(80))
        assert "% F9" in page
        assert BY_ID["undo"].help in page.partition("F12")[2].replace("\n", " ")
        await driver.press("escape")
        titles = [command.title for command in driver.app.get_system_commands(driver.screen)]
        assert "Step  (% F9)" in titles

    drive(play, size=SMALL)
