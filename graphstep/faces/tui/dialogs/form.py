"""What all dialogs share: a box in the middle or at the bottom, escape to leave, tab through the fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import ClassVar, Generic, TypeVar

from rich.console import RenderableType
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.color import Color
from textual.events import Key
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen
from textual.widgets import OptionList

Answer = TypeVar("Answer")


class Form(ModalScreen[Answer | None], Generic[Answer]):
    """A dialog; its answer is None when it is left with escape."""

    CSS_PATH = "form.tcss"
    BINDINGS: ClassVar = [Binding("escape", "leave", "cancel", id="form-leave")]

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def render(self) -> RenderableType:
        """What stands behind the dialog, tinted."""
        behind = super().render()
        return _Tinted(behind.screen, behind.color) if isinstance(behind, BackgroundScreen) else behind


class _Tinted(BackgroundScreen):
    """A screen behind a dialog. Textual mixes the colours of each of its pieces anew; there are few that differ."""

    @classmethod
    def process_segments(cls, segments: Iterable[Segment], color: Color) -> Iterator[Segment]:
        """The pieces of a screen with their colours tinted."""
        for text, style, control in segments:
            yield Segment(text, style if control else _tinted(style, color), control)


@lru_cache(1024)
def _tinted(style: Style | None, color: Color) -> Style | None:
    (segment,) = BackgroundScreen.process_segments([Segment(" ", style)], color)
    return segment.style


def move_in(options: OptionList, event: Key) -> None:
    """Let up and down move in a list while a line above it has the focus."""
    moves = {"down": options.action_cursor_down, "up": options.action_cursor_up}
    if event.key in moves:
        moves[event.key]()
        event.stop()
