"""Where conditions stop a run, and why; and what changed a node last.

Of an array ``<``, ``<=`` and ``==`` must hold for every cell, and ``>``, ``>=`` and ``!=`` for one: so ``abs(grad) < 1e-3`` asks
for its largest cell, as does ``abs(grad) > 100``.

A test without a node, or of several by a pattern, holds after the steps that make what it is about. A test of one node holds from
the step on that makes it true, as long as that is so: ``grad x`` is the sum of what has arrived. Joined tests stop where all that
they say holds, after the steps that one of them is about.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from fnmatch import translate
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

from graphstep.analysis.diagnosis.gradients import mean_size, mean_sizes
from graphstep.debugger.conditions import Condition, gates_of
from graphstep.engine.node_columns import (
    contribution_numbers,
    gradient_steps,
    gradients_of_numbers,
    has_gate,
    is_array,
    value_steps,
    values_of_numbers,
)
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number, length
from graphstep.ground.late import np
from graphstep.telling.names import names_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Steps = NDArray[np.integer[Any]]
    Mask = NDArray[np.bool_]
    Array = NDArray[np.float64]

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
    # Place 0 is the start. It also takes what no step makes, so that nobody has to sort that out first, and is cleared below.
    about = np.zeros(len(trace) + 1, np.bool_)
    for test in condition.tests:
        about[_about(trace, test) if condition.parts else _steps(trace, test)] = True
    # Before the first step nothing is made.
    about[0] = False
    return tuple(np.flatnonzero(about & _after(trace, condition) if condition.parts else about).tolist())


def _after(trace: Trace, condition: Condition) -> Mask:
    """By step whether a condition holds after it."""
    if condition.kind == "not":
        return ~_after(trace, condition.parts[0])
    if condition.parts:
        masks = [_after(trace, part) for part in condition.parts]
        joined: Mask = np.logical_and.reduce(masks) if condition.kind == "and" else np.logical_or.reduce(masks)
        return joined
    holds = np.zeros(len(trace) + 1, np.bool_)
    # The value of an input is known from the start.
    first = 0 if condition.kind in ("value", "isnan", "isinf") else 1
    holds[_steps(trace, condition)] = True
    holds[:first] = False
    if _named(trace, condition) is not None:
        # What is known of a node is known until it changes.
        about = np.unique(_about(trace, condition))
        about = about[about >= first]
        # From the first of these steps to the end each span is what held where it begins.
        spans = np.diff(about, append=len(holds))
        holds[len(holds) - spans.sum() :] = np.repeat(holds[about], spans)
    return holds


def _named(trace: Trace, condition: Condition) -> int | None:
    """The one node that a test is about what is known of; None for a test of steps, and of several nodes."""
    if not condition.node or condition.kind in ("changes", "shrinks", "grows"):
        return None
    return names_of(trace.program).find(condition.node)


def _nodes(trace: Trace, condition: Condition) -> Steps:
    """The nodes that a test is about, ascending; none where its node was folded away."""
    if not condition.node:
        return np.arange(len(trace.program.nodes))
    node = names_of(trace.program).find(condition.node)
    if node is not None:
        return np.array([node])
    fits = re.compile(translate(condition.node)).match
    return np.array(sorted(n for name, n in trace.program.names.items() if fits(name)), np.intp)


def reason(trace: Trace, condition: Condition, n: int) -> str:
    """Why a condition holds after a step, one of :func:`steps_of`: ``df/dx = 0``, ``max sends to x``."""
    from graphstep.telling.words.catalogue import message

    if condition.kind == "not":
        return message(trace.writing.language, "break-not", condition=condition.parts[0].text)
    if condition.parts:
        # Of an "or" only what holds here is a reason.
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
        # A finding is a whole sentence, and stands in the middle of another one here.
        return next(texts).rstrip(".")
    if test.kind in ("contribution", "changes"):
        return say("break-arrives", value=_shown(step.contribution), name=name)
    if test.kind in ("isnan", "isinf") and named is None and step.event == "send":
        return say("break-contribution", name=name, value=_shown(step.contribution))
    odd = test.kind in ("isnan", "isinf") and not (np.isnan if test.kind == "isnan" else np.isinf)(trace.value_of(node)).any()
    if test.kind == "value" or (test.kind in ("isnan", "isinf") and not odd):
        name, shown = _compared(test, name, trace.value(node, n))
        return f"{name} = {shown}"
    assert gradient is not None, "a test of a gradient holds where something of it is known"
    name, shown = _compared(test, gradient_name(trace, node), gradient.value)
    return f"{name} = {shown}" if gradient.complete else say("break-so-far", name=name, value=shown)


def _compared(test: Condition, name: str, value: Number | None) -> tuple[str, str]:
    """What a test compares and what it is, as texts: of ``rms(grad W)`` one number. What looks at cells shows them all."""
    if value is None or test.of in ("", "abs"):
        return name, _shown(value)
    with np.errstate(all="ignore"):
        return f"{test.of}({name})", _shown(float(_OF[test.of](value)))


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
    return say("break-after", step=position or str(n), why=say("semicolon").join([*why, *nodes]))


def last_change(trace: Trace, node: int, before: int) -> int | None:
    """The last step before another one that changed a node's value or gradient; None where nothing has.

    A contribution of 0 changes nothing, unless it is the first: then the gradient was not known before.
    """
    from graphstep.ground.arrays import all_zero

    # Updates stand behind the backward pass, a step each, in their order.
    program, behind = trace.program, trace.last_backward_step + 1
    for n in range(min(before, behind + len(trace.updates)) - 1, behind - 1, -1):
        if trace.updates[n - behind].node == node:
            return n
    arrivals = trace.arrivals(node)
    for place in range(bisect_left(arrivals, before, key=lambda wire: wire.step) - 1, -1, -1):
        if not place or not all_zero(arrivals[place].contribution):
            return arrivals[place].step
    # The output gets its gradient with the seed; and of what never reaches the output it is known from there on, to be 0.
    seeded = node == program.output or not program.reaches[node]
    if seeded and program.depends[node] and trace.seed_step < before:
        return trace.seed_step
    computed = trace.step_of_value(node)
    return computed if 0 < computed < before else None


def steps_at(trace: Trace, node: int) -> tuple[int, ...]:
    """The numbers of the steps that make a node's value, or a part of its gradient."""
    steps = [trace.step_of_value(node), *trace.arrivals(node).steps.tolist(), trace.step_of_gradient(node) or 0]
    return tuple(sorted({n for n in steps if n > 0}))


