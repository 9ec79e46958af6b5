"""What holds for all tests of the terminal UI."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from typing import Any

import pytest
import textual._time
import textual.app
import textual.pilot
from textual.css import stylesheet

from graphstep.faces.tui.compositor import SparingCompositor
from tests.faces.tui import clock


@pytest.fixture(scope="session", autouse=True)
def sheets() -> Iterator[None]:
    """Every test starts an app of its own, and all apps have the same style sheets: each is parsed once for a theme."""
    parse, parsed, names = stylesheet.parse, {}, {}

    def once(scope: str, css: str, read_from: Any, variable_tokens: Any, **options: Any) -> Any:
        variables, name = names.get(id(variable_tokens), (None, ""))
        if variables is not variable_tokens:
            name = repr(sorted((key, [token.value for token in tokens]) for key, tokens in (variable_tokens or {}).items()))
            names[id(variable_tokens)] = variable_tokens, name
        key = (scope, css, read_from, name, *sorted(options.items()))
        if key not in parsed:
            parsed[key] = list(parse(scope, css, read_from, variable_tokens=variable_tokens, **options))
        return parsed[key]

    stylesheet.parse = once
    yield
    stylesheet.parse = parse


@pytest.fixture(autouse=True)
def jumping(monkeypatch) -> None:
    """Every screen of these tests has a clock that jumps, also in Textual's own timers."""
    monkeypatch.setattr(asyncio.events, "new_event_loop", clock.Loop)
    monkeypatch.setattr(textual._time, "get_time", clock.time)
    for module in (textual.app, textual.pilot):
        monkeypatch.setattr(module, "wait_for_idle", clock.idle)
    monkeypatch.setattr(textual.pilot.Pilot, "_wait_for_screen", clock.settle)


@pytest.fixture(autouse=True)
def spared(monkeypatch) -> list[str]:
    """What the screens ask of the garbage collector, which is not done: it would look through all tests every time."""
    asked: list[str] = []
    for name in ("collect", "freeze", "unfreeze"):
        monkeypatch.setattr(gc, name, lambda *young, name=name: young or asked.append(name))
    return asked


@pytest.fixture(autouse=True)
def glanced(request: pytest.FixtureRequest, monkeypatch) -> None:
    """A screen is painted when a test looks at it, and once more when it is closed: painting is half of the work of a key, and at
    the start a screen is painted five times until it stands still. A test of what a paint costs, or whether every one succeeds,
    asks for the fixture ``painted``."""
    if "painted" in request.fixturenames:
        return
    paint, shut = SparingCompositor.render_update, textual.app.App._shutdown

    def later(self: SparingCompositor, full: bool = False, screen_stack: Any = None, simplify: bool = False) -> Any:
        # What is dirty stays so, and is painted with what gets dirty after it.
        return paint(self, full, screen_stack, simplify) if full else None

    async def last(self: textual.app.App[Any]) -> None:
        if self._screen_stack and self._running:
            paint(self.screen._compositor, screen_stack=self._background_screens)
        await shut(self)

    monkeypatch.setattr(SparingCompositor, "render_update", later)
    monkeypatch.setattr(textual.app.App, "_shutdown", last)


@pytest.fixture
def painted() -> None:
    """Every change is painted at once, as in a terminal."""
