"""Random programs over the whole language against PyTorch in float64: ``python -m tests.benchmarks.campaign --programs 2000``.

Each program is made twice at once, as text for us and as calls of PyTorch, so that the reader has a witness too: functions,
repetitions, tuples, literals, indices, products, losses, convolutions. Output and gradients are compared to 1e-9 of their size;
with ``--second`` the gradient of a product with a gradient as well, which is ``grad`` of ours and a backward pass of PyTorch's
backward pass. Programs that come near a kink, where the conventions differ, are drawn again. The first difference is printed with
its seed and ends the run with status 1.

PyTorch is installed for this alone, ``pip install torch==2.13.0``.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import torch
import torch.nn.functional as f

from graphstep.engine.trace import trace
from graphstep.ground.arrays import plain
from graphstep.ground.errors import GraphstepError
from graphstep.language.read import read

TOLERANCE = 1e-9
NEAR, LARGE = 1e-4, 1e3
Env = dict[str, Any]


class DrawAgainError(Exception):
    """The program is no good: near a kink, or its numbers are too large."""


def away(*distances: Any) -> None:
    """Draw again where one of these is nearly 0."""
    for distance in distances:
        if distance.numel() and distance.detach().abs().min() < NEAR:
            raise DrawAgainError


def apart(x: Any) -> Any:
    """Cells of which no two are nearly alike."""
    cells = x.detach().reshape(-1).sort().values
    away(cells[1:] - cells[:-1])
    return x


@dataclass(frozen=True)
class Part:
    """An expression: its text, PyTorch's function of the names in scope, and its value where it was made."""

    text: str
    of: Callable[[Env], Any]
    value: Any

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.value.shape)

    @property
    def closed(self) -> str:
        """The text as an operand."""
        return self.text if self.text.isidentifier() else f"({self.text})"


def whole(x: Any) -> Any:
    away(x - x.detach().round())
    return x


def half(x: Any) -> Any:
    away(x - x.detach().floor() - 0.5)
    return x


def kinked(function: Callable[..., Any], at: float = 0.0) -> Callable[[Any], Any]:
    def guarded(x: Any) -> Any:
        away(x - at)
        return function(x)

    return guarded


UNARY: list[tuple[str, Callable[[Any], Any]]] = [
    ("exp({}/4)", lambda x: torch.exp(x / 4)),
    ("log({}^2 + 0.5)", lambda x: torch.log(x**2 + 0.5)),
    ("sqrt(square({}) + 1)", lambda x: torch.sqrt(x**2 + 1)),
    ("1/(2 + sin({}))", lambda x: 1 / (2 + torch.sin(x))),
    ("({})^3/9", lambda x: x**3 / 9),
    ("-{}", lambda x: -x),
    ("sin({})", torch.sin),
    ("cos({})", torch.cos),
    ("tan({}/9)", lambda x: torch.tan(x / 9)),
    ("asin(sin({})*0.9)", lambda x: torch.asin(torch.sin(x) * 0.9)),
    ("acos(tanh({})*0.9)", lambda x: torch.acos(torch.tanh(x) * 0.9)),
    ("atan({})", torch.atan),
    ("sinh({}/4)", lambda x: torch.sinh(x / 4)),
    ("cosh({}/4)", lambda x: torch.cosh(x / 4)),
    ("tanh({})", torch.tanh),
    ("asinh({})", torch.asinh),
    ("acosh(1.5 + {}^2)", lambda x: torch.acosh(1.5 + x**2)),
    ("atanh(sin({})/2)", lambda x: torch.atanh(torch.sin(x) / 2)),
    ("sigmoid({})", torch.sigmoid),
    ("softplus({})", f.softplus),
    ("logsigmoid({})", f.logsigmoid),
    ("gelu({})", f.gelu),
    ("gelu({}, tanh)", lambda x: f.gelu(x, approximate="tanh")),
    ("silu({})", f.silu),
    ("relu({})", kinked(torch.relu)),
    ("leaky_relu({}, 0.1)", kinked(lambda x: f.leaky_relu(x, 0.1))),
    ("elu({}, 0.5)", kinked(lambda x: f.elu(x, 0.5))),
    ("abs({})", kinked(torch.abs)),
    ("|1*{}|", kinked(torch.abs)),
    ("clip({}, -0.7, 0.8)", kinked(kinked(lambda x: torch.clamp(x, -0.7, 0.8), 0.8), -0.7)),
    ("max(0.2, {})", kinked(lambda x: torch.clamp(x, min=0.2), 0.2)),
    ("erf({})", torch.erf),
    ("erfc({})", torch.erfc),
    ("log1p({}^2)", lambda x: torch.log1p(x**2)),
    ("expm1({}/4)", lambda x: torch.expm1(x / 4)),
    ("log2(1 + {}^2)", lambda x: torch.log2(1 + x**2)),
    ("log10(1 + {}^2)", lambda x: torch.log10(1 + x**2)),
    ("floor({})", lambda x: torch.floor(whole(x))),
    ("ceil({})", lambda x: torch.ceil(whole(x))),
    ("round({})", lambda x: torch.round(half(x))),
    ("sign({})", kinked(torch.sign)),
    ("stop({})", lambda x: x.detach()),
    ("2{}", lambda x: 2 * x),
    ("{} - 1/3", lambda x: x - 1 / 3),
]

