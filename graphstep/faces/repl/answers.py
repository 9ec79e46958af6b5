"""What the prompt prints: steps, quantities, nodes, lists, help."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from graphstep.debugger.actions import ACTIONS, BY_ID, GROUPS
from graphstep.debugger.breakpoints import reason
from graphstep.debugger.questions import solution_of
from graphstep.debugger.watches import number_of
from graphstep.faces.repl.lines import words
from graphstep.ground.arrays import number_text
from graphstep.ground.errors import GraphstepError, ReadError
from graphstep.telling.derivatives import gradient_name
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Rules
from graphstep.telling.ladders import value_ladder
from graphstep.telling.names import name_of
from graphstep.telling.reasons import why_gradient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.debugger.facts import Fault, Hit, Moved
    from graphstep.debugger.state import State
    from graphstep.debugger.watches import Quantity

ON_THE_WAY = 12
"""Steps up to which those that one gate makes are printed each, when it is stepped over."""

LISTED = 40
"""Nodes that the list of values shows."""

WIDTH = 100
"""Columns of the help."""


class Steps:
    """The steps that were printed: a rule is explained where it is first met."""

    def __init__(self) -> None:
        self._rules, self._phase = Rules(), ""

    def lines(self, state: State, n: int, *, whole: bool = False) -> Iterator[str]:
        """A step as the plain trace tells it, the phase before it where it is another one, and the watches behind it."""
        explanation = explain(state.trace, n)
        if explanation.phase not in (self._phase, "start"):
            yield explanation.phase
        self._phase = explanation.phase
        yield f"{n}  {(explanation if whole else self._rules.brief(explanation)).narrative}"
        if n == state.at:
            for quantity in state.watches:
                yield from quantity_lines(state, quantity)


def passed(fact: Moved, state: State) -> range:
    """The steps to print of a move: all that one gate did at once, else the last."""
    over = fact.before < fact.n <= fact.before + ON_THE_WAY and state.trace.over(fact.before) == fact.n
    return range(fact.before + 1 if over else fact.n, fact.n + 1)


def quantity_lines(state: State, quantity: Quantity) -> Iterator[str]:
    """A quantity as it is after the step that is shown."""
    if quantity.kind == "expression":
        try:
            number = number_of(state.trace, state.at, quantity)
        except GraphstepError as error:
            yield f"{quantity.text}: {error.message}"
            return
        yield f"{quantity.text}: not known yet" if number is None else f"{quantity.text} = {number_text(number)}"
    elif quantity.node is None:
        yield f"{quantity.text}: not in this program"
    else:
        if quantity.kind != "gradient":
            yield _value(state, quantity.node)
        if quantity.kind != "value":
            yield _gradient(state, quantity.node)


def node_lines(state: State, node: int) -> Iterator[str]:
    """What is known of a node."""
    yield _value(state, node)
    yield _gradient(state, node)
    known = state.trace.gradient(node, state.at)
    if known is not None and known.complete and state.trace.program.depends[node] and (why := why_gradient(state.trace, node)):
        yield why


def _value(state: State, node: int) -> str:
    trace, name = state.trace, name_of(state.trace.program, node)
    value = trace.value(node, state.at)
    if value is None:
        return f"{name}: step {trace.step_of_value(node)} computes it"
    if trace.node(node).gate is None or trace.node(node).shape:
        return f"{name} = {number_text(value, trace.writing.digits)}"
    return value_ladder(trace, node).line


def _gradient(state: State, node: int) -> str:
    trace = state.trace
    if not trace.program.depends[node]:
        data = trace.node(node).name in trace.program.data
        return f"{name_of(trace.program, node)} is {'data' if data else 'a constant'}: it has no gradient"
    name, known = gradient_name(trace, node), trace.gradient(node, state.at)
    if known is None:
        when = trace.step_of_gradient(node)
        return f"{name}: not yet" if when is None else f"{name}: not yet, step {when} completes it"
    text = number_text(known.value, trace.writing.digits)
    if known.complete:
        return f"{name} = {text}"
    return f"{name}: {text} so far, {known.received} of {known.expected} contributions"


def question(state: State, n: int) -> str:
    """What is asked about a step, and how it is answered."""
    solution = solution_of(state.trace, n)
    assert solution is not None, "nothing else is asked"
    return f"{solution.wording}  {solution.example}; the word answer alone shows it."


def stop_line(state: State, hit: Hit) -> str:
    """Why a step was stopped at."""
    trace = state.trace
    held = [f"{x.text}, since {reason(trace, x, hit.n)}" for x in hit.conditions]
    held += [f"breakpoint at {name_of(trace.program, node)}" for node in hit.nodes]
    return f"break after step {hit.n}: {'; '.join(held)}"


def report(fault: Fault) -> str:
    """A fault, with a caret under its place, as an error is reported."""
    if fault.span is None:
        return GraphstepError(fault.message, hint=fault.hint).report()
    return ReadError(fault.message, hint=fault.hint, text=fault.text, span=fault.span).report()


def asked(action: str) -> str:
    """What stands behind a word that was typed alone."""
    row = BY_ID[action]
    return f"{row.words[0]} {row.takes}: {row.help}"


def own(state: State, action: str) -> Iterator[str]:
    """What the prompt does by itself."""
    if action == "help":
        yield from help_lines()
    elif action == "follow":
        yield from Steps().lines(state, state.at, whole=True)
    elif action == "values":
        yield from _list(state)
    else:
        yield f"{BY_ID[action].label}: only a screen has that"


def _list(state: State) -> Iterator[str]:
    program = state.trace.program
    named = [*range(program.first_gate), *sorted(set(program.names.values()) - {*range(program.first_gate)})]
    nodes = list(dict.fromkeys([*named, program.output]))
    for node in nodes[:LISTED]:
        value = state.trace.value(node, state.at)
        known = "not yet" if value is None else number_text(value, state.trace.writing.digits)
        yield f"{name_of(program, node)} = {known};  {_gradient(state, node)}"
    if len(nodes) > LISTED:
        yield f"and {len(nodes) - LISTED:,} more"


def help_lines() -> Iterator[str]:
    """Every action that the prompt knows, by group."""
    letters: dict[str, list[str]] = {}
    for word, action in words().items():
        letters.setdefault(action, []).append(word)
    for group in GROUPS:
        yield group
        for row in ACTIONS:
            if row.group == group and row.words:
                takes = f" [{row.takes}]" if row.optional else f" {row.takes}" if row.takes else ""
                text = f"{', '.join(letters[row.id])}{takes}: {row.help}"
                yield fill(text, WIDTH, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)
