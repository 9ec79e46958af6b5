"""No text executes code, hangs or eats memory: it is read, or refused with a reason, within a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graphstep.ground import limits
from graphstep.ground.errors import InputError, LimitError
from graphstep.language.read import read
from graphstep.language.read.foreign.names import name_hint
from graphstep.language.shapes import infer_shapes
from graphstep.language.values import read_inputs, read_value
from tests.cases import each
from tests.effort import effort
from tests.reading import value

if TYPE_CHECKING:
    from pathlib import Path

_PAYLOADS = [
    "__import__('os').system('touch MARKER')",
    "open('MARKER', 'w')",
    "open('MARKER','w').write('x')",
    "exec(\"open('MARKER', 'w')\")",
    'eval(\'open("MARKER", "w")\')',
    "().__class__.__base__.__subclasses__()",
    "x.__class__.__mod__.__globals__['__builtins__']['open']('MARKER', 'w')",
    "(lambda: open('MARKER', 'w'))()",
    "[open('MARKER', 'w') for x in (1,)]",
    "{open('MARKER', 'w')}",
    'f\'{open("MARKER", "w")}\'',
    'lambdify([x], \'open("MARKER", "w")\')(1)',
    'sympify(\'open("MARKER", "w")\')',
    "Symbol('x').evalf(subs=open('MARKER', 'w'))",
    "x if open('MARKER', 'w') else y",
    "import os; os.system('touch MARKER')",
    "x = 1; __builtins__.open('MARKER', 'w')",
    "globals()['__builtins__']",
    "$(touch MARKER)",
    "`touch MARKER`",
    "x | touch MARKER",
    "x; touch MARKER",
    "%(x)s {x} {0.__class__}",
    "@MARKER",
    "!touch MARKER",
    "os.system",
    "__builtins__",
    "print(x)",
    "breakpoint()",
    "exit()",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@each("payload", _PAYLOADS)
def test_a_payload_is_text(payload: str, folder: Path) -> None:
    text = payload.replace("MARKER", "marker")
    for attempt in (
        lambda: read(text),
        lambda: read_value(text),
        lambda: read_inputs([f"x={text}"]),
        lambda: read_inputs([text]),
    ):
        said = _outcome(attempt)
        assert said
    assert list(folder.iterdir()) == []


def _outcome(attempt: object) -> str:
    assert callable(attempt)
    try:
        return repr(attempt())
    except InputError as error:
        return error.report()


_HUGE = {
    "powers": "9**9**9**9",
    "a power of a power of ten": "10**10**10",
    "a power on x": "10**(10**8)*x",
    "exponentials": "exp(exp(exp(exp(100))))",
    "a numeral with a huge exponent": "1e999999",
    "a numeral with a huge negative exponent": "1e-999999999999",
    "a long exponent": "1e" + "9" * 10_000,
    "a numeral of 10,000 digits": "1" * 10_000,
    "decimals": "0." + "1" * 10_000,
    "a factorial": "factorial(1000000)",
    "factorials": "9!!!!!!!!",
    "parentheses": "(" * 10_000 + "x" + ")" * 10_000,
    "open parentheses": "(" * 90_000,
    "closed parentheses": ")" * 90_000,
    "calls": "sin(" * 10_000 + "x" + ")" * 10_000,
    "signs": "-" * 10_000 + "x",
    "pluses": "+" * 90_000,
    "a tower": "^".join("x" * 10_000),
    "a tower of negative powers": "x^-" * 10_000 + "x",
    "bars": "|" * 10_000,
    "bars and names": "|x" * 10_000,
    "stars": "*" * 10_000,
    "commas": "max(" + "," * 10_000 + ")",
    "separators": ";" * 90_000,
    "lines": "\n" * 90_000,
    "spaces": " " * 90_000 + "x",
    "a comment": "x #" + "#" * 90_000,
    "a long name": "x" * 90_000,
    "a long call": "x" * 50_000 + "(" + "y" * 40_000 + ")",
    "equals signs": "x" + "=" * 10_000,
    "names side by side": "x " * 10_000,
    "numbers side by side": "1 " * 10_000,
    "dots": "." * 10_000,
    "two readings, far apart": "1/2(" + "x+" * 10_000 + "x)",
    "many inputs of max": "max(" + "x," * 2_000 + "x)",
    "marks over one letter": "x" + "\u0315\u0300" * 40_000,
    "marks over every letter": "x\u0300" * 40_000,
    "characters that grow": "\ufdfa" * 5_500,
    "superscripts": "x" + "²" * 10_000,
    "nested assignments": "; ".join(f"v{i + 1} = v{i} + v{i}" for i in range(500)),
    "unused statements": "x;" * 10_000,
    "blanks behind a word that may begin a repetition": "repeat" + " " * 90_000,
    "blanks before a brace that is missing": "repeat t in" + " " * 40_000 + "x" + " " * 40_000 + "y",
    "calls in another spelling": "acoth(" * 42 + "x" + ")" * 42,
    "repetitions inside each other": "h=x\n" + "repeat 100 { " * 10 + "h=h+1" + " }" * 10 + "\nh",
    "a repetition of nothing, beside a large body": "h=x\nrepeat 9999 { repeat 0 { h = " + "h+" * 20_000 + "1 } }\nh",
}
_STRANGE = {
    "null": "x\x00y",
    "bell": "x\x07",
    "escape": "\x1b[31mx\x1b[0m",
    "backspace": "x\x08y",
    "carriage return": "x\ry",
    "zero width space": "x\u200b+y",
    "zero width joiner": "x\u200dy",
    "byte order mark": "\ufeffx",
    "bidi override": "x\u202e+y",
    "bidi isolate": "\u2066x\u2069",
    "soft hyphen": "x\u00ady",
    "line separator": "x\u2028y",
    "lone surrogate": "x\ud800",
    "private use": "\ue000",
    "noncharacter": "\uffff",
    "tag": "x\U000e0041",
    "emoji": "x + 🙂",
    "mark without a letter": "\u0301x",
    "variation selector": "x\ufe0f",
    "fraction slash": "1\u20442",
    "division slash": "x\u2215y",
}


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small part of what is allowed: what grows faster than the text shows at this size too."""
    monkeypatch.setattr(limits, "TEXT", 100_000)
    monkeypatch.setattr(limits, "WRITTEN", 100_000)
    monkeypatch.setattr(limits, "GATES", 20_000)


