"""What stands in a formula for a node or for a name that is no node's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphstep.gates.notation import ATOM, TERMS, Ink, Latex, Term, plain_text
from graphstep.ground.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.gates.rule import Rule
    from graphstep.telling.names import Names


@record(frozen=True, slots=True)
class NodeSymbol:
    """A node in a formula, or one of its uses."""

    names: Names
    """The table of names."""
    index: int
    """The node."""
    use: int = 0
    """The number of the use that is meant; 0 for the node itself."""

    def ink(self, style: Any) -> Ink:
        """How a style writes it."""
        return self.names.new_ink(self.index, style, self.use)


@record(frozen=True, slots=True)
class WordSymbol:
    """A name that is no node's: of a constant, or of the number that is differentiated."""

    text: str
    """How it is typed."""
    latex: str = ""
    """How LaTeX has it, where that is not made from the text."""
    cells: bool = False
    """Whether it stands for an array."""

    def ink(self, style: Any) -> Ink:
        """How a style writes it."""
        if self.latex and isinstance(style, Latex):
            return Ink(self.latex, ATOM, style, self.cells)
        text = "π" if self.text == "pi" else self.text
        ink: Ink = style.identifier(text, cells=self.cells)
        return ink


@record(frozen=True, slots=True)
class Written:
    """What is written for a node while the table of names is made."""

    text: str
    """The text."""
    level: int
    """How tightly it binds."""
    cells: bool
    """Whether it stands for an array."""

    def ink(self, style: Any) -> Ink:
        """The text as it is, in any style."""
        return Ink(self.text, self.level, style, self.cells)


def called(rule: Rule | None, formula: Term, operands: Sequence[Term]) -> Term:
    """What a gate is called in typeset mathematics that has no name of its own, from its formula.

    A comparison is its condition. A function whose formula is made of other functions is called by its name: max(0, x) would be
    relu(x) and max(0, x) at once, and cases have no place in a denominator.
    """
    if rule is None or not rule.cellwise:
        return formula
    if rule.power or not rule.functions:
        # A power of 1 is written as its base. A rule of a user may hold its exponent, and read the base alone.
        alone = formula.operator == "**" and len(operands) == 2 and plain_text(operands[1]) == "1"
        return TERMS.call("pow", *operands) if alone else formula.arguments[0] if formula.operator == "where" else formula
    # Written as itself are max and min, and what is no more than its function; all others would be a formula in a formula.
    own = rule.chooses or formula.operator in rule.functions
    return formula if own and formula.operator != "where" else TERMS.call(rule.functions[0], *operands)


def runs_into(letter: str, names: set[str]) -> bool:
    """Whether a name reads like a change: ``dx`` beside ``x``."""
    return any(name[0] == letter and name[1:] in names for name in names if len(name) > 1)


def is_part(letter: str, name: str) -> bool:
    """Whether a name could be one of the numbered expressions: ``u1``, and ``u_1``, which looks the same in print."""
    return name[:1] == letter and name[1:].lstrip("_").isdecimal()
