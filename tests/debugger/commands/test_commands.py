"""The commands of the session one by one: what each does to a state, and what it says of it. No screen is needed."""

from __future__ import annotations

import numpy as np
import pytest

from graphstep.debugger import effects, facts
from graphstep.debugger.breakpoints import steps_at
from graphstep.debugger.commands.edits import edges_of, nudged
from graphstep.debugger.parts import Inputs
from graphstep.debugger.session import Command, Reply, perform
from graphstep.debugger.state import State
from graphstep.engine.trace import trace
from graphstep.faces.keymap import screen_keys
from graphstep.faces.replies import sentences
from graphstep.faces.replies.panels import nudge_lines, plain
from graphstep.language.read import read
from graphstep.language.setup import Setup
from tests.faces.tui.arrays import LAYER, given

SIGMOID = ("sigmoid(x)*y", {"x": 1.0, "y": 2.0})


class Session:
    """A state that commands are performed on, as a face has one."""

    def __init__(self, text: str, inputs, **options) -> None:
        self.now = State(trace(read(text, inputs), inputs, **options))
        self.said: list[str] = []

    def do(self, action: str, argument=None) -> Reply:
        """Perform a command, and keep what is said of it."""
        before = self.now
        self.now, reply = perform(before, Command(action, argument))
        self.said = sentences(before, self.now, reply, screen_keys())
        return reply


# -- opening and folding ---------------------------------------------------------------------------------------------------------


def test_into_opens_a_gate_and_out_closes_it_at_the_same_place() -> None:
    session = Session(*SIGMOID)
    outside = session.now.trace
    session.do("step")
    assert session.do("into").facts == (facts.Opened(2),)
    assert session.said == ["sigmoid(x), called p1 here, is open: 4 parts.  u closes it."]
    assert session.now.at == 0
    inside = session.now.trace
    assert inside.output == pytest.approx(outside.value_of(2), abs=1e-15)
    assert inside.gradient_of(0) == pytest.approx(outside.gradient_of(0), abs=1e-12)
    session.do("step")
    session.do("step")
    assert session.do("out").facts == (facts.notice("reply-closed", frame="p1"),)
    assert session.said == ["p1 is closed."]
    assert session.now.at == 1
    assert session.now.trace is outside
    assert session.do("out").status == "refused"
    assert session.said == ["Nothing is open.  i opens a composite gate, such as σ."]


def test_the_place_is_kept_at_every_step() -> None:
    session = Session("sigmoid(x)*x + y", {"x": 1.0, "y": 2.0})
    session.do("select", session.now.trace.program.first_gate)
    for n in range(len(session.now.trace) + 1):
        session.do("jump", n)
        session.do("into")
        assert session.now.path == (2,)
        session.do("out")
        assert (session.now.at, session.now.selected) == (n, 2)


def test_an_edit_inside_is_kept_outside() -> None:
    session = Session(*SIGMOID)
    for action, argument in (("step", None), ("into", None), ("edit", "x=0"), ("out", None)):
        session.do(action, argument)
        assert session.now.root.inputs["x"] == (0.0 if action in ("edit", "out") else 1.0)
    assert session.now.trace.inputs == {"x": 0.0, "y": 2.0}
    assert session.now.trace.output == 1.0


def test_what_is_not_composite_says_so() -> None:
    session = Session(*SIGMOID)
    session.do("select", 1)
    session.do("jump", 2)
    assert session.do("into").status == "failed"
    assert session.said == ["There is no composite gate here to open.  Select σ with tab or a click, then i."]


