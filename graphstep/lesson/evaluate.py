"""An expression in the names of a run becomes a number: the options of a choice, typed answers, and what prose quotes.

``q + 1`` takes q from the run, ``∂f/∂x`` is the gradient of x, ``∂q/∂x`` the local gradient of q's gate. The text is read by the
same reader as a program; nothing is evaluated in any other way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphstep.errors import GraphstepError, InputError, quoted
from graphstep.lesson.quantities import edges_between, find_node, single

if TYPE_CHECKING:
    from graphstep.arrays import Number
    from graphstep.trace import Trace

LENGTH = 400
"""Characters of an expression that a lesson quotes or a learner types."""

_NUMERAL = re.compile(r"[-−+]?\s*(?P<whole>\d+)(?:\.(?P<part>\d*))?(?:[eE](?P<exponent>[-+−]?\d+))?")
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an expression came to."""

    value: float
    """Its value."""
    names: tuple[str, ...]
    """The names and derivatives in it; empty for arithmetic with numbers."""


def evaluate(trace: Trace, text: str, at: int | None = None) -> Evaluated:
    """The value of an expression in the names and derivatives of a run.

    With ``at``, only what the run shows at that step may be named. InputError for what cannot be read or is not known.
    """
    from graphstep.read import read
    from graphstep.trace import trace as run

    if len(text) > LENGTH:
        raise InputError(f"this is {len(text):,} characters long; at most {LENGTH} are read")
    plain, derivatives = _without_derivatives(trace, text, at)
    try:
        program = read(plain, (*trace.program.names, *derivatives))
    except GraphstepError as error:
        raise InputError(f"{quoted(text)} cannot be read: {error.message}", hint=error.hint) from error
    values = {name: derivatives[name] if name in derivatives else _value(trace, name, at) for name in program.inputs}
    return Evaluated(single(run(program, values).output, quoted(text)), program.inputs)


def numeral_in(text: str) -> tuple[float, float] | None:
    """A text that is one numeral, as its value and half a unit of the last digit it shows; None for any other text."""
    match = _NUMERAL.fullmatch(text.strip())
    if match is None or len(text) > 40:
        return None
    exponent = int((match["exponent"] or "0").replace("−", "-"))
    if abs(exponent) > 300:
        return None
    places = len(match["part"] or "")
    return float(text.replace("−", "-").replace(" ", "")), 0.5 * 10.0 ** (exponent - places)


def _value(trace: Trace, name: str, at: int | None) -> Number:
    node = find_node(trace, name)
    value = trace.value(node, at)
    if value is None:
        raise InputError(f"{name} is not computed yet")
    return value


def _without_derivatives(trace: Trace, text: str, at: int | None) -> tuple[str, dict[str, Number]]:
    """The text with a name in the place of every ``∂A/∂B``, and what those names stand for."""
    found: dict[str, Number] = {}
    pieces, place = [], 0
    while (start := text.find("∂", place)) >= 0:
        above, behind = _atom(text, start + 1)
        slash = re.compile(r"\s*/\s*∂").match(text, behind)
        if slash is None:
            raise InputError(f"{quoted(text)} cannot be read: write a derivative as ∂f/∂x")
        below, stop = _atom(text, slash.end())
        name = f"derivative{len(found) + 1}"
        while name in trace.program.names:
            name += "_"
        found[name] = _derivative(trace, above, below, at)
        pieces += [text[place:start], name]
        place = stop
    return "".join([*pieces, text[place:]]), found


def _atom(text: str, start: int) -> tuple[str, int]:
    """The name or parenthesis that begins at ``start``, and where it ends."""
    name = _NAME.match(text, start)
    if name:
        return name[0], name.end()
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            if text[place] == ")":
                return text[start + 1 : place], place + 1
            break
    raise InputError(f"{quoted(text)} cannot be read: behind ∂ stands a name, or an expression in parentheses")


def _derivative(trace: Trace, above: str, below: str, at: int | None) -> Number:
    """``∂above/∂below``: a gradient where ``above`` is the output, else the local gradient of its gate."""
    upper, lower = find_node(trace, above), find_node(trace, below)
    if upper == trace.program.output:
        known = trace.gradient(lower, at)
        if known is None or not known.complete:
            raise InputError(f"∂{above}/∂{below} is not known yet" if trace.program.depends[lower] else f"{below} is a constant")
        return known.value
    edges = edges_between(trace, upper, lower)
    if len(edges) != 1:
        why = "they are not joined by a wire" if not edges else "several wires join them"
        raise InputError(f"∂{above}/∂{below} is no local gradient of this run: {why}")
    if at is not None and trace.plan.edge_step[edges[0]] > at:
        raise InputError(f"∂{above}/∂{below} is not known yet")
    local = trace.local_of(edges[0])
    if local is None:
        raise InputError(f"∂{above}/∂{below} is a Jacobian, which is not formed")
    return local
