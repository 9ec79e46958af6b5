"""A line that was typed, as a command of the session."""

from __future__ import annotations

import re
from functools import cache

from graphstep.debugger.actions import ACTIONS, BY_ID, key_text
from graphstep.debugger.session import Command
from graphstep.debugger.state import Inputs
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.language.read.tokens import NAME
from graphstep.language.values import read_texts, split_inputs, split_words

QUANTITIES = ("grad", "gradient", "value")
"""The words that begin a quantity, which is printed."""

_ASSIGNMENT = re.compile(rf"\s*{NAME}\s*=(?!=)")


def read_line(line: str, *, question: bool = False) -> Command | None:
    """The command of a line; None for a blank line and a comment. Raises InputError for what is none, and says what is near.

    While a ``question`` is open, what is no command is its answer.

    >>> read_line("break grad x == 0"), read_line("12"), read_line("  # a comment")
    (Command(action='break_at', argument='grad x == 0'), Command(action='jump', argument='12'), None)
    """
    line = line.strip()
    if not line or line.startswith("#"):
        return None
    if line.isascii() and line.replace(",", "").isdecimal() and not question:
        return Command("jump", line)
    if _ASSIGNMENT.match(line):
        return _command("edit", line)
    actions, parts = words(), line.split(maxsplit=2)
    for count in (2, 1):
        word, rest = " ".join(parts[:count]), " ".join(parts[count:])
        action = actions.get(word if count == 1 and len(word) == 1 else word.casefold())
        if len(parts) >= count and action is not None:
            return _command(action, rest.strip())
    if parts[0] in QUANTITIES and len(parts) > 1:
        return Command("print", line)
    if question:
        return Command("answer", line)
    hint = did_you_mean(parts[0], [*actions, *QUANTITIES])
    raise InputError(f"there is no command {quoted(parts[0])}", hint=f"{hint}{' ' if hint else ''}help lists the commands")


def _command(action: str, rest: str) -> Command:
    if action == "predict" and rest:
        # p toggles the questions, and p grad x prints, as in other debuggers.
        action = "print"
    if rest and not BY_ID[action].takes:
        raise InputError(f"nothing stands behind {quoted(word_of(action))}", hint=f"leave {quoted(rest)} out")
    if action == "edit" and rest:
        rest = re.sub(r"\s*=\s*", "=", rest)
        texts = split_inputs(split_words(rest))
        return Command(action, Inputs(read_texts(texts), texts))
    return Command(action, rest or None)


@cache
def words() -> dict[str, str]:
    """By word, or by key of one character, the action that it stands for."""
    letters = {key_text(key): action.id for action in ACTIONS for key in action.keys if len(key_text(key)) == 1}
    keys = {letter: action for letter, action in letters.items() if letter.isascii()}
    # What only a screen has is known by its name, so that the prompt can say so.
    return keys | {word: action.id for action in ACTIONS for word in action.words or (action.label,)}


def word_of(action: str) -> str:
    """How the prompt calls an action: by its key where that is one character, else by its first word."""
    keys = [key for key, name in words().items() if name == action]
    row = BY_ID[action]
    letters = [key_text(key) for key in row.keys if key_text(key) in keys]
    return next(iter([*letters, *row.words, row.label]))


@cache
def prompt_keys() -> dict[str, str]:
    """By action, how the prompt calls it."""
    return {action.id: word_of(action.id) for action in ACTIONS}
