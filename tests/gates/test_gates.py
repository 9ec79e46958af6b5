"""Every gate of the registry, whichever they are: a new one is tested the moment it is entered."""

from __future__ import annotations

import itertools
import math
import string
from collections import Counter

import numpy as np
import pytest
import sympy as sp

from graphstep.analysis.symbolic import evaluate
from graphstep.engine.trace import trace
from graphstep.gates import ELEMENTWISE, FUNCTIONS, Rule
from graphstep.gates.elementwise import shares
from graphstep.gates.mathematics import NUMBERS, symbols
from graphstep.gates.notation import LATEX, TEXT
from graphstep.gates.rule import Call
from graphstep.ground.operands import Constant
from graphstep.language.read import read
from tests.cases import each
from tests.domains import points, width
from tests.programs import OPERATORS
from tests.rules import for_every, local_at

NAMES = ("x", "y", "z")
FIXED = {("power", 1), ("constant", 0), ("stop", 0)}
"""Inputs that are constants by definition, or count as such: they have no local gradient to speak of."""
PATTERNS = {"distributor", "switcher", "router", "negation", "dead", "data", ""}

every_gate = for_every(ELEMENTWISE)
each_gate = each("gate", ELEMENTWISE.values(), ids=ELEMENTWISE.keys())
composite_gates = each("gate", [g for g in ELEMENTWISE.values() if g.expansion], ids=lambda g: g.name)


def slots(gate: Rule) -> list[int]:
    """The inputs that have a local gradient."""
    return [slot for slot in range(width(gate)) if (gate.name, slot) not in FIXED]


def local(gate: Rule, slot: int, point: tuple[float, ...]) -> float:
    """A local gradient as a run computes it."""
    inputs = [np.float64(v) for v in point]
    with np.errstate(all="ignore"):
        return float(local_at(gate, slot, inputs, gate.value(NUMBERS, inputs, {})))


def formula_in_symbols(gate: Rule) -> sp.Expr:
    """The formula as SymPy has it."""
    return sp.sympify(gate.formula(symbols(), *[sp.Symbol(n, real=True) for n in NAMES[: width(gate)]]), strict=True)


def typed(gate: Rule, arguments: tuple[str, ...]) -> str:
    """The gate as a program."""
    if gate.name in OPERATORS:
        return OPERATORS[gate.name].format(*arguments)
    return f"{gate.functions[0]}({', '.join(arguments)})" if gate.functions else arguments[0]


INF, NAN = math.inf, math.nan


@every_gate
def test_a_gate_has_points_to_be_tested_at(gate: Rule) -> None:
    assert len(points(gate)) >= 2


@every_gate
def test_local_gradients_are_the_derivatives_of_the_formula(gate: Rule) -> None:
    formula = formula_in_symbols(gate)
    for slot in slots(gate):
        derivative = sp.diff(formula, sp.Symbol(NAMES[slot], real=True))
        for point in points(gate):
            expected = evaluate(derivative, dict(zip(NAMES, point, strict=False)))
            assert local(gate, slot, point) == pytest.approx(expected, rel=1e-11, abs=1e-14), (NAMES[slot], point)


@every_gate
def test_local_gradients_are_what_differences_measure(gate: Rule) -> None:
    h = 1e-5
    with np.errstate(all="ignore"):
        for slot in slots(gate):
            for point in points(gate):
                ends = [[np.float64(v + sign * h * (i == slot)) for i, v in enumerate(point)] for sign in (-1, 1)]
                low, high = (float(gate.value(NUMBERS, end, {})) for end in ends)
                assert local(gate, slot, point) == pytest.approx((high - low) / (2 * h), rel=1e-6, abs=1e-7), (slot, point)


@each("gate", [g for g in ELEMENTWISE.values() if not g.chooses], ids=lambda g: g.name)
def test_local_gradients_are_the_same_in_numbers_and_in_symbols(gate: Rule) -> None:
    names = [sp.Symbol(n, real=True) for n in NAMES[: width(gate)]]
    out = formula_in_symbols(gate)
    for slot in slots(gate):
        expression = sp.sympify(gate.partials[slot](symbols(), *names, out), strict=True)
        for point in points(gate):
            found = evaluate(expression, dict(zip(NAMES, point, strict=False)))
            assert local(gate, slot, point) == pytest.approx(found, rel=1e-11, abs=1e-14)


