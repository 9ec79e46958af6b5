"""Every structural gate of the table, at every combination of shapes and options that it takes from the pools below."""

from __future__ import annotations

import itertools
import string
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphstep as gs
from graphstep.gates import STRUCTURAL
from graphstep.gates.columns import cell_terms, column
from graphstep.gates.notation import LATEX, TEXT, Style
from graphstep.gates.rows.spelling import written
from graphstep.gates.rule import Call, MisfitError, Rule
from graphstep.ground import limits
from graphstep.ground.errors import InputError
from graphstep.ground.operands import Chosen, Slice, Slot
from tests.cases import each
from tests.rules import for_every, remarked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphstep.ground.operands import Shape


SHAPES: tuple[Shape, ...] = ((), (1,), (3,), (2, 3), (3, 2), (1, 3), (3, 1), (0,), (0, 3), (2, 0), (2, 2, 3), (2, 3, 2))
SQUARE: dict[str, tuple[Shape, ...]] = dict.fromkeys(("solve", "inv", "logdet"), ((1, 1), (2, 2), (3, 3), (4, 4), (0, 0)))
"""Shapes of the gates of square matrices."""
OWN: dict[str, tuple[Shape, ...]] = {
    **SQUARE,
    "conv1d": ((2, 5), (3, 2, 5), (1, 2, 4), (3, 2, 2), (2, 2, 3), (1, 2, 2), (3, 2, 1), (0, 2, 2), (0, 2, 4)),
    "conv2d": ((2, 4, 5), (2, 2, 5, 4), (1, 2, 4, 4), (3, 2, 2, 3), (2, 2, 3, 2), (1, 2, 2, 2), (3, 2, 1, 1), (0, 2, 2, 2)),
    "dot": ((2,), (4,)),
    "einsum": ((2, 2), (2, 2, 3, 2)),
    "windows": ((4, 5), (2, 3, 4)),
    "max_pool": ((4, 5), (2, 3, 4)),
}
"""Shapes of their own for the gates that take few of these."""
ALL, EVERY_OTHER, BACKWARDS = Slice(None, None, None), Slice(None, None, 2), Slice(None, None, -1)
POOLS: dict[str, tuple[Any, ...]] = {
    "axis": (0, 1, -1),
    "axes": (None, 0, -1, (0, 1), (0, 2)),
    "flag": (False, True),
    "number": (0.5, 2),
    "whole": (0, 1, -1),
}
GIVEN: dict[str, list[dict[str, Any]]] = {
    "broadcast": [{"shape": shape} for shape in ((3,), (2, 3), (1, 3), (2, 2, 3), (0, 3), (2, 0), ())],
    "fill": [{"shape": shape} for shape in ((3,), (2, 3), (1, 3), (2, 2, 3), (0, 3), (2, 0), ())],
    "gather": [
        {"index": index}
        for index in (
            (Slot(1),),
            (Slot(1), Slot(2)),
            (ALL, Slot(1)),
            (Chosen((0, -1, 0)), Slot(1)),
            (Ellipsis, Chosen((1, 0, 1, 1))),
            (Slot(1), 0),
            (EVERY_OTHER, Chosen((0,))),
            (Chosen(()), ALL),
        )
    ],
    **{
        name: [
            {"size": size, "stride": stride}
            for size, stride in (((2,), ()), ((2,), (1,)), ((2,), (3,)), ((2, 2), ()), ((2, 3), (1,)), ((3, 2), (2, 1)))
        ]
        for name in ("windows", "max_pool")
    },
    "einsum": [
        {"subscripts": text}
        for text in (
            *("ij,jk->ik", "ij, jk", "ij->ji", "ii", "ii->i", "ijij->j", "ij,ij->", "i,j->ij", "...i,i", ",i->i", "i,i,i->i"),
            *("ij,k->i", "...->", "...ij->...ji", "ij,ii->j", "ij,...j->..."),
        )
    ],
    "conv1d": [{"stride": stride, "padding": padding} for stride in ((), (2,)) for padding in ((), (2,))],
    "conv2d": [
        {"stride": stride, "padding": padding}
        for stride, padding in (((), ()), ((2,), ()), ((), (1,)), ((1, 2), (2, 1)), ((3, 1), (0, 1)))
    ],
    "cross_entropy": [{}, {"label_smoothing": 0.1}, {"ignore_index": -100}, {"label_smoothing": 0.5, "ignore_index": -1}],
    "reshape": [{"shape": shape} for shape in ((-1,), (3, 2), (2, -1), (1, -1, 3), (0, 3), (12,), (), 6, -1)],
    "place": [
        {"shape": shape, "start": start, "step": step}
        for shape, start, step in (
            ((5,), (1,), (1,)),
            ((7,), (6,), (-3,)),
            ((3,), (2,), (-1,)),
            ((2, 3), (0, 0), (1, 1)),
            ((5, 6), (4, 1), (-2, 2)),
            ((4, 3, 6), (1, 0, 5), (2, 1, -2)),
        )
    ],
    "transpose": [{"axes": axes} for axes in (None, (1, 0), (0, 1), (2, 0, 1), (-1, 0, 1), (0,), 0)],
    "index": [
        {"index": index}
        for index in (
            (0,),
            (-1,),
            (0, 1),
            (ALL, 0),
            (Ellipsis, 0),
            (Ellipsis,),
            (EVERY_OTHER,),
            (BACKWARDS, 1),
            (Slice(1, None, None),),
            (Slice(5, 9, None),),
            (0, Ellipsis, BACKWARDS),
        )
    ],
}
"""Options of the gates that need some, or of which few of the pool fit."""
CLASSES = {"onehot": (0, 1), "cross_entropy": (1, 0), "hinge": (1, 0), "nll": (1, 0)}
"""The slot that takes classes, and the slot of the scores that they belong to."""
FEW = 12
"""So many cases of a gate are all tried."""


