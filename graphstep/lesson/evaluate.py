"""An expression in the names of a run becomes a number: the options of a choice, typed answers, and what prose quotes.

``q + 1`` takes q from the run, ``∂f/∂x`` is the gradient of x, ``∂q/∂x`` the local gradient of q's gate. The text is read by the
same reader as a program; nothing is evaluated in any other way. Arrays of numbers stand in brackets: ``[0.22, 0.26]``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphstep.errors import GraphstepError, InputError, quoted
from graphstep.lesson.quantities import edges_between, find_node

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from graphstep.arrays import Number
    from graphstep.trace import Trace

LENGTH = 400
"""Characters of an expression that a lesson quotes or a learner types."""

_NUMERAL = re.compile(r"[-−+]?\s*(?P<whole>\d+)(?:\.(?P<part>\d*))?(?:[eE](?P<exponent>[-+−]?\d+))?")
_NAME = re.compile(r"[^\W\d]\w*")
_EXPONENT = re.compile(r"(?<=[\d.])[eE](?=[-+−]?\d)")
_CELL = re.compile(r"[^\[\],]+")


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an expression came to."""

    value: Number
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
    if "[" in text and not re.search(r"[^\W\d]|∂", _EXPONENT.sub("", text)):
        return Evaluated(_literal(text), ())
    plain, derivatives = _without_derivatives(trace, text, at)
    try:
        program = read(plain, (*trace.program.names, *derivatives))
    except GraphstepError as error:
        raise InputError(f"{quoted(text)} cannot be read: {error.message}", hint=error.hint) from error
    values = {name: derivatives[name] if name in derivatives else _value(trace, name, at) for name in program.inputs}
    return Evaluated(run(program, values).output, program.inputs)


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


def numerals_in(text: str) -> NDArray[np.float64] | None:
    """Half a unit of the last digit that each cell of an array in brackets shows, in the array's shape; None for any other text.

    >>> numerals_in("[0.22, 3]").tolist()
    [0.005, 0.0]
    """
    import numpy as np

    if not text.startswith("["):
        return None
    cells = [cell.strip() for cell in _CELL.findall(text) if cell.strip()]
    rooms = [numeral_in(cell) for cell in cells]
    if not all(rooms):
        return None
    # A whole number is exact.
    shown = [room[1] if room and set(cell) & set(".eE") else 0.0 for cell, room in zip(cells, rooms, strict=True)]
    return np.array(shown).reshape(np.shape(_literal(text)))


def _literal(text: str) -> Number:
    from graphstep.values import read_value

    try:
        return read_value(text.replace("−", "-").replace("·", "*"))
    except GraphstepError as error:
        raise InputError(f"{quoted(text)} cannot be read: {error.message}", hint=error.hint) from error


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
