"""Runs in files: what comes back (``engine/replay``) is what was written, to the bit; and no file eats memory or runs code."""

import io
import json
import random
import zipfile
from array import array

import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.archive import opening_of_trace, read_run, write_run
from graphstep.engine.archive.container import pack, unpack
from graphstep.engine.opening import Opening
from graphstep.engine.recorded import Recorded
from graphstep.gates import GATES
from graphstep.gates.opaque import Numbers, opaque
from graphstep.ground import limits
from graphstep.ground.errors import GraphstepError, InputError
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.setup import Setup
from tests.cases import each

RUNS = {
    "numbers": lambda: gs.run("q = x+y; f = q*z/3", x=1 / 3, y="2", z=-4),
    "frames": lambda: gs.run("def f(a) = a*a + sin(a); h = x; repeat 3 { h = f(h) - 0.5 }; h*h", x=0.7),
    "arrays": lambda: gs.run("sum(tanh(W@x + b)*c)", W=[[0.1, 0.2], [0.3, 0.4]], x=[1, 2.0], b=[0.1, 0.2], c=3, data="c"),
    "indices": lambda: gs.run("sum(E[[0,2,0], 1:]) + sum(E[..., 0]) + sum(E[ids])", E=np.eye(3), ids=[1, 1], data="ids"),
    "rounded": lambda: gs.run("a = x*y; sum(softmax(W@[a, y])^2) + a*a/y", x=1 / 3, y=0.7, W="randn(3,2)", dtype="bfloat16"),
    "rounded copies": lambda: gs.run("sum(silu(W@x + b)^2)/3", W=[[0.1, 0.2], [0.3, 0.4]], x=[1, 2.0], b=0.7, dtype="float32"),
    "not finite": lambda: gs.run("log(x) + 1/x - y", x=0, y="1e400"),
}


