"""The command palette, with the nodes of a run in it."""

from __future__ import annotations

from functools import partial

from textual.command import CommandPalette, Hit, Hits, Provider
from textual.content import Content

from graphstep.faces.tui.dialogs.form import Overlay
from graphstep.faces.tui.messages import say
from graphstep.faces.tui.screen import SteppingScreen

# Nodes and steps that the palette lists: who types one more letter sees others.
_MOST = 20


class Palette(CommandPalette, Overlay[None]):
    """Textual's, over a screen that is not painted again for it."""


class NodesProvider(Provider):
    """Finds nodes by name, id, gate or text, and steps by number."""

    async def search(self, query: str) -> Hits:
        """What fits, in the order of the program."""
        from graphstep.debugger.search import search
        from graphstep.faces.tui.dialogs.find import candidate_text

        screen = self.screen
        if not isinstance(screen, SteppingScreen) or screen.state is None:
            return
        trace = screen.now.trace
        for place, candidate in enumerate(search(trace, query, _MOST)):
            text = candidate_text(trace, candidate).strip()
            # A text would be markup to Textual, and an expression may hold brackets.
            yield Hit(0.5 - place / 1000, Content(text), partial(screen.go_to, candidate), help=say(screen, "palette-go"))
