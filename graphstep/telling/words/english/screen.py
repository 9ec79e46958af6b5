"""The terminal UI: what stands in its frames, its dialogs and its help."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.telling.words.english import English

_HELP: dict[str, English] = {
    "screen-theme": "Theme: {name}",
    "screen-theme-help": "change the colours",
    "help-title": "keys and signs",
    "help-keys": "↑ ↓ scroll, esc closes",
    "help-idea": (
        "A gate computes its value forward. On the way back it multiplies the gradient that arrives "
        "(upstream) by its own slope (local) and sends the product on."
    ),
    "help-seen": "what is seen",
    "help-mouse": "mouse",
    "mouse-click-what": "click",
    "mouse-click": "selects a node, in the graph or in the values; in the last line, does what the key does",
    "mouse-drag-what": "click, drag",
    "mouse-drag": "in the timeline goes to a step",
    "mouse-wheel-what": "wheel",
    "mouse-wheel": "moves the view; sideways with shift",
    "training-help-title": "keys and signs of training",
    "training-idea": (
        "A round runs the program forward, sends gradients backward, and moves each parameter a little along "
        "or against its gradient. Rounds that were run can be looked at again, and stepped through."
    ),
    "training-drawn": "what is drawn",
}

_SIGNS: dict[str, English] = {
    "sign-value": "a value: above the wire that carries it",
    "sign-gradient": "a gradient: below the wire, on the way back",
    "sign-part": "a part of a gradient: more contributions will arrive",
    "sign-contribution": "a contribution, beside the wire along which it was sent",
    "sign-gate": "the gate at work: a double edge",
    "sign-wire": "the wire at work: heavy",
    "sign-selected": "the selected node: a heavy edge",
    "sign-pending": "a gate that the run has not reached",
    "sign-wrong": "something is wrong here: saturated, dead, vanishing …; select it, or D",
    "sign-range": "of an array whose cells have no room: from the least to the greatest",
    "sign-changed-cells": "changed by an edit: no cell of the array by more",
    "sign-made": "made by this step",
    "sign-changed": "changed by an edit: as it was, as it is",
    "sign-route": "an edit made a max, min, relu or abs choose another way",
    "sign-timeline": "in the timeline: where the backward pass begins, and this step",
    "sign-breakpoint": "a breakpoint: ● at a node, ◆ in the timeline at the steps where c stops",
    "sign-loss": "the loss by round; a scale that says logarithmic has equal factors at equal distances",
    "sign-held-out": "the loss of examples that are held out",
    "sign-round": "this round",
    "sign-not-finite": "the round whose loss is inf or nan: no update follows it",
    "sign-norms": "the norms of the gradients, a sign for each parameter",
    "sign-trained": "in the line of rounds: how far it was trained",
}

SCREEN: dict[str, English] = {**_HELP, **_SIGNS}
"""By id the messages of the terminal UI."""
