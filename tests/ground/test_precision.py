"""Numbers rounded to types that are narrower than float64."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstep.ground.errors import InputError
from graphstep.ground.precision import BITS, checked_dtype, epsilon, rounded

numbers = st.floats(allow_nan=True, allow_infinity=True)


@given(numbers)
def test_float32_is_what_numpy_makes_of_a_double(x: float) -> None:
    with np.errstate(over="ignore"):
        wanted = float(np.float32(x))
    assert np.array_equal(rounded(x, "float32"), wanted, equal_nan=True)


@given(numbers)
def test_a_bfloat16_is_the_nearest_number_of_eight_digits(x: float) -> None:
    came = rounded(x, "bfloat16")
    if not np.isfinite(came):
        assert np.isnan(x) if np.isnan(came) else abs(x) >= (2 - 2.0**-8) * 2.0**127
        return
    # Its upper 16 bits as a float32 are all it has, and both neighbours are further off.
    bits = int(np.float32(came).view(np.uint32))
    assert bits & 0xFFFF == 0
    assert float(np.float32(came)) == came
    for step in (-0x10000, 0x10000):
        if 0 <= (bits & 0x7FFFFFFF) + step < 0x7F800000:
            neighbour = float(np.uint32(bits + step).view(np.float32))
            assert abs(came - x) <= abs(neighbour - x)


def test_ties_go_to_the_even_digit_and_zeros_keep_their_sign() -> None:
    assert rounded(1 + 2.0**-8, "bfloat16") == 1
    assert rounded(1 + 3 * 2.0**-8, "bfloat16") == 1 + 2.0**-6
    assert np.signbit(rounded(-0.0, "bfloat16"))
    assert np.signbit(rounded(-1e-60, "bfloat16"))


def test_arrays_keep_their_shape_and_doubles_are_left_alone() -> None:
    cells = np.array([[0.1, 1e39], [-2.5, np.nan]])
    assert rounded(cells, "float64") is cells
    for dtype in ("float32", "bfloat16"):
        assert np.array_equal(rounded(cells, dtype)[:, 0], [rounded(0.1, dtype), -2.5])
        assert rounded(cells, dtype).shape == (2, 2)


def test_the_distance_from_one_to_the_next_number_follows_from_the_digits() -> None:
    assert {dtype: rounded(1 + epsilon(dtype), dtype) - 1 for dtype in BITS} == {dtype: epsilon(dtype) for dtype in BITS}


def test_another_type_is_refused_with_a_name_that_is_near() -> None:
    with pytest.raises(InputError, match="there is no number type 'float23'") as refusal:
        checked_dtype("float23")
    assert "float32" in (refusal.value.hint or "")
