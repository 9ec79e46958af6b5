"""Real documents in every format: all writers give the same words and numbers, in the same order."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import graphstep as gs
from graphstep.analysis.compare import compare, snapshot_of
from graphstep.analysis.diagnosis import Point, Sweep, diagnose
from graphstep.analysis.jacobian import orders
from graphstep.analysis.rewriting import rewritten_runs
from graphstep.analysis.tangents import tangents
from graphstep.analysis.witnesses import check
from graphstep.analysis.witnesses.quotients import quotients
from graphstep.debugger import summary
from graphstep.debugger.chains import why
from graphstep.debugger.score import Score, Slipped
from graphstep.debugger.state import State
from graphstep.faces import export
from graphstep.faces.export._lines import picture
from graphstep.faces.export.text import Text
from graphstep.language.values import Range
from graphstep.teaching.marking import report as claims
from graphstep.teaching.marking.claims import mark_claims, read_claims
from graphstep.telling import document as blocks
from graphstep.telling.document import Document, Manner
from graphstep.telling.explanation import Ladder, Note
from graphstep.telling.reports import chain, comparison, diagnosis, jacobian, rewriting, sweep, training
from graphstep.telling.reports import check as checking
from graphstep.telling.reports import quotients as over_h
from graphstep.telling.reports import tangents as forward
from graphstep.telling.reports.run import narration, solution
from tests.cases import each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NEURON = gs.run("1/(1+exp(-(w0*x0+w1*x1+w2)))", w0=2, x0=-1, w1=-3, x1=-2, w2=-3)
ARRAYS = gs.run("h = x*W + b; mean(relu(h))", x=2, W=[[1, -2, 0], [0.5, 3, -1]], b=[1, 0, 1])
KINKS = gs.run("max(x, y) + relu(z) + 1/w", x=2, y=2, z=0, w=0)
SMALL = gs.run("sigmoid(x)*1e-9 + y", x=-3, y=1e7)
LONG = gs.run("; ".join(["a0=x", *(f"a{i}=a{i - 1}*x+tanh(y)" for i in range(1, 200))]), x=0.9, y=0.1)
DEEP = gs.run("h1 = tanh(X@W1); h2 = tanh(h1@W2); mean(h2^2)", X="randn(8,4)", W1="randn(4,4)*5", W2="randn(4,2)*0.01")
TRAINING = gs.train("(w*x - y)^2", params=["w"], lr=0.1, steps=5, x=1, y=2, w=0)
SCORE = Score(right=1, asked=3, missed=2, hints=1, slips=(Slipped(4, "df/dx", "It was added, and not multiplied."),))


def _claims() -> Document:
    claimed = read_claims(NEURON.trace, ["dw0=-0.2", "f=0.7311", "dw1=3"])
    return claims.document(claimed, mark_claims(claimed), command="graphstep check …")


def _sweep() -> Document:
    tried = Range("init", ("0.01", "0.1", "1"), (0.01, 0.1, 1.0), log=True)
    points = (
        Point(("0.01",), ("vanishing",), 1e-3, 1e-9),
        Point(("0.1",), (), 1e-3, 5e-4),
        Point(("1",), ("exploding",), 1e-3, 7.0),
    )
    return sweep.document(Sweep((tried,), points, {}, "tanh(W@x)"))


def _forward() -> Document:
    return jacobian.document(ARRAYS.trace, forward.body(tangents(ARRAYS.trace, 0)), "graphstep …")


DOCUMENTS: dict[str, Callable[[], Document]] = {
    "narration": lambda: narration(NEURON.trace, command="graphstep …"),
    "solution": lambda: solution(NEURON.trace, command="graphstep …", missing=("x0",)),
    "half a solution": lambda: solution(NEURON.trace, 11),
    "brief": lambda: solution(ARRAYS.trace, manner=Manner(brief=True)),
    "arrays": lambda: solution(ARRAYS.trace),
    "kinks": lambda: solution(KINKS.trace),
    "sizes": lambda: solution(SMALL.trace),
    "summary": lambda: solution(LONG.trace),
    "training": lambda: training.report(TRAINING),
    "rounds": lambda: training.rounds_alone(TRAINING),
    "check": lambda: checking.document(check(KINKS.trace)),
    "diagnosis": lambda: diagnosis.document(diagnose(DEEP.trace)),
    "jacobians": lambda: jacobian.document(ARRAYS.trace, jacobian.each(ARRAYS.trace, list(ARRAYS.trace.wires)[:2])),
    "path": lambda: jacobian.document(DEEP.trace, jacobian.path(DEEP.trace, orders(DEEP.trace))),
    "cell": lambda: jacobian.document(ARRAYS.trace, jacobian.one_cell(ARRAYS.trace, 1, (0, 1))),
    "forward mode": _forward,
    "quotients": lambda: over_h.document(quotients(NEURON.trace, 0)),
    "rewriting": lambda: rewriting.document(NEURON.trace, rewritten_runs(NEURON.trace, ("sympy",))),
    "causes": lambda: chain.document(why(State(SMALL.trace), 0, "gradient")),
    "comparison": lambda: comparison.document(
        compare(snapshot_of(NEURON.trace), snapshot_of(NEURON.edit(w0=1).trace)), ("a", "b"), "graphstep diff …", "en", 4
    ),
    "sweep": _sweep,
    "claims": _claims,
    "predictions": lambda: summary.document(NEURON.trace, SCORE),
}

_TOKEN = re.compile(r"\d+(?:\.\d+)?(?:e-?\d+)?|[A-Za-z]{3,}")


def tokens(text: str) -> list[str]:
    """Numbers, and words of three letters or more: what every format can hold letter by letter."""
    return _TOKEN.findall(text.replace("−", "-").replace("∞", "inf"))


_INSIDE: dict[type, Callable[[Any], Any]] = {
    blocks.Heading: lambda heading: heading.content,
    blocks.Prose: lambda prose: prose.content,
    blocks.Listing: lambda listing: listing.items,
    blocks.Equations: lambda equations: equations.lines,
    blocks.Table: lambda table: (tuple(column.title for column in table.columns), table.rows),
    blocks.Step: lambda step: (str(step.n), step.title, step.pattern, step.blocks),
    blocks.Verdict: lambda verdict: (verdict.label, verdict.content),
    # Over logarithmic scales a curve is drawn, with its names at its side.
    blocks.Curve: lambda curve: () if curve.across else tuple(name for name, _ in curve.series),
    Note: lambda note: note.text,
    **{kind: lambda code: code.text for kind in (blocks.Code, blocks.Strong, blocks.Emphasis, blocks.Typed, blocks.Command)},
    **{kind: lambda _: () for kind in (blocks.Graph, blocks.Histogram)},
}
"""What is said in a block, or in a part of a line."""


def told(part: Any) -> Iterator[str]:
    """What a document says, in the order of its blocks; of formulas their numbers, since symbols are set in many ways."""
    if isinstance(part, str):
        yield from tokens(part)
    elif isinstance(part, tuple):
        for each in part:
            yield from told(each)
    elif isinstance(part, blocks.Math | Ladder):
        for rung in part.rungs:
            # Beside operands stand exponents and axes, which mathematics writes in its own way: a value has none.
            figures = {"value": r"\d+(?:\.\d+)?(?:e-?\d+)?", "numbers": r"\d+\.\d+(?:e-?\d+)?"}.get(rung.kind)
            yield from re.findall(figures, rung.text) if figures else ()
    elif isinstance(part, blocks.Figure):
        yield from tokens(Text().figure(part))
    else:
        yield from told(_INSIDE[type(part)](part))


def plain_tex(text: str) -> str:
    """LaTeX without its commands and its picture; a power of ten as text has it."""
    text = re.sub(r"\\begin\{tikzpicture\}.*?\\end\{tikzpicture\}", "", text, flags=re.DOTALL)
    text = re.sub(r" *\\cdot 10\^\{(-?\d+)\}", r"e\1", text)
    text = re.sub(r"10\^\{(-\d+)\}", r"1e\1", text).replace("-{}", "-").replace(r"\ensuremath{-}", "-")
    text = re.sub(r"\\allowbreak\{\}|\\(?:begin|end)\{\w+\}(?:\[\w\])?", "", text)
    return re.sub(r"\\[A-Za-z]+", " ", text.replace(r"\infty", "inf"))


def plain_html(text: str) -> str:
    """HTML without its tags, its style and its picture."""
    text = re.sub(r"<(svg|style|script|head)\b.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r"</mn><mo>·</mo><msup><mn>10</mn><mn>(−?\d+)</mn></msup>", r"e\1</mn>", text)
    text = re.sub(r"<msup><mn>10</mn><mn>−(\d+)</mn></msup>", r"1e-\1", text)
    return unescape(re.sub(r"<[^>]*>", " ", text))


def plain_markdown(text: str) -> str:
    """Markdown without its pictures; its mathematics is LaTeX."""
    text = re.sub(r"```mermaid.*?```|<details>.*?</details>", "", text, flags=re.DOTALL)
    return plain_tex(text)


def _written(name: str, document: Document, **options: Any) -> str:
    writer: Any = export.exporter(name)
    return "".join(writer.write(document, export.Options(**options)))


WRITERS: dict[str, Callable[[Document], str]] = {
    "text": lambda document: _written("text", document),
    "picture": lambda document: plain_html("".join(picture(document)).replace("<svg", "<g").replace("</svg", "</g")),
    "md": lambda document: plain_markdown(_written("md", document)),
    "dollars": lambda document: plain_markdown(_written("md", document, math="dollars")),
    "pandoc": lambda document: plain_markdown(_written("md", document, math="pandoc")),
    "tex": lambda document: plain_tex(_written("tex", document)),
    "html": lambda document: plain_html(_written("html", document)),
}


@each("which", DOCUMENTS)
def test_all_writers_give_the_same_words_and_numbers_in_the_same_order(which: str) -> None:
    content = tuple(DOCUMENTS[which]().blocks)
    wanted = list(told(content))
    assert len(wanted) > 20
    for name, write in WRITERS.items():
        written = tokens(write(Document("", content)))
        place = 0
        for k, token in enumerate(wanted):
            there = next((n for n in range(place, len(written)) if written[n] == token), None)
            assert there is not None, (name, token, wanted[max(0, k - 8) : k + 5], written[max(0, place - 8) : place + 12])
            place = there + 1
