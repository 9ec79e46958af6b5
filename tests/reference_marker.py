"""Marks for numbers with errors carried forward, written once more from the rule alone. It imports nothing of graphstep.

1. An answer that is the true number, at the precision that was typed, is right.
2. Else the run is computed again with all earlier readable answers in place of its own numbers; an answer that is the number of
   that run is carried.
3. Where two or more wrong answers reach the step, each is put in alone; the first that fits counts.
4. Else it is wrong.

Nothing is carried where, in the other run and not in the true one, an operand or the number itself is 0, 1, -1 or not finite, or
where the number is one of its own operands or what a misconception comes to: then nobody can tell, and the answer is unsure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

Place = tuple
"""("value", node), ("gradient", node), ("local", gate, slot), ("contribution", gate, slot)."""


@dataclass
class Graph:
    """A program of numbers: inputs first, then gates with the nodes that they read."""

    inputs: list[float]
    gates: list[tuple[str, list[int]]]

    def operands(self, node: int) -> list[int]:
        return [] if node < len(self.inputs) else self.gates[node - len(self.inputs)][1]

    def name(self, node: int) -> str:
        return "" if node < len(self.inputs) else self.gates[node - len(self.inputs)][0]

    @property
    def output(self) -> int:
        return len(self.inputs) + len(self.gates) - 1


def value(gate: str, x: list[float]) -> float:
    match gate:
        case "add":
            return x[0] + x[1]
        case "mul":
            return x[0] * x[1]
        case "neg":
            return -x[0]
        case "exp":
            return math.exp(x[0]) if x[0] < 700 else math.inf
        case "tanh":
            return math.tanh(x[0])
        case "sigmoid":
            return 1 / (1 + math.exp(-x[0])) if x[0] > -700 else 0.0
        case "square":
            return x[0] * x[0]
        case "reciprocal":
            return 1 / x[0] if x[0] else math.inf
    raise ValueError(gate)


def slope(gate: str, x: list[float], out: float, slot: int) -> float:
    match gate:
        case "add":
            return 1.0
        case "mul":
            return x[1 - slot]
        case "neg":
            return -1.0
        case "exp":
            return out
        case "tanh":
            # Of the input, as numbers that keep their digits are made; the textbook's form is one minus the square of the output.
            return 1 / math.cosh(x[0]) ** 2 if abs(x[0]) < 300 else 0.0
        case "sigmoid":
            return 1 / (1 + math.exp(-x[0])) / (1 + math.exp(x[0])) if abs(x[0]) < 300 else 0.0
        case "square":
            return 2 * x[0]
        case "reciprocal":
            return -out * out
    raise ValueError(gate)


@dataclass
class Run:
    """All numbers of a run in which some are given."""

    graph: Graph
    given: dict[Place, float]
    values: list[float] = field(default_factory=list)
    gradients: dict[int, float] = field(default_factory=dict)
    locals: dict[tuple[int, int], float] = field(default_factory=dict)
    parts: dict[tuple[int, int], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        graph = self.graph
        for node in range(graph.output + 1):
            if node < len(graph.inputs):
                number = graph.inputs[node]
            else:
                number = value(graph.name(node), [self.values[x] for x in graph.operands(node)])
            self.values.append(self.given.get(("value", node), number))
        for node in range(graph.output, -1, -1):
            arrived = [self.parts[wire] for wire in self.arrivals(node)]
            total = 1.0 if node == graph.output else sum(arrived[1:], start=arrived[0]) if arrived else 0.0
            self.gradients[node] = self.given.get(("gradient", node), total)
            read = [self.values[x] for x in graph.operands(node)]
            for slot in range(len(read)):
                own = slope(graph.name(node), read, self.values[node], slot)
                self.locals[node, slot] = self.given.get(("local", node, slot), own)
                part = self.gradients[node] * self.locals[node, slot]
                self.parts[node, slot] = self.given.get(("contribution", node, slot), part)

    def arrivals(self, node: int) -> list[tuple[int, int]]:
        """The wires into a node, in the order in which they send: the last gate first, its slots from left to right."""
        gates = range(self.graph.output, node, -1)
        return [(gate, slot) for gate in gates for slot, x in enumerate(self.graph.operands(gate)) if x == node]

    def number(self, place: Place) -> float:
        match place:
            case ("value", node):
                return self.values[node]
            case ("gradient", node):
                return self.gradients[node]
            case ("local", gate, slot):
                return self.locals[gate, slot]
        return self.parts[place[1], place[2]]

    def operands(self, place: Place) -> list[float]:
        """The numbers that go into a step."""
        if place[0] == "value":
            return [self.values[x] for x in self.graph.operands(place[1])]
        if place[0] == "gradient":
            wires = self.arrivals(place[1])
            if len(wires) != 1:
                return [self.parts[wire] for wire in wires]
            gate, slot = wires[0]
        else:
            gate, slot = place[1], place[2]
        if place[0] == "local":
            return [*(self.values[x] for x in self.graph.operands(gate)), self.values[gate]]
        return [self.gradients[gate], self.locals[gate, slot]]


# -- what was typed -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typed:
    """A decimal: its number, and half a unit of its last digit."""

    number: float
    room: float


def typed(text: str) -> Typed | None:
    """A decimal as it was typed; None for anything else."""
    text = text.strip()
    bare = text.lstrip("-")
    whole, _, decimals = bare.partition(".")
    if len(text) - len(bare) > 1 or not (whole + decimals).isdecimal():
        return None
    return Typed(float(text), 0.5 * 10.0 ** -len(decimals))


def equal(one: float, other: float) -> bool:
    """Whether two numbers are one but for what arithmetic loses."""
    if one == other:
        return True
    size = max(abs(one), abs(other))
    return abs(one - other) <= 1e-9 * size or (min(abs(one), abs(other)) == 0 and size <= 1e-12)


def means(answer: Typed, number: float) -> bool:
    """Whether a number, rounded to the digits that were typed, is what was typed; rounding moves it by 2 % at most."""
    if equal(answer.number, number):
        return True
    off, size = abs(answer.number - number), abs(number)
    return off <= answer.room * (1 + 1e-9) and off <= max(0.02 * size, min(0.005, size / 4), 1e-9)


# -- misconceptions -------------------------------------------------------------------------------------------------------------


def misconceptions(run: Run, place: Place) -> list[tuple[str, float]]:
    """What misconceptions come to in a step, each with a name that is the same in every run."""
    graph, kind, right = run.graph, place[0], run.number(place)
    node = place[1] if kind in ("value", "gradient") else graph.operands(place[1])[place[2]]
    wires = run.arrivals(node)
    met: list[tuple[str, float]] = []
    if kind != "value" and len(wires) > 1:
        met += _of_a_sum(run, wires) if kind == "gradient" else [("the whole", run.gradients[node])]
    met.append(("sign", -right))
    if kind == "value":
        return met + _of_a_value(run, node)
    if kind != "gradient" or len(wires) == 1:
        wire = wires[0] if kind == "gradient" else (place[1], place[2])
        met += _on_a_wire(run, kind, wire, node)
    met.append(("value", run.values[node]))
    if node != graph.output:
        met += [("output", run.values[graph.output]), ("seed", 1.0)]
    return met


def _of_a_sum(run: Run, wires: list[tuple[int, int]]) -> list[tuple[str, float]]:
    parts = [run.parts[wire] for wire in wires]
    total = sum(parts[1:], start=parts[0])
    met = [("one part", part) for part in parts]
    met.append(("product of parts", math.prod(parts)))
    if len(parts) > 2:
        met += [("all but one", total - part) for part in parts]
    met.append(("mean of parts", total / len(parts)))
    met += [("difference", 2 * part - total) for part in parts]
    slopes = [run.locals[wire] for wire in wires]
    return [*met, ("sum of locals", sum(slopes[1:], start=slopes[0]))]


def _of_a_value(run: Run, node: int) -> list[tuple[str, float]]:
    gate, operands = run.graph.name(node), run.graph.operands(node)
    read = [run.values[x] for x in operands]
    met = [(f"input {x}", run.values[x]) for x in operands]
    for slot, x in enumerate(operands):
        turned = [-number if place == slot else number for place, number in enumerate(read)]
        met.append((f"turned {x}", value(gate, turned)))
    if len(read) == 2:
        x, y = read
        met += [(name, number) for name, number in (("add", x + y), ("mul", x * y), ("sub", x - y)) if name != gate]
    met += [(f"own {name}", number) for name, number in _of_this_value(gate, read)]
    if gate == "reciprocal" and run.values[node]:
        met.append(("reciprocal", 1 / run.values[node]))
    return met


def _of_this_value(gate: str, read: list[float]) -> list[tuple[str, float]]:
    return {
        "square": [("doubled", 2 * read[0])],
        "exp": [("times e", math.e * read[0])],
        "reciprocal": [("minus", -read[0])],
    }.get(gate, [])


def _on_a_wire(run: Run, kind: str, wire: tuple[int, int], node: int) -> list[tuple[str, float]]:
    gate, slot = wire
    name, read = run.graph.name(gate), [run.values[x] for x in run.graph.operands(gate)]
    upstream, local, out, own = run.gradients[gate], run.locals[wire], run.values[gate], read[slot]
    others = [(x, s) for s, x in enumerate(run.graph.operands(gate)) if s != slot]
    wrong = [(f"slope {key}", number) for key, number in wrong_slopes(name, own, out)]
    if kind == "local":
        met = [("part", run.parts[wire])]
        met += [("itself", own)] if name == "mul" else []
        met += [*wrong, ("upstream", upstream), ("gate's value", out)]
        met += [(f"local of {x}", run.locals[gate, s]) for x, s in others]
        return met + ([("reciprocal", 1 / local)] if name == "reciprocal" and local else [])
    met = [("local", local)]
    met += [("itself", upstream * own)] if name == "mul" else []
    met += [("upstream", upstream), *((key, upstream * number) for key, number in wrong)]
    met += [("gate's value", out), ("value", run.values[node])]
    met += [("output", run.values[run.graph.output])] if node != run.graph.output else []
    met += [("upstream twice", upstream * upstream * local), ("local twice", upstream * local * local)]
    met.append(("added", upstream + local))
    met += [("divided", upstream / local)] if local else []
    met.append(("times value", upstream * out))
    return met + [(f"part of {x}", run.parts[gate, s]) for x, s in others]


def wrong_slopes(gate: str, x: float, out: float) -> list[tuple[str, float]]:
    """Wrong rules of single gates."""
    match gate:
        case "reciprocal":
            return [("square", -out), ("integral", math.log(abs(x)) if x else -math.inf)]
        case "square":
            return [("exponent", x), ("falls", 2 * out), ("constant", 2.0)]
        case "exp":
            return [("power", x * math.exp(x - 1))]
        case "sigmoid":
            return [("factor", 1 - out), ("input", x * (1 - x))]
        case "tanh":
            return [("square", 1 - out), ("one", out * out), ("input", 1 - x * x)]
    return []


# -- marks ----------------------------------------------------------------------------------------------------------------------


def marks(graph: Graph, places: list[Place], texts: list[str]) -> list[str]:
    """The marks of a sheet, its blanks in the order of the steps."""
    true = Run(graph, {})
    earlier: dict[Place, float] = {}
    wrong: list[Place] = []
    result = []
    for place, text in zip(places, texts, strict=True):
        answer = typed(text)
        if answer is None:
            result.append("unreadable")
            continue
        mark = "right" if means(answer, true.number(place)) else _of_another_run(graph, place, answer, earlier, wrong)
        earlier[place] = answer.number
        if mark != "right":
            wrong.append(place)
        result.append(mark)
    return result


def _of_another_run(graph: Graph, place: Place, answer: Typed, earlier: dict[Place, float], wrong: list[Place]) -> str:
    true = Run(graph, {})
    reaching = [x for x in wrong if Run(graph, {x: earlier[x]}).number(place) != true.number(place)]
    choices = [earlier] if earlier else []
    choices += [{x: earlier[x]} for x in reaching] if len(reaching) > 1 else []
    for given in choices:
        run = Run(graph, given)
        if run.number(place) != true.number(place) and means(answer, run.number(place)):
            return "carried" if is_clear(true, run, place) else "unsure"
    return "wrong"


def is_clear(true: Run, run: Run, place: Place) -> bool:
    """Whether the number of another run can be told from what is too easy to come by."""
    ours, theirs = run.operands(place), true.operands(place)
    right, number = true.number(place), run.number(place)
    if any(_easy(x) and not _easy(y) for x, y in zip([number, *ours], [right, *theirs], strict=True)):
        return False
    if any(equal(number, x) and not equal(right, y) for x, y in zip(ours, theirs, strict=True)):
        return False
    met = {name for name, x in misconceptions(run, place) if equal(x, number)}
    return not met - {name for name, x in misconceptions(true, place) if equal(x, right)}


def _easy(number: float) -> bool:
    # What rounds to another last bit is as easy: u · (1/u) is 1.
    return number == 0 or equal(abs(number), 1) or not math.isfinite(number)
