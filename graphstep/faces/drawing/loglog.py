"""Series over positive numbers, both scales logarithmic: as rows of text, as SVG, and for LaTeX."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from graphstep.faces.drawing.curve import Axis
from graphstep.faces.drawing.picture import escaped, short
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.ground.widths import cell_width
from graphstep.telling.document import Curve

MARKS = "●○◆◇"
"""The points of each series in text."""

COLUMNS, ROWS = 58, 15
"""The room of the points in text."""

WIDTH, HEIGHT, LEFT, BELOW, ABOVE = 600, 300, 70, 44, 26
"""Pixels of the picture, and those around the points."""

_TONES = ("#3b82d6", "#e0524a", "#2c9a4b", "#b07d1e")
"""Middle tones, which show on light and dark."""

_SPAN = 0.5
"""Powers of ten that a scale has at least, to either side."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Where everything stands, from 0 to 1 from the left and from below."""

    series: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]
    """The series, each with the places of its points; what is 0 or not finite has none."""
    across: tuple[tuple[float, str], ...]
    """What is written along the lower edge."""
    up: tuple[tuple[float, str], ...]
    """What is written along the left edge."""
    title: str
    """What the series stand over."""


def plot(curve: Curve) -> Plot:
    """The places of a curve that stands over numbers, the first of them at the left."""
    numbers = [x for _, series in curve.series for x in series if math.isfinite(x) and x > 0]
    across, up = _scale(curve.across), _scale(numbers or [1.0])
    # Steps h are given from large to small, and read so: truncation at the left, round-off at the right.
    turned = curve.across[0] > curve.across[-1]

    def place(x: float) -> float:
        return 1 - across.place(x) if turned else across.place(x)

    series = tuple(
        (name, tuple((place(x), up.place(y)) for x, y in zip(curve.across, values, strict=True) if math.isfinite(y) and y > 0))
        for name, values in curve.series
    )
    ticks = sorted((place(x), text) for x, text in _decades(across, 8))
    return Plot(series, tuple(ticks), tuple((up.place(y), text) for y, text in _decades(up, 7)), curve.title)


def _scale(numbers: tuple[float, ...] | list[float]) -> Axis:
    low, high = min(numbers), max(numbers)
    room = 0.0 if high > low else _SPAN
    return Axis(low / 10**room, high * 10**room, log=True)


