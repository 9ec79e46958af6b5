"""Looks at the screen of a run at every step, without a terminal."""

from __future__ import annotations

import asyncio

from rich.style import Style
from textual.pilot import Pilot
from textual.strip import Strip

from graphstep.faces.recording.frames import Ink, Recording, Row, Span
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.ground.unprintable import MARK, UNPRINTABLE


def record(screen: SteppingScreen, size: tuple[int, int]) -> Recording:
    """Play a run from the step at which it was opened to its end, and keep every frame."""
    return asyncio.run(_recorded(screen, size))


async def _recorded(screen: SteppingScreen, size: tuple[int, int]) -> Recording:
    app = GraphstepApp(screen)
    frames: list[tuple[Row, ...]] = []
    async with app.run_test(size=size) as pilot:
        await _settled(app, pilot)
        while screen.state is None:
            await _settled(app, pilot)
        frames.append(_frame(app))
        while screen.now.at < screen.now.last:
            # By the key, as a learner does it: what is recorded is what a key shows.
            await pilot.press("right")
            await _settled(app, pilot)
            frames.append(_frame(app))
        background = app.screen.styles.background.rgb
    ink = Ink(background="#{:02x}{:02x}{:02x}".format(*background))
    return Recording(f"graphstep {screen.program.text.strip()}", *size, tuple(frames), ink)


async def _settled(app: GraphstepApp, pilot: Pilot[None]) -> None:
    """Wait until everything is drawn, and what works in the background has said what it says."""
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


def _frame(app: GraphstepApp) -> tuple[Row, ...]:
    # Textual's compositor is what every way to look at a screen asks; it has no public name.
    return tuple(_row(strip) for strip in app.screen._compositor.render_strips())


def _row(strip: Strip) -> Row:
    spans: list[Span] = []
    for segment in strip:
        if segment.control or not segment.text:
            continue
        ink, text = _ink(segment.style or Style.null()), UNPRINTABLE.sub(MARK, segment.text)
        if spans and spans[-1].ink == ink:
            spans[-1] = Span(spans[-1].text + text, spans[-1].cells + segment.cell_length, ink)
        else:
            spans.append(Span(text, segment.cell_length, ink))
    return tuple(spans)


def _ink(style: Style) -> Ink:
    colors = [None if color is None or color.is_default else color.get_truecolor().hex for color in (style.color, style.bgcolor)]
    if style.reverse:
        colors.reverse()
    color, background = (text or "" for text in colors)
    return Ink(color, background, bool(style.bold), bool(style.italic), bool(style.underline))
