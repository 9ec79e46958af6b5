"""Facts of a run in words: each figure as it stands in a sentence, each reason as the message of its language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from string import Formatter

from graphstep.analysis import facts
from graphstep.analysis.facts import Figure, Reason, Remark, reason
from graphstep.engine.trace import Trace
from graphstep.gates.notation import TERMS, plain_text
from graphstep.ground.numerals import numeral
from graphstep.telling.explanation import BLANK, Note
from graphstep.telling.names import name_of, name_with_text, names_of, output_name, slot_name
from graphstep.telling.words.catalogue import catalogue, joined, kind
from graphstep.telling.words.english import MESSAGES

# What counts as a number of the run where numbers are to be left blank: its shapes and counts are not.
_NUMERAL = re.compile(r"[-−]?(\d[\d.,]*(e[-+]?\d+)?|inf|nan)")


_SIGNS = {", ": "comma", "; ": "semicolon"}
"""By what stands between the figures of a list, the message that has the language's own sign."""

# A sheet without numbers still says how often a node is used, and along which axis: that is the problem, not its answer.
_STRUCTURE = frozenset({"axis", "axes", "cells", "count", "taken", "uses"})
"""The variables that are numbers of the graph, and not of the run."""


class Wording:
    """The words for the facts of one run, in the language in which it is written."""

    def __init__(self, trace: Trace, *, hidden: bool = False) -> None:
        self.trace = trace
        """The run, whose nodes have names."""
        self.hidden = hidden
        """Whether what the run computed is left blank: a sheet is to be filled in."""
        self.language = trace.writing.language
        """The code of the language."""
        self._catalogue = catalogue(self.language)

    def say(self, reason: Reason) -> str:
        """A reason as a sentence, or as the part of one that it is."""
        count = reason.figures.get("count", 0)
        # A sentence of a row comes along with its reason; all others stand in the catalogue.
        english = reason.english or MESSAGES[reason.message]
        text = self._catalogue.find(reason.message, english, count if isinstance(count, int) else 0)
        # Only what the message mentions is asked for: a row may name an operand that has no value here.
        fields = {name: self.figure(reason.figures[name]) for name in _variables(text)}
        # After the words are made: whatever became a numeral of the run is blank, in any message.
        if self.hidden:
            fields |= {name: BLANK for name, word in fields.items() if name not in _STRUCTURE and _NUMERAL.fullmatch(word)}
        return text.format(**fields)

    def message(self, key: str, /, **figures: Figure) -> str:
        """A message by its id."""
        return self.say(reason(key, **figures))

    def sentences(self, reasons: Iterable[Reason]) -> str:
        """Several sentences, one behind the other."""
        return self.joined(map(self.say, reasons))

    def joined(self, sentences: Iterable[str]) -> str:
        """Sentences that are worded already, one behind the other; empty ones are left out."""
        return joined(self.language, sentences)

    def note(self, remark: Remark) -> Note:
        """A remark in words."""
        return Note(remark.kind, self.sentences(remark.reasons), remark.rule, self.sentences(remark.here))

    def figure(self, figure: Figure) -> str:
        """The text of a figure, as it stands for a variable of a message."""
        match figure:
            case None:
                return ""
            case str():
                return figure
            case int():
                return f"{figure:,}"
            case Reason():
                return self.say(figure)
            case facts.Kind(shape):
                return kind(self.language, shape)
            case facts.Cells():
                return self._cells(figure)
            case facts.NotFinite(value, cells):
                # inf and nan are results like others.
                text = BLANK if self.hidden else numeral(value)
                return text if cells is None else self.message("not-finite-cells", value=text, where=cells)
            case facts.Continued(reasons):
                return _lowered(self.sentences(reasons))
            case facts.Listed(figures, joint):
                texts = [self.figure(x) for x in figures]
                if joint is not None or len(texts) == 1:
                    # What parts a list is a sign of the language.
                    return (self.message(_SIGNS[joint]) if joint in _SIGNS else joint or "").join(texts)
                return self.message("and", first=self.message("comma").join(texts[:-1]), last=texts[-1])
            case _:
                return self._name(figure)

    def _name(
        self, figure: facts.Named | facts.Quoted | facts.Output | facts.Slope | facts.Slot | facts.Operand | facts.Box
    ) -> str:
        """The name of a node, or of an operand of a gate."""
        program = self.trace.program
        match figure:
            case facts.Named(node):
                return name_of(program, node)
            case facts.Quoted(node, goes_on):
                text = name_with_text(program, node)
                # The comma closes what was quoted behind the name, where a sentence goes on.
                return text if goes_on else text.removesuffix(",")
            case facts.Output():
                return output_name(program)
            case facts.Slope(gate, slot):
                return _slope(self.trace, gate, slot)
            case facts.Slot(gate, slot):
                return slot_name(program, gate, slot)
            case facts.Operand(gate, slot):
                return slot_name(program, gate, slot) if self.hidden else _operand_with_value(self.trace, gate, slot)
            case facts.Box(gate):
                boxed, row = self.trace.node(gate), self.trace.gate(gate)
                assert row is not None, "an input has no box"
                return row.box(boxed.operands, boxed.options)

    def _cells(self, cells: facts.Cells) -> str:
        if cells.count == cells.size:
            return self.message("in-every-cell" if cells.size > 1 else "in-its-cell")
        place = ", ".join(map(str, cells.first))
        return self.message("in-cells", count=cells.count, cells=cells.size, place=place)


def _lowered(sentence: str) -> str:
    """A sentence that goes on behind a colon; a name at its beginning stays as it is."""
    first, _, rest = sentence.partition(" ")
    # Words of English sentences. Another language begins with others, or has no capitals, and its sentence stays as it is.
    return f"{first.lower()} {rest}" if first in ("The", "In", "Of") else sentence


@cache
def _variables(message: str) -> tuple[str, ...]:
    """What a message mentions. A language has some hundreds of messages, and a run of 2,000 gates says 16,000."""
    return tuple(name for _, name, _, _ in Formatter().parse(message) if name)


def _operand_with_value(trace: Trace, index: int, slot: int) -> str:
    """An operand of a gate with its value: ``z = -4``; a number alone where that is all it is, and an array by its name alone.

    The ladder above the sentence shows its cells.
    """
    value = trace.operand_values(index)[slot]
    name = slot_name(trace.program, index, slot)
    if not isinstance(value, int | float):
        return name
    text = numeral(value, trace.writing.digits)
    # A numeral that was typed with more digits than are shown says its value better than they do.
    return name if name == text or _NUMERAL.fullmatch(name) else f"{name} = {text}"


def _slope(trace: Trace, index: int, slot: int) -> str:
    """The local gradient of an elementwise gate towards what it reads in a slot, as the formula by which it is computed."""
    gate, names = trace.gate(index), names_of(trace.program)
    assert gate is not None, "an input has no local gradient"
    terms = [names.slot(index, k) for k in range(len(trace.node(index).operands))]
    return plain_text(TERMS.term(gate.slopes[slot](TERMS, *terms, names.operand(index))))
