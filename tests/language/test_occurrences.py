"""A text is looked for in the texts of many nodes at once."""

from __future__ import annotations

from random import Random

from graphstep.debugger.search import search
from graphstep.engine.trace import trace
from graphstep.language import program as programs
from graphstep.language.program import FEW_NODES, Program
from graphstep.language.read import read
from tests.effort import effort, grows_with


def _sum(count: int) -> Program:
    """A sum whose nodes hold each other, with blanks, line breaks and comments between its terms."""
    choose = Random(count)
    gaps, ends = (" + ", "+", " -\n  ", "  # x9*B\n + "), ("", "*3", "*B")
    return read("(é" + "".join(choose.choice(gaps) + choose.choice("xyBé") + choose.choice(ends) for _ in range(count)) + ")*x")


def test_a_text_is_found_in_many_nodes_as_in_few(monkeypatch) -> None:
    program = _sum(300)
    assert len(program.nodes) > FEW_NODES
    run = trace(program, dict.fromkeys(program.inputs, 0.5))
    choose, text = Random(1), program.text
    places = [(choose.randrange(len(text)), choose.randrange(1, 12)) for _ in range(60)]
    words = ["b", "É", "x9", "…", "b+…", "sub", "v30", *(text[place : place + count] for place, count in places)]
    texts = [*(program.source_text(index) for index in range(0, len(program.nodes), 3)), "((x))", "x*9", ""]

    def everything() -> list[object]:
        return [*(search(run, word, 1000) for word in words), *(program.find(text) for text in texts)]

    many = everything()
    monkeypatch.setattr(programs, "FEW_NODES", len(program.nodes))
    monkeypatch.setattr("graphstep.debugger.search.FEW_NODES", len(program.nodes))
    assert many == everything()
    assert sum(map(bool, many)) > 60


def test_a_letter_in_the_field_looks_at_columns_and_not_at_each_node() -> None:
    """Only what fits is read as it is shown."""
    program = _sum(1000)
    run = trace(program, dict.fromkeys(program.inputs, 0.5))
    search(run, "x*B*q")
    nothing, few = effort(lambda: search(run, "x*B*q")), effort(lambda: search(run, "b+"))
    assert nothing < 250
    assert few < 200 * 50
    assert effort(lambda: program.find("x*B*q")) < 150


def test_to_find_a_text_in_a_sum_is_not_quadratic_in_its_length() -> None:
    def work(size: int) -> object:
        program = _sum(size)
        return lambda: program.find("x*B*q") or program.occurrences

    assert grows_with(400, work) < 2.2
