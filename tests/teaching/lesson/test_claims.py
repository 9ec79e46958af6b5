"""Claims about numbers and arrays, in prose and in blocks of a run: the true have no fault, and the others have one."""

from __future__ import annotations

from graphstep.teaching.lesson.claims import Claim, claims_in, fault
from graphstep.teaching.lesson.document import Prose
from graphstep.teaching.lesson.rehearsal import rehearse
from tests.cases import each
from tests.lessons import lesson_of
from tests.teaching.lesson.test_rehearsal import PRODUCT, trace_of


@each(
    "text",
    [
        "q = 3",
        "q = x + y = -2 + 5 = 3",
        "df/dx = df/dq · ∂q/∂x = -4 · 1 = -4",
        "df/d(x+y) = −4.0",
        "df/dz = ∂f/∂z = q",
        "1/q ≈ 0.33",
        "2 * 3 = 6",
    ],
)
def test_a_true_claim_has_no_fault(text):
    assert fault(rehearse(lesson_of("")).scenes[0].trace, Claim(text, 1)) == ""


@each(
    "text",
    ["q = 4", "q = 3.01", "1/q = 0.34", "df/dx = 4", "df/dx = ∂q/∂x", "∂f/∂x = -4", "dq/dx = 1", "w = 3", "q = x y", "∂x/∂y = 1"],
)
def test_a_false_or_unreadable_claim_has_one(text):
    assert fault(rehearse(lesson_of("")).scenes[0].trace, Claim(text, 1)) != ""


def test_claims_are_inline_code_with_an_equals_sign_and_lines_of_a_run_block():
    prose = Prose("One `q = 3` and `x*x` and $`q = 4`$.\n\n```run\nf = -12\n```\n\n```python\nq = 5\n```\n\n`z =\n-4` ends.", 10)
    assert [(claim.text, claim.line) for claim in claims_in(prose)] == [("q = 3", 10), ("f = -12", 13), ("z = -4", 20)]


@each(
    "text",
    [
        "q = [0.22, 0.26]",
        "df/dq = 2 * q = [0.44, 0.52]",
        "df/dW = outer(df/dq, x) = [[0.088, 0.176], [0.104, 0.208]]",
        "df/dx = W.T @ df/dq = [−0.11, 0.64]",
        "q[0] = 0.1 * 0.2 + 0.5 * 0.4 = 0.22",
        "df/dx[1] = 0.44*0.5 + 0.52*0.8 = 0.636",
    ],
)
def test_a_true_claim_about_arrays_has_no_fault(text):
    assert fault(trace_of(PRODUCT), Claim(text, 1)) == ""


@each(
    ("text", "says"),
    [
        ("q = [0.22, 0.27]", "does not agree"),
        ("q = [0.22, 0.26, 0]", "a vector of 3, not a vector of 2"),
        ("q = 0.22", "a number, not"),
        ("q = [0.22, 1/0]", "does not agree"),
        ("x = [0.2, 0", "cannot be checked"),
        ("W = [[0.1, 0.5], [-0.3]]", "cannot be checked"),
    ],
)
def test_a_false_claim_about_arrays_has_one(text, says):
    assert says in fault(trace_of(PRODUCT), Claim(text, 1))
