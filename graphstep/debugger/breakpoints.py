"""Where conditions stop a run, and why; and what changed a node last.

Of an array ``<``, ``<=`` and ``==`` must hold for every cell, and ``>``, ``>=`` and ``!=`` for one: so ``abs(grad) < 1e-3`` asks
for its largest cell, as does ``abs(grad) > 100``.

A test without a node, or of several by a pattern, holds after the steps that make what it is about. A test of one node holds from
the step on that makes it true, as long as that is so: ``grad x`` is the sum of what has arrived. Joined tests stop where all that
they say holds, after the steps that one of them is about.
"""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

from graphstep.analysis.diagnosis.gradients import mean_size
from graphstep.debugger.conditions import Condition, gates_of
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number, length
from graphstep.ground.late import np
from graphstep.telling.names import names_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EVERY: dict[str, Callable[[Any, float], Any]] = {"<": operator.lt, "<=": operator.le, "==": operator.eq}
_SOME: dict[str, Callable[[Any, float], Any]] = {">": operator.gt, ">=": operator.ge, "!=": operator.ne}
_OF: dict[str, Callable[[Any], Any]] = {
    "": lambda x: x,
    "abs": np.abs,
    "rms": mean_size,
    "norm": length,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
}
"""What is compared of an array."""


def steps_of(trace: Trace, condition: Condition) -> tuple[int, ...]:
    """The numbers of the steps after which a condition holds for what they have just made, ascending."""
    if not condition.parts:
        return tuple(sorted({n for n in _steps(trace, condition) if n > 0}))
    about = np.zeros(len(trace) + 1, np.bool_)
    for test in condition.tests:
        about[[n for n in _about(trace, test) if n > 0]] = True
    return tuple(np.flatnonzero(about & _after(trace, condition)).tolist())


def _after(trace: Trace, condition: Condition) -> NDArray[np.bool_]:
    """By step whether a condition holds after it."""
    if condition.kind == "not":
        return ~_after(trace, condition.parts[0])
    if condition.parts:
        masks = [_after(trace, part) for part in condition.parts]
        joined: NDArray[np.bool_] = np.logical_and.reduce(masks) if condition.kind == "and" else np.logical_or.reduce(masks)
        return joined
    holds = np.zeros(len(trace) + 1, np.bool_)
    # The value of an input is known from the start.
    first = 0 if condition.kind in ("value", "isnan", "isinf") else 1
    met = sorted({n for n in _steps(trace, condition) if n >= first})
    holds[met] = True
    if _named(trace, condition) is not None:
        # What is known of a node is known until it changes.
        about = sorted({n for n in _about(trace, condition) if n >= first})
        for n, following in zip(about, [*about, len(trace) + 1][1:], strict=True):
            holds[n:following] = holds[n]
    return holds


def _named(trace: Trace, condition: Condition) -> int | None:
    """The one node that a test is about what is known of; None for a test of steps, and of several nodes."""
    if not condition.node or condition.kind in ("changes", "shrinks", "grows"):
        return None
    return names_of(trace.program).find(condition.node)


def _nodes(trace: Trace, condition: Condition) -> Sequence[int]:
    """The nodes that a test is about; none where its node was folded away."""
    if not condition.node:
        return range(len(trace.program.nodes))
    names = names_of(trace.program)
    if (node := names.find(condition.node)) is not None:
        return (node,)
    return [node for name, node in trace.program.names.items() if condition.fits(name)]


def reason(trace: Trace, condition: Condition, n: int) -> str:
    """Why a condition holds after a step, one of :func:`steps_of`: ``df/dx = 0``, ``max sends to x``."""
    from graphstep.telling.words.catalogue import message

    if condition.kind == "not":
        return message(trace.writing.language, "break-not", condition=condition.parts[0].text)
    if condition.parts:
        parts = [part for part in condition.parts if _after(trace, part)[n]]
        return reduce(
            lambda one, following: message(trace.writing.language, "break-and", one=one, next=following),
            (reason(trace, part, n) for part in parts),
        )
    return _reason(trace, condition, n)