# Steps and nodes are columns: a condition may be about all nodes of 100,000 gates, and the key that sets it waits.


def _about(trace: Trace, test: Condition) -> Steps:
    """The steps that make what a test is about, whether it holds or not."""
    if test.kind in ("isnan", "isinf", "gate", "wrong", "contribution") and not test.node:
        return np.arange(1, len(trace) + 1)
    nodes = _nodes(trace, test)
    values = [value_steps(trace)[nodes]] if test.kind in ("value", "isnan", "isinf") else []
    gradients = [_arriving(trace, nodes), gradient_steps(trace)[nodes]] if test.kind != "value" else []
    return np.concatenate([*values, *gradients])


def _steps(trace: Trace, test: Condition) -> Steps:
    """The steps after which a test holds for what they have just made, in any order; 0 where no step makes it."""
    wires, nodes = trace.wires, _nodes(trace, test)
    if test.kind == "gate":
        named = has_gate(trace, gates_of(test))
        return np.concatenate([value_steps(trace)[named], wires.steps[named[wires.senders]]])
    if test.kind == "contribution":
        numbered: Mask = contribution_numbers(trace) == test.count
        return wires.steps[numbered]
    if test.kind == "wrong":
        from graphstep.analysis.diagnosis import BACKWARD, diagnose

        wrong = [finding for finding in diagnose(trace).findings if finding.kind == test.word]
        steps = [(trace.step_of_gradient if x.kind in BACKWARD else trace.step_of_value)(x.node) or 0 for x in wrong]
        return np.array(steps, np.intp)
    if test.kind in ("isnan", "isinf"):
        return _not_finite(trace, test, nodes)
    if test.kind in ("shrinks", "grows"):
        return _scaled(trace, test, nodes)
    if test.kind == "done":
        return gradient_steps(trace)[nodes]
    if test.kind == "changes":
        changing: Mask = trace.contribution_sizes != 0
        return wires.steps[_wires_to(trace, nodes) & changing]
    if test.kind == "value":
        return value_steps(trace)[nodes[_met(trace, test, nodes, values_of_numbers(trace), trace.value_of)]]
    nodes = _flowing(trace, nodes)
    complete = gradient_steps(trace)[nodes[_met(trace, test, nodes, gradients_of_numbers(trace), trace.gradient_of)]]
    if _named(trace, test) is None:
        return complete
    return np.concatenate([complete, *(_so_far(trace, node, partial(_holds, test)) for node in nodes.tolist())])


def _wires_to(trace: Trace, nodes: Steps) -> Mask:
    """By wire whether it brings a contribution to one of some nodes."""
    wanted = np.zeros(len(trace.program.nodes), np.bool_)
    wanted[nodes] = True
    wires: Mask = wanted[trace.wires.receivers]
    return wires


def _arriving(trace: Trace, nodes: Steps) -> Steps:
    """The steps that bring parts of gradients while more is to come."""
    wires = trace.wires
    # Behind the last one stands the sum, which completes the gradient; what arrives alone completes it itself.
    is_last: Mask = wires.steps >= gradient_steps(trace)[wires.receivers] - 1
    return wires.steps[_wires_to(trace, nodes) & ~is_last]


def _flowing(trace: Trace, nodes: Steps) -> Steps:
    """The nodes through which a gradient flows: neither constants nor off the ways to the output."""
    flows = gradient_steps(trace) > 0
    flows[trace.program.output] = trace.program.depends[trace.program.output]
    return nodes[flows[nodes]]


