"""What all parts of the reader of Python know: the text, the names, the statements so far, whole numbers, and shapes."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from operator import add, mul, sub
from typing import Any

from graphstep.ground import limits
from graphstep.ground.arrays import shape_of
from graphstep.ground.errors import ReadError, Span, quoted
from graphstep.ground.operands import Shape
from graphstep.ground.ways import reached
from graphstep.language.read.foreign import LIBRARIES
from graphstep.language.read.numpy.names import RESERVED, Fresh, Names, assigned, counts, words
from graphstep.language.read.numpy.pieces import Piece, atom
from graphstep.language.read.numpy.syntax import Source

_SHORT = frozenset({"K", "sp", "sym", "tfp", "special", "optax"})
"""Names of modules that are somebody's values unless they were imported."""

_OF_ARRAYS = frozenset({"T", "mT", "H", "shape", "size", "ndim", "dot", "sum", "mean", "reshape", "transpose", "t", "flatten"})
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
_STEPS: dict[type[ast.operator], Callable[[int, int], int]] = {ast.Add: add, ast.Sub: sub, ast.Mult: mul}


class Reading(ABC):
    """One text being read."""

    def __init__(self, source: Source, given: Collection[str]) -> None:
        self.source = source
        self.given = given
        self.names = Names()
        """The names at the place that is being read."""
        self.fresh = Fresh(source.tree, given)
        self.statements: list[Piece] = []
        """The statements of the body that is being read."""
        self.whole_numbers: dict[str, int] = {}
        """Names of the program that stand for whole numbers."""
        self.counts = {name: number for name in counts(source.tree) if (number := _whole(name, given)) is not None}
        """Names that count in the text and have a whole number as their value, which stands in the program in their place: it is
        needed when the program is built, so that it is no input whose gradient could be asked for."""
        self.turns: set[str] = set()
        """Names of the program that number the turns of a repetition."""
        self.modules: dict[str, str] = {}
        """By name what was imported: ``np`` is numpy, ``exp`` may be numpy.exp."""
        self.framework = _framework(source)
        """Whose methods arrays have: ``numpy``, ``torch``, ``jax``, ``tf``; empty where the text does not say."""
        self.definitions: dict[str, str] = {}
        """By name of the program, what it was assigned."""
        self.conditions: set[str] = set()
        """Names of the program whose cells are 0 or 1."""
        self.leaves: dict[str, str] = {}
        """Inputs to which the text gives a value, as texts."""
        self.functions: dict[str, str] = {}
        """By name of the program the functions that it defines at its top, as text."""
        # How often the text itself assigns each name.
        self._assignments = Counter(assigned(source.tree.body))
        # One letter may be a matrix as well as a module.
        self._values = _values(source.tree)
        self._shapes: dict[str, Shape | None] = {}

    # -- errors --

    def refusal(self, message: str, where: ast.AST | Span, hint: str = "") -> ReadError:
        """A ReadError at a node or a place."""
        return self.source.refusal(message, where, hint)

    def typed(self, node: ast.expr) -> str:
        """The typed text of a node of Python's tree, in quotes."""
        return quoted(self.source.text[slice(*self.source.span(node))])

    # -- statements --

    def emit(self, statement: Piece) -> None:
        """One more statement."""
        self.statements.append(statement)

    def define(self, name: str, value: Piece) -> None:
        """A statement that gives a name of the program its value."""
        self.emit(Piece((f"{name} = ", value), 0, value.span))
        # The first: a carried name is assigned again in its loop, and the shape that it starts with is the one that is known.
        self.definitions.setdefault(name, value.text)
        if self.is_condition(value):
            self.conditions.add(name)
        # A number of the text is a number of the program too: x.shape[n] and range(n) need it before anything is run.
        self.whole_numbers.pop(name, None)
        if value.text.isdecimal() and len(value.text) <= 15:
            self.whole_numbers[name] = int(value.text)

    def named(self, value: Piece, wanted: str) -> Piece:
        """A value by a name: its own, or a new one that a statement gives to it."""
        if value.text.isidentifier():
            return value
        name = self.fresh.helper(wanted)
        self.define(name, value)
        return atom(name, value.span)

    def is_condition(self, piece: Piece) -> bool:
        """Whether the cells of a piece are 0 or 1: a comparison, a name for one, or what is made of several."""
        signs = [part.strip() for part in piece.parts if isinstance(part, str) and part.strip("() ")]
        inside = [part for part in piece.parts if isinstance(part, Piece)]
        if piece.text in self.conditions or (len(signs) == 1 and signs[0] in _COMPARISONS):
            return True
        if signs == ["-"]:
            # The opposite of a condition is 1 - it; -1 and the difference of two are numbers.
            return len(inside) == 2 and inside[0].text == "1" and self.is_condition(inside[1])
        return bool(inside) and signs in ([], ["*"], ["max(", ","]) and all(map(self.is_condition, inside))

    # -- names --

    def resolved(self, name: str, where: ast.AST) -> str:
        """The name in the program that stands for a name that is read."""
        current = self.names.meaning(name)
        if current is not None:
            return current
        if name in self.counts:
            return str(self.counts[name])
        owner = self.names.owner()
        if any(name in each.lost for each in self.names.around()):
            hint = f"assign {name} above the loop as well, so that it is carried from turn to turn"
            raise self.refusal(f"{quoted(name)} is assigned in the loop only", where, hint)
        # A name that nobody assigned is an input of the program; in a function it comes from outside, as an input more.
        if not owner.function:
            if name in RESERVED and name not in self.given:
                raise self.refusal(
                    f"{quoted(name)} has no value", where, f"give it one, {name}=…; the number is written np.{name}"
                )
            owner.inputs.setdefault(name, self.source.span(where))
            self.fresh.used.add(name)
            return name
        outside = None if owner.outer is None else owner.outer.meaning(name, beyond=True)
        # A body of the program sees what was assigned above it; only of a name that stays is that what Python would see.
        if outside is not None and outside in self.whole_numbers and self._assignments[name] <= 1:
            return outside
        owner.lifted[name] = name
        return name

    def from_outside(self, name: str, where: ast.AST) -> str:
        """What stands for a name that a function reads from outside, where another one calls it, whose names do not count."""
        owner = self.names.owner()
        if not owner.function or name in owner.lifted or self.names.meaning(name) is None:
            return self.resolved(name, where)
        if name not in owner.handed:
            owner.handed[name] = self.fresh.helper(name)
        return owner.handed[name]

    def library(self, name: str) -> str | None:
        """The library that a name stands for, where it is not the name of a value."""
        if self.names.meaning(name) is not None or name in self.given:
            return None
        path = self.modules.get(name)
        if path is None and (name in self._values or name in _SHORT):
            return None
        return LIBRARIES.get((path or name).split(".")[0])

    # -- whole numbers and shapes --

    def whole(self, node: ast.expr | None) -> int | None:
        """The whole number that an expression comes to before anything is run; None for any other."""
        if isinstance(node, ast.Constant):
            return node.value if type(node.value) is int else None
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inside = self.whole(node.operand)
            return None if inside is None else -inside
        if isinstance(node, ast.Name):
            return self.counts.get(node.id, self.whole_numbers.get(self.names.meaning(node.id) or ""))
        if isinstance(node, ast.BinOp):
            x, y = self.whole(node.left), self.whole(node.right)
            # A size of an array, or what one is computed from: anything larger is none.
            if x is None or y is None or max(abs(x), abs(y)) > limits.CELLS:
                return None
            if isinstance(node.op, ast.FloorDiv):
                return x // y if y else None
            step = _STEPS.get(type(node.op))
            return None if step is None else step(x, y)
        return None if node is None else self.size(node)

    @abstractmethod
    def size(self, node: ast.expr) -> int | None:
        """What ``x.shape[0]``, ``len(x)``, ``x.size`` and their like come to; None for anything else."""

    def wholes(self, node: ast.expr | None) -> tuple[int, ...] | None:
        """The whole numbers of a tuple or a list, or one alone; None for anything else."""
        if isinstance(node, ast.Tuple | ast.List):
            entries = [self.whole(each) for each in node.elts]
            return None if None in entries else tuple(each for each in entries if each is not None)
        one = self.whole(node)
        return None if one is None else (one,)

    def shape(self, value: Piece) -> Shape | None:
        """The shape of a value; None where it is not known, since inputs have no values or a function is not called yet."""
        return None if self.names.owner().function else self._shape(value.text)

    def needed_shape(self, value: Piece, where: ast.AST) -> Shape:
        """The shape of a value; raises ReadError where it is not known."""
        shape = self.shape(value)
        if shape is None:
            if self.names.owner().function:
                hint = "write it where the arrays are, outside of the function, or with the shape in numbers"
                raise self.refusal("the shape of what a function is called with is not known in it", where, hint)
            inputs = sorted((words(value.text) & {*self.names.owner().inputs}) - {*self.given})
            missing = inputs[0] if inputs else ""
            hint = f"give {missing} a value behind the program" if missing else "write the shape in numbers"
            raise self.refusal(f"the shape of {quoted(value.text)} is needed here, and not known", where, hint)
        return shape

    def _shape(self, text: str) -> Shape | None:
        # Each is made of those before it, so that a long chain of names is not deep.
        for name, definition in self.definitions.items():
            if name not in self._shapes:
                self._shapes[name] = self._inferred(definition)
        if text not in self._shapes:
            self._shapes[text] = self._inferred(text)
        return self._shapes[text]

    def _inferred(self, text: str) -> Shape | None:
        from graphstep.language.read import read
        from graphstep.language.shapes import infer_shapes

        if text in self.turns or text in self.whole_numbers:
            return ()
        if text in self._shapes:
            return self._shapes[text]
        if text in self.leaves and text not in self.given:
            return self._inferred(self.leaves[text])
        if text.isidentifier():
            values: Any = self.given
            return shape_of(values[text]) if isinstance(values, Mapping) and text in values else None
        # By the reader itself: what has been translated so far is a program of ours, of names with known shapes.
        # Numbers are assigned below, so that they are no names with a value from outside.
        current = {name: self._inferred(name) for name in sorted(words(text) - {*self.whole_numbers, *self.turns})}
        shapes = {name: shape for name, shape in current.items() if shape is not None}
        numbers = [f"{name} = {number}" for name, number in self.whole_numbers.items() if name in words(text)]
        numbers += [f"{name} = 0" for name in self.turns if name in words(text)]
        called = {*reached(words(text) & {*self.functions}, lambda name: words(self.functions[name]) & {*self.functions})}
        functions = [definition for name, definition in self.functions.items() if name in called]
        try:
            program = read("\n".join([*numbers, *functions, text]), [*shapes])
            if any(name not in shapes for name in program.inputs):
                return None
            fitted = infer_shapes(program, shapes).program
        except ReadError:
            return None
        return fitted.nodes[fitted.output].shape


