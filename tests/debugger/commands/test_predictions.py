"""Predict mode without a screen: questions, formulas, routes, hints, errors carried forward, and the summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graphstep.debugger import facts
from graphstep.debugger.commands.predictions import open_question
from graphstep.debugger.facts import NoMoreHints
from graphstep.debugger.questions import hints_of, questions_of
from graphstep.debugger.saved import from_json, to_json
from graphstep.debugger.session import Command, Reply, perform
from graphstep.debugger.state import State
from graphstep.engine.trace import trace
from graphstep.faces.repl.lines import prompt_keys
from graphstep.faces.repl.prompt import Prompt
from graphstep.faces.replies import sentences
from graphstep.faces.replies.predictions import summary_lines
from graphstep.language.read import read
from graphstep.teaching.marking.verdict import mark
from tests.cases import each

Q = "q = x+y; q*z", {"x": -2.0, "y": 5.0, "z": -4.0}


class Session:
    """A state, and what was said last."""

    def __init__(self, text: str, inputs: dict[str, float]) -> None:
        self.now = State(trace(read(text), inputs))
        self.said: list[str] = []

    def do(self, action: str, argument: Any = None) -> Reply:
        """Perform a command."""
        before = self.now
        self.now, reply = perform(before, Command(action, argument))
        self.said = sentences(before, self.now, reply, prompt_keys())
        return reply

    def answers(self, *texts: str) -> None:
        """Ask before the next step, and answer one question after the other; the empty text gives up."""
        self.do("step")
        for text in texts:
            self.do("answer", text or None)


def asked(text: str, **inputs: float) -> list[tuple[int, str]]:
    """What is asked about a run, by step."""
    run = trace(read(text), inputs)
    return [(n, solution.question.ask.split()[0]) for n in range(1, len(run) + 1) for solution in questions_of(run, n)]


def test_values_routes_formulas_locals_products_and_sums_are_asked_for() -> None:
    kinds = [kind for _, kind in asked("max(x, y)*exp(x)", x=2.0, y=1.0)]
    assert {"value", "formula", "local", "gradient", "contribution", "sum", "route"} == set(kinds)
    # Where a gate of one kind sends into one slot again, only the number is asked for.
    again = [kind for _, kind in asked("a = x*y; b = a*z; b*w", x=1.5, y=2.0, z=3.0, w=4.0)]
    assert (again.count("formula"), again.count("local"), again.count("gradient")) == (2, 2, 6)


@each(
    ("text", "inputs", "typed", "outcome", "said"),
    [
        ("x*y", {"x": 3.0, "y": 2.0}, "y", "right", "with other inputs too"),
        ("x*y", {"x": 3.0, "y": 2.0}, "2", "wrong", "put names in place of numbers"),
        ("x*y", {"x": 2.0, "y": 2.0}, "x", "wrong", "with others it does not"),
        ("x*y", {"x": 3.0, "y": 2.0}, "x", "wrong", "the other input"),
        ("x*y", {"x": 3.0, "y": 2.0}, "7*x", "wrong", "another number"),
        ("x*y", {"x": 3.0, "y": 2.0}, "y +", "unreadable", "cannot be read as a formula"),
        ("x^3", {"x": 2.0}, "3*x^2", "right", ""),
        ("x^3", {"x": 2.0}, "df/dx = 3x^2", "right", ""),
        ("sigmoid(x)", {"x": 0.5}, "sigmoid(x)*(1 - sigmoid(x))", "right", ""),
        ("sigmoid(x)", {"x": 0.5}, "exp(-x)/(1 + exp(-x))^2", "right", ""),
        ("log(x)", {"x": 2.0}, "1/x", "right", ""),
        ("log(x)", {"x": 2.0}, "x", "wrong", ""),
    ],
)
def test_a_formula_has_to_hold_with_other_inputs_too(text, inputs, typed, outcome, said) -> None:
    run = trace(read(text), inputs)
    solution = questions_of(run, run.seed_step + 1)[0]
    assert solution.formula
    verdict = mark(solution, typed, run.seed_step)
    assert verdict.outcome == outcome
    assert said in verdict.sentence


def test_a_router_is_asked_whom_it_lets_pass() -> None:
    run = trace(read("max(x, y)*abs(z)"), {"x": 2.0, "y": 1.0, "z": -3.0})
    routes = {
        n: solution.question.options[solution.right]
        for n in range(1, len(run) + 1)
        for solution in questions_of(run, n)
        if solution.right is not None
    }
    assert sorted(routes.values()) == ["all of it", "all of it, with its sign turned", "nothing"]
    solution = questions_of(run, max(routes))[0]
    assert mark(solution, str((solution.right or 0) + 1)).right
    assert "max" in hints_of(solution)[0] or "|" in hints_of(solution)[0] or "abs" in hints_of(solution)[0]


def test_an_answer_that_follows_from_a_wrong_one_counts_and_says_whose_number_it_was_computed_with() -> None:
    session = Session(*Q)
    session.do("predict")
    session.answers("7", "")
    assert session.now.at == 1
    session.answers("-28")
    assert session.said == ["Follows from your q = 7: f = -28 with that. The run goes on with q = 3, and f = -12."]
    score = session.now.score
    assert (session.now.at, score.right, score.carried, score.shown) == (2, 1, 1, 1)
    # Its local gradient towards z is q, and with a wrong q it is that.
    session.do("step")
    session.answers("z", "-4", "-4")
    session.answers("q", "7")
    assert session.said[0].startswith("Follows from your q = 7: ∂f/∂z = 7 with that.")
    session.do("answer", "7")
    assert session.said[0].startswith("Follows from your ∂f/∂z = 7")
    # The right numbers are right all the same.
    again = Session(*Q)
    again.do("predict")
    again.answers("7", "")
    again.answers("-12")
    assert again.now.score.carried == 0


def test_what_is_too_easy_to_come_by_is_not_carried() -> None:
    session = Session("q = x+y; q*z", {"x": -2.0, "y": 5.0, "z": 4.0})
    session.do("predict")
    session.answers("0", "")
    session.answers("0")
    assert session.now.at == 1
    assert session.now.score.carried == 0
    # 4 is z: who typed it may have copied it.
    session.do("answer")
    other = Session("q = x+y; q*z", {"x": -2.0, "y": 5.0, "z": 4.0})
    other.do("predict")
    other.answers("1", "")
    other.answers("4")
    assert other.now.score.carried == 0


def test_a_right_answer_after_a_wrong_one_leaves_nothing_to_carry() -> None:
    session = Session(*Q)
    session.do("predict")
    session.answers("7", "3")
    assert [(each.typed, each.right) for each in session.now.score.earlier] == [(3.0, True)]
    session.answers("-28")
    assert session.now.at == 1
    # With other inputs it is another run: what was typed for the one before says nothing of it.
    session.do("answer", "-12")
    edited = Session(*Q)
    edited.do("predict")
    edited.answers("7", "")
    edited.do("edit", "x=0")
    edited.answers("-28")
    assert edited.now.score.carried == 0


def test_hints_come_one_at_a_time_and_are_counted() -> None:
    session = Session(*Q)
    session.do("predict")
    assert session.do("hint").status == "refused"
    session.do("step")
    session.do("hint")
    assert session.said == ["Hint 1 of 2: q = x + y"]
    session.do("hint")
    assert session.said == ["Hint 2 of 2: q = -2 + 5"]
    assert session.do("hint").facts == (NoMoreHints(2),)
    session.do("answer", "3")
    assert session.now.score.hints == 2
    session.do("step")
    assert session.now.score.hinted == 0


def test_escape_drops_the_question_and_a_saved_session_keeps_all_of_it() -> None:
    session = Session(*Q)
    session.do("predict")
    session.answers("7", "-7")
    session.do("hint")
    assert from_json(to_json(session.now)) == session.now
    session.do("answer")
    session.do("step")
    assert open_question(session.now) is not None
    assert from_json(to_json(session.now)) == session.now
    session.do("deselect")
    assert open_question(session.now) is None
    assert session.now.at == 1


def test_the_end_and_leaving_sum_up_tries_hints_and_slips(tmp_path: Path) -> None:
    said: list[str] = []
    prompt = Prompt(State(trace(read("x*y"), {"x": 3.0, "y": 2.0})), said.append)
    for line in ("summary", "p", "n", "5", "1.5", "hint", "6", "n", "n", "2", "y", "2", "2", "n", "x", "3", "answer"):
        prompt.hear(line)
    text = "".join(said)
    assert "Nothing was predicted yet." in text
    assert "You answered 7 questions." in text
    assert "Right at the first try: 4." in text
    assert "3 tries went elsewhere first." in text
    assert "1 hint helped." in text
    assert "1 answer was shown." in text
    assert "f, step 1" in " ".join(text.split())
    assert "you add the inputs" in text
    for suffix in ("md", "html", "tex", "txt", "json"):
        path = tmp_path / f"summary.{suffix}"
        prompt.hear(f"summary {path}")
        assert "add the inputs" in path.read_text(encoding="utf-8")
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["missed"] == 3
    prompt.hear("p")
    assert said[-1] == "No more questions.  Right at the first try: 4 of 7.\n"


@each(
    ("answers", "closing"),
    [
        (["3", "-12"], "well done"),
        (["7", "7", "3"], "another run of the same steps"),
        (["7", "3"], "you saw through each"),
        (["7.7", "3"], "only numbers"),
        ([""], "a good place to begin"),
    ],
)
def test_the_last_word_is_kind(answers: list[str], closing: str) -> None:
    session = Session(*Q)
    session.do("predict")
    session.do("step")
    for answer in answers:
        session.do("answer", answer or None)
        if open_question(session.now) is None:
            session.do("step")
    score = session.now.score.closed
    assert closing in list(summary_lines(session.now, score))[-1]


def test_the_summary_comes_at_the_end_of_the_run() -> None:
    session = Session("x*2", {"x": 3.0})
    session.do("predict")
    session.answers("6")
    session.do("step")
    session.do("step")
    reply = session.do("answer", "2")
    while session.now.at < len(session.now.trace):
        reply = session.do("answer", "2")
    assert any(isinstance(fact, facts.SummaryOf) for fact in reply.facts)