@dataclass(frozen=True)
class Case:
    """A gate at work on random cells."""

    gate: Rule
    shapes: tuple[Shape, ...]
    options: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.gate.name} {self.shapes} {dict(self.options)}"

    def inputs(self, seed: int = 0) -> tuple[Any, ...]:
        rng = np.random.default_rng([seed, *map(len, self.shapes)])
        made = [np.asarray(rng.normal(size=shape)) for shape in self.shapes]
        if self.gate.name in CLASSES:
            mine, scores = CLASSES[self.gate.name]
            if self.shapes[mine] != self.shapes[scores]:
                made[mine] = rng.integers(0, self.shapes[scores][-1], self.shapes[mine]).astype(float)
                if self.options.get("ignore_index") is not None and made[mine].size > 1:
                    made[mine].flat[-1] = self.options["ignore_index"]
            else:
                made[mine] = np.abs(made[mine])
        if self.gate.name in SQUARE:
            made[0] = made[0] @ made[0].T + np.eye(len(made[0]))
        if self.gate.name == "bce" and not self.options["logits"]:
            made = [np.asarray(1 / (1 + np.exp(-x))) for x in made]
        if self.gate.name == "gather":
            # Every place that is named is there, whatever axis it is on.
            made[1:] = [rng.integers(0, max(1, min(self.shapes[0])), x.shape).astype(float) for x in made[1:]]
        return tuple(made)

    def call(self, seed: int = 0, ties: Any = "first") -> Call:
        inputs = self.inputs(seed)
        return Call(inputs, np.asarray(self.gate.value(np, inputs, self.options)), self.options, ties)

    def moving(self) -> Iterator[int]:
        """The slots whose input may move by a little: classes may not."""
        for slot, shape in enumerate(self.shapes):
            mine, scores = CLASSES.get(self.gate.name, (-1, -1))
            if self.gate.name == "gather" and slot:
                continue
            if slot != mine or shape == self.shapes[scores]:
                yield slot


def combinations(gate: Rule) -> Iterator[Case]:
    """What the gate takes from the pools."""
    fewest, most = gate.arity
    counts = range(fewest, 4) if most is None else range(fewest, most + 1)
    kinds = {name: POOLS[kind] for name, kind in gate.keywords.items() if kind in POOLS}
    pool = (*SHAPES, *OWN.get(gate.name, ()))
    told = GIVEN.get(gate.name) or [dict(zip(kinds, values, strict=True)) for values in itertools.product(*kinds.values())]
    for shapes in itertools.chain.from_iterable(itertools.product(pool, repeat=count) for count in counts):
        for options in told:
            filled = {**gate.defaults, **options}
            try:
                gate.shape(shapes, filled)
            except MisfitError:
                continue
            yield Case(gate, shapes, filled)


def traits(case: Case) -> Iterator[object]:
    """What a case shows: each input's shape, how many there are, each option, and what of this it shows together: two options, an
    option and the rank of the first input, the ranks of two inputs; without options, the shapes of two."""
    shapes = [("shape", slot, shape) for slot, shape in enumerate(case.shapes)]
    ranks = [("rank", slot, len(shape)) for slot, shape in enumerate(case.shapes)]
    options = [(name, repr(value)) for name, value in case.options.items()]
    yield from (*shapes, *options, len(shapes))
    yield from itertools.combinations(ranks if options else shapes, 2)
    yield from itertools.combinations(options, 2)
    yield from itertools.product(options, ranks[:1])


def covering(gate: Rule) -> list[Case]:
    """Cases that show all that any case of the gate shows; each next one is the first that shows most that none did before."""
    every = list(combinations(gate))
    if len(every) <= FEW:
        return every
    places: dict[object, int] = {}
    shown = [sum(1 << places.setdefault(trait, len(places)) for trait in set(traits(case))) for case in every]
    chosen, missing = set(), (1 << len(places)) - 1
    while missing:
        best = max(range(len(every)), key=lambda n: (shown[n] & missing).bit_count())
        chosen.add(best)
        missing &= ~shown[best]
    return [every[n] for n in sorted(chosen)]


class _Cases(dict[str, list[Case]]):
    """By name of the gate its cases, made when they are asked for: every worker collects this module."""

    def __missing__(self, name: str) -> list[Case]:
        self[name] = covering(STRUCTURAL[name])
        return self[name]


CASES = _Cases()
every_gate = for_every(STRUCTURAL)
each_gate = each("gate", STRUCTURAL.values(), ids=STRUCTURAL.keys())
# Only these two look at how a tie is shared.
gates_and_ties = each(
    ("gate", "ties"),
    [*((gate, "first") for gate in STRUCTURAL.values()), *((STRUCTURAL[name], "split") for name in ("amax", "amin"))],
    ids=lambda x: x if isinstance(x, str) else x.name,
)
composites = each("gate", [g for g in STRUCTURAL.values() if g.expansion], ids=lambda g: g.name)


@pytest.fixture(autouse=True)
def _as_in_a_run() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


def jacobian(call: Call, gate: Rule, slot: int) -> Any:
    """The whole Jacobian, column by column: a row for each cell of the value, a column for each cell of the input."""
    cells = list(np.ndindex(np.shape(call.inputs[slot])))
    made = [column(np, gate, call, slot, cell).ravel() for cell in cells]
    return np.array(made).reshape(len(cells), np.size(call.out)).T


def upstream_of(call: Call, seed: int = 1) -> Any:
    return np.asarray(np.random.default_rng(seed).normal(size=np.shape(call.out)))


@every_gate
def test_the_pools_hold_shapes_that_the_gate_takes(gate: Rule) -> None:
    assert len(CASES[gate.name]) >= 5
    takes_empty = any(0 in shape for case in combinations(gate) for shape in case.shapes)
    assert takes_empty


@every_gate
def test_a_value_has_the_shape_that_the_gate_foretells(gate: Rule) -> None:
    for case in CASES[gate.name]:
        call = case.call()
        assert np.shape(call.out) == gate.shape(case.shapes, case.options), case
        assert np.isfinite(call.out).all() or any(prod(shape) == 0 for shape in case.shapes), case


@every_gate
def test_a_value_is_no_view_of_an_input(gate: Rule) -> None:
    for case in CASES[gate.name]:
        inputs = case.inputs()
        out = gate.value(np, inputs, case.options)
        assert not any(np.shares_memory(out, x) for x in inputs), case


