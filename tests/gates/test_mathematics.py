"""Values and gradients where float64 is at its ends: against mpmath, with every digit that it takes.

The reference knows no gradients of ours: of an elementwise gate it is the textbook's partial at 400 digits (which SymPy
proves to be the derivative), of a structural one a difference of values at 480.
"""

from __future__ import annotations

import itertools
import json
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
import pytest

import graphstep as gs
from graphstep.analysis.symbolic.cells import Writer, cells_of
from graphstep.gates import ELEMENTWISE, STRUCTURAL, Rule
from graphstep.gates.mathematics import NUMBERS, RELATIONS
from graphstep.language.read import read
from graphstep.language.shapes import infer_shapes
from tests import FOLDER
from tests.cases import each
from tests.domains import width
from tests.gates.test_gates import FIXED
from tests.rules import local_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphstep.gates.rule import Rule
    from graphstep.language.program import Program

CASES = json.loads((FOLDER / "cases_extremes.json").read_text(encoding="utf-8"))
RELATIVE = 1e-9
SMALLEST = 5e-324
"""The smallest number above 0."""

SIZES = (
    1e-310,
    1e-200,
    1e-160,
    1e-100,
    1e-17,
    1e-9,
    0.3,
    1.0,
    3.0,
    12.0,
    20.0,
    36.5,
    100.0,
    360.0,
    710.0,
    800.0,
    1e16,
    1e155,
    1e200,
)
NEAR_ONE = (1 - 1e-10, 1 + 1e-10)
POOLS = {
    1: tuple(sign * x for x in (*SIZES, *NEAR_ONE) for sign in (1, -1)),
    2: tuple(sign * x for x in (1e-200, 1e-160, 1e-9, 0.3, 3.0, 40.0, 710.0, 1e155) for sign in (1, -1)),
    3: (-1e200, -1e-200, 0.5, 3.0, 1e200),
}
"""What the inputs of a gate are, by how many it has."""


class Exact:
    """``m`` for mpmath's numbers."""

    abs = staticmethod(abs)

    def __getattr__(self, function: str) -> Any:
        return getattr(mpmath, function)

    @staticmethod
    def exp(x: Any) -> Any:
        # Of a whole number mpmath takes the power of e, digit by digit of the number.
        return mpmath.exp(x - 0.5) * mpmath.exp(0.5) if abs(x) > 100 else mpmath.exp(x)

    @staticmethod
    def maximum(*xs: Any) -> Any:
        return max(xs)

    @staticmethod
    def minimum(*xs: Any) -> Any:
        return min(xs)

    @staticmethod
    def sigmoid(x: Any) -> Any:
        return 1 / (1 + Exact.exp(-x))

    @staticmethod
    def softplus(x: Any) -> Any:
        return mpmath.log(1 + Exact.exp(x))

    @staticmethod
    def where(condition: bool, then: Any, otherwise: Any) -> Any:
        return then if condition else otherwise

    @staticmethod
    def logaddexp(x: Any, y: Any) -> Any:
        return mpmath.log(Exact.exp(x) + Exact.exp(y))

    round = staticmethod(mpmath.nint)

    @staticmethod
    def erfc(x: Any) -> Any:
        # mpmath would square what is too large for a double.
        return mpmath.erfc(x) if abs(x) < 1e6 else mpmath.mpf(0 if x > 0 else 2)

    @staticmethod
    def stop(x: Any) -> Any:
        return x

    @staticmethod
    def relation(sign: str, x: Any, y: Any) -> bool:
        return bool(RELATIONS[sign](x, y))

    @staticmethod
    def both(one: bool, other: bool) -> bool:
        return one and other


EXACT: Any = Exact()


@pytest.fixture(autouse=True)
def _as_in_a_run() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


def is_close(found: float, exact: Any, size: Any = 0) -> bool:
    """Whether a double is the exact number to 1e-9, and inf or a subnormal number where float64 has nothing nearer.

    With a size the number may be off by 1e-9 of that.
    """
    exact = mpmath.mpf(exact)
    if abs(exact) > sys.float_info.max:
        return found == (np.inf if exact > 0 else -np.inf)
    return bool(np.isfinite(found) and abs(mpmath.mpf(found) - exact) <= RELATIVE * max(abs(exact), size) + 8 * SMALLEST)