BINARY: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("{0} + {1}", torch.add),
    ("{0} - {1}", torch.sub),
    ("{0}*{1}", torch.mul),
    ("{0}/(1.5 + {1}^2)", lambda x, y: x / (1.5 + y**2)),
    ("max({0}, {1})", lambda x, y: (away(x - y), torch.maximum(x, y))[1]),
    ("min({0}, {1})", lambda x, y: (away(x - y), torch.minimum(x, y))[1]),
    ("atan2({0}, 2 + {1}^2)", lambda x, y: torch.atan2(x, 2 + y**2)),
    ("hypot({0}, 1 + {1})", lambda x, y: (away(torch.hypot(x, 1 + y)), torch.hypot(x, 1 + y))[1]),
    ("logaddexp({0}, {1})", torch.logaddexp),
    ("(1 + {0}^2)^({1}/3)", lambda x, y: (1 + x**2) ** (y / 3)),
    ("mod({0}, 1 + {1}^2)", lambda x, y: (whole(x / (1 + y**2)), torch.remainder(x, 1 + y**2))[1]),
    ("({0} < {1})*{0}", lambda x, y: (away(x - y), (x < y) * x)[1]),
    ("where({0} >= {1}, {0}, 2*{1})", lambda x, y: (away(x - y), torch.where(x >= y, x, 2 * y))[1]),
]

COMPARISONS: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("<", torch.lt),
    ("<=", torch.le),
    (">", torch.gt),
    (">=", torch.ge),
    ("==", torch.eq),
    ("!=", torch.ne),
]


def largest(x: Any, dim: Any, keepdim: bool, sign: int) -> Any:
    apart(x)
    return torch.amax(x, dim, keepdim) if sign > 0 else torch.amin(x, dim, keepdim)


COLLECTING: list[tuple[str, Callable[[Any, Any, bool], Any]]] = [
    ("sum", lambda x, d, k: torch.sum(x, d, keepdim=k)),
    ("mean", lambda x, d, k: torch.mean(x, d, keepdim=k)),
    ("max", lambda x, d, k: largest(x, d, k, 1)),
    ("min", lambda x, d, k: largest(x, d, k, -1)),
    ("logsumexp", lambda x, d, k: torch.logsumexp(x, d, keepdim=k)),
    ("var", lambda x, d, k: torch.var(x, d, correction=0, keepdim=k)),
    ("norm", lambda x, d, k: (away(torch.linalg.vector_norm(x, 2, d, k)), torch.linalg.vector_norm(x, 2, d, k))[1]),
    ("prod", lambda x, d, k: torch.prod(x, d[0], keepdim=k) if len(d) == 1 else torch.prod(x).reshape([1] * x.ndim if k else [])),
]


