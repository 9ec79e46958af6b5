"""A class of students who fill sheets: ``python -m tests.simulated_class`` makes, fills and marks 300 sheets of 10 items.

Each student has one or two misconceptions, which come up again and again, rounds to two to four digits, errs in a digit now and
then, leaves a blank empty now and then, and goes on with the numbers that he wrote down before. The sheets are made, read and
marked by the commands, as a teacher does it; nothing is handed over but files.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from graphstep.faces.cli import main as graphstep
from graphstep.faces.work.store import file_name
from graphstep.ground.arrays import number_text
from graphstep.teaching.exercise.exercise import Blank, Exercise, distractors
from graphstep.teaching.exercise.key import Key, Sheet, read_key
from graphstep.teaching.exercise.table import Row, Table
from graphstep.teaching.marking.carried import Earlier, earlier_of, with_earlier

ITEMS = (
    ("chain", 1), ("mul", 1), ("fork", 1), ("max", 1), ("fork", 2),
    ("chain", 2), ("sigmoid", 1), ("mixed", 1), ("vector", 1), ("loss", 1),
)  # fmt: skip

BELIEFS = (
    "slip-sign", "slip-local", "slip-upstream", "slip-one-contribution", "slip-added", "slip-scaled-by-own", "slip-value-of-gate",
    "slip-value-for-gradient", "slip-operand", "slip-multiplied", "slip-other-gate-add", "slip-contribution-of-other",
)  # fmt: skip


def course(folder: Path, students: int, items: Sequence[tuple[str, int]] = ITEMS) -> tuple[Path, Path]:
    """The files of a course and of its roster."""
    settings = "".join(f'\n[[items]]\nitem = "{item}"\nlevel = {level}\n' for item, level in items)
    (folder / "course.toml").write_text(f'title = "Backpropagation, week 1"\n{settings}')
    rows = "".join(f"s{n:06},Student {n}\n" for n in range(1, students + 1))
    (folder / "roster.csv").write_text(f"student,name\n{rows}")
    return folder / "course.toml", folder / "roster.csv"


class Student:
    """Somebody who fills a sheet."""

    def __init__(self, name: str) -> None:
        self.rng = random.Random(name)
        self.beliefs = self.rng.sample(BELIEFS, self.rng.choice((0, 1, 1, 1, 2)))
        self.firmness = self.rng.uniform(0.3, 0.9)
        self.care = self.rng.uniform(0.9, 1.0)
        self.digits = self.rng.randint(2, 4)

    def answers(self, exercise: Exercise, names: Sequence[str]) -> dict[str, str]:
        """What is written behind the names of the blanks."""
        earlier: list[Earlier] = []
        return {name: self._answer(blank, earlier) for name, blank in zip(names, exercise.blanks, strict=True)}

    def _answer(self, blank: Blank, earlier: list[Earlier]) -> str:
        rng, solution = self.rng, blank.solution
        if rng.random() < 0.03:
            return ""
        asked = solution.quantity
        if solution.right is not None:
            return str(1 + (solution.right if rng.random() < self.care else rng.randrange(len(solution.question.options))))
        if asked is None or solution.formula:
            return solution.answer.rpartition("= ")[2]
        # Who goes on with his own numbers has other right answers from there on.
        moved = with_earlier(asked, earlier)
        number = (moved or asked).asked
        wrong = {each.reason.message: each.value for each in distractors(blank)}
        believed = next((wrong[code] for code in self.beliefs if code in wrong), None)
        if believed is not None and rng.random() < self.firmness:
            number = believed
        elif rng.random() > self.care and isinstance(number, float):
            number = number + rng.choice((-1.0, 1.0, 10.0)) if rng.random() < 0.7 else -number
        text = number_text(number, self.digits + (0 if isinstance(number, float) and abs(number) < 10 else 2))
        if isinstance(number, float):
            earlier.append(earlier_of(asked, float(text), right=text == number_text(asked.asked)))
        return text


def fill(sheets: Path, answers: Path, key: Key) -> None:
    """Fill every sheet, as somebody with an editor does."""
    answers.mkdir(exist_ok=True)
    for sheet in key.sheets:
        text = (sheets / f"{file_name(sheet.student)}.md").read_text()
        for name, typed in written(key, sheet).items():
            text = text.replace(f"`{name}: ____________`", f"{name}: {typed}")
        (answers / f"{file_name(sheet.student)}.md").write_text(text)


ASKED = ("value q", "value p", "value f", "gradient p", "gradient q", "gradient z", "gradient x", "gradient y")
"""What is asked of a large class."""


def large_class(folder: Path, students: int) -> list[str]:
    """The words that mark so many students with one small sheet each; of their answers one in nine is wrong."""
    exercises, rights = {}, {}
    for n in range(3, 7):
        inputs = {"x": "2", "y": f"{n}", "z": "4"}
        asks = [{"ask": ask, "marks": 1} for ask in ASKED]
        exercises[f"fork-{n}"] = {"title": "Fork", "program": "q = x*y; p = q*z; f = p+q", "blanks": asks, "inputs": inputs}
        rights[f"fork-{n}"] = (2 * n, 8 * n, 10 * n, 1, 5, 2 * n, 5 * n, 10)
    sheets, rows = [], ["student," + ",".join(f"1{letter}" for letter in "abcdefgh")]
    for n in range(students):
        code, number = f"fork-{3 + n % 4}", f"{n:08X}"
        sheets.append({"code": f"0000-{number[:4]}-{number[4:]}", "student": f"s{n}", "name": "", "items": [code]})
        answers = [right if (n * len(ASKED) + place) % 9 else -right for place, right in enumerate(rights[code])]
        rows.append(",".join([f"s{n}", *map(str, answers)]))
    key = {"schema": 1, "title": "Week 1", "exercises": exercises, "sheets": sheets}
    (folder / "key.json").write_text(json.dumps(key))
    (folder / "answers.csv").write_text("\n".join(rows))
    return ["exercise", "mark", str(folder / "answers.csv"), "--key", str(folder / "key.json")]


def written(key: Key, sheet: Sheet) -> Mapping[str, str]:
    """What the student of a sheet writes."""
    student = Student(sheet.student)
    pages = ((entry.exercise(), names) for entry, names in key.addresses(sheet))
    return {name: typed for exercise, names in pages for name, typed in student.answers(exercise, names).items()}


def read_rows(path: str) -> Iterator[Row]:
    """The rows of a table of marks, student by student."""
    for rows in Table(path):
        yield from rows


def main() -> None:
    """Make, fill, mark and count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--students", type=int, default=300)
    students = parser.parse_args().students
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, roster = course(folder, students)
        sheets, marks = folder / "sheets", folder / "marks.csv"
        graphstep(["exercise", "sheet", str(file), "--students", str(roster), "--to", str(sheets)])
        key = read_key(str(sheets / "key.json"))
        fill(sheets, folder / "answers", key)
        graphstep(["exercise", "mark", str(folder / "answers"), "--key", str(sheets / "key.json"), "--to", str(marks)])
        graphstep(["exercise", "stats", str(marks), "--key", str(sheets / "key.json")])
        _explained(str(marks), key)


def _explained(marks: str, key: Key) -> None:
    """How many of the wrong answers a misconception explains, and how often it is one that the student has."""
    beliefs = {sheet.student: Student(sheet.student).beliefs for sheet in key.sheets}
    wrong = [row for row in read_rows(marks) if row.mark.verdict == "wrong"]
    named = [row for row in wrong if row.mark.code]
    held = [row for row in named if row.mark.code in beliefs[row.student]]
    print(
        f"\nwrong answers {len(wrong):,}, explained by a misconception {len(named):,}, by one that the student has {len(held):,}"
    )


if __name__ == "__main__":
    main()
