"""Somebody's own engine is judged: the gate that is broken is the one that is named."""
# ruff: noqa: E501  # a case is a line

from __future__ import annotations

import ast
import json
import math
import random
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

import graphstep as gs
from graphstep.faces.cli import main
from graphstep.teaching.judge import process, programs, report
from graphstep.teaching.judge.faults import faults_of, faults_of_backward
from graphstep.teaching.judge.findings import Finding
from graphstep.teaching.judge.judgement import Judgement, judge
from graphstep.teaching.judge.machine import Machine, right_numbers
from graphstep.teaching.judge.operations import OPERATIONS
from graphstep.teaching.judge.trials import Call, Trial
from graphstep.teaching.lesson.catalogue import folder
from graphstep.teaching.lesson.code import files_of
from graphstep.telling.words.english import MESSAGES
from tests import FOLDER
from tests.cases import each
from tests.engine_mutants import ENGINE, module_of, mutants
from tests.local_engine import LocalEngine

SOURCE = ENGINE.read_text(encoding="utf-8")
TRIALS = [*programs.alone(), *(x for row in OPERATIONS.values() for x in programs.around(row, ["add", "mul", "sub"]))]
PRESENT = [name for name in OPERATIONS if name not in ("power", "rpow")]


def judged(source: str) -> Judgement:
    return judge(LocalEngine(module_of(ast.parse(source), "engine")))


def first_line(source: str) -> str:
    judgement = judged(source)
    return report.verdict_line(judgement.findings[0], "en") if judgement.findings else "right"


@pytest.fixture(scope="module")
def right() -> Judgement:
    return judged(SOURCE)


def test_an_engine_that_is_right_is_right(right: Judgement) -> None:
    assert right.is_right
    assert right.right == [x for x in PRESENT if x in right.right]
    assert {"add", "mul", "rdiv", "tanh", "relu", "softplus"} <= {*right.right}
    assert {"abs", "silu", "power"} <= {*right.absent}
    assert not right.consequences
    assert [(kink.trial.text, kink.came) for kink in right.kinks] == [("relu(x)", 0.0)]
    assert right.again is not None
    assert right.again[1:] == (-2.0, -7.0)


def test_the_operation_that_is_broken_is_named() -> None:
    for mutant in random.Random(3).sample(mutants(), 8):
        judgement = judge(LocalEngine(module_of(mutant.tree)))
        assert judgement.findings, f"none of the sample is equivalent: {mutant.what}"
        assert judgement.findings[0].operation == mutant.operation, mutant.what
        assert mutant.operation not in judgement.right


MUL = "self.grad += other.data * out.grad"
BROKEN = {
    MUL: (
        (MUL.replace("+=", "="), "mul, towards its first input: overwrites instead of adding up"),
        ("self.grad -= other.data * out.grad", "mul, towards its first input: the sign is turned"),
        ("self.grad += other.data", "mul, towards its first input: the upstream gradient is missing: it sends the local gradient alone"),
        ("self.grad += self.data * out.grad", "mul, towards its first input: sends with the local gradient of the other input"),
        ("pass", "mul, towards its first input: sends nothing"),
        ("other.grad += other.data * out.grad", "mul, towards its first input: sends to the other input instead"),
        ("self.grad += other.data * self.grad", "mul, towards its first input: takes the gradient of its input for that of its output"),
    ),
    "self.data * other.data, (self, other)": (
        ("self.data * other.data, (self,)", "mul, towards its second input: is left out of the graph, so that nothing goes on behind it"),
        ("self.data + other.data, (self, other)", "mul: its value is the sum of its inputs"),
    ),
    "return self + (-other)": (
        ("return self + other", "sub: is built as x + y"),
        ("return self - (-other)", "sub: it calls itself without an end"),
        ("return self + (-othr)", "sub: NameError: name 'othr' is not defined"),
        ("self + (-other)", "sub: it gives back nothing: is a return missing?"),
    ),
    "power * self.data ** (power - 1)": (
        ("self.data ** (power - 1)", "pow, towards its first input: its slope is wrong: the exponent is missing: it comes down as a factor"),
        ("power * self.data**power", "pow, towards its first input: its slope is wrong: the exponent comes down as a factor, and falls by one"),
    ),
    "self.grad = 1.0": (
        ("self.grad = 0.0", "backward: the gradient of the output is 0 at its start, so that nothing flows: it is 1"),
        ("self.grad = 3.0", "backward: the gradient of the output is not 1"),
        ("self.grad = self.data", "backward: the gradient of the output begins as its value: it is 1"),
    ),
    "self.grad = 0.0\n": (("self.grad = 1.0\n", "backward: the gradient of a new value begins at 1: it is 0 until something arrives"),),
    "for node in reversed(order)": (
        ("for node in order", "backward: only what the output itself sends arrives: the order is that of the forward pass"),
    ),
    "self.data = data": (("self.data = int(data)", "a value does not hold the number that it is made of"),),
    "if node not in seen:\n                seen.add(node)": (
        ("if node.data not in seen:\n                seen.add(node.data)", "backward: passes over a value with the same number as another"),
    ),
    "            node.send()": (("            node.send()\n            node.send()", "backward: each gate sends twice in a row"),),
    "        out = Number(self.data + other.data, (self, other))": (
        ("        self.data += other.data\n        out = Number(self.data, (self, other))", "add: changes the value of an input"),
    ),
    "math.tanh(self.data), (self,))": (
        ("math.tanh(self.dta), (self,))", "right"),
        ("math.tanh(self.data), (self,))\n        return out.data", "tanh: it gives back a float"),
    ),
}  # fmt: skip
CASES = [(old, new, said) for old, cases in BROKEN.items() for new, said in cases]