def test_fold_makes_one_gate_of_a_typed_sigmoid_and_undoes_it() -> None:
    session = Session("1/(1+exp(-(w*x+b)))", {"w": 2.0, "x": -1.0, "b": -3.0})
    before = session.now.trace
    session.do("last")
    assert session.do("fold").facts == (facts.notice("reply-folded", count=3),)
    assert "Folded: 3 fewer gates" in session.said[0]
    folded = session.now.trace
    assert [folded.gradient_of(i) for i in range(3)] == pytest.approx([before.gradient_of(i) for i in range(3)], abs=1e-12)
    assert session.now.at == len(folded)
    (copy,) = session.do("copy").effects
    assert isinstance(copy, effects.Copy)
    assert copy.setup.fold
    assert not copy.unfolds
    session.do("fold")
    assert "Unfolded" in session.said[0]
    assert session.now.at == len(before)
    plain_session = Session("x*y", {"x": 1.0, "y": 2.0})
    plain_session.do("fold")
    assert "There is nothing to fold" in plain_session.said[0]


# -- breakpoints -----------------------------------------------------------------------------------------------------------------


def test_c_goes_on_to_the_next_breakpoint_and_shift_c_back() -> None:
    session = Session(LAYER[0], given(LAYER[1]))
    assert session.do("continue").facts == (facts.notice("reply-no-breakpoints"),)
    session.do("select", 0)
    assert session.do("break_at").facts == (facts.notice("reply-break-set", 0),)
    hit = session.do("continue").hit
    assert [session.now.at] == list(steps_at(session.now.trace, 0))
    assert hit is not None
    assert hit.nodes == (0,)
    assert session.do("continue").status == "refused"
    assert "No breakpoint after" in session.said[0]
    session.do("first")
    session.do("break_on", "gate matmul; abs(grad)>0.5")
    assert "steps meet that" in session.said[0]
    visited = []
    while session.do("continue").status == "done":
        visited.append(session.now.at)
    assert visited == sorted(set(visited))
    assert visited[0] == 1
    session.do("continue_back")
    assert session.now.at == visited[-2]
    session.do("clear")
    assert not session.now.nodes
    assert not session.now.conditions


def test_a_breakpoint_follows_its_node_into_an_opened_gate_and_another_shape() -> None:
    session = Session("h = sigmoid(X + b); sum(h)", {"X": np.ones((2, 3)), "b": np.zeros(3)})
    node = session.now.trace.program.find("h")
    assert node is not None
    session.do("select", node)
    session.do("break_at")
    session.do("into")
    assert not session.now.nodes
    session.do("break_at", "h.2")
    (inner,) = session.now.nodes
    session.do("edit", Inputs({"b": np.zeros((2, 3))}))
    (there,) = session.now.nodes
    assert session.now.trace.node(there).name == "h.2"
    session.do("out")
    (there,) = session.now.nodes
    assert session.now.trace.node(there).name == "h"
    session.do("undo")
    assert session.now.nodes == (node,)
    session.do("into", "h")
    assert session.now.nodes == (inner,)


def test_a_condition_on_a_part_of_an_opened_gate_is_copied_as_it_is_read_there() -> None:
    session = Session(*SIGMOID)
    session.do("step")
    session.do("into")
    session.do("break_on", "grad p1.2 > 9; isnan")
    (copy,) = session.do("copy").effects
    assert isinstance(copy, effects.Copy)
    assert copy.setup.breaks == ("grad p1.2 > 9", "isnan")
    assert copy.setup.at == "1/p1/0"


def test_w_goes_back_from_change_to_change_and_says_where_there_is_none() -> None:
    session = Session("q = x*x; q + x", {"x": 3.0})
    session.do("last")
    said = []
    for _ in range(4):
        session.do("last_change", "x")
        said.append((session.now.at, session.said[0]))
    assert [at for at, _ in said] == [7, 6, 5, 5]
    assert "df/dx went from 4 to 7" in said[0][1]
    assert "df/dx went from 1 to 4" in said[1][1]
    assert "df/dx became 1" in said[2][1]
    assert said[3][1] == (
        "+ sends to x: here df/dx became 1.  No step before this one has changed it; x itself was given at the start."
    )
    for _ in range(3):
        session.do("last_change", 1)
    assert session.now.at == 1
    # The step on show is the answer.
    assert session.said == ["Here q got its value, 9.  No step before this one has changed it."]
    session.do("last_change")
    assert session.said == ["It begins at ×, q, which computes it from ordinary numbers."]
    session.do("jump", 3)
    session.do("last_change")
    assert session.now.at == 2
    assert session.said == ["Here f got its value, 12.  w goes further back."]


