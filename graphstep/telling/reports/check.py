"""What the witnesses say of the gradients of a run: in words, as a document, and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from math import isfinite
from typing import Any, Literal

from graphstep.analysis.witnesses.report import SEVERITY, Report, Row, Sample
from graphstep.ground.arrays import cell_text, json_data, shape_text
from graphstep.ground.numerals import DIGITS, as_json, numeral
from graphstep.telling.document import FULL, Block, Column, Document, Manner, Table, Verdict
from graphstep.telling.names import name_of, output_name
from graphstep.telling.reports.inputs import report_of
from graphstep.telling.reports.parts import section, text_table
from graphstep.telling.words.catalogue import message
from graphstep.telling.words.wording import Wording

_COLUMNS = ("input", "backprop", "symbolic", "difference", "error", "verdict")
"""The columns of the table."""

_BOUNDS = ("1e-12", "1e-9", "1e-6")
"""Below which of them a relative error is, is all that is said of one that is rounding: its digits differ from CPU to CPU. An
error of a difference is said to be below the last of them."""

_NAMED = 5
"""Inputs that a line names."""

_STATUS: dict[str, Literal["fine", "doubt", "fault"]] = {
    "agree": "fine",
    "unsettled": "doubt",
    "rounding": "doubt",
    "kink": "doubt",
}
"""How serious what comes out of it is; any other verdict is a fault."""


def document(report: Report, manner: Manner = FULL, command: str = "", missing: Sequence[str] = ()) -> Document:
    """The program, the gradients of the three witnesses side by side, and what there is to say about them."""
    blocks = chain((section(report.trace, "gradients"),), body(report, manner=manner))
    return report_of(report.trace, "check-of", blocks, command, missing)


def body(report: Report, digits: int | None = None, manner: Manner = FULL) -> Iterator[Block]:
    """The gradients in a table, and what there is to say about them; the result alone where it is brief.

    ``digits`` are those of the table; None for those of the run.
    """
    if report.rows:
        yield _table(report, report.trace.writing.digits if digits is None else digits)
    *remarks, result = _remarks(report)
    # The colour of every line is that of the whole report: a remark on one row is no verdict of its own.
    status = _STATUS.get(report.verdict, "fault")
    yield from (Verdict(status, "", (remark,)) for remark in remarks if not manner.brief)
    yield Verdict(status, "", (result,))


# -- a row -----------------------------------------------------------------------------------------------------------------------


def input_name(row: Row) -> str:
    """The node that was moved, or its cell where the row is that of one: ``W[0, 1]``."""
    name = name_of(row.trace.program, row.node)
    return name if row.cell is None or row.sample is not None else name + cell_text(row.cell)


def place_name(row: Row) -> str:
    """The node that was moved, or its cell that the numbers are of."""
    return name_of(row.trace.program, row.node) + ("" if row.cell is None else cell_text(row.cell))


def explanation(row: Row) -> str:
    """Why a verdict is as it is; empty when all agree."""
    return Wording(row.trace).sentences(row.explanation)


def symbolic_note(row: Row) -> str:
    """Why SymPy has no say, as a sentence without a full stop; empty when it has."""
    return Wording(row.trace).figure(row.symbolic_note)


def sample_text(row: Row, sample: Sample) -> str:
    """What was checked of an array: ``50 of 100,000 cells and a random direction checked``."""
    some = "some" if sample.along is None else "some-and-direction"
    key = "check-cells-all" if sample.checked == sample.size else f"check-cells-{some}"
    return message(row.trace.writing.language, key, checked=sample.checked, cells=sample.size)


def error_text(row: Row) -> str:
    """The relative error of backprop by its size alone, and in figures only where it is more than rounding."""
    if row.error is None:
        return "–"
    if row.only_rounds:
        return message(row.trace.writing.language, "verdict-rounding")
    # Where witnesses are not asked to agree, at a kink, what tells them apart may be rounding all the same.
    return _bound(row) or (
        f"< {_BOUNDS[0]}" if row.error <= float(_BOUNDS[0]) and isfinite(row.backprop) else _shown(row.error, 2)
    )


def _bound(row: Row) -> str:
    """Below what the relative error of witnesses that agree is; empty where it is written in figures."""
    if row.verdict != "agree" or row.error is None or not row.error <= row.bound:
        return ""
    bounds = _BOUNDS if row.right_difference is not None else _BOUNDS[-1:]
    # A type with few digits agrees further off than the largest of them.
    return next((f"< {bound}" for bound in bounds if row.error <= float(bound)), "")


def shown(row: Row, digits: int) -> tuple[str, str, str]:
    """What backprop, SymPy and the difference say, as text: what rounding left of 0 is 0, and a blind difference is –."""
    backprop: float | None = None if row.sample is not None and not row.sample.checked else row.backprop
    symbolic, numeric = row.symbolic, row.numeric
    # Witnesses that agree differ in noise at most. It is not printed: on another CPU it would be other noise.
    if row.verdict == "agree":
        if row.symbolic_difference is not None and row.symbolic_difference > row.bound and not row.contradicted:
            backprop, symbolic = 0.0, 0.0
        if numeric is not None and row.numeric_difference is not None and not row.numeric_difference <= row.bound:
            noise = max(abs(numeric), abs(row.backprop)) <= 10 * row.numeric_error
            numeric = 0.0 if noise else None
    return _shown(backprop, digits), _shown(symbolic, digits), _shown(numeric, digits)


def _shown(value: float | None, digits: int) -> str:
    """A number rounded to its digits: whether more follow is decided by the last bits, which differ from CPU to CPU."""
    return "–" if value is None else numeral(float(f"{value:.{digits - 1}e}"), digits)


# -- all rows --------------------------------------------------------------------------------------------------------------------


def _table(report: Report, digits: int) -> Table:
    """A row for each gradient, and one for the value of the output."""
    say = partial(message, report.trace.writing.language)
    names = [place_name(row) for row in report.rows]
    rows = list(report.rows)
    if report.value is not None:
        rows.append(report.value)
        names.append(_value_name(report.value))
    verdicts = (say(f"verdict-{row.verdict.replace(' ', '-')}") for row in rows)
    cells = zip(names, rows, verdicts, strict=True)
    texts = [(name, *shown(row, digits), error_text(row), verdict) for name, row, verdict in cells]
    return text_table((Column((say(f"check-{key}"),), numbers=0 < k < 5) for k, key in enumerate(_COLUMNS)), texts)


def _value_name(row: Row) -> str:
    name = output_name(row.trace.program) + ("" if row.cell is None else cell_text(row.cell))
    return message(row.trace.writing.language, "check-value", name=name)


def _remarks(report: Report) -> list[str]:
    """What there is to say about the table, a sentence or two a line; the last one is the result."""
    trace, say = report.trace, partial(message, report.trace.writing.language)
    if not report.rows:
        return [say("check-only-data" if trace.program.inputs else "check-no-inputs")]
    lines = []
    if trace.given_not_finite:
        names = ", ".join(name_of(trace.program, index) for index in trace.given_not_finite)
        lines.append(say("check-given", names=names))
    lines += _explanations(report)
    if report.value is not None:
        lines += _explained(report.value, _value_name(report.value))
    notes: dict[str, list[str]] = {}
    for row in report.rows:
        if note := symbolic_note(row):
            notes.setdefault(note, []).append(input_name(row))
    for note, inputs in notes.items():
        every = len(inputs) == len(report.rows)
        lines.append(say("check-no-derivative" if every else "check-no-derivative-for", note=note, names=_few(inputs)))
    return [*lines, _result(report)]


def _explanations(report: Report) -> Iterator[str]:
    # Cells of one array often have the same to say: a class cannot be moved, a maximum ties.
    together: dict[str, list[str]] = {}
    cells = [row for row in report.rows if row.cell is not None and row.sample is None and row.explanation]
    for row in cells:
        together.setdefault(explanation(row), []).append(input_name(row))
    for row in report.rows:
        # Told where the first of them stands, for all, and passed over where the others do.
        names = together.get(explanation(row), []) if row.cell is not None and row.sample is None else []
        if not names:
            yield from _sentences(row)
        elif names[0] == input_name(row):
            yield from _explained(row, _few(names))


def _sentences(row: Row) -> Iterator[str]:
    """The text below the table on a row."""
    sample, words, name = row.sample, Wording(row.trace), input_name(row)
    if sample is not None and sample.checked:
        largest = "check-row-largest" if row.verdict == "agree" else "check-row"
        checked, place = sample_text(row, sample), place_name(row)
        text = words.message(largest, name=name, shape=shape_text(sample.shape), checked=checked, place=place)
        if sample.blurred:
            text = words.message("check-blurred", text=text, count=sample.blurred)
        parts = [words.message("sentence", text=text)]
        if sample.along is not None and sample.along.numeric is not None:
            gradient, _, difference = shown(sample.along, DIGITS)
            parts.append(words.message("check-direction", gradient=gradient, difference=difference))
        yield words.joined(parts)
    yield from _explained(row, name)


def _explained(row: Row, name: str) -> Iterator[str]:
    if text := explanation(row):
        yield message(row.trace.writing.language, "check-remark", name=name, text=text)


def _few(names: Sequence[str]) -> str:
    return f"{', '.join(names[:_NAMED])}{' …' if len(names) > _NAMED else ''}"


def _result(report: Report) -> str:
    """The result in one sentence."""
    rows, say = report.rows, partial(message, report.trace.writing.language)
    count, every = len(rows), "check-every"
    agreeing = [row for row in rows if row.verdict == "agree"]
    if len(agreeing) < count:
        numbers = Counter(row.verdict for row in rows)
        kinds = [say(f"check-{x.replace(' ', '-')}", count=numbers[x]) for x in SEVERITY if x != "agree" and numbers[x]]
        return say("check-of-all", count=count, confirmed=len(agreeing), others=say("comma").join(kinds))
    if any(row.sample is not None for row in rows):
        every = "check-every-cell" if count > 1 or rows[0].sample is not None else every
    checked = [row for row in rows if row.sample is None or row.sample.checked]
    witnesses = say(_confirming(checked))
    unsure = [row for row in checked if row.exact is None]
    if any((row.numeric_difference or 0.0) > row.bound or row.numeric is None for row in unsure):
        witnesses = say("check-as-far", witnesses=witnesses)
    bounds = set(map(_bound, rows))
    # The coarsest bound that a row needs holds for all of them.
    worst = next((f"< {bound}" for bound in reversed(_BOUNDS) if f"< {bound}" in bounds), "")
    # A type of few digits agrees further off than any of the bounds: then the largest error is written in figures.
    beyond = [row.error for row in rows if row.error is not None and float(_BOUNDS[-1]) < row.error <= row.bound]
    if beyond:
        worst = _shown(max(beyond), 2)
    confirmed = say(every, count=count, witnesses=witnesses)
    return say("check-confirmed-error" if worst else "check-confirmed", confirmed=confirmed, error=worst)


def _confirming(rows: Sequence[Row]) -> str:
    """The message that names the witnesses who confirm the gradients."""
    if any(row.contradicted for row in rows):
        return "check-by-exact"
    by_symbolic = [row.symbolic is not None for row in rows]
    exactly = [row.exact is not None for row in rows]
    if any(exactly):
        return "check-by-exact-alone" if all(exactly) else "check-by-any"
    if any(by_symbolic):
        return "check-by-both" if all(by_symbolic) else "check-by-either"
    return "check-by-difference"


# -- data ------------------------------------------------------------------------------------------------------------------------


def data(report: Report) -> dict[str, Any]:
    """The report as JSON data; inf and nan are the strings ``inf``, ``-inf`` and ``nan``."""
    trace = report.trace
    return {
        "schema": 1,
        "program": trace.program.text,
        "inputs": {name: json_data(value) for name, value in trace.inputs.items()},
        "output": json_data(trace.output),
        "verdict": report.verdict,
        "check": [_row_data(row) for row in report.rows],
        **({} if report.value is None else {"value": _value_data(report.value)}),
    }


def _row_data(row: Row) -> dict[str, Any]:
    place: dict[str, Any] = {} if row.cell is None else {"cell": list(row.cell)}
    if row.sample is not None:
        place |= _sample_data(row.sample)
    return {
        "input": name_of(row.trace.program, row.node),
        **place,
        "backprop": as_json(row.backprop),
        "symbolic": as_json(row.symbolic),
        "numeric": as_json(row.numeric),
        "relative_error": {"symbolic": as_json(row.symbolic_difference), "numeric": as_json(row.numeric_difference)},
        **({} if row.exact is None else {"exact": as_json(row.exact)}),
        "verdict": row.verdict,
        "symbolic_note": symbolic_note(row),
        "explanation": explanation(row),
    }


def _sample_data(sample: Sample) -> dict[str, Any]:
    whole: dict[str, Any] = {"shape": list(sample.shape), "cells": sample.size, "cells_checked": sample.checked}
    if sample.along is not None:
        whole["direction"] = {
            "backprop": as_json(sample.along.backprop),
            "numeric": as_json(sample.along.numeric),
            "relative_error": as_json(sample.along.numeric_difference),
            "verdict": sample.along.verdict,
        }
    return whole


def _value_data(row: Row) -> dict[str, Any]:
    place: dict[str, Any] = {} if row.cell is None else {"cell": list(row.cell)}
    numbers = {"computed": as_json(row.backprop), "exact": as_json(row.symbolic)}
    error = {"relative_error": as_json(row.symbolic_difference)}
    return {**place, **numbers, **error, "verdict": row.verdict, "explanation": explanation(row)}
