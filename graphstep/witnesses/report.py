"""What the witnesses said, as data, as lines of text and as JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from graphstep.numerals import DIGITS, numeral

if TYPE_CHECKING:
    from collections.abc import Mapping

Verdict = Literal["agree", "kink", "not finite", "disagree"]
"""The witnesses agree; or there is a kink; or there is nothing finite to compare; or one of them contradicts the others."""

AGREES = 1e-6
"""Largest relative error of witnesses that agree. CS231n (Neural Networks 3): 1e-7 and less is happy, above 1e-2 something is
wrong; extrapolated differences in float64 leave 1e-10 where nothing is."""

_SEVERITY: dict[Verdict, int] = {"agree": 0, "kink": 1, "not finite": 2, "disagree": 3}


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

    @property
    def relative_error(self) -> float | None:
        """The larger of the two relative errors."""
        return max((e for e in (self.symbolic_difference, self.numeric_difference) if e is not None), default=None)

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON data."""
        return {
            "input": self.input,
            "backprop": _plain(self.backprop),
            "symbolic": _plain(self.symbolic),
            "numeric": _plain(self.numeric),
            "relative_error": {"symbolic": _plain(self.symbolic_difference), "numeric": _plain(self.numeric_difference)},
            "verdict": self.verdict,
            "symbolic_note": self.symbolic_note,
            "explanation": self.explanation,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What the witnesses say of a whole run."""

    program: str
    """The program as typed."""
    inputs: Mapping[str, float]
    """The values of the inputs."""
    output: float
    """The value of the output."""
    rows: tuple[Row, ...]
    """One row for each input, in the order of the program."""

    @property
    def verdict(self) -> Verdict:
        """The most serious verdict among the rows."""
        return max((row.verdict for row in self.rows), key=_SEVERITY.__getitem__, default="agree")

    @property
    def agrees(self) -> bool:
        """Whether no witness contradicts backprop, kinks aside."""
        return self.verdict in ("agree", "kink")

    def lines(self, digits: int = DIGITS) -> list[str]:
        """A table and what there is to say about it, as lines of plain text; numbers with ``digits`` significant digits."""
        if not self.rows:
            return ["The program has no inputs, so there is no gradient to check."]
        table: list[tuple[str, ...]] = [("input", "backprop", "SymPy", "difference", "relative error", "verdict")]
        for row in self.rows:
            numbers = (_shown(x, digits) for x in (row.backprop, row.symbolic, row.numeric))
            table.append((row.input, *numbers, _shown(row.relative_error, 2), row.verdict))
        widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
        lines = [
            "  ".join(cell.rjust(w) if 0 < k < 5 else cell.ljust(w) for k, (cell, w) in enumerate(zip(line, widths, strict=True)))
            for line in table
        ]
        lines = [line.rstrip() for line in lines]
        lines.append("")
        lines += [f"{row.input}: {row.explanation}" for row in self.rows if row.explanation]
        notes: dict[str, list[str]] = {}
        for row in self.rows:
            if row.symbolic_note:
                notes.setdefault(row.symbolic_note, []).append(row.input)
        lines += [f"No derivative from SymPy{_for(names, len(self.rows))}: {note}." for note, names in notes.items()]
        lines.append(self.summary())
        return lines

    def summary(self) -> str:
        """The result in one sentence."""
        count = len(self.rows)
        every = "The gradient is" if count == 1 else f"All {count} gradients are"
        agreeing = [row for row in self.rows if row.verdict == "agree"]
        if len(agreeing) < count:
            names = {
                "kink": "at a kink",
                "not finite": "not finite",
                "disagree": "in dispute",
            }
            said = []
            for verdict, words in names.items():
                found = [row.input for row in self.rows if row.verdict == verdict]
                if found:
                    said.append(f"{len(found)} {words}")
            return f"Of {count} gradient{'s' if count > 1 else ''}, {len(agreeing)} confirmed, {', '.join(said)}."
        worst = max((e for row in self.rows if (e := row.relative_error or 0.0) <= AGREES), default=0.0)
        by = "SymPy and the central difference"
        if all(row.symbolic is None for row in self.rows):
            by = "the central difference"
        if any((row.relative_error or 0.0) > AGREES for row in self.rows):
            return f"{every} confirmed by {by}, as far as the difference can tell."
        return f"{every} confirmed by {by}: the largest relative error is {numeral(worst, 2)}."

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON data; inf and nan are the strings ``inf``, ``-inf`` and ``nan``."""
        return {
            "schema": 1,
            "program": self.program,
            "inputs": {name: _plain(value) for name, value in self.inputs.items()},
            "output": _plain(self.output),
            "verdict": self.verdict,
            "check": [row.to_dict() for row in self.rows],
        }


def _plain(value: float | None) -> float | str | None:
    return value if value is None or math.isfinite(value) else numeral(value)


def _shown(value: float | None, digits: int) -> str:
    return "–" if value is None else numeral(value, digits)


def _for(names: list[str], count: int) -> str:
    if len(names) == count:
        return ""
    return f" for {', '.join(names[:5])}{' …' if len(names) > 5 else ''}"