def _so_far(trace: Trace, node: int, holds: Callable[[Number], Any]) -> Steps:
    """The steps after which something holds for what has arrived of a gradient that is not complete."""
    steps = trace.arrivals(node).steps[:-1].tolist()
    sums = ((n, trace.gradient(node, n)) for n in steps)
    return np.array([n for n, total in sums if total is not None and holds(total.value)], np.intp)


def _met(trace: Trace, test: Condition, nodes: Steps, of_numbers: Array, value_of: Callable[[int], Number]) -> Mask:
    """By node whether a test holds for its value, or for its gradient: numbers all at once, arrays one by one."""
    # What the column of numbers holds for an array means nothing: it is asked for itself below.
    numbers, compare = of_numbers[nodes], _EVERY.get(test.sign) or _SOME[test.sign]
    # Of a single number the root mean square and the length are its size, and mean, max and min are itself.
    met: Mask = compare(np.abs(numbers) if test.of in ("abs", "rms", "norm") else numbers, test.number)
    for place in np.flatnonzero(is_array(trace)[nodes]).tolist():
        met[place] = _holds(test, value_of(int(nodes[place])))
    return met


def _odd(test: Condition, sizes: Array, arrays: Mask, value_of: Callable[[int], Number]) -> Mask:
    """Whether a nan, or an infinity, is in each of several values, of which there are the sizes."""
    odd = np.isnan if test.kind == "isnan" else np.isinf
    met: Mask = odd(sizes)
    # The size of an array that holds both is nan.
    for place in np.flatnonzero(arrays & ~np.isfinite(sizes)).tolist():
        met[place] = bool(np.any(odd(value_of(place))))
    return met


def _not_finite(trace: Trace, test: Condition, nodes: Steps) -> Steps:
    """The steps that make a nan, or an infinity: of all that is computed and sent, or of what nodes are known to be."""
    arrays, wires = is_array(trace), trace.wires
    bad = _odd(test, trace.value_sizes, arrays, trace.value_of)
    values = nodes[bad[nodes]]
    steps: list[Steps] = [value_steps(trace)[values]]
    if not test.node:
        sent = _odd(test, trace.contribution_sizes, arrays[wires.receivers], trace.contribution_of)
        return np.concatenate([*steps, wires.steps[sent]])
    flowing = _flowing(trace, nodes)
    bad |= _odd(test, trace.gradient_sizes, arrays, trace.gradient_of)
    steps += [gradient_steps(trace)[flowing[bad[flowing]]], _arriving(trace, _flowing(trace, values))]
    # A sum that is not finite on its way ends so: of other nodes there is nothing to ask.
    odd = np.isnan if test.kind == "isnan" else np.isinf
    for node in np.setdiff1d(flowing[~np.isfinite(trace.gradient_sizes[flowing])], values).tolist():
        steps.append(_so_far(trace, node, lambda total: np.any(odd(total))))
    return np.concatenate(steps)


def _scaled(trace: Trace, test: Condition, nodes: Steps) -> Steps:
    """The steps that complete a gradient which is so many times smaller, or larger, than the one behind it.

    Behind a node stand the gates that send to it; behind one of several layers named by a pattern the layer that was complete
    before it.
    """
    complete, sizes = gradient_steps(trace), mean_sizes(trace, np.arange(len(trace.program.nodes)))
    nodes = _flowing(trace, nodes)
    if test.node and len(nodes) > 1:
        nodes = nodes[np.argsort(complete[nodes], kind="stable")]
        behind, nodes = sizes[nodes[:-1]], nodes[1:]
    else:
        # No size is below 0, so that -1 stays where no gate sends. One pass over all wires, however many nodes are asked about.
        largest = np.full(len(sizes), -1.0)
        np.maximum.at(largest, trace.wires.receivers, sizes[trace.wires.senders])
        # Nothing sends to the output.
        nodes = nodes[largest[nodes] != -1.0]
        behind = largest[nodes]
    here = sizes[nodes]
    # 0 is no times smaller than 0, and no times larger: once a gradient is gone nothing is left to shrink or to grow.
    smaller, larger = (here * test.number <= behind) & (behind > 0), (here >= behind * test.number) & (here > 0)
    scaled = smaller if test.kind == "shrinks" else larger
    return complete[nodes[scaled]]


def _holds(test: Condition, value: Number) -> bool:
    # Of no cells "every one of them" would hold, whatever is asked.
    if not np.size(value):
        return False
    compare = _EVERY.get(test.sign) or _SOME[test.sign]
    if isinstance(value, int | float) and test.of in ("", "abs"):
        return bool(compare(abs(value) if test.of else value, test.number))
    with np.errstate(all="ignore"):
        met = np.asarray(compare(_OF[test.of](value), test.number))
    return bool(met.all() if test.sign in _EVERY else met.any())