@for_every({name: gate for name, gate in STRUCTURAL.items() if gate.stacked is not None})
def test_of_several_runs_at_once_each_is_what_it_is_by_itself(gate: Rule) -> None:
    assert gate.stacked is not None
    for case in CASES[gate.name]:
        first, *others = case.inputs()
        runs = [[factor * first, *others] for factor in (1.0, -1.5, 0.25)]
        stack = [np.stack(each) for each in zip(*runs, strict=True)]
        out = np.asarray(gate.stacked(np, stack, case.options))
        for run, value in zip(runs, out, strict=True):
            np.testing.assert_allclose(value, gate.value(np, run, case.options), rtol=1e-14, atol=1e-14, err_msg=str(case))
        if gate.remark is not None:
            upstream = np.ones(out.shape[1:])
            sent = gate.pullback(np, Call(tuple(stack), out, case.options), 0, upstream)
            for run, value, signs in zip(runs, out, np.sign(sent), strict=True):
                alone = gate.pullback(np, Call(tuple(run), value, case.options), 0, upstream)
                np.testing.assert_array_equal(signs, np.sign(alone), str(case))


@gates_and_ties
def test_pulling_back_is_multiplying_with_the_transposed_jacobian(gate: Rule, ties: str) -> None:
    for case in CASES[gate.name]:
        call = case.call(ties=ties)
        upstream = upstream_of(call)
        for slot, shape in enumerate(case.shapes):
            found = np.asarray(gate.pullback(np, call, slot, upstream))
            assert found.shape == shape, case
            expected = jacobian(call, gate, slot).T @ upstream.ravel()
            np.testing.assert_allclose(found.ravel(), expected, rtol=1e-12, atol=1e-12, err_msg=str(case))


@every_gate
def test_pulled_back_gradients_are_what_differences_measure(gate: Rule) -> None:
    h = 1e-6
    for case in CASES[gate.name][::3]:
        call = case.call()
        upstream = upstream_of(call)
        for slot in case.moving():
            found = np.asarray(gate.pullback(np, call, slot, upstream))
            for cell in np.ndindex(case.shapes[slot]):
                ends = []
                for sign in (-1, 1):
                    moved = [np.array(x) for x in call.inputs]
                    moved[slot][cell] += sign * h
                    ends.append(float(np.sum(upstream * gate.value(np, moved, case.options))))
                assert found[cell] == pytest.approx((ends[1] - ends[0]) / (2 * h), rel=1e-6, abs=1e-7), (case, slot, cell)


@every_gate
def test_pushing_forward_is_what_differences_measure(gate: Rule) -> None:
    h = 1e-6
    for case in CASES[gate.name]:
        call = case.call()
        for slot in case.moving():
            direction = np.asarray(np.random.default_rng(2).normal(size=case.shapes[slot]))
            ends = [
                gate.value(np, [x + sign * h * direction if i == slot else x for i, x in enumerate(call.inputs)], case.options)
                for sign in (-1, 1)
            ]
            found = np.asarray(gate.push(np, call, slot, direction))
            assert found.shape == np.shape(call.out), case
            if np.isfinite(call.out).all():
                np.testing.assert_allclose(found, (ends[1] - ends[0]) / (2 * h), rtol=1e-6, atol=1e-7, err_msg=str(case))


@every_gate
def test_nothing_flows_back_to_classes(gate: Rule) -> None:
    for case in CASES[gate.name]:
        call = case.call()
        for slot in set(range(len(case.shapes))) - set(case.moving()):
            assert not np.any(gate.pullback(np, call, slot, upstream_of(call))), case


def groups(matrix: Any) -> int:
    """How many blocks a matrix falls apart into: rows and columns that share a cell that is not 0 belong together."""
    rows, columns = matrix.shape
    owner = list(range(rows + columns))

    def root(i: int) -> int:
        while owner[i] != i:
            i = owner[i]
        return i

    for row, place in np.argwhere(matrix):
        owner[root(int(row))] = root(rows + int(place))
    return len({root(int(row)) for row in np.argwhere(matrix)[:, 0]})


@every_gate
def test_a_jacobian_looks_as_it_is_described(gate: Rule) -> None:
    for case in CASES[gate.name]:
        call = case.call()
        for slot in range(len(case.shapes)):
            made, structure = jacobian(call, gate, slot), gate.structure(slot, case.shapes, case.options)
            filled = made != 0
            rows, columns = filled.sum(axis=1), filled.sum(axis=0)
            if structure == "diagonal":
                assert made.shape[0] == made.shape[1], case
                assert not np.any(made - np.diag(np.diag(made))), case
            elif structure == "permutation":
                assert set(made[filled]) <= {1.0}, case
                assert (rows == 1).all(), case
                assert (columns == 1).all(), case
            elif structure == "selection":
                assert set(made[filled]) <= {1.0}, case
                assert (rows <= 1).all(), case
                assert (columns <= 1).all(), case
            elif structure == "repetition":
                assert len(set(made[filled])) <= 1, case
                assert (rows <= 1).all() or (columns <= 1).all(), case
            elif structure == "dense":
                assert groups(made) <= 1, case
            else:
                assert structure == "block"
                if all(n > 1 for shape in case.shapes for n in shape):
                    assert groups(made) > 1, case


@every_gate
def test_one_cell_of_a_gradient_is_the_scalar_sum_of_its_terms(gate: Rule) -> None:
    for case in CASES[gate.name][::2]:
        call = case.call()
        upstream = upstream_of(call)
        for slot, shape in enumerate(case.shapes):
            found = np.asarray(gate.pullback(np, call, slot, upstream))
            for cell in np.ndindex(shape):
                terms = cell_terms(np, gate, call, slot, cell)
                total = sum(float(upstream[term.cell]) * term.local for term in terms)
                assert total == pytest.approx(float(found[cell]), rel=1e-12, abs=1e-12), (case, slot, cell)
                assert len({term.cell for term in terms}) == len(terms)
                for term in terms:
                    if term.factor is not None:
                        other, place = term.factor
                        assert other != slot
                        assert float(np.asarray(call.inputs[other])[place]) == term.local


