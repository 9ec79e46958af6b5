"""An expression in the names of a run becomes a number: the options of a choice, typed answers, and what prose quotes.

``q + 1`` takes q from the run, ``df/dx`` is the gradient of x, ``∂q/∂x`` the local gradient of q's gate. The text is read by the
same reader as a program; nothing is evaluated in any other way. Arrays of numbers stand in brackets: ``[0.22, 0.26]``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number
from graphstep.ground.errors import GraphstepError, InputError, quoted
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.teaching.marking.quantities import USE, Quantity, effect, find_node, slope
from graphstep.telling.names import names_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

LENGTH = 400
"""Characters of an expression that a lesson quotes or a learner types."""

_NUMERAL = re.compile(r"[-−+]?\s*(?:\d+(?:\.(?P<part>\d*))?|\.(?P<only>\d+))(?:[eE](?P<exponent>[-+−]?\d+))?")
_NAME = re.compile(r"[^\W\d]\w*")
# The e of 1e-3 is no name: without it an array of numerals holds no letter.
_EXPONENT = re.compile(r"(?<=[\d.])[eE](?=[-+−]?\d)")
_USE = re.compile(USE)
_CELL = re.compile(r"[^\[\],]+")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The value of a typed expression, and the names in it."""

    value: Number
    """Its value."""
    names: tuple[str, ...]
    """The names and derivatives in it; empty for arithmetic with numbers."""


def evaluate(trace: Trace, text: str, at: int | None = None) -> Evaluation:
    """The value of an expression in the names and derivatives of a run.

    With ``at``, only what the run shows at that step may be named. InputError for what cannot be read or is not known.
    """
    from graphstep.engine.trace import trace as run
    from graphstep.language.read import read

    if len(text) > LENGTH:
        raise InputError(f"this is {len(text):,} characters long; at most {LENGTH} are read")
    if (number := numeral_in(text)) is not None:
        # Most answers are one numeral, and a class has very many.
        return Evaluation(number[0], ())
    if "[" in text and not re.search(r"[^\W\d]|∂", _EXPONENT.sub("", text)):
        return Evaluation(_literal(text), ())
    plain, derivatives = _without_derivatives(trace, text, at)
    try:
        program = read(plain, (*trace.program.names, *derivatives))
    except GraphstepError as error:
        raise InputError(f"{quoted(text)} cannot be read: {error.message}", hint=error.hint) from error
    values = {name: derivatives[name] if name in derivatives else _value(trace, name, at) for name in program.inputs}
    return Evaluation(run(program, values).output, program.inputs)


def numeral_in(text: str) -> tuple[float, float] | None:
    """A text that is one numeral, as its value and half a unit of the last digit it shows; None for any other text."""
    match = _NUMERAL.fullmatch(text.strip())
    if match is None or len(text) > 40:
        return None
    exponent = int((match["exponent"] or "0").replace("−", "-"))
    if abs(exponent) > 300:
        return None
    places = len(match["part"] or match["only"] or "")
    # Between sign and digits any blank may stand: a formula of TeX, copied from a page, has a thin one.
    return float("".join(text.replace("−", "-").split())), 0.5 * 10.0 ** (exponent - places)


def cells_in(text: str) -> list[str]:
    """The cells of an array in brackets, row by row, as they were typed."""
    return [cell.strip() for cell in _CELL.findall(text) if cell.strip()]


def numerals_in(text: str) -> NDArray[np.float64] | None:
    """Half a unit of the last digit that each cell of an array in brackets shows, in the array's shape; None for any other text.

    >>> numerals_in("[0.22, 3]").tolist()
    [0.005, 0.0]
    """
    if not text.startswith("["):
        return None
    cells = cells_in(text)
    rooms = [numeral_in(cell) for cell in cells]
    if not all(rooms):
        return None
    # A whole number is exact.
    shown = [room[1] if room and set(cell) & set(".eE") else 0.0 for cell, room in zip(cells, rooms, strict=True)]
    return np.array(shown).reshape(np.shape(_literal(text)))


def _literal(text: str) -> Number:
    from graphstep.language.values import read_value

    try:
        return read_value(text)
    except GraphstepError as error:
        raise InputError(f"{quoted(text)} cannot be read: {error.message}", hint=error.hint) from error


def _value(trace: Trace, name: str, at: int | None) -> Number:
    node = find_node(trace, name)
    value = trace.value(node, at)
    if value is None:
        raise InputError(f"{name} is not computed yet")
    return value


def _without_derivatives(trace: Trace, text: str, at: int | None) -> tuple[str, dict[str, Number]]:
    """The text with a name in the place of every derivative, and what those names stand for.

    ``dA/dB`` (or the letter that the run has for it) is a whole effect, ``∂A/∂B`` a local gradient; ``⁽²⁾`` behind B is one of
    its uses.
    """
    letter = names_of(trace.program).change
    values: dict[str, Number] = {}
    pieces, place = [], 0
    for match in re.finditer(rf"(?<![^\W\d])(?:{letter}(?=[^\W\d]|\()|∂)", text):
        start, sign = match.start(), match[0]
        if start < place:
            continue
        try:
            above, behind = _atom(text, start + 1)
        except InputError:
            if sign == "∂":
                raise
            continue
        slash = re.compile(rf"\s*/\s*{sign}").match(text, behind)
        if slash is None:
            if sign == "∂":
                raise InputError(
                    f"{quoted(text)} cannot be read: write a local gradient as ∂q/∂x, a gradient as {letter}f/{letter}x"
                )
            continue
        _, stop = _atom(text, slash.end())
        if use := _USE.match(text, stop):
            stop = use.end()
        # A name that the reader takes and the program has not: the text is read as any other then.
        name = f"derivative{len(values) + 1}"
        while name in trace.program.names:
            name += "_"
        asked = (slope if sign == "∂" else effect)(trace, above, text[slash.end() : stop])
        if at is not None and not _is_known(asked, at):
            raise InputError(f"{text[start:stop]} is not known yet")
        values[name] = asked.asked
        pieces += [text[place:start], name]
        place = stop
    # A value is the same at each of its uses.
    rest = _USE.sub("", text[place:])
    return "".join([*pieces, rest]), values


def _is_known(asked: Quantity, at: int) -> bool:
    """Whether a run shows a derivative at a step."""
    if asked.kind != "gradient":
        assert asked.wire is not None, "a local gradient and a contribution have a wire"
        return asked.wire.sent(at)
    gradient = asked.trace.gradient(asked.node, at)
    return gradient is not None and gradient.complete


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
