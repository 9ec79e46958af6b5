"""What nodes are called in a formula, as plain text and as LaTeX."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graphstep.arrays import shape_text
from graphstep.explain.cells import by_cell, in_style
from graphstep.expression import Constant, Program, node_id
from graphstep.gates import GATES
from graphstep.gates.gate import Gate
from graphstep.gates.notation import ATOM, CASES, LATEX, SUM, TEXT, Style, Term

if TYPE_CHECKING:
    from collections.abc import Sequence

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
_INDEXED = re.compile(r"^\w+(\[[^\[\]]*\])+$")


def output_name(program: Program) -> str:
    """What the output is called in ``∂f/∂x``: its name, or ``f`` (the next free letter where ``f`` means something else)."""
    name = program.nodes[program.output].name
    if name is not None:
        return name
    return next(letter for letter in ("f", "g", "h", "out", "output", "result_") if letter not in program.names)


def name_of(program: Program, index: int) -> str:
    """What a node is called in a formula: its name, ``f`` for the output, its text when short, else its id.

    The copies that a broadcast makes are called by what is copied: ``b as 64×100``.
    """
    if index == program.output:
        return output_name(program)
    node = program.nodes[index]
    if node.shape and (source := copied(program, index)) is not None:
        return f"{name_of(program, source)} as {shape_text(node.shape)}"
    return program.short(index, NAME_WIDTH)


def copied(program: Program, index: int) -> int | None:
    """The node that a broadcast copies; None for any other node."""
    node = program.nodes[index]
    return node.sources[0][1] if node.gate == "broadcast" else None


def term(program: Program, operand: Operand, style: Style) -> Term:
    """A node or constant as a term of a formula."""
    if isinstance(operand, Constant):
        return _constant(operand, style)
    node = program.nodes[operand]
    if node.shape and operand != program.output and (source := copied(program, operand)) is not None:
        inside, shape = term(program, source, style).within(SUM), shape_text(node.shape)
        return Term(rf"{inside} \text{{ as {shape}}}" if style is LATEX else f"{inside} as {shape}", CASES, style)
    text = name_of(program, operand)
    if text == node_id(operand) or operand == program.output or node.name is not None:
        return style.name(latex_name(text) if style is LATEX else text)
    if style is LATEX and node.gate is not None:
        # Its text is a dozen characters, so it is a handful of gates deep at most.
        terms = [term(program, x, style) for x in node.operands]
        if not node.shape:
            return formula(program, operand, style, terms)
        ink = by_cell(style)
        shapes = [program.nodes[x].shape if isinstance(x, int) else () for x in node.operands]
        found = formula(program, operand, ink, [in_style(t, ink, s == ()) for t, s in zip(terms, shapes, strict=True)])
        return Term(found.text, found.level, style)
    return Term(text, ATOM if text.isidentifier() or _binds(text) else SUM, style)


def formula(program: Program, index: int, style: Style, terms: Sequence[Any]) -> Term:
    """The value of a gate in notation, from what stands for its inputs."""
    node = program.nodes[index]
    gate = GATES[node.gate or ""]
    if not isinstance(gate, Gate):
        return style.term(gate.formula(style, terms, told(program, index)))
    return style.term(gate.formula(style, *terms))


def told(program: Program, index: int) -> dict[str, Any]:
    """The options of a structural gate as its notation wants them, with the shapes of its inputs."""
    node = program.nodes[index]
    gate = GATES[node.gate or ""]
    assert not isinstance(gate, Gate), "an elementwise gate has no options"
    return gate.told(node.options, [program.nodes[x].shape if isinstance(x, int) else () for x in node.operands])


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


def _binds(text: str) -> bool:
    """Whether a text binds as one symbol: a call, a parenthesis, or a name with an index."""
    return (text.endswith(")") and _is_call(text)) or (text.endswith("]") and _INDEXED.match(text) is not None)


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


__all__ = [
    "LATEX",
    "TEXT",
    "copied",
    "derivative",
    "formula",
    "latex_name",
    "name_of",
    "output_name",
    "slot_term",
    "term",
    "told",
]
