"""The session: every action of the table, whatever it is given, in any order."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.analysis.compare import snapshot_of
from graphstep.debugger.actions import ACTIONS, BY_ID, STEPPING
from graphstep.debugger.commands.lesson import lesson_of, placed
from graphstep.debugger.effects import Keep, NextLesson
from graphstep.debugger.facts import Fault, HintGiven, Moved, NoMoreHints, Revealed
from graphstep.debugger.parts import Saved
from graphstep.debugger.saved import from_json, to_json
from graphstep.debugger.session import Command, allowed, perform
from graphstep.debugger.state import State
from graphstep.engine.core import core
from graphstep.engine.trace import trace
from graphstep.faces.keymap import screen_keys
from graphstep.faces.repl.lines import prompt_keys
from graphstep.faces.replies import sentences
from graphstep.ground.errors import GraphstepError, InputError
from graphstep.language.read import read
from graphstep.teaching.lesson import open_lesson
from graphstep.teaching.lesson.catalogue import find
from graphstep.teaching.lesson.walk import LessonRun
from tests.answers import right_answer
from tests.cases import each
from tests.debugger.performing import do
from tests.effort import effort

if TYPE_CHECKING:
    from graphstep.teaching.lesson.rehearsal import Rehearsal

PROGRAMS = {
    "lecture": ("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}),
    "fork": ("q = x*x; q + x", {"x": 3.0}),
    "sigmoid": ("q = sigmoid(x)*y; q + 1/(1+exp(-x))", {"x": 1.0, "y": 2.0}),
    "routes": ("max(x, y)*relu(x)", {"x": 2.0, "y": 1.0}),
    "arrays": ("q = sigmoid(x + y); sum(q)", {"x": np.ones((2, 3)), "y": np.array([0.5, -1.0, 2.0])}),
    "none": ("2*3", {}),
}
ARGUMENTS = [
    *(None, None, None, "", "x", "q", "v3", "banana", "0", "3", "999", "x=3", "x=[1, 2, 3] y=1", "y=0.25", "x=nope", "zz=1"),
    *(
        "a",
        "'",
        "grad x == 0",
        "isnan; gate mul",
        "value q > 1",
        "grad x",
        "x*grad x",
        "q*(",
        "x[0]",
        "x[1, 2]",
        "x[9, 9]",
        "1/3",
    ),
]
commands = st.builds(Command, st.sampled_from([action.id for action in ACTIONS]), st.sampled_from(ARGUMENTS))
walks = st.lists(commands, max_size=12)


@cache
def rehearsed(path: str) -> Rehearsal:
    return open_lesson(Path(path))


@cache
def start(name: str) -> State:
    if name == "lesson":
        return placed(None, LessonRun(rehearsed(str(find("2"))), 2))
    text, inputs = PROGRAMS[name]
    return State(trace(read(text, inputs), inputs))


def words_in(value: object) -> list[str]:
    """Every text that a fact or an effect holds."""
    if isinstance(value, str):
        return [value]
    if is_dataclass(value):
        return [text for field in fields(value) for text in words_in(getattr(value, field.name))]
    return [text for part in value for text in words_in(part)] if isinstance(value, tuple) else []


@settings(deadline=None, max_examples=150)
@given(st.sampled_from([*sorted(PROGRAMS), "lesson"]), walks)
def test_commands_in_any_order_keep_the_promises_of_the_session(name: str, walk: list[Command]) -> None:
    state = start(name)
    for command in walk:
        after, reply = perform(state, command)
        again, same = perform(state, command)
        assert (again, same) == (after, reply), "the same input gives the same output"
        assert allowed(state, command.action) == (reply.status != "refused")
        if reply.status != "done":
            assert after is state
            assert reply.facts
            assert not reply.changed
        assert reply.changed == {x.name for x in fields(state) if getattr(state, x.name) is not getattr(after, x.name)}
        assert 0 <= after.at <= len(after.trace)
        assert all(0 <= node < len(after.trace.program.nodes) for node in (*after.nodes, after.selected or 0))
        # What a fact holds of texts was typed: it is no sentence.
        typed = f"{state.trace.program.text} {command.argument} max(x,y) 1/(1+exp(-x))"
        known = {"node", "value", "gradient", "expression", *(word.text for word in (*state.conditions, *state.watches))}
        held = [text for fact in reply.facts if not isinstance(fact, Fault) for text in words_in(fact)]
        held = [text for text in held if text not in known and " ".join(text.split()) not in " ".join(typed.split())]
        assert all(" " not in text for text in held), held
        for keys in (screen_keys(), prompt_keys(state.at_hand)):
            assert all(text.strip() == text for text in sentences(state, after, reply, keys))
        state = after
    assert from_json(to_json(state), rehearsed) == state


# These ask for numbers, arrays, shapes and words.
@each("number", ["1", "9", "13", "16"])
def test_a_lesson_holds_every_move_until_its_question_is_answered(number: str) -> None:
    state = placed(None, LessonRun(rehearsed(str(find(number)))))
    while not lesson_of(state).finished:
        lesson = lesson_of(state)
        assert (state.trace, state.at, state.limit) == (lesson.scene.trace, lesson.step, lesson.step)
        assert perform(state, Command("last"))[0].at == perform(state, Command("jump", len(state.trace)))[0].at == lesson.step
        assert allowed(state, "edit") == (lesson.open is None)
        if lesson.open is None:
            state = do(state, "on")
        else:
            assert not allowed(state, "on")
            assert perform(state, Command("answer", "no answer"))[0].lesson.done == lesson.done
            state = do(state, ("answer", right_answer(lesson.open)))
            assert lesson_of(state).right == lesson.right + 1
    assert state.limit is None
    assert perform(state, Command("on"))[1].effects == (NextLesson(),)


def test_hints_come_one_at_a_time_and_a_question_can_be_given_up() -> None:
    state = start("lesson")
    for number in (1, 2):
        state, reply = perform(state, Command("hint"))
        assert reply.facts == (HintGiven(number),)
        assert reply.effects == (Keep(),)
    assert perform(state, Command("hint"))[1].facts == (NoMoreHints(2),)
    state, reply = perform(state, Command("reveal"))
    assert reply.facts == (Revealed(),)
    assert not allowed(state, "hint")
    assert state.at == state.limit == 3
    assert do(state, "on", "previous") == state
    assert do(state, "start_over") == do(start("lesson"), "start_over")


def test_a_session_that_is_saved_is_the_same_session() -> None:
    state = do(
        start("sigmoid"), ("edit", "x=1/3"), ("more", "x"), ("break_at", "q"),
        ("break_on", "grad x > 0; isnan"), ("watch", "q*grad q"), ("select", "y"), "fold", ("into", 2),
        ("break_at", "u1.2"), "predict", "step", ("select", "u1.x"),
    )  # fmt: skip
    again = from_json(to_json(state))
    assert again == state
    assert again.trace.setup == state.trace.setup
    assert again.trace.setup.inputs["y"] is None
    assert replace(again, at=again.at + 1) != state
    arrays = do(start("arrays"), ("data", "x[1, 2]"), ("more", "x"), ("edit", "y=nan"))
    arrays = do(arrays, ("compare", Saved("before.json", snapshot_of(arrays.trace))))
    assert from_json(to_json(arrays)) == arrays
    nested = '{"format": 3, "state": ' + "[" * 900 + "]" * 900 + "}"
    for text in (
        "",
        "[]",
        "[" * 100_000,
        nested,
        "{}",
        '{"format": 9}',
        '{"format": 3}',
        '{"format": 3, "state": {"kind": "mapping", "pairs": []}}',
    ):
        with pytest.raises(GraphstepError):
            from_json(text)


@each("part", ["text", "setup", "place", "watches", "lesson"])
def test_a_saved_session_that_lacks_a_part_is_said_to_be_damaged(part: str) -> None:
    document = json.loads(to_json(start("sigmoid")))
    document["state"]["pairs"] = [pair for pair in document["state"]["pairs"] if pair[0] != part]
    with pytest.raises(InputError, match="damaged"):
        from_json(json.dumps(document))


def test_a_saved_session_makes_nothing_but_the_parts_of_a_state() -> None:
    text = to_json(start("sigmoid")).replace('"kind": "Place"', '"kind": "Path"')
    with pytest.raises(InputError, match="damaged"):
        from_json(text)


@each("name", [name for name in PROGRAMS if name != "none"])
def test_there_and_back_is_an_identity(name: str) -> None:
    state = start(name)
    for n in range(len(state.trace)):
        here = do(state, ("jump", n))
        assert do(here, "step", "back") == here
        assert do(here, ("edit", "x=7"), "undo") == here
        assert do(do(here, ("select", "x")), "more", "undo") == do(here, ("select", "x"))
        assert do(here, ("break_at", "x"), ("break_at", "x")) == here
        assert do(here, ("watch", "x"), ("watch", "x")) == here
        assert do(here, "predict", "predict") == here


def test_an_edit_of_an_opened_gate_is_the_gate_opened_after_the_edit() -> None:
    for name, texts in (("sigmoid", ("x=2", "y=3")), ("arrays", ("x=[1, 2, 3]", "y=1", "x=ones(4,3)"))):
        gate = next(i for i, node in enumerate(start(name).trace.program.nodes) if node.gate == "sigmoid")
        for text in texts:
            edited = do(start(name), ("edit", text))
            moved = next(i for i, node in enumerate(edited.trace.program.nodes) if node.gate == "sigmoid")
            one, other = do(start(name), ("into", gate), ("edit", text)), do(edited, ("into", moved))
            assert one.trace.program.nodes == other.trace.program.nodes
            assert one.frames == other.frames
            assert do(one, "out").trace.program == edited.trace.program


@each("action", sorted(BY_ID))
def test_each_action_of_the_table_is_performed_refused_or_left_to_the_face(action: str) -> None:
    before = start("lecture")
    after, reply = perform(before, Command(action))
    assert reply.facts or reply.effects
    assert reply.status == "refused" or allowed(before, action)
    assert (after == before) == (not reply.changed)


def test_the_session_touches_no_file_no_socket_and_no_clock() -> None:
    script = """
