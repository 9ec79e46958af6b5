"""Every elementwise gate, one entry each. A new entry is parsed, stepped, drawn, explained, exported, documented and tested.

Names in scope of a formula: ``m`` (see :class:`graphstep.gates.mathematics.Mathematics`), the inputs ``x y z`` by slot, and in a
local gradient ``out``, the gate's own value. Partials are in the form that textbooks print; SymPy verifies each in the tests.
"""

from __future__ import annotations

from functools import reduce

from graphstep.gates.gate import Convention, Gate

_NO_LINE = "PyTorch, JAX and TensorFlow agree"

_ARITHMETIC = (
    Gate(
        "add",
        "+",
        lambda m, x, y: x + y,
        (lambda m, x, y, out: 1, lambda m, x, y, out: 1),
        "The + gate adds its inputs.",
        "The + gate is a distributor: it hands its upstream gradient on unchanged to every input.",
        pattern=("distributor",),
        with_constant={0: "+{}", 1: "+{}"},
        commutes=True,
    ),
    Gate(
        "sub",
        "−",
        lambda m, x, y: x - y,
        (lambda m, x, y, out: 1, lambda m, x, y, out: -1),
        "The − gate subtracts its second input from its first.",
        "The − gate hands its upstream gradient on unchanged to its first input and with its sign turned to its second.",
        pattern=("distributor", "negation"),
        with_constant={0: "{}−x", 1: "−{}"},
    ),
    Gate(
        "mul",
        "×",
        lambda m, x, y: x * y,
        (lambda m, x, y, out: y, lambda m, x, y, out: x),
        "The × gate multiplies its inputs.",
        "The × gate is a switcher: it scales its upstream gradient by the other input, {other}.",
        pattern=("switcher",),
        scales=True,
        with_constant={0: "×{}", 1: "×{}"},
        commutes=True,
    ),
    Gate(
        "div",
        "÷",
        lambda m, x, y: x / y,
        (lambda m, x, y, out: 1 / y, lambda m, x, y, out: -x / y**2),
        "The ÷ gate divides its first input by its second.",
        "The slope of x/y is 1/y towards the numerator and −x/y² towards the denominator.",
        scales=True,
        with_constant={0: "{}/x", 1: "÷{}"},
        conventions=(
            Convention(
                lambda m, x, y: y == 0,
                "Division by zero: the quotient is infinite (or nan for 0/0), and so are its local gradients.",
                _NO_LINE,
                warns=True,
            ),
        ),
    ),
    Gate(
        "neg",
        "×−1",
        lambda m, x: -x,
        (lambda m, x, out: -1,),
        "The ×−1 gate turns the sign of its input.",
        "The ×−1 gate turns the sign of its upstream gradient.",
        pattern=("negation",),
    ),
    Gate(
        "reciprocal",
        "1/x",
        lambda m, x: 1 / x,
        (lambda m, x, out: -1 / x**2,),
        "The 1/x gate takes the reciprocal of its input.",
        "The slope of 1/x is −1/x².",
        conventions=(
            Convention(
                lambda m, x: x == 0,
                "1/0 is infinite, and so is its local gradient −1/x².",
                _NO_LINE,
                warns=True,
            ),
        ),
    ),
    Gate(
        "constant",
        "c",
        lambda m, x: x,
        (lambda m, x, out: 0,),
        "A constant: it has its value from the text.",
        "A constant gets no gradient.",
        with_constant={0: "{}"},
    ),
)

