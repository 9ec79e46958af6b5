"""Files that a user names on the screen; who sits at a browser is sent them, and none is written on this machine."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App


def download(app: App[None], content: bytes, typed: str, otherwise: str) -> Path:
    """Send a file to the browser under the name that was typed, or another where nothing of that is a name; returns the name."""
    # A header of the answer holds the name: letters that need no quotes there.
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", Path(typed).name) or otherwise
    app.deliver_binary(io.BytesIO(content), save_filename=name, mime_type="application/octet-stream")
    return Path(name)


def path_of(name: str) -> Path:
    """The path that a name is."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        # ~nobody: the name of a file as any other.
        return Path(name)


def is_there(path: Path) -> bool:
    """Whether writing would overwrite something; of a pipe and its like nothing is lost."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        # A name that cannot be one, which is said when it is written.
        return False
