"""Engines whose values hold arrays, local gradients beside what they were made of, or gradients under other names."""

import math

import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.capture import CaptureError
from graphstep.engine.capture.process import record_file
from tests.teaching.judge.array_engine import Tensor

W, B, X, Y = np.array([[0.5, -0.25], [1.0, 0.75]]), np.array([0.1, -0.2]), np.array([[1.0, 2.0], [-0.5, 0.25]]), np.eye(2)


class Layer:
    def __init__(self, w, b):
        self.w, self.b = Tensor(w), Tensor(b)

    def __call__(self, x):
        return (x @ self.w + self.b).tanh()


def loss(w, b, x, y, asked=True):
    layer = Layer(w, b)
    h = layer(Tensor(x))
    error = h - Tensor(y)
    total = (error * error).mean()
    if asked:
        total.backward()
    return total


def gates(run):
    return [node.gate for node in run.nodes if node.gate is not None]


@pytest.mark.parametrize("asked", [True, False])
def test_a_tensor_is_followed_in_the_lines_of_whoever_computes_with_it(asked):
    run = gs.capture(loss, W, B, X, Y, asked, fixed=["asked"])
    assert gates(run) == ["matmul", "broadcast", "add", "tanh", "mul", "add", "mul", "mean"]
    assert {"h", "error", "total"} <= {*run.program.names}
    assert "def loss(" in run.program.text
    assert "np." not in run.program.text
    paths = {run.program.path(node.frame) for node in run.program.nodes}
    assert "Layer" in paths
    own = loss(W, B, X, Y)
    assert run.output == own.data
    assert run.check().agrees
    assert run.disagreement is None
    # What its backward pass computes is no part of the program.
    assert len([x for x in run.trace.recorded.gradients if x is not None]) == (11 if asked else 0)
    assert not [name for name in run.program.names if name.startswith("k")]


def test_where_the_gradients_of_a_tensor_part_is_found():
    class Wrong(Tensor):
        def __mul__(self, other):
            out = Wrong(self.data * other.data, (self, other))

            def send():
                self.grad = out.grad * other.data
                other.grad += out.grad * self.data

            out.send = send
            return out

    def f(x):
        q = Wrong(x)
        r = q * q
        total = (r * q).sum()
        total.backward()
        return total

    run = gs.capture(f, np.array([1.0, 2.0]))
    assert run.disagreement is not None
    assert run.disagreement.name == "x"
    assert run.gradients["x"].tolist() == [3.0, 12.0]


def test_an_array_in_two_tensors_is_not_compared():
    def f(x):
        total = (Tensor(x) * Tensor(x)).sum()
        total.backward()
        return total

    run = gs.capture(f, np.array([1.0, 2.0]))
    assert run.gradients["x"].tolist() == [2.0, 4.0]
    assert run.disagreement is None


def test_a_tensor_of_arrays_that_are_no_arguments_is_refused_with_what_would_do():
    with pytest.raises(CaptureError, match="a Tensor holds an array of 2×2, and no number") as refused:
        gs.capture(lambda: (Tensor(W) * Tensor(X)).sum())
    assert refused.value.hint.startswith("hand the arrays over as arguments")
    assert gs.capture(lambda w: (Tensor(w) * Tensor(X)).sum(), W).gradients["w"].tolist() == X.tolist()


def test_a_tensor_without_a_graph_is_followed_as_what_it_holds():
    class Box:
        def __init__(self, array):
            self._value = array

        @property
        def value(self):
            return self._value.view()

        @property
        def grad(self):
            raise ValueError("none was asked for")

    assert gs.capture(lambda w: Box(w.sum()), W).gradients["w"].tolist() == np.ones((2, 2)).tolist()
    with pytest.raises(CaptureError, match="view of another type"):
        gs.capture(lambda w: w.view(np.int64).sum(), W)


