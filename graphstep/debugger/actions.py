"""Everything the debugger can do, in one table.

The session looks up here what performs an action; the bindings, the line of keys, the help, the palette, the words of the line
prompt and the docs are made from it. It is plain data: reading it loads nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

GROUPS = ("step", "select and look", "ask what if", "open and fold", "take away", "program")
"""The groups, in the order of the help."""


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
    """One of :data:`GROUPS`."""
    rank: int = 0
    """Its place in the line of keys, from 1; a narrow window shows the lowest ranks. 0 is not shown there."""
    commands: str = ""
    """The module of :mod:`graphstep.debugger.commands` that performs it; empty for what concerns the face alone."""
    words: tuple[str, ...] = ()
    """The words for it at a line prompt, besides its keys that are one character; the first is the one to show."""
    takes: str = ""
    """What stands behind the word; empty where nothing does."""
    optional: bool = False
    """Whether that may be left out."""


ACTIONS = (
    Action("step", ("right", "n", "space"), "step", "one step on", "step", 1, commands="moving", words=("next", "step", "s")),
    Action("back", ("left",), "back", "one step back", "step", 2, commands="moving", words=("back",)),
    Action("over", ("o",), "over", "over the next gate: all that it does at once", "step", 4, commands="moving", words=("over",)),
    Action("back_over", ("O",), "back over", "back to where the gate began", "step", commands="moving", words=("back over",)),
    Action(
        "finish",
        ("f",),
        "finish phase",
        "to the end of the forward or the backward pass",
        "step",
        9,
        commands="moving",
        words=("finish",),
    ),
    Action(
        "first",
        ("home",),
        "first",
        "to the start, where only the inputs have values",
        "step",
        commands="moving",
        words=("home", "first", "start"),
    ),
    Action("last", ("end",), "last", "to the last step", "step", commands="moving", words=("end", "last")),
    Action("continue", ("c",), "continue", "to the next breakpoint", "step", 20, commands="breaking", words=("continue", "cont")),
    Action(
        "continue_back",
        ("C",),
        "continue back",
        "back to the breakpoint before",
        "step",
        commands="breaking",
        words=("continue back",),
    ),
    Action(
        "jump",
        ("g", "colon"),
        "go to",
        "to a step by its number",
        "step",
        13,
        commands="moving",
        words=("at", "goto", "jump"),
        takes="STEP",
    ),
    Action(
        "break_at",
        ("b",),
        "break",
        "stop at the selected or active node with c, or no longer",
        "step",
        19,
        commands="breaking",
        words=("break",),
        takes="NODE",
        optional=True,
    ),
    Action(
        "break_on",
        ("B",),
        "break on",
        "stop with c on a condition: grad W == 0, abs(grad) < 1e-3, isnan, gate max, saturated, dead …",
        "step",
        commands="breaking",
        words=("break on", "conditions"),
        takes="CONDITION",
    ),
    Action("clear", (), "clear", "take all breakpoints away", "step", commands="breaking", words=("clear", "delete")),
    Action(
        "last_change",
        ("w",),
        "who changed it",
        "back to the step that last changed the gradient, or the value, of the selected or active node",
        "step",
        commands="breaking",
        words=("why", "who"),
        takes="NODE",
        optional=True,
    ),
    Action(
        "select_next",
        ("tab",),
        "select",
        "select the next node",
        "select and look",
        10,
        commands="looking",
        words=("select next", "tab"),
    ),
    Action(
        "select_previous",
        ("shift+tab",),
        "select previous",
        "select the previous node",
        "select and look",
        commands="looking",
        words=("select previous",),
    ),
    Action(
        "select",
        (),
        "select",
        "select a node by its name, its id or its text",
        "select and look",
        commands="looking",
        words=("select",),
        takes="NODE",
    ),
    Action(
        "print",
        (),
        "print",
        "print a value, a gradient, both, or an expression of them: grad x, value q, q*grad q",
        "select and look",
        commands="looking",
        words=("print", "show"),
        takes="QUANTITY",
        optional=True,
    ),
    Action(
        "watch",
        (),
        "watch",
        "list a quantity with every step, or no longer: grad w1, q*grad q, norm(grad W)",
        "select and look",
        commands="looking",
        words=("watch",),
        takes="QUANTITY",
    ),
    Action(
        "unwatch",
        (),
        "unwatch",
        "list nothing with every step any more",
        "select and look",
        commands="looking",
        words=("unwatch",),
    ),
    Action("select_up", ("up",), "select above", "select the node above", "select and look"),
    Action("select_down", ("down",), "select below", "select the node below", "select and look"),
    Action(
        "arrows",
        ("s",),
        "arrows select",
        "let all four arrows select along the wires, until s or escape",
        "select and look",
    ),
    Action(
        "deselect",
        ("escape",),
        "deselect",
        "select nothing, and show the step again",
        "select and look",
        commands="looking",
        words=("deselect", "none"),
    ),
    Action("find", ("slash",), "find", "find a node or a step by its text", "select and look", 8),
    Action(
        "follow", ("full_stop",), "follow", "bring the active gate back into view", "select and look", words=("again", "here")
    ),
    Action("zoom", ("z",), "zoom", "draw roomy or compact", "select and look", 14),
    Action("values", ("l",), "values", "show or hide the table of values", "select and look", 11, words=("values", "list")),
    Action("pan_left", ("shift+left", "ctrl+left"), "pan left", "move the view to the left", "select and look"),
    Action("pan_right", ("shift+right", "ctrl+right"), "pan right", "move the view to the right", "select and look"),
    Action("pan_up", ("shift+up", "ctrl+up"), "pan up", "move the view up", "select and look"),
    Action("pan_down", ("shift+down", "ctrl+down"), "pan down", "move the view down", "select and look"),
    Action("page_up", ("pageup",), "page up", "move the view up by a page", "select and look"),
    Action("page_down", ("pagedown",), "page down", "move the view down by a page", "select and look"),
    Action("edit", ("e",), "edit", "edit the inputs, live: every change is shown as old → new", "ask what if", 5),
    Action(
        "more",
        ("plus", "equals_sign"),
        "nudge up",
        "nudge the selected input up: predicted and true change of the output",
        "ask what if",
        12,
    ),
    Action("less", ("minus",), "nudge down", "nudge the selected input down", "ask what if"),
    Action(
        "verify",
        ("v",),
        "verify",
        "check the gradient of the selected or active node with three witnesses",
        "ask what if",
        6,
    ),
    Action(
        "jacobian",
        ("j",),
        "Jacobian",
        "the Jacobian of the wire at work, or of those at the selected node, and why no run forms it",
        "ask what if",
    ),
    Action(
        "paths",
        ("P",),
        "paths",
        "every path from the selected or active node to the output as a product, and their sum: the gradient",
        "ask what if",
    ),
    Action(
        "data",
        ("d",),
        "data",
        "look at the cells of the selected or active node, and at one of them as the sum that it is",
        "select and look",
    ),
    Action(
        "diagnosis",
        ("D",),
        "diagnosis",
        "the layers in figures, and what is wrong: saturated, dead, vanishing, exploding",
        "ask what if",
    ),
    Action(
        "predict",
        ("p",),
        "predict",
        "answer before each step what it will make, or no longer",
        "ask what if",
        21,
        commands="predicting",
        words=("predict",),
    ),
    Action(
        "answer",
        (),
        "answer",
        "answer the question about the next step; nothing behind it gives up and shows it",
        "ask what if",
        commands="predicting",
        words=("answer",),
        takes="ANSWER",
        optional=True,
    ),
    Action("into", ("i",), "into", "open the selected or active composite gate, such as σ, into its parts", "open and fold", 15),
    Action("out", ("u",), "out", "close the gate that was opened last", "open and fold"),
    Action("fold", ("F",), "fold", "make one gate of every typed 1/(1+exp(-u)) and its like, or undo that", "open and fold"),
    Action("export", ("x",), "export", "write the run up to here to a file", "take away", 7),
    Action("copy", ("y",), "copy", "copy the command that opens this very step again", "take away", 16),
    Action("palette", ("ctrl+p",), "palette", "search everything that can be done", "program", 17),
    Action(
        "theme", ("t",), "theme", "the next theme: dark, light, high contrast, colour-blind safe, the terminal's own", "program"
    ),
    Action(
        "help",
        ("question_mark", "f1"),
        "help",
        "the keys, and what colours and shapes mean",
        "program",
        3,
        words=("help",),
        takes="WORD",
        optional=True,
    ),
    Action("quit", ("q", "ctrl+c"), "quit", "leave", "program", 18, words=("quit", "exit")),
)
"""All actions, in the order of the help."""

KEYED = tuple(action for action in ACTIONS if action.keys)
"""The actions that have a key; the others are for a line prompt."""

BY_ID = {action.id: action for action in ACTIONS}
"""The actions by name."""

_SHOWN = {
    "right": "→",
    "left": "←",
    "up": "↑",
    "down": "↓",
    "slash": "/",
    "colon": ":",
    "full_stop": ".",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "question_mark": "?",
    "escape": "esc",
    "pageup": "page up",
    "pagedown": "page down",
    "f1": "F1",
}


ARROWS = "The arrows select along the wires.  n, space: step   s, esc: end this"
"""What the line of keys says as long as that is so."""


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
