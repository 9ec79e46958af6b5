"""The ladders: every quantity of a step from symbols through numbers to its value, as terms.

Numbers are written out while they are few. Of large arrays there is the rule in symbols, and what the value is like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from graphstep.analysis.kinks import convention
from graphstep.engine.causes import is_finite
from graphstep.engine.step import Step
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.floats import FLOATS
from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.notation import TERMS, Term, plain_text
from graphstep.gates.numbers import applies
from graphstep.gates.rule import Convention
from graphstep.ground.arrays import SMALL, Number, is_small
from graphstep.ground.late import np, quiet
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Constant, Operand
from graphstep.telling.derivatives import gradient_term, local_term, objective, objective_formula, wire_term
from graphstep.telling.equations import equation, kept_number, result
from graphstep.telling.explanation import Ladder, Rung
from graphstep.telling.names import constant_term, names_of
from graphstep.telling.words.catalogue import message

_WIDE = 160
"""Characters up to which a contribution is written with the numbers put in: nobody could follow what is longer."""

_MANY = 4
"""Contributions that a sum spells out in symbols; of more it gives the count."""

# Exponents as print has them, so that ``x²`` and a typed ``x^2`` are known for the same text.
_RAISED = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

_OPERATIONS = frozenset({"+", "-", "*", "matmul", "call", "over", "copied", "transposed", "derivative"})
"""Operators that are written with a sign, or a word, that no number has."""

_NUMBERS = frozenset({"number", "row"})
"""Operators of numbers that were computed."""

_SHORT = 9
"""Characters up to which a constant of the text stands in an equation with all of its digits."""


def ladder_of(step: Step, *, local: bool = False) -> Ladder | None:
    """The ladder of a step of a run, or of its local gradient, without what else there is to say; None where it has none."""
    if step.event == "value":
        return None if local else value_ladder(step.trace, step.node)
    if step.wire is not None:
        return sent_ladders(step.wire)[local]
    if local or step.event not in ("seed", "sum"):
        return None
    return seed_ladder(step) if step.event == "seed" else sum_ladder(step)


def value_ladder(trace: Trace, index: int) -> Ladder:
    """The value of a gate: its formula in names, in numbers, and its value."""
    gate, node, names = trace.gate(index), trace.node(index), names_of(trace.program)
    assert gate is not None, "an input is given, not computed"
    values = trace.operand_values(index)
    left = names.operand(index)
    symbols = names.formula(index, [names.operand(x) for x in node.operands])
    rungs = [Rung(symbols, "symbols")]
    if _written(values):
        inputs = [number_term(trace, x, value) for x, value in zip(node.operands, values, strict=True)]
        # The print of a gate first; where that loses its digits, the form by which it is computed.
        forms = [(symbols, names.formula(index, inputs))]
        computed = gate.computed
        if computed is not None:
            forms.append((computed(TERMS, *[names.operand(x) for x in node.operands]), computed(TERMS, *inputs)))
        rungs += numbered(trace, forms, trace.value_of(index), row=index in names.rows)
    else:
        rungs.append(result(trace.value_of(index), trace.writing, row=index in names.rows))
    rungs = without_repeats(rungs)
    # An unnamed short expression is called by its own text: "x+y = x + y = 3" would say it twice.
    if len(rungs) > 1 and not (typed := plain_text(left)).isidentifier() and bare(typed) == bare(rungs[0].text):
        rungs = rungs[1:]
    return _ladder(trace, left, rungs)


def _local_ladder(wire: Wire, value: Number) -> Ladder:
    """The local gradient of a wire of an elementwise gate: its formula in names, in numbers, and its value.

    On arrays that is the diagonal of the Jacobian, cell by cell.
    """
    trace, sender, slot, gate = wire.trace, wire.sender, wire.slot, wire.gate
    left = local_term(wire)
    if gate.chooses:
        return _ladder(trace, left, [result(value, trace.writing)])
    names, node, values = names_of(trace.program), trace.node(sender), trace.operand_values(sender)
    # The textbook's form and the one that keeps its digits; for most gates they are one.
    partials = list(dict.fromkeys((gate.partials[slot], gate.slopes[slot])))
    operands = [names.slot(sender, k) for k in range(len(values))]
    symbols = [TERMS.term(partial(TERMS, *operands, names.operand(sender))) for partial in partials]
    if _is_number(symbols[0]):
        # The same whatever the inputs are, and in every cell, unless a convention says otherwise.
        plain = isinstance(value, int | float) or not value.size or bool((value == value.flat[0]).all())
        return _ladder(trace, left, [Rung(symbols[0], "value") if plain else result(value, trace.writing)])
    if _overruled(trace, sender, slot, value):
        # What is chosen at a kink is said beside it; the formula has another number there, or none.
        return _ladder(trace, left, [result(value, trace.writing)])
    rungs = [Rung(symbols[0], "symbols")]
    # A condition on an array reads badly in numbers: [1, -2] > 0.
    plain = not node.shape or symbols[0].operator != "where"
    if plain and _written((*values, trace.value_of(sender))):
        inputs = [number_term(trace, x, value) for x, value in zip(node.operands, values, strict=True)]
        out = kept_number(trace, trace.value_of(sender))
        numbers = [TERMS.term(partial(TERMS, *inputs, out)) for partial in partials]
        rungs += numbered(trace, list(zip(symbols, numbers, strict=True)), value)
    else:
        rungs.append(result(value, trace.writing))
    return _ladder(trace, left, without_repeats(rungs))


def _ladder(trace: Trace, left: Term, rungs: Sequence[Rung]) -> Ladder:
    return Ladder(left, tuple(rungs)).spoken(trace.writing.language)


def _overruled(trace: Trace, index: int, slot: int, value: Number) -> bool:
    """Whether a convention gives another local gradient, in some cell, than the formula does."""
    gate, values = trace.gate(index), trace.operand_values(index)
    assert gate is not None, "an input sends nothing"
    rules = [rule for rule in gate.conventions if rule.overrules(slot)]
    if not rules:
        return False
    if isinstance(value, float):
        try:
            return _overruled_number(rules, gate.partials[slot], values, trace.value_of(index), value)
        except (ArithmeticError, TypeError):
            # A function that is NumPy's, or what is inf or nan in IEEE.
            pass
    inputs = [np.asarray(x, np.float64) for x in values]
    with quiet():
        if not any(np.any(applies(rule, inputs)) for rule in rules):
            return False
        formula = gate.partials[slot](NUMBERS, *inputs, np.asarray(trace.value_of(index), np.float64))
        return not np.allclose(formula, value, rtol=1e-6, atol=0.0, equal_nan=True)


def _overruled_number(
    rules: Sequence[Convention], partial: Callable[..., Any], values: Sequence[Number], out: Number, slope: float
) -> bool:
    """What :func:`_overruled` says, of numbers and without NumPy. ArithmeticError where that is needed."""
    if not any(rule.at(FLOATS, *values) for rule in rules):
        return False
    formula = float(partial(FLOATS, *values, out))
    return not (abs(formula - slope) <= 1e-6 * abs(slope) or (formula != formula and slope != slope))


def sent_ladders(wire: Wire) -> tuple[Ladder, Ladder | None]:
    """The contribution of a send, and the local gradient that it was multiplied by (None for a structural gate)."""
    trace, sender, left = wire.trace, wire.sender, wire_term(wire)
    if not wire.gate.cellwise:
        return _ladder(trace, left, _pulled(wire)), None
    upstream, local, contribution = wire.upstream, wire.local, wire.contribution
    assert local is not None, "an elementwise gate has a local gradient"
    slope, row = _local_ladder(wire, local), sender in names_of(trace.program).rows
    arrives = gradient_term(trace, sender)
    rungs = [Rung(arrives * slope.left, "symbols")]
    alone = slope.rungs[0]
    # Of a number that is not 0, or at which something finite arrives, that is all.
    shut = _any_zero(contribution) and not is_finite(upstream)
    if shut and np.any(~np.isfinite(upstream) & np.equal(local, 0) & np.equal(contribution, 0)):
        # A router that is shut passes 0 on, whatever arrives. inf · 0 = 0 would be false, and a note says what is the matter.
        rungs.append(result(contribution, trace.writing))
    elif _written((upstream, contribution)):
        by = alone.term if alone.kind == "value" and _is_number(alone.term) else kept_number(trace, local, row=row)
        rungs += _equation(trace, [kept_number(trace, upstream, row=row) * by], contribution, row=row)
    else:
        if alone.kind == "value" and _is_number(alone.term):
            rungs.append(Rung(arrives * alone.term, "symbols"))
        rungs.append(result(contribution, trace.writing))
    return _ladder(trace, left, without_repeats(rungs)), slope


def _pullback(wire: Wire, *, numbers: bool = False) -> Term:
    """The term of a structural gate's contribution, in symbols or in numbers."""
    trace, sender, gate = wire.trace, wire.sender, wire.gate
    names, node = names_of(trace.program), trace.node(sender)
    values = trace.operand_values(sender)
    if numbers:
        terms = _Terms(len(values), lambda k: number_term(trace, node.operands[k], values[k]))
        upstream, out = (kept_number(trace, x, row=sender in names.rows) for x in (wire.upstream, trace.value_of(sender)))
    else:
        terms = _Terms(len(values), lambda k: names.slot(sender, k))
        upstream, out = gradient_term(trace, sender), names.operand(sender)
    settings = gate.settings(node.options, trace.program.operand_shapes(node)) | {"ties": trace.ties}
    return TERMS.term(gate.pulled(TERMS, wire.slot, upstream, terms, out, settings))