_POWERS = (
    Gate(
        "power",
        "xⁿ",
        lambda m, x, y: x**y,
        (lambda m, x, y, out: y * x ** (y - 1), lambda m, x, y, out: 0),
        "The power gate raises its input to a constant exponent.",
        "The exponent comes down in front: the slope of xⁿ is n·xⁿ⁻¹.",
        with_constant={1: "^{}"},
        conventions=(
            Convention(
                lambda m, x, y: (x == 0) & (y == 0),
                "x⁰ is 1 everywhere, so its local gradient is taken as 0 at x = 0 too.",
                "PyTorch and TensorFlow give 0, JAX nan",
                (0.0,),
            ),
            Convention(
                lambda m, x, y: (x == 0) & (y < 1),
                "At 0 a power below one is infinitely steep.",
                _NO_LINE,
                warns=True,
            ),
            Convention(
                lambda m, x, y: (x < 0) & (y % 1 != 0),
                "A negative number has no real power with a broken exponent: nan.",
                _NO_LINE,
                warns=True,
            ),
        ),
    ),
    Gate(
        "pow",
        "^",
        lambda m, x, y: x**y,
        (lambda m, x, y, out: y * x ** (y - 1), lambda m, x, y, out: out * m.log(x)),
        "The ^ gate raises its first input to its second.",
        "Towards the base the slope of xʸ is y·xʸ⁻¹, towards the exponent xʸ·ln x.",
        functions=("pow", "Pow"),
        with_constant={0: "{}^x"},
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
                _NO_LINE,
                (None, 0.0),
            ),
            Convention(
                lambda m, x, y: x < 0,
                "A negative base has no real power at exponents nearby: the local gradient towards the exponent is nan.",
                "PyTorch and JAX give nan, TensorFlow 0",
                warns=True,
            ),
        ),
    ),
    Gate(
        "square",
        "x²",
        lambda m, x: x**2,
        (lambda m, x, out: 2 * x,),
        "The x² gate squares its input.",
        "The slope of x² is 2x.",
        functions=("square",),
        expansion="x*x",
    ),
    Gate(
        "sqrt",
        "√",
        lambda m, x: m.sqrt(x),
        (lambda m, x, out: 1 / (2 * out),),
        "The √ gate takes the square root of its input.",
        "The slope of √x is 1/(2√x): one over twice the gate's own output.",
        functions=("sqrt",),
        conventions=(
            Convention(lambda m, x: x == 0, "At 0 the root is infinitely steep: inf.", _NO_LINE, warns=True),
            Convention(lambda m, x: x < 0, "A negative number has no real root: nan.", _NO_LINE, warns=True),
        ),
    ),
)

