"""What the witnesses said, as data, as lines of text and as JSON."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from graphstep.ground.arrays import cell_text, shape_text
from graphstep.ground.errors import columns
from graphstep.ground.numerals import DIGITS, ENGLISH, numeral
from graphstep.telling.words.catalogue import joined, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphstep.ground.arrays import Number

_HEAD = ("input", "backprop", "symbolic", "difference", "error", "verdict")
"""The columns of the table."""

Verdict = Literal["agree", "unsettled", "rounding", "kink", "not finite", "disagree"]
"""The witnesses agree; or none of them is good enough to tell; or every gate is right and the formula loses digits; or there is a
kink; or there is nothing finite to compare; or one of them contradicts the others."""

AGREES = 1e-6
"""Largest relative error of witnesses that agree. CS231n (Neural Networks 3): 1e-7 and less is happy, above 1e-2 something is
wrong; extrapolated differences in float64 leave 1e-10 where nothing is."""

BOUNDS = ("1e-12", "1e-9", "1e-6")
"""Below which of them a relative error is, is all that is said of one that is rounding: its digits differ from CPU to CPU. An
error of a difference is said to be below the last of them."""

SEVERITY: dict[Verdict, int] = {"agree": 0, "unsettled": 1, "rounding": 2, "kink": 3, "not finite": 4, "disagree": 5}
"""How serious a verdict is; the most serious one stands for a report."""


def relative_error(a: float, b: float) -> float:
    """|a − b| / max(|a|, |b|); 0 where both are 0 or the same infinity, nan where one of them is nan."""
    if a == b:
        return 0.0
    if math.isinf(a) or math.isinf(b):
        return math.inf
    return abs(a - b) / max(abs(a), abs(b))


@dataclass(frozen=True, slots=True)
class Sample:
    """What was checked of an array."""

    shape: tuple[int, ...]
    """Its shape."""
    checked: int
    """How many of its cells were moved, one at a time."""
    size: int
    """How many cells it has."""
    along: Row | None
    """The comparison along a random direction, which moves all cells at once; None where every cell was checked, and where a
    value is not finite."""
    blurred: int
    """How many cells agree only as far as the difference can tell: they are too small for it."""

    def says(self, language: str = ENGLISH) -> str:
        """What was checked, in words: ``50 of 100,000 cells and a random direction checked``."""
        some = "some" if self.along is None else "some-and-direction"
        key = "check-cells-all" if self.checked == self.size else f"check-cells-{some}"
        return message(language, key, checked=self.checked, cells=self.size)

    def to_dict(self) -> dict[str, Any]:
        """The sample as JSON data."""
        data: dict[str, Any] = {"shape": list(self.shape), "cells": self.size, "cells_checked": self.checked}
        if self.along is not None:
            data["direction"] = {
                "backprop": _cell(self.along.backprop),
                "numeric": _cell(self.along.numeric),
                "relative_error": _cell(self.along.numeric_difference),
                "verdict": self.along.verdict,
            }
        return data


@dataclass(frozen=True, slots=True)
class Row:
    """What the witnesses say of one gradient."""

    input: str
    """The input, or what the node is called."""
    backprop: float
    """The gradient that backprop found."""
    symbolic: float | None
    """SymPy's derivative at the point; None when there is none."""
    symbolic_note: str
    """Why SymPy has no say, as a sentence without a full stop; empty when it has."""
    numeric: float | None
    """The central difference; None when the output is not finite around the point."""
    numeric_error: float
    """How far the central difference may be off, as far as it can tell itself."""
    symbolic_difference: float | None
    """Relative error |a − b| / max(|a|, |b|) of backprop and SymPy, 0 when both are 0; None without a symbolic value."""
    numeric_difference: float | None
    """The same of backprop and the central difference."""
    verdict: Verdict
    """What comes out of it."""
    explanation: str = ""
    """Why, in one to three sentences; empty when all agree."""
    kinks: tuple[int, ...] = ()
    """The nodes whose gate has a kink here, in the order of the program."""
    cell: tuple[int, ...] | None = None
    """The cell of an array that the numbers are of; None for a number."""
    sample: Sample | None = None
    """What was checked, where the row stands for a whole array; its cell is then the one with the largest relative error."""
    exact: float | None = None
    """The slope of a run without rounding, where SymPy had no say and the difference was not good enough; None elsewhere."""

    @property
    def place(self) -> str:
        """The input, or its cell that the numbers are of: ``W[0, 1]``."""
        if self.sample is None or self.cell is None:
            return self.input
        return f"{self.input}{cell_text(self.cell)}"

    @property
    def exact_difference(self) -> float | None:
        """Relative error of backprop and the run without rounding; None without one."""
        return None if self.exact is None else relative_error(self.backprop, self.exact)

    @property
    def relative_error(self) -> float | None:
        """The larger of the two relative errors; of a run without rounding alone, where that was asked."""
        if self.exact is not None:
            return self.exact_difference
        return max((e for e in (self.symbolic_difference, self.numeric_difference) if e is not None), default=None)

    @property
    def contradicted(self) -> bool:
        """Whether backprop is right, and SymPy has another value than what rounding leaves of 0."""
        return self.verdict == "agree" and bool(self.explanation) and (self.symbolic_difference or 0.0) > AGREES

    @property
    def error_text(self) -> str:
        """The relative error of backprop by its size alone, and in figures only where it is more than rounding.

        It is that of SymPy or a run without rounding, which are right to the last digit; the difference has rounding of its own.
        """
        if self.verdict != "agree":
            return "–" if self.relative_error is None else _shown(self.relative_error, 2)
        right = self.exact_difference if self.symbolic_difference is None else self.symbolic_difference
        error = self.numeric_difference if right is None else right
        if error is None:
            return "–"
        if not error <= AGREES:
            return _shown(error, 2) if self.contradicted else "rounding"
        return next(f"< {bound}" for bound in (BOUNDS if right is not None else BOUNDS[-1:]) if error <= float(bound))

    def shown(self, digits: int = DIGITS) -> tuple[str, str, str]:
        """What backprop, SymPy and the difference say, as text: what rounding left of 0 is 0, and a blind difference is –."""
        backprop: float | None = None if self.sample is not None and not self.sample.checked else self.backprop
        symbolic, numeric = self.symbolic, self.numeric
        if self.verdict == "agree":
            if self.symbolic_difference is not None and self.symbolic_difference > AGREES and not self.contradicted:
                backprop, symbolic = 0.0, 0.0
            if numeric is not None and self.numeric_difference is not None and not self.numeric_difference <= AGREES:
                noise = max(abs(numeric), abs(self.backprop)) <= 10 * self.numeric_error
                numeric = 0.0 if noise else None
        return _shown(backprop, digits), _shown(symbolic, digits), _shown(numeric, digits)

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON data."""
        place: dict[str, Any] = {} if self.cell is None else {"cell": list(self.cell)}
        if self.sample is not None:
            place |= self.sample.to_dict()
        name = self.input
        if self.sample is None and self.cell is not None:
            name = name.removesuffix(cell_text(self.cell))
        return {
            "input": name,
            **place,
            "backprop": _cell(self.backprop),
            "symbolic": _cell(self.symbolic),
            "numeric": _cell(self.numeric),
            "relative_error": {"symbolic": _cell(self.symbolic_difference), "numeric": _cell(self.numeric_difference)},
            **({} if self.exact is None else {"exact": _cell(self.exact)}),
            "verdict": self.verdict,
            "symbolic_note": self.symbolic_note,
            "explanation": self.explanation,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What the witnesses say of a whole run."""

    program: str
    """The program as typed."""
    inputs: Mapping[str, Number]
    """The values of the inputs."""
    output: Number
    """The value of the output."""
    rows: tuple[Row, ...]
    """One row for each input, in the order of the program; for a small array one for each of its cells."""
    value: Row | None = None
    """The value of the output beside the one without rounding, in ``backprop`` and ``symbolic``; of an array the cell that is
    furthest off. None where the run is too large for that."""
    given: str = ""
    """Which inputs were given inf or nan, as a sentence; empty where none was."""
    language: str = ENGLISH
    """The code of the language of its sentences."""

    @property
    def verdict(self) -> Verdict:
        """The most serious verdict among the rows, and that on the value."""
        rows = [*self.rows, *([] if self.value is None else [self.value])]
        return max((row.verdict for row in rows), key=SEVERITY.__getitem__, default="agree")

    @property
    def agrees(self) -> bool:
        """Whether no witness contradicts backprop, kinks and the rounding of the formula aside."""
        return self.verdict in ("agree", "unsettled", "rounding", "kink")

    def lines(self, digits: int = DIGITS) -> list[str]:
        """A table and what there is to say about it, as lines of plain text; numbers with ``digits`` significant digits."""
        if not self.rows:
            return self.remarks()
        table = self.table(digits)
        widths = [max(columns(line[column]) for line in table) for column in range(len(table[0]))]
        lines = [
            "  ".join(_set(cell, w, right=0 < k < 5) for k, (cell, w) in enumerate(zip(line, widths, strict=True)))
            for line in table
        ]
        return [*(line.rstrip() for line in lines), "", *self.remarks()]

    def table(self, digits: int = DIGITS) -> list[tuple[str, ...]]:
        """The cells of the table: a heading, a row for each gradient, and one for the value of the output."""
        every = (*self.rows, *([] if self.value is None else [self.value]))
        say = partial(message, self.language)
        verdicts = (say(f"verdict-{row.verdict.replace(' ', '-')}") for row in every)
        rows = [(row.place, *row.shown(digits), row.error_text, verdict) for row, verdict in zip(every, verdicts, strict=True)]
        return [tuple(say(f"check-{key}") for key in _HEAD), *rows]

    def remarks(self) -> list[str]:
        """What there is to say about the table, a sentence or two a line; the last one is the result."""
        if not self.rows:
            return [message(self.language, "check-no-inputs")]
        lines = [self.given] if self.given else []
        lines += self._explanations()
        lines += _explained(self.language, self.value) if self.value is not None else []
        notes: dict[str, list[str]] = {}
        for row in self.rows:
            if row.symbolic_note:
                notes.setdefault(row.symbolic_note, []).append(row.input)
        for note, names in notes.items():
            every = len(names) == len(self.rows)
            key = "check-no-derivative" if every else "check-no-derivative-for"
            lines.append(message(self.language, key, note=note, names=_few(names)))
        lines.append(self.summary())
        return lines

    def _explanations(self) -> list[str]:
        lines: list[str] = []
        # Cells of one array often have the same to say: a class cannot be moved, a maximum ties.
        together: dict[str, list[str]] = {}
        for row in self.rows:
            if row.cell is not None and row.sample is None and row.explanation:
                together.setdefault(row.explanation, []).append(row.input)
        for row in self.rows:
            names = together.get(row.explanation, []) if row.cell is not None and row.sample is None else []
            if not names:
                lines += _said(self.language, row)
            elif names[0] == row.input:
                lines.append(message(self.language, "check-remark", name=_few(names), text=row.explanation))
        return lines

    def summary(self) -> str:
        """The result in one sentence."""
        count, say = len(self.rows), partial(message, self.language)
        every = "check-every"
        agreeing = [row for row in self.rows if row.verdict == "agree"]
        if len(agreeing) < count:
            numbers = Counter(row.verdict for row in self.rows)
            kinds = [say(f"check-{x.replace(' ', '-')}", count=numbers[x]) for x in SEVERITY if x != "agree" and numbers[x]]
            return say("check-of-all", count=count, confirmed=len(agreeing), others=", ".join(kinds))
        if any(row.sample is not None for row in self.rows):
            every = "check-every-cell" if count > 1 or self.rows[0].sample is not None else every
        witnesses = say(self._confirming())
        unsure = [row for row in self._checked if row.exact is None]
        if any((row.numeric_difference or 0.0) > AGREES or row.numeric is None for row in unsure):
            witnesses = say("check-as-far", witnesses=witnesses)
        texts = {row.error_text for row in self.rows}
        worst = next((f"< {bound}" for bound in reversed(BOUNDS) if f"< {bound}" in texts), "")
        confirmed = say(every, count=count, witnesses=witnesses)
        return say("check-confirmed-error" if worst else "check-confirmed", confirmed=confirmed, error=worst)

    @property
    def _checked(self) -> list[Row]:
        """The rows of what has cells to check."""
        return [row for row in self.rows if row.sample is None or row.sample.checked]

    def _confirming(self) -> str:
        """The message that names the witnesses who confirm the gradients."""
        if any(row.contradicted for row in self._checked):
            return "check-by-exact"
        by_symbolic = [row.symbolic is not None for row in self._checked]
        exactly = [row.exact is not None for row in self._checked]
        if any(exactly):
            return "check-by-exact-alone" if all(exactly) else "check-by-any"
        if any(by_symbolic):
            return "check-by-both" if all(by_symbolic) else "check-by-either"
        return "check-by-difference"

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON data; inf and nan are the strings ``inf``, ``-inf`` and ``nan``."""
        return {
            "schema": 1,
            "program": self.program,
            "inputs": {name: _plain(value) for name, value in self.inputs.items()},
            "output": _plain(self.output),
            "verdict": self.verdict,
            "check": [row.to_dict() for row in self.rows],
            **({} if self.value is None else {"value": self._value()}),
        }

    def _value(self) -> dict[str, Any]:
        row = self.value
        assert row is not None, "it is asked for where there is one"
        place: dict[str, Any] = {} if row.cell is None else {"cell": list(row.cell)}
        numbers = {"computed": _cell(row.backprop), "exact": _cell(row.symbolic)}
        error = {"relative_error": _cell(row.symbolic_difference)}
        return {**place, **numbers, **error, "verdict": row.verdict, "explanation": row.explanation}


def _cell(value: float | None) -> float | str | None:
    """A number as JSON data: inf and nan are strings."""
    return value if value is None or math.isfinite(value) else numeral(value)


def _plain(value: Number) -> Any:
    return _cell(value) if isinstance(value, int | float) else _nested(value.tolist())


def _nested(cells: Any) -> Any:
    # As deep as the array has axes.
    return [_nested(part) for part in cells] if isinstance(cells, list) else _cell(cells)


def _shown(value: float | None, digits: int) -> str:
    """A number rounded to its digits: whether more follow is decided by the last bits, which differ from CPU to CPU."""
    return "–" if value is None else numeral(float(f"{value:.{digits - 1}e}"), digits)


def _said(language: str, row: Row) -> list[str]:
    """What there is to say of a row below the table."""
    sample, say = row.sample, partial(message, language)
    if sample is None or not sample.checked:
        return _explained(language, row)
    largest = "check-row-largest" if row.verdict == "agree" else "check-row"
    what = say(largest, name=row.input, shape=shape_text(sample.shape), checked=sample.says(language), place=row.place)
    if sample.blurred:
        what = say("check-blurred", text=what, count=sample.blurred)
    what = say("check-sentence", text=what)
    if sample.along is not None and sample.along.numeric is not None:
        gradient, _, difference = sample.along.shown()
        what = joined(language, (what, say("check-direction", gradient=gradient, difference=difference)))
    return [what, *_explained(language, row)]


def _explained(language: str, row: Row) -> list[str]:
    return [message(language, "check-remark", name=row.input, text=row.explanation)] if row.explanation else []


def _few(names: list[str]) -> str:
    return f"{', '.join(names[:5])}{' …' if len(names) > 5 else ''}"


def _set(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - columns(text))
    return f"{blanks}{text}" if right else f"{text}{blanks}"