def test_a_cell_of_the_weights_gradient_is_a_product_of_two_numbers() -> None:
    # (∇W)₁₂ of W @ x is δ₁ x₂, and (∇x)₂ the sum over the rows of δᵢ Wᵢ₂.
    case = Case(STRUCTURAL["matmul"], ((2, 3), (3,)), {})
    call = case.call()
    (term,) = cell_terms(np, case.gate, call, 0, (0, 1))
    assert (term.cell, term.factor) == ((0,), (1, (1,)))
    assert [term.factor for term in cell_terms(np, case.gate, call, 1, (-2,))] == [(0, (0, 1)), (0, (1, 1))]
    with pytest.raises(IndexError):
        cell_terms(np, case.gate, call, 0, (5, 0))
    with pytest.raises(IndexError):
        cell_terms(np, case.gate, call, 0, (0,))


AXES = st.integers(0, 4)


@settings(max_examples=60, deadline=None)
@given(
    inner=AXES,
    rows=st.none() | AXES,
    columns=st.none() | AXES,
    batch=st.none() | AXES,
    side=st.sampled_from(["left", "right", "both"]),
)
def test_matrix_products_of_any_shapes_pull_back(
    inner: int, rows: int | None, columns: int | None, batch: int | None, side: str
) -> None:
    left: Shape = (inner,) if rows is None else (rows, inner)
    right: Shape = (inner,) if columns is None else (inner, columns)
    if batch is not None:
        left = (batch, *left) if side != "right" and len(left) == 2 else left
        right = (batch, *right) if side != "left" and len(right) == 2 else right
    case = Case(STRUCTURAL["matmul"], (left, right), {})
    with np.errstate(all="ignore"):
        call = case.call()
        upstream = upstream_of(call)
        assert np.shape(call.out) == case.gate.shape(case.shapes, {})
        for slot in (0, 1):
            found = case.gate.pullback(np, call, slot, upstream)
            assert np.shape(found) == case.shapes[slot]
            np.testing.assert_allclose(np.ravel(found), jacobian(call, case.gate, slot).T @ upstream.ravel(), atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_collecting_over_any_axes_pulls_back(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(0, 3), max_size=4)))
    axes = tuple(data.draw(st.lists(st.sampled_from(range(len(shape))), unique=True))) if shape else ()
    gate = STRUCTURAL[data.draw(st.sampled_from(["sum", "mean", "amax", "amin", "length", "var", "logsumexp"]))]
    options = {"axis": data.draw(st.sampled_from([None, axes])), "keepdims": data.draw(st.booleans()), "ddof": 0}
    if gate.name in ("amax", "amin", "logsumexp") and 0 in shape:
        return
    case = Case(gate, (shape,), options)
    with np.errstate(all="ignore"):
        call = case.call()
        upstream = upstream_of(call)
        found = gate.pullback(np, call, 0, upstream)
        np.testing.assert_allclose(np.ravel(found), jacobian(call, gate, 0).T @ upstream.ravel(), rtol=1e-12, atol=1e-12)


# Composites and their parts


def in_text(gate: Rule, options: Mapping[str, Any]) -> str:
    names = ", ".join("xyz"[: gate.arity[0]])
    told = {name: value for name, value in options.items() if value != gate.defaults[name]}
    axis = written({"axis": told.get("axis"), "keepdims": told.get("keepdims")})
    rest = "".join(f", {name}={value}" for name, value in told.items() if name not in ("axis", "keepdims"))
    return f"{gate.functions[0]}({names}{axis}{rest})"


def weighted(text: str) -> str:
    """A program whose output is a number that every cell of the last statement takes part in, each in its own measure."""
    *statements, last = text.split("; ")
    return "; ".join([*statements, f"sum(w * ({last}))"])


@composites
def test_a_composite_gate_has_the_value_and_gradients_of_its_expansion(gate: Rule) -> None:
    assert gate.expansion is not None
    stable = gate.name in ("softmax", "log_softmax", "logsumexp", "cross_entropy", "hinge")
    for case, scale in itertools.product(CASES[gate.name], (1.0, 1000.0) if stable else (1.0,)):
        call = case.call(seed=3)
        if "kink" in remarked(gate, call):
            continue
        inputs = dict(zip("xyz", call.inputs, strict=False))
        if stable:
            inputs["x" if gate.name != "onehot" else "y"] = inputs["x"] * scale
        inputs["w"] = upstream_of(call)
        texts = in_text(gate, case.options), gate.expansion(case.options)
        one, many = (gs.run(weighted(text), inputs=inputs) for text in texts)
        np.testing.assert_allclose(many.output, one.output, rtol=1e-11, atol=1e-12, err_msg=str(case))
        for name in "xyz"[: len(case.shapes)]:
            if 0 not in np.shape(inputs[name]):
                np.testing.assert_allclose(
                    many.gradients[name], one.gradients[name], rtol=1e-10, atol=1e-11, err_msg=f"{case} {name}"
                )


@composites
def test_a_composite_gate_expands_in_place(gate: Rule) -> None:
    for case in CASES[gate.name][::4]:
        call = case.call(seed=4)
        inputs = dict(zip("xyz", call.inputs, strict=False))
        text = in_text(gate, case.options)
        parts = gs.run(f"sum({text})", inputs=inputs, expand=True)
        np.testing.assert_allclose(parts.output, np.sum(call.out), rtol=1e-12, atol=1e-12, err_msg=str(case))
        nodes = parts.trace.program.nodes
        assert not any(STRUCTURAL[node.gate].expansion for node in nodes if node.gate in STRUCTURAL), case
        # What an expansion calls q stands for an expression, and nobody outside knows the name.
        assert not any("q" in parts.trace.program.source_text(i).replace("sqrt", "") for i in range(len(nodes))), case


@composites
def test_an_expansion_is_made_of_smaller_gates(gate: Rule) -> None:
    assert gate.expansion is not None
    case = CASES[gate.name][0]
    run = gs.run(gate.expansion(case.options), inputs=dict(zip("xyz", case.inputs(), strict=False)))
    assert gate.name not in {node.gate for node in run.trace.program.nodes}


