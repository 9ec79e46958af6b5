"""The themes: what colours mean, in dark and light rooms, with weak eyes, red-green blindness, or a terminal's own colours."""

from __future__ import annotations

import os
from functools import lru_cache

from textual.theme import BUILTIN_THEMES, Theme

from graphstep.faces.config import config
from graphstep.ground.errors import InputError, did_you_mean, quoted

DEFAULTS = {
    "value": "#7ee787",
    "gradient": "#ff8f87",
    "contribution": "#e3a8ff",
    "local": "#56d4dd",
    "active": "#ffd75f",
    "selected": "#79c0ff",
    "pending": "#7d8590",
    "changed": "#ffffff",
    "quiet": "#9aa4af",
    "wire": "#9aa4af",
    "warn": "#ffb86b",
}
"""The colours that this program adds to those of a theme, for themes that do not define them."""

_LIGHT = {
    "value": "#116329",
    "gradient": "#b3261e",
    "contribution": "#7b2fa8",
    "local": "#0a6c74",
    "active": "#8a5a00",
    "selected": "#0550ae",
    "pending": "#6e7781",
    "changed": "#000000",
    "quiet": "#57606a",
    "wire": "#57606a",
    "warn": "#953800",
}
# Blue and orange are told apart with every common kind of colour blindness (Okabe and Ito, Color Universal Design).
_SAFE_DARK = DEFAULTS | {
    "value": "#6cb8f0",
    "gradient": "#f0a830",
    "contribution": "#e0a0c8",
    "local": "#9fe8c8",
    "active": "#f5e960",
    "selected": "#ffffff",
}
_SAFE_LIGHT = _LIGHT | {
    "value": "#00568f",
    "gradient": "#a14a00",
    "contribution": "#8a3a68",
    "local": "#006b4f",
    "active": "#5a4a00",
    "selected": "#000000",
}
_CONTRAST = DEFAULTS | {
    "value": "#00ff66",
    "gradient": "#ff9d96",
    "contribution": "#ffb3ff",
    "local": "#66fff2",
    "active": "#ffff00",
    "selected": "#66e0ff",
    "pending": "#c0c0c0",
    "quiet": "#ffffff",
    "wire": "#ffffff",
}
_ANSI = BUILTIN_THEMES["ansi-dark"].variables | {
    "value": "ansi_green",
    "gradient": "ansi_red",
    "contribution": "ansi_magenta",
    "local": "ansi_cyan",
    "active": "ansi_yellow",
    "selected": "ansi_cyan",
    "pending": "ansi_bright_black",
    "changed": "ansi_default",
    "quiet": "ansi_default",
    "wire": "ansi_default",
    "warn": "ansi_yellow",
}


def _theme(name: str, background: str, foreground: str, variables: dict[str, str], *, dark: bool = True) -> Theme:
    return Theme(
        name,
        primary=variables["selected"],
        secondary=variables["value"],
        accent=variables["active"],
        warning=variables["warn"],
        error=variables["gradient"],
        success=variables["value"],
        foreground=foreground,
        background=background,
        surface=background,
        panel=background,
        dark=dark,
        variables=variables,
    )


THEMES = (
    _theme("graphstep-dark", "#0f1419", "#e6edf3", DEFAULTS),
    _theme("graphstep-light", "#ffffff", "#1f2328", _LIGHT, dark=False),
    _theme("high-contrast", "#000000", "#ffffff", _CONTRAST),
    _theme("colour-blind-dark", "#0f1419", "#e6edf3", _SAFE_DARK),
    _theme("colour-blind-light", "#ffffff", "#1f2328", _SAFE_LIGHT, dark=False),
    Theme(
        "terminal",
        primary="ansi_blue",
        secondary="ansi_cyan",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        accent="ansi_yellow",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables=_ANSI,
        ansi=True,
    ),
)
"""The themes, in the order in which a key goes through them."""

BY_NAME = BUILTIN_THEMES | {theme.name: theme for theme in THEMES}
"""Textual's themes and ours by their names."""


def next_theme(name: str) -> str:
    """The theme behind another one. From one of Textual's own, which only the palette and TEXTUAL_THEME know, to our first."""
    names = [theme.name for theme in THEMES]
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]


@lru_cache
def variables_of(name: str) -> dict[str, str]:
    """The variables in the styles with a theme: the shades that Textual makes of its colours take a few milliseconds."""
    theme = BY_NAME[name]
    return {**DEFAULTS, **theme.to_color_system().generate(), **theme.variables}


def first_theme() -> str:
    """The theme to open with: the preferred one, else the dark one.

    Where NO_COLOR asks for no colour (https://no-color.org) it is the terminal's own. InputError for a preference that is none.
    """
    if os.environ.get("NO_COLOR"):
        return "terminal"
    names = [theme.name for theme in THEMES]
    name = config().theme or names[0]
    if name not in names:
        raise InputError(f"there is no theme {quoted(name)}", hint=did_you_mean(name, names) or f"there are {', '.join(names)}")
    return name
