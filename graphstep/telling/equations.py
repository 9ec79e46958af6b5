"""Equations that are true as printed: with how many digits operands and results stand, and in which form.

The operands of an equation get the fewest digits with which what is printed on the left comes to what is printed on the right,
within one unit of its last digit. Where eight do not reach that (1 − σ(20)), the form stands there that the number was computed
with (σ(20) · σ(−20)); where that does not either, the operands get all their digits, then the result loses some, and at last
stands ≈.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache, reduce
from typing import TYPE_CHECKING, Any

from graphstep.engine.causes import has_nan
from graphstep.gates.floats import FLOATS
from graphstep.gates.notation import TERMS, NoNumberError, Rounded, Term
from graphstep.ground.arrays import Number, is_small, settled
from graphstep.ground.late import np, quiet
from graphstep.ground.memo import owner_cache
from graphstep.ground.numerals import DOUBLE, OPERAND_DIGITS, Writing, is_short, numeral, unit
from graphstep.telling.exact import exact
from graphstep.telling.explanation import Rung
from graphstep.telling.words.catalogue import message

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace

# A unit of the last digit may itself be rounded up as a double: what is a whole unit off must not pass for less.
_SLACK = 1 - 1e-9
_CANCELLED = 1e-7
"""The part of its largest operand up to which a cell is 0 as printed: eight digits of a few operands cannot tell it from 0."""

_KEPT = 1e-6
"""The relative error up to which a form keeps its digits."""

_NOISE = 1e-15
"""The part of what is added up below which a sum of cells is what rounding leaves of 0."""

_SUMS = ("sum", "mean", "dot")
"""Functions that add up cells, or products of them."""

_SUMS_AND_PRODUCTS = {"+", "-", "*", "negative", "number", "row", "exactly", "matmul", "transposed", "copied", "words"}
"""Operators that make no infinity of finite numbers, but by what is too large."""

_WHOLE = 2.0**53
"""Beyond this 1e23 is another number in print than in float64, and its sine another one too."""

_LARGE = 1e150
"""Beyond this the square of a number, and below its reciprocal that of a small one, has no room in float64."""


@quiet()
def equation(
    forms: Sequence[Term], value: Number, writing: Writing, *, row: bool = False, term: Term | None = None
) -> tuple[Rung, ...]:
    """The rungs from numbers to a value: the first of the forms that can be written truly, and the value.

    ``forms`` are the same number in several ways, the textbook's first. A form that has no numbers to compute with is taken as it
    is. ``row`` says that the value is a vector that is used as a row; ``term`` is the value as a term, where there is one.
    """
    term = number(value, row=row) if term is None else term
    digits = writing.digits
    most = max(OPERAND_DIGITS, digits)
    # Where float64 itself loses the digits of the textbook's form, nothing that is computed with it can be held against print.
    # A form is tried with all of its digits before any are taken away: 1 - σ(20) comes to another number than the gate made, and
    # no printed digits of it could be right.
    if len(forms) > 1 and (_hides_size(forms, value) or not _keeps_digits(forms[0], value)):
        forms = forms[1:]
    # The attempts come in the order in which a reader would give something up: first nothing (the textbook's form, then another),
    # then short operands, then digits of the result, at last the sign =.
    for form in forms:
        for operand_digits in range(digits, most + 1):
            if _holds(form, value, operand_digits, digits):
                return _rungs(form, value, operand_digits, digits, writing.language, term)
    for form in reversed(forms):
        for operand_digits in range(most + 1, DOUBLE + 1):
            if _holds(form, value, operand_digits, digits):
                return _rungs(form, value, operand_digits, digits, writing.language, term)
    # Of the later forms first: the one that the number was computed with holds with more digits than the textbook's.
    for fewer in range(digits - 1, 0, -1):
        for form in reversed(forms):
            for operand_digits in (most, DOUBLE):
                if _holds(form, value, operand_digits, fewer):
                    return _rungs(form, value, operand_digits, fewer, writing.language, term)
    form = forms[-1]
    why = _why_not_equal(form, value)
    remark = message(writing.language, why, dtype=writing.dtype)
    return Rung(form, "numbers", most), Rung(term, "value", digits, "=" if why == "result-minus-zero" else "≈", remark)


def kept_number(trace: Trace, value: Number, *, row: bool = False) -> Term:
    """A number of a run as a term. Of a small array it is kept with the run: its steps write it again and again."""
    if isinstance(value, float):
        return number(value, row=row)
    terms, key = _terms(trace), (id(value), row)
    if (term := terms.get(key)) is not None:
        return term
    if not is_small(value):
        return number(value, row=row)
    # The term holds the array, so that no other one comes to have its identity.
    term = terms[key] = Term.lasting("row" if row else "number", value)
    return term


@owner_cache
def _terms(_: Trace) -> dict[tuple[int, bool], Term]:
    return {}


def result(value: Number, writing: Writing, *, row: bool = False) -> Rung:
    """The last rung of a ladder that writes no numbers before it."""
    return Rung(number(value, row=row), "value", writing.digits)


def number(value: Number, *, row: bool = False) -> Term:
    """A number or an array of an equation; ``row`` says that it is a vector that is used as a row."""
    return TERMS.row(value) if row else TERMS.number(value)


def right_side(form: Term, value: Number, writing: Writing) -> str:
    """A formula of numbers and its value as text, each with the digits it needs: ``3 · 2 = 6``."""
    numbers, value_rung = equation([form], value, writing)
    return value_rung.text if numbers.text == value_rung.text else f"{numbers.text} {value_rung.relation} {value_rung.text}"


def _rungs(form: Term, value: Number, operand_digits: int, digits: int, language: str, term: Term) -> tuple[Rung, ...]:
    key = _remark(form, value)
    remark = message(language, key) if key else ""
    return Rung(form, "numbers", operand_digits), Rung(term, "value", digits, "=", remark)


@cache
def _rounded(digits: int) -> Rounded:
    return Rounded(digits)


def _holds(form: Term, value: Number, operand_digits: int, digits: int) -> bool:
    """Whether a form, computed with the digits that are printed, is the printed value within a unit of its last digit."""
    try:
        left = _computed(form, operand_digits)
        cells = None if isinstance(value, int | float) else np.asarray(left, np.float64)
    except (NoNumberError, ValueError, TypeError, AttributeError):
        # No rule for numbers, or arrays that stand in the formula without their axes: there is nothing to hold it against.
        return True
    # What cancels to rounding noise would hold by luck, with one digit more or less of an operand.
    if _cancels(form, value):
        return False
    if not isinstance(value, int | float):
        return _cells_hold(form, cells, value, digits)
    if not isinstance(left, float):
        if np.size(left) != 1:
            return True
        left = np.reshape(left, ())
    computed, printed = float(left), float(numeral(value, digits))
    if math.isnan(value) or math.isnan(computed):
        return math.isnan(value) and math.isnan(computed)
    if value == 0 or math.isinf(value) or math.isinf(computed):
        return computed == printed
    # With many digits, or beyond 2^53, the double that stands for what is printed is off by more than a unit of the result.
    if operand_digits > OPERAND_DIGITS or any(isinstance(x, float) and abs(x) > _WHOLE for x in _numbers(form)):
        true = exact(form, operand_digits)
        if true is not None:
            return bool(abs(true - type(true)(numeral(value, digits))) <= unit(value, digits))
    return abs(computed - printed) <= unit(value, digits) * _SLACK


def _computed(form: Term, digits: int) -> Any:
    """What a form comes to with its numbers as printed: of single numbers Python's float, which is NumPy's too."""
    stack = [form]
    while stack:
        part = stack.pop()
        # A stack and no recursion: a sum of ten thousand terms is as deep as it is long.
        if part.operator not in _PLAIN or not all(isinstance(x, Term | int | float | str) for x in part.arguments):
            return form.read(_rounded(digits))
        stack += [x for x in part.arguments if isinstance(x, Term)]
    try:
        return float(form.read(_Floats(digits)))
    except (ArithmeticError, TypeError):
        # What is inf or nan in IEEE, or the complex root that it does not have.
        return form.read(_rounded(digits))


_PLAIN = {"+", "-", "*", "/", "**", ">", "<", "negative", "number", "exactly"}
_PLAIN |= {"maximum", "minimum", "sqrt", "abs", "sign", "where"}


class _Floats(Rounded):
    """``m`` for a term of single numbers, which raises where they are divided by 0."""

    def number(self, value: Any) -> Any:
        """The number that is printed."""
        return float(numeral(float(value), self.digits))

    def exactly(self, value: float, text: str) -> Any:
        """A number of the formula."""
        del text
        return float(value)

    def maximum(self, *xs: Any) -> Any:
        """The largest."""
        return reduce(FLOATS.maximum, xs)

    def minimum(self, *xs: Any) -> Any:
        """The smallest."""
        return reduce(FLOATS.minimum, xs)

    def __getattr__(self, function: str) -> Any:
        return getattr(FLOATS, function)


def _cancels(form: Term, value: Number) -> bool:
    """Whether a sum of cells is what rounding leaves of 0: as it stands in print, it is 0."""
    if form.operator != "matmul" and not _is_sum(form):
        return False
    # A whole 0 is no noise.
    if value == 0 if isinstance(value, int | float) else not value.any():
        return False
    # The same sum of the sizes says how large its terms were before they cancelled.
    sizes = np.asarray(form.read(_SIZES), np.float64)
    return sizes.size == np.size(value) and bool((np.abs(np.ravel(value)) < _NOISE * sizes.ravel()).all())


def _is_sum(form: Term) -> bool:
    return form.operator in ("over", "call") and form.arguments[0] in _SUMS


class _Sizes(Rounded):
    """``m`` that computes a sum with the sizes of what is added up."""

    def number(self, value: Any) -> Any:
        """The size of a number, or of each cell."""
        return np.abs(value)


_SIZES = _Sizes(DOUBLE)


def _why_not_equal(form: Term, value: Number) -> str:
    """The id of why a form, as it stands in print, does not come to the value of the gate."""
    if _needs_minus_zero(form, value):
        return "result-minus-zero"
    if has_nan(value):
        return "result-undefined"
    if _keeps_digits(form, value):
        return "result-rounds-here"
    sizes = np.concatenate([np.ravel(np.abs(x)) for x in _numbers(form)] or [np.ones(1)])
    if np.any(np.isfinite(sizes) & (sizes != 0) & ((sizes > _LARGE) | (sizes < 1 / _LARGE))):
        return "result-out-of-range"
    computed = form.read(_rounded(DOUBLE))
    return "result-rounds-here" if np.isfinite(computed).all() else "result-limit"


def _needs_minus_zero(form: Term, value: Number) -> bool:
    """Whether a form comes to the value by a zero that has a sign, which no print shows: 1/−0 is −inf."""
    if not any(np.any(np.signbit(x) & np.equal(x, 0)) for x in _numbers(form)):
        return False
    try:
        return np.allclose(np.asarray(form.read(_EXACT), np.float64), value, rtol=_KEPT, atol=0.0, equal_nan=True)
    except (NoNumberError, ValueError, TypeError, AttributeError):
        return False


class _Exact(Rounded):
    """``m`` that computes with the numbers themselves."""

    def number(self, value: Any) -> Any:
        """The number, or each cell."""
        return np.asarray(value, np.float64)[()]


_EXACT = _Exact(DOUBLE)


def _hides_size(forms: Sequence[Term], value: Number) -> bool:
    """Whether the first form comes to 0 by digits that cancel, and the last one says that its 0 is a number too small: x·Φ(x)."""
    return _remark(forms[-1], value) == "result-too-small" != _remark(forms[0], value)


def _keeps_digits(form: Term, value: Number) -> bool:
    """Whether a form, computed with all digits of its numbers, comes to the value."""
    try:
        computed = _computed(form, DOUBLE)
        if isinstance(computed, float) and isinstance(value, float):
            return abs(computed - value) <= _KEPT * abs(value)
        computed = np.asarray(computed, np.float64)
        return bool(np.all(np.abs(computed - value) <= _KEPT * np.abs(value)))
    except (NoNumberError, ValueError, TypeError, AttributeError):
        return True


def _cells_hold(form: Term, left: Any, value: Any, digits: int) -> bool:
    # Numbers that are exact as written need no comparison with their print, and most cells of a lecture are.
    if left.ravel().tolist() == (cells := value.ravel().tolist()) and all(map(is_short, cells)):
        return True
    if left.size == value.size:
        left = left.reshape(value.shape)
    else:
        try:
            left = np.broadcast_to(left, value.shape)
        except ValueError:
            return True
    for computed, cell in zip(left.ravel().tolist(), settled(value).ravel().tolist(), strict=True):
        if computed == cell and is_short(cell):
            continue
        printed = float(numeral(cell, digits))
        if math.isnan(cell) or math.isnan(computed):
            if not (math.isnan(cell) and math.isnan(computed)):
                return False
        elif math.isinf(cell) or math.isinf(computed):
            if cell != computed:
                return False
        # Of a cell that is 0 no unit of the last digit exists: how large the operands are says what rounding may leave.
        elif computed != printed and abs(computed - printed) > (
            unit(cell, digits) * _SLACK if cell else _CANCELLED * _scale(form)
        ):
            return False
    return True


def _scale(form: Term) -> float:
    """The size of the largest number in a form."""
    arrays = [np.asarray(x) for x in _numbers(form)]
    return max((float(np.max(np.abs(x[np.isfinite(x)]), initial=0.0)) for x in arrays), default=0.0)


def _numbers(form: Any) -> Iterator[Any]:
    """The numbers of a term."""
    stack = [form]
    while stack:
        part = stack.pop()
        if isinstance(part, Term):
            if part.operator in ("number", "row", "exactly"):
                yield part.arguments[0]
            else:
                stack.extend(part.arguments)


def _adds_up(form: Term) -> bool:
    """Whether a form is made of finite numbers by sums and products alone: what is infinite then was too large."""
    stack: list[Any] = [form]
    while stack:
        part = stack.pop()
        if isinstance(part, Term):
            if part.operator not in _SUMS_AND_PRODUCTS and not _is_sum(part):
                return False
            stack += part.arguments
    return all(np.isfinite(x).all() for x in _numbers(form))


def _remark(form: Term, value: Number) -> str:
    """The id of what a result says of itself that is no number, or 0 where it is none; else empty."""
    if not isinstance(value, int | float):
        return "result-too-large" if np.isinf(value).any() and _adds_up(form) else ""
    if math.isfinite(value) and value != 0:
        return ""
    if math.isinf(value) and _adds_up(form):
        return "result-too-large"
    numbers = [float(x) for x in _numbers(form) if isinstance(x, int | float)]
    if math.isnan(value):
        return "" if any(np.isnan(x).any() for x in _numbers(form)) else "result-undefined"
    if not all(map(math.isfinite, numbers)) or (value == 0 and 0 in numbers):
        return ""
    true = exact(form, DOUBLE)
    if true is None or true == value or not math.isfinite(float(true) if abs(true) < 1e300 else 0.0):
        return ""
    if value == 0:
        return "result-too-small" if abs(true) < 1e-300 else ""
    return "result-too-large"