def _whole(name: str, given: Collection[str]) -> int | None:
    """The whole number from 0 that a name has as its value; None for any other value, and for none."""
    value: Any = given[name] if isinstance(given, Mapping) and name in given else None
    # A size of an array, or as many turns as fit: anything larger counts nothing here.
    counting = value is not None and not shape_of(value) and 0 <= value <= limits.CELLS and value == int(value)
    return int(value) if counting else None


def _values(tree: ast.Module) -> set[str]:
    """Names that stand alone, or have parts that only an array has."""
    # F.relu(x) speaks of a module; F.T, F.dot(x) and F @ x speak of somebody's matrix.
    heads = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr not in _OF_ARRAYS}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and len(node.id) == 1 and id(node) not in heads}


def _framework(source: Source) -> str:
    """The library that a text is written for, as far as it says so."""
    seen = {
        LIBRARIES[node.value.id]
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in LIBRARIES
    }
    for node in ast.walk(source.tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
        seen |= {LIBRARIES[name.split(".")[0]] for name in names if name.split(".")[0] in LIBRARIES}
    named = {"torch", "jax", "tf"} & seen
    if len(named) == 1:
        return named.pop()
    keywords = {node.arg for node in ast.walk(source.tree) if isinstance(node, ast.keyword)}
    if not named and keywords & {"dim", "keepdim", "unbiased"} and "numpy" not in seen:
        return "torch"
    return "numpy" if "numpy" in seen and not named else ""