def packed(document, **parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("run.json", document)
        for name, content in parts.items():
            archive.writestr(f"{name}.npy", content)
    return buffer.getvalue()


@each("name", RUNS)
def test_a_run_comes_back_to_the_bit(name):
    before = RUNS[name]()
    content = write_run(opening_of_trace(before.trace))
    after = gs.Run(read_run(content).run())
    assert after.program == before.program
    for i in range(len(before.program.nodes)):
        for of in ("value_of", "gradient_of"):
            assert np.array_equal(getattr(after.trace, of)(i), getattr(before.trace, of)(i), equal_nan=True), (of, i)
    assert after.to_text() == before.to_text()
    assert write_run(opening_of_trace(after.trace)) == content == write_run(opening_of_trace(before.trace))


def test_a_row_of_doubles_is_written_as_numpy_saves_it_and_read_whoever_saved_it():
    for values in ([], [0.5, -0.0, float("inf")], [1.0] * 12345):
        content = pack({}, {"values": array("d", values), "of NumPy": np.array(values)})
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            for name in ("values.npy", "of NumPy.npy"):
                saved = io.BytesIO()
                np.save(saved, np.array(values, np.float64))
                assert parts.read(name) == saved.getvalue()
        assert [*unpack(content, "it", frozenset({"values"}))[1]["values"]] == values
    # Another version of NumPy's format has another head.
    saved = io.BytesIO()
    np.lib.format.write_array(saved, np.array([0.5, 2]), version=(2, 0))
    assert [*unpack(packed("{}", values=saved.getvalue()), "it", frozenset({"values"}))[1]["values"]] == [0.5, 2]


def opaque_run():
    """f = cube(x)·y + gone(y), where cube is known by its slope and gone by what it sent."""
    cube = opaque("cube", Numbers((2.0,), 8.0, (12.0,)))
    gone = opaque("gone", Numbers((np.array([1.0, 2.0]),), 5.0, (), (np.array([3.0, 4.0]),)))
    nodes = (
        Node(None, (), "x"),
        Node(None, (), "y"),
        Node(cube, (0,), "c", None, "cube(x)"),
        Node(gone, (1,), "g", None, "gone(y)"),
        Node(GATES["add"], (2, 3), "f", None, "c + g"),
    )
    program = Program("cube(x) + gone(y)", nodes, 4, {"x": 0, "y": 1, "c": 2, "g": 3, "f": 4})
    inputs = {"x": 2.0, "y": np.array([1.0, 2.0])}
    recorded = Recorded((*inputs.values(), 8.0, 5.0, 13.0), ("float64",) * 5)
    return Opening(Setup("own"), program, inputs, 1.0, recorded)


def test_gates_that_are_in_no_table_keep_what_was_recorded_of_them():
    run = gs.Run(read_run(write_run(opaque_run())).run())
    assert run.output == 13.0
    assert run.gradients["x"] == 12.0
    assert run.gradients["y"].tolist() == [3.0, 4.0]
    assert "none of ours" in run.to_text()
    assert all(run.explain(n) for n in range(len(run.trace) + 1))
    with pytest.raises(GraphstepError, match="cube is known by its recorded numbers only"):
        run.trace.with_inputs({"x": 3.0})


def test_numbers_that_no_gate_makes_are_refused():
    opening = opening_of_trace(RUNS["numbers"]().trace)
    wrong = Recorded((*opening.recorded.values[:-1], 17.0), opening.recorded.dtypes, (), (), ("",) * 5 + ("f.py:3",))
    with pytest.raises(GraphstepError, match=r"what was recorded has 17\.0.*, and the gate"):
        Opening(opening.setup, opening.program, opening.inputs, 1.0, wrong).run()


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_read(monkeypatch):
    content = write_run(opening_of_trace(RUNS["numbers"]().trace))
    monkeypatch.setattr(limits, "UNPACKED", 1000)
    with pytest.raises(InputError, match=r"at most 1,000 are read"):
        read_run(content)
    # One whose parts are longer than they say: what is read ends where it said.
    lying = bytearray(packed("{" + " " * 5000 + "}"))
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = lying.index(mark) + place
        lying[start : start + 4] = (10).to_bytes(4, "little")
    with pytest.raises(InputError, match="is no recorded run"):
        read_run(bytes(lying))


@each(
    "content",
    [
        b"",
        b"PK",
        packed("[]"),
        packed("{}"),
        packed('{"format": 2}'),
        packed("[" * 100_000),
        packed('{"format": 2, "program": {"nodes": {}}}'),
        packed('{"format": 2}', values=b"\x93NUMPY\x01\x00"),
        packed('{"format": 2}', **{"../../values": b"x"}),
        packed('{"format": 2}', **{f"part{k}": b"" for k in range(20)}),
    ],
)
def test_what_is_no_run_is_refused(content):
    with pytest.raises(InputError):
        read_run(content)


def test_nothing_is_unpickled(tmp_path):
    buffer = io.BytesIO()
    np.save(buffer, np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="is no recorded run"):
        read_run(packed('{"format": 2}', values=buffer.getvalue()))


def test_a_damaged_file_is_refused_or_is_a_run():
    content = write_run(opening_of_trace(RUNS["arrays"]().trace))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("run.json").decode()
        parts = {name[:-4]: archive.read(name) for name in archive.namelist() if name.endswith(".npy")}
    dice = random.Random(5)
    pieces = ["0", "-1", "99", "null", '"x"', "[]", "{}", "1e999", "true"]
    document = json.loads(text)

    def spoiled(value):
        if isinstance(value, dict) and value:
            key = dice.choice(sorted(value))
            return {**value, key: spoiled(value[key])} if dice.random() < 0.8 else {k: v for k, v in value.items() if k != key}
        if isinstance(value, list) and value:
            k = dice.randrange(len(value))
            return [*value[:k], spoiled(value[k]), *value[k + 1 :]] if dice.random() < 0.8 else value[:-1]
        return json.loads(dice.choice(pieces))

    for _ in range(300):
        try:
            read_run(packed(json.dumps(spoiled(document)), **parts)).run()
        except GraphstepError:
            continue


COLUMNS = ("kinds", "starts", "read", "constants", "names", "spans", "texts", "frames")
STRANGE = (
    -2,
    -1,
    0,
    3,
    4,
    99,
    2**70,
    1.5,
    True,
    None,
    "0",
    "x",
    [],
    [0],
    [0, 4],
    [4, 0],
    [99],
    [-1, 0],
    [None],
    [[1.0, "1"]],
    {},
)


def test_a_column_with_another_entry_is_refused_or_is_a_run():
    content = write_run(opening_of_trace(RUNS["numbers"]().trace))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        document = json.loads(archive.read("run.json"))
        parts = {name[:-4]: archive.read(name) for name in archive.namelist() if name.endswith(".npy")}
    columns = document["program"]["nodes"]
    for name in COLUMNS:
        before, nodes = columns[name], range(len(columns[name]))
        spoiled = [[*before[:k], strange, *before[k + 1 :]] for k in nodes for strange in STRANGE]
        for columns[name] in (*spoiled, before[:-1], [*before, before[-1]], before[::-1]):
            try:
                gs.Run(read_run(packed(json.dumps(document), **parts)).run()).to_text()
            except GraphstepError:
                continue
        columns[name] = before


@each("count", [10**15, -1, 4, 2.0, None, [0] * 4, [1] * 5])
def test_a_column_of_another_length_is_refused_before_it_is_made(count):
    content = write_run(opening_of_trace(RUNS["numbers"]().trace))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        document = json.loads(archive.read("run.json"))
    document["dtypes"][1] = count
    with pytest.raises(InputError, match="is no recorded run"):
        read_run(packed(json.dumps(document)))
