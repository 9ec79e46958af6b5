"""Students who compute with misconceptions, round and err in digits: ``python -m tests.simulated_students`` marks 1,000 of them.

Each works a random program gate by gate, with the numbers that he wrote down before. Every answer is marked twice, by graphstep
and by :mod:`tests.reference_marker`, and the marks must be equal. A misconception that was planted, and led to a wrong number,
must be named. The misconceptions are what a student does, and are taken from no table of graphstep's.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import graphstep as gs
from graphstep.teaching.marking.quantities import Quantity, on_wire, quantity
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import Solution
from graphstep.teaching.marking.verdict import Verdict, mark_all
from tests.reference_marker import Graph, Place, Run, marks, slope, value

STUDENTS = 1_000
WRITTEN = {
    "add": "({} + {})", "mul": "({}*{})", "neg": "(-{})", "exp": "exp({})", "tanh": "tanh({})",
    "sigmoid": "sigmoid({})", "square": "square({})", "reciprocal": "(1/{})",
}  # fmt: skip


@dataclass
class Sheet:
    """A program with the blanks of all its steps."""

    graph: Graph
    places: list[Place]
    solutions: list[Solution]


@dataclass
class Work:
    """What a student wrote, and where the misconception was at work."""

    texts: list[str]
    planted: list[int]
    believed: str


def sheet(rng: random.Random) -> Sheet:
    """A random program of three to seven gates, each named, and a blank for each value, slope, product and sum."""
    graph = _graph(rng)
    while {x for _, read in graph.gates for x in read} != set(range(graph.output)):
        graph = _graph(rng)
    return _blanks(graph)


def _graph(rng: random.Random) -> Graph:
    inputs = [round(rng.choice((-1, 1)) * rng.uniform(0.2, 2.2), rng.choice((1, 2))) for _ in range(rng.randint(2, 3))]
    gates: list[tuple[str, list[int]]] = []
    values = list(inputs)
    count = rng.randint(3, 7)
    while len(gates) < count:
        gate = rng.choice(("add", "mul", "mul", "add", "neg", "exp", "tanh", "sigmoid", "square", "reciprocal"))
        read = [rng.randrange(len(values)) for _ in range(2 if gate in ("add", "mul") else 1)]
        read[rng.randrange(len(read))] = len(values) - 1 if gates else read[0]
        number = value(gate, [values[x] for x in read])
        if 0.02 < abs(number) < 60:
            gates.append((gate, read))
            values.append(number)
    return Graph(inputs, gates)


def _blanks(graph: Graph) -> Sheet:
    inputs = graph.inputs
    run = Run(graph, {})
    trace = gs.run(_text(graph), inputs={f"x{i}": x for i, x in enumerate(inputs)}).trace
    index = {node: trace.program.names[_name(graph, node)] for node in range(graph.output + 1)}
    places: list[Place] = [("value", node) for node in range(len(inputs), graph.output + 1)]
    asked: list[Quantity] = [quantity(trace, f"value {_name(graph, place[1])}") for place in places]
    for gate in range(graph.output, len(inputs) - 1, -1):
        for slot, node in enumerate(graph.operands(gate)):
            if (wire := trace.wire_at(index[gate], slot)) is None:
                continue
            places += [("local", gate, slot), ("contribution", gate, slot)]
            asked += [on_wire(wire, local=True), on_wire(wire, local=False)]
            if len(wires := run.arrivals(node)) > 1 and wires[-1] == (gate, slot):
                places.append(("gradient", node))
                asked.append(quantity(trace, f"sum {_name(graph, node)}"))
    question = Question("", (), "", "", (), "", 0)
    solutions = [Solution(question, trace, "", "", each.step, each.shown_at, each) for each in asked]
    return Sheet(graph, places, solutions)


def _name(graph: Graph, node: int) -> str:
    return f"x{node}" if node < len(graph.inputs) else f"g{node}"


def _text(graph: Graph) -> str:
    """The program with a name for every gate."""
    lines = []
    for place, (gate, read) in enumerate(graph.gates, len(graph.inputs)):
        lines.append(f"g{place} = {WRITTEN[gate].format(*(_name(graph, x) for x in read))}")
    return "; ".join([*lines, f"g{graph.output}"])


# -- what students do ---------------------------------------------------------------------------------------------------------


class Head:
    """The numbers that a student goes by: his own where he wrote one, else those that are printed."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.run, self.written = graph, Run(graph, {}), dict[Place, float]()

    def number(self, place: Place) -> float:
        if place in self.written:
            return self.written[place]
        if place[0] == "gradient" and place[1] != self.graph.output and len(wires := self.run.arrivals(place[1])) == 1:
            return self.number(("contribution", *wires[0]))
        return self.run.number(place)

    def right(self, place: Place) -> float:
        """What comes of a step with these numbers."""
        kind, node, *_ = place
        read = [self.number(("value", x)) for x in self.graph.operands(node)]
        if kind == "value":
            return value(self.graph.name(node), read)
        if kind == "gradient":
            return math.fsum(self.number(("contribution", *wire)) for wire in self.run.arrivals(node))
        if kind == "local":
            return slope(self.graph.name(node), read, self.number(("value", node)), place[2])
        return self.number(("gradient", node)) * self.number(("local", node, place[2]))


