"""``graphstep exercise``: the list, a sheet and its key, and an exercise that is worked at the prompt."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from graphstep.faces.cli import main
from graphstep.faces.repl.exercises import DELAY, WorkPrompt
from graphstep.teaching.exercise.draw import draw
from graphstep.teaching.exercise.item import KINDS
from graphstep.teaching.exercise.item_file import find
from tests.cases import each


class Hands:
    """A clock whose hands are moved by the test."""

    def __init__(self, today: str = "2026-11-28") -> None:
        self.now, self.day = 0.0, date.fromisoformat(today)

    def seconds(self) -> float:
        return self.now

    def today(self) -> date:
        return self.day


def printed(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    assert main(["exercise", *words]) == status
    out, err = capsys.readouterr()
    return err if status else out


def test_the_kinds_are_listed_with_their_levels(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ((), ("list",)):
        lines = printed(capsys, *words).splitlines()
        assert [line.split()[0] for line in lines[:-1]] == list(KINDS)
        assert lines[1] == "fork       3 levels  Contributions add up at a fork"


def test_an_exercise_and_its_key_are_printed(capsys: pytest.CaptureFixture[str], golden: Callable[[str, str], None]) -> None:
    words = ("fork", "--level", "2", "--seed", "7")
    golden("exercise.txt", printed(capsys, *words) + printed(capsys, *words, "--key"))
    assert printed(capsys, "--kind", *words, "--plain") == printed(capsys, *words)
    chinese = printed(capsys, *words, "--language", "zh")
    assert "h 的值是多少" in chinese
    assert "--language=zh" in chinese


def test_what_is_refused_is_refused_before_a_file_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    training = ["train", "(w-1)^2", "w=0", "--params=w", "--save=state.npz"]
    for words in [
        ["exercise", "loss", "--to=sheet.md", "--key=key"],
        ["exercise", "loss", "--to=sheet.md", "--key=./sheet.md"],
        ["lesson", "1", "--to=sheet.md", "--key=key"],
        ["lesson", "1", "--to=sheet.md", "--key=sheet.md"],
        ["lesson", "1", "--to=sheet.gift", "--key=key"],
        [*training, "--to=loss.csv", "--answers=hidden"],
        [*training, "--to=loss.json", "--at-round=1", "--detail=brief"],
    ]:
        assert main(words) == 2
        assert capsys.readouterr().err.startswith("error: ")
        assert not [*tmp_path.iterdir()], words


@pytest.mark.parametrize("suffix", ["md", "txt", "html", "tex", "json"])
def test_a_sheet_and_its_key_are_made_again_by_their_commands(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["exercise", "loss", "--to", f"sheet.{suffix}", "--key", f"key.{suffix}"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"wrote sheet.{suffix}\nwrote key.{suffix}\n")
    sheet, key = (Path(f"{name}.{suffix}").read_text(encoding="utf-8") for name in ("sheet", "key"))
    exercise = draw(find("loss"), 1, 1)
    for blank in exercise.blanks:
        assert suffix == "tex" or blank.solution.answer.partition(" = ")[2] in key
    if suffix == "json":
        assert [each["question"] for each in json.loads(sheet)["blanks"]] == [b.solution.wording for b in exercise.blanks]
        assert not any("answer" in each for each in json.loads(sheet)["blanks"])
        assert [each["answer"] for each in json.loads(key)["blanks"]] == [
            b.solution.quantity and b.solution.quantity.asked for b in exercise.blanks
        ]
    elif suffix in ("md", "txt"):
        for name, text in (("sheet", sheet), ("key", key)):
            command = text.rpartition("Made by\n")[2].strip().removeprefix("```sh").removesuffix("```")
            assert main(shlex.split(command)[1:]) == 0
            assert Path(f"{name}.{suffix}").read_text(encoding="utf-8") == text


def test_a_sheet_has_the_mathematics_of_the_reader_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (["exercise", "loss"], ["lesson", "2"]):
        assert main([*words, "--to", "sheet.html", "--key", "key.md", "--math", "dollars"]) == 0
        text = Path("key.md").read_text(encoding="utf-8")
        assert "$`" not in text
        assert "--key key.md --math dollars" in text
        assert "--math" not in Path("sheet.html").read_text(encoding="utf-8")
    assert printed(capsys, "loss", "--format", "md", "--math", "pandoc").startswith("---\npagetitle:")


@each(
    ("words", "says"),
    [
        (("loss", "--math", "pandoc"), "--math is of Markdown"),
        (("loss", "--math", "pandoc", "--format", "moodle"), "--math is of Markdown"),
        (("loss", "--math", "tex", "--format", "md"), "math is gfm or dollars or pandoc"),
        (("frok",), "did you mean 'fork'?"),
        (("--kind", "fork", "loss"), "both name a kind"),
        (("fork", "--level", "9"), "fork has no level 9"),
        (("fork", "--level", "two"), "--level takes a whole number from 0, not 'two'"),
        (("fork", "--seed", "-1"), "--seed takes a whole number from 0, not '-1'"),
        (("fork", "--format", "docx"), "an exercise has no format 'docx'"),
        (("fork", "--format", "moodl"), "an exercise has no format 'moodl'\nhint: did you mean 'moodle'?"),
        (("--to", "sheet.md"), "which exercise is meant?"),
        (("none.toml",), "none.toml"),
        (("check-items", "fork", "--seeds", "0"), "--seeds takes 1 to"),
    ],
)
def test_what_is_typed_wrong_is_said(words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert says in printed(capsys, *words, status=2)


def test_an_item_is_proved_and_what_fails_is_listed_with_its_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "check-items", "mul", "--seeds", "4").splitlines()[0] == "mul 1: 4 seeds, 4 variants: fine"
    item = tmp_path / "narrow.toml"
    item.write_text(
        'title = "Narrow"\nkind = "mul"\n[[levels]]\nprogram = "f = x*y"\nlargest = 4\n'
        'inputs = { x = "2..4", y = "2..4" }\nasks = ["value f"]\n'
    )
    assert main(["exercise", "check-items", str(item), "--seeds", "2"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "narrow 1: 2 seeds, 1 variants: 2 fail"
    assert lines[1].startswith("  seed 0: level 1 of narrow with seed 0: no nice numbers in 2,000 draws")


def worked(prompt: WorkPrompt, out: io.StringIO, *lines: str) -> str:
    """What is printed for lines."""
    before = out.tell()
    for line in lines:
        prompt.hear(line)
    return out.getvalue()[before:]


def test_an_exercise_is_worked_at_the_prompt() -> None:
    out, clock = io.StringIO(), Hands()
    prompt = WorkPrompt(draw(find("fork"), 2, 7), out.write, clock)
    prompt.begin()
    assert "1 of 6: What is the value of h?" in out.getvalue()
    assert "Right." in worked(prompt, out, "18")
    assert "go on with your answer" in worked(prompt, out, "-69")
    assert "3 of 6" in worked(prompt, out, "")
    assert "dL/dh = dL/dm · ∂m/∂h" in worked(prompt, out, "hint")
    assert "The last hint opens in 20 seconds." in worked(prompt, out, "hint")
    clock.now = DELAY - 0.5
    assert "The last hint opens in 1 second." in worked(prompt, out, "hint")
    clock.now = DELAY
    assert "Hint 2 of 2: dL/dh = 1 · (-4)" in worked(prompt, out, "hint")
    assert "no other hint" in worked(prompt, out, "hint")
    assert "quit leaves" in worked(prompt, out, "?")
    assert "dL/dh = dL/dm · ∂m/∂h = 1 · (-4) = -4" in worked(prompt, out, "show")
    assert "cannot be read" in worked(prompt, out, "nonsense")
    worked(prompt, out, "# a remark", "36", "35", "8")
    assert prompt.left
    prompt.end()
    assert out.getvalue().endswith("5 of 7 marks.\n")


def test_who_leaves_is_told_no_marks() -> None:
    out = io.StringIO()
    prompt = WorkPrompt(draw(find("chain"), 1, 1), out.write, Hands())
    prompt.begin()
    worked(prompt, out, "quit")
    prompt.end()
    assert prompt.left
    assert "marks" not in out.getvalue()
