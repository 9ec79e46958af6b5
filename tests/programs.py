"""Random programs that stay inside the domain of their gates: made from seeds for bulk, from Hypothesis for what shrinks.

Every gate of the registry takes part, so a new gate is among them the moment it exists.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce
from typing import TYPE_CHECKING

import numpy as np

from graphstep.analysis.kinks import convention
from graphstep.analysis.symbolic import derivatives, evaluate
from graphstep.analysis.witnesses.differences import differences
from graphstep.engine.trace import trace
from graphstep.gates import ELEMENTWISE
from graphstep.gates.mathematics import NUMBERS
from graphstep.ground.errors import InputError
from graphstep.language.read import read
from tests.rules import local_at

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.gates import Rule

Choose = Callable[[int], int]
"""``choose(n)`` is one of 0 … n−1."""

LARGEST = 30.0
"""Values and local gradients beyond this are not used: what follows would drown in rounding."""

OPERATORS = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "div": "{} / {}",
    "neg": "-{}",
    "reciprocal": "1/{}",
    "power": "{} ^ {}",
    "pow": "{} ^ {}",
    "less": "{} < {}",
    "less_equal": "{} <= {}",
    "greater": "{} > {}",
    "greater_equal": "{} >= {}",
    "equal": "{} == {}",
    "not_equal": "{} != {}",
}
"""How the gates are typed that are no function."""

NUMERALS = ["2", "1", "0.5", "3", "-1", "1/3", "1.5", "pi", "0.1", "-2"]
VALUES = [float(reduce(lambda a, b: a / b, map(float, t.split("/")))) if t != "pi" else np.pi for t in NUMERALS]


@dataclass(frozen=True)
class Case:
    """A program and the values of its inputs."""

    text: str
    inputs: dict[str, float]


def seeded(seed: int) -> Case:
    """The case of a seed."""
    case = _seeded(seed)
    return Case(case.text, dict(case.inputs))


@cache
def _seeded(seed: int) -> Case:
    return random_case(random.Random(seed).randrange)


def random_case(choose: Choose) -> Case:
    """A program of up to a dozen statements over up to four inputs, with values in the domain of every gate in it."""
    inputs = {f"x{i}": (choose(400) + 1) / 100 * (1 - 2 * choose(2)) for i in range(1 + choose(4))}
    known: list[tuple[str, float]] = list(inputs.items())
    statements = []
    names = list(ELEMENTWISE)
    names.remove("constant")
    with np.errstate(all="ignore"):
        for number in range(2 + choose(11)):
            made = _apply(ELEMENTWISE[names[choose(len(names))]], known, choose)
            if made is None:
                continue
            text, value, inline = made
            if inline:
                known.append((f"({text})", value))
            else:
                statements.append(f"q{number} = {text}")
                known.append((f"q{number}", value))
    used = [text for text, _ in known[-1 - choose(2) :]]
    return Case("; ".join([*statements, " + ".join(used)]), {k: v for k, v in inputs.items() if _occurs(k, statements, used)})


def _occurs(name: str, statements: list[str], used: list[str]) -> bool:
    return any(name in text for text in (*statements, *used))


def _apply(gate: Rule, known: list[tuple[str, float]], choose: Choose) -> tuple[str, float, bool] | None:
    """A gate on things that are known, its value, and whether to use it in place; None where it would leave its domain."""
    count = 2 + choose(2) if gate.chooses else len(gate.partials)
    texts, values, fixed = [], [], []
    for slot in range(count):
        if choose(5) == 4 or (gate.name == "power" and slot == 1):
            place = choose(len(NUMERALS))
            text, value = NUMERALS[place], VALUES[place]
            texts.append(f"({text})" if "/" in text or text[0] == "-" else text)
            fixed.append(slot)
        else:
            text, value = known[-1 - choose(min(len(known), 6))]
            texts.append(text)
        values.append(np.float64(value))
    alike = gate.pattern[0] == "router" and not gate.chooses and len(set(map(float, values))) < count
    if len(fixed) == count or alike:
        # All constants; or both edges of a clip in one place.
        return None
    result = gate.formula(NUMBERS, *values)
    slopes = [local_at(gate, slot, values, result, fixed) for slot in range(count) if slot not in fixed]
    special = any(bool(rule.at(NUMBERS, *values)) for rule in gate.conventions)
    if special or not all(np.isfinite(v) and abs(v) <= LARGEST for v in (result, *slopes)):
        return None
    if gate.name in OPERATORS:
        text = OPERATORS[gate.name].format(*texts)
    else:
        text = f"{gate.functions[choose(len(gate.functions))]}({', '.join(texts)})"
    return text, float(result), choose(3) == 0 and len(text) < 60


@dataclass
class Tally:
    """What a comparison saw."""

    compared: int = 0
    """Gradients that a witness confirmed to many digits."""
    kinks: int = 0
    """Gradients at a kink."""
    rough: int = 0
    """Gradients for which the witness had few digits."""
    refused: int = 0
    """Programs that SymPy cannot write, as it says of some cases within cases."""


def run(case: Case) -> Trace:
    """The run of a case."""
    return trace(read(case.text, case.inputs), case.inputs)


def against_differences(case: Case, tally: Tally) -> None:
    """AssertionError where a gradient differs from the differences by more than they may be off."""
    it = run(case)
    for index, found in enumerate(differences(it, range(it.program.first_gate))):
        gradient = float(it.gradient_of(index))
        if found.kinks:
            tally.kinks += 1
            continue
        size = max(abs(gradient), abs(found.slope))
        off = abs(gradient - found.slope)
        assert off <= 1e-6 * size or off <= 10 * found.error, (case, index, gradient, found)
        if found.error <= 1e-6 * size or size == 0:
            tally.compared += 1
        else:
            tally.rough += 1


def against_sympy(case: Case, tally: Tally) -> None:
    """AssertionError where a gradient differs from SymPy's derivative at the point."""
    it = run(case)
    inputs = range(it.program.first_gate)
    scale = float(np.max(np.abs(it.buffers.contributions), initial=0.0))
    at_kink = {index for index, found in enumerate(differences(it, inputs)) if found.kinks}
    # A tie that stays while the inputs move, as in max(q, min(q, 3)): SymPy may count half of a half there.
    stands = any(convention(it, index) for index, reached in enumerate(it.program.reaches) if reached)
    try:
        expressions = list(derivatives(it.program, inputs))
    except InputError:
        tally.refused += 1
        return
    for index, expression in zip(inputs, expressions, strict=True):
        gradient, symbolic = float(it.gradient_of(index)), evaluate(expression, case.inputs)
        if index in at_kink:
            tally.kinks += 1
        elif not np.isfinite(symbolic):
            tally.rough += 1
        else:
            off = abs(gradient - symbolic)
            # A saturated gate has lost digits: σ·(1 − σ) is right to 1e-16, which is much of a tiny slope.
            close = off <= 1e-8 * max(abs(gradient), abs(symbolic)) + 1e-12 * max(1.0, scale)
            assert close or stands, (case, index, gradient, symbolic)
            tally.compared += close
            tally.kinks += not close
