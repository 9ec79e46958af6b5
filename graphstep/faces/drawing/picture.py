"""A layout as an SVG picture: the drawing of the terminal with real lines, crisp at any zoom, for pages light and dark."""

from __future__ import annotations

from collections.abc import Sequence

from graphstep.faces.drawing.layout import Layout
from graphstep.faces.drawing.pixels import (
    BASELINE,
    BEND,
    FONT,
    HEAD,
    SMALL,
    Label,
    column,
    frame,
    gap,
    ground,
    labels,
    pointed,
    row,
)
from graphstep.faces.drawing.text import NO_MARKS, Marks, active_lines
from graphstep.ground.widths import without_controls

# The attributes below are for places that strip styles: middle tones, readable on white and on black alike.
# Where styles are kept, the drawing brings its own ground, so that it never depends on the page behind it.
STYLE = """
svg { color-scheme: light dark }
.ground { fill: #ffffff }
.wires path { stroke: #6e7781 }
.wires circle, .wires .head { fill: #6e7781 }
.box rect { fill: #f6f8fa; stroke: #6e7781 }
.box text { fill: #1f2328 }
.box .name, .stub { fill: #59636e }
.active path, .active .rim, .box.active rect { stroke: #0969da }
.active .head { fill: #0969da }
.box.active rect { fill: #ddf4ff }
.selected .rim { stroke: #8250df }
.output { fill: #1f2328 }
.value { fill: #1a7f37 }
.gradient { fill: #cf222e }
.contribution { fill: #9a6700 }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117 }
.wires path { stroke: #8b949e }
.wires circle, .wires .head { fill: #8b949e }
.box rect { fill: #161b22; stroke: #8b949e }
.box text { fill: #e6edf3 }
.box .name, .stub { fill: #9198a1 }
.active path, .active .rim, .box.active rect { stroke: #58a6ff }
.active .head { fill: #58a6ff }
.box.active rect { fill: #12233b }
.selected .rim { stroke: #bc8cff }
.output { fill: #e6edf3 }
.value { fill: #3fb950 }
.gradient { fill: #ff7b72 }
.contribution { fill: #d29922 }
}
.box .rim { fill: none }
"""
PLAIN, ACTIVE, SELECTED = "#767c85", "#3b82d6", "#9a6fe0"
GREEN, RED, BROWN = "#2c9a4b", "#e0524a", "#b07d1e"
_INKS = {
    "shape": ("stub", PLAIN, SMALL),
    "value": ("value", GREEN, FONT),
    "gradient": ("gradient", RED, FONT),
    "contribution": ("contribution", BROWN, SMALL),
}
"""By what a text at a wire says: its class, its colour where styles are stripped, and its size."""
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def svg(layout: Layout, marks: Marks = NO_MARKS, *, title: str) -> str:
    """The picture of a layout as the text of an SVG document, ended by a newline.

    Values stand above the wires, gradients below; equal arguments give equal bytes. Everything that comes from
    the learner is escaped. `title` is what a screen reader says for the picture.
    """
    width, height = ground(layout)
    whole = layout.window(0, 0, layout.width, layout.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{MONO}" font-size="{FONT}" text-anchor="middle">',
        f"<title>{escaped(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{width}" height="{height}" rx="8" fill="none"/>',
    ]
    lines += _wires(layout, marks)
    for node in whole.nodes:
        lines += _box(layout, node, marks)
    for stub in whole.stubs:
        kind = "output" if stub.kind == "output" else "stub"
        style = "" if kind == "output" else ' font-style="italic"'
        lines.append(_text(stub.x, stub.y, layout.stub_text(stub), kind, PLAIN, style))
    lines += map(_label, labels(layout, whole.nodes, marks))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _wires(layout: Layout, marks: Marks) -> list[str]:
    active = active_lines(layout, marks)
    lines = [line for edge in range(len(layout.edges)) for line in layout.wire(edge)]
    if layout.output is not None:
        lines.append(layout.output_wire())
    # Wires of one node share lines: each is drawn once. What is at work comes behind them, and so on top of what it crosses.
    quiet = [line for line in dict.fromkeys(lines) if line not in set(active)]
    parts = [f'<g class="wires" fill="none" stroke="{PLAIN}" stroke-width="1.5">']
    for line in quiet:
        parts += _wire(layout, line, PLAIN)
    parts += [f'<circle cx="{column(x):g}" cy="{row(y):g}" r="3" fill="{PLAIN}" stroke="none"/>' for x, y in layout.branches()]
    parts.append("</g>")
    if active:
        parts.append(f'<g class="wires active" fill="none" stroke="{ACTIVE}" stroke-width="3">')
        for line in active:
            parts += _wire(layout, line, ACTIVE, backward=marks.backward)
        parts.append("</g>")
    return parts


