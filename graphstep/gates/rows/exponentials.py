"""Exponentials, logarithms and their kin."""

from __future__ import annotations

from graphstep.gates.elementwise import elementwise
from graphstep.gates.rule import ALL_AGREE, Convention

EXPONENTIALS = (
    elementwise(
        "exp",
        "exp",
        lambda m, x: m.exp(x),
        (lambda m, x, out: out,),
        "The exp gate raises e to its input.",
        "The slope of exp is its own output, {out}.",
        functions=("exp",),
        underflows=True,
    ),
    elementwise(
        "log",
        "ln",
        lambda m, x: m.log(x),
        (lambda m, x, out: 1 / x,),
        "The ln gate takes the natural logarithm of its input.",
        "The slope of ln x is 1/x.",
        functions=("log", "ln"),
        conventions=(
            Convention(
                lambda m, x: x == 0,
                "ln 0 is −inf, and the slope there is inf.",
                ALL_AGREE,
                warns=True,
                guard="max({x}, eps)",
            ),
            Convention(
                lambda m, x: x < 0,
                "A negative number has no real logarithm: value and local gradient are nan.",
                "PyTorch and JAX still give 1/x as the gradient",
                (float("nan"),),
                warns=True,
                guard="max({x}, eps)",
            ),
        ),
        pole="the logarithm of 0",
    ),
    elementwise(
        "sinh",
        "sinh",
        lambda m, x: m.sinh(x),
        (lambda m, x, out: m.cosh(x),),
        "The sinh gate takes the hyperbolic sine.",
        "The slope of sinh is cosh.",
        functions=("sinh",),
        expansion="(exp(x) - exp(-x))/2",
    ),
    elementwise(
        "cosh",
        "cosh",
        lambda m, x: m.cosh(x),
        (lambda m, x, out: m.sinh(x),),
        "The cosh gate takes the hyperbolic cosine.",
        "The slope of cosh is sinh.",
        functions=("cosh",),
        expansion="(exp(x) + exp(-x))/2",
    ),
    elementwise(
        "erf",
        "erf",
        lambda m, x: m.erf(x),
        (lambda m, x, out: 2 / m.sqrt(m.pi) * m.exp(-(x**2)),),
        "The erf gate takes the error function.",
        "The slope of erf is a bell curve: 2/√π · exp(−x²).",
        functions=("erf",),
        saturates=True,
    ),
)
