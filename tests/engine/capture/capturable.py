"""Functions that are captured in tests: what a user may have in a file."""

import json
import math
import statistics
from math import tanh
from typing import NamedTuple

import numpy as np


def lecture(x, y, z):
    q = x + y
    return q * z


def fork(x):
    return x * x + 3 / x - x**3 / 2


def neuron(w, x, b=-0.25):
    z = w * x + b
    return 1 / (1 + math.exp(-z))


def recurrent(w, x, n=3):
    h = x
    for _ in range(n):
        h = tanh(w * h + 0.5)
    return (h - 1) ** 2


def helped(x, y):
    return squared(neuron(x, y)) + squared(y)


def squared(a):
    doubled = a * a
    return doubled  # noqa: RET504 – the variable is what is tested


def functions(x, y):
    parts = [math.log(x, 3), math.sqrt(x * y), math.atan2(y, x), math.hypot(x, y), math.pow(x, y), 2**x, x % 0.75, x // 0.3]
    parts += [abs(-y), math.erf(x), math.log1p(y), -(+x), math.fsum([x, 1, y]), math.prod([x, 2, y]), 1 - x, 7 / y]
    return sum(part * part for part in parts)


def of_several_gates(x, y):
    parts = [math.exp2(x) if hasattr(math, "exp2") else 2**x, math.fmod(-x, y), math.copysign(x, -y), math.dist([x, 1], [y, 2])]
    return sum(parts) * math.hypot(x, y, 1.0) + sum(part > 1 for part in parts) * x


def of_numpy(x, y):
    return np.exp(-x) * np.tanh(y) + np.maximum(x, y) ** 2 + np.float64(1.5) * np.log(x) - np.square(y)


def coefficients(x):
    total = 0.0
    for c in (1.5, -2.0, 0.25):
        total = total * x + c
    return total


def rectified(x):
    if x > 0:  # noqa: SIM108 – a branch, as a user writes it
        y = 3 * x
    else:
        y = -x
    return max(y, 1.0) * x


def reused(x):
    x = x * 2
    x = x + 1
    return x * x


def mean(x, y):
    m = statistics.fmean([1.0, 2.0]) * (x + y)
    s = sum([x, y, m])
    return s  # noqa: RET504 – the variable is what is tested


def ünïcode(α, β):
    γ = "é" and α * β
    return γ + math.sin(α)


def a_float(x):
    return float(x) * 2


def an_int(x):
    return int(x) * x


def a_format(x):
    return x * len(f"{x:.3f}")


def a_key(x):
    return {x: 1}[x]


def packed(x):
    return json.dumps({"x": x}) and x


def a_count(x, n):
    for _ in range(n):
        x = x * 2
    return x


def gamma(x):
    return math.gamma(x)


def a_list(x):
    return [x, x]


def an_array(x):
    return x * np.array([1.0, 2.0])


def overflow(x):
    y = x * 100
    return math.exp(y)


def constant(x):
    return 2.5


def folded(x, n=3):
    total = 0
    for k in range(n):
        y = squared(x + k)
        while y > 20:
            y = y / 4
        total = total + sum(part * y for part in (1, 2))
    return total + sum([squared(x) for _ in range(2)])


def swallowing(x):
    try:
        return float(x) * 2
    except Exception:
        return x


def asks_for_its_type(x, y):
    if type(x) is float and type(y) in (int, float) and isinstance(float, type) and issubclass(type("T", (), {}), object):
        return x * x * y
    return x * y


def answers_that_are_true(x, y):
    match x > 1:
        case True:
            z = x * y
        case _:
            z = y
    return z * 2 if (y < 1) is False else z


def prints(x, y):
    z = x * y
    print("z is", z, f"{z:.3f}", round(z, 2), float(z), "%.2f" % z)  # noqa: UP031 – as users write
    if z < 0:
        raise ValueError(f"{z} is too small")
    return z * z


def imports_inside(x, y):
    import math as m
    from math import exp

    import numpy

    return m.sin(x) * exp(y) + numpy.array([x, y]).sum()


def any_number(*numbers, **named):
    return numbers[0] * numbers[1] + sum(named.values())


def of_statistics(x, y):
    means = statistics.mean([x, y, 1.0]) * statistics.fmean((x, y)) + statistics.median([x, y, 1.0])
    return means + statistics.stdev([x, y, 2.0]) * statistics.pvariance([x, 1.0]) + statistics.harmonic_mean([x, y])


def nearby(x, y):
    close = math.isclose(x, y, rel_tol=0.9)
    return x * y * math.radians(x) + math.degrees(y) if close and not x.is_integer() else y


def floored(x, y):
    return 7 // x * y + x.real * y.conjugate() + x.imag


def deviation(x):
    return statistics.quantiles([x, 1.0])[0]


def to_digits(x):
    return round(x, 2)


def cast(x):
    return np.float32(x) * x


class Line(NamedTuple):
    slope: float
    bias: float
    turns: int = 2


def along(line, x):
    for _ in range(line.turns):
        x = line.slope * x + line.bias
    return x
