"""Reads printed equations back: an independent judge of what the views print, which knows nothing of how it was made."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np

_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_SUPERSCRIPT = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_NUMBER = re.compile(r"-?(\d+)(?:\.(\d+))?(?:e(-?\d+))?")
_NUMERAL = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?")
_NAMES = "exp sqrt sin cos tan asin acos atan sinh cosh tanh sign erf erfc expm1 log1p"
_FUNCTIONS: dict[str, Any] = {
    **{name: getattr(mpmath, name) for name in _NAMES.split(" ")},
    "ln": mpmath.log,
    "sigma": lambda x: 1 / (1 + mpmath.exp(-x)),
    "max": max,
    "min": min,
    "abs": abs,
    "mpf": mpmath.mpf,
    "pi": mpmath.pi,
    "stop": lambda x: x,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
    "atan2": mpmath.atan2,
    "hypot": mpmath.hypot,
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "round": mpmath.nint,
    "relu": lambda x: max(x, 0),
}


def value_of(text: str) -> mpmath.mpf | None:
    """What a formula of numbers comes to, with 60 digits; None for one that holds a name."""
    plain = text.replace("·", "*").replace("σ(", "sigma(").replace("π", "pi")
    plain = plain.replace("≠", "!=").replace("≤", "<=").replace("≥", ">=")
    for opening, closing, function in (("⌊", "⌋", "floor("), ("⌈", "⌉", "ceil(")):
        plain = plain.replace(opening, function).replace(closing, ")")
    plain = re.sub(r"\|([^|]*)\|", r"abs(\1)", plain)
    plain = re.sub(r"√(\((?:[^()]|\([^()]*\))*\)|\w+\([^()]*\)|pi|[\d.e-]+)", r"sqrt(\1)", plain)
    plain = _SUPERSCRIPT.sub(lambda m: f"**({m[0].translate(_RAISED)})", plain).replace("^", "**")
    words = set(re.findall(r"[^\W\d]\w*", re.sub(_NUMERAL, "", plain))) - {"if", "else", "and"}
    if not words <= set(_FUNCTIONS) or "[" in plain:
        return None
    # A number before a power binds looser than the power: -2**2 stands as (-2)**2 in print only with its parentheses.
    source = _NUMERAL.sub(lambda m: f"mpf('{m[0]}')", plain)
    with mpmath.workdps(60):
        try:
            value = eval(source, {"__builtins__": {}}, _FUNCTIONS)
            return mpmath.nan if isinstance(value, mpmath.mpc) else mpmath.mpf(value)
        except ZeroDivisionError:
            return None


def unit_of(numeral: str) -> float:
    """One unit of the last printed digit; of a whole number 1."""
    match = _NUMBER.fullmatch(numeral)
    assert match is not None, f"{numeral} is no number"
    return 10.0 ** (int(match[3] or 0) - len(match[2] or ""))


def false_equations(line: str) -> list[str]:
    """The equations of a printed chain that its own digits contradict by more than a unit of the result's last digit."""
    wrong = []
    forms = line.split(" = ")
    for left, right in pairwise(forms):
        right = right.split(" ≈ ")[0]
        number, _, remark = right.partition(", ")
        if " ≈ " in left or not (_NUMBER.fullmatch(number) or number in ("inf", "-inf", "nan")):
            continue
        value = value_of(left)
        if value is None or number == "nan":
            continue
        if number in ("inf", "-inf"):
            if remark != "too large" and "inf" not in left and "/ 0" not in left and "ln(0)" not in left:
                wrong.append(f"{left} = {right}")
        elif remark == "too small":
            if not 0 < abs(value) < 1e-300:
                wrong.append(f"{left} = {right}")
        elif abs(value - mpmath.mpf(number)) > unit_of(number) * (1 + 1e-12) or (number == "0" and abs(value) > 1e-7):
            wrong.append(f"{left} = {right}")
    return wrong


