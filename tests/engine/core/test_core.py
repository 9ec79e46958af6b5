"""The compiled core does what Python does on a tape, to the bit; it is of the source as it stands."""

from __future__ import annotations

import shlex
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graphstep import __version__
from graphstep.engine import core as cores
from graphstep.engine import passes
from graphstep.engine import tape as tapes
from graphstep.engine.arithmetic import with_products
from graphstep.engine.core import SOURCE, compiler
from graphstep.engine.core.compiler import LIBRARY, CompileError
from graphstep.engine.core.loop import CompiledLoop
from graphstep.engine.loop import PythonLoop
from graphstep.engine.reruns import every_number
from graphstep.engine.trace import trace
from graphstep.faces.cli import main
from graphstep.gates import ELEMENTWISE
from graphstep.gates.c import expression
from graphstep.gates.floats import PLAIN, float_function
from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.products import matmul
from graphstep.ground.errors import GraphstepError
from graphstep.language.rewrite import read_program
from tests.benchmarks.shapes import SHAPES
from tests.cases import each
from tests.core_source import expressions, source
from tests.engine.core import compiled
from tests.engine.test_tape import SPECIAL, bits

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def core() -> Any:
    found = compiled.core()
    if isinstance(found, str):
        pytest.skip(f"there is no core to compare with: {found}")
    return found


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "balanced tree"])
def test_a_tape_is_computed_by_the_core_where_there_is_one(monkeypatch: pytest.MonkeyPatch, core: Any, shape: str) -> None:
    program, inputs = SHAPES[shape](3_200)
    loops, numbers = [], []
    for one in (None, core):
        monkeypatch.setattr(tapes, "core", lambda one=one: one)
        run = trace(program, inputs, seed=0.75)
        assert run.plan.tape is not None
        loops.append(type(run.plan.tape.loop))
        numbers.append(bits(every_number(run)))
    assert loops == [PythonLoop, CompiledLoop]
    assert numbers[0] == numbers[1]


def test_every_expression_is_exact_at_the_ends_of_float64_and_at_ties(core: Any) -> None:
    numbers = (*SPECIAL, -3.0, 1 / 3, 2.5, -2.5, 709.0, -745.2, 5e-324, -5e-324, 1.7976931348623157e308)
    core.zeros(*(PLAIN[name](x, -x) for name in ("maximum", "minimum") for x in (0.0, -0.0)))
    compared = set()
    for rule in ELEMENTWISE.values():
        for count in range(rule.arity[0], 3 if rule.chooses else len(rule.partials) + 1):
            text = expression(rule, count)
            if text is None:
                continue
            compared.add(text)
            rows = [*product(numbers if count < 3 else SPECIAL, repeat=count)]
            with np.errstate(all="ignore"):
                expected = np.array([float_function(rule, count)[0](*row) for row in rows])
            cells = np.array([[*row, 7.0] for row in rows])
            code = [[core.EXPRESSIONS.index(text), at + count, *range(at, at + count)] for at in range(0, cells.size, count + 1)]
            core.forward(cells, np.array(code, np.int32), ())
            assert bits(cells[:, count]) == bits(expected), rule.name
    assert compared == {*expressions()} == {*core.EXPRESSIONS}


def test_the_source_is_the_one_that_the_rows_make() -> None:
    assert SOURCE.read_text(encoding="utf-8") == source(), "python -m tests.core_source writes it"


def test_gates_of_several_routines_have_no_expression() -> None:
    assert {name for name, rule in ELEMENTWISE.items() if expression(rule, max(len(rule.partials), 1)) is None} >= {
        *("exp", "log", "tanh", "sigmoid", "erf", "mod", "elu", "gelu", "hypot"),
    }


