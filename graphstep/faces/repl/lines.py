"""A line that was typed, as a command of the session."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from graphstep.debugger.actions import ACTIONS, BY_ID, SETS, Set, key_text
from graphstep.debugger.parts import Inputs
from graphstep.debugger.session import Command
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.language.read.token import NAME
from graphstep.language.values import read_texts, split_inputs, split_words

QUANTITIES = ("grad", "gradient", "value")
"""The words that begin a quantity, which is printed."""

_ALONE: dict[Set, str] = {
    "stepping": "a whole number goes to that step",
    "lesson": "the Enter key alone goes on, a whole number goes to that step",
    "training": "a whole number goes to that round",
}
"""What else can be typed than commands."""

# ``x = 3`` edits an input; ``x == 3`` is a condition.
_ASSIGNMENT = re.compile(rf"\s*{NAME}\s*=(?!=)")


def read_line(line: str, *, question: bool = False, at_hand: Set = "stepping", options: Collection[str] = ()) -> Command | None:
    """The command of a line; None for a blank line and a comment. Raises InputError for what is none, and says what is near.

    While a ``question`` is open, one of its ``options``, a number, and what is no command is its answer. In a lesson a blank line
    goes on.

    >>> read_line("break grad x == 0"), read_line("12"), read_line("  # a comment")
    (Command(action='break_at', argument='grad x == 0'), Command(action='jump', argument='12'), None)
    """
    line, lesson = line.strip(), at_hand == "lesson"
    if not line or line.startswith("#"):
        return Command("on") if lesson and not line else None
    # An edit of the inputs waits for the answer in a lesson, so that q = 3 can only be one.
    if question and (line in options or (lesson and _ASSIGNMENT.match(line))):
        return Command("answer", line)
    # A bare number goes to a step, but while a question is open it is the answer.
    if line.isascii() and line.replace(",", "").isdecimal() and not question:
        return Command("round_at" if at_hand == "training" else "jump", line)
    if _ASSIGNMENT.match(line):
        return _command("edit", line)
    if line[0] == "'" and len(line) == 2 and at_hand != "training":
        # As in an editor: the letter stands right behind the sign.
        return _command("to_mark", line[1])
    actions, parts = words(at_hand), line.split(maxsplit=2)
    # Keys are as they are typed, N is not n; words are in any capitals.
    # Two words first: "break on" is another command than "break".
    for count in (2, 1):
        word, rest = " ".join(parts[:count]), " ".join(parts[count:])
        action = actions.get(word if count == 1 and len(word) == 1 else word.casefold())
        if len(parts) >= count and action is not None:
            return _command(action, rest.strip())
    if parts[0] in QUANTITIES and len(parts) > 1:
        return Command("print", line)
    if question:
        return Command("answer", line)
    hint = f"{_ALONE[at_hand]}; help lists the commands"
    if line.lstrip("+-−.([")[:1].isnumeric():
        raise InputError(f"nothing is asked here that {quoted(line, 40)} would answer", hint=hint)
    near = did_you_mean(parts[0], [*actions, *QUANTITIES])
    # Who answers what was only said has read past the end of a section.
    hint = hint if lesson and not near else f"{near} help lists the commands".lstrip()
    raise InputError(f"there is no command {quoted(parts[0])}", hint=hint)


def _command(action: str, rest: str) -> Command:
    if action in ("predict", "reveal") and rest:
        # p toggles the questions, and p grad x prints, as in other debuggers; so does show grad x.
        action = "print"
    elif action == "last_change" and rest.partition(" ")[0] in QUANTITIES:
        # As the command line has it: graphstep why "grad x".
        action = "causes"
    if rest and not BY_ID[action].takes:
        raise InputError(f"nothing stands behind {quoted(word_of(action))}", hint=f"leave {quoted(rest)} out")
    if action == "edit" and rest:
        rest = re.sub(r"\s*=\s*", "=", rest)
        texts = split_inputs(split_words(rest))
        return Command(action, Inputs(read_texts(texts), texts))
    return Command(action, rest or None)


@cache
def words(at_hand: Set = "stepping") -> dict[str, str]:
    """By word, or by key of one character, the action that it stands for; in a lesson its own before those of stepping."""
    result: dict[str, str] = {}
    for action in SETS[at_hand]:
        keys = [key_text(key) for key in action.keys]
        # What only a screen has is known by its name, so that the prompt can say so.
        for word in (*(key for key in keys if len(key) == 1 and key.isascii()), *(action.words or (action.label,))):
            result.setdefault(word, action.id)
    return result


def word_of(action: str, at_hand: Set = "stepping") -> str:
    """How the prompt calls an action: by its key where that is one character, else by its first word."""
    its = [word for word, name in words(at_hand).items() if name == action]
    return next(iter([*(word for word in its if len(word) == 1), *its]), BY_ID[action].label)


@cache
def prompt_keys(at_hand: Set = "stepping") -> dict[str, str]:
    """By action, how the prompt calls it."""
    return {action.id: word_of(action.id, at_hand) for action in ACTIONS}
