"""What a user prefers, from ``config.toml`` in the platform's folder for configuration (``GRAPHSTEP_CONFIG`` names another file).

    theme = "graphstep-light"
    digits = 6
    notation = "lecture"
    language = "zh"

    [keys]
    step = ["right", "j"]

It stands in for options that are not typed. It is looked for once a process; where there is none, nothing is loaded for it.
"""

from __future__ import annotations

import os
import sys
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from graphstep.ground.errors import GraphstepError, InputError, did_you_mean, quoted, quoted_path
from graphstep.ground.records import dataclass

CONFIG = "GRAPHSTEP_CONFIG"
"""The environment variable that names the file."""

# Bytes of the file that are read: a configuration has some hundred.
_SIZE = 100_000


@dataclass(frozen=True, slots=True)
class Config:
    """The preferences; None where there is none."""

    theme: str | None = None
    """The theme of the terminal UI."""
    digits: int | None = None
    """Significant digits of results."""
    notation: str | None = None
    """``d`` or ``lecture``."""
    language: str | None = None
    """The code of the language in which steps are explained."""
    keys: dict[str, tuple[str, ...]] | None = None
    """By action the keys of the terminal UI that do it, as they were written."""


def config_file() -> Path:
    """Where the file is looked for."""
    if path := os.environ.get(CONFIG):
        return Path(path)
    if sys.platform in ("darwin", "win32"):
        from platformdirs import user_config_path

        return user_config_path("graphstep", appauthor=False) / "config.toml"
    # What platformdirs would answer, which takes longer to load than everything that a plain run needs besides NumPy.
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "graphstep" / "config.toml"


def config() -> Config:
    """The preferences of whoever runs the process; InputError for a file that says what is none."""
    return _read(config_file())


@cache
def _read(path: Path) -> Config:
    if not path.is_file():
        return Config()
    import tomllib

    from graphstep.ground.files import open_file

    shown = quoted_path(str(path))
    try:
        with open_file(path, _SIZE) as file:
            # With or without the byte order mark that editors on Windows put first. Lists inside each other make tomllib recurse.
            content = tomllib.loads(file.read().decode("utf-8-sig"))
    except OSError as error:
        raise GraphstepError(f"{shown} cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{shown} is no TOML: {error}", hint='it has lines such as theme = "graphstep-light"') from None
    names = [field.name for field in fields(Config)]
    # A name that is none is an error, and not left out: a preference that is misspelt would never be missed.
    for name in content:
        if name not in names:
            raise InputError(
                f"{shown} sets {quoted(name)}, which is none", hint=did_you_mean(name, names) or f"there are {', '.join(names)}"
            )
    return Config(**{name: _checked(shown, name, value) for name, value in content.items()})


def _checked(shown: str, name: str, value: Any) -> Any:
    """A preference of the right kind; whether there is such a theme, language, action or key is known where it is used."""
    if name == "keys":
        return _checked_keys(shown, value)
    if name == "digits":
        # In Python True is a 1: digits = true is refused.
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 999:
            return value
        raise InputError(f"{shown}: digits is a whole number from 1, not {quoted(str(value))}", hint="for example digits = 6")
    if name == "notation" and value not in ("d", "lecture"):
        raise InputError(f"{shown}: notation is d or lecture, not {quoted(str(value))}")
    if not isinstance(value, str):
        raise InputError(f"{shown}: {name} is a text in quotation marks, not {quoted(str(value))}")
    return value


def _checked_keys(shown: str, value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise InputError(f"{shown}: keys is a table of actions and keys", hint='[keys] and below it step = "j"')
    result = {}
    for action, keys in value.items():
        own = [keys] if isinstance(keys, str) else keys
        if not isinstance(own, list) or not own or not all(isinstance(key, str) and key for key in own):
            raise InputError(f"{shown}: {action} is a key or a list of keys", hint=f'for example {action} = ["right", "j"]')
        result[action] = tuple(own)
    return result
