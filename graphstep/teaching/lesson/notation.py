"""Derivatives in a lesson's words, and whether they are written as its run writes them.

``df/dx`` is the whole effect of x, ``∂q/∂x`` the effect through one gate, and the uses of a value that is read several times are
numbered. A lesson that writes one for the other says something else than the steps beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphstep.engine.trace import Trace
from graphstep.ground.errors import GraphstepError
from graphstep.teaching.marking.quantities import USE, bare, find_node, use_of
from graphstep.telling.derivatives import gradient_name, local_name, objective_name
from graphstep.telling.names import names_of

_SIGN = "[∂dDδ]"
# With lengths that end: a parenthesis that is never closed must not be searched for to the end of the file from every letter d.
_PART = r"[^()\n]{0,80}"
_ATOM = rf"(?:[^\W\d]\w{{0,80}}|\({_PART}(?:\({_PART}\){_PART}){{0,4}}\))"
_TYPED = re.compile(
    rf"(?<![^\W\d])(?P<sign>{_SIGN})(?P<above>{_ATOM})\s?/\s?(?P<other>{_SIGN})(?P<below>{_ATOM})(?P<raised>{USE})?"
)
_D = r"(?:\\partial|\\mathrm\{d\}|d)"
_LATEX = re.compile(
    rf"\\frac\s?\{{\s?(?P<sign>{_D})(?![a-z]{{2}})\s?(?P<above>[^{{}}]{{1,80}}(?:\{{\w+\}})?)\s?\}}"
    rf"\s?\{{\s?(?P<other>{_D})(?![a-z]{{2}})\s?(?P<below>[^{{}}]{{1,80}}(?:\{{\w+\}})?)\s?\}}"
)


def misprints(trace: Trace, text: str) -> Iterator[tuple[int, str]]:
    """The derivatives of a text that are not in the notation of a run: where each begins, and what would be right."""
    for match in _TYPED.finditer(text):
        below, use = use_of(f"{match['below']}{match['raised'] or ''}")
        wrong = _fault(trace, match["sign"] + match["other"], bare(match["above"]), below, use, match[0])
        if wrong:
            yield match.start(), f"{match[0]} is not the notation of this run: {wrong}"
    for match in _LATEX.finditer(text):
        signs = "".join("∂" if sign == r"\partial" else "d" for sign in (match["sign"], match["other"]))
        above, below = (re.sub(r"[{}\\\s]", "", part) for part in (match["above"], match["below"]))
        if wrong := _fault(trace, signs, above, below, 0, ""):
            yield match.start(), f"{match[0]} is not the notation of this run: {wrong}"


def _fault(trace: Trace, signs: str, above: str, below: str, use: int, shown: str) -> str:
    """What is wrong with a derivative, and what to write; empty where nothing is. Without ``shown`` its spelling is free."""
    letter, goal = names_of(trace.program).change, objective_name(trace)
    upper, lower = _node(trace, above), _node(trace, below)
    # Two letters d and a stroke are a fraction of words more often than a derivative; a ∂ is never one.
    if "∂" not in signs and upper is None and lower is None and above != goal:
        # A word, such as drift/drag.
        return ""
    if lower is None or (upper is None and above != goal):
        unknown = below if lower is None else above
        return f"the run has no node '{unknown}'. What is not of the run is said in words"
    whole, wires = gradient_name(trace, lower), [] if upper is None else list(trace.between(upper, lower))
    through = " or ".join(map(local_name, wires))
    if signs == "∂∂":
        if not wires:
            return f"∂ is the effect through one gate, and the gate of {above} does not read {below}: the whole effect is {whole}"
        if above == goal and wires[0].local is None:
            return f"that is a Jacobian, which is never formed: the gradient of {below} is {whole}"
        right = [local_name(wire) for wire in wires if wire.use == use]
        if right and (not shown or _same(right[0], shown)):
            return ""
        return f"write {right[0] if right else through} for the effect through one gate, {whole} for the whole"
    if signs != letter * 2:
        return f"write {whole} for the whole effect{f', {through} for the effect through one gate' if wires else ''}"
    if above != goal:
        first = f"the effect through one gate is {through}" if wires else f"the gradient of {below} is {whole}"
        return f"what this run differentiates is {goal}: {first}"
    uses = {wire.use for wire in trace.arrivals(lower)}
    if use and use not in uses:
        return f"{below} has no use number {use}"
    right_name = gradient_name(trace, lower, use)
    return "" if not shown or _same(right_name, shown) else f"write {right_name}"


def _node(trace: Trace, key: str) -> int | None:
    for spelling in (key, key.replace("_", "")):
        try:
            return find_node(trace, spelling)
        except GraphstepError:
            continue
    return None


def _same(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())
