"""The application around the screens: themes, the palette, and leaving."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding

from graphstep.tui.actions import ACTIONS, keys_text
from graphstep.tui.screen import SteppingScreen
from graphstep.tui.themes import DEFAULTS, THEMES, first_theme

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.command import Provider
    from textual.screen import Screen


def _nodes_provider() -> type[Provider]:
    from graphstep.tui.palette import NodesProvider

    return NodesProvider


class GraphstepApp(App[None]):
    """The terminal UI. It shows one screen, which is given to it."""

    TITLE = "graphstep"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = App.COMMANDS | {_nodes_provider}
    BINDINGS: ClassVar = [
        # Over Textual's own, which only says how to quit.
        Binding("ctrl+c", "quit", "quit", id="app-interrupt", priority=True, show=False),
        Binding("ctrl+q", "quit", "quit", id="app-quit", show=False),
    ]

    def __init__(self, first: Screen[None]) -> None:
        # With NO_COLOR Textual takes away all colour only of an app that keeps to the terminal's own; of others it makes grey.
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self._first = first
        for theme in THEMES:
            self.register_theme(theme)
        # Textual reads TEXTUAL_THEME itself; only where it is not set is the choice ours.
        if not os.environ.get("TEXTUAL_THEME"):
            self.theme = first_theme()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our colours, for themes that do not define them."""
        return DEFAULTS

    def get_default_screen(self) -> Screen[None]:
        """The screen that it was given."""
        return self._first

    def post_display_hook(self) -> None:
        """Tell the screen that something was painted, if it has a method for it."""
        painted = getattr(self.screen_stack[-1], "painted", None) if self.screen_stack else None
        if painted is not None:
            painted()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action of the stepping screen, and the themes."""
        if isinstance(screen, SteppingScreen):
            for action in ACTIONS:
                if action.id != "palette":
                    title = f"{action.label[:1].upper()}{action.label[1:]}  ({keys_text(action)})"
                    yield SystemCommand(title, action.help, lambda name=action.id: screen.action_do(name))
        for theme in THEMES:
            yield SystemCommand(
                f"Theme: {theme.name}", "change the colours", lambda name=theme.name: setattr(self, "theme", name)
            )
