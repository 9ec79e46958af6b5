"""A layout as a TikZ picture: what :mod:`graphstep.faces.drawing.picture` draws, from the same layout, for LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from graphstep.faces.drawing.layout import Layout
from graphstep.faces.drawing.picture import (
    BEND,
    BESIDE_SHAPE,
    BROWN,
    CELL_WIDTH,
    FONT,
    GREEN,
    HEAD,
    LIFT,
    RED,
    SMALL,
    SMALL_WIDTH,
    aligned,
    column,
    frame,
    row,
)  # fmt: skip
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
    unit = min(UNIT, width / (column(layout.width) or 1))
    lines = [rf"\begin{{tikzpicture}}[x={unit:.3f}pt, y=-{unit:.3f}pt, inner sep=0pt, outer sep=0pt]"]
    lines += _wires(layout, marks)
    texts = _Texts(unit, escaped)
    seen = layout.window(0, 0, layout.width, layout.height)
    for node in seen.nodes:
        lines += _box(layout, node, marks, texts)
    for stub in seen.stubs:
        lines.append(texts.at(column(stub.x - 0.5), row(stub.y), layout.stub_text(stub), end="start"))
    lines += _labels(layout, seen.nodes, marks, texts)
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
        return rf"\node[{options}] at ({x:g},{y + 0.35 * size:g}) {{{font} {self.escaped(text)}}};"


def _wires(layout: Layout, marks: Marks) -> Iterator[str]:
    active = set(active_lines(layout, marks))
    lines = [line for edge in range(len(layout.edges)) for line in layout.wire(edge)]
    if layout.output is not None:
        lines.append(layout.output_wire())
    for line in dict.fromkeys([*lines, *active_lines(layout, marks)]):
        yield _wire(layout, line, "very thick" if line in active else "semithick")
    yield from (rf"\fill ({column(x):g},{row(y):g}) circle[radius=3];" for x, y in layout.branches())


def _wire(layout: Layout, line: Sequence[tuple[int, int]], weight: str) -> str:
    """A wire with rounded corners, open where a shape is set into it, and an arrow head at its end."""
    points = [(column(x), row(y)) for x, y in line]
    beside = CELL_WIDTH / 2 if layout.density == "compact" else 0
    points[0] = (points[0][0] + beside, points[0][1])
    end, end_row = points[-1]
    tip = end - beside if layout.is_box(*line[-1]) else end + CELL_WIDTH / 2
    points[-1] = (tip - HEAD / 2, end_row)
    path = [f"({x:g},{y:g})" for x, y in points]
    node = layout.node_at(*line[0])
    if node is not None and layout.wire_text(node):
        anchor = layout.shape_anchor(node)
        left = column(anchor.x - 0.5)
        path[0] += f" -- ({left - 1:g},{points[0][1]:g}) ({left + anchor.width * SMALL_WIDTH + 2:g},{row(anchor.y):g})"
    head = rf"\fill ({tip:g},{end_row:g}) -- ++(-{HEAD},-4.5) -- ++(0,9) -- cycle;"
    return rf"\draw[gray, {weight}, rounded corners={BEND * UNIT:g}pt] {' -- '.join(path)}; {head}"


def _box(layout: Layout, node: int, marks: Marks, texts: _Texts) -> Iterator[str]:
    place, box, name = layout.place(node), layout.boxes[node], layout.shown_name(node)
    left, top, right, bottom = frame(layout, place, box)
    corner = 4 if box.ports else min(bottom - top, right - left) / 2
    style = [f"rounded corners={corner * texts.unit:.2f}pt", "fill=white"]
    style += ["very thick"] * (node == marks.active) + ["dashed"] * (node in marks.pending)
    yield rf"\draw[{', '.join(style)}] ({left:g},{top:g}) rectangle ({right:g},{bottom:g});"
    middle, across = (top + bottom) / 2, (left + right) / 2
    yield texts.at(across, middle, box.label)
    if name and layout.density == "roomy":
        yield texts.at(across, bottom + 9, name, size=SMALL)


def _labels(layout: Layout, nodes: Sequence[int], marks: Marks, texts: _Texts) -> Iterator[str]:
    for node in nodes:
        shape = layout.wire_text(node)
        if shape:
            place = layout.shape_anchor(node)
            yield texts.at(column(place.x - 0.5), row(place.y), shape, size=SMALL, end="start")
        away = max(LIFT[layout.density], BESIDE_SHAPE if shape else 0)
        for written, anchor, lift, colour in (
            (marks.values, layout.value_anchor(node), 1, "gsvalue"),
            (marks.gradients, layout.gradient_anchor(node), -1, "gsgradient"),
        ):
            if written.get(node):
                x, end = aligned(anchor)
                yield texts.at(x, row(anchor.y + lift) - lift * away, written[node], colour, end=end)
    for edge, text in marks.contributions.items():
        free = layout.contribution_anchor(edge)
        if free:
            wire = layout.wire(edge)[-1][-1][1]
            y = row(wire) + LIFT[layout.density] * (free.y - wire)
            yield texts.at(column(free.x - 0.5), y, text, "gscontribution", size=SMALL, end="start")
