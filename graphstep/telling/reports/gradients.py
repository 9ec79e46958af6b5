"""The gradients of a run in a table, with the numeric check beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from graphstep.engine.trace import Trace
from graphstep.ground.arrays import is_small
from graphstep.telling.derivatives import gradient_term, is_objective
from graphstep.telling.derivatives import objective as objective_term
from graphstep.telling.document import Block, Code, Column, Content, Equations, Figure, Inline, Listing, Manner, Math, Table
from graphstep.telling.equations import kept_number
from graphstep.telling.explanation import Rung
from graphstep.telling.names import names_of
from graphstep.telling.reasons import why_gradient
from graphstep.telling.reports.parts import column, figure, has_arrays, heading, name_term, phrase, section, sentence, shape_words
from graphstep.telling.words.wording import Wording

if TYPE_CHECKING:
    from graphstep.analysis.witnesses import Row

LISTED = 60
"""Inputs up to which all of them are listed; of more the largest gradients."""


def gradients(trace: Trace, last: int, manner: Manner) -> Iterator[Block]:
    """The blocks of the gradients of the inputs after step ``last``."""
    program, chosen, language = trace.program, _chosen(trace), trace.writing.language
    if not chosen or last < trace.seed_step:
        return
    yield section(trace, "gradients")
    every = len(program.inputs) - len(program.data)
    if len(chosen) < every:
        yield sentence(*phrase(language, "largest-gradients", shown=len(chosen), gradients=every, json=Code("--format json")))
    finished = last >= trace.last_backward_step
    if not finished:
        yield sentence(heading(trace, "known-after", step=last))
    shape = (column(trace, "shape"),) if has_arrays(program) else ()
    head: Content = (
        phrase(language, "gradient-of", what=Math(objective_term(trace))) if finished else (heading(trace, "gradient"),)
    )
    columns = (column(trace, "input"), *shape, column(trace, "value", True), Column(head, True))
    if not finished or manner.hidden:
        yield Table(columns, tuple(_partial_row(trace, index, last, manner) for index in chosen))
        return
    # Only where a run is told to its end: the check runs it twice for every input.
    from graphstep.analysis.witnesses import numeric_rows

    witnesses, words = numeric_rows(trace, chosen), Wording(trace)
    rows: list[tuple[Content, ...]] = []
    remarks: list[Content] = []
    for index, row in zip(chosen, witnesses, strict=True):
        cells = figure(trace, trace.gradient_of(index), "gradient", manner), *_checked(trace, row)
        rows.append((*_input(trace, index), *((cell,) if not isinstance(cell, tuple) else cell for cell in cells)))
        if (remark := words.sentences(row.explanation) or why_gradient(trace, index)) and not manner.brief:
            remarks.append(phrase(language, "labelled", label=Math(name_term(program, program.inputs[index])), text=remark))
    yield Table((*columns, column(trace, "numeric-check", True), column(trace, "relative-error", True)), tuple(rows))
    if remarks:
        yield Listing(tuple(remarks))
    yield from _written(trace, chosen)
    if not manner.brief:
        if is_objective(trace):
            yield sentence(*phrase(language, "numeric-check-of", goal=Math(objective_term(trace))))
        else:
            yield sentence(heading(trace, "numeric-check-is"))


def _chosen(trace: Trace) -> list[int]:
    """The inputs to list: all of a few; of many those with the largest gradients (nan first), in the order of the program."""
    every = [i for i, name in enumerate(trace.program.inputs) if name not in trace.program.data]
    if len(every) <= LISTED:
        return every
    sizes = trace.gradient_sizes[: len(trace.program.inputs)].tolist()
    # nan alone differs from itself, and False sorts before True.
    return sorted(sorted(every, key=lambda i: (sizes[i] == sizes[i], -sizes[i], i))[:LISTED])


def _partial_row(trace: Trace, index: int, last: int, manner: Manner) -> tuple[Content, ...]:
    so_far = trace.gradient(index, last)
    gradient: Inline = "–"
    if so_far is not None:
        gradient = figure(trace, so_far.value, "gradient", manner, complete=so_far.complete)
    return *_input(trace, index), (gradient,)


def _input(trace: Trace, index: int) -> tuple[Content, ...]:
    """The cells that say what an input is: its name, its shape where there are arrays, and its value."""
    name: Content = (Math(name_term(trace.program, trace.program.inputs[index])),)
    shape: tuple[Content, ...] = ((shape_words(trace, index),),) if has_arrays(trace.program) else ()
    return name, *shape, (Figure(trace.value_of(index), trace.writing.digits, "value"),)


def _written(trace: Trace, chosen: Sequence[int]) -> Iterator[Block]:
    """The gradients of small arrays, written out."""
    written, rows, digits = [], names_of(trace.program).rows, trace.writing.digits
    for index in chosen:
        gradient = trace.gradient_of(index)
        if trace.node(index).shape and is_small(gradient):
            written.append(
                Math(gradient_term(trace, index), (Rung(kept_number(trace, gradient, row=index in rows), "value", digits),))
            )
    if written:
        yield sentence(heading(trace, "gradients-have-shapes"))
        yield Equations(tuple(written))


def _checked(trace: Trace, row: Row) -> tuple[Content, Content]:
    """The numeric check of an input in two cells of a table: the difference, of an array what was looked at; and the error.

    Of an array the error is the largest there is, over the cells that were moved and the direction in which all were.
    """
    errors = [row.numeric_difference]
    numeric: Inline = "–" if row.numeric is None else Figure(row.numeric, trace.writing.digits, "gradient")
    if row.sample is not None:
        checked, size = row.sample.checked, row.sample.size
        along = row.sample.along is not None and checked
        key = f"checked-{'all' if checked == size else 'some'}{'-and-direction' if along else ''}"
        numeric = heading(trace, key, checked=checked, cells=size) if checked else "–"
        if row.sample.along is not None:
            errors.append(row.sample.along.numeric_difference)
    # nan first: it is the worst there is.
    worst = max((e for e in errors if e is not None), key=lambda error: (error != error, error), default=None)
    return (numeric,), ("–" if worst is None else Figure(worst, 2, "error"),)
