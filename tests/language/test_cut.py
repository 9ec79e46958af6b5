"""Cutting a wire in the text: every wire of a program can be, and nothing else changes."""

from __future__ import annotations

from graphstep.language.cut import alignment, cut_texts, cut_wire
from graphstep.language.read import read
from tests.cases import each

TEXTS = [
    *("(x+y)*z", "q=x+y; f=q*z", "x*x", "2x + x^2", "a = x; b = a*x; b+a", "sigmoid(w*x+b)", "|x|*x + x", "max(x, y, x)"),
    *("x*y + x*y", "sum(W@x)", "f = (x*x # x\n + 1)*x", "-x^2/x", "x^x", "W.T @ x'", "x[0]*x[1]", "log(e^x + x)"),
]


@each("text", TEXTS)
def test_every_wire_of_a_text_is_cut_where_it_is_read(text: str) -> None:
    program = read(text)
    for gate in range(program.first_gate, len(program.nodes)):
        for slot, _ in program.nodes[gate].sources:
            cuts = [new for new in map(read, cut_texts(program, gate, slot)) if cut_wire(program, new) == (gate, slot)]
            assert cuts, (program.label(gate), slot)
            assert len(cuts[0].nodes) == len(program.nodes) + 1


def test_programs_are_aligned_only_where_stops_are_all_that_differs() -> None:
    old = read("q = x*y; q + q")
    assert alignment(old, old) == (0, 1, 2, 3)
    assert alignment(old, read("q = stop(x)*y; q + stop(q)")) == (0, 1, 3, 5)
    assert cut_wire(old, read("q = stop(x)*y; q + stop(q)")) is None
    for other in ("q = x*y; q - q", "q = y*x; q + q", "p = x*y; p + p", "q = x*y; q*1 + q", "x*y"):
        assert alignment(old, read(other)) is None
