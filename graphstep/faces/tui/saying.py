"""An error as it is said on the screen, where there is a line for it and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.ground.errors import GraphstepError


def said_of(error: GraphstepError) -> str:
    """An error in one line, with what would do."""
    return f"{error.message}{f': {error.hint}' if error.hint else ''}"
