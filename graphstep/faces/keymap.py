"""The keys of the terminal UI: those of the table of actions, with what the user's ``config.toml`` puts in their place.

    [keys]
    step = ["right", "j"]
    edit = "E"

A key is one character, as it is typed, or the name of one, with ``ctrl+``, ``shift+`` or ``alt+`` before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from graphstep.debugger.actions import ACTIONS, BY_ID, CHARACTERS, SETS, Action, Set, key_text
from graphstep.faces.config import config, config_file
from graphstep.ground.errors import InputError, did_you_mean, quoted, quoted_path

KEY_NAMES = (
    *("left", "right", "up", "down", "home", "end", "pageup", "pagedown"),
    *("space", "enter", "tab", "escape", "backspace", "insert", "delete"),
    *(f"f{n}" for n in range(1, 25)),
)
"""The keys that are no character, as Textual calls them."""

_RESERVED = ("ctrl+c", "ctrl+q", "ctrl+z")
"""Keys that end or suspend a program in every terminal."""

_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "escape"}
"""Keys for which a terminal sends the same bytes as for another one."""

_NAMES = {
    "page up": "pageup",
    "page down": "pagedown",
    "esc": "escape",
    "del": "delete",
    "return": "enter",
    " ": "space",
    **dict(zip("→←↑↓", ("right", "left", "up", "down"), strict=True)),
}
"""Other ways to write the name of a key, those of the help among them."""


def rebound() -> dict[str, tuple[str, ...]]:
    """By action the keys that the user gives it; InputError for what is no action or no key, and for a key with two actions."""
    return _rebound(config_file()) if config().keys else {}


@cache
def _rebound(path: Path) -> dict[str, tuple[str, ...]]:
    shown = f"{quoted_path(str(path))}, keys"
    # All of it is checked before a key is bound: half a table of keys would leave actions that no key reaches.
    result = {name: _keys(shown, name, keys) for name, keys in (config().keys or {}).items()}
    for at_hand in SETS:
        _refuse_conflicts(shown, at_hand, result)
    return result


def _keys(shown: str, name: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    row = BY_ID.get(name)
    with_keys = [action.id for action in ACTIONS if action.keys]
    if row is None:
        near = did_you_mean(name, with_keys)
        raise InputError(f"{shown}: no action is called {quoted(name)}", hint=near or f"there are {', '.join(with_keys)}")
    if not row.keys:
        raise InputError(f"{shown}: {name} is a word of the line prompt, and has no key")
    return tuple(dict.fromkeys(_key(shown, name, key) for key in keys))


def _key(shown: str, name: str, typed: str) -> str:
    """A key as Textual spells it."""
    # A plus parts a key from its modifiers, and is a key itself.
    *modifiers, key = re.sub(r"^\^(?=.)", "ctrl+", typed).split("+") if typed != "+" else ["plus"]
    key = _NAMES.get(key, key)
    before = "".join(f"{modifier}+" for modifier in modifiers)
    whole = f"{before}{key}"
    if whole in _RESERVED and name != "quit":
        raise InputError(f"{shown}: {name} cannot have {typed}, which ends or suspends the program", hint="choose another key")
    if whole in _SAME:
        raise InputError(
            f"{shown}: {name} cannot have {typed}: a terminal sends the same for {_SAME[whole]}", hint="choose another key"
        )
    key = key.lower() if key.lower() in KEY_NAMES else CHARACTERS.get(key, key)
    exists = key in KEY_NAMES or key in CHARACTERS.values() or (len(key) == 1 and key.isalnum())
    if not exists or not set(modifiers) <= {"ctrl", "shift", "alt"}:
        near = did_you_mean(key, KEY_NAMES)
        raise InputError(
            f"{shown}: {name} cannot have {quoted(typed)}, which is no key",
            hint=near or 'a key is one character, such as "E", or a name: right, pageup, f5, ctrl+e',
        )
    # A terminal sends the capital, and no word of the shift key.
    if modifiers == ["shift"] and len(key) == 1 and key.isalpha():
        return key.upper()
    return f"{before}{key}"


def _refuse_conflicts(shown: str, at_hand: Set, keys: Mapping[str, tuple[str, ...]]) -> None:
    owners: dict[str, Action] = {}
    for action in SETS[at_hand]:
        for key in keys.get(action.id, action.keys):
            if (other := owners.setdefault(key, action)) is not action:
                # What the file does not say is what another key can be found for.
                kept = next((row.id for row in (other, action) if row.id not in keys), action.id)
                raise InputError(
                    f"{shown}: {key_text(key)} would be {other.id} and {action.id}",
                    hint=f'give {kept} another key too, with a line such as {kept} = "f9"',
                )


def actions_of(at_hand: Set) -> tuple[Action, ...]:
    """The actions that there are, with the keys that they have here."""
    keys = rebound()
    return tuple(replace(action, keys=keys[action.id]) if action.id in keys else action for action in SETS[at_hand])


def screen_keys() -> dict[str, str]:
    """By action the key of the terminal UI that is shown: ``→``, ``c``; empty where there is none."""
    keys = {action.id: action.keys for action in ACTIONS} | rebound()
    return {name: key_text(own[0]) if own else "" for name, own in keys.items()}
