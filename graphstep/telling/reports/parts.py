"""What the reports have in common: figures, names and formulas of a run, and blanks where answers are to be found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Protocol

from graphstep.engine.trace import Trace
from graphstep.gates.notation import TERMS, Term
from graphstep.ground.arrays import Number, shape_text
from graphstep.ground.numerals import Writing
from graphstep.language.program import Program
from graphstep.telling import document as blocks
from graphstep.telling.explanation import BLANK, Ladder, Rung
from graphstep.telling.names import names_of
from graphstep.telling.symbols import WordSymbol
from graphstep.telling.words.catalogue import message

_BLANK = Rung(TERMS.symbol(WordSymbol(BLANK, r"\_" * len(BLANK))), "value")

PLACE = "\0"
"""Around the name of what stands in a message and is no text; nobody types it."""


class Written(Protocol):
    """A run or a training: what says in which language it is told."""

    @property
    def writing(self) -> Writing:
        """How it is written."""


def has_arrays(program: Program) -> bool:
    """Whether any value of a program is an array."""
    return any(kind.shape for kind in program.columns.of_kinds)


def listed(language: str, parts: Iterable[blocks.Inline | blocks.Content]) -> list[blocks.Inline]:
    """Parts of a line, or groups of them, with the comma of a language between them."""
    content: list[blocks.Inline] = []
    for part in parts:
        content += [message(language, "comma")] if content else []
        content += part if isinstance(part, tuple) else [part]
    return content


def strong(label: str, *content: blocks.Inline) -> blocks.Content:
    """A line that begins with a word of weight."""
    return blocks.Strong(label), *content


def sentence(*content: blocks.Inline) -> blocks.Prose:
    """A paragraph of the parts that are not empty."""
    return blocks.Prose(tuple(part for part in content if part != ""))


def heading(run: Written, key: str, /, **fields: str | int) -> str:
    """A heading, a label or a fixed sentence of a report, in the language of a run or a training."""
    return message(run.writing.language, f"heading-{key}", **fields)


def column(run: Written, key: str, numeric: bool = False) -> blocks.Column:
    """A column with its heading."""
    return blocks.Column((heading(run, key),), numeric)


def phrase(language: str, key: str, /, **fields: blocks.Inline | Sequence[blocks.Inline] | int) -> blocks.Content:
    """A fixed sentence with something in it that is no text: a formula, a program, a list of them."""
    # A message takes texts and counts alone. What is neither has a mark in it, at which the words are taken apart again.
    texts = {name: what if isinstance(what, str | int) else f"{PLACE}{name}{PLACE}" for name, what in fields.items()}
    content: list[blocks.Inline] = []
    # A language may put its variables in any order: between the marks stands what comes there.
    for place, part in enumerate(message(language, f"heading-{key}", **texts).split(PLACE)):
        what = fields[part] if place % 2 else part
        content += what if isinstance(what, list | tuple) else [what]  # type: ignore[list-item]  # a count is text by now
    return tuple(part for part in content if part != "")


def section(run: Written, key: str) -> blocks.Heading:
    """The heading of a part of a report, which a link finds by its key."""
    return blocks.Heading(2, (heading(run, key),), key)


def text_table(columns: Iterable[blocks.Column], rows: Iterable[Iterable[str]]) -> blocks.Table:
    """A table whose cells are plain words."""
    return blocks.Table(tuple(columns), tuple(tuple((text,) for text in row) for row in rows))


def titled(
    title: str,
    body: Iterable[blocks.Block],
    language: str,
    command: str = "",
    missing: Sequence[str] = (),
    head: blocks.Content = (),
) -> blocks.Document:
    """A document under its title, and the command that makes it again; ``head`` is the title where that is more than words."""
    # The title stands twice: as plain text for the head of a file, and as a heading in which it may be code.
    top = blocks.Heading(1, head or (title,), "title")
    return blocks.Document(title, chain((top,), body, made_by(language, command, missing)), language)


def made_by(language: str, command: str, missing: Sequence[str] = ()) -> Iterator[blocks.Block]:
    """The command that makes a document again, and the inputs that it cannot hold."""
    if command:
        yield sentence(message(language, "heading-made-by"))
        yield blocks.Command(command)
    if missing:
        yield sentence(message(language, "heading-command-needs", names=", ".join(missing)))


def shape_words(trace: Trace, index: int) -> str:
    """The shape of a node in a table, or that it is a number."""
    return shape_text(trace.node(index).shape) or message(trace.writing.language, "shape-number")


def name_term(program: Program, name: str) -> Term:
    """What an input, or any node of the program that has this name, is called in a formula."""
    return names_of(program).operand(program.names[name])


def output_term(program: Program) -> Term:
    """The term of the output."""
    return names_of(program).operand(program.output)


def figure(trace: Trace, value: Number, role: blocks.Role, manner: blocks.Manner, *, complete: bool = True) -> blocks.Inline:
    """A number of a run; blank where it is to be found."""
    return BLANK if manner.hidden else blocks.Figure(value, trace.writing.digits, role, complete)


def shown(ladder: Ladder, manner: blocks.Manner) -> Ladder:
    """A ladder as a document shows it: where answers are hidden without its numbers, and short where a document is brief."""
    if manner.hidden:
        return Ladder(ladder.left, (*_symbols(ladder.rungs), _BLANK))
    if manner.brief:
        return Ladder(ladder.left, (*_symbols(ladder.rungs), ladder.rungs[-1]) if len(ladder.rungs) > 1 else ladder.rungs)
    return ladder


def _symbols(rungs: Sequence[Rung]) -> list[Rung]:
    """The forms that hold no number of the run."""
    return [rung for rung in rungs[:-1] if rung.kind in ("symbols", "words")]


def equal(left: Term, value: Number, trace: Trace, manner: blocks.Manner) -> blocks.Math:
    """``left = value``."""
    rung = Rung(TERMS.number(value), "value", trace.writing.digits)
    return blocks.Math.of(shown(Ladder(left, (rung,)).spoken(trace.writing.language), manner))
