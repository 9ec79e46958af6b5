"""Engines with another spelling than ours are judged: their numbers, their backward passes, their classes."""

# ruff: noqa: E501  # a case is a line

from __future__ import annotations

import ast

from graphstep.teaching.judge import report
from graphstep.teaching.judge.judgement import Judgement, judge
from tests.cases import each
from tests.engine_mutants import module_of
from tests.local_engine import LocalEngine
from tests.teaching.judge.test_array_faults import SOURCE as ARRAYS

PAIRS = """
class Var:
    def __init__(self, v, parents=()):
        self.v, self.parents, self.grad = v, parents, 0.0
    def __add__(self, other): return Var(self.v + other.v, [(self, 1.0), (other, 1.0)])
    def __mul__(self, other): return Var(self.v * other.v, [(self, other.v), (other, self.v)])
    def push(self, came):
        self.grad += came
        for parent, slope in self.parents:
            parent.push(slope * came)
    def backward(self): self.push(1.0)
"""

NODES = """
import math

class Node:
    def __init__(self, val, parents=()):
        self.val, self.der, self.parents, self.send = val, 0, parents, lambda came: None
    def __add__(self, other):
        out = Node(self.val + other.val, (self, other))
        def send(came):
            self.der += came
            other.der += came
        out.send = send
        return out
    def __mul__(self, other):
        out = Node(self.val * other.val, (self, other))
        def send(came):
            self.der += came * other.val
            other.der += came * self.val
        out.send = send
        return out

def sin(node):
    out = Node(math.sin(node.val), (node,))
    def send(came): node.der += came * math.cos(node.val)
    out.send = send
    return out

def order_of(node, seen, order):
    if node not in seen:
        seen.add(node)
        for parent in node.parents: order_of(parent, seen, order)
        order.append(node)

def backprop(node):
    order = []
    order_of(node, set(), order)
    node.der = 1
    for each in reversed(order): each.send(each.der)
"""

TAPE = """
class Variable:
    def __init__(self, value, slopes=()): self.value, self.slopes = value, slopes
    def __add__(self, other): return add(self, other)
    def __mul__(self, other): return mul(self, other)

def add(a, b): return Variable(a.value + b.value, ((a, 1.0), (b, 1.0)))
def mul(a, b): return Variable(a.value * b.value, ((a, b.value), (b, a.value)))

def get_gradients(variable):
    gradients = {}
    def go(node, way):
        for child, slope in node.slopes:
            gradients[child] = gradients.get(child, 0.0) + way * slope
            go(child, way * slope)
    go(variable, 1.0)
    gradients.setdefault(variable, 1.0)
    return gradients
"""

GIVEN = PAIRS.replace("def backward(self): self.push(1.0)", "def backward(self, grad): self.push(grad)")

BY_PARENT = """
class Scalar:
    def __init__(self, value, parents=()):
        self.value, self.parents, self.grad, self.slope = value, parents, 0.0, {}
    def __add__(self, other): return self.made(self.value + other.value, other, 1.0, 1.0)
    def __sub__(self, other): return self.made(self.value - other.value, other, 1.0, -1.0)
    def __mul__(self, other): return self.made(self.value * other.value, other, other.value, self.value)
    def made(self, value, other, first, second):
        out = Scalar(value, (self, other))
        out.slope[self] = first
        out.slope[other] = second
        return out
    def backward(self):
        order = []
        def visit(node):
            if node not in order:
                for parent in node.parents: visit(parent)
                order.append(node)
        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for parent in node.parents: parent.grad += node.grad * node.slope[parent]
"""

FAMILY = PAIRS.replace("class Var:", "class Var:\n    needed = True") + "class Weight(Var): pass\nclass Bias(Weight): pass\n"
CONSTANTS = """
class Expression:
    def __init__(self, value, parents=()): self.value, self.parents, self.gradient = value, parents, None
    def __add__(self, other): return Sum(self.value + other.value, ((self, 1.0), (other, 1.0)))
    def __mul__(self, other): return Product(self.value * other.value, ((self, other.value), (other, self.value)))
    def push(self, came):
        self.gradient = came + (self.gradient or 0.0)
        for parent, slope in self.parents: parent.push(slope * came)
    def backward(self): self.push(1.0)
class Sum(Expression): pass
class Product(Expression): pass
class Constant(Expression):
    def push(self, came): pass
"""


def judged(source: str, kind: str = "") -> Judgement:
    return judge(LocalEngine(module_of(ast.parse(source), "engine"), kind))


def lines(judgement: Judgement) -> list[str]:
    return [report.verdict_line(finding, "en") for finding in judgement.findings]


