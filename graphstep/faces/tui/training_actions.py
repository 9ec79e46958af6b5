"""Everything that a key can do on the training screen, in one table, as :mod:`graphstep.debugger.actions` has it for
stepping.
"""

from __future__ import annotations

from graphstep.debugger.actions import Action

ACTIONS = (
    Action("run", ("space",), "train", "start the training, or pause it; nothing is lost", "train", 1),
    Action("step", ("right",), "round", "one round on; behind the last one another is trained", "train", 2),
    Action("back", ("left",), "back", "one round back", "train", 3),
    Action("into", ("enter", "i"), "into", "step through this round: forward, backward, update", "train", 4),
    Action("ten", ("pagedown",), "ten rounds", "ten rounds on", "train"),
    Action("ten_back", ("pageup",), "ten back", "ten rounds back", "train"),
    Action("first", ("home",), "first", "to the first round", "train"),
    Action("last", ("end",), "last", "to the last round that was trained", "train"),
    Action("jump", ("g", "colon"), "go to", "to a round by its number", "train", 8),
    Action("pause", ("escape",), "pause", "pause the training", "train"),
    Action("log", ("l",), "log", "a logarithmic scale, or a linear one", "look", 6),
    Action("norms", ("n",), "norms", "show or hide the norms of the gradients", "look", 7),
    Action("up", ("up",), "parameter above", "the parameter above, and its update", "look"),
    Action("down", ("down",), "parameter below", "the parameter below, and its update", "look"),
    Action("save", ("s",), "save", "save the state, from which --resume goes on", "take away", 9),
    Action("export", ("x",), "export", "write the curve, the history or a report to a file", "take away", 10),
    Action("palette", ("ctrl+p",), "palette", "search everything that can be done", "program", 11),
    Action("theme", ("t",), "theme", "the next theme", "program"),
    Action("help", ("question_mark", "f1"), "help", "the keys, and what is drawn", "program", 5),
    Action("quit", ("q", "ctrl+c"), "quit", "leave", "program", 12),
)
"""All actions, in the order of the help."""
