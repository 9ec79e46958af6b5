"""Arrays in a worked solution: matrices where they are small, what they are like where they are not."""

from __future__ import annotations

import math
import re
from itertools import islice
from typing import TYPE_CHECKING

from graphstep.faces.drawing.diagram import MORE, digest
from graphstep.faces.export._markdown import code, equations, inline, plain, table
from graphstep.gates.notation import LATEX, latex_style
from graphstep.ground.arrays import bars, is_small, number_text, shape_text, summary
from graphstep.ground.numerals import DOUBLE, numeral
from graphstep.telling.derivatives import gradient_term
from graphstep.telling.equations import number
from graphstep.telling.names import name_of, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from graphstep.analysis.witnesses import Row
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number
    from graphstep.language.program import Program

GIVEN = 20
"""Inputs whose values a problem spells out."""

_TYPED = 120
_PLAIN = re.compile(r"(?P<above>[-+]?\d+(?:\.\d+)?)(?:/(?P<below>\d+(?:\.\d+)?))?")
"""A number that is mathematics as it was typed."""

TALL = 30
"""Large arrays that are described, each by its value and its gradient."""


def has_arrays(program: Program) -> bool:
    """Whether any value of a program is an array."""
    return any(node.shape for node in program.nodes)


def mathematics(value: Number) -> str:
    """A value in mathematics: a numeral, a small array as a matrix, and words for a larger one."""
    text: str = LATEX.number(value).text
    return text


def short(value: Number, more: str = "") -> str:
    """A value in a cell of a table: mathematics for a number, for an array what stands on its wire; ``more`` behind it."""
    if isinstance(value, int | float):
        return inline(mathematics(value) + (r" + \cdots" if more else ""))
    return code(digest(value) + more)


def given(trace: Trace) -> Iterator[str]:
    """The values of the inputs: what can be written out in a block of mathematics, and of each larger one a line."""
    program = trace.program
    inputs, names = list(islice(trace.inputs.items(), GIVEN)), names_of(program)
    small = [(names.latex(name), _as_given(trace, name, value)) for name, value in inputs if _written_out(value)]
    yield "\nGiven are the inputs\n\n"
    if small:
        yield equations(small)
    lines = []
    for name, value in inputs:
        if not isinstance(value, int | float) and not _written_out(value):
            typed = trace.setup.inputs.get(name) or ""
            how = f" {code(typed)}," if 0 < len(typed) <= _TYPED else ""
            lines.append(f"- {inline(names.latex(name))}:{how} {plain(number_text(value))}\n")
    if len(trace.inputs) > GIVEN:
        lines.append(f"- and {len(trace.inputs) - GIVEN:,} more\n")
    if lines:
        yield "\n" if small else ""
        yield from lines
    if data := [inline(names.latex(name)) for name in program.inputs if name in program.data]:
        yield f"\nData, for which no gradient is asked: {', '.join(data[:GIVEN])}{' …' if len(data) > GIVEN else ''}.\n"


def given_number(trace: Trace, name: str) -> str:
    """An input that is a number, as it was typed."""
    names, value = names_of(trace.program), trace.inputs[name]
    text = trace.setup.inputs.get(name) or ""
    if not text or _PLAIN.fullmatch(text):
        return inline(f"{names.latex(name)} = {_as_given(trace, name, value)}")
    return f"{inline(names.latex(name))} = {code(text)}"


def _as_given(trace: Trace, name: str, value: Number) -> str:
    """A value of the problem in mathematics: as it was typed, or with all of its digits."""
    text = trace.setup.inputs.get(name) or ""
    match = _PLAIN.fullmatch(text)
    if match and match["below"]:
        return rf"\frac{{{match['above']}}}{{{match['below']}}}"
    if match and isinstance(value, int | float):
        return text.lstrip("+")
    row = names_of(trace.program).rows[trace.program.names[name]]
    shown: str = number(value, row=row).read(latex_style(DOUBLE)).text
    return shown