@pytest.mark.usefixtures("small_limits")
@each("text", [*_HUGE.values(), *_STRANGE.values()], ids=[*_HUGE, *_STRANGE])
def test_a_hostile_text_is_read_or_refused_with_work_for_each_of_its_characters(text: str) -> None:
    reports: list[str] = []

    def computed() -> float:
        program = read(text)
        return value(program, dict.fromkeys(program.inputs, 1.0))

    def work() -> None:
        reports.append(_outcome(computed))
        reports.append(_outcome(lambda: read_value(text)))

    assert effort(work) < 100_000 + 200 * len(text)
    for report in reports:
        assert report
        assert len(report) < 2_000


@each("text", _STRANGE.values(), ids=_STRANGE)
def test_a_strange_character_is_no_part_of_a_name_and_what_is_said_of_it_is_safe_to_print(text: str) -> None:
    said = _outcome(lambda: read(text).inputs)
    assert said.startswith("error: ")
    assert all(c.isprintable() or c == "\n" for c in said)
    said.encode("utf-8")


@each("name, text", [("x10", "x10 # " + "1" * 2_000), ("xy", "xy # " + "1" * 2_000), ("Tx", "w ^ Tx # " + " " * 2_000)])
def test_a_hint_for_a_name_does_not_try_every_way_to_read_a_number_beside_it(name: str, text: str) -> None:
    # In all ways to share digits out it would take minutes.
    name_hint(name, text, ["x", "y"])


def test_a_gradient_of_a_gradient_and_so_on_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GATES", 2_000)
    text = "g = sin(x)*exp(x)*tanh(x)\n" + "\n".join(f"g{k} = grad({f'g{k - 1}' if k else 'g'}, x) + x" for k in range(12))
    with pytest.raises(LimitError, match="gradients and copies written out, this program has more than 2,000 gates"):
        infer_shapes(read(text), {})


def test_gradients_of_gradients_are_refused_before_they_are_written_out() -> None:
    def text(of: str, count: int) -> str:
        return f"g0 = {of}\n" + "\n".join(f"g{k} = grad(g{k - 1}, x)" for k in range(1, count + 1))

    def refused() -> None:
        with pytest.raises(LimitError, match="go on like these come to more than 1,000,000 gates"):
            infer_shapes(read(text("sigmoid(x)*x", 11)), {})

    assert effort(refused) < 500_000
    # Those of a polynomial come to nothing.
    factors = "*".join(f"(x+{k})" for k in range(9))
    assert len(infer_shapes(read(text(factors, 40)), {}).program.nodes) < 10_000


def test_a_hundred_thousand_terms_are_read() -> None:
    program = read("+".join(["x"] * 100_001))
    assert len(program.nodes) == 100_001
    assert value(program, {"x": 1.0}) == 100_001.0
    assert len(program.label(program.output)) == 60


def test_a_power_of_powers_is_infinite_and_not_a_long_integer() -> None:
    assert read_value("9**9**9**9") == float("inf")
    assert value(read("9**9**9**9 + x"), {"x": 0.0}) == float("inf")


@pytest.mark.parametrize("text", ["+".join(["x"] * 1_000_050), "*".join(["(x+y)"] * 650_000)], ids=["sum", "product"])
def test_a_program_with_too_many_gates_is_refused_before_it_is_built(text: str) -> None:
    def refused() -> None:
        with pytest.raises(LimitError, match="at most 1,000,000 gates"):
            read(text)

    assert effort(refused) < 10_000
