"""What is said of a step, as data. Every view shows the same; they differ in ink only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Literal

from graphstep.analysis.facts import NoteKind
from graphstep.gates.notation import LATEX, Term, latex_style, plain_text, text_style
from graphstep.ground.numerals import DIGITS, ENGLISH
from graphstep.ground.phrases import ENGLISH_PHRASES, Phrases
from graphstep.ground.records import record
from graphstep.telling.words.catalogue import joined, message, phrases_of

BLANK = "____"
"""What stands for an answer that is to be found."""

RungKind = Literal["symbols", "numbers", "value", "words"]
"""A formula in names, the same in numbers, what it comes to, or words that stand for what is too long."""


@record(frozen=True)
class Rung:
    """One form of a quantity."""

    term: Term
    """The form."""
    kind: RungKind
    """What it consists of."""
    digits: int = DIGITS
    """Significant digits of its numbers."""
    relation: Literal["=", "≈", "←"] = "="
    """How it follows from what stands to its left; an update becomes (←) what stands to its right."""
    remark: str = ""
    """What is said behind it: that a result is too large, too small, undefined, or rounded beyond its digits."""
    phrases: Phrases = ENGLISH_PHRASES
    """The words within it."""

    @cached_property
    def text(self) -> str:
        """The rung in plain text."""
        text: str = self.term.read(text_style(self.digits, self.phrases)).text
        if not self.remark:
            return text
        return f"{text}, {self.remark}" if self.relation == "=" else f"{text} ({self.remark})"

    @property
    def latex(self) -> str:
        """The rung in LaTeX."""
        text: str = self.term.read(latex_style(self.digits, self.phrases)).text
        return rf"{text} \;\text{{({self.remark})}}" if self.remark else text


SIGNS = {"=": "=", "≈": r"\approx", "←": r"\leftarrow"}
"""The relations in LaTeX."""


def latex_forms(left: Term, rungs: Sequence[Rung]) -> tuple[str, list[str]]:
    """A left side in LaTeX, and its forms with the signs before them.

    relu(h) is called by its text, and in LaTeX by its formula, max(0, h): a first form that says what the left side says is left
    out.
    """
    head: str = left.read(LATEX).text
    forms = [rung.latex for rung in rungs]
    first = 1 if forms[:1] == [head] else 0
    return head, [f"{SIGNS[rung.relation]} {form}" for rung, form in zip(rungs[first:], forms[first:], strict=True)]


@record(frozen=True)
class Ladder:
    """One quantity in steps from symbols to its value: ``left = rungs[0] = rungs[1] = … ``."""

    left: Term
    """What it is: ``df/dx``."""
    rungs: tuple[Rung, ...]
    """Equal forms of it, from symbols through numbers to the value; the last is the value."""

    def spoken(self, language: str) -> Ladder:
        """The ladder with the words within its rungs in a language."""
        if language == ENGLISH:
            return self
        return replace(self, rungs=tuple(replace(rung, phrases=phrases_of(language)) for rung in self.rungs))

    @cached_property
    def left_text(self) -> str:
        """``left`` in plain text."""
        return plain_text(self.left)

    @property
    def texts(self) -> tuple[str, ...]:
        """The rungs in plain text, without the signs between them."""
        return tuple(rung.text for rung in self.rungs)

    @property
    def line(self) -> str:
        """The ladder on one line."""
        return self.left_text + "".join(f" {rung.relation} {rung.text}" for rung in self.rungs)

    @property
    def lines(self) -> list[str]:
        """The ladder with a rung a line, under each other at their signs."""
        left = self.left_text
        pad = " " * len(left)
        return [f"{pad if place else left} {rung.relation} {rung.text}" for place, rung in enumerate(self.rungs)]

    @property
    def latex(self) -> str:
        """The ladder on one line of LaTeX."""
        head, forms = latex_forms(self.left, self.rungs)
        return " ".join((head, *forms))


@record(frozen=True, slots=True)
class Note:
    """A note besides the rule: a convention, a warning, or why a gradient is 0."""

    kind: NoteKind
    """Why it is said."""
    text: str
    """One or two sentences."""
    rule: str = ""
    """By what a document knows the rule in it again, the same text each time; empty where it speaks of this step alone."""
    here: str = ""
    """What it says of this step, for a document that has said the rule."""


@record(frozen=True, slots=True)
class Explanation:
    """Everything that is said of one step."""

    n: int
    """The number of the step."""
    phase: str
    """``start``, ``forward``, ``backward`` or ``update``."""
    event: str
    """``start``, ``value``, ``seed``, ``send``, ``sum`` or ``update``."""
    title: str
    """What happens, in a few words: ``× sends to x+y``."""
    pattern: str = ""
    """The pattern in backward flow: distributor, router, switcher, adder, negation, scaler, saturated, dead; or empty."""
    ladder: Ladder | None = None
    """The quantity that this step makes."""
    local: Ladder | None = None
    """The local gradient of a send, from its formula to its value."""
    why: str = ""
    """Why it is so: the rule, with the names and the numbers of this step, and what this step adds to it."""
    notes: tuple[Note, ...] = ()
    """Conventions, warnings and reasons for zero."""
    shapes: str = ""
    """Of arrays, one sentence: the shapes that go in and come out of a gate, or that a gradient has the shape of its value."""
    jacobian: str = ""
    """Of a send between arrays, one sentence: the Jacobian behind it, its shape, what it looks like, how many entries it has."""
    definitions: tuple[tuple[str, str], ...] = ()
    """The numbered expressions that are named here, each with what it stands for: ``("u1", "w0*x0+w1*x1+w2")``."""
    before: tuple[Ladder, ...] = ()
    """Of an update, what the optimizer makes before the parameter moves, such as a velocity, in the order in which it is made."""
    rule: str = ""
    """The rule behind :attr:`why` as it stands in the gate's row, the same text for the same gate; empty where there is none."""
    here: str = ""
    """What :attr:`why` says of this step alone, for a document that has said the rule; empty where the ladder shows it all."""

    language: str = ENGLISH
    """The language of its sentences, by its code."""

    @property
    def narrative(self) -> str:
        """The whole explanation as one paragraph of plain text."""
        say = partial(message, self.language)
        parts = [say("entitled", title=self.title, pattern=self.pattern) if self.pattern else say("title", title=self.title)]
        parts += [say("ladder", ladder=ladder.line) for ladder in (*self.before, self.ladder) if ladder is not None]
        if self.local is not None and len(self.local.rungs) > 1:
            parts.append(say("local-ladder", ladder=self.local.line))
        parts += [self.shapes, self.why, self.jacobian, *(note.text for note in self.notes), *self.meanings]
        return joined(self.language, parts)

    @property
    def meanings(self) -> list[str]:
        """The definitions of the numbered names that are in it, a sentence each."""
        return [message(self.language, "definition", name=name, meaning=meaning) for name, meaning in self.definitions]


class Rules:
    """The rules that a document has said: each is explained where it is first met. A step that stands alone says it all."""

    def __init__(self) -> None:
        self._known = set[str]()

    def brief(self, explanation: Explanation) -> Explanation:
        """An explanation without the rules that were said before; those that it says are known from then on."""
        repeated = self._is_known(explanation.rule)
        notes = tuple(note for note in map(self.brief_note, explanation.notes) if note.text)
        if not repeated and notes == explanation.notes:
            return explanation
        return replace(explanation, why=explanation.here if repeated else explanation.why, notes=notes)

    def brief_note(self, note: Note) -> Note:
        """A note in its brief form; its text may be empty."""
        return replace(note, text=note.here) if self._is_known(note.rule) else note

    def _is_known(self, rule: str) -> bool:
        heard = rule in self._known
        if rule:
            self._known.add(rule)
        return heard
