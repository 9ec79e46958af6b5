"""Whether a user asks for lines in place of a screen, once for all commands."""

from __future__ import annotations

import os

ACCESSIBLE = "ACCESSIBLE"
"""The environment variable that asks for it."""


def asked_for() -> bool:
    """Whether the environment asks for lines in place of the screen.

    ``ACCESSIBLE=1`` is what other programs of the command line take for it too.
    """
    return os.environ.get(ACCESSIBLE, "") not in ("", "0")