@every_gate
def test_a_formula_has_the_same_value_in_numbers_and_in_symbols(gate: Rule) -> None:
    formula = formula_in_symbols(gate)
    for point in points(gate):
        value = float(gate.value(NUMBERS, [np.float64(v) for v in point], {}))
        assert evaluate(formula, dict(zip(NAMES, point, strict=False))) == pytest.approx(value, rel=1e-12, abs=1e-15)


def are_equal(one: sp.Expr, other: sp.Expr) -> bool:
    """Whether SymPy proves two expressions equal, in each of their cases."""
    cases = [*one.atoms(sp.Piecewise), *other.atoms(sp.Piecewise)]
    if cases:
        conditions = [condition for _, condition in cases[0].args]
        alike = [case for case in cases if [condition for _, condition in case.args] == conditions]
        chosen = [{case: case.args[place][0] for case in alike} for place in range(len(conditions))]
        return all(are_equal(one.xreplace(values), other.xreplace(values)) for values in chosen)
    # In one family of functions, so that what is equal can cancel.
    away = (one - other).rewrite(sp.erf).rewrite(sp.exp)
    return bool(sp.simplify(away) == 0 or sp.simplify(sp.expand(away)) == 0)


@each("gate", [g for g in ELEMENTWISE.values() if g.computed or any(g.slopes)], ids=lambda g: g.name)
def test_the_form_that_computes_is_the_textbooks_form(gate: Rule) -> None:
    names = [sp.Symbol(n, real=True) for n in NAMES[: width(gate)]]
    out = sp.sympify(gate.formula(symbols(), *names))
    pairs = [(gate.formula(symbols(), *names), gate.value(symbols(), names, {}))]
    pairs += [
        (gate.partials[slot](symbols(), *names, out), gate.slopes[slot](symbols(), *names, out)) for slot in range(width(gate))
    ]
    for textbook, computed in pairs:
        assert are_equal(sp.sympify(textbook), sp.sympify(computed)), (textbook, computed)


@every_gate
def test_a_gate_computes_arrays_as_it_computes_numbers(gate: Rule) -> None:
    # Ties and kinks are among them: a batch must decide as a single gate does.
    rows = [*points(gate), *itertools.product((-1.0, 0.0, 1.0), repeat=width(gate))]
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    with np.errstate(all="ignore"):
        out = gate.value(NUMBERS, columns, {})
        found = [np.broadcast_to(local_at(gate, slot, columns, out), (len(rows),)) for slot in range(width(gate))]
        for row, point in enumerate(rows):
            inputs = [np.float64(v) for v in point]
            np.testing.assert_array_max_ulp(np.asarray(out[row], float), np.asarray(gate.value(NUMBERS, inputs, {}), float), 4)
            for slot in range(width(gate)):
                np.testing.assert_allclose(found[slot][row], local(gate, slot, point), rtol=1e-14)


@each_gate
@each("style", [TEXT, LATEX], ids=["text", "latex"])
def test_formula_and_local_gradients_print(gate: Rule, style: type[TEXT]) -> None:
    names = [style.name(n) for n in NAMES[: width(gate)]]
    printed = [gate.formula(style, *names), gate.value(style, names, {})]
    for slot, partial in enumerate(gate.partials):
        printed += [style.term(form(style, *names, style.name("out"))) for form in (partial, gate.slopes[slot])]
    for term in printed:
        assert term.text
        assert term.text.count("(") == term.text.count(")")
        assert term.text.count("{") == term.text.count("}")
        if style is LATEX:
            assert r"\operatorname" not in term.text
            assert "|" not in term.text
        else:
            assert "\\" not in term.text


