"""Quantities as a line or two: the value and the gradient of a node as far as they are known, and expressions of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from graphstep.debugger.frames import level_of
from graphstep.debugger.parts import Quantity
from graphstep.debugger.state import State
from graphstep.debugger.watches import names_in, number_of
from graphstep.ground.arrays import number_text
from graphstep.ground.errors import GraphstepError
from graphstep.telling.derivatives import gradient_name
from graphstep.telling.ladders import value_ladder
from graphstep.telling.names import name_of, names_of
from graphstep.telling.reasons import why_gradient
from graphstep.telling.words.catalogue import message, value_text


def quantity_lines(state: State, quantity: Quantity) -> Iterator[str]:
    """A quantity as it is after the step that is shown: inside an opened gate, or around it where its names stand."""
    # A watch that was set outside goes on inside a gate: it is looked up around it.
    state = level_of(state, names_in(quantity))
    say = partial(message, state.language)
    if quantity.kind == "expression":
        try:
            number = number_of(state.trace, state.at, quantity)
        except GraphstepError as error:
            yield f"{quantity.text}: {error.message}"
            return
        yield say("quantity-unknown", text=quantity.text) if number is None else f"{quantity.text} = {number_text(number)}"
    elif (node := names_of(state.trace.program).find(quantity.name)) is None:
        yield say("quantity-elsewhere", text=quantity.text)
    else:
        if quantity.kind != "gradient":
            yield value_line(state, node)
        if quantity.kind != "value":
            yield gradient_line(state, node)


def node_lines(state: State, node: int) -> Iterator[str]:
    """The lines of a node: its value, its gradient so far, and of a complete one why it is 0 or not finite."""
    yield value_line(state, node)
    yield gradient_line(state, node)
    gradient = state.trace.gradient(node, state.at)
    if (
        gradient is not None
        and gradient.complete
        and state.trace.program.depends[node]
        and (why := why_gradient(state.trace, node))
    ):
        yield why


def value_line(state: State, node: int) -> str:
    """The value of a node as it is after the step that is shown: its ladder where a gate makes a number."""
    trace, name = state.trace, name_of(state.trace.program, node)
    value = trace.value(node, state.at)
    if value is None:
        return message(state.language, "value-not-yet", name=name, step=str(trace.step_of_value(node)))
    # An input has no rungs, and those of an array would be its cells.
    if trace.node(node).rule is None or trace.node(node).shape:
        return f"{name} = {value_text(value, trace.writing)}"
    return value_ladder(trace, node).line


def gradient_line(state: State, node: int) -> str:
    """The gradient of a node as far as it has arrived."""
    trace, say = state.trace, partial(message, state.language)
    if not trace.program.depends[node]:
        data = trace.node(node).name in trace.program.data
        return say("gradient-none-data" if data else "gradient-none-constant", name=name_of(trace.program, node))
    name, gradient = gradient_name(trace, node), trace.gradient(node, state.at)
    if gradient is None:
        when = trace.step_of_gradient(node)
        return say("gradient-not-yet", name=name) if when is None else say("gradient-not-yet-step", name=name, step=str(when))
    text = value_text(gradient.value, trace.writing)
    if gradient.complete:
        return f"{name} = {text}"
    return say("gradient-so-far", name=name, value=text, received=gradient.received, expected=gradient.expected)
