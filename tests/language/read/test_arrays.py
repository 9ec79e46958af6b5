"""The part of the language that arrays need: literals, indices, which may be arrays, and calls with options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.gates import ELEMENTWISE, FUNCTIONS, STRUCTURAL
from graphstep.gates.rule import Rule
from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError
from graphstep.ground.operands import Slice
from graphstep.language.read import read
from tests.cases import each
from tests.reading import shape

if TYPE_CHECKING:
    from graphstep.gates.rule import OptionKind
from typing import Any

import numpy as np

import graphstep as gs
from graphstep.ground.errors import InputError

# Indices


@each(
    ("brackets", "index"),
    [
        ("[0]", (0,)),
        ("[-1]", (-1,)),
        ("[ - 1 ]", (-1,)),
        ("[−1]", (-1,)),
        ("[+1]", (1,)),
        ("[007]", (7,)),
        ("[0, 1]", (0, 1)),
        ("[:]", (Slice(None, None, None),)),
        ("[:, 1]", (Slice(None, None, None), 1)),
        ("[1:3]", (Slice(1, 3, None),)),
        ("[1 : -1]", (Slice(1, -1, None),)),
        ("[-1, ::2]", (-1, Slice(None, None, 2))),
        ("[::-1]", (Slice(None, None, -1),)),
        ("[1:9:2]", (Slice(1, 9, 2),)),
        ("[...]", (Ellipsis,)),
        ("[…, 0]", (Ellipsis, 0)),
        ("[0, ..., 1:]", (0, Ellipsis, Slice(1, None, None))),
        ("[0,\n 1]", (0, 1)),
    ],
)
def test_an_index_is_whole_numbers_slices_and_an_ellipsis(brackets: str, index: object) -> None:
    node = read(f"x{brackets}").nodes[1]
    assert (node.gate, node.options) == ("index", (("index", index),))
    hash(node)


# Calls with options

_WRITTEN: dict[OptionKind, list[tuple[str, object]]] = {
    "axis": [("0", 0), ("-1", -1), (" 2 ", 2), ("−1", -1)],
    "axes": [("0", 0), ("-1", -1), ("(0, 1)", (0, 1)), ("(1,)", (1,)), ("none", None), ("None", None)],
    "flag": [("true", True), ("True", True), ("1", True), ("false", False), ("0", False)],
    "number": [("1", 1.0), ("-0.5", -0.5), (".5", 0.5), ("1e-5", 1e-5)],
    "whole": [("1", 1), ("-2", -2)],
    "shape": [("(2, 3)", (2, 3)), ("6", (6,)), ("(6,)", (6,)), ("-1", (-1,)), ("()", ()), ("( 2,\n3 )", (2, 3))],
}
_WRONG: dict[OptionKind, list[str]] = {
    "axis": ["x", "0.5", "(0, 1)", "none", "1+1", ""],
    "axes": ["x", "0.5", "(0, x)", "(0, 1", "all", "[0, 1]", ""],
    "flag": ["2", "yes", "(1)", ""],
    "number": ["x", "true", "(1, 2)", "1/0", ""],
    "whole": ["x", "0.5", "(0, 1)", "1+1", ""],
    "shape": ["n", "(2, n)", "2.5", "(2,,3)", "[2, 3]", ""],
}


def _plain_call(gate: Rule, but: str = "") -> str:
    """The inputs of a call of this gate, with the options that it needs, except one."""
    needed = [f"{key}={_WRITTEN[kind][0][0]}" for key, kind in gate.keywords.items() if key not in gate.defaults and key != but]
    return ", ".join([*"abcdfgh"[: max(1, gate.arity[0])], *needed])


_CALLED = [(name, gate) for name, gate in FUNCTIONS.items() if not gate.cellwise and name != "einsum"]
_OVER_CELLS = [
    (name, STRUCTURAL[gate.over_cells])
    for gate in ELEMENTWISE.values()
    for name in gate.functions
    if gate.over_cells in STRUCTURAL
]
_OPTIONS = [(name, gate, key) for name, gate in (*_CALLED, *_OVER_CELLS) for key in gate.keywords]


@each(("function", "gate"), _CALLED, ids=[name for name, _ in _CALLED])
def test_every_function_of_arrays_reads_as_its_gate_and_counts_its_inputs(function: str, gate: Rule) -> None:
    program = read(f"{function}({_plain_call(gate)})")
    node = program.nodes[program.output]
    assert node.gate == gate.name
    assert node.operands == tuple(range(max(1, gate.arity[0])))
    assert {key for key, _ in node.options} == gate.keywords.keys() - gate.defaults.keys()
    with pytest.raises(ReadError, match=rf"{function} takes .* none is given"):
        read(f"{function}()")
    if gate.arity[1] is not None:
        with pytest.raises(ReadError) as error:
            read(f"{function}({', '.join('abcdfghijk'[: gate.arity[1] + 1])})")
        assert f"{function} takes" in error.value.message or gate.rest


@each(("function", "gate", "key"), _OPTIONS, ids=[f"{name}-{key}" for name, _, key in _OPTIONS])
def test_every_option_of_a_function_is_read_by_its_kind(function: str, gate: Rule, key: str) -> None:
    inputs = _plain_call(gate, but=key)
    for written, value in _WRITTEN[gate.keywords[key]]:
        program = read(f"{function}({inputs}, {key}={written})")
        node = program.nodes[program.output]
        assert node.gate == gate.name
        assert dict(node.options)[key] == value
        assert type(dict(node.options)[key]) is type(value)
        assert [name for name, _ in node.options] == sorted(name for name, _ in node.options)
        hash(node)
    for written in _WRONG[gate.keywords[key]]:
        with pytest.raises(ReadError) as error:
            read(f"{function}({inputs}, {key}={written})")
        assert error.value.span is not None
    with pytest.raises(ReadError, match=f"{key} is given twice"):
        read(f"{function}({inputs}, {key}=0, {key}=0)")


@each(("function", "gate"), [x for x in _CALLED if x[1].rest], ids=[name for name, g in _CALLED if g.rest])
def test_what_stands_behind_the_inputs_is_the_option_that_takes_the_rest(function: str, gate: Rule) -> None:
    inputs = ", ".join("abcdfgh"[: gate.arity[0]])
    if gate.keywords[gate.rest] in ("shape", "axes"):
        for rest in ("2, 3", "(2, 3)", f"{gate.rest}=(2, 3)"):
            assert dict(read(f"{function}({inputs}, {rest})").nodes[-1].options) == {gate.rest: (2, 3)}
        assert dict(read(f"{function}({inputs}, -1)").nodes[-1].options) == {gate.rest: (-1,)}
        for rest in ("n", "2, n", "(2, n)", "2.5", "2*3", "(2, 3)*2", "(2, 3)[0]", "(2, 3) 4", "2, (3, 4)", ",".join("1" * 65)):
            with pytest.raises(ReadError) as error:
                read(f"{function}({inputs}, {rest})")
            assert error.value.span is not None
    else:
        assert dict(read(f"{function}({inputs}, 1)").nodes[-1].options)[gate.rest] == 1
        with pytest.raises(ReadError, match="one number too many"):
            read(f"{function}({inputs}, 1, 2)")


def test_the_subscripts_of_einsum_stand_in_quotes_before_its_inputs() -> None:
    for text in ('einsum("ij,jk->ik", a, b)', "einsum('ij,jk->ik', a, b)", 'einsum( "ij,jk->ik" ,a,b )'):
        node = read(text).nodes[-1]
        assert (node.gate, node.operands, dict(node.options)) == ("einsum", (0, 1), {"subscripts": "ij,jk->ik"})
    with pytest.raises(ReadError, match="at least 1 input, none is given"):
        read('einsum("ij")')


@each(("function", "gate"), _OVER_CELLS, ids=[name for name, _ in _OVER_CELLS])
def test_a_function_of_numbers_works_over_an_axis_only_where_one_is_named(function: str, gate: Rule) -> None:
    assert read(f"{function}(x)").nodes[-1].gate == FUNCTIONS[function].name
    assert read(f"{function}(x)").nodes[-1].options == ()
    node = read(f"{function}(x, keepdims=true, axis=1)").nodes[-1]
    assert (node.gate, node.options) == (gate.name, (("axis", 1), ("keepdims", True)))


def test_an_option_stands_anywhere_in_its_call_and_over_several_lines() -> None:
    assert shape(read("sum(\n  x + y,\n  axis = 0,\n  keepdims = true\n) * z")) == "mul(sum(add(x, y); axis=0, keepdims=True), z)"
    assert shape(read("sum(axis=0, x)")) == "sum(x; axis=0)"
    assert shape(read("axis = 2; sum(axis*x, axis=0)")) == "sum(mul(axis, x); axis=0)"
    assert read("axis + sum(x, axis=0)").inputs == ("axis", "x")


# What cannot be read


@each(
    ("text", "readings"),
    [
        ("x'y", ("x' @ y", "x.T*y")),
        ("x'y'", ("x' @ y'", "x.T*y'")),
        ("(x+y)'z", ("(x+y)' @ z", "(x+y).T*z")),
        ("x.T y", ("x.T @ y", "x.T*y")),
        ("x[0](y+z)", ("x[0] @ (y+z)", "x[0]*(y+z)")),
        ("W'*x", ("W' @ x", "W.T*x")),
        ("x'*W*y", ("x' @ W", "x.T*W")),
        ("x*W'", ("x @ W'", "x*W.T")),
        ("x*y' + z", ("outer(x, y)", "x*y.T")),
        ("a + W' * (x - y)", ("W' @ (x - y)", "W.T*(x - y)")),
        ("A'*B'", ("A' @ B'", "A.T*B.T")),
        ("A′·b", ("A′ @ b", "A.T*b")),
        ("x'|y|", ("x' @ |y|", "x.T*|y|")),
        ("x[0]2", ("x[0]*2", "x[0]^2")),
        ("1/2x.T", ("1/(2*x.T)", "(1/2)*x.T")),
        ("x^2y[0]", ("x^(2*y[0])", "(x^2)*y[0]")),
        ("x^2.T", ("2.0*T", "(x^2).T")),
        ("2.T", ("2.0*T", ".T")),
    ],
)
def test_what_has_two_readings_is_refused_with_both_spelled_out(text: str, readings: tuple[str, str]) -> None:
    with pytest.raises(ReadError) as error:
        read(text)
    assert "two ways" in error.value.message
    for reading in readings:
        assert reading in error.value.hint


@each(
    ("text", "message", "place", "hint"),
    [
        ("x\n[0]", "the value of this statement is used nowhere", "x", "q = x"),
        ("randn(4, 3)*x", "randn makes the value of an input", "randn", 'c="randn(4, 3)"'),
        ("rand(2) @ x", "rand makes", "rand", 'c="rand(2)"'),
        ("@weights.npy*x", "a file cannot be read inside an expression", "@weights.npy", "c=@weights.npy"),
        ("x - @runs/my-w.csv - y", "a file cannot be read", "@runs/my-w.csv", "c=@runs/my-w.csv"),
        ("x + @w", "a file cannot be read", "@w", "c=@w"),
        ("x + @w.csv", "a file cannot be read", "@w.csv", "c=@w.csv"),
        ("@ x", "an operand is missing before @", "@", ""),
        ("x @", "an operand is missing after @", "@", ""),
        ("x @ * y", "an operand is missing before *", "*", ""),
        ("x[0.5]", "an index is a whole number, which '0.5' is not", "0.5", "x[0]"),
        ("x[None]", "an index is a whole number, which 'None' is not", "None", "reshape"),
        ("x[1+1]", "nothing is computed here: '1+1'", "1+1", "i = 1+1; x[i]"),
        ("x[(0)]", "nothing is computed here: '(0)'", "(0)", "x[0]"),
        ("x[y > 0]", "nothing is computed here: 'y > 0'", "y > 0", "where(x > 0, x, 0)"),
        ("x[0, n:]", "an index is a whole number, and 'n' is a name", "n", "x[0]"),
        ("x[]", "there is nothing between these brackets", "[]", "x[0]"),
        ("x[0,]", "an entry is missing after the comma", ",", ""),
        ("x[, 0]", "an entry is missing before the comma", ",", ""),
        ("x[0,,1]", "an entry is missing before the comma", ",", ""),
        ("x[1:2:3:4]", "a slice has at most two colons", "1:2:3:4", "start:stop:step"),
        ("x[::0]", "a slice with the step 0 goes nowhere", "::0", "x[::2]"),
        ("x[..., ...]", "... can stand only once", "...", ""),
        ("x[0", "this bracket is never closed", "[", ""),
        ("x[0; y", "this bracket is never closed", "[", ""),
        ("x]", "this bracket was never opened", "]", ""),
        ("x[0]]", "this bracket was never opened", "]", ""),
        ("x[0] = 3", "only one name can stand before =", "=", ""),
        ("2'", "2 is a single number and has no transpose", "2", "(x^2)'"),
        ("x^2'", "2 is a single number and has no transpose", "2", "(x^2)'"),
        ("x²'", "2 is a single number and has no transpose", "2", "(x^2)'"),
        ("2[0]", "2 is a single number and has no entries", "2", "(2*x)[0]"),
        (".T", ".T stands behind what it transposes", ".T", "x.T"),
        ("'x'", "a quote begins nothing here", "'", ""),
        ("x.T()", ".T is written without parentheses", "()", "write x.T"),
        ("x.t()", "nothing has a part called 't'", ".t", "write x.T"),
        ("x.Tx", "nothing has a part called 'Tx'", ".Tx", ".T, the transpose"),
        ("x.shape", "nothing has a part called 'shape'", ".shape", "shapes are shown"),
        ("x.sum()", "nothing has a part called 'sum'", ".sum", "write sum(x)"),
        ("(x+y).sum(axis=0)", "nothing has a part called 'sum'", ".sum", "write sum(x+y, axis=0)"),
        ("x.matmul(y)", "nothing has a part called 'matmul'", ".matmul", "x @ "),
        ("np.sum(x)", "nothing has a part called 'sum'", ".sum", "write sum(x)"),
        ("sum(x, 0)", "sum takes 1 input, 2 are given", "sum(x, 0)", "axis=0"),
        ("max(x, y, axis=0)", "max takes 1 input, 2 are given", "max(x, y, axis=0)", "one array"),
        ("hinge(x, y, 2)", "hinge takes 2 inputs, 3 are given", "hinge(x, y, 2)", "margin=0.5"),
        ("reshape(x)", "reshape needs its shape", "reshape(x)", "shape=(2, 3)"),
        ("softmx(x)", "there is no function called 'softmx'", "softmx", "did you mean 'softmax'?"),
        ("transpose(x, (1, 0))", "a comma cannot stand here", ",", "axes=(0, 1)"),
        ("sum(x, dim=0)", "sum has no option 'dim'", "dim=0", "write sum(x, axis=0)"),
        ("sum(x, axes=0)", "sum has no option 'axes'", "axes=0", "write sum(x, axis=0)"),
        ("sum(x, axis=first)", "axis takes one axis or several, not 'first'", "first", "axis=(0, 1)"),
        ("sum(x, axis=)", "a value is missing after axis=", "axis=", "axis=0"),
        ("sum(x, keepdims=2)", "keepdims takes true or false, not '2'", "2", "keepdims=true"),
        ("sum(x, axis=(0, n))", "an axis is a whole number, and 'n' is a name", "n", "(2, 3)"),
        ("sum(x, axis=0", "this parenthesis is never closed", "(", ""),
        ("sum(x, axis=(0", "this parenthesis is never closed", "(", ""),
        ("sum(x, axis=0; y", "this parenthesis is never closed", "(", ""),
        ("sum(x, axis=0])", "this bracket was never opened", "]", ""),
        ("sum((x, axis=0))", "a comma cannot stand here", ",", ""),
        ("sum(2x=3)", "= cannot stand inside parentheses", "=", "axis=0"),
        ("sin(x, axis=0)", "sin has no option 'axis'", "axis=0", "each cell"),
        ("leaky_relu(x, a=0.1)", "leaky_relu has no option 'a'", "a=0.1", "leaky_relu(x, 0.1)"),
        ("Add(x, axis=0)", "Add has no option 'axis'", "axis=0", "inputs only"),
        ("log(x, 2, axis=0)", "log has no option 'axis'", "axis=0", "each cell"),
        ("argmax(x)", "there is no function called 'argmax'", "argmax", "max(x)"),
        ("einsum(x, y)", "einsum needs its subscripts", "einsum(x, y)", 'einsum("ij,jk->ik", x, y)'),
        ("einsum('ij, x)", "a quote begins nothing here", "'", ""),
        ("einsum(x, 'ij')", "a quote begins nothing here", "'", ""),
        ("tril(x, diagonal=none)", "diagonal of tril cannot be none", "diagonal=none", "diagonal=1"),
        ("tril(x, diagonal=a)", "diagonal takes a whole number, not 'a'", "a", "diagonal=1"),
        ("matmul(x, y)", "there is no function called 'matmul'", "matmul", "x @ y"),
    ],
)
def test_an_error_says_what_is_wrong_where_and_what_would_do(text: str, message: str, place: str, hint: str) -> None:
    with pytest.raises(ReadError) as error:
        read(text)
    assert error.value.message.startswith(message)
    assert error.value.span is not None
    start, stop = error.value.span
    assert error.value.text[start:stop] == place
    assert hint in error.value.hint


# Limits

GATES = 2_000


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GATES", GATES)
    monkeypatch.setattr(limits, "TEXT", 100_000)
    monkeypatch.setattr(limits, "WRITTEN", 100_000)


@pytest.mark.usefixtures("small_limits")
@each(
    ("text", "says"),
    [
        ("x[" + "9" * 16 + "]", "15 digits"),
        ("x[" + "0" * 50_000 + "]", "15 digits"),
        ("x[" + "0," * 64 + "0]", "32 axes"),
        ("x[" + "," * 90_000 + "]", "32 axes"),
        ("sum(x, axis=(" + "0," * 30_000 + "0))", "32 axes"),
        ("x" + "'" * (GATES + 1), "2,000 gates"),
        ("x" + ".T" * (GATES + 1), "2,000 gates"),
        ("x" + "[0]" * (GATES + 1), "2,000 gates"),
        ("@".join("x" * (GATES + 2)), "2,000 gates"),
    ],
)
def test_each_limit_has_its_own_error_that_says_it(text: str, says: str) -> None:
    with pytest.raises(LimitError) as error:
        read(text)
    assert says in error.value.message
    assert len(error.value.report()) < 1000


@pytest.mark.usefixtures("small_limits")
@each(
    "text",
    [
        "x" + "[" * 90_000,
        "x[" + "(" * 90_000,
        "f=x" + "]" * 90_000,
        "x[" + "0" * 10 + ":" * 90_000 + "]",
        "sum(x, a=" * 9_000,
        "sum(x, axis=" + "(" * 90_000,
        "sum(x, axis=(" + "0" * 90_000,
        "sum(x, axis=" + "y" * 90_000 + ")",
        "x." + "y" * 90_000,
        "@" + "y" * 90_000,
        "[" * 90_000,
        "[" + "1," * 40_000 + "1]",
        "x" + ".T y" * 20_000,
    ],
)
def test_a_hostile_text_is_refused_in_a_short_message(text: str) -> None:
    with pytest.raises(ReadError) as error:
        read(text)
    assert len(error.value.report()) < 1500


def test_a_long_chain_of_transposes_is_read() -> None:
    assert len(read("x" + "'" * 50_000).nodes) == 50_001


# Any pieces of the language; any text at all is in test_read.py


_WORDS = (
    "x W sum( max( reshape( softmax( ) ( , axis= keepdims= shape= 0 -1 (2,3) true none [ ] : ... .T ' ′ @ + * ^ | || = ; 1e5 .5"
)
_PIECES = st.sampled_from([*_WORDS.split(), " ", "\n", "# c\n"])


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.lists(_PIECES, max_size=14).map("".join))
def test_any_pieces_of_the_language_at_all_are_read_or_refused_with_a_reason(text: str) -> None:
    try:
        said = str(hash(read(text).nodes))
    except ReadError as error:
        said = error.message
    assert said


E3 = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


@each(
    ("text", "inputs", "value", "gradients"),
    [
        ("[1, -2.5, 1/2]", {}, [1, -2.5, 0.5], {}),
        ("[[1, 2], [3, 4]] @ x", {"x": [1.0, -1.0]}, [-1, -1], {"x": [4, 6]}),
        ("[x, x^2, 3]", {"x": 2.0}, [2, 4, 3], {"x": 5}),
        ("[1, 2][0] + [x,\n 2].T[0]", {"x": 3.0}, 4, {"x": 1}),
        ("|[3, x]|[1] + ||[3, x]||", {"x": -4.0}, 9, {"x": -1.8}),
        ("sum(zeros(2, 3)) + sum(ones(3))*x", {"x": 2.0}, 6, {"x": 3}),
        ("n = 3; sum(range(n)*range(1, n + 1)) + x*0", {"x": 1.0}, 8, {"x": 0}),
        ("range(0, 7, 3)*x", {"x": 2.0}, [0, 6, 12], {"x": 9}),
        ("eye(2) @ x", {"x": [1.0, 5.0]}, [1, 5], {"x": [1, 1]}),
        ("fill(x, 2, 2)", {"x": 3.0}, [[3, 3], [3, 3]], {"x": 4}),
        ("E[ids]", {"E": E3, "ids": [2, 0, 2]}, [[5, 6], [1, 2], [5, 6]], {"E": [[1, 1], [0, 0], [2, 2]], "ids": [0, 0, 0]}),
        ("E[[2, 0, -1]]", {"E": E3}, [[5, 6], [1, 2], [5, 6]], {"E": [[1, 1], [0, 0], [2, 2]]}),
        ("E[range(len(E)), y]", {"E": E3, "y": [0, 1, 1]}, [1, 4, 6], {"E": [[1, 0], [0, 1], [0, 1]], "y": [0, 0, 0]}),
        ("E[:, i]", {"E": E3, "i": 1}, [2, 4, 6], {"E": [[0, 1], [0, 1], [0, 1]], "i": 0}),
        ("E[..., [1, 1]]", {"E": E3}, [[2, 2], [4, 4], [6, 6]], {"E": [[0, 2], [0, 2], [0, 2]]}),
        ("i = round(x); E[i, 0]", {"E": E3, "x": 1.2}, 3, {"E": [[0, 0], [1, 0], [0, 0]], "x": 0}),
        ("k = 1; E[k] + E[k - 1, 0]", {"E": E3}, [4, 5], {"E": [[2, 0], [1, 1], [0, 0]]}),
    ],
)
def test_arrays_are_written_and_picked_inside_expressions(text: str, inputs: dict[str, Any], value: Any, gradients: Any) -> None:
    run = gs.run(text, inputs=inputs)
    np.testing.assert_allclose(run.output, value)
    assert run.gradients.keys() == gradients.keys()
    for name, gradient in gradients.items():
        np.testing.assert_allclose(run.gradients[name], gradient, err_msg=name)
    assert gs.check(text, inputs=inputs).verdict == "agree"


def test_a_literal_of_numbers_is_data_and_a_whole_index_is_static() -> None:
    program = read("x[[0, 1]] * [1, 2]")
    assert [(node.gate, node.sources) for node in program.nodes[1:]] == [
        ("gather", ((0, 0),)),
        ("stack", ()),
        ("mul", ((0, 1), (1, 2))),
    ]
    assert program.depends == (True, True, False, True)


@each(
    ("text", "message", "hint"),
    [
        ("[]", "nothing between these brackets", "[1, 2]"),
        ("[1, 2", "this bracket is never closed", ""),
        ("(x]", "never opened", ""),
        ("[x)", "never closed", ""),
        ("x[[0, 1.5]]", "whole numbers stand here", "x[[2, 0]]"),
        ("x[i + 1]", "nothing is computed here", "j = i + 1; x[j]"),
        ("x[x > 0]", "nothing is computed here", "where(x > 0, x, 0)"),
        ("zeros(n)", "'n' has no value above", "n = 20"),
        ("eye(200)", "eye takes one whole number, from 1 to 100", "I=eye(500)"),
        ("range(0)", "no numbers in this range", ""),
        ("range(1, 2, 3, 4)", "one to three", "range(5)"),
        ("range(100000)", "at most 10,000", ""),
    ],
)
def test_what_is_no_array_is_refused(text: str, message: str, hint: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(text, ("x", "i"))
    assert message in str(caught.value.message)
    assert hint in (caught.value.hint or "")


@each(("index", "message"), [(3, "there is no entry 3"), (-4, "no entry -4"), (0.5, "0.5 is no index")])
def test_an_index_out_of_range_is_refused_by_name(index: float, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        gs.run("2*sum(E[i])", E=E3, i=index)
    assert caught.value.span == (6, 10)
