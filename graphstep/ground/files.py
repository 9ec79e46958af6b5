"""Files: written so that nothing of a user's is ever lost, and read without waiting for ever.

Every file that graphstep writes passes :func:`write_file`; what it reads is opened by :func:`open_file`.

What becomes of a file that is written depends on what it is:

- **absent, or a regular file of one name**: a temporary file beside it takes the content, is flushed to the disk, and is renamed;
  then the folder is flushed. Whatever fails, and whenever, the old content is whole or the new one is complete.
- **a symbolic link**: what it points to is written; the link stays.
- **a file of several names** (hard links): written in place, so that all names show it; put back as it was when that fails.
- **a pipe, a terminal, /dev/null, /dev/stdout**, and ``-``, which is standard output: written into, as a shell does it.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from graphstep.ground.errors import GraphstepError, InputError, quoted_path
from graphstep.ground.unprintable import printable

_PIECE = 1 << 18
"""Bytes that are handed to the system at once, where there are as many."""

_STREAM = re.compile(r"/dev/(?P<name>stdin|stdout|stderr)|/(?:dev|proc/self)/fd/(?P<number>[0-9]{1,6})")
"""Names of streams that are open already: opening the file behind one anew would cut what was written to it before."""

_NUMBERS = {"stdin": 0, "stdout": 1, "stderr": 2}

_LINKS = 40
"""Symbolic links behind each other before they count as a circle, as Linux has it."""

_NEVER_SYNCED = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}
"""What systems say whose folders cannot be flushed."""

_HINTS = {
    errno.ENOSPC: "make room on the disk, or choose a file on another one",
    errno.EDQUOT: "make room on the disk, or choose a file on another one",
    errno.EISDIR: "that is a folder: name a file in it",
    errno.EPIPE: "whoever reads from it has gone",
    errno.EROFS: "nothing can be written on that disk: choose a file on another one",
    errno.ENAMETOOLONG: "choose a shorter name",
}
_HINT = "choose a folder that exists and that you may write to"


def write_file(path: str | Path, content: str | bytes | Iterable[str]) -> Path:
    """Write a text as UTF-8, or bytes, to ``path``, in place of what it holds; returns the path.

    A text may come in pieces, which are written as they come. What must not leave in a text is marked, see
    :func:`~graphstep.ground.unprintable.printable`. GraphstepError when it cannot be written; a regular file is then what it was.
    """
    target = Path(path)
    try:
        place = _followed(target)
        if isinstance(place, int):
            _flush_streams()
            _send(place, _blocks(content))
        else:
            _write(place, _blocks(content))
    except OSError as error:
        reason = error.strerror or str(error)
        raise GraphstepError(
            f"{quoted_path(target)} cannot be written: {reason}", hint=_HINTS.get(error.errno or 0, _HINT)
        ) from error
    return target


def check_folder(path: str | Path) -> None:
    """Raise what :func:`write_file` would raise where there is no folder for a file, before hours of work are done for it."""
    folder = Path(path).parent
    if not is_stream(path) and not folder.is_dir():
        raise GraphstepError(f"{quoted_path(path)} cannot be written: {quoted_path(folder)} is no folder", hint=_HINT)


def open_file(path: str | Path, most: int) -> BinaryIO:
    """A regular file of at most ``most`` bytes, opened to be read.

    InputError for what is no regular file: a pipe may never end, and a device never does. So for a larger file, and for a text
    that cannot be a file's name. GraphstepError where the system refuses.
    """
    name = quoted_path(path)
    try:
        # A pipe without a writer would be waited for.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise InputError(f"{name} is no ordinary file") from error
        raise GraphstepError(f"{name} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        # A null character, or half of a surrogate pair.
        raise InputError(f"{name} cannot be the name of a file") from error
    about = os.fstat(handle)
    wrong = (
        f"{name} is a folder"
        if stat.S_ISDIR(about.st_mode)
        else f"{name} is no ordinary file"
        if not stat.S_ISREG(about.st_mode)
        else f"{name} has {about.st_size:,} bytes; at most {most:,} are read"
        if about.st_size > most
        else ""
    )
    if wrong:
        os.close(handle)
        raise InputError(wrong)
    return os.fdopen(handle, "rb")


def is_stream(path: str | Path) -> bool:
    """Whether a path leads to a pipe, a device or an open stream, whose name has no suffix to choose a format by."""
    with suppress(OSError, GraphstepError):
        place = _followed(Path(path))
        return isinstance(place, int) or not (place.is_file() or place.is_dir() or not place.exists())
    return False


def _followed(path: Path) -> Path | int:
    """Where symbolic links lead: a path, or the number of a stream that is open."""
    if not _can_be_a_name(path):
        raise OSError(errno.EINVAL, "that cannot be the name of a file")
    if str(path) == "-":
        # As of tar, curl and jq; a file of that name is ./-, which pathlib takes for the same.
        return _NUMBERS["stdout"]
    for _ in range(_LINKS):
        stream = _STREAM.fullmatch(os.path.abspath(path))
        if stream is not None and os.name == "posix":
            return int(stream["number"] or _NUMBERS[stream["name"]])
        if not path.is_symlink():
            return path
        path = path.parent / path.readlink()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _can_be_a_name(path: Path) -> bool:
    """A null character cannot stand in one, nor half of a surrogate pair, except for a byte that was no UTF-8."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def _write(place: Path, blocks: Iterator[bytes]) -> None:
    try:
        before = place.stat()
    except FileNotFoundError:
        _replace(place, blocks, None)
        return
    kind = stat.S_IFMT(before.st_mode)
    if kind == stat.S_IFDIR:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if kind == stat.S_IFBLK:
        raise OSError(errno.EINVAL, "it is a disk, not a file")
    if kind != stat.S_IFREG:
        _write_into(place, blocks)
    elif before.st_nlink > 1:
        _rewrite(place, b"".join(blocks))
    else:
        _replace(place, blocks, before)


