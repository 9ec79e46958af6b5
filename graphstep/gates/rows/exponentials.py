"""Exponentials, logarithms and their kin."""

from __future__ import annotations

from graphstep.gates.elementwise import elementwise
from graphstep.gates.rule import Convention, Rule, pole


def _logarithm(name: str, symbol: str, base: int) -> Rule:
    """The row of a logarithm to a base."""
    return elementwise(
        name,
        symbol,
        lambda m, x: m.log(x) / m.log(base),
        (lambda m, x, out: 1 / (x * m.log(base)),),
        f"The {symbol} gate takes the logarithm to the base {base}.",
        f"The slope of {symbol} x is 1/(x·ln {base}).",
        # Exact at the powers of its base.
        computed=lambda m, x: getattr(m, name)(x),
        expansion=f"log(x)/log({base})",
        conventions=(
            pole(lambda m, x: x == 0, f"{symbol} 0 is −inf, and the slope there is infinite.", "max({x}, eps)"),
            pole(
                lambda m, x: x < 0,
                "A negative number has no real logarithm: value and local gradient are nan.",
                "max({x}, eps)",
                others=f"PyTorch still gives 1/(x·ln {base}) as the gradient",
                local=(float("nan"),),
            ),
        ),
        pole="the logarithm of 0",
    )


EXPONENTIALS = (
    elementwise(
        "exp",
        "exp",
        lambda m, x: m.exp(x),
        (lambda m, x, out: out,),
        "The exp gate raises e to its input.",
        "The slope of exp is its own output, {out}.",
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
            pole(lambda m, x: x == 0, "ln 0 is −inf, and the slope there is infinite.", "max({x}, eps)"),
            pole(
                lambda m, x: x < 0,
                "A negative number has no real logarithm: value and local gradient are nan.",
                "max({x}, eps)",
                others="PyTorch and JAX still give 1/x as the gradient",
                local=(float("nan"),),
            ),
        ),
        pole="the logarithm of 0",
    ),
    elementwise(
        "log1p",
        "ln(1+x)",
        lambda m, x: m.log(1 + x),
        (lambda m, x, out: 1 / (1 + x),),
        "The ln(1+x) gate takes the natural logarithm of 1 plus its input.",
        "The slope of ln(1 + x) is 1/(1 + x).",
        # Of an input near 0 nothing is left in 1 + x.
        computed=lambda m, x: m.log1p(x),
        expansion="log(1 + x)",
        conventions=(
            pole(lambda m, x: x == -1, "ln(1 + x) is −inf at −1, and the slope there is inf.", "max({x}, -1 + eps)"),
            pole(
                lambda m, x: x < -1,
                "Below −1 there is no real logarithm of 1 + x: value and local gradient are nan.",
                "max({x}, -1 + eps)",
                others="PyTorch still gives 1/(1 + x) as the gradient",
                local=(float("nan"),),
            ),
        ),
        pole="the logarithm of 0",
    ),
    elementwise(
        "expm1",
        "exp−1",
        lambda m, x: m.exp(x) - 1,
        (lambda m, x, out: m.exp(x),),
        "The exp−1 gate raises e to its input and takes 1 away.",
        "The slope of exp(x) − 1 is exp(x).",
        # Near 0 the exponential is nearly 1, and their difference would have few digits.
        computed=lambda m, x: m.expm1(x),
        expansion="exp(x) - 1",
    ),
    _logarithm("log2", "log₂", 2),
    _logarithm("log10", "log₁₀", 10),
    elementwise(
        "logaddexp",
        "ln(eˣ+eʸ)",
        lambda m, x, y: m.logaddexp(x, y),
        (lambda m, x, y, out: m.sigmoid(x - y), lambda m, x, y, out: m.sigmoid(y - x)),
        "The ln(eˣ+eʸ) gate adds two numbers that are given by their logarithms, and takes the logarithm of the sum.",
        "The slope of ln(eˣ + eʸ) is σ of the difference: the share that an input has in the sum.",
        expansion="log(exp(x) + exp(y))",
        conventions=(
            Convention(
                # inf − inf is nan, and σ of it too.
                lambda m, x, y: (x == y) & (m.abs(x) == float("inf")),
                "Both inputs are the same infinity: they share the gradient in halves, as equal numbers do.",
                "PyTorch gives nan",
                (0.5, 0.5),
            ),
        ),
        commutes=True,
    ),
    elementwise(
        "erfc",
        "erfc",
        lambda m, x: m.erfc(x),
        (lambda m, x, out: -2 / m.sqrt(m.pi) * m.exp(-(x**2)),),
        "The erfc gate takes what the error function is short of 1.",
        "The slope of erfc is a bell curve turned over: −2/√π · exp(−x²).",
        expansion="1 - erf(x)",
        saturates=True,
    ),
    elementwise(
        "sinh",
        "sinh",
        lambda m, x: m.sinh(x),
        (lambda m, x, out: m.cosh(x),),
        "The sinh gate takes the hyperbolic sine.",
        "The slope of sinh is cosh.",
        expansion="(exp(x) - exp(-x))/2",
    ),
    elementwise(
        "cosh",
        "cosh",
        lambda m, x: m.cosh(x),
        (lambda m, x, out: m.sinh(x),),
        "The cosh gate takes the hyperbolic cosine.",
        "The slope of cosh is sinh.",
        expansion="(exp(x) + exp(-x))/2",
    ),
    elementwise(
        "erf",
        "erf",
        lambda m, x: m.erf(x),
        (lambda m, x, out: 2 / m.sqrt(m.pi) * m.exp(-(x**2)),),
        "The erf gate takes the error function.",
        "The slope of erf is a bell curve: 2/√π · exp(−x²).",
        saturates=True,
    ),
)
