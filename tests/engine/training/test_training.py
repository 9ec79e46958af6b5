"""Training: the loop, batches, held-out examples, reasons to stop, any round as a trace, and going on another day."""

from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.trace import trace
from graphstep.engine.training import Training, curves, read_batch, read_held_out
from graphstep.engine.training.examples import Examples
from graphstep.engine.training.history import Checkpoints
from graphstep.engine.training.saved import content as content_of
from graphstep.engine.training.schedule import Schedule
from graphstep.faces.export.training.document import to_dict
from graphstep.gates.optimizers import OPTIMIZERS
from graphstep.ground.errors import GraphstepError, InputError, ReadError, ShapeError
from graphstep.language.rewrite import read_program
from graphstep.telling.explain import explain
from tests.cases import each

PARABOLA = "(w*x - y)^2"
REGRESSION = "mean((X@w + b - y)^2)"
every_optimizer = each("name", OPTIMIZERS)


def data(examples: int = 50) -> dict[str, Any]:
    choose = np.random.default_rng(1)
    rows = choose.normal(size=(examples, 3))
    return {
        "X": rows,
        "y": rows @ np.array([1.0, -2.0, 0.5]) + 0.3 + 0.1 * choose.normal(size=examples),
        "w": np.zeros(3),
        "b": 0.0,
    }


def regression(**options: Any) -> Training:
    return gs.train(REGRESSION, params=["w", "b"], **{"lr": 0.05, "steps": 40, "inputs": data(), **options})


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


# -- the loop --


def test_gradient_descent_by_hand_gives_the_same_numbers() -> None:
    w, losses = 0.0, []
    for _ in range(10):
        losses.append((w * 1.0 - 2.0) ** 2)
        w = w - 0.1 * (2 * (w - 2.0))
    training = gs.train(PARABOLA, params=["w"], lr=0.1, steps=10, x=1, y=2, w=0)
    assert training.history.losses == pytest.approx(losses, rel=1e-15)
    assert training.params["w"] == pytest.approx(w, rel=1e-15)
    assert training.history.norms["w"][0] == 4.0
    assert training.rounds == len(training.history) == 10
    assert training.stopped == "all 10 rounds are done"
    assert training.loss == (training.params["w"] - 2.0) ** 2


def test_the_loss_of_the_two_layer_network_is_that_of_a_numpy_loop() -> None:
    choose = np.random.default_rng(0)
    x, y = choose.normal(size=(64, 100)), choose.normal(size=(64, 10))
    w1, w2 = choose.normal(size=(100, 30)), choose.normal(size=(30, 10))
    training = gs.train("sum((sigmoid(x@w1)@w2 - y)^2)", params=["w1", "w2"], lr=1e-4, steps=100, x=x, y=y, w1=w1, w2=w2)
    losses = []
    for _ in range(100):
        h = 1 / (1 + np.exp(-x.dot(w1)))
        out = h.dot(w2)
        losses.append(np.square(out - y).sum())
        upstream = 2.0 * (out - y)
        inside = x.T.dot(upstream.dot(w2.T) * h * (1 - h))
        w2 = w2 - 1e-4 * h.T.dot(upstream)
        w1 = w1 - 1e-4 * inside
    np.testing.assert_allclose(training.history.losses, losses, rtol=1e-10)
    np.testing.assert_allclose(training.params["w1"], w1, rtol=1e-9)


def test_what_is_given_is_not_changed() -> None:
    given = data()
    before = {name: np.copy(value) for name, value in given.items()}
    training = regression(inputs=given)
    assert same({name: np.asarray(value) for name, value in given.items()}, before)
    held = training.params
    held["w"][...] = 99.0
    assert np.max(training.params["w"]) < 99


def test_data_get_no_gradient() -> None:
    run = regression(steps=1).round(0)
    assert run.program.data == {"X", "y"}
    assert np.all(np.isnan(run.gradient_of(run.program.names["X"])))


