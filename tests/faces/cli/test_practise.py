"""``graphstep practise``: a sitting at the prompt, on a day that the test chooses."""

from __future__ import annotations

import io
import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from graphstep.faces.cli import main
from graphstep.faces.repl.practice import PracticePrompt
from graphstep.ground.arrays import number_text
from graphstep.teaching.exercise.item_file import find
from graphstep.teaching.practice import progress
from graphstep.teaching.practice.session import Session
from graphstep.teaching.practice.standing import Standing
from tests.cases import each
from tests.faces.cli.test_exercise import Hands


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))
    return tmp_path / "practice.json"


def answers(prompt: PracticePrompt) -> list[str]:
    """What a learner types who knows everything: an empty line where all is worked."""
    assert prompt._work is not None
    attempt = prompt._work.attempt
    blanks = attempt.exercise.blanks[attempt.place :]
    return [number_text(blank.solution.quantity.asked) for blank in blanks if blank.solution.quantity] or [""]


def sitting(clock: Hands, *kinds: str, most: int = 6) -> str:
    """All that is printed to such a learner in a sitting."""
    out = io.StringIO()
    session = Session([find(kind) for kind in kinds], progress.load().by_key, clock.today())
    prompt = PracticePrompt(session, out.write, "en", clock, most)
    prompt.begin()
    while not prompt.left:
        for line in answers(prompt):
            prompt.hear(line)
    return out.getvalue()


def test_an_exercise_fades_is_learned_and_comes_back_until_it_stays() -> None:
    clock = Hands()
    printed = sitting(clock, "mul", most=7)
    assert "All of it is worked" in printed
    assert [line for line in printed.splitlines() if line.startswith("Next time")] == [
        "Next time the last step is asked.",
        *(f"Next time the last {count} steps are asked." for count in range(2, 7)),
    ]
    assert "Every step was right: it comes back on 2026-11-29." in printed
    assert printed.endswith("That is enough for today: graphstep practise goes on.\n")
    for days, says in ((1, "on 2026-12-06"), (7, "on 2026-12-13"), (7, "does not come back")):
        clock.day += timedelta(days)
        printed = sitting(clock, "mul", most=1)
        assert "1 exercise is due again." in printed
        assert says in printed
    assert progress.load().by_key["mul-1"] == Standing(6, 3, None, 10)


def test_a_wrong_answer_keeps_the_step_and_a_second_try_does_not_count_as_known() -> None:
    progress.save("mul-1", Standing(1, seed=1))
    out, clock = io.StringIO(), Hands()
    prompt = PracticePrompt(Session([find("mul")], progress.load().by_key, clock.today()), out.write, "en", clock, 1)
    prompt.begin()
    (right,) = answers(prompt)
    prompt.hear("1000")
    prompt.hear(right)
    assert "1 of 1 marks.\nNext time the same steps are asked again." in out.getvalue()
    assert progress.load().by_key["mul-1"] == Standing(1, seed=2)


def test_who_leaves_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n\nquit\n"))
    assert main(["practise"]) == 0
    assert capsys.readouterr().out.endswith("What is done is kept: graphstep practise goes on.\n")
    assert [*json.loads(data.read_text())["levels"]] == ["chain-1", "fork-1"]
    assert main(["practise", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["chain 1      the last step is asked", "fork 1       the last step is asked", "max 1        new"]
    assert len(lines) == 11


def test_it_says_when_nothing_is_to_be_done() -> None:
    clock = Hands()
    for level in (1, 2, 3):
        progress.save(f"mul-{level}", Standing(6, 2, clock.today() + timedelta(level)))
    assert sitting(clock, "mul") == "Nothing is due before 2026-11-29.\n"
    for level in (1, 2, 3):
        progress.save(f"mul-{level}", Standing(6, 3))
    assert sitting(clock, "mul") == "Nothing is left to practise.\n"


def test_a_file_that_cannot_be_kept_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path / "file"))
    printed = sitting(Hands(), "mul", "max", most=3)
    assert printed.count("cannot be") == 1


@each(
    ("words", "says"),
    [(("frok",), "did you mean 'fork'"), (("--count", "0"), "1 to 1,000"), (("--count", "x"), "a whole number")],
)
def test_what_is_typed_wrong_is_said(words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practise", *words]) == 2
    assert says in capsys.readouterr().err
