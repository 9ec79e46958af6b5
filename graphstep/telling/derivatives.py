"""What derivatives are called: ``df/dx`` for the whole effect of a node, ``∂q/∂x`` for the effect through one gate.

Where the seed is not 1, or the output is an array, what is differentiated is a number of its own, ``L``.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.notation import TERMS, Term, plain_text
from graphstep.gates.notation.text import EXACT
from graphstep.ground.arrays import array_text, latex_matrix, shape_text
from graphstep.ground.memo import owner_cache
from graphstep.telling.names import names_of
from graphstep.telling.symbols import WordSymbol

_SEED_CELLS = 6
"""Cells up to which the seed of an array is written out where the number that is differentiated is defined."""


def is_objective(trace: Trace) -> bool:
    """Whether a number other than the output is differentiated: the seed is not 1, or the output is an array.

    Inside an opened gate nothing is defined anew: the number is that of the program around it.
    """
    if trace.program.scope:
        return False
    # df/df is 1 in every run: with any other seed what is differentiated is not f.
    return bool(trace.node(trace.program.output).shape) or not isinstance(trace.seed, int | float) or trace.seed != 1


def objective(trace: Trace) -> Term:
    """What is differentiated: the output, or the number ``L`` that is made of it by the seed."""
    names = names_of(trace.program)
    if is_objective(trace) or trace.program.scope:
        return TERMS.symbol(WordSymbol(names.objective))
    return names.operand(trace.program.output)


def objective_name(trace: Trace) -> str:
    """The name of the number that is differentiated, as plain text: ``f`` or ``L``."""
    names = names_of(trace.program)
    return names.objective if is_objective(trace) or trace.program.scope else names.output


def objective_formula(trace: Trace) -> Term | None:
    """What ``L`` is made of: ``2 · f``, ``sum(f)``, ``sum([0, 1, 0] ⊙ f)``; None where the output itself is differentiated."""
    if not is_objective(trace):
        return None
    output, seed = names_of(trace.program).operand(trace.program.output), trace.seed
    # A definition, and no result: the seed stands in it with all of its digits.
    if isinstance(seed, int | float):
        total = TERMS.over("sum", output) if trace.node(trace.program.output).shape else output
        return total if seed == 1 else TERMS.exactly(seed, _typed_fraction(trace)) * total
    if seed.size <= _SEED_CELLS:
        weights = TERMS.symbol(WordSymbol(array_text(seed, EXACT), latex_matrix(seed, EXACT), cells=True))
    else:
        words = f"(seed {shape_text(seed.shape)})"
        weights = TERMS.symbol(WordSymbol(words, rf"\text{{{words}}}", cells=True))
    return TERMS.over("sum", weights * output)


def _typed_fraction(trace: Trace) -> str:
    """The seed as it was typed, where that is a fraction whose value it is."""
    top, slash, bottom = (trace.setup.seed or "").partition("/")
    whole = slash and top.lstrip("-").isdecimal() and bottom.strip("0").isdecimal()
    return f"{top}/{bottom}" if whole and int(top) / int(bottom) == trace.seed else ""


def change(trace: Trace) -> str:
    """The letter of the whole effect: ``d``, or ``∂`` as the lectures write it for both."""
    return "∂" if trace.writing.lecture else names_of(trace.program).change


@owner_cache
def gradient_term(trace: Trace, node: int, use: int = 0) -> Term:
    """``df/dx``, the gradient of a node, or ``df/dx⁽¹⁾``, what arrives along one of its uses."""
    by = names_of(trace.program).symbol(node, use)
    return TERMS.derivative(objective(trace), by, change(trace))


def gradient_name(trace: Trace, node: int, use: int = 0) -> str:
    """The gradient of a node as plain text: ``df/dx``."""
    return plain_text(gradient_term(trace, node, use))


def wire_term(wire: Wire) -> Term:
    """The term of a wire's contribution: ``df/dx``, or ``df/dx⁽¹⁾`` where x is used more than once."""
    return gradient_term(wire.trace, wire.receiver, wire.use)


def local_term(wire: Wire) -> Term:
    """The local gradient of a wire: ``∂q/∂x``, with the number of the use where x has several."""
    names = names_of(wire.trace.program)
    return TERMS.derivative(names.symbol(wire.sender), names.symbol(wire.receiver, wire.use), "∂")


def local_name(wire: Wire) -> str:
    """The local gradient of a wire as plain text: ``∂q/∂x``."""
    return plain_text(local_term(wire))


def sent_name(wire: Wire) -> str:
    """From where to where a wire sends, as plain text: ``f → q``, or ``f → q⁽²⁾`` where q is used more than once."""
    return f"{names_of(wire.trace.program).texts[wire.sender]} → {wire_target(wire)}"


def wire_target(wire: Wire) -> str:
    """To which node a wire sends, as plain text, with the number of the use where that has several: ``q⁽²⁾``."""
    return plain_text(names_of(wire.trace.program).symbol(wire.receiver, wire.use))


def definitions(trace: Trace, nodes: Sequence[int]) -> tuple[tuple[str, str], ...]:
    """The names that stand for an expression and are written where ``nodes`` are, with what they stand for, in the order of
    computing. What is called by its text brings the names in it along: ``u1`` is seen in ``exp(u1)``.
    """
    program = trace.program
    names = names_of(program)
    # u1 is written where a node is called exp(u1): the texts are followed down to the next names.
    written, waiting = set[int](), list(nodes)
    while waiting:
        index = waiting.pop()
        node = program.nodes[index]
        if index in written:
            continue
        written.add(index)
        if node.name is None and index != program.output and index not in names.definitions:
            waiting += [x for x in node.operands if isinstance(x, int)]
    return tuple((names.texts[i], names.definitions[i]) for i in sorted(written) if i in names.definitions)