SPELLINGS = [
    (PAIRS, "Var", "", ["add", "mul"]),
    (NODES, "Node", "backprop(loss)", ["add", "mul", "sin"]),
    (TAPE, "Variable", "get_gradients(loss)", ["add", "mul"]),
    (GIVEN, "Var", "loss.backward(1)", ["add", "mul"]),
    (FAMILY, "Var", "", ["add", "mul"]),
    (CONSTANTS, "Expression", "", ["add", "mul"]),
    (PAIRS.replace("self.grad", "self.gradient").replace("self.v", "self._data").replace("other.v", "other._data"), "Var", "", ["add", "mul"]),
]  # fmt: skip


@each(("source", "kind", "way", "right"), SPELLINGS)
def test_an_engine_that_is_right_is_right_in_its_own_spelling(source: str, kind: str, way: str, right: list[str]) -> None:
    judgement = judged(source)
    assert (judgement.kind, judgement.way, judgement.right, lines(judgement)) == (kind, way, right, [])


BROKEN = [
    (PAIRS, "[(self, 1.0), (other, 1.0)]", "[(self, 1.0), (other, -1.0)]", "add, towards its second input: the sign is turned"),
    (NODES, "self.der += came * other.val", "self.der = came * other.val", "mul, towards its first input: overwrites instead of adding up"),
    (NODES, "reversed(order)", "order", "backward: only what the output itself sends arrives: the order is that of the forward pass"),
    (TAPE, "((a, b.value), (b, a.value))", "((a, a.value), (b, b.value))", "mul, towards both its inputs: sends with the local gradient of the other input"),
    (TAPE, "gradients.get(child, 0.0) + way * slope", "way * slope", "backward: "),
    (BY_PARENT, "parent.grad +=", "parent.grad =", "backward: overwrites instead of adding up"),
    (GIVEN, "self.grad += came", "self.grad = came", "backward: "),
]  # fmt: skip


@each(("source", "old", "new", "said"), BROKEN)
def test_a_fault_is_found_in_another_spelling(source: str, old: str, new: str, said: str) -> None:
    assert old in source
    assert lines(judged(source.replace(old, new, 1)))[0].startswith(said)


def test_local_gradients_by_parent_lose_one_where_both_inputs_are_one_value() -> None:
    judgement = judged(BY_PARENT)
    said = "where both are one value, the contribution towards the second counts twice, and the other one is lost"
    assert lines(judgement) == [f"sub, towards both its inputs: {said}"]
    assert judgement.right == ["add", "mul"]


def test_a_power_whose_exponent_gets_nothing_is_wrong_towards_it_alone() -> None:
    wrapped = PAIRS.replace(
        "    def push",
        "    def __pow__(self, n):\n"
        "        n = n if isinstance(n, Var) else Var(n)\n"
        "        return Var(self.v**n.v, [(self, n.v * self.v ** (n.v - 1))])\n"
        "    def push",
    )
    judgement = judged(wrapped)
    assert lines(judgement) == ["x^y, towards its second input: sends nothing"]
    assert judgement.right == ["add", "mul", "pow"]


def test_what_is_called_by_no_operator_is_found_by_its_name_and_what_is_built_of_it_is_no_constant() -> None:
    named = PAIRS.replace(
        "    def push",
        "    def power(self, n): return Var(self.v**n, [(self, n * self.v ** (n - 1))])\n"
        "    def inverse(self): return Var(1 / self.v, [(self, -1 / self.v**2)])\n"
        "    def __truediv__(self, other): return self * other.inverse()\n"
        "    def push",
    )
    assert judged(named).right == ["add", "mul", "pow", "div"]
    # The inverse is nothing that is watched: it is no number by which x is multiplied.
    wrong = named.replace("-1 / self.v**2", "1 / self.v**2")
    assert lines(judged(wrong)) == ["div, towards its second input: the sign is turned"]


def arrays(*pairs: tuple[str, str]) -> Judgement:
    source = ARRAYS
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return judged(source)


def test_a_gradient_in_a_coarser_type_is_right_and_an_epsilon_is_a_remark() -> None:
    coarse = arrays(("np.zeros_like(self.data)", "np.zeros_like(self.data, dtype=np.float32)"))
    assert (lines(coarse), coarse.doubts) == ([], [])
    near = arrays(("Tensor(self.data / other.data, (self, other))", "Tensor(self.data / (other.data + 1e-8), (self, other))"))
    assert lines(near) == []
    assert "div" in near.right
    assert near.doubts


def test_a_sum_that_is_along_an_axis_unless_it_is_told_otherwise_is_told() -> None:
    judgement = arrays(("def sum(self, axis=None):", "def sum(self, dim=-1):\n        axis = dim"))
    assert lines(judgement) == []
    assert {"sum", "sum0", "sum1"} <= {*judgement.right}


def test_each_that_is_wrong_is_told_where_one_beside_it_is_wrong_too() -> None:
    # A column is summed as a row is: × is wrong, and + has to be tried without it.
    judgement = arrays(("gradient.sum(axis=axis, keepdims=True)", "gradient.sum(axis=0, keepdims=True)"))
    assert not {"add", "mul", "div"} & {*judgement.right}