def _decades(axis: Axis, most: int) -> list[tuple[float, str]]:
    """Powers of ten within a scale, each as a power: 1e-5."""
    first, last = (round(edge) for edge in (math.ceil(math.log10(axis.low) - 1e-9), math.floor(math.log10(axis.high) + 1e-9)))
    every = next(n for n in (1, 2, 3, 5, 10, 20, 50, 100, 1000) if (last - first) // n < most)
    # From its text: 10.0**23 is another float than 1e23.
    return [(float(f"1e{power}"), f"1e{power}") for power in range(first, last + 1, every)]


def rows(curve: Curve) -> list[str]:
    """The plot as text: the scales at the left and below, and a line that says which point is whose."""
    places = plot(curve)
    grid = np.full((ROWS, COLUMNS), " ")
    # The first series is drawn last: it is what is looked for.
    for (_, points), mark in reversed(list(zip(places.series, MARKS, strict=False))):
        for x, y in points:
            grid[ROWS - 1 - _cell(y, ROWS), _cell(x, COLUMNS)] = mark
    labels = {ROWS - 1 - _cell(y, ROWS): text for y, text in places.up}
    wide = max((cell_width(text) for text in labels.values()), default=0)
    lines = [f"{labels.get(row, ''):>{wide}} {'┤' if row in labels else '│'}{''.join(grid[row])}".rstrip() for row in range(ROWS)]
    below, ticks = list(" " * (COLUMNS + 8)), list("─" * COLUMNS)
    for x, text in places.across:
        column = _cell(x, COLUMNS)
        ticks[column] = "┴"
        start = max(column - len(text) // 2, 0)
        below[start : start + len(text)] = text
    legend = "   ".join(f"{mark} {name}" for (name, _), mark in zip(places.series, MARKS, strict=False))
    return [
        *lines,
        f"{' ' * wide} └{''.join(ticks)}",
        f"{' ' * wide}  {''.join(below).rstrip()}  {places.title}",
        f"{' ' * wide}  {legend}",
    ]


def _cell(place: float, cells: int) -> int:
    return min(max(round(place * (cells - 1)), 0), cells - 1)


def svg(curve: Curve, title: str) -> str:
    """The plot as an SVG picture without a style of its own: it may stand in a page."""
    places, right, bottom = plot(curve), WIDTH - 16, HEIGHT - BELOW

    def x_of(place: float) -> str:
        return short(LEFT + place * (right - LEFT))

    def y_of(place: float) -> str:
        return short(bottom - place * (bottom - ABOVE))

    def text(x: str, y: str, words: str, anchor: str) -> str:
        # The class is for a page, whose style is heard before an attribute.
        return f'<text x="{x}" y="{y}" class="{anchor}" text-anchor="{anchor}" fill="currentColor">{escaped(words)}</text>'

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="monospace" font-size="12">',
        f"<title>{escaped(title)}</title>",
    ]
    grid = 'stroke="#767c85" stroke-opacity="0.3"'
    for x, words in places.across:
        lines.append(f'<path d="M{x_of(x)} {ABOVE}V{bottom}" {grid}/>{text(x_of(x), str(bottom + 16), words, "middle")}')
    for y, words in places.up:
        lines.append(f'<path d="M{LEFT} {y_of(y)}H{right}" {grid}/>{text(str(LEFT - 6), y_of(y), words, "end")}')
    lines.append(text(x_of(0.5), str(HEIGHT - 8), places.title, "middle"))
    start = LEFT
    for (name, points), tone in zip(places.series, _TONES, strict=False):
        drawn = " ".join(f"{x_of(x)},{y_of(y)}" for x, y in points)
        dash = "" if tone == _TONES[0] else ' stroke-dasharray="5 3"'
        lines.append(f'<polyline points="{drawn}" fill="none" stroke="{tone}" stroke-width="2"{dash}/>')
        # Between the points nothing was computed.
        # A path of no length with round ends is a dot, in one element for all points of a series.
        dots = "".join(f"M{x_of(x)} {y_of(y)}h0" for x, y in points)
        lines.append(f'<path d="{dots}" fill="none" stroke="{tone}" stroke-width="6" stroke-linecap="round"/>')
        lines.append(
            f'<path d="M{start} 14h22" stroke="{tone}" stroke-width="2"{dash}/>{text(str(start + 28), "18", name, "start")}'
        )
        start += 50 + 8 * cell_width(name)
    return "\n".join([*lines, "</svg>"]) + "\n"


def tikz(curve: Curve, escape: Callable[[str], str]) -> str:
    """The plot for LaTeX, in points."""
    places, width, height = plot(curve), 300, 150
    return "\n".join(
        ["\\begin{tikzpicture}[x=1pt, y=1pt, font=\\scriptsize]", *_drawn(places, width, height, escape), "\\end{tikzpicture}\n"]
    )


def _drawn(places: Plot, width: int, height: int, escape: Callable[[str], str]) -> Iterator[str]:
    for x, text in places.across:
        at = short(x * width)
        yield f"\\draw[black!15] ({at},0) -- ({at},{height}); \\node[below] at ({at},0) {{{escape(text)}}};"
    for y, text in places.up:
        at = short(y * height)
        yield f"\\draw[black!15] (0,{at}) -- ({width},{at}); \\node[left] at (0,{at}) {{{escape(text)}}};"
    yield f"\\node at ({width // 2},-22) {{{escape(places.title)}}};"
    for k, (name, points) in enumerate(places.series):
        drawn = " -- ".join(f"({short(x * width)},{short(y * height)})" for x, y in points)
        style = "thick" if k == 0 else "thick, dashed"
        if drawn:
            yield f"\\draw[{style}] {drawn};"
            yield f"\\fill {' '.join(f'({short(x * width)},{short(y * height)}) circle[radius=1.5]' for x, y in points)};"
        yield f"\\draw[{style}] ({width + 8},{height - 8 - 14 * k}) -- +(16,0) node[right] {{{escape(name)}}};"
