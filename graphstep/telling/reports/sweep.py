"""A diagnosis over one setting or two: where the gradient dies, as a document, and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, groupby
from math import inf, isfinite, isnan
from typing import Any

from graphstep.analysis.diagnosis import Point, Sweep
from graphstep.analysis.diagnosis.finding import FINDING_KINDS, FindingKind
from graphstep.ground.numerals import ENGLISH, as_json, numeral
from graphstep.language.values import Range
from graphstep.telling.document import FULL, Block, Column, Curve, Document, Grid, Listing, Manner, Prose, Typed, Verdict
from graphstep.telling.explanation import Note
from graphstep.telling.reports.parts import text_table, titled
from graphstep.telling.words.catalogue import joined, message

_WORDS = ("verdict", "besides")
"""The columns of words behind the value that was tried."""

_SIGNS: dict[FindingKind | None, str] = {**dict(zip(FINDING_KINDS, "!0+-#x<=", strict=True)), None: "·"}
"""The sign of a verdict in a grid."""

_ORDINARY = (1e-3, 1e3)
"""Sizes outside of these have a power of ten: two digits say how large they are."""

_FIGURES = ("last", "first", "left")
"""The columns of figures."""


def document(
    of: Sweep, manner: Manner = FULL, command: str = "", missing: Sequence[str] = (), language: str = ENGLISH
) -> Document:
    """The program, the verdict of every point, and where one verdict ends and the next begins."""
    title = message(language, "heading-sweep-of", names=message(language, "comma").join(each.name for each in of.ranges))
    program = [Typed(of.program)] if of.program else []
    return titled(title, chain(program, body(of, manner, language)), language, command, missing)


def body(of: Sweep, manner: Manner = FULL, language: str = ENGLISH) -> Iterator[Block]:
    """What was tried, what came of it at every point, and a sentence of it; without what the columns mean where it is brief."""
    say = partial(message, language)
    tried = [say("sweep-tried", name=each.name, count=len(each.values)) for each in of.ranges]
    if of.steady:
        settings = say("comma").join(f"{name} {text}" for name, text in of.steady.items())
        tried.append(say("sweep-steady", settings=settings))
    yield Prose((joined(language, tried),))
    if len(of.ranges) == 1:
        yield from _line(of, manner, language)
    else:
        yield from _grid(of, language)


def data(of: Sweep) -> dict[str, Any]:
    """The sweep for other programs; numbers that JSON has not are strings."""
    return {
        "schema": 1,
        "sweep": [{"name": each.name, "values": list(each.values), "log": each.log} for each in of.ranges],
        **(
            {"program": of.program}
            if of.program
            else {"steady": [{"name": name, "value": text} for name, text in of.steady.items()]}
        ),
        "points": [
            {
                "values": list(point.values),
                "verdict": point.verdict or "healthy",
                "kinds": list(point.kinds),
                "last_gradient_rms": as_json(point.last),
                "first_gradient_rms": as_json(point.first),
                "left": as_json(point.left),
            }
            for point in of.points
        ],
    }


def _named(language: str, kind: FindingKind | None) -> str:
    return message(language, f"diagnosis-{kind.replace(' ', '-')}" if kind else "sweep-healthy")


# -- one setting -----------------------------------------------------------------------------------------------------------------


def _line(of: Sweep, manner: Manner, language: str) -> Iterator[Block]:
    (tried,) = of.ranges
    say = partial(message, language)
    flows = any(not isnan(point.left) for point in of.points)
    columns = [Column((tried.name,), numbers=bool(tried.numbers)), *(Column((say(f"sweep-{key}"),)) for key in _WORDS)]
    columns += [Column((say(f"sweep-{key}"),), numbers=True) for key in _FIGURES if flows]
    yield text_table(columns, (_row(point, language, flows=flows) for point in of.points))
    if not manner.brief:
        yield Note("legend", say("sweep-legend-verdict"))
        yield from [Note("legend", say("sweep-legend-left"))] * flows
    left = tuple(point.left for point in of.points)
    # On a logarithmic scale a gradient of 0 has no place.
    if tried.log and sum(isfinite(share) and share > 0 for share in left) > 1:
        yield Curve(((say("sweep-left"), left),), tried.numbers, tried.name)
    yield _verdict(of, say("sweep-runs", name=tried.name, runs=_runs(tried, of.points, language)), language)


def _verdict(of: Sweep, text: str, language: str) -> Verdict:
    """A sentence of the whole sweep, with a caution: two points are no proof of what lies between them."""
    return Verdict("fault" if of.kinds else "fine", "", (joined(language, (text, message(language, "sweep-unknown"))),))


def _row(point: Point, language: str, *, flows: bool) -> tuple[str, ...]:
    besides = message(language, "comma").join(_named(language, kind) for kind in point.kinds[1:])
    numbers = (point.last, point.first, point.left) if flows else ()
    return point.values[0], _named(language, point.verdict), besides or "–", *map(_size, numbers)


def _size(number: float) -> str:
    """A size of two digits, whatever its power of ten."""
    if isnan(number):
        return "–"
    low, high = _ORDINARY
    if number in (0, inf) or low <= number < high:
        return numeral(number, 2)
    mantissa, _, power = f"{number:.1e}".partition("e")
    return f"{mantissa}e{int(power)}"


def _runs(tried: Range, points: Sequence[Point], language: str) -> str:
    """The verdicts along a setting: of numbers from where to where each goes, of words those that each is of."""
    values, verdicts = tried.values, [point.verdict for point in points]
    runs: list[tuple[FindingKind | None, str]] = []
    if tried.numbers:
        # Neighbours alone are joined: a verdict that comes back further along is told again.
        for verdict, places in groupby(range(len(values)), key=lambda place: verdicts[place]):
            first, *rest = (values[place] for place in places)
            runs.append((verdict, message(language, "sweep-from-to", first=first, last=rest[-1]) if rest else first))
    else:
        for verdict in dict.fromkeys(verdicts):
            own = (value for value, other in zip(values, verdicts, strict=True) if other == verdict)
            runs.append((verdict, message(language, "comma").join(own)))
    return message(language, "semicolon").join(
        message(language, "sweep-run", verdict=_named(language, kind), values=text) for kind, text in runs
    )


# -- two settings ----------------------------------------------------------------------------------------------------------------


def _grid(of: Sweep, language: str) -> Iterator[Block]:
    along, across = of.ranges
    kinds = {point.verdict for point in of.points}
    lines = (
        message(language, "sweep-runs", name=f"{across.name} {value}", runs=_runs(along, row, language))
        for value, row in zip(across.values, of.rows(), strict=True)
    )
    yield Listing(tuple((line,) for line in lines))
    yield Grid(
        (across.name, along.name),
        across.values,
        along.values,
        tuple(tuple(_SIGNS[point.verdict] for point in row) for row in of.rows()),
        tuple((sign, _named(language, kind)) for kind, sign in _SIGNS.items() if kind in kinds),
    )
    verdicts = [point.verdict for point in of.points]
    shares = (
        message(language, "sweep-share", points=f"{verdicts.count(kind):,}", verdict=_named(language, kind))
        for kind in (*FINDING_KINDS, None)
        if kind in verdicts
    )
    yield _verdict(
        of, message(language, "sweep-shares", count=len(verdicts), shares=message(language, "semicolon").join(shares)), language
    )
