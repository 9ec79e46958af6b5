"""Where to stop in a run: ``grad W == 0``, ``abs(grad) < 1e-3``, ``isnan``, ``gate matmul``; and what changed a node last.

Of an array ``<``, ``<=`` and ``==`` must hold for every cell, and ``>``, ``>=`` and ``!=`` for one: so ``abs(grad) < 1e-3`` asks
for its largest cell, as does ``abs(grad) > 100``.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import partial, reduce
from typing import TYPE_CHECKING, Any, Literal, get_args

from graphstep.gates import FUNCTIONS, GATES
from graphstep.ground.errors import InputError, did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number
    from graphstep.language.program import Program

Kind = Literal["grad", "value", "isnan", "isinf", "gate", "contribution", "wrong"]
"""What a condition looks at."""

Wrong = Literal["saturated", "dead", "alike", "shrinking", "vanishing", "exploding"]
"""What a diagnosis finds at a node."""

CONDITION_WORDS = frozenset({"isnan", "isinf", *get_args(Wrong)})
"""The conditions that are one word."""

EXAMPLES = (
    "grad x == 0",
    "abs(grad) < 1e-3",
    "value q > 10",
    "isnan",
    "isinf",
    "gate max",
    "second contribution",
    "saturated",
    "dead",
)
"""One of each form."""

_EVERY: dict[str, Callable[[Any, float], Any]] = {"<": operator.lt, "<=": operator.le, "==": operator.eq}
_SOME: dict[str, Callable[[Any, float], Any]] = {">": operator.gt, ">=": operator.ge, "!=": operator.ne}
_ORDER = ("first", "second", "third", "fourth", "fifth")
_COMPARISON = re.compile(
    r"(?P<abs>abs\s*\(\s*)?(?P<what>grad|gradient|value)\b\s*(?P<node>.*?)\s*(?(abs)\)\s*)"
    r"(?P<sign><=|>=|==|!=|<|>|=)\s*(?P<number>[^<>=!]+)"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds after some steps of a run and not after others."""

    text: str
    """As it was typed."""
    kind: Kind
    """What it looks at."""
    node: str = ""
    """The node by name, id or text; empty for every node."""
    absolute: bool = False
    """Whether it is about absolute values."""
    sign: str = ""
    """How it compares."""
    number: float = 0.0
    """With what."""
    word: str = ""
    """The name of a gate, or what is wrong."""
    count: int = 0
    """Which contribution, counted from 1."""


def read_conditions(text: str, program: Program) -> tuple[Condition, ...]:
    """The conditions in a text, with semicolons between them. Raises InputError for what is none, and what no program has."""
    return tuple(_read(" ".join(part.split()), program) for part in text.split(";") if part.strip())


def _read(text: str, program: Program) -> Condition:
    if text in ("isnan", "isinf"):
        return Condition(text, "isnan" if text == "isnan" else "isinf")
    if text in get_args(Wrong):
        return Condition(text, "wrong", word=text)
    words = text.split()
    if words[0] == "gate" and len(words) == 2:
        return Condition(text, "gate", word=_gate(words[1]))
    if len(words) == 2 and words[1] == "contribution" and words[0] in _ORDER:
        return Condition(text, "contribution", count=_ORDER.index(words[0]) + 1)
    match = _COMPARISON.fullmatch(text)
    if match is None:
        raise InputError(f"{quoted(text)} is no condition", hint=f"for example {', '.join(EXAMPLES)}")
    from graphstep.telling.names import names_of

    node = match["node"]
    if node and names_of(program).find(node) is None:
        raise InputError(f"no node is called {quoted(node)}", hint=did_you_mean(node, program.names) or "leave it out for all")
    from graphstep.language.values import read_number

    sign = "==" if match["sign"] == "=" else match["sign"]
    what: Kind = "value" if match["what"] == "value" else "grad"
    return Condition(text, what, node, bool(match["abs"]), sign, read_number(match["number"]))


def _gate(word: str) -> str:
    names = {**{row.symbol: name for name, row in GATES.items()}, **{name: row.name for name, row in FUNCTIONS.items()}}
    names.update({name: name for name in GATES})
    if word not in names:
        raise InputError(
            f"no gate is called {quoted(word)}", hint=did_you_mean(word, names) or "for example gate max, gate matmul"
        )
    return names[word]


def steps_of(trace: Trace, condition: Condition) -> tuple[int, ...]:
    """The numbers of the steps after which a condition holds for what they have just made, ascending."""
    return tuple(sorted({n for n in _steps(trace, condition) if n > 0}))


def reason(trace: Trace, condition: Condition, n: int) -> str:
    """Why a condition holds after a step, one of :func:`steps_of`: ``df/dx = 0``, ``max sends to x``."""
    from graphstep.telling.derivatives import gradient_name
    from graphstep.telling.explain import explain
    from graphstep.telling.names import name_of
    from graphstep.telling.words.catalogue import message

    step, say = trace.step(n), partial(message, trace.writing.language)
    name = name_of(trace.program, step.node)
    if condition.kind == "gate":
        return explain(trace, n).title
    if condition.kind == "wrong":
        from graphstep.analysis.diagnosis import diagnose

        texts = (x.text for x in diagnose(trace).findings if (x.kind, x.node) == (condition.word, step.node))
        return next(texts).rstrip(".")
    if condition.kind == "contribution":
        return say("break-arrives", value=_shown(step.contribution), name=name)
    if condition.kind in ("isnan", "isinf") and step.event == "send":
        return say("break-contribution", name=name, value=_shown(step.contribution))
    if condition.kind in ("value", "isnan", "isinf"):
        return f"{name} = {_shown(step.value)}"
    return f"{gradient_name(trace, step.node)} = {_shown(trace.gradient_of(step.node))}"


