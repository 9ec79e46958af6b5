"""What is said of single steps, for the tests of sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import graphstep as gs
from graphstep.telling.explain import explain

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.telling.explanation import Explanation

W, X = [[0.1, 0.5], [-0.3, 0.8]], [0.2, 0.4]


def told(text: str, n: int, /, ties: str = "first", **inputs: float) -> Explanation:
    return explain(gs.run(text, ties=ties, inputs=inputs).trace, n)  # type: ignore[arg-type]  # a plain word is shorter here


def sends(text: str, /, ties: str = "first", **inputs: float) -> list[Explanation]:
    trace = gs.run(text, ties=ties, inputs=inputs).trace  # type: ignore[arg-type]  # as above
    return [explain(trace, n) for n in range(len(trace) + 1) if trace.step(n).event == "send"]


def notes(explanation: Explanation, kind: str) -> list[str]:
    return [note.text for note in explanation.notes if note.kind == kind]


def traced(program: str, /, ties: str = "first", **inputs: Any) -> Trace:
    return gs.run(program, ties=ties, inputs=inputs).trace  # type: ignore[arg-type]  # a plain word is shorter here


def first_of(trace: Trace, title: str) -> Explanation:
    """The first step with this title."""
    return next(x for x in (explain(trace, n) for n in range(len(trace) + 1)) if x.title == title)


def rungs(explanation: Explanation) -> tuple[str, ...]:
    assert explanation.ladder is not None
    return explanation.ladder.texts
