"""Systems of linear equations: solutions, inverses, logarithms of determinants.

Their derivatives are in Giles, "An extended collection of matrix derivative results for forward and reverse mode automatic
differentiation" (2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphstep.gates import expressions
from graphstep.gates.rule import Call, MisfitError, Options, Remarked, Rule, Structure
from graphstep.ground.arrays import kind_text
from graphstep.ground.operands import Shape


def _square(shapes: Sequence[Shape]) -> int:
    if len(shapes[0]) != 2 or shapes[0][0] != shapes[0][1]:
        raise MisfitError("its matrix is not square", "give as many rows as columns")
    return shapes[0][0]


def _solve_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    size = _square(shapes)
    if not shapes[1] or len(shapes[1]) > 2 or shapes[1][0] != size:
        raise MisfitError("the right side does not go with the matrix", f"it must be {kind_text((size,))} or have {size} rows")
    return shapes[1]


def _matrix_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    _square(shapes)
    return shapes[0]


def _number_shape(shapes: Sequence[Shape], options: Options) -> Shape:
    _square(shapes)
    return ()


def _solved(np: Any, matrix: Any, right: Any) -> Any:
    try:
        return np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        raise MisfitError("this matrix is singular: it has no inverse", "no row may be made of the others") from None


def _inverse(np: Any, matrix: Any) -> Any:
    # Not np.linalg.inv: its error would have to be caught and told a second time.
    return _solved(np, matrix, np.eye(len(matrix)))


def _slope(np: Any, matrix: Any, right: Any) -> Any:
    """What is solved for a derivative, where nothing is refused any more: nan where there is no solution.

    A determinant of 0 has a logarithm, and no slope. A matrix that is almost singular may be solved for the value and not, being
    transposed, for the gradient: the pivots are others.
    """
    try:
        return np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        return np.full(np.shape(right), np.nan)


def _solve_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    # Of x = A⁻¹b: b gets A⁻ᵀ·δ, and A gets −(A⁻ᵀ·δ)·xᵀ.
    back = _slope(np, call.inputs[0].T, upstream)
    if slot == 1:
        return back
    return -np.outer(back, call.out) if call.out.ndim == 1 else -back @ call.out.T


def _solve_push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    # A·x = b: dA·x + A·dx = db.
    return _slope(np, call.inputs[0], direction if slot else -direction @ call.out)


def _solve_structure(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    return "block" if slot == 1 and len(shapes[1]) > 1 else "dense"


def _solve_pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, options: Options) -> Any:
    back = m.call("solve", m.transposed(terms[0]), upstream)
    return back if slot else -m.matmul(back, m.transposed(out))


def _logdet(np: Any, inputs: Sequence[Any], options: Options) -> Any:
    # A determinant is too large or too small for a number long before its logarithm is.
    sign, size = np.linalg.slogdet(inputs[0])
    # A sign of 0 goes with a size of −inf.
    return np.float64(size) if sign >= 0 else np.float64(np.nan)


def _logdet_remark(np: Any, call: Call) -> Remarked:
    return () if np.isfinite(call.out) else (("singular" if np.isneginf(call.out) else "negative", {}),)


LINEAR_SYSTEMS = (
    Rule(
        "solve",
        "A⁻¹b",
        _solve_shape,
        lambda np, inputs, options: _solved(np, *inputs),
        _solve_pullback,
        _solve_push,
        _solve_structure,
        lambda m, terms, options: m.call("solve", *terms),
        _solve_pulled,
        "The A⁻¹b gate finds what {x} has to be multiplied by to give {y}: the solution of a system of linear equations.",
        (
            "Towards the matrix the gradient is −1 times the outer product of what the right side gets with the solution.",
            "Towards the right side the upstream gradient is sent through the transposed system: it is solved once more.",
        ),
        arity=(2, 2),
        symbolic=expressions.solved,
        returned=lambda slot, shapes, options: (
            "solve(x.T, d)" if slot else "-outer(solve(x.T, d), out)" if len(shapes[1]) == 1 else "-solve(x.T, d) @ out.T"
        ),
    ),
    Rule(
        "inv",
        "A⁻¹",
        _matrix_shape,
        lambda np, inputs, options: _inverse(np, inputs[0]),
        lambda np, call, slot, upstream: -call.out.T @ upstream @ call.out.T,
        lambda np, call, slot, direction: -_slope(np, call.inputs[0], direction @ call.out),
        lambda slot, shapes, options: "dense",
        lambda m, terms, options: m.call("inv", *terms),
        lambda m, slot, upstream, terms, out, options: -m.matmul(m.matmul(m.transposed(out), upstream), m.transposed(out)),
        "The A⁻¹ gate inverts the matrix {x}.",
        ("The slope of 1/x is −1/x², and of an inverse it is the same with a factor on either side: −A⁻ᵀ δ A⁻ᵀ.",),
        symbolic=expressions.inverse,
        returned=lambda slot, shapes, options: "-out.T @ d @ out.T",
    ),
    Rule(
        "logdet",
        "ln det",
        _number_shape,
        _logdet,
        lambda np, call, slot, upstream: upstream * _slope(np, call.inputs[0], np.eye(len(call.inputs[0]))).T,
        lambda np, call, slot, direction: np.trace(_slope(np, call.inputs[0], direction)),
        lambda slot, shapes, options: "dense",
        lambda m, terms, options: m.call("logdet", *terms),
        lambda m, slot, upstream, terms, out, options: upstream * m.transposed(m.call("inv", terms[0])),
        "The ln det gate takes the logarithm of the determinant of the matrix {x}.",
        ("The slope of ln det is the transposed inverse, as that of ln x is 1/x.",),
        symbolic=expressions.logdet,
        returned=lambda slot, shapes, options: "d*inv(x).T",
        remark=_logdet_remark,
        remarks={
            "singular": (
                "The determinant is 0: its logarithm is −inf, as in PyTorch, and the slope, the inverse that does not exist, is "
                "nan."
            ),
            "negative": "The determinant is below 0, so it has no real logarithm: the value is nan, as in PyTorch.",
        },
    ),
)
