"""Functions and repetitions: what they are written out to and called, what is refused, and what every face says of them."""

from __future__ import annotations

import json
import random
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import graphstep as gs
from graphstep.debugger.places import with_inputs
from graphstep.debugger.state import State
from graphstep.engine.opening import open_setup
from graphstep.faces import export
from graphstep.faces.cli import main
from graphstep.faces.drawing.typed import Typed
from graphstep.faces.repl.prompt import Prompt
from graphstep.gates.notation import LATEX, TEXT
from graphstep.gates.notation.mathml import MATHML
from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError, ShapeError
from graphstep.language.program import shown_name, typed_name
from graphstep.language.read import read
from graphstep.language.setup import Setup
from graphstep.telling.names import names_of
from tests.cases import each
from tests.printed import false_equations
from tests.reading import shape

CELL = "def cell(h, c) = { g = sigmoid(h*c); (g*h, g + c) }\n"


def test_a_call_is_written_out() -> None:
    assert shape(read("def f(a, b) = a*b + sin(a); f(x, 2y)")) == "add(mul(x, mul(2, y)), sin(x))"
    assert shape(read("def f(a) = a^2; 2f(x)^3")) == "mul(2, power(power(x, 2), 3))"
    assert shape(read("def f(a) = {\n  b = a*2;\n\n  b + a\n}\nf(x)")) == "add(mul(x, 2), x)"
    assert shape(read("w = x*2; def f(a) = a*w; f(3y)")) == "mul(mul(3, y), mul(x, 2))"


def test_a_repetition_carries_what_was_assigned_before() -> None:
    assert shape(read("h = x; repeat 3 { h = sin(h) }; h")) == "sin(sin(sin(x)))"
    assert shape(read("h = x; repeat 3 { h = sin(h) }")) == "sin(sin(sin(x)))"
    assert shape(read("a = x; b = y; repeat 3 { a, b = (b, a*b) }; b")) == shape(read("p = x*y; q = y*p; p*q"))
    assert shape(read("s = 0*x; repeat t in 2:5 { s = s + t*x }; s")).count("mul(") == 4
    assert shape(read("n = 2; h = x; repeat n + 1 { u = h*h; h = u + n }; h")) == shape(
        read("n = 2; a = x*x + n; b = a*a + n; b*b + n")
    )


def test_functions_give_several_values_and_call_each_other() -> None:
    text = CELL + "h = x; c = y; repeat 2 { h, c = cell(h, c) }; h*c"
    flat = "g = sigmoid(x*y); h = g*x; c = g + y; k = sigmoid(h*c); (k*h)*(k + c)"
    assert shape(read(text)) == shape(read(flat))
    assert shape(read("def f(a) = a + 1; def g(a) = f(f(a)); g(x)")) == "add(add(x, 1), 1)"
    assert shape(read("def f(a) = { def g(b) = a*b; g(a) }; f(x)")) == "mul(x, x)"


def test_a_function_knows_what_was_assigned_above_it_and_not_what_became_of_it() -> None:
    assert shape(read("h = x*2; def f(a) = a*h; repeat 2 { h = sin(h) }; f(y) + h")) == (
        "add(mul(y, mul(x, 2)), sin(sin(mul(x, 2))))"
    )


@each("text", ["repeat*x", "def = 3; def*x", "repeat = 2; x*repeat", "stop*x", "len = 3; x*len", "in*x"])
def test_the_words_are_names_elsewhere(text: str) -> None:
    assert len(read(text).nodes) > 1


def test_names_are_the_shortest_that_tell_nodes_apart() -> None:
    text = CELL + "h = x; c = y; repeat 2 { h, c = cell(h, c) }; g, k = cell(h, c); g*k"
    names = read(text).names
    assert [name for name in names if name.endswith((".1", ".2"))] == [
        "repeat.cell.g.1",
        "h.1",
        "c.1",
        "repeat.cell.g.2",
        "h.2",
        "c.2",
    ]
    program = read("h = tanh(x); repeat 2 { repeat 3 { h = sin(h) }; z = h*2 }; h*2")
    assert names_of(program).texts[program.names["h.2.3"]] == "h⟨2,3⟩"
    assert program.names["h"] == program.names["h.2.3"]
    assert program.find("h⟨1, 2⟩") == program.find("h.1.2") == program.names["h.1.2"]
    assert program.nodes[1].name == "h.1.0"
    assert [program.path(node.frame) for node in program.nodes][2] == "repeat/repeat.1/repeat/repeat.1"


