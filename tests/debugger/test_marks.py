"""Marks: a letter leads back to a place, whatever was done in between."""

from __future__ import annotations

from graphstep.debugger.facts import NoLetter, NoMark, notice
from graphstep.debugger.frames import position_of
from graphstep.debugger.marks import position_text
from graphstep.debugger.saved import from_json, to_json
from graphstep.debugger.session import Command, perform
from tests.debugger.performing import do
from tests.debugger.test_session import start


def test_a_letter_leads_back_and_the_sign_itself_to_where_one_came_from() -> None:
    state = do(start("lecture"), ("jump", 4), ("mark", "a"), ("jump", 2), ("mark", "b"), "last")
    last = state.at
    for letter, step in (("a", 4), ("'", last), ("'", 4), ("b", 2), ("'", 4)):
        state = do(state, ("to_mark", letter))
        assert state.at == step, letter
    assert from_json(to_json(state)) == state


def test_a_mark_keeps_the_gates_that_are_open_through_edits_and_other_shapes() -> None:
    state = do(start("arrays"), ("edit", "y=ones(2, 3)"), "last")
    gate = next(i for i, node in enumerate(state.trace.program.nodes) if node.gate == "sigmoid")
    state = do(state, ("into", gate), "step", "step", ("mark", "p"), "out", "first", ("mark", "z"))
    inside = position_text(state, state.marks[0])
    assert inside.count("/") == 2
    # y is broadcast from now on, which is a node, and a step, more.
    edited = do(state, ("edit", "y=[1, 2, 3]"))
    assert len(edited.trace) > len(state.trace)
    there = do(edited, ("to_mark", "p"))
    assert there.trace.step(there.at).event == do(state, ("to_mark", "p")).trace.step(there.at).event
    assert there.frames[0].trace.node(there.frames[0].node).gate == "sigmoid"
    assert do(edited, "undo") == state
    assert from_json(to_json(edited)) == edited
    assert position_of(do(state, ("to_mark", "p"))) == inside


def test_marks_follow_a_folding_and_come_back_out_of_it() -> None:
    state = do(start("sigmoid"), ("into", 2), ("mark", "p"), "out", "last", ("mark", "e"))
    folded = do(state, "fold")
    assert len(folded.trace) < len(state.trace)
    assert do(folded, ("to_mark", "e")).at == len(folded.trace)
    assert do(folded, ("to_mark", "p")).path == (2,)
    assert do(folded, "fold").marks == state.marks


def test_what_is_no_mark_is_answered_and_changes_nothing() -> None:
    state = start("lecture")
    assert perform(state, Command("to_mark", "a")) == (state, perform(state, Command("marks"))[1])
    assert perform(state, Command("marks"))[1].facts == (notice("reply-no-marks"),)
    assert perform(state, Command("mark", "ab"))[1].facts == (NoLetter("ab"),)
    marked = do(state, ("mark", "a"))
    assert perform(marked, Command("to_mark", "b"))[1].facts == (NoMark("b"),)
    assert perform(marked, Command("mark", "a"))[1].facts == (notice("reply-mark-gone", letter="a"),)
    assert do(marked, ("mark", "a")) == state
