"""A key holds exercises and no answers, and says what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graphstep.ground.errors import InputError
from graphstep.teaching.exercise.key import Key, Sheet, addresses, entry_of, key_of, pieces, read_key
from graphstep.teaching.exercise.lessons import exercises_of
from tests.cases import each
from tests.lessons import shipped

ENTRY = {"title": "T", "program": "x*y", "inputs": {"x": "2", "y": "3"}, "blanks": [{"ask": "gradient x", "marks": 2}]}
DOCUMENT = {
    "schema": 1,
    "title": "T",
    "exercises": {"a": ENTRY},
    "sheets": [{"code": "C", "student": "ada", "name": "", "items": ["a"]}],
}


def test_exercises_come_out_of_a_key_with_the_answers_that_they_had(tmp_path: Any) -> None:
    exercises = [each for number in range(2, 6) for each in exercises_of(shipped(number))]
    entries = [entry_of(each) for each in exercises]
    sheet = Sheet("AAAA-BBBB-CCCC", "ada", "Ada", tuple(each.code for each in exercises))
    text = "".join(pieces("Ünits", [(each.code, each.data()) for each in [*entries, entries[0]]], [sheet.data()]))
    computed = [blank.solution for each in exercises for blank in each.blanks if blank.solution.right is None]
    assert all(solution.answer not in text for solution in computed)
    path = tmp_path / "key.json"
    path.write_text(text, encoding="utf-8")
    key = read_key(str(path))
    assert key == Key("Ünits", {each.code: each for each in key.entries.values()}, (sheet,))
    for exercise, (entry, names) in zip(exercises, key.addresses(sheet), strict=True):
        again = entry.exercise()
        assert [blank.solution.answer for blank in again.blanks] == [blank.solution.answer for blank in exercise.blanks]
        assert len(names) == len(again.blanks)
        assert again.code == exercise.code


def test_a_program_with_other_numbers_has_other_answers() -> None:
    for x, y in ((2, 3), (5, -7), (5, 11)):
        data = {**ENTRY, "inputs": {"x": str(x), "y": str(y)}}
        entry = key_of({**DOCUMENT, "exercises": {"a": data}}).entries["a"]
        (blank,) = entry.exercise().blanks
        assert blank.solution.answer == f"df/dx = {y}"
        assert blank.solution.trace.inputs == {"x": x, "y": y}
        assert blank.marks == 2


@each(
    ("change", "said"),
    [
        ({"schema": 2}, "schema"),
        ({"title": 3}, "needs title, a text"),
        ({"more": 1}, "'more', which means nothing here"),
        ({"exercises": {"a": {**ENTRY, "program": None}}}, "exercises.a of the key needs program"),
        ({"exercises": {"a": {**ENTRY, "ties": "all"}}}, "ties"),
        ({"exercises": {"a": {**ENTRY, "blanks": []}}}, "has no blanks"),
        ({"exercises": {"a": {**ENTRY, "inputs": {"x": 2}}}}, "no text"),
        ({"exercises": {"a": {**ENTRY, "blanks": [{"ask": "gradient x", "marks": True}]}}}, "from 0 to 10,000"),
        ({"sheets": [{"code": "C", "student": "ada", "name": "", "items": ["b"]}]}, "exercise 'b'"),
        ({"sheets": [{"code": c, "student": "ada", "name": "", "items": []} for c in "CD"]}, "the student 'ada'"),
        ({"sheets": {}}, "needs sheets, a list"),
    ],
)
def test_what_is_wrong_in_a_key_is_said_with_its_place(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        key_of({**DOCUMENT, **change})


@pytest.mark.parametrize("data", [{**ENTRY, "program": "x*"}, {**ENTRY, "blanks": [{"ask": "gradient z"}]}])
def test_what_cannot_be_run_is_said_with_the_exercise(data: dict[str, Any]) -> None:
    entry = key_of({**DOCUMENT, "exercises": {"a": data}}).entries["a"]
    with pytest.raises(InputError, match="exercise 'a' of the key cannot be run"):
        entry.exercise()


def test_a_file_that_is_no_key_is_refused(tmp_path: Any) -> None:
    for text in ("", "[]", "[" * 5_000, json.dumps({"schema": 1})):
        (tmp_path / "key.json").write_text(text)
        with pytest.raises(InputError):
            read_key(str(tmp_path / "key.json"))


def test_two_exercises_do_not_share_a_code_and_blanks_are_lettered() -> None:
    with pytest.raises(InputError, match="two exercises"):
        list(pieces("T", [("a", {"title": "1"}), ("a", {"title": "2"})], []))
    (many,) = addresses([28])
    assert (many[0], many[25], many[26], many[27]) == ("1a", "1z", "1aa", "1ab")