Misconception = Callable[[Head, Place], float | None]
"""What is written where it is at work; None elsewhere."""


def _on(kind: str, gate: str = "") -> Callable[[Callable[..., float]], Misconception]:
    """Of a step of one kind, of one gate or any."""

    def wrapped(rule: Callable[..., float]) -> Misconception:
        def at(head: Head, place: Place) -> float | None:
            if place[0] != kind or (gate and head.graph.name(place[1]) != gate):
                return None
            return rule(head, place)

        return at

    return wrapped


def _read(head: Head, place: Place, slot: int = 0) -> float:
    return head.number(("value", head.graph.operands(place[1])[slot]))


def _up(head: Head, place: Place) -> float:
    return head.number(("gradient", place[1]))


def _slope(head: Head, place: Place) -> float:
    return head.number(("local", place[1], place[2]))


def _parts(head: Head, place: Place) -> list[float]:
    return [head.number(("contribution", *wire)) for wire in head.run.arrivals(place[1])]


MISCONCEPTIONS: dict[str, Misconception] = {
    "a product is a sum": _on("value", "mul")(lambda h, p: _read(h, p, 0) + _read(h, p, 1)),
    "a sum is a product": _on("value", "add")(lambda h, p: _read(h, p, 0) * _read(h, p, 1)),
    "squaring doubles": _on("value", "square")(lambda h, p: 2 * _read(h, p)),
    "exp multiplies by e": _on("value", "exp")(lambda h, p: math.e * _read(h, p)),
    "1/x is -x": _on("value", "reciprocal")(lambda h, p: -_read(h, p)),
    "the minus sign is overlooked": _on("value", "neg")(lambda h, p: _read(h, p)),
    "minus times minus is minus": _on("contribution")(
        lambda h, p: -abs(_up(h, p) * _slope(h, p)) if _up(h, p) < 0 and _slope(h, p) < 0 else _up(h, p) * _slope(h, p)
    ),
    "the slope of x*y in x is x": _on("local", "mul")(lambda h, p: _read(h, p, p[2])),
    "the slope of a gate is its value": _on("local")(lambda h, p: h.number(("value", p[1]))),
    "the slope of 1/x is -1/x": _on("local", "reciprocal")(lambda h, p: -1 / _read(h, p)),
    "the slope of 1/x is ln x": _on("local", "reciprocal")(lambda h, p: math.log(abs(_read(h, p)))),
    "the slope of x^2 is x": _on("local", "square")(lambda h, p: _read(h, p)),
    "the slope of x^2 is 2": _on("local", "square")(lambda h, p: 2.0),
    "the slope of e^x is x e^(x-1)": _on("local", "exp")(lambda h, p: _read(h, p) * math.exp(_read(h, p) - 1)),
    "the slope of tanh is 1 - tanh": _on("local", "tanh")(lambda h, p: 1 - math.tanh(_read(h, p))),
    "the slope of sigma is 1 - sigma": _on("local", "sigmoid")(lambda h, p: 1 - value("sigmoid", [_read(h, p)])),
    "the slope of sigma is x(1 - x)": _on("local", "sigmoid")(lambda h, p: _read(h, p) * (1 - _read(h, p))),
    "upstream is forgotten": _on("contribution")(lambda h, p: _slope(h, p)),
    "the slope is forgotten": _on("contribution")(lambda h, p: _up(h, p)),
    "upstream and slope are added": _on("contribution")(lambda h, p: _up(h, p) + _slope(h, p)),
    "upstream is divided": _on("contribution")(lambda h, p: _up(h, p) / _slope(h, p) if _slope(h, p) else math.inf),
    "everything starts at 1 again": _on("contribution")(lambda h, p: 1.0),
    "the value is sent back": _on("contribution")(lambda h, p: h.number(("value", h.graph.operands(p[1])[p[2]]))),
    "only the last contribution counts": _on("gradient")(lambda h, p: _parts(h, p)[-1]),
    "contributions are multiplied": _on("gradient")(lambda h, p: math.prod(_parts(h, p))),
    "contributions are averaged": _on("gradient")(lambda h, p: math.fsum(_parts(h, p)) / len(_parts(h, p))),
    "contributions are subtracted": _on("gradient")(lambda h, p: _parts(h, p)[0] - math.fsum(_parts(h, p)[1:])),
}


