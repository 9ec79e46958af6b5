"""Calls and repetitions in the debugger: stepped over as one, opened, closed, found again, and drawn as one box."""

from __future__ import annotations

import random

import numpy as np
import pytest

from graphstep.debugger.calls import call_names
from graphstep.debugger.facts import CallClosed, CallOpened, Moved, NoComposite, notice
from graphstep.debugger.frames import at_position, position_of
from graphstep.debugger.saved import from_json, to_json
from graphstep.debugger.session import Command, perform
from graphstep.debugger.state import State
from graphstep.engine.calls import around, closed_at, extent, frame_at, open_at, outermost_at, steps_of_frame
from graphstep.engine.trace import Trace, trace
from graphstep.faces import export
from graphstep.faces.drawing.diagram import diagram, marks
from graphstep.faces.drawing.folded import count_of_boxes, folded, shown
from graphstep.faces.replies import crumbs
from graphstep.language.read import read
from graphstep.language.rewrite import read_program
from graphstep.telling.calls import call_title, explain_within
from tests.cases import each
from tests.debugger.performing import do, reply_to
from tests.language.read.test_functions import written

CELL = "def cell(h, c) = { g = sigmoid(h*c); (g*h, g + c) }\nh = h0; c = c0; repeat 3 { h, c = cell(h, c) }\nh*c"


def run_of(text: str, **inputs: float) -> Trace:
    return trace(read(text, inputs), inputs)


@pytest.fixture(scope="module")
def cells() -> Trace:
    return run_of(CELL, h0=1.0, c0=2.0)


def test_a_repetition_is_stepped_over_as_one_either_way(cells: Trace) -> None:
    state, places = State(cells), []
    while state.at < len(cells):
        state = do(state, "step")
        places.append(state.at)
    assert places == [12, 13, 14, 15, 16, 46]
    back = [state.at]
    while state.at:
        state = do(state, "back")
        back.append(state.at)
    assert back == [46, 16, 15, 14, 13, 12, 0]
    assert do(State(cells), "over").at == 12


def test_it_is_opened_level_by_level_and_left_again(cells: Trace) -> None:
    state = do(State(cells), "into")
    assert (state.at, crumbs(state)) == (4, "f › repeat, 3 turns")
    assert do(state, "step").at == 8
    state = do(state, "into")
    assert crumbs(state) == "f › repeat, 3 turns › turn 1 of 3"
    state = do(state, "into")
    assert (state.at, crumbs(state)) == (1, "f › repeat, 3 turns › turn 1 of 3 › cell")
    assert do(state, "step", "step", "step").at == 4
    # From its end a step leads on around it, over what follows as one.
    assert do(state, "step", "step", "step", "step").at == 8
    assert reply_to(state, "out").facts == (CallClosed(3), Moved(1, 4))
    state = do(state, "out")
    assert (state.at, call_names(state)) == (4, [1, 2])
    assert do(state, "out", "out").at == 12
    assert reply_to(do(state, "out", "out"), "into").facts == (CallOpened(1), Moved(12, 4))
    assert reply_to(State(cells), "out").facts == (notice("reply-nothing-open"),)


def test_on_the_way_back_its_own_steps_are_opened(cells: Trace) -> None:
    state = do(State(cells), ("jump", 16), "into", "into", "into")
    assert cells.gate_at(state.at) == 13
    assert do(State(cells), "last").at == len(cells)
    assert reply_to(State(run_of("x*y", x=1.0, y=2.0)), "into").facts == (NoComposite(),)


def test_a_step_inside_opens_what_is_around_it(cells: Trace) -> None:
    for n in range(len(cells) + 1):
        state = do(State(cells), ("jump", n)) if n else State(cells)
        assert state.within == outermost_at(cells, n)
        assert at_position(State(cells), position_of(state)) == state


def test_positions_of_what_is_open_lead_back(cells: Trace) -> None:
    state = do(State(cells), "into", "into")
    assert position_of(state) == "4/repeat.1/4"
    assert at_position(State(cells), "4/repeat.1/4") == state
    assert at_position(State(cells), "12/repeat/4").at == 4
    assert at_position(State(cells), "0/repeat/1/repeat.1/1/cell/2").at == 2
    assert from_json(to_json(state)) == state


def test_breakpoints_inside_stop_and_survive(cells: Trace) -> None:
    state = do(State(cells), ("break_at", "g.2"))
    state = do(state, "continue")
    assert (state.at, crumbs(state)) == (6, "f › repeat, 3 turns › turn 2 of 3 › cell")
    assert do(state, "out", "out", "out").nodes == state.nodes
    assert do(state, "first", "continue").at == 6


def test_what_is_told_of_a_call_is_what_leaves_it(cells: Trace) -> None:
    told = explain_within(cells, 12, 0)
    assert told.title == "repeat, 3 turns computes h⟨3⟩ and c⟨3⟩"
    assert "h⟨3⟩ = 0.7813 and c⟨3⟩ = 4.765" in told.why
    told = explain_within(cells, 46, 0)
    assert told.title == "repeat, 3 turns sends to h0 and c0"
    assert "df/dh0 = 6.808 and df/dc0 = 2.035" in told.why
    assert call_title(cells, 2) == "turn 1 of 3"
    assert explain_within(cells, 12, 8).title == "+ computes c⟨3⟩"


