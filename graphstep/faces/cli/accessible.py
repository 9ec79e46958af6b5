"""Whether a user asks for lines in place of a screen, once for all commands."""

from __future__ import annotations

import os

from graphstep.ground.browser import in_browser

ACCESSIBLE = "ACCESSIBLE"
"""The environment variable that asks for it."""


def asked_for() -> bool:
    """Whether the environment asks for lines in place of the screen.

    ``ACCESSIBLE=1`` is what other programs of the command line take for it too. A browser has no lines.
    """
    return os.environ.get(ACCESSIBLE, "") not in ("", "0") and not in_browser()
