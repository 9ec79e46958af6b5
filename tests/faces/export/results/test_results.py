"""Results for autograders, as their formats say: every mark with what it earned, and nothing that a person has to mark as 0."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.faces.cli import main
from graphstep.faces.export.results import results, results_of
from graphstep.ground.unprintable import printable
from graphstep.teaching.exercise.mark import Mark
from tests.faces.classroom.test_marks import document

RIGHT = Mark("fork-2-7", "1a", "6", "6", "right", "", "Right.", 1.0, 1.0)
WRONG = Mark("fork-2-7", "1b", "-6", "-6", "wrong", "slip-sign", "Not quite. The size is right, the sign is turned.", 0.0, 2.0)
UNSURE = Mark("fork-2-7", "2", "0", "0", "unsure", "", "Too easy to tell.", None, 1.0)
UNREAD = Mark("fork-2-7", "2", "six", "", "unreadable", "", "That is no number.", 0.0, 1.0)

# What each format has, and of which type: https://gradescope-autograders.readthedocs.io/en/latest/specs/ and
# https://prairielearn.readthedocs.io/en/latest/externalGrading/.
FIELDS = {
    "gradescope": {
        "whole": {"score": float, "output": str, "output_format": str, "tests": list},
        "test": {
            "name": str,
            "number": str,
            "name_format": str,
            "output": str,
            "output_format": str,
            "score": float,
            "max_score": float,
            "status": str,
            "tags": list,
            "extra_data": dict,
        },
    },
    "prairielearn": {
        "whole": {"gradable": bool, "score": float, "message": str, "format_errors": list, "tests": list},
        "test": {"name": str, "description": str, "points": float, "max_points": float, "message": str},
    },
}


def read(name: str, content: bytes) -> dict:
    document = json.loads(content)
    for part, fields in (
        (document, FIELDS[name]["whole"]),
        *((test, FIELDS[name]["test"]) for test in document.get("tests", ())),
    ):
        assert set(part) <= set(fields)
        for key, value in part.items():
            assert isinstance(value, (int, float) if fields[key] is float else fields[key])
    return document


def test_gradescope_sums_what_is_earned_and_leaves_open_what_a_person_marks() -> None:
    document = read("gradescope", results_of("gradescope").writes([RIGHT, WRONG, UNSURE], "en"))
    assert document["score"] == 1
    assert document["output"] == "1 answer is for a person to mark, and earns nothing before that."
    right, wrong, unsure = document["tests"]
    assert (right["number"], right["score"], right["max_score"], right["status"]) == ("1a", 1, 1, "passed")
    assert (wrong["score"], wrong["max_score"], wrong["status"], wrong["tags"]) == (0, 2, "failed", ["slip-sign"])
    assert wrong["output"] == f"Typed: -6\n{WRONG.sentence}"
    assert not {"score", "status"} & set(unsure)


def test_prairielearn_has_a_share_and_marks_nothing_that_a_person_marks_as_wrong() -> None:
    document = read("prairielearn", results_of("prairielearn").writes([RIGHT, WRONG, UNSURE], "en"))
    assert (document["gradable"], document["score"]) == (True, 0.25)
    assert [(test["points"], test["max_points"]) for test in document["tests"]] == [(1, 1), (0, 2), (0, 0)]
    assert document["tests"][1]["message"] == WRONG.sentence
    # What nobody can read costs no attempt; one readable answer does.
    unread = read("prairielearn", results_of("prairielearn").writes([UNREAD], "en"))
    assert unread == {"gradable": False, "format_errors": ["fork-2-7 2: That is no number."]}
    assert read("prairielearn", results_of("prairielearn").writes([RIGHT, UNREAD], "en"))["gradable"] is True


@settings(max_examples=25)
@given(text=st.text(max_size=200))
@pytest.mark.parametrize("name", results())
def test_what_was_typed_stays_text(name: str, text: str) -> None:
    marks = [Mark(text, text, text, "", "wrong", "", text, 0.5, 1.0)]
    document = read(name, results_of(name).writes(marks, "zh"))
    assert document["tests"][0]["output" if name == "gradescope" else "message"].endswith(printable(text))


def test_an_autograder_marks_what_one_student_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "key.json").write_text(json.dumps(document()))
    (tmp_path / "s0.md").write_text("1a: 6\n1b: 31\n1c: 6\n")
    words = ["exercise", "mark", str(tmp_path / "s0.md"), "--key", str(tmp_path / "key.json"), "--jobs", "1"]
    for name in results():
        target = tmp_path / f"{name}.json"
        assert main([*words, "--to", str(target), "--format", name]) == 0
        assert capsys.readouterr().err.endswith(f"wrote {target}\n")
        scores = [test.get("score", test.get("points")) for test in read(name, target.read_bytes())["tests"]]
        assert scores == [1, 0, 1]
        assert main([*words, "--to", str(target), "--format", name]) == 2
        assert "there already" in capsys.readouterr().err
    assert main([*words, "--to", str(tmp_path / "new.json"), "--format", "gradscope"]) == 2
    assert "did you mean 'gradescope'?" in capsys.readouterr().err
    assert not (tmp_path / "new.json").exists()
    (tmp_path / "both.csv").write_text("student,1a\ns0,6\ns1,6\n")
    words[2] = str(tmp_path / "both.csv")
    assert main([*words, "--to", str(tmp_path / "new.json"), "--format", "gradescope"]) == 2
    assert "2 handed something in" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
