"""Programs of numbers in the shapes that graphs come in, of any size; they are built as nodes, since to read texts takes long."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from graphstep.gates.table import GATES
from graphstep.language.nodes import Node
from graphstep.language.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable

Sample = tuple[Program, dict[str, float]]
"""A program, and a value for each of its inputs."""


class Builder:
    """Makes a program of numbers, node by node."""

    def __init__(self, **inputs: float) -> None:
        self.inputs = inputs
        self.nodes = [Node(None, name=name) for name in inputs]

    def gate(self, name: str, *operands: int) -> int:
        """Add a gate and return its index."""
        self.nodes.append(Node(GATES[name], operands))
        return len(self.nodes) - 1

    def sample(self) -> Sample:
        """The program whose output is the last gate, and its inputs."""
        names = {name: index for index, name in enumerate(self.inputs)}
        return Program("", tuple(self.nodes), len(self.nodes) - 1, names), self.inputs


def drawn(count: int, low: float, high: float) -> dict[str, float]:
    """Inputs x0, x1, … with values from an interval."""
    choose = Random(count)
    return {f"x{i}": choose.uniform(low, high) for i in range(count)}


def tree(gates: int) -> Sample:
    """A balanced tree of sums and products over 50 inputs: wide at the inputs, and no deeper than a logarithm."""
    choose, build, name = Random(1), Builder(**drawn(50, 0.5, 1.0)), "mul"
    row = [choose.randrange(50) for _ in range(gates + 1)]
    while len(row) > 1:
        pairs = [build.gate(name, one, other) for one, other in zip(row[::2], row[1::2], strict=False)]
        row = pairs + row[2 * len(pairs) :]
        name = "add" if name == "mul" else "mul"
    return build.sample()


def chain(gates: int) -> Sample:
    """Each gate reads the one before it and one of 50 inputs, which it adds or multiplies by: one gate a level."""
    choose, build = Random(2), Builder(**drawn(50, 0.5, 1.0))
    last = 0
    for place in range(gates):
        last = build.gate("mul" if place % 2 else "add", last, choose.randrange(50))
    return build.sample()


def shared(gates: int) -> Sample:
    """A random graph with sharing: sums of two of the last 50 products, and products of these with one of 50 inputs, in turn."""
    choose, build = Random(3), Builder(**drawn(50, 0.4, 0.6))
    for place in range(gates):
        count = len(build.nodes)
        if place % 2:
            build.gate("mul", count - 1, choose.randrange(50))
        else:
            # A sum is read once, by the product behind it; the products are shared.
            build.gate("add", *(count - 1 - 2 * choose.randrange(min(50, count // 2)) for _ in range(2)))
    return build.sample()


def network(inputs: int, hidden: int, outputs: int) -> Sample:
    """Two layers in numbers: every product, sum and relu a gate of its own, sums from left to right."""
    choose = Random(4)
    values = {f"x{i}": choose.uniform(-1, 1) for i in range(inputs)}
    values |= {f"w{k}_{i}": choose.uniform(-0.1, 0.1) for k in range(hidden) for i in range(inputs)}
    values |= {f"u{k}_{i}": choose.uniform(-0.1, 0.1) for k in range(outputs) for i in range(hidden)}
    build = Builder(**values)
    place = {name: index for index, name in enumerate(values)}

    def layer(sources: list[int], letter: str, size: int) -> list[int]:
        sums = []
        for k in range(size):
            products = [build.gate("mul", place[f"{letter}{k}_{i}"], source) for i, source in enumerate(sources)]
            total = products[0]
            for product in products[1:]:
                total = build.gate("add", total, product)
            sums.append(total)
        return sums

    units = [build.gate("relu", total) for total in layer([place[f"x{i}"] for i in range(inputs)], "w", hidden)]
    scores = layer(units, "u", outputs)
    total = scores[0]
    for score in scores[1:]:
        total = build.gate("add", total, score)
    return build.sample()


def units(gates: int) -> Sample:
    """Layers of 16 relus in numbers, half of which are dead, so that no gradient arrives at half of all weights."""
    choose, width = Random(5), 16
    layers = max(1, gates // (width * (2 * width + 1)))
    values = {f"x{i}": choose.uniform(0, 1) for i in range(width)}
    values |= {f"w{d}_{k}_{i}": choose.uniform(-0.3, 0.3) for d in range(layers) for k in range(width) for i in range(width)}
    values |= {f"b{d}_{k}": choose.choice((0.5, -100.0)) for d in range(layers) for k in range(width)}
    build = Builder(**values)
    place = {name: index for index, name in enumerate(values)}
    row = [place[f"x{i}"] for i in range(width)]
    for d in range(layers):
        sums = []
        for k in range(width):
            total = place[f"b{d}_{k}"]
            for i, source in enumerate(row):
                total = build.gate("add", total, build.gate("mul", place[f"w{d}_{k}_{i}"], source))
            sums.append(total)
        row = [build.gate("relu", total) for total in sums]
    total = row[0]
    for unit in row[1:]:
        total = build.gate("add", total, unit)
    return build.sample()


SHAPES: dict[str, Callable[[int], Sample]] = {
    "balanced tree": tree,
    "chain": chain,
    "random graph with sharing": shared,
    "784-32-10 in scalars": lambda gates: network(784, 32 * gates // 100_000, 10),
}
"""Every shape by its name, with as many gates as asked; the network has half as many."""
