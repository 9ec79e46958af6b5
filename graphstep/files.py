"""Writing files so that nothing of a user's is ever lost."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from graphstep.errors import GraphstepError, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable


def replace_file(path: str | Path, content: str | bytes | Iterable[str]) -> Path:
    """Write a text as UTF-8, or bytes, to a temporary file beside ``path`` and rename it there; returns the path.

    A text may come in pieces, which are written as they come. GraphstepError when the folder does not exist or cannot be written;
    whatever goes wrong, an older file is then still what it was.
    """
    target = Path(path)
    temporary = ""
    pieces = (content,) if isinstance(content, str | bytes) else content
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece if isinstance(piece, bytes) else piece.encode())
        # mkstemp makes private files; a document gets the permissions that any new file of the user would have.
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask)
        Path(temporary).replace(target)
        temporary = ""
    except OSError as error:
        raise GraphstepError(
            f"{quoted(str(target), 80)} cannot be written: {error.strerror or error}",
            hint="choose a folder that exists and that you may write to",
        ) from error
    finally:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()
    return target
