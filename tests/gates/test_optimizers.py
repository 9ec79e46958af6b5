"""Optimizers as rows: against printed numbers and loops written by hand; and what is told of an update (``telling/updates``)."""

from __future__ import annotations

import json
import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import graphstep as gs
from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.notation import LATEX, TEXT
from graphstep.gates.optimizers import OPTIMIZERS, SETTINGS, apply, optimizer, setting_word, settings_of
from graphstep.ground.errors import InputError
from graphstep.telling.explain import explain
from tests import FOLDER
from tests.cases import each

if TYPE_CHECKING:
    from collections.abc import Callable

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in json.loads((FOLDER / "cases_optimizers.json").read_text(encoding="utf-8"))
}
every_optimizer = each("name", OPTIMIZERS)


def _sgd(w: float, gradients: list[float], lr: float) -> float:
    for g in gradients:
        w = w - lr * g
    return w


def _momentum(w: float, gradients: list[float], lr: float) -> float:
    v = 0.0
    for g in gradients:
        v = 0.9 * v - lr * g
        w = w + v
    return w


def _momentum_pytorch(w: float, gradients: list[float], lr: float) -> float:
    v = 0.0
    for g in gradients:
        v = 0.9 * v + g
        w = w - lr * v
    return w


def _nesterov(w: float, gradients: list[float], lr: float) -> float:
    v = 0.0
    for g in gradients:
        before = v
        v = 0.9 * v - lr * g
        w = w - 0.9 * before + 1.9 * v
    return w


def _nesterov_pytorch(w: float, gradients: list[float], lr: float) -> float:
    # torch.optim.SGD(momentum=0.9, nesterov=True), as its documentation writes it down.
    buffer = None
    for g in gradients:
        buffer = g if buffer is None else 0.9 * buffer + g
        w = w - lr * (g + 0.9 * buffer)
    return w


def _adagrad(w: float, gradients: list[float], lr: float) -> float:
    # torch.optim.Adagrad() without decay.
    for t in range(1, len(gradients) + 1):
        w = w - lr * gradients[t - 1] / (math.sqrt(sum(g * g for g in gradients[:t])) + 1e-10)
    return w


def _rmsprop(w: float, gradients: list[float], lr: float) -> float:
    cache = 0.0
    for g in gradients:
        cache = 0.99 * cache + 0.01 * g * g
        w = w - lr * g / (math.sqrt(cache) + 1e-8)
    return w


def _rmsprop_keras(w: float, gradients: list[float], lr: float) -> float:
    cache = 0.0
    for g in gradients:
        cache = 0.9 * cache + 0.1 * g * g
        w = w - lr * g / math.sqrt(cache + 1e-7)
    return w


def _adam(w: float, gradients: list[float], lr: float, decay: float = 0.0) -> float:
    m = v = 0.0
    for t, g in enumerate(gradients, 1):
        w = w - lr * decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        w = w - lr * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


BY_HAND: dict[str, Callable[[float, list[float], float], float]] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "momentum-pytorch": _momentum_pytorch,
    "nesterov": _nesterov,
    "nesterov-pytorch": _nesterov_pytorch,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "rmsprop-keras": _rmsprop_keras,
    "adam": _adam,
    # torch.optim.AdamW(): the weights decay before the step, by lr · 0.01 of themselves.
    "adamw": partial(_adam, decay=0.01),
}
"""Where a parameter ends up, written out for one number, with the default settings."""


def run(name: str, w: Any, gradients: list[Any], lr: float, *, climbs: bool = False) -> Any:
    row = OPTIMIZERS[name]
    state = {key: 0.0 * np.asarray(w) for key in row.state}
    for t, g in enumerate(gradients, 1):
        made = apply(row.rule, NUMBERS, {"w": w, "g": g, "lr": lr, "t": t, **row.settings, **state}, climbs=climbs)
        w, state = made["w"], {key: made[key] for key in row.state}
    return w


