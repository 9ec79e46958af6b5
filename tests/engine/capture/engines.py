"""Two small autograd engines as learners write them, and networks out of their values."""

import math
import random


class Value:
    """A number that knows what it was made of: a set, and a function that sends its gradient back."""

    def __init__(self, data, _children=(), _op=""):
        self.data, self.grad, self._op = data, 0.0, _op
        self._prev, self._backward = set(_children), lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data / other.data, (self, other), "/")

        def _backward():
            self.grad += out.grad / other.data
            other.grad -= out.grad * self.data / other.data**2

        out._backward = _backward
        return out

    def __pow__(self, other):
        out = Value(self.data**other, (self,), f"**{other}")

        def _backward():
            self.grad += other * self.data ** (other - 1) * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,), "tanh")

        def _backward():
            self.grad += (1 - out.data**2) * out.grad

        out._backward = _backward
        return out

    def bump(self):
        """No gate of ours."""
        out = Value(math.exp(-self.data * self.data), (self,), "bump")

        def _backward():
            self.grad += -2 * self.data * out.data * out.grad

        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for child in value._prev:
                    visit(child)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            value._backward()

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other


class Wrong(Value):
    """An engine whose product forgets one of its sides."""

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Wrong(other)
        out = Wrong(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad

        out._backward = _backward
        return out


class Scalar:
    """A number with its children and its local gradients."""

    __slots__ = ("_children", "_local_grads", "data", "grad")

    def __init__(self, data, children=(), local_grads=()):
        self.data, self.grad, self._children, self._local_grads = data, 0, children, local_grads

    def __add__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, other):
        return Scalar(self.data**other, (self,), (other * self.data ** (other - 1),))

    def log(self):
        return Scalar(math.log(self.data), (self,), (1 / self.data,))

    def exp(self):
        return Scalar(math.exp(self.data), (self,), (math.exp(self.data),))

    def relu(self):
        return Scalar(max(0, self.data), (self,), (float(self.data > 0),))

    def bump(self):
        out = math.exp(-self.data * self.data)
        return Scalar(out, (self,), (-2 * self.data * out,))

    def backward(self):
        order, seen, stack = [], {self}, [(self, iter(self._children))]
        while stack:
            value, children = stack[-1]
            for child in children:
                if child not in seen:
                    seen.add(child)
                    stack.append((child, iter(child._children)))
                    break
            else:
                order.append(value)
                stack.pop()
        self.grad = 1
        for value in reversed(order):
            for child, local in zip(value._children, value._local_grads, strict=True):
                child.grad += local * value.grad

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1


class Neuron:
    def __init__(self, inputs, kind):
        self.w = [kind(random.Random(k).uniform(-1, 1)) for k in range(inputs)]
        self.b = kind(0.25)

    def __call__(self, x):
        return sum((w * x for w, x in zip(self.w, x, strict=True)), self.b).tanh()


class Layer:
    def __init__(self, inputs, outputs, kind=Value):
        self.neurons = [Neuron(inputs + k, kind) for k in range(1)] + [Neuron(inputs, kind) for _ in range(outputs - 1)]

    def __call__(self, x):
        return [neuron(x) for neuron in self.neurons]


layers = [Layer(2, 3), Layer(3, 1)]


def perceptron(asked=True):
    total = Value(0.0)
    for x, y in [((1.0, -2.0), 1.0), ((0.5, 3.0), -1.0)]:
        h = x
        for layer in layers:
            h = layer(h)
        error = h[0] - y
        total = total + error * error
    if asked:
        total.backward()
    return total


def mistaken():
    w, x = Wrong(2.0), Wrong(3.0)
    q = w * x
    f = q * q + x
    f.backward()
    return f


def linear(x, w):
    return [sum(wi * xi for wi, xi in zip(row, x, strict=True)) for row in w]


def softmax(logits):
    top = max(value.data for value in logits)
    powers = [(value - top).exp() for value in logits]
    total = sum(powers)
    return [power / total for power in powers]


def normed(x):
    scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def gpt(embedding=8, heads=2, length=4, letters=11, layers=1):
    """The loss of a small transformer over one document, letter by letter, with its gradients."""
    dice = random.Random(42)

    def matrix(rows, columns):
        return [[Scalar(dice.gauss(0, 0.3)) for _ in range(columns)] for _ in range(rows)]

    weights = {"wte": matrix(letters, embedding), "wpe": matrix(length, embedding), "head": matrix(letters, embedding)}
    for k in range(layers):
        for name in ("q", "k", "v", "o"):
            weights[f"{name}{k}"] = matrix(embedding, embedding)
        weights[f"up{k}"], weights[f"down{k}"] = matrix(4 * embedding, embedding), matrix(embedding, 4 * embedding)
    document = [dice.randrange(letters) for _ in range(length + 1)]
    size = embedding // heads
    keys, values = [[] for _ in range(layers)], [[] for _ in range(layers)]
    losses = []
    for position in range(length):
        letter, target = document[position : position + 2]
        x = normed([t + p for t, p in zip(weights["wte"][letter], weights["wpe"][position], strict=True)])
        for k in range(layers):
            kept, x = x, normed(x)
            q, key, value = (linear(x, weights[f"{name}{k}"]) for name in "qkv")
            keys[k].append(key)
            values[k].append(value)
            joined = []
            for head in range(0, embedding, size):
                part = slice(head, head + size)
                scores = [sum(a * b for a, b in zip(q[part], each[part], strict=True)) / size**0.5 for each in keys[k]]
                weight = softmax(scores)
                joined += [sum(w * each[head + j] for w, each in zip(weight, values[k], strict=True)) for j in range(size)]
            x = [a + b for a, b in zip(linear(joined, weights[f"o{k}"]), kept, strict=True)]
            kept, x = x, normed(x)
            x = linear([each.relu() for each in linear(x, weights[f"up{k}"])], weights[f"down{k}"])
            x = [a + b for a, b in zip(x, kept, strict=True)]
        losses.append(-softmax(linear(x, weights["head"]))[target].log())
    loss = sum(losses) / length
    loss.backward()
    return loss
