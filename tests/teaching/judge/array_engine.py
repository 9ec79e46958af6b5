"""A small autograd engine of arrays, as a learner may write it after the first one. It is right; the tests break it."""

import numpy as np


def gathered(gradient, shape):
    """The gradient of what was copied to a larger shape: the sum over its copies."""
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


class Tensor:
    """An array that remembers what it was computed from."""

    def __init__(self, data, parents=()):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = tuple(parents)
        self.send = lambda: None

    @property
    def shape(self):
        return self.data.shape

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data + other.data, (self, other))

        def send():
            self.grad += gathered(out.grad, self.shape)
            other.grad += gathered(out.grad, other.shape)

        out.send = send
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data * other.data, (self, other))

        def send():
            self.grad += gathered(out.grad * other.data, self.shape)
            other.grad += gathered(out.grad * self.data, other.shape)

        out.send = send
        return out

    def __truediv__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data / other.data, (self, other))

        def send():
            self.grad += gathered(out.grad / other.data, self.shape)
            other.grad -= gathered(out.grad * self.data / other.data**2, other.shape)

        out.send = send
        return out

    def __pow__(self, power):
        out = Tensor(self.data**power, (self,))

        def send():
            self.grad += out.grad * power * self.data ** (power - 1)

        out.send = send
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def send():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad

        out.send = send
        return out

    @property
    def T(self):  # noqa: N802 – as in NumPy
        out = Tensor(self.data.T, (self,))

        def send():
            self.grad += out.grad.T

        out.send = send
        return out

    def sum(self, axis=None):
        out = Tensor(self.data.sum(axis=axis), (self,))

        def send():
            gradient = out.grad if axis is None else np.expand_dims(out.grad, axis)
            self.grad += gradient * np.ones_like(self.data)

        out.send = send
        return out

    def mean(self, axis=None):
        out = Tensor(self.data.mean(axis=axis), (self,))

        def send():
            gradient = out.grad if axis is None else np.expand_dims(out.grad, axis)
            self.grad += gradient * np.ones_like(self.data) * out.data.size / self.data.size

        out.send = send
        return out

    def exp(self):
        out = Tensor(np.exp(self.data), (self,))

        def send():
            self.grad += out.grad * out.data

        out.send = send
        return out

    def log(self):
        out = Tensor(np.log(self.data), (self,))

        def send():
            self.grad += out.grad / self.data

        out.send = send
        return out

    def tanh(self):
        out = Tensor(np.tanh(self.data), (self,))

        def send():
            self.grad += out.grad * (1 - out.data**2)

        out.send = send
        return out

    def relu(self):
        out = Tensor(self.data * (self.data > 0), (self,))

        def send():
            self.grad += out.grad * (self.data > 0)

        out.send = send
        return out

    def softmax(self, axis=-1):
        whole = np.exp(self.data - self.data.max(axis=axis, keepdims=True))
        out = Tensor(whole / whole.sum(axis=axis, keepdims=True), (self,))

        def send():
            together = (out.grad * out.data).sum(axis=axis, keepdims=True)
            self.grad += out.data * (out.grad - together)

        out.send = send
        return out

    def log_softmax(self, axis=-1):
        moved = self.data - self.data.max(axis=axis, keepdims=True)
        out = Tensor(moved - np.log(np.exp(moved).sum(axis=axis, keepdims=True)), (self,))

        def send():
            self.grad += out.grad - np.exp(out.data) * out.grad.sum(axis=axis, keepdims=True)

        out.send = send
        return out

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-other)

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = np.ones_like(self.data)
        for node in reversed(order):
            node.send()
