"""What is typed: how tightly a piece of a program's text binds, and where parentheses stand around it.

Whatever writes a program (formulas of rows, LaTeX, Python, SymPy) asks here, so that all of them are read back as the graph
that was meant.
"""

from __future__ import annotations

from graphstep.ground.records import dataclass, record

COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)
"""How tightly a piece of text binds, loosest first."""


@dataclass(frozen=True, slots=True)
class Infix:
    """A sign between two operands."""

    level: int
    """How tightly what it makes binds."""
    left: int
    """How tightly its left operand has to bind to stand without parentheses."""
    right: int
    """The same of its right operand: the left side is read first, and a minus behind a sign reads badly."""
    glue: str
    """The sign with the spaces around it."""


INFIX: dict[str, Infix] = {
    "+": Infix(SUM, SUM, PRODUCT, " + "),
    "-": Infix(SUM, SUM, PRODUCT, " - "),
    "*": Infix(PRODUCT, PRODUCT, POWER, "*"),
    "/": Infix(PRODUCT, PRODUCT, POWER, "/"),
    "@": Infix(PRODUCT, PRODUCT, POWER, " @ "),
    # It is read from the right, but a tower of powers without parentheses is read by nobody.
    "^": Infix(POWER, ATOM, ATOM, "^"),
    **{sign: Infix(COMPARISON, SUM, SUM, f" {sign} ") for sign in ("<", "<=", ">", ">=", "==", "!=")},
}
"""By sign how it is typed."""


@record(frozen=True, slots=True)
class Typed:
    """A piece of a program's text."""

    text: str
    """The text."""
    level: int
    """How tightly it binds: :data:`COMPARISON` … :data:`ATOM`."""

    def within(self, level: int) -> str:
        """The text, in parentheses where it binds more loosely than ``level`` asks."""
        return self.text if self.level >= level else f"({self.text})"


def infix(sign: str, x: Typed, y: Typed) -> tuple[str, int]:
    """``x + y`` and its like, and how tightly that binds."""
    row = INFIX[sign]
    return f"{x.within(row.left)}{row.glue}{y.within(row.right)}", row.level


def negative(x: Typed) -> tuple[str, int]:
    """``-x``, and how tightly that binds: -x*y is (-x)*y, so that a product behind the sign keeps its parentheses."""
    return f"-{x.within(POWER)}", SIGN
