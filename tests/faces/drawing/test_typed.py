"""The typed text with what stands under it."""

from __future__ import annotations

from graphstep.engine.trace import trace as run
from graphstep.faces.drawing.typed import typed_of
from graphstep.ground.widths import cell_width
from graphstep.language.read import read


def test_a_text_in_wide_letters_is_cut_by_its_cells_around_what_is_at_work() -> None:
    names = ["预测值一", "权重参数甲", "偏置参数乙"]
    trace = run(read(" + ".join(f"{a}*{b}" for a in names for b in names)), dict.fromkeys(names, 2.0))
    for n in (1, len(trace) // 2, len(trace)):
        lines = typed_of(trace.program).lines(trace, n, 40)
        assert all(row[-1].stop <= 40 for row in (lines.typed, lines.values, lines.gradients) if row)
        assert sum(cell_width(piece.text) for piece in lines.typed) == lines.typed[-1].stop > 34
        assert any(piece.style in ("active", "target") for piece in lines.typed)


def test_a_value_without_room_under_its_part_stands_beside_it_and_under_no_other() -> None:
    trace = run(read("sigmoid(w*x+b)"), {"w": 2.0, "x": -1.0, "b": 3.0})
    shown = [[(piece.start, piece.text) for piece in typed_of(trace.program).lines(trace, n, 40).values] for n in (0, 1)]
    # While w*x is computed, x is told by what covers it.
    assert shown == [[(8, "2"), (10, "-1"), (13, "3")], [(8, "-2"), (12, "3")]]
