"""Documents: every writer writes every block, and all of them say the same words and numbers in the same order."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any, get_args

import pytest

import graphstep as gs
from graphstep.faces import export
from graphstep.faces.export._writer import BLOCKS, INLINES
from graphstep.telling import document as blocks
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Ladder, Note
from graphstep.telling.reports.run import narration, solution

WRITERS = tuple(name for name in export.formats() if hasattr(export.exporter(name), "write"))
RUN = gs.run("(x+y)*z", x=-2, y=5, z=-4)
NEURON = gs.run("1/(1+exp(-(w0*x0+w1*x1+w2)))", w0=2, x0=-1, w1=-3, x1=-2, w2=-3)

_SILENT = ("anchor", "kind", "role", "left", "rungs", "pattern")
_FORMULAS = blocks.Math | blocks.Graph | blocks.Figure | blocks.Command | blocks.Typed | blocks.Code | Ladder

_SENT = explain(RUN.trace, 4)
assert _SENT.ladder is not None
_FORMULA = blocks.Math.of(_SENT.ladder)
EXAMPLES: tuple[Any, ...] = (
    blocks.Heading(1, ("alpha ", blocks.Code("beta")), "top"),
    blocks.Prose((blocks.Strong("gamma"), " ", blocks.Emphasis("delta"), " epsilon ", _FORMULA)),
    blocks.Listing((("zeta",), ("eta",))),
    blocks.Equations((_FORMULA,)),
    _SENT.ladder,
    blocks.Table(
        (blocks.Column(("theta",)), blocks.Column(("iota",), numbers=True)),
        ((("kappa",), (blocks.Figure(0.25, 4, "gradient"),)), ((blocks.Histogram((1, 2, 4)),), (blocks.Figure(3, 0, "count"),))),
    ),
    blocks.Graph(RUN.trace, len(RUN.trace)),
    blocks.Curve((("lambda", (3.0, 2.0, 1.0)),)),
    blocks.Typed("omicron + 1"),
    blocks.Command("rho"),
    Note("warning", "sigma"),
    blocks.Step(4, 7, "step-4", "tau", "switcher", (blocks.Prose(("upsilon",)), _SENT.ladder)),
)


def written(name: str, *content: Any, **options: Any) -> str:
    writer: Any = export.exporter(name)
    return "".join(writer.write(blocks.Document("a title", content), export.Options(**options)))


def test_the_writers_know_every_block_and_every_part_of_a_line() -> None:
    assert {type(block) for block in EXAMPLES} == set(get_args(blocks.Block)) == set(BLOCKS)
    assert set(get_args(blocks.Inline)) == set(INLINES)
    assert len(WRITERS) > 1


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: type(block).__name__)
def test_every_writer_writes_every_block(name: str, block: Any) -> None:
    text = written(name, block)
    assert text.endswith("\n")
    for word in words(block):
        assert word in text


def words(block: Any) -> list[str]:
    """The words of a block, wherever they stand in it."""
    if isinstance(block, str):
        return re.findall("[a-z]{2,}", block)
    if isinstance(block, tuple):
        return [word for part in block for word in words(part)]
    if isinstance(block, blocks.Math | blocks.Graph | blocks.Figure) or not hasattr(block, "__dataclass_fields__"):
        return []
    return words(tuple(getattr(block, field.name) for field in fields(block) if field.name not in _SILENT))


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_keeps_the_order(name: str) -> None:
    """Letters of the Greek alphabet, in their order, through all blocks."""
    text = written(name, *EXAMPLES)
    letters = [word for block in EXAMPLES for word in words(block)]
    places = [re.search(rf"\b{letter}\b", text).start() for letter in letters]  # type: ignore[union-attr]
    assert places == sorted(places)


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("builder", [narration, solution])
def test_documents_are_built_alike_for_every_writer(name: str, builder: Any) -> None:
    """A builder knows nothing of the format; its blocks hold no ink."""
    document = builder(NEURON.trace)
    content = tuple(document.blocks)
    assert written(name, *content) == written(name, *content)
    assert not re.search(r"[$`\\]|\*\*|</", "".join(words_only(content)))


def words_only(part: Any) -> list[str]:
    """Every plain text in a document."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, tuple):
        return [text for one in part for text in words_only(one)]
    if isinstance(part, _FORMULAS):
        return []
    if not hasattr(part, "__dataclass_fields__"):
        return []
    return [text for field in fields(part) for text in words_only(getattr(part, field.name))]
