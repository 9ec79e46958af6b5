"""The inverses of the hyperbolic functions."""

from __future__ import annotations

from graphstep.gates.elementwise import elementwise
from graphstep.gates.rule import pole

HYPERBOLIC = (
    elementwise(
        "asinh",
        "asinh",
        lambda m, x: m.asinh(x),
        (lambda m, x, out: 1 / m.sqrt(1 + x**2),),
        "The asinh gate takes the number whose hyperbolic sine is its input.",
        "The slope of asinh is 1/√(1 + x²).",
        # x² is too large for a number where its root is none.
        slopes=(lambda m, x, out: 1 / m.hypot(1, x),),
    ),
    elementwise(
        "acosh",
        "acosh",
        lambda m, x: m.acosh(x),
        (lambda m, x, out: 1 / (m.sqrt(x - 1) * m.sqrt(x + 1)),),
        "The acosh gate takes the number from 0 on whose hyperbolic cosine is its input.",
        "The slope of acosh is 1/(√(x − 1)·√(x + 1)).",
        # Apart, no factor is 0 at 1, where inf · 0 would be nan.
        differentiable=(lambda m, x, out: (1 / m.sqrt(x - 1)) * (1 / m.sqrt(x + 1)),),
        conventions=(
            pole(lambda m, x: x == 1, "At 1 acosh is infinitely steep: inf.", "max({x}, 1 + eps)"),
            pole(
                lambda m, x: x < 1,
                "No real number has a hyperbolic cosine below 1: nan.",
                "max({x}, 1 + eps)",
                others="PyTorch and JAX still give 1/√(x² − 1) as the gradient, which is a number below −1",
            ),
        ),
    ),
    elementwise(
        "atanh",
        "atanh",
        lambda m, x: m.atanh(x),
        (lambda m, x, out: 1 / (1 - x**2),),
        "The atanh gate takes the number whose hyperbolic tangent is its input.",
        "The slope of atanh is 1/(1 − x²).",
        # Near ±1 the square has lost the digits of 1 − x.
        slopes=(lambda m, x, out: 1 / ((1 - x) * (1 + x)),),
        conventions=(
            pole(lambda m, x: m.abs(x) == 1, "At ±1 atanh is infinite, and infinitely steep.", "clip({x}, -1 + eps, 1 - eps)"),
            pole(
                lambda m, x: m.abs(x) > 1,
                "No real number has a hyperbolic tangent beyond ±1: value and local gradient are nan.",
                "clip({x}, -1 + eps, 1 - eps)",
                others="PyTorch still gives 1/(1 − x²) as the gradient",
                local=(float("nan"),),
            ),
        ),
        pole="atanh of ±1",
    ),
)
