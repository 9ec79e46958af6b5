"""Whether a process shows itself in a browser, where ``graphstep serve`` started it."""

from __future__ import annotations

import os

DRIVER = "TEXTUAL_DRIVER"
"""The environment variable by which a server tells a session so: Textual reads it too, and talks through pipes then."""


def in_browser() -> bool:
    """Whether the user of this process sits at a browser, and has no business on this machine's disk.

    Such a process leaves no file here, and tells nothing of what the owner of the machine has done.
    """
    return DRIVER in os.environ
