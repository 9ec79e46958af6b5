"""Which programs an engine of arrays is tried on: on matrices of 2×2, from one operation alone to a layer and random ones."""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterator, Sequence

from graphstep.teaching.judge.gate import flat
from graphstep.teaching.judge.machine import right_numbers
from graphstep.teaching.judge.operations import ARRAYS, OPERATIONS, ROWS, Cells, Operation
from graphstep.teaching.judge.programs import COPIES, one
from graphstep.teaching.judge.trials import Call, Operand, Trial

RANDOM = 20
"""How many random programs there are."""

_LARGE = 1e4
"""Numbers up to which a random program is of use: beyond, digits cancel."""

# None is symmetric: what is transposed or exchanged comes to other numbers. And they have few binary digits, so that sums and
# products of them are exact, and differences of engines are no rounding.
_X: Cells = ((0.75, -0.5), (1.625, 2.25))
_Y: Cells = ((-1.5, 0.5), (2.0, 1.25))
_W: Cells = ((2.0, -1.0), (0.5, 3.0))
_POSITIVE: Cells = ((0.75, 0.5), (1.625, 2.25))
_WITHIN: Cells = ((0.75, -0.5), (0.625, 0.25))
_ROW: Cells = (0.5, -1.5)
_COLUMN: Cells = ((0.5,), (-1.5,))
_WIDE: Cells = ((0.75, -0.5, 1.0), (1.625, 2.25, -2.0))
_TALL: Cells = ((-1.5, 0.5), (2.0, 1.25), (1.0, -0.25))

_BROADCAST = ("add", "mul", "sub", "div")
"""Operations of which one input may be copied to the shape of the other."""


