"""Rounds that are watched once and played again come to the bits of rounds that gates compute, whatever plays them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.arithmetic import start
from graphstep.engine.passes import Buffers, backward, forward, write
from graphstep.engine.plan import plan
from graphstep.engine.training import drill as drills
from graphstep.engine.training import score as scores
from graphstep.engine.training.drill import Drill
from graphstep.engine.training.rehearsal import Note
from graphstep.engine.training.score import Score
from graphstep.gates import ELEMENTWISE, GATES, STRUCTURAL
from graphstep.gates.optimizers import OPTIMIZERS
from graphstep.ground.arrays import plain, shape_of
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.rewrite import read_program
from graphstep.language.shapes import infer_shapes
from tests.cases import each
from tests.engine.core import compiled
from tests.engine.core.test_core import matrix
from tests.engine.test_tape import bits
from tests.gates.rows.test_rows import CASES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphstep.gates.rule import Rule

ROUNDS = 5


@pytest.fixture(params=["NumPy", "the core"], autouse=True)
def _player(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    core = compiled.core() if request.param == "the core" else None
    if isinstance(core, str):
        pytest.skip(f"there is no core: {core}")
    monkeypatch.setattr(scores, "compiled", lambda: core)


@pytest.fixture(autouse=True)
def _as_in_a_run() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


def alone(rule: Rule, values: tuple[Any, ...], options: dict[str, Any]) -> Program:
    """A program whose output is the sum of a gate's cells, each times another number."""
    names = [f"x{k}" for k in range(len(values))]
    nodes = [*(Node(None, (), name) for name in (*names, "t"))]
    nodes.append(Node(rule, tuple(range(len(names))), None, None, "f", tuple(sorted(options.items()))))
    nodes.append(Node(GATES["mul"], (len(names), len(nodes) - 1), None, None, "f*t"))
    nodes.append(Node(GATES["sum"], (len(nodes) - 1,), None, None, "sum"))
    return Program("f", tuple(nodes), len(names) + 1, {name: k for k, name in enumerate((*names, "t"))})


def turns(values: tuple[Any, ...], moving: set[int]) -> Iterator[tuple[Any, ...]]:
    """The inputs of some rounds: two ordinary ones, a watched one among them, then larger ones, zeros and what is no number."""
    draw = np.random.default_rng(3)
    for turn in range(ROUNDS):
        scale = (1.0, 1.0, -1.5, 900.0, 1.0)[turn]
        drawn = []
        for slot, value in enumerate(values):
            array = np.array(value)
            if slot in moving:
                array = np.asarray(array * scale + 0.1 * turn)
                if turn == 4:
                    array[draw.random(array.shape) < 0.3] = draw.choice([0.0, -0.0, np.nan, np.inf])
            drawn.append(array)
        yield tuple(drawn)


def compared(program: Program, rounds: list[dict[str, Any]], ties: Any = "first") -> Drill:
    """Let both ways compute the same rounds."""
    fitted = infer_shapes(program, {name: shape_of(plain(value)) for name, value in rounds[0].items()}, ties).program
    work = plan(fitted)
    drill, usual = Drill(work, Buffers.of(work), ties, range(len(fitted.inputs))), Buffers.of(work)
    for turn, inputs in enumerate(rounds):
        for place, name in enumerate(fitted.inputs):
            write(drill.buffers.cells, work.place(place), inputs[name])
        drill.forward()
        drill.backward()
        forward(work, usual, {name: plain(value) for name, value in inputs.items()})
        backward(work, usual, 1.0, ties)
        for got, expected in ((drill.buffers.cells, usual.cells), (drill.buffers.contributions, usual.contributions)):
            assert bits(got) == bits(expected), (program.text, turn)
        assert bits(drill.buffers.gradients) == bits(usual.gradients), (program.text, turn)
        for got, place in zip(drill.squares, range(len(fitted.inputs)), strict=True):
            cells = usual.gradients[work.starts[place] : work.starts[place + 1]]
            assert bits(np.array(got)) == bits(np.add.reduce(cells * cells, axis=None)), (program.text, turn)
    return drill