@each(
    ("text", "inputs", "output", "gradient"),
    [
        ("logsumexp(x) - x[0]", [123, 456, 789], 666, [-1, 2.398487868841356e-145, 1]),
        ("logsumexp(x)", [1000, 1000], 1000 + np.log(2), [0.5, 0.5]),
        ("logsumexp(x)", [-1000, -1000], -1000 + np.log(2), [0.5, 0.5]),
        ("log_softmax(x)[1]", [1000, -1000], -2000, [-1, 1]),
        ("softmax(x)[0]", [1000, -1000], 1, [0, 0]),
        ("cross_entropy(x, 1)", [1000, -1000, 0], 2000, [1, -1, 0]),
        ("cross_entropy(x, 0)", [1000, -1000, 0], 0, [0, 0, 0]),
        ("hinge(x, 1)", [1000, -1000, 0], 3002, [1, -2, 1]),
    ],
)
def test_scores_of_a_thousand_are_exact(text: str, inputs: list[float], output: float, gradient: list[float]) -> None:
    run = gs.run(text, x=inputs)
    assert run.output == pytest.approx(output, rel=1e-15)
    np.testing.assert_allclose(run.gradients["x"], gradient, rtol=1e-12, atol=1e-300)


def test_softmax_with_cross_entropy_gives_the_guess_less_the_answer() -> None:
    scores = np.log([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]])
    run = gs.run("cross_entropy(s, y)", s=scores, y=[1, 2])
    assert run.output == pytest.approx(-(np.log(0.3) + np.log(0.8)) / 2)
    np.testing.assert_allclose(run.gradients["s"], np.array([[0.2, -0.7, 0.5], [0.1, 0.1, -0.2]]) / 2)
    again = gs.run("cross_entropy(s, y)", s=scores, y=[[0, 1, 0], [0, 0, 1]])
    np.testing.assert_allclose(again.gradients["s"], run.gradients["s"])


# Ties and kinks


@each(
    ("name", "x", "options", "first", "split"),
    [
        ("amax", [3, 3, 1], {}, [1, 0, 0], [0.5, 0.5, 0]),
        ("amin", [3, 1, 1], {}, [0, 1, 0], [0, 0.5, 0.5]),
        ("amax", [[1, 2], [2, 2]], {}, [[0, 1], [0, 0]], [[0, 1 / 3], [1 / 3, 1 / 3]]),
        ("amax", [[1, 2], [2, 2]], {"axis": 0}, [[0, 1], [1, 0]], [[0, 0.5], [1, 0.5]]),
        ("amax", [[1, 2], [2, 2]], {"axis": (1, 0)}, [[0, 1], [0, 0]], [[0, 1 / 3], [1 / 3, 1 / 3]]),
        ("amax", [np.nan, 1], {}, [1, 0], [1, 0]),
        ("amin", [1, np.nan, np.nan], {}, [0, 1, 0], [0, 1, 0]),
        ("amax", [[1, np.nan], [2, 2], [np.nan, np.nan]], {"axis": 1}, [[0, 1], [1, 0], [1, 0]], [[0, 1], [0.5, 0.5], [1, 0]]),
        ("amax", [[1, np.nan], [3, 2]], {"axis": 1}, [[0, 1], [1, 0]], [[0, 1], [1, 0]]),
        ("amax", [np.inf, 1], {}, [1, 0], [1, 0]),
    ],
)
def test_a_tie_goes_to_the_first_cell_or_is_split(name: str, x: Any, options: Any, first: Any, split: Any) -> None:
    gate = STRUCTURAL[name]
    told = {**gate.defaults, **options}
    value = np.asarray(x, float)
    out = np.asarray(gate.value(np, [value], told))
    for ties, expected in (("first", first), ("split", split)):
        call = Call((value,), out, told, ties)
        np.testing.assert_allclose(gate.pullback(np, call, 0, np.ones(out.shape)), expected)
        np.testing.assert_allclose(jacobian(call, gate, 0).sum(axis=0).reshape(value.shape), expected)


@pytest.mark.parametrize("ties", ["first", "split"])
def test_a_cell_that_was_not_chosen_gets_nothing_of_an_infinite_gradient(ties: Any) -> None:
    for options in ({"axis": None, "keepdims": False}, {"axis": 0, "keepdims": False}):
        call = Call((np.array([1.0, 2.0]),), np.asarray(2.0), options, ties)
        np.testing.assert_array_equal(STRUCTURAL["amax"].pullback(np, call, 0, np.asarray(np.inf)), [0, np.inf])


def test_the_slope_of_a_length_is_0_where_it_is_0() -> None:
    gate = STRUCTURAL["length"]
    x = np.array([[0.0, 0.0], [3.0, 4.0]])
    call = Call((x,), np.array([0.0, 5.0]), {"axis": 1, "keepdims": False})
    np.testing.assert_allclose(gate.pullback(np, call, 0, np.array([np.inf, 1])), [[0, 0], [0.6, 0.8]])


@each(
    ("name", "inputs", "options", "ties", "part"),
    [
        ("amax", [[3, 3, 1]], {}, "first", "2 cells tie for the largest. The whole gradient goes to the first"),
        ("amin", [[1, 1, 1]], {}, "split", "3 cells tie for the smallest. With --ties split"),
        ("amax", [[[1, 1], [2, 3]]], {"axis": 1}, "first", "In 1 of 2 places"),
        ("amax", [[1, 2]], {}, "first", ""),
        ("length", [[0, 0]], {}, "first", "kink where every cell is 0"),
        ("length", [[0, 1]], {}, "first", ""),
        ("hinge", [[1, 2, 2], 1], {"margin": 1}, "first", "1 score keeps its margin exactly"),
        ("hinge", [[0, 0.5, 7], 1], {"margin": 1}, "first", ""),
    ],
)
def test_a_tie_or_a_kink_is_remarked_on(name: str, inputs: Any, options: Any, ties: Any, part: str) -> None:
    gate = STRUCTURAL[name]
    told = {**gate.defaults, **options}
    values = tuple(np.asarray(x, float) for x in inputs)
    said = remarked(gate, Call(values, np.asarray(gate.value(np, values, told)), told, ties))
    assert part in said
    assert bool(said) == bool(part)


@every_gate
def test_remarks_are_sentences_or_nothing(gate: Rule) -> None:
    if gate.remark is not None:
        for case in CASES[gate.name]:
            said = remarked(gate, case.call())
            assert said == "" or said[-1] in ".)"


# Misfits


