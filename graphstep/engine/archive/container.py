"""The file of a recorded run: a zip of JSON and arrays, read with limits, so that none eats memory or runs code."""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
import zlib
from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from graphstep.ground import limits
from graphstep.ground.errors import InputError
from graphstep.ground.late import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "array[float] | memoryview[float] | NDArray[np.float64]"
"""A row of doubles. Python's own where no array is among them: a run of numbers is written and read without NumPy, which takes
longer to import than such a run takes to be captured.
"""

_MADE = (1980, 1, 1, 0, 0, 0)
"""The time of every part: the same run is the same bytes."""

_DAMAGED = "is no recorded run, or it is damaged"
_PARTS = 16
"""Parts of a file; there is one of JSON, and a few arrays."""

# How numpy.save begins a row of doubles: of one axis the head is 128 bytes, as room is left for a count of 21 digits.
_DTYPE = "<f8" if sys.byteorder == "little" else ">f8"
_HEAD = f"{{'descr': '{_DTYPE}', 'fortran_order': False, 'shape': (%d,), }}"
_MAGIC = b"\x93NUMPY\x01\x00v\x00"
_HEADS = re.compile(_MAGIC + re.escape(_HEAD).replace("%d", "([0-9]{1,9})").encode() + b" *\n")


def pack(document: Mapping[str, Any], arrays: Mapping[str, Array], level: int = 2) -> bytes:
    """A document and arrays as the bytes of a file; the parts are ``run.json`` and ``NAME.npy``.

    ``level`` is that of zlib: 0 does not compress, for bytes that are read at once and thrown away.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        # A text of the user's may hold half of a surrogate pair, for which UTF-8 has no bytes.
        _put(archive, "run.json", text.encode("utf-8", "surrogatepass"), level)
        for name, array in arrays.items():
            head = (_HEAD % len(array)).ljust(117) + "\n"
            _put(archive, f"{name}.npy", b"".join([_MAGIC, head.encode(), array.tobytes()]), level)
    return buffer.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes, level: int) -> None:
    archive.writestr(zipfile.ZipInfo(name, _MADE), content, zipfile.ZIP_DEFLATED, level)


def unpack(content: bytes, called: str, names: frozenset[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """The document and the arrays, of which ``names`` are asked for. InputError, with what the file is called, for anything else.

    Nothing is written to a disk, so a name with a path in it leads nowhere; parts that are not asked for are not read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > _PARTS or len({part.filename for part in parts}) < len(parts):
                raise InputError(f"{called} {_DAMAGED}")
            # What the entries say is checked here, and that they do not lie when each is read.
            whole = sum(part.file_size for part in parts)
            if whole > limits.UNPACKED:
                message = f"{called} has {whole:,} bytes unpacked; at most {limits.UNPACKED:,} are read"
                raise InputError(message, hint="record a smaller run")
            document = json.loads(_part(archive, "run.json"))
            arrays = {name: _array(archive, f"{name}.npy") for name in names if f"{name}.npy" in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, RuntimeError, NotImplementedError, OSError) as error:
        # RecursionError is a RuntimeError: JSON that is nested too deep. So is a part with a password.
        raise InputError(f"{called} {_DAMAGED}", hint="graphstep … --to run.gsz writes one") from error
    if not isinstance(document, dict):
        raise InputError(f"{called} {_DAMAGED}")
    return document, arrays


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part, no longer than its entry says, whatever comes out of it."""
    part = archive.getinfo(name)
    with archive.open(part) as file:
        content = file.read(part.file_size + 1)
    if len(content) != part.file_size:
        raise ValueError("a part is longer than it says")
    return content


def _array(archive: zipfile.ZipFile, name: str) -> Array:
    content = _part(archive, name)
    head = _HEADS.match(content)
    if head and int(head[1]) <= limits.CELLS and len(content) == head.end() + 8 * int(head[1]):
        return memoryview(content)[head.end() :].cast("d")
    # What graphstep has written does without the language.
    from graphstep.language.values.stored import UnwantedError, read_cells

    try:
        array = read_cells(io.BytesIO(content))
    except UnwantedError as error:
        raise ValueError(str(error)) from error
    if array.dtype != np.float64 or array.ndim != 1:
        raise ValueError("an array of a recorded run is a row of doubles")
    return array


class Cells:
    """Numbers and arrays one behind the other, as they are put in and taken out again."""

    def __init__(self, cells: Array | None = None) -> None:
        self._parts: list[Any] = []
        self._cells: Any = () if cells is None else cells
        self._at = 0

    def put(self, number: Any) -> list[int] | None:
        """Put a number or an array, or None, behind the others; returns its shape, which :meth:`take` needs."""
        if number is None:
            return None
        self._parts.append(number)
        return [] if isinstance(number, float | int) else [int(size) for size in number.shape]

    def take(self, shape: Any) -> Any:
        """The next number or array; None for a shape of None. ValueError where there are no more cells."""
        if shape is None:
            return None
        # By hand, as Python's numbers do not overflow: NumPy's product of a shape that lies would come to a small one.
        count = 1
        for size in shape:
            if not isinstance(size, int) or size < 0:
                raise ValueError("a shape is whole numbers")
            count *= size
        if self._at + count > len(self._cells):
            raise ValueError("there are fewer numbers than nodes")
        piece = self._cells[self._at : self._at + count]
        self._at += count
        return np.asarray(piece).reshape(shape) if shape else float(piece[0])

    def take_all(self, shapes: Sequence[Any]) -> tuple[Any, ...]:
        """The next numbers and arrays, as :meth:`take` has them; numbers alone are taken together."""
        if not all(shape == [] for shape in shapes):
            return tuple(map(self.take, shapes))
        if self._at + len(shapes) > len(self._cells):
            raise ValueError("there are fewer numbers than nodes")
        self._at += len(shapes)
        return tuple(self._cells[self._at - len(shapes) : self._at].tolist())

    def array(self) -> Array:
        """One array of all cells that were put in, one behind the other."""
        flat, run = [], list[float]()
        for part in self._parts:
            if isinstance(part, float | int):
                run.append(float(part))
                continue
            flat += [np.array(run, np.float64), np.ravel(part)]
            run = []
        return np.concatenate([*flat, np.array(run, np.float64)]) if flat else array("d", run)