def _replace(place: Path, blocks: Iterator[bytes], before: os.stat_result | None) -> None:
    # It brings shutil, lzma and random with it: a thirtieth of a run that writes no file.
    import tempfile

    if before is not None:
        # A rename asks nobody whether the file itself may be written.
        os.close(os.open(place, os.O_WRONLY))
    # In the same folder, since a rename replaces a file as one step only within one file system.
    handle, temporary = tempfile.mkstemp(prefix=".graphstep-", dir=place.parent)
    try:
        try:
            _send(handle, blocks)
            os.fsync(handle)
        finally:
            os.close(handle)
        _take_permissions(Path(temporary), before)
        os.replace(temporary, place)
    except BaseException:
        # Ctrl-C and a signal that ends the program too: no temporary file is left in the user's folder.
        with suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_folder(place.parent)


def _take_permissions(temporary: Path, before: os.stat_result | None) -> None:
    """Those of the file that is replaced; of a new file those that any new file of the user would have."""
    if before is None:
        # The mask can only be read by setting another one. mkstemp made the file for its owner alone.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        return
    with suppress(OSError, AttributeError):
        # Only root may give a file away; others own what they write.
        os.chown(temporary, before.st_uid, before.st_gid)
    temporary.chmod(stat.S_IMODE(before.st_mode))


def _sync_folder(folder: Path) -> None:
    """Make the new name last: a rename is kept in the folder, which is written on its own."""
    if os.name != "posix":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        # A folder may be written and not read.
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NEVER_SYNCED:
            raise
    finally:
        os.close(handle)


def _rewrite(place: Path, content: bytes) -> None:
    """Write a file of several names in place, and put the old content back where that fails.

    A rename would give the new content to one of the names, and leave the old file under the others.
    """
    before = place.read_bytes()
    handle = os.open(place, os.O_WRONLY)
    try:
        try:
            _fill(handle, content)
        except BaseException:
            _fill(handle, before)
            raise
    finally:
        os.close(handle)


def _fill(handle: int, content: bytes) -> None:
    os.lseek(handle, 0, os.SEEK_SET)
    _send(handle, iter((content,)))
    os.ftruncate(handle, len(content))
    os.fsync(handle)


def _write_into(place: Path, blocks: Iterator[bytes]) -> None:
    # A terminal that is written to must not become the one that sends Ctrl-C.
    handle = os.open(place, os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
    try:
        _send(handle, blocks)
    finally:
        os.close(handle)


def _send(handle: int, blocks: Iterator[bytes]) -> None:
    for block in blocks:
        unsent = memoryview(block)
        while unsent:
            # A write may take only the first part, as on a disk that is nearly full.
            unsent = unsent[os.write(handle, unsent) :]


def _blocks(content: str | bytes | Iterable[str]) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    held: list[bytes] = []
    size = 0
    for piece in (content,) if isinstance(content, str) else content:
        held.append(printable(piece).encode())
        size += len(held[-1])
        if size >= _PIECE:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _flush_streams() -> None:
    """Flush what was printed so far, so that it stands before what is written to the stream's number."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