DOUBLES, WORDS = np.zeros(4), np.array([0, 3, 0, 1], np.int32)
CALL = (27, 3, 0, 2, 0, 1)
REFUSED: dict[str, Callable[[Any], object]] = {
    "cells of another type": lambda core: core.forward(DOUBLES.astype(np.float32), WORDS, ()),
    "words of another type": lambda core: core.forward(DOUBLES, WORDS.astype(np.int64), ()),
    "a gate that is cut off": lambda core: core.forward(DOUBLES, WORDS[:3], ()),
    "an operation without a cell": lambda core: core.forward(DOUBLES, WORDS[:1], ()),
    "no such operation": lambda core: core.forward(DOUBLES, np.array([99, 3, 0, 1], np.int32), ()),
    "an operation below 0": lambda core: core.forward(DOUBLES, np.array([-1, 3, 0, 1], np.int32), ()),
    "a cell behind the last": lambda core: core.forward(DOUBLES, np.array([0, 3, 0, 4], np.int32), ()),
    "a cell below 0": lambda core: core.forward(DOUBLES, np.array([0, 3, -1, 0], np.int32), ()),
    "a value behind the last cell": lambda core: core.forward(DOUBLES, np.array([0, 4, 0, 1], np.int32), ()),
    "no such function": lambda core: core.forward(DOUBLES, np.array(CALL, np.int32), ()),
    "a call that is cut off": lambda core: core.forward(DOUBLES, np.array(CALL[:5], np.int32), (max,)),
    "a call of too many": lambda core: core.forward(DOUBLES, np.array([27, 3, 0, 2**31 - 1, 0], np.int32), (max,)),
    "a call of less than none": lambda core: core.forward(DOUBLES, np.array([27, 3, 0, -1, 0], np.int32), (max,)),
    "a call that reads elsewhere": lambda core: core.forward(DOUBLES, np.array([27, 3, 0, 2, 0, 9], np.int32), (max,)),
    "senders and factors": lambda core: core.backward(DOUBLES, WORDS, WORDS, DOUBLES[:3]),
    "receivers and factors": lambda core: core.backward(DOUBLES, WORDS, WORDS[:2], DOUBLES),
    "a sender that is not there": lambda core: core.backward(DOUBLES, WORDS + 1, WORDS, DOUBLES),
    "a receiver that is not there": lambda core: core.backward(DOUBLES, WORDS, WORDS - 1, DOUBLES),
    "factors of another type": lambda core: core.backward(DOUBLES, WORDS, WORDS, WORDS),
}


@each("call", REFUSED.values(), REFUSED)
def test_what_does_not_fit_is_refused(core: Any, call: Callable[[Any], object]) -> None:
    with pytest.raises(ValueError, match=r"not there|another type"):
        call(core)


def test_words_and_edges_by_chance_are_refused_or_computed(core: Any) -> None:
    draw = np.random.default_rng(1)
    computed = 0
    for _ in range(3_000):
        size, words = draw.integers(0, 30, 2)
        cells = draw.normal(size=size)
        code = draw.integers(-2, draw.choice([4, 40]), words).astype(np.int32)
        edges = [draw.integers(-1 if draw.random() < 0.5 else 0, max(size, 1) + 1, draw.integers(1, 4)) for _ in range(2)]
        for call in (
            lambda cells=cells, code=code: core.forward(cells, code, (lambda *inputs: float(len(inputs)),)),
            lambda cells=cells, edges=edges: core.backward(
                cells, *(end.astype(np.int32) for end in edges), np.ones(len(edges[0]))
            ),
        ):
            try:
                call()
                computed += 1
            except ValueError:
                pass
    assert 100 < computed < 5_900


def test_an_error_in_a_function_and_a_result_that_is_no_number_are_passed_on(core: Any) -> None:
    code = np.array([len(core.EXPRESSIONS), 1, 0, 1, 0], np.int32)
    with pytest.raises(ZeroDivisionError):
        core.forward(np.zeros(2), code, (lambda x: 1 / x,))
    with pytest.raises(TypeError):
        core.forward(np.zeros(2), code, (lambda x: "1",))
    frozen = np.zeros(2)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        core.forward(frozen, code, (float,))


def state(monkeypatch: pytest.MonkeyPatch, asked: str, found: Any) -> str:
    """What is said of the core when the variable is set so and this was built."""
    monkeypatch.setenv("GRAPHSTEP_CORE", asked)

    def module(name: str) -> Any:
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(cores, "import_module", module)
    return cores.core_state()


