"""The keys by group, and what colours and shapes mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import Binding

from graphstep.debugger.actions import Action, Set, groups, keys_text
from graphstep.debugger.labels import group_text, help_text
from graphstep.faces.explanations import Line
from graphstep.faces.keymap import actions_of
from graphstep.faces.tui.dialogs.page import TextPage
from graphstep.faces.tui.messages import language_of
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

_TRAINING = (
    ("⣀⡠⠤", "$active", "sign-loss"),
    ("○", "$value", "sign-held-out"),
    ("◉", "$selected", "sign-round"),
    ("│", "$warn", "sign-not-finite"),
    ("● ▲ ■", "bold $active", "sign-norms"),
    ("┼", "bold $active", "sign-trained"),
)

MOUSE = ("mouse-click", "mouse-drag", "mouse-wheel")
"""The messages that say what the mouse does, each beside the one that says with what."""


class HelpPage(TextPage):
    """All keys, made from the table of actions, and the legend."""

    BINDINGS: ClassVar = [
        Binding("question_mark", "leave", "close", id="help-leave"),
        Binding("j", "scroll(0, 1)", "down", id="help-down"),
        Binding("k", "scroll(0, -1)", "up", id="help-up"),
    ]

    KEYS = "help-keys"

    def __init__(self, title: str, at_hand: Set) -> None:
        super().__init__(title)
        self.at_hand = at_hand
        """What is at hand: whose keys are listed."""

    def lines(self, width: int) -> list[Line]:
        """The whole help in lines of at most so many cells."""
        return help_page(min(width, 86), language_of(self), self.at_hand)


def help_page(width: int = 86, language: str = ENGLISH, at_hand: Set = "stepping") -> list[Line]:
    """The help of what is at hand in lines of at most ``width`` cells."""
    if at_hand == "training":
        return _help_lines(language, "training-idea", actions_of(at_hand), {"training-drawn": _TRAINING}, width)
    mouse = [(message(language, f"{key}-what"), "bold", key) for key in MOUSE]
    return _help_lines(language, "help-idea", actions_of(at_hand), {"help-seen": LEGEND, "help-mouse": mouse}, width)


def _help_lines(
    language: str,
    idea: str,
    actions: Sequence[Action],
    signs: Mapping[str, Sequence[tuple[str, str, str]]],
    width: int,
) -> list[Line]:
    """A help page: what the screen is for, its keys by group, and by heading the signs with their styles and meanings.

    ``idea``, the headings and the meanings of signs are messages.
    """
    say = partial(message, language)
    lines: list[Line] = [[(line, "")] for line in wrapped(say(idea), width)]
    for group, members in groups(action for action in actions if action.keys).items():
        lines += [], [(group_text(language, group), "bold $active")]
        for action in members:
            lines += _entry(keys_text(action), "bold", help_text(language, action), width)
    for heading, entries in signs.items():
        lines += [], [(say(heading), "bold $active")]
        for sample, style, meaning in entries:
            lines += _entry(sample, style, say(meaning), width)
    return lines


def _entry(left: str, style: str, right: str, width: int) -> list[Line]:
    first, *more = wrapped(right, max(width - _KEYS - 4, 20))
    return [
        [("  ", ""), (left, style), (f"{'':<{_KEYS - cell_width(left) + 2}}{first}", "")],
        *([(f"{'':<{_KEYS + 4}}{line}", "")] for line in more),
    ]