MISFITS: list[tuple[str, Any, Any, str, str]] = [
    ("matmul", [(3,), (2, 2)], {}, "the only axis of the left side has 3 entries", "must be a 3×2 matrix"),
    ("matmul", [(2, 3), (5, 2, 4)], {}, "the last but one axis of the right side 2", "must be a 5×3×4 array"),
    ("onehot", [(), ()], {}, "its scores are a single number", "a vector, or a row of a matrix for each case"),
    ("matmul", [(2, 3), (2,)], {}, "has 3 entries", "must be a vector of 3"),
    ("matmul", [(2, 3), (2, 4)], {}, "has 3 entries", "must be a 3×4 matrix"),
    ("matmul", [(), (2,)], {}, "left side of @ is a single number", "*"),
    ("matmul", [(4, 2, 3), (5, 3, 2)], {}, "before the last two differ", "axes 4"),
    ("dot", [(2, 2), (2, 2)], {}, "two ways", "sum(x*y) for the products of cells added up, or x @ y"),
    ("dot", [(2, 3), (3,)], {}, "of two vectors", "x @ y"),
    ("dot", [(3,), (2,)], {}, "both sides need one shape", "make the second side a vector of 3"),
    ("outer", [(2, 2), (3,)], {}, "the first input has 2 axes", "reshape"),
    ("outer", [(2,), ()], {}, "the second input is a single number", "*"),
    ("sum", [(2, 3)], {"axis": 2}, "there is no axis 2", "axes 0 to 1"),
    ("sum", [()], {"axis": 0}, "there is no axis 0", "single number"),
    ("mean", [(3,)], {"axis": (0, -1)}, "named twice", "once"),
    ("amax", [(0,)], {}, "no cells to take the largest of", "a vector of 0"),
    ("amin", [(2, 0)], {"axis": 1}, "no cells to take the smallest of", "a 2×0 matrix"),
    ("logsumexp", [(0,)], {}, "no cells", "a vector of 0"),
    ("softmax", [()], {}, "single number", "vector"),
    ("softmax", [(3, 0)], {}, "there are no scores", "at least one"),
    ("softmax", [(3,)], {"axis": 1}, "there is no axis 1", "axis 0 only"),
    ("transpose", [(2, 3)], {"axes": (0, 0)}, "no order of the 2 axes", "0 to 1 once"),
    ("index", [(2, 3)], {"index": (2,)}, "no entry 2 on axis 0", "0 to 1"),
    ("index", [(3,)], {"index": (0, 0)}, "names 2 axes, and its input has 1 axis", "fewer"),
    ("index", [()], {"index": (0,)}, "its input is a single number", "fewer"),
    ("index", [(3,)], {"index": (Slice(None, None, 0),)}, "step by 0", "another"),
    ("index", [(3,)], {"index": (Ellipsis, Ellipsis)}, "one ...", "one"),
    ("index", [(0, 3)], {"index": (0,)}, "no entry 0 on axis 0", "empty"),
    ("solve", [(2, 3), (2,)], {}, "is not square", "as many rows"),
    ("solve", [(2, 2), (3,)], {}, "does not go with the matrix", "a vector of 2"),
    ("inv", [(3,)], {}, "is not square", "rows"),
    ("gather", [(2, 3), (2,)], {"index": (Slot(1), Chosen((3,)))}, "there is no entry 3", "0 to 2"),
    ("gather", [(2, 3), (2,), (3,)], {"index": (Slot(1), Slot(2))}, "do not match", "one length"),
    ("gather", [(2, 3, 4), (2,)], {"index": (Slot(1), ALL, 0)}, "a slice stands between", "first"),
    ("gather", [(2, 3), (2,)], {"index": (Slot(1), 0, 0)}, "names 3 axes", "fewer"),
    ("reshape", [(2, 3)], {"shape": (4, 2)}, "6 cells, the shape (4, 2) has 8", "-1"),
    ("reshape", [(2, 3)], {"shape": (-1, 4)}, "cannot be laid out", "divide 6"),
    ("reshape", [(2, 3)], {"shape": (-1, -1)}, "leaves 2 axes open", "once"),
    ("reshape", [(2, 3)], {"shape": (-2, 3)}, "is no shape", "-1"),
    ("reshape", [(0, 3)], {"shape": (0, -1)}, "cannot be laid out", "divide 0"),
    ("broadcast", [(2,)], {"shape": (3,)}, "a vector of 2 cannot be copied into a vector of 3", "1 entry"),
    ("concat", [(2, 3), (3, 2)], {}, "joined along axis 0 must agree", "any×3"),
    ("concat", [(2,), ()], {}, "single number", "stack"),
    ("concat", [(2,), (3,)], {"axis": 1}, "there is no axis 1", "axis 0 only"),
    ("stack", [(2,), (3,)], {}, "only arrays of one shape", "a vector of 2"),
    ("stack", [(2,), (2,)], {"axis": 2}, "there is no axis 2", "axes 0 to 1"),
    ("onehot", [(3,), (2, 4)], {}, "these targets do not go with the scores", "each row, a vector of 2"),
    ("cross_entropy", [(2, 4), (3,)], {}, "these targets do not go with the scores", "or a 2×4 matrix"),
    ("cross_entropy", [(2, 4), (2, 4)], {"ignore_index": 0}, "ignore_index names a class", "its targets are 0"),
    ("cross_entropy", [(2, 4), (2,)], {"label_smoothing": 1.5}, "1.5 is no share", "from 0 to 1"),
    ("cross_entropy", [(), ()], {}, "its scores are a single number", "vector"),
    ("hinge", [(2, 0), (2,)], {}, "no scores", "at least one"),
    ("mse", [(3, 1), (3,)], {}, "both sides need one shape", "reshape"),
    ("mse", [(3,), (2,)], {}, "both sides need one shape", "make the second side a vector of 3"),
    ("einsum", [(2, 3)], {"subscripts": "ij,jk->ik"}, "names 2 inputs, and 1 are given", "commas"),
    ("einsum", [(2, 3)], {"subscripts": "ijk->"}, '"ijk" names 3 axes of a 2×3 matrix', "..."),
    ("einsum", [(2, 3)], {"subscripts": "i-j>"}, '"i-j>" are no subscripts', "ij,jk->ik"),
    ("einsum", [(2, 3)], {"subscripts": "ij->ik"}, 'no input has the index k of "->ik"', "of the inputs"),
    ("einsum", [(2, 3)], {"subscripts": "ij->ii"}, "the value has the index i twice", "once"),
    ("einsum", [(2, 3)], {"subscripts": "ii->i"}, "the index i counts 2 in one place and 3 in another", "one length"),
    ("einsum", [(2, 1)], {"subscripts": "ii->i"}, "the index i counts 2 in one place and 1 in another", "one length"),
    ("einsum", [(2, 3), (2, 3)], {"subscripts": "ij,jk"}, "the index j counts 3 in one place and 2 in another", "one length"),
    ("max_pool", [(3,)], {}, "have no size", "2, or (2, 2)"),
    ("max_pool", [(3,)], {"size": (4,)}, "a window of 4 does not fit into 3 cells", "at most 3"),
    ("max_pool", [(3,)], {"size": (1, 1)}, "a window of 2 axes does not slide over a vector of 3", "last axis"),
    ("windows", [(3,)], {"size": (0,)}, "size=(0,) is no size", "from 1"),
    ("windows", [(3, 3)], {"size": (1, 1), "stride": (1, 0)}, "stride=(1, 0) is no stride", "from 1, or 2 of them"),
    ("conv1d", [(5,), (1, 1, 3)], {}, "its input is a vector of 5", "channels × length"),
    ("conv2d", [(1, 5, 5), (3, 3)], {}, "its filters are a 3×3 matrix", "filters × channels × rows × columns"),
    ("conv2d", [(1, 5, 5), (4, 3, 3, 3)], {}, "made for 3 channels, and the input has 1", "4×1×3×3"),
    ("conv1d", [(1, 5), (4, 1, 3), (3,)], {}, "the shifts do not go", "a vector of 4"),
    ("conv1d", [(1, 2), (4, 1, 3)], {}, "a window of 3 does not fit into 2 cells", "at most 2"),
    ("conv1d", [(1, 5), (4, 1, 3)], {"padding": (-1,)}, "padding=(-1,) is no padding", "from 0"),
    ("batch_norm", [(5, 3), (5,), (3,)], {}, "this gamma does not go", "a vector of 3"),
    ("batch_norm", [(), (), ()], {}, "single number", "matrix"),
]