def test_stanfords_momentum_gives_what_its_assignment_prints() -> None:
    case = CASES["cs231n-a2-sgd-momentum"]
    told = case["optimizer"]
    given = {"w": case["inputs"]["w"], "g": told["given_gradients"]["w"], "v": told["state"]["v"]}
    arrays = {name: np.array(cells) for name, cells in given.items()}
    made = apply(OPTIMIZERS["momentum"].rule, NUMBERS, {**arrays, "t": 1, **told["hyperparameters"]})
    np.testing.assert_allclose(made["w"], case["forward"]["w"], rtol=1e-14)
    np.testing.assert_allclose(made["v"], case["forward"]["v"], rtol=1e-14)
    np.testing.assert_allclose(made["w"], case["printed"]["forward.w"], atol=case["tolerance"])


def test_gradient_descent_gives_what_d2l_prints() -> None:
    case = CASES["d2l-gd-eta0.2"]
    steps = case["optimizer"]["n_steps"]
    training = gs.train(case["expression"], params=["x"], lr=case["optimizer"]["hyperparameters"]["eta"], steps=steps, x=10)
    assert training.history.losses[0] == case["forward"]["initial_objective"]
    assert training.params["x"] == pytest.approx(case["forward"]["x"], rel=1e-12)
    assert training.loss == pytest.approx(case["forward"]["final_objective"], rel=1e-12)
    assert f"{training.params['x']:.6f}" == case["printed"]["forward.x"]


def test_momentum_in_pytorchs_form_gives_what_d2l_prints() -> None:
    case = CASES["d2l-momentum-0.5"]
    told = case["optimizer"]
    training = gs.train(
        case["expression"],
        params=["x1", "x2"],
        lr=told["hyperparameters"]["eta"],
        momentum=told["hyperparameters"]["beta"],
        steps=told["n_steps"],
        optimizer="momentum-pytorch",
        inputs=case["inputs"],
    )
    last = training.round(-1)
    for name, update in zip(("1", "2"), last.updates, strict=True):
        assert update.assigned["v"] == pytest.approx(case["forward"][f"v{name}"], rel=1e-10)
        assert training.params[f"x{name}"] == pytest.approx(case["forward"][f"x{name}"], rel=1e-10)
        assert f"{training.params[f'x{name}']:.6f}" == case["printed"][f"forward.x{name}"]
    assert training.loss == pytest.approx(case["forward"]["final_objective"], rel=1e-10)


@each("case", [case for case in CASES.values() if "name" in case["optimizer"]], ids=lambda case: case["id"])
def test_published_steps_come_out_as_printed(case: dict[str, Any]) -> None:
    told, printed = case["optimizer"], case["printed"]
    if "linspaces" not in told:
        steps, name, hyper = told["n_steps"], told["name"], told["hyperparameters"]
        training = gs.train(
            case["expression"], params=["x1", "x2"], lr=told["lr"], steps=steps, optimizer=name, inputs=case["inputs"], **hyper
        )
        # The book has ε inside the root of adagrad as well, which shows in the sixth place at most.
        for x in ("x1", "x2"):
            assert training.params[x] == pytest.approx(float(printed[f"forward.{x}"]), abs=1e-6)
        return
    cells = {name: np.linspace(*ends, 20).reshape(told["shape"]) for name, ends in told["linspaces"].items()}
    row = OPTIMIZERS[told["name"]]
    made = apply(row.rule, NUMBERS, {**cells, "lr": told["lr"], "t": 1, **row.settings})
    for name, expected in printed.items():
        np.testing.assert_allclose(made[name], expected, atol=5e-9)


@every_optimizer
def test_a_rule_does_what_it_does_written_out_by_hand(name: str) -> None:
    gradients = [3.0, -1.5, 0.25, 2.0]
    assert float(run(name, 2.0, gradients, 0.1)) == pytest.approx(BY_HAND[name](2.0, gradients, 0.1), rel=1e-14)


@every_optimizer
def test_a_rule_treats_every_cell_alike(name: str) -> None:
    w = np.array([[2.0, -1.0], [0.5, 3.0]])
    gradients = [np.cos(w + k) for k in range(4)]
    whole = run(name, w, gradients, 0.1)
    for place in np.ndindex(w.shape):
        assert whole[place] == run(name, w[place], [g[place] for g in gradients], 0.1)


