"""The two ways in which a run computes numbers, batches (``columns``) and the tape, come to the same bits."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graphstep.engine import plan as plans
from graphstep.engine import tape as tapes
from graphstep.engine.core.loop import CompiledLoop
from graphstep.engine.few import run_few
from graphstep.engine.levels import Batch, Level
from graphstep.engine.loop import PythonLoop, Sent
from graphstep.engine.order import following_order
from graphstep.engine.passes import Buffers, backward, forward
from graphstep.engine.plan import Plan, plan
from graphstep.engine.trace import trace
from graphstep.gates import ELEMENTWISE
from graphstep.gates.floats import PLAIN, float_function
from graphstep.gates.numbers import value
from graphstep.ground.operands import Constant
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from tests.benchmarks.shapes import SHAPES
from tests.cases import each
from tests.engine.core import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.gates import Ties

PROGRAMS = 2_000
SPECIAL = (0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -0.5, 3.0, float("inf"), float("-inf"), float("nan"), 1e-320, 1e300, -1e300, 1e-170)
"""Kinks, ties, poles and the ends of float64."""


@pytest.fixture(autouse=True)
def in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's loop, whatever is installed: what the core does is compared with it."""
    monkeypatch.setattr(tapes, "core", lambda: None)


@pytest.fixture(autouse=True)
def columns_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The columns of a plan, which it makes for its levels and for its tape, and drops: here all are of the same ones."""
    columns = cached_property(Plan._columns.fget)
    columns.__set_name__(Plan, "_columns")
    monkeypatch.setattr(Plan, "_columns", columns)


def number(choose: Random) -> float:
    """A number that is likely to be special, or one that has been drawn often."""
    return choose.choice(SPECIAL) if choose.random() < 0.4 else round(choose.gauss(0, 2), choose.choice((0, 1, 16)))


def drawn(seed: int, names: Sequence[str] = tuple(ELEMENTWISE)) -> tuple[Program, dict[str, float]]:
    """A random program of elementwise gates, of these, and values for its inputs."""
    choose = Random(seed)
    count = choose.randrange(1, 6)
    nodes = [Node(None, name=f"x{i}") for i in range(count)]
    names = [name for name in names if name != "constant"]
    few = choose.sample(names, 3)
    for _ in range(choose.randrange(1, 60)):
        rule = ELEMENTWISE[choose.choice(few if choose.random() < 0.7 else names)]
        low, high = rule.arity
        size = choose.randrange(low, (low + 3 if high is None else high) + 1)
        size = max(size, len(rule.partials))
        # Some programs are deep, and others have levels wide enough for NumPy.
        oldest = max(0, len(nodes) - 3) if seed % 3 == 0 else 0
        operands = [
            choose.randrange(oldest, len(nodes)) if choose.random() < 0.85 else Constant(number(choose), "c") for _ in range(size)
        ]
        if rule.name == "power":
            operands[1] = Constant(number(choose), "c")
        nodes.append(Node(rule, tuple(operands)))
    inputs = {node.name or "": number(choose) for node in nodes[:count]}
    data = frozenset(choose.sample(sorted(inputs), choose.randrange(count)))
    return Program("", tuple(nodes), len(nodes) - 1, {f"x{i}": i for i in range(count)}, data), inputs


def bits(array: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bytes:
    """The bits of numbers; one pattern for every nan, whose sign no operation promises."""
    return np.where(np.isnan(array), np.nan, array).tobytes()


def runs(work: Plan, inputs: dict[str, float], ties: Ties = "first") -> list[list[bytes]]:
    """All numbers of a run, in bits: from batches, from the tape in Python and, where it can be compiled, in C."""
    numbers, in_python = [], work.tape
    assert in_python is not None
    assert isinstance(in_python.loop, PythonLoop)
    tapes_of = [in_python, in_python]
    if not isinstance(core := compiled.core(), str):
        loop = in_python.loop
        sent = Sent(np.array(loop.senders, np.int32), np.array(loop.receivers, np.int32), np.array(loop.start))
        tapes_of.append(replace(in_python, loop=CompiledLoop.of(core, loop.groups, work._columns, sent)))
    for between, tape in zip((lambda: None, None, None), tapes_of, strict=False):
        vars(work)["tape"] = tape
        buffers = Buffers.of(work)
        with np.errstate(all="ignore"):
            forward(work, buffers, inputs, between)
            backward(work, buffers, 0.75, ties, between)
        numbers.append([bits(each) for each in (buffers.cells, buffers.gradients, buffers.slopes, buffers.contributions)])
    return numbers


def columns_of(work: Plan) -> list[object]:
    """What a plan says of its edges."""
    nodes = range(len(work.program.nodes))
    columns = (work.receiver, work.sender, work.slot, work.edge_step, bits(np.asarray(work.constants)), work.arrivals.counts())
    return [
        *(np.asarray(column).tolist() for column in columns),
        work.last_step,
        [work.arrivals[node] for node in nodes],
        [[*work.edges_of(node)] for node in nodes],
        [work.edge_at(node, slot) for node in nodes for slot in range(4)],
        [work.event(n) for n in range(1, work.last_step + 1)],
        [work.step_of_sum(node) for node in nodes],
        work.gates_at.tolist(),
    ]


def test_few_gates_have_the_same_bits_out_of_floats_and_out_of_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    names, counted = ("add", "sub", "mul", "div", "neg", "max", "min", "abs", "relu", "sqrt"), [0, 0]
    for seed in range(900):
        ties: Ties = "split" if seed % 2 else "first"
        # Those of Python's floats, and then those that are asked of NumPy too.
        program, inputs = drawn(seed, names) if seed < 600 else drawn(seed)
        work = plan(program)
        assert work.is_few
        with np.errstate(all="ignore"):
            few = run_few(work, inputs, 0.75, ties)
        with monkeypatch.context() as all_are_many:
            all_are_many.setattr(plans, "FEW", -1)
            other = plan(program)
        assert not other.is_few
        assert columns_of(work) == columns_of(other), seed
        if few is None:
            continue
        counted[seed >= 600] += 1
        buffers = Buffers.of(other)
        with np.errstate(all="ignore"):
            forward(other, buffers, inputs)
            backward(other, buffers, 0.75, ties)
        buffers.freeze(other)
        for of_floats, of_arrays in zip(_numbers(few), _numbers(buffers), strict=True):
            assert bits(np.asarray(of_floats)) == bits(of_arrays), seed
    assert counted[0] > 100
    assert counted[1] > 50


def _numbers(buffers: Buffers) -> tuple[Any, ...]:
    return buffers.cells, buffers.gradients, buffers.slopes, buffers.contributions


def test_two_thousand_random_programs_have_the_same_bits_on_the_tape_in_c_and_in_batches() -> None:
    counts = dict.fromkeys(ELEMENTWISE, 0)
    for seed in range(PROGRAMS):
        program, inputs = drawn(seed)
        ranks = Random(seed)
        order = following_order(program, lambda _, ranks=ranks: ranks.random()) if seed % 4 == 0 else None
        work = plan(program, order)
        assert work.tape is not None
        in_batches, *on_the_tape = runs(work, inputs, "split" if seed % 2 else "first")
        assert all(numbers == in_batches for numbers in on_the_tape), seed
        for node in program.nodes[program.first_gate :]:
            counts[node.gate or ""] += 1
    assert min(count for name, count in counts.items() if name != "constant") > 100


def plain(of: object) -> object:
    """Levels in tuples and lists, with each rule by its name."""
    if isinstance(of, np.ndarray):
        return of.tolist()
    if isinstance(of, tuple):
        return [*map(plain, of)]
    return [plain(getattr(of, field.name)) for field in fields(of)] if isinstance(of, Batch | Level) else of


def test_levels_in_columns_are_those_that_are_made_gate_by_gate() -> None:
    for seed in range(200):
        program, _ = drawn(seed)
        work = plan(program)
        assert plain(work._columns.levels()) == plain(work._levels.levels()), seed


def test_a_gate_makes_the_same_of_a_number_alone_as_of_many() -> None:
    choose = Random(0)
    differing = []
    for rule in ELEMENTWISE.values():
        size = max(rule.arity[0], len(rule.partials), 1)
        inputs = [np.array([number(choose) for _ in range(300)]) for _ in range(size)]
        function, _ = float_function(rule, size)
        with np.errstate(all="ignore"):
            together = np.broadcast_to(value(rule, inputs, {}), 300).astype(float)
            alone = np.array([function(*row) for row in zip(*(column.tolist() for column in inputs), strict=True)], float)
        if bits(together) != bits(alone):
            differing.append(rule.name)
    assert not differing


def test_the_gates_of_most_programs_are_computed_by_python() -> None:
    plain = {name for name, rule in ELEMENTWISE.items() if float_function(rule, max(rule.arity[0], len(rule.partials), 1))[1]}
    assert plain >= {"add", "sub", "mul", "div", "neg", "reciprocal", "sqrt", "abs", "relu"}
    assert len(PLAIN) == 9


@each("shape", SHAPES)
def test_a_tape_is_made_where_a_graph_is_narrow(shape: str) -> None:
    program, inputs = SHAPES[shape](3_200)
    work = trace(program, inputs).plan
    assert (work.tape is None) == (shape == "balanced tree")
    if work.tape is not None:
        in_batches, *on_the_tape = runs(work, inputs)
        assert all(numbers == in_batches for numbers in on_the_tape)


def test_a_program_with_arrays_or_a_narrower_type_has_no_tape() -> None:
    program, _ = drawn(1)
    assert plan(program).tape is not None
    assert plan(program, dtype="float32").tape is None
    rule = ELEMENTWISE["mul"]
    arrays = Program("", (Node(None, name="x", shape=(2,)), Node(rule, (0, 0), shape=(2,))), 1, {"x": 0})
    assert plan(arrays).tape is None
