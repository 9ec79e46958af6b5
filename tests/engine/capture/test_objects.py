"""Graphs of somebody's own autograd engine become programs: their numbers, names, lines and calls, and the gradients compared."""

import math

import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.capture import CaptureError
from graphstep.engine.recorded import differing_gradient
from graphstep.ground.errors import InputError
from tests.engine.capture import engines
from tests.engine.capture.engines import Scalar, Value, Wrong


def gates(run):
    return [node.gate for node in run.nodes if node.gate is not None]


@pytest.mark.parametrize("kind", [Value, Scalar])
def test_a_value_is_captured_with_the_names_of_its_variables(kind):
    w, x, b = kind(2.0), kind(-1.5), kind(0.5)
    z = w * x + b
    loss = z * z + z * 3
    loss.backward()
    run = gs.capture(loss)
    assert run.inputs == {"w": 2.0, "x": -1.5, "b": 0.5}
    assert gates(run) == ["mul", "add", "mul", "mul", "add"]
    assert run.output == loss.data
    assert run.gradients == {"w": w.grad, "x": x.grad, "b": b.grad}
    assert run["z"].gradient == z.grad
    # x*x reads x twice, of which a set knows nothing.
    square = next(node for node in run.program.nodes if node.gate == "mul" and node.operands[0] == node.operands[1])
    assert square.operands[0] == run["z"].index
    assert run.disagreement is None
    assert run.check().agrees


def test_values_that_no_variable_holds_are_inputs_without_names():
    def made():
        return Value(2.0) * Value(3.0)

    run = gs.capture(made())
    assert run.inputs == {"x1": 2.0, "x2": 3.0}
    # Where some are held, the others are constants.
    w = Value(4.0)
    assert gs.capture(w * 2 + 1).inputs == {"w": 4.0}


def test_the_weights_of_a_model_of_layers_are_inputs_and_what_is_computed_from_constants_is_not_compared():
    class Model:
        def __init__(self):
            self.layers = [engines.Layer(2, 3), engines.Layer(3, 1)]

        def __call__(self, x):
            for layer in self.layers:
                x = layer(x)
            return x[0]

    model, unheld = Model(), Value(2.0)
    loss = model([1.0, -2.0]) * (Value(3.0) * unheld)
    del unheld
    loss.backward()
    run = gs.capture(loss)
    assert {"model_layers_0_neurons_2_w_1", "model_layers_1_neurons_0_b"} <= {*run.inputs}
    assert run.disagreement is None


def test_labels_are_names():
    w = Value(2.0)
    w.label = "weight"
    assert gs.capture(w * w).inputs == {"weight": 2.0}


def test_a_function_that_returns_one_keeps_lines_calls_and_turns():
    run = gs.capture(engines.perceptron)
    assert "def perceptron(" in run.program.text
    assert "total = total + error * error" in run.program.text
    assert {"error.1", "error.2", "layers_0_neurons_2_w_1"} <= {*run.program.names}
    frames = run.program.frames
    paths = [run.program.path(node.frame) for node in run.program.nodes]
    assert "repeat/repeat.2/repeat/repeat.1/Layer/repeat/repeat.3/Neuron/repeat/repeat.1" in paths
    assert not any("__mul__" in path for path in paths)
    # The gates of each stand side by side.
    for frame, gates_of in enumerate(run.program.gates_of_frames):
        inside = [k for k in range(run.program.first_gate, len(run.program.nodes)) if frame in _around(run, k)]
        assert inside == [*gates_of], frames[frame].label
    assert run.disagreement is None
    weights = {f"layers_{i}_neurons_{j}_b": n.b.grad for i, x in enumerate(engines.layers) for j, n in enumerate(x.neurons)}
    for name, gradient in weights.items():
        assert run.gradients[name] == pytest.approx(gradient, rel=1e-9)
    for layer in engines.layers:
        for neuron in layer.neurons:
            for value in (*neuron.w, neuron.b):
                value.grad = 0.0


def _around(run, node):
    frame = run.program.nodes[node].frame
    while frame:
        yield frame
        frame = run.program.frames[frame].around
    yield 0


def test_where_its_own_gradients_part_is_found():
    run = gs.capture(engines.mistaken)
    node = run.disagreement
    # q*q reached q once in place of twice; behind it everything is off.
    assert node is not None
    assert node.name == "q"
    assert run["q"].gradient == 12.0
    assert run.trace.recorded.gradients[node.index] == 6.0


def test_what_rounding_leaves_of_gradients_that_cancel_is_no_disagreement():
    # Probabilities add up to 1 whatever the scores are: a gradient is 0 or 3e-17, by the order in which it was added up.
    scores = [Scalar(0.3), Scalar(1.1), Scalar(-0.7)]
    raised = [each.exp() for each in scores]
    total = raised[0] + raised[1] + raised[2]
    loss = raised[0] / total + raised[1] / total + raised[2] / total
    loss.backward()
    run = gs.capture(loss)
    assert run.disagreement is None
    assert [*run.gradients.values()] == [each.grad for each in scores]