class _Terms(Sequence[Any]):
    """The inputs of a gate as terms, made when a row asks for them: most rows want one or two, a gate may have thousands."""

    def __init__(self, count: int, make: Callable[[int], Any]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self._make(k) for k in range(*place.indices(self._count))]
        return self._make(range(self._count)[place])


def _pulled(wire: Wire) -> list[Rung]:
    trace, sender = wire.trace, wire.sender
    rungs, contribution = [Rung(_pullback(wire), "symbols")], wire.contribution
    row = wire.receiver in names_of(trace.program).rows
    few = np.size(contribution) > 0 and _written((*trace.operand_values(sender), wire.upstream, trace.value_of(sender)))
    if few and len(plain_text(numbers := _pullback(wire, numbers=True))) <= _WIDE:
        rungs += _equation(trace, [numbers], contribution, row=row)
        if rungs[-1].relation == "≈" and convention(trace, sender) is not None:
            # The formula has no number here (x / ‖x‖ at 0): what is chosen is said beside it.
            return [result(contribution, trace.writing, row=row)]
    else:
        rungs.append(result(contribution, trace.writing, row=row))
    return without_repeats(rungs)


def sum_ladder(step: Step) -> Ladder:
    """A gradient as the sum of its contributions, in the order of the uses."""
    trace = step.trace
    left, total = gradient_term(trace, step.node), trace.gradient_of(step.node)
    arrivals = trace.arrivals(step.node)
    if len(arrivals) > _MANY:
        words = TERMS.words(message(trace.writing.language, "sum-of-many", parts=str(len(arrivals))))
        return _ladder(trace, left, [Rung(words, "words"), result(total, trace.writing)])
    wires = sorted(arrivals, key=lambda wire: wire.use)
    rungs = [Rung(_added([wire_term(wire) for wire in wires]), "symbols")]
    parts = [wire.contribution for wire in wires]
    if _written(parts):
        row = step.node in names_of(trace.program).rows
        rungs += _equation(trace, [_added([kept_number(trace, part, row=row) for part in parts])], total, row=row)
    else:
        rungs.append(result(total, trace.writing))
    return _ladder(trace, left, without_repeats(rungs))