def test_what_is_further_out_has_the_shorter_name() -> None:
    names = read("def f(a, c) = { c2 = a*c; (c2, a) }; h = x; c2 = y; repeat 2 { h, c2 = f(h, c2) }; h*c2").names
    assert {"c2.1", "c2.2", "f.c2.1"} <= set(names)
    assert names["f.c2.1"] == names["h.1"]


def test_a_name_is_shown_as_it_is_typed() -> None:
    for name in ("h.2.3", "cell.h.12", "x", "x1"):
        assert typed_name(shown_name(name)) == name


def test_a_turn_stands_above_its_name_where_mathematics_is_set() -> None:
    program = read("def cell(a) = { my_x = a*a; my_x + a }; h = x; repeat 2 { h = cell(h) }; my_x = h*h; my_x^2")
    names = names_of(program)
    inks = {style: names.ink(program.names["h.2"], style).text for style in (TEXT, LATEX, MATHML)}
    assert inks[TEXT] == "h⟨2⟩"
    assert inks[LATEX] == r"{h^{\langle 2 \rangle}}"
    assert inks[MATHML] == "<msup><mi>h</mi><mrow><mo>⟨</mo><mn>2</mn><mo>⟩</mo></mrow></msup>"
    assert names.ink(program.names["cell.my_x.1"], LATEX).text == r"{\mathrm{cell}.\mathrm{my}_{x}^{\langle 1 \rangle}}"


def test_a_local_name_never_stands_for_a_name_of_the_program() -> None:
    program = read("def f(a) = { x = a*2; x*a }; f(3x) + x")
    assert program.names["x"] == 0
    assert "f.x" in program.names


def test_counts_are_lengths_of_given_arrays_too() -> None:
    run = gs.run("h = x[0]*1; repeat t in 1:len(x) { h = h*x[t] }; h", x=[2.0, 3.0, 5.0])
    assert run.output == 30
    wide = gs.run("h = sum(x)*0; m = x @ x.T; repeat len(m, 1) { h = h + 1 }; h", x=np.ones((4, 2)))
    assert wide.output == 4
    with pytest.raises(ShapeError, match="count by it"):
        with_inputs(run.trace, {"x": np.ones(4)})


