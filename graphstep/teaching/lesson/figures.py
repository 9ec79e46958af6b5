"""Figures of a lesson, drawn as text: a curve with its slope, the losses of trainings, histograms of a run's values.

A fenced block with the word ``figure`` says what is drawn, and from what it is computed; the numbers are those of runs. What is
drawn stands in the lesson as a block of code, so that every face shows it as it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from graphstep.engine.trace import Trace
from graphstep.ground.errors import InputError, quoted
from graphstep.ground.late import np
from graphstep.ground.numerals import numeral
from graphstep.teaching.lesson.document import Lesson, Prose
from graphstep.teaching.lesson.headings import with_settings
from graphstep.teaching.lesson.trainings import Trainings, named
from graphstep.teaching.marking.quantities import find_node

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

COLUMNS, ROWS = 56, 9
"""The room of the points of a plot."""

BINS = 41
"""Columns of a histogram."""

MARKS = "●○◆◇"
"""The points of each series of a plot."""

_BLOCKS = "▁▂▃▄▅▆▇█"
_KINDS: dict[str, tuple[str, ...]] = {
    "curve": ("curve", "over", "range", "slope"),
    "loss": ("loss", "names", "held_out", "log"),
    "histogram": ("histogram", "range"),
}
"""The keys of each kind of figure, by the one that it is known by."""

_DECADES = 1.7
"""Powers of ten that losses may span before a logarithmic scale shows them better."""


def drawn(prose: Prose, trace: Trace, lesson: Lesson, trainings: Trainings) -> Prose:
    """A figure block as what is drawn for it, in a fence. InputError for what cannot be drawn."""
    table = prose.figure or {}
    kind = next((kind for kind in _KINDS if kind in table), None)
    if kind is None:
        raise InputError(f"a figure is one of {', '.join(_KINDS)}")
    if unknown := [key for key in table if key not in _KINDS[kind]]:
        raise InputError(f"a {kind} has no {quoted(unknown[0])}; known are {', '.join(_KINDS[kind])}")
    if kind == "curve":
        lines = _curve(table)
    elif kind == "loss":
        lines = _losses(table, lesson, trainings)
    else:
        lines = _histograms(table, trace)
    return replace(prose, text="\n".join(["```text", *lines, "```"]))


def _texts(table: Mapping[str, Any], key: str, most: int) -> list[str]:
    value = table.get(key, [])
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts) or len(texts) > most:
        raise InputError(f"{key} is a text or a list of at most {most} texts")
    return texts


def _range(table: Mapping[str, Any], usual: tuple[float, float] | None) -> tuple[float, float] | None:
    ends = table.get("range", usual)
    if ends is None:
        return None
    numbers = [float(end) for end in ends if type(end) in (int, float)] if isinstance(ends, list | tuple) else []
    if len(numbers) != 2 or not numbers[0] < numbers[1] or not all(map(math.isfinite, numbers)):
        raise InputError("range is two numbers, the smaller one first: range = [-5, 5]")
    return numbers[0], numbers[1]


# -- plots ----------------------------------------------------------------------------------------------------------------------


def _curve(table: Mapping[str, Any]) -> list[str]:
    """Functions of one input over a range, or the slope of each beside it."""
    from graphstep.engine.trace import trace as run
    from graphstep.language.read import read

    over, ends = table.get("over", "x"), _range(table, (-5.0, 5.0))
    if not isinstance(over, str) or ends is None:
        raise InputError("over is the name of an input")
    # More points than columns: where a curve is steep, one column has several marks, and the line is not torn.
    at = np.linspace(*ends, 4 * COLUMNS + 1)
    series: list[tuple[str, Array]] = []
    for text in _texts(table, "curve", len(MARKS)):
        program = read(text, (over,))
        if program.inputs != (over,):
            raise InputError(f"{quoted(text)} is no function of {over}")
        of = run(program, {over: at})
        if np.shape(of.output) != at.shape:
            raise InputError(f"{quoted(text)} does not work cell by cell")
        series.append((text, np.asarray(of.output)))
        if table.get("slope"):
            series.append((f"d({text})/d{over}", np.asarray(of.gradient_of(program.names[over]))))
    return plot(series, at, over)


def _losses(table: Mapping[str, Any], lesson: Lesson, trainings: Trainings) -> list[str]:
    """The losses of one or several trainings of the lesson's program, round by round."""
    entries = _texts(table, "loss", len(MARKS)) or [""]
    names = _texts(table, "names", len(MARKS)) or entries
    if len(names) != len(entries) or not lesson.train:
        raise InputError("each loss has a name, and the front matter says how to train")
    series: list[tuple[str, Array]] = []
    for name, entry in zip(names, entries, strict=True):
        setup, settings = with_settings(entry, lesson.run, lesson.train)
        history = trainings.of(named(setup, lesson.run), settings).history
        series.append((name or "loss", np.array(history.losses)))
        if table.get("held_out"):
            series.append(("validation", np.array([loss for _, loss in history.held_out])))
    longest = max(len(losses) for _, losses in series)
    # A training of fewer rounds ends before the others: nan is drawn nowhere.
    padded = [(name, np.append(losses, np.full(longest - len(losses), np.nan))) for name, losses in series]
    return plot(padded, np.arange(longest, dtype=float), "round", log=bool(table.get("log", _spans_decades(padded))))


