"""What nodes are called in a formula, as plain text and as LaTeX."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from graphstep.expression import Constant, Program, node_id
from graphstep.gates import GATES
from graphstep.gates.notation import ATOM, LATEX, SUM, TEXT, Style, Term

if TYPE_CHECKING:
    from graphstep.expression import Operand

NAME_WIDTH = 12
"""Characters of an unnamed expression up to which it stands for itself in a formula; longer ones are called by their id."""

_LETTERS: dict[str, str] = dict(
    re.findall(
        r"(\S) (\w+)",
        "α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho "
        "σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega "
        "Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega",
    )
)
_GREEK = frozenset(_LETTERS.values())
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_PARTS = re.compile(r"^([^\W\d_]+?)_?(\d*)$")


def output_name(program: Program) -> str:
    """What the output is called in ``∂f/∂x``: its name, or ``f`` (the next free letter where ``f`` means something else)."""
    name = program.nodes[program.output].name
    if name is not None:
        return name
    return next(letter for letter in ("f", "g", "h", "out", "output", "result_") if letter not in program.names)


def name_of(program: Program, index: int) -> str:
    """What a node is called in a formula: its name, ``f`` for the output, its text when short, else its id."""
    if index == program.output:
        return output_name(program)
    return program.short(index, NAME_WIDTH)


def term(program: Program, operand: Operand, style: Style) -> Term:
    """A node or constant as a term of a formula."""
    if isinstance(operand, Constant):
        return _constant(operand, style)
    text = name_of(program, operand)
    node = program.nodes[operand]
    if text == node_id(operand) or operand == program.output or node.name is not None:
        return style.name(latex_name(text) if style is LATEX else text)
    if style is LATEX and node.gate is not None:
        # Its text is a dozen characters, so it is a handful of gates deep at most.
        return _term_of(style, GATES[node.gate].value(style, [term(program, x, style) for x in node.operands]))
    return Term(text, ATOM if text.isidentifier() or (text.endswith(")") and _is_call(text)) else SUM, style)


def slot_term(program: Program, gate: int, slot: int, style: Style) -> Term:
    """The operand in a slot as a term; where a gate reads one node in several slots, with the number of its turn: ``x⁽¹⁾``.

    The local gradient of ``x*x`` towards its first x is x⁽²⁾ = 3. Calling it ∂f/∂x would be wrong: that is 6.
    """
    operands = program.nodes[gate].operands
    operand = operands[slot]
    found = term(program, operand, style)
    if isinstance(operand, Constant) or operands.count(operand) < 2:
        return found
    turn = str(operands[: slot + 1].count(operand))
    base = found.within(ATOM)
    if style is LATEX:
        return Term(f"{{{base}}}^{{({turn})}}", ATOM, style)
    return Term(f"{base}⁽{turn.translate(_RAISED)}⁾", ATOM, style)


def derivative(style: Style, of: Term, by: Term) -> str:
    """``∂f/∂x``, with parentheses around an expression."""
    if style is LATEX:
        return rf"\frac{{\partial {of.within(ATOM)}}}{{\partial {by.within(ATOM)}}}"
    return f"∂{of.within(ATOM)}/∂{by.within(ATOM)}"


@lru_cache(maxsize=1024)
def latex_name(name: str) -> str:
    r"""A name in LaTeX: ``x1`` → ``x_{1}``, ``beta`` → ``\beta``, ``rate`` → ``\mathrm{rate}``."""
    head, _, rest = name.partition("_")
    match = _PARTS.match(head)
    if not head or match is None:
        return r"\mathrm{" + name.replace("_", r"\_") + "}"
    letters, digits = match.groups()
    base = _letters(letters)
    subscript = ", ".join(part for part in (digits, *(_subscript(x) for x in rest.split("_") if x)) if part)
    return f"{base}_{{{subscript}}}" if subscript else base


def _letters(text: str) -> str:
    if text in _GREEK:
        return "\\" + text
    if text in _LETTERS:
        return "\\" + _LETTERS[text]
    return text if len(text) == 1 else rf"\mathrm{{{text}}}"


def _subscript(text: str) -> str:
    return text if text.isdecimal() else _letters(text)


def _constant(constant: Constant, style: Style) -> Term:
    text = constant.text
    if style is LATEX:
        if text[:1].isalpha():
            return style.name(latex_name(text))
        top, slash, bottom = text.partition("/")
        if slash and bottom.isdecimal():
            return style.number(float(top)) / style.number(float(bottom))
        return style.number(constant.value)
    shown = text.replace("pi", "π") if text == "pi" else text
    if shown[:1].isalpha():
        return style.name(shown)
    number = style.number(constant.value)
    return Term(shown if len(shown) <= NAME_WIDTH else number.text, SUM if "/" in shown else number.level, style)


def _term_of(style: Style, value: object) -> Term:
    return value if isinstance(value, Term) else style.term(value)


def _is_call(text: str) -> bool:
    """Whether a text is one call or one parenthesis, so that it binds as one symbol."""
    start = text.find("(")
    if start < 0 or not (start == 0 or text[:start].isidentifier()):
        return False
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


__all__ = ["LATEX", "TEXT", "derivative", "latex_name", "name_of", "output_name", "slot_term", "term"]
