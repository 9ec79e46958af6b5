"""What stands in a formula for a node or for a name that is no node's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphstep.gates.notation import ATOM, Ink, Latex

if TYPE_CHECKING:
    from graphstep.telling.names import Names


@dataclass(frozen=True, slots=True)
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
        return self.names.ink(self.index, style, self.use)


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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
