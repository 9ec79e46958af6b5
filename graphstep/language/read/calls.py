"""Calls: which gate answers to a name, and the names that mean several gates (SymPy's ``Add``, ``log`` to a base)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from graphstep.gates import FUNCTIONS, STRUCTURAL
from graphstep.gates.gradient import FUNCTION
from graphstep.gates.gradient import NAME as GRADIENT
from graphstep.ground.errors import ReadError, Span, did_you_mean, quoted
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Constant, Operand
from graphstep.language.program import LABEL_WIDTH
from graphstep.language.read.foreign import ForeignSpellingError, proposals
from graphstep.language.read.functions import CHAINS, Option, check_count
from graphstep.language.read.options import example, read_option, read_rest
from graphstep.language.read.spelling import cut
from graphstep.language.read.token import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphstep.gates.rule import OptionKind
    from graphstep.language.read.builder import Builder, Term
    from graphstep.language.read.functions import Option

_NAME = re.compile(NAME)
_LOGARITHMS = frozenset({"log", "ln"})
_POWERS = frozenset({"pow", "Pow"})


def is_numeral(constant: Constant) -> bool:
    """Whether a constant was typed as one numeral: neither a fraction nor a name."""
    return constant.text[-1] in "0123456789." and constant.text[0] in "-.0123456789" and "/" not in constant.text


def call(builder: Builder, name: str, arguments: Sequence[Term | Option], span: Span) -> Term:
    """What a call comes to. ``span`` covers it from the name to the parenthesis.

    Raises :class:`~graphstep.ground.errors.ReadError` for a wrong number of inputs, and for options that its gate does not have.
    """
    terms = [x for x in arguments if not isinstance(x, Option)]
    if name == FUNCTION:
        return _gradient(builder, arguments, terms, span)
    gate = FUNCTIONS.get(name)
    if gate is not None and gate.variants:
        # gelu(x, tanh): the word chooses the gate, and is no option of it.
        words = [builder.text[slice(*x.value)] for x in arguments if isinstance(x, Option) and not x.name]
        if len(words) == 1:
            gate, arguments = FUNCTIONS[gate.variants[words[0]]], terms
    if len(terms) < len(arguments) or not (gate is None or gate.cellwise):
        return with_options(builder, name, terms, [x for x in arguments if isinstance(x, Option)], span)
    operands = tuple(term[0] for term in terms)
    if name in CHAINS:
        check_count(builder.text, name, len(terms), 1, None, span)
        return _chain(builder, name, terms, span)
    if name == "Rational":
        check_count(builder.text, name, len(terms), 1, 2, span)
        return _rational(builder, operands, span)
    if name in _LOGARITHMS and len(terms) == 2:
        return _logarithm_to_base(builder, name, terms, span)
    assert gate is not None, "what is no function has been refused"
    fewest, most = gate.arity
    check_count(builder.text, name, len(terms), fewest, most, span)
    if name in _POWERS:
        return builder.raised(operands[0], operands[1], span)
    # What is left out stands in the gate as if it had been typed: leaky_relu(x) shows its 0.01.
    missing = 0 if most is None else most - len(operands)
    defaults = gate.fillers[len(gate.fillers) - missing :] if missing else ()
    filled = (*operands, *(Constant(value, numeral(value)) for value in defaults))
    return builder.gate(gate.name, filled, span)


def _gradient(builder: Builder, arguments: Sequence[Term | Option], terms: Sequence[Term], span: Span) -> Term:
    """``grad(u, t)``, with t a name: an input, or what was assigned above."""
    check_count(builder.text, FUNCTION, len(arguments), 2, 2, span, "grad(u, t) is the gradient of u with respect to t")
    if len(terms) < 2:
        raise ReadError("grad has no options", text=builder.text, span=span, hint="grad(u, t) has a value and a name")
    (of, *_), (by, start, stop) = terms
    if not isinstance(by, int) or not _NAME.fullmatch(builder.text[start:stop]):
        raise ReadError(
            "a gradient is taken with respect to a name",
            text=builder.text,
            span=(start, stop),
            hint="name that part in a statement above, q = …, and use q in what is differentiated; then grad(…, q)",
        )
    if isinstance(of, Constant):
        return Constant(0.0, "0", span), *span
    return builder.gate(GRADIENT, (of, by), span)


def _spelled(builder: Builder, term: Term) -> str:
    """An input as typed, short enough to stand in a label."""
    start, stop = term[1:]
    half = LABEL_WIDTH // 2
    if stop - start <= half:
        return builder.text[start:stop]
    return f"{builder.text[start : start + half // 2]}…{builder.text[stop - half // 2 : stop]}"


def _chain(builder: Builder, name: str, terms: Sequence[Term], span: Span) -> Term:
    if len(terms) == 1:
        return terms[0][0], *span
    first = _spelled(builder, terms[0])
    result: Operand = terms[0][0]
    for place, term in enumerate(terms[1:], 1):
        text = None
        if place < len(terms) - 1:
            text = f"{name}({first}, {'…, ' if place > 1 else ''}{_spelled(builder, term)})"
        # From left to right, as a sum that is typed; the last gate alone has the text of the whole call.
        result = builder.gate(CHAINS[name], (result, term[0]), span, text)[0]
    return result, *span


def _rational(builder: Builder, operands: Sequence[Operand], span: Span) -> Term:
    parts = [x for x in operands if not isinstance(x, int) and is_numeral(x)]
    if len(parts) < len(operands):
        raise ReadError(
            "Rational takes numerals, as in Rational(1, 3)",
            text=builder.text,
            span=span,
            hint="a quotient of anything else is written with /",
        )
    if len(parts) == 1:
        return Constant(parts[0].value, parts[0].text, span), *span
    over, under = parts
    if under.value == 0:
        raise ReadError(
            "a fraction over 0 is not a number",
            text=builder.text,
            span=span,
            hint="as a gate, 1/0, it is inf",
        )
    return Constant(over.value / under.value, f"{over.text}/{under.text}", span), *span


def _logarithm_to_base(builder: Builder, name: str, terms: Sequence[Term], span: Span) -> Term:
    # SymPy's meaning: log(x, b) is log(x)/log(b).
    over = [builder.gate("log", (term[0],), span, f"{name}({_spelled(builder, term)})")[0] for term in terms]
    # Two logarithms and a quotient, as it is differentiated: the base may be a node.
    return builder.gate("div", (over[0], over[1]), span)


def with_options(builder: Builder, name: str, terms: Sequence[Term], written_options: Sequence[Option], span: Span) -> Term:
    """A call of a structural gate, or of a gate that becomes one because an axis is named: ``max(x, axis=0)``."""
    gate = FUNCTIONS.get(name)
    if gate is None:
        raise _no_option(builder, name, {}, written_options[0], span)
    if gate.over_cells:
        gate = STRUCTURAL[gate.over_cells]
    fewest, most = gate.arity
    # Inputs at the end that a call may leave out: a scale of 1, a shift of 0.
    missing = gate.fillers[len(gate.fillers) - max(0, fewest - len(terms)) :] if fewest > len(terms) else ()
    fewest -= len(gate.fillers)
    options: dict[str, Any] = {}
    # reshape(x, 2, 3) and sum(x, 0): numerals behind the inputs that the gate takes are its option.
    if gate.rest and most is not None and len(terms) > most:
        places = [term[1:] for term in terms[most:]]
        terms = terms[:most]
        options[gate.rest] = read_rest(builder.text, places, gate.rest, gate.keywords)
    for option in written_options:
        key = option.name or gate.rest
        if key not in gate.keywords:
            raise _no_option(builder, name, gate.keywords, option, span)
        if key in options:
            raise ReadError(f"{key} is given twice", text=builder.text, span=option.span, hint="leave one of the two out")
        options[key] = read_option(builder.text, option, gate.keywords[key])
        if options[key] is None and gate.defaults.get(key, 0) is not None:
            hint = f"write {example(key, gate.keywords[key])}, or leave it out"
            raise ReadError(f"{key} of {name} cannot be none", text=builder.text, span=option.span, hint=hint)
    written = " and ".join(example(key, kind) for key, kind in gate.keywords.items())
    hint = ""
    if name not in gate.functions:
        hint = f"with an axis {name} takes one array and works over its cells"
    elif gate.keywords and most is not None and len(terms) > most:
        hint = f"its options are given by name: {written}"
    check_count(builder.text, name, len(terms), fewest, most, span, hint)
    for key, kind in gate.keywords.items():
        if key not in options and key not in gate.defaults:
            hint = f"write {example(key, kind)} behind its inputs"
            if kind == "subscripts":
                hint = f'write them in front of its inputs, as in {name}("ij,jk->ik", x, y)'
            raise ReadError(f"{name} needs its {key}", text=builder.text, span=span, hint=hint)
    if most is None and len(terms) == 1 and (listed := builder.text[slice(*terms[0][1:])]).startswith("["):
        # To NumPy concatenate([x, y]) joins two arrays; here the brackets have made one of them already.
        hint = f"write {name}({cut(listed[1:-1])}) for the arrays side by side; brackets make a single array of them"
        raise ReadError(f"{name}({cut(listed)}) can be read in two ways", text=builder.text, span=span, hint=hint)
    # Defaults are not filled in: the program says what was typed.
    operands = (*(term[0] for term in terms), *(Constant(value, numeral(value)) for value in missing))
    return builder.gate(gate.name, operands, span, None, tuple(sorted(options.items())))


def _no_option(builder: Builder, name: str, keywords: Mapping[str, OptionKind], option: Option, span: Span) -> ReadError:
    if keywords:
        hint = did_you_mean(option.name, keywords) or f"it has {' and '.join(keywords)}"
    elif option.name in ("axis", "axes", "keepdims", "dim"):
        hint = f"{name} works on each cell alone" if name in FUNCTIONS else f"{name} takes inputs only"
    else:
        hint = "its inputs are given by their places, as in leaky_relu(x, 0.1)"
    error = ReadError(f"{name} has no option {quoted(option.name)}", text=builder.text, span=option.span, hint=hint)
    spellings = proposals(builder.text, span[0], general_too=False)
    return ForeignSpellingError(error, spellings) if spellings else error
