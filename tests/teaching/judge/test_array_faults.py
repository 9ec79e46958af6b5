"""Engines of arrays are judged: what broadcasting, sums and matrix products send back."""
# ruff: noqa: E501  # a case is a line

from __future__ import annotations

import ast
import json
import random
import re
from importlib import resources
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import graphstep as gs
from graphstep.faces.cli import main
from graphstep.teaching.judge import report
from graphstep.teaching.judge.array_faults import faults_of_arrays, faults_of_broadcast
from graphstep.teaching.judge.array_programs import Plan
from graphstep.teaching.judge.fault import BROADCAST
from graphstep.teaching.judge.findings import Judgement, agree
from graphstep.teaching.judge.gate import cells_of
from graphstep.teaching.judge.judgement import judge
from graphstep.teaching.judge.machine import right_numbers
from graphstep.teaching.judge.operations import ARRAYS, OPERATIONS, ROWS
from graphstep.telling.words.english import MESSAGES
from tests.cases import each
from tests.engine_mutants import ARRAY_ENGINE, is_located, module_of, mutants
from tests.local_engine import LocalEngine

SOURCE = ARRAY_ENGINE.read_text(encoding="utf-8")


def judged(source: str) -> Judgement:
    return judge(LocalEngine(module_of(ast.parse(source.replace("class Tensor", "ZEROS = {}\n\n\nclass Tensor", 1)), "engine")))


def lines(judgement: Judgement) -> list[str]:
    return [report.verdict_line(finding, "en") for finding in judgement.findings]


def changed(*pairs: tuple[str, str]) -> str:
    source = SOURCE
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


def test_an_engine_of_arrays_that_is_right_is_right() -> None:
    judgement = judged(SOURCE)
    assert judgement.is_right
    assert {"matmul", "transpose", "sum0", "mean1", "softmax", "logsoftmax", "add", "rmul"} <= {*judgement.right}
    assert judgement.absent[-1] == "largest"
    assert not judgement.without_arrays
    assert not judgement.unbroadcast


def test_a_broken_operation_on_arrays_is_named() -> None:
    own = [x for x in mutants(ARRAY_ENGINE) if x.operation in ARRAYS or x.operation == "broadcast"]
    for mutant in random.Random(4).sample(own, 5):
        judgement = judge(LocalEngine(module_of(mutant.tree)))
        assert is_located(mutant, judgement), (mutant.what, lines(judgement))


MATMUL = "self.grad += out.grad @ other.data.T"
ADDED = "other.grad += gathered(out.grad, other.shape)"
BROKEN = [
    (MATMUL, MATMUL.removesuffix(".T"), "x @ y, towards its first input: the other matrix is not transposed"),
    (MATMUL, "self.grad += other.data.T @ out.grad", "x @ y, towards its first input: the factors stand in the wrong order"),
    (MATMUL, MATMUL.replace("+=", "="), "x @ y, towards its first input: overwrites instead of adding up"),
    (MATMUL, "self.grad += out.grad * other.data", "x @ y, towards its first input: multiplies cell by cell"),
    (ADDED, "other.grad = other.grad + out.grad", "add, towards its second input: the gradient of an input that was copied is not summed"),
    ("* out.data.size / self.data.size", "", "mean(x), towards its input: is not divided by the number of cells"),
    ("self.grad += gradient * np.ones_like(self.data)\n", "self.grad = gradient\n", "sum(x), towards its input: sends its upstream gradient as it is"),
    ("self.grad += out.grad.T", "self.grad += out.grad", "x.T, towards its input: sends its upstream gradient untransposed"),
    ("whole = np.exp", "axis = 0\n        whole = np.exp", "softmax(x, axis=1): its value is that of each column"),
    ("self.grad = np.ones_like(self.data)", "self.grad = np.zeros_like(self.data)", "backward: the gradient of the output is 0 at its start"),
    ("np.array(data, dtype=float)", "np.array(data, dtype=int)", "a value does not hold the number that it is made of"),
    ("out = Tensor(self.data * (self.data > 0), (self,))", "self.data *= self.data > 0\n        out = Tensor(self.data, (self,))", "relu: changes the value of an input"),
    ("self.grad = np.zeros_like(self.data)", "self.grad = ZEROS.setdefault(self.data.shape, np.zeros(self.data.shape))", "new values have one array for all their gradients"),
    ("            node.send()", "            node.send()\n            node.send()", "backward: each gate sends twice in a row"),
    ("self.grad += out.data * (out.grad - together)", "self.grad += out.grad * out.data * (1 - out.data)", "softmax(x, axis=1), towards its input: takes s(1 − s) cell by cell"),
]  # fmt: skip


@each("old, new, said", BROKEN)
def test_what_is_wrong_with_arrays_is_said_in_a_line(old: str, new: str, said: str) -> None:
    # One of them has the same line twice: in a sum, and in a mean that is wrong with it.
    assert lines(judged(changed((old, new))))[0].startswith(said)