def work(rng: random.Random, page: Sheet, believed: str) -> Work:
    """The answers of a student who has one misconception, rounds to 2 to 4 digits, and errs in a digit now and then."""
    head, texts, planted, misconception = Head(page.graph), list[str](), list[int](), MISCONCEPTIONS[believed]
    digits = rng.randint(2, 4)
    # Who has a misconception does not have it every time.
    believes = rng.uniform(0.3, 1.0)
    for number, place in enumerate(page.places):
        answer, wrong = head.right(place), misconception(head, place)
        if (
            wrong is not None
            and math.isfinite(wrong)
            and rng.random() < believes
            and text_of(wrong, digits) != text_of(answer, digits)
        ):
            answer = wrong
            planted.append(number)
        elif rng.random() < 0.04:
            answer = _digit_error(rng, answer)
        elif rng.random() < 0.02:
            texts.append("")
            continue
        texts.append(text_of(answer, digits))
        head.written[place] = float(texts[-1])
    return Work(texts, planted, believed)


def _digit_error(rng: random.Random, number: float) -> float:
    return rng.choice((number * 10, number / 10, number + rng.choice((-1, 1)), number * 1.1))


def text_of(number: float, digits: int) -> str:
    """A number with some significant digits, and never fewer than its ones."""
    if not number:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(number))))
    text = f"{number:.{min(decimals, 12)}f}"
    return "0" if float(text) == 0 else text


@dataclass
class Outcome:
    """What came of one student."""

    marks: list[str]
    reference: list[str]
    verdicts: list[Verdict]
    work: Work


def student(seed: int) -> Outcome:
    """One student, marked twice."""
    rng = random.Random(seed)
    page = sheet(rng)
    done = work(rng, page, rng.choice([*MISCONCEPTIONS]))
    verdicts = mark_all(page.solutions, done.texts)
    return Outcome([each.outcome for each in verdicts], marks(page.graph, page.places, done.texts), verdicts, done)


def main() -> None:
    """Mark them, and print what differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--students", type=int, default=STUDENTS)
    outcomes: Counter[str] = Counter()
    differing, planted, named = 0, 0, 0
    for seed in range(parser.parse_args().students):
        outcome = student(seed)
        done = outcome.work
        for number, (verdict, mark) in enumerate(zip(outcome.verdicts, outcome.reference, strict=True)):
            outcomes[mark] += 1
            if verdict.outcome != mark:
                differing += 1
                print(f"student {seed}, answer {number}, {done.texts[number]}: {verdict.outcome}, and {mark} by the reference")
            if number in done.planted and verdict.outcome == "wrong":
                planted += 1
                named += bool(verdict.slip)
                if not verdict.slip:
                    print(f"student {seed}, answer {number}, {done.texts[number]}: not named: {done.believed}")
    print(f"answers: {sum(outcomes.values()):,}; {', '.join(f'{name} {count:,}' for name, count in sorted(outcomes.items()))}")
    print(f"marks that differ: {differing}")
    print(f"planted misconceptions that led to a wrong number: {planted:,}, named {named:,} ({named / max(1, planted):.1%})")


if __name__ == "__main__":
    main()
