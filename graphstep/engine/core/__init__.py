"""The compiled core, where there is one: what a tape does gate by gate, in C, to the same bits.

It is compiled when graphstep is installed where there is a C compiler (:mod:`graphstep.engine.core.compiler`).
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

from graphstep.ground.errors import GraphstepError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

VARIABLE = "GRAPHSTEP_CORE"
"""The variable of the environment that says whether the core is used: 0 forbids it, 1 demands it."""

SOURCE = Path(__file__).with_name("_core.c")
"""Its source, made of the rows of gates."""

ARRAYS = SOURCE.with_name("_arrays.h")
"""The part of it that is written by hand."""


class Core(Protocol):
    """The compiled module."""

    EXPRESSIONS: tuple[str, ...]
    """By operation its expression in C."""
    ORDERS: tuple[str, ...]
    """By number what an order does with arrays."""
    CHECKSUM: int
    """That of the source it was compiled from."""

    def forward(
        self, cells: NDArray[np.float64], code: NDArray[np.int32], functions: tuple[Callable[..., float], ...], /
    ) -> None:
        """Compute gates, one after the other."""

    def backward(
        self, sums: NDArray[np.float64], senders: NDArray[np.int32], receivers: NDArray[np.int32], factors: NDArray[np.float64], /
    ) -> None:
        """Add up what edges send, in their order."""

    def zeros(self, larger: float, larger_turned: float, smaller: float, smaller_turned: float, /) -> None:
        """Take what NumPy takes of 0 and −0, and of −0 and 0."""

    def product(self, left: NDArray[np.float64], right: NDArray[np.float64], into: NDArray[np.float64], start: float, /) -> None:
        """Compute a matrix product whose cells are added from the left, beginning with a number."""

    def prepare(self, orders: tuple[tuple[int, Array, Array, Array], ...], start: float, /) -> object:
        """Prepare calls on matrices: an order's number, what it writes, and what it reads; sums begin with a number."""

    def play(self, score: object, /) -> bool:
        """Do what was prepared, in its order; False where a number stopped it."""


def checksum() -> int:
    """What tells the source from another: what was compiled from it knows it."""
    # 31 bits: C knows it as a long, which has 32 on some systems, one of them for the sign.
    return crc32(SOURCE.read_bytes() + ARRAYS.read_bytes()) & 0x7FFFFFFF


@cache
def core() -> Core | None:
    """The core; None where there is none, or it is not to be used. GraphstepError where it is demanded and there is none."""
    module = _asked(os.environ.get(VARIABLE, ""))
    return None if isinstance(module, str) else module


def core_state() -> str:
    """Which way the numbers of narrow graphs are computed, in words; raises as :func:`core` does."""
    module = _asked(os.environ.get(VARIABLE, ""))
    return f"without the compiled core: {module}" if isinstance(module, str) else "with the compiled core"


def _asked(asked: str) -> Core | str:
    """The core, or why there is none."""
    if asked not in ("", "0", "1"):
        raise InputError(f"{VARIABLE} is '{asked}'", hint=f"{VARIABLE}=0 forbids the compiled core, {VARIABLE}=1 demands it")
    if asked == "0":
        return f"{VARIABLE}=0"
    module = _loaded()
    if asked == "1" and isinstance(module, str):
        raise GraphstepError(
            f"{VARIABLE}=1 demands the compiled core: {module}",
            hint="install graphstep from its source, with a C compiler and Python.h in reach",
        )
    return module


def _loaded() -> Core | str:
    try:
        module: Core = import_module("graphstep.engine.core._core")
    except ImportError as error:
        return "none was built" if isinstance(error, ModuleNotFoundError) else f"it does not load: {error}"
    # A row that has changed since would be computed by its old formula.
    return module if checksum() == module.CHECKSUM else "it was compiled from another source than this one"