def test_parameters_that_do_not_lie_side_by_side_are_all_updated() -> None:
    values = {"a": 1.0, "p": 2.0, "b": 3.0, "q": 4.0}
    training = gs.train("a*p + b*q", params=["b", "a"], lr=1, steps=1, inputs=values)
    assert training.params == {"b": -1.0, "a": -1.0}


def test_to_maximize_climbs() -> None:
    training = gs.train("-(w - 1)^2", params=["w"], lr=0.25, steps=30, maximize=True, w=0)
    assert training.params["w"] == pytest.approx(1.0, abs=1e-6)
    assert training.history.losses == sorted(training.history.losses)


@every_optimizer
def test_rounds_are_counted_in_hundreds(name: str) -> None:
    training = gs.train(PARABOLA, params=["w"], lr=0.01, steps=500, optimizer=name, x=1, y=2, w=0)
    assert training.rounds == 500


def test_a_program_without_gates_can_be_trained() -> None:
    assert gs.train("w", params=["w"], lr=0.5, steps=2, w=1).params == {"w": 0.0}


# -- the learning rate --


def test_a_learning_rate_may_depend_on_the_round() -> None:
    training = gs.train(PARABOLA, params=["w"], lr="0.1*0.95^t", steps=4, x=1, y=2, w=0)
    assert training.history.rates == pytest.approx([0.1 * 0.95**t for t in range(4)], rel=1e-15)
    assert [training.round(k).updates[0].rate for k in range(4)] == training.history.rates
    assert [training.round(k).updates[0].quantities["t"] for k in range(4)] == [1, 2, 3, 4]
    assert Schedule("0.1*(1 - t/T)", 10).rate(5) == pytest.approx(0.05)


