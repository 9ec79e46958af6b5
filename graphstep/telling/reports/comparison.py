"""Two runs side by side as a document: where they part, and every number that differs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain, islice
from typing import Any, Literal

from graphstep.analysis.compare import Comparison, Flip, Pair, furthest
from graphstep.ground.arrays import Number, is_small, json_data, number_text
from graphstep.ground.late import np
from graphstep.ground.numerals import as_json, numeral
from graphstep.ground.records import dataclass
from graphstep.telling.document import Block, Code, Column, Content, Document, Listing, Typed
from graphstep.telling.reports.parts import listed, phrase, sentence, text_table, titled
from graphstep.telling.words.catalogue import message

LISTED = 40
"""Numbers that are listed, and nodes that one run alone has; of more there is the count."""

ROUTES = 8
"""Routes that flip and are named; of more there is the count."""

WIDE = 60
"""Characters of two arrays up to which both are written out."""

MOST_DIGITS = 17
"""Digits with which any two doubles that differ can be told apart."""

_ZEROS = re.compile(r"\.0*(?![0-9])|(?<=\.)([0-9]*[1-9])0+(?![0-9])")
"""Zeros at the end of a number, behind its point."""


def document(comparison: Comparison, titles: tuple[str, str], command: str, language: str, digits: int) -> Document:
    """The two programs, and the comparison."""
    title = message(language, "diff-title")
    # Two runs of one program have it above them once.
    programs = map(Typed, dict.fromkeys(titles))
    return titled(title, chain(programs, body(comparison, language, digits)), language, command)


def body(comparison: Comparison, language: str, digits: int, intro: str = "") -> Iterator[Block]:
    """Whether they are equal, the first differences, all differing numbers, routes that flip, and what one of them alone has.

    ``intro`` says which run is the first and which the second, where that is not plain.
    """
    if intro:
        yield sentence(intro)
    yield Listing(tuple((line,) for line in verdict(comparison, language, digits)))
    rows = list(islice(differences(comparison, language, digits), LISTED))
    if rows:
        titles = ("heading-number", "diff-first", "diff-second", "diff-apart")
        columns = (Column((message(language, title),), k > 0) for k, title in enumerate(titles))
        yield text_table(columns, ((row.name, row.one, row.other, row.apart) for row in rows))
    if comparison.count > LISTED:
        yield sentence(more_text(language, comparison.count - LISTED))
    for content in _rest(comparison, language):
        yield sentence(*content)


def more_text(language: str, count: int) -> str:
    """The sentence on how many differences have no row."""
    return message(language, "diff-more", count=count)


def rest(comparison: Comparison, language: str) -> Iterator[str]:
    """What is said besides the numbers, as plain text: the routes that flip, and the nodes that one of the two alone has."""
    for content in _rest(comparison, language):
        yield "".join(part.text if isinstance(part, Code) else str(part) for part in content)


def _rest(comparison: Comparison, language: str) -> Iterator[Content]:
    if comparison.flips:
        yield (_routes(comparison, language),)
    for key, records in (("only-first", comparison.only_one), ("only-second", comparison.only_other)):
        if records:
            names = listed(language, [*(Code(record.title) for record in records[:LISTED]), *["…"] * (len(records) > LISTED)])
            yield phrase(language, key, count=len(records), names=names)


def _routes(comparison: Comparison, language: str) -> str:
    flips = comparison.flips
    parts = [route_text(language, flip, flip.node.title) for flip in flips[:ROUTES] if flip.node is not None]
    if len(flips) > ROUTES:
        parts.append(f"… {message(language, 'and-more', more=len(flips) - ROUTES)}")
    return message(language, "diff-routes", routes=message(language, "semicolon").join(parts))


def route_text(language: str, flip: Flip, name: str) -> str:
    """A route that flips: ``max at x now blocks it``."""
    say = partial(message, language)
    if flip.cells:
        counts = {"passes": flip.opened, "blocks": flip.closed, "turns": flip.turned}
        changes = say("comma").join(say(f"route-cells-{does}", count=count) for does, count in counts.items() if count)
        does = say("route-cells", changes=changes, cells=flip.cells)
    else:
        does = say("route-passes" if flip.slope > 0 else "route-turns" if flip.slope < 0 else "route-blocks")
    return say("route", gate=flip.router, name=name, does=does)


def verdict(comparison: Comparison, language: str, digits: int) -> Iterator[str]:
    """Whether two runs are equal, and the first difference forward and backward, a sentence each."""
    within = numeral(comparison.tolerance, digits)
    if comparison.equal:
        yield message(language, "diff-equal", count=len(comparison.pairs), within=within)
        return
    if (pair := comparison.first_value) is not None:
        one, other = apart_texts(pair.one.value, pair.other.value, language, digits)
        yield message(language, "diff-forward", name=pair.one.title, one=one, other=other)
    # All nodes that both have may be equal and the outputs not, which need not be called the same.
    elif comparison.output > comparison.tolerance:
        yield message(language, "diff-output", apart=numeral(comparison.output, 2))
    else:
        yield message(language, "diff-values-equal", within=within)
    if (pair := comparison.first_gradient) is not None:
        one, other = apart_texts(pair.one.gradient, pair.other.gradient, language, digits)
        yield message(language, "diff-backward", name=pair.one.title, one=one, other=other)


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """A number that is another one in the second run, in words."""

    pair: Pair
    """The node."""
    of: Literal["value", "gradient"]
    """Whether it is its value or its gradient."""
    name: str
    """What the number is called."""
    one: str
    """The number in the first run, with as many digits as tell the two apart."""
    other: str
    """The number in the second run."""
    apart: str
    """How far they are apart, relative to the larger."""


def differences(comparison: Comparison, language: str, digits: int) -> Iterator[Difference]:
    """The values that differ in the order of the forward pass, then the gradients in the order of the backward pass."""
    for place in comparison.values.tolist():
        pair = comparison.pairs[place]
        one, other = apart_texts(pair.one.value, pair.other.value, language, digits)
        yield Difference(pair, "value", pair.one.title, one, other, numeral(pair.value, 2))
    # Nodes stand in the order of computing, and the backward pass goes the other way.
    for place in reversed(comparison.gradients.tolist()):
        pair = comparison.pairs[place]
        one, other = apart_texts(pair.one.gradient, pair.other.gradient, language, digits)
        what = message(language, "heading-gradient-of", what=pair.one.title)
        yield Difference(pair, "gradient", what, one, other, numeral(pair.gradient, 2))


def apart_texts(one: Number | None, other: Number | None, language: str, digits: int) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart; of arrays too wide for a table the cell that is furthest apart."""
    # Two numbers that differ in the ninth digit would read alike with four, and the line would say that 0.5000 is not 0.5000.
    for more in range(digits, MOST_DIGITS + 1):
        texts = ["–" if x is None else number_text(x, more) for x in (one, other)]
        # 2.000 is a rounded number that may be 2 itself: they are told apart by other digits than zeros.
        if len({_ZEROS.sub(r"\1", text) for text in texts}) > 1:
            break
        if isinstance(one, np.ndarray) and not is_small(one):
            # Two summaries may be alike to the last digit, whatever cells are behind them.
            break
    if sum(map(len, texts)) <= WIDE or not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray):
        return texts[0], texts[1]
    if one.shape != other.shape:
        return texts[0], texts[1]
    cell = furthest(one, other)
    first, second = apart_texts(float(one[cell]), float(other[cell]), language, digits)
    at = partial(message, language, "diff-cell", cell=", ".join(map(str, cell)))
    return at(number=first), at(number=second)


def data(of: Comparison) -> dict[str, Any]:
    """Two runs compared, for other programs: the numbers that differ, the first of them either way, and the nodes that one run
    alone has.
    """
    first = {"forward": of.first_value, "backward": of.first_gradient}
    return {
        "equal": of.equal,
        "output": as_json(of.output),
        **{way: None if pair is None else pair.one.title for way, pair in first.items()},
        "differing": [_pair_data(pair) for pair in of.differing],
        "routes": [_flip_data(flip) for flip in of.flips],
        "only_first": [record.title for record in of.only_one],
        "only_second": [record.title for record in of.only_other],
    }


def _flip_data(flip: Flip) -> dict[str, Any]:
    node = None if flip.node is None else flip.node.title
    return {"gate": flip.router, "node": node, "opened": flip.opened, "closed": flip.closed, "turned": flip.turned}


def _pair_data(pair: Pair) -> dict[str, Any]:
    gradients = [None if run.gradient is None else json_data(run.gradient) for run in (pair.one, pair.other)]
    return {
        "node": pair.one.title,
        "value": [json_data(run.value) for run in (pair.one, pair.other)],
        "gradient": gradients,
        "apart": [as_json(pair.value), as_json(pair.gradient)],
    }
