"""The drawing of graphs in box characters: golden frames, shapes that mark a step, and windows that cut out exactly."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.faces.drawing.layout import Box, Density, Edge, Layout, arrange, cell_width
from graphstep.faces.drawing.text import BOTH, LINES, Marks, draw, text_of
from tests.cases import each
from tests.faces.drawing.layout.test_layout import DENSITIES, graphs
from tests.graphs import BUILDERS, product_of_sum, square

VALUES: dict[str, tuple[list[str], list[str]]] = {
    "square": (["3", "9"], ["6", "1"]),
    "product-of-sum": (["-2", "5", "-4", "3", "-12"], ["-4", "-4", "3", "-4", "1"]),
    "neuron": (
        ["2", "-1", "-3", "-2", "-3", "-2", "6", "4", "1", "-1", "0.3679", "1.3679", "0.7311"],
        [
            "-0.197",
            "0.3932",
            "-0.393",
            "-0.59",
            "0.1966",
            "0.1966",
            "0.1966",
            "0.1966",
            "0.1966",
            "-0.197",
            "-0.534",
            "-0.534",
            "1",
        ],
    ),
    "maximum": (["3", "-4", "2", "-1", "-12", "2", "-10", "-20"], ["-8", "6", "2", "0", "2", "2", "2", "1"]),
    "fork": (["1", "-1", "0", "1", "0", "-1"], ["1", "2", "1", "0", "1", "1"]),
    "far": (["1"] * 10, []),
}
"""By graph: values and gradients, in the order of the nodes."""


def frame(name: str, density: Density) -> str:
    """A lecture graph with all its values and gradients, its last gate active."""
    boxes, edges = BUILDERS[name]()
    values, gradients = VALUES[name]
    layout = arrange(boxes, edges, density=density, output=len(boxes) - 1)
    contributions = {0: "3", 1: "3"} if name == "square" else {}
    marks = Marks(
        dict(enumerate(values)), dict(enumerate(gradients)), contributions,
        active=len(boxes) - 1, active_edges=frozenset([len(edges) - 1]),
    )  # fmt: skip
    return text_of(draw(layout, marks))


@each("density", DENSITIES)
@each("name", VALUES)
def test_the_lecture_graphs_look_like_their_golden_frames(name: str, density: Density, golden) -> None:
    golden(f"drawing/{name}-{density}.txt", frame(name, density))


def test_each_sum_of_arms_is_the_character_that_unicode_names_so() -> None:
    directions = {"UP": (1,), "RIGHT": (3,), "DOWN": (9,), "LEFT": (27,), "HORIZONTAL": (3, 27), "VERTICAL": (1, 9)}
    named = {0: " "}
    for code in range(0x2500, 0x2580):
        words = unicodedata.name(chr(code)).removeprefix("BOX DRAWINGS ").replace(" AND ", " ").split()
        weights = [word for word in words if word in ("LIGHT", "HEAVY")]
        if set(words) - set(weights) - set(directions):
            continue
        total, waiting, weight = 0, [], 0
        leading = words[0] in ("LIGHT", "HEAVY")
        for word in words:
            if word in directions:
                waiting.append(word)
            if word in ("LIGHT", "HEAVY"):
                weight = 1 if word == "LIGHT" else 2
            if leading or word not in directions:
                total += weight * sum(arm for each in waiting for arm in directions[each])
                waiting = []
        named[total] = chr(code)
    assert "".join(named[total] for total in range(81)) == LINES


def drawn(marks: Marks, density: Density = "roomy") -> str:
    return text_of(draw(arrange(*product_of_sum(), density=density, output=4), marks))


def test_the_active_gate_the_selected_one_and_both_differ_in_shape() -> None:
    plain, active, selected = drawn(Marks()), drawn(Marks(active=4)), drawn(Marks(selected=4))
    both = drawn(Marks(active=4, selected=4))
    assert len({plain, active, selected, both}) == 4
    assert "╔═════╗" in active
    assert "┏━━━━━┓" in selected
    assert f"{BOTH.corners[0]}═════{BOTH.corners[1]}" in both


@each("density", DENSITIES)
def test_a_compact_box_and_a_roomy_one_show_every_mark_in_their_shape(density: Density) -> None:
    boxes = [Box("x", 0, 4, "x"), Box("exp", 1, 4, "e"), Box("max", 3, 4)]
    layout = arrange(boxes, [Edge(0, 1, 0), *(Edge(1, 2, port) for port in range(3))], density=density)
    for node in (1, 2):
        shown = {
            text_of(draw(layout, marks))
            for marks in (
                Marks(),
                Marks(active=node),
                Marks(selected=node),
                Marks(active=node, selected=node),
                Marks(breakpoints=frozenset([node])),
            )
        }
        assert len(shown) == 5


@each("density", ["roomy", "compact"])
@each("sign", ["●", "▲"])
def test_a_mark_at_a_node_takes_one_cell_and_hides_no_name(density: Density, sign: str) -> None:
    boxes = [Box("weight", 0, 4), Box("exp", 1, 4, "e"), Box("max", 3, 4)]
    layout = arrange(boxes, [Edge(0, 1, 0), *(Edge(1, 2, port) for port in range(3))], density=density)
    every = frozenset(range(3))
    marks = Marks(breakpoints=every) if sign == "●" else Marks(flagged=every)
    before, after = text_of(draw(layout)), text_of(draw(layout, marks))
    assert [b for a, b in zip(before, after, strict=True) if a != b] == [sign] * 3
    for label in ("weight", "exp", "max"):
        assert label in after


def test_an_active_wire_is_heavy_from_end_to_end() -> None:
    text = drawn(Marks(active_edges=frozenset([0])))
    assert "├━" in text
    assert "━▸│" in text
    assert not set("┃━┓┗") & set(drawn(Marks()))


def test_on_the_way_back_the_arrow_head_of_the_active_wire_turns_round() -> None:
    layout = arrange(*product_of_sum(), output=4, room=(76, 9))
    forward, back = (text_of(draw(layout, Marks(active_edges=frozenset([2]), backward=way))) for way in (False, True))
    assert [text.count("▸") for text in (forward, back)] == [5, 4]
    assert [text.count("├◂━") for text in (forward, back)] == [0, 1]
    assert "╟◂━" in text_of(draw(layout, Marks(active=4, active_output=True, backward=True)))


def test_a_local_gradient_stands_at_the_port_where_the_wire_has_room() -> None:
    marks = Marks(active_edges=frozenset([2]), backward=True, locals={2: "·-4"})
    assert "━·-4━│" in text_of(draw(arrange(*product_of_sum(), output=4, room=(76, 9)), marks))
    assert "·-4" not in text_of(draw(arrange(*product_of_sum(), output=4, density="compact"), marks))


def test_the_wire_of_the_output_can_be_active() -> None:
    assert "━━▸ f" in drawn(Marks(active_output=True))


def test_values_stand_above_the_wire_and_gradients_below_it() -> None:
    layout = arrange(*product_of_sum(), output=4)
    lines = drawn(Marks({3: "VALUE"}, {3: "GRAD"})).splitlines()
    row = layout.place(3).y + layout.place(3).out
    assert "VALUE" in lines[row - 1]
    assert "├────" in lines[row]
    assert "GRAD" in lines[row + 1]
    assert lines[row - 1].index("VALUE") == lines[row + 1].index("GRAD")


def test_values_never_move_the_drawing() -> None:
    empty = drawn(Marks())
    full = drawn(Marks(dict.fromkeys(range(5), "-12.34"), dict.fromkeys(range(5), "-0.001")))
    kept = [(line.ljust(80), other.ljust(80)) for line, other in zip(empty.splitlines(), full.splitlines(), strict=True)]
    assert all(there == here for line, other in kept for here, there in zip(line, other, strict=True) if here != " ")


def test_a_value_too_wide_for_its_wire_ends_in_an_ellipsis() -> None:
    text = drawn(Marks({0: "-1.23456789e+100"}), density="compact")
    assert "-1.23…" in text


def test_a_name_is_shown_at_its_box_unless_the_label_or_the_arrow_says_it() -> None:
    text = drawn(Marks())
    assert "╰─ q ─╯" in text
    assert text.count("x") == text.count("f") == 1


def test_a_contribution_stands_next_to_the_port_it_enters() -> None:
    lines = text_of(draw(arrange(*square()), Marks(contributions={0: "11", 1: "22"}))).splitlines()
    ports = [number for number, line in enumerate(lines) if "▸│" in line]
    assert ["11" in lines[ports[0] - 1], "22" in lines[ports[1] + 1]] == [True, True]


def test_a_style_says_what_each_piece_is() -> None:
    layout = arrange(*product_of_sum(), output=4)
    marks = Marks({0: "-2", 3: "3"}, {4: "1"}, active=4, active_edges=frozenset([2]), selected=1, breakpoints=frozenset([2]))
    marks = replace(marks, pending=frozenset([3]), changed=frozenset([3]))
    pieces = {(text.strip(), style) for row in draw(layout, marks) for text, style in row}
    assert {
        ("-2", "value"),
        ("3", "value-changed"),
        ("1", "gradient"),
        ("●", "breakpoint"),
        ("f", "output"),
        ("q", "name"),
    } <= pieces
    styles = {style for _, style in pieces}
    assert {"wire", "wire-active", "box", "box-active", "box-selected", "box-pending", "label"} <= styles


def test_marks_take_nothing_on_that_a_layout_does_not_have() -> None:
    assert text_of(draw(arrange([], []), Marks())) == ""
    assert draw(arrange(*square()), Marks(), width=0, height=2) == [[], []]


def cells(layout: Layout, marks: Marks, area: tuple[int, int, int, int]) -> list[list[tuple[str, str]]]:
    """Character and style of every cell of a window."""
    rows: list[list[tuple[str, str]]] = []
    for row in draw(layout, marks, *area):
        found: list[tuple[str, str]] = []
        for text, style in row:
            for character in text:
                if cell_width(character):
                    found += [(character, style if character != " " else "")] + [("", "")] * (cell_width(character) - 1)
        rows.append(found)
    return rows


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from(DENSITIES), st.integers(-3, 60), st.integers(-3, 30), st.integers(1, 50), st.integers(1, 20))
def test_a_window_shows_what_the_whole_drawing_has_there(
    graph: tuple[list[Box], list[Edge]], density: Density, left: int, top: int, width: int, height: int
) -> None:
    boxes, edges = graph
    layout = arrange(boxes, edges, density=density, output=0)
    marks = Marks(
        dict.fromkeys(range(len(boxes)), "1.5"), dict.fromkeys(range(len(boxes)), "-2.25"),
        dict.fromkeys(range(len(edges)), "9"), active=0, active_edges=frozenset(range(0, len(edges), 3)), selected=len(boxes) - 1,
    )  # fmt: skip
    whole = cells(layout, marks, (0, 0, layout.width, layout.height))
    part = cells(layout, marks, (left, top, width, height))
    assert len(part) == height
    for y, row in enumerate(part, top):
        assert len(row) == width
        for x, cell in enumerate(row, left):
            inside = 0 <= y < layout.height and 0 <= x < layout.width
            expected = whole[y][x] if inside else (" ", "")
            cut_in_half = cell_width(expected[0]) == 2 or expected[0] == ""
            assert cell == expected or cut_in_half, (x, y)


def test_a_label_cannot_move_the_cursor() -> None:
    text = text_of(draw(arrange([Box("a\x1b[2J\nb", 0, 4)], []), Marks({0: "\r1"})))
    assert text.isprintable() or set(text) - {"\n"} <= {character for character in text if character.isprintable()}
    assert "a·[2J·b" in text


@each("density", DENSITIES)
def test_a_shape_is_set_into_the_wire_where_it_leaves_its_box(density: Density) -> None:
    boxes = [Box("W", 0, 4, "", "64×100"), Box("x", 0, 4), Box("@", 2, 4, "", "64"), Box("Σ", 1, 4)]
    edges = [Edge(0, 2, 0), Edge(1, 2, 1), Edge(2, 3, 0)]
    layout = arrange(boxes, edges, density=density, output=3)
    for marks in (Marks(), Marks({0: "1", 1: "2"}, {0: "3"}, active=2, active_edges=frozenset([0, 1]))):
        text = text_of(draw(layout, marks))
        wire = "━" if marks.active_edges else "─"
        assert f"{wire}64×100{wire}" in text
        assert "─64─" in text
        assert text.count("64") == 2
    bare = arrange([replace(box, on_wire="") for box in boxes], edges, density=density, output=3)
    assert bare.width <= layout.width
    assert bare.height == layout.height


def test_an_output_that_nothing_reads_carries_no_shape_without_a_wire() -> None:
    layout = arrange([Box("x", 0, 4, "", "2×3")], [], density="compact")
    assert "2×3" not in text_of(draw(layout))
