"""Random command lines over all of the language, with values that are 0, huge, tiny, infinite or no number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graphstep.gates import GATES

if TYPE_CHECKING:
    import random

NUMBERS = ("0", "1", "-1", "2", "0.5", "1e-3", "1e200", "-1e-200", "inf", "-inf", "nan", "3", "1/3", "800", "-800")
ALONE = [name for rule in GATES.values() for name in rule.functions if rule.cellwise and max(rule.arity[0], 1) == 1]
PAIRS = ("max", "min", "pow", "atan2", "hypot", "mod", "logaddexp", "leaky_relu", "elu", "huber")
VECTORS = ("u", "v", "W@u", "[1, 2, 3]", "W[0]", "W[:, 1]", "W[i]", "u[[0, 0, 2]]")
OF_VECTORS = (
    "softmax({0})", "log_softmax({0})", "cumsum({0})", "flip({0})", "layer_norm({0})", "rms_norm({0})", "W@({0})", "({0})*u[0]",
    "where({0} > 0, {0}, 0)", "outer({0}, v)[0]", "solve(W, {0})", "inv(W)@({0})", "tril(W)@({0})", "reshape({0}, 3)",
    "stack({0}, v)[0]", "clip({0}, 0, 1)", "dropout({0}, 0.5, 1)", "({0})/norm({0})", "einsum('ij,j->i', W, {0})", "stop({0})*x",
    "conv1d({0}, v[0:1])", "sum(W, axis=0) + ({0})", "concat(v, {0})[1:4]",
)  # fmt: skip
TO_NUMBERS = (
    "sum({0})", "mean({0})", "max({0})", "min({0})", "norm({0})", "prod({0})", "dot({0}, v)", "var({0})", "std({0})",
    "logsumexp({0})", "mse({0}, v)", "cross_entropy({0}, 1)", "hinge({0}, 0)", "bce(sigmoid({0}), u)", "sum(({0})^2)",
    "({0})[1]", "logdet(W)*sum({0})", "{0}",
)  # fmt: skip
OPTIONS = (
    "--plain", "--format=json", "--format=md", "--format=html", "--format=tex", "--format=svg", "--format=dot",
    "--expand --plain", "--fold --plain", "--share --plain", "--ties=split --format=md", "--seed=-2 --plain",
    "--dtype=bfloat16 --plain", "--dtype=float32 --format=md", "--notation=lecture --plain", "--answers=hidden --format=md",
    "--detail=brief --format=tex", "--digits=9 --format=md", "--language=zh --plain",
)  # fmt: skip
COMMANDS = (
    "check {program}", "why {gradient} {program}", "diagnose {program}", "jacobian {program}", "gradient {program}",
    "gradient {program} --format=numpy", "repl {program}", "train {program} --params={name} --steps=3",
    "train {program} --params={name} --steps=3 --optimizer=adam --at-round=1", "check {program} --claim=d{name}=3",
    "train {program} --params={name} --steps=3 --format=md", "check {program} --format=md", "diff {program} --b={name}=1",
)  # fmt: skip
LINES = """next
over
end
back
print grad {0}
why grad {0}
tangents {0}
verify
jacobian
break grad == 0
c
C
set {0}=1
undo
find {0}
quit
"""


def _number(draw: random.Random, depth: int) -> str:
    if depth == 0 or draw.random() < 0.15:
        return draw.choice(("x", "y", "z", "x", "y", "2", "0.5", "pi", "1"))
    parts = [_number(draw, depth - 1) for _ in range(4)]
    kind = draw.random()
    if kind < 0.35:
        return f"({parts[0]}{draw.choice(('+', '-', '*', '/', '^'))}{parts[1]})"
    if kind < 0.7:
        return f"{draw.choice(ALONE)}({parts[0]})"
    if kind < 0.8:
        return f"{draw.choice(PAIRS)}({parts[0]}, {parts[1]})"
    if kind < 0.87:
        return f"where({parts[0]} {draw.choice(('<', '<=', '>', '==', '!='))} {parts[1]}, {parts[2]}, {parts[3]})"
    return draw.choice(("stop({0})", "|{0}|", "clip({0}, -1, 1)", "grad({0}, x)")).format(parts[0])


def _vector(draw: random.Random, depth: int) -> str:
    if depth == 0 or draw.random() < 0.15:
        return draw.choice(VECTORS)
    kind, inner = draw.random(), _vector(draw, depth - 1)
    if kind < 0.3:
        return f"({inner}{draw.choice(('+', '-', '*', '/', '^'))}{_vector(draw, depth - 1)})"
    if kind < 0.55:
        return f"{draw.choice(ALONE)}({inner})"
    return draw.choice(OF_VECTORS).format(inner)


def _program(draw: random.Random) -> str:
    alone, deep, flat = draw.choice(ALONE), _number(draw, 2), _number(draw, 1)
    return draw.choice(
        (
            _number(draw, 3),
            _number(draw, 3),
            f"q = {deep}; r = q*{flat}; q + r*r",
            f"def f(a, b) = {{ t = a*b; {alone}(t) + a }}; f({flat}, {deep})*f(x, y)",
            f"h = x; repeat {draw.randint(1, 3)} {{ h = {alone}(h*y) + {flat} }}; h",
            *(draw.choice(TO_NUMBERS).format(_vector(draw, 3)) for _ in range(5)),
        )
    )


def command(draw: random.Random) -> tuple[list[str], str]:
    """Words for the command line, and lines to read."""
    program = _program(draw)

    def vector() -> str:
        return f"[{', '.join(draw.choice(NUMBERS) for _ in range(3))}]"

    values = {name: draw.choice(NUMBERS) for name in "xyz"} | {"i": draw.choice("012")}
    values |= {name: draw.choice((vector(), f"randn(3, seed={draw.randint(0, 9)})")) for name in "uv"}
    values["W"] = draw.choice((f"[{', '.join(vector() for _ in range(3))}]", "randn(3, 3, seed=1)"))
    inputs = [
        f"{name}={value}" for name, value in values.items() if re.search(rf"(?<![A-Za-z_]){name}(?![A-Za-z0-9_(])", program)
    ]
    name = inputs[0].partition("=")[0] if inputs else "x"
    kind = draw.choice((draw.choice(COMMANDS), f"{{program}} {draw.choice(OPTIONS)}"))
    filled = {"{program}": [program, *inputs], "{gradient}": [f"grad {name}"]}
    words = [word for part in kind.split() for word in (filled.get(part) or [part.format(name=name)])]
    return words, LINES.format(name)
