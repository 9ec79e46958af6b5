r"""A program as a formula in LaTeX, a line a statement, which :mod:`graphstep.language.read.latex` reads back as the same graph.

Mathematics has no sign for many gates, and one sign for several: where the print of a gate would not be read back as this gate,
it is called by its name, ``\mathrm{softplus}\left(x\right)``, and a matrix product is written with @.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from graphstep.gates import FUNCTIONS, Rule
from graphstep.gates.notation import ATOM, POWER, PRODUCT, SIGN, SUM, Ink, Latex
from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError
from graphstep.ground.operands import Constant, Operand
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.read import read
from graphstep.language.read.latex import from_latex
from graphstep.language.shapes import BROADCAST
from graphstep.telling.names import names_of


class Formula(Latex):
    """LaTeX in which every sign stands for one gate."""

    def negative(self, x: Ink) -> Ink:
        """``-x``; a product behind the sign keeps its parentheses, since -x·y is (-x)·y."""
        return Ink("-" + x.after(POWER if x.level == PRODUCT and x.text[:5] != "\\frac" else PRODUCT), SIGN, self, x.cells)

    def binary(self, operator: str, left: Any, right: Any) -> Ink:
        """A sum, difference, product or quotient; the right side keeps the parentheses that mathematics would do without."""
        x, y = self.term(left), self.term(right)
        level = SUM if operator in "+-" else PRODUCT
        if operator != "/" and y.level == level and y.text[:5] != r"\frac":
            y = Ink(self.parentheses(y.text), ATOM, self, y.cells)
        return super().binary(operator, x, y)

    def power(self, x: Ink, y: Ink) -> Ink:
        """A power, the first one too."""
        return Ink(f"{{{x.within(ATOM)}}}^{{1}}", POWER, self, x.cells) if y.text == "1" else super().power(x, y)

    def where(self, condition: Ink, then: Any, otherwise: Any) -> Ink:
        """Cases; a condition that is 1 or 0 stands in brackets, after Iverson."""
        a, b = self.term(then), self.term(otherwise)
        if (a.text, b.text) == ("1", "0"):
            return Ink(rf"\left[{condition.text}\right]", ATOM, self, condition.cells)
        return super().where(condition, a, b)

    def matmul(self, x: Any, y: Any) -> Ink:
        """A matrix product: factors side by side would be taken for numbers."""
        return Ink(rf"{self.term(x).within(PRODUCT)} \mathbin{{@}} {self.term(y).after(POWER)}", PRODUCT, self, cells=True)


@lru_cache(maxsize=1)
def _style() -> Formula:
    return Formula(digits=17)


def latex_of(program: Program) -> str:
    r"""The statements of a program in LaTeX, with ``\\`` between them; the last is the output.

    >>> from graphstep.language.read import read
    >>> print(latex_of(read("q = x0*w0; 1/(1 + exp(-q))")))
    q = x_{0} \cdot w_{0} \\
    \frac{1}{1 + e^{-q}}

    LimitError where it would be longer than a program may be.
    """
    style, names = _style(), names_of(program)
    inks: list[Ink] = []
    statements: list[str] = []
    for index, node in enumerate(program.nodes):
        if node.rule is None:
            inks.append(names.ink(index, style))
            continue
        if node.gate == BROADCAST:
            # Nobody typed it: where it is read back, copies are made again.
            (source,) = node.operands
            copied = _operand(source, inks, style)
            inks.append(Ink(copied.text, copied.level, style, cells=True))
            continue
        ink = _written(program, node, [_operand(x, inks, style) for x in node.operands], style)
        if len(ink.text) > limits.WRITTEN:
            raise LimitError(
                f"in LaTeX this program has more than {limits.WRITTEN:,} characters", text=program.text, span=node.span
            )
        if index == program.output == len(program.nodes) - 1:
            statements.append(f"{names.ink(index, style).text} = {ink.text}" if node.name is not None else ink.text)
        elif index == program.output or node.name is not None or program.consumers.number(index) > 1:
            # LaTeX has no pointers: written where it is read, a chain of squares would double with every gate.
            # What is read twice is written once.
            name = names.ink(index, style)
            statements.append(f"{name.text} = {ink.text}")
            ink = name
        # By its shape, and not by how it is written: of vectors x ⊙ y is another product than x · y.
        inks.append(Ink(ink.text, ink.level, style, cells=bool(node.shape)))
    if program.output < len(program.nodes) - 1 or not statements:
        # The last statement says an input, or what was computed before.
        statements.append(inks[program.output].text)
    return " \\\\\n".join(statements)


def _operand(operand: Operand, inks: Sequence[Ink], style: Formula) -> Ink:
    if isinstance(operand, int):
        return inks[operand]
    if operand.text in ("pi", "π"):
        return style.pi
    return style.identifier(operand.text) if operand.text == "e" else style.exactly(operand.value, operand.text)


def _written(program: Program, node: Node, terms: list[Ink], style: Formula) -> Ink:
    rule = node.rule
    assert rule is not None
    shapes = program.operand_shapes(node)
    fixed = tuple(isinstance(x, Constant) for x in node.operands)
    function = next((name for name, each in FUNCTIONS.items() if rule.name in (each.name, each.over_cells)), "")
    if not function or (not node.options and _is_read_back(rule, fixed)):
        return style.term(rule.written(style, terms, rule.settings(node.options, shapes)))
    escaped = function.replace("_", r"\_")
    # The indices of einsum stand in front of its inputs, in quotes, and have no name.
    options = [rf"\text{{{name}={value}}}" for name, value in node.options if name != "subscripts"]
    indices = [rf'\text{{"{value}"}}' for name, value in node.options if name == "subscripts"]
    inside = ", ".join([*indices, *(term.text for term in terms), *options])
    return Ink(rf"\mathrm{{{escaped}}}\left({inside}\right)", ATOM, style)


@cache
def _is_read_back(rule: Rule, fixed: tuple[bool, ...]) -> bool:
    """Whether the print of a gate, with numbers in some of its slots, is read as this gate alone."""
    style = _style()
    terms = [style.number(2.5) if number else style.identifier(f"x{slot}") for slot, number in enumerate(fixed)]
    try:
        ink = style.term(rule.written(style, terms, rule.settings((), [()] * len(fixed))))
        # It is tried and not listed: a gate that is added is written so that it is read back, or by its name.
        program = read(from_latex(ink.text))
    except (ReadError, ValueError):
        # It is written by the shapes of its inputs, which are not known here, or has no print that is a formula.
        return False
    gates = [node for node in program.nodes if node.rule is not None]
    return len(gates) == 1 and gates[0].rule is rule and len(gates[0].operands) == len(fixed)
