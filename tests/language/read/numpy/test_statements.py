"""Random texts in Python, run by Python and read as programs: names that are assigned again, loops, functions, swaps.

What Python refuses at run time is left out; what we refuse has to be one of the things that a page says. ``python -m
tests.language.read.numpy.test_statements 20000`` looks at more of them.
"""

from __future__ import annotations

import random
import sys
import warnings
from typing import Any

import numpy as np
import pytest

import graphstep as gs
from graphstep.ground.errors import LimitError, ReadError
from graphstep.language.read.numpy import from_numpy

VALUES = {"a": 0.7, "b": -1.3, "c": 0.4}
_NAMES = ["a", "b", "c", "x", "y", "z", "h"]
_REFUSALS = ("shares its cells", "assigned in the loop only")


class _Texts:
    """One random text."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.functions: dict[str, tuple[int, int]] = {}

    def text(self) -> str:
        names = [*VALUES]
        # All inputs are read at once: one that is assigned first has no value from outside.
        lines = ["q = a + b + c", *self.body(names, "", 0, self.rng.randint(2, 8))]
        return "\n".join([*lines, self.expression(names, 2)])

    def expression(self, names: list[str], depth: int) -> str:
        rng = self.rng
        kind = rng.random()
        if depth == 0 or kind < 0.3:
            return rng.choice(names) if rng.random() < 0.8 else rng.choice(["2", "0.5"])
        one, other = (self.expression(names, depth - 1) for _ in range(2))
        if kind < 0.7:
            return f"({one} {rng.choice('+-*')} {other})"
        single = [name for name, (_, results) in self.functions.items() if results == 1]
        if kind < 0.8 and single:
            name = rng.choice(single)
            return f"{name}({', '.join([one, other][: self.functions[name][0]])})"
        return rng.choice([f"np.tanh({one})", f"np.maximum({one}, {other})", f"-{one}", f"np.where({one} > {other}, {one}, 0.5)"])

    def body(self, names: list[str], indent: str, loops: int, count: int, *, inside: bool = False) -> list[str]:
        rng, lines = self.rng, []
        for _ in range(count):
            kind = rng.random()
            one, other = (self.expression(names, 1) for _ in range(2))
            if kind < 0.45:
                lines.append(f"{indent}{self.new(names)} = {self.expression(names, 2)}")
            elif kind < 0.55:
                target = rng.choice([name for name in names if name not in "ts"])
                lines.append(f"{indent}{target} {rng.choice('+-*')}= {one}")
            elif kind < 0.7:
                lines.append(f"{indent}{', '.join(self.pair(names))} = {one}, {other}")
            elif kind < 0.85 and loops < 2:
                inner = self.body([*names, "ts"[loops]], f"{indent}    ", loops + 1, rng.randint(1, 3), inside=inside)
                lines += [f"{indent}for {'ts'[loops]} in range({rng.choice(['1', '3', '1, 3'])}):", *inner]
            elif kind < 0.93 and not loops and not inside:
                lines += self.function(names)
            else:
                double = [name for name, (_, results) in self.functions.items() if results == 2]
                for name in double[:1]:
                    called = f"{name}({', '.join([one, other][: self.functions[name][0]])})"
                    lines.append(f"{indent}{', '.join(self.pair(names))} = {called}")
        return lines or [f"{indent}{self.new(names)} = 1"]

    def function(self, names: list[str]) -> list[str]:
        rng = self.rng
        name, inputs, results = rng.choice("fgk"), rng.sample(["p", "x", "a"], rng.randint(1, 2)), rng.randint(1, 2)
        known = [*dict.fromkeys([*inputs, *names])]
        body = self.body(known, "    ", 0, rng.randint(1, 2), inside=True)
        values = ", ".join(self.expression(known, 2) for _ in range(results))
        self.functions[name] = len(inputs), results
        return [f"def {name}({', '.join(inputs)}):", *body, f"    return {values}"]

    def new(self, names: list[str]) -> str:
        name = self.rng.choice(_NAMES)
        if name not in names:
            names.append(name)
        return name

    def pair(self, names: list[str]) -> list[str]:
        targets = self.rng.sample(_NAMES, 2)
        names += [name for name in targets if name not in names]
        return targets


def _by_python(text: str) -> float | None:
    """The last value; None where Python itself does not get there."""
    names: dict[str, Any] = {"np": np, **VALUES}
    body, _, last = text.rpartition("\n")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(body, names)
            return float(eval(last, names))
    except (NameError, TypeError, RecursionError):
        return None


def _agrees(seed: int) -> bool | None:
    """Whether both come to the same; None where one of them does not come to anything."""
    text = _Texts(seed).text()
    expected = _by_python(text)
    if expected is None:
        return None
    try:
        with np.errstate(all="ignore"):
            output = gs.from_numpy(text, **VALUES).output
    except ReadError as error:
        if any(words in error.message for words in _REFUSALS):
            return None
        raise AssertionError(f"{text}\n{error.report()}") from error
    assert output == pytest.approx(expected, rel=1e-9, nan_ok=True), text
    return True


def test_random_texts_mean_here_what_they_mean_in_python() -> None:
    outcomes = [_agrees(seed) for seed in range(80)]
    assert outcomes.count(True) >= 40


if __name__ == "__main__":
    print([_agrees(seed) for seed in range(int(sys.argv[1]))].count(True), "agree")


def test_a_loop_over_what_is_typed_is_its_turns() -> None:
    for text, program in {
        "for i in range(2, 0, -1):\n    x = x*w + a[i]\nx": "x_2 = x*w + a[2]\nx_3 = x_2*w + a[1]",
        "n = 2\nh = x\nfor i in range(n-1, -1, -1):\n    h = h*w + i\nh": "n = 2\nh = x\nh_2 = h*w + 1\nh_3 = h_2*w + 0",
        "h = x\nfor w, b in zip((w1, w2), (b1, b2)):\n    h = w*h + b\nh": "h = x\nh_2 = w1*h + b1\nh_3 = w2*h_2 + b2",
        "h = x\nfor w, b in [(w1, 2*b1), (w2, b2)]:\n    h = w*h + b\nh": "h = x\nb = 2*b1\nh_2 = w1*h + b\nh_3 = w2*h_2 + b2",
        "h = 0\nfor i, c in enumerate([1, 2]):\n    h = h*x + c*i\nh": "h = 0\nh_2 = h*x + 1*0\nh_3 = h_2*x + 2*1",
        "h = x\nfor i in reversed(range(2)):\n    h = h*w + i\nh + i": "h = x\nh_2 = h*w + 1\nh_3 = h_2*w + 0\ni = 0\nh_3 + i",
        "sum(x**i for i in range(3))": "x^0 + x^1 + x^2",
    }.items():
        assert from_numpy(text, {"a": np.ones(3)}) == program, text
    # What is gone through is what it was before the first turn, and what is not typed is not known.
    for text in (
        "for v in (a, x):\n    x = x*v\nx",
        "for i in range(200, 0, -1):\n    x = x*i\nx",
        "for v in {a, x}:\n    y = v\ny",
    ):
        with pytest.raises(ReadError) as caught:
            from_numpy(text)
        assert caught.value.hint, text


def test_a_count_that_a_function_is_called_with_stands_in_its_body() -> None:
    body = "    for i in range(n):\n        x = np.tanh(w*x)\n    return x\n"
    read = "def f(x, w) = {\n  x_2 = x\n  repeat 3 {\n    x_2 = tanh(w*x_2)\n  }\n  x_2\n}\n"
    assert from_numpy(f"def f(x, w, n):\n{body}f(x, w, 3)") == f"{read}f(x, w)"
    assert from_numpy(f"def f(x, n, w):\n{body}f(x, 3, w) * f(x, w=w, n=3)") == f"{read}f(x, w)*f(x, w)"
    with pytest.raises(ReadError) as caught:
        from_numpy(f"def f(x, w, n=2):\n{body}f(x, w) + f(x, w, 3)")
    assert "one and the same number for n" in caught.value.hint
    with pytest.raises(LimitError):
        from_numpy(f"for i in (1, 2):\n    x = {' + '.join(['x*2'] * 900)}\nx")