def _reason(trace: Trace, test: Condition, n: int) -> str:
    """Why a test holds after a step."""
    from graphstep.telling.derivatives import gradient_name
    from graphstep.telling.explain import explain
    from graphstep.telling.names import name_of
    from graphstep.telling.words.catalogue import message

    named = _named(trace, test)
    step, say = trace.step(n), partial(message, trace.writing.language)
    node = step.node if named is None else named
    name, gradient = name_of(trace.program, node), trace.gradient(node, n)
    if test.kind == "gate":
        return explain(trace, n).title
    if test.kind == "wrong":
        from graphstep.analysis.diagnosis import diagnose
        from graphstep.telling.reports.diagnosis import finding_text

        texts = (finding_text(trace, x) for x in diagnose(trace).findings if (x.kind, x.node) == (test.word, step.node))
        return next(texts).rstrip(".")
    if test.kind in ("contribution", "changes"):
        return say("break-arrives", value=_shown(step.contribution), name=name)
    if test.kind in ("isnan", "isinf") and named is None and step.event == "send":
        return say("break-contribution", name=name, value=_shown(step.contribution))
    odd = test.kind in ("isnan", "isinf") and not (np.isnan if test.kind == "isnan" else np.isinf)(trace.value_of(node)).any()
    if test.kind == "value" or (test.kind in ("isnan", "isinf") and not odd):
        return f"{name} = {_shown(trace.value(node, n))}"
    assert gradient is not None, "a test of a gradient holds where something of it is known"
    shown = f"{gradient_name(trace, node)} = {_shown(gradient.value)}"
    if gradient.complete:
        return shown
    return say("break-so-far", name=gradient_name(trace, node), value=_shown(gradient.value))


def _shown(value: Number | None) -> str:
    from graphstep.ground.arrays import number_text

    return "" if value is None else number_text(value)


def stop_text(trace: Trace, n: int, conditions: Sequence[Condition], nodes: Sequence[str] = (), position: str = "") -> str:
    """Why a step was stopped at: the conditions that hold after it, with their reasons, and texts of breakpoints at nodes.

    ``position`` is where the step is, if the run is that of an opened gate.
    """
    from graphstep.telling.words.catalogue import message

    say = partial(message, trace.writing.language)
    why = [say("break-since", condition=x.text, reason=reason(trace, x, n)) for x in conditions]
    return say("break-after", step=position or str(n), why="; ".join([*why, *nodes]))


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


def _about(trace: Trace, test: Condition) -> Iterator[int]:
    """The steps that make what a test is about, whether it holds or not."""
    if test.kind in ("isnan", "isinf", "gate", "wrong", "contribution") and not test.node:
        yield from range(1, len(trace) + 1)
        return
    for node in _nodes(trace, test):
        if test.kind in ("value", "isnan", "isinf"):
            yield trace.step_of_value(node)
        if test.kind != "value":
            yield from _made(trace, node)
            yield trace.step_of_gradient(node) or 0


def _steps(trace: Trace, test: Condition) -> Iterator[int]:
    """The steps after which a test holds for what they have just made."""
    if test.kind == "gate":
        nodes, names = trace.program.nodes, gates_of(test)
        at_work = [n for n, gate in enumerate(trace.gates_at.tolist(), 1) if nodes[gate].gate in names]
        yield from (n for n in at_work if trace.step(n).event in ("value", "send"))
    elif test.kind == "contribution":
        for node in range(len(trace.program.nodes)):
            arrivals = trace.arrivals(node)
            if len(arrivals) >= test.count:
                yield arrivals[test.count - 1].step
    elif test.kind == "wrong":
        from graphstep.analysis.diagnosis import BACKWARD, diagnose

        for finding in diagnose(trace).findings:
            if finding.kind == test.word:
                backward = finding.kind in BACKWARD
                yield (trace.step_of_gradient(finding.node) or 0) if backward else trace.step_of_value(finding.node)
    elif test.kind in ("isnan", "isinf") and not test.node:
        yield from _not_finite(trace, test.kind)
    elif test.kind in ("shrinks", "grows"):
        yield from _scaled(trace, test)
    else:
        for node in _nodes(trace, test):
            yield from _of_node(trace, test, node)