def test_a_closed_call_is_one_box_and_every_number_drawn_is_that_of_the_run(cells: Trace) -> None:
    drawn = folded(cells, 0)
    assert [box.label for box in drawn.boxes] == ["h0", "c0", "repeat 3", "h⟨3⟩", "c⟨3⟩", "×"]
    assert drawn.whole
    written_on = marks(cells, drawn, len(cells))
    assert drawn.box_of[3] not in written_on.values
    assert written_on.values[drawn.box_of[12]] == "0.7813"
    one = run_of("def f(a) = sin(a)*a; f(x) + f(y)*x", x=2.0, y=3.0)
    assert [box.label for box in folded(one, 0).boxes] == ["x", "y", "f⟨1⟩", "f⟨2⟩", "×", "+"]
    assert [box.label for box in folded(one, 1).boxes] == ["x", "y", "sin", "×", "f⟨2⟩", "×", "+"]
    # x is read twice inside f and once outside: what comes through f is one number on one wire.
    final = marks(one, folded(one, 0), len(one))
    assert len(final.contributions) == 3
    assert final.contributions[folded(one, 0).edge_of[2, 0]] == f"{sum(w.contribution for w in one.arrivals(0)[1:]):.5f}"


def test_a_document_of_a_large_program_draws_its_calls_as_boxes() -> None:
    run = run_of("def f(a) = { b = sin(a); (b, a*b) }; h = x; c = x; repeat 80 { h, c = f(h) }; h + c", x=0.5)
    picture = shown(run, len(run))
    assert [box.label for box in picture.boxes] == ["x", "repeat 80", "h⟨80⟩", "c⟨80⟩", "+"]
    text = "".join(export.exporter("md").export(run))
    assert "The program has 161 gates. Calls and repetitions are drawn as one box each: 5 boxes in all." in text
    assert text.count('"repeat 80"') == 1


@each("seed", range(20))
def test_in_random_programs_every_walk_ends_and_every_drawing_has_all(seed: int) -> None:
    text, _ = written(seed)
    run = run_of(text, x1=0.4, x2=-0.3)
    program, choose = run.program, random.Random(seed)
    for frame in range(1, len(program.frames)):
        assert {*program.gates_of_frames[frame]} == {
            index for index, node in enumerate(program.nodes) if frame in around(run, node.frame) and node.rule is not None
        }
        for backward in (False, True):
            steps = steps_of_frame(run, frame, backward=backward)
            assert all(frame in around(run, frame_at(run, n)) for n in steps)
        drawn = folded(run, frame)
        assert {*drawn.box_of} == set(range(len(program.nodes)))
        assert all(edge.source < edge.target for edge in drawn.edges)
        assert len(drawn.boxes) == count_of_boxes(program, frame)
    assert len(folded(run, 0, program.output).boxes) <= len(diagram(run).boxes)
    state, visited = State(run), [0]
    while state.frames or state.at < len(run):
        name = choose.choice(["step", "step", "into", "out", "over"])
        after, reply = perform(state, Command(name))
        here = after.trace
        assert after.within == open_at(here, after.at, after.within), (name, state.at, state.within)
        closed = closed_at(here, after.at, after.within)
        assert not closed or after.at == extent(here, closed, after.at).stop - 1
        assert explain_within(here, after.at, after.within).title
        if name in ("step", "over") and not (state.frames or after.frames):
            assert after.at > state.at, reply
        state = after
        visited.append(state.at)
        assert len(visited) < 200 * len(run)
    while state.at:
        before, state = state, do(state, "back")
        assert state.at < before.at


@each("way", ["share", "expand", "fold"])
@each("seed", range(6))
def test_a_rewritten_program_keeps_its_calls_together(seed: int, way: str) -> None:
    program = read_program(written(seed)[0], **{way: True})
    run = trace(program, {"x1": 0.4, "x2": -0.3})
    for frame in range(1, len(program.frames)):
        inside = {i for i, node in enumerate(program.nodes) if node.rule and frame in around(run, node.frame)}
        assert {*program.gates_of_frames[frame]} == inside
        drawn = folded(run, frame)
        assert {*drawn.box_of} == set(range(len(program.nodes)))
    assert do(State(run), "step", "step", "last").at == len(run)


def test_an_input_that_a_repetition_counts_by_keeps_its_shape() -> None:
    values = {"x": np.array([1.0, 2.0]), "w": 0.5}
    run = trace(read("h = w; repeat t in 0:len(x) { h = h*x[t] }; h", values), values)
    state, reply = perform(State(run), Command("edit", "x=[1, 2, 3]"))
    assert (reply.status, state.trace.output) == ("failed", 1.0)
    assert do(State(run), ("edit", "x=[3, 4]")).trace.output == 6.0
