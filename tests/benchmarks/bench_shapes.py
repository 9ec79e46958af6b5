"""Another run after new inputs, for every shape of a graph: ``python -m tests.benchmarks.bench_shapes [PEER …]``."""

from __future__ import annotations

import importlib.util
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from micrograd.engine import Value

from graphstep.engine.core import core
from graphstep.engine.trace import trace
from tests.benchmarks.measure import against, minima, report
from tests.benchmarks.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from graphstep.language.program import Program
    from tests.benchmarks.measure import Result

    Gradients = Callable[[Mapping[str, float]], Any]

GATES = 100_000
ROUNDS = 7
SAME = 1e-9
"""The relative difference up to which two gradients are the same: they add up contributions in orders of their own."""


def computed(program: Program, known: list[Any], relu: Callable[[Any], Any]) -> Any:
    """The output of a program of + × and relu out of whatever numbers its inputs are."""
    for node in program.nodes[program.first_gate :]:
        values = [known[x] for x in node.operands if isinstance(x, int)]
        if node.gate == "relu":
            known.append(relu(values[0]))
        else:
            known.append(values[0] * values[1] if node.gate == "mul" else values[0] + values[1])
    return known[program.output]


def by_micrograd(program: Program) -> Gradients:
    """Gradients by micrograd: it builds its graph while it computes, so that each run builds it anew."""

    def gradients(inputs: Mapping[str, float]) -> list[float]:
        values = [Value(number) for number in inputs.values()]
        computed(program, list(values), Value.relu).backward()
        return [value.grad for value in values]

    return gradients


def by_casadi(program: Program) -> Gradients:
    """Gradients by CasADi, whose graph of value and gradient is made once."""
    import casadi

    symbols = casadi.SX.sym("x", len(program.inputs))
    output = computed(program, casadi.vertsplit(symbols), lambda x: casadi.fmax(x, 0))
    function = casadi.Function("f", [symbols], [output, casadi.gradient(output, symbols)])
    return lambda inputs: function(list(inputs.values()))[1].full().ravel()


def by_autograd(program: Program) -> Gradients:
    """Gradients by HIPS autograd, which records while it computes."""
    from autograd import grad
    from autograd.numpy import maximum

    gradient = grad(lambda inputs: computed(program, list(inputs), lambda x: maximum(x, 0.0)))
    return lambda inputs: gradient(list(inputs.values()))


PEERS: dict[str, tuple[str, Callable[[Program], Gradients], float | None, int]] = {
    "micrograd": ("micrograd builds and runs", by_micrograd, 0.05, ROUNDS),
    "casadi": ("CasADi's function", by_casadi, 10 if core() else None, ROUNDS),
    "autograd": ("HIPS autograd", by_autograd, None, 1),
}
"""By package what is done, how, what we may take of its time at most, and how often it is run. CasADi computes in C: its time is
a bar where we do too, and not with GRAPHSTEP_CORE=0."""

INPUTS = {"autograd": 1000}
"""By package the most inputs: autograd makes a list of all gradients for each of them."""


def results(packages: Sequence[str] = ()) -> Iterator[Result]:
    """Forward and backward after new values for all inputs, against some peers or all: the least processor time of some runs."""
    # micrograd walks its graph by recursion.
    sys.setrecursionlimit(10 * GATES)
    for shape, make in SHAPES.items():
        program, first = make(GATES)
        run = trace(program, first)
        inputs = {name: 0.99 * value for name, value in first.items()}
        edited = run.with_inputs(inputs)
        ours = [edited.gradient_of(index) for index in range(program.first_gate)]
        for package in packages or PEERS:
            what, peer, bar, rounds = PEERS[package]
            if importlib.util.find_spec(package) is None or len(inputs) > INPUTS.get(package, len(inputs)):
                continue
            gradients = peer(program)
            for name, one, other in zip(inputs, ours, gradients(inputs), strict=True):
                assert abs(one - other) <= SAME * abs(other), (package, shape, name)
            times = minima(rounds, partial(run.with_inputs, inputs), partial(gradients, inputs))
            gates = len(program.nodes) - program.first_gate
            name = f"new inputs, {shape}, {gates:,} gates, of {package}'s"
            yield against(name, times[0], what, times[1], bar)


if __name__ == "__main__":
    sys.exit(report(results(sys.argv[1:])))
