"""A program as one SymPy expression, and the derivative that SymPy takes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from graphstep.analysis.symbolic.cells import Writer, cell_name, cells_of
from graphstep.analysis.symbolic.numbers import constant, double, fixed, number, refuse_huge_number, refuse_huge_power
from graphstep.analysis.symbolic.size import Tree, needed, refuse_large, sizes, tree, tree_of
from graphstep.analysis.symbolic.slopes import Slopes
from graphstep.engine.trace import Trace
from graphstep.gates import Rule
from graphstep.gates.mathematics import symbols
from graphstep.ground.arrays import Number, cell_at
from graphstep.ground.errors import InputError, LimitError, did_you_mean, listed, quoted
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.language.program import Program, node_id
from graphstep.language.read import read

_CHOICES = 10
"""Most inputs of a Max: SymPy compares every pair of them by their assumptions."""


def to_sympy(program: Program, index: int | None = None, inputs: Mapping[str, Number] | None = None) -> Any:
    """The value of a node (the output unless given) as a SymPy expression of ``Symbol(name, real=True)``.

    An array is a ``sympy.Array`` of such expressions, in its shape; its cells have the symbols ``W[0, 1]``. The program must be
    fitted to the shapes of its inputs then. ``inputs`` are their values: a class, which is never a symbol, is looked up there.

    Numbers that were typed whole or as fractions stay exact, π and e are SymPy's; other numbers are the doubles they were read
    as. SymPy sorts and simplifies: the expression has the value of what was typed, not its shape.

    Raises LimitError for an expression too large for SymPy and InputError for one that it has no form for.
    """
    index = program.output if index is None else index
    if program.of_numbers:
        return _expression(program, index, _shown())
    import sympy as sp

    values = {i: inputs[name] for i, name in enumerate(program.inputs) if inputs is not None and name in inputs}
    cells = _cells(program, index, _shown(), values)
    return sp.Array(cells.ravel().tolist(), cells.shape) if isinstance(cells, np.ndarray) else cells


def derivative(program: Program, name: str) -> Any:
    """SymPy's derivative of the output with respect to an input, as an expression.

    Raises as :func:`to_sympy`, and InputError when no input has that name.
    """
    if name not in program.input_places:
        hint = did_you_mean(name, program.inputs) or f"its inputs are {listed(program.inputs)}"
        raise InputError(f"{quoted(name)} is no input of the program", hint=hint)
    return next(derivatives(program, (program.input_places[name],)))


def derivatives(program: Program, nodes: Sequence[int]) -> Iterator[Any]:
    """SymPy's derivatives of the output with respect to several inputs, one at a time; the expression is built once.

    A single gate may stand for the inputs: it is then the symbol :func:`symbol_name` in what is differentiated.
    Raises as :func:`to_sympy`, when the first is asked for.
    """
    import sympy as sp

    if not program.of_numbers:
        raise InputError("a program with arrays is differentiated cell by cell")
    # A gate that stands as a symbol hides what is before it, so there can be one at a time.
    cut = nodes[0] if len(nodes) == 1 else None
    slopes = Slopes(_expression(program, program.output, _differentiable(), cut))
    for index in nodes:
        with _translated("differentiate", program, program.output):
            slope = slopes.towards(sp.Symbol(symbol_name(program, index), real=True))
        yield slope


def symbol_name(program: Program, index: int) -> str:
    """The name of the symbol that stands for a node: an input's own, for a gate one that cannot be typed."""
    node = program.nodes[index]
    return (node.name or "") if node.rule is None else f"({node_id(index)})"


@dataclass(frozen=True, slots=True)
class Formula:
    """A run with small arrays as one expression: the output, or the sum of its cells, each times its seed."""

    program: Program
    """What ran."""
    slopes: Slopes
    """SymPy's expression, and how it is differentiated."""
    parts: int
    """How many operations, names and numbers it is written with."""
    values: Mapping[str, float]
    """The value of every symbol in it."""

    def derivative(self, index: int, place: int) -> Any:
        """SymPy's derivative towards a cell of a node, numbered in reading order."""
        import sympy as sp

        cell = cell_at(place, self.program.nodes[index].shape)
        with _translated("differentiate", self.program, self.program.output):
            return self.slopes.towards(sp.Symbol(cell_name(symbol_name(self.program, index), cell), real=True))


def formula(trace: Trace, cut: int | None = None) -> Formula:
    """The formula of a run with small arrays, with the gate ``cut`` as a symbol in it; raises as :func:`to_sympy`."""
    program, named = trace.program, [*range(trace.program.first_gate), *([] if cut is None else [cut])]
    # Of gates too: an index or a class may be computed.
    known = {i: trace.value_of(i) for i in needed(program, program.output, cut)}
    cells = _cells(program, program.output, _differentiable(), known, cut)
    seeds = np.broadcast_to(np.asarray(trace.seed), np.shape(cells))
    terms = [cell if seed == 1 else number(float(seed)) * cell for cell, seed in zip(_flat(cells), _flat(seeds), strict=True)]
    values: dict[str, float] = {}
    for index in named:
        value = np.asarray(trace.value_of(index))
        name = symbol_name(program, index)
        values |= {cell_name(name, cell): float(value[cell]) for cell in np.ndindex(value.shape)}
    import sympy as sp

    parts = sum(size.parts for size in _flat(_cells(program, program.output, None, known, cut)))
    expression = sp.Add(*terms)
    if expression.has(sp.nan):
        # Its derivative would be 0 for SymPy.
        raise InputError("the formula holds nan, whatever its inputs are")
    return Formula(program, Slopes(expression), parts, values)


