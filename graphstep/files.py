"""Writing files so that nothing of a user's is ever lost."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from graphstep.errors import GraphstepError, quoted


def replace_file(path: str | Path, content: str | bytes) -> Path:
    """Write a text as UTF-8, or bytes, to a temporary file beside ``path`` and rename it there; returns the path.

    GraphstepError when the folder does not exist or cannot be written; an older file is then still what it was.
    """
    target = Path(path)
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        # mkstemp makes private files; a document gets the permissions that any new file of the user would have.
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask)
        Path(temporary).replace(target)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()
        raise GraphstepError(
            f"{quoted(str(target), 80)} cannot be written: {error.strerror or error}",
            hint="choose a folder that exists and that you may write to",
        ) from error
    return target
