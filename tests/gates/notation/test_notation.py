"""How every gate of the table is written, and in what words it refuses, as golden texts that a person can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graphstep.gates import ELEMENTWISE, STRUCTURAL
from graphstep.gates.notation import LATEX, TEXT
from graphstep.gates.rule import Call, MisfitError
from graphstep.ground.operands import Constant
from tests.cases import each
from tests.domains import width
from tests.gates.rows.test_rows import CASES, MISFITS
from tests.rules import remarked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphstep.gates.rule import Rule
    from tests.gates.rows.test_rows import Case

STYLES = (TEXT, LATEX)

REMARKS: list[tuple[str, list[Any], dict[str, Any]]] = [
    ("amax", [[3, 3, 1]], {}),
    ("amax", [[3, 1, 1]], {}),
    ("amin", [[[1, 1], [2, 5]]], {"axis": 1}),
    ("length", [[0, 0]], {}),
    ("length", [[[0, 0], [3, 4]]], {"axis": 1}),
    ("length", [[3, 4]], {}),
    ("logsumexp", [[-np.inf, -np.inf]], {}),
    ("logsumexp", [[np.inf, 1]], {}),
    ("logsumexp", [[2, 1]], {}),
    ("hinge", [[1, 2, 0], 1], {"margin": 1}),
    ("hinge", [[1, 5, 0], 1], {"margin": 1}),
    ("cross_entropy", [[[1, 5, 0], [0, 1, 2]], [0, -100]], {"ignore_index": -100}),
    ("cross_entropy", [[1, 5, 0], 1], {"ignore_index": 1}),
    ("bce", [[0.5, 0, 1], [1, 0, 1]], {}),
    ("bce", [[0.5, 0], [1, 1]], {}),
    ("bce", [[0.5, 1], [1, 0.5]], {}),
    ("bce", [[0.5, -0.1], [1, 0]], {}),
    ("bce", [[0.5, 1.1], [1, 1]], {}),
    ("bce", [[0.5, 1.1], [1, 1]], {"logits": True}),
]


def elementwise(gate: Rule) -> Iterator[str]:
    """A gate of numbers: its formulas, its local gradients, its boxes."""
    names = "xyz"[: width(gate)]
    for style in STYLES:
        terms, out = [style.name(name) for name in names], style.name("out")
        value, computed = (style.term(form).text for form in (gate.formula(style, *terms), gate.value(style, terms, {})))
        yield f"  value {value}   computed as {computed}"
        for slot in range(len(gate.partials)):
            book, computed = (style.term(form(style, *terms, out)).text for form in (gate.partials[slot], gate.slopes[slot]))
            yield f"  towards {names[slot]}: {book}   computed as {computed}"
    for fixed in range(width(gate)):
        yield f"  box {gate.box([Constant(-7.0, '-7') if slot == fixed else slot for slot in range(width(gate))])}"
    yield f"  {gate.forward} {' '.join(gate.backward)}"
    yield from (f"  {rule.says}" for rule in gate.conventions)


def structural(gate: Rule) -> Iterator[str]:
    """A gate of arrays, in every way in which its shapes and options have it written."""
    yield from dict.fromkeys(line for case in CASES[gate.name] for line in writings(gate, case))
    yield from (line for case in CASES[gate.name][::5] for line in jacobians(gate, case))
    yield f"  {gate.forward} {' '.join(gate.backward)}"


def writings(gate: Rule, case: Case) -> Iterator[str]:
    """What one case adds."""
    told = gate.settings(tuple(case.options.items()), case.shapes)
    yield f"  box {gate.box((), tuple(case.options.items()))}"
    for style in STYLES:
        terms, out, upstream = [style.name("xyz"[slot]) for slot in range(len(case.shapes))], style.name("out"), style.name("δ")
        yield f"  value {style.term(gate.written(style, terms, told)).text}"
        for slot in range(len(case.shapes)):
            yield f"  pulled back to {'xyz'[slot]}: {style.term(gate.pulled(style, slot, upstream, terms, out, told)).text}"


def jacobians(gate: Rule, case: Case) -> Iterator[str]:
    """What is said of the Jacobians of a case."""
    for slot, shape in enumerate(case.shapes):
        structure = gate.structure(slot, case.shapes, case.options)
        count = gate.multiplications(slot, case.shapes, case.options) if gate.multiplications else int(np.prod(shape))
        yield f"  Jacobian towards {'xyz'[slot]} of shapes {case.shapes}: {structure}, {count} multiplications"


def numbers_gates() -> Iterator[str]:
    for gate in ELEMENTWISE.values():
        if gate.name != "constant":
            yield gate.name
            yield from elementwise(gate)


def array_gates() -> Iterator[str]:
    for gate in STRUCTURAL.values():
        yield gate.name
        yield from structural(gate)


def refusals() -> Iterator[str]:
    for name, shapes, options, _, _ in MISFITS:
        gate = STRUCTURAL[name]
        with pytest.raises(MisfitError) as caught:
            gate.shape(shapes, {**gate.defaults, **options})
        yield f"{name} of {', '.join(map(str, shapes))} {options or ''}".rstrip()
        yield f"  {caught.value.reason}\n  {caught.value.fits}"
    for name, values, options in REMARKS:
        gate = STRUCTURAL[name]
        inputs, filled = tuple(np.asarray(value, float) for value in values), {**gate.defaults, **options}
        with np.errstate(all="ignore"):
            out = gate.value(np, inputs, filled)
        yield f"{name} of {values}\n  {remarked(gate, Call(inputs, np.asarray(out), filled))}".rstrip()


PARTS: dict[str, Callable[[], Iterator[str]]] = {"numbers": numbers_gates, "arrays": array_gates, "refusals": refusals}


@each("name", PARTS)
def test_gates_are_written_as_they_were_read_through(name: str, golden) -> None:
    golden(f"gates/{name}.txt", "\n".join(PARTS[name]()) + "\n")


def test_a_gate_of_cells_shows_all_that_it_reads() -> None:
    """Names are chosen by it: an expression is long where what stands in it is."""
    for gate in ELEMENTWISE.values():
        names = ["first", "second", "third"][: width(gate)]
        text = TEXT.term(gate.written(TEXT, [TEXT.name(name) for name in names], gate.settings(()))).text
        assert [name for name in names if name not in text] == [], gate.name
