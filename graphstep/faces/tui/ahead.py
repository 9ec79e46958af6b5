"""What the first key of a kind would wait for, done while nobody presses one; in pieces, so that a key waits for one at most."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from graphstep.debugger.actions import STEPPING
from graphstep.faces.export import formats
from graphstep.ground.collector import settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.message_pump import MessagePump

    from graphstep.faces.tui.screen import SteppingScreen

_BEGIN, _PAUSE = 0.3, 0.005
"""Seconds from the first frame, and between two pieces."""

_MODULES = (
    "graphstep.debugger.stops",
    *(f"graphstep.debugger.commands.{name}" for name in sorted({action.commands for action in STEPPING} - {""})),
    "graphstep.faces.tui.arguments",
    *(
        f"graphstep.faces.tui.dialogs.{name}"
        for name in ("palette", "jump", "marks", "help", "edit", "export", "breaks", "watch", "cells", "choices", "causes")
    ),
    "graphstep.faces.tui.dialogs.compare",
    "graphstep.faces.tui.panes.ask",
    *(f"graphstep.faces.replies.{name}" for name in ("inspection", "panels", "quantities")),
    *(f"graphstep.analysis.{name}" for name in ("paths", "tangents", "compare")),
    *(f"graphstep.telling.reports.{name}" for name in ("paths", "tangents", "chain", "graph")),
    *(f"graphstep.faces.export.{name}" for name in formats()),
    # NumPy waits with it for the first np.unique, which compares two runs.
    "numpy.ma",
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
    in_pieces(screen, _pieces(screen), _BEGIN)


def in_pieces(node: MessagePump, pieces: Iterator[None], pause: float = _PAUSE) -> None:
    """Do work in pieces, with a timer for each: a key that is pressed meanwhile comes between."""

    def go_on() -> None:
        for _ in pieces:
            in_pieces(node, pieces)
            return

    node.set_timer(pause, go_on)


def _pieces(screen: SteppingScreen) -> Iterator[None]:
    yield from _styles(screen)
    for module in _MODULES:
        if module not in sys.modules:
            import_module(module)
            # What it has made stays: no key need wait until the collector has seen that.
            settle()
            yield
    from graphstep.telling.names import names_of

    # Where something is found by its name, those of all expressions and opened gates are asked for.
    _ = names_of(screen.now.trace.program).frames
    settle()
    yield


def _styles(screen: SteppingScreen) -> Iterator[None]:
    # Textual reads styles when the first widget of a kind comes, parses them, and looks up those of the whole screen again.
    from textual.containers import Horizontal
    from textual.widgets import Label, OptionList

    from graphstep.faces.tui.dialogs.find import FindForm
    from graphstep.faces.tui.dialogs.form import Field
    from graphstep.faces.tui.panes.ask import AskPane

    app: Any = screen.app
    form = FindForm(screen.now.trace)
    texts = Field(), Label(), OptionList(), Horizontal(), AskPane(id="ask")
    for widget in (form, *texts):
        widget._post_register(app)
    for path in form.css_path:
        if not app.stylesheet.has_source(str(path), ""):
            app.stylesheet.read(path)
    yield from app.stylesheet.sheet_with(app.theme_variables).parse_ahead(app.stylesheet.source)
    app.stylesheet.reparse()
    yield
    yield from app.style_ahead()
