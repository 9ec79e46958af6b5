"""The order in which gates send on the way back. Any gate may be next that is *ready* (:mod:`graphstep.engine.readiness`).

Unless it is chosen, the ready gate that stands last in the text is next, which is exactly the reverse of the forward pass. A
choice is the number of a step and the gate that goes on behind it; as text ``7 q``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from graphstep.engine.readiness import Readiness
from graphstep.ground.errors import InputError, quoted
from graphstep.language.program import Program, node_id

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.language.setup import Setup

Choice = tuple[int, int]
"""The number of a step, and the gate that goes on behind it."""


def sending_order(program: Program, choices: Mapping[int, int]) -> tuple[int, ...]:
    """The gates in the order in which they send, by the choices; InputError for a gate that is not ready behind its step."""
    order, left = list[int](), dict(choices)
    # The lowest rank is next, so −gate is the usual order: the last one in the text.
    ready = Readiness(program, lambda gate: -gate)
    while ready:
        gate = left.pop(ready.n, None)
        if gate is None:
            gate = ready.first()
        elif gate not in ready:
            names = [program.nodes[x].name or program.label(x) for x in (gate, *ready)]
            hint = f"ready {'is' if len(names) == 2 else 'are'} {', '.join(names[1:])}"
            raise InputError(f"{names[0]} is not ready behind step {ready.n}", hint=hint)
        order.append(gate)
        ready.send(gate)
    if left:
        n = min(left)
        hint = "an order is made of steps at which a gate has sent all: --order '7 q'"
        raise InputError(f"behind step {n} no gate begins to send", hint=hint)
    return tuple(order)


def following_order(program: Program, rank: Callable[[int], float]) -> tuple[int, ...]:
    """The gates in the order in which they send where of those that are ready the one of the lowest rank is next."""
    order, ready = list[int](), Readiness(program, rank)
    while ready:
        order.append(ready.first())
        ready.send(order[-1])
    return tuple(order)


def choices_of(program: Program, order: Sequence[int]) -> tuple[Choice, ...]:
    """The choices that lead to an order: one wherever another gate goes on than the last one in the text.

    An empty order is the usual one.
    """
    choices = list[Choice]()
    if not order:
        return ()
    ready = Readiness(program, lambda gate: -gate)
    for gate in order:
        if gate != ready.first():
            choices.append((ready.n, gate))
        ready.send(gate)
    return tuple(choices)


def ready_at(trace: Trace, n: int) -> tuple[int, tuple[int, ...]]:
    """The step behind which the gate at work in step ``n`` has sent all, and the gates that are ready then, the next one first.

    None is ready before the backward pass.
    """
    program = trace.program
    # A choice is made where a gate has sent all: between two of its sends nobody else goes on.
    while n < len(trace) and trace.plan.same_work(n, n + 1):
        n += 1
    if not trace.seed_step <= n:
        return n, ()
    ready, order = Readiness(program, lambda gate: -gate), iter(trace.order or ())
    while ready and ready.n < n:
        ready.send(next(order) if trace.order else ready.first())
    return n, tuple(sorted(ready, key=lambda gate: trace.sends(gate)[0].step))


def read_choices(program: Program, texts: Sequence[str]) -> dict[int, int]:
    """The choices in texts such as ``7 q``; InputError for what is none."""
    choices: dict[int, int] = {}
    for text in texts:
        step, _, name = text.strip().partition(" ")
        gate = program.find(name.strip()) if name.strip() else None
        # No run has 10¹⁵ steps, and Python refuses to read thousands of digits as a number.
        if not (step.isascii() and step.isdecimal() and len(step) < 16) or gate is None:
            hint = "a step and the gate that goes on behind it: --order '7 q'"
            raise InputError(f"{quoted(text)} is no choice among the gates that are ready", hint=hint)
        choices[int(step)] = gate
    return choices


def asked_order(program: Program, setup: Setup | None) -> tuple[int, ...] | None:
    """The order that a setup asks for; None for the usual one. InputError where it cannot be."""
    if setup is None or not setup.order:
        return None
    return sending_order(program, read_choices(program, setup.order))


def ordered(program: Program, order: Sequence[int] | None, setup: Setup | None) -> tuple[Sequence[int] | None, Setup | None]:
    """An order, None where it is the usual one, and the setup that asks for it."""
    choices = choices_of(program, order or ())
    return order if choices else None, None if setup is None else replace(setup, order=choice_texts(program, choices))


def choice_texts(program: Program, choices: Sequence[Choice]) -> tuple[str, ...]:
    """Choices as texts, which :func:`read_choices` reads."""
    return tuple(f"{n} {_name(program, gate)}" for n, gate in choices)


def _name(program: Program, node: int) -> str:
    return program.nodes[node].name or node_id(node)