def test_the_environment_forbids_or_demands_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    class Built:
        CHECKSUM = cores.checksum()

    class Stale:
        CHECKSUM = cores.checksum() + 1

    none = ModuleNotFoundError("no")
    assert [state(monkeypatch, asked, Built) for asked in ("", "0", "1")] == [
        "with the compiled core",
        "without the compiled core: GRAPHSTEP_CORE=0",
        "with the compiled core",
    ]
    assert state(monkeypatch, "", none) == "without the compiled core: none was built"
    assert state(monkeypatch, "", ImportError("wrong ELF")) == "without the compiled core: it does not load: wrong ELF"
    assert state(monkeypatch, "", Stale) == "without the compiled core: it was compiled from another source than this one"
    for found in (none, Stale):
        with pytest.raises(GraphstepError, match="GRAPHSTEP_CORE=1 demands the compiled core"):
            state(monkeypatch, "1", found)
    with pytest.raises(GraphstepError, match="GRAPHSTEP_CORE is 'yes'"):
        state(monkeypatch, "yes", Built)


def test_the_version_names_the_way(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GRAPHSTEP_CORE", "0")
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"graphstep {__version__} (without the compiled core: GRAPHSTEP_CORE=0)\n"
    monkeypatch.setenv("GRAPHSTEP_CORE", "maybe")
    assert main(["--version"]) == 2
    assert "GRAPHSTEP_CORE=0 forbids the compiled core" in capsys.readouterr().err


def test_a_core_that_cannot_be_compiled_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CC", shlex.join([sys.executable, "-c", "print('no, never'); exit(3)"]))
    with pytest.raises(CompileError, match="ends with 3\nno, never"):
        compiler.compiled(tmp_path)
    monkeypatch.setenv("CC", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CompileError, match="there is no C compiler"):
        compiler.compiled(tmp_path)
    assert not [*tmp_path.iterdir()]
    monkeypatch.setenv("CC", shlex.join([sys.executable, "-c", "0"]))
    with pytest.raises(CompileError, match="nothing was written"):
        compiler.compiled(tmp_path / "missing")
    with pytest.raises(CompileError, match="nothing was written"):
        compiler.compiled(tmp_path)


class Shown(list[str]):
    """What a build tells."""

    display_warning = list.append


@each(
    "asked, version, fails, kept, warned",
    [
        ("", "standard", False, True, False),
        ("1", "standard", False, True, False),
        ("0", "standard", False, False, False),
        ("", "standard", True, False, True),
        ("", "editable", False, False, False),
        ("", "editable", True, False, True),
    ],
)
def test_a_wheel_has_the_core_where_it_can_be_compiled(asked: str, version: str, fails: bool, kept: bool, warned: bool) -> None:
    hook = pytest.importorskip("graphstep.engine.core.hook", reason="Hatchling is what builds")
    with TemporaryDirectory() as root, pytest.MonkeyPatch.context() as patch:
        tree = Path(root, hook.FOLDER)
        tree.mkdir(parents=True)
        (tree / LIBRARY).write_text("old")

        def compiled(folder: Path) -> Path:
            if fails:
                raise CompileError("cc ends with 1")
            (folder / LIBRARY).write_text("new")
            return folder / LIBRARY

        patch.setattr(compiler, "compiled", compiled)
        patch.setattr(sys, "path", [*sys.path])
        patch.setenv("GRAPHSTEP_CORE", asked)
        shown, data = Shown(), {"pure_python": True, "force_include": {}}
        build = hook.CoreHook(root, {}, None, None, root, "wheel", shown)
        build.initialize(version, data)
        packed = {Path(source).read_text(): target for source, target in data["force_include"].items()}
        build.finalize(version, data, "")
        assert packed == ({"new": f"graphstep/engine/core/{LIBRARY}"} if kept else {})
        assert not any(Path(source).exists() for source in data["force_include"])
        assert data["pure_python"] is not kept
        assert str(data.get("tag", "")).startswith("cp311-abi3-" if kept else "")
        assert [text.endswith("cc ends with 1") for text in shown] == [True] * warned
        left = (tree / LIBRARY).read_text() if (tree / LIBRARY).exists() else ""
        assert left == ("old" if version == "standard" else "" if fails else "new")


def test_a_build_that_demands_the_core_fails_without_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hook = pytest.importorskip("graphstep.engine.core.hook", reason="Hatchling is what builds")
    monkeypatch.setenv("GRAPHSTEP_CORE", "1")
    monkeypatch.setenv("CC", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "path", [*sys.path])
    build = hook.CoreHook(str(tmp_path), {}, None, None, str(tmp_path), "wheel", Shown())
    with pytest.raises(CompileError, match="there is no C compiler"):
        build.initialize("standard", {})
    build.finalize()


LYING: list[Callable[[Any, int, int], Any]] = [
    lambda x, rows, columns: x[:rows, :columns].copy(),
    lambda x, rows, columns: x.ravel()[: rows * columns].reshape(columns, rows).T,
    lambda x, rows, columns: x[::2, ::-2],
    lambda x, rows, columns: x[:rows][::-1, :columns],
    lambda x, rows, columns: np.broadcast_to(x[:1, :columns], (rows, columns)),
    lambda x, rows, columns: np.broadcast_to(x[:rows, :1], (rows, columns)),
]
"""Ways in which a matrix lies in memory, out of one of twice as many rows and columns."""


def matrix(draw: np.random.Generator, rows: int, columns: int) -> Any:
    """Numbers of all sizes, some of them special."""
    numbers = draw.normal(size=(2 * rows, 2 * columns)) * 10.0 ** draw.integers(-9, 9, (2 * rows, 2 * columns))
    if draw.random() < 0.3:
        numbers[draw.random(numbers.shape) < 0.05] = draw.choice([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, 1e308])
    return LYING[draw.integers(len(LYING))](numbers, rows, columns)


def test_the_core_multiplies_matrices_to_the_bits_of_numpy(core: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    m, called = with_products(core.product), 0

    def counted(*sides: Any) -> Any:
        nonlocal called
        called += 1
        return product_of(*sides)

    product_of = m.small_product
    monkeypatch.setattr(m, "small_product", counted)
    draw = np.random.default_rng(5)
    with np.errstate(all="ignore"):
        for turn in range(600):
            rows, inner, columns = (int(n) for n in draw.integers(0 if turn % 9 == 0 else 1, draw.choice([4, 20, 45]), 3))
            left, right = matrix(draw, rows, inner), matrix(draw, inner, columns)
            expected = matmul(NUMBERS, left, right)
            into = matrix(draw, rows, columns).copy(order=draw.choice(["C", "F"])) if turn % 2 else None
            got = matmul(m, left, right, into)
            assert into is None or got is into
            assert bits(got) == bits(expected), (left.shape, left.strides, right.strides)
    assert called > 400


def test_both_passes_of_a_network_have_the_same_bits_with_the_core_and_without(
    monkeypatch: pytest.MonkeyPatch, core: Any
) -> None:
    draw = np.random.default_rng(6)
    shapes = {"x": (20, 7), "a": (7, 9), "b": (9, 4), "k": (9,), "c": (5, 4, 3), "d": (20, 5)}
    inputs = {name: draw.normal(size=shape) for name, shape in shapes.items()}
    program = read_program("h = tanh(x@a); sum((h@b)@c) + sum(h@k) + sum(k@b) + sum(outer(k, k)) + sum(d.T@h)", inputs)
    numbers = []
    for m in (NUMBERS, with_products(core.product)):
        monkeypatch.setattr(passes, "arithmetic", lambda m=m: m)
        numbers.append(bits(every_number(trace(program, inputs))))
    assert numbers[0] == numbers[1]


MATRIX = np.ones((2, 2))
UNFIT: dict[str, tuple[Any, Any, Any]] = {
    "sides that do not fit": (MATRIX, np.ones((3, 2)), MATRIX),
    "a result with too few rows": (MATRIX, MATRIX, np.ones((1, 2))),
    "a result with too many columns": (MATRIX, MATRIX, np.ones((2, 3))),
    "a vector": (MATRIX, np.ones(2), np.ones(2)),
    "numbers of another type": (MATRIX.astype(np.float32), MATRIX, MATRIX),
    "numbers that lie between the doubles": (np.zeros(40, np.uint8)[4:36].view(np.float64).reshape(2, 2), MATRIX, MATRIX[::2]),
    "rows that are no whole number of doubles apart": (
        np.zeros(3, np.dtype([("x", "f8"), ("y", "i4")]))["x"].reshape(3, 1), np.ones((1, 2)), np.ones((3, 2)),
    ),
}  # fmt: skip


@each("sides", UNFIT.values(), UNFIT)
def test_matrices_that_do_not_fit_are_refused(core: Any, sides: tuple[Any, Any, Any]) -> None:
    with pytest.raises(ValueError, match=r"not there|no matrix"):
        core.product(*sides, 0.0)