@each(("text", "says"), [("0.1*k", "neither t nor T"), ("0.1*(", "learning rate"), ("1/t", "round 0"), (-0.1, "below 0")])
def test_a_learning_rate_that_cannot_be_is_refused(text: str | float, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        gs.train(PARABOLA, params=["w"], lr=text, steps=2, x=1, y=2, w=0)
    if isinstance(caught.value, ReadError):
        assert "^" in caught.value.report()


def test_a_learning_rate_that_becomes_infinite_stops_the_training_and_keeps_what_was_done() -> None:
    training = gs.train(PARABOLA, params=["w"], lr="0.1/(3 - t)", steps=9, x=1, y=2, w=0)
    assert (training.rounds, training.stopped) == (3, "the learning rate is inf in round 3")


# -- batches and held-out examples --


def examples(count: int, **options: Any) -> Examples:
    settings = regression(steps=0, inputs=data(count), **options).settings
    return Examples(data(count), settings)


def test_an_epoch_has_every_example_once_and_its_last_batch_is_smaller() -> None:
    found = examples(50, batch="X,y:16")
    assert (found.rounds, found.sizes) == (4, (16, 2))
    orders = []
    for epoch in range(2):
        places = [found.places(4 * epoch + turn) for turn in range(4)]
        assert [len(p) for p in places if p is not None] == [16, 16, 16, 2]
        orders.append([int(i) for p in places if p is not None for i in p])
        assert sorted(orders[-1]) == list(range(50))
    assert orders[0] != orders[1]


def test_the_order_of_examples_comes_from_the_seed_alone() -> None:
    one, again, other = (regression(batch="X,y:16", batch_seed=seed) for seed in (3, 3, 4))
    assert one.history.losses == again.history.losses
    assert one.history.losses != other.history.losses


def test_a_batch_of_every_example_is_training_without_batches() -> None:
    assert regression(batch="X,y:50").history.losses == regression().history.losses == regression(batch="y,X:99").history.losses


def test_a_round_has_the_loss_of_its_batch() -> None:
    training = regression(batch="X,y:16", steps=5)
    for k in range(5):
        run = training.round(k)
        assert run.output == training.history.losses[k]
        assert run.inputs["X"].shape == ((2, 3) if k == 3 else (16, 3))


def test_held_out_examples_are_the_last_ones_and_are_not_trained_on() -> None:
    training = regression(held_out="X,y:0.2", steps=21)
    assert training.round(0).inputs["X"].shape == (40, 3)
    assert [k for k, _ in training.history.held_out] == [0, 10, 20]
    values = data()
    kept = {"X": values["X"][40:], "y": values["y"][40:]}
    for k, loss in training.history.held_out:
        before = training.round(k)
        params = {name: before.inputs[name] for name in ("w", "b")}
        assert trace(training.program, {**kept, **params}).output == pytest.approx(loss, rel=1e-14)
    assert training.held_out_loss == pytest.approx(trace(training.program, {**kept, **training.params}).output, rel=1e-14)
    assert regression().held_out_loss is None


def test_the_final_loss_is_that_of_all_examples_that_were_trained_on() -> None:
    training = regression(batch="X,y:16", held_out="X,y:0.2")
    values = data()
    trained = {"X": values["X"][:40], "y": values["y"][:40]}
    assert training.loss == pytest.approx(trace(training.program, {**trained, **training.params}).output, rel=1e-14)


@each(
    ("options", "says"),
    [
        ({"batch": "X,y:0"}, "number of examples"),
        ({"batch": "X,y"}, "cannot be read"),
        ({"batch": "X,z:4"}, "no input"),
        ({"batch": "b:4"}, "parameter"),
        ({"batch": "X,w:4"}, "parameter"),
        ({"held_out": "X,y:1.5"}, "share"),
        ({"held_out": "X,y:0.001"}, "none of them"),
        ({"held_out": "X,y:0.2", "batch": "X:4"}, "different inputs"),
        ({"params": []}, "nothing is to be trained"),
        ({"params": ["v"]}, "does not stand"),
        ({"params": ["w", "w"]}, "twice"),
        ({"optimizer": "adam", "momentum": 0.5}, "no momentum"),
        ({"steps": -1}, "steps"),
        ({"patience": 0}, "patience"),
    ],
)
def test_what_cannot_be_trained_so_is_refused_with_advice(options: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        gs.train(REGRESSION, **{"params": ["w", "b"], "steps": 1, "inputs": data(), **options})


def test_inputs_with_different_numbers_of_examples_are_refused() -> None:
    with pytest.raises(InputError, match="X is 50×3, y is 49"):
        regression(batch="X,y:4", inputs={**data(), "y": np.zeros(49)})


def test_a_number_has_no_examples() -> None:
    with pytest.raises(InputError, match="single number"):
        gs.train(PARABOLA, params=["w"], batch="x:1", x=1, y=2, w=0)


def test_a_loss_is_a_single_number() -> None:
    with pytest.raises(InputError, match="vector of 50") as caught:
        gs.train("X@w - y", params=["w"], inputs={name: data()[name] for name in "Xyw"})
    assert "mean" in caught.value.hint


def test_arrays_that_do_not_fit_are_refused_before_the_first_round() -> None:
    with pytest.raises(ShapeError):
        regression(inputs={**data(), "w": np.zeros(4)})


def test_words_for_batches_and_held_out_examples_are_read() -> None:
    assert read_batch(" X , y:32", 7).names == ("X", "y")
    assert (read_batch("X:32", 7).size, read_batch("X:32", 7).seed) == (32, 7)
    assert read_held_out("X,y:0.25", 5).share == 0.25


# -- reasons to stop --


def test_it_stops_below_a_loss() -> None:
    training = gs.train(PARABOLA, params=["w"], lr=0.1, steps=1000, until=1e-6, x=1, y=2, w=0)
    assert training.history.losses[-1] < 1e-6 <= training.history.losses[-2]
    assert training.stopped == f"the loss was below 1e-6 in round {len(training.history) - 1}"


def test_it_stops_above_a_value_when_it_climbs() -> None:
    training = gs.train("-(w - 1)^2", params=["w"], lr=0.1, steps=1000, until=-0.01, maximize=True, w=0)
    assert training.history.losses[-1] > -0.01
    assert "above" in training.stopped


def test_it_stops_when_nothing_improves() -> None:
    training = gs.train("abs(w)", params=["w"], lr=0.4, steps=1000, patience=5, w=1)
    best = training.history.losses.index(min(training.history.losses))
    assert len(training.history) == best + 6
    assert training.stopped == f"the loss has not improved since round {best}"


def test_with_patience_the_best_parameters_are_kept() -> None:
    training = gs.train("abs(w)", params=["w"], lr=0.4, steps=1000, patience=5, w=1)
    best = training.history.losses.index(min(training.history.losses))
    assert training.kept == best
    assert training.params["w"] == training.round(best).inputs["w"]
    assert training.loss == training.history.losses[best]
    assert to_dict(training)["training"]["kept_round"] == best
    # To go on, the file has the last ones, and the rounds behind the best are as they were.
    again = gs.train("abs(w)", params=["w"], lr=0.4, steps=len(training.history), w=1)
    assert again.kept is None
    assert training.round(-1).inputs == again.round(-1).inputs
    assert np.load(io.BytesIO(content_of(training)))["param:w"] == again.params["w"]
    held = regression(held_out="X,y:0.2", held_out_every=1, patience=3, steps=5000, lr=0.1)
    assert held.kept is not None
    assert held.held_out_loss == min(loss for _, loss in held.history.held_out)


def test_without_a_better_loss_before_the_parameters_of_now_are_kept() -> None:
    assert gs.train(PARABOLA, params=["w"], steps=10, patience=3, x=1, y=2, w=0).kept is None


@every_optimizer
def test_gradients_that_are_clipped_together_have_the_length_that_was_asked_for(name: str) -> None:
    options: dict[str, Any] = {"optimizer": name, "steps": 6, "batch": "X,y:20"}
    training = regression(clip_norm=0.5, **options)
    for k in range(6):
        run = training.round(k)
        parts = [np.ravel(update.assigned.get("g", update.gradient)) for update in run.updates]
        raw = np.concatenate([np.ravel(update.gradient) for update in run.updates])
        length = float(np.sqrt(np.sum(raw**2)))
        assert np.isclose(np.sqrt(np.sum(np.concatenate(parts) ** 2)), min(0.5, length), rtol=1e-12)
        assert np.allclose(np.concatenate(parts) * max(1, length / 0.5), raw, rtol=1e-12)
        if k:
            # A round that is told moves the parameters as the loop did, to the bit.
            before = training.round(k - 1)
            assert all(np.array_equal(u.after, run.inputs[n]) for u, n in zip(before.updates, ("w", "b"), strict=True))
    assert any("g" in update.assigned for update in training.round(0).updates)
    free, wide = regression(**options), regression(clip_norm=1e9, **options)
    assert same(free.params, wide.params)
    assert not same(free.params, training.params)


def test_clipping_by_hand_gives_the_same_numbers_and_is_told() -> None:
    training = gs.train("(w*x + b - y)^2", params=["w", "b"], lr=0.1, steps=1, clip_norm=5, x=2, y=3, w=0, b=0)
    # The gradients are -12 and -6, of length √180.
    assert np.isclose(training.params["w"], 0.1 * 12 * 5 / 180**0.5, rtol=1e-15)
    assert np.isclose(training.params["b"], 0.1 * 6 * 5 / 180**0.5, rtol=1e-15)
    run = training.round(0)
    told = explain(run, len(run) - 1).narrative
    assert "g_w ← df/dw · c / ‖∇‖ = -12 · 5 / 13.416 = -4.472" in told
    assert "have the length 13.42; they are shortened to 5" in told
    # With other inputs the gradients of both decide: -4 and -2 are shorter than 5.
    shorter = run.with_inputs({"y": 1.0})
    assert [[*update.assigned] for update in shorter.updates] == [["w"], ["w"]]
    assert [round(update.after, 9) for update in shorter.updates] == [0.4, 0.2]
    assert run.with_inputs({"y": 1.0}).with_inputs({"y": 3.0}).updates[0].assigned == run.updates[0].assigned


def test_a_length_that_gradients_cannot_have_is_refused() -> None:
    for clip in (0, -1, float("nan"), float("inf")):
        with pytest.raises(InputError, match="cannot be shortened"):
            regression(clip_norm=clip)


def test_with_held_out_examples_their_loss_decides() -> None:
    training = regression(held_out="X,y:0.2", held_out_every=5, patience=10, steps=5000, lr=0.1)
    assert training.rounds < 5000
    assert "held-out loss has not improved" in training.stopped
    stopped = regression(held_out="X,y:0.2", held_out_every=1, until=0.5, steps=5000)
    assert stopped.history.held_out[-1][1] < 0.5


def test_divergence_stops_it_names_the_first_value_that_is_not_finite_and_keeps_the_parameters() -> None:
    training = gs.train("exp(w*x)", params=["w"], lr=2, steps=50, maximize=True, x=10, w=1)
    assert training.diverged
    assert "is not finite" in training.stopped or "was inf" in training.stopped
    assert np.isfinite(training.params["w"])
    assert training.rounds == len(training.history) - 1
    run = training.round(-1)
    assert run.output == training.history.losses[-1]
    assert run.updates == ()
    again = training.run()
    assert len(again.history) == again.rounds + 1


def test_divergence_inside_names_the_node() -> None:
    training = gs.train("u = exp(w); u*u*w", params=["w"], lr=1e3, steps=9, maximize=True, w=5)
    assert "the first value that is not finite is" in training.stopped


def test_a_callback_hears_of_every_round_and_may_cancel() -> None:
    heard: list[tuple[int, float]] = []

    def on_progress(k: int, loss: float) -> bool:
        heard.append((k, loss))
        return k < 3

    training = gs.train(PARABOLA, params=["w"], lr=0.1, steps=10, on_progress=on_progress, x=1, y=2, w=0)
    assert heard == list(enumerate(training.history.losses))
    assert (training.rounds, training.stopped) == (4, "cancelled after round 3")
    assert training.run().rounds == 10
    assert training.params == gs.train(PARABOLA, params=["w"], lr=0.1, steps=10, x=1, y=2, w=0).params


# -- a round as a trace --


@every_optimizer
def test_every_round_can_be_run_again_to_the_bit(name: str) -> None:
    training = regression(optimizer=name, batch="X,y:16", steps=12, lr="0.05*0.9^t")
    states = [training.round(k) for k in range(12)]
    for k, run in enumerate(states):
        assert run.output == training.history.losses[k]
        after = {run.program.nodes[update.node].name: update.after for update in run.updates}
        following = {x: states[k + 1].inputs[x] for x in ("w", "b")} if k < 11 else training.params
        assert same(after, following), k


def test_rounds_can_be_asked_for_in_any_order() -> None:
    training = regression(steps=30)
    for k in (29, 3, 4, 17, 0, -1):
        assert training.round(k).output == training.history.losses[k]
    for outside in (30, -31):
        with pytest.raises(IndexError):
            training.round(outside)


def test_few_checkpoints_are_enough() -> None:
    training = regression(steps=0)
    training.settings = training.machine.settings = regression(steps=60).settings
    training._checkpoints = Checkpoints(memory=10 * training.machine.checkpoint_size)
    training.run()
    assert training._checkpoints.stride >= 8
    assert [training.round(k).output for k in range(60)] == training.history.losses


def test_updates_are_steps_behind_the_backward_pass() -> None:
    run = regression(steps=1, optimizer="momentum").round(0)
    before = run.last_backward_step
    assert len(run) == before + 2
    assert [run.step(n).phase for n in range(before - 1, len(run) + 1)] == ["backward", "backward", "update", "update"]
    assert [run.program.nodes[run.step(n).node].name for n in (before + 1, before + 2)] == ["w", "b"]
    assert run.gate_at(len(run)) == run.program.names["b"]
    assert run.updates[0] is run.step(before + 1).update
    assert run.step(before).update is None
    assert run.over(before) == before + 1
    assert run.back_over(len(run)) == before + 1
    with pytest.raises(IndexError):
        run.step(len(run) + 1)
    edited = run.with_inputs({"b": 1.0})
    assert len(edited) == len(run)
    assert edited.updates[1].before == 1.0
    assert edited.updates[1].gradient == edited.gradient_of(run.program.names["b"])
    assert len(run.with_inputs({"X": np.ones((2, 3)), "y": np.ones(2)})) == before


def test_every_step_of_a_round_is_explained() -> None:
    run = regression(steps=1, optimizer="adam").round(0)
    told = [explain(run, n) for n in range(len(run) + 1)]
    assert [t.phase for t in told][-2:] == ["update", "update"]
    assert all(t.narrative for t in told)


# -- what comes of it --


def test_the_document_fits_the_schema_and_adds_up() -> None:
    import graphstep.faces.export

    schema = json.loads((Path(graphstep.faces.export.__file__).parent / "schema-1.json").read_text(encoding="utf-8"))
    training = regression(batch="X,y:16", held_out="X,y:0.2", optimizer="momentum", steps=12)
    found = training.to_dict()
    jsonschema.validate(found, schema)
    assert found["history"]["loss"] == training.history.losses
    assert found["history"]["held_out"] == [[k, loss] for k, loss in training.history.held_out]
    assert found["params"]["w"] == training.params["w"].tolist()
    assert found["steps"][-2]["value"] == found["params"]["w"]
    assert found["output"] == training.history.losses[-1]
    with pytest.raises(InputError):
        regression(steps=0).to_dict()


def test_the_curves_are_the_series_of_the_history() -> None:
    found = curves(regression(held_out="X,y:0.2", steps=12))
    assert list(found) == ["loss", "held-out loss", "rate", "‖∇w‖", "‖∇b‖"]
    assert [k for k, _ in found["held-out loss"]] == [0, 10]


# -- to go on another day --


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_resumed_training_is_the_uninterrupted_one_to_the_bit(name: str, tmp_path: Path) -> None:
    told: dict[str, Any] = {"optimizer": name, "batch": "X,y:16", "held_out": "X,y:0.2", "held_out_every": 3, "lr": "0.05*0.9^t"}
    whole = regression(**told, steps=20)
    half = regression(**told, steps=20, on_progress=lambda k, _: k < 6)
    assert half.rounds == 7
    state = half.save(tmp_path / "state.npz")
    values = data()
    resumed = regression(**told, steps=20, resume=state, inputs={"X": values["X"], "y": values["y"]})
    assert same(resumed.params, whole.params)
    assert resumed.history == whole.history
    assert resumed.round(7).output == whole.history.losses[7]
    assert resumed.first == 7
    with pytest.raises(IndexError):
        resumed.round(6)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"optimizer": "adam"}, "optimizer"),
        ({"params": ["w"]}, "parameters"),
        ({"batch": "X,y:8"}, "batches"),
        ({"held_out": "X,y:0.5"}, "held-out"),
        ({"maximize": True}, "direction"),
        ({"inputs": {**data(), "w": np.zeros(4)}, "text": "mean((X@w + b - y)^2)*2"}, "program"),
    ],
)
def test_a_state_of_another_training_is_refused(other: dict[str, Any], says: str, tmp_path: Path) -> None:
    state = regression(steps=3).save(tmp_path / "state.npz")
    told = {"params": ["w", "b"], "lr": 0.05, "steps": 5, "inputs": data(), **other}
    with pytest.raises(InputError, match=says):
        gs.train(told.pop("text", REGRESSION), resume=state, **told)


