"""A lesson on paper: every question on the sheet, every computed answer in the key, under the same number."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import graphstep as gs
from graphstep.faces.cli import main
from graphstep.faces.export import text
from graphstep.ground.arrays import number_text
from graphstep.teaching.lesson.catalogue import catalogue
from graphstep.teaching.lesson.check import check
from graphstep.teaching.lesson.code import skeleton
from graphstep.teaching.lesson.sheet import key, marked, sheet
from graphstep.telling.document import Code, Strong
from tests.cases import each
from tests.lessons import opened

LESSONS = [lesson.path for lesson in catalogue()]


@each("path", LESSONS, ids=lambda path: path.stem)
def test_every_question_has_a_blank_on_the_sheet_and_its_answer_in_the_key(path: Path) -> None:
    lesson = opened(path)
    solutions = [solution for scene in lesson.scenes for solution in scene.solutions]
    asked, answered = ("".join(text.write(make(lesson, "graphstep lesson 1"))) for make in (sheet, key))
    rows = [solution for solution in solutions if solution.question.part is not None]
    assert asked.count("Answer: ____\n") == len(solutions) - len(rows)
    assert asked.count("____") == len(solutions) - len(rows) + sum(max(1, len(row.parts)) for row in rows)
    for number, solution in enumerate(solutions, 1):
        if solution.question.part is not None:
            assert re.search(rf"^ *{number}\..* ____$", asked, re.MULTILINE)
            row = re.search(rf"^ *{number}\.(.*)$", answered, re.MULTILINE)
            assert row is not None
            cells = [part.quantity.asked for part in solution.parts or (solution,) if part.quantity is not None]
            assert row[1].split()[-len(cells) :] == [*map(number_text, cells)]
            continue
        assert f"\n{number}. {''.join(_text(part) for part in marked(solution.printed))}\n" in asked
        assert f"\n{number}. {solution.answer}" in answered
        assert solution.question.because.replace("`", "").replace("**", "") in answered
        for option in solution.question.options:
            assert re.search(rf"^  (.* {{4}})?{re.escape(option)}( {{4}}.*)?$", asked, re.MULTILINE)
        if solution.question.because:
            assert solution.question.because not in asked


@each("path", LESSONS, ids=lambda path: path.stem)
def test_no_question_on_a_sheet_quotes_what_was_asked_before_it(path: Path) -> None:
    before: set[str] = set()
    rehearsal = opened(path)
    lesson = rehearsal.lesson
    for scene in rehearsal.scenes:
        # A program may take such a number by chance, and is given on the sheet with it; not where it is the answer itself.
        given = {number_text(value) for name, value in scene.trace.inputs.items() if name not in lesson.asked}
        for solution in scene.solutions:
            wording = (solution.question.paper or solution.wording).replace("−", "-")
            numbers = {text.rstrip(".") for text in re.findall(r"-?[\d.]+|\[[^]]*\]", wording)}
            assert not numbers & before - given
            answer = solution.answer.rpartition("= ")[2]
            # A number of one or two characters may stand there for another reason.
            before |= {answer} if len(answer) > 2 else set()


def test_an_input_that_is_an_earlier_answer_is_not_given_away() -> None:
    (path,) = (path for path in LESSONS if path.stem.startswith("21-"))
    written = "".join(text.write(sheet(opened(path), "graphstep lesson 21")))
    assert "Given w = 0, a = 0.1, grad = your answer to question 2.\n" in written
    # Between arrays, and at first with a value that is no answer.
    assert written.count("w = your answer to question 3") == 3
    assert written.count("  w = 0\n") == 2


@each(
    ("asked", "said"),
    [
        ("3", "asked is a table: asked = { slope"),
        ('{ u = "value f" }', "asked names u, which is no input of the lesson"),
        ('{ x = "value q" }', "asked says that x answers 'value q', and no question asks for such a number"),
        ('{ x = "value f" }', "asked says that x answers 'value f', and nowhere it has that value"),
        ("{ x = 3 }", "x is a text in quotes, or a list of such texts"),
    ],
)
def test_an_input_that_is_said_to_be_an_answer_has_to_be_one(asked: str, said: str) -> None:
    source = skeleton("a-product", "en").replace("+++\n\n", f"asked = {asked}\n+++\n\n", 1)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lesson.md"
        path.write_text(source, encoding="utf-8")
        assert [problem.message for problem in check(path) if said in problem.message], source


def test_a_sheet_says_once_what_a_function_is_that_school_mathematics_has_not() -> None:
    def written(path: Path) -> str:
        return "".join(text.write(sheet(opened(path), "graphstep lesson 1")))

    (losses,) = (written(path) for path in LESSONS if path.stem.startswith("15-"))
    assert losses.count("comes closer to the right one, y, than the margin 1: the mean over the cases.") == 1
    assert losses.count("(softmax: exponentials divided by their sum)") == 1
    (activations,) = (written(path) for path in LESSONS if path.stem.startswith("20-"))
    assert "  sigmoid(x) = 1/(1 + exp(-x))\n" in activations
    assert "  leaky_relu(x, y=0.01) = max(0, x) + y*min(0, x)\n" in activations
    (stopped,) = (written(path) for path in LESSONS if path.stem.startswith("09-"))
    assert stopped.count("The stop gate sends nothing back") == 1


def _text(part: object) -> str:
    return part.text if isinstance(part, Code | Strong) else str(part)


@pytest.mark.parametrize("suffix", ["md", "txt", "html", "tex"])
def test_a_sheet_and_its_key_are_made_again_by_the_commands_that_stand_on_them(suffix, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lesson", "4", "--to", f"sheet.{suffix}", "--key", f"key.{suffix}"]) == 0
    assert capsys.readouterr().err == f"wrote sheet.{suffix}\nwrote key.{suffix}\n"
    for name, option in (("sheet", "--to"), ("key", "--key")):
        file = Path(f"{name}.{suffix}")
        document = file.read_bytes()
        file.unlink()
        if suffix in ("md", "txt"):
            command = document.decode().rpartition("Made by\n")[2].strip().removeprefix("```sh").removesuffix("```")
            assert shlex.split(command) == ["graphstep", "lesson", "4", option, f"{name}.{suffix}"]
        assert main(["lesson", "4", option, f"{name}.{suffix}"]) == 0
        assert file.read_bytes() == document


def test_options_that_are_short_stand_in_a_list_where_a_format_has_no_columns(tmp_path: Path) -> None:
    assert main(["lesson", "4", "--to", str(tmp_path / "sheet.md")]) == 0
    assert "which expression is it?)\n\n- 1\n- y\n- 1 + y\n- 1\\*y\n\nAnswer" in (tmp_path / "sheet.md").read_text(
        encoding="utf-8"
    )


def test_a_sheet_in_another_language_says_so_in_its_command(tmp_path: Path) -> None:
    assert main(["lesson", "4", "--language=zh", "--to", str(tmp_path / "sheet.md")]) == 0
    assert "graphstep lesson 4 --language=zh --to " in (tmp_path / "sheet.md").read_text(encoding="utf-8")


def test_a_page_of_a_lesson_ends_with_the_command_that_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    main(["lesson", "4"])
    page = capsys.readouterr().out
    command = shlex.split(page.rpartition("Made by\n")[2])
    assert command == ["graphstep", "lesson", "4", "--format", "text"]
    main(command[1:])
    assert capsys.readouterr().out == page


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["4", "--to", "sheet.dot"], "is not known by its suffix"),
        (["--to", "sheet.md"], "one lesson"),
        (["4", "--key", "key.zip"], "suffix"),
    ],
)
def test_what_makes_no_sheet_is_refused(words: list[str], why: str, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lesson", *words]) == gs.InputError("").exit_status
    assert why in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_other_programs_get_the_questions_as_json_and_the_answers_in_the_key(tmp_path: Path) -> None:
    sheet, key = tmp_path / "sheet.json", tmp_path / "key.json"
    assert main(["lesson", "6", "--to", str(sheet), "--key", str(key)]) == 0
    asked, answered = (
        [blank for exercise in json.loads(file.read_text())["exercises"] for blank in exercise["blanks"]] for file in (sheet, key)
    )
    assert [blank["question"] for blank in asked] == [blank["question"] for blank in answered]
    assert not any("answer" in blank for blank in asked)
    answers = [blank["answer"] for blank in answered]
    assert answers[:1] == [pytest.approx(0.7311, abs=1e-4)]
    assert "saturated" in answers
    assert "∂h/∂s = 1 - h²" in answers


def test_data_give_no_answer_away_that_a_later_run_takes(tmp_path: Path) -> None:
    sheet, key = tmp_path / "sheet.json", tmp_path / "key.json"
    assert main(["lesson", "10", "--to", str(sheet), "--key", str(key)]) == 0
    (_, asked, *_), (_, answered, *_) = (json.loads(file.read_text())["exercises"] for file in (sheet, key))
    assert asked["inputs"] == {"slope": "your answer to question 1", "h": 0.1}
    assert answered["inputs"] == {"slope": 24, "h": 0.1}


def test_data_ask_for_each_number_of_a_tableau_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "sheet.json"
    assert main(["lesson", "9", "--to", str(file)]) == 0
    asked = {blank["name"]: blank["question"] for run in json.loads(file.read_text())["exercises"] for blank in run["blanks"]}
    assert [asked[name] for name in ("6a", "6b", "6c", "8")] == [
        "What is dC/dq, the gradient of q?",
        "What is ∂q/∂a⁽²⁾, the local gradient of the ×2 gate towards a?",
        "What does the ×2 gate send to a: upstream gradient times local gradient?",
        "What is dC/da, the sum of the contributions to a?",
    ]
