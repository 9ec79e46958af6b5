"""What may be wrong with one operation, or with the backward pass: each as a :class:`Fault` that the machine can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from graphstep.ground.late import np
from graphstep.teaching.judge.fault import BACKWARD, Fault, Moment
from graphstep.teaching.judge.operations import OPERATIONS
from graphstep.teaching.judge.orders import ORDERS
from graphstep.teaching.marking.slopes import WRONG_SLOPES, WrongSlope

Sent = Callable[[Moment], Any]

_MODES = ("overwrite", "own", "forget")
"""What may become of a contribution to one input; the id of the message has it behind ``judge-``."""

_SENT: dict[str, Sent] = {
    "sign": lambda m: -m.upstream * m.local,
    "no-upstream": lambda m: m.local,
    "no-local": lambda m: m.upstream,
    "nothing": lambda m: 0.0,
    "other-local": lambda m: m.upstream * m.other,
    "own-value": lambda m: m.upstream * m.inputs[m.slot],
    "output": lambda m: m.upstream * m.out,
    "output-for-upstream": lambda m: m.local * m.out,
    "sum": lambda m: m.upstream + m.local,
    "difference": lambda m: m.local - m.upstream,
    "difference-turned": lambda m: m.upstream - m.local,
    "quotient": lambda m: m.upstream / m.local,
    "quotient-turned": lambda m: m.local / m.upstream,
    "upstream-twice": lambda m: m.upstream * m.upstream * m.local,
    "local-twice": lambda m: m.upstream * m.local * m.local,
    "twice": lambda m: 2 * m.upstream * m.local,
    "half": lambda m: m.upstream * m.local / 2,
    "power-of-upstream": lambda m: np.power(m.local, m.upstream),
    "one": lambda m: 1.0,
    "times-output": lambda m: m.upstream * m.local * m.out,
}
"""What may be sent in place of upstream × local; the id of the message has it behind ``judge-``."""

_VALUES: dict[str, Callable[[Sequence[float], float], float]] = {
    "minus": lambda x, out: -out,
    "reciprocal": lambda x, out: 1 / out,
    "input": lambda x, out: x[0],
    "size": lambda x, out: abs(out),
    "twice": lambda x, out: 2 * out,
    "zero": lambda x, out: 0.0,
    "one": lambda x, out: 1.0,
}
"""Wrong values of any operation; the id of the message has it behind ``judge-value-``."""

_VALUES_OF_TWO: dict[str, Callable[[Sequence[float], float], float]] = {
    "sum": lambda x, out: x[0] + x[1],
    "difference": lambda x, out: x[0] - x[1],
    "difference-turned": lambda x, out: x[1] - x[0],
    "product": lambda x, out: x[0] * x[1],
    "quotient": lambda x, out: x[0] / x[1],
    "quotient-turned": lambda x, out: x[1] / x[0],
    "power": lambda x, out: np.power(x[0], x[1]),
    "power-turned": lambda x, out: np.power(x[1], x[0]),
    "second": lambda x, out: x[1],
    "quotient-whole": lambda x, out: x[0] // x[1],
    "remainder": lambda x, out: x[0] % x[1],
}
"""Wrong values of an operation with two inputs."""

_SEEDS: dict[str, Callable[[float], float]] = {
    "zero": lambda out: 0.0,
    "minus": lambda out: -1.0,
    "two": lambda out: 2.0,
    "output": lambda out: out,
}
"""Wrong gradients of the output; the id of the message has it behind ``judge-seed-``."""


_POWERS: tuple[WrongSlope, ...] = (
    *WRONG_SLOPES[("power", 0)],
    WrongSlope(lambda x, out: x[1] * x[0] ** (x[1] + 1), "judge-exponent-rises"),
    WrongSlope(lambda x, out: x[1] + x[0] ** (x[1] - 1), "judge-exponent-added"),
    WrongSlope(lambda x, out: (x[1] - 1) * x[0] ** (x[1] - 1), "judge-exponent-low"),
)
"""Wrong local gradients of a power, towards what is raised."""


_SAME = {"alike": "equal", "each-edge": "each-arrival"}
"""Orders that come to other numbers, and of which the same is said."""


def faults_of(operation: str) -> Iterator[Fault]:
    """The faults that an operation may have, the simplest first, of which it has one."""
    row = OPERATIONS[operation]
    slots: list[int | None] = [slot for slot in range(row.slots) if slot != row.plain]
    if row.slots == 2:
        slots.append(None)
    # The first fault that comes to all numbers is the one that is named: one input stands before both, and the likely before
    # the odd.
    for slot in slots:
        yield Fault(operation, slot, "judge-nothing", sent=_SENT["nothing"])
        yield from (Fault(operation, slot, f"judge-{mode}", mode=mode) for mode in _MODES)
        for key, sent in _SENT.items():
            if row.slots == 2 or key != "other-local":
                yield Fault(operation, slot, f"judge-{key}", sent=sent)
        # Whoever multiplies sends nothing, where nothing has arrived before.
        yield Fault(operation, slot, "judge-multiply", mode="multiply")
    for slot in slots:
        rows = _POWERS if (row.gate, slot) == ("pow", 0) else WRONG_SLOPES.get((row.gate, slot or 0), ())
        if slot is not None:
            yield from (Fault(operation, slot, wrong.key, sent=_sloped(wrong)) for wrong in rows)
    if row.slots == 2:
        yield Fault(operation, None, "judge-exchanged", mode="exchange")
        for slot in (0, 1):
            yield Fault(operation, slot, "judge-misplaced", mode="misplace")
        if row.plain is None:
            yield Fault(operation, None, "judge-twin", mode="twin")
    for key, wrong_value in (_VALUES | _VALUES_OF_TWO if row.slots == 2 else _VALUES).items():
        # tanh makes its slope of its value, and is wrong with it; exp may be written out again in the slope, and be right
        # there.
        for carried in (False, True):
            yield Fault(operation, None, f"judge-value-{key}", value=wrong_value, taken=carried)


def faults_of_backward() -> Iterator[Fault]:
    """The faults that the backward pass may have."""
    # The seed first: with a wrong one every program is wrong, in whatever order gates send.
    yield from (Fault(BACKWARD, None, f"judge-seed-{key}", seed=seed) for key, seed in _SEEDS.items())
    # A loop over the values may add up for all operations, and overwrite for all.
    yield Fault(BACKWARD, None, "judge-overwrite", mode="overwrite")
    yield from (Fault(BACKWARD, None, f"judge-order-{_SAME.get(order, order)}", order=order) for order in ORDERS)
    yield Fault(BACKWARD, None, "judge-start", start=1.0)


def _sloped(wrong: WrongSlope) -> Sent:
    def sent(moment: Moment) -> Any:
        inputs: list[Any] = [np.float64(x) for x in moment.inputs]
        return moment.upstream * wrong.slope(inputs, np.float64(moment.out))

    return sent
