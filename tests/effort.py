"""Work that is counted and not timed: the calls that a function makes are the same on every machine, however busy it is."""

from __future__ import annotations

import cProfile
import sys
from functools import cache
from typing import TYPE_CHECKING

from graphstep.ground.collector import collector_paused
from graphstep.ground.records import _Initializer

if TYPE_CHECKING:
    from collections.abc import Callable


def effort(work: Callable[[], object]) -> int:
    """How many functions are called meanwhile, Python's own and built-in ones.

    Not those of the garbage collector, which frees at any time what tests before have left.
    """
    _compile(len(sys.modules))
    profile = cProfile.Profile()
    with collector_paused():
        profile.runcall(work)
    return sum(entry.callcount for entry in profile.getstats())


def grows_with(size: int, work: Callable[[int], Callable[[], object]]) -> float:
    """How many times the calls that the work at a size takes it takes at twice the size: 2 if linear, 4 if quadratic.

    ``work(size)`` prepares it, uncounted, and is done once before at nearly the larger size: what is loaded or kept for all is
    in neither count then, whichever tests ran before.
    """
    work(2 * size - 1)()
    one, other = work(size), work(2 * size)
    return effort(other) / effort(one)


@cache
def _compile(_: int) -> None:
    """Let no class be compiled for its hundredth instance meanwhile: whose work that is depends on who came before."""
    modules = [module for name, module in sys.modules.items() if name.startswith("graphstep.")]
    for each in [x for module in modules for x in vars(module).values() if isinstance(x, type)]:
        if isinstance(initializer := vars(each).get("__init__"), _Initializer):
            initializer._compiled()
