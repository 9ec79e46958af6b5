"""Signs at every pair of two settings: as rows of text, as SVG, and for LaTeX."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from graphstep.faces.drawing.picture import escaped, short
from graphstep.ground.widths import cell_width
from graphstep.telling.document import Grid

COLUMNS = 64
"""The room of the signs in text."""

WIDTH, ROW, BELOW = 630, 24, 54
"""Pixels of the picture, of a row of fields, and of the labels below."""

LETTER, POINTS = 8.5, 4.5
"""Pixels of a letter, and points of one in LaTeX."""

_INKS = {
    "!": ("#111111", "black!60"), "0": ("#5b3fa8", "violet!50"), "+": ("#e0524a", "red!45"), "-": ("#3b82d6", "blue!40"),
    "#": ("#b07d1e", "orange!55"), "x": ("#767c85", "black!30"), "<": ("#5fb6c9", "cyan!35"), "=": ("#b9a5e0", "violet!20"),
}  # fmt: skip
"""The ink of a sign, in a picture and in LaTeX: middle tones, which show on light and dark. Any other sign has none."""


def rows(grid: Grid) -> list[str]:
    """The grid as text: its first row on top, the other setting below, and a line that says what each sign is."""
    sizes = [cell_width(name) + 1 for name in grid.across]
    # A column is as wide as its label where there is room; else labels are left out (_labelled), and never a sign.
    step = max(1, min(max(sizes), COLUMNS // len(sizes)))
    down, across = grid.titles
    wide = max(map(cell_width, (*grid.down, down)))
    lines = [f"{_right(down, wide)}"]
    lines += [
        f"{_right(name, wide)}  {''.join(sign.ljust(step) for sign in row)}".rstrip()
        for name, row in zip(grid.down, grid.cells, strict=True)
    ]
    below, end = "", 0
    for place in _labelled(sizes, step):
        below += " " * (place * step - end) + grid.across[place]
        end = place * step + cell_width(grid.across[place])
    return [*lines, f"{' ' * wide}  {below}   {across}", f"{' ' * wide}  {'   '.join(map(' '.join, grid.legend))}"]


def _right(text: str, wide: int) -> str:
    return " " * (wide - cell_width(text)) + text


def _labelled(sizes: Sequence[float], step: float, middle: float = 0.0) -> Iterator[int]:
    """The places whose labels have room: the first, and each that begins behind the one before it.

    ``middle`` is the part of a label that stands before its place: half of one that is centred.
    """
    end = -math.inf
    for place, size in enumerate(sizes):
        start = place * step - middle * size
        if start >= end:
            yield place
            end = start + size


def svg(grid: Grid) -> str:
    """The grid as an SVG picture without a style of its own: it may stand in a page."""
    down, across = grid.titles
    left = 16 + LETTER * max(map(cell_width, (*grid.down, down)))
    sizes = [LETTER * (cell_width(name) + 1) for name in grid.across]
    # Half of the last label may stand behind its field.
    # Down to whatever fits: a field may be narrower than a letter, and labels are left out.
    step = min(max(sizes), (WIDTH - left - max(sizes) / 2) / len(sizes))
    right, bottom = left + step * len(grid.across), ROW * (len(grid.down) + 1)
    legend = [*_flowing([LETTER * cell_width(word) + 44 for _, word in grid.legend], WIDTH - left)]
    height = bottom + BELOW + ROW * (legend[-1][1] + 1)

    def text(x: float, y: float, words: str, anchor: str) -> str:
        # The class is for a page, whose style is heard before an attribute.
        place = f'x="{short(x)}" y="{short(y)}" class="{anchor}" text-anchor="{anchor}"'
        return f'<text {place} fill="currentColor">{escaped(words)}</text>'

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="14">',
        f"<title>{escaped(f'{down} × {across}')}</title>",
        text(left - 8, 16, down, "end"),
    ]
    for number, (name, row) in enumerate(zip(grid.down, grid.cells, strict=True)):
        top = ROW * (number + 1)
        lines.append(text(left - 8, top + 17, name, "end"))
        for place, sign in enumerate(row):
            lines.append(_field(left + step * place, top, step, sign))
            lines.append(text(left + step * (place + 0.5), top + 17, sign, "middle"))
    labels = _labelled(sizes, step, 0.5)
    lines += [text(left + step * (place + 0.5), bottom + 17, grid.across[place], "middle") for place in labels]
    lines.append(text((left + right) / 2, bottom + 38, across, "middle"))
    for (sign, word), (x, line) in zip(grid.legend, legend, strict=True):
        start, top = left + x, bottom + BELOW + (ROW + 2) * line - 6
        lines += [_field(start, top, 20, sign), text(start + 10, top + 17, sign, "middle")]
        lines.append(text(start + 26, top + 17, word, "start"))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _flowing(sizes: Sequence[float], room: float) -> Iterator[tuple[float, int]]:
    """Where things stand beside each other, and in which line: what has no room in one begins the next."""
    start, line = 0.0, 0
    for size in sizes:
        if start and start + size > room:
            start, line = 0.0, line + 1
        yield start, line
        start += size


def _field(x: float, y: float, width: float, sign: str) -> str:
    fill, _ = _INKS.get(sign, ("none", ""))
    opacity = "" if fill == "none" else ' fill-opacity="0.45"'
    edge = 'stroke="#767c85" stroke-opacity="0.3"'
    return f'<rect x="{short(x)}" y="{short(y)}" width="{short(width)}" height="{ROW}" fill="{fill}"{opacity} {edge}/>'


def tikz(grid: Grid, escape: Callable[[str], str]) -> str:
    """The grid for LaTeX, in points."""
    drawn = "\n".join(_drawn(grid, escape))
    return f"\\begin{{tikzpicture}}[x=1pt, y=-1pt, font=\\scriptsize]\n{drawn}\n\\end{{tikzpicture}}\n"


def _drawn(grid: Grid, escape: Callable[[str], str]) -> Iterator[str]:
    sizes, high = [POINTS * (cell_width(name) + 1) for name in grid.across], 14
    step = min(max(sizes), 300 / len(sizes))
    down, across = grid.titles

    def field(x: float, y: float, width: float, sign: str) -> str:
        _, ink = _INKS.get(sign, ("", "white"))
        middle = f"({short(x + width / 2)},{short(y + high / 2)})"
        edge = f"\\filldraw[fill={ink}, draw=black!15] ({short(x)},{short(y)}) rectangle +({short(width)},{high});"
        return rf"{edge} \node at {middle} {{{escape(sign)}}};"

    yield rf"\node[left] at (0,{-high / 2:g}) {{{escape(down)}}};"
    for number, (name, row) in enumerate(zip(grid.down, grid.cells, strict=True)):
        yield rf"\node[left] at (0,{high * number + high / 2:g}) {{{escape(name)}}};"
        yield from (field(step * place, high * number, step, sign) for place, sign in enumerate(row))
    bottom = high * len(grid.down)
    for place in _labelled(sizes, step, 0.5):
        yield rf"\node[below] at ({short(step * (place + 0.5))},{bottom}) {{{escape(grid.across[place])}}};"
    yield rf"\node[below right] at ({short(step * len(grid.across))},{bottom}) {{{escape(across)}}};"
    # Under each other: nine words have no room in a line.
    for number, (sign, word) in enumerate(grid.legend):
        top = bottom + 22 + (high + 2) * number
        yield field(0, top, 14, sign)
        yield rf"\node[right] at (16,{top + high / 2:g}) {{{escape(word)}}};"