# -- asking what if --------------------------------------------------------------------------------------------------------------


def test_a_nudge_compares_the_predicted_with_the_true_change() -> None:
    session = Session("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0})
    assert session.do("more").facts == (facts.SelectInput(),)
    assert session.said == ["Select an input first: tab or a click.  Then + and - nudge it."]
    before = session.now
    session.do("select", "x")
    assert session.do("more").facts == (facts.Nudged(0, (), first=False),)
    assert session.now.trace.inputs["x"] == -1.9
    lines = [plain(line) for line in nudge_lines(before.trace, session.now.trace, 0)]
    assert "= -4 · 0.1 = -0.4" in lines[1]
    assert "changes as its slope says" in lines[-1]
    session.do("less")
    assert session.now.trace.inputs["x"] == -2.0
    assert [action for action in ("undo", "undo", "undo") if session.do(action).status == "done"] == ["undo", "undo"]


def test_a_nudge_of_an_array_moves_the_cell_that_was_looked_at() -> None:
    session = Session("sum(x)", {"x": np.array([1.0, 2.0, 30.0])})
    session.do("data", (0, 2))
    assert session.do("more").facts == (facts.Nudged(0, (2,), first=False),)
    assert session.now.trace.inputs["x"].tolist() == [1, 2, 31]
    assert session.do("data", "x[3]").facts == (facts.NoCell(0, "3"),)
    assert session.said == ["x is a vector of 3: it has no cell [3]."]
    for text in ("x[1,,2]", "x[1 2]", "x[ ,1]", f"x[{'9' * 5000}]", "x[²]"):
        assert session.do("data", text).facts == (facts.NoNode(text),)


def test_nudges_have_the_size_of_the_value_and_leave_no_dust() -> None:
    assert nudged(0.2, 1) == 0.3
    assert nudged(-2.0, -1) == -2.1
    assert nudged(250.0, 1) == 260.0
    assert nudged(float("inf"), 1) == float("inf")
    session = Session("x*1", {"x": float("inf")})
    assert session.do("more").facts == (facts.CannotNudge(0, ()),)
    assert session.said == ["x = inf cannot be nudged."]
    assert Session("x*1", {"x": float("nan")}).do("more").facts == (facts.CannotNudge(0, ()),)


def test_an_edit_keeps_what_was_typed_and_undo_brings_it_back() -> None:
    setup = Setup("x*y", {"x": "1/3", "y": "2"})
    session = Session("x*y", {"x": 1 / 3, "y": 2.0}, setup=setup)
    session.do("edit", "x=2/3")
    assert session.now.trace.setup.inputs == {"x": "2/3", "y": "2"}
    session.do("more", "x")
    assert session.now.trace.setup.inputs["x"] is None
    session.do("undo")
    session.do("undo")
    assert session.now.trace.setup == setup
    assert session.do("undo").facts == (facts.notice("reply-nothing-to-undo"),)
    reply = session.do("edit", "x=@secret.csv")
    assert (reply.status, session.now.trace.setup) == ("failed", setup)


def test_a_jacobian_is_that_of_the_node_or_of_the_wire_at_work() -> None:
    session = Session(LAYER[0], given(LAYER[1]))

    def ends() -> list[tuple[int, int]]:
        wires = [session.now.trace.wire(edge) for edge in edges_of(session.now)]
        return [(wire.sender, wire.receiver) for wire in wires]

    session.do("jump", 1)
    assert ends() == [(2, 0), (2, 1)]
    session.do("last")
    assert ends() == [(2, 1)]
    session.do("select", 0)
    assert ends() == [(2, 0)]


def test_a_constant_has_nothing_to_verify() -> None:
    session = Session("x*exp(2)", {"x": 1.0})
    assert session.do("verify", 1).facts == (facts.notice("reply-no-gradient-constant", 1),)
    assert "it has no gradient to verify" in session.said[0]
    assert session.do("verify", "x").effects == (effects.Witnesses(0),)


# -- predicting ------------------------------------------------------------------------------------------------------------------


def test_the_step_is_taken_when_it_is_answered() -> None:
    session = Session("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0})
    session.do("predict")
    assert session.do("answer", "3").status == "refused"
    assert session.do("step").facts == (facts.Asked(1),)
    assert session.now.at == 0
    session.do("answer", "7")
    assert session.said[0].startswith("Not quite")
    assert session.do("answer", "seven").facts == (facts.Answered(1, "seven", right=False),)
    session.do("answer", "3")
    assert session.now.at == 1
    assert session.said == ["Right.  x+y = 3   (right at the first try: 0 of 1)"]
    session.do("step")
    session.do("answer")
    assert session.said == ["So it is:  f = -12   (right at the first try: 0 of 2)"]
    session.do("step")
    assert session.now.at == 3
    session.do("step")
    session.do("over")
    assert session.do("answer").status == "refused", "a move drops the question"
    session.do("predict")
    assert session.said == ["No more questions.  Right at the first try: 0 of 2."]


# -- looking ---------------------------------------------------------------------------------------------------------------------


def test_find_gives_names_first_and_where_they_are_made() -> None:
    session = Session("q = x*x; q + x", {"x": 3.0})
    (found,) = session.do("find", "q").facts
    assert isinstance(found, facts.Candidates)
    assert [(x.node, x.step, x.makes) for x in found.matches[:3]] == [(1, None, ""), (1, 1, "value"), (1, 4, "gradient")]


def test_watches_stay_through_edits_and_opened_gates() -> None:
    session = Session(*SIGMOID)
    session.do("watch", "x*grad x")
    session.do("watch", "grad y")
    for action, argument in (("edit", "x=2"), ("into", 2), ("last", None), ("out", None)):
        session.do(action, argument)
        assert [quantity.text for quantity in session.now.watches] == ["x*grad x", "grad y"]
    session.do("unwatch")
    assert not session.now.watches


def test_w_again_goes_to_the_cause_of_what_the_step_made() -> None:
    session = Session("h = tanh(50*x); q = h*w; q + 1", {"x": 3.0, "w": 2.0})
    session.do("last")
    trace, visited = session.now.trace, []
    session.do("select", "x")
    for _ in range(6):
        before = session.now.at
        session.do("last_change")
        if session.now.at == before:
            break
        visited.append(trace.program.label(trace.step(session.now.at).node))
    # x got its gradient at the last step, from 50*x, that from tanh; tanh has the slope that makes it tiny.
    assert visited[:2] == ["50*x", "tanh(50*x)"]
    assert session.now.at < trace.seed_step
    assert session.now.selected == trace.step(session.now.at).node


def test_the_chain_of_causes_is_asked_for_by_a_quantity_or_of_what_is_on_show() -> None:
    session = Session("q = x*y; q + x", {"x": 3.0, "y": 0.0})
    for argument, expected in (("grad y", ("y", "gradient")), ("value q", ("x*y", "value")), ("x", ("x", "gradient"))):
        reply = session.do("causes", argument)
        (fact,) = reply.facts
        assert isinstance(fact, facts.CausesOf)
        assert (session.now.trace.program.label(fact.node), fact.of) == expected
    session.do("step")
    (fact,) = session.do("causes").facts
    assert isinstance(fact, facts.CausesOf)
    assert fact.of == "value"
    assert session.do("causes", "grad zz").status == "failed"
    assert session.do("causes", "q*grad q").status == "failed"
