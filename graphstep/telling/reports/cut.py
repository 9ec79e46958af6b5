"""What a wire carried, as a document: every gradient before and after it was cut, and which inputs lived through it."""

from __future__ import annotations

from collections.abc import Iterator

from graphstep.engine.trace import Trace
from graphstep.ground.late import np
from graphstep.telling.derivatives import gradient_name
from graphstep.telling.document import Block, Column
from graphstep.telling.reports.comparison import LISTED, apart_texts, more_text
from graphstep.telling.reports.parts import sentence, text_table
from graphstep.telling.words.catalogue import message

# By what is left of a gradient when the wire is cut.
_GROUPS = ("all", "part", "nothing")


def body(whole: Trace, cut: Trace, stop: int) -> Iterator[Block]:
    """Of which inputs all, a part, or nothing came through the wire, and the gradients that changed.

    ``whole`` is the run before the cut, with the nodes of the run after it.
    """
    language = cut.writing.language
    for text in shares(whole, cut):
        yield sentence(text)
    rows = list(changes(whole, cut, stop))
    if rows:
        titles = ("heading-gradient", "cut-before", "cut-after")
        yield text_table((Column((message(language, title),), k > 0) for k, title in enumerate(titles)), rows[:LISTED])
    if len(rows) > LISTED:
        yield sentence(more_text(language, len(rows) - LISTED))


def shares(whole: Trace, cut: Trace) -> Iterator[str]:
    """Of which inputs all, a part, or nothing of the gradient came through the wire, a sentence each."""
    program = cut.program
    groups: dict[str, list[str]] = {group: [] for group in _GROUPS}
    for node in range(program.first_gate):
        if program.depends[node]:
            groups[_share(whole, cut, node)].append(gradient_name(cut, node))
    for group, names in groups.items():
        if names:
            yield message(cut.writing.language, f"cut-{group}", names=", ".join(names))


def _share(whole: Trace, cut: Trace, node: int) -> str:
    before, after = np.asarray(whole.gradient_of(node)), np.asarray(cut.gradient_of(node))
    # This first: a gradient that was 0 all along has lost nothing, and would seem to have lost all.
    if np.array_equal(before, after, equal_nan=True):
        return "nothing"
    return "all" if not after.any() else "part"


def changes(whole: Trace, cut: Trace, stop: int) -> Iterator[tuple[str, str, str]]:
    """The gradients that changed, inputs first: each with its name, and the numbers before and after."""
    program, digits = cut.program, cut.writing.digits
    for node in range(len(program.nodes)):
        # The stop gate is none of the program that was typed: in the run before, × 1 stands in its place.
        if node == stop or not program.depends[node] or _share(whole, cut, node) == "nothing":
            continue
        numbers = apart_texts(whole.gradient_of(node), cut.gradient_of(node), cut.writing.language, digits)
        yield (gradient_name(cut, node), *numbers)