_EXPONENTIALS = (
    Gate(
        "exp",
        "exp",
        lambda m, x: m.exp(x),
        (lambda m, x, out: out,),
        "The exp gate raises e to its input.",
        "The slope of exp is its own output, {out}.",
        functions=("exp",),
    ),
    Gate(
        "log",
        "ln",
        lambda m, x: m.log(x),
        (lambda m, x, out: 1 / x,),
        "The ln gate takes the natural logarithm of its input.",
        "The slope of ln x is 1/x.",
        functions=("log", "ln"),
        conventions=(
            Convention(lambda m, x: x == 0, "ln 0 is −inf, and the slope there is inf.", _NO_LINE, warns=True),
            Convention(
                lambda m, x: x < 0,
                "A negative number has no real logarithm: value and local gradient are nan.",
                "PyTorch and JAX still give 1/x as the gradient",
                (float("nan"),),
                warns=True,
            ),
        ),
    ),
    Gate(
        "sinh",
        "sinh",
        lambda m, x: m.sinh(x),
        (lambda m, x, out: m.cosh(x),),
        "The sinh gate takes the hyperbolic sine.",
        "The slope of sinh is cosh.",
        functions=("sinh",),
        expansion="(exp(x) - exp(-x))/2",
    ),
    Gate(
        "cosh",
        "cosh",
        lambda m, x: m.cosh(x),
        (lambda m, x, out: m.sinh(x),),
        "The cosh gate takes the hyperbolic cosine.",
        "The slope of cosh is sinh.",
        functions=("cosh",),
        expansion="(exp(x) + exp(-x))/2",
    ),
    Gate(
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

_TRIGONOMETRY = (
    Gate(
        "sin",
        "sin",
        lambda m, x: m.sin(x),
        (lambda m, x, out: m.cos(x),),
        "The sin gate takes the sine of an angle in radians.",
        "The slope of sin is cos.",
        functions=("sin",),
    ),
    Gate(
        "cos",
        "cos",
        lambda m, x: m.cos(x),
        (lambda m, x, out: -m.sin(x),),
        "The cos gate takes the cosine of an angle in radians.",
        "The slope of cos is −sin.",
        functions=("cos",),
    ),
    Gate(
        "tan",
        "tan",
        lambda m, x: m.tan(x),
        (lambda m, x, out: 1 + out**2,),
        "The tan gate takes the tangent of an angle in radians.",
        "The slope of tan is 1 + tan².",
        functions=("tan",),
    ),
    Gate(
        "asin",
        "asin",
        lambda m, x: m.asin(x),
        (lambda m, x, out: 1 / m.sqrt(1 - x**2),),
        "The asin gate takes the angle whose sine is its input.",
        "The slope of asin is 1/√(1 − x²).",
        functions=("asin",),
        conventions=(
            Convention(lambda m, x: abs(x) == 1, "At ±1 asin is infinitely steep: inf.", _NO_LINE, warns=True),
            Convention(lambda m, x: abs(x) > 1, "No angle has such a sine: nan.", _NO_LINE, warns=True),
        ),
    ),
    Gate(
        "acos",
        "acos",
        lambda m, x: m.acos(x),
        (lambda m, x, out: -1 / m.sqrt(1 - x**2),),
        "The acos gate takes the angle whose cosine is its input.",
        "The slope of acos is −1/√(1 − x²).",
        functions=("acos",),
        conventions=(
            Convention(lambda m, x: abs(x) == 1, "At ±1 acos is infinitely steep: −inf.", _NO_LINE, warns=True),
            Convention(lambda m, x: abs(x) > 1, "No angle has such a cosine: nan.", _NO_LINE, warns=True),
        ),
    ),
    Gate(
        "atan",
        "atan",
        lambda m, x: m.atan(x),
        (lambda m, x, out: 1 / (1 + x**2),),
        "The atan gate takes the angle whose tangent is its input.",
        "The slope of atan is 1/(1 + x²).",
        functions=("atan",),
        saturates=True,
    ),
)

_CHOICES = (
    Gate(
        "max",
        "max",
        lambda m, *xs: reduce(m.maximum, xs),
        (),
        "The max gate takes the largest of its inputs.",
        "The max gate is a router: its whole upstream gradient goes to the input that was largest, and 0 to the others.",
        pattern=("router",),
        functions=("max", "Max", "maxout"),
        commutes=True,
        chooses="max",
    ),
    Gate(
        "min",
        "min",
        lambda m, *xs: reduce(m.minimum, xs),
        (),
        "The min gate takes the smallest of its inputs.",
        "The min gate is a router: its whole upstream gradient goes to the input that was smallest, and 0 to the others.",
        pattern=("router",),
        functions=("min", "Min"),
        commutes=True,
        chooses="min",
    ),
    Gate(
        "clip",
        "clip",
        lambda m, x, y, z: m.minimum(m.maximum(x, y), z),
        (
            lambda m, x, y, z, out: m.where(m.both(x > y, z > x), 1, 0),
            lambda m, x, y, z, out: m.where(m.both(y > x, z > y), 1, 0),
            lambda m, x, y, z, out: m.where(m.maximum(x, y) > z, 1, 0),
        ),
        "The clip gate holds its first input between the second and the third.",
        "The clip gate is a router: strictly between its edges it passes its upstream gradient on, outside it passes nothing.",
        pattern=("router",),
        functions=("clip",),
        conventions=(
            Convention(
                lambda m, x, y, z: (x == y) | (x == z),
                "At an edge of clip the local gradient is taken as 0.",
                "PyTorch gives 0 from version 2.14 and gave 1 before, JAX ½, TensorFlow 1",
            ),
        ),
    ),
    Gate(
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
    Gate(
        "norm",
        "‖x‖",
        lambda m, x: m.abs(x),
        (lambda m, x, out: m.sign(x),),
        "The ‖x‖ gate takes the length of its input: of a single number its absolute value.",
        "The slope of a length is the direction: +1 or −1 for a single number.",
        pattern=("router",),
        functions=("norm",),
        conventions=(
            Convention(
                lambda m, x: x == 0,
                "‖x‖ has a kink at 0: the local gradient is taken as 0, the subgradient of least length.",
                "PyTorch takes 0 too; JAX and TensorFlow give nan",
            ),
        ),
    ),
    Gate(
        "sign",
        "sign",
        lambda m, x: m.sign(x),
        (lambda m, x, out: 0,),
        "The sign gate gives −1, 0 or 1.",
        "sign is flat: it passes no gradient at all.",
        pattern=("dead",),
        functions=("sign",),
        conventions=(Convention(lambda m, x: x == 0, "sign jumps at 0: the local gradient is taken as 0 there too.", _NO_LINE),),
    ),
)

_ACTIVATIONS = (
    Gate(
        "sigmoid",
        "σ",
        lambda m, x: m.sigmoid(x),
        (lambda m, x, out: out * (1 - out),),
        "The σ gate squashes its input into the interval from 0 to 1.",
        "The slope of σ is σ·(1 − σ): its own output {out} times what is missing to 1.",
        functions=("sigmoid",),
        expansion="1/(1 + exp(-x))",
        also=("1/(1 + exp(-1*x))", "(1 + exp(-x))^(-1)", "exp(x)/(1 + exp(x))"),
        saturates=True,
    ),
    Gate(
        "tanh",
        "tanh",
        lambda m, x: m.tanh(x),
        (lambda m, x, out: 1 - out**2,),
        "The tanh gate squashes its input into the interval from −1 to 1.",
        "The slope of tanh is 1 − tanh²: one minus the square of its own output {out}.",
        functions=("tanh",),
        expansion="(exp(x) - exp(-x))/(exp(x) + exp(-x))",
        also=("2/(1 + exp(-2*x)) - 1",),
        saturates=True,
    ),
    Gate(
        "relu",
        "relu",
        lambda m, x: m.maximum(0, x),
        (lambda m, x, out: m.where(x > 0, 1, 0),),
        "The relu gate passes positive numbers and makes 0 of the others.",
        "The relu gate is a router: it passes its upstream gradient on where its input is positive and blocks it elsewhere.",
        pattern=("router",),
        functions=("relu",),
        expansion="max(0, x)",
        conventions=(
            Convention(
                lambda m, x: x == 0,
                "relu has a kink at 0: the local gradient is taken as 0.",
                "PyTorch, JAX and TensorFlow take 0 for relu; for maximum(0, x) PyTorch and JAX give ½",
            ),
        ),
    ),
    Gate(
        "leaky_relu",
        "leaky",
        lambda m, x, y: m.where(x > 0, x, y * x),
        (lambda m, x, y, out: m.where(x > 0, 1, y), lambda m, x, y, out: m.where(x > 0, 0, x)),
        "The leaky relu gate passes positive numbers and scales the others by a small slope.",
        "The leaky relu gate passes its upstream gradient on where its input is positive and a small part of it elsewhere.",
        pattern=("router",),
        functions=("leaky_relu",),
        defaults=(0.01,),
        expansion="max(0, x) + y*min(0, x)",
        conventions=(
            Convention(
                lambda m, x, y: x == 0,
                "leaky relu has a kink at 0: the local gradient is taken as the small slope.",
                "PyTorch and TensorFlow take the small slope too, JAX 1",
            ),
        ),
    ),
    Gate(
        "elu",
        "elu",
        lambda m, x, y: m.where(x > 0, x, y * (m.exp(x) - 1)),
        (
            lambda m, x, y, out: m.where(x > 0, 1, y * m.exp(x)),
            lambda m, x, y, out: m.where(x > 0, 0, m.exp(x) - 1),
        ),
        "The elu gate passes positive numbers and bends the others towards a floor.",
        "The elu gate passes its upstream gradient on where its input is positive and fades it out elsewhere.",
        pattern=("router",),
        functions=("elu",),
        defaults=(1.0,),
        expansion="max(0, x) + y*(exp(min(0, x)) - 1)",
        conventions=(
            Convention(
                lambda m, x, y: x == 0,
                "elu may have a kink at 0: the local gradient is taken as the slope on the left.",
                "PyTorch takes it too",
            ),
        ),
    ),
    Gate(
        "softplus",
        "softplus",
        lambda m, x: m.softplus(x),
        (lambda m, x, out: m.sigmoid(x),),
        "The softplus gate is a smooth relu: ln(1 + exp(x)).",
        "The slope of softplus is σ(x).",
        functions=("softplus",),
        expansion="log(1 + exp(x))",
    ),
    Gate(
        "gelu",
        "gelu",
        lambda m, x: x * (1 + m.erf(x / m.sqrt(2))) / 2,
        (lambda m, x, out: (1 + m.erf(x / m.sqrt(2))) / 2 + x * m.exp(-(x**2) / 2) / m.sqrt(2 * m.pi),),
        "The gelu gate weighs its input by the normal distribution: x·Φ(x).",
        "The slope of x·Φ(x) is Φ(x) + x·φ(x), by the product rule.",
        functions=("gelu",),
        expansion="x*(1 + erf(x/sqrt(2)))/2",
    ),
    Gate(
        "silu",
        "silu",
        lambda m, x: x * m.sigmoid(x),
        (lambda m, x, out: m.sigmoid(x) + out * (1 - m.sigmoid(x)),),
        "The silu gate weighs its input by its own sigmoid: x·σ(x).",
        "The slope of x·σ(x) is σ(x) + x·σ(x)·(1 − σ(x)), by the product rule.",
        functions=("silu",),
        expansion="x*sigmoid(x)",
    ),
)

GATES: dict[str, Gate] = {
    gate.name: gate for gate in (*_ARITHMETIC, *_POWERS, *_EXPONENTIALS, *_TRIGONOMETRY, *_CHOICES, *_ACTIVATIONS)
}
"""Every gate by its name."""

FUNCTIONS: dict[str, Gate] = {name: gate for gate in GATES.values() for name in gate.functions}
"""Every gate that a program can call, by each name it answers to."""
