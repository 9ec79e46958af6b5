"""Everything the debugger can do, in one table.

The session looks up here what performs an action; the bindings, the line of keys, the help, the palette, the words of the line
prompt and the docs are made from it. It is plain data: reading it loads nothing else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Literal

from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done."""

    id: str
    """Its name, which a command carries."""
    keys: tuple[str, ...]
    """The keys that do it, in Textual's spelling; the first is the one to show. None for what only a line prompt needs."""
    label: str
    """What the line of keys says: one or two words."""
    help: str
    """What it does, in one sentence without a full stop."""
    group: str
    """The heading under which the help has it."""
    rank: int = 0
    """How soon the line of keys has it, from 1; a narrow window shows the lowest ranks. 0 is shown where it matters now."""
    commands: str = ""
    """The module of :mod:`graphstep.debugger.commands` that performs it; empty for what concerns the face alone."""
    words: tuple[str, ...] = ()
    """The words for it at a line prompt, besides its keys that are one character; the first is the one to show."""
    takes: str = ""
    """What stands behind the word; empty where nothing does."""
    optional: bool = False
    """Whether that may be left out."""
    tells: bool = False
    """Whether it would give the answer of a lesson away, or leave the run that the question is about: then it waits."""


# A row in a line or two, so that the table can be looked over.
# fmt: off
STEPPING = (
    Action("step", ("right", "n", "space"), "step", "one step on", "step", 1, "moves", ("next", "step", "s")),
    Action("back", ("left",), "back", "one step back", "step", 2, "moves", ("back",)),
    Action("over", ("o",), "over", "over the next gate: all that it does at once", "step", 4, "moves", ("over",)),
    Action("back_over", ("O",), "back over", "back to where the gate began", "step", 0, "moves", ("back over",)),
    Action("finish", ("f",), "finish phase", "to the end of the forward or the backward pass", "step", 11, "moves", ("finish",)),
    Action("first", ("home",), "first", "to the start, where only the inputs have values",
           "step", 0, "moves", ("home", "first", "start")),
    Action("last", ("end",), "last", "to the last step", "step", 0, "moves", ("end", "last")),
    Action("continue", ("c",), "continue", "to the next breakpoint", "step", 23, "breakpoints", ("continue", "cont")),
    Action("continue_back", ("C",), "continue back", "back to the breakpoint before",
           "step", 0, "breakpoints", ("continue back",)),
    Action("autoplay", ("a",), "autoplay",
           "play the run by itself, a step at a time, to a breakpoint or the end; any other key stops it",
           "step", 13),
    Action("faster", ("greater_than_sign",), "faster", "play faster", "step"),
    Action("slower", ("less_than_sign",), "slower", "play slower", "step"),
    Action("jump", ("g", "colon"), "go to", "to a step by its number, or into an opened gate: 12/p/3 is step 3 inside p",
           "step", 15, "moves", ("at", "goto", "jump"), "STEP"),
    Action("ready", ("r",), "ready gates",
           "on the way back, the gates that are ready: another one goes on next, and the gradients come out the same",
           "step", 0, "order", ("ready", "order"), "NODE", optional=True, tells=True),
    Action("mark", ("m",), "mark", "mark this place with a letter, or no longer: the step, and the gates that are open",
           "step", 0, "marks", ("mark",), "LETTER"),
    Action("to_mark", ("apostrophe",), "to mark", "to the place with that letter; ' itself goes back to where you came from",
           "step", 0, "marks", ("to mark",), "LETTER"),
    Action("marks", (), "marks", "list the marks", "step", 0, "marks", ("marks",)),
    Action("break_at", ("b",), "break", "stop at the selected or active node with c, or no longer",
           "step", 7, "breakpoints", ("break",), "NODE", optional=True),
    Action("break_on", ("B",), "break on",
           "stop with c on a condition: grad W == 0, abs(grad) < 1e-3, isnan, gate max, saturated, dead …",
           "step", 0, "breakpoints", ("break on", "conditions"), "CONDITION"),
    Action("clear", (), "clear", "take all breakpoints away", "step", 0, "breakpoints", ("clear", "delete")),
    Action("last_change", ("w",), "who changed it",
           "back to the step that last changed the gradient, or the value, of the selected or active node; there, to its cause",
           "step", 0, "causes", ("why", "who"), "NODE", optional=True),
    Action("causes", ("ctrl+w",), "causes",
           "the chain of causes of a gradient or a value, to the place that began it: grad x, value q",
           "step", 0, "causes", ("causes", "chain"), "QUANTITY", optional=True),
    Action("select_next", ("tab",), "select", "select the next node",
           "select and look", 16, "quantities", ("select next", "tab")),
    Action("select_previous", ("shift+tab",), "select previous", "select the previous node",
           "select and look", 0, "quantities", ("select previous",)),
    Action("select", (), "select", "select a node by its name, its id or its text",
           "select and look", 0, "quantities", ("select",), "NODE"),
    Action("print", (), "print", "print a value, a gradient, both, or an expression of them: grad x, value q, q*grad q",
           "select and look", 0, "quantities", ("print", "show"), "QUANTITY", optional=True),
    Action("watch", ("W",), "watch", "list a quantity with every step, or no longer: grad w1, q*grad q, norm(grad W)",
           "select and look", 14, "quantities", ("watch",), "QUANTITY"),
    Action("unwatch", (), "unwatch", "list nothing with every step any more", "select and look", 0, "quantities", ("unwatch",)),
    Action("select_up", ("up",), "select above", "select the node above", "select and look"),
    Action("select_down", ("down",), "select below", "select the node below", "select and look"),
    Action("arrows", ("s",), "arrows select", "let all four arrows select along the wires, until s or escape", "select and look"),
    Action("deselect", ("escape",), "deselect", "select nothing, and show the step again",
           "select and look", 0, "quantities", ("deselect", "none")),
    Action("find", ("slash",), "find", "find a node or a step by its text",
           "select and look", 10, "quantities", ("find", "search"), "TEXT"),
    Action("follow", ("full_stop",), "follow", "bring the active gate back into view; at a prompt, tell the step again in full",
           "select and look", 0, "", ("again", "here")),
    Action("zoom", ("z",), "zoom", "draw roomy or compact", "select and look", 19, "", ()),
    Action("values", ("l",), "values", "show or hide the table of values", "select and look", 12, "", ("values", "list")),
    Action("pan_left", ("shift+left", "ctrl+left"), "pan left", "move the view to the left", "select and look"),
    Action("pan_right", ("shift+right", "ctrl+right"), "pan right", "move the view to the right", "select and look"),
    Action("pan_up", ("shift+up", "ctrl+up"), "pan up", "move the view up", "select and look"),
    Action("pan_down", ("shift+down", "ctrl+down"), "pan down", "move the view down", "select and look"),
    Action("text_down", ("right_curly_bracket",), "more text", "scroll the explanation down", "select and look"),
    Action("text_up", ("left_curly_bracket",), "text up", "scroll the explanation up", "select and look"),
    Action("page_up", ("pageup",), "page up", "move the view up by a page", "select and look"),
    Action("page_down", ("pagedown",), "page down", "move the view down by a page", "select and look"),
    Action("edit", ("e",), "edit", "edit the inputs, live: every change is shown as old → new",
           "ask what if", 6, "edits", ("set", "edit"), "NAME=VALUE …", tells=True),
    Action("more", ("plus", "equals_sign"), "nudge up", "nudge the selected input up: predicted and true change of the output",
           "ask what if", 22, "edits", ("more", "nudge"), "INPUT", optional=True, tells=True),
    Action("less", ("minus",), "nudge down", "nudge the selected input down",
           "ask what if", 0, "edits", ("less",), "INPUT", optional=True, tells=True),
    Action("cut", ("X",), "cut",
           "cut the wire at work, or at the selected node: nothing flows back along it, and what that changes: q -> f",
           "ask what if", 0, "edits", ("cut",), "WIRE", optional=True, tells=True),
    Action("undo", ("U",), "undo", "take the last edit, nudge or cut back",
           "ask what if", 0, "edits", ("undo",), tells=True),
    Action("compare", ("E",), "compare",
           "what the last edit has changed, number by number, or how the run differs from a saved one",
           "ask what if", 0, "comparisons", ("compare", "diff"), "RUN", optional=True, tells=True),
    Action("verify", ("v",), "verify", "check the gradient of the selected or active node with three witnesses",
           "ask what if", 8, "edits", ("check", "verify"), "NODE", optional=True, tells=True),
    Action("quotients", ("H",), "error over h",
           "how far difference quotients are off for every step h: truncation falls, then round-off rises",
           "ask what if", 0, "edits", ("error", "quotients"), "INPUT", optional=True, tells=True),
    Action("jacobian", ("j",), "Jacobian",
           "the Jacobian of the wire at work, or of those at the selected node, and why no run forms it",
           "ask what if", 0, "edits", ("jacobian",), "NODE", optional=True, tells=True),
    Action("tangents", ("J",), "forward mode",
           "move the selected or active node by itself, and pass that on to the output: forward mode, and what it costs",
           "ask what if", 0, "edits", ("forward", "tangents"), "NODE", optional=True, tells=True),
    Action("paths", ("P",), "paths",
           "the paths from the selected or active node to the output as products, the largest first, and their sum: the gradient",
           "ask what if", 0, "edits", ("paths",), "NODE", optional=True, tells=True),
    Action("data", ("d",), "data", "look at the cells of the selected or active node, and at one of them as the sum that it is",
           "select and look", 0, "quantities", ("data", "cells"), "NODE[I, J]", optional=True),
    Action("diagnosis", ("D",), "diagnosis", "the layers in figures, and what is wrong: saturated, dead, vanishing, exploding",
           "ask what if", 0, "edits", ("diagnose", "diagnosis"), tells=True),
    Action("predict", ("p",), "predict", "answer before each step what it will make, or no longer",
           "ask what if", 5, "predictions", ("predict",), tells=True),
    Action("answer", (), "answer", "answer the question that is open; nothing behind it gives up and shows it",
           "ask what if", 0, "predictions", ("answer",), "ANSWER", optional=True),
    Action("hint", ("f2", "h"), "hint", "one more hint to the question",
           "ask what if", 0, "predictions", ("hint",)),
    Action("summary", ("S",), "summary", "what was predicted so far: tries, hints, and which slips came up; or that as a file",
           "ask what if", 0, "predictions", ("summary",), "FILE", optional=True),
    Action("into", ("i",), "into", "step into the selected, active or next call or turn, or composite gate, such as σ",
           "open and fold", 21, "frames", ("into",), "NODE", optional=True, tells=True),
    Action("out", ("u",), "out", "out of what was opened last: a gate, to where it was opened, or a call, to its end",
           "open and fold", 0, "frames", ("out", "up"), tells=True),
    Action("fold", ("F",), "fold", "make one gate of every typed 1/(1+exp(-u)) and its like, or undo that",
           "open and fold", 0, "frames", ("fold", "unfold"), tells=True),
    Action("rewrite", ("R",), "rewrite",
           "let SymPy expand, factor, simplify or nest the program: other gates, the same gradients, beside what was typed",
           "open and fold", 0, "rewritings", ("rewrite",), "FORM", tells=True),
    Action("export", ("x",), "export", "write the run up to here to a file",
           "take away", 9, "exports", ("export", "write"), "FILE", tells=True),
    Action("copy", ("y",), "copy", "copy the command that opens this very step again",
           "take away", 17, "exports", ("copy", "command"), tells=True),
    Action("palette", ("ctrl+p",), "palette", "search everything that can be done", "program", 18, "", ()),
    Action("theme", ("t",), "theme", "the next theme: dark, light, high contrast, colour-blind safe, the terminal's own",
           "program"),
    Action("redraw", ("ctrl+l",), "redraw", "paint the whole screen again, where another program has written over it", "program"),
    Action("help", ("question_mark", "f1"), "help", "the keys, and what colours and shapes mean",
           "program", 3, "", ("help",), "WORD", optional=True),
    Action("quit", ("q", "ctrl+c"), "quit", "leave", "program", 20, "", ("quit", "exit")),
)
"""Stepping through a run, in the order of the help."""