@each(("name", "shapes", "options", "reason", "fits"), MISFITS)
def test_a_misfit_says_why_and_what_would_fit(name: str, shapes: Any, options: Any, reason: str, fits: str) -> None:
    gate = STRUCTURAL[name]
    with pytest.raises(MisfitError) as caught:
        gate.shape(shapes, {**gate.defaults, **options})
    assert reason in caught.value.reason
    assert fits in caught.value.fits


@each("wrong", [3, -1, 0.5, np.nan, np.inf])
def test_what_is_no_class_is_refused(wrong: float) -> None:
    for name, inputs in (("onehot", ([0.0, wrong], np.zeros((2, 3)))), ("cross_entropy", (np.zeros((2, 3)), [0.0, wrong]))):
        with pytest.raises(MisfitError, match="is no class") as caught:
            STRUCTURAL[name].value(np, [np.asarray(x) for x in inputs], STRUCTURAL[name].defaults)
        assert "0 to 2" in caught.value.fits


def test_a_class_that_no_score_belongs_to_is_an_error_with_its_place() -> None:
    with pytest.raises(InputError) as caught:
        gs.run("2 * cross_entropy(s, y)", s=[1, 2, 3], y=7)
    assert caught.value.report().splitlines() == [
        "error: 7 is no class",
        "  2 * cross_entropy(s, y)",
        "      ^^^^^^^^^^^^^^^^^^^",
        "hint: with 3 scores the classes are the whole numbers 0 to 2",
    ]


# How gates are told


@each_gate
@each("style", [TEXT, LATEX], ids=["text", "latex"])
def test_formula_and_contributions_print(gate: Rule, style: Style) -> None:
    for case in CASES[gate.name]:
        terms = [style.name("xyz"[i]) for i in range(len(case.shapes))]
        told = gate.settings(tuple(case.options.items()), case.shapes)
        printed = [style.term(gate.written(style, terms, told))]
        out, upstream = style.name("out"), style.name("δ")
        printed += [style.term(gate.pulled(style, slot, upstream, terms, out, told)) for slot in range(len(case.shapes))]
        for term in printed:
            assert term.text, case
            assert term.text.count("(") == term.text.count(")"), case
            assert term.text.count("{") == term.text.count("}"), case
            if style is LATEX:
                assert r"\operatorname" not in term.text
                assert "|" not in term.text
            else:
                assert "\\" not in term.text


@each(
    ("name", "shapes", "slot", "text"),
    [
        ("matmul", [(2, 3), (3,)], 0, "δ @ yᵀ"),
        ("matmul", [(2, 3), (3,)], 1, "xᵀ @ δ"),
        ("matmul", [(5, 2), (2, 3)], 0, "δ @ yᵀ"),
        ("matmul", [(3,), (3,)], 0, "δ · y"),
        ("matmul", [(3,), (3, 2)], 0, "y @ δ"),
        ("sum", [(2, 3)], 0, "copy(δ)"),
        ("mean", [(2, 3)], 0, "copy(δ / 6)"),
        ("cross_entropy", [(4, 3), (4,)], 0, "δ · (softmax(x) - onehot(y)) / 4"),
        ("cross_entropy", [(3,), (3,)], 0, "δ · (softmax(x) - y)"),
        ("mse", [(3,), (3,)], 1, "δ · 2 · (y - x) / 3"),
        ("length", [(3,)], 0, "δ · x / out"),
        ("transpose", [(2, 3)], 0, "δᵀ"),
        ("concat", [(2,), (3,)], 1, "δ[2:5]"),
        ("matmul", [(5, 2, 3), (3, 4)], 1, "sum(xᵀ @ δ, axis=0)"),
        ("matmul", [(5, 2, 3), (5, 3, 4)], 1, "xᵀ @ δ"),
        ("softmax", [(3,)], 0, "out · (δ - sum(δ · out))"),
        ("softmax", [(2, 3)], 0, "out · (δ - sum(δ · out, axis=-1))"),
    ],
)
def test_contributions_are_written_as_in_the_book(name: str, shapes: Any, slot: int, text: str) -> None:
    gate = STRUCTURAL[name]
    terms = [TEXT.name("xyz"[i]) for i in range(len(shapes))]
    assert TEXT.term(gate.pulled(TEXT, slot, TEXT.name("δ"), terms, TEXT.name("out"), gate.settings((), shapes))).text == text


