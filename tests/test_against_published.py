"""Numbers of others: those that lectures, notebooks and textbooks print, and PyTorch 2.13 in float64.

Where each case of cases.json is printed stands beside it. The numbers of cases_lessons.json were made by hand: each program's
``torch`` text was run with the lesson's inputs as tensors that ask for a gradient, and ``f.backward(torch.ones_like(f))``. "nan"
stands for what is not a number. Of 1 − σ(x) there are the values only: PyTorch's slope, σ·(1 − σ), cancels where graphstep's,
σ(x)·σ(−x), does not. cases_printed.json has the digits as they stand in print, and values as they are typed: where its digits
end, so does the comparison, at one unit, since some were computed in float32 or from numbers that had been rounded.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import graphstep as gs
from graphstep.debugger.session import Command, perform
from graphstep.debugger.state import State
from graphstep.engine.trace import Trace, trace
from graphstep.faces.cli import main
from graphstep.faces.drawing.excerpt import set_scene
from graphstep.ground.arrays import plain
from graphstep.language.read import read
from tests import FOLDER
from tests.cases import each
from tests.lessons import rehearsed
from tests.networks import NETWORKS
from tests.printed import unit_of


def cases(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


CASES: list[dict[str, Any]] = cases("cases.json")
OF_LESSONS: list[dict[str, Any]] = cases("cases_lessons.json")
OF_NETWORKS = cases("cases_networks.json")
LESSONS = list(dict.fromkeys(case["lesson"] for case in OF_LESSONS))

every_case = each("case", CASES, ids=[case["id"] for case in CASES])


def run(case: dict[str, Any], text: str, ties: str = "first") -> Trace:
    return trace(read(text, case["inputs"]), {name: plain(value) for name, value in case["inputs"].items()}, ties=ties)


def assert_close(found: Any, published: Any, name: str) -> None:
    assert np.shape(found) == np.shape(published), name
    np.testing.assert_allclose(found, np.asarray(published, np.float64), rtol=1e-9, atol=1e-15, err_msg=name)


def assert_as_published(of: Trace, case: dict[str, Any], published: dict[str, Any]) -> None:
    assert_close(of.output, case["output"], "output")
    for name, expected in published.items():
        assert_close(of.gradient_of(of.program.names[name]), expected, name)


def test_the_published_cases_are_there() -> None:
    assert len(CASES) == 44
    assert sum("intermediates" in case for case in CASES) >= 10
    assert sum(any(np.ndim(value) for value in case["inputs"].values()) for case in CASES) == 9
    assert all(case["source"] for case in CASES)


@every_case
def test_output_and_gradients_are_as_published(case: dict[str, Any]) -> None:
    assert_as_published(run(case, case["expression"]), case, case.get("ours", case["gradients"]))


@each("case", [case for case in CASES if "steps" in case], ids=lambda case: case["id"])
def test_the_steps_of_the_source_give_the_same_and_its_intermediate_numbers(case: dict[str, Any]) -> None:
    of = run(case, "; ".join(case["steps"]))
    assert_as_published(of, case, case["gradients"])
    for name, known in case.get("intermediates", {}).items():
        node = of.program.names[name]
        if "value" in known:
            assert_close(of.value_of(node), known["value"], name)
        if "grad" in known:
            assert_close(of.gradient_of(node), known["grad"], name)


@pytest.mark.parametrize("case", [case for case in CASES if "ours" in case], ids=lambda case: case["id"])
def test_where_we_choose_otherwise_splitting_ties_gives_what_the_source_has(case: dict[str, Any]) -> None:
    assert_as_published(run(case, case["expression"], ties="split"), case, case["gradients"])


@each("case", cases("cases_torch.json"), ids=lambda case: case["text"])
def test_a_gate_has_the_numbers_of_pytorch(case: dict[str, Any]) -> None:
    run = gs.run(case["text"], inputs=case["inputs"])
    np.testing.assert_allclose(run.output, case["output"], rtol=1e-9, atol=1e-300)
    for name, gradient in case["gradients"].items():
        found = run.gradients[name]
        assert np.shape(found) == np.shape(gradient), name
        np.testing.assert_allclose(found, gradient, rtol=1e-9, atol=1e-15, err_msg=name)


@each("case", cases("cases_printed.json"), ids=lambda case: case["id"])
def test_a_program_has_the_digits_that_are_printed(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    read_as = {"latex": gs.from_latex, "numpy": gs.from_numpy}.get(case.get("from", ""), gs.run)
    run = read_as(case["program"], inputs=case["inputs"])
    rows = [("output", run.output, case["output"])] if "output" in case else []
    rows += [(name, run[name].value, digits) for name, digits in case.get("values", {}).items()]
    rows += [(f"d{name}", run[name].gradient, digits) for name, digits in case.get("gradients", {}).items()]
    assert rows
    for name, found, digits in rows:
        printed = np.array(digits)
        assert np.shape(found) == printed.shape, name
        for cell, numeral in zip(np.ravel(found), printed.ravel().tolist(), strict=True):
            assert abs(cell - float(numeral)) <= unit_of(numeral) * (1 + 1e-9), (name, cell, numeral)
    capsys.readouterr()
    dialect = ["--from", case["from"]] if "from" in case else []
    main([*dialect, case["program"], *(f"{name}={value}" for name, value in case["inputs"].items()), "--format", "json"])
    np.testing.assert_array_equal(json.loads(capsys.readouterr().out)["output"], run.output)


def test_a_training_ends_where_the_course_says() -> None:
    # Ng, Neural Networks and Deep Learning, week 2: 100 iterations of optimize.
    case = next(case for case in cases("cases_printed.json") if case["id"] == "ng-propagate")
    trained = gs.train(case["program"], inputs=case["inputs"], params=["w", "b"], lr=0.009, steps=100).params
    np.testing.assert_allclose(trained["w"], [[0.19033591], [0.12259159]], rtol=0, atol=5e-9)
    assert trained["b"] == pytest.approx(1.92535983008, abs=5e-9)


@each("words", LESSONS)
def test_a_lesson_has_the_numbers_of_pytorch(words: str) -> None:
    runs = [scene.trace for scene in rehearsed(words).scenes]
    for case in (case for case in OF_LESSONS if case["lesson"] == words):
        dtype = case.get("dtype", "float64")
        fits = [run for run in runs if run.program.text == case["program"] and run.writing.dtype == dtype]
        fits = [run for run in fits if case["inputs"].items() <= run.inputs.items()]
        assert fits, case["program"]
        run = fits[0]
        np.testing.assert_allclose(run.output, np.array(case["output"], float), rtol=1e-9, atol=1e-12)
        asked = [name for name in case["gradients"] if name not in run.program.data]
        assert asked or words == "few-digits", case["program"]
        for name in asked:
            gradient = run.gradient(run.program.names.get(name, run.program.find(name)))
            assert gradient is not None, name
            expected = np.array(case["gradients"][name], float)
            np.testing.assert_allclose(gradient.value, expected, rtol=1e-9, atol=1e-12, err_msg=f"{name} of {case['program']}")


def test_every_run_of_these_lessons_has_its_numbers() -> None:
    programs = {case["program"] for case in OF_LESSONS}
    for words in LESSONS:
        assert {scene.trace.program.text for scene in rehearsed(words).scenes} <= programs


@pytest.fixture(scope="module", params=NETWORKS)
def network(request: pytest.FixtureRequest) -> tuple[str, gs.Run]:
    name: str = request.param
    return name, gs.run(NETWORKS[name].text, inputs=NETWORKS[name].inputs)


def test_a_network_is_a_few_lines_and_equal_to_pytorch(network: tuple[str, gs.Run]) -> None:
    name, run = network
    case, (text, inputs, gates) = OF_NETWORKS[name], NETWORKS[name]
    assert len(text.splitlines()) <= 12
    assert len(run.trace.program.nodes) - len(inputs) >= gates
    assert run.output == pytest.approx(case["loss"], rel=1e-12)
    for key, gradient in case["gradients"].items():
        ours = np.asarray(run.gradients[key]).reshape(-1)
        assert ours == pytest.approx(np.array(gradient), rel=1e-9, abs=1e-13), key
    assert set(case["gradients"]) >= set(inputs) - {"y", "ids"}


def test_it_is_stepped_over_in_a_handful_of_steps_and_drawn_in_a_small_window(network: tuple[str, gs.Run]) -> None:
    _, run = network
    state, steps = State(run.trace), 0
    while state.at < len(run.trace):
        state, reply = perform(state, Command("step"))
        assert reply.status == "done"
        steps += 1
    assert steps < 60
    scene = set_scene(run.trace, run.trace.program.output, (78, 11), None)
    assert scene.drawn.whole
    assert len(scene.drawn.nodes) < 60
