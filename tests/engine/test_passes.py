"""Runs whose numbers are rounded to a type after every gate, and arrays that are computed in blocks."""

import numpy as np
import pytest
from scipy import special

import graphstep as gs
from graphstep.engine import passes
from graphstep.engine.overrides import Override, overridden
from graphstep.engine.passes import Buffers
from graphstep.ground.errors import InputError
from graphstep.ground.precision import rounded

DTYPES = ("float32", "bfloat16")
PROGRAM, INPUTS = "q = x*y; r = q/z; (q + r)*q - sqrt(y)*0.1", {"x": 0.1, "y": 0.7, "z": 1.3}


def test_a_run_in_float32_is_to_the_bit_what_numpy_computes_in_float32() -> None:
    run = gs.run(PROGRAM, **INPUTS, dtype="float32")
    f = np.float32
    x, y, z = map(f, INPUTS.values())
    q = x * y
    r = q / z
    s = q + r
    assert run.output == float(s * q - np.sqrt(y) * f(0.1))
    # The way back by hand, in the order of the steps.
    to_sqrt = -f(1) * f(0.1)
    to_q = s + q + q * (f(1) / z)
    to_y = to_sqrt * (f(0.5) / np.sqrt(y)) + to_q * x
    assert run.gradients["x"] == float(to_q * y)
    assert run.gradients["y"] == float(to_y)
    assert run.gradients["z"] == float(q * f(-float(q) / float(z) ** 2))


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_number_of_a_run_is_one_of_its_type(dtype: str) -> None:
    for run in (
        gs.run(PROGRAM, **INPUTS, dtype=dtype),
        gs.run("sum(tanh(W@x + b)^2)", W="randn(3,2)", x=[0.3, 1 / 3], b=0.7, dtype=dtype, seed=0.3),
    ):
        trace = run.trace
        numbers = [trace.seed, *(node.value for node in run.nodes), *(node.gradient for node in run.nodes)]
        for wire in trace.wires:
            numbers += [wire.contribution] + ([] if wire.local is None else [wire.local])
        for step in range(len(trace) + 1):
            numbers += [g.value for node in range(len(trace.program.nodes)) if (g := trace.gradient(node, step))]
        for number in numbers:
            assert np.array_equal(number, rounded(np.asarray(number, float), dtype))


def test_a_sum_is_rounded_after_each_contribution() -> None:
    # 256 + 1 is 256 in bfloat16, however often; in one sum it would be 260.
    run = gs.run("256*x + x + x + x + x", x=1, dtype="bfloat16")
    assert run.gradients["x"] == 4 + 256
    assert gs.run("x + x + x + x + 256*x", x=1, dtype="bfloat16").gradients["x"] == 256


def test_the_type_goes_with_the_run_into_its_command_its_json_and_its_documents() -> None:
    run = gs.run("sigmoid(x)*2", x=3, dtype="bfloat16")
    assert "--dtype=bfloat16" in run.trace.setup.command()
    assert run.to_dict()["dtype"] == "bfloat16"
    assert "dtype" not in gs.run("x", x=1).to_dict()
    assert "product and sum is rounded to bfloat16" in run.to_markdown()


def test_witnesses_do_not_cry_wolf_at_rounding_and_name_the_type_where_it_takes_digits() -> None:
    calm = gs.check("sum(sigmoid(W@x))", W="randn(3,2)", x=[0.3, -2], dtype="bfloat16")
    assert calm.agrees
    lost = gs.check("(1 - x)^2 - 1", x=0.0015, dtype="bfloat16")
    assert "bfloat16 rounds after every gate: in float64 it is -0.003004, 100 % away" in "\n".join(lost.lines())
    large = gs.check("exp(x)*y", x=100, y=2, dtype="float32")
    assert "float32 holds no number so large: in float64 it is 5.376e43" in "\n".join(large.lines())


def test_a_type_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError, match="no number type"):
        gs.run("x", x=1, dtype="float16")


def test_a_large_array_is_computed_in_blocks_to_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    choose = np.random.default_rng(0)
    x, y = choose.standard_normal((2, 7, 9))
    text = "h = tanh(x*y + 2*x); g = where(x > y, gelu(h)/(1 + exp(-y)), max(x, y, 0.1)); sum(g^3) + sum(c*relu(x) - min(g, c))"
    for dtype in ("float64", "float32"):
        whole, parted = [], []
        for size, runs in ((passes.BLOCK, whole), (5, parted)):
            monkeypatch.setattr(passes, "BLOCK", size)
            runs += [gs.run(text, x=x, y=y, c=0.3, dtype=dtype).trace.buffers]
        for name in ("cells", "gradients", "slopes", "contributions"):
            assert getattr(whole[0], name).tobytes() == getattr(parted[0], name).tobytes(), (dtype, name)


def test_both_passes_ask_once_what_takes_long_and_come_to_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    usual = special.erfc
    monkeypatch.setattr(special, "erfc", lambda x: asked.append(np.size(x)) or usual(x))
    monkeypatch.setattr(passes, "BLOCK", 5)
    x = np.random.default_rng(0).normal(size=(3, 4))
    run = gs.run("h = gelu(2*x); sum(gelu(h)*h + gelu(y) + gelu(c))", x=x, y=x, c=x, data="c")
    assert sum(asked) == 4 * x.size
    alone = Buffers.of(run.trace.plan)
    passes.forward(run.trace.plan, alone, run.trace.inputs)
    assert len(alone.answers) == 3 * 3
    alone.answers.clear()
    passes.backward(run.trace.plan, alone, 1.0, "first")
    alone.freeze(run.trace.plan)
    assert alone.contributions.tobytes() == run.trace.buffers.contributions.tobytes()
    assert sum(asked) == (4 + 4 + 3) * x.size


def test_a_value_that_is_put_in_moves_no_slope_of_the_gate_that_it_stands_for() -> None:
    run = gs.run("sum(gelu(x))", x=np.linspace(-2, 2, 5)).trace
    other = overridden(run, [Override("value", 1, np.full(5, 7.0))])
    assert other.value_of(2) == 35.0
    assert other.gradient_of(0).tobytes() == run.gradient_of(0).tobytes()
    moved = overridden(run, [Override("value", 0, np.full(5, 1.0))])
    assert moved.gradient_of(0).tobytes() == gs.run("sum(gelu(x))", x=np.ones(5)).gradients["x"].tobytes()
