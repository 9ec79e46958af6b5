"""The last line: the keys that matter most, as many as fit, each at its place; or a message, until the next key."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from graphstep.debugger.actions import Action, key_text
from graphstep.debugger.labels import label
from graphstep.faces.keymap import actions_of
from graphstep.faces.tui.messages import language_of
from graphstep.ground.records import dataclass
from graphstep.ground.widths import cell_width, fit, wrapped

_ALWAYS = 4
"""The rank up to which an action is on show whatever else matters: a step, a step back, the help, a step over."""

_MOST = 3
"""Rows that a message takes at most."""


class KeyLine(Widget):
    """Keys and what they do; a click on one does it."""

    DEFAULT_CSS = """
    KeyLine { height: 1; }
    """

    @dataclass
    class Chosen(Message):
        """A key was clicked."""

        action: str
        """The name of its action."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        actions: Sequence[Action] | None = None,
    ) -> None:
        super().__init__(id=id)
        self._actions = actions_of("stepping") if actions is None else actions
        self._message = ""
        self._style = ""
        self.leading: tuple[str, ...] = ()
        """The actions that matter as things are, whatever their rank."""

    def lead(self, *actions: str) -> None:
        """Let some actions be shown before others, the first of them before all."""
        if actions != self.leading:
            self.leading = actions
            self.refresh()

    def _rank(self, action: Action) -> float:
        """The leading ones come behind the few without which there is no way about."""
        if action.id in self.leading and not 0 < action.rank <= _ALWAYS:
            return _ALWAYS + (1 + self.leading.index(action.id)) / (1 + len(self.leading))
        return action.rank

    def offer(self, actions: Sequence[Action]) -> None:
        """Show the keys of these actions from now on."""
        if tuple(actions) != tuple(self._actions):
            self._actions = actions
            self.refresh()

    def say(self, message: str, style: str = "") -> None:
        """Show a message in place of the keys; the empty one brings the keys back."""
        if message != self._message:
            self._message, self._style = message, style
            # The rows depend on the message as they do on the width.
            self.on_resize()
            self.refresh()

    def on_resize(self) -> None:
        # Most messages fit; for one that does not, the line becomes two or three.
        rows = max(len(self._rows()), 1)
        if self.styles.height is None or self.styles.height.value != rows:
            self.styles.height = rows

    def _rows(self) -> list[str]:
        """The message in rows; one that takes more of them than there may be ends with an ellipsis."""
        width = max(self.size.width, 2)
        rows = wrapped(f" {self._message}", width, 1) if self._message else []
        return rows if len(rows) <= _MOST else [*rows[: _MOST - 1], fit(f"{rows[_MOST - 1]}…", width)]

    @property
    def message(self) -> str:
        """The message that stands there."""
        return self._message

    def placed(self, width: int) -> list[tuple[int, str, Action]]:
        """``(column, text, action)`` of the keys that fit, the most important ones, in the order of the table.

        So a key that comes or goes moves none of those before it.
        """
        shown = [action for action in self._actions if action.rank or action.id in self.leading]
        room, kept = width + 1, set[str]()
        for action in sorted(shown, key=self._rank):
            need = cell_width(self._text(action)) + 2
            if need < room:
                room -= need
                kept.add(action.id)
        column, result = 1, []
        for action in shown:
            if action.id in kept:
                result.append((column, self._text(action), action))
                column += cell_width(self._text(action)) + 2
        return result

    def on_click(self, event: events.Click) -> None:
        if self._message:
            return
        for column, text, action in self.placed(self.size.width):
            if column <= event.x < column + cell_width(text):
                self.post_message(self.Chosen(action.id))

    def render(self) -> Content:
        """The line."""
        if self._message:
            return Content.assemble(("\n".join(self._rows()), self._style or "bold $active"))
        parts: list[tuple[str, str]] = [(" ", "")]
        for _, text, action in self.placed(self.size.width):
            key = key_text(action.keys[0])
            parts += [(key, "bold $active"), (text[len(key) :] + "  ", "$quiet")]
        return Content.assemble(*parts)

    def _text(self, action: Action) -> str:
        return f"{key_text(action.keys[0])} {label(language_of(self), action)}"
