"""The marks of a class: what was handed in, brought together with the key, marked, and compared with the marks of before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path

from graphstep.faces.classroom.jobs import Answered
from graphstep.faces.work.store import file_name, folder_at, keep, sweep
from graphstep.ground.errors import InputError, quoted
from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.key import Key, Sheet
from graphstep.teaching.exercise.submission import Submission
from graphstep.teaching.exercise.table import Row, rows_of


@dataclass(slots=True)
class Collected:
    """The submissions of a class, sheet by sheet."""

    sheets: list[Answered] = field(default_factory=list)
    """The sheets that somebody filled, in the order of the key, with their answers."""
    missing: list[str] = field(default_factory=list)
    """The students who handed nothing in."""
    remarks: list[InputError] = field(default_factory=list)
    """What could not be used, and why."""


def collected(key: Key, handed: Iterable[Submission | InputError]) -> Collected:
    """Submissions as answers on the sheets of a key. Of two of one student the later one fills in what the first left out; where
    both have an answer the first one counts, and it is said that there are two.
    """
    by_code = {sheet.code: sheet for sheet in key.sheets}
    by_student = {sheet.student.casefold(): sheet for sheet in key.sheets if sheet.student}
    everybody = next((sheet for sheet in key.sheets if not sheet.student), None)
    all_answers: dict[str, tuple[Sheet, dict[str, str], bool]] = {}
    result = Collected()
    for each in handed:
        if isinstance(each, InputError):
            result.remarks.append(each)
            continue
        named = by_student.get(each.student.casefold())
        sheet = by_code.get(each.sheet) or named or everybody
        if sheet is None:
            who = each.sheet or each.student or "nobody"
            result.remarks.append(InputError(f"{each.file}: the key has no sheet for {quoted(who, 80)}"))
            continue
        if named is not None and sheet is not named and sheet.student:
            # Who hands in somebody else's sheet must not fill it in for him.
            one, other = quoted(named.student, 80), quoted(sheet.student, 80)
            result.remarks.append(InputError(f"{each.file} is of {one}, with the sheet of {other}"))
            continue
        sheet = sheet if sheet.student else replace(sheet, student=each.student)
        _, answers, comma = all_answers.setdefault(sheet.student, (sheet, {}, each.comma))
        blanks = {name for _, names in key.addresses(sheet) for name in names}
        typed = {blank: text for blank, text in each.answers.items() if blank in blanks and text}
        whose = quoted(sheet.student, 80)
        if twice := sorted(blank for blank, text in typed.items() if answers.get(blank, text) not in ("", text)):
            which = ", ".join(twice[:5])
            result.remarks.append(InputError(f"{each.file}: {whose} has another answer to {which} in a file before this one"))
        # What was typed first counts.
        answers |= {blank: text for blank, text in typed.items() if not answers.get(blank)}
        all_answers[sheet.student] = (sheet, answers, comma or each.comma)
        if unknown := sorted(each.answers.keys() - blanks):
            blanks_named = ", ".join(unknown[:5])
            result.remarks.append(InputError(f"{each.file}: the sheet of {whose} has no blank {blanks_named}"))
    order = {sheet.student: place for place, sheet in enumerate(key.sheets)}
    result.sheets = sorted(all_answers.values(), key=lambda one: (order.get(one[0].student, len(order)), one[0].student))
    result.missing = [sheet.student for sheet in key.sheets if sheet.student and sheet.student not in all_answers]
    return result


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


def kept_by_hand(rows: Iterable[Row], before: Mapping[tuple[str, str], Row]) -> Iterator[Row]:
    """Marks with those that a person gave where nobody else could: they stay as long as the answer does."""
    for row in rows:
        old = before.get((row.student, row.mark.blank))
        by_hand = old is not None and old.mark.verdict == row.mark.verdict == "unsure" and old.mark.typed == row.mark.typed
        yield replace(row, mark=replace(row.mark, earned=old.mark.earned)) if old is not None and by_hand else row


def by_place(rows: Iterable[Row]) -> dict[tuple[str, str], Row]:
    """Marks by student and blank."""
    return {(row.student, row.mark.blank): row for row in rows}


def changes(before: Mapping[tuple[str, str], Row], after: Mapping[tuple[str, str], Row]) -> list[Change]:
    """The marks whose verdict, or what they earn, is another one now; those of one student stand together."""
    places = sorted({*before, *after})
    pairs = (Change(before.get(place), after.get(place)) for place in places)
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