def _flat(cells: Any) -> list[Any]:
    return cells.ravel().tolist() if isinstance(cells, np.ndarray) else [cells]


def _cells(program: Program, index: int, m: Any, values: Mapping[int, Number], cut: int | None = None) -> Any:
    """The cells of a node as expressions; as sizes where ``m`` is None. The sizes are looked at before SymPy is asked."""

    def name(place: int) -> str:
        return symbol_name(program, place)

    def measured(measure: Tree) -> None:
        refuse_large(measure, program, index)

    def applied(gate: Rule, inputs: list[Any]) -> Any:
        refuse_huge_power(gate, inputs)
        return _applied(gate, inputs, m)

    def settled(gate: Rule, inputs: list[Any], value: float) -> Any:
        return fixed(gate, inputs, value, m)

    def tree(*_: Any) -> Tree:
        return Tree()

    # The same walk twice: with sizes in place of expressions it costs nothing, and refuses what SymPy would not come back from.
    sized = cells_of(program, index, Writer(sizes(), tree, tree, tree, tree_of, tree, measured), name, values, cut)
    if m is None:
        return sized
    import sympy as sp

    def symbol(text: str) -> Any:
        return sp.Symbol(text, real=True)

    with _translated("write", program, index):
        writer = Writer(m, symbol, constant, number, applied, settled, refuse_huge_number)
        return cells_of(program, index, writer, name, values, cut)


def _expression(program: Program, index: int, m: Any, cut: int | None = None) -> Any:
    import sympy as sp

    tree(program, index, cut)
    expressions: dict[int, Any] = {}
    values: dict[int, float] = {}
    for place in needed(program, index, cut):
        node = program.nodes[place]
        if node.rule is None or place == cut:
            expressions[place] = sp.Symbol(symbol_name(program, place), real=True)
            continue
        inputs = [expressions[x] if isinstance(x, int) else constant(x) for x in node.operands]
        if all(not isinstance(x, int) or x in values for x in node.operands):
            doubles = [values[x] if isinstance(x, int) else x.value for x in node.operands]
            values[place] = double(node.rule, doubles)
        with _translated("write", program, place):
            if place in values:
                expressions[place] = fixed(node.rule, inputs, values[place], m)
            else:
                refuse_huge_power(node.rule, inputs)
                expressions[place] = _applied(node.rule, inputs, m)
                refuse_huge_number(expressions[place])
    return expressions[index]


def _applied(gate: Rule, inputs: list[Any], m: Any) -> Any:
    """A gate's formula, unless it distinguishes cases and its expansion does not: SymPy rewrites cases beyond recognition."""
    import sympy as sp

    expression = gate.formula(m, *inputs)
    # sigmoid is cases by sign as a formula, for its digits; a person wants to see 1/(1 + exp(-x)).
    if m is not _shown() or not isinstance(expression, sp.Piecewise) or not gate.expansion:
        return expression
    parts = read(gate.expansion({}))
    operands = dict(zip("xyz", inputs, strict=False))
    done: list[Any] = []
    for node in parts.nodes:
        if node.rule is None:
            done.append(operands[node.name or ""])
        else:
            done.append(node.rule.formula(m, *[done[x] if isinstance(x, int) else constant(x) for x in node.operands]))
    return done[parts.output]


@contextmanager
def _translated(verb: str, program: Program, index: int) -> Iterator[None]:
    """Inside, what SymPy raises for an expression becomes our InputError."""
    try:
        yield
    except (ValueError, TypeError, NotImplementedError, RecursionError, OverflowError) as error:
        raise InputError(f"SymPy cannot {verb} {quoted(program.label(index))}") from error


@cache
def _shown() -> Any:
    """``m`` for the expression as a person wants it: SymPy's own, with a limit on what is slow in it."""
    import sympy as sp

    kind: Any = type(symbols())

    class Shown(kind):  # type: ignore[misc]  # the base class exists once SymPy is imported
        @staticmethod
        def maximum(x: Any, y: Any) -> Any:
            return _choice(sp.Max, x, y)

        @staticmethod
        def minimum(x: Any, y: Any) -> Any:
            return _choice(sp.Min, x, y)

    return Shown()


def _choice(function: Any, x: Any, y: Any) -> Any:
    count = sum(len(function.make_args(v)) if isinstance(v, function) else 1 for v in (x, y))
    if count > _CHOICES:
        raise LimitError(
            f"SymPy is asked for at most {_CHOICES} inputs of one {function.__name__}",
            hint="the run itself is not affected",
        )
    return function(x, y)


@cache
def _differentiable() -> Any:
    """``m`` for the expression to be differentiated: nothing in it is compared or split into real and imaginary parts.

    A symbol is real, but SymPy does not know whether ln(x) is. It would differentiate |ln x| through complex numbers, and
    leave the derivative of sign(ln x) standing; cases say the same on the real line.
    """
    import sympy as sp

    kind: Any = type(symbols())

    class Differentiable(kind):  # type: ignore[misc]  # the base class exists once SymPy is imported
        @staticmethod
        def maximum(x: Any, y: Any) -> Any:
            return sp.Max(x, y, evaluate=False)

        @staticmethod
        def minimum(x: Any, y: Any) -> Any:
            return sp.Min(x, y, evaluate=False)

        @staticmethod
        def abs(x: Any) -> Any:
            return sp.Abs(x) if x.is_real else sp.Piecewise((x, x > 0), (-x, True))

        @staticmethod
        def sign(x: Any) -> Any:
            return sp.sign(x) if x.is_real else sp.Piecewise((1, x > 0), (-1, True))

    return Differentiable()