def test_who_hands_on_the_array_of_a_gradient_is_named_and_not_who_adds_to_it() -> None:
    # The contributions of a sum are its own gradient, and += writes into it where another one arrives.
    add = "            self.grad += gathered(out.grad, self.shape)\n            other.grad += gathered(out.grad, other.shape)"
    received = "for one in (self, other):\n                received(one, gathered(out.grad, one.shape))"
    function = "def received(one, gradient):\n    if one.grad is None:\n        one.grad = gradient\n    else:\n        one.grad += gradient"
    source = changed(
        (add, f"            {received}"),
        ("class Tensor", f"{function}\n\n\nclass Tensor"),
        ("self.grad = np.zeros_like(self.data)", "self.grad = None"),
    )
    source = re.sub(r"(self|other)\.grad ([+-])= (.*)", r"received(\1, \g<2>(\3))", source)
    assert lines(judged(source))[0].startswith("add: hands on the array of its own gradient")


def test_an_engine_of_float32_is_right_where_few_digits_are_left() -> None:
    assert judged(changed(("dtype=float", "dtype=np.float32"))).is_right


def test_an_operation_that_is_built_wrong_of_others_is_shown_as_it_is_built() -> None:
    mean = "def mean(self, axis=None):\n"
    judgement = judged(changed((mean, mean + "        return self.sum() * 1.0\n\n    def unused(self, axis=None):\n")))
    assert lines(judgement)[0] == "mean(x): is built as sum(x)*1"
    right = judged(
        changed((mean, mean + "        return self.sum() * (1 / self.data.size)\n\n    def unused(self, axis=None):\n"))
    )
    assert "mean" in right.right


def test_what_does_not_sum_over_copies_anywhere_is_one_fault() -> None:
    one = judged(
        changed(("return gradient\n", "return start\n"), ("while gradient.ndim", "start = gradient\n    while gradient.ndim"))
    )
    assert lines(one) == [
        "broadcasting: what is sent to an input that was copied to the shape of the other does not have the shape of that input: "
        "sum it over the copies"
    ]
    assert not {"add", "mul", "div"} & {*one.right}
    mean = judged(changed(("gradient = gradient.sum(axis=0)", "gradient = gradient.mean(axis=0)")))
    assert lines(mean)[0].startswith("mul, towards its second input: what it sends is wrong")


def test_an_engine_that_starts_at_numbers_only_is_judged_through_sums() -> None:
    asserted = changed(("self.grad = np.ones_like", "assert self.data.size == 1\n        self.grad = np.ones_like"))
    assert judged(asserted).is_right
    wrong = judged(asserted.replace(MATMUL, MATMUL.removesuffix(".T")))
    assert wrong.findings[0].trial.text == "sum(x @ y)"


def test_an_engine_that_takes_no_numbers_is_judged_on_arrays() -> None:
    only = changed(
        (
            "self.data = np.array(data, dtype=float)",
            "self.data = np.array(data, dtype=float)\n        assert self.data.ndim or parents",
        )
    )
    judgement = judged(only)
    assert judgement.is_right, lines(judgement)
    assert "matmul" in judgement.right


def test_what_refuses_different_shapes_or_arrays_is_told() -> None:
    refused = changed(
        ("out = Tensor(self.data + other.data", "assert self.shape == other.shape\n        out = Tensor(self.data + other.data")
    )
    assert judged(refused).unbroadcast == ["add", "sub"]
    numbers = judged(changed(("np.tanh(self.data)", "np.tanh(self.data.item())")))
    assert numbers.is_right
    assert numbers.without_arrays == ["tanh"]


def test_programs_on_arrays_read_as_what_they_are() -> None:
    plan = Plan(closed=True)
    rows, right = list(ROWS.values()), [*ROWS]
    trials = [*plan.alone(rows), *(x for row in rows for x in plan.around(row, right))]
    trials += [x for row in rows for x in plan.broadcast(row, right, numbers=True)] + [
        *plan.chains(right),
        *plan.at_random(right, 5),
    ]
    for trial in {x.text: x for x in trials}.values():
        run = gs.run(trial.text, inputs={name: np.array(x) for name, x in zip(trial.names, trial.inputs, strict=True)})
        expected = [
            run.output,
            *(run.gradients.get(name, np.zeros_like(x)) for name, x in zip(trial.names, trial.inputs, strict=True)),
        ]
        assert agree(right_numbers(trial), [cells_of(x) for x in expected], 1e-12, 1.0), trial.text


def test_every_fault_of_arrays_has_words() -> None:
    faults = [fault for name in ARRAYS for fault in faults_of_arrays(name)]
    faults += [fault for name in (*OPERATIONS, BROADCAST) for fault in faults_of_broadcast(name)]
    assert {fault.key for fault in faults} <= MESSAGES.keys()


def test_the_command_shows_arrays_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(changed((ADDED, "other.grad = other.grad + out.grad")), encoding="utf-8")
    assert main(["judge", "mine.py"]) == 1
    out = capsys.readouterr().out
    assert "(x + y)*z with x = [[0.75, -0.5], [1.625, 2.25]], y = [0.5, -1.5], z = [[2, -1], [0.5, 3]]" in out
    assert "df/dy           [2.5, 2]  [[2, -1], [0.5, 3]]  ← differs" in out
    assert "df/dx[1]        [0.5, 3]             [0.5, 3]\n" in out
    assert main(["judge", "mine.py", "--require", "matmul", "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    schema = json.loads((resources.files("graphstep.faces.export") / "schema-judge-1.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, schema)
    assert data["findings"][0]["came"]["gradients"]["y"] == [[2, -1], [0.5, 3]]