def _of_node(trace: Trace, test: Condition, node: int) -> Iterator[int]:
    """The steps after which a test holds of one node."""
    from graphstep.ground.arrays import all_zero

    flows = trace.program.depends[node] and trace.program.reaches[node]
    complete = trace.step_of_gradient(node) or 0
    if test.kind == "done":
        yield complete
    elif test.kind == "changes":
        yield from (wire.step for wire in trace.arrivals(node) if not all_zero(wire.contribution))
    elif test.kind in ("isnan", "isinf"):
        odd = np.isnan if test.kind == "isnan" else np.isinf
        bad = bool(np.any(odd(trace.value_of(node))))
        if bad:
            yield trace.step_of_value(node)
        if flows:
            yield from (n for n in (*_made(trace, node), complete) if bad or np.any(odd(_sum_at(trace, node, n))))
    elif test.kind == "value":
        if _holds(test, trace.value_of(node)):
            yield trace.step_of_value(node)
    elif flows:
        if _named(trace, test) is not None:
            yield from (n for n in _made(trace, node) if _holds(test, _sum_at(trace, node, n)))
        if _holds(test, trace.gradient_of(node)):
            yield complete


def _made(trace: Trace, node: int) -> list[int]:
    """The steps that bring a part of a node's gradient while more is to come."""
    steps: list[int] = trace.arrivals(node).steps.tolist()
    return steps[:-1]


def _sum_at(trace: Trace, node: int, n: int) -> Number:
    """The sum of the contributions that have arrived by a step at which one has."""
    gradient = trace.gradient(node, n)
    assert gradient is not None, "something arrives at this step"
    return gradient.value


def _scaled(trace: Trace, test: Condition) -> Iterator[int]:
    """The steps that complete a gradient which is so many times smaller, or larger, than the one behind it.

    Behind a node stand the gates that send to it; behind one of several layers named by a pattern the layer that was complete
    before it.
    """
    nodes = [node for node in _nodes(trace, test) if trace.program.depends[node] and trace.program.reaches[node]]
    done = sorted((trace.step_of_gradient(node) or 0, node) for node in nodes)
    layers = bool(test.node) and len(nodes) > 1
    for place, (n, node) in enumerate(done):
        before = [done[place - 1][1]] if place else []
        behind = before if layers else list(dict.fromkeys(trace.arrivals(node).senders.tolist()))
        if not behind:
            continue
        here, there = mean_size(trace.gradient_of(node)), max(mean_size(trace.gradient_of(x)) for x in behind)
        if here * test.number <= there if test.kind == "shrinks" else here >= there * test.number and here > 0:
            yield n


def _holds(test: Condition, value: Number) -> bool:
    if not np.size(value):
        return False
    compare = _EVERY.get(test.sign) or _SOME[test.sign]
    if isinstance(value, int | float) and test.of in ("", "abs"):
        return bool(compare(abs(value) if test.of else value, test.number))
    with np.errstate(all="ignore"):
        met = np.asarray(compare(_OF[test.of](value), test.number))
    return bool(met.all() if test.sign in _EVERY else met.any())


def _not_finite(trace: Trace, kind: str) -> Iterator[int]:
    test = np.isnan if kind == "isnan" else np.isinf
    for node in trace.not_finite:
        if node >= trace.program.first_gate and np.any(test(trace.value_of(node))):
            yield trace.step_of_value(node)
    for edge in np.flatnonzero(~np.isfinite(trace.contribution_sizes)).tolist():
        wire = trace.wire(edge)
        if np.any(test(wire.contribution)):
            yield wire.step
