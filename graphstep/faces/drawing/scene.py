"""A layout as an SVG element whose parts have ids, so that a page can show any step in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphstep.faces.drawing.layout import Layout
from graphstep.faces.drawing.picture import escaped, label, rounded
from graphstep.faces.drawing.pixels import HEAD, column, frame, gap, ground, labels, pointed, row
from graphstep.faces.drawing.text import Marks


def scene(layout: Layout, marks: Marks, prefix: str, title: str) -> Iterator[str]:
    """The lines of the element. ``marks`` is what stands in it where no script runs.

    Behind ``prefix`` the ids are ``w3`` of a wire and ``c3`` of its contribution, ``b3`` of a box, ``v3`` and ``g3`` of its value
    and gradient, ``out`` of the arrow of the output. Colours and the state of a wire are classes, which the page's style reads.
    """
    width, height = ground(layout)
    yield f'<svg role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}" aria-label="{escaped(title)}">'
    yield '<g class="wires">'
    for edge in range(len(layout.edges)):
        yield _wire(layout, layout.wire(edge), f"{prefix}w{edge}")
    if layout.output is not None:
        yield _wire(layout, (layout.output_wire(),), f"{prefix}out")
    yield "</g>"
    yield "".join(f'<circle class="fork" cx="{column(x):g}" cy="{row(y):g}" r="3"/>' for x, y in layout.branches())
    whole = layout.window(0, 0, layout.width, layout.height)
    for node in whole.nodes:
        yield _box(layout, node, marks, prefix)
    for stub in whole.stubs:
        kind = "output" if stub.kind == "output" else "name"
        yield _text(column(stub.x - 0.5), row(stub.y), layout.stub_text(stub), kind)
    for written in labels(layout, whole.nodes, marks, blank=True):
        shape = written.kind == "shape"
        name = "" if shape else f"{prefix}{written.kind[0]}{written.of}"
        yield _text(written.x, written.y, written.text, "name" if shape else written.kind, name, written.end)
    yield "</svg>"


def _wire(layout: Layout, lines: Sequence[Sequence[tuple[int, int]]], name: str) -> str:
    """A wire with an arrow head at either end, of which one is seen."""
    paths = ""
    for place, line in enumerate(lines):
        points, tip = pointed(layout, line)
        (start, first), y = points[0], points[-1][1]
        paths += f'<path d="{rounded(points, gap(layout, line[0]))}"/><path class="head" d="M{tip:g} {y:g}l-{HEAD} -4.5v9z"/>'
        if not place:
            paths += f'<path class="tail" d="M{start:g} {first:g}l{HEAD} -4.5v9z"/>'
    return f'<g class="w" id="{name}">{paths}</g>'


def _box(layout: Layout, node: int, marks: Marks, prefix: str) -> str:
    place = frame(layout, node)
    left, top, right, bottom, corner = place[:5]
    parts = [
        _rect(left, top, right, bottom, corner, "edge"),
        _rect(left + 3, top + 3, right - 3, bottom - 3, max(corner - 3, 1), "rim"),
        _text(place.centre, place.middle, layout.boxes[node].label, "label"),
    ]
    if place.name:
        parts.append(_text(place.centre, place.below, place.name, "name label"))
    parts.append(f'<circle class="stop" cx="{left:g}" cy="{top:g}" r="5"/>')
    return f'<g class="box{" pending" if node in marks.pending else ""}" id="{prefix}b{node}">{"".join(parts)}</g>'


def _rect(left: float, top: float, right: float, bottom: float, corner: float, kind: str) -> str:
    size = f'width="{right - left:g}" height="{bottom - top:g}"'
    return f'<rect class="{kind}" x="{left:g}" y="{top:g}" {size} rx="{corner:g}"/>'


def _text(x: float, y: float, text: str, kind: str, name: str = "", end: str = "start") -> str:
    # A class: the policy of a page lets no style stand at an element.
    side = "" if end == "start" else f" {end}"
    named = f' id="{name}"' if name else ""
    baseline = label(y, small="name" in kind or kind == "contribution")
    return f'<text class="{kind}{side}"{named} x="{x:g}" y="{baseline:g}">{escaped(text)}</text>'