LESSON = (
    Action("on", ("enter",), "go on", "answer, or go on to the next section; at the end to the next lesson",
           "lesson", 1, "lesson", ("enter", "on", "go on")),
    Action("reveal", ("f3",), "show it", "give the question up, and show its answer",
           "lesson", 3, "lesson", ("show", "show it", "reveal")),
    Action("previous", ("f4", "backspace"), "back", "to the section before", "lesson", 4, "lesson", ("previous",)),
    Action("room", ("f6", "M"), "room", "more room for the run, or for the prose", "lesson", 5),
    Action("start_over", ("f8",), "start over", "the lesson from its start, nothing answered",
           "lesson", 0, "lesson", ("start over",)),
)
"""A lesson, beside the steps of its runs."""

TRAINING = (
    Action("train", ("space",), "train", "start the training, or pause it; nothing is lost",
           "train", 1, "training", ("train", "run")),
    Action("round", ("right",), "round", "one round on; behind the last one another is trained",
           "train", 2, "training", ("round", "next", "step")),
    Action("round_back", ("left",), "back", "one round back", "train", 4, "training", ("back",)),
    Action("round_into", ("enter", "i"), "into", "step through this round: forward, backward, update",
           "train", 5, "training", ("into", "enter")),
    Action("ten", ("pagedown",), "ten rounds", "ten rounds on", "train", 0, "training", ("ten",)),
    Action("ten_back", ("pageup",), "ten back", "ten rounds back", "train", 0, "training", ("ten back",)),
    Action("round_first", ("home",), "first", "to the first round", "train", 0, "training", ("first", "home", "start")),
    Action("round_last", ("end",), "last", "to the last round that was trained", "train", 0, "training", ("last", "end")),
    Action("round_at", ("g", "colon"), "go to", "to a round by its number",
           "train", 8, "training", ("at", "goto", "jump"), "ROUND"),
    Action("pause", ("escape",), "pause", "pause the training", "train", 0, "training"),
    Action("log", ("l",), "log", "a logarithmic scale, or a linear one", "look", 6),
    Action("norms", ("n",), "norms", "show or hide the norms of the gradients", "look", 7),
    Action("parameter_up", ("up",), "parameter above", "the parameter above, and its update",
           "look", 0, "training", ("above", "parameter above")),
    Action("parameter_down", ("down",), "parameter below", "the parameter below, and its update",
           "look", 0, "training", ("below", "parameter below")),
    Action("save", ("s",), "save", "save the state, from which --resume goes on", "take away", 9, "training", ("save",), "FILE"),
    Action("report", ("x",), "export", "write the curve, the history or a report to a file",
           "take away", 10, "training", ("export", "write"), "FILE"),
)
"""A training, before any of its rounds is stepped through."""
# fmt: on

