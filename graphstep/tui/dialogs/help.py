"""The keys by group, and what colours and shapes mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from graphstep.tui.actions import ACTIONS, GROUPS, keys_text
from graphstep.tui.dialogs.form import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.widget import Widget

_KEYS = 20

LEGEND = (
    ("-2", "$value", "a value: above the wire that carries it"),
    ("-4", "$gradient", "a gradient: below the wire, on the way back"),
    ("3+…", "$gradient", "a part of a gradient: more contributions will arrive"),
    ("-4", "$contribution", "a contribution, beside the wire along which it was sent"),
    ("╔═══╗", "bold $active", "the gate at work: a double edge"),
    ("━━━▸", "bold $active", "the wire at work: heavy"),
    ("┏━━━┓", "bold $selected", "the selected node: a heavy edge"),
    ("╭───╮", "$pending", "a gate that the run has not reached"),
    (" 3 ", "bold $value reverse", "made by this step"),
    ("-2 → 1", "bold $value reverse", "changed by an edit: as it was, as it is"),
    ("⇄ on", "$contribution", "an edit made a max, min, relu or abs choose another way"),
    ("┼ ●", "bold $active", "in the timeline: where the backward pass begins, and this step"),
)
"""``(sample, style, meaning)``: what is seen on the screen and what it means."""


class HelpPage(Form[None]):
    """All keys, made from the table of actions, and the legend."""

    BINDINGS: ClassVar = [
        Binding("question_mark,q,enter", "leave", "close", id="help-leave"),
        Binding("down,j", "scroll(1)", "down", id="help-down"),
        Binding("up,k", "scroll(-1)", "up", id="help-up"),
        Binding("pagedown,space", "scroll(10)", "page down", id="help-page-down"),
        Binding("pageup", "scroll(-10)", "page up", id="help-page-up"),
    ]

    def compose(self) -> Iterator[Widget]:
        """One text that scrolls."""
        with VerticalScroll(id="box") as box:
            box.border_title = "keys and signs"
            box.border_subtitle = "↑ ↓ scroll, esc closes"
            yield Static(help_text())

    def action_scroll(self, rows: int) -> None:
        """Move the text."""
        box = self.query_one("#box", VerticalScroll)
        box.scroll_to(y=box.scroll_y + rows, animate=False)


def help_text() -> Content:
    """The whole help."""
    parts: list[tuple[str, str]] = [
        ("A gate computes its value forward; on the way back it multiplies the gradient that\n", ""),
        ("arrives, upstream, by its own slope, local, and sends the product on.\n", ""),
    ]
    for group in GROUPS:
        parts.append((f"\n{group}\n", "bold $active"))
        for action in ACTIONS:
            if action.group == group:
                parts += [(f"  {keys_text(action):<{_KEYS}}", "bold"), (f"  {action.help}\n", "")]
    parts.append(("\nwhat is seen\n", "bold $active"))
    for sample, style, meaning in LEGEND:
        parts += [("  ", ""), (sample, style), (" " * (_KEYS - len(sample)), ""), (f"  {meaning}\n", "")]
    parts += [
        ("\nmouse\n", "bold $active"),
        (f"  {'click':<{_KEYS}}", "bold"), ("  selects a node, in the graph or in the values; does what a key in the last line does\n", ""),
        (f"  {'click, drag':<{_KEYS}}", "bold"), ("  in the timeline goes to a step\n", ""),
        (f"  {'wheel':<{_KEYS}}", "bold"), ("  moves the view; sideways with shift\n", ""),
    ]  # fmt: skip
    return Content.assemble(*parts)
