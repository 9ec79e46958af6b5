"""NumPy that comes when it is asked for: arrays of numbers that do without, and quiet about inf and nan before it is there."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from graphstep.ground.late import late_array
from graphstep.ground.late import np as late
from tests import FOLDER


def test_an_array_that_is_late_is_read_as_any_other() -> None:
    array, same = late_array([3, 1, 2], "int32"), np.array([3, 1, 2], np.int32)
    assert (len(array), array[1], array.item(2), array.tolist()) == (3, 1, 2, [3, 1, 2])
    assert array[1:].tolist() == array[[1, 2]].tolist() == array[np.array([1, 2])].tolist() == [1, 2]
    assert (array == same).all()
    assert ((array + 1 - same) * 2 == [2, 2, 2]).all()
    assert (array.dtype, array.shape, array.max()) == (same.dtype, same.shape, 3)
    assert late.add(array, same).tolist() == [6, 2, 4]
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 7
    with pytest.raises(AttributeError):
        _ = array.__array_interface__


def test_who_is_quiet_before_numpy_is_there_is_quiet_when_it_comes_and_not_for_longer() -> None:
    script = """
import sys, warnings
from graphstep.ground.late import np, quiet
warnings.simplefilter("error")
assert "numpy" not in sys.modules
with quiet():
    with quiet():
        assert np.log(0.0) == -np.inf
    assert np.log(0.0) == -np.inf
try:
    np.log(0.0)
except RuntimeWarning:
    print("warned")
with quiet():
    np.log(0.0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=FOLDER.parent)
    assert done.stdout == "warned\n"
