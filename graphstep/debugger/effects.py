"""What a command asks of the face that sent it. Only a face writes, copies, asks or waits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Own:
    """The action is the face's own: it changes nothing but the view."""

    action: str
    """The name of the action."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the user for the argument of an action, and send the command again with it."""

    action: str
    """The name of the action."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Put the command that opens this step again into the clipboard."""

    command: str
    """The command, for a shell."""
    untold: tuple[str, ...]
    """The inputs that it leaves out: too large to be written, and not as typed."""
    closed: bool
    """Whether it opens the program as typed, with gates closed that are open here."""


@dataclass(frozen=True, slots=True)
class Write:
    """Write the run up to the step that is shown to a file."""

    path: str
    """The path as typed; its suffix says the format."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Compare the gradient of a node with other witnesses: long work, which may be given up."""

    node: int
    """The node."""


@dataclass(frozen=True, slots=True)
class Diagnose:
    """Look for what is wrong with the run: long work."""


Effect = Own | Ask | Copy | Write | Witnesses | Diagnose
"""Everything that a reply can ask for."""