Set = Literal["stepping", "lesson", "training"]
"""What is at hand: a run, a lesson, or a training."""

SETS: dict[Set, tuple[Action, ...]] = {
    "stepping": STEPPING,
    "lesson": LESSON + STEPPING,
    "training": TRAINING + tuple(action for action in STEPPING if action.group == "program"),
}
"""By what is at hand, the actions that there are."""

ACTIONS = LESSON + STEPPING + TRAINING
"""All actions."""

BY_ID = {action.id: action for action in ACTIONS}
"""The actions by name."""


def keyed(at_hand: Set) -> tuple[Action, ...]:
    """The actions that have a key, in the order of the help; the others are for a line prompt."""
    return tuple(action for action in SETS[at_hand] if action.keys)


def groups(actions: Iterable[Action]) -> dict[str, list[Action]]:
    """Actions by their headings, both in the order in which they come."""
    result: dict[str, list[Action]] = {}
    for action in actions:
        result.setdefault(action.group, []).append(action)
    return result


# Textual takes a character's name in Unicode, and shorter names for these.
_SHORT = {"+": "plus", "-": "minus", "/": "slash", "@": "at", "\\": "backslash", "_": "underscore"}

CHARACTERS = {
    character: _SHORT.get(character) or unicodedata.name(character).lower().replace(" ", "_").replace("-", "_")
    for character in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
}
"""What Textual calls the characters that are neither letters nor digits."""

_SHOWN = {
    "right": "→",
    "left": "←",
    "up": "↑",
    "down": "↓",
    "escape": "esc",
    "pageup": "page up",
    "pagedown": "page down",
    **{name: character for character, name in CHARACTERS.items()},
    **{f"f{n}": f"F{n}" for n in range(1, 25)},
}


def key_text(key: str) -> str:
    """A key as a person reads it.

    >>> key_text("shift+left"), key_text("ctrl+p"), key_text("question_mark")
    ('shift+←', '^p', '?')
    """
    modifiers, _, name = key.rpartition("+")
    shown = _SHOWN.get(name, name)
    if modifiers == "ctrl" and len(shown) == 1 and shown.isascii():
        return f"^{shown}"
    return f"{modifiers}+{shown}" if modifiers else shown


def keys_text(action: Action) -> str:
    """All keys of an action: ``→ n space``."""
    return " ".join(key_text(key) for key in action.keys)
