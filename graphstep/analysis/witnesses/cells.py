"""The cells of an array among which the witnesses compare: all of a few, a sample of many, and one direction for all at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from graphstep.analysis.facts import Figure, reason
from graphstep.analysis.witnesses.around import RUNS, Around
from graphstep.analysis.witnesses.differences import Magnitudes
from graphstep.analysis.witnesses.report import AGREES, SEVERITY, Row, Sample
from graphstep.analysis.witnesses.testimony import Testimony
from graphstep.analysis.witnesses.verdicts import judged
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import cell_at
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

LISTED = 16
"""Cells up to which every cell of an array has a row of its own."""

CHECKED = 50
"""Cells of an array that are moved, one at a time."""

FEWEST = 1
"""Cells of an array that are moved however long a run takes."""

WORK = 2_000_000_000
"""What all runs of a check may cost, in cells of a simple gate: a few seconds. The inputs share it."""

SEED = 2718
"""The seed of the random direction."""

Cell = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Symbolic:
    """SymPy's derivatives towards the cells of a node."""

    values: Sequence[float | None]
    """By cell checked, the derivative."""
    note: Figure
    """Why there is none."""


def sample(trace: Trace, index: int, count: int) -> list[int]:
    """The numbers of the cells to check, in reading order: at most ``count``.

    Two fifths are those with the largest gradients, a fifth are cells whose gradient is 0, if there are so many, and the rest is
    spread evenly over the array.
    """
    sizes = np.abs(np.ravel(trace.gradient_of(index)))
    if sizes.size <= count:
        return list(range(sizes.size))
    # A gradient that is nan is the first to be looked at.
    order = np.argsort(-np.where(np.isnan(sizes), np.inf, sizes), kind="stable")
    chosen = dict.fromkeys(order[: max(1, 2 * count // 5)].tolist())
    zeros = np.flatnonzero(sizes == 0)
    chosen.update(dict.fromkeys(_spread(zeros, count // 5)))
    others = np.setdiff1d(np.arange(sizes.size), np.fromiter(chosen, np.int64), assume_unique=True)
    chosen.update(dict.fromkeys(_spread(others, count - len(chosen))))
    return sorted(chosen)


def _spread(of: NDArray[np.int64], count: int) -> list[int]:
    """So many of them, evenly."""
    if of.size <= count:
        return [int(x) for x in of]
    # The middle of each of so many equal parts: neither the first cell nor the last one, which are often special.
    return [int(of[(2 * k + 1) * of.size // (2 * count)]) for k in range(count)]


def direction(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """A direction of length 1 in which every cell moves equally far, one way or the other: the same for the same shape."""
    signs = np.where(np.random.default_rng(SEED).integers(0, 2, shape) == 1, 1.0, -1.0)
    return signs / math.sqrt(max(1, signs.size))


def surroundings(trace: Trace, index: int, magnitudes: Magnitudes, nodes: int) -> Around:
    """The runs around one with this node moved, where so many nodes share the time there is."""
    return Around(trace, index, magnitudes, WORK // nodes)


def chosen_cells(trace: Trace, around: Around) -> list[int]:
    """The cells of a node to check: as many as can be afforded."""
    return sample(trace, around.index, min(CHECKED, max(FEWEST, around.affordable // RUNS)))


def cell_rows(trace: Trace, index: int, around: Around, places: Sequence[int], symbolic: Symbolic) -> Iterator[Row]:
    """The row of each of these cells."""
    shape = np.shape(trace.value_of(index))
    values, gradients = np.ravel(trace.value_of(index)), np.ravel(trace.gradient_of(index))
    ready = [place for place in places if math.isfinite(around.output) and math.isfinite(values[place])]
    # All at once: the runs of many cells go through the gates together.
    differences = around.cells(ready)
    for place, slope in zip(places, symbolic.values, strict=True):
        cell = cell_at(place, shape) if shape else None
        difference = next(differences) if place in ready else None
        note = symbolic.note if slope is None else ""
        testimony = Testimony(trace, index, around.output, 1.0, float(gradients[place]), slope, note, difference, place)
        row = judged(testimony, cell)
        if around.refusal and row.numeric is None and row.verdict in ("agree", "unsettled"):
            row = replace(row, explanation=(reason("verdict-fixed", why=around.refusal),))
        yield row


def along(trace: Trace, index: int, around: Around) -> Row | None:
    """The row of the random direction that moves all cells at once; None where a value is not finite."""
    value = trace.value_of(index)
    if not (np.isfinite(value).all() and math.isfinite(around.output)):
        return None
    move = direction(np.shape(value))
    with np.errstate(all="ignore"):
        backprop = float(np.sum(np.multiply(trace.gradient_of(index), move)))
    note = reason("verdict-no-direction")
    testimony = Testimony(trace, index, around.output, 1.0, backprop, None, note, around.direction(move), None)
    return judged(testimony)


def whole(trace: Trace, index: int, rows: Sequence[Row], along: Row | None) -> Row:
    """One row for an array: the cell about which there is most to say stands for it, with what was checked."""
    shape = np.shape(trace.value_of(index))
    size = math.prod(shape)
    if not rows:
        none = (reason("cells-none"),)
        nothing = Row(trace, index, math.nan, None, "", None, math.inf, None, None, "agree", none)
        return replace(nothing, sample=Sample(shape, 0, 0, None, 0))
    # The cell about which there is most to say, by verdict and then by error.
    worst = max(rows, key=_weight)
    blurred = sum(row.verdict == "agree" and (row.relative_error or 0.0) > AGREES for row in rows if row.exact is None)
    verdict, explanation = worst.verdict, worst.explanation
    if along is not None and along.verdict != "unsettled" and SEVERITY[along.verdict] > SEVERITY[verdict]:
        verdict = along.verdict
        key = "verdict-direction-kink" if verdict == "kink" else "verdict-direction-wrong"
        explanation = (reason(key), *along.explanation)
    kinks = tuple(sorted({kink for row in rows for kink in row.kinks}))
    sample = Sample(shape, len(rows), size, along, blurred)
    return replace(worst, verdict=verdict, explanation=explanation, kinks=kinks, sample=sample)


def _weight(row: Row) -> tuple[int, float]:
    error = row.relative_error or 0.0
    # Where rounding hides the rest, a large relative error says nothing about the gradient.
    blurred = row.verdict == "agree" and error > AGREES
    return SEVERITY[row.verdict], 0.0 if blurred else math.inf if math.isnan(error) else error
