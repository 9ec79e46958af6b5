"""From a run to a drawing: which boxes, which wires, and what is written on them at a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import graphstep as gs
from graphstep.engine.trace import Trace, trace
from graphstep.faces.drawing.diagram import DIGEST, NEARBY, centre_of, diagram, marks, nearby, settled
from graphstep.faces.drawing.digest import MORE, digest
from graphstep.faces.drawing.folded import _Folding, count_of_boxes, folded, shown
from graphstep.faces.drawing.layout import cell_width
from graphstep.faces.drawing.text import draw, text_of
from graphstep.ground.numerals import numeral
from graphstep.language.read import read
from graphstep.telling.document import WHOLE
from tests.cases import each
from tests.effort import effort, grows_with
from tests.programs import seeded

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from graphstep.ground.arrays import Number


def run(text: str, **inputs: Number) -> Trace:
    return trace(read(text), inputs)


LECTURE = run("(x+y)*z", x=-2.0, y=5.0, z=-4.0)


def chain(gates: int) -> Trace:
    """A chain of products in which one input is read by every gate."""
    text = ";".join(["a0=x*w", *(f"a{i}=a{i - 1}*w" for i in range(1, gates))])
    return run(text, x=0.999, w=1.0001)


def test_boxes_and_wires_follow_the_program() -> None:
    drawn = diagram(LECTURE)
    assert [(box.label, box.ports) for box in drawn.boxes] == [("x", 0), ("y", 0), ("z", 0), ("+", 2), ("×", 2)]
    assert [(edge.source, edge.target, edge.port) for edge in drawn.edges] == [(0, 3, 0), (1, 3, 1), (3, 4, 0), (2, 4, 1)]
    assert drawn.output == 4
    assert drawn.whole


def test_a_node_that_is_read_twice_has_two_wires() -> None:
    drawn = diagram(read("x*x"))
    assert [(edge.source, edge.target, edge.port) for edge in drawn.edges] == [(0, 1, 0), (0, 1, 1)]


def test_constants_stand_in_their_box_and_have_no_wire() -> None:
    drawn = diagram(read("3*x + 2*4"))
    assert [(box.label, box.ports) for box in drawn.boxes] == [("x", 0), ("×3", 1), ("2×4", 0), ("+", 2)]


def test_wires_enter_the_port_of_their_operand_whatever_constants_stand_between() -> None:
    drawn = diagram(read("max(x, 3, y)"))
    assert drawn.boxes[-1].ports == 2
    assert drawn.edge_of == {(2, 0): 0, (2, 2): 1}


def test_a_box_is_called_what_formulas_call_its_node() -> None:
    program = read("q = x + y; g = q*long_name_of_an_input + q; g*g*x")
    names = [box.name for box in diagram(program).boxes]
    #        x    y    long_name_of_an_input      q    ×     g    g*g  ×
    assert names == ["x", "y", "long_name_of_an_input", "q", "u1", "g", "", "f"]


def test_a_program_without_values_is_drawn_without_room_for_them() -> None:
    assert {box.label_width for box in diagram(read("x*y + z")).boxes} == {0}


@each("seed", range(25))
def test_stepping_never_needs_more_room_than_was_kept(seed: int) -> None:
    case = seeded(seed)
    made = trace(read(case.text), case.inputs)
    drawn = diagram(made)
    for at in range(len(made) + 1):
        written = marks(made, drawn, at)
        for texts in (written.values, written.gradients):
            for box, text in texts.items():
                assert cell_width(text) <= drawn.boxes[box].label_width
        for edge, text in written.contributions.items():
            assert cell_width(text) <= drawn.boxes[drawn.edges[edge].source].label_width


def test_values_and_gradients_appear_with_their_steps() -> None:
    drawn = diagram(LECTURE)
    at_start = marks(LECTURE, drawn, 0)
    assert at_start.values == {0: "-2", 1: "5", 2: "-4"}
    assert at_start.pending == {3, 4}
    assert (at_start.active, at_start.active_edges, at_start.changed) == (None, frozenset(), frozenset())

    added = marks(LECTURE, drawn, 1)
    assert added.values[3] == "3"
    assert (added.active, added.active_edges, added.changed) == (3, {0, 1}, {3})

    seed = marks(LECTURE, drawn, 3)
    assert seed.gradients == {4: "1"}
    assert (seed.active, seed.active_edges) == (4, frozenset())

    sent = marks(LECTURE, drawn, 4)
    assert sent.gradients == {4: "1", 3: "-4"}
    assert (sent.active, sent.active_edges, sent.changed) == (4, {2}, {3})


def test_a_fork_shows_its_contributions_and_a_sum_in_the_making() -> None:
    made = run("x*x", x=3.0)
    drawn = diagram(made)
    first, second, summed = (marks(made, drawn, n) for n in (3, 4, 5))
    assert (first.gradients[0], first.contributions) == (f"3{MORE}", {0: "3"})
    assert (second.gradients[0], second.contributions) == ("6", {0: "3", 1: "3"})
    assert (summed.active, summed.active_edges, summed.changed) == (0, {0, 1}, {0})


def test_constants_get_no_gradient_and_what_is_not_used_gets_zero() -> None:
    made = run("q = 2*3; r = y*y; q*x", x=1.0, y=5.0)
    drawn = diagram(made)
    written = marks(made, drawn, len(made))
    by_label = {made.program.label(index): written.gradients.get(box) for box, index in enumerate(drawn.nodes)}
    assert by_label["2*3"] is None
    assert by_label["y"] == "0"
    assert by_label["x"] == "6"


def test_selection_and_breakpoints_are_nodes_of_the_program() -> None:
    part = diagram(LECTURE, [2, 3, 4])
    written = marks(LECTURE, part, 4, selected=3, breakpoints=[0, 4])
    assert written.selected == part.box_of[3] == 1
    assert written.breakpoints == {part.box_of[4]}, "the breakpoint outside the part is not drawn"


def test_a_part_keeps_open_ports_and_the_marks_inside_it() -> None:
    part = diagram(LECTURE, [4, 3])
    assert part.nodes == (3, 4)
    assert not part.whole
    assert [box.ports for box in part.boxes] == [2, 2]
    assert part.edge_of == {(4, 0): 0}
    written = marks(LECTURE, part, 4)
    assert (written.active, written.active_edges) == (1, {0})
    assert marks(LECTURE, part, 5).active_edges == frozenset(), "the wire to z is outside"
    assert text_of(draw(part.arrange(), written))


def test_marks_of_some_boxes_are_the_same_as_among_all() -> None:
    drawn = diagram(LECTURE)
    whole, some = marks(LECTURE, drawn, 7), marks(LECTURE, drawn, 7, boxes=[1, 3])
    assert some.values == {box: whole.values[box] for box in (1, 3)}
    assert some.gradients == {box: whole.gradients[box] for box in (1, 3)}


def test_the_drawing_is_about_the_gate_at_work() -> None:
    assert [LECTURE.program.label(centre_of(LECTURE, n)) for n in (0, 1, 2, 4, 7)] == [
        "(x+y)*z",
        "x+y",
        "(x+y)*z",
        "(x+y)*z",
        "x+y",
    ]


def test_a_finished_document_has_no_active_step() -> None:
    drawn = diagram(LECTURE)
    assert settled(LECTURE, drawn, 7).active is None
    assert settled(LECTURE, drawn, 6).active == 3


def test_a_neighbourhood_does_not_lead_through_a_hub() -> None:
    made = chain(400)
    weight, middle = made.program.names["w"], made.program.names["a200"]
    near = nearby(made.program, middle, 21)
    assert weight in near
    assert [index - middle for index in near if index != weight] == list(range(-10, 10))
    assert len(nearby(made.program, weight, 21)) == 21, "seen from the hub itself, its consumers are its neighbours"


def test_documents_draw_small_programs_whole_and_a_part_of_large_ones() -> None:
    assert shown(chain(WHOLE), 0).whole
    large = chain(WHOLE + 1)
    assert len(shown(large, 0).nodes) == NEARBY
    assert large.program.output in shown(large, len(large)).nodes
    assert centre_of(large, 40) in shown(large, 40).nodes


def test_a_part_of_a_large_program_is_drawn_with_as_much_work_as_of_a_small_one() -> None:
    def work(size: int) -> Callable[[], object]:
        made = chain(size)
        nearby(made.program, 0)  # who reads whom is looked up once for a program

        def draw() -> None:
            for at in range(len(made) - 20, len(made)):
                marks(made, diagram(made, nearby(made.program, centre_of(made, at))), at)

        return draw

    assert grows_with(1_500, work) < 1.05


def test_gradients_are_written_as_everywhere() -> None:
    made = run("x/3", x=1.0)
    written = marks(made, diagram(made), len(made))
    assert written.gradients[0] == numeral(1 / 3) == "0.3333"


# -- arrays ----------------------------------------------------------------------------------------------------------------------

BATCH = run("h = x*W + b; mean(relu(h))", x=2.0, W=np.array([[1.0, -2.0, 0.0], [0.5, 3.0, -1.0]]), b=np.array([1.0, 0.0, 1.0]))


def test_every_wire_of_an_array_carries_its_shape() -> None:
    drawn = diagram(BATCH)
    shapes = {box.name or box.label: box.on_wire for box in drawn.boxes}
    assert shapes == {"x": "", "W": "2×3", "b": "3", "copy to 2×3": "2×3", "×": "2×3", "h": "2×3", "relu": "2×3", "f": ""}
    for density in ("roomy", "compact"):
        text = text_of(draw(drawn.arrange(density), marks(BATCH, drawn, len(BATCH))))
        assert text.count("2×3─") == 6
        assert text.count("─3─") == 1


def test_a_drawing_of_arrays_has_the_same_size_at_every_step() -> None:
    drawn = diagram(BATCH)
    for density in ("roomy", "compact"):
        placed = drawn.arrange(density)
        bare = [line.count("×") for line in text_of(draw(placed)).splitlines()]
        for at in range(len(BATCH) + 1):
            written = marks(BATCH, drawn, at)
            for box, text in (*written.values.items(), *written.gradients.items()):
                assert cell_width(text) <= drawn.boxes[box].label_width
            assert [line.count("×") for line in text_of(draw(placed, written)).splitlines()] == bare


@each(
    ("value", "text"),
    [
        (1 / 3, "0.3333"),
        ([0.2, 0.4], "[0.2, 0.4]"),
        ([[1.0, 2.0]], "[[1, 2]]"),
        ([-1.2346, 2.3456], "[-1.235, 2.346]"),
        ([-1.2346, -2.3456], "[-1.23, -2.35]"),
        ([-1.2345, 2.3456, 0.1234], "-1.23…2.35"),
        ([[1.0, 2.0], [3.0, 4.0]], "1…4"),
        (np.linspace(-1, 1 / 3, 50), "-1…0.333"),
        (np.zeros((64, 10)), "all 0"),
        (1 + np.linspace(0, 1e-9, 50), "all ≈ 1"),
        (np.zeros((0, 3)), "no cells"),
        ([1.0] * 20 + [np.nan] * 3, "3 nan"),
        ([-np.inf, *np.linspace(0, 1, 9)], "-inf…1"),
        (np.linspace(-1.234e-100, 5.678e-100, 9), "|·| ≤ 6e-100"),
        # A bound is rounded up.
        (np.linspace(-1.234e-100, 5.432e-100, 9), "|·| ≤ 6e-100"),
        (np.linspace(-1.234e-5, 5.678e-5, 9), "-1e-5…6e-5"),
    ],
)
def test_an_array_is_told_in_the_room_of_a_wire(value: object, text: str) -> None:
    found = digest(value if isinstance(value, float) else np.asarray(value))
    assert found == text
    assert cell_width(found) <= DIGEST


def test_the_cells_of_a_run_are_looked_through_once() -> None:
    # Every key draws them again.
    runs = [run("sum(2*x)", x=np.linspace(low, 1.0, 1000)) for low in (-1.0, 0.25)]
    assert effort(lambda: digest(runs[0].value_of(0))) > effort(lambda: digest(runs[0].value_of(0)))
    assert [digest(one.value_of(index)) for one in runs for index in (0, 1)] == ["-1…1", "-2…2", "0.25…1", "0.5…2"]
    assert digest(np.linspace(-3, 3, 9)) == "-3…3"
    assert digest(runs[1].value_of(0)) == "0.25…1"


@each("seed", range(40))
def test_no_digest_is_wider_than_its_room(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    array = numbers.normal(size=numbers.integers(1, 40)) * 10.0 ** numbers.integers(-300, 300)
    assert cell_width(digest(array)) <= DIGEST


def test_a_fork_of_arrays_has_room_for_its_sum_in_the_making() -> None:
    made = run("sum(x*x + x)", x=np.linspace(-1.2345, 2.3456, 12))
    drawn = diagram(made)
    x = drawn.box_of[0]
    texts = {marks(made, drawn, at).gradients.get(x, "") for at in range(len(made) + 1)}
    assert any(text.endswith(MORE) for text in texts)
    assert max(map(cell_width, texts)) <= drawn.boxes[x].label_width == DIGEST + len(MORE)


def test_boxes_of_calls_are_counted_and_drawn_from_one_folding(monkeypatch: pytest.MonkeyPatch) -> None:
    run = gs.run("def f(a) = a*a + sin(a); h = x; repeat 3 { h = f(h) - 0.5 }; h*h", x=0.7).trace
    foldings: list[int] = []
    make = _Folding.__init__

    def counted(folding: _Folding, *arguments: Any) -> None:
        foldings.append(1)
        make(folding, *arguments)

    monkeypatch.setattr(_Folding, "__init__", counted)
    assert count_of_boxes(run.program, 0) == len(folded(run, 0).boxes)
    # A window that is opened asks for several sizes: of 70,000 gates each folding takes as long as two keys.
    folded(run, 0, run.program.output)
    assert len(foldings) == 1