def test_arrays_stand_in_notation() -> None:
    x = np.array([0.1, 0.2])
    assert (TEXT.number(x) * TEXT.number(np.float64(-2.0))).text == "[0.1, 0.2] · (-2)"
    product = LATEX.matmul(LATEX.number(x), LATEX.name("W") + 1)
    assert product.text == r"\begin{bmatrix} 0.1 \\ 0.2 \end{bmatrix} \, \left(W + 1\right)"
    assert "64×100" in TEXT.number(np.zeros((64, 100))).text
    assert r"\text{" in LATEX.number(np.zeros((64, 100))).text


@every_gate
def test_sentences_use_only_the_fields_that_exist(gate: Rule) -> None:
    fewest, _ = gate.arity
    fields = {*"xyz"[:fewest], "axis", *(["margin"] if "margin" in gate.keywords else [])}
    for sentence in (gate.forward, *gate.backward):
        named = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
        assert named <= fields
        filled = sentence.format(**{name: " along axis 0" if name == "axis" else name for name in named})
        assert filled.endswith(".")
        assert "{" not in filled
        assert "  " not in filled


@every_gate
def test_a_row_has_one_entry_a_slot_or_one_for_all(gate: Rule) -> None:
    fewest, most = gate.arity
    assert len(gate.backward) in (1, most)
    assert len(gate.pattern) in (1, most)
    assert set(gate.pattern) <= {"distributor", "router", "switcher", "adder", "data", "dead", ""}
    assert set(gate.defaults) <= set(gate.keywords)
    assert fewest >= 1


@every_gate
def test_the_box_shows_the_options_that_matter(gate: Rule) -> None:
    for case in CASES[gate.name]:
        box = gate.box(range(len(case.shapes)), tuple(case.options.items()))
        assert box.startswith(gate.symbol)
        assert case.options.get("axis", -1) in (None, -1) or "ax" in box


def test_options_are_told_in_the_box() -> None:
    assert STRUCTURAL["sum"].box([0], (("axis", (0, 2)),)) == "Σ axes 0, 2"
    assert STRUCTURAL["broadcast"].box([0], (("shape", (64, 100)),)) == "copy to 64×100"
    assert STRUCTURAL["index"].box([0], (("index", (0, Slice(1, None, 2), Ellipsis)),)) == "index [0, 1::2, ...]"
    assert STRUCTURAL["hinge"].box([0, 1], (("margin", 0.5),)) == "hinge margin 0.5"


@every_gate
def test_multiplications_are_counted(gate: Rule) -> None:
    for case in CASES[gate.name]:
        for slot in range(len(case.shapes)):
            if gate.multiplications is not None:
                count = gate.multiplications(slot, case.shapes, case.options)
                assert isinstance(count, int)
                assert count >= 0


def test_a_matrix_product_counts_as_many_multiplications_forward_as_backward_to_each_side() -> None:
    count = STRUCTURAL["matmul"].multiplications
    assert count is not None
    assert [count(slot, [(64, 1000), (1000, 100)], {}) for slot in (0, 1)] == [6_400_000, 6_400_000]
    assert count(0, [(3,), (3,)], {}) == 3


def test_an_einsum_has_at_most_so_many_products(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = {"x": np.ones((2, 2)), "y": np.ones((2, 2))}
    monkeypatch.setattr(limits, "PRODUCTS", 8)
    assert gs.run('einsum("ij,jk->ik", x, y)', inputs=inputs).output.tolist() == [[2, 2], [2, 2]]
    monkeypatch.setattr(limits, "PRODUCTS", 7)
    with pytest.raises(InputError, match="it has 8 products; at most 7 are computed"):
        gs.run('einsum("ij,jk->ik", x, y)', inputs=inputs)


def test_a_variance_of_too_few_cells_is_refused() -> None:
    with pytest.raises(InputError, match="3 cells less ddof=3 leave nothing to divide by"):
        gs.run("var(x, ddof=3)", x=[1, 2, 3])
    assert gs.run("var(x, ddof=2)", x=[1, 2, 3]).output == 2


@each(("p", "slope"), [(0.0, 1.0), (1.0, -1.0)])
def test_bce_takes_the_limit_where_a_target_is_met_for_certain(p: float, slope: float) -> None:
    run = gs.run("bce(p, t)", p=p, t=p)
    assert (run.output, run.gradients["p"]) == (0, slope)


def test_a_place_of_many_digits_is_named_by_few() -> None:
    with pytest.raises(InputError) as caught:
        gs.run("x[i]", x=[1, 2, 3], i=[1e300])
    assert caught.value.message == "there is no entry 1e+300"


PROGRAMS = [
    ("stop(x^2)*x + x", {"x": 3.0}, 10.0),
    ("q = detach(sin(x)); q*x + stop_gradient(q)", {"x": 0.5}, 0.479425538604203),
    ("sum(stop(x)*x^2)", {"x": [3.0, -2.0]}, [18.0, 8.0]),
    ("s = softmax(x); sum((s - stop(s))^2 + x*stop(max(x)))", {"x": [1.0, 2.0]}, [2.0, 2.0]),
]


@each(("text", "inputs", "gradient"), PROGRAMS)
def test_every_witness_holds_the_value_of_a_stop_still(text: str, inputs: dict, gradient: object) -> None:
    run = gs.run(text, inputs=inputs)
    assert run.gradients["x"] == pytest.approx(gradient, rel=1e-12)
    report = gs.check(text, inputs=inputs)
    assert all(row.verdict == "agree" for row in report.rows)


def test_sympy_differentiates_a_stop_as_a_constant_and_gives_it_back() -> None:
    expression = gs.run("stop(x^2)*x", x=3).sympy()
    (x,) = expression.free_symbols
    assert str(expression.diff(x)) == "stop(x**2)"
    assert gs.from_sympy(expression, x=3).gradients == {"x": 9.0}