def test_what_is_no_state_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    good = regression(steps=3).save(path).read_bytes()
    with np.load(io.BytesIO(good), allow_pickle=False) as held:
        arrays = {name: held[name] for name in held.files}

    def resumed(content: bytes) -> None:
        path.write_bytes(content)
        regression(steps=5, resume=path)

    def with_arrays(**changed: Any) -> bytes:
        written = io.BytesIO()
        np.savez(written, **{**arrays, **changed})
        return written.getvalue()

    resumed(with_arrays())
    bad = [
        b"",
        b"no archive",
        good[: len(good) // 2],
        pickle.dumps({"a": 1}),
        with_arrays(about=np.array([{"graphstep": 1}], object)),
        with_arrays(about=np.frombuffer(b"[1]", np.uint8)),
        with_arrays(about=np.frombuffer(b"[" * 100_000, np.uint8)),
        with_arrays(loss=np.zeros(2)),
        with_arrays(**{"param:w": np.zeros(7)}),
        with_arrays(**{"norm:w": np.array(["a", "b", "c"])}),
        with_arrays(held_out=np.array([[5.5, 1.0]])),
    ]
    for content in bad:
        with pytest.raises(InputError):
            resumed(content)
    with pytest.raises(GraphstepError):
        regression(resume=tmp_path / "absent.npz")


def test_a_pickle_in_a_state_is_never_loaded(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "sprung"),)

    path = tmp_path / "state.npz"
    written = io.BytesIO()
    np.save(written, np.array([Trap()], object), allow_pickle=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("about.npy", written.getvalue())
    with pytest.raises(InputError, match="no state"):
        regression(resume=path)
    assert not (tmp_path / "sprung").exists()


def test_sharing_and_folding_work_in_a_training_too() -> None:
    folded = gs.train("1/(1+exp(-w))", params=["w"], steps=5, fold=True, w=1)
    assert folded.history.losses == pytest.approx(gs.train("sigmoid(w)", params=["w"], steps=5, w=1).history.losses)
    assert len(read_program("sigmoid(w)", ["w"], expand=True).nodes) > 2


def test_the_norm_of_a_gradient_is_a_number_wherever_the_gradient_is_one() -> None:
    training = gs.train("1e200*(3*x + 4*y)", params=["x", "y"], lr=0, steps=1, x=0, y=0)
    assert training.history.norms["x"] == [pytest.approx(3e200)]
    both = gs.train("sum(1e200*w)", params=["w"], lr=0, steps=1, w=[1.0, 1.0])
    assert both.history.norms["w"] == [pytest.approx(2**0.5 * 1e200)]
    # A gradient that vanishes is not 0 yet: of 1e-155 the square has few digits, and of 1e-170 none.
    for size in (1e-140, 1e-155, 1e-170, 1e-300):
        tiny = gs.train("sum(c*w) + 0*v", params=["w", "v"], lr=0, steps=1, c=size, w=[1.0, 1.0], v=1.0)
        assert tiny.history.norms == {"w": [pytest.approx(2**0.5 * size, rel=1e-14, abs=0)], "v": [0.0]}


def test_gradients_of_any_size_are_clipped_together() -> None:
    for size in (1e-170, 3.0, 1e160, 1e300):
        training = gs.train("sum(c*w) + 2*c*v", params=["w", "v"], lr=1, steps=1, clip_norm=size / 8, c=size, w=[1.0, 1.0], v=1.0)
        moved = [1 - w for w in training.params["w"]] + [1 - training.params["v"]]
        run = training.round(0)
        assert [update.length for update in run.updates] == [pytest.approx(6**0.5 * size, rel=1e-14, abs=0)] * 2
        if 1e-10 < size < 1e10:
            assert moved == pytest.approx([size / 8 / 6**0.5, size / 8 / 6**0.5, 2 * size / 8 / 6**0.5])
        assert ["g" in update.assigned for update in run.updates] == [True, True]


def test_a_notebook_shows_the_curve_once_there_is_a_round() -> None:
    training = gs.train("(w*x - y)^2", params=["w"], lr=0.1, steps=3, x=1, y=2, w=0)
    shown = training._repr_mimebundle_(include=None)
    assert shown["image/svg+xml"].startswith("<svg")
    assert shown["text/plain"] == repr(training)
    none = gs.train("(w*x - y)^2", params=["w"], lr=0.1, steps=0, x=1, y=2, w=0)
    assert set(none._repr_mimebundle_()) == {"text/plain"}
