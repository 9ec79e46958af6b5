"""The marks of a class: what was handed in, brought together with the key, marked, and compared with the marks of before."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from graphstep.faces.classroom.jobs import Answered
from graphstep.faces.work.store import file_name, folder_at, keep, sweep
from graphstep.ground.errors import InputError, quoted
from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.key import Key, Sheet
from graphstep.teaching.exercise.submission import Submission
from graphstep.teaching.exercise.table import Row, Table, rows_of


@dataclass(slots=True)
class _Filled:
    """What stands on the sheet of a student."""

    sheet: Sheet
    comma: bool = False
    answers: str = "{}"
    """By blank the answer, and the number of the file that it stands in, as JSON: a tenth of the memory of tables and texts."""


@dataclass(slots=True)
class Collected:
    """The submissions of a class, sheet by sheet."""

    filled: list[_Filled] = field(default_factory=list)
    """The sheets that somebody filled, in the order of the key."""
    answers: int = 0
    """The answers on them."""
    missing: list[str] = field(default_factory=list)
    """The students who handed nothing in."""
    remarks: list[InputError] = field(default_factory=list)
    """What could not be used, and why."""

    def sheets(self) -> Iterator[Answered]:
        """The sheets with their answers."""
        for each in self.filled:
            yield each.sheet, {blank: text for blank, (text, _) in json.loads(each.answers).items()}, each.comma


def collected(key: Key, handed: Iterable[Submission | InputError]) -> Collected:
    """Submissions as answers on the sheets of a key. Of two of one student the later one fills in what the first left out; where
    both have an answer the first one counts, and it is said that there are two. In one table the later row counts.
    """
    by_code = {sheet.code: sheet for sheet in key.sheets}
    by_student = {sheet.student.casefold(): sheet for sheet in key.sheets if sheet.student}
    everybody = next((sheet for sheet in key.sheets if not sheet.student), None)
    by_name: dict[str, _Filled] = {}
    files: dict[str, int] = {}
    remarks: dict[str, InputError] = {}

    def remark(error: InputError) -> None:
        remarks.setdefault(error.message, error)

    for each in handed:
        if isinstance(each, InputError):
            remark(each)
            continue
        # A roster has no two students who differ in capitals only, so that Ada is ada.
        named = by_student.get(each.student.casefold())
        sheet = by_code.get(each.sheet) or named or everybody
        if sheet is None:
            who = each.sheet or each.student or "nobody"
            remark(InputError(f"{each.file}: the key has no sheet for {quoted(who, 80)}"))
            continue
        if named is not None and sheet is not named and sheet.student:
            # Who hands in somebody else's sheet must not fill it in for him.
            one, other = quoted(named.student, 80), quoted(sheet.student, 80)
            remark(InputError(f"{each.file} is of {one}, with the sheet of {other}"))
            continue
        # A sheet for everybody becomes that of whoever hands it in.
        sheet = sheet if sheet.student else replace(sheet, student=each.student)
        # By student and not by sheet: a sheet for everybody is that of many.
        filled = by_name.setdefault(sheet.student, _Filled(sheet))
        filled.comma |= each.comma
        blanks = {name for _, names in key.addresses(sheet) for name in names}
        twice = _fill(filled, each, blanks, files.setdefault(each.file, len(files)))
        whose = quoted(sheet.student, 80)
        for file, some in twice.items():
            which = ", ".join(sorted(some)[:5])
            remark(InputError(f"{each.file}: {whose} has another answer to {which} in {[*files][file]}, which counts"))
        if not any(each.answers.values()):
            remark(InputError(f"{each.file}: no answer of {whose} can be found in it"))
        if unknown := sorted(each.answers.keys() - blanks):
            remark(InputError(f"{each.file}: the sheet of {whose} has no blank {', '.join(unknown[:5])}"))
    order = {sheet.student: place for place, sheet in enumerate(key.sheets)}
    filled_sheets = sorted(by_name.values(), key=lambda one: (order.get(one.sheet.student, len(order)), one.sheet.student))
    answers = sum(len(json.loads(one.answers)) for one in filled_sheets)
    missing = [sheet.student for sheet in key.sheets if sheet.student and sheet.student not in by_name]
    return Collected(filled_sheets, answers, missing, [*remarks.values()])


def _fill(filled: _Filled, each: Submission, blanks: Container[str], file: int) -> dict[int, list[str]]:
    """Take the answers to the blanks of a sheet; returns by file those to which a file before this one has another answer."""
    answers: dict[str, list[Any]] = json.loads(filled.answers)
    twice: dict[int, list[str]] = {}
    for blank, text in each.answers.items():
        before = answers.get(blank)
        if blank not in blanks or not text:
            continue
        if before is None or before[1] == file:
            answers[blank] = [text, file]
        elif before[0] != text:
            # What was typed first counts.
            twice.setdefault(before[1], []).append(blank)
    filled.answers = json.dumps(answers)
    return twice


@dataclass(frozen=True, slots=True)
class Change:
    """A mark that is not what it was."""

    before: Row | None
    """The mark of before; None where there was none."""
    after: Row | None
    """The mark of now; None where there is none any more."""

    @property
    def student(self) -> str:
        """Whose mark it is."""
        row = self.after or self.before
        assert row is not None, "one of the two is there"
        return row.student


def kept_by_hand(new: Iterable[Row], old: Iterable[Row]) -> Iterator[Row]:
    """The marks of a student, with those that a person gave where nobody else could: they stay as long as the answer does."""
    # Only what was unsure may have been written by hand; any other mark is computed, and may have changed for a reason.
    given = {row.mark.blank: row.mark for row in old if row.mark.verdict == "unsure"}
    for row in new:
        hand = given.get(row.mark.blank)
        same = hand is not None and row.mark.verdict == "unsure" and _typed(hand.typed) == _typed(row.mark.typed)
        yield replace(row, mark=replace(row.mark, earned=hand.earned)) if hand is not None and same else row


def _typed(text: str) -> object:
    """What was typed, as a number where it is one: a spreadsheet that saves the table makes 0.5 of 0.50."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def again(results: Iterable[str], before: Table) -> Iterator[tuple[Sequence[Row], Sequence[Row]]]:
    """The marks of each student, those of before and those of now."""
    ours = set()
    for text in texts(results):
        if new := [*rows_of(text)]:
            ours.add(new[0].student)
            old = before.of(new[0].student)
            yield old, [*kept_by_hand(new, old)]
    for student in before.students:
        if student not in ours:
            yield before.of(student), ()


