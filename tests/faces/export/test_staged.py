"""The backward pass as a program and as code: both run, and give the gradients of the run."""

from __future__ import annotations

import random
import runpy
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.trace import trace
from graphstep.faces.cli import main
from graphstep.faces.export._staged import staged
from graphstep.gates import ELEMENTWISE, STRUCTURAL
from graphstep.ground.arrays import shape_of
from graphstep.ground.errors import InputError
from graphstep.ground.operands import Chosen
from graphstep.language.listing import aliases, listing, text_of
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.read import read
from tests.gates.rows.test_rows import CASES
from tests.programs import seeded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from graphstep.gates.rule import Rule

RNG = np.random.default_rng(5)


def _cells(*shape: int) -> Any:
    return RNG.normal(size=shape)


CLASSES = [0, 2, 1, 1]

PROGRAMS: list[tuple[str, dict[str, Any]]] = [
    ("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}),
    ("q = x*y; q + q*q", {"x": 2.0, "y": 3.0}),
    ("1/(1+exp(-(w0*x0 + w1*x1 + w2)))", {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}),
    ("sum((sigmoid(x@w1)@w2 - y)^2)", {"x": _cells(4, 3), "w1": _cells(3, 5), "w2": _cells(5, 2), "y": _cells(4, 2)}),
    (
        "cross_entropy(relu(x@w + b)@v, y)",
        {"x": _cells(4, 3), "w": _cells(3, 6), "b": _cells(6), "v": _cells(6, 3), "y": [0, 2, 1, 1]},
    ),
    ("cross_entropy(x, y, label_smoothing=0.1, ignore_index=2)", {"x": _cells(4, 3), "y": [0, 2, 1, 1]}),
    ("cross_entropy(x, softmax(t), label_smoothing=0.2)", {"x": _cells(3, 4), "t": _cells(3, 4)}),
    ("cross_entropy(x, 1, label_smoothing=0.2)", {"x": _cells(4)}),
    ("mean(log_softmax(x)*t) + logsumexp(x) + norm(t)", {"x": _cells(3, 4), "t": _cells(3, 4)}),
    ("sum(softmax(x, axis=0)*t) + max(x) - min(t)", {"x": _cells(3, 4), "t": _cells(3, 4)}),
    ("sum(concat(x, y)*z) + sum(stack(x, y)[1]^3)", {"x": _cells(3), "y": _cells(3), "z": _cells(6)}),
    ("sum(x[::-1, 1]*y.T[0]) + x[0, 2]", {"x": _cells(3, 4), "y": _cells(3, 2)}),
    ("sum(layer_norm(x, y, z)^2*rms_norm(x, z, eps=0.5))", {"x": _cells(4, 3), "y": _cells(3), "z": _cells(4, 3)}),
    ("sum(batch_norm(x, y, z, eps=0.1)^2*x)", {"x": _cells(4, 3), "y": _cells(3), "z": _cells(1, 3)}),
    ("dot(x, y)*sum(outer(x, y)) + var(x)", {"x": _cells(3), "y": _cells(3)}),
    ("max(x, y, 0)*abs(y) + where(x > y, x^2, y) + clip(x, 0, 1)", {"x": 1.5, "y": -2.0}),
    ("sum(E[ids]^2) + sum(E[ids, 1]*s[range(3), ids])", {"E": _cells(4, 2), "ids": [0, 3, 3], "s": _cells(3, 4)}),
    ("sum(E[[0, 1, 1, 3, 2, 0, 2]]^2) + sum(E[:, [0, 1, 0]]) + E[-1, 0]", {"E": _cells(4, 2)}),
    ("sum(solve(A@A.T, b)^2) + sum(inv(A@A.T)) + logdet(A@A.T)", {"A": _cells(3, 3), "b": _cells(3)}),
    ("sum(conv1d(x, w, b)^2) + std(x)", {"x": _cells(2, 5), "w": _cells(3, 2, 2), "b": _cells(3)}),
    ("sum(conv2d(x, w, stride=(2, 1), padding=1)^2)", {"x": _cells(2, 2, 4, 4), "w": _cells(2, 2, 2, 3)}),
    ("sum(max_pool(x, (2, 2), stride=1)^2) + sum(windows(x, 2)[0, :, 0]*std(x, axis=1, ddof=1)[:, 0])", {"x": _cells(2, 3, 4)}),
    (
        "sin((x < y) + (x == y))*prod(w) + sum(prod(w, axis=(0, 1), keepdims=true)*v) + norm(x)",
        {"x": 0.5, "y": 2.0, "w": _cells(2, 3), "v": _cells(2, 1)},
    ),
    ("bce(sigmoid(x), y) + bce(x, y, logits=true) + bce(y, y)", {"x": _cells(3), "y": [0.5, 0.9, 0.25]}),
    ("lambda*np + tanh(lambda)", {"lambda": 0.5, "np": 2.0}),
    ("gelu(x) + silu(x) + softplus(x) + elu(x, 0.5) + leaky_relu(x, 0.1) + atan(x)", {"x": -0.7}),
]


def _runs(code: str, folder: Path) -> tuple[Any, dict[str, Any]]:
    """What the function of written code returns, called as the code itself calls it."""
    path = folder / "backward.py"
    path.write_text(code, encoding="utf-8")
    made = runpy.run_path(str(path), run_name="__main__")
    return made["output"], made["gradients"]


def _agree(text: str, values: dict[str, Any], output: Any, gradients: dict[str, Any]) -> None:
    run = gs.run(text, inputs=values)
    assert np.allclose(output, run.output, rtol=1e-12, atol=1e-13), text
    for name, gradient in gradients.items():
        assert np.shape(gradient) == np.shape(run.gradients[name]), (text, name)
        assert np.allclose(gradient, run.gradients[name], rtol=1e-11, atol=1e-12), (text, name)


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_the_code_gives_the_gradients_of_the_run(library: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if library == "torch":
        pytest.importorskip("torch", reason="PyTorch is not installed")
    for text, values in PROGRAMS:
        if library == "torch" and "::-1" in text:
            continue
        shapes = {name: shape_of(np.asarray(value, float)) for name, value in values.items()}
        given = {name: np.asarray(value, float) for name, value in values.items()}
        code = "".join(staged(listing(read(text, given), shapes), given, library, "graphstep gradient …"))
        output, gradients = _runs(code, tmp_path)
        _agree(text, values, output, gradients)
    assert "output" in capsys.readouterr().out


def test_the_code_keeps_the_digits_of_the_run_at_the_ends_of_its_functions(tmp_path: Path) -> None:
    for text, values in [
        ("elu(x)", {"x": -1e-17}),
        ("erfc(x)", {"x": 6.0}),
        ("gelu(x)", {"x": -8.0}),
        ("gelu_tanh(x)", {"x": -8.0}),
        ("logdet(x)", {"x": [[1.0, 2.0], [3.0, 4.0]]}),
        ("cross_entropy(x, 0)", {"x": [1000.0, 0.0]}),
        ("norm(x)", {"x": [3e200, -4e200]}),
        ("std(x)", {"x": [3e200, -4e200, 1e200]}),
        ("sum(layer_norm(x, 2, 1)*[1, 2, 4])", {"x": [3e200, -4e200, 1e200]}),
        ("sum(rms_norm(x)*[1, 2, 4])", {"x": [3e200, -4e200, 1e200]}),
        ("sum(batch_norm(x, 2, 1)*[[1, 2], [4, 8], [9, 1]])", {"x": [[3e200, 1], [-4e200, 2], [1e200, 5]]}),
        ("sum(norm(x, axis=0)*[1, 1e-300, 1])", {"x": [[3e-200, 3e200, 0], [4e-200, 4e200, 0]]}),
    ]:
        given = {name: np.asarray(value, float) for name, value in values.items()}
        code = "".join(staged(listing(read(text, given), {"x": given["x"].shape}), given, "numpy", "graphstep gradient …"))
        output, gradients = _runs(code, tmp_path)
        run = gs.run(text, inputs=values)
        np.testing.assert_allclose(output, run.output, rtol=1e-12, atol=0)
        np.testing.assert_allclose(gradients["x"], run.gradients["x"], rtol=1e-9, atol=0)


def test_torch_has_no_slices_that_run_backwards() -> None:
    of = listing(read("sum(x[::-1])*0*y + stop(x[::-1])[0]*y"), {"x": (2,), "y": ()})
    with pytest.raises(InputError, match="backwards"):
        list(staged(of, {}, "torch", "graphstep gradient …"))


def test_the_program_of_a_backward_pass_reads_back_and_gives_the_gradients() -> None:
    for text, values in PROGRAMS:
        given = {name: np.asarray(value, float) for name, value in values.items()}
        of = listing(read(text, given), {name: shape_of(value) for name, value in given.items()})
        run = gs.run(text_of(of), inputs=values)
        names = {name: called for name, (called, _) in aliases(of).items()}
        assert names, text
        _agree(text, values, run[of.names[of.output]].value, {name: run[called].value for name, called in names.items()})


def _alone(rule: Rule, values: Sequence[Any], options: Mapping[str, Any]) -> Program:
    """A program that is one gate."""
    names = [f"x{k}" for k in range(len(values))]
    gate = Node(rule, tuple(range(len(names))), None, None, "f", tuple(sorted(options.items())))
    return Program("f", (*(Node(None, (), name) for name in names), gate), len(names), {name: k for k, name in enumerate(names)})


def _calls() -> Iterator[tuple[Rule, Sequence[Any], Mapping[str, Any]]]:
    """Every gate on a few shapes, with cells in them, and options."""
    for name in STRUCTURAL:
        for case in CASES[name][:: max(1, len(CASES[name]) // 4)]:
            if all(map(all, case.shapes)) and ("index", (Chosen(()),)) not in case.options.items():
                yield case.gate, case.inputs(), case.options
    for rule in ELEMENTWISE.values():
        yield rule, RNG.uniform(0.2, 0.9, (max(rule.arity[0], len(rule.partials), 1), 2, 3)), {}


def test_the_backward_pass_of_every_gate_is_written_as_a_program_and_as_code(tmp_path: Path) -> None:
    for rule, values, options in _calls():
        program = _alone(rule, values, options)
        given = dict(zip(program.inputs, values, strict=True))
        with np.errstate(all="ignore"):
            run = trace(program, given)
            of = listing(program, {name: np.shape(value) for name, value in given.items()})
            again = gs.run(text_of(of), inputs={name: given[name] for name in read(text_of(of), given).inputs})
            what = (rule.name, [np.shape(value) for value in values], options)
            right = {name: run.gradient_of(node) for node, name in enumerate(program.inputs)}
            for name, (called, _) in aliases(of).items():
                # A gradient that is 0 whatever comes is a number with a name, and no node.
                written = again[called].value if called in again.program.names else 0.0
                assert np.allclose(written, right[name], rtol=1e-9, atol=1e-10, equal_nan=True), (what, name)
            code = "".join(staged(of, given, "numpy", "graphstep gradient …")).partition("\n\nif __name__")[0]
            (tmp_path / "backward.py").write_text(code, encoding="utf-8")
            _, gradients = runpy.run_path(str(tmp_path / "backward.py"))["forward_and_backward"](*map(np.asarray, values))
            for name, gradient in gradients.items():
                assert np.allclose(gradient, right[name], rtol=1e-9, atol=1e-10, equal_nan=True), (what, name)


def test_every_gradient_has_a_name_of_its_own_in_the_code_and_in_the_program() -> None:
    for text, names in {
        "(x+y)*z": {"x": "dx", "y": "dy", "z": "dz"},
        "(x+x2)*z": {"x": "dx", "x2": "dx2", "z": "dz"},
        "dx*x + y": {"dx": "ddx", "x": "dx_", "y": "dy"},
        "x - y": {"x": "dx", "y": "dy"},
    }.items():
        of = listing(read(text), {})
        assert {name: called for name, (called, _) in aliases(of).items()} == names, text
        pairs = ", ".join(f'"{name}": {called}' for name, called in names.items())
        code = "".join(staged(of, {}, "numpy", "c"))
        assert f"{{{pairs}}}" in code, text
        assigned = [line.split(" = ")[0].strip() for line in code.splitlines() if " = " in line]
        assert len(assigned) == len(set(assigned)), text
    assert "dy = np.float64(-1)" in "".join(staged(listing(read("x - y"), {}), {}, "numpy", "c"))
    assert text_of(listing(read("x - y"), {})).endswith("dx = 1\ndy = -1\n")


def test_random_programs_give_their_gradients_as_code(tmp_path: Path) -> None:
    draw, compared = random.Random(11), 0
    for _ in range(40):
        case = seeded(draw.randrange(10**6))
        try:
            code = "".join(staged(listing(read(case.text, case.inputs), {}), case.inputs, "numpy", "c"))
        except InputError:
            # A gate that no code is written for.
            continue
        with np.errstate(all="ignore"):
            output, gradients = _runs(code, tmp_path)
        run = gs.run(case.text, inputs=dict(case.inputs))
        assert np.isclose(output, run.output, rtol=1e-9), case.text
        for name, gradient in gradients.items():
            assert np.isclose(gradient, run.gradients[name], rtol=1e-7, atol=1e-9), (case.text, name)
        compared += 1
    assert compared > 20


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gradient", "(x+y)*z"]) == 0
    assert capsys.readouterr().out == "# forward: (x+y)*z\nu1 = x + y\nu2 = u1*z\ndx = z\ndy = z\ndz = u1\n"
    path = tmp_path / "slope.py"
    assert main(["gradient", "x^3", "x=2", "--to", str(path)]) == 0
    assert runpy.run_path(str(path))["forward_and_backward"](2.0) == (8.0, {"x": 12.0})
    assert main(["gradient", "x^3", "--format", "c"]) == 2
    assert "text, numpy or torch" in capsys.readouterr().err
    assert main(["gradient", "x*0 + y", "--data", "x,y", "x=1", "y=1"]) == 2


def test_the_call_takes_any_number_and_any_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "slope.py"
    for words, shown in (
        (["sum(x)*print + y", "x=[1,inf]", "print=2", "y=nan"], "output nan\nx [2. 2.]\nprint inf\ny 1.0\n"),
        (["lambda*lambda_", "lambda=2", "lambda_=3"], "output 6.0\nlambda 3.0\nlambda_ 2.0\n"),
    ):
        assert main(["gradient", *words, "--to", str(path)]) == 0
        capsys.readouterr()
        runpy.run_path(str(path), run_name="__main__")
        assert capsys.readouterr().out == shown


def test_a_quote_in_a_command_stays_inside_the_docstring(tmp_path: Path) -> None:
    code = "".join(staged(listing(read("x^2"), {}), {"x": 3.0}, "numpy", 'graphstep """; raise SystemExit \\'))
    assert _runs(code, tmp_path)[0] == 9