def reference(function: Any, *inputs: Any) -> Any:
    """An exact number; None where the function has none on the real line."""
    try:
        found = function(EXACT, *inputs)
    except (ZeroDivisionError, ValueError):
        return None
    return None if isinstance(found, mpmath.mpc) or mpmath.isnan(found) else found


@each("gate", ELEMENTWISE.values(), ids=ELEMENTWISE.keys())
def test_every_elementwise_gate_is_right_at_the_ends_of_float64(gate: Rule) -> None:
    tried = 0
    with mpmath.workdps(400):
        for point in itertools.product(POOLS[width(gate)], repeat=width(gate)):
            numbers = [np.float64(x) for x in point]
            exact = [mpmath.mpf(x) for x in point]
            value = reference(gate.formula, *exact)
            # Beyond 2⁵³ every double is an even number, and y − 1 is y: nobody can tell the sign of a power of a negative number.
            lost = gate.name in ("power", "pow") and point[0] < 0 and abs(point[1]) > 2**53
            if value is None or gate.chooses or lost:
                continue
            out = gate.value(NUMBERS, numbers, {})
            assert is_close(float(out), value), (point, float(out), mpmath.nstr(value, 20))
            tried += 1
            for slot in range(width(gate)):
                slope = reference(gate.partials[slot], *exact, value)
                chosen = any(bool(rule.at(NUMBERS, *numbers)) for rule in gate.conventions if rule.concerns(slot))
                if slope is not None and not chosen and (gate.name, slot) not in FIXED:
                    found = float(local_at(gate, slot, numbers, out))
                    assert is_close(found, slope), (point, slot, found, mpmath.nstr(slope, 20))
    assert tried > 4 or gate.chooses


# Arrays


def exact_output(program: Program, inputs: Mapping[str, Any]) -> Any:
    """The output, with all cells as mpmath's numbers."""
    cells = {
        name + (f"[{', '.join(map(str, place))}]" if place else ""): np.asarray(value, object)[place]
        for name, value in inputs.items()
        for place in np.ndindex(np.shape(value))
    }

    def applied(gate: Rule, numbers: list[Any]) -> Any:
        return gate.formula(EXACT, *numbers)

    writer = Writer(
        EXACT,
        cells.__getitem__,
        lambda typed: mpmath.mpf(typed.value),
        mpmath.mpf,
        applied,
        lambda name, numbers, _: applied(ELEMENTWISE[name], numbers),
        lambda _: None,
    )
    names = dict(enumerate(program.inputs))
    doubles = {index: np.asarray(inputs[name], float) for index, name in names.items()}
    return np.asarray(cells_of(program, program.output, writer, names.__getitem__, doubles), object)


def exact_gradient(
    program: Program, inputs: Mapping[str, Any], output: Any, weights: Any, name: str, place: tuple[int, ...]
) -> Any:
    """The slope of the output, weighted by cell, towards one cell of an input: a difference of 10⁻¹²⁰ of the cell."""
    moved = np.array(inputs[name], object)
    step = abs(moved[place]) * mpmath.mpf(10) ** -120
    moved[place] += step
    change = np.ravel(exact_output(program, {**inputs, name: moved}) - output)
    return sum((mpmath.mpf(w) * x for w, x in zip(np.ravel(weights), change, strict=True)), mpmath.mpf(0)) / step


VECTORS = (
    [3.25, 4.0, -5.0],
    [3e-200, 4e-200, -5e-200],
    [3e-161, 4e-162, -5e-160],
    [3e160, 4e160, -5e160],
    [1e200, 2e200, -3e200],
    [2e154, 1e152, -1e153],
    [1e308, 1.5e308, 1.2e308],
    [0.5, 40.0, -3.0],
    [700.0, 2.0, -700.0],
    [1e16, 1e16 + 2, 5.0],
    [1e8 + 0.1, 1e8 + 1.3, 1e8 - 0.7],
)
WEIGHTS = (2.0, 0.5, -0.25)
COLLECTING = (
    "mean",
    "amax",
    "amin",
    "length",
    "var",
    "softmax",
    "log_softmax",
    "logsumexp",
    "cross_entropy",
    "hinge",
    "mse",
    "batch_norm",
)
"""Gates that are more than IEEE additions and multiplications of cells, which overflow where a sum does."""