@each(("old", "new", "said"), CASES, ids=[new.strip() for _, new, _ in CASES])
def test_what_is_wrong_is_said_in_a_line(old: str, new: str, said: str) -> None:
    assert old in SOURCE
    line = first_line(SOURCE.replace(old, new, 1))
    assert line.startswith(said)


def test_what_is_built_from_a_wrong_gate_is_a_consequence() -> None:
    judgement = judged(SOURCE.replace(MUL, MUL.replace("+=", "=")))
    assert [each.operation for each in judgement.findings] == ["mul"]
    assert {"neg", "sub", "rsub", "rmul"} == {*judgement.consequences}
    assert judgement.findings[0].trial.text == "x*y + x"
    assert judgement.findings[0].came[1] == -1.5


def test_what_fails_on_the_nothing_of_another_operation_is_a_consequence() -> None:
    head, _, tail = SOURCE.partition("    def __truediv__")
    judgement = judged(head.rstrip().removesuffix("return out") + "\n" + "    def __truediv__" + tail)
    assert [(each.operation, each.error) for each in judgement.findings] == [
        ("mul", "it gives back nothing: is a return missing?")
    ]
    assert {"neg", "sub"} <= {*judgement.consequences}


RECURSION = "self.grad += came\n        for parent, slope in self.parents:\n            parent.backward(came * slope)"
RECURSIVE = f"""
class Number:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents

    def __add__(self, other):
        return Number(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Number(self.data * other.data, ((self, other.data), (other, self.data)))

    def backward(self, came=1.0):
        {RECURSION}
"""


@each(
    ("old", "new", "said"),
    [
        ("", "", "right"),
        ("came * slope", "self.grad * slope", "backward: a gate sends at each arrival all that it has by then"),
        ("self.grad += came", "self.grad = came", "backward: a value keeps what came along the last way to it"),
    ],
)
def test_an_engine_that_goes_along_every_way_by_recursion_is_right_where_it_adds(old: str, new: str, said: str) -> None:
    assert first_line(RECURSIVE.replace(old, new) if old else RECURSIVE).startswith(said)


def test_values_that_are_equal_in_all_their_numbers_are_not_one() -> None:
    # A dataclass compares field by field, and so does ``in`` with it.
    by_fields = "    def __eq__(self, other):\n        return (self.data, self.parents) == (other.data, other.parents)\n\n    __hash__ = object.__hash__\n\n"
    source = SOURCE.replace("    def backward(self)", f"{by_fields}    def backward(self)").replace(
        "if node not in seen", "if node not in order"
    )
    assert first_line(source).startswith("backward: passes over a value with the same number as another")


