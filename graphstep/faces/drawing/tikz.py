"""A layout as a TikZ picture: what :mod:`graphstep.faces.drawing.picture` draws, from the same layout, for LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from graphstep.faces.drawing.layout import Layout
from graphstep.faces.drawing.picture import BROWN, GREEN, RED
from graphstep.faces.drawing.pixels import BASELINE, BEND, FONT, HEAD, SMALL, column, frame, gap, labels, pointed, row
from graphstep.faces.drawing.text import NO_MARKS, Marks, active_lines

UNIT = 0.6
"""Points that a pixel of the picture takes at most."""

COLOURS = "".join(
    rf"\definecolor{{{name}}}{{HTML}}{{{colour[1:].upper()}}}" + "\n"
    for name, colour in (("gsvalue", GREEN), ("gsgradient", RED), ("gscontribution", BROWN))
)
"""What the preamble of a document defines for its pictures."""


def tikz(layout: Layout, marks: Marks = NO_MARKS, *, width: float, escaped: Callable[[str], str]) -> str:
    """The picture, at most ``width`` points wide. ``escaped`` makes text of the program harmless in LaTeX."""
    # Cells are counted down, and y points up in TikZ: its unit is negative. Lengths that are no coordinates (of letters, of round
    # corners) do not know these units, and are multiplied by hand.
    unit = min(UNIT, width / (column(layout.width) or 1))
    lines = [rf"\begin{{tikzpicture}}[x={unit:.3f}pt, y=-{unit:.3f}pt, inner sep=0pt, outer sep=0pt]"]
    lines += _wires(layout, marks)
    texts = _Texts(unit, escaped)
    whole = layout.window(0, 0, layout.width, layout.height)
    for node in whole.nodes:
        lines += _box(layout, node, marks, texts)
    for stub in whole.stubs:
        lines.append(texts.at(column(stub.x - 0.5), row(stub.y), layout.stub_text(stub), end="start"))
    for label in labels(layout, whole.nodes, marks):
        size = SMALL if label.kind in ("shape", "contribution") else FONT
        colour = "" if label.kind == "shape" else f"gs{label.kind}"
        lines.append(texts.at(label.x, label.y, label.text, colour, size=size, end=label.end))
    return "\n".join([*lines, r"\end{tikzpicture}"]) + "\n"


_ANCHORS = {"start": "anchor=base west", "middle": "anchor=base", "end": "anchor=base east"}


class _Texts:
    """Writes the letters of a picture."""

    def __init__(self, unit: float, escaped: Callable[[str], str]) -> None:
        self.unit, self.escaped = unit, escaped

    def at(self, x: float, y: float, text: str, colour: str = "", *, size: int = FONT, end: str = "middle") -> str:
        """A text whose middle, or whose start or end, is at a point."""
        points = size * self.unit
        font = rf"\ttfamily\fontsize{{{points:.2f}}}{{{points:.2f}}}\selectfont"
        options = ", ".join(filter(None, [_ANCHORS[end], colour and f"text={colour}"]))
        return rf"\node[{options}] at ({x:g},{y + BASELINE * size:g}) {{{font} {self.escaped(text)}}};"


def _wires(layout: Layout, marks: Marks) -> Iterator[str]:
    # Wires of one node share their first part: as a set, each line of it is drawn once, and thick where any of them is at work.
    active = set(active_lines(layout, marks))
    lines = [line for edge in range(len(layout.edges)) for line in layout.wire(edge)]
    if layout.output is not None:
        lines.append(layout.output_wire())
    for line in dict.fromkeys([*lines, *active_lines(layout, marks)]):
        thick = line in active
        yield _wire(layout, line, "very thick" if thick else "semithick", backward=thick and marks.backward)
    yield from (rf"\fill ({column(x):g},{row(y):g}) circle[radius=3];" for x, y in layout.branches())


def _wire(layout: Layout, line: Sequence[tuple[int, int]], weight: str, *, backward: bool = False) -> str:
    """A wire with rounded corners, open where a shape is set into it, and an arrow head at its end, or where it begins."""
    points, tip = pointed(layout, line)
    end_row = points[-1][1]
    if backward:
        points[-1] = (tip, end_row)
    path = [f"({x:g},{y:g})" for x, y in points]
    if (free := gap(layout, line[0])) is not None:
        # Two coordinates without a -- between them: the pen is lifted.
        path[0] += f" -- ({free[0]:g},{points[0][1]:g}) ({free[1]:g},{free[2]:g})"
    (x, y), ahead = (points[0], HEAD) if backward else ((tip, end_row), -HEAD)
    head = rf"\fill ({x:g},{y:g}) -- ++({ahead},-4.5) -- ++(0,9) -- cycle;"
    return rf"\draw[gray, {weight}, rounded corners={BEND * UNIT:g}pt] {' -- '.join(path)}; {head}"


def _box(layout: Layout, node: int, marks: Marks, texts: _Texts) -> Iterator[str]:
    place = frame(layout, node)
    left, top, right, bottom, corner = place[:5]
    style = [f"rounded corners={corner * texts.unit:.2f}pt", "fill=white"]
    style += ["very thick"] * (node == marks.active) + ["dashed"] * (node in marks.pending)
    yield rf"\draw[{', '.join(style)}] ({left:g},{top:g}) rectangle ({right:g},{bottom:g});"
    yield texts.at(place.centre, place.middle, layout.boxes[node].label)
    if place.name:
        yield texts.at(place.centre, place.below, place.name, size=SMALL)