@every_optimizer
def test_to_climb_is_to_descend_on_the_output_with_its_sign_turned(name: str) -> None:
    gradients = [3.0, -1.5, 0.25, 2.0]
    assert run(name, 2.0, gradients, 0.1, climbs=True) == run(name, 2.0, [-g for g in gradients], 0.1)


def test_both_forms_of_momentum_give_the_same_weights_at_one_learning_rate() -> None:
    gradients = [3.0, -1.5, 0.25, 2.0]
    assert run("momentum", 2.0, gradients, 0.1) == pytest.approx(run("momentum-pytorch", 2.0, gradients, 0.1), rel=1e-14)


def test_both_forms_of_nesterov_give_the_same_weights_at_one_learning_rate() -> None:
    gradients = [3.0, -1.5, 0.25, 2.0]
    assert run("nesterov", 2.0, gradients, 0.1) == pytest.approx(run("nesterov-pytorch", 2.0, gradients, 0.1), rel=1e-14)


def test_weights_decay_where_the_gradient_is_0() -> None:
    assert run("adamw", 2.0, [0.0, 0.0], 0.5) == pytest.approx(2.0 * (1 - 0.5 * 0.01) ** 2, rel=1e-14)
    assert run("adamw", 2.0, [0.0, 0.0], 0.5, climbs=True) == run("adamw", 2.0, [0.0, 0.0], 0.5)


@every_optimizer
def test_every_optimizer_goes_down_a_parabola(name: str) -> None:
    # How far it gets is its own affair: some slow down from round to round, some keep a little away from the bottom.
    training = gs.train("(w - 3)^2", params=["w"], lr=0.06, steps=500, optimizer=name, w=2)
    assert 2.0 < training.params["w"] < 4.0
    assert training.loss < training.history.losses[0]


@every_optimizer
@each("style", [TEXT, LATEX], ids=["text", "latex"])
def test_every_rule_prints_itself(name: str, style: Any) -> None:
    row = OPTIMIZERS[name]
    terms = {key: style.name(key) for key in ("w", "g", "lr", "t", *row.settings, *row.state)}
    for climbs in (False, True):
        made = apply(row.rule, style, terms, climbs=climbs)
        assert list(made) == [assignment.name for assignment in row.rule]
        assert "lr" in "".join(style.term(value).text for value in made.values())


@every_optimizer
def test_every_name_in_a_rule_is_known(name: str) -> None:
    row = OPTIMIZERS[name]
    assert row.rule[-1].name == "w"
    assert set(row.state) <= {assignment.name for assignment in row.rule}
    assert set(row.settings) <= set(SETTINGS)
    assert row.why.format(w="w", f="f", way="against", v="v_w", m="m_w").endswith(".")


def test_an_update_is_told_from_symbols_to_its_value() -> None:
    run = gs.train("(w*x - y)^2", params=["w"], lr=0.1, steps=1, w=2, x=1, y=0.5).round(0)
    told = explain(run, len(run))
    assert told.ladder is not None
    assert told.ladder.line == "w ← w - α · df/dw = 2 - 0.1 · 3 = 1.7"
    assert told.ladder.latex == r"w \leftarrow w - \alpha \cdot \frac{d f}{d w} = 2 - 0.1 \cdot 3 = 1.7"
    assert (told.phase, told.event, told.pattern) == ("update", "update", "")
    assert "against" in told.why


def test_a_velocity_is_told_before_the_parameter_and_says_what_others_do() -> None:
    run = gs.train("(w*x - y)^2", params=["w"], lr=0.1, steps=1, optimizer="momentum", w=2, x=1, y=0.5).round(0)
    told = explain(run, len(run))
    assert [ladder.line for ladder in told.before] == ["v_w ← μ · v_w - α · df/dw = 0.9 · 0 - 0.1 · 3 = -0.3"]
    assert told.ladder is not None
    assert told.ladder.line == "w ← w + v_w = 2 + (-0.3) = 1.7"
    assert "PyTorch" in told.narrative
    assert told.narrative.index("v_w ←") < told.narrative.index("w ← w + v_w")


