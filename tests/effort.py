"""Work that is counted and not timed: the calls that a function makes are the same on every machine, however busy it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def effort(work: Callable[[], object]) -> int:
    """How many functions are called meanwhile, Python's own and built-in ones."""
    count = 0

    def counted(frame: FrameType, event: str, what: Any) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def grows_with(size: int, work: Callable[[int], Callable[[], object]]) -> float:
    """How many times the calls that the work at a size takes it takes at twice the size: 2 if linear, 4 if quadratic.

    ``work(size)`` prepares it, uncounted, and is done once before, so that caches are filled in both.
    """
    work(size // 2)()
    one, other = work(size), work(2 * size)
    return effort(other) / effort(one)
