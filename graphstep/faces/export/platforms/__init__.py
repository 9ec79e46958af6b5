"""Learning platforms: exercises as the files that they import, one module a platform.

A module that writes questions has

- ``SUFFIX``: the ending of the file's name,
- ``writes(exercises, title)``: the bytes of the file; equal exercises give equal bytes.

Its module's name is the format's name (``--format moodle``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from graphstep.faces.export._modules import module_in, names_in
from graphstep.ground.errors import InputError, quoted

if TYPE_CHECKING:
    from graphstep.teaching.exercise.exercise import Exercise


class Platform(Protocol):
    """What a module of this package offers that writes questions."""

    SUFFIX: str
    """The ending of the file's name."""

    def writes(self, exercises: Sequence[Exercise], title: str) -> bytes:
        """The file that the platform imports."""


def platforms() -> tuple[str, ...]:
    """The names of all platforms; nothing is imported for it."""
    return names_in(__path__)


def platform(name: str) -> Platform:
    """The writer of a platform; InputError where there is none."""
    return cast("Platform", module_in(__name__, platforms(), name, "platform"))


def platform_of(path: str | Path) -> str | None:
    """The platform whose files end as a path does; None where none does. InputError where several do: one has to be named."""
    suffix = Path(path).suffix.lower()
    # Canvas and QTI both want a .zip: which one is meant is asked and not guessed, for neither reads the other's.
    names = [name for name in platforms() if suffix == platform(name).SUFFIX]
    if len(names) > 1:
        hint = " or ".join(f"--format {name}" for name in names)
        raise InputError(f"{quoted(str(path))} may be for {' or '.join(names)}", hint=hint)
    return names[0] if names else None
