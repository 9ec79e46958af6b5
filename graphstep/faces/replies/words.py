"""The states before and after a command, from which the words of its facts are made."""

from __future__ import annotations

from graphstep.debugger.state import State
from graphstep.ground.records import dataclass
from graphstep.telling.words.catalogue import message

Keys = dict[str, str]
"""By action, how a face calls what performs it."""


@dataclass(frozen=True, slots=True)
class Words:
    """The states before and after a command, from which the words of its facts are made."""

    before: State
    """The state in which the command was given."""
    after: State
    """The state that came of it."""
    keys: Keys
    """How the face calls each action."""

    def say(self, key: str, /, **fields: str | int) -> str:
        """A message, in which every action may be called by its key."""
        # No fact has a field that is called as an action is.
        return message(self.before.language, key, **(self.keys | fields))
