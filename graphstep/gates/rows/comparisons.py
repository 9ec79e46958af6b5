"""Comparisons, the gate that chooses by one, and the gate that stops gradients.

A comparison is 0 or 1, and stays so when its inputs move by a little: no gradient passes it. What depends on it does so through
``where``, which routes the gradient to the branch that was taken.
"""

from __future__ import annotations

from graphstep.gates.elementwise import elementwise
from graphstep.gates.rule import ALL_AGREE, Convention, Rule


def _comparison(name: str, sign: str, symbol: str, words: str) -> Rule:
    """The row of a sign; ``words`` stand between its inputs in the sentence."""
    jumps = "changes where both sides are equal, and only there" if sign in ("==", "!=") else "jumps where both sides are equal"
    return elementwise(
        name,
        symbol,
        lambda m, x, y: m.where(m.relation(sign, x, y), 1, 0),
        (lambda m, x, y, out: 0, lambda m, x, y, out: 0),
        f"The {symbol} gate gives 1 where {{x}} is {words} {{y}}, and 0 elsewhere.",
        "A comparison is 0 or 1 and does not move when its inputs move by a little: it passes no gradient at all.",
        pattern=("dead",),
        functions=(),
        with_constant={0: f"{{}}{symbol}x", 1: f"{symbol}{{}}"},
        conventions=(
            Convention(
                lambda m, x, y: m.relation("==", x, y),
                f"{symbol} {jumps}: the local gradient is taken as 0 there too.",
                ALL_AGREE,
            ),
        ),
        commutes=sign in ("==", "!="),
    )


COMPARISONS = (
    _comparison("less", "<", "<", "less than"),
    _comparison("less_equal", "<=", "≤", "at most"),
    _comparison("greater", ">", ">", "greater than"),
    _comparison("greater_equal", ">=", "≥", "at least"),
    _comparison("equal", "==", "==", "equal to"),
    _comparison("not_equal", "!=", "≠", "other than"),
    elementwise(
        "where",
        "where",
        # As in Python and NumPy a nan counts as true: it is not 0.
        lambda m, x, y, z: m.where(m.relation("!=", x, 0), y, z),
        (
            lambda m, x, y, z, out: 0,
            lambda m, x, y, z, out: m.where(m.relation("!=", x, 0), 1, 0),
            lambda m, x, y, z, out: m.where(m.relation("!=", x, 0), 0, 1),
        ),
        "The where gate takes {y} where the condition {x} is not 0, and {z} where it is.",
        "The where gate is a router: its upstream gradient goes to the branch that was taken, 0 to the other, and none to the "
        "condition.",
        pattern=("data", "router", "router"),
    ),
    elementwise(
        "stop",
        "stop",
        lambda m, x: m.stop(x),
        (lambda m, x, out: 0,),
        "The stop gate hands its input on as it is.",
        "The stop gate sends nothing back, whatever arrives: what stands before it counts as a constant.",
        pattern=("dead",),
        functions=("stop", "detach", "stop_gradient"),
        stops=True,
    ),
)
