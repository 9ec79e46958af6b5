"""Which programs an engine is tried on: from one operation alone to random ones."""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterator, Sequence

from graphstep.teaching.judge.machine import right_numbers
from graphstep.teaching.judge.operations import OPERATIONS, Operation
from graphstep.teaching.judge.trials import Call, Operand, Trial

RANDOM, COPIES = 50, 20
"""How many random programs there are, and how often what depends on an order is built."""

_LARGE = 1e4
"""Numbers up to which a random program is of use: beyond, digits cancel."""


def alone() -> Iterator[Trial]:
    """An input by itself, then every operation alone, with a plain number too where it takes one."""
    yield Trial(0, (0.75,), ())
    for row in OPERATIONS.values():
        for point in row.points:
            yield one(row, point)
        if row.slots == 2 and row.plain is None and row.operator is not None and row.name != "power":
            yield _with_number(row, 1)


def around(row: Operation, right: Collection[str]) -> Iterator[Trial]:
    """An operation under an upstream other than 1, and as the last to arrive at a fork; with those that are right beside it."""
    for point in row.points[:2]:
        size, operands = len(_inputs(row, point)), _operands(row, point)
        call = Call(row.name, operands)
        if "mul" in right or row.name == "mul":
            yield Trial(2, (*_inputs(row, point), -1.75), (call, Call("mul", (size + 1, size))), row.name)
        if "add" in right or row.name == "add":
            again = Call("add", (size, size))
            yield Trial(2, _inputs(row, point), (call, again), row.name)
    yield from _forks(row, right)


def _forks(row: Operation, right: Collection[str]) -> Iterator[Trial]:
    point = row.points[0]
    inputs, operands = _inputs(row, point), _operands(row, point)
    size, call = len(inputs), Call(row.name, operands)
    joins = [name for name in ("add", "mul", "sub", "div") if name in right and name != row.name]
    for join in joins[:2]:
        for place in range(size):
            yield Trial(3, inputs, (call, Call(join, (size, place))), row.name)
            # Before it arrives at the input, another has.
            yield Trial(3, inputs, (call, Call(join, (place, size))), row.name)
    if size == 2:
        twice = next((x for x in row.points if abs(x[0]) > 0.1), point)
        yield Trial(3, twice[:1], (Call(row.name, (0, 0)),), row.name)
    if not joins:
        again: tuple[Operand, ...] = (size, 0) if row.slots == 2 else (size,)
        if row.plain is not None:
            again = tuple(x if place == row.plain else size for place, x in enumerate(point))
        trial = Trial(3, inputs, (call, Call(row.name, again)), row.name)
        if is_harmless(trial):
            yield trial


def chains(right: Sequence[str]) -> Iterator[Trial]:
    """Two operations behind each other, towards each input of the outer one."""
    for outer in right:
        row = OPERATIONS[outer]
        for turn, slot in enumerate(slot for slot in range(row.slots) if slot != row.plain):
            for inner in _spread(right, outer, turn):
                point, inside = row.points[0], OPERATIONS[inner]
                for candidate in inside.points:
                    inputs, read = _inputs(inside, candidate), _operands(inside, candidate)
                    rest = tuple(x for place, x in enumerate(point) if place not in (slot, row.plain))
                    size = len(inputs) + len(rest)
                    places = iter(range(len(inputs), size))
                    operands = tuple(
                        size if place == slot else x if place == row.plain else next(places) for place, x in enumerate(point)
                    )
                    trial = Trial(4, (*inputs, *rest), (Call(inner, read), Call(outer, operands)))
                    if is_harmless(trial):
                        yield trial
                        break


def _spread(right: Sequence[str], outer: str, turn: int) -> list[str]:
    """A few operations to go into another, so that each goes into some."""
    # Steps of three from a place of its own: over all outer operations each is the inner one about as often.
    start = right.index(outer) + turn
    return [right[(start + 3 * k + 1) % len(right)] for k in range(min(3, len(right)))]


