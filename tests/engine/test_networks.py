"""Networks of many steps and layers, in a few lines each, against what PyTorch said of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import graphstep as gs
from graphstep.debugger.session import Command, perform
from graphstep.debugger.state import State
from graphstep.faces.drawing.excerpt import set_scene
from tests.networks import NETWORKS

CASES = json.loads((Path(__file__).parent.parent / "cases_networks.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=NETWORKS)
def network(request: pytest.FixtureRequest) -> tuple[str, gs.Run]:
    name: str = request.param
    return name, gs.run(NETWORKS[name].text, inputs=NETWORKS[name].inputs)


def test_a_network_is_a_few_lines_and_equal_to_pytorch(network: tuple[str, gs.Run]) -> None:
    name, run = network
    case, (text, inputs, gates) = CASES[name], NETWORKS[name]
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
