"""Arrays in JSON: nested lists, however many cells there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from graphstep.ground.arrays import json_data

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_BLOCK = 1 << 15
"""Cells that are spelled at once: a few megabytes of Python floats and their digits."""


class Cells:
    """An array on its way into a document: it becomes lists when it is written, and no earlier."""

    __slots__ = ("array",)

    def __init__(self, array: NDArray[np.float64]) -> None:
        self.array = array
        """What becomes nested lists."""


def pieces(entry: Any) -> Iterator[str]:
    """The JSON text of lists, objects and cells; a large array comes in pieces, so that its text never stands in memory whole."""
    if isinstance(entry, Cells):
        yield from _cells(entry.array)
    elif isinstance(entry, dict) and any(map(_is_large, entry.values())):
        opening = "{"
        for key, value in entry.items():
            yield f"{opening}{_ENCODE(key)}: "
            yield from pieces(value)
            opening = ", "
        yield "}"
    elif isinstance(entry, list) and any(map(_is_large, entry)):
        opening = "["
        for value in entry:
            yield opening
            yield from pieces(value)
            opening = ", "
        yield "]"
    else:
        yield _ENCODE(entry)


def _cells(array: NDArray[np.float64]) -> Iterator[str]:
    if array.size <= _BLOCK:
        yield _ENCODE(json_data(array))
        return
    # So many rows of the first axis as fit into a block; 0 where a single one does not, and then each is cut in its turn.
    rows = _BLOCK * len(array) // array.size
    opening = "["
    for start in range(0, len(array), max(rows, 1)):
        yield opening
        opening = ", "
        if rows:
            # Without its brackets: the block goes on the list that was opened before it.
            yield _ENCODE(json_data(array[start : start + rows]))[1:-1]
        else:
            # As deep as the array has axes, and no deeper.
            yield from _cells(array[start])
    yield "]"


def _is_large(entry: Any) -> bool:
    if isinstance(entry, Cells):
        return entry.array.size > _BLOCK
    return isinstance(entry, list) and any(map(_is_large, entry))


def _spelled(entry: Any) -> Any:
    """What the encoder asks for when it meets something that JSON does not know."""
    if isinstance(entry, Cells):
        return json_data(entry.array)
    raise TypeError(f"{type(entry).__name__} has no place in a document")


_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_spelled).encode
