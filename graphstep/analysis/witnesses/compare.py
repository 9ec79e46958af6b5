"""Asks the witnesses and compares what they say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from graphstep.analysis.facts import Figure, reason
from graphstep.analysis.symbolic import Formula
from graphstep.analysis.witnesses.around import magnitudes
from graphstep.analysis.witnesses.cells import LISTED, Symbolic, along, cell_rows, chosen_cells, surroundings, whole
from graphstep.analysis.witnesses.differences import Difference, differences
from graphstep.analysis.witnesses.narrow import narrowed
from graphstep.analysis.witnesses.report import Report, Row
from graphstep.analysis.witnesses.testimony import Testimony
from graphstep.analysis.witnesses.verdicts import judged, value_row
from graphstep.engine.reruns import widened
from graphstep.engine.trace import Trace
from graphstep.ground.errors import GraphstepError, LimitError
from graphstep.ground.late import np
from graphstep.language.program import node_id

SYMBOLIC_WORK = 500_000
"""Parts of the formula times inputs up to which SymPy is asked, a few seconds: it differentiates for one input at a time."""

_NOT_ASKED = reason("witness-not-asked")


def check(trace: Trace) -> Report:
    """Compare backprop, SymPy's derivative and the central difference for every input that is not data."""
    # In float64, whatever the run is in: in a narrow type differences would be rounding alone. What comes out is judged in
    # the type of the run.
    value = value_row(widened(trace))
    return Report(trace, tuple(rows(trace)), None if value is None else narrowed(value, trace, of_value=True))


def rows(trace: Trace) -> Iterator[Row]:
    """The rows of :func:`check` one by one, each computed when it is asked for: a large check can be shown growing, and left.

    A small array has a row for each cell, a larger one a row for all of it (:attr:`Row.sample`).
    """
    for row in _rows(widened(trace)):
        yield narrowed(row, trace)


def _rows(trace: Trace) -> Iterator[Row]:
    inputs = [i for i in range(trace.program.first_gate) if trace.program.depends[i]]
    if trace.program.of_numbers:
        for index, (value, note), difference in zip(inputs, _symbolic(trace, inputs), _numeric(trace, inputs), strict=True):
            yield _row(trace, index, value, note, difference)
        return
    # A few cells are told one by one; of more the row that stands for all.
    for index, cells, row in _array_rows(trace, inputs, symbolic=True):
        if 0 < len(cells) == int(np.size(trace.value_of(index))) <= LISTED:
            yield from cells
        else:
            yield row


def numeric_rows(trace: Trace, inputs: Sequence[int]) -> Iterator[Row]:
    """One row for each of some inputs, with the central difference as the only other witness: SymPy is not asked, nor imported.

    For an array it is the row of the cell whose relative error is the largest; :attr:`Row.sample` says how many were checked.
    ValueError for data, which has no gradient.
    """
    for index in inputs:
        _refuse_constant(trace, index)
    for row in _numeric_rows(widened(trace), inputs):
        yield narrowed(row, trace)


def _numeric_rows(trace: Trace, inputs: Sequence[int]) -> Iterator[Row]:
    if not trace.program.of_numbers:
        yield from (row for _, _, row in _array_rows(trace, inputs, symbolic=False))
        return
    for index, difference in zip(inputs, _numeric(trace, inputs), strict=True):
        yield _row(trace, index, None, _NOT_ASKED, difference)


def check_node(trace: Trace, index: int) -> Row:
    """The same comparison for one node: its own value is moved, and what depends on it runs again.

    SymPy differentiates the rest of the program, in which a gate stands as a symbol. For an array it is the row of the cell about
    which there is most to say. ValueError for a constant.
    """
    _refuse_constant(trace, index)
    return narrowed(_node_row(widened(trace), index), trace)


def _node_row(trace: Trace, index: int) -> Row:
    if not trace.program.of_numbers:
        ((_, _, row),) = _array_rows(trace, (index,), symbolic=True)
        return row
    ((value, note),) = _symbolic(trace, (index,))
    (difference,) = _numeric(trace, (index,))
    return _row(trace, index, value, note, difference)


