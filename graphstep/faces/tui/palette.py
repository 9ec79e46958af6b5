"""The nodes of a run in the command palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import Hit, Hits, Provider

from graphstep.faces.tui.screen import SteppingScreen

if TYPE_CHECKING:
    from graphstep.faces.tui.dialogs.find import Found

_MOST = 20


class NodesProvider(Provider):
    """Finds nodes by name, id, gate or text, and steps by number."""

    async def search(self, query: str) -> Hits:
        """What fits, in the order of the program."""
        from graphstep.faces.tui.dialogs.find import search

        screen = self.screen
        if not isinstance(screen, SteppingScreen) or screen.stepper is None:
            return
        for place, found in enumerate(search(screen.run_now.trace, query, _MOST)):
            yield Hit(0.5 - place / 1000, found.text.strip(), partial(self._go, screen, found), help="go to it in the graph")

    def _go(self, screen: SteppingScreen, found: Found) -> None:
        if found.step is not None:
            screen.go(found.step)
        else:
            screen.select(found.node)
