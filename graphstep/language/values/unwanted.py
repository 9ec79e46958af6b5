"""What is said of a file that holds no array of numbers."""

from __future__ import annotations

from collections.abc import Sequence

from graphstep.ground import limits


class UnwantedError(Exception):
    """What a file holds cannot be used; the message goes on behind the name of the file: ``holds no numbers``."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        """What would do."""


def check_wanted(shape: Sequence[int]) -> None:
    """Raise UnwantedError for a shape with more axes or cells than :mod:`graphstep.ground.limits` allows."""
    if len(shape) > limits.AXES:
        raise UnwantedError(f"holds an array of {len(shape)} axes; at most {limits.AXES} are read")
    if limits.cells_of(shape) > limits.CELLS:
        raise UnwantedError(f"holds {limits.cells_text(shape)}; at most {limits.CELLS:,} are read", "take fewer examples")
