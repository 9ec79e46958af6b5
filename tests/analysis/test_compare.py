"""Two runs compared: nodes are matched by name and text, and the first difference is named either way."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphstep as gs
from graphstep.analysis.compare import apart, compare, compare_runs, snapshot_of
from graphstep.engine.trace import Trace, trace
from graphstep.faces.cli import main
from graphstep.faces.snapshots import read_snapshot
from graphstep.ground.errors import GraphstepError
from graphstep.language.read import read
from tests.cases import each
from tests.effort import effort
from tests.programs import run, seeded

XYZ = ["x=-2", "y=5", "z=-4"]


def snapshot(text: str, **inputs: float):
    return snapshot_of(trace(read(text), inputs))


@settings(max_examples=30)
@given(st.integers(0, 300))
def test_a_run_equals_itself_and_what_was_written_of_it(seed: int) -> None:
    made = run(seeded(seed))
    one = snapshot_of(made)
    assert compare(one, one).equal
    assert not compare(one, one).only_one


@settings(max_examples=30)
@given(st.integers(0, 300))
def test_the_first_difference_forward_is_the_first_node_that_the_edited_input_moves(seed: int) -> None:
    case = seeded(seed)
    made = run(case)
    name = next(iter(case.inputs))
    other = made.with_inputs({name: case.inputs[name] + 0.125})
    comparison = compare(snapshot_of(made), snapshot_of(other))
    pair = comparison.first_value
    assert pair is not None
    assert pair.one.name == name
    moved = [i for i in range(len(made.program.nodes)) if apart(made.value_of(i), other.value_of(i)) > 1e-9]
    assert [p.one.label for p in comparison.pairs if p.value > 1e-9] == [made.program.label(i) for i in moved]


@settings(max_examples=30)
@given(st.integers(0, 300), st.sampled_from([0.125, -3.0, float("inf"), float("nan")]))
def test_two_runs_of_one_program_are_compared_as_their_snapshots_are(seed: int, by: float) -> None:
    case = seeded(seed)
    made = run(case)
    name = next(iter(case.inputs))
    _same_comparison(made, made.with_inputs({name: case.inputs[name] + by}))


def test_so_are_runs_of_arrays_and_of_routers() -> None:
    arrays = {"W": np.array([[1.0, -2.0], [3.0, 0.5]]), "x": np.array([1.0, 2.0]), "b": 0.5}
    made = trace(read("h = relu(W@x + b); t = max(b, 0.7); sum(h*t) + 0*b"), arrays)
    for inputs in ({"b": 0.9}, {"x": np.array([1.0, -2.0])}, {"x": np.array([1.0, float("nan")])}, {}):
        _same_comparison(made, made.with_inputs(inputs))


def _same_comparison(one: Trace, other: Trace) -> None:
    fast, slow = compare_runs(one, other), compare(snapshot_of(one), snapshot_of(other))
    assert len(fast.pairs) == len(slow.pairs) == len(one.program.nodes)
    for a, b in zip(fast.pairs, slow.pairs, strict=True):
        assert (a.place, a.one.label, a.one.name) == (b.place, b.one.label, b.one.name)
        np.testing.assert_allclose((a.value, a.gradient), (b.value, b.gradient), rtol=1e-15)
    assert (fast.count, fast.equal, fast.output) == (slow.count, slow.equal, slow.output)
    assert [pair.place for pair in fast.differing] == [pair.place for pair in slow.differing]
    for a, b in ((fast.first_value, slow.first_value), (fast.first_gradient, slow.first_gradient)):
        assert (a and a.place) == (b and b.place)
    assert [(flip.router, flip.node and flip.node.label, flip.slope) for flip in fast.flips] == [
        (flip.router, flip.node and flip.node.label, flip.slope) for flip in slow.flips
    ]


def test_of_a_large_program_only_what_differs_is_looked_at() -> None:
    text = "+".join(f"x{i}*{i + 1}" for i in range(400))
    made = trace(read(text), {f"x{i}": 1.0 for i in range(400)})
    other = made.with_inputs({"x0": 2.0})
    assert effort(lambda: compare_runs(made, other).first_value) < 800


def test_repeated_texts_are_matched_in_their_order() -> None:
    comparison = compare(snapshot("(x*y)*(x*y + 1)", x=2.0, y=3.0), snapshot("(x * y)*(x*y + 1)", x=2.0, y=3.0))
    assert comparison.equal
    assert [pair.one.label for pair in comparison.pairs].count("x*y") == 2


def test_backward_the_difference_that_is_met_first_is_named() -> None:
    comparison = compare(snapshot("q = x*y; r = q + x; r^2", x=1.0, y=2.0), snapshot("q = x*y; r = q + x; r^3", x=1.0, y=2.0))
    assert comparison.first_value is None
    assert comparison.first_gradient is not None
    assert comparison.first_gradient.one.name == "r"
    assert comparison.output == pytest.approx(2 / 3)
    assert not comparison.equal


@each(
    ("one", "other", "distance"),
    [
        (1.0, 1.0, 0.0),
        (1.0, 2.0, 0.5),
        (float("nan"), float("nan"), 0.0),
        (float("inf"), float("inf"), 0.0),
        (float("inf"), float("-inf"), float("inf")),
        (float("nan"), 1.0, float("inf")),
        (0.0, 0.0, 0.0),
        (np.array([1.0, 4.0]), np.array([1.0, 3.0]), 0.25),
        (np.array([1.0]), np.array([1.0, 3.0]), float("inf")),
        (np.zeros(0), np.zeros(0), 0.0),
        (np.array([np.inf, 2.0]), np.array([np.inf, 1.0]), 0.5),
    ],
)
def test_numbers_are_apart_relative_to_the_larger(one, other, distance: float) -> None:
    assert apart(one, other) == distance


def said(capsys: pytest.CaptureFixture[str], status: int, *words: str) -> str:
    assert main(["diff", *words]) == status
    out, err = capsys.readouterr()
    return out or err


def test_two_ways_to_write_one_function_are_equal(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, 0, "(x+y)*z", "x*z + y*z", *XYZ)
    assert "Equal: the outputs, and 3 nodes that both have" in out
    assert "Only the second has 3 nodes: x*z, y*z, x*z + y*z." in out


def test_one_program_with_two_sets_of_inputs_parts_where_they_do(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, 1, "(x+y)*z", *XYZ, "--b", "x=3")
    assert "Forward they part at x: -2 and 3." in out
    assert "Backward they part at z: its gradient is 3 and 8." in out


def test_numbers_are_shown_with_the_digits_that_tell_them_apart(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, 1, "2*x", "x=3", "--b", "x=3.0000001")
    assert "Forward they part at x: 3 and 3.0000001." in out
    assert said(capsys, 0, "2*x", "x=3", "--b", "x=3.0000001", "--within", "1e-6").lstrip().startswith("Equal")


def test_runs_in_files_are_compared_by_the_numbers_that_were_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    paths = [tmp_path / "one.json", tmp_path / "other.json"]
    for path, y in zip(paths, (5, 6), strict=True):
        gs.run("(x+y)*z", x=-2, y=y, z=-4).to(path)
    assert "Forward they part at y: 5 and 6." in said(capsys, 1, *map(str, paths))
    assert "Equal" in said(capsys, 0, str(paths[0]), "(x+y)*z", *XYZ)
    data = json.loads(said(capsys, 1, *map(str, paths), "--format", "json"))
    assert (data["equal"], data["forward"], data["backward"]) == (False, "y", "z")


ROUTED = """{"schema": 1, "output": 2, "steps": [{"from": %s, "to": "v1", "slot": %s, "local": %s}], "nodes": [
    {"id": %s, "label": "x", "value": 2}, {"id": "v3", "label": "max(x, 1)", "gate": "max", "value": 2}]}"""


def test_steps_that_say_no_way_through_a_router_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    bad = [('"v3"', slot, "1", '"v1"') for slot in ('"x"', "[1]", "NaN", "0.5", "null")]
    for row in [('"v3"', "0", "1", '"v1"'), ("[3]", "0", "1", '"v1"'), ('"v3"', "0", "1", "[1]"), *bad]:
        path.write_text(ROUTED % row, encoding="utf-8")
        assert len(read_snapshot(str(path)).routes) == (row[:2] == ('"v3"', "0") and row[3] == '"v1"'), row


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[1]", "holds no run"),
        ("{", "is not JSON in line 1"),
        ('{"schema": 2, "nodes": []}', "holds no run"),
        ('{"schema": 1, "nodes": [3], "output": 1}', "node 1: has no label"),
        ('{"schema": 1, "nodes": [{"label": "x", "name": null, "value": {}}], "output": 1}', "node 1"),
        ('{"schema": 1, "nodes": [], "output": "one"}', "output"),
        (ROUTED % ('"v3"', 0, '"x"', '"v1"'), "steps: has 'x', which is no number"),
        ("[" * 100_000, "too deep"),
    ],
)
def test_a_file_that_holds_no_run_is_refused_with_its_place(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(GraphstepError, match=message):
        read_snapshot(str(path))


def test_a_value_that_neither_program_reads_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert "'w' stands in neither program" in said(capsys, 2, "x*y", "x/y", "x=1", "y=2", "w=3")


def test_routes_that_flip_are_named_also_from_files_and_between_programs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "run.json"
    gs.run("m = max(x, y); m*relu(z)", x=1, y=2, z=3).to(path)
    out = " ".join(said(capsys, 1, str(path), "m = max(x, y); m + relu(z)", "x=3", "y=2", "z=-1").split())
    assert "max at x now lets it pass; max at y now blocks it; relu at z now blocks it." in out
    data = json.loads(said(capsys, 1, "relu(v)*w", "v=[1, -1, 2]", "w=2", "--b", "v=[-1, -1, 3]", "--format", "json"))
    assert data["routes"] == [{"gate": "relu", "node": "v", "opened": 0, "closed": 1, "turned": 0}]


def test_a_run_is_compared_with_a_saved_one_at_the_prompt(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch
) -> None:
    path = tmp_path / "run.json"
    gs.run("(x+y)*z", x=-2, y=5, z=-4).to(path)
    typed = f"compare {path}\ncompare x*z + y*z\ncompare a*x\ny\ncompare before\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert main(["repl", "(x+y)*z", "x=3", "y=5", "z=-4", "--against", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.count("Forward they part at x: -2 and 3.") == 2
    assert "The first is x*z + y*z, the second the run now." in out
    assert "'a*x' also reads a" in out
    assert "--against=x*z + y*z" in out
    assert "no other run to compare with" in out


def test_a_comparison_is_for_the_debugger(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["x*y", "x=1", "y=2", "--plain", "--against", "x/y"]) == 2
    assert "graphstep diff" in capsys.readouterr().err
