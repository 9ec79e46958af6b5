"""Graphs to lay out and draw: a few from lectures, and families that grow to any size. Plain boxes and edges."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from graphstep.faces.drawing.layout import Box, Edge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Graph = tuple[list[Box], list[Edge]]
LABEL = 6
"""Cells for a value in all these graphs."""


def graph(*lines: Sequence[str]) -> Graph:
    """Boxes and edges from lines of (own name, label, names of the operands); a name that begins with `_` is not shown."""
    number: dict[str, int] = {}
    boxes: list[Box] = []
    edges: list[Edge] = []
    for name, label, *operands in lines:
        number[name] = len(boxes)
        edges += [Edge(number[operand], len(boxes), port) for port, operand in enumerate(operands)]
        boxes.append(Box(label, len(operands), LABEL, "" if name.startswith("_") else name))
    return boxes, edges


def product_of_sum() -> Graph:
    """(x+y)*z, with the sum named q."""
    return graph("xx", "yy", "zz", ("q", "+", "x", "y"), ("f", "×", "q", "z"))


def square() -> Graph:
    """x*x."""
    return graph("xx", ("_f", "×", "x", "x"))


def neuron() -> Graph:
    """1/(1+exp(-(w0*x0+w1*x1+w2)))."""
    inputs = [(name, name) for name in ("w0", "x0", "w1", "x1", "w2")]
    return graph(
        *inputs, ("_1", "×", "w0", "x0"), ("_2", "×", "w1", "x1"), ("_3", "+", "_1", "_2"), ("_4", "+", "_3", "w2"),
        ("_5", "×−1", "_4"), ("_6", "exp", "_5"), ("_7", "+1", "_6"), ("_8", "1/x", "_7"),
    )  # fmt: skip


def maximum() -> Graph:
    """2*(x*y + max(z, w))."""
    return graph(
        "xx", "yy", "zz", "ww", ("_p", "×", "x", "y"), ("_m", "max", "z", "w"), ("_s", "+", "_p", "_m"), ("_f", "×2", "_s")
    )


def fork() -> Graph:
    """s = x + y; s*exp(s) + y: two forks."""
    return graph("xx", "yy", ("s", "+", "x", "y"), ("_e", "exp", "s"), ("_m", "×", "s", "_e"), ("_f", "+", "_m", "y"))


def far() -> Graph:
    """x + a chain of eight gates on x: one wire is too long to be drawn."""
    gates = [(f"_{n}", ("exp", "sin")[n % 2], f"_{n - 1}" if n else "x") for n in range(8)]
    return graph("xx", *gates, ("_f", "+", "_7", "x"))


def chain(size: int = 40) -> Graph:
    """x and then one gate after another."""
    boxes = [Box("x", 0, LABEL, "x"), *[Box("exp", 1, LABEL)] * (size - 1)]
    return boxes, [Edge(number - 1, number, 0) for number in range(1, size)]


def tree(size: int = 40) -> Graph:
    """A balanced sum of inputs, two by two."""
    boxes = [Box(f"x{number}", 0, LABEL) for number in range((size + 1) // 2)]
    edges: list[Edge] = []
    level = list(range(len(boxes)))
    while len(level) > 1:
        above = level[len(level) & ~1 :]
        for left, right in zip(level[::2], level[1::2], strict=False):
            edges += [Edge(left, len(boxes), 0), Edge(right, len(boxes), 1)]
            above.insert(len(above) - len(level) % 2, len(boxes))
            boxes.append(Box("+", 2, LABEL))
        level = above
    return boxes, edges


def network(size: int = 120, width: int = 32) -> Graph:
    """Layers of neurons: each sums weight × activation over the layer before, and is squashed by tanh."""
    width = min(width, max(2, size // 24))
    boxes = [Box(f"x{number}", 0, LABEL) for number in range(width)]
    edges: list[Edge] = []

    def gate(label: str, *operands: int) -> int:
        edges.extend([Edge(operand, len(boxes), port) for port, operand in enumerate(operands)])
        boxes.append(Box(label, len(operands), LABEL))
        return len(boxes) - 1

    before = list(range(width))
    while len(boxes) < size:
        after: list[int] = []
        while len(after) < width and len(boxes) < size:
            total = -1
            for source in before:
                product = gate("×", gate(f"w{len(boxes)}"), source)
                total = product if total < 0 else gate("+", total, product)
            after.append(gate("tanh", total))
        before = after
    return boxes, edges


def expression(size: int = 60, seed: int = 0, share: float = 0.2, commutes: bool = False) -> Graph:
    """A random expression: a quarter inputs, then gates whose operands are unused so far, or with chance `share` any node."""
    chance = Random(seed)
    boxes = [Box(f"x{number}", 0, LABEL) for number in range(max(2, size // 4))]
    edges: list[Edge] = []
    unused = list(range(len(boxes)))
    while len(boxes) < size:
        ports = 1 if chance.random() < 0.3 else 2
        for port in range(ports):
            fresh = unused and chance.random() >= share
            source = unused.pop(int(chance.random() * len(unused))) if fresh else int(chance.random() * len(boxes))
            edges.append(Edge(source, len(boxes), port))
        unused.append(len(boxes))
        boxes.append(Box("+" if ports == 2 else "exp", ports, LABEL, commutes=commutes and ports == 2))
    return boxes, edges


BUILDERS: dict[str, Callable[..., Graph]] = {
    "product-of-sum": product_of_sum,
    "square": square,
    "neuron": neuron,
    "maximum": maximum,
    "fork": fork,
    "far": far,
    "chain": chain,
    "tree": tree,
    "network": network,
    "expression": expression,
}
