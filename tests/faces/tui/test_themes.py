"""Every theme can be used, on the screen and in its dialogs, and NO_COLOR is honoured."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import App
from textual.color import Color
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen

from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.themes import THEMES, first_theme
from tests.cases import each
from tests.faces.tui.driving import Driver, drive, opened


def luminance(colour: Color) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [part / 255 for part in colour.rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, as WCAG 2.2 defines it: from 1 to 21."""
    dark, light = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (light + 0.05) / (dark + 0.05)


COLOURED = [theme for theme in THEMES if not theme.ansi]


def test_every_theme_paints_the_screen_and_its_dialogs() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end")
        for theme in THEMES:
            driver.app.theme = theme.name
            for keys in (("e", "escape"), ("question_mark", "escape")):
                await driver.press(*keys)
            assert "-12" in driver.frame(), theme.name

    drive(play)


@each("theme", COLOURED, ids=lambda theme: theme.name)
def test_values_gradients_and_what_is_active_can_be_read(theme) -> None:
    for name in ("value", "gradient", "contribution", "active", "selected", "quiet", "wire", "warn", "changed"):
        # WCAG 2.2, 1.4.3: 4.5 for text; 1.4.6: 7 where contrast is what the theme is for.
        assert contrast(theme.variables[name], theme.background) >= (7 if theme.name == "high-contrast" else 4.5), name
    assert contrast(theme.variables["pending"], theme.background) >= 3


def test_a_key_goes_through_all_themes() -> None:
    async def play(driver: Driver) -> None:
        seen = []
        for _ in THEMES:
            await driver.press("t")
            seen.append(driver.app.theme)
        assert sorted(seen) == sorted(theme.name for theme in THEMES)

    drive(play)


def test_another_theme_is_painted_as_textual_paints_it_after_a_new_layout() -> None:
    async def play(driver: Driver) -> None:
        app = driver.app
        await driver.press("end")
        for _ in THEMES:
            await driver.press("t")
            await driver.pilot.pause()
            painted = app.screen._compositor.render_strips()
            App.refresh_css(app, animate=False)
            await driver.pilot.pause()
            assert app.screen._compositor.render_strips() == painted, app.theme

    drive(play)


def test_the_styles_of_the_next_theme_are_found_while_no_key_is_pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(driver: Driver) -> None:
        app = driver.app
        for theme in (*THEMES[1:], THEMES[0]):
            assert [*app.style_ahead()]
            assert app.theme != theme.name
            with monkeypatch.context() as patch:
                # What comes behind the key finds those of the theme after that.
                patch.setattr(GraphstepApp, "style_ahead", lambda _: iter(()))
                patch.setattr("textual.css.stylesheet.parse", None)
                patch.setattr(Stylesheet, "_check_rule", None)
                await driver.press("t")
                assert app.theme == theme.name

    drive(play)


def test_no_color_chooses_the_terminals_own_theme(monkeypatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert first_theme() == "graphstep-dark"
    monkeypatch.setenv("NO_COLOR", "1")
    assert first_theme() == "terminal"

    async def scene() -> None:
        async with opened() as driver:
            assert driver.app.theme == "terminal"
            await driver.press("end")
            assert "backward 7/7" in driver.frame()

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("environment", "no_color", "colours"),
    [
        ({}, False, "standard"),
        ({"FORCE_COLOR": "1"}, False, "standard"),
        ({"FORCE_COLOR": "3"}, False, "truecolor"),
        ({"NO_COLOR": ""}, False, "standard"),
        ({"NO_COLOR": "", "FORCE_COLOR": "3"}, False, "truecolor"),
        ({"NO_COLOR": "0", "FORCE_COLOR": "3"}, True, "standard"),
    ],
)
def test_colour_is_what_the_environment_asks_for_and_no_color_wins(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], no_color: bool, colours: str
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        # Set first, so that what the application sets is taken back.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    app = GraphstepApp(Screen())
    assert (app.no_color, app.console.color_system) == (no_color, colours)
    assert (app.theme == "terminal") == no_color


def test_rules_that_were_matched_once_are_those_that_textual_matches() -> None:
    async def play(driver: Driver) -> None:
        for key in ("question_mark", "e", "t", "slash", "e", "ctrl+p"):
            await driver.press(key)
            await driver.pilot.pause()
            for node in driver.app.screen.walk_children(with_self=True):
                rules = dict(node.styles.base._rules)
                driver.app.stylesheet._sheet.matches.clear()
                driver.app.stylesheet.apply(node)
                assert node.styles.base._rules == rules, node
            await driver.press("escape")

    drive(play)