@every_gate
def test_a_box_shows_the_constants_it_holds(gate: Rule) -> None:
    if gate.name != "constant":
        assert gate.box(range(width(gate))) == gate.symbol
    for slot in range(width(gate)):
        operands = [Constant(7.0, "7") if i == slot else i for i in range(width(gate))]
        assert "7" in gate.box(operands)
        negative = [Constant(-0.25, "-0.25") if i == slot else i for i in range(width(gate))]
        assert "−0.25" in gate.box(negative)
    assert "0.3333" in gate.box([Constant(1 / 3, "0.33333333333333"), *range(1, width(gate))])


@every_gate
def test_sentences_use_only_the_fields_that_exist(gate: Rule) -> None:
    for sentence, fields in (
        (gate.forward, {"x", "y", "z"}),
        (gate.backward[0], {"x", "y", "z", "other", "out", "local"}),
        *((rule.says, {"x", "y"}) for rule in gate.conventions),
    ):
        named = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
        assert named <= fields
        filled = sentence.format(**dict.fromkeys(named, "3"))
        assert filled.endswith(".")


@every_gate
def test_a_gate_is_known_by_its_name_and_one_of_the_patterns(gate: Rule) -> None:
    assert ELEMENTWISE[gate.name] is gate
    assert set(gate.pattern) <= PATTERNS
    assert gate.symbol
    assert len(gate.pattern) in (1, width(gate))
    fewest, most = gate.arity
    assert fewest >= 1
    assert most is None or most == len(gate.partials)


@every_gate
def test_a_gate_can_be_typed(gate: Rule) -> None:
    arguments = NAMES[: width(gate)]
    if gate.name == "power":
        arguments = ("x", "3")
    text = "3" if gate.name == "constant" else typed(gate, arguments)
    program = read(text)
    assert program.nodes[program.output].gate == gate.name
    assert len(program.nodes) == program.first_gate + 1


def test_every_function_belongs_to_one_gate() -> None:
    counts = Counter(name for gate in ELEMENTWISE.values() for name in gate.functions)
    assert set(counts.values()) == {1}
    assert {name: FUNCTIONS[name].name for name in counts} == {n: g.name for g in ELEMENTWISE.values() for n in g.functions}


@composite_gates
def test_a_composite_gate_has_the_value_and_gradients_of_its_expansion(gate: Rule) -> None:
    names = NAMES[: width(gate)]
    whole, parts = read(typed(gate, names)), read(gate.expansion({}))
    for point in points(gate):
        inputs = dict(zip(names, point, strict=True))
        one, many = trace(whole, inputs), trace(parts, inputs)
        assert many.output == pytest.approx(one.output, rel=1e-12)
        for name in names:
            found, expected = (float(t.gradient_of(t.program.inputs.index(name))) for t in (many, one))
            assert found == pytest.approx(expected, rel=1e-12, abs=1e-15), (name, point)


@composite_gates
def test_other_spellings_of_a_composite_gate_have_its_value(gate: Rule) -> None:
    for spelling in gate.also:
        for point in points(gate):
            inputs = dict(zip(NAMES, point, strict=False))
            value = float(gate.value(NUMBERS, [np.float64(v) for v in point], {}))
            assert trace(read(spelling), inputs).output == pytest.approx(value, rel=1e-12)


