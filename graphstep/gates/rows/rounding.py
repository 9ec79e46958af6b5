"""Gates that round: their value stays while their input moves by a little, and then jumps."""

from __future__ import annotations

from typing import Any

from graphstep.gates.elementwise import elementwise
from graphstep.gates.rule import ALL_AGREE, Convention, Rule, pole


def _rounding(name: str, symbol: str, what: str, jumps: Any, where: str) -> Rule:
    """The row of a function that rounds; ``jumps(m, x)`` is whether it jumps at x, ``where`` says so."""
    return elementwise(
        name,
        symbol,
        lambda m, x: getattr(m, name)(x),
        (lambda m, x, out: 0,),
        f"The {symbol} gate {what}.",
        "What is rounded stays the same when it moves by a little: it passes no gradient at all.",
        pattern=("dead",),
        conventions=(Convention(jumps, f"{name} jumps {where}: the local gradient is taken as 0 there too.", ALL_AGREE),),
    )


ROUNDING = (
    _rounding(
        "floor",
        "⌊x⌋",
        "takes the largest whole number that is not above its input",
        lambda m, x: m.floor(x) == x,
        "at whole numbers",
    ),
    _rounding(
        "ceil",
        "⌈x⌉",
        "takes the smallest whole number that is not below its input",
        lambda m, x: m.ceil(x) == x,
        "at whole numbers",
    ),
    _rounding(
        "round",
        "round",
        "takes the whole number that is nearest to its input, of two the even one",
        # Not x − ⌊x⌋, which rounds to ½ just above −½: the distance from the nearest whole number is exact.
        lambda m, x: m.abs(x - m.round(x)) == 0.5,
        "half way between whole numbers",
    ),
    elementwise(
        "mod",
        "mod",
        lambda m, x, y: x - y * m.floor(x / y),
        (lambda m, x, y, out: 1, lambda m, x, y, out: -m.floor(x / y)),
        "The mod gate takes what is left of its first input after the second was taken away as often as it fits, with the sign "
        "of the second.",
        "The slope of x − y·⌊x/y⌋ is 1 towards x, and towards y −⌊x/y⌋: as often as y was taken away.",
        # A quotient may be rounded up to a whole number; what is left over never is.
        computed=lambda m, x, y: m.mod(x, y),
        slopes=(None, lambda m, x, y, out: -(x - out) / y),
        pattern=("distributor", ""),
        expansion="x - y*floor(x/y)",
        conventions=(
            pole(
                lambda m, x, y: y == 0,
                "Nothing is left over by a division by 0: nan.",
                "max({y}, eps)",
                others="PyTorch and JAX give −⌊x/y⌋ as the gradient towards the divisor",
            ),
            Convention(
                lambda m, x, y: m.mod(x, y) == 0,
                "mod jumps where its first input is a whole multiple of the second: the local gradients are those of the side on "
                "which it is small.",
                ALL_AGREE,
            ),
        ),
    ),
)