def calls(gate: Rule) -> Iterator[tuple[str, dict[str, Any]]]:
    """Programs of one gate, each with extreme inputs."""
    function = gate.functions[0] if gate.functions else {"amax": "max", "amin": "min", "length": "norm"}[gate.name]
    for vector in VECTORS:
        x = np.array(vector)
        if gate.name in ("cross_entropy", "hinge"):
            for y in (0, 1):
                yield f"{function}(x, {y})", {"x": x}
            if gate.name == "cross_entropy":
                yield f"{function}(x, t)", {"x": x, "t": np.array([0.25, 0.5, 0.125])}
        elif gate.name == "mse":
            yield f"{function}(x, y)", {"x": x, "y": x[::-1] / 3}
        elif gate.name == "bce":
            # Of probabilities a target of scores would be none: its logarithms are what log is.
            yield "bce(x, [0, 1, 0.25], logits=true)", {"x": x}
        elif gate.name == "nll":
            yield "nll(x, 1)", {"x": x}
        elif gate.name == "huber":
            yield "huber(x, y, delta=1.5)", {"x": x, "y": x[::-1] / 3}
        elif gate.name == "max_pool":
            yield "max_pool(x, 2, stride=1)", {"x": x}
        elif gate.name == "batch_norm":
            one = np.ones(1)
            for rows in (2, 3):
                yield f"{function}(x, g, b)", {"x": x[:rows, None], "g": 1.5 * one, "b": 0.25 * one}
        else:
            yield f"{function}(x)", {"x": x}


@cache
def composites() -> list[Rule]:
    return [gate for gate in STRUCTURAL.values() if gate.name in COLLECTING or (gate.expansion and gate.name != "dot")]


@each("gate", composites(), ids=lambda gate: gate.name)
def test_every_gate_over_cells_is_right_at_the_ends_of_float64(gate: Rule) -> None:
    for text, inputs in calls(gate):
        shapes = {name: np.shape(value) for name, value in inputs.items()}
        program = infer_shapes(read(text), shapes).program
        shape = program.nodes[program.output].shape
        weights = np.array((WEIGHTS * 2)[: int(np.prod(shape))]).reshape(shape) if shape else 1.0
        run = gs.run(text, inputs=inputs, seed=weights)
        with mpmath.workdps(480):
            exact = {name: np.vectorize(mpmath.mpf, otypes=[object])(value) for name, value in inputs.items()}
            output = exact_output(program, exact)
            for place in np.ndindex(shape):
                value = output.reshape(shape)[place]
                assert is_close(float(np.asarray(run.output)[place]), value), (text, inputs, place, mpmath.nstr(value, 20))
            for name in inputs:
                slopes = {
                    place: exact_gradient(program, exact, output, weights, name, place) for place in np.ndindex(shapes[name])
                }
                # The cells of a column push against each other: what is left of one may be little of what the others have.
                size = max(map(abs, slopes.values())) if gate.name in ("batch_norm", "layer_norm") else 0
                for place, slope in slopes.items():
                    found = float(np.asarray(run.gradients[name])[place])
                    assert is_close(found, slope, size), (text, inputs, name, place, found, mpmath.nstr(slope, 20))


@each("case", CASES, ids=lambda case: case["id"])
def test_what_others_have_met_is_right(case: dict[str, Any]) -> None:
    inputs = {name: np.asarray(value, float) for name, value in case["inputs"].items()}
    run = gs.run(case["program"], inputs=inputs)
    assert run.output == pytest.approx(float(case["output"]), rel=RELATIVE)
    for name, gradient in case["gradients"].items():
        np.testing.assert_allclose(run.gradients[name], gradient, rtol=RELATIVE)