CONVENTIONS = [
    ("relu(x)", {"x": 0}, 0, [0]),
    ("max(0, x)", {"x": 0}, 0, [0]),
    ("max(x, 0)", {"x": 0}, 0, [0]),
    ("min(0, x)", {"x": 0}, 0, [0]),
    ("max(x, y)", {"x": 1, "y": 1}, 1, [1, 0]),
    ("min(x, y)", {"x": 1, "y": 1}, 1, [1, 0]),
    ("max(x, y, z)", {"x": 0, "y": 2, "z": 2}, 2, [0, 1, 0]),
    ("max(x, y, 2)", {"x": 2, "y": 2}, 2, [0, 0]),
    ("max(x, x)", {"x": 5}, 5, [1]),
    ("max(0, 1 - x)", {"x": 1}, 0, [0]),
    ("abs(x)", {"x": 0}, 0, [0]),
    ("|x|", {"x": -0.0}, 0, [0]),
    ("||x||", {"x": 0}, 0, [0]),
    ("sign(x)", {"x": 0}, 0, [0]),
    ("sign(x)", {"x": 3}, 1, [0]),
    ("leaky_relu(x, 0.2)", {"x": 0}, 0, [0.2]),
    ("leaky_relu(x, a)", {"x": 0, "a": 0.2}, 0, [0.2, 0]),
    ("elu(x, 2)", {"x": 0}, 0, [2]),
    ("elu(x)", {"x": 0}, 0, [1]),
    ("sqrt(x)", {"x": 0}, 0, [INF]),
    ("-sqrt(x)", {"x": 0}, 0, [-INF]),
    ("sqrt(x)", {"x": -1}, NAN, [NAN]),
    ("log(x)", {"x": 0}, -INF, [INF]),
    ("log(x)", {"x": -1}, NAN, [NAN]),
    ("1/x", {"x": 0}, INF, [-INF]),
    ("-1/x", {"x": 0}, -INF, [INF]),
    ("1/x", {"x": -0.0}, -INF, [-INF]),
    ("x/y", {"x": 1, "y": 0}, INF, [INF, -INF]),
    ("x/y", {"x": 0, "y": 0}, NAN, [INF, NAN]),
    ("x^y", {"x": 0, "y": 0}, 1, [0, 0]),
    ("x^y", {"x": 0, "y": 2}, 0, [0, 0]),
    ("x^y", {"x": 0, "y": 0.5}, 0, [INF, 0]),
    ("x^y", {"x": -2, "y": 2}, 4, [-4, NAN]),
    ("x^y", {"x": -2, "y": 0.5}, NAN, [NAN, NAN]),
    ("x^0", {"x": 0}, 1, [0]),
    ("x^0", {"x": 5e-324}, 1, [0]),
    ("x^0", {"x": NAN}, 1, [0]),
    ("x^0", {"x": INF}, 1, [0]),
    ("x^y", {"x": NAN, "y": 0}, 1, [0, NAN]),
    ("max(x, y)", {"x": NAN, "y": 1}, NAN, [1, 0]),
    ("max(x, y)", {"x": 1, "y": NAN}, NAN, [0, 1]),
    ("min(x, y, z)", {"x": 1, "y": NAN, "z": NAN}, NAN, [0, 1, 0]),
    ("max(x, 0)", {"x": NAN}, NAN, [1]),
    ("relu(x)", {"x": NAN}, NAN, [1]),
    ("elu(x)", {"x": NAN}, NAN, [1]),
    ("elu(x, 2)", {"x": NAN}, NAN, [1]),
    ("leaky_relu(x, 0.2)", {"x": NAN}, NAN, [0.2]),
    ("clip(x, 0, 1)", {"x": NAN}, NAN, [1]),
    ("clip(x, y, 1)", {"x": 0, "y": NAN}, NAN, [0, 1]),
    ("x^2", {"x": 0}, 0, [0]),
    ("x^2", {"x": -2}, 4, [-4]),
    ("x^0.5", {"x": 0}, 0, [INF]),
    ("x^0.5", {"x": -2}, NAN, [NAN]),
    ("0^x", {"x": 0}, 1, [0]),
    ("clip(x, 0, 1)", {"x": 0}, 0, [0]),
    ("clip(x, 0, 1)", {"x": 1}, 1, [0]),
    ("clip(x, 0, 1)", {"x": 0.5}, 0.5, [1]),
    ("clip(x, 0, 1)", {"x": 2}, 1, [0]),
    ("asin(x)", {"x": 1}, math.pi / 2, [INF]),
    ("acos(x)", {"x": 1}, 0, [-INF]),
    ("asin(x)", {"x": 2}, NAN, [NAN]),
    ("x < y", {"x": 1, "y": 1}, 0, [0, 0]),
    ("x == y", {"x": 1, "y": 1}, 1, [0, 0]),
    ("x != x", {"x": NAN}, 1, [0]),
    ("where(x, y, z)", {"x": 0, "y": 2, "z": NAN}, NAN, [0, 0, 1]),
    ("where(x > 0, sqrt(x), 0)", {"x": 0}, 0, [NAN]),
    ("where(x > 0, sqrt(where(x > 0, x, 1)), 0)", {"x": 0}, 0, [0]),
    ("log1p(x)", {"x": -1}, -INF, [INF]),
    ("log1p(x)", {"x": -2}, NAN, [NAN]),
    ("log1p(x)", {"x": 1e-300}, 1e-300, [1]),
    ("log2(x)", {"x": 0}, -INF, [INF]),
    ("log10(x)", {"x": -1}, NAN, [NAN]),
    ("log10(x)", {"x": 1000}, 3, [1 / (1000 * math.log(10))]),
    ("expm1(x)", {"x": 1e-300}, 1e-300, [1]),
    ("logaddexp(x, y)", {"x": INF, "y": INF}, INF, [0.5, 0.5]),
    ("logaddexp(x, y)", {"x": -INF, "y": 0}, 0, [0, 1]),
    ("logaddexp(x, y)", {"x": 1e300, "y": -1e300}, 1e300, [1, 0]),
    ("hypot(x, y)", {"x": 0, "y": 0}, 0, [0, 0]),
    ("hypot(x, y)", {"x": 3e200, "y": 4e200}, 5e200, [0.6, 0.8]),
    ("atan2(x, y)", {"x": 0, "y": 0}, 0, [0, 0]),
    ("atan2(x, y)", {"x": 0, "y": -1}, math.pi, [-1, 0]),
    ("acosh(x)", {"x": 1}, 0, [INF]),
    ("acosh(x)", {"x": 0.5}, NAN, [NAN]),
    ("atanh(x)", {"x": 1}, INF, [INF]),
    ("atanh(x)", {"x": 2}, NAN, [NAN]),
    ("logsigmoid(x)", {"x": -1000}, -1000, [1]),
    ("floor(x)", {"x": 2}, 2, [0]),
    ("ceil(x)", {"x": 2.5}, 3, [0]),
    ("round(x)", {"x": 2.5}, 2, [0]),
    ("mod(x, y)", {"x": 6, "y": 3}, 0, [1, -2]),
    ("mod(x, y)", {"x": -1, "y": 3}, 2, [1, 1]),
    ("mod(x, y)", {"x": 1, "y": 0}, NAN, [1, NAN]),
]


