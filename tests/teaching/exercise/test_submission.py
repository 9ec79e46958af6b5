"""What is handed in is read, whatever it is; tables that we write are safe to open."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.ground.errors import InputError
from graphstep.teaching.exercise.mark import Mark
from graphstep.teaching.exercise.submission import READERS, read, submissions
from graphstep.teaching.exercise.table import COLUMNS, HEAD, Row, Table, cell, lines, plain, rows_of
from tests.cases import each

CODE = "00AA-11BB-22CC"


def test_a_filled_sheet_is_read_in_whatever_way_it_was_filled() -> None:
    text = (
        "# Sheet\n1. What is 3?\n\n1a: -4\n**1b:** `1/2`\n- 1c) 3\n> 1D : x\n`2a: __7__`\n2b: \\_\\_\\_\\_\n"
        "2c: ____\n2c: 5\n2c:\n2d. -4\n2e. What is 3?\n(2f) 7\n10: df/dx = 3\n| 3a: 1 |\n`sheet: 00aa-11bb-22cc`\n"
    )
    (one,) = read(text.encode(), "x/ada.md")
    assert one.sheet == CODE
    assert one.student == "ada"
    expected = {
        "1a": "-4",
        "1b": "1/2",
        "1c": "3",
        "1d": "x",
        "2a": "7",
        "2b": "",
        "2c": "5",
        "2d": "-4",
        "2f": "7",
        "10": "df/dx = 3",
        "3a": "1 |",
    }
    assert one.answers == expected


def test_a_notebook_is_read_by_the_ids_of_its_cells_or_their_first_comment_and_never_run() -> None:
    cells = [
        {"id": "blank-1a", "cell_type": "code", "source": ["# 1a\n", "-4"], "outputs": [{"text": "99"}]},
        {"id": "changed", "cell_type": "code", "source": "# 1b: your answer\n1/2\n"},
        {"id": "blank-1c", "cell_type": "code", "source": "__import__('os').system('false')"},
        {"cell_type": "markdown", "source": [f"sheet: {CODE}"]},
        {"source": None},
        7,
    ]
    (one,) = read(json.dumps({"cells": cells}).encode(), "bob.ipynb")
    assert (one.student, one.sheet) == ("bob", CODE)
    assert one.answers == {"1a": "-4", "1b": "1/2", "1c": "__import__('os').system('false')".replace("__", " ").strip()}


@each("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_spreadsheet_is_read_with_its_encoding_its_semicolons_and_its_decimal_commas(encoding: str) -> None:
    wide = "Student;1a;1b\nzoë;0,5;=1+1\n;9;9\n'-x;'-4;\n".encode(encoding)
    first, second = read(wide, "class.csv")
    assert (first.student, first.comma, first.answers) == ("zoë", True, {"1a": "0,5", "1b": "=1+1"})
    assert (second.student, second.answers) == ("-x", {"1a": "-4", "1b": ""})
    tall = 'student,question,answer\r\nzoë,1a,"1, 2"\r\nzoë,1b,3\r\n'.encode(encoding)
    (one,) = read(tall, "class.csv")
    assert (one.comma, one.answers) == (False, {"1a": "1, 2", "1b": "3"})


@each(
    "document",
    [
        {"student": "ada", "answers": {"1a": -4, "1b": [1, 2]}},
        {"ada": {"1a": "-4", "1b": "[1, 2]"}},
        [{"student": "ada", "blank": "1a", "answer": -4}, {"student": "ada", "blank": "1b", "answer": "[1, 2]"}],
    ],
)
def test_json_is_read_in_three_shapes(document: object) -> None:
    (one,) = read(json.dumps(document).encode(), "all.json")
    assert (one.student, one.answers) == ("ada", {"1a": "-4", "1b": "[1, 2]"})


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([*READERS]),
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="surrogatepass")),
)
def test_no_bytes_stop_the_reader(suffix: str, raw: bytes) -> None:
    for before in (b"", b"student,1a,1b\n", b"1a: ", b'{"a": '):
        with suppress(InputError):
            for one in read(before + raw, f"file{suffix}"):
                assert all(isinstance(text, str) for text in one.answers.values())


def test_depth_and_size_stop_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("answers")
    (folder / "deep.json").write_text("[" * 100_000)
    (folder / "nested.json").write_text('{"answers": {"1a": ' + "[" * 900 + "]" * 900 + "}}")
    (folder / "digits.json").write_text('{"answers": {"1a": ' + "9" * 10_000 + "}}")
    (folder / "large.md").write_bytes(b"1a: " + b"x" * 6_000_000)
    (folder / "long.csv").write_text("student,1a\nada," + "x" * 300_000)
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / "pipe.md").mkdir()
    (folder / "scan.PDF").write_bytes(b"%PDF")
    results = [*submissions(str(folder))]
    refused = [each.message for each in results if isinstance(each, InputError)]
    assert refused.pop(-1).startswith("'scan.PDF' cannot be read: answers end in .csv, ")
    assert len(refused) == 3
    assert sum("deep.json" in message or "digits.json" in message or "at most" in message for message in refused) == 3
    assert [len(each.answers["1a"]) for each in results if not isinstance(each, InputError)] == [1_000, 1_000]


TYPED = st.text(alphabet="=+-@\t|'\"%, ;\n0123456789.eExy＝－", max_size=8)


@settings(max_examples=200, deadline=None)
@given(TYPED, TYPED)
def test_a_table_computes_nothing_and_reads_back_as_it_was(one: str, other: str) -> None:
    mark = Mark("fork-1-2", "1a", one, other, "unsure", "slip-sign", one, None, 2.0)
    text = lines([Row(other, one, "", mark)])
    (row,) = csv.reader(io.StringIO(text, newline=""))
    for stands in row:
        assert stands.lstrip()[:1] not in tuple("=@＝－|%") or stands == ""
        if stands.lstrip()[:1] in ("+", "-"):
            float(stands)
    assert [*rows_of(text)] == [Row(other, one, "", mark)]
    assert plain(cell(one)) == one


def test_a_table_of_another_shape_is_refused_with_its_line(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("tables") / "marks.csv"
    for text, said in (
        ("a,b\n", "no table"),
        (HEAD + "1,2\n", "line 2"),
        (HEAD + ",".join("abcdefghijkl") + "\n", "no verdict"),
        (HEAD + "s,n,,i,1a,4,4,right,,ok,1e999,1\n", "'1e999' is no number of marks"),
    ):
        file.write_text(text)
        with pytest.raises(InputError, match=said):
            list(Table(str(file)))
    # As a spreadsheet writes it that has decimal commas, and as one writes plain text.
    for parted in ";\t":
        file.write_text(parted.join(COLUMNS) + "\nada;;;i;1a;4;4;unsure;;s;0,5;1\n".replace(";", parted))
        assert [row.mark.earned for (row,) in Table(str(file))] == [0.5]


def test_a_table_that_was_sorted_and_saved_by_a_spreadsheet_is_read_student_by_student(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("tables") / "marks.csv"
    marks = [Mark("fork-1-2", blank, typed, typed, "right", "", "Yes.", 1.0, 1.0) for blank, typed in (("1a", "½"), ("1b", "7"))]
    rows = [Row(student, "", "", mark) for mark in marks for student in ("zoë", "ada")]
    # In the alphabet of Windows, as an old Macintosh ends its lines, with rows that were emptied.
    for encoding, end in (("cp1252", "\r\n"), ("utf-8-sig", "\r"), ("utf-8", "\n")):
        text = HEAD + lines(rows) + ",,,,,,,,,,,\n\n"
        file.write_bytes(text.replace("\n", end).encode(encoding))
        table = Table(str(file))
        assert [*table.students] == ["zoë", "ada"]
        assert [*map(tuple, table)] == [tuple(rows[::2]), tuple(rows[1::2])]
        assert [row.mark.typed for row in table.of("ada")] == ["½", "7"]
        assert table.of("nobody") == ()


def test_a_spreadsheet_makes_no_date_of_a_fraction() -> None:
    assert [cell(text) for text in ("1/2", "-1/2", "12-3", "2021/22", "1.5", "x/2")] == [
        "'1/2", "'-1/2", "'12-3", "'2021/22", "1.5", "x/2",
    ]  # fmt: skip