def test_a_misspelt_name_is_asked_about_and_another_one_is_not() -> None:
    more = "\n    def __isub__(self, other): ...\n    def zero_grad(self): ...\n\n\ndef Re_Lu(x): ...\n"
    of = judged(SOURCE.replace("relu", "rectify").replace("softplus", "sofplus").rstrip() + "\n" + more)
    assert of.is_right
    assert of.near == {"Re_Lu": "relu", "sofplus": "softplus"}
    assert "No operation is called Re_Lu: is relu meant?" in str([*report.body(of, "en")])


def test_zero_and_minus_zero_have_slopes_of_their_own() -> None:
    machine = Machine()
    # Of √(−x) the slope is 1/(2·√−0), which is −inf, times −1.
    trials = [Trial(1, (0.0,), calls) for calls in ((Call("sqrt", (0,)),), (Call("neg", (0,)), Call("sqrt", (1,))))]
    assert [next(machine.run(trial))[1] for trial in trials] == [math.inf, math.inf]


def test_two_faults_are_two_findings() -> None:
    source = SOURCE.replace(MUL, MUL.replace("+=", "-=")).replace("(1 - out.data**2)", "(1 - out.data)")
    judgement = judged(source)
    assert [each.operation for each in judgement.findings] == ["mul", "tanh"]
    assert [each.key for each in judgement.findings] == ["judge-sign", "slope-tanh-square"]


def test_an_engine_that_sends_too_early_has_a_wrong_order() -> None:
    early = SOURCE.replace(
        "                for parent in node.parents:\n                    visit(parent)\n                order.append(node)", "X"
    )
    early = early.replace(
        "X", "                order.append(node)\n                for parent in node.parents:\n                    visit(parent)"
    )
    assert first_line(early.replace("reversed(order)", "order")).startswith("backward: a gate sends as soon as its first")
    assert first_line(early).startswith("backward: only what the output itself sends")


def test_a_number_that_is_a_little_off_is_a_remark() -> None:
    judgement = judged(SOURCE.replace("self.data / other.data, (self", "self.data / (other.data + 1e-8), (self"))
    assert judgement.is_right
    assert judgement.doubts
    assert not judged(SOURCE.replace("self.data / other.data, (self", "self.data / (other.data + 1e-5), (self")).is_right


def test_an_engine_of_float32_is_held_to_float32() -> None:
    rounded = SOURCE.replace("import math\n", "import math\nimport numpy as np\n").replace(
        "self.data = data", "self.data = np.float32(data)"
    )
    assert judged(rounded).is_right


def test_a_program_reads_as_what_it_is() -> None:
    for trial in {(x.text, len(x.inputs)): x for x in TRIALS if x.calls}.values():
        run = gs.run(trial.text, inputs=dict(zip(trial.names, trial.inputs, strict=True)))
        expected = [run.output, *(run.gradients[name] for name in trial.names)]
        assert right_numbers(trial) == pytest.approx(expected, rel=1e-12, abs=1e-12), trial.text
        gates = ["pow" if node.gate == "power" else node.gate for node in run.trace.program.nodes if node.rule is not None]
        assert sorted(gates) == sorted(OPERATIONS[call.operation].gate for call in trial.calls), trial.text


def test_random_programs_are_the_same_every_time() -> None:
    once, again = (list(programs.at_random(PRESENT)) for _ in range(2))
    assert once == again
    assert len(once) == programs.RANDOM


def test_every_fault_has_words() -> None:
    faults = [*faults_of_backward(), *(fault for name in OPERATIONS for fault in faults_of(name))]
    assert {fault.key for fault in faults} <= MESSAGES.keys()


# -- in a process of its own ------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "mine.py"


