"""Random programs: backprop against two witnesses that share no code with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphstep.gates import ELEMENTWISE, GATES
from tests.programs import Case, Tally, against_differences, against_sympy, random_case, run, seeded
from tests.rules import altered

if TYPE_CHECKING:
    from collections.abc import Callable

quick = settings(deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def programs(draw: Callable[..., int]) -> Case:
    """Cases made of Hypothesis's choices, so that it can shrink them."""
    return random_case(lambda n: draw(st.integers(0, n - 1)))


def test_six_hundred_programs_agree_with_central_differences() -> None:
    tally = Tally()
    for seed in range(600):
        against_differences(seeded(seed), tally)
    # A comparison to less than six digits shows little: nearly all must have them, and kinks must be rare.
    assert tally.compared > 960
    assert tally.rough + tally.kinks < 0.02 * tally.compared


def test_a_hundred_programs_agree_with_sympy() -> None:
    tally = Tally()
    for seed in range(1_500, 1_600):
        against_sympy(seeded(seed), tally)
    assert tally.compared > 160
    assert tally.rough + tally.kinks + tally.refused < 0.02 * tally.compared


@quick
@given(programs())
def test_any_program_agrees_with_central_differences(case: Case) -> None:
    against_differences(case, Tally())


@settings(quick, max_examples=20)
@given(programs())
def test_any_program_agrees_with_sympy(case: Case) -> None:
    against_sympy(case, Tally())


def test_every_gate_takes_part() -> None:
    seen = {node.gate for seed in range(300) for node in run(seeded(seed)).program.nodes}
    assert set(ELEMENTWISE) - seen == {"constant"}


def test_a_seed_always_makes_the_same_program() -> None:
    assert [seeded(seed) for seed in range(20)] == [seeded(seed) for seed in range(20)]
    assert len({seeded(seed).text for seed in range(100)}) > 95


@pytest.mark.parametrize("against", [against_differences, against_sympy])
def test_a_wrong_local_gradient_would_be_found(against: Callable[[Case, Tally], None], monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = altered("tanh", slopes=(lambda m, x, out: 1 - out,))
    monkeypatch.setitem(GATES, "tanh", wrong)
    users = [case for case in map(seeded, range(60)) if "tanh" in case.text]
    assert sum(fails(against, case) for case in users) > len(users) / 4


def fails(against: Callable[[Case, Tally], None], case: Case) -> bool:
    try:
        against(case, Tally())
    except AssertionError:
        return True
    return False
