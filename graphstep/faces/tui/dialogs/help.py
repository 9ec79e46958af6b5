"""The keys by group, and what colours and shapes mean."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from graphstep.debugger.actions import GROUPS, KEYED, keys_text
from graphstep.faces.tui.dialogs.form import Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from textual.widget import Widget

    from graphstep.debugger.actions import Action

_KEYS = 20
_IDEA = (
    "A gate computes its value forward. On the way back it multiplies the gradient that arrives (upstream) "
    "by its own slope (local) and sends the product on."
)

LEGEND = (
    ("-2", "$value", "a value: above the wire that carries it"),
    ("-4", "$gradient", "a gradient: below the wire, on the way back"),
    ("3+…", "$gradient", "a part of a gradient: more contributions will arrive"),
    ("-4", "$contribution", "a contribution, beside the wire along which it was sent"),
    ("╔═══╗", "bold $active", "the gate at work: a double edge"),
    ("━━━▸", "bold $active", "the wire at work: heavy"),
    ("┏━━━┓", "bold $selected", "the selected node: a heavy edge"),
    ("╭───╮", "$pending", "a gate that the run has not reached"),
    ("relu▲", "bold $warn", "something is wrong here: saturated, dead, vanishing …; select it, or D"),
    ("-1…3.2", "$value", "of an array whose cells have no room: from the least to the greatest"),
    ("|Δ| ≤ 0.3", "bold $value reverse", "changed by an edit: no cell of the array by more"),
    (" 3 ", "bold $value reverse", "made by this step"),
    ("-2 → 1", "bold $value reverse", "changed by an edit: as it was, as it is"),
    ("⇄ on", "$contribution", "an edit made a max, min, relu or abs choose another way"),
    ("┼ ●", "bold $active", "in the timeline: where the backward pass begins, and this step"),
    ("● ◆", "$gradient", "a breakpoint: ● at a node, ◆ in the timeline at the steps where c stops"),
)
"""``(sample, style, meaning)``: what is seen on the screen and what it means."""


MOUSE = (
    ("click", "selects a node, in the graph or in the values; in the last line, does what the key does"),
    ("click, drag", "in the timeline goes to a step"),
    ("wheel", "moves the view; sideways with shift"),
)
"""``(what, does)``: what the mouse does."""


class HelpPage(Form[None]):
    """All keys, made from the table of actions, and the legend."""

    BINDINGS: ClassVar = [
        Binding("question_mark,q,enter", "leave", "close", id="help-leave"),
        Binding("down,j", "scroll(1)", "down", id="help-down"),
        Binding("up,k", "scroll(-1)", "up", id="help-up"),
        Binding("pagedown,space", "scroll(10)", "page down", id="help-page-down"),
        Binding("pageup", "scroll(-10)", "page up", id="help-page-up"),
    ]

    TITLE = "keys and signs"

    def compose(self) -> Iterator[Widget]:
        """One text that scrolls."""
        with VerticalScroll(id="box") as box:
            box.border_title = self.TITLE
            box.border_subtitle = "↑ ↓ scroll, esc closes"
            yield Static(self.text(min(self.app.size.width * 24 // 25, 92) - 6))

    def text(self, width: int) -> Content:
        """The whole help in lines of at most ``width`` cells."""
        return help_text(width)

    def action_scroll(self, rows: int) -> None:
        """Move the text."""
        box = self.query_one("#box", VerticalScroll)
        box.scroll_to(y=box.scroll_y + rows, animate=False)


def help_text(width: int = 86) -> Content:
    """The help of the stepping screen in lines of at most ``width`` cells."""
    mouse = [(what, "bold", does) for what, does in MOUSE]
    return written(_IDEA, KEYED, GROUPS, {"what is seen": LEGEND, "mouse": mouse}, width)


def written(
    idea: str,
    actions: Sequence[Action],
    groups: Sequence[str],
    signs: Mapping[str, Sequence[tuple[str, str, str]]],
    width: int,
) -> Content:
    """A help page: what the screen is for, its keys by group, and by heading the signs with their styles and meanings."""
    parts: list[tuple[str, str]] = [(f"{line}\n", "") for line in wrap(idea, width)]
    for group in groups:
        parts.append((f"\n{group}\n", "bold $active"))
        for action in actions:
            if action.group == group:
                parts += _entry(keys_text(action), "bold", action.help, width)
    for heading, entries in signs.items():
        parts.append((f"\n{heading}\n", "bold $active"))
        for sample, style, meaning in entries:
            parts += _entry(sample, style, meaning, width)
    return Content.assemble(*parts)


def _entry(left: str, style: str, right: str, width: int) -> list[tuple[str, str]]:
    lines = wrap(right, max(width - _KEYS - 4, 20))
    parts = [("  ", ""), (left, style), (" " * (_KEYS - len(left)), ""), (f"  {lines[0]}\n", "")]
    return parts + [(f"{'':<{_KEYS + 4}}{line}\n", "") for line in lines[1:]]