def gradients(trace: Trace, chosen: list[int]) -> Iterator[str]:
    """The gradients of small arrays, written out."""
    written, rows = [], names_of(trace.program).rows
    for index in chosen:
        gradient = trace.gradient_of(index)
        if trace.node(index).shape and _written_out(gradient):
            written.append((gradient_term(trace, index).read(LATEX).text, number(gradient, row=rows[index]).read(LATEX).text))
    if written:
        yield "\nEvery gradient has the shape of its value:\n\n"
        yield equations(written)


_DIFFERENT = 1e-4
"""The relative error from which on two numbers differ by more than rounding, so that it has digits of its own."""


def checked(row: Row) -> tuple[str, str]:
    """The numeric check of an input in two cells of a table: the difference, of an array what was looked at; and the error.

    Of an array the error is the largest there is, over the cells that were moved and the direction in which all were.
    """
    errors = [row.numeric_difference]
    numeric = "–" if row.numeric is None else short(row.numeric)
    if row.sample is not None:
        checked, size = row.sample.checked, row.sample.size
        numeric = "–" if not checked else "every cell" if checked == size else f"{checked:,} of {size:,} cells"
        if row.sample.along is not None:
            numeric += " and a direction" if checked else ""
            errors.append(row.sample.along.numeric_difference)
    # nan first: it is the worst there is.
    worst = max((e for e in errors if e is not None), key=lambda error: (error != error, error), default=None)
    return numeric, "–" if worst is None else error_text(worst)


def error_text(error: float) -> str:
    """A relative error; a small one by its size alone: its digits are rounding, and differ from one processor to the next."""
    if error == 0 or not math.isfinite(error):
        return inline(mathematics(error))
    if error >= _DIFFERENT:
        return inline(mathematics(float(f"{error:.2g}")))
    return inline(f"< 10^{{{max(-12, math.floor(math.log10(error)) + 1)}}}")


def large(trace: Trace, last: int) -> Iterator[str]:
    """What the arrays are like that are too large to be written out, as far as they are known after step ``last``."""
    found = [i for i, node in enumerate(trace.program.nodes) if node.shape and not _written_out(trace.value_of(i))]
    if not found:
        return
    named = [i for i in found if trace.node(i).name is not None]
    chosen = found if len(found) <= TALL else sorted(named[:TALL])
    if not chosen:
        return
    yield "\n## Large arrays\n\n"
    yield "Each has a row for its value and one for its gradient (∇). "
    yield "The bars count the cells between the least and the greatest; every statistic is over finite cells.\n\n"
    if len(chosen) < len(found):
        yield f"The first {len(chosen)} that have a name, of {len(found):,}; `--format json` holds all of them.\n\n"
    header = ("array", "shape", "least:", "mean:", "greatest:", "zeros:", "not finite:", "histogram")
    yield from table(header, _statistics(trace, chosen, last))


def _statistics(trace: Trace, chosen: list[int], last: int) -> Iterator[tuple[str, ...]]:
    for index in chosen:
        name = name_of(trace.program, index)
        value, known = trace.value(index, last), trace.gradient(index, last)
        if value is not None and not isinstance(value, int | float):
            yield _row(code(name), value)
        if known is not None and not isinstance(known.value, int | float):
            yield _row(
                code(f"∇{name}" if name.isidentifier() else f"∇({name})") + ("" if known.complete else f" {MORE}"), known.value
            )


def _row(name: str, array: NDArray[np.float64]) -> tuple[str, ...]:
    made = summary(array)
    statistics = ("–", "–", "–") if not made.counts else tuple(map(_numeral, (made.minimum, made.mean, made.maximum)))
    histogram = code(bars(made)) if len(made.counts) > 1 else "all equal" if made.counts else "–"
    return name, shape_text(made.shape), *statistics, _share(made.zeros), f"{made.nan + made.inf:,}", histogram


def _share(share: float) -> str:
    """A part of all cells; one that is not all and not nothing is never written as such."""
    if share in (0, 1):
        return f"{share:.0%}"
    return "under 0.1%" if share < 0.001 else f"{min(99.9, 100 * share):.1f}%"


def _numeral(value: float) -> str:
    return numeral(value).replace("-", "−")


def _written_out(value: Number) -> bool:
    return isinstance(value, int | float) or is_small(value)