@each(("text", "inputs", "value", "gradients"), CONVENTIONS, ids=lambda x: str(x).replace(" ", ""))
def test_kinks_and_edges_follow_the_table(text: str, inputs: dict[str, float], value: float, gradients: list[float]) -> None:
    run = trace(read(text), inputs)
    assert run.output == pytest.approx(value, nan_ok=True)
    found = [float(run.gradient_of(run.program.inputs.index(name))) for name in inputs]
    assert found == pytest.approx(gradients, nan_ok=True)


@each(
    ("text", "inputs", "gradients"),
    [
        ("max(x, y)", {"x": 1, "y": 1}, [0.5, 0.5]),
        ("min(x, y)", {"x": 1, "y": 1}, [0.5, 0.5]),
        ("max(x, y, z)", {"x": 1, "y": 1, "z": 1}, [1 / 3, 1 / 3, 1 / 3]),
        ("max(x, y, z)", {"x": 1, "y": 0, "z": 1}, [0.5, 0, 0.5]),
        ("max(0, x)", {"x": 0}, [0.5]),
        ("max(x, x)", {"x": 1}, [1]),
        ("relu(x)", {"x": 0}, [0]),
        ("max(x, y, z)", {"x": 1, "y": NAN, "z": NAN}, [0, 1, 0]),
    ],
    ids=lambda x: str(x).replace(" ", ""),
)
def test_split_ties_share_equally(text: str, inputs: dict[str, float], gradients: list[float]) -> None:
    run = trace(read(text), inputs, ties="split")
    assert [float(run.gradient_of(run.program.inputs.index(name))) for name in inputs] == pytest.approx(gradients)


