"""A run: its steps in order, its arrays, and how long it takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graphstep.engine.agreement import difference
from graphstep.engine.causes import gradient_causes, value_causes, zero_causes, zero_causes_of
from graphstep.engine.passes import edge_sizes, node_sizes
from graphstep.engine.plan import plan
from graphstep.engine.trace import Trace, run_plan, trace
from graphstep.engine.wires import RunNode
from graphstep.gates import GATES
from graphstep.ground.errors import InputError
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.read import read
from tests.cases import each
from tests.effort import effort, grows_with
from tests.programs import seeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.engine.step import Step
    from graphstep.ground.arrays import Number

EXAMPLE = "(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}


def run(text: str, **inputs: float) -> Trace:
    return trace(read(text), inputs)


def gradients(of: Trace) -> dict[str, float]:
    return {name: float(of.gradient_of(i)) for i, name in enumerate(of.program.inputs)}


def said(step: Step) -> tuple[object, ...]:
    """A step as one line of a worked solution."""
    label = step.trace.program.label
    if step.event == "send":
        assert step.sender is not None
        return "send", label(step.sender), label(step.node), step.slot, step.upstream, step.local, step.contribution
    if step.event == "sum":
        return "sum", label(step.node), step.contributions, step.gradient
    return step.event, label(step.node), step.value if step.event == "value" else step.gradient


def story(of: Trace) -> list[tuple[object, ...]]:
    return [said(of.step(n)) for n in range(1, len(of) + 1)]


def test_the_lecture_example_step_by_step() -> None:
    assert story(run(EXAMPLE[0], **EXAMPLE[1])) == [
        ("value", "x+y", 3.0),
        ("value", "(x+y)*z", -12.0),
        ("seed", "(x+y)*z", 1.0),
        ("send", "(x+y)*z", "x+y", 0, 1.0, -4.0, -4.0),
        ("send", "(x+y)*z", "z", 1, 1.0, 3.0, 3.0),
        ("send", "x+y", "x", 0, -4.0, 1.0, -4.0),
        ("send", "x+y", "y", 1, -4.0, 1.0, -4.0),
    ]


def test_the_neuron_has_eight_gates_and_the_published_gradients() -> None:
    neuron = run("1/(1+exp(-(w0*x0+w1*x1+w2)))", w0=2.0, x0=-1.0, w1=-3.0, x1=-2.0, w2=-3.0)
    gates = [node.gate for node in neuron.program.nodes[neuron.program.first_gate :]]
    assert gates == ["mul", "mul", "add", "add", "neg", "exp", "add", "reciprocal"]
    assert neuron.output == pytest.approx(0.7310585786300049, rel=1e-15)
    expected = {"w0": -0.19661193, "x0": 0.39322387, "w1": -0.39322387, "x1": -0.58983580, "w2": 0.19661193}
    assert gradients(neuron) == pytest.approx(expected, rel=1e-7)


def test_a_square_by_hand_sends_twice_and_sums_once() -> None:
    assert story(run("x*x", x=3.0)) == [
        ("value", "x*x", 9.0),
        ("seed", "x*x", 1.0),
        ("send", "x*x", "x", 0, 1.0, 3.0, 3.0),
        ("send", "x*x", "x", 1, 1.0, 3.0, 3.0),
        ("sum", "x", (3.0, 3.0), 6.0),
    ]


@each(
    ("text", "x", "value", "gradient"),
    [
        ("x*x", 3.0, 9.0, 6.0),
        ("x-x", 3.0, 0.0, 0.0),
        ("x/x", 3.0, 1.0, 0.0),
        ("x^x", 2.0, 4.0, 4 * (math.log(2) + 1)),
        ("max(x, x)", 3.0, 3.0, 1.0),
        ("x+x", 3.0, 6.0, 2.0),
        ("x", 3.0, 3.0, 1.0),
        ("q = x; q", 3.0, 3.0, 1.0),
        ("0*x", 3.0, 0.0, 0.0),
        ("--x", 3.0, 3.0, 1.0),
        ("-x^2", 3.0, -9.0, -6.0),
        ("x^-1", 2.0, 0.5, -0.25),
    ],
)
def test_one_input_in_several_places(text: str, x: float, value: float, gradient: float) -> None:
    of = run(text, x=x)
    assert of.output == pytest.approx(value)
    assert gradients(of)["x"] == pytest.approx(gradient, abs=1e-16)


def test_a_fork_gets_its_sum_when_the_last_contribution_has_arrived() -> None:
    of = run("q = x*y; q*q + 2q", x=2.0, y=3.0)
    q = of.program.names["q"]
    (total,) = [of.step(n) for n in range(1, len(of) + 1) if of.step(n).event == "sum"]
    assert total.node == q
    assert total.contributions == (2.0, 6.0, 6.0)
    assert total.gradient == 14.0
    before = of.step(total.n - 1)
    assert (before.event, before.node) == ("send", q)
    after = of.step(total.n + 1)
    assert (after.event, after.sender, after.upstream) == ("send", q, 14.0)


def test_the_backward_pass_visits_the_gates_in_exactly_the_reverse_order() -> None:
    for seed in range(60):
        case = seeded(seed)
        of = trace(read(case.text), case.inputs)
        forward = [of.step(n).node for n in range(1, of.seed_step)]
        senders = [of.step(n).sender for n in range(of.seed_step + 1, len(of) + 1) if of.step(n).event == "send"]
        visited = list(dict.fromkeys(senders))
        assert visited == [gate for gate in reversed(forward) if gate in set(senders)]
        for gate in visited:
            slots = [wire.slot for wire in of.wires if wire.sender == gate]
            assert slots == sorted(slots)


def test_a_statement_that_nothing_uses_gets_the_gradient_zero_and_sends_nothing() -> None:
    of = run("unused = x*y; x + 1", x=2.0, y=3.0)
    unused = of.program.names["unused"]
    known = of.gradient(unused)
    assert known is not None
    assert (known.value, known.complete) == (0.0, True)
    assert gradients(of) == {"x": 1.0, "y": 0.0}
    assert unused not in of.wires.senders.tolist()
    assert of.value(unused) == 6.0


def test_what_depends_on_no_input_is_a_constant_and_gets_no_gradient() -> None:
    of = run("k = sqrt(4)*2; k*x", x=3.0)
    k = of.program.names["k"]
    assert of.value(k) == 4.0
    assert of.gradient(k) is None
    assert math.isnan(of.gradient_of(k))
    assert k not in of.wires.receivers.tolist()
    assert gradients(of) == {"x": 4.0}


def test_a_program_without_inputs_runs_and_has_no_gradients() -> None:
    of = run("2 + 3")
    assert of.output == 5.0
    assert [step[0] for step in story(of)] == ["value", "seed"]


def test_steps_show_what_the_arrays_hold() -> None:
    for seed in range(40):
        case = seeded(seed)
        of = trace(read(case.text), case.inputs)
        sent = []
        for n in range(1, len(of) + 1):
            step = of.step(n)
            assert step.n == n
            if step.event == "value":
                assert step.value == of.value_of(step.node)
                assert of.step_of_value(step.node) == n
            elif step.event == "send":
                assert step.edge is not None
                assert step.contribution == of.contribution_of(step.edge)
                assert step.local == of.wire(step.edge).local
                assert step.upstream == of.gradient_of(of.wires.senders[step.edge])
                sent.append(step.edge)
            if of.step_of_gradient(step.node) == n:
                assert step.gradient == of.gradient_of(step.node)
                known = of.gradient(step.node, n)
                assert known is not None
                assert known.complete
        assert sent == list(range(len(of.wires)))


def test_gradients_are_the_sums_of_their_contributions() -> None:
    for seed in range(40):
        case = seeded(seed)
        of = trace(read(case.text), case.inputs)
        for index in range(len(of.program.nodes)):
            parts = [wire.contribution for wire in of.arrivals(index)]
            if parts:
                assert of.gradient_of(index) == pytest.approx(sum(parts), rel=1e-12, abs=1e-12)


def test_nothing_is_known_before_its_step() -> None:
    of = run(*EXAMPLE[:1], **EXAMPLE[1])
    q = of.program.find("x+y")
    assert q is not None
    assert of.step(0).event == "start"
    assert [of.value(i, 0) for i in range(5)] == [-2.0, 5.0, -4.0, None, None]
    assert of.value(q, 1) == 3.0
    assert of.gradient(q, 3) is None
    assert of.gradient(q, 4) == of.gradient(q)


def test_a_partly_known_gradient_counts_what_has_arrived() -> None:
    of = run("x*x*x", x=2.0)
    x = 0
    counts = [known.received if (known := of.gradient(x, n)) else 0 for n in range(len(of) + 1)]
    assert counts == sorted(counts)
    assert counts[-1] == 3
    last = of.step_of_gradient(x)
    assert last is not None
    partial = of.gradient(x, last - 2)
    assert partial is not None
    assert not partial.complete


def test_going_back_shows_the_same_steps_as_going_forward() -> None:
    of = run("q = x*y; q*q + max(x, y)", x=2.0, y=3.0)
    there = [said(of.step(n)) for n in range(1, len(of) + 1)]
    back = [said(of.step(n)) for n in range(len(of), 0, -1)]
    assert there == back[::-1]


def test_over_moves_by_a_whole_gate_and_back_over_returns() -> None:
    of = run("x*x + y", x=3.0, y=1.0)
    stops = [0]
    while stops[-1] < len(of):
        stops.append(of.over(stops[-1]))
    # Two values, the seed, the sends of +, then the sends of × with the sum that they complete.
    assert stops == [0, 1, 2, 3, 5, 8]
    back = [len(of)]
    while back[-1] > 0:
        back.append(of.back_over(back[-1]))
    assert back == stops[::-1]
    assert of.over(len(of)) == len(of)
    assert of.back_over(0) == 0


def test_over_and_back_over_visit_the_same_places_in_any_program() -> None:
    for seed in range(40):
        case = seeded(seed)
        of = trace(read(case.text), case.inputs)
        stops, back = [0], [len(of)]
        while stops[-1] < len(of):
            stops.append(of.over(stops[-1]))
        while back[-1] > 0:
            back.append(of.back_over(back[-1]))
        assert back == stops[::-1]


def test_steps_outside_the_run_are_refused() -> None:
    of = run("x", x=1.0)
    for n in (-1, len(of) + 1):
        with pytest.raises(IndexError, match=f"step {n} is outside 0 … {len(of)}"):
            of.step(n)


def test_the_seed_scales_every_gradient() -> None:
    once = trace(read(EXAMPLE[0]), EXAMPLE[1])
    scaled = trace(read(EXAMPLE[0]), EXAMPLE[1], seed=2.5)
    np.testing.assert_array_equal(scaled.buffers.gradients, 2.5 * once.buffers.gradients)
    assert said(scaled.step(scaled.seed_step)) == ("seed", "(x+y)*z", 2.5)


def test_new_inputs_give_what_a_new_run_gives() -> None:
    for seed in range(40):
        case = seeded(seed)
        first = trace(read(case.text), case.inputs)
        other = {name: value + 0.125 for name, value in case.inputs.items()}
        edited, fresh = first.with_inputs(other), trace(read(case.text), other)
        assert edited.plan is first.plan
        for one, two in zip(arrays(edited), arrays(fresh), strict=True):
            np.testing.assert_array_equal(one, two)


def test_editing_keeps_the_other_inputs_the_seed_and_the_ties() -> None:
    of = trace(read("max(x, y)*z"), {"x": 1.0, "y": 1.0, "z": 3.0}, seed=2.0, ties="split")
    edited = of.with_inputs({"z": 4.0})
    assert edited.inputs == {"x": 1.0, "y": 1.0, "z": 4.0}
    assert gradients(edited) == {"x": 4.0, "y": 4.0, "z": 2.0}
    assert of.inputs["z"] == 3.0


def arrays(of: Trace) -> tuple[np.ndarray, ...]:
    return of.buffers.cells, of.buffers.gradients, of.buffers.slopes, of.buffers.contributions


def test_the_same_input_gives_the_same_bits() -> None:
    for seed in range(40):
        case = seeded(seed)
        runs = [trace(read(case.text), case.inputs) for _ in range(2)]
        for one, two in zip(*map(arrays, runs), strict=True):
            assert one.tobytes() == two.tobytes()


def test_a_run_cannot_be_changed() -> None:
    of = run("x*y", x=1.0, y=2.0)
    for array in arrays(of):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7.0


def test_gates_that_are_computed_together_have_the_values_they_have_alone() -> None:
    together = run("sin(x) + sin(y) + exp(x) + exp(y)", x=0.3, y=-1.2)
    alone = [run("sin(x)", x=0.3), run("sin(x)", x=-1.2), run("exp(x)", x=0.3), run("exp(x)", x=-1.2)]
    found = [together.value(i) for i, node in enumerate(together.program.nodes) if node.gate in ("sin", "exp")]
    assert found == [alone[0].output, alone[1].output, alone[2].output, alone[3].output]


def test_the_first_node_that_is_not_finite_is_named() -> None:
    of = run("a = x*2; b = log(y); c = a + b; c*c", x=1.0, y=0.0)
    assert of.first_not_finite == of.program.names["b"]
    assert run("x*2", x=1.0).first_not_finite is None
    edge = run("sqrt(x)*y", x=0.0, y=1.0)
    assert edge.first_not_finite is None
    assert edge.first_edge_not_finite is not None
    assert edge.wire(edge.first_edge_not_finite).local == math.inf


def test_a_given_infinity_does_not_hide_the_one_that_is_made() -> None:
    masked = trace(
        read("sum(softmax(s + M)@log(v))"),
        {"s": np.zeros((2, 2)), "M": np.array([[0.0, -math.inf], [0.0, 0.0]]), "v": np.array([0.0, 1.0])},
    )
    assert [masked.program.label(i) for i in masked.given_not_finite] == ["M"]
    assert masked.first_not_finite == masked.program.find("log(v)")
    assert masked.first_nan is None
    alone = run("x - x + y", x=math.inf, y=1.0)
    assert (alone.given_not_finite, alone.first_not_finite) == ((0,), alone.program.find("x - x"))
    only = run("x*2", x=math.inf)
    assert (only.first_not_finite, only.first_nan) == (None, None)


@each(
    ("text", "inputs", "value", "gradients"),
    [
        ("log(x)*0 + sqrt(y)", {"x": 0.0, "y": -1.0}, ["log(x)", "log(x)*0"], {"x": ["log(x)"], "y": ["sqrt(y)"]}),
        ("exp(x)*exp(x)*0", {"x": 500.0}, ["exp(x)*exp(x)", "exp(x)*exp(x)*0"], {"x": []}),
        ("sqrt(y) + log(x)", {"x": 0.0, "y": -1.0}, ["sqrt(y)"], {"x": ["log(x)"], "y": ["sqrt(y)"]}),
        ("1/(1 + exp(-x))", {"x": -1000.0}, [], {"x": ["exp(-x)"]}),
        ("x + y", {"x": math.inf, "y": 1.0}, ["x"], {"x": [], "y": []}),
        ("1/x - 1/x", {"x": 0.0}, ["1/x", "1/x - 1/x"], {"x": ["1/x", "x"]}),
    ],
)
def test_a_cause_lies_on_the_way_of_the_node_it_is_told_of(
    text: str, inputs: dict[str, float], value: list[str], gradients: dict[str, list[str]]
) -> None:
    of = run(text, **inputs)
    label = of.program.label
    assert [label(i) for i in value_causes(of, of.program.output)] == value
    for name, causes in gradients.items():
        assert [label(cause.node) for cause in gradient_causes(of, of.program.names[name])] == causes


def test_the_edges_at_which_a_gradient_ends_are_named() -> None:
    of = run("u*0 + sign(w) + relu(tanh(v)) + z - z", u=1.0, w=2.0, v=-1.0, z=3.0)
    label, names = of.program.label, of.program.names
    found = {name: [(label(c.node), c.wire is None) for c in zero_causes(of, names[name])] for name in "uwvz"}
    assert found == {
        "u": [("u*0", False)],
        "w": [("sign(w)", False)],
        "v": [("relu(tanh(v))", False)],
        "z": [("z", True)],
    }
    # Several nodes are asked about in one pass.
    several = zero_causes_of(of, [names[name] for name in "uwvz"])
    assert [[(label(c.node), c.wire is None) for c in causes] for causes in several] == [*found.values()]
    assert zero_causes(run("x*y", x=1.0, y=2.0), 0) == ()


def test_ieee_rules_hold_without_a_warning() -> None:
    of = run("1/x + log(y) + exp(z)", x=0.0, y=-1.0, z=1000.0)
    assert math.isnan(of.output)
    assert [of.value(of.program.find(t) or 0) for t in ("1/x", "exp(z)")] == [math.inf, math.inf]


def test_a_router_that_is_not_taken_passes_zero_whatever_arrives() -> None:
    of = run("sqrt(max(0, x))", x=-1.0)
    assert gradients(of) == {"x": 0.0}


def test_ties_are_split_only_when_asked() -> None:
    program = read("max(x, y, z)")
    inputs = {"x": 1.0, "y": 2.0, "z": 2.0}
    assert gradients(trace(program, inputs)) == {"x": 0.0, "y": 1.0, "z": 0.0}
    assert gradients(trace(program, inputs, ties="split")) == {"x": 0.0, "y": 0.5, "z": 0.5}


@each(
    ("inputs", "message"),
    [
        ({"x": 1.0}, "no value for y, z"),
        ({"x": 1.0, "y": 1.0, "z": 1.0, "w": 1.0}, "'w' does not stand in the program"),
        ({"x": 1.0, "y": 1.0, "z": 1.0, "q": 1.0}, "'q' is assigned in the program"),
    ],
)
def test_inputs_must_fit_the_program(inputs: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        trace(read("q = x + y; q*z"), inputs)
    assert caught.value.hint


def chain(count: int) -> Program:
    """sin(sin(… sin(x)))"""
    nodes = [Node(None, (), "x"), *(Node(GATES["sin"], (i,)) for i in range(count))]
    return Program("", tuple(nodes), count, {"x": 0})


def fan(count: int) -> Program:
    """A balanced sum of sin(x)."""
    nodes = [Node(None, (), "x"), *(Node(GATES["sin"], (0,)) for _ in range(count))]
    row = list(range(1, count + 1))
    while len(row) > 1:
        pairs = list(zip(row[::2], row[1::2], strict=False))
        row = row[2 * len(pairs) :]
        for pair in pairs:
            nodes.append(Node(GATES["add"], pair))
            row.append(len(nodes) - 1)
    return Program("", tuple(nodes), row[0], {"x": 0})


@pytest.mark.parametrize(
    ("build", "count", "gradient"),
    [
        # The n-fold sine of 1 falls like sqrt(3/n), and its slope like the cube of that.
        (chain, 20_000, pytest.approx(2e-6, rel=0.5)),
        (fan, 10_000, pytest.approx(10_000 * math.cos(1), rel=1e-9)),
    ],
    ids=["chain", "fan"],
)
def test_twenty_thousand_gates_run(build: Callable[[int], Program], count: int, gradient: object) -> None:
    of = run_plan(plan(build(count)), {"x": 1.0})
    for n in range(0, len(of), 997):
        assert of.step(n).n == n
    assert of.gradient_of(0) == gradient


@pytest.mark.parametrize("build", [chain, fan])
def test_planning_running_and_looking_is_linear(build: Callable[[int], Program]) -> None:
    def work(size: int) -> Callable[[], object]:
        program = build(size)

        def run() -> None:
            of = run_plan(plan(program), {"x": 1.0})
            for n in range(len(of) + 1):
                of.step(n)

        return run

    assert grows_with(2_000, work) < 2.1


def test_an_edit_of_a_wide_program_takes_a_call_a_batch_and_not_a_call_a_gate() -> None:
    of = run_plan(plan(fan(10_000)), {"x": 1.0})
    assert effort(lambda: of.with_inputs({"x": 0.1})) < 2_000


@each(("text", "local"), [("M/0", [np.inf, np.inf]), ("1/1e200/M", [-0.0, -0.0]), ("M/1e200", [1e-200, 1e-200])])
def test_local_gradients_of_arrays_and_extreme_constants_are_ieee_numbers(text: str, local: list[float]) -> None:
    run = trace(read(text), {"M": np.array([1e200, -1e200])})
    np.testing.assert_allclose(np.asarray(run.arrivals(0)[0].local), local)


@pytest.mark.parametrize("constant", ["0", "1e200"])
def test_every_local_gradient_of_a_quotient_with_an_extreme_divisor_can_be_asked_for(constant: str) -> None:
    run = trace(read(f"sum(v*(M/{constant}))"), {"M": np.ones((2, 2)), "v": np.ones(2)})
    locals_ = [wire.local for wire in run.wires]
    assert [np.shape(local) for local in locals_ if local is not None] == [(2, 2)] * 3


def test_what_has_arrived_at_an_array_is_the_sum_so_far_in_whatever_order_it_is_asked() -> None:
    run = trace(read("sum(x*a + x*b + x*c + x*x)"), {"x": np.array([1.0, 2.0]), "a": 3.0, "b": 5.0, "c": 7.0})
    steps = run.arrivals(0).steps.tolist()
    expected = np.cumsum([np.asarray(wire.contribution) for wire in run.arrivals(0)], axis=0)
    for k in [0, 1, 3, 2, 2, 0, 4, 3, 1]:
        known = run.gradient(0, steps[k])
        assert known is not None
        assert (known.received, known.expected) == (k + 1, 5)
        np.testing.assert_array_equal(known.value, expected[k])


def test_a_hub_of_arrays_adds_up_each_of_its_contributions_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run = trace(read("+".join(["x"] * 1000)), {"x": np.ones(2)})
    asked: list[int] = []
    ask = Trace.contribution_of

    def counted(run: Trace, edge: int) -> Number:
        asked.append(edge)
        return ask(run, edge)

    monkeypatch.setattr(Trace, "contribution_of", counted)
    for n in range(len(run) + 1):
        run.gradient(0, n)
    assert sorted(asked) == sorted(run.arrivals(0).edges)[:-1]


# Origins


def arrayed(text: str, **inputs: Any) -> Trace:
    return trace(read(text), {name: np.array(x, float) if np.ndim(x) else float(x) for name, x in inputs.items()})


@each(
    ("cells", "not_finite", "nan"),
    [
        ([1e308, 1e308], True, False),
        ([math.inf, 1.0], False, False),
        ([math.inf, -math.inf], True, True),
        ([math.nan, 1.0], False, False),
        ([1.0, 2.0], False, False),
    ],
    ids=str,
)
def test_a_sum_of_cells_makes_what_none_of_them_is(cells: list[float], not_finite: bool, nan: bool) -> None:
    of = arrayed("sum(x)", x=cells)
    assert of.first_not_finite == (of.program.output if not_finite else None)
    assert of.first_nan == (of.program.output if nan else None)


@pytest.mark.parametrize(
    ("sum_of", "first"),
    [
        # The sum of what arrives at u is infinite, which no contribution is; or the root sends what is not finite before that.
        ("sqrt(v) + (u*1e308 + u*1e308)", ("u = x*1", None)),
        ("(u*1e308 + u*1e308) + sqrt(v)", ("sqrt(v)", 11)),
    ],
)
def test_of_two_origins_the_one_that_comes_first_on_the_way_back_is_the_cause(sum_of: str, first: tuple[str, int | None]) -> None:
    of = run(f"v = x*1; u = x*1; {sum_of}", x=0.0)
    (cause,) = gradient_causes(of, 0)
    label, step = first
    assert cause.node == (of.program.names["u"] if step is None else of.program.find(label))
    assert (None if cause.wire is None else cause.wire.step) == step


def test_all_places_at_which_a_gradient_ends_are_told_in_the_order_of_the_way_back() -> None:
    of = run("z = x*1; w = x*1; y = x*1; (z + z - 2*z) + w*0 + (y - y)", x=3.0)
    names = of.program.names
    causes = [(cause.node, cause.wire is None) for cause in zero_causes(of, 0)]
    assert causes == [(names["y"], True), (of.program.find("w*0"), False), (names["z"], True)]
    other = run("z = x*1; w = x*1; (z + z - 2*z) + w*0", x=3.0)
    assert [cause.node for cause in zero_causes(other, 0)] == [other.program.find("w*0"), other.program.names["z"]]


# Refusals


@each(
    ("text", "inputs", "report"),
    [
        ("x*2", {}, "no value for x\nhint: give x=…"),
        (
            "E^x*q",
            {"x": 1},
            "no value for E, q\nhint: give E=… q=…; if 2.718… is meant, it is written e: e^x*q",
        ),
        ("2+3", {"x": 1}, "'x' does not stand in the program\nhint: it has no inputs"),
        ("x*2", {"x": 1, "y": 1}, "'y' does not stand in the program\nhint: its inputs are x"),
        (
            "q=x*2",
            {"x": 1, "q": 2},
            "'q' is assigned in the program, so it cannot be given a value\nhint: leave q= out, or the statement that assigns it",
        ),
        (
            "a = x*1; cross_entropy(a, y)",
            {"x": [1, 2], "y": 5},
            "5 is no class\n  a = x*1; cross_entropy(a, y)\n           ^^^^^^^^^^^^^^^^^^^\n"
            "hint: with 2 scores the classes are the whole numbers 0 to 1",
        ),
        (
            "a = 2*x; onehot(y, a)",
            {"x": [1, 2], "y": 5},
            "5 is no class\n  a = 2*x; onehot(y, a)\n           ^^^^^^^^^^^^\n"
            "hint: with 2 scores the classes are the whole numbers 0 to 1",
        ),
    ],
)
def test_inputs_that_do_not_do_are_refused_in_these_words(text: str, inputs: dict[str, Any], report: str) -> None:
    with pytest.raises(InputError) as caught:
        arrayed(text, **inputs)
    assert caught.value.report() == f"error: {report}"


@pytest.mark.parametrize(("x", "shape"), [(1.0, "is a single number"), (np.ones(3), "3")], ids=["number", "vector"])
def test_a_seed_of_another_shape_is_refused_in_these_words(x: Any, shape: str) -> None:
    with pytest.raises(InputError) as caught:
        trace(read("x*2"), {"x": x}, seed=np.ones(2))
    assert caught.value.message == f"the seed has the shape 2, and the output {shape}"
    assert caught.value.hint == "the seed has the shape of the output, or is a single number for all its cells"


# Views of a run


def test_the_size_of_a_gradient_is_that_of_its_largest_cell() -> None:
    for of in (arrayed("sum(x*y) + 3*a + 0*sum(v) - x[0]", x=[1, -2], y=[3, -7], a=2, v=[]), run("x*y - 3*x", x=2.0, y=-5.0)):
        nodes = node_sizes(of.plan, of.buffers.gradients)
        edges = edge_sizes(of.plan, of.buffers.contributions)
        largest = [np.max(np.abs(of.gradient_of(i)), initial=0.0) for i in range(len(of.program.nodes))]
        np.testing.assert_array_equal(nodes, largest)
        np.testing.assert_array_equal(of.gradient_sizes, largest)
        for index in range(len(of.program.nodes)):
            assert RunNode(of, index).shape == np.shape(of.value_of(index))
        np.testing.assert_array_equal(edges, [np.max(np.abs(wire.contribution), initial=0.0) for wire in of.wires])


def test_the_gate_at_work_is_the_one_that_computes_or_sends() -> None:
    of = run("x*x", x=3.0)
    assert [of.gate_at(n) for n in range(len(of) + 1)] == [None, 1, 1, 1, 1, 1]
    assert of.seed_step == 2


def test_a_gate_over_cells_takes_numbers_too() -> None:
    of = arrayed("s = stack(a, b, a); sum(s*s)", a=2, b=3)
    assert of.value(of.program.names["s"]).tolist() == [2.0, 3.0, 2.0]
    assert gradients(of) == {"a": 8.0, "b": 6.0}


def test_two_runs_are_compared_by_their_largest_relative_difference() -> None:
    one = run("x*x + x", x=3.0)
    assert difference(one, one) == 0.0
    # 12 against 9, and the gradients 7 against 6.
    assert difference(one, run("x*x + 0*x", x=3.0)) == pytest.approx(0.25)
    assert difference(one, run("0*x + 12", x=3.0)) == 1.0
    nan, infinite = run("x - x", x=math.inf), run("x*2", x=math.inf)
    assert difference(nan, nan) == difference(infinite, infinite) == 0.0
    assert difference(nan, infinite) == difference(infinite, run("-x*2", x=math.inf)) == math.inf
    assert difference(run("x*y", x=2.0, y=3.0), run("y*x", x=2.0, y=3.0)) == 0.0
    assert difference(arrayed("2*x", x=[1, 2]), arrayed("sum(x)", x=[1, 2])) == math.inf
    assert difference(arrayed("2*x", x=[1, 2]), arrayed("2*x", x=[1, 4])) == 0.5
