"""Signs at every pair of two settings, drawn into the room that there is."""

from __future__ import annotations

import re

from graphstep.faces.drawing import grids
from graphstep.telling.document import Grid

SIGNS = "!0+-#x<=·"


def grid(count: int, names: str = "value") -> Grid:
    across = tuple(f"{names}{place}" for place in range(count))
    cells = tuple(tuple(SIGNS[(place + row) % 9] for place in range(count)) for row in range(2))
    return Grid(("down", "across"), ("1", "22"), across, cells, tuple((sign, f"word {sign}") for sign in SIGNS))


def test_text_has_every_sign_and_labels_that_do_not_touch() -> None:
    for count in (1, 2, 9, 30, 60):
        head, first, second, below, legend = grids.rows(grid(count))
        assert head == "down"
        assert re.sub(r"\s", "", first).removeprefix("1") == "".join(grid(count).cells[0])
        assert second.startswith("  22  0")
        labels = below.split()
        assert labels[0] == "value0"
        assert labels[-1] == "across"
        assert set(labels[:-1]) <= set(grid(count).across)
        # A label begins under its own sign.
        step = len(first.rstrip()) if count == 1 else first.index(SIGNS[1]) - first.index(SIGNS[0])
        assert all((below.index(label) - 6) == step * int(label.removeprefix("value")) for label in labels[:-1])
        assert "! word !   0 word 0" in legend
    assert len(max(grids.rows(grid(60))[:4], key=len)) < 80


def test_a_picture_keeps_everything_inside() -> None:
    for count in (1, 9, 60):
        drawn = grids.svg(grid(count, "a long name "))
        width, height = map(float, re.findall(r'width="(\d+)" height="(\d+)" viewBox', drawn)[0])
        for x, y, w in re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', drawn):
            assert float(x) + float(w) <= width
            assert float(y) + grids.ROW <= height
        # Two rows of fields, and the nine signs of the legend.
        assert drawn.count("<rect") == 2 * count + 9
        assert "word &lt;" in drawn
        assert grids.tikz(grid(count), str).count("\\filldraw") == 2 * count + 9
