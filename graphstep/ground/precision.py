"""Number types that are narrower than float64: what is left of a number that is kept in one of them.

A run in such a type computes in float64 and rounds what comes out: for + − × ÷ √ that is what a processor with the type itself
gives, since 53 binary digits are more than twice 24 and two more (Figueroa, "When is double rounding innocuous?", 1995).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, overload

from graphstep.ground.errors import InputError, quoted
from graphstep.ground.late import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Dtype = Literal["float64", "float32", "bfloat16"]
"""The types that the numbers of a run can have."""

FLOAT64: Final = "float64"
"""The type of a run, unless another is asked for."""

DTYPES: Final[tuple[Dtype, ...]] = ("float64", "float32", "bfloat16")
"""All of them, the widest first."""

BITS: Final[dict[Dtype, int]] = {"float64": 53, "float32": 24, "bfloat16": 8}
"""Binary digits of a number."""

_SMALLEST = -126
"""The exponent of the smallest float32, and bfloat16, with all its digits."""

_LARGEST = 127
"""The exponent of the largest."""


def epsilon(dtype: Dtype) -> float:
    """The distance from 1 to the next number of a type."""
    return 2.0 ** (1 - BITS[dtype])


EPSILON: Final = epsilon(FLOAT64)
"""That of float64, in which every run computes: twice the largest relative error of one rounding."""


def checked_dtype(name: str) -> Dtype:
    """The type of this name. InputError where there is none."""
    for dtype in DTYPES:
        if name == dtype:
            return dtype
    # Near letters are no near meaning: whoever wants float16 is not served by bfloat16.
    raise InputError(f"there is no number type {quoted(str(name))}", hint=f"one of {', '.join(DTYPES)}")


@overload
def rounded(value: float, dtype: Dtype) -> float: ...
@overload
def rounded(value: NDArray[np.float64], dtype: Dtype) -> NDArray[np.float64]: ...
@overload
def rounded(value: float | NDArray[np.float64], dtype: Dtype) -> float | NDArray[np.float64]: ...


def rounded(value: Any, dtype: Dtype) -> Any:
    """A float, or the cells of an array, rounded to a type, to even at a tie; too large gives an infinity, as IEEE has it.

    >>> rounded(0.1, "float32"), rounded(0.1, "bfloat16"), rounded(1e39, "float32")
    (0.10000000149011612, 0.10009765625, inf)
    """
    if dtype == FLOAT64:
        return value
    # The command line names types before anything is computed.

    with np.errstate(all="ignore"):
        cells = np.asarray(value, np.float64)
        if dtype == "float32":
            narrow = cells.astype(np.float32).astype(np.float64)
        else:
            # NumPy has no bfloat16, and a way over float32 would round twice: 1 + 2⁻⁸ + 2⁻³⁰ would come to a tie, and to 1.
            # The last digit that is kept: BITS behind the first one, and none below that of the smallest numbers.
            _, exponents = np.frexp(cells)
            last = np.maximum(exponents - 1, _SMALLEST) - (BITS[dtype] - 1)
            # Scaled so that the last digit is that of the ones, rint rounds to even; both ldexp are exact.
            narrow = np.ldexp(np.rint(np.ldexp(cells, -last)), last)
            narrow = np.where(np.abs(narrow) >= 2.0 ** (_LARGEST + 1), np.copysign(np.inf, cells), narrow)
    return narrow if isinstance(value, np.ndarray) else float(narrow)
