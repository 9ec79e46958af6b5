"""What the arrays of a run are like that are too large to be written out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphstep.engine.trace import Trace
from graphstep.ground.arrays import is_small, shape_text, summary
from graphstep.ground.late import np
from graphstep.ground.numerals import DIGITS
from graphstep.telling.document import Block, Code, Content, Figure, Histogram, Prose, Table
from graphstep.telling.names import name_of
from graphstep.telling.reports.parts import column, heading, phrase, section, sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray

TALL = 30
"""Large arrays that are described, each by its value and its gradient."""


def large(trace: Trace, last: int) -> Iterator[Block]:
    """The statistics of large arrays, as far as they are known after step ``last``."""
    every = [i for i, node in enumerate(trace.program.nodes) if node.shape and not is_small(trace.value_of(i))]
    named = [i for i in every if trace.node(i).name is not None]
    chosen = every if len(every) <= TALL else sorted(named[:TALL])
    if not chosen:
        return
    yield section(trace, "large-arrays")
    yield sentence(heading(trace, "large-arrays-rows"))
    if len(chosen) < len(every):
        json = Code("--format json")
        yield Prose(phrase(trace.writing.language, "large-arrays-some", shown=len(chosen), arrays=len(every), json=json))
    words, numbers = ("array", "shape"), ("least", "mean", "greatest", "zeros", "not-finite")
    columns = (*(column(trace, key) for key in words), *(column(trace, key, True) for key in numbers), column(trace, "histogram"))
    yield Table(columns, tuple(_statistics(trace, chosen, last)))


def _statistics(trace: Trace, chosen: list[int], last: int) -> Iterator[tuple[Content, ...]]:
    for index in chosen:
        name = name_of(trace.program, index)
        value, so_far = trace.value(index, last), trace.gradient(index, last)
        if value is not None and not isinstance(value, int | float):
            yield _row(trace, (Code(name),), value)
        if so_far is not None and not isinstance(so_far.value, int | float):
            gradient = Code(f"∇{name}" if name.isidentifier() else f"∇({name})")
            yield _row(trace, (gradient,) if so_far.complete else (gradient, " +…"), so_far.value)


def _row(trace: Trace, name: Content, array: NDArray[np.float64]) -> tuple[Content, ...]:
    figures = summary(array)
    # Without a finite cell there is no least one, no mean and no greatest.
    statistics: tuple[Content, ...] = (("–",),) * 3
    if figures.counts:
        statistics = tuple((Figure(x, DIGITS, "statistic"),) for x in (figures.minimum, figures.mean, figures.maximum))
    histogram: Content = (
        (Histogram(figures.counts),) if len(figures.counts) > 1 else (heading(trace, "all-equal") if figures.counts else "–",)
    )
    return (
        name, (shape_text(figures.shape),), *statistics, (Figure(figures.zeros, DIGITS, "share"),),
        (Figure(figures.nan + figures.inf, DIGITS, "count"),), histogram,
    )  # fmt: skip
