"""Special functions on arrays against tanh: ``python -m tests.benchmarks.bench_special``."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy import special

import graphstep as gs
from tests.benchmarks.measure import against, minima, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tests.benchmarks.measure import Result

Array: TypeAlias = "NDArray[Any]"

ROWS, COLUMNS = 128, 3072
"""The hidden layer of a transformer, for one batch."""


def erf_by_hand(x: Array) -> Array:
    """The slopes of a sum of erf, behind its value."""
    special.erf(x).sum()
    return 2 / np.sqrt(np.pi) * np.exp(-(x**2))


def gelu_by_hand(x: Array) -> Array:
    """The slopes of a sum of gelu, behind its value."""
    (x * (special.erfc(-x / np.sqrt(2)) / 2)).sum()
    return special.erfc(-x / np.sqrt(2)) / 2 + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


def results() -> Iterator[Result]:
    """A whole run, forward and backward, of each gate."""
    x = np.random.default_rng(0).standard_normal((ROWS, COLUMNS))
    tanh = gs.run("sum(tanh(x))", x=x)
    for function, by_hand in (("erf", erf_by_hand), ("gelu", gelu_by_hand)):
        run = gs.run(f"sum({function}(x))", x=x)
        np.testing.assert_allclose(run.gradients["x"], by_hand(x), rtol=1e-12)
        edit, what = partial(run.edit, x=x), f"{function} of {ROWS}×{COLUMNS} cells, there and back"
        ours, theirs = minima(15, edit, partial(by_hand, x))
        yield against(f"{what}, of SciPy's by hand", ours, "by hand", theirs, 2)
        ours, theirs = minima(15, edit, lambda: tanh.edit(x=x))
        why = "SciPy's function takes most of it, and tanh next to nothing in blocks"
        yield against(f"{what}, of tanh's", ours, "tanh", theirs, 2.5, why)


if __name__ == "__main__":
    sys.exit(report(results()))
