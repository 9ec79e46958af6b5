"""The keys by group, and what colours and shapes mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from graphstep.debugger.actions import Action, Set, groups, keys_text
from graphstep.debugger.labels import group_text, help_text
from graphstep.faces.keymap import actions_of
from graphstep.faces.tui.dialogs.form import Form
from graphstep.faces.tui.messages import language_of, say
from graphstep.ground.numerals import ENGLISH
from graphstep.ground.widths import cell_width, wrapped
from graphstep.telling.words.catalogue import message

# Terminal cells of the keys; what they do stands behind them.
_KEYS = 20

LEGEND = (
    ("-2", "$value", "sign-value"),
    ("-4", "$gradient", "sign-gradient"),
    ("3+…", "$gradient", "sign-part"),
    ("-4", "$contribution", "sign-contribution"),
    ("╔═══╗", "bold $active", "sign-gate"),
    ("━━━▸", "bold $active", "sign-wire"),
    ("┏━━━┓", "bold $selected", "sign-selected"),
    ("╭───╮", "$pending", "sign-pending"),
    ("relu▲", "bold $warn", "sign-wrong"),
    ("-1…3.2", "$value", "sign-range"),
    ("|Δ| ≤ 0.3", "bold $value reverse", "sign-changed-cells"),
    (" 3 ", "bold $value reverse", "sign-made"),
    ("-2 → 1", "bold $value reverse", "sign-changed"),
    ("⇄ on", "$contribution", "sign-route"),
    ("┼ ●", "bold $active", "sign-timeline"),
    ("● ◆", "$gradient", "sign-breakpoint"),
)
"""``(sample, style, message)``: what is seen on the screen, and the message that says what it means."""

MOUSE = ("mouse-click", "mouse-drag", "mouse-wheel")
"""The messages that say what the mouse does, each beside the one that says with what."""


class HelpPage(Form[None]):
    """All keys, made from the table of actions, and the legend."""

    BINDINGS: ClassVar = [
        Binding("question_mark,q,enter", "leave", "close", id="help-leave"),
        Binding("down,j", "scroll(1)", "down", id="help-down"),
        Binding("up,k", "scroll(-1)", "up", id="help-up"),
        Binding("pagedown,space", "scroll(10)", "page down", id="help-page-down"),
        Binding("pageup", "scroll(-10)", "page up", id="help-page-up"),
    ]

    TITLE = "help-title"

    def __init__(self, at_hand: Set = "stepping") -> None:
        super().__init__()
        self.at_hand = at_hand
        """What is at hand: whose keys are listed."""

    def compose(self) -> Iterator[Widget]:
        """One text that scrolls."""
        with VerticalScroll(id="box") as box:
            box.border_title = say(self, self.TITLE)
            box.border_subtitle = say(self, "help-keys")
            yield Static(self.text(min(self.app.size.width * 24 // 25, 92) - 6))

    def text(self, width: int) -> Content:
        """The whole help in lines of at most ``width`` cells."""
        return help_page(width, language_of(self), self.at_hand)

    def action_scroll(self, rows: int) -> None:
        """Move the text."""
        box = self.query_one("#box", VerticalScroll)
        box.scroll_to(y=box.scroll_y + rows, animate=False)


def help_page(width: int = 86, language: str = ENGLISH, at_hand: Set = "stepping") -> Content:
    """The help of what is at hand in lines of at most ``width`` cells."""
    mouse = [(message(language, f"{key}-what"), "bold", key) for key in MOUSE]
    return written(language, "help-idea", actions_of(at_hand), {"help-seen": LEGEND, "help-mouse": mouse}, width)


def written(
    language: str,
    idea: str,
    actions: Sequence[Action],
    signs: Mapping[str, Sequence[tuple[str, str, str]]],
    width: int,
) -> Content:
    """A help page: what the screen is for, its keys by group, and by heading the signs with their styles and meanings.

    ``idea``, the headings and the meanings of signs are messages.
    """
    say = partial(message, language)
    parts: list[tuple[str, str]] = [(f"{line}\n", "") for line in wrapped(say(idea), width)]
    for group, members in groups(action for action in actions if action.keys).items():
        parts.append((f"\n{group_text(language, group)}\n", "bold $active"))
        for action in members:
            parts += _entry(keys_text(action), "bold", help_text(language, action), width)
    for heading, entries in signs.items():
        parts.append((f"\n{say(heading)}\n", "bold $active"))
        for sample, style, meaning in entries:
            parts += _entry(sample, style, say(meaning), width)
    return Content.assemble(*parts)


def _entry(left: str, style: str, right: str, width: int) -> list[tuple[str, str]]:
    lines = wrapped(right, max(width - _KEYS - 4, 20))
    parts = [("  ", ""), (left, style), (" " * (_KEYS - cell_width(left)), ""), (f"  {lines[0]}\n", "")]
    return parts + [(f"{'':<{_KEYS + 4}}{line}\n", "") for line in lines[1:]]
