"""Many cases in one test are all tried, and each that fails is named."""

from __future__ import annotations

import inspect

import pytest

from tests.cases import each


def test_all_cases_are_tried_and_those_that_fail_are_named() -> None:
    tried = []

    @each(("one", "other"), [(1, 1), (1, 2), pytest.param(3, 3), (4, 5)])
    def test(one: int, other: int, capsys: object) -> None:
        tried.append((one, other, capsys))
        assert one == other

    assert [*inspect.signature(test).parameters] == ["capsys"]
    with pytest.raises(ExceptionGroup, match="2 of 4 cases fail") as caught:
        test(capsys="given")
    assert tried == [(1, 1, "given"), (1, 2, "given"), (3, 3, "given"), (4, 5, "given")]
    assert [fault.__notes__ for fault in caught.value.exceptions] == [["in the case 1, 2"], ["in the case 4, 5"]]


def test_a_single_fault_is_raised_as_it_is_and_a_test_is_skipped_where_all_its_cases_are() -> None:
    @each("x", [1, 2], ids=lambda x: f"number {x}")
    def test(x: int) -> None:
        if x == 1:
            pytest.skip("not this one")
        raise ValueError(x)

    with pytest.raises(ValueError, match="2") as caught:
        test()
    assert caught.value.__notes__ == ["in the case number 2"]

    @each("x", [1, 2])
    def skipped(x: int) -> None:
        pytest.skip(f"not {x}")

    with pytest.raises(pytest.skip.Exception):
        skipped()


def test_a_test_without_cases_or_with_a_fixture_that_each_case_needs_for_itself_is_refused() -> None:
    with pytest.raises(TypeError, match="has no cases"):
        each("x", [])(lambda x: None)
    with pytest.raises(TypeError, match="tmp_path"):
        each("x", [1])(lambda x, tmp_path: None)
    with pytest.raises(TypeError, match="y"):
        each("y", [1])(lambda x: None)
