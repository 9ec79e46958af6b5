"""Values as text that reads back as the same value: for a field to edit, and for a command to copy."""

from __future__ import annotations

from math import copysign
from typing import Any

from graphstep.ground.arrays import Number

CELLS = 64
"""Cells up to which an array is written out; a larger one has a text only where all its cells are 0 or all are 1."""


def exact_text(value: Number, cells: int = CELLS) -> str | None:
    """A number or an array as it can be typed; None for an array of more than ``cells`` cells that has no short text.

    >>> import numpy as np
    >>> exact_text(-2.0), exact_text(np.array([[0.1, 2.0]])), exact_text(np.zeros((64, 5))), exact_text(np.arange(100.0))
    ('-2', '[[0.1, 2]]', 'zeros(64, 5)', None)
    """
    if isinstance(value, int | float):
        return repr(float(value)).removesuffix(".0")
    if value.size and value.size <= cells:
        return _nested(value.tolist())
    if value.size and value.flat[0] not in (0, 1):
        # To look through ten million cells takes longer than a frame.
        return None
    sizes = ", ".join(map(str, value.shape))
    if not value.any() and not (value.size and copysign(1.0, value.min()) < 0):
        return f"zeros({sizes})"
    return f"ones({sizes})" if (value == 1).all() else None


def _nested(cells: Any) -> str:
    # As deep as the array has axes.
    return f"[{', '.join(map(_nested, cells))}]" if isinstance(cells, list) else repr(cells).removesuffix(".0")
