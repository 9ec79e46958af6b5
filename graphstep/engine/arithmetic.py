"""What both passes compute with: NumPy, and the compiled core for small matrix products where there is one."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from graphstep.engine.core import Core, core
from graphstep.gates.mathematics import NUMBERS, Mathematics
from graphstep.ground.late import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"


@cache
def start() -> float:
    """What NumPy begins a sum with, which only −0 tells: 0, or before NumPy 2.4 the first number itself, or −0."""
    return float(np.add.reduce(np.full((1, 2), -0.0), axis=0)[0])


def compiled() -> Core | None:
    """The compiled core, for whoever comes to the same bits without it."""
    return core()


@cache
def arithmetic() -> Mathematics:
    """``m`` for both passes; to the bit :data:`graphstep.gates.mathematics.NUMBERS`, whatever is installed."""
    core = compiled()
    return NUMBERS if core is None else with_products(core.product)


def with_products(product: Callable[[Array, Array, Array, float], None]) -> Mathematics:
    """``m`` with the compiled products of matrices."""

    def small_product(rows: Array, columns: Array, into: Array | None) -> Array:
        result = np.empty((rows.shape[0], columns.shape[1])) if into is None else into
        product(rows, columns, result, start())
        return result

    m = copy(NUMBERS)
    vars(m)["small_product"] = small_product
    return m
