"""The chain of causes ends at the place that made a number what it is: faults are planted, and it has to name their gates."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.analysis.chain import why_gradient, why_value
from graphstep.engine.causes import gradient_causes, value_causes, zero_causes
from graphstep.engine.trace import trace
from graphstep.faces.cli import main
from graphstep.language.read import read
from tests.cases import each
from tests.effort import effort
from tests.faults import FAULTS, planted, question
from tests.programs import run, seeded

SIZES = ((10, 1, True), (100, 1, True), (1_000, 1, True), (3_000, 1, False), (10_000, 5, True), (100_000, 250, True))
"""How many gates, in how many rows, and whether inputs and faults are read again on the way."""


@each(("gates", "rows", "joins"), SIZES)
def test_the_root_of_the_chain_is_the_gate_that_was_planted(gates: int, rows: int, joins: bool) -> None:
    """Five faults in each of six programs: one at a time in the small ones, all at once in the large ones."""
    for kinds in [FAULTS] if rows > 1 else [(kind,) for kind in FAULTS]:
        made = planted(kinds, gates, rows=rows, joins=joins)
        assert gates * 0.8 <= len(made.program.nodes) - made.program.first_gate <= gates * 1.2
        for kind in kinds:
            ask = question(made, kind)
            why = ask()
            assert why.root.at == made.program.names[f"bad {kind}"], kind
            # What is looked at grows with the way and not with the program: a key has to be on the screen within a frame.
            assert effort(lambda ask=ask: ask().root) <= 2 * len(why) + 300, kind


@pytest.mark.parametrize("kind", ["nan", "infinity"])
def test_a_gradient_that_is_not_finite_leads_on_to_the_value_that_is_to_blame(kind: str) -> None:
    formula, gate = {"nan": ("sqrt({} - 1000)", "sqrt"), "infinity": ("exp({} + 800)", "exp")}[kind]
    made = trace(read(f"q = {formula.format('x')}; q*w*q + x"), {"x": 0.7, "w": 2.0})
    why = why_gradient(made, made.program.names["w"])
    assert next(link.of for link in why) == "gradient"
    assert why[-1].of == "value"
    assert why.ending == "made"
    assert made.node(why.root.at).gate == gate


@settings(max_examples=40)
@given(st.integers(0, 400), st.integers(0, 5))
def test_every_link_is_brought_by_the_one_behind_it(seed: int, poison: int) -> None:
    """Whatever the program: each wire ends where the next begins, up to the seed, a sum, or the gate that is the cause."""
    case = seeded(seed)
    made = run(case)
    if poison:
        made = made.with_inputs(dict.fromkeys(list(case.inputs)[:1], (0.0, np.inf, np.nan, 1000000000.0, 1e-09)[poison - 1]))
    for node in range(made.program.first_gate):
        if not made.program.depends[node]:
            continue
        why = why_gradient(made, node)
        gradients = [link for link in why if link.of == "gradient"]
        assert gradients[0].node == node
        for one, following in itertools.pairwise(gradients):
            assert one.wire is not None
            assert one.wire.sender == following.node
        values = [link.node for link in why if link.of == "value"]
        for one, other in itertools.pairwise(values):
            assert other in made.node(one).operands
        if why.ending == "seed":
            assert why.root.node == made.program.output
        if values and gradients:
            assert gradients[-1].wire is not None
            assert values[0] in (*made.node(gradients[-1].wire.sender).operands, gradients[-1].wire.sender)


@settings(max_examples=40)
@given(st.integers(0, 400), st.sampled_from([np.inf, -np.inf, np.nan, 0.0, 1e200]))
def test_it_agrees_with_the_search_over_all_ways_on_what_began(seed: int, poison: float) -> None:
    """Another program of the engine follows every way and keeps the first beginning; ours is one of the beginnings there are."""
    case = seeded(seed)
    made = run(case).with_inputs(dict.fromkeys(list(case.inputs)[:1], poison))
    if not np.isfinite(made.output):
        why = why_value(made, made.program.output)
        assert why.root.of == "value"
        assert why.ending in ("made", "given")
        assert not np.isfinite(made.value_of(why.root.node))
        assert bool(value_causes(made, made.program.output))
    for node in range(made.program.first_gate):
        why = why_gradient(made, node)
        if why.symptom in ("nan", "infinite"):
            assert gradient_causes(made, node)
        if why.symptom == "zero" and why.ending == "blocked":
            ends = {cause.node for cause in zero_causes(made, node)}
            assert {link.at for link in why if link.of == "gradient"} & ends


def test_a_product_that_is_too_small_for_a_double_is_no_gate_that_sends_nothing() -> None:
    made = trace(read("; ".join(["h0 = x", *(f"h{n} = 1e-9*h{n - 1}" for n in range(1, 50)), "h49"])), {"x": 1.0})
    why = why_gradient(made, 0)
    assert (why.symptom, why.ending) == ("zero", "gradual")


@each(
    ("text", "inputs", "root"),
    [
        ("h = x; repeat 30 { h = tanh(w*h) }; h^2", {"x": 0.5, "w": 0.3}, 0.0447),
        ("((((x^2)^2)^2)^2)^2", {"x": 0.3}, 0.09),
        ("1/((((x^2)^2)^2)^2)^2", {"x": 0.3}, 0.09),
    ],
)
def test_a_value_that_shrinks_at_many_gates_is_no_one_gates_doing(text: str, inputs: dict[str, float], root: float) -> None:
    """The gate behind which it is first called tiny, by a bound of ours, did no more than the others."""
    made = trace(read(text), inputs)
    why = why_value(made, made.program.output)
    assert why.ending == "gradual"
    assert why.root.number == pytest.approx(root, rel=0.01)


def test_what_many_contributions_add_up_to_is_no_gates_doing() -> None:
    """No factor is more than 1; a gate that would be named would be said to grow from 1 to 1."""
    text = f"u = {' + '.join(['x'] * 1_100)}; {' + '.join(['u'] * 1_100)}"
    made = trace(read(text), {"x": 1.0})
    why = why_gradient(made, 0)
    assert (why.symptom, why.ending) == ("huge", "sum")
    assert len(made.arrivals(why.root.node)) == 1_100


def test_contributions_that_cancel_are_named_where_they_do() -> None:
    made = trace(read("q = 3*x; 1e9*q - 999999999.9999999*q"), {"x": 1.0})
    why = why_gradient(made, 0)
    assert (why.symptom, why.ending) == ("tiny", "sum")
    assert made.program.label(why.root.node) == "3*x"


@each(
    ("text", "inputs", "ending", "at"),
    [
        ("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}, "seed", "(x+y)*z"),
        ("x - x", {"x": 2.0}, "sum", "x"),
        ("0*x + y", {"x": 2.0, "y": 1.0}, "blocked", "0*x"),
        ("(x - 2)*y*0", {"x": 2.0, "y": 1.0}, "blocked", "(x - 2)*y*0"),
        ("q = x*y; q*z", {"x": 2.0, "y": 0.0, "z": 3.0}, "given", "y"),
        ("q = y - 3; x*q", {"x": 2.0, "y": 3.0}, "computed", "y - 3"),
        ("tanh(50*x)*w", {"x": 3.0, "w": 2.0}, "factor", "tanh(50*x)"),
        ("sqrt(x)", {"x": 0.0}, "made", "sqrt(x)"),
        ("relu(x)", {"x": 0.0}, "blocked", "relu(x)"),
        ("x*1e-7*y", {"x": 3.0, "y": 2.0}, "factor", "x*1e-7"),
        ("exp(exp(x))", {"x": 3.0}, "factor", "exp(exp(x))"),
        ("q = x^2; r = 1e9*q; y/r", {"x": 1.0, "y": 2.0}, "factor", "y/r"),
    ],
)
def test_a_chain_ends_where_a_person_would_stop(text: str, inputs: dict[str, float], ending: str, at: str) -> None:
    made = trace(read(text), inputs)
    why = why_gradient(made, made.program.names["x"])
    assert (why.ending, made.program.label(why.root.at)) == (ending, at)


def test_arrays_are_followed_as_wholes() -> None:
    made = trace(read("sum(max(0, X@w))"), {"X": np.ones((3, 2)), "w": np.array([-1.0, -2.0])})
    why = why_gradient(made, made.program.names["w"])
    assert (why.symptom, why.ending) == ("zero", "blocked")
    assert made.node(why.root.at).gate == "relu" or made.node(why.root.at).gate == "max"


def test_what_the_output_does_not_depend_on_has_no_chain() -> None:
    made = trace(read("q = x^2; y*2"), {"x": 1.0, "y": 2.0})
    why = why_gradient(made, made.program.names["x"])
    assert (len(why), why.ending) == (1, "apart")
    assert why.root.step is None


def test_a_row_of_gates_takes_no_more_calls_than_a_few() -> None:
    """The walk is a loop over lists; what is called for each gate would make a key late at 100,000."""
    made = planted(("nan",), 5_000)
    ask = question(made, "nan")
    assert len(ask()) > 2_000
    assert effort(lambda: ask().root) < 15_000 + 500


def test_the_command_names_the_way_and_the_step_that_is_to_blame(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "grad w", "max(0, w*x)*3", "w=-1", "x=2"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Why df/dw = 0\n")
    assert "It begins at max(0, ·), max(0,w*x): a gradient arrives there, and 0 is sent on.\n" in out
    assert "\n  6  max(0, ·) sends to w*x" in out


@each(
    ("text", "beside"),
    [
        ("relu(x)*y + x*0 + max(x, 2)", "The other 2 contributions on this way are 0 as well."),
        ("relu(x)*y + x*0", "The other contribution on this way is 0 as well."),
        ("relu(x)*y", ""),
    ],
)
def test_what_else_arrives_where_all_is_0_is_counted(text: str, beside: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["why", "grad x", text, "x=-1", *(["y=3"] if "y" in text else [])])
    assert beside in (printed := capsys.readouterr().out)
    assert beside or "other contribution" not in printed


def test_a_long_chain_shows_its_ends_and_counts_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    program = "; ".join(["h0 = x", *(f"h{n} = h{n - 1} + 1" for n in range(1, 40)), "0*h39"])
    assert main(["why", "grad x", program, "x=1"]) == 0
    out = capsys.readouterr().out
    assert "28 more that pass it on" in out
    assert out.count(" sends to ") == 13


def test_the_json_has_every_link_and_the_root(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "value f", "log(a - b) + c", "a=1", "b=2", "c=3", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["symptom"], data["ending"]) == ("nan", "made")
    assert [link["node"] for link in data["links"]] == ["v6", "v5"]
    assert data["root"] == {"of": "value", "node": "v5", "step": 2, "number": "nan"}


def test_a_node_that_is_not_there_is_named_with_what_would_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "grad ww", "w*x", "w=-1", "x=2"]) == 2
    err = capsys.readouterr().err
    assert "no node is called 'ww'" in err
    assert "w" in err.partition("hint")[2]