def diamonds(right: Sequence[str]) -> Iterator[Trial]:
    """A value that is read near the output and, on a longer way, far from it: its gradient must be complete before it sends."""
    joins = [name for name in ("add", "mul", "sub") if name in right]
    singles = [name for name in right if OPERATIONS[name].slots == 1][:4]
    if not joins:
        return
    if {"add", "mul"} <= {*joins}:
        # Two products that cannot be told apart by any of their numbers.
        pairs = (Call("mul", (0, 1)), Call("mul", (2, 3)), Call("add", (4, 5)))
        yield Trial(5, (1.75, -0.625) * 2, pairs, copies=COPIES)
    for join in joins:
        for first in joins:
            # p is read by what comes next and, two gates later, by the output.
            two_ways = (Call(first, (0, 1)), Call(joins[0], (2, 1)), Call(joins[-1], (3, 0)))
            for last in ((4, 2), (2, 4)):
                yield Trial(5, (1.75, -0.625), (*two_ways, Call(join, last)), copies=COPIES)
    for single in singles:
        calls = (Call(joins[0], (0, 1)), Call(single, (2,)), Call(joins[-1], (3, 1)), Call(joins[0], (4, 2)))
        trial = Trial(5, (0.875, 0.375), calls, copies=COPIES)
        if is_harmless(trial):
            yield trial


def at_random(right: Sequence[str], count: int = RANDOM, seed: int = 7) -> Iterator[Trial]:
    """Random programs of the operations that are right."""
    rng = random.Random(seed)  # noqa: S311  # the same programs every time
    tries = 0
    while count and tries < 4000 and right:
        tries += 1
        # Three decimals, so that a program that shows a fault can be typed again; two of three inputs positive, for logarithms.
        inputs = tuple(round(rng.uniform(0.3, 2.5) * rng.choice((1, 1, -1)), 3) for _ in range(rng.randint(1, 3)))
        calls: list[Call] = []
        for _ in range(rng.randint(3, 8)):
            row = OPERATIONS[rng.choice(right)]
            size = len(inputs) + len(calls)
            fresh = size - 1 if calls else rng.randrange(size)
            operands: list[Operand] = [
                rng.choice(row.points)[place] if place == row.plain else rng.randrange(size) for place in range(row.slots)
            ]
            free = [place for place in range(row.slots) if place != row.plain]
            operands[rng.choice(free)] = fresh
            calls.append(Call(row.name, tuple(operands)))
        trial = Trial(6, inputs, tuple(calls))
        if is_harmless(trial):
            count -= 1
            yield trial


def is_harmless(trial: Trial) -> bool:
    """Whether the program stays off kinks and poles, and within numbers of which a difference means something."""
    values: list[float] = [x for x in trial.inputs if not isinstance(x, tuple)]
    for call in trial.calls:
        row = OPERATIONS[call.operation]
        read = [values[x] if isinstance(x, int) else x for x in call.operands]
        if not _is_inside(row, read):
            return False
        (value, *_) = right_numbers(Trial(1, tuple(read), (Call(row.name, tuple(range(len(read)))),)))
        if not math.isfinite(value) or abs(value) > _LARGE:
            return False
        values.append(value)
    numbers = right_numbers(trial)
    return all(math.isfinite(x) and abs(x) < _LARGE for x in numbers)


def _is_inside(row: Operation, read: Sequence[float]) -> bool:
    # Away from kinks, poles and cancellation: there conventions differ, and good engines disagree in more than the last digits.
    match row.gate:
        case "relu" | "abs" | "reciprocal":
            return abs(read[0]) > 0.01
        case "log" | "sqrt" | "log1p":
            return read[0] > 0.05
        case "exp" | "expm1" | "tanh" | "sigmoid" | "softplus" | "silu" | "sinh" | "cosh":
            # Written with exp, they overflow in most engines.
            return abs(read[0]) < 20
        case "asin" | "acos":
            return abs(read[0]) < 0.95
        case "tan":
            return abs(math.cos(read[0])) > 0.1
        case "div":
            return abs(read[1]) > 0.05
        case "max" | "min":
            return abs(read[0] - read[1]) > 0.01
        case "pow":
            return (read[0] > 0.05 or read[1] == int(read[1])) and abs(read[0]) > 0.05 and abs(read[1]) < 8
    return True


def _inputs(row: Operation, point: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(x for place, x in enumerate(point) if place != row.plain)


def _operands(row: Operation, point: tuple[float, ...]) -> tuple[Operand, ...]:
    places = iter(range(row.slots))
    return tuple(x if place == row.plain else next(places) for place, x in enumerate(point))


def one(row: Operation, point: tuple[float, ...]) -> Trial:
    """An operation alone, on given values of its inputs."""
    return Trial(1, _inputs(row, point), (Call(row.name, _operands(row, point)),), row.name)


def _with_number(row: Operation, slot: int) -> Trial:
    point = row.points[0]
    operands: tuple[Operand, ...] = tuple(x if place == slot else 0 for place, x in enumerate(point))
    return Trial(1, (point[1 - slot],), (Call(row.name, operands),), row.name)
