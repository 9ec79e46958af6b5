"""Gates that choose, clip or have a kink."""

from __future__ import annotations

from functools import reduce

from graphstep.gates.elementwise import elementwise
from graphstep.gates.rule import ALL_AGREE, Convention

_A_NAN_WINS = Convention(
    lambda m, *xs: reduce(lambda some, x: some | (x != x), xs, False),
    "A nan is neither larger nor smaller than any number: the value is nan, and the whole gradient goes to the first input "
    "that is nan.",
    "PyTorch's maximum passes all of it to both inputs, JAX to none",
)

CHOICES = (
    elementwise(
        "max",
        "max",
        lambda m, *xs: reduce(m.maximum, xs),
        (),
        "The max gate takes the largest of its inputs.",
        "The max gate is a router: its whole upstream gradient goes to the input that was largest, and 0 to the others.",
        pattern=("router",),
        functions=("max", "Max", "maxout"),
        conventions=(_A_NAN_WINS,),
        commutes=True,
        chooses="max",
        over_cells="amax",
    ),
    elementwise(
        "min",
        "min",
        lambda m, *xs: reduce(m.minimum, xs),
        (),
        "The min gate takes the smallest of its inputs.",
        "The min gate is a router: its whole upstream gradient goes to the input that was smallest, and 0 to the others.",
        pattern=("router",),
        functions=("min", "Min"),
        conventions=(_A_NAN_WINS,),
        commutes=True,
        chooses="min",
        over_cells="amin",
    ),
    elementwise(
        "clip",
        "clip",
        lambda m, x, y, z: m.minimum(m.maximum(x, y), z),
        (
            lambda m, x, y, z, out: m.where(m.both(x > y, z > x), 1, 0),
            lambda m, x, y, z, out: m.where(m.both(y > x, z > y), 1, 0),
            # Where the edges have changed places, the upper one holds everything, as in NumPy's clip.
            lambda m, x, y, z, out: m.where(m.maximum(x, y) > z, 1, 0),
        ),
        "The clip gate holds its first input between the second and the third.",
        (
            "The clip gate is a router: strictly between its edges it passes its upstream gradient on, outside it passes "
            "nothing.",
            "An edge of clip gets the whole upstream gradient where it holds the input, and 0 elsewhere.",
        ),
        pattern=("router",),
        # The first that applies counts: a nan before the edges.
        conventions=(
            Convention(
                lambda m, x, y, z: x != x,
                "A nan lies neither between the edges nor outside: the value is nan, and the whole gradient goes to the input.",
                "TensorFlow passes it on too, PyTorch and JAX give 0",
                (1.0, 0.0, 0.0),
            ),
            Convention(
                lambda m, x, y, z: y != y,
                "Where the lower edge of clip is nan the value is nan, and the whole gradient goes to that edge.",
                "PyTorch and JAX pass nothing",
                (0.0, 1.0, 0.0),
            ),
            Convention(
                lambda m, x, y, z: z != z,
                "Where the upper edge of clip is nan the value is nan, and the whole gradient goes to that edge.",
                "PyTorch and JAX pass nothing",
                (0.0, 0.0, 1.0),
            ),
            Convention(
                lambda m, x, y, z: x == y,
                "At the lower edge of clip the local gradient is taken as 0.",
                "PyTorch gives 0 from version 2.14 and gave 1 before, JAX ½, TensorFlow 1",
                slots=(0, 1),
            ),
            Convention(
                lambda m, x, y, z: x == z,
                "At the upper edge of clip the local gradient is taken as 0.",
                "PyTorch gives 0 from version 2.14 and gave 1 before, JAX ½, TensorFlow 1",
                slots=(0, 2),
            ),
        ),
    ),
    elementwise(
        "abs",
        "|x|",
        lambda m, x: m.abs(x),
        (lambda m, x, out: m.sign(x),),
        "The |x| gate drops the sign of its input.",
        "The |x| gate passes its upstream gradient on where its input is positive and turns its sign where it is negative.",
        pattern=("router",),
        functions=("abs", "Abs"),
        conventions=(
            Convention(
                lambda m, x: x == 0,
                "|x| has a kink at 0: the local gradient is taken as 0.",
                "PyTorch and TensorFlow take 0 too, JAX 1",
            ),
        ),
    ),
    elementwise(
        "norm",
        "‖x‖",
        lambda m, x: m.abs(x),
        (lambda m, x, out: m.sign(x),),
        "The ‖x‖ gate takes the length of its input: of a single number its absolute value.",
        "The slope of a length is the direction: +1 or −1 for a single number.",
        pattern=("router",),
        over_cells="length",
        conventions=(
            Convention(
                lambda m, x: x == 0,
                "‖x‖ has a kink at 0: the local gradient is taken as 0, the subgradient of least length.",
                "PyTorch takes 0 too; JAX and TensorFlow give nan",
            ),
        ),
    ),
    elementwise(
        "sign",
        "sign",
        lambda m, x: m.sign(x),
        (lambda m, x, out: 0,),
        "The sign gate gives −1, 0 or 1.",
        "sign is flat: it passes no gradient at all.",
        pattern=("dead",),
        conventions=(Convention(lambda m, x: x == 0, "sign jumps at 0: the local gradient is taken as 0 there too.", ALL_AGREE),),
    ),
)