@each("ties", ["first", "split"])
@each("name", ["max", "min"])
def test_what_a_chooser_passes_on_always_adds_up_to_one(name: str, ties: str) -> None:
    for inputs in itertools.product((0.0, 1.0, 2.0), repeat=3):
        for constants in ((), (0,), (2,), (1, 2)):
            out = ELEMENTWISE[name].value(NUMBERS, inputs, {})
            parts = shares(NUMBERS, inputs, out, constants, ties)
            assert sum(map(float, parts)) == pytest.approx(1.0)
            assert all(float(part) == 0 for part, x in zip(parts, inputs, strict=True) if x != out)


@each(
    ("name", "point", "said"),
    [
        ("power", (-2.0, 3.0), []),
        ("power", (-2.0, 0.5), ["A negative number has no real power"]),
        ("power", (0.0, 1.5), []),
        ("power", (0.0, 1.0), []),
        ("power", (0.0, 0.5), ["At 0 a power below one"]),
        ("pow", (-2.0, 3.0), ["A negative base has no real power"]),
        ("pow", (0.0, 1.5), ["0ʸ is 0 for every y > 0"]),
        ("pow", (0.0, 0.5), ["0ʸ is 0 for every y > 0", "At 0 a power below one"]),
        ("pow", (3.0, 0.5), []),
    ],
)
def test_what_is_said_of_a_power_is_said_where_it_is_true(name: str, point: tuple[float, float], said: list[str]) -> None:
    rules = [rule.says for rule in ELEMENTWISE[name].conventions if bool(rule.at(NUMBERS, *map(np.float64, point)))]
    assert [each.startswith(start) for each, start in zip(rules, said, strict=True)] == [True] * len(said)


CORNERS = (-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, INF, NAN)


@every_gate
def test_a_convention_applies_where_its_gate_is_special_and_nowhere_else(gate: Rule) -> None:
    with np.errstate(all="ignore"):
        for rule in gate.conventions:
            hits = [
                point
                for point in itertools.product(CORNERS, repeat=width(gate))
                if bool(rule.at(NUMBERS, *map(np.float64, point)))
            ]
            assert hits, rule.says
            if rule.warns:
                values = [gate.value(NUMBERS, [np.float64(v) for v in p], {}) for p in hits]
                slopes = [local(gate, slot, p) for p in hits for slot in range(width(gate))]
                assert not all(np.isfinite([*map(float, values), *slopes])), rule.says


@every_gate
def test_a_formula_and_its_partials_make_a_whole_rule(gate: Rule) -> None:
    # What every other rule answers: shapes, a pullback and a push that agree, and the contribution in notation.
    count = width(gate)
    inside = points(gate)
    inputs = tuple(np.array([inside[0][slot], inside[-1][slot]]) for slot in range(count))
    call = Call(inputs, gate.value(NUMBERS, inputs, {}), {})
    assert gate.shape([(2, 3)] * count, {}) == (2, 3)
    upstream, direction = np.array([2.0, -3.0]), np.array([0.5, 4.0])
    for slot in range(count):
        assert gate.structure(slot, [(2,)] * count, {}) == "diagonal"
        sent = gate.pullback(NUMBERS, call, slot, upstream)
        assert np.dot(sent, direction) == pytest.approx(np.dot(upstream, gate.push(NUMBERS, call, slot, direction)))
        np.testing.assert_allclose(gate.pulled(NUMBERS, slot, upstream, inputs, call.out, {}), sent, rtol=1e-12)


def test_round_jumps_at_halves_and_not_right_beside_them() -> None:
    (jump,) = ELEMENTWISE["round"].conventions
    beside = [np.nextafter(half, way) for half in (0.5, -0.5, 2.5) for way in (-9.0, 9.0)]
    assert all(jump.at(NUMBERS, half) for half in (0.5, -0.5, 2.5, -1.5, 4503599627370495.5))
    with np.errstate(all="ignore"):
        assert not any(jump.at(NUMBERS, x) for x in (*beside, 0.0, 0.3, 3.0, 1e300, np.inf, np.nan))