def _wire(layout: Layout, line: Sequence[tuple[int, int]], colour: str, *, backward: bool = False) -> list[str]:
    """A wire with rounded corners, and an arrow head where it ends in a box or before the text of a stub, or where it begins."""
    points, tip = pointed(layout, line)
    head = f"M{tip:g} {points[-1][1]:g}l-{HEAD} -4.5v9z"
    if backward:
        (start, y), (_, end_row) = points[0], points[-1]
        head = f"M{start:g} {y:g}l{HEAD} -4.5v9z"
        points[-1] = (tip, end_row)
    path = rounded(points, gap(layout, line[0]))
    return [f'<path d="{path}"/>', f'<path class="head" d="{head}" fill="{colour}" stroke="none"/>']


def rounded(points: Sequence[tuple[float, float]], gap: tuple[float, float, float] | None) -> str:
    """The path of a wire through its corners, which lets the shape through that is set into it."""
    steps = [f"M{points[0][0]:g} {points[0][1]:g}"]
    if gap is not None:
        # A move in the middle of a path lifts the pen.
        steps += [f"H{gap[0]:g}", f"M{gap[1]:g} {gap[2]:g}"]
    for (x, y), (corner_x, corner_y), (to_x, to_y) in zip(points, points[1:], points[2:], strict=False):
        near = _towards(corner_x, corner_y, x, y)
        far = _towards(corner_x, corner_y, to_x, to_y)
        steps.append(f"L{near[0]:g} {near[1]:g}Q{corner_x:g} {corner_y:g} {far[0]:g} {far[1]:g}")
    return "".join([*steps, f"L{points[-1][0]:g} {points[-1][1]:g}"])


def _towards(x: float, y: float, to_x: float, to_y: float) -> tuple[float, float]:
    """Where a bend at (x, y) begins, on the way to the next corner in the same row or column."""
    length = abs(to_x - x) + abs(to_y - y)
    # Half of a short run at most, or the bends at its two ends would overlap.
    part = min(BEND, length / 2) / length
    return x + (to_x - x) * part, y + (to_y - y) * part


def _box(layout: Layout, node: int, marks: Marks) -> list[str]:
    place = frame(layout, node)
    left, top, right, bottom, corner = place[:5]
    classes = ["box"]
    stroke = PLAIN
    if node == marks.active:
        classes.append("active")
        stroke = ACTIVE
    if node == marks.selected:
        classes.append("selected")
    if node in marks.pending:
        classes.append("pending")
    dash = ' stroke-dasharray="4 3"' if node in marks.pending else ""
    parts = [
        f'<g class="{" ".join(classes)}" fill="none" stroke-width="1.5">',
        _rect(left, top, right, bottom, corner, stroke, dash),
    ]
    if node == marks.active:
        parts.append(_rect(left + 3, top + 3, right - 3, bottom - 3, max(corner - 3, 1), stroke, ' class="rim"'))
    if node == marks.selected:
        parts.append(_rect(left - 4, top - 4, right + 4, bottom + 4, corner + 4, SELECTED, ' class="rim" stroke-dasharray="3 3"'))
    parts.append(_at(place.centre, place.middle, layout.boxes[node].label, "label", PLAIN))
    if place.name:
        parts.append(_at(place.centre, place.below, place.name, "name", PLAIN, SMALL, ' font-style="italic"'))
    if node in marks.breakpoints:
        parts.append(f'<circle cx="{left:g}" cy="{top:g}" r="5" fill="{RED}"/>')
    parts.append("</g>")
    return parts


def _rect(left: float, top: float, right: float, bottom: float, corner: float, stroke: str, more: str = "") -> str:
    return (
        f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}" rx="{corner:g}" '
        f'stroke="{stroke}"{more}/>'
    )


def _label(written: Label) -> str:
    kind, colour, size = _INKS[written.kind]
    return _at(written.x, written.y, written.text, kind, colour, size, f' text-anchor="{written.end}"')


def label(y: float, *, small: bool) -> float:
    """The baseline of a text whose middle is at a height."""
    return y + BASELINE * (SMALL if small else FONT)


def _text(x: int, y: int, text: str, kind: str, colour: str, more: str = "") -> str:
    """A text that begins in a cell."""
    return _at(column(x - 0.5), row(y), text, kind, colour, more=f' text-anchor="start"{more}')


def _at(x: float, y: float, text: str, kind: str, colour: str, size: int = FONT, more: str = "") -> str:
    """A text whose middle, or whose beginning when `more` says so, is at a point."""
    sized = "" if size == FONT else f' font-size="{size}"'
    return (
        f'<text class="{kind}" x="{x:g}" y="{label(y, small=size == SMALL):g}" fill="{colour}" stroke="none"{sized}{more}>'
        f"{escaped(text)}</text>"
    )


def short(number: float) -> str:
    """A coordinate with two decimals at most."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def escaped(text: str) -> str:
    """Text for XML; control characters, which XML forbids, are shown as `·`."""
    # The ampersand first: the others are replaced by what begins with one.
    return without_controls(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