def _shown(value: Number | None) -> str:
    from graphstep.ground.arrays import number_text

    return "" if value is None else number_text(value)


def first_stop(trace: Trace, conditions: Sequence[Condition], last: int | None = None) -> tuple[int | None, str]:
    """The first step, up to ``last``, after which a condition holds, None without one; and a sentence that says so and why."""
    from graphstep.telling.words.catalogue import message

    last = len(trace) if last is None else last
    say = partial(message, trace.writing.language)
    hits = [(n, condition) for condition in conditions for n in steps_of(trace, condition)[:1] if n <= last]
    if not hits:
        texts = reduce(lambda one, following: say("break-or", one=one, next=following), (x.text for x in conditions))
        key = "break-none" if last == len(trace) else "break-none-so-far"
        return None, say(key, conditions=texts, step=str(last))
    first = min(n for n, _ in hits)
    return first, stop_text(trace, first, [condition for n, condition in hits if n == first])


def stop_text(trace: Trace, n: int, conditions: Sequence[Condition], nodes: Sequence[str] = ()) -> str:
    """Why a step was stopped at: the conditions that hold after it, with their reasons, and texts of breakpoints at nodes."""
    from graphstep.telling.words.catalogue import message

    say = partial(message, trace.writing.language)
    why = [say("break-since", condition=x.text, reason=reason(trace, x, n)) for x in conditions]
    return say("break-after", step=str(n), why="; ".join([*why, *nodes]))


def last_change(trace: Trace, node: int, before: int) -> int | None:
    """The last step before another one that changed a node's value or gradient; None where nothing has.

    A contribution of 0 changes nothing, unless it is the first: then the gradient was not known before.
    """
    from graphstep.ground.arrays import all_zero

    program, behind = trace.program, trace.last_backward_step + 1
    for n in range(min(before, behind + len(trace.updates)) - 1, behind - 1, -1):
        if trace.updates[n - behind].node == node:
            return n
    arrivals = trace.arrivals(node)
    for place in range(bisect_left(arrivals, before, key=lambda wire: wire.step) - 1, -1, -1):
        if not place or not all_zero(arrivals[place].contribution):
            return arrivals[place].step
    seeded = node == program.output or not program.reaches[node]
    if seeded and program.depends[node] and trace.seed_step < before:
        return trace.seed_step
    computed = trace.step_of_value(node)
    return computed if 0 < computed < before else None


def steps_at(trace: Trace, node: int) -> tuple[int, ...]:
    """The numbers of the steps that make a node's value, or a part of its gradient."""
    steps = [trace.step_of_value(node), *trace.arrivals(node).steps.tolist(), trace.step_of_gradient(node) or 0]
    return tuple(sorted({n for n in steps if n > 0}))


def _steps(trace: Trace, condition: Condition) -> Iterator[int]:
    if condition.kind == "gate":
        nodes, row = trace.program.nodes, GATES[condition.word]
        # Over the cells of one array, max is another gate of the same name.
        names = (row.name, row.over_cells)
        at_work = [n for n, gate in enumerate(trace.gates_at.tolist(), 1) if nodes[gate].gate in names]
        yield from (n for n in at_work if trace.step(n).event in ("value", "send"))
    elif condition.kind == "contribution":
        for node in range(len(trace.program.nodes)):
            arrivals = trace.arrivals(node)
            if len(arrivals) >= condition.count:
                yield arrivals[condition.count - 1].step
    elif condition.kind == "wrong":
        from graphstep.analysis.diagnosis import BACKWARD, diagnose

        for finding in diagnose(trace).findings:
            if finding.kind == condition.word:
                backward = finding.kind in BACKWARD
                yield (trace.step_of_gradient(finding.node) or 0) if backward else trace.step_of_value(finding.node)
    elif condition.kind in ("isnan", "isinf"):
        yield from _not_finite(trace, condition.kind)
    else:
        yield from _compared(trace, condition)


def _compared(trace: Trace, condition: Condition) -> Iterator[int]:
    from graphstep.telling.names import names_of

    only = names_of(trace.program).find(condition.node) if condition.node else None
    if condition.node and only is None:
        # Its node was folded away.
        return
    nodes = range(len(trace.program.nodes)) if only is None else (only,)
    for node in nodes:
        if condition.kind == "value":
            if node >= trace.program.first_gate and _holds(condition, trace.value_of(node)):
                yield trace.step_of_value(node)
        elif trace.program.depends[node] and trace.program.reaches[node] and _holds(condition, trace.gradient_of(node)):
            yield trace.step_of_gradient(node) or 0


def _holds(condition: Condition, value: Number) -> bool:
    if isinstance(value, int | float):
        compare = _EVERY.get(condition.sign) or _SOME[condition.sign]
        return bool(compare(abs(value) if condition.absolute else value, condition.number))
    cells = abs(value) if condition.absolute else value
    # NumPy compares cell by cell.
    met: Any = (_EVERY.get(condition.sign) or _SOME[condition.sign])(cells, condition.number)
    return bool(value.size and met.all()) if condition.sign in _EVERY else bool(met.any())


def _not_finite(trace: Trace, kind: str) -> Iterator[int]:
    import numpy as np

    test = np.isnan if kind == "isnan" else np.isinf
    for node in trace.not_finite:
        if node >= trace.program.first_gate and np.any(test(trace.value_of(node))):
            yield trace.step_of_value(node)
    for edge in np.flatnonzero(~np.isfinite(trace.contribution_sizes)).tolist():
        wire = trace.wire(edge)
        if np.any(test(wire.contribution)):
            yield wire.step
