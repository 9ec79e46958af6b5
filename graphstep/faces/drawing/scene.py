"""A layout as an SVG element whose parts have ids, so that a page can show any step in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphstep.faces.drawing.layout import Layout
from graphstep.faces.drawing.picture import (
    BESIDE_SHAPE,
    CELL_HEIGHT,
    CELL_WIDTH,
    HEAD,
    LIFT,
    MARGIN,
    aligned,
    column,
    escaped,
    frame,
    gap,
    label,
    rounded,
    row,
)  # fmt: skip
from graphstep.faces.drawing.text import Marks


def scene(layout: Layout, marks: Marks, prefix: str, title: str) -> Iterator[str]:
    """The lines of the element. ``marks`` is what stands in it where no script runs.

    Behind ``prefix`` the ids are ``w3`` of a wire and ``c3`` of its contribution, ``b3`` of a box, ``v3`` and ``g3`` of its value
    and gradient, ``out`` of the arrow of the output. Colours and the state of a wire are classes, which the page's style reads.
    """
    width, height = layout.width * CELL_WIDTH + 2 * MARGIN, layout.height * CELL_HEIGHT + 2 * MARGIN
    yield f'<svg role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}" aria-label="{escaped(title)}">'
    yield '<g class="wires">'
    for edge in range(len(layout.edges)):
        yield _wire(layout, layout.wire(edge), f"{prefix}w{edge}")
    if layout.output is not None:
        yield _wire(layout, (layout.output_wire(),), f"{prefix}out")
    yield "</g>"
    yield "".join(f'<circle class="fork" cx="{column(x):g}" cy="{row(y):g}" r="3"/>' for x, y in layout.branches())
    seen = layout.window(0, 0, layout.width, layout.height)
    for node in seen.nodes:
        yield _box(layout, node, marks, prefix)
    for stub in seen.stubs:
        kind = "output" if stub.kind == "output" else "name"
        yield _text(column(stub.x - 0.5), row(stub.y), layout.stub_text(stub), kind)
    for node in seen.nodes:
        yield from _numbers(layout, node, marks, prefix)
    for edge in range(len(layout.edges)):
        anchor = layout.contribution_anchor(edge)
        if anchor:
            wire = layout.wire(edge)[-1][-1][1]
            y = row(wire) + LIFT[layout.density] * (anchor.y - wire)
            yield _text(column(anchor.x - 0.5), y, marks.contributions.get(edge, ""), "contribution", f"{prefix}c{edge}")
    yield "</svg>"


def _wire(layout: Layout, lines: Sequence[Sequence[tuple[int, int]]], name: str) -> str:
    """A wire with an arrow head at either end, of which one is seen."""
    paths = ""
    for place, line in enumerate(lines):
        points = [(column(x), row(y)) for x, y in line]
        beside = CELL_WIDTH / 2 if layout.density == "compact" else 0
        start = points[0][0] + beside
        end, y = points[-1]
        tip = end - beside if layout.is_box(*line[-1]) else end + CELL_WIDTH / 2
        points[0], points[-1] = (start, points[0][1]), (tip - HEAD / 2, y)
        paths += f'<path d="{rounded(points, gap(layout, line[0]))}"/><path class="head" d="M{tip:g} {y:g}l-{HEAD} -4.5v9z"/>'
        if not place:
            paths += f'<path class="tail" d="M{start:g} {points[0][1]:g}l{HEAD} -4.5v9z"/>'
    return f'<g class="w" id="{name}">{paths}</g>'


def _box(layout: Layout, node: int, marks: Marks, prefix: str) -> str:
    place, box, name = layout.place(node), layout.boxes[node], layout.shown_name(node)
    left, top, right, bottom = frame(layout, place, box)
    corner = 4 if box.ports else min(bottom - top, right - left) / 2
    middle, centre = (top + bottom) / 2, (left + right) / 2
    parts = [
        _rect(left, top, right, bottom, corner, "edge"),
        _rect(left + 3, top + 3, right - 3, bottom - 3, max(corner - 3, 1), "rim"),
        _text(centre, middle, box.label, "label"),
    ]
    if name and layout.density == "roomy":
        parts.append(_text(centre, bottom + 9, name, "name label"))
    parts.append(f'<circle class="stop" cx="{left:g}" cy="{top:g}" r="5"/>')
    return f'<g class="box{" pending" if node in marks.pending else ""}" id="{prefix}b{node}">{"".join(parts)}</g>'


def _rect(left: float, top: float, right: float, bottom: float, corner: float, kind: str) -> str:
    size = f'width="{right - left:g}" height="{bottom - top:g}"'
    return f'<rect class="{kind}" x="{left:g}" y="{top:g}" {size} rx="{corner:g}"/>'


def _numbers(layout: Layout, node: int, marks: Marks, prefix: str) -> Iterator[str]:
    shape = layout.wire_text(node)
    if shape:
        place = layout.shape_anchor(node)
        yield _text(column(place.x - 0.5), row(place.y), shape, "name")
    away = max(LIFT[layout.density], BESIDE_SHAPE if shape else 0)
    for texts, anchor, lift, kind in (
        (marks.values, layout.value_anchor(node), 1, "value"),
        (marks.gradients, layout.gradient_anchor(node), -1, "gradient"),
    ):
        y = row(anchor.y + lift) - lift * away
        x, end = aligned(anchor)
        yield _text(x, y, texts.get(node, ""), kind, f"{prefix}{kind[0]}{node}", end)


def _text(x: float, y: float, text: str, kind: str, name: str = "", end: str = "start") -> str:
    named = (f' id="{name}"' if name else "") + (f' style="text-anchor:{end}"' if end != "start" else "")
    baseline = label(y, small="name" in kind or kind == "contribution")
    return f'<text class="{kind}"{named} x="{x:g}" y="{baseline:g}">{escaped(text)}</text>'
