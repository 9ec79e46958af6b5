"""Powers and roots."""

from __future__ import annotations

import math

from graphstep.gates.elementwise import elementwise
from graphstep.gates.rule import ALL_AGREE, Convention, pole

_STEEP = pole(lambda m, x, y: (x == 0) & (y < 1), "At 0 a power below one is infinitely steep.", "max({x}, eps)")
_NOT_REAL = pole(
    # Of −inf every power is inf or 0, as C has it.
    lambda m, x, y: (x < 0) & (x > -math.inf) & (y % 1 != 0),
    "A negative number has no real power with a fractional exponent: nan.",
    "max({x}, eps)",
)

POWERS = (
    elementwise(
        "power",
        "xⁿ",
        lambda m, x, y: x**y,
        # The exponent is a constant of the text, so nobody asks for the second slope.
        (lambda m, x, y, out: y * x ** (y - 1), lambda m, x, y, out: 0),
        "The power gate raises its input to a constant exponent.",
        "The exponent comes down in front: the slope of xⁿ is n·xⁿ⁻¹.",
        functions=(),
        computed=lambda m, x, y: m.pow(x, y),
        # y·xʸ⁻¹ may be a number where xʸ⁻¹ alone is too large or too small for one.
        slopes=(lambda m, x, y, out: m.scaled_power(y, x, y - 1),),
        with_constant={1: "^{}"},
        conventions=(
            Convention(
                lambda m, x, y: ((x == 0) | (x != x)) & (y == 0),
                "x⁰ is 1 everywhere, so its local gradient is taken as 0 at 0 and nan too.",
                "PyTorch and TensorFlow give 0, JAX nan",
                (0.0,),
            ),
            _STEEP,
            _NOT_REAL,
        ),
        underflows=True,
        power=True,
    ),
    elementwise(
        "pow",
        "^",
        lambda m, x, y: x**y,
        (lambda m, x, y, out: y * x ** (y - 1), lambda m, x, y, out: out * m.log(x)),
        "The ^ gate raises its first input to its second.",
        "Towards the base the slope of xʸ is y·xʸ⁻¹, towards the exponent xʸ·ln x.",
        computed=lambda m, x, y: m.pow(x, y),
        slopes=(
            lambda m, x, y, out: m.scaled_power(y, x, y - 1),
            # Not out·ln x: where xʸ has come to 0 the product with its logarithm may still be a number.
            lambda m, x, y, out: m.scaled_power(m.log(x), x, y),
        ),
        functions=("pow", "Pow"),
        with_constant={0: "{}^x"},
        # The first that applies counts: 0⁰ before 0ʸ, and what has a choice before the poles.
        conventions=(
            Convention(
                lambda m, x, y: (x == 0) & (y == 0),
                "At 0⁰ both local gradients are taken as 0.",
                "PyTorch agrees; JAX and TensorFlow give nan towards the base",
                (0.0, 0.0),
            ),
            Convention(
                lambda m, x, y: (x == 0) & (y > 0),
                "0ʸ is 0 for every y > 0, so the local gradient towards the exponent is 0.",
                ALL_AGREE,
                (None, 0.0),
                slots=(1,),
            ),
            pole(
                lambda m, x, y: (x == 0) & (y < 0),
                "0 to a negative power is infinite, and so is the slope towards the exponent.",
                "max({x}, eps)",
                others="PyTorch agrees; JAX gives nan towards the exponent",
                slots=(1,),
            ),
            _STEEP,
            _NOT_REAL,
            pole(
                lambda m, x, y: x < 0,
                "A negative base has no real power at exponents nearby: the local gradient towards the exponent is nan.",
                "max({x}, eps)",
                others="PyTorch and JAX give nan, TensorFlow 0",
                slots=(1,),
            ),
        ),
        underflows=True,
        power=True,
    ),
    elementwise(
        "square",
        "x²",
        lambda m, x: x**2,
        (lambda m, x, out: 2 * x,),
        "The x² gate squares its input.",
        "The slope of x² is 2x.",
        expansion="x*x",
        underflows=True,
    ),
    elementwise(
        "sqrt",
        "√",
        lambda m, x: m.sqrt(x),
        (lambda m, x, out: 1 / (2 * out),),
        "The √ gate takes the square root of its input.",
        "The slope of √x is 1/(2√x): one over twice the gate's own output.",
        conventions=(
            pole(lambda m, x: x == 0, "At 0 the root is infinitely steep.", "max({x}, eps)"),
            pole(lambda m, x: x < 0, "A negative number has no real root: nan.", "max({x}, eps)"),
        ),
    ),
    elementwise(
        "hypot",
        "√(x²+y²)",
        lambda m, x, y: m.sqrt(x**2 + y**2),
        (lambda m, x, y, out: x / out, lambda m, x, y, out: y / out),
        "The √(x²+y²) gate takes the longest side of a right triangle from the two others.",
        "The slope of √(x² + y²) is the direction: an input over the gate's own output, {out}.",
        # A square is too large or too small for a number long before the root of the sum is.
        computed=lambda m, x, y: m.hypot(x, y),
        expansion="sqrt(x^2 + y^2)",
        conventions=(
            Convention(
                lambda m, x, y: (x == 0) & (y == 0),
                "√(x² + y²) has a kink at the origin: both local gradients are taken as 0, the subgradient of least length.",
                "PyTorch gives nan, JAX ½",
                (0.0, 0.0),
            ),
        ),
        commutes=True,
    ),
)