def test_a_climb_is_told_with_a_plus() -> None:
    run = gs.train("-(w - 1)^2", params=["w"], lr=0.1, steps=1, maximize=True, w=0).round(0)
    told = explain(run, len(run))
    assert told.ladder is not None
    assert told.ladder.line == "w ← w + α · df/dw = 0 + 0.1 · 2 = 0.2"
    assert "along" in told.why


def test_a_velocity_does_not_take_the_name_of_something_in_the_program() -> None:
    run = gs.train("(v - 1)^2", params=["v"], lr=0.1, steps=1, optimizer="momentum", v=0).round(0)
    told = explain(run, len(run))
    assert [ladder.line for ladder in told.before] == ["v_v ← μ · v_v - α · df/dv = 0.9 · 0 - 0.1 · (-2) = 0.2"]
    assert told.ladder is not None
    assert told.ladder.line == "v ← v + v_v = 0 + 0.2 = 0.2"
    assert told.why.startswith("The velocity v_v keeps a part of itself")


def test_a_large_parameter_is_summarised_and_one_cell_is_told() -> None:
    run = gs.train("sum(w^2)", params=["w"], lr=0.1, steps=1, w=np.linspace(1, 2, 40)).round(0)
    told = explain(run, len(run))
    assert told.ladder is not None
    assert told.ladder.line == "w ← w - α · df/dw = vector of 40, mean 1.2, from 0.8 to 1.6"
    assert "w[0] ← 1 - 0.1 · 2 = 0.8" in told.why


def test_a_gradient_of_zero_is_said() -> None:
    still = gs.train("(w - 1)^2", params=["w"], steps=1, w=1).round(0)
    assert "The gradient of w is 0. So it stays where it is." in explain(still, len(still)).narrative


def test_settings_have_defaults_and_belong_to_their_optimizer() -> None:
    assert settings_of(OPTIMIZERS["adam"], {"beta1": 0.5, "mu": None}) == {"beta1": 0.5, "beta2": 0.999, "eps": 1e-8}
    assert settings_of(OPTIMIZERS["rmsprop"], {"eps": 0.0})["eps"] == 0.0
    with pytest.raises(InputError, match="sgd has no momentum"):
        settings_of(OPTIMIZERS["sgd"], {"mu": 0.9})


@each(
    ("name", "setting", "value"),
    [
        *((name, share, number) for name in ("adam", "adamw") for share in ("beta1", "beta2") for number in (1.0, 2.0, -0.1)),
        *((row.name, "mu", number) for row in OPTIMIZERS.values() if "mu" in row.settings for number in (1.01, -0.5)),
        *((row.name, "eps", number) for row in OPTIMIZERS.values() if "eps" in row.settings for number in (-1e-8, math.inf)),
        ("rmsprop", "rho", 1.0),
        ("rmsprop-keras", "rho", math.nan),
        ("adamw", "weight_decay", -0.01),
    ],
)
def test_a_setting_with_which_it_is_no_optimizer_is_refused_with_what_it_may_be(name: str, setting: str, value: float) -> None:
    with pytest.raises(InputError) as caught:
        settings_of(OPTIMIZERS[name], {setting: value})
    assert caught.value.message == f"the {setting_word(setting)} of {name} cannot be {value:g}"
    assert caught.value.hint.startswith("it is ")


def test_each_setting_takes_its_defaults_and_the_ends_of_its_range() -> None:
    for row in OPTIMIZERS.values():
        assert settings_of(row, row.settings) == row.settings
        assert set(settings_of(row, dict.fromkeys(row.settings, 0.0)).values()) <= {0.0}


def test_a_misspelled_optimizer_is_refused_with_a_suggestion() -> None:
    with pytest.raises(InputError) as caught:
        optimizer("momentun")
    assert "momentum" in caught.value.hint
