"""How arrays are described and written."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from graphstep.ground import arrays
from tests.cases import each


@each("value", [2, 2.0, True, np.float64(2), np.float32(2), np.array(2), np.array(2, np.int8)])
def test_what_has_no_axes_is_a_python_float(value: object) -> None:
    found = arrays.plain(value)
    assert type(found) is float
    assert arrays.shape_of(found) == ()


def test_an_array_stays_an_array_in_c_order_with_float64_cells() -> None:
    turned = np.arange(6).reshape(2, 3).T
    found = arrays.plain(turned)
    assert isinstance(found, np.ndarray)
    assert found.dtype == np.float64
    assert found.flags.c_contiguous
    assert arrays.shape_of(found) == (3, 2)
    assert np.array_equal(found, turned)


def test_an_array_that_is_as_it_should_be_is_not_copied() -> None:
    array = np.ones((1, 3))
    assert arrays.plain(array) is array


@each(
    ("shape", "short", "sentence"),
    [
        ((), "", "a number"),
        ((3,), "3", "a vector of 3"),
        ((0,), "0", "a vector of 0"),
        ((2, 3), "2×3", "a 2×3 matrix"),
        ((8, 3), "8×3", "an 8×3 matrix"),
        ((18, 3), "18×3", "an 18×3 matrix"),
        ((180, 3), "180×3", "a 180×3 matrix"),
        ((11000, 1), "11000×1", "an 11000×1 matrix"),
        ((5, 1, 3), "5×1×3", "a 5×1×3 array"),
    ],
)
def test_a_shape_has_one_short_spelling_and_one_for_sentences(shape: tuple[int, ...], short: str, sentence: str) -> None:
    assert arrays.shape_text(shape) == short
    assert arrays.kind_text(shape) == sentence


@each(
    ("shape", "small"),
    [((16,), True), ((17,), False), ((2, 6), True), ((2, 7), False), ((4, 4), True), ((3, 6), False), ((0, 9), False)],
)
def test_small_arrays_have_few_cells_and_short_rows(shape: tuple[int, ...], small: bool) -> None:
    assert arrays.is_small(np.zeros(shape)) is small


def test_a_small_array_is_written_out_and_a_large_one_described() -> None:
    assert arrays.number_text(0.25) == "0.25"
    assert arrays.number_text(np.array([[0.088, 0.176], [0.104, -0.0]])) == "[[0.088, 0.176], [0.104, 0]]"
    assert arrays.number_text(np.array([1 / 3, math.inf, math.nan]), 2) == "[0.33, inf, nan]"
    assert arrays.number_text(np.zeros((0,))) == "[]"
    assert arrays.number_text(np.arange(20.0)) == "vector of 20, mean 9.5, from 0 to 19"
    assert arrays.number_text(np.ones((3, 7))) == "3×7 matrix, every cell 1"
    odd = np.array([1.0] * 17 + [math.nan, math.inf, -math.inf])
    assert arrays.number_text(odd) == "vector of 20, every finite cell 1, 1 nan, 2 inf"


def test_what_rounding_leaves_is_0_and_what_is_small_is_not() -> None:
    left, probability, given_so = 0.1 + 0.2 - 0.3, math.exp(-51), 1e-17
    assert arrays.number_text(np.array([left, probability, given_so, 1e-9**2, 1.0])) == "[0, 7.095e-23, 1e-17, 1e-18, 1]"
    assert arrays.number_text(np.array([1.0, 1e17, 1e200])) == "[1, 1e17, 1e200]"
    assert arrays.number_text(np.array([left, 1.0]), 17) == f"[{left}, 1]"


def test_matrices_and_vectors_have_a_latex_spelling() -> None:
    assert arrays.latex_matrix(np.array([[1, 2.5], [-1e-7, math.inf]])) == (
        r"\begin{bmatrix} 1 & 2.5 \\ -1 \cdot 10^{-7} & \infty \end{bmatrix}"
    )
    assert arrays.latex_matrix(np.array([1.0, math.nan])) == r"\begin{bmatrix} 1 \\ \mathrm{nan} \end{bmatrix}"
    assert arrays.latex_matrix(np.array([[[1.0, -math.inf]]])) == r"[[[1, -\infty]]]"
    assert arrays.latex_matrix(np.zeros((0,))) == "[]"


def test_a_summary_says_what_an_array_is_like() -> None:
    found = arrays.summary(np.array([[0.0, 0.0, 1.0, 3.0, math.nan, math.inf]] * 10))
    assert (found.shape, found.size, found.minimum, found.mean, found.maximum) == ((10, 6), 60, 0.0, 1.0, 3.0)
    assert found.std == pytest.approx(math.sqrt(1.5))
    assert (found.zeros, found.nan, found.inf) == (1 / 3, 10, 10)
    assert found.counts == (20, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 10)
    assert arrays.bars_of(found.counts) == "█▁▁▁▅▁▁▁▁▁▁▅"
    assert found.lines() == [
        "10×6 matrix: 60 cells",
        "from 0 to 3",
        "mean 1, standard deviation 1.225",
        "33% zeros, 10 nan, 10 inf",
        "0 █▁▁▁▅▁▁▁▁▁▁▅ 3",
    ]


def test_of_equal_cells_one_number_is_said() -> None:
    assert arrays.summary(np.zeros((8, 8))).lines() == ["8×8 matrix: 64 cells", "every cell 0"]
    assert arrays.summary(np.full(40, 2.5)).lines() == ["vector of 40", "every cell 2.5"]
    assert arrays.summary(np.array([1.0, math.nan] * 20)).lines()[1:] == ["every finite cell 1", "20 nan"]


def test_an_array_without_finite_cells_has_a_summary_without_statistics() -> None:
    empty = arrays.summary(np.zeros((0, 3)))
    assert empty.lines() == ["0×3 matrix: 0 cells"]
    assert math.isnan(empty.mean)
    assert arrays.bars_of(empty.counts) == ""
    assert arrays.summary(np.full(20, math.nan)).lines() == ["vector of 20", "20 nan"]


_CELLS = arrays_of.arrays(np.float64, arrays_of.array_shapes(max_dims=3, max_side=6), elements=st.floats())


@given(_CELLS)
def test_the_statistics_of_any_array_are_in_order(array: np.ndarray) -> None:
    found = arrays.summary(array)
    finite = array[np.isfinite(array)]
    assert sum(found.counts) == finite.size == found.size - found.nan - found.inf
    assert len(arrays.bars_of(found.counts)) == len(found.counts)
    assert "\n" not in found.line()
    if finite.size:
        assert found.edges[0] == found.minimum <= found.mean <= found.maximum == found.edges[-1]
        assert list(found.edges) == sorted(found.edges)
        assert 0 <= found.std < math.inf


@given(arrays_of.arrays(np.float64, st.integers(1, 200), elements=st.floats(-1e6, 1e6)))
def test_the_statistics_are_those_of_numpy(array: np.ndarray) -> None:
    found = arrays.summary(array)
    assert found.mean == pytest.approx(array.mean(), rel=1e-12, abs=1e-9)
    assert found.std == pytest.approx(array.std(), rel=1e-9, abs=1e-9)


def test_a_number_is_the_same_in_every_cell() -> None:
    assert arrays.cell_of(2.5, (1, 2)) == arrays.cell_of(np.float64(2.5), ()) == 2.5
    assert arrays.cell_of(np.array([[1.0, 2.0], [3.0, 4.0]]), (1, 0)) == 3.0
    assert arrays.is_small(-7.0)