class Draw:
    """One program in the making."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.statements: list[str] = []
        self.inputs: Env = {}
        self.data: Env = {}
        self.env: Env = {}
        self.programs: list[Callable[[Env], None]] = []
        self.functions: list[tuple[str, list[tuple[int, ...]], Callable[..., Any], int]] = []
        self.count = 0

    # -- pieces --

    def name(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def tensor(self, shape: tuple[int, ...]) -> Any:
        cells = [round(self.random.uniform(-1.6, 1.6), 3) for _ in range(int(np.prod(shape)))]
        return torch.tensor(cells, dtype=torch.float64).reshape(shape)

    def input(self, shape: tuple[int, ...]) -> Part:
        name = self.name("x")
        self.inputs[name] = self.env[name] = self.tensor(shape)
        return self.named(name)

    def classes(self, count: int, shape: tuple[int, ...]) -> Part:
        name = self.name("y")
        cells = [float(self.random.randrange(count)) for _ in range(int(np.prod(shape)))]
        self.data[name] = self.env[name] = torch.tensor(cells, dtype=torch.float64).reshape(shape)
        return self.named(name)

    def named(self, name: str) -> Part:
        return Part(name, lambda env: env[name], self.env[name])

    def part(self, text: str, of: Callable[..., Any], *parts: Part) -> Part:
        def value(env: Env) -> Any:
            result = of(*(part.of(env) for part in parts))
            if result.numel() and not (result.detach().abs().max() < LARGE):
                raise DrawAgainError
            return result

        return Part(text, value, value(self.env))

    def any(self, depth: int, shape: tuple[int, ...] | None = None) -> Part:
        """An expression, of a shape where one is asked for."""
        if shape is not None:
            fitting = [name for name, value in self.env.items() if tuple(value.shape) == shape and name not in self.data]
            if fitting and self.random.random() < 0.7:
                return self.one(self.named(self.random.choice(fitting)), depth - 2)
            return self.one(self.input(shape), depth - 2)
        if depth <= 0 or self.random.random() < 0.2:
            names = [name for name in self.env if name not in self.data]
            if names and self.random.random() < 0.8:
                return self.named(self.random.choice(names[-8:]))
            return self.input(tuple(self.random.randint(1, 4) for _ in range(self.random.choice((0, 1, 1, 2, 2, 3)))))
        return self.random.choice(MAKERS)(self, depth - 1)

    def one(self, part: Part, depth: int) -> Part:
        """The same, or a function of it cell by cell."""
        return part if depth <= 0 or self.random.random() < 0.5 else self.unary(part)

    def unary(self, part: Part) -> Part:
        text, function = self.random.choice(UNARY)
        alone = re.search(r"\(\{\}[,)]", text)
        return self.part(text.format(part.text if alone else part.closed), function, part)

    # -- statements --

    def assign(self, part: Part) -> None:
        name = self.name("q")
        self.statements.append(f"{name} = {part.text}")
        self.programs.append(lambda env: env.__setitem__(name, part.of(env)))
        self.env[name] = part.value

    def define(self) -> None:
        """A function of one or two results, and a call of it."""
        names = [self.name("a") for _ in range(self.random.randint(1, 3))]
        arguments = [self.any(1) for _ in names]
        around = self.env
        # The body sees its parameters and what stands above it.
        self.env = {
            **{k: v for k, v in around.items() if k not in self.data},
            **{n: p.value for n, p in zip(names, arguments, strict=True)},
        }
        local = self.name("l")
        first = self.any(2)
        self.env[local] = first.value
        results = [self.any(2) for _ in range(self.random.randint(1, 2))]
        self.env = {**around, **{k: v for k, v in self.env.items() if k in self.inputs or k in self.data}}
        called = self.name("f")
        value = results[0].text if len(results) == 1 else f"({', '.join(r.text for r in results)})"
        self.statements.append(f"def {called}({', '.join(names)}) = {{ {local} = {first.text}; {value} }}")

        def call(env: Env, values: list[Any]) -> list[Any]:
            inner = {**env, **dict(zip(names, values, strict=True))}
            inner[local] = first.of(inner)
            return [result.of(inner) for result in results]

        # What a body sees from outside is what stood there above it.
        seen = set(self.env)
        for _ in range(self.random.randint(1, 2)):
            targets = [self.name("q") for _ in results]
            self.statements.append(f"{', '.join(targets)} = {called}({', '.join(a.text for a in arguments)})")

            def run(env: Env, targets: list[str] = targets, arguments: list[Part] = arguments) -> None:
                outer = {k: v for k, v in env.items() if k in seen}
                env.update(zip(targets, call(outer, [a.of(env) for a in arguments]), strict=True))

            run(self.env)
            self.programs.append(run)
            arguments = [self.any(1, p.shape) for p in arguments]

    def repeat(self) -> None:
        """A carried name, which every turn makes anew in its shape."""
        start = self.any(2)
        name, turns = self.name("h"), self.random.randint(1, 4)
        self.assign(start)
        self.statements.append(f"{name} = {start.closed}*1")
        self.programs.append(lambda env: env.__setitem__(name, start.of(env)))
        self.env[name] = start.value
        series = self.input((turns + 1, *start.shape)) if self.random.random() < 0.6 else None
        inner = self.any(2)
        step = self.part(f"tanh({name} + sum({inner.text})/9)", lambda h, x: torch.tanh(h + x.sum() / 9), self.named(name), inner)
        body, head = step, f"repeat {turns} {{"
        if series is not None:
            # The counter is a whole constant, so x[t] is an index.
            t = self.name("t")
            head = f"repeat {t} in 0:{turns} {{"
            text = (
                f"{step.text} + {series.text}[{t}]/2 - {series.text}[{t} + 1]/3"
                if False
                else f"{step.text} + {series.text}[{t}]/2"
            )
            body = Part(text, step.of, step.value)
        local = self.name("m")
        self.statements.append(f"{head} {local} = {body.text}; {name} = {local} + 0.1*{local}^2 }}")

        def run(env: Env) -> None:
            for turn in range(turns):
                m = step.of(env)
                if series is not None:
                    m = m + series.of(env)[turn] / 2
                env[name] = m + 0.1 * m**2

        run(self.env)
        self.programs.append(run)

    def build(self) -> Part:
        for _ in range(self.random.randint(1, 5)):
            kind = self.random.random()
            if kind < 0.15:
                self.define()
            elif kind < 0.3:
                self.repeat()
            else:
                self.assign(self.any(3))
        last = self.any(3)
        if self.random.random() < 0.5:
            names = [name for name in self.env if name[0] in "qh"]
            rest = [self.named(self.random.choice(names)) for _ in range(2)] if names else []
            for part in rest:
                last = self.part(f"sum({last.text}) + sum({part.text})", lambda x, y: x.sum() + y.sum(), last, part)
        return last


# What makes an expression


def unary(draw: Draw, depth: int) -> Part:
    return draw.unary(draw.any(depth))


def binary(draw: Draw, depth: int) -> Part:
    x = draw.any(depth)
    shape = tuple(1 if draw.random.random() < 0.3 else n for n in x.shape)[draw.random.choice((0, 0, 1)) :]
    y = draw.any(depth, shape)
    if draw.random.random() < 0.5 and x.shape != y.shape:
        x, y = y, x
    text, function = draw.random.choice(BINARY)
    return draw.part(text.format(x.closed, y.closed), function, x, y)


def choice(draw: Draw, depth: int) -> Part:
    x = draw.any(depth)
    y, a, b = (draw.any(depth, x.shape) for _ in range(3))
    sign, function = draw.random.choice(COMPARISONS)
    text = f"where({x.text} {sign} {y.text}, {a.text}, {b.text})"
    return draw.part(text, lambda x, y, a, b: (away(x - y), torch.where(function(x, y), a, b))[1], x, y, a, b)


def collect(draw: Draw, depth: int) -> Part:
    x = draw.any(depth)
    name, function = draw.random.choice(COLLECTING)
    axes = tuple(i for i in range(len(x.shape)) if draw.random.random() < 0.6)
    if not x.shape:
        return draw.part(f"{name if name not in ('max', 'min', 'norm') else 'sum'}({x.text})", lambda x: x * (name != "var"), x)
    if not axes or (name == "prod" and len(axes) > 1):
        axes = tuple(range(len(x.shape)))
    keep = draw.random.random() < 0.4
    told = "" if len(axes) == len(x.shape) and draw.random.random() < 0.5 else f", axis={axes if len(axes) > 1 else axes[0]}"
    return draw.part(f"{name}({x.text}{told}{', keepdims=true' if keep else ''})", lambda x: function(x, axes, keep), x)


def squash(draw: Draw, depth: int) -> Part:
    x = draw.any(depth)
    if not x.shape:
        return draw.unary(x)
    axis = draw.random.randrange(-1, len(x.shape))
    name, function = draw.random.choice(
        [("softmax", torch.softmax), ("log_softmax", torch.log_softmax), ("cumsum", torch.cumsum)]
    )
    return draw.part(f"{name}({x.text}, axis={axis})", lambda x: function(x, axis), x)


def move(draw: Draw, depth: int) -> Part:
    x = draw.any(depth)
    if not x.shape:
        return draw.part(f"fill({x.text}, 2, 3)", lambda x: x.expand(2, 3), x)
    axis, size = draw.random.randrange(len(x.shape)), int(np.prod(x.shape))
    order = list(range(len(x.shape)))
    draw.random.shuffle(order)
    shape = (x.shape[0], -1) if draw.random.random() < 0.5 else (size,)
    start = draw.random.randrange(x.shape[0])
    chosen = [draw.random.randrange(-x.shape[0], x.shape[0]) for _ in range(draw.random.randint(1, 4))]
    lead = ":, " * axis
    middle = tuple([slice(None)] * axis)
    two = len(x.shape) > 1
    options: list[tuple[str, Callable[[Any], Any]]] = [
        (f"transpose({x.text}, axes={tuple(order) if len(order) > 1 else f'({order[0]},)'})", lambda x: x.permute(order)),
        (f"{x.closed}.T", lambda x: x.permute(*reversed(range(x.ndim)))),
        (f"reshape({x.text}, {', '.join(map(str, shape))})", lambda x: x.reshape(shape)),
        (f"flip({x.text}, axis={axis})", lambda x: x.flip(axis)),
        (f"{x.closed}[{start}]", lambda x: x[start]),
        (f"{x.closed}[{start}:]", lambda x: x[start:]),
        (f"{x.closed}[..., {-1}]", lambda x: x[..., -1]),
        (f"{x.closed}[{lead}::-1]", lambda x: x.flip(axis)),
        (f"{x.closed}[{lead}::2]", lambda x: x[(*middle, slice(None, None, 2))]),
        (f"{x.closed}[{chosen}]", lambda x: x[torch.tensor(chosen)]),
        (f"tril({x.text}, diagonal=1)" if two else f"{x.closed}*1", lambda x: torch.tril(x, 1) if two else x),
        (f"triu({x.text})" if two else f"{x.closed}/2", lambda x: torch.triu(x) if two else x / 2),
    ]
    text, function = draw.random.choice(options)
    return draw.part(text, function, x)


def pick(draw: Draw, depth: int) -> Part:
    """Rows, cells or columns by an array that is given."""
    x = draw.any(depth, (draw.random.randint(2, 4), draw.random.randint(2, 4)))
    kind = draw.random.randrange(5)
    y = draw.classes(min(x.shape), (x.shape[0],) if kind in (1, 3) else (draw.random.randint(1, 4),))
    if kind == 0:
        return draw.part(f"{x.closed}[{y.text}]", lambda x, y: x[y.long()], x, y)
    if kind == 1:
        return draw.part(f"{x.closed}[range({x.shape[0]}), {y.text}]", lambda x, y: x[torch.arange(len(x)), y.long()], x, y)
    if kind == 2:
        return draw.part(f"{x.closed}[:, {y.text}]", lambda x, y: x[:, y.long()], x, y)
    if kind == 3:
        return draw.part(f"{x.closed}[{y.text}, 1:]", lambda x, y: x[y.long(), 1:], x, y)
    return draw.part(f"{x.closed}[..., {y.text}]", lambda x, y: x[..., y.long()], x, y)


def join(draw: Draw, depth: int) -> Part:
    x = draw.any(depth)
    y = draw.any(depth, x.shape)
    axis = draw.random.randint(0, len(x.shape))
    if axis < len(x.shape) and draw.random.random() < 0.5:
        return draw.part(f"concat({x.text}, {y.text}, axis={axis})", lambda x, y: torch.cat([x, y], axis), x, y)
    if draw.random.random() < 0.5:
        return draw.part(f"[{x.text}, {y.text}]", lambda x, y: torch.stack([x, y]), x, y)
    return draw.part(f"stack({x.text}, {y.text}, axis={axis})", lambda x, y: torch.stack([x, y], axis), x, y)


def literal(draw: Draw, depth: int) -> Part:
    x = draw.any(depth, ())
    rows = [[round(draw.random.uniform(-1, 1), 2) for _ in range(2)] for _ in range(2)]
    text, numbers = draw.random.choice(
        [
            (str(rows), torch.tensor(rows, dtype=torch.float64)),
            ("eye(3)", torch.eye(3, dtype=torch.float64)),
            ("range(4)", torch.arange(4, dtype=torch.float64)),
            ("ones(2, 3)", torch.ones(2, 3, dtype=torch.float64)),
            ("zeros(2)", torch.zeros(2, dtype=torch.float64)),
        ]
    )
    return draw.part(f"{text}*{x.closed} + {text}", lambda x: numbers * x + numbers, x)


def product(draw: Draw, depth: int) -> Part:
    n, k, m, b = (draw.random.randint(1, 4) for _ in range(4))
    shapes = draw.random.choice(
        [
            ((n, k), (k, m)),
            ((n, k), (k,)),
            ((k,), (k, m)),
            ((k,), (k,)),
            ((b, n, k), (k, m)),
            ((b, n, k), (b, k, m)),
            ((n, k), (b, k, m)),
        ]
    )
    x, y = (draw.any(depth, shape) for shape in shapes)
    if draw.random.random() < 0.7:
        return draw.part(f"{x.closed} @ {y.closed}", torch.matmul, x, y)
    if shapes == ((k,), (k,)):
        name, function = draw.random.choice([("dot", torch.dot), ("outer", torch.outer)])
        return draw.part(f"{name}({x.text}, {y.text})", function, x, y)
    rows = {(2, 2): ("ij,jk->ik", "ij,jk->ki", "ij,jk->j", "ij,jk", "ij,jk->"), (2, 1): ("ij,j->i", "ij,j"), (1, 2): ("j,jk->k",)}
    wide = {
        (1, 1): ("i,i", "i,i->i"),
        (3, 2): ("...ij,jk->...ik", "bij,jk->bk"),
        (3, 3): ("bij,bjk->bik", "bij,bjk->ik"),
        (2, 3): ("ij,bjk->bi",),
    }
    subscripts = draw.random.choice({**rows, **wide}[len(x.shape), len(y.shape)])
    return draw.part(f'einsum("{subscripts}", {x.text}, {y.text})', lambda x, y: torch.einsum(subscripts, x, y), x, y)


def diagonal(draw: Draw, depth: int) -> Part:
    n = draw.random.randint(1, 3)
    x = draw.any(depth, (n, n))
    subscripts = draw.random.choice(["ii", "ii->i", "ij->ji", "ij->"])
    return draw.part(f'einsum("{subscripts}", {x.text})', lambda x: torch.einsum(subscripts, x), x)


def solving(draw: Draw, depth: int) -> Part:
    n = draw.random.randint(1, 3)
    x, y = draw.any(depth, (n, n)), draw.any(depth, (n,))
    text = f"{x.closed} @ {x.closed}.T + 2*eye({n})"
    kind, eye = draw.random.randrange(3), torch.eye(n, dtype=torch.float64)
    if kind == 0:
        return draw.part(f"solve({text}, {y.text})", lambda x, y: torch.linalg.solve(x @ x.T + 2 * eye, y), x, y)
    if kind == 1:
        return draw.part(f"inv({text})", lambda x: torch.linalg.inv(x @ x.T + 2 * eye), x)
    return draw.part(f"logdet({text})", lambda x: torch.logdet(x @ x.T + 2 * eye), x)


def slide(draw: Draw, depth: int) -> Part:
    c, o, k, l, s, p = (draw.random.randint(1, n) for n in (2, 2, 2, 3, 2, 2))
    p -= 1
    lead = (2,) if draw.random.random() < 0.5 else ()
    options = f", stride={s}, padding={p}"
    kind = draw.random.randrange(4)
    if kind == 0:
        x, w, b = draw.any(depth, (*lead, c, 5)), draw.any(depth, (o, c, l)), draw.any(depth, (o,))
        return draw.part(f"conv1d({x.text}, {w.text}, {b.text}{options})", lambda x, w, b: f.conv1d(x, w, b, s, p), x, w, b)
    if kind == 1:
        x, w = draw.any(depth, (*lead, c, 4, 3)), draw.any(depth, (o, c, k, l))
        return draw.part(f"conv2d({x.text}, {w.text}{options})", lambda x, w: f.conv2d(x, w, None, s, p), x, w)
    x = draw.any(depth, (*lead, 4, 5))
    if kind == 2:
        return draw.part(f"max_pool({x.text}, ({k}, {l}), stride={s})", lambda x: f.max_pool2d(apart(x)[None], (k, l), s)[0], x)
    return draw.part(f"mean(windows({x.text}, {l}, stride={s}), axis=-1)", lambda x: x.unfold(-1, l, s).mean(-1), x)


def batch_norm(x: Any, g: Any, b: Any) -> Any:
    # Of a scale that is a view with a stride, such as a diagonal, PyTorch 2.13's backward pass reads other cells.
    return f.batch_norm(x, None, None, g.contiguous(), b.contiguous(), training=True)


def normalise(draw: Draw, depth: int) -> Part:
    n, m = draw.random.randint(2, 4), draw.random.randint(2, 4)
    x, g, b = draw.any(depth, (n, m)), draw.any(depth, (m,)), draw.any(depth, (m,))
    away(x.value.var(0), x.value.var(1))
    kind = draw.random.randrange(4)
    if kind == 0:
        return draw.part(f"layer_norm({x.text}, {g.text}, {b.text})", lambda x, g, b: f.layer_norm(x, (m,), g, b), x, g, b)
    if kind == 1:
        return draw.part(f"rms_norm({x.text}, {g.text})", lambda x, g: f.rms_norm(x, (m,), g, 1e-6), x, g)
    if kind == 2:
        return draw.part(f"batch_norm({x.text}, {g.text}, {b.text})", batch_norm, x, g, b)
    return draw.part(f"std({x.text}, axis=1, ddof=1)", lambda x: (away(torch.std(x, 1)), torch.std(x, 1))[1], x)


def hinge(x: Any, y: Any) -> Any:
    right = x[torch.arange(len(x)), y.long()][:, None]
    missed, mask = x - right + 1, 1 - f.one_hot(y.long(), x.shape[1])
    away(missed[mask > 0])
    return (mask * torch.relu(missed)).sum(1).mean()


def loss(draw: Draw, depth: int) -> Part:
    n, m = draw.random.randint(1, 3), draw.random.randint(2, 4)
    x = draw.any(depth, (n, m))
    y = draw.classes(m, (n,))
    other = draw.any(depth, (n, m))
    ignored = int(y.value[0]) if n > 1 and len(set(y.value.tolist())) > 1 else -1
    options: list[tuple[str, Callable[[Any, Any], Any], Part]] = [
        ("cross_entropy({}, {})", lambda x, y: f.cross_entropy(x, y.long()), y),
        ("cross_entropy({}, {}, label_smoothing=0.2)", lambda x, y: f.cross_entropy(x, y.long(), label_smoothing=0.2), y),
        (
            f"cross_entropy({{}}, {{}}, ignore_index={ignored})",
            lambda x, y: f.cross_entropy(x, y.long(), ignore_index=ignored),
            y,
        ),
        ("cross_entropy({}, softmax({}))", lambda x, y: f.cross_entropy(x, torch.softmax(y, -1)), other),
        ("cross_entropy({}, softmax({}), label_smoothing=0.1)", smoothed, other),
        ("nll(log_softmax({}), {})", lambda x, y: f.nll_loss(torch.log_softmax(x, -1), y.long()), y),
        ("hinge({}, {})", hinge, y),
        ("mse({}, {})", f.mse_loss, other),
        ("huber({}, {}, delta=0.7)", huber, other),
        ("bce({}, sigmoid({}), logits=true)", lambda x, y: f.binary_cross_entropy_with_logits(x, torch.sigmoid(y)), other),
        ("bce(sigmoid({}), sigmoid({}))", lambda x, y: f.binary_cross_entropy(torch.sigmoid(x), torch.sigmoid(y)), other),
        ("sum(onehot({1}, {0})*{0}*{0})", lambda x, y: (f.one_hot(y.long(), x.shape[1]) * x * x).sum(), y),
    ]
    text, function, second = draw.random.choice(options)
    closed = "{1}" in text
    return draw.part(text.format(*((p.closed if closed else p.text) for p in (x, second))), function, x, second)


def smoothed(x: Any, y: Any) -> Any:
    return f.cross_entropy(x, torch.softmax(y, -1), label_smoothing=0.1)


def huber(x: Any, y: Any) -> Any:
    away((x - y).abs() - 0.7)
    return f.huber_loss(x, y, delta=0.7)


MAKERS = [
    unary,
    unary,
    binary,
    binary,
    choice,
    collect,
    collect,
    squash,
    move,
    move,
    pick,
    join,
    literal,
    product,
    product,
    diagonal,
]
MAKERS += [solving, slide, normalise, loss, loss]


@dataclass(frozen=True)
class Case:
    """A program, the values of its inputs, and what PyTorch makes of it."""

    text: str
    inputs: Env
    data: Env
    output: Any
    gradients: dict[str, Any]


def case_of(seed: int, *, second: bool) -> Case:
    """The program of a seed; DrawAgainError where it is no good."""
    draw = Draw(seed)
    last = draw.build()
    # A body reads no input that nobody mentioned above: so all of them are mentioned first.
    draw.statements[:0] = [f"i{number} = {name}" for number, name in enumerate([*draw.inputs, *draw.data])]
    text = "; ".join([*draw.statements, last.text])
    tensors = {name: value.clone().requires_grad_() for name, value in draw.inputs.items()}
    env: Env = {**tensors, **draw.data}
    for statement in draw.programs:
        statement(env)
    out = last.of(env)
    if not draw.inputs or len(text) > 4000 or not out.requires_grad:
        raise DrawAgainError
    if second:
        by = draw.random.choice(list(draw.inputs))
        direction = draw.tensor(tuple(draw.inputs[by].shape))
        statements = [*draw.statements, f"o = {last.text}", f"g = grad(o, {by})"]
        (slope,) = torch.autograd.grad(out.sum(), tensors[by], create_graph=True, materialize_grads=True)
        text, out = "; ".join([*statements, "sum(g*v)"]), (slope * direction).sum()
        draw.data["v"] = direction
        if not out.requires_grad:
            raise DrawAgainError
    slopes = torch.autograd.grad(out.sum(), list(tensors.values()), materialize_grads=True)
    if not all(bool((slope.abs() < 1e6).all()) for slope in slopes):
        raise DrawAgainError
    return Case(text, draw.inputs, draw.data, out.detach(), dict(zip(tensors, slopes, strict=True)))


def difference(case: Case) -> str:
    """Where our run differs; the empty string where it does not."""
    inputs = {name: plain(value.tolist()) for name, value in {**case.inputs, **case.data}.items()}
    try:
        program = read(case.text, inputs)
        run = trace(program, {name: inputs[name] for name in program.inputs})
    except GraphstepError as error:
        return f"refused: {error.report()}"
    rows = [("output", run.output, case.output)]
    rows += [(name, run.gradient_of(program.names[name]), case.gradients[name]) for name in case.inputs if name in program.inputs]
    for name, ours, theirs in rows:
        wanted = np.asarray((theirs + 0.0).tolist(), float)
        if np.shape(ours) != wanted.shape:
            return f"{name}: shape {np.shape(ours)} for {wanted.shape}"
        size = max(1.0, float(np.max(np.abs(wanted), initial=0.0)))
        if not np.max(np.abs(np.asarray(ours) - wanted), initial=0.0) <= TOLERANCE * size:
            return f"{name}: {ours} for {wanted}"
    return ""


def main() -> int:
    """Run, and print how many."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.campaign", description="Random programs against PyTorch.")
    parser.add_argument("--programs", type=int, default=2000, help="how many (default: 2000)")
    parser.add_argument("--second", action="store_true", help="compare the gradient of a gradient")
    parser.add_argument("--first", type=int, default=0, help="first seed (default: 0)")
    parser.add_argument("--seconds", type=float, default=570.0, help="at most so long (default: 570)")
    parser.add_argument("--go-on", action="store_true", help="print every difference instead of ending with the first")
    options = parser.parse_args()
    torch.set_num_threads(1)
    seed, compared, differences, ends = options.first, 0, 0, time.monotonic() + options.seconds
    while compared < options.programs and time.monotonic() < ends:
        try:
            fault = difference(case := case_of(seed, second=options.second))
        except DrawAgainError:
            seed += 1
            continue
        compared += 1
        if fault:
            differences += 1
            print(f"seed {seed}: {case.text}\n{fault}\n", file=sys.stderr)
            if not options.go_on:
                return 1
        seed += 1
    kind = "second derivatives of " if options.second else ""
    print(
        f"{kind}{compared:,} programs, seeds {options.first:,} to {seed - 1:,}: {differences:,} differences above {TOLERANCE:g}"
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