class Plan:
    """The programs for an engine, each of which ends in a sum where a backward pass cannot start at an array."""

    def __init__(self, *, closed: bool) -> None:
        self.closed = closed
        """Whether programs end in a sum."""

    def _trial(self, level: int, inputs: Sequence[Cells], calls: Sequence[Call], subject: str = "", copies: int = 1) -> Trial:
        last = len(inputs) + len(calls) - 1
        trial = Trial(level, tuple(inputs), tuple(calls), subject, copies)
        # A sum sends 1 to every cell, which is what a backward pass that starts at an array begins with: both kinds of engine
        # get the same numbers.
        if self.closed and isinstance(right_numbers(trial)[0], tuple):
            return Trial(level, tuple(inputs), (*calls, Call("sum", (last,))), subject, copies)
        return trial

    def start(self) -> Trial:
        """A matrix by itself."""
        return self._trial(0, (_X,), ())

    def third(self) -> Trial:
        """A product of which the second gradient is 1/3 in every cell."""
        return self._trial(1, (((1 / 3,) * 2,) * 2, _W), (Call("mul", (0, 1)),), "mul")

    def alone(self, rows: Collection[Operation]) -> Iterator[Trial]:
        """Each operation alone; what reduces an array first, since it may have to end the others."""
        for row in sorted(rows, key=lambda row: (row.name != "sum", row.name not in ARRAYS)):
            inputs, call = _inputs(row), _call(row)
            yield self._trial(1, inputs, (call,), row.name)

    def around(self, row: Operation, right: Collection[str]) -> Iterator[Trial]:
        """An operation under upstream gradients that differ, and as the last to arrive at a fork."""
        inputs, call = _inputs(row), _call(row)
        size = len(inputs)
        if ("mul" in right or row.name == "mul") and row.gate in ("sum", "mean", "amax"):
            # Whatever the shape of its value is, it goes with itself.
            yield self._trial(2, inputs, (call, Call("mul", (size, size))), row.name)
        elif "mul" in right or row.name == "mul":
            yield self._trial(2, (*inputs, _W), (call, Call("mul", (size + 1, size))), row.name)
        for join in [name for name in ("add", "sub") if name in right and name != row.name][:1]:
            for place in range(size) if row.gate not in ("sum", "mean", "amax") else ():
                yield self._trial(3, inputs, (call, Call(join, (size, place))), row.name)
                yield self._trial(3, inputs, (call, Call(join, (place, size))), row.name)
        if row.slots == 2 and row.plain is None:
            yield self._trial(3, (inputs[0],), (Call(row.name, (0, 0)),), row.name)
        # On square matrices a wrong transposition may fit; here it has another shape.
        if row.name == "matmul":
            yield self._trial(3, (_WIDE, _TALL), (call,), row.name)
        if row.gate in ("sum", "mean", "softmax", "log_softmax"):
            wide = (call, Call("mul", (1, 1))) if "mul" in right else (call,)
            yield self._trial(3, (_WIDE,), wide, row.name)

    def broadcast(self, row: Operation, right: Collection[str], *, numbers: bool) -> Iterator[Trial]:
        """An input that is copied: a row, a column, a single number; on each side, under upstream gradients that differ."""
        if row.name not in _BROADCAST:
            return
        for copied in (_ROW, _COLUMN, -1.5) if numbers else (_ROW, _COLUMN):
            for inputs in ((_X, copied), (copied, _X)):
                call = Call(row.name, (0, 1))
                if "mul" in right and row.name != "mul":
                    yield self._trial(3, (*inputs, _W), (call, Call("mul", (3, 2))), row.name)
                else:
                    yield self._trial(3, inputs, (call,), row.name)

    def chains(self, right: Collection[str]) -> Iterator[Trial]:
        """A layer, and two: what arrays are there for."""
        bend = next((name for name in ("tanh", "relu", "sigmoid", "exp") if name in right), "")
        if not {"matmul", "add"} <= {*right}:
            return
        calls = [Call("matmul", (0, 1)), Call("add", (3, 2))]
        if bend:
            calls.append(Call(bend, (4,)))
        yield self._trial(5, (_X, _W, _ROW), calls, copies=COPIES)
        last = 2 + len(calls)
        yield self._trial(5, (_X, _W, _ROW), [*calls, Call("matmul", (last, 1)), Call("add", (last + 1, 0))], copies=COPIES)
        if "transpose" in right:
            turned = (Call("transpose", (0,)), Call("matmul", (0, 1)), Call("matmul", (2, 0)))
            yield self._trial(5, (_X,), turned, copies=COPIES)

    def at_random(self, right: Collection[str], count: int = RANDOM, seed: int = 5) -> Iterator[Trial]:
        """Random programs of the operations that are right."""
        rng = random.Random(seed)  # noqa: S311  # the same programs every time
        square = [x for x in ("add", "mul", "sub", "matmul", "neg", "tanh", "sigmoid", "transpose", "softmax") if x in right]
        tries = 0
        while count and tries < 4000 and square:
            tries += 1
            inputs: list[Cells] = [_drawn(rng), _drawn(rng), _drawn(rng)[0]]
            calls: list[Call] = []
            places = [0, 1]
            for _ in range(rng.randint(3, 7)):
                row = ROWS[rng.choice(square)]
                operands: list[Operand] = [rng.choice(places) for _ in range(row.slots)]
                operands[rng.randrange(row.slots)] = places[-1]
                if row.name in ("add", "mul") and rng.random() < 0.3:
                    operands = [places[-1], 2]
                places.append(len(inputs) + len(calls))
                calls.append(Call(row.name, tuple(operands)))
            read = {x for call in calls for x in call.operands}
            # A gradient that has to be 0 finds no fault.
            if not {0, 1, 2} <= read:
                continue
            trial = self._trial(6, inputs, calls)
            if all(math.isfinite(x) and abs(x) < _LARGE for cells in right_numbers(trial) for x in flat(cells)):
                count -= 1
                yield trial


def alone(row: Operation, *, arrays: bool) -> Trial:
    """An operation alone, on numbers where it takes such and nobody asks for ``arrays``."""
    if arrays or row.name in ARRAYS:
        return next(Plan(closed=False).alone([row]))
    return one(row, row.points[0])


def _drawn(rng: random.Random) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(rng.uniform(-1.5, 1.5), 3) for _ in range(2)) for _ in range(2))


def _inputs(row: Operation) -> tuple[Cells, ...]:
    if row.slots == 2:
        first = _POSITIVE if row.name == "power" else _X
        if row.plain is not None:
            return (_POSITIVE,) if row.gate in ("div", "pow") else (_X,)
        return first, _Y
    if row.name in OPERATIONS and min(point[0] for point in row.points) > 0:
        return (_POSITIVE,)
    return (_WITHIN,) if row.gate in ("asin", "acos") else (_X,)


def _call(row: Operation) -> Call:
    if row.plain is None:
        return Call(row.name, tuple(range(row.slots)))
    return Call(row.name, tuple(row.points[0][place] if place == row.plain else 0 for place in range(row.slots)))