import sys
from graphstep.debugger.actions import ACTIONS
from graphstep.debugger.session import Command, perform
from graphstep.debugger.state import State
from graphstep.engine.trace import trace
from graphstep.language.read import read
import time
inputs = {"x": 1.0, "y": 2.0}
state = State(trace(read("q = sigmoid(x)*y; q + 1/(1+exp(-x))"), inputs))
arguments = (None, "x", "x=3", "2", "grad x == 0", "x*grad x", "@secret.csv", "x=@secret.csv", "saturated")
everything = [Command(action.id, argument) for action in ACTIONS for argument in arguments]
for command in everything:
    perform(state, command)  # modules are imported here
touched = []
def watch(event, args):
    if event.split(".")[0] in ("open", "socket", "subprocess", "os", "shutil", "time"):
        touched.append((event, args))
for name in ("time", "monotonic", "perf_counter", "process_time"):
    setattr(time, name, lambda *_: touched.append("clock"))
    setattr(time, f"{name}_ns", lambda *_: touched.append("clock"))
sys.addaudithook(watch)
for command in everything:
    state, _ = perform(state, command)
print(touched)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


ANEW = ("cut", "fold", *(() if core() else ("edit",)))
"""The actions that make another program, which takes as long as reading one; and the one that computes another run, where Python
and not the core, whose work is not counted, computes it."""

TYPED = {"jump": 17, "find": "a7", "select": 5, "watch": "x", "edit": "x=3", "paths": 5, "verify": 0, "break_on": "grad x == 0"}
"""Arguments for actions that do little without one."""


def test_no_action_of_the_table_takes_more_steps_in_a_larger_program() -> None:
    text = "; ".join(["a0 = x*y", *(f"a{i + 1} = a{i}*1 + y" for i in range(2_000))])
    programs = (text[: text.index("; a500 =")], text)
    states = [replace(State(trace(read(part), {"x": 1.0, "y": 2.0})), at=20) for part in programs]
    for action in STEPPING:
        command = Command(action.id, TYPED.get(action.id, "a" if action.takes and not action.optional else None))
        if action.id not in ANEW:
            # Once before, so that the tables of names are made.
            one, other = (perform(state, command) and effort(partial(perform, state, command)) for state in states)
            assert other <= 2 * one + 50, (action.id, one, other)


def test_a_move_says_where_it_came_from() -> None:
    _, reply = perform(start("lecture"), Command("over"))
    assert reply.facts == (Moved(0, 1),)
    assert reply.changed == {"at"}
