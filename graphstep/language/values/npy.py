"""Arrays in NumPy's own files. The header is judged before the cells are read; nothing is ever unpickled."""

from __future__ import annotations

import math
import tokenize
import warnings
from typing import TYPE_CHECKING

from graphstep.ground.arrays import Number, plain
from graphstep.ground.late import np
from graphstep.language.values.unwanted import UnwantedError, check_wanted

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO, Any

    from numpy.typing import NDArray

_DAMAGED = "is not what numpy.save writes, or it is damaged"
_KINDS = {
    "c": ("holds complex numbers", "save its real part and its imaginary part apart: z.real, z.imag"),
    "O": ("holds Python objects, which are never unpickled: they could run code", "save array.astype(float)"),
    "U": ("holds texts", "save array.astype(float)"),
    "S": ("holds texts", "save array.astype(float)"),
    "M": ("holds dates", "save them as numbers"),
    "m": ("holds spans of time", "save them as numbers"),
}


def read_npy(path: Path) -> Number:
    """The array in a ``.npy`` file; truth values become 0 and 1, whole numbers and smaller floats become doubles.

    Raises UnwantedError for what is no array of real numbers, and for a shape over the limits, before its cells are read.
    """
    with path.open("rb") as file:
        array = read_cells(file)
    with np.errstate(all="ignore"):
        return plain(array.astype(np.float64, order="C"))


def read_cells(file: IO[bytes]) -> NDArray[Any]:
    """The array in what ``numpy.save`` wrote, as it was saved. Raises as :func:`read_npy` does."""
    shape, turned, dtype = _header(file)
    if dtype.kind not in "biuf":
        raise UnwantedError(*_KINDS.get(dtype.kind, ("holds records", "save one column as an array of its own")))
    check_wanted(shape)
    size = math.prod(shape) * dtype.itemsize
    cells = file.read(size)
    if len(cells) < size:
        raise UnwantedError("ends before its array is complete", "save the array again")
    return np.frombuffer(cells, dtype).reshape(shape, order="F" if turned else "C")


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, Any]:
    from numpy.lib import format as npy

    readers: dict[tuple[int, int], Any] = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    try:
        with warnings.catch_warnings():
            # Headers of Python 2 are read as well as any.
            warnings.simplefilter("ignore")
            version = npy.read_magic(file)
            if version not in readers:
                raise UnwantedError(f"is of version {version[0]}.{version[1]}, which is for records", _KINDS["O"][1])
            shape, turned, dtype = readers[version](file)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError, tokenize.TokenError) as error:
        raise UnwantedError(_DAMAGED) from error
    # True is a whole number to Python, and no size.
    if any(isinstance(size, bool) or size < 0 for size in shape):
        raise UnwantedError(_DAMAGED)
    return shape, turned, dtype