REFUSED = {
    "f(x); def f(a) = a": ("f", "defined further down"),
    "def f(a) = a; f(x, y)": ("f(x, y)", "takes 1 input"),
    "def f(a) = 2f(a); f(x)": ("f", "calls itself"),
    "def sigmoid(a) = a; sigmoid(x)": ("sigmoid", "function already"),
    "def f(a) = a; def f(b) = b; f(x)": ("f", "defined already"),
    "def f(a=1) = a; f(x)": ("=", "no default"),
    "def f(a, a) = a; f(x, y)": ("a", "twice"),
    "def f() = 3; f()": ("def f()", "at least one input"),
    "def f(x): return x": (":", "not written as in Python"),
    "def f(a) = a; f(a=1)": ("a=1", "no options"),
    "def f(a) = (a, a); p, q, r = f(x); p": ("p, q, r", "3 names stand before =, and 2 values"),
    "def f(a) = a; p, q = f(x); p": ("p, q", "one value"),
    "def f(a) = (a, a); f(x)*2": ("f(x)*2", "2 values stand where one is wanted"),
    "def f(a) = (a, a); q = f(x); q": ("f(x)", "2 values stand where one is wanted"),
    "repeat 3 { h = 2h }; h": ("h", "is an input, and a repetition cannot change it"),
    "def f(a) = { repeat 3 { a = 2a }; a }; f(x)": ("a", "is an input of f"),
    "repeat t in 0:3 { t = x }; x": ("t", "number of the turn"),
    "repeat T { h = 2x }": ("T", "needed when the program is built"),
    "h = x + 1; repeat x { h = 2h }; h": ("x", "is an input, and a count is needed"),
    "n = 2.5; h = x + 1; repeat n { h = 2h }; h": ("n", "no whole number"),
    "repeat -1 { h = 2x }": ("-1", "a count is a whole number"),
    "repeat t in 5:3 { h = t*x }": ("3", "no numbers from 5 up to 3"),
    "repeat len(x) { h = 2x }": ("x", "the value of 'x' is needed"),
    "def f(a) = {}; f(x)": ("{}", "nothing between these braces"),
    "def f(a) = { def g(b) = b }; f(x)": ("def g", "has no value"),
    "def f(a) = a*w; f(x)": ("w", "not known in the body of f"),
    "q = x; def f(a) = { b = q*2; q = a*b; q }; f(y)": ("q", "used before it is assigned"),
    "h = x + 1; repeat 2 { h = 2h; h = h + 1 }; h": ("h", "assigned twice"),
    "repeat 2 { z = 2x }; z": ("z", "local to the turns"),
    "repeat 3 { x*y }; z": ("x*y", "used nowhere"),
    "repeat 3 { z = x*y } w": ("w", "middle of a line"),
    "repeat 3 z = x": ("repeat", "begins nothing here"),
    "x{2}": ("{", "cannot stand here"),
    "def f(a) = a }": ("}", "cannot stand here"),
    "def f(x) = { x*2": ("{", "never closed"),
    "a, b = x, y": (",", "a comma cannot stand here"),
    "(x, y)": (",", "a comma cannot stand here"),
    "def f(a) = a": ("def f", "ends in a definition"),
}


@each("text", REFUSED)
def test_what_is_refused_is_told_where_and_why(text: str) -> None:
    place, message = REFUSED[text]
    with pytest.raises(ReadError) as caught:
        read(text)
    assert message in caught.value.message
    assert caught.value.span is not None
    assert text[slice(*caught.value.span)].startswith(place)
    assert caught.value.hint or message in ("nothing between these braces", "never closed")


def test_what_is_too_large_is_refused_before_it_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LimitError, match="repeated 1,000,000,000 times"):
        read("h = x*1; repeat 1000000000 { h = 2h }; h")
    tower = "; ".join(["def f1(a) = a", *(f"def f{k}(a) = f{k - 1}(f{k - 1}(a))" for k in range(2, 45))])
    with pytest.raises(LimitError, match="at most 1,000,000 gates"):
        read(f"{tower}; f44(x)")
    with pytest.raises(LimitError, match="50 deep"):
        read("repeat 2 {" * 60 + "x")
    monkeypatch.setattr(limits, "GATES", 500)
    with pytest.raises(LimitError, match="at most 500 gates"):
        read("h = x*1; repeat 400 { h = 2h + 1 }; h")


WORDS = [
    *(
        "def f(a) = ",
        "def g(a, b) = ",
        "repeat 2 {",
        "repeat t in 0:3 {",
        "repeat len(x) {",
        "{",
        "}",
        "}",
        ";",
        "\n",
        "(",
        ")",
        ",",
    ),
    *(
        "=",
        "+",
        "*",
        "x",
        "h",
        "h = x*2",
        "h = h*2",
        "a",
        "t",
        "f(",
        "f(x)",
        "g(x, y)",
        "(a, b)",
        "a, b = ",
        "x[t]",
        "[0]",
        "|",
        "2",
    ),
    *("def", "repeat", "in", "T = 3", "repeat T {", ".T", "^", "sin(", "#c\n", "<"),
]


def test_any_mixture_of_the_words_is_read_or_refused_with_a_place() -> None:
    choose, right = random.Random(10), 0
    for _ in range(2_000):
        text = " ".join(choose.choice(WORDS) for _ in range(choose.randint(2, 16)))
        try:
            program = read(text, {"x": np.ones((2, 2))})
        except ReadError as error:
            right += bool(error.report())
        else:
            right += len(names_of(program).texts) == len(program.nodes)
    assert right == 2_000


