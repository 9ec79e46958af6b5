"""Sums, products, quotients, signs."""

from __future__ import annotations

from graphstep.gates.elementwise import elementwise
from graphstep.gates.rule import pole

ARITHMETIC = (
    elementwise(
        "add",
        "+",
        lambda m, x, y: x + y,
        (lambda m, x, y, out: 1, lambda m, x, y, out: 1),
        "The + gate adds its inputs.",
        "The + gate is a distributor: it hands its upstream gradient on unchanged to every input.",
        pattern=("distributor",),
        functions=(),
        with_constant={0: "+{}", 1: "+{}"},
        commutes=True,
        adds="sum",
    ),
    elementwise(
        "sub",
        "−",
        lambda m, x, y: x - y,
        (lambda m, x, y, out: 1, lambda m, x, y, out: -1),
        "The − gate subtracts its second input from its first.",
        "The − gate hands its upstream gradient on unchanged to its first input and with its sign turned to its second.",
        pattern=("distributor", "negation"),
        functions=(),
        with_constant={0: "{}−x", 1: "−{}"},
        adds="sum",
    ),
    elementwise(
        "mul",
        "×",
        lambda m, x, y: x * y,
        (lambda m, x, y, out: y, lambda m, x, y, out: x),
        "The × gate multiplies its inputs.",
        "The × gate scales its upstream gradient by the other input, {other}.",
        pattern=("switcher",),
        functions=(),
        scales=True,
        with_constant={0: "×{}", 1: "×{}"},
        commutes=True,
        underflows=True,
    ),
    elementwise(
        "div",
        "÷",
        lambda m, x, y: x / y,
        (lambda m, x, y, out: 1 / y, lambda m, x, y, out: -x / y**2),
        "The ÷ gate divides its first input by its second.",
        "The slope of x/y is 1/y towards the numerator and −x/y² towards the denominator.",
        functions=(),
        # y² is too large or too small for a number long before the quotient is.
        slopes=(None, lambda m, x, y, out: -out / y),
        scales=True,
        with_constant={0: "{}/x", 1: "÷{}"},
        conventions=(
            pole(
                lambda m, x, y: y == 0,
                "Division by zero: the quotient is infinite (or nan for 0/0), and so are its local gradients.",
                "max({y}, eps)",
            ),
        ),
        underflows=True,
        pole="a division by 0, or too large for a number",
    ),
    elementwise(
        "neg",
        "×−1",
        lambda m, x: -x,
        (lambda m, x, out: -1,),
        "The ×−1 gate turns the sign of its input.",
        "The ×−1 gate turns the sign of its upstream gradient.",
        pattern=("negation",),
        functions=(),
    ),
    elementwise(
        "reciprocal",
        "1/x",
        lambda m, x: 1 / x,
        (lambda m, x, out: -1 / x**2,),
        "The 1/x gate takes the reciprocal of its input.",
        "The slope of 1/x is −1/x².",
        functions=(),
        # x² is inf where −1/x² is still a number.
        slopes=(lambda m, x, out: -(out**2),),
        conventions=(pole(lambda m, x: x == 0, "1/0 is infinite, and so is its local gradient −1/x².", "max({x}, eps)"),),
        underflows=True,
        pole="1/0",
    ),
    elementwise(
        "constant",
        "c",
        lambda m, x: x,
        (lambda m, x, out: 0,),
        "A constant: it has its value from the text.",
        "A constant gets no gradient.",
        functions=(),
        with_constant={0: "{}"},
    ),
)
