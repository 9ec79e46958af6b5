"""Numbers that prose quotes from the run, and whether they are true.

Inline code with an equals sign is a claim about the run: `` `q = 3` ``, `` `∂f/∂x = -4` ``, `` `q = x + y = -2 + 5 = 3` ``.
So is every line of a fenced block with the word ``run``. All sides of a claim must come to the same: a number as the run's value
rounded to the decimals it shows (a whole number exactly), arithmetic with rounded numbers to 2 %. An array stands in brackets,
`` `q = [0.22, 0.26]` ``, and counts cell by cell. What is no claim stands in mathematics, in another block, or in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number, kind_text, number_text, shape_of
from graphstep.ground.errors import GraphstepError, quoted
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.teaching.lesson.document import Prose
from graphstep.teaching.marking.evaluate import evaluate, numeral_in, numerals_in
from graphstep.teaching.marking.solution import TOLERANCE

_FENCE = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})\s*(?P<word>\S*)")
_CODE = re.compile(r"(?P<before>\$?)(?<!`)(?P<marks>`{1,3})(?!`)(?P<code>.{1,400}?)(?<!`)(?P=marks)(?!`)", re.DOTALL)
# With blanks around: ``x=2`` in a command is no claim, ``x = 2`` in a sentence is one.
_COMPARED = re.compile(r"\s=\s|\s≈\s")


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of a lesson about its run."""

    text: str
    """As quoted."""
    line: int
    """Where in the file."""

    @property
    def sides(self) -> list[str]:
        """What is claimed to be the same."""
        return [side.strip() for side in _COMPARED.split(self.text)]


def claims_in(prose: Prose) -> Iterator[Claim]:
    """The claims of a piece of prose, in order."""
    marks, word = "", ""
    paragraph: list[str] = []
    since = prose.line
    for number, line in enumerate([*prose.text.split("\n"), ""], prose.line):
        fence = _FENCE.match(line)
        if marks:
            if fence and fence["marks"].startswith(marks) and not fence["word"]:
                marks = ""
            elif word == "run" and line.strip():
                yield Claim(" ".join(line.split()), number)
            continue
        # Inline code may go on over a line, and ends with its paragraph: it is looked for in whole ones.
        if fence or not line.strip():
            yield from _inline("\n".join(paragraph), since)
            paragraph, since = [], number + 1
            if fence:
                marks, word = fence["marks"], fence["word"]
            continue
        if not paragraph:
            since = number
        paragraph.append(line)


def _inline(text: str, first: int) -> Iterator[Claim]:
    for match in _CODE.finditer(text):
        if not match["before"] and _COMPARED.search(match["code"]):
            yield Claim(" ".join(match["code"].split()), first + text.count("\n", 0, match.start()))


def fault(trace: Trace, claim: Claim) -> str:
    """What is wrong with a claim about a run, in one sentence; empty where it is true."""
    sides = claim.sides
    if any("=" in side for side in sides):
        return f"{quoted(claim.text)}: put a space on both sides of every equals sign"
    try:
        values = [evaluate(trace, side) for side in sides]
        rooms = [_room(side) for side in sides]
    except GraphstepError as error:
        remark = "what is no claim about the run is no inline code with ="
        return f"{quoted(claim.text, 60)} cannot be checked: {error.message} ({remark})"
    # What names something of the run is true by itself; arithmetic comes next; a numeral is rounded.
    named = next((value for value in values if value.names), None)
    worked = next((value for value, room in zip(values, rooms, strict=True) if room is None), values[0])
    truth = (named or worked).value
    for side, value, shown in zip(sides, values, rooms, strict=True):
        if shape_of(value.value) != shape_of(truth):
            return f"{quoted(claim.text, 60)}: {side} is {kind_text(shape_of(value.value))}, not {kind_text(shape_of(truth))}"
        room: Number
        if value.names:
            room = 1e-9 * np.maximum(1.0, np.abs(truth))
        elif shown is not None:
            room = np.maximum(shown * (1 + 1e-9), 1e-9)
        else:
            room = np.maximum(TOLERANCE * np.abs(truth), 1e-9)
        with np.errstate(invalid="ignore"):
            true = np.equal(value.value, truth) | (np.abs(np.subtract(value.value, truth)) <= room)
        if not true.all():
            return f"{quoted(claim.text, 60)}: {side} does not agree with the run, which says {number_text(truth)}"
    return ""


def _room(side: str) -> Number | None:
    """How far a numeral, or an array of numerals, may be off: half a unit of its last digit; None for anything else."""
    number = numeral_in(side)
    if number is not None:
        return number[1] if "." in side or "e" in side.lower() else 0.0
    return numerals_in(side)
