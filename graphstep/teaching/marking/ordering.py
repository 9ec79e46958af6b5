"""Questions about an order: gates are put into one in which each works only when all that it waits for is there.

On the way forward a gate waits for what it reads, on the way back for all its contributions. Every order that keeps to this is
right; of a wrong one the first gate that comes too early is named, with what it did not wait for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from graphstep.engine.trace import Trace
from graphstep.ground.errors import InputError, quoted
from graphstep.ground.records import dataclass
from graphstep.teaching.marking.quantities import find_node
from graphstep.telling.names import name_of
from graphstep.telling.words.catalogue import message

GATES = 9
"""Gates that are put into an order at most: each has a digit."""

# However learners write an order: ``q → f``, ``q > f``, ``q f``. Commas and semicolons are looked for first.
_BETWEEN = re.compile(r"\s*(?:→|->|>|<|\s)\s*")


@dataclass(frozen=True, slots=True, eq=False)
class OrderAsked:
    """Gates that are to be put into an order."""

    trace: Trace
    """The run."""
    forward: bool
    """Whether it is the order of computing; else that of sending."""
    gates: tuple[int, ...]
    """The gates in the order in which they are offered, which is no right one where there is a wrong one."""
    before: Mapping[int, frozenset[int]]
    """For each of them those of them that have to come before it."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the gates."""
        return tuple(name_of(self.trace.program, gate) for gate in self.gates)

    @property
    def usual(self) -> tuple[int, ...]:
        """The gates in the order of the run."""
        return tuple(sorted(self.gates, key=self.step_of))

    @property
    def step(self) -> int:
        """The number of the step in which the first of them works, in the order of the run."""
        return self.step_of(self.usual[0])

    @property
    def count(self) -> int:
        """How many orders are right."""
        size = len(self.gates)
        waits = [sum(1 << self.gates.index(other) for other in self.before[gate]) for gate in self.gates]
        # By sets of gates that are done, 2ⁿ·n steps: the orders themselves (linear extensions) may be n! many.
        ways = [1, *[0] * ((1 << size) - 1)]
        for done in range(1 << size):
            for place in range(size):
                if not done >> place & 1 and waits[place] & done == waits[place]:
                    ways[done | 1 << place] += ways[done]
        return ways[-1]

    def orders(self, most: int) -> Iterator[tuple[int, ...]]:
        """Up to so many right orders, as places among the gates that are offered, from 0; always in the same order."""
        waits = [frozenset(self.gates.index(other) for other in self.before[gate]) for gate in self.gates]

        def after(done: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
            if len(done) == len(waits):
                yield done
            for place, awaited in enumerate(waits):
                if place not in done and awaited <= {*done}:
                    yield from after((*done, place))

        return islice(after(()), most)

    @property
    def wording(self) -> str:
        """The question for it."""
        return message(self.trace.writing.language, "question-order-forward" if self.forward else "question-order")

    @property
    def answer(self) -> str:
        """The order of the run, and how many others are right."""
        names = ", ".join(name_of(self.trace.program, gate) for gate in self.usual)
        return message(self.trace.writing.language, "order-answer", order=names, count=self.count)

    def step_of(self, gate: int) -> int:
        """The step in which a gate works: computes, or begins to send."""
        return self.trace.step_of_value(gate) if self.forward else self.trace.sends(gate)[0].step


def order_asked(trace: Trace, text: str, options: Sequence[str]) -> OrderAsked:
    """What ``order backward`` or ``order forward`` asks for, of all gates or of those in ``options``. InputError for no order."""
    if text not in ("forward", "backward"):
        raise InputError(f"{quoted(text)} is no order: ask for 'order backward' or 'order forward'")
    forward, program = text == "forward", trace.program
    live = [i for i in range(program.first_gate, len(program.nodes)) if forward or len(trace.sends(i))]
    gates = [find_node(trace, option) for option in options] or live
    for gate in gates:
        if gate not in live:
            raise InputError(f"{name_of(program, gate)} is no gate that {'computes' if forward else 'sends'}")
    if not 2 <= len(set(gates)) == len(gates) <= GATES:
        raise InputError(
            f"an order is one of 2 to {GATES} gates, each named once; here are {len(gates)}",
            hint='options = ["…", "…"] names those that are asked for',
        )
    behind = {gate: _behind(trace, gate, forward) for gate in gates}
    before = {gate: frozenset(other for other in gates if other in behind[gate]) for gate in gates}
    # By their names, which says nothing of an order; where that happens to be a right one, it is turned round.
    offered = sorted(gates, key=lambda gate: name_of(program, gate))
    asked = OrderAsked(trace, forward, tuple(offered), before)
    return asked if _first_early(asked, offered) is not None else OrderAsked(trace, forward, tuple(offered[::-1]), before)


def marked(asked: OrderAsked, text: str) -> tuple[bool | None, str]:
    """Whether a typed order is right, and what is said of it; None for one that is none."""
    say = partial(message, asked.trace.writing.language)
    typed = _typed(asked, text)
    if typed is None:
        return None, say("order-how", count=str(len(asked.gates)))
    if len(typed) > len(set(typed)):
        twice = next(gate for place, gate in enumerate(typed) if gate in typed[:place])
        return None, say("order-twice", name=name_of(asked.trace.program, twice))
    missing = [name_of(asked.trace.program, gate) for gate in asked.gates if gate not in typed]
    if missing:
        return None, say("order-missing", names=", ".join(missing))
    early = _first_early(asked, typed)
    if early is None:
        return True, say("order-right", count=asked.count)
    return False, _too_early(asked, early, set(typed[: typed.index(early)]))


def _behind(trace: Trace, gate: int, forward: bool) -> set[int]:
    """All that has to work before a gate does: what it is computed from, or what its gradient comes from."""
    behind: set[int] = set()
    left = [gate]
    while left:
        for other in _awaited(trace, left.pop(), forward):
            if other not in behind:
                behind.add(other)
                left.append(other)
    return behind


def _awaited(trace: Trace, gate: int, forward: bool) -> list[int]:
    """The nodes that a gate waits for itself, one a wire."""
    if forward:
        return [node for _, node in trace.node(gate).sources if node >= trace.program.first_gate]
    return [wire.sender for wire in trace.arrivals(gate)]


def _first_early(asked: OrderAsked, order: Sequence[int]) -> int | None:
    """The first gate of an order that does not wait for all that it has to; None where each does."""
    return next((gate for place, gate in enumerate(order) if not asked.before[gate] <= set(order[:place])), None)


def _too_early(asked: OrderAsked, early: int, done: set[int]) -> str:
    """Why a gate comes too early behind those that are done."""
    trace, program = asked.trace, asked.trace.program
    awaited = _awaited(trace, early, asked.forward)
    # Who is not asked for has worked as soon as all of those that it waits for have.
    there = [
        other in done if other in asked.gates else {*asked.gates} & _behind(trace, other, asked.forward) <= done
        for other in awaited
    ]
    missing = name_of(program, awaited[there.index(False)])
    names = {"gate": name_of(program, early), "missing": missing}
    if asked.forward:
        return message(trace.writing.language, "order-early-forward", **names)
    if not any(there):
        return message(trace.writing.language, "order-early", **names)
    return message(trace.writing.language, "order-early-some", **names, count=sum(there), all=str(len(there)))


def _typed(asked: OrderAsked, text: str) -> list[int] | None:
    """The gates that a person has put into an order, by their names or their places; None where that cannot be read."""
    parts = [part.strip() for part in re.split(r"[,;]", text)] if re.search("[,;]", text) else _BETWEEN.split(text.strip())
    # 213 for 2, 1, 3: there are nine gates at most.
    if len(parts) == 1 and text.isdecimal():
        parts = [*text]
    gates = []
    names = ["".join(name.split()) for name in asked.names]
    for part in parts:
        name = "".join(part.split())
        if name in names:
            gates.append(asked.gates[names.index(name)])
        elif name.isdecimal() and name.isascii() and 1 <= int(name[:3]) <= len(names):
            gates.append(asked.gates[int(name[:3]) - 1])
        else:
            return None
    return gates
