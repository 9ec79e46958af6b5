"""Commands performed one after another."""

from __future__ import annotations

from graphstep.debugger.session import Command, Reply, perform
from graphstep.debugger.state import State


def do(state: State, *commands: str | tuple[str, str | int]) -> State:
    """The state after commands that are performed."""
    for command in commands:
        state, reply = perform(state, Command(*((command,) if isinstance(command, str) else command)))
        assert reply.status == "done", (command, reply)
    return state


def reply_to(state: State, action: str, argument: str | int | None = None) -> Reply:
    """What one command is answered."""
    return perform(state, Command(action, argument))[1]
