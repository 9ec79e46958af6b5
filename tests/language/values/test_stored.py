"""Arrays that stand in files: what is read, and what is refused before it does harm."""

from __future__ import annotations

import io
import json
import math
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from graphstep.ground import limits
from graphstep.ground.errors import GraphstepError, InputError, LimitError
from graphstep.language.values import read_inputs, read_number, read_value
from tests.cases import each

SHARED_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Examples of one test overwrite one file in one folder."""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _same(found: object, array: np.ndarray) -> bool:
    return isinstance(found, np.ndarray) and found.dtype == np.float64 and np.array_equal(found, array, equal_nan=True)


def _write(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return f"@{name}"


def _refused(word: str) -> InputError:
    with pytest.raises(InputError) as error:
        read_value(word)
    assert error.value.report().startswith("error: ")
    assert error.value.exit_status == 2
    return error.value


# numpy.save

_SHAPES = arrays_of.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4)


@SHARED_FOLDER
@given(arrays_of.arrays(st.sampled_from(["<f8", ">f8", "<f4", "<f2", "<i8", "<u2", "|b1", "|i1"]), _SHAPES), st.booleans())
def test_what_numpy_saves_is_read_as_doubles(array: np.ndarray, turned: bool) -> None:
    np.save("a.npy", np.asfortranarray(array) if turned else array)
    with np.errstate(all="ignore"):
        assert _same(read_value("@a.npy"), array.astype(np.float64))


def test_a_saved_number_is_a_number() -> None:
    np.save("a.npy", np.array(2.5))
    assert read_value("@a.npy") == 2.5


def test_an_array_from_a_file_can_be_written_to() -> None:
    np.save("a.npy", np.ones(3))
    found = read_value("@a.npy")
    assert isinstance(found, np.ndarray)
    assert found.flags.writeable
    assert found.flags.c_contiguous


class _Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("trap",)


def test_a_pickle_in_a_npy_file_is_never_opened() -> None:
    np.save("a.npy", np.array([_Trap()], dtype=object), allow_pickle=True)
    assert "Python objects" in _refused("@a.npy").message
    _refused(_write("b.npy", pickle.dumps(_Trap())))
    assert not Path("trap").exists()


@each(
    ("array", "message"),
    [
        (np.array([1 + 2j]), "complex"),
        (np.array(["1"]), "texts"),
        (np.array([b"1"]), "texts"),
        (np.array(["2020-01-01"], "M8[D]"), "dates"),
        (np.array([1], "m8[s]"), "time"),
        (np.array([(1, 2.0)], [("a", int), ("b", float)]), "records"),
        (np.zeros((1,) * 33), "33 axes; at most 32"),
    ],
)
def test_an_array_of_other_things_is_refused(array: np.ndarray, message: str) -> None:
    np.save("a.npy", array)
    assert message in _refused("@a.npy").message


def _header(text: str, version: bytes = b"\x01\x00") -> bytes:
    length = len(text).to_bytes(2 if version == b"\x01\x00" else 4, "little")
    return b"\x93NUMPY" + version + length + text.encode()


@each(
    ("content", "message"),
    [
        (_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}\n"), "1,000,000,000,000 cells"),
        (_header(f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({'9' * 2000},)}}\n"), "at most 20,000,000 are read"),
        (_header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -8)}\n") + bytes(64), "damaged"),
        (_header("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}\n") + bytes(20), "ends before"),
        (_header("{'descr': '<f8', 'fortran_order': False, 'shape': 'x'}\n"), "damaged"),
        (_header("__import__('os').mkdir('trap')\n"), "damaged"),
        (_header("(" * 9000), "damaged"),
        (_header("{'descr': '<f8'", b"\x02\x00"), "damaged"),
        (_header("{}", b"\x03\x00"), "version 3.0"),
        (_header(" " * 60_000), "damaged"),
        (b"", "damaged"),
        (b"\x93NUMPY", "damaged"),
        (b"1,2\n", "damaged"),
    ],
)
def test_a_false_or_broken_header_is_refused_before_memory_is_taken(content: bytes, message: str) -> None:
    assert message in _refused(_write("a.npy", content)).message
    assert not Path("trap").exists()


_SAVED = io.BytesIO()
np.save(_SAVED, np.arange(6.0).reshape(2, 3))


@SHARED_FOLDER
@given(st.data())
def test_a_npy_file_with_wrong_bytes_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(_SAVED.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, 127))] = data.draw(st.integers(0, 255))
    _attempt(_write("a.npy", bytes(content[: data.draw(st.integers(0, 200))])))


def _attempt(word: str) -> None:
    """Any array will do, and any error that is ours."""
    try:
        found: object = read_value(word)
    except GraphstepError as error:
        found = error
    assert isinstance(found, float | np.ndarray | GraphstepError)


# Tables

_MATRIX = arrays_of.arrays(np.float64, st.tuples(st.integers(2, 5), st.integers(2, 4)), elements=st.floats())


@SHARED_FOLDER
@given(_MATRIX, st.sampled_from([",", ";", "\t", " ", ", ", "; ", "   "]), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_a_table_is_read_with_any_mark_between_its_cells(array: np.ndarray, between: str, headed: bool, end: str) -> None:
    lines = [between.join(f"x{i}" for i in range(array.shape[1]))] * headed
    lines += [between.join(map(repr, row)) for row in array.tolist()]
    assert _same(read_value(_write("a.csv", end.join(lines))), array)


def test_what_savetxt_writes_is_read() -> None:
    array = np.random.default_rng(0).random((4, 3))
    np.savetxt("a.csv", array, header="three columns", delimiter=",", fmt="%.17g")
    np.savetxt("b.txt", array, fmt="%.17g")
    assert _same(read_value("@a.csv"), array)
    assert _same(read_value("@b.txt"), array)


@each(
    ("text", "cells"),
    [
        ("1\n2\n3\n", [1, 2, 3]),
        ("height (cm)\n1\n2\n", [1, 2]),
        ("1,2,3", [1, 2, 3]),
        ("7", [7]),
        ("\ufeffa;b\n1;2\n", [1, 2]),
        ("1,2\n\n3,4\n\n", [[1, 2], [3, 4]]),
        ('"x","y"\n"1","2"\n3,4', [[1, 2], [3, 4]]),
        ("nan,inf\n-inf,1e400", [[math.nan, math.inf], [-math.inf, math.inf]]),
        ("  1 2\n 10 20\n", [[1, 2], [10, 20]]),
        ("# note\n1,2\n# note\n3,4", [[1, 2], [3, 4]]),
    ],
)
def test_one_row_or_one_column_is_a_vector_and_headings_are_left_out(text: str, cells: list[object]) -> None:
    assert _same(read_value(_write("a.csv", text)), np.array(cells, np.float64))


@each(
    ("text", "message"),
    [
        ("", "holds no numbers"),
        ("a,b\n", "holds no numbers"),
        ("a,b\nc,d\n1,2", "'c' in line 2"),
        ("x,y\n1,2\n3\n", "1 cell in line 3, and 2"),
        ("1,2\n3,4,5", "3 cells in line 2, and 2"),
        ("1,2\n3,four", "'four' in line 2"),
        ("1,2\n3,", "an empty cell in line 2"),
        ("0.1.2\n1\n2", "'0.1.2' in line 1"),
        ("0.1,0.2x\n1,2", "'0.2x' in line 1"),
        ("1,1_000", "'1_000' in line 1"),
        ("0,5;0,3\n1,5;2,5", "'0,5' in line 1"),
        ("1,\x00", "in line 1"),
        (b"\xff\xfe1\x00", "UTF-8"),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_line(text: str | bytes, message: str) -> None:
    assert message in _refused(_write("a.csv", text)).message


@SHARED_FOLDER
@given(st.one_of(st.binary(max_size=60), st.text('0123456789.,;\t\n e-"#xnaif_', max_size=60)))
@example(b"\r\r,\r")
def test_any_bytes_are_a_table_or_refused(content: str | bytes) -> None:
    for name in ("a.csv", "a.json", "a.npy"):
        _attempt(_write(name, content))


# JSON


@SHARED_FOLDER
@given(arrays_of.arrays(np.float64, _SHAPES, elements=st.floats()))
def test_nested_lists_in_json_are_an_array(array: np.ndarray) -> None:
    found = read_value(_write("a.json", json.dumps(array.tolist())))
    # A list without entries says nothing of the axes inside it.
    assert isinstance(found, np.ndarray)
    assert array.size == 0 or _same(found, array)
    assert found.size == array.size


def test_numbers_and_words_of_json_are_numbers() -> None:
    assert read_value(_write("a.json", "2.5")) == 2.5
    assert _same(
        read_value(_write("b.json", '[1, "inf", "-inf", "nan", 1e999]')), np.array([1, math.inf, -math.inf, math.nan, math.inf])
    )


@each(
    ("text", "message"),
    [
        ("", "is not JSON in line 1"),
        ("[1,\n2", "is not JSON in line 2"),
        ("{}", "an object {}"),
        ("true", "has true, which is no number"),
        ("[[1, 2], [3, null]]", "has null at [1][1]"),
        ('["1"]', "has '1' at [0]"),
        ("[[1, 2], [3]]", "has 1 entries at [1], and 2"),
        ("[[1], 2]", "has 2.0 where others have a list at [1]"),
        ("[1, [2]]", "has 1.0 where others have a list at [0]"),
        ("[" * 100_000, "too deep"),
        ("[" * 40 + "]" * 40, "33 axes"),
        (b"\xff", "UTF-8"),
    ],
)
def test_json_of_other_things_is_refused_with_its_place(text: str | bytes, message: str) -> None:
    assert message in _refused(_write("a.json", text)).message


# Files


@each("name", ["a.npz", "a", "a.py", "", ".npy", "."])
def test_a_file_of_another_kind_is_refused(name: str) -> None:
    assert ".npy, .csv or .json" in _refused(f"@{name}").message


@each("name", ["a.csv", "b.npy", "no/such/folder/c.json", "x" * 5000 + ".csv"])
def test_a_file_that_is_not_there_fails_with_status_1(name: str) -> None:
    with pytest.raises(GraphstepError, match="cannot be read") as error:
        read_value(f"@{name}")
    assert error.value.exit_status == 1


@pytest.mark.parametrize("name", ["a\0.csv", "\ud800.csv"])
def test_a_name_that_no_file_has_is_refused(name: str) -> None:
    assert "cannot be" in _attempted(f"@{name}")


def _attempted(word: str) -> str:
    with pytest.raises(GraphstepError) as error:
        read_value(word)
    return error.value.message


def test_folders_and_pipes_are_refused_and_never_opened() -> None:
    Path("a.csv").mkdir()
    assert "is a folder" in _refused("@a.csv").message
    if hasattr(os, "mkfifo"):
        os.mkfifo("b.csv")
        assert "no ordinary file" in _refused("@b.csv").message


@each(("name", "most"), [("a.npy", limits.FILE), ("a.csv", limits.FILE), ("a.json", limits.JSON)])
def test_a_file_over_the_limit_is_refused_unread(name: str, most: int) -> None:
    with Path(name).open("wb") as file:
        file.truncate(most + 1)
    with pytest.raises(LimitError, match=f"at most {most:,}"):
        read_inputs([f"x=@{name}"])


def test_names_of_files_are_taken_as_they_are() -> None:
    for name in ("ﬁle x².csv", " a=b;c.csv"):
        assert _same(read_inputs([f"x=  {_write(name.strip(), '1,2')}"])["x"], np.array([1.0, 2.0]))


def test_a_file_is_no_single_number() -> None:
    with pytest.raises(InputError, match="a single number is needed here"):
        read_number("@a.npy")
