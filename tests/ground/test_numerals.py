"""Numbers are written in one way everywhere."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from graphstep.ground.numerals import numeral
from tests.cases import each


@each(
    ("value", "text"),
    [
        (-12.0, "-12"),
        (0.0, "0"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (0.7310585786300049, "0.7311"),
        (-0.19661193324148185, "-0.1966"),
        (999_999.0, "999999"),
        (1e6, "1000000"),
        (1e6 + 0.5, "1000000.5"),
        (9_999_999.0, "9999999"),
        (1e7, "1e7"),
        (12345.678, "12345.7"),
        (0.3, "0.3"),
        (0.1 + 0.2, "0.3"),
        (3.0000000000000004, "3"),
        (0.49999, "0.5000"),
        (0.99999, "1.0000"),
        (2.00001, "2.000"),
        (-12345.00001, "-12345.0"),
        (123.456, "123.5"),
        (0.000123456, "0.0001235"),
        (0.0000123456, "1.235e-5"),
        (1e-300, "1e-300"),
        (1.5e300, "1.5e300"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
    ],
)
def test_a_number_is_written_as_a_person_would(value: float, text: str) -> None:
    assert numeral(value) == text


@given(st.floats(min_value=-1.79e308, max_value=1.79e308))
def test_what_is_written_reads_back_as_the_number_to_the_shown_digits(value: float) -> None:
    assert math.isclose(float(numeral(value)), value, rel_tol=6e-4)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_seventeen_digits_lose_nothing(value: float) -> None:
    assert float(numeral(value, 17)) == value


@given(st.floats())
def test_a_numeral_fits_the_column_that_is_kept_for_it(value: float) -> None:
    assert len(numeral(value)) <= 11
