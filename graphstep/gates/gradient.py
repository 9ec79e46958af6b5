"""The gate ``grad(u, t)``: a gradient inside a program, which is made of other gates before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphstep.gates.rule import Options, Rule
from graphstep.ground.operands import Shape

FUNCTION = "grad"
"""What a program calls it."""

NAME = "gradient"
"""What it is called among gates."""


def _never(*_: Any) -> Any:
    raise TypeError("a gradient is made of gates before a program runs")


def _shape(shapes: Sequence[Shape], _: Options) -> Shape:
    return shapes[1]


def gradient_gate(unfolded: Callable[..., int]) -> Rule:
    """The gate, with what makes other gates of it.

    It stands in a program until the shapes of its inputs are known. No table has it, for it never runs.
    """
    return Rule(
        NAME,
        "∇",
        _shape,
        _never,
        _never,
        _never,
        lambda *_: "dense",
        lambda m, terms, _: m.call(FUNCTION, *terms),
        _never,
        "The ∇ gate takes the gradient of {x} with respect to {y}.",
        ("The gradient of a gradient flows through the gates that it is made of.",),
        arity=(2, 2),
        functions=(),
        unfolded=unfolded,
    )