@each("name", STRUCTURAL, ids=STRUCTURAL)
def test_every_gate_of_arrays_comes_to_the_bits_that_it_computes(name: str) -> None:
    cases = CASES[name]
    for case in cases[:: max(1, len(cases) // 4)]:
        values, moving = case.inputs(), {*case.moving()} if name not in ("solve", "inv", "logdet") else set()
        if name == "broadcast" and case.shapes[0] == case.options["shape"]:
            continue
        shape = case.gate.shape(case.shapes, case.options)
        t = np.random.default_rng(1).normal(size=shape)
        rounds = [{f"x{k}": x for k, x in enumerate(turn)} | {"t": t} for turn in turns(values, moving)]
        for ties in ("first", "split") if name in ("amax", "amin") else ("first",):
            compared(alone(case.gate, values, dict(case.options)), rounds, ties)


@each("name", ELEMENTWISE, ids=ELEMENTWISE)
def test_every_gate_of_cells_comes_to_the_bits_that_it_computes(name: str) -> None:
    rule = ELEMENTWISE[name]
    count = max(rule.arity[0], len(rule.partials), 1)
    draw = np.random.default_rng(2)
    for shape in ((), (1,), (4,), (2, 3), (40, 30)):
        values = tuple(draw.normal(size=shape) for _ in range(count))
        rounds = [
            {f"x{k}": x for k, x in enumerate(turn)} | {"t": np.full(shape, 0.7)} for turn in turns(values, {*range(count)})
        ]
        compared(alone(rule, values, {}), rounds)


NETWORKS = [
    "h = tanh(x@w); sum((h@v - y)^2)",
    "h = sigmoid(x@w + b); z = h@v; mean((z - y)^2) + 0.1*sum(w^2) + c*c*sum(v)",
    "h = relu(x@w + b); z = softmax(h@v, axis=1); -mean(sum(y*log(z^2 + 1), axis=1))",
    "h = concat(x@w, relu(x)@w, axis=0); z = log_softmax(reshape(h, -1, 4)@v, axis=1); -mean(z[0:2]) + c*sum(y)",
    "h = max(x@w, x@w + c)/(1 + |x@w|); 0.01*sum(h.T@h) - c*mean(h*y[0, 0]) + c^3 + 2^c",
    "h = layer_norm(x@w); z = where(h > 0, h, c*h)@v; mean((z - y)^2)",
]


@each("text", NETWORKS)
def test_networks_are_trained_to_the_same_bits_with_every_optimizer(text: str) -> None:
    draw = np.random.default_rng(4)
    shapes = {"x": (12, 5), "w": (5, 4), "v": (4, 3), "b": (4,), "y": (12, 3)}
    program = read_program(text, {})
    inputs = {name: draw.normal(size=shapes[name]) if name in shapes else 0.3 for name in program.inputs}
    params = [name for name in program.inputs if name not in "xy"]
    # All of them where the network is plain.
    for name in OPTIMIZERS if "tanh" in text else ("momentum", "adam"):
        trained = []
        for most in (drills.GATES, -1):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(drills, "GATES", most)
                training = gs.train(text, params=params, lr="0.05*0.9^t", steps=9, optimizer=name, inputs=inputs, batch="x,y:5")
            machine = training.machine
            numbers = [training.history.losses, *training.history.norms.values(), *map(np.ravel, training.params.values())]
            numbers += [np.ravel(state) for param in params for state in machine.state_of(param).values()]
            trained.append([bits(np.array(column)) for column in numbers])
            if most > 0:
                assert len(training.history) == 9
                for k in (0, 1, 2, 5, 8):
                    # What the user steps through is computed by the gates.
                    run = training.round(k)
                    assert bits(np.array(run.output)) == bits(np.array(training.history.losses[k]))
                last = {u.node: u.after for u in run.updates}
                for param in params:
                    assert bits(np.ravel(last[run.program.names[param]])) == bits(np.ravel(training.params[param]))
        assert trained[0] == trained[1], name


def test_a_round_with_other_answers_goes_the_usual_way(monkeypatch: pytest.MonkeyPatch) -> None:
    program = read_program("sum(sigmoid(x) * t)", {})
    usual = []
    monkeypatch.setattr(drills, "forward", lambda *arguments: usual.append(arguments) or forward(*arguments))
    inputs = [np.array([scale, 1.0]) for scale in (1.0, 2.0, 3.0, -720.0, 4.0, np.nan)]
    compared(program, [{"x": x, "t": np.ones(2)} for x in inputs])
    assert len(usual) == 2, "the first round, and the one whose exponential is too large"


def test_what_one_pass_leaves_for_the_other_is_of_the_same_round() -> None:
    draw = np.random.default_rng(4)
    # The usual way forward below −700, and back above: in the round between them the way back is played.
    rounds = [{"x": draw.uniform(1, 2, (3, 4)), "c": np.array(c)} for c in (0.1, 0.2, -1000.0, 1000.0, 0.3)]
    compared(read_program("g = gelu(x); sum(sigmoid(c*g) + g)", rounds[0]), rounds)


def test_what_cannot_be_watched_is_a_call_of_the_gate() -> None:
    asked = []

    def value(np_: Any, inputs: Any, options: Any) -> Any:
        asked.append(type(inputs[0]))
        return np_.multiply(np.asarray(inputs[0]).tolist(), 2.0)

    rule = replace(GATES["relu"], value=value)
    x = np.ones(3)
    compared(alone(rule, (x,), {}), [{"x0": x * k, "t": x} for k in range(ROUNDS)])
    assert asked.count(np.ndarray) == 2 * ROUNDS


def test_large_arrays_on_the_way_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drills, "SPARE", 100)
    x = np.ones(30)
    drill = compared(read_program("sum(sigmoid(x)*t)", {}), [{"x": x * k, "t": x} for k in range(ROUNDS)])
    assert drill._scores == [None, None]


# -- orders of the core --


def orders() -> Iterator[tuple[Callable[..., Any], tuple[Any, ...], Any, dict[str, Any]]]:
    """Calls on arrays by chance: a function, what it reads, what it writes, and its options."""
    draw = np.random.default_rng(8)
    for turn in range(400):
        rows, columns = (int(n) for n in draw.integers(1, draw.choice([3, 9, 40]), 2))
        x, y = matrix(draw, rows, columns), matrix(draw, rows, columns)
        for ufunc in (np.add, np.subtract, np.multiply, np.divide):
            yield ufunc, (x, (y, x, y[:1], y[:, :1], 0.3, 2)[turn % 6]), np.empty((rows, columns)), {}
        for ufunc in (np.negative, np.positive, np.square):
            yield ufunc, (x if turn % 2 else x.T.copy().T,), np.empty((rows, columns)), {}
        solid = np.ascontiguousarray(x)
        for axis in (None, 0, 1, -1, (0,), (0, 1)):
            for keepdims in (False, True):
                out = np.empty_like(np.add.reduce(solid, axis=axis, keepdims=keepdims))
                yield np.add.reduce, (solid,), out, {"axis": axis, "keepdims": keepdims}
        vector = matrix(draw, 1, int(draw.integers(1, draw.choice([20, 300, 3000])))).ravel()
        yield np.add.reduce, (vector,), np.empty(()), {"axis": None}
        yield scores.squares, (vector,), np.empty(1), {}


def has_orders(score: Score) -> bool:
    """Whether some of its calls are the core's."""
    return any(getattr(function, "__name__", "") == "play" for function, _ in score._calls)


def test_calls_by_chance_come_to_the_bits_of_numpy() -> None:
    core, coded = scores.compiled(), 0
    for function, operands, out, options in orders():
        expected = np.empty_like(out)
        if function is scores.squares:
            function(*operands, expected)
        else:
            function(*operands, out=expected, **options)
        score = Score([Note(function, operands, np.ndarray(out.shape, buffer=out), options)])
        assert score.play()
        coded += core is not None and has_orders(score)
        assert bits(out) == bits(expected), (function, options, [np.shape(x) for x in operands])
    assert core is None or coded > 6_000
    assert start() == 0


def test_an_array_is_written_where_it_is_read_only_cell_by_cell() -> None:
    x = np.arange(12.0)
    shifted = Score([Note(np.add, (x[:-1], 1.0), x[1:])])
    assert not has_orders(shifted)
    in_place = Score([Note(np.add, (x[:6], 1.0), x[:6])])
    assert in_place.play()
    assert x.tolist() == [*np.arange(1.0, 7.0), *np.arange(6.0, 12.0)]


MATRIX, ROW, ONE = np.ones((2, 3)), np.ones((1, 3)), np.ones((1, 1))
UNFIT: dict[str, tuple[Any, ...]] = {
    "no such order": (99, MATRIX, MATRIX, MATRIX),
    "an order below 0": (-1, MATRIX, MATRIX, MATRIX),
    "cells that do not meet": ("add", MATRIX, MATRIX, ROW),
    "more cells than are written": ("negative", ROW, MATRIX, MATRIX),
    "a product that does not fit": ("product", MATRIX, MATRIX, MATRIX),
    "a sum into a row": ("sum", ROW, MATRIX, MATRIX),
    "a dot of two shapes": ("dot", np.ones((2, 1)), MATRIX, ROW),
    "a sum down into a column": ("sum_down", ONE, MATRIX, MATRIX),
    "a bound that is not there": ("below", ONE, np.ones((0, 0)), MATRIX),
    "numbers that lie apart": ("finite", ONE, MATRIX, MATRIX.T),
    "a vector": ("add", np.ones(3), np.ones(3), np.ones(3)),
    "numbers of another type": ("add", MATRIX.astype(np.float32), MATRIX, MATRIX),
    "what is no order": (),
}


@each("order", UNFIT.values(), ids=UNFIT)
def test_orders_that_do_not_fit_are_refused(order: tuple[Any, ...]) -> None:
    core = scores.compiled()
    if core is None:
        return
    given = tuple(core.ORDERS.index(x) if isinstance(x, str) else x for x in order)
    with pytest.raises((ValueError, TypeError), match=r"not there|no matrix|takes exactly"):
        core.prepare((given,), 0.0)
    with pytest.raises(ValueError, match="not there"):
        core.prepare((3,), 0.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="PyCapsule"):
        core.play(3)