# -- against the same program written out ----------------------------------------------------------------------------------------


class Writer:
    """A random program with functions and repetitions, and beside it the same statements written out."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.flat: list[str] = []
        self.functions: list[tuple[str, list[str], list[tuple[str, str]], list[str]]] = []

    def fresh(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def formula(self, names: list[str]) -> str:
        one, other = self.random.choice(names), self.random.choice(names)
        return self.random.choice(
            [
                f"{one}*{other}",
                f"{one} + {other}",
                f"sin({one})",
                f"tanh({one} - 0.5*{other})",
                f"sigmoid({one})*{other}",
                f"-{one}",
            ]
        )

    def define(self, name: str) -> str:
        parameters = [f"a{k}" for k in range(self.random.randint(1, 3))]
        body, known = list[tuple[str, str]](), list(parameters)
        for k in range(self.random.randint(1, 3)):
            body.append((f"q{k}", self.formula(known)))
            known.append(f"q{k}")
        results = self.random.sample(known, self.random.randint(1, min(2, len(known))))
        self.functions.append((name, parameters, body, results))
        value = f"({', '.join(results)})" if len(results) > 1 else results[0]
        return f"def {name}({', '.join(parameters)}) = {{ {'; '.join(f'{x} = {y}' for x, y in body)}; {value} }}"

    def call(self, meanings: dict[str, str], targets: list[str]) -> str:
        """One call, and its statements on the flat side; the meanings of the targets are new."""
        fitting = [f for f in self.functions if len(f[3]) == len(targets)]
        name, parameters, body, results = self.random.choice(fitting)
        given = [self.random.choice(list(meanings)) for _ in parameters]
        inside = dict(zip(parameters, (meanings[x] for x in given), strict=True))
        for target, formula in body:
            plain = self.fresh()
            self.flat.append(f"{plain} = {self.rewritten(formula, inside)}")
            inside[target] = plain
        for target, result in zip(targets, results, strict=True):
            meanings[target] = inside[result]
        return f"{', '.join(targets)} = {name}({', '.join(given)})"

    @staticmethod
    def rewritten(formula: str, meanings: dict[str, str]) -> str:
        return re.sub(r"\b[a-z]+[0-9]+\b", lambda word: meanings.get(word[0], word[0]), formula)


def written(seed: int) -> tuple[str, str]:
    """A random program, and the same written out."""
    writer = Writer(seed)
    lines = [writer.define(f"f{k}") for k in range(2)] + [
        "def g1(a0) = { q0 = a0*a0; q0 }",
        "def g2(a0) = { q0 = sin(a0); (q0, a0) }",
    ]
    writer.functions += [("g1", ["a0"], [("q0", "a0*a0")], ["q0"]), ("g2", ["a0"], [("q0", "sin(a0)")], ["q0", "a0"])]
    meanings = {"x1": "x1", "x2": "x2"}
    for name in ("s1", "s2"):
        formula = writer.formula(["x1", "x2"])
        lines.append(f"{name} = {formula}")
        plain = writer.fresh()
        writer.flat.append(f"{plain} = {formula}")
        meanings[name] = plain
    turns, inner = writer.random.randint(1, 3), writer.random.randint(1, 2)
    body = [["s1", "s2"], ["s1"]][writer.random.randint(0, 1)]
    state = writer.random.getstate()
    texts: list[str] = []
    for _ in range(turns):
        writer.random.setstate(state)
        texts = [writer.call(meanings, ["z1"])]
        middle = writer.random.getstate()
        for _ in range(inner):
            writer.random.setstate(middle)
            nested = writer.call(meanings, body)
        texts.append(f"repeat {inner} {{ {nested} }}")
        # It is local to its turn.
        meanings.pop("z1")
    lines.append(f"repeat {turns} {{ {'; '.join(texts)} }}")
    lines.append("s1 + s2*x1 - x2")
    writer.flat.append(writer.rewritten(lines[-1], meanings))
    return writer.random.choice(["\n", "; "]).join(lines), "; ".join(writer.flat)


@each("seed", range(60))
def test_a_program_is_equal_to_the_bit_to_the_same_written_out(seed: int) -> None:
    text, flat = written(seed)
    values = {"x1": 0.3 + seed / 100, "x2": -0.7}
    setup = Setup(text, {name: repr(value) for name, value in values.items()})
    one, other = open_setup(setup), gs.run(flat, inputs=values).trace
    assert [node.gate for node in one.program.nodes] == [node.gate for node in other.program.nodes]
    assert one.output == other.output
    assert [one.gradient_of(i) for i in range(len(one.program.nodes))] == pytest.approx(
        [other.gradient_of(i) for i in range(len(other.program.nodes))], abs=0, rel=0, nan_ok=True
    )
    again = gs.run(text, **setup.keywords())
    assert again.output == other.output
    for way in ({"share": True}, {"expand": True}):
        assert gs.run(text, inputs=values, **way).gradients == pytest.approx(
            gs.run(flat, inputs=values, **way).gradients, abs=0, rel=0
        )
    names = names_of(one.program)
    symbols = [name for index, name in enumerate(names.texts) if names.is_symbol(index)]
    assert len(symbols) == len(set(symbols))
    for index, node in enumerate(one.program.nodes):
        if node.name is not None:
            assert names.find(names.texts[index]) == index


SCHEMA = json.loads((Path(export.__file__).parent / "schema-1.json").read_text(encoding="utf-8"))
VALUES = {"x1": "0.3", "x2": "-0.7"}


@pytest.fixture(scope="module", params=[1, 4, 11])
def run(request: pytest.FixtureRequest) -> gs.Run:
    return gs.run(written(request.param)[0], inputs=VALUES)


def test_json_fits_the_schema_and_says_where_every_gate_belongs(run: gs.Run) -> None:
    document = run.to_dict()
    Draft202012Validator(SCHEMA).validate(document)
    scopes = {node.get("scope", "") for node in document["nodes"]}
    assert scopes == {run.trace.program.path(node.frame) for node in run.trace.program.nodes}
    assert any(scope.startswith("repeat/repeat.1") for scope in scopes)
    for node in document["nodes"]:
        if node["name"]:
            assert run[node["name"]].value == node["value"]


def test_what_is_written_opens_the_same_run_again(run: gs.Run, capsys: pytest.CaptureFixture[str]) -> None:
    setup = run.trace.setup
    again = shlex.split(setup.command("--format", "json"))[1:]
    assert main(again) == 0
    assert json.loads(capsys.readouterr().out) == run.to_dict()
    assert open_setup(Setup(setup.program, dict(setup.inputs))).output == run.output


@each("suffix", ["md", "html", "tex", "svg", "text"])
def test_every_format_is_written(run: gs.Run, suffix: str) -> None:
    text = "".join(export.exporter(suffix).export(run.trace))
    assert "⟨1" in text or r"\langle 1" in text or suffix == "svg"


def test_the_typed_line_shows_the_numbers_of_the_call_at_work(run: gs.Run) -> None:
    program, typed = run.trace.program, Typed(run.trace.program)
    for n in range(1, run.trace.seed_step):
        node = program.nodes[run.trace.step(n).node]
        lines = typed.lines(run.trace, n, 400)
        assert node.span is not None
        assert any(piece.style == "active" and piece.text == program.text[slice(*node.span)] for piece in lines.typed)


def test_at_a_prompt_every_printed_line_is_true(run: gs.Run) -> None:
    said: list[str] = []
    prompt = Prompt(State(run.trace), said.append)
    prompt.begin()
    for line in ("n", "n", "i", "n", "i", "n", "u", "u", "g 5", "i", "u", "values", "f", "n", "i", "n", "p", "last"):
        prompt.hear(line)
    assert not [wrong for line in said for wrong in false_equations(line)]
