"""The inside of a composite gate as a program: its text, its names and where each part stands."""

from __future__ import annotations

import pytest

from graphstep.gates import GATES
from graphstep.language.frames import Argument, inside, is_composite
from graphstep.language.nodes import Node
from graphstep.language.program import Scope
from graphstep.language.read import read
from tests.reading import shape

SCOPE = Scope("p", "f", "d")


def parts_of(text: str, *arguments: Argument):
    program = read(text)
    return inside(program.nodes[program.output], SCOPE, arguments)


def test_a_gate_is_opened_by_one_level() -> None:
    program = parts_of("silu(x)", Argument("u1"))
    assert shape(program) == "mul(u1, sigmoid(u1))"
    assert is_composite(program.nodes[1])
    assert not is_composite(Node(GATES["mul"]))
    assert not is_composite(program.nodes[0])


def test_the_text_has_the_names_and_every_part_stands_in_it() -> None:
    program = parts_of("softmax(x)", Argument("scores"))
    assert program.text.startswith("p.3 = exp(scores - max(scores, ")
    assert [node.name for node in program.nodes] == ["scores", "p.1", "p.2", "p.3", "p.4", "p"]
    assert program.label(3) == program.text[len("p.3 = ") : program.text.index(";")]
    assert all(program.names[node.name or ""] == index for index, node in enumerate(program.nodes))


def test_what_has_no_name_outside_is_called_by_the_letter_of_the_gate() -> None:
    program = parts_of("leaky_relu(x+y, 0.1)", Argument(text="x+y"), Argument(constant=read("x*0.1").nodes[1].constants[1]))
    assert program.text == "max(0, p.x) + 0.1*min(0, p.x)"
    assert program.inputs == ("p.x",)
    assert program.nodes[0].text == "x+y"
    assert program.scope is not None
    assert program.scope.slots == (0,)


def test_two_inputs_never_have_one_name() -> None:
    program = parts_of("mse(x, x)", Argument("x", is_data=True), Argument("x"))
    assert program.inputs == ("x", "p.y")
    assert program.data == {"x"}


def test_what_has_no_parts_cannot_be_opened() -> None:
    with pytest.raises(ValueError, match="no parts"):
        parts_of("x*y", Argument("x"), Argument("y"))
