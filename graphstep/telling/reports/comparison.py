"""Two runs side by side as a document: where they part, and every number that differs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from graphstep.analysis.compare import Comparison, NodeSnapshot
from graphstep.ground.arrays import Number, number_text
from graphstep.ground.numerals import numeral
from graphstep.telling.document import Block, Code, Column, Content, Document, Heading, Listing, Table, Typed
from graphstep.telling.reports.parts import sentence
from graphstep.telling.reports.run import made_by
from graphstep.telling.words.catalogue import message

LISTED = 40
"""Numbers that are listed, and nodes that one run alone has; of more there is the count."""

MOST_DIGITS = 17
"""Digits with which any two doubles that differ can be told apart."""

_ZEROS = re.compile(r"\.0*(?![0-9])|(?<=\.)([0-9]*[1-9])0+(?![0-9])")
"""Zeros at the end of a number, behind its point."""


def document(comparison: Comparison, titles: tuple[str, str], command: str, language: str, digits: int) -> Document:
    """The two programs, and the comparison."""
    title = message(language, "diff-title")
    programs = (block for text in dict.fromkeys(titles) for block in (Typed(text),))
    head = Heading(1, (title,), "title")
    return Document(title, chain((head,), programs, body(comparison, language, digits), made_by(language, command, ())), language)


def body(comparison: Comparison, language: str, digits: int) -> Iterator[Block]:
    """Whether they are equal, the first differences, all differing numbers, and the nodes that one of them alone has."""
    yield Listing(tuple((line,) for line in _verdict(comparison, language, digits)))
    rows = list(_rows(comparison, language, digits))
    if rows:
        titles = ("diff-number", "diff-first", "diff-second", "diff-apart")
        columns = (Column((message(language, title),), numbers=k > 0) for k, title in enumerate(titles))
        yield Table(tuple(columns), tuple(rows[:LISTED]))
    if len(rows) > LISTED:
        yield sentence(message(language, "diff-more", count=len(rows) - LISTED))
    for key, records in (("diff-only-first", comparison.only_one), ("diff-only-second", comparison.only_other)):
        if records:
            yield sentence(message(language, key, count=len(records)), " ", *_codes(records), ".")


def _codes(records: tuple[NodeSnapshot, ...]) -> Iterator[str | Code]:
    for place, record in enumerate(records[:LISTED]):
        if place:
            yield ", "
        yield Code(_name(record))
    if len(records) > LISTED:
        yield ", …"


def _verdict(comparison: Comparison, language: str, digits: int) -> Iterator[str]:
    within = numeral(comparison.tolerance, digits)
    if comparison.equal:
        yield message(language, "diff-equal", count=len(comparison.pairs), within=within)
        return
    if (pair := comparison.first_value) is not None:
        one, other = _apart(pair.one.value, pair.other.value, digits)
        yield message(language, "diff-forward", name=_name(pair.one), one=one, other=other)
    elif comparison.output > comparison.tolerance:
        yield message(language, "diff-output", apart=numeral(comparison.output, 2))
    else:
        yield message(language, "diff-values-equal", within=within)
    if (pair := comparison.first_gradient) is not None:
        one, other = _apart(pair.one.gradient, pair.other.gradient, digits)
        yield message(language, "diff-backward", name=_name(pair.one), one=one, other=other)


def _rows(comparison: Comparison, language: str, digits: int) -> Iterator[tuple[Content, ...]]:
    """The values that differ in the order of the forward pass, then the gradients in the order of the backward pass."""
    for pair in comparison.pairs:
        if pair.value > comparison.tolerance:
            one, other = _apart(pair.one.value, pair.other.value, digits)
            yield (_name(pair.one),), (one,), (other,), (numeral(pair.value, 2),)
    for pair in reversed(comparison.pairs):
        if pair.gradient > comparison.tolerance:
            one, other = _apart(pair.one.gradient, pair.other.gradient, digits)
            what = message(language, "heading-gradient-of", what=_name(pair.one))
            yield (what,), (one,), (other,), (numeral(pair.gradient, 2),)


def _name(record: NodeSnapshot) -> str:
    return record.name or record.label


def _apart(one: Number | None, other: Number | None, digits: int) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart."""
    for more in range(digits, MOST_DIGITS + 1):
        texts = ["–" if x is None else number_text(x, more) for x in (one, other)]
        # 2.000 is a rounded number that may be 2 itself: they are told apart by other digits than zeros.
        if len({_ZEROS.sub(r"\1", text) for text in texts}) > 1:
            break
    return texts[0], texts[1]
