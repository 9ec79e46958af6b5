"""The functions between the layers of a network."""

from __future__ import annotations

from typing import Any

from graphstep.gates.elementwise import elementwise
from graphstep.gates.rule import ALL_AGREE, Convention


def _bent(m: Any, x: Any) -> Any:
    """What the approximation of gelu takes the tanh of (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016)."""
    return m.sqrt(2 / m.pi) * (x + 0.044715 * x**3)


def _gelu_tanh_partial(m: Any, x: Any, out: Any) -> Any:
    t = m.tanh(_bent(m, x))
    return (1 + t) / 2 + x * (1 - t**2) * m.sqrt(2 / m.pi) * (1 + 3 * 0.044715 * x**2) / 2


def _gelu_tanh_slope(m: Any, x: Any, out: Any) -> Any:
    # σ(2u) is (1 + tanh u)/2 with its digits, and 1/cosh² is 1 − tanh². The root of u' goes into both factors of 1/cosh², or
    # far out an infinite u' would meet a 0.
    bell = m.hypot(1, m.sqrt(3 * 0.044715) * x) / m.cosh(_bent(m, x))
    return m.sigmoid(2 * _bent(m, x)) + x * bell**2 / m.sqrt(2 * m.pi)


ACTIVATIONS = (
    elementwise(
        "sigmoid",
        "σ",
        lambda m, x: m.sigmoid(x),
        (lambda m, x, out: out * (1 - out),),
        "The σ gate squashes its input into the interval from 0 to 1.",
        "The slope of σ is σ·(1 − σ): its own output {out} times what is missing to 1.",
        # What is missing to 1 is σ(−x): 1 − σ has lost its digits where σ has come near to 1.
        slopes=(lambda m, x, out: m.sigmoid(x) * m.sigmoid(-x),),
        functions=("sigmoid", "σ"),
        activation=True,
        expansion="1/(1 + exp(-x))",
        folds=True,
        also=("1/(1 + exp(-1*x))", "(1 + exp(-x))^(-1)", "exp(x)/(1 + exp(x))"),
        saturates=True,
    ),
    elementwise(
        "tanh",
        "tanh",
        lambda m, x: m.tanh(x),
        (lambda m, x, out: 1 - out**2,),
        "The tanh gate squashes its input into the interval from −1 to 1.",
        "The slope of tanh is 1 − tanh²: one minus the square of its own output {out}.",
        # Where tanh has come near to 1 nothing is left of 1 − tanh²; 1/cosh² keeps it, and cosh² overflows before 1/cosh is 0.
        slopes=(lambda m, x, out: (1 / m.cosh(x)) ** 2,),
        # Beyond 700 both are 0, and the slope of the latter would be nan: 0 times an infinite sinh.
        differentiable=(lambda m, x, out: (1 / m.cosh(m.clip(x, -700, 700))) ** 2,),
        activation=True,
        expansion="(exp(x) - exp(-x))/(exp(x) + exp(-x))",
        folds=True,
        also=("2/(1 + exp(-2*x)) - 1", "2*sigmoid(2*x) - 1", "(exp(2*x) - 1)/(exp(2*x) + 1)"),
        saturates=True,
    ),
    elementwise(
        "relu",
        "relu",
        lambda m, x: m.maximum(0, x),
        (lambda m, x, out: m.where(x > 0, 1, 0),),
        "The relu gate passes positive numbers and makes 0 of the others.",
        "The relu gate is a router: it passes its upstream gradient on where its input is positive and blocks it elsewhere.",
        pattern=("router",),
        activation=True,
        blocks=True,
        expansion="max(0, x)",
        conventions=(
            Convention(
                lambda m, x: x != x,
                "A nan is neither positive nor negative: relu passes it on, and its gradient with the slope 1.",
                "PyTorch passes the gradient on too, JAX gives 0",
                (1.0,),
            ),
            Convention(
                lambda m, x: x == 0,
                "relu has a kink at 0: the local gradient is taken as 0.",
                "PyTorch, JAX and TensorFlow take 0 for relu; for maximum(0, x) PyTorch and JAX give ½",
            ),
        ),
    ),
    elementwise(
        "leaky_relu",
        "leaky",
        lambda m, x, y: m.where(x > 0, x, y * x),
        (lambda m, x, y, out: m.where(x > 0, 1, y), lambda m, x, y, out: m.where(x > 0, 0, x)),
        "The leaky relu gate passes positive numbers and multiplies the others by {y}.",
        (
            "The leaky relu gate passes its upstream gradient on where its input is positive and multiplies it by {y} elsewhere.",
            "Towards its slope leaky relu sends its upstream gradient times its input where that is negative, and 0 elsewhere.",
        ),
        pattern=("router",),
        activation=True,
        # The small slope of PyTorch and JAX; Keras takes 0.3.
        defaults=(0.01,),
        expansion="max(0, x) + y*min(0, x)",
        conventions=(
            Convention(
                lambda m, x, y: x != x,
                "A nan is not positive: the local gradient is taken as the small slope.",
                ALL_AGREE,
                slots=(0,),
            ),
            Convention(
                lambda m, x, y: x == 0,
                "leaky relu has a kink at 0: the local gradient is taken as the small slope.",
                "PyTorch and TensorFlow take the small slope too, JAX 1",
                slots=(0,),
            ),
        ),
    ),
    elementwise(
        "elu",
        "elu",
        lambda m, x, y: m.where(x > 0, x, y * (m.exp(x) - 1)),
        (
            lambda m, x, y, out: m.where(x > 0, 1, y * m.exp(x)),
            lambda m, x, y, out: m.where(x > 0, 0, m.exp(x) - 1),
        ),
        "The elu gate passes positive numbers and bends the others towards −α, where α is {y}.",
        (
            "The elu gate passes its upstream gradient on where its input is positive and multiplies it by α·exp(x) elsewhere.",
            "Towards α elu sends its upstream gradient times exp(x) − 1 where its input is negative, and 0 elsewhere.",
        ),
        # Of a small x nothing is left in exp(x) − 1.
        computed=lambda m, x, y: m.where(x > 0, x, y * m.expm1(x)),
        slopes=(None, lambda m, x, y, out: m.where(x > 0, 0, m.expm1(x))),
        # exp(x) of a large x is inf, also where it is not taken.
        differentiable=(
            lambda m, x, y, out: m.where(x > 0, 1, y * m.exp(m.minimum(x, 0))),
            lambda m, x, y, out: m.where(x > 0, 0, m.expm1(m.minimum(x, 0))),
        ),
        pattern=("router",),
        activation=True,
        # α of PyTorch, JAX and Keras.
        defaults=(1.0,),
        expansion="max(0, x) + y*(exp(min(0, x)) - 1)",
        conventions=(
            Convention(
                lambda m, x, y: x != x,
                "A nan is neither positive nor negative: elu passes it on, and its gradient with the slope 1.",
                "PyTorch passes the gradient on too, JAX gives nan",
                (1.0,),
                slots=(0,),
            ),
            Convention(
                lambda m, x, y: x == 0,
                "elu may have a kink at 0: the local gradient is taken as the slope on the left.",
                "PyTorch takes it too",
                slots=(0,),
            ),
        ),
    ),
    elementwise(
        "softplus",
        "softplus",
        lambda m, x: m.softplus(x),
        (lambda m, x, out: m.sigmoid(x),),
        "The softplus gate is a smooth relu: ln(1 + exp(x)).",
        "The slope of softplus is σ(x).",
        activation=True,
        expansion="log(1 + exp(x))",
        folds=True,
    ),
    elementwise(
        "logsigmoid",
        "ln σ",
        lambda m, x: m.log(m.sigmoid(x)),
        (lambda m, x, out: 1 - m.sigmoid(x),),
        "The ln σ gate takes the logarithm of the probability σ(x).",
        "The slope of ln σ is 1 − σ(x): what is missing to 1.",
        # σ is too small for a number long before its logarithm is too large for one.
        computed=lambda m, x: -m.softplus(-x),
        slopes=(lambda m, x, out: m.sigmoid(-x),),
        functions=("logsigmoid", "log_sigmoid"),
        expansion="log(sigmoid(x))",
        also=("-softplus(-x)", "-log(1 + exp(-x))"),
    ),
    elementwise(
        "gelu",
        "gelu",
        lambda m, x: x * (1 + m.erf(x / m.sqrt(2))) / 2,
        (lambda m, x, out: (1 + m.erf(x / m.sqrt(2))) / 2 + x * m.exp(-(x**2) / 2) / m.sqrt(2 * m.pi),),
        "The gelu gate weighs its input by the normal distribution: x·Φ(x).",
        "The slope of x·Φ(x) is Φ(x) + x·φ(x), by the product rule.",
        # Far to the left erf has come so near to −1 that nothing is left of Φ(x); erfc keeps it. Far to the right 2x overflows.
        computed=lambda m, x: x * (m.erfc(-x / m.sqrt(2)) / 2),
        slopes=(lambda m, x, out: m.erfc(-x / m.sqrt(2)) / 2 + x * m.exp(-(x**2) / 2) / m.sqrt(2 * m.pi),),
        # Not Φ(x) as x·Φ(x)/x: a value may come from elsewhere, by override or in float32.
        repeats="erfc",
        activation=True,
        expansion="x*(1 + erf(x/sqrt(2)))/2",
        also=("0.5*x*(1 + erf(x/sqrt(2)))",),
        folds=True,
        variants={"tanh": "gelu_tanh"},
    ),
    elementwise(
        "gelu_tanh",
        "gelu tanh",
        lambda m, x: x * (1 + m.tanh(_bent(m, x))) / 2,
        (_gelu_tanh_partial,),
        "The gelu tanh gate weighs its input as gelu does, with a tanh that comes within 0.0005 of it.",
        "The slope of x·(1 + tanh u)/2, by the product rule: (1 + tanh u)/2, and x times the slope of the tanh of u.",
        computed=lambda m, x: x * m.sigmoid(2 * _bent(m, x)),
        slopes=(_gelu_tanh_slope,),
        # Beyond 25 it is 0 or 1 to the last bit, as of tanh.
        differentiable=(lambda m, x, out: _gelu_tanh_slope(m, m.clip(x, -25, 25), out),),
        activation=True,
        expansion="x*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x^3)))/2",
        also=("x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x^3)))", "0.5*x*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x^3)))"),
        folds=True,
    ),
    elementwise(
        "silu",
        "silu",
        lambda m, x: x * m.sigmoid(x),
        (lambda m, x, out: m.sigmoid(x) + out * (1 - m.sigmoid(x)),),
        "The silu gate weighs its input by its own sigmoid: x·σ(x).",
        "The slope of x·σ(x) is σ(x) + x·σ(x)·(1 − σ(x)), by the product rule.",
        activation=True,
        expansion="x*sigmoid(x)",
        also=("x/(1 + exp(-x))",),
        folds=True,
    ),
)