def is_close(one: float, other: float) -> bool:
    """Whether two values of a symbol are one."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == other or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-300)


def array_of(text: str) -> np.ndarray | None:
    """What a formula of arrays and numbers comes to; None for one that holds a name or a function that is not known here."""
    plain = text.replace("·", "*").replace("^⊙", "**").replace("⊙", "*").replace("⊘", "/").replace("σ(", "sigma(")
    plain = re.sub(r"‖([^‖]*)‖", r"length(\1)", plain)
    plain = re.sub(r"√(\([^()]*\)|\w+\([^()]*\)|\[[^\[\]]*\]|[\d.e-]+)", r"sqrt(\1)", plain)
    plain = re.sub(r"((?:\[+[^()]*?\]+)|\))ᵀ", r"\1.T", plain)
    plain = _SUPERSCRIPT.sub(lambda m: f"**({m[0].translate(_RAISED)})", plain)
    words = set(re.findall(r"(?<!\.)[^\W\d]\w*", re.sub(_NUMERAL, "", plain))) - {"axis"}
    if not words <= set(_ARRAY_FUNCTIONS) or "…" in plain:
        return None
    source = re.sub(r"\[+[^()*/@+]*?\]+(?!\w)", lambda m: f"A({m[0]})", plain)
    try:
        return np.asarray(eval(source, {"__builtins__": {}}, _ARRAY_FUNCTIONS), float)
    except (ValueError, TypeError, SyntaxError):
        return None


class _Array(np.ndarray):
    """An array that multiplies as in print: a vector before a row is a column."""

    @property
    def T(self) -> Any:  # noqa: N802
        return self.reshape(1, -1) if self.ndim == 1 else self.transpose()

    def __matmul__(self, other: Any) -> Any:
        if self.ndim == 1 and other.ndim == 2 and len(other) == 1:
            return self.reshape(-1, 1) * other
        return np.matmul(self, other)


def _softmax(x: Any) -> Any:
    powers = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class _Classes:
    """Right classes beside scores: rows of 0 with a 1, in the shape of what they are taken from."""

    __array_ufunc__ = None

    def __init__(self, classes: Any) -> None:
        self.classes = np.asarray(classes, int)

    def __rsub__(self, scores: Any) -> Any:
        return scores - (self.classes[..., None] == np.arange(np.shape(scores)[-1]))


def _kept(function: Any) -> Any:
    return lambda x, axis=None: function(x, axis=axis, keepdims=axis is not None)


_ARRAY_FUNCTIONS: dict[str, Any] = {
    "A": lambda cells: np.array(cells, float).view(_Array),
    "sigma": lambda x: 1 / (1 + np.exp(-x)),
    "length": lambda x: np.sqrt(np.sum(x * x)),
    "softmax": _softmax,
    "onehot": _Classes,
    "ln": np.log,
    "copy": lambda x: x,
    "dot": lambda x, y: np.sum(x * y),
    **{name: _kept(getattr(np, name)) for name in ("sum", "mean", "max", "min")},
    **{name: getattr(np, name) for name in ("exp", "tanh", "sqrt", "sin", "cos")},
}


def false_array_equations(line: str) -> list[str]:
    """The same of a chain of arrays: each cell within a unit of its last printed digit."""
    wrong = []
    forms = line.split(" = ")
    for left, right in pairwise(forms):
        cells = re.fullmatch(r"\[[-\d.e, \[\]]*\]", right)
        if " ≈ " in left or cells is None:
            continue
        with np.errstate(all="ignore"):
            value = array_of(left)
        if value is None:
            continue
        printed = [m[0] for m in re.finditer(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", right)]
        size = max(abs(float(m[0])) for m in re.finditer(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", left + right))
        value = np.broadcast_to(value, (len(printed),)) if value.size == 1 else value.ravel()
        if len(value) != len(printed):
            continue
        for cell, number in zip(value.tolist(), printed, strict=True):
            room = 1e-6 * size if float(number) == 0 else unit_of(number) * (1 + 1e-9) + 1e-14 * size
            if abs(cell - float(number)) > room:
                wrong.append(f"{left} = {right}")
                break
    return wrong


_BETWEEN = re.compile(r"[|`]|\. (?=[A-Z])|; |: (?=\S)|, (?=[a-zA-Z∂(])(?!too )| \(|   +")


def chains_of(document: str) -> list[str]:
    """The chains of equations in a document of any kind: of sentences, tables and code."""
    parts = (part.strip().strip(".:,") for line in document.splitlines() for part in _BETWEEN.split(line))
    return [part for part in parts if " = " in part and part.count("(") == part.count(")")]