def changes(before: Iterable[Row], after: Iterable[Row]) -> list[Change]:
    """The marks of a student whose verdict, or what they earn, is another one now."""
    old, new = ({row.mark.blank: row for row in rows} for rows in (before, after))
    pairs = (Change(old.get(blank), new.get(blank)) for blank in {**new, **old})
    return [pair for pair in pairs if _what(pair.before) != _what(pair.after)]


def _what(row: Row | None) -> object:
    return None if row is None else (row.mark.item, row.mark.verdict, row.mark.earned, row.mark.of)


def rows(results: Iterable[str]) -> Iterator[Row]:
    """The rows of the table that pieces of work made."""
    for text in texts(results):
        yield from rows_of(text)


def texts(results: Iterable[str]) -> Iterator[str]:
    """The lines of the table that pieces of work made, those of one sheet together."""
    for result in results:
        yield from json.loads(result)["lines"]


def sums(results: Iterable[str]) -> dict[str, float]:
    """What a class earned, of how much, and how many answers are for a person to mark."""
    total = dict.fromkeys(("earned", "of", "unsure"), 0.0)
    for result in results:
        for student in json.loads(result)["students"]:
            for what in total:
                total[what] += student[what]
    return total


def write_feedback(folder: Path, results: Iterable[str]) -> None:
    """Write the feedback of every student to a file of his own."""
    folder_at(folder)
    for result in results:
        for student in json.loads(result)["students"]:
            keep(folder / f"{file_name(student['student'])}.md", student["feedback"])
    sweep(folder)
