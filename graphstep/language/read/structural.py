"""Calls of structural gates: inputs, then options by name, ``sum(x, axis=0)``, or behind the inputs, ``reshape(x, 2, 3)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphstep.gates import FUNCTIONS, STRUCTURAL
from graphstep.ground.errors import ReadError, did_you_mean, quoted
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Constant
from graphstep.language.read.foreign import ForeignSpellingError, proposals
from graphstep.language.read.functions import check_count
from graphstep.language.read.options import example, read_option, read_rest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphstep.gates.rule import OptionKind
    from graphstep.ground.errors import Span
    from graphstep.language.read.builder import Builder, Term
    from graphstep.language.read.functions import Option


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
    if gate.rest and most is not None and len(terms) > most:
        places = [term[1:] for term in terms[most:]]
        terms = terms[:most]
        options[gate.rest] = read_rest(builder.text, places, gate.rest, gate.keywords[gate.rest])
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
