"""A small autograd engine of numbers, as a learner may write it after a lecture. It is right; the tests break it."""

import math


class Number:
    """A number that remembers what it was computed from."""

    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self.parents = tuple(parents)
        self.send = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        out = Number(self.data + other.data, (self, other))

        def send():
            self.grad += out.grad
            other.grad += out.grad

        out.send = send
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        out = Number(self.data * other.data, (self, other))

        def send():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.send = send
        return out

    def __truediv__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        out = Number(self.data / other.data, (self, other))

        def send():
            self.grad += out.grad / other.data
            other.grad -= out.grad * self.data / other.data**2

        out.send = send
        return out

    def __pow__(self, power):
        if isinstance(power, Number):
            raise TypeError("an exponent is a plain number")
        out = Number(self.data**power, (self,))

        def send():
            self.grad += power * self.data ** (power - 1) * out.grad

        out.send = send
        return out

    def exp(self):
        out = Number(math.exp(self.data), (self,))

        def send():
            self.grad += out.data * out.grad

        out.send = send
        return out

    def log(self):
        out = Number(math.log(self.data), (self,))

        def send():
            self.grad += out.grad / self.data

        out.send = send
        return out

    def tanh(self):
        out = Number(math.tanh(self.data), (self,))

        def send():
            self.grad += (1 - out.data**2) * out.grad

        out.send = send
        return out

    def sigmoid(self):
        out = Number(1 / (1 + math.exp(-self.data)), (self,))

        def send():
            self.grad += out.data * (1 - out.data) * out.grad

        out.send = send
        return out

    def relu(self):
        out = Number(self.data if self.data > 0 else 0.0, (self,))

        def send():
            self.grad += (self.data > 0) * out.grad

        out.send = send
        return out

    def sin(self):
        out = Number(math.sin(self.data), (self,))

        def send():
            self.grad += math.cos(self.data) * out.grad

        out.send = send
        return out

    def cos(self):
        out = Number(math.cos(self.data), (self,))

        def send():
            self.grad += -math.sin(self.data) * out.grad

        out.send = send
        return out

    def sqrt(self):
        out = Number(self.data**0.5, (self,))

        def send():
            self.grad += out.grad / (2 * out.data)

        out.send = send
        return out

    def softplus(self):
        out = Number(math.log(1 + math.exp(self.data)), (self,))

        def send():
            self.grad += out.grad / (1 + math.exp(-self.data))

        out.send = send
        return out

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-other)

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return (-self) + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.send()
