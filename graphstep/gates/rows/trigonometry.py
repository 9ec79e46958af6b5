"""Angles, in radians."""

from __future__ import annotations

from typing import Any

from graphstep.gates.elementwise import elementwise
from graphstep.gates.rule import ALL_AGREE, Convention, pole


def _leg(m: Any, x: Any) -> Any:
    """√(1 − x²), whose slope is inf at ±1: of (1 − x)·(1 + x) one factor is 0 there, and what arrives is infinite."""
    return m.sqrt(m.where(m.relation("<", m.abs(x), 1), (1 - x) * (1 + x), 1 - m.abs(x)))


TRIGONOMETRY = (
    elementwise(
        "sin",
        "sin",
        lambda m, x: m.sin(x),
        (lambda m, x, out: m.cos(x),),
        "The sin gate takes the sine of an angle in radians.",
        "The slope of sin is cos.",
    ),
    elementwise(
        "cos",
        "cos",
        lambda m, x: m.cos(x),
        (lambda m, x, out: -m.sin(x),),
        "The cos gate takes the cosine of an angle in radians.",
        "The slope of cos is −sin.",
    ),
    elementwise(
        "tan",
        "tan",
        lambda m, x: m.tan(x),
        (lambda m, x, out: 1 + out**2,),
        "The tan gate takes the tangent of an angle in radians.",
        "The slope of tan is 1 + tan².",
    ),
    elementwise(
        "asin",
        "asin",
        lambda m, x: m.asin(x),
        (lambda m, x, out: 1 / m.sqrt(1 - x**2),),
        "The asin gate takes the angle whose sine is its input.",
        "The slope of asin is 1/√(1 − x²).",
        # Near ±1 the square has lost the digits of 1 − x.
        slopes=(lambda m, x, out: 1 / m.sqrt((1 - x) * (1 + x)),),
        differentiable=(lambda m, x, out: 1 / _leg(m, x),),
        conventions=(
            pole(lambda m, x: abs(x) == 1, "At ±1 asin is infinitely steep: inf.", "clip({x}, -1 + eps, 1 - eps)"),
            pole(lambda m, x: abs(x) > 1, "No angle has such a sine: nan.", "clip({x}, -1 + eps, 1 - eps)"),
        ),
    ),
    elementwise(
        "acos",
        "acos",
        lambda m, x: m.acos(x),
        (lambda m, x, out: -1 / m.sqrt(1 - x**2),),
        "The acos gate takes the angle whose cosine is its input.",
        "The slope of acos is −1/√(1 − x²).",
        # As of asin.
        slopes=(lambda m, x, out: -1 / m.sqrt((1 - x) * (1 + x)),),
        differentiable=(lambda m, x, out: -1 / _leg(m, x),),
        conventions=(
            pole(lambda m, x: abs(x) == 1, "At ±1 acos is infinitely steep: −inf.", "clip({x}, -1 + eps, 1 - eps)"),
            pole(lambda m, x: abs(x) > 1, "No angle has such a cosine: nan.", "clip({x}, -1 + eps, 1 - eps)"),
        ),
    ),
    elementwise(
        "atan",
        "atan",
        lambda m, x: m.atan(x),
        (lambda m, x, out: 1 / (1 + x**2),),
        "The atan gate takes the angle whose tangent is its input.",
        "The slope of atan is 1/(1 + x²).",
        # x² is too large for a number where its reciprocal is none too small.
        slopes=(lambda m, x, out: m.where(m.abs(x) > 1e100, 1 / x / (x + 1 / x), 1 / (1 + x**2)),),
        # The way that is not taken at 0 is infinitely steep there; the book's form is short of nothing but what is below 1e-308.
        differentiable=(lambda m, x, out: 1 / (1 + x**2),),
        saturates=True,
    ),
    elementwise(
        "atan2",
        "atan2",
        lambda m, x, y: m.atan2(x, y),
        (lambda m, x, y, out: y / (x**2 + y**2), lambda m, x, y, out: -x / (x**2 + y**2)),
        "The atan2 gate takes the angle of the point that is {x} up and {y} to the right, from −π to π.",
        (
            "The slope of an angle is the other coordinate over the squared distance from the origin.",
            "Towards the second coordinate the slope is −1 times the first, over the squared distance from the origin.",
        ),
        # The squares are too large or too small for a number long before their quotients are.
        slopes=(
            lambda m, x, y, out: y / m.hypot(x, y) / m.hypot(x, y),
            lambda m, x, y, out: -x / m.hypot(x, y) / m.hypot(x, y),
        ),
        conventions=(
            Convention(
                lambda m, x, y: (x == 0) & (y == 0),
                "The origin has no angle: atan2 is 0 there, and both local gradients are taken as 0.",
                "PyTorch gives 0 too, JAX and TensorFlow nan",
                (0.0, 0.0),
            ),
            Convention(
                lambda m, x, y: (x == 0) & (y < 0),
                "atan2 jumps from π to −π where its first input changes its sign and the second is negative: the local gradients "
                "are those of both sides.",
                ALL_AGREE,
            ),
        ),
    ),
)