def _spans_decades(series: Sequence[tuple[str, Array]]) -> bool:
    numbers = np.concatenate([values[np.isfinite(values)] for _, values in series])
    return bool(len(numbers) and numbers.min() > 0 and math.log10(numbers.max() / numbers.min()) > _DECADES)


def plot(series: Sequence[tuple[str, Array]], at: Array, across: str, *, log: bool = False) -> list[str]:
    """Series over the same places as rows of text, with the ends of both scales; ``across`` says what the places are."""
    scaled = [(name, np.log10(np.where(values > 0, values, np.nan)) if log else values) for name, values in series]
    numbers = np.concatenate([values[np.isfinite(values)] for _, values in scaled])
    if not len(numbers):
        raise InputError("there is no finite number to draw")
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        low, high = low - 0.5, high + 0.5
    elif not log:
        # Ends that are written with few digits.
        unit = 10.0 ** math.floor(math.log10(high - low)) / 20
        low, high = math.floor(low / unit + 1e-9) * unit, math.ceil(high / unit - 1e-9) * unit
    grid = np.full((ROWS, COLUMNS), " ")
    columns = np.round((at - at[0]) / (at[-1] - at[0] or 1.0) * (COLUMNS - 1)).astype(int)
    # The first series is drawn last: it is what is looked for.
    for (_, values), mark in reversed(list(zip(scaled, MARKS, strict=False))):
        for column, value in zip(columns, values, strict=True):
            if math.isfinite(value):
                grid[ROWS - 1 - round((value - low) / (high - low) * (ROWS - 1)), column] = mark
    heights = {0: high, ROWS // 2: (low + high) / 2, ROWS - 1: low}
    labels = {row: _label(10**height if log else height) for row, height in heights.items()}
    wide = max(map(len, labels.values()))
    rows = [f"{labels.get(row, ''):>{wide}} {'┤' if row in labels else '│'}{''.join(grid[row])}".rstrip() for row in range(ROWS)]
    left, middle, right = (_label(place) for place in (at[0], (at[0] + at[-1]) / 2, at[-1]))
    below = f"{left}{middle:^{COLUMNS - len(left) - len(right)}}{right}  {across}"
    legend = "   ".join(f"{mark} {name}" for (name, _), mark in zip(series, MARKS, strict=False))
    return [*rows, f"{' ' * wide} └{'─' * COLUMNS}", f"{' ' * wide}  {below}", f"{' ' * wide}  {legend}"]


def _label(number: float) -> str:
    return numeral(number, 3)


# -- histograms -----------------------------------------------------------------------------------------------------------------


def _histograms(table: Mapping[str, Any], trace: Trace) -> list[str]:
    """The cells of values or gradients, a row for each node: its name, the standard deviation, and how many lie where."""
    ends = _range(table, None)
    cells: list[tuple[str, Array]] = []
    for text in _texts(table, "histogram", 12):
        word, _, rest = text.partition(" ")
        node = find_node(trace, rest if word == "gradient" and rest else text)
        value = trace.gradient_of(node) if word == "gradient" and rest else trace.value_of(node)
        cells.append((text, np.ravel(value).astype(float)))
    if not cells:
        raise InputError('a histogram names values of the run: histogram = ["h1", "h2"]')
    if ends is None:
        size = max(float(np.abs(values).max()) for _, values in cells) or 1.0
        ends = -size, size
    wide = max(len(name) for name, _ in cells)
    rows = [f"{name:<{wide}}  {_label(float(values.std())):>9}  {bars(values, ends)}" for name, values in cells]
    low, high = _label(ends[0]), _label(ends[1])
    scale = f"{low}{high:>{BINS - len(low)}}"
    return [f"{'':<{wide}}  {'std':>9}  {scale}", *rows]


def bars(values: Array, ends: tuple[float, float]) -> str:
    """How many numbers lie in each of :data:`BINS` parts of a range, as blocks; what lies beyond an end stands at it.

    >>> bars(np.array([-1.0, 0.0, 0.0, 1.0]), (-1.0, 1.0)).split()
    ['▄', '█', '▄']
    """
    counts, _ = np.histogram(np.clip(values, *ends), BINS, ends)
    top = counts.max()
    return "".join(" " if not count else _BLOCKS[max(math.ceil(count / top * 8) - 1, 0)] for count in counts.tolist())