def test_the_command_prints_the_verdict_and_its_data(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("print('right: 99 gates')\n" + SOURCE.replace(MUL, MUL.replace("+=", "=")), encoding="utf-8")
    assert main(["judge", "mine.py", "--require", "exp,abs"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "wrong: mul, towards its first input: overwrites instead of adding up"
    assert "wrong: abs is required, and absent" in out
    assert main(["judge", "mine.py", "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    schema = json.loads((resources.files("graphstep.faces.export") / "schema-judge-1.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, schema)
    page = (FOLDER.parent / "docs/reference/json.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", page.split("\n## Judgements\n")[1]))
    assert {*data, *data["findings"][0], *data["findings"][0]["came"], "gradient", "graphstep"} - named == set()
    assert data["findings"][0]["fault"] == "overwrite"
    assert data["findings"][0]["expected"]["gradients"] == {"x": -0.5, "y": 2.25}


UNREADABLE = [
    ("x = 1", [], "error: mine has no class with a method backward"),
    ("class A:\n    def backward(self): ...\nclass B:\n    def backward(self): ...", [], "error: several classes have a method backward: A, B\nhint: name the one"),
    ("class A:\n    def backward(self): ...", [], "error: A(0.7) holds no number that can be read: TypeError: A() takes no arguments"),
    ("x = (", [], "error: mine.py cannot be imported: SyntaxError"),
    ("1/0", [], "error: mine.py cannot be imported: ZeroDivisionError: division by zero (mine.py:1)"),
    ("import nowhere_to_be_found", [], "error: there is no module 'nowhere_to_be_found'"),
    ("import os\nos._exit(0)", [], "error: 'mine.py' did not get through its import"),
    ("x = 1", ["--require", "tahn"], "error: no operation is called 'tahn'\nhint: did you mean 'tanh'?"),
    ("x = 1", ["--class", "B"], "error: mine has no class B with a method backward"),
]  # fmt: skip


@each(("source", "more", "error"), UNREADABLE, ids=[source[:30] for source, _, _ in UNREADABLE])
def test_what_cannot_be_judged_is_status_2(source, more, error, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(source + "\n", encoding="utf-8")
    assert main(["judge", "mine.py", *more]) == 2
    assert capsys.readouterr().err.startswith(error)


def test_no_file_and_no_module_is_status_2(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", "none.py"]) == 2
    assert main(["judge", "a-b"]) == 2
    file.with_name("bin.dat").write_bytes(b"\x80")
    assert main(["judge", "bin.dat"]) == 2
    assert main(["judge", "no_such_package.engine"]) == 2
    assert [line for line in capsys.readouterr().err.splitlines() if "error" in line] == [
        "error: there is no file 'none.py'",
        "error: 'a-b' is no file and no module",
        "error: bin.dat is no Python file",
        "error: there is no module 'no_such_package'",
    ]


ENDLESS = SOURCE.replace("self.grad += math.cos(self.data) * out.grad", "while True: __import__('time').sleep(0.1)")
GREEDY = SOURCE.replace("self.grad += math.cos(self.data) * out.grad", "self.kept = bytearray(1 << 31)")
STUCK = SOURCE.replace("out = Number(math.cos(self.data), (self,))", "import threading; threading.Event().wait()")
LEAVING = SOURCE.replace("out = Number(math.cos(self.data), (self,))", "import os; os._exit(3)")


def test_what_does_not_end_or_is_slow_is_ended_by_the_clock_and_told_so(file: Path) -> None:
    slow = SOURCE.replace("        self.grad = 1.0\n", "        self.grad = 1.0\n        import time; time.sleep(0.05)\n")

    def found(name: str, source: str, seconds: float) -> Sequence[Finding]:
        file.with_name(name).write_text(source, encoding="utf-8")
        with process.engine(name, seconds=seconds) as engine:
            return judge(engine).findings

    # The three wait for their clocks at the same time.
    with ThreadPoolExecutor() as pool:
        (endless, *_), (stuck,), (late,) = pool.map(
            found, ("endless.py", "stuck.py", "late.py"), (ENDLESS, STUCK, slow), (2, 2, 1)
        )
    assert report.verdict_line(endless, "en") == "sin: the process was ended after 20 seconds"
    assert endless.trial.text == "sin(x)"
    assert (stuck.operation, stuck.key, stuck.trial.text) == ("cos", "judge-clock", "cos(x)")
    assert report.verdict_line(late, "en").startswith("the engine is too slow: ")


def test_what_takes_all_memory_is_wrong(file: Path) -> None:
    file.write_text(GREEDY, encoding="utf-8")
    with process.engine("mine.py") as engine:
        judgement = judge(engine)
    assert report.verdict_line(judgement.findings[0], "en") == "sin: MemoryError"


def test_what_leaves_when_it_is_looked_at_is_wrong_by_name(file: Path) -> None:
    file.write_text(LEAVING, encoding="utf-8")
    with process.engine("mine.py") as engine:
        (finding,) = judge(engine).findings
    assert (finding.operation, finding.key, finding.trial.text) == ("cos", "judge-ended", "cos(x)")


def test_an_engine_that_takes_small_numbers_only_says_so_itself() -> None:
    careful = SOURCE.replace(
        "        self.data = data\n", "        assert abs(data) < 1, 'small numbers only'\n        self.data = data\n"
    )
    assert first_line(careful) == "add: AssertionError: small numbers only"


def test_a_program_that_is_left_from_within_is_no_end_of_ours() -> None:
    assert first_line(SOURCE.replace("for node in reversed(order)", "for node in exit(3)")) == "backward: SystemExit: 3"
    misspelt = SOURCE.replace("Number(self.data + other.data", "Number(slf.data + other.data")
    assert first_line(misspelt) == "add: NameError: name 'slf' is not defined"


# -- the engines of the lessons -----------------------------------------------------------------------------------------------------

MENDED = {
    ("07-write-your-own-gate", "gate.py"): (
        ("mul, towards both its inputs: sends nothing", "        return [0.0, 0.0]", "        return [self.y, self.x]"),
        ("mul: it", "        # Keep here what the way back will need.", "        self.x, self.y = x, y"),
        ("mul, towards both its inputs: the upstream gradient is missing", "[self.y, self.x]", "[dz * self.y, dz * self.x]"),
    ),
    ("08-which-order", "sabotaged.py"): (
        ("mul, towards its first input: overwrites", "self.grad = other.data", "self.grad += other.data"),
        ("backward: a gate sends as soon as", "order.append(value)\n", "pass\n"),
        ("backward: ", "visit(each)\n", "visit(each)\n                order.append(value)\n"),
        ("backward: ", "in order:", "in reversed(order):"),
    ),
    ("27-an-engine-of-ones-own", "engine.py"): (
        ("backward: the gradient of the output is 0", "        pass\n", "        self.grad = 1.0\n        self.send()\n"),
        ("add, towards both its inputs: sends nothing", "            pass\n", "            self.grad += out.grad\n            other.grad += out.grad\n"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("lesson", MENDED, ids=lambda lesson: lesson[1])
def test_the_engine_of_a_lesson_is_judged_step_by_step_until_it_is_right(lesson: tuple[str, str]) -> None:
    name, file = lesson
    code = files_of(folder() / f"{name}.md")[file]
    for said, old, new in MENDED[lesson]:
        assert first_line(code).startswith(said) or (said == "mul: it" and first_line(code).startswith("mul:"))
        head, _, tail = code.rpartition(old)
        assert head, old
        code = head + new + tail
    # What the last lesson leaves to be written is absent, and its order is still to come.
    assert first_line(code) == "right" or file == "engine.py"


def test_a_lesson_writes_its_file_once(file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GRAPHSTEP_DATA", str(file.parent / "data"))
    assert main(["lesson", "code", "7"]) == 0
    written = file.parent / "data" / "gate.py"
    assert f"wrote {written}" in capsys.readouterr().out
    written.write_text("mine", encoding="utf-8")
    assert main(["lesson", "code", "write your own"]) == 0
    assert "stays as it is" in capsys.readouterr().out
    assert written.read_text(encoding="utf-8") == "mine"
    assert main(["lesson", "code", "1"]) == 2
    assert main(["lesson", "code"]) == 2


def test_a_new_lesson_passes_the_check(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lesson", "new", "my-first-lesson"]) == 0
    assert main(["lesson", "check", "my-first-lesson.md"]) == 0
    assert "\n# My first lesson\n" in (file.parent / "my-first-lesson.md").read_text(encoding="utf-8")
    assert main(["lesson", "new", "my-first-lesson.md"]) == 2
    assert "is there already" in capsys.readouterr().err
