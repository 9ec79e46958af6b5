"""What the first key of a kind would wait for, done while nobody presses one; in pieces, so that a key waits for one at most."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from graphstep.debugger.actions import STEPPING
from graphstep.faces.export import formats
from graphstep.ground.collector import settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.faces.tui.screen import SteppingScreen

_BEGIN, _PAUSE = 0.3, 0.02
"""Seconds from the first frame, and between two pieces."""

_MODULES = (
    "graphstep.debugger.stops",
    *(f"graphstep.debugger.commands.{name}" for name in sorted({action.commands for action in STEPPING} - {""})),
    "graphstep.faces.tui.arguments",
    *(
        f"graphstep.faces.tui.dialogs.{name}"
        for name in ("find", "jump", "marks", "help", "edit", "export", "breaks", "watch", "cells", "choices", "causes")
    ),
    "graphstep.faces.tui.palette",
    "graphstep.faces.tui.panes.ask",
    *(f"graphstep.faces.replies.{name}" for name in ("inspection", "panels", "quantities")),
    *(f"graphstep.analysis.{name}" for name in ("paths", "tangents")),
    *(f"graphstep.telling.reports.{name}" for name in ("paths", "tangents", "chain", "graph")),
    *(f"graphstep.faces.export.{name}" for name in formats()),
)
"""What the keys of a stepping screen need; SymPy waits for the key that asks it."""


def get_ready(screen: SteppingScreen, large: bool) -> None:
    """Do what the first key would wait for at once, and then what others would."""
    for module in ("graphstep.debugger.commands.moves", "graphstep.faces.tui.answers"):
        import_module(module)
    screen.panes.make_room()
    if large:
        # What reading and tracing threw away would be frozen with what they keep.
        gc.collect()
    if large or screen is screen.app.screen_stack[0]:
        # The garbage collector would look through all that was made so far again and again: pauses of 50 ms between keys, and
        # of 200 with a large run.
        settle()
    pieces = _pieces(screen)
    screen.set_timer(_BEGIN, lambda: _next(screen, pieces))


def _next(screen: SteppingScreen, pieces: Iterator[None]) -> None:
    # One piece, and a timer for the next: a key that is pressed meanwhile comes between.
    for _ in pieces:
        screen.set_timer(_PAUSE, lambda: _next(screen, pieces))
        return


def _pieces(screen: SteppingScreen) -> Iterator[None]:
    for module in _MODULES:
        if module not in sys.modules:
            import_module(module)
            # What it has made stays: no key need wait until the collector has seen that.
            settle()
            yield
    from graphstep.faces.tui.dialogs.find import FindForm
    from graphstep.telling.names import names_of

    # Where something is found by its name, those of all expressions and opened gates are asked for.
    _ = names_of(screen.now.trace.program).frames
    yield

    # Textual reads the file when the first dialog opens, and looks up the styles of the whole screen again.
    sheet = screen.app.stylesheet
    missing = [path for path in FindForm(screen.now.trace).css_path if not sheet.has_source(str(path), "")]
    for path in missing:
        sheet.read(path)
    if missing:
        sheet.reparse()