def seed_ladder(step: Step) -> Ladder:
    """The gradient of the output: 1, or what the number that is differentiated is made of."""
    trace = step.trace
    return _ladder(trace, gradient_term(trace, step.node), [result(trace.gradient_of(step.node), trace.writing)])


def objective_ladder(trace: Trace) -> Ladder | None:
    """The definition of the number that is differentiated: ``L = 2 · f``; None where that is the output itself."""
    formula = objective_formula(trace)
    return None if formula is None else Ladder(objective(trace), (Rung(formula, "symbols", trace.writing.digits),))


def numbered(trace: Trace, forms: Sequence[tuple[Term, Term]], value: Number, *, row: bool = False) -> list[Rung]:
    """The rungs from numbers to a value; where the second form is needed, in symbols first."""
    rungs = list(_equation(trace, [numbers for _, numbers in forms], value, row=row))
    for symbols, numbers in forms[1:]:
        if rungs[0].term is numbers:
            rungs.insert(0, Rung(symbols, "symbols"))
    return rungs


def _equation(trace: Trace, forms: Sequence[Term], value: Number, *, row: bool) -> tuple[Rung, ...]:
    return equation(forms, value, trace.writing, row=row, term=kept_number(trace, value, row=row))


def number_term(trace: Trace, operand: Operand, value: Number) -> Term:
    """What stands in an equation for an operand: its value, or a short constant as it is."""
    if isinstance(operand, Constant):
        exact = constant_term(operand)
        if exact.operator == "exactly" and (exact.arguments[1] or len(numeral(operand.value, 15)) <= _SHORT):
            return exact
        if len(numeral(operand.value, 15)) <= _SHORT:
            return TERMS.exactly(operand.value)
        return TERMS.number(value)
    return kept_number(trace, value, row=operand in names_of(trace.program).rows)