def test_gradients_that_nobody_asked_for_are_not_compared():
    run = gs.capture(engines.perceptron, False, fixed=["asked"])
    assert run.trace.recorded.gradients == ()
    assert run.disagreement is None
    assert run.gradients["layers_1_neurons_0_b"] != 0


def test_gradients_that_another_loss_has_left_are_not_compared():
    x, y = Value(2.0), Value(3.0)
    (x * y).backward()
    assert (x.grad, y.grad) == (3.0, 2.0)
    run = gs.capture(lambda: x * x + y)
    assert run.disagreement is None
    assert run.gradients == {"x": 4.0, "y": 1.0}


def test_at_a_tie_an_operation_has_the_slope_that_its_engine_chooses():
    class Chosen(Value):
        """A value whose max sends to the right side of a tie."""

        def max(self, other):
            out = Chosen(max(self.data, other.data), (self, other), "max")

            def _backward():
                larger = self if self.data > other.data else other
                larger.grad += out.grad

            out._backward = _backward
            return out

    x, y, z = Chosen(2.0), Chosen(2.0), Chosen(1.0)
    run = gs.capture(lambda: x.max(y).max(z))
    assert run.gradients == {"x": 0.0, "y": 1.0, "z": 0.0}
    assert gates(run) == ["max", "max"]
    assert [*gs.capture(lambda: x.max(z)).gradients.values()] == [1.0, 0.0]
    assert (x.grad, y.grad) == (0.0, 0.0)


@pytest.mark.parametrize("kind", [Value, Scalar])
def test_an_operation_that_is_none_of_ours_keeps_its_local_gradient(kind):
    x = kind(0.5)
    loss = (x * 2).bump() * 3
    loss.backward()
    before = x.grad
    run = gs.capture(loss)
    assert "bump" in gates(run) or "gate" in gates(run)
    assert run.gradients["x"] == pytest.approx(-2 * 1.0 * math.exp(-1.0) * 3 * 2, rel=1e-12)
    assert run.disagreement is None
    # What was asked of the user's values is put back.
    assert x.grad == before
    with pytest.raises(gs.GraphstepError, match="known by its recorded numbers only"):
        run.trace.with_inputs({"x": 1.0})


def test_every_gradient_of_a_small_transformer_is_its_own():
    kept = {}

    def step():
        loss = engines.gpt(embedding=4, heads=2, length=3, letters=5)
        kept["loss"] = loss
        return loss

    run = gs.capture(step)
    assert {"add", "mul", "power", "exp", "log", "relu"} == {*gates(run)}
    assert run.disagreement is None
    trace = run.trace
    assert differing_gradient(trace.plan, trace.buffers, trace.recorded) is None
    compared = [x for x in trace.recorded.gradients if x is not None]
    assert len(compared) == len(run.program.nodes) > 2000
    assert run.output == kept["loss"].data
    assert np.count_nonzero(compared) > 1500


def test_without_names_powers_and_functions_are_known_by_their_numbers():
    x = Scalar(1.7)
    run = gs.capture((x**3 + x.exp() * x.log() + x**-0.5).relu())
    assert gates(run) == ["power", "exp", "log", "mul", "add", "power", "add", "relu"]
    # At 1.7 it could be the absolute value too, but this engine has none.
    assert gs.capture(x.relu()).gradients == {"x": 1.0}


@pytest.mark.parametrize("kind", [Value, Scalar])
def test_a_function_that_makes_values_of_its_arguments_is_called_once(kind):
    calls = []

    def loss(w, x, n):
        calls.append(n)
        weight, data = kind(w), kind(x)
        f = (weight * data + 1).bump() + weight * data + weight * 0.5
        f.backward()
        calls.append((weight.grad, data.grad))
        return f

    run = gs.capture(loss, 0.5, -0.75, 3)
    assert len(calls) == 2
    own = loss(0.5, -0.75, 3)
    assert run.inputs == {"weight": 0.5, "data": -0.75}
    assert run.output == own.data
    assert tuple(run.gradients.values()) == pytest.approx(calls[-1], rel=1e-12)
    assert run.disagreement is None
    assert "bump" in gates(run)


def test_an_exponent_may_be_an_argument():
    run = gs.capture(lambda w, n: Scalar(w) ** n, 0.5, 3)
    assert gates(run) == ["power"]
    assert [*run.gradients.values()] == [0.75]


def test_what_is_not_asked_right_is_refused():
    with pytest.raises(InputError, match="a value has no arguments"):
        gs.capture(Value(1.0) * 2, 3.0)
    odd = Value(2.0, (Value(1.0),), "?")
    odd._backward = None
    with pytest.raises(CaptureError, match="is made in no way that can be followed"):
        gs.capture(odd)
    assert Wrong(1.0).data == 1.0
