"""What was computed of an array or a run is remembered with the run that it belongs to, and with nothing else."""

from __future__ import annotations

import gc
from weakref import ref

import numpy as np

from graphstep.engine.trace import Trace, trace
from graphstep.faces.comparison import flipped
from graphstep.ground.arrays import summary
from graphstep.ground.memo import _RESULTS, memo, owner_cache, owner_cache_of_last
from graphstep.language.read import read


def run(low: float) -> Trace:
    return trace(read("sum(2*x)"), {"x": np.linspace(low, 1.0, 100)})


def test_an_array_of_a_run_is_looked_at_once() -> None:
    calls: list[float] = []

    def least(array: np.ndarray) -> float:
        calls.append(float(array.min()))
        return calls[-1]

    runs = run(-1.0), run(-3.0)
    places = [(one, index) for one in runs for index in (0, 1)]
    for _ in range(3):
        assert [memo(least, one.value_of(index)) for one, index in places] == [-1.0, -2.0, -3.0, -6.0]
    assert calls == [-1.0, -2.0, -3.0, -6.0]
    assert memo(np.max, runs[0].value_of(0)) == 1.0
    assert memo(least, runs[0].value_of(0)[50:]) > 0


def test_an_array_that_may_change_is_looked_at_again() -> None:
    array = np.zeros(3)
    assert [memo(np.sum, view) for view in (array, array[:2])] == [0.0, 0.0]
    array += 1
    assert [memo(np.sum, view) for view in (array, array[:2])] == [3.0, 2.0]
    assert summary(array).mean == 1.0


def test_nothing_is_left_of_a_run_that_is_gone() -> None:
    one = run(0.5)
    before = set(_RESULTS)
    summary(one.value_of(0))
    (new,) = set(_RESULTS) - before
    del one
    # Runs of other tests may go at the same time: only what came with this one is looked for.
    gc.collect()
    assert new not in _RESULTS


def test_an_array_over_the_bytes_of_a_file_is_looked_through_as_any_other() -> None:
    """Its base is no array, and cannot be asked whether anybody writes to it."""
    array = np.frombuffer(np.arange(3.0).tobytes())
    assert memo(np.sum, array) == summary(array).mean * 3 == 3


def test_results_are_kept_with_the_object_that_they_are_of() -> None:
    calls: list[tuple[float, int]] = []

    @owner_cache
    def scaled(owner: Trace, factor: int = 2) -> list[float]:
        calls.append((owner.inputs["x"][0], factor))
        return [factor * owner.inputs["x"][0]]

    one, other = run(-1.0), run(-3.0)
    assert [scaled(one), scaled(other), scaled(one, 3), scaled(one, 4)] == [[-2.0], [-6.0], [-3.0], [-4.0]]
    assert scaled(one) is scaled(one)
    assert scaled(one, 3) is scaled(one, 3)
    assert calls == [(-1.0, 2), (-3.0, 2), (-1.0, 3), (-1.0, 4)]


def test_of_large_results_the_last_one_is_kept() -> None:
    calls: list[int] = []

    @owner_cache_of_last
    def counted(_: Trace, number: int) -> int:
        calls.append(number)
        return number

    one = run(-1.0)
    assert [counted(one, number) for number in (1, 1, 2, 2, 1)] == [1, 1, 2, 2, 1]
    assert calls == [1, 2, 1]


def test_what_is_kept_with_a_run_does_not_keep_it_alive() -> None:
    """Wires that flip hold the run that they are of: in a table beside the runs they kept every edited run for good."""
    before, after = (trace(read("max(x, y)"), {"x": x, "y": 2.0}) for x in (1.0, 3.0))
    assert len(flipped(before, after)) == 2
    gone = ref(after)
    del after
    gc.collect()
    assert gone() is None