def _is_number(term: Term) -> bool:
    """Whether a term is a number of a formula, the same whatever the inputs are."""
    return term.operator == "exactly" or (term.operator == "negative" and _is_number(term.arguments[0]))


def _any_zero(value: Number) -> bool:
    return value == 0 if isinstance(value, int | float) else not value.all()


def _added(terms: Sequence[Term]) -> Term:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _written(values: Sequence[Number]) -> bool:
    """Whether numbers and arrays are few enough to be written out beside each other."""
    arrays = [value for value in values if not isinstance(value, int | float)]
    return not arrays or (all(map(is_small, arrays)) and sum(array.size for array in arrays) <= 2 * SMALL)


def bare(text: str) -> str:
    """A text without what its print may differ in from what was typed: blanks, signs of products, raised exponents."""
    flat = text.replace(" ", "").replace("·", "*").replace("⊙", "*").replace("**", "^")
    return _RAISED.sub(lambda match: f"^{match[0].translate(_LOWERED)}", flat)


def without_repeats(rungs: Sequence[Rung]) -> list[Rung]:
    """The rungs without those that say what the next one says."""
    return [
        rung
        for rung, following in zip(rungs, (*rungs[1:], None), strict=True)
        if following is None or _are_apart(rung.term, following.term) or rung.text != following.text
    ]


def _are_apart(one: Term, other: Term) -> bool:
    """Whether two terms cannot read alike, and need not be read for it: an operation and a number, or two that are alike but for
    a derivative or a name where the other has a number.
    """
    if one.operator == other.operator:
        parts = zip(one.arguments, other.arguments, strict=False)
        return any(_are_apart(part, rest) for part, rest in parts if isinstance(part, Term) and isinstance(rest, Term))
    if other.operator not in _NUMBERS:
        return False
    return one.operator in _OPERATIONS or (one.operator == "symbol" and plain_text(one).isidentifier())