class Var:
    """A value with its local gradient beside each of what it was made of."""

    def __init__(self, v, parents=()):
        self.v, self.parents, self.grad = v, parents, 0.0

    def __add__(self, other):
        return Var(self.v + other.v, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Var(self.v * other.v, [(self, other.v), (other, self.v)])

    def bump(self):
        out = math.exp(-self.v * self.v)
        return Var(out, [(self, -2 * self.v * out)])

    def push(self, came):
        self.grad += came
        for parent, slope in self.parents:
            parent.push(slope * came)


class Node:
    """A value whose function is handed the gradient, which is called otherwise."""

    def __init__(self, val, operands=()):
        self.val, self.der, self.operands, self.backprop = val, 0.0, operands, None

    def __add__(self, other):
        return self.made(self.val + other.val, other, 1.0, 1.0)

    def __mul__(self, other):
        return self.made(self.val * other.val, other, other.val, self.val)

    def bump(self):
        out = Node(math.exp(-self.val * self.val), (self,))

        def backprop(came):
            self.der += came * -2 * self.val * out.val

        out.backprop = backprop
        return out

    def made(self, value, other, first, second):
        out = Node(value, (self, other))

        def backprop(came):
            self.der += came * first
            other.der += came * second

        out.backprop = backprop
        return out


ENGINE = """
import numpy as np


class Variable:
    def __init__(self, data, creator=None):
        if not isinstance(data, np.ndarray):
            raise TypeError(type(data))
        self.data, self.grad, self.creator = data, None, creator

    def __mul__(self, other):
        return Product()(self, other)

    def backward(self):
        if np.any(self.data > 100):
            raise OverflowError
        self.grad = Variable(np.ones_like(self.data))
        todo = [self]
        while todo:
            value = todo.pop()
            if value.creator is not None:
                for x, gradient in zip(value.creator.inputs, value.creator.backward(value.grad.data)):
                    x.grad = Variable(gradient + (x.grad.data if x.grad is not None else 0))
                    todo.append(x)
                value.grad = None


def as_array(x, arrays=np):
    return arrays.array(x) if np.isscalar(x) else x


class Function:
    def __call__(self, *inputs):
        self.inputs = inputs
        return [Variable(as_array(y), self) for y in [self.forward(*(x.data for x in inputs))]][0]


class Product(Function):
    def forward(self, x, y):
        self.size = x.itemsize * len(x.strides)
        return x * y

    def backward(self, came):
        x, y = self.inputs
        return came * y.data, came * x.data


class Sum(Function):
    def forward(self, x):
        return np.sum(x.data)

    def backward(self, came):
        return (np.broadcast_to(came, self.inputs[0].data.shape),)


def total(x):
    return Sum()(x)
"""

USE = """
from tiny import Variable, total


def loss(x, w):
    z = Variable(x) * Variable(w)
    f = total(z)
    f.backward()
    return f
"""


def test_an_engine_in_a_file_of_its_own_is_no_part_of_what_is_shown(tmp_path):
    (tmp_path / "tiny.py").write_text(ENGINE, "utf-8")
    (tmp_path / "use.py").write_text(USE, "utf-8")
    opening = record_file(str(tmp_path / "use.py"), "loss", {"x": np.array([1.0, 2.0]), "w": np.array([3.0, -1.0])})
    assert opening.program.text == "def total(x):\n    return Sum()(x)\n\n" + USE.strip().partition("\n\n\n")[2]
    assert {"z", "f"} <= {*opening.program.names}
    # What its backward pass asks is no path of the function, and what it has come to is compared, where it is kept.
    assert opening.program.origin.branches == ()
    assert [x is not None for x in opening.recorded.gradients] == [True, True, False, False]


def test_what_is_the_default_of_an_argument_is_followed(tmp_path):
    file = tmp_path / "use.py"
    text = "import math\nimport numpy as np\n\ndef bend(x, act=math.tanh, xp=np):\n    return xp.exp(xp.array([act(x)]))[0]\n"
    file.write_text(text + "\ndef loss(x):\n    return bend(x)\n", "utf-8")
    program = record_file(str(file), "loss", {"x": 0.5}).program
    assert [node.gate for node in program.nodes] == [None, "tanh", "stack", "exp", "index"]


def test_local_gradients_stand_beside_what_a_value_was_made_of():
    def f():
        w, x = Var(0.5), Var(-0.75)
        z = w * x + w
        y = z.bump() * x
        y.push(1.0)
        return y

    run = gs.capture(f)
    assert run.inputs == {"w": 0.5, "x": -0.75}
    assert gates(run)[:2] == ["mul", "add"]
    assert run.disagreement is None
    assert len([x for x in run.trace.recorded.gradients if x is not None]) == 6


def test_a_function_that_is_handed_the_gradient_is_asked_for_local_gradients():
    def f():
        w, x = Node(0.5), Node(-0.75)
        return (w * x + w).bump() * x

    run = gs.capture(f)
    z = 0.5 * -0.75 + 0.5
    assert run.gradients["w"] == pytest.approx(-2 * z * math.exp(-z * z) * -0.75 * (1 - 0.75), rel=1e-12)


def test_what_is_no_value_of_an_engine_is_refused_with_what_makes_one():
    class Thing:
        amount = 3.0

    with pytest.raises(CaptureError, match="returned a Thing, and no number") as refused:
        gs.capture(lambda x: Thing(), 1.0)
    assert "a value has a number (data, value, val, v …)" in refused.value.hint
