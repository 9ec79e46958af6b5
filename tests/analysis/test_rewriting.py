"""What SymPy makes of a program: the same gradients, other gates, and a refusal where it would take too long."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from graphstep.analysis import rewriting
from graphstep.analysis.symbolic import rewriting as aside
from graphstep.engine.trace import trace
from graphstep.ground.errors import GraphstepError, InputError
from graphstep.language.read import read
from graphstep.language.setup import FORMS
from tests.programs import seeded

TABLE = {
    ("(x+y)*z", "expand"): "x*z + y*z",
    ("x*y + x*z", "factor"): "x*(y + z)",
    ("3x^3 + 2x^2 + x", "horner"): "x*(x*(3*x + 2) + 1)",
    ("L = sin(x*y) + x*y*cos(x*y)", "cse"): "s1 = x*y; L = s1*cos(s1) + sin(s1)",
    ("s1 = x*y; sin(s1) + s1", "cse"): "s2 = x*y; s2 + sin(s2)",
    ("sin(x)^2 + cos(x)^2", "simplify"): "1",
    ("x + x", "sympy"): "2*x",
}


def test_each_form_is_the_one_that_its_name_says() -> None:
    for (text, kind), form in TABLE.items():
        assert aside.rewritten_here(read(text), kind) == form, (text, kind)


def test_random_programs_keep_their_value_and_gradients_in_every_form() -> None:
    draw, compared = random.Random(4), 0
    for _ in range(25):
        case = seeded(draw.randrange(10**6))
        typed = trace(read(case.text), case.inputs)
        for kind in ("sympy", "expand", "cse"):
            try:
                text = aside.rewritten_here(typed.program, kind)
            except GraphstepError:
                # Too large for SymPy, or a gate without a form there.
                continue
            program = read(text, case.inputs)
            run = trace(program, {name: case.inputs[name] for name in program.inputs})
            assert rewriting.difference(typed, run) < 1e-6, (case.text, kind, text)
            compared += 1
    assert compared > 40


def test_all_forms_are_made_in_one_process_of_their_own_and_compared_with_the_typed_program() -> None:
    typed = trace(read("x*y + x*z"), {"x": 2.0, "y": 3.0, "z": -1.0})
    rows = rewriting.rewritten_runs(typed)
    assert [row.kind for row in rows] == [*FORMS]
    assert all(row.agrees for row in rows)
    factored = rows[FORMS.index("factor")].run
    assert factored is not None
    assert (rewriting.gates(factored.program), rewriting.gates(typed.program)) == (2, 3)


def test_what_would_take_too_long_is_refused_with_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, kind, limit in (
        ("(x+y+z)^300", "expand", "exponent above 100"),
        ("(a+b+c+d+g)^20", "expand", "more than 500 terms"),
        ("+".join(f"sin({i}x*y)" for i in range(2, 72)), "simplify", "at most 300"),
        ("sin(x)", "horner", "polynomials"),
    ):
        with pytest.raises(InputError, match=limit):
            aside.rewritten_here(read(text), kind)
    monkeypatch.setattr(aside, "SECONDS", 0)
    with pytest.raises(InputError, match="did not finish within 0 seconds"):
        aside.rewritten("x + x", "simplify")


def test_arrays_have_no_such_forms() -> None:
    with pytest.raises(InputError, match="programs of numbers"):
        aside.rewritings("W @ x")


def test_where_forms_differ_the_report_says_so() -> None:
    typed = trace(read("abs(x)*x/x"), {"x": 0.0})
    (row,) = rewriting.rewritten_runs(typed, ("simplify",))
    assert not row.agrees
    assert row.apart == float("inf")


def test_who_does_not_wait_any_more_ends_the_process() -> None:
    (answer,) = aside.rewritings("x + x", ("simplify",), given_up=lambda: True)
    assert answer.text == ""
    assert answer.refusal is not None


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep the limit of the address space")
def test_a_process_is_held_to_its_memory() -> None:
    code = "from graphstep.ground.processes import limit_process; limit_process(1 << 30, 9); x = bytearray(1 << 31)"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.stderr.rstrip().endswith("MemoryError")