def _refuse_constant(trace: Trace, index: int) -> None:
    if not trace.program.depends[index]:
        raise ValueError(f"{node_id(index)} is a constant: it has no gradient")


# Numbers


def _symbolic(trace: Trace, nodes: Sequence[int]) -> Iterator[tuple[float | None, str]]:
    """For each node SymPy's derivative at the point, or why there is none."""
    from graphstep.analysis.symbolic import derivatives, evaluate, symbol_name, tree

    program, done = trace.program, 0
    values = _numbers(trace)
    values |= {symbol_name(program, i): _number(trace.value_of(i)) for i in nodes}
    try:
        if len(nodes) > 1 and tree(program, program.output).parts * len(nodes) > SYMBOLIC_WORK:
            raise LimitError(f"it would have to differentiate a large formula {len(nodes):,} times")
        for expression in derivatives(program, nodes):
            value = _number(trace.seed) * evaluate(expression, values)
            done += 1
            yield value, ""
    except GraphstepError as error:
        # What SymPy has answered stands; for all the others there is one reason.
        for _ in nodes[done:]:
            yield None, error.message


def _numeric(trace: Trace, nodes: Sequence[int]) -> Iterator[Difference | None]:
    """For each node the difference; None where there is nothing to take it of."""
    if math.isfinite(_number(trace.output)) and all(math.isfinite(_number(trace.value_of(i))) for i in nodes):
        yield from differences(trace, nodes)
    else:
        yield from (None for _ in nodes)


def _row(trace: Trace, index: int, symbolic: float | None, note: Figure, difference: Difference | None) -> Row:
    output, seed, backprop = _number(trace.output), _number(trace.seed), _number(trace.gradient_of(index))
    testimony = Testimony(trace, index, output, seed, backprop, symbolic, note, difference)
    return judged(testimony)


def _numbers(trace: Trace) -> dict[str, float]:
    return {name: _number(value) for name, value in trace.inputs.items()}


def _number(value: object) -> float:
    assert isinstance(value, float | int), "in a program of numbers every value is one"
    return float(value)


# Arrays


def _array_rows(trace: Trace, nodes: Sequence[int], *, symbolic: bool) -> Iterator[tuple[int, list[Row], Row]]:
    """For each node its index, the rows of the cells that were checked, and the row that stands for the whole."""
    symbols: Formula | Figure = _written(trace, nodes) if symbolic else _NOT_ASKED
    sizes = magnitudes(trace)
    for index in nodes:
        around = surroundings(trace, index, sizes, len(nodes))
        places = chosen_cells(trace, around)
        cells = list(cell_rows(trace, index, around, places, _symbolic_cells(symbols, index, places)))
        if not np.shape(trace.value_of(index)):
            yield index, cells, cells[0]
            continue
        size = int(np.size(trace.value_of(index)))
        yield index, cells, whole(trace, index, cells, along(trace, index, around) if len(places) < size else None)


def _written(trace: Trace, nodes: Sequence[int]) -> Formula | str:
    """The formula that SymPy differentiates, or why there is none."""
    from graphstep.analysis.symbolic import formula

    count = sum(int(np.size(trace.value_of(index))) for index in nodes)
    try:
        expression = formula(trace, nodes[0] if nodes and nodes[0] >= trace.program.first_gate else None)
        if count > 1 and expression.parts * count > SYMBOLIC_WORK:
            raise LimitError(f"it would have to differentiate a large formula {count:,} times")
    except GraphstepError as error:
        return error.message
    return expression


def _symbolic_cells(symbols: Formula | Figure, index: int, places: Sequence[int]) -> Symbolic:
    """SymPy's derivatives towards some cells of a node."""
    if not isinstance(symbols, Formula):
        return Symbolic([None] * len(places), symbols)
    from graphstep.analysis.symbolic import evaluate

    numbers: list[float | None] = []
    try:
        numbers.extend(evaluate(symbols.derivative(index, place), symbols.values) for place in places)
    except GraphstepError as error:
        return Symbolic([*numbers, *[None] * (len(places) - len(numbers))], error.message)
    return Symbolic(numbers, "")
