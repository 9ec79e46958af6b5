"""Array literals, what makes arrays of numbers, and indices that are arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import graphstep as gs
from graphstep.ground.errors import InputError, ReadError
from graphstep.language.read import read
from tests.cases import each

E3 = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


@each(
    ("text", "inputs", "value", "gradients"),
    [
        ("[1, -2.5, 1/2]", {}, [1, -2.5, 0.5], {}),
        ("[[1, 2], [3, 4]] @ x", {"x": [1.0, -1.0]}, [-1, -1], {"x": [4, 6]}),
        ("[x, x^2, 3]", {"x": 2.0}, [2, 4, 3], {"x": 5}),
        ("[1, 2][0] + [x,\n 2].T[0]", {"x": 3.0}, 4, {"x": 1}),
        ("|[3, x]|[1] + ||[3, x]||", {"x": -4.0}, 9, {"x": -1.8}),
        ("sum(zeros(2, 3)) + sum(ones(3))*x", {"x": 2.0}, 6, {"x": 3}),
        ("n = 3; sum(range(n)*range(1, n + 1)) + x*0", {"x": 1.0}, 8, {"x": 0}),
        ("range(0, 7, 3)*x", {"x": 2.0}, [0, 6, 12], {"x": 9}),
        ("eye(2) @ x", {"x": [1.0, 5.0]}, [1, 5], {"x": [1, 1]}),
        ("fill(x, 2, 2)", {"x": 3.0}, [[3, 3], [3, 3]], {"x": 4}),
        ("E[ids]", {"E": E3, "ids": [2, 0, 2]}, [[5, 6], [1, 2], [5, 6]], {"E": [[1, 1], [0, 0], [2, 2]], "ids": [0, 0, 0]}),
        ("E[[2, 0, -1]]", {"E": E3}, [[5, 6], [1, 2], [5, 6]], {"E": [[1, 1], [0, 0], [2, 2]]}),
        ("E[range(len(E)), y]", {"E": E3, "y": [0, 1, 1]}, [1, 4, 6], {"E": [[1, 0], [0, 1], [0, 1]], "y": [0, 0, 0]}),
        ("E[:, i]", {"E": E3, "i": 1}, [2, 4, 6], {"E": [[0, 1], [0, 1], [0, 1]], "i": 0}),
        ("E[..., [1, 1]]", {"E": E3}, [[2, 2], [4, 4], [6, 6]], {"E": [[0, 2], [0, 2], [0, 2]]}),
        ("i = round(x); E[i, 0]", {"E": E3, "x": 1.2}, 3, {"E": [[0, 0], [1, 0], [0, 0]], "x": 0}),
        ("k = 1; E[k] + E[k - 1, 0]", {"E": E3}, [4, 5], {"E": [[2, 0], [1, 1], [0, 0]]}),
    ],
)
def test_arrays_are_written_and_picked_inside_expressions(text: str, inputs: dict[str, Any], value: Any, gradients: Any) -> None:
    run = gs.run(text, inputs=inputs)
    np.testing.assert_allclose(run.output, value)
    assert run.gradients.keys() == gradients.keys()
    for name, gradient in gradients.items():
        np.testing.assert_allclose(run.gradients[name], gradient, err_msg=name)
    assert gs.check(text, inputs=inputs).verdict == "agree"


def test_a_literal_of_numbers_is_data_and_a_whole_index_is_static() -> None:
    program = read("x[[0, 1]] * [1, 2]")
    assert [(node.gate, node.sources) for node in program.nodes[1:]] == [
        ("gather", ((0, 0),)),
        ("stack", ()),
        ("mul", ((0, 1), (1, 2))),
    ]
    assert program.depends == (True, True, False, True)


@each(
    ("text", "message", "hint"),
    [
        ("[]", "nothing between these brackets", "[1, 2]"),
        ("[1, 2", "this bracket is never closed", ""),
        ("(x]", "never opened", ""),
        ("[x)", "never closed", ""),
        ("x[[0, 1.5]]", "whole numbers stand here", "x[[2, 0]]"),
        ("x[i + 1]", "nothing is computed here", "j = i + 1; x[j]"),
        ("x[x > 0]", "nothing is computed here", "where(x > 0, x, 0)"),
        ("zeros(n)", "'n' has no value above", "n = 20"),
        ("eye(200)", "eye takes one whole number, from 1 to 100", "I=eye(500)"),
        ("range(0)", "no numbers in this range", ""),
        ("range(1, 2, 3, 4)", "one to three", "range(5)"),
        ("range(100000)", "at most 10,000", ""),
    ],
)
def test_what_is_no_array_is_refused(text: str, message: str, hint: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(text, ("x", "i"))
    assert message in str(caught.value.message)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(("index", "message"), [(3, "there is no entry 3"), (-4, "no entry -4"), (0.5, "0.5 is no index")])
def test_an_index_out_of_range_is_refused_by_name(index: float, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        gs.run("2*sum(E[i])", E=E3, i=index)
    assert caught.value.span == (6, 10)
