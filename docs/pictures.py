"""The pictures of the documentation: the screen, as the terminal UI itself exports it, and the drawn graph."""

from __future__ import annotations

import asyncio
import re

import graphstep

EXAMPLE, INPUTS = "(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}
STEP = 4
"""Where the screen stands: the × gate sends to x+y."""


def graph() -> str:
    """The graph at the end of the run."""
    return graphstep.run(EXAMPLE, inputs=INPUTS).to_svg()


def stepping() -> str:
    """The terminal UI from the start of the run to its end, moving by itself."""
    from graphstep.faces.recording import svg
    from graphstep.faces.tui.recorder import record
    from graphstep.faces.tui.screen import SteppingScreen

    trace = graphstep.run(EXAMPLE, inputs=INPUTS).trace
    return svg.content(record(SteppingScreen(trace.program, trace.inputs, trace=trace), (80, 24)))


def screen(width: int = 104, height: int = 26) -> str:
    """The terminal UI at a step of the backward pass."""
    return asyncio.run(_screen(width, height))


async def _screen(width: int, height: int) -> str:
    from graphstep.faces.tui.app import GraphstepApp
    from graphstep.faces.tui.screen import SteppingScreen

    trace = graphstep.run(EXAMPLE, inputs=INPUTS).trace
    app = GraphstepApp(SteppingScreen(trace.program, trace.inputs, trace=trace, at=STEP - 1))
    async with app.run_test(size=(width, height)) as pilot:
        await pilot.pause()
        await pilot.press("right")
        await pilot.pause()
        picture = app.export_screenshot(title="graphstep")
    # Textual names a font on a server; a page of ours loads nothing from elsewhere.
    picture = re.sub(r"@font-face \{.*?\}\n?", "", picture, flags=re.DOTALL)
    return re.sub(r"Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono", picture)
