"""An expression in Python becomes a piece of a program: operators, names, numbers, indices, parts; calls are for :mod:`calls`."""

from __future__ import annotations

import ast
import re
from abc import abstractmethod

from graphstep.gates.typed import ATOM, COMPARISON
from graphstep.ground.errors import LimitError
from graphstep.language.read.foreign import PARTS
from graphstep.language.read.numpy.pieces import Piece, atom, binary, call, indexed, listed, negative, power, transposed
from graphstep.language.read.numpy.reading import Reading
from graphstep.language.read.numpy.syntax import DEPTH

_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@"}
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_NUMERAL = re.compile(r"(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?")
INFINITY = "1e400"
"""A numeral that is read as infinity."""

_NUMBERS = {"pi": "pi", "e": "e"}
_TRANSPOSES = {"T", "mT", "H", "mH"}

_NOT_HERE = {
    ast.IfExp: ("a choice by a condition is a value here", "np.where(x > 0, a, b) chooses cell by cell"),
    ast.BoolOp: ("and and or are of single truths", "of arrays & and | are meant, with parentheses: (x > 0) & (y > 0)"),
    ast.ListComp: ("a list is not built in a loop here", "write its entries out, or carry a value through a for loop"),
    ast.GeneratorExp: ("what is computed in a loop stands in a for loop", "for t in range(3): with a line that assigns a name"),
    ast.NamedExpr: ("a name is assigned in a line of its own", "write q = … above"),
    ast.Lambda: ("a function is defined by itself", "write f = lambda x: … in a line of its own, and call f"),
    ast.Await: ("nothing is awaited here", ""),
    ast.JoinedStr: ("a program has no text", ""),
    ast.Dict: ("a program has no dictionaries", "give every array a name of its own"),
    ast.Starred: ("what stands behind * is not known here", "write the entries out"),
}


class Expressions(Reading):
    """One text being read: its expressions."""

    _depth = 0

    def value(self, node: ast.expr) -> Piece:
        """The piece of a program that an expression is. Raises ReadError for what is none."""
        self._depth += 1
        if self._depth > DEPTH * 2:
            raise LimitError(f"this is nested more than {DEPTH * 2} deep", text=self.source.text, span=self.source.span(node))
        try:
            return self._value(node)
        finally:
            self._depth -= 1

    def _value(self, node: ast.expr) -> Piece:
        span = self.source.span(node)
        if isinstance(node, ast.BinOp):
            return self._operators(node)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.Call):
            return self.called(node)
        if isinstance(node, ast.UnaryOp):
            return self._signed(node)
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, ast.Attribute):
            return self._part(node)
        if isinstance(node, ast.Compare):
            return self._compared(node)
        if isinstance(node, ast.List | ast.Tuple):
            if not node.elts:
                raise self.refusal("an array has at least one entry here", node)
            return Piece(("[", *listed([self.value(each) for each in node.elts]), "]"), ATOM, span)
        message, hint = _NOT_HERE.get(type(node), (f"{self.typed(node)} is no value here", ""))
        raise self.refusal(message, node, hint)

    @abstractmethod
    def called(self, node: ast.Call) -> Piece:
        """The piece that a call is translated into."""

    # -- operands --

    def _name(self, node: ast.Name) -> Piece:
        span = self.source.span(node)
        if self.names.meaning(node.id) is None and node.id not in self.given:
            path = self.modules.get(node.id, "")
            if path.rpartition(".")[2] in _NUMBERS:
                return self.number(path.rpartition(".")[2], span)
            if self.names.called(node.id) is not None:
                raise self.refusal(f"{node.id} is a function", node, f"it is called with its inputs: {node.id}(x)")
            if path:
                raise self.refusal(f"{node.id} is no value", node, "it was imported")
        return atom(self.resolved(node.id, node), span)

    def _constant(self, node: ast.Constant) -> Piece:
        span = self.source.span(node)
        if type(node.value) not in (int, float):
            what = {str: "a text", bytes: "a text", complex: "a complex number", bool: "a truth"}.get(type(node.value), "this")
            hint = {complex: "numbers are real here", bool: "1 and 0 are the numbers"}.get(type(node.value), "")
            raise self.refusal(f"{what} is no value here", node, hint)
        typed = self.source.text[slice(*span)]
        # As typed, so that 0.10 stays 0.10; 1_000 and 0x1F have no such spelling here.
        plain = typed.replace("_", "") if _NUMERAL.fullmatch(typed) else repr(node.value)
        if plain == "inf":
            raise self.refusal("this number is too large", node, "give inf as the value of an input")
        return atom(plain, span)

    def number(self, name: str, span: tuple[int, int]) -> Piece:
        """π or e, where the text has no value of that name."""
        # np.pi is the number even where the text has a value called pi.
        hidden = name in self.given or name in self.fresh.used or name in self.names.owner().inputs
        return atom({"pi": "3.141592653589793", "e": "2.718281828459045"}[name] if hidden else name, span)

    # -- operators --

    def _operators(self, node: ast.BinOp) -> Piece:
        """A chain of operators; its left side nests as deep as it is long."""
        chain: list[ast.BinOp] = []
        first: ast.expr = node
        while isinstance(first, ast.BinOp):
            chain.append(first)
            first = first.left
        left = self.value(first)
        for each in reversed(chain):
            self._refuse_list(each)
            left = self._operation(each, left, self.value(each.right))
        return left

    def _refuse_list(self, node: ast.BinOp) -> None:
        """Raise ReadError for what Python does with lists, which are arrays here: ``[0]*3`` and ``[1] + [2]``."""
        sides = node.left, node.right
        lists = [isinstance(each, ast.List | ast.Tuple) for each in sides]
        times = isinstance(node.op, ast.Mult) and any(self.whole(each) is not None for each in sides)
        if (isinstance(node.op, ast.Add) and all(lists)) or (times and any(lists)):
            hint = "np.array([1, 2]) makes an array of it; np.zeros(3), np.concatenate"
            raise self.refusal("a list is repeated by * and joined by + in Python", node, hint)

    def _operation(self, node: ast.BinOp, x: Piece, y: Piece) -> Piece:
        span, kind = self.source.span(node), type(node.op)
        if kind in _OPERATORS:
            return binary(_OPERATORS[kind], x, y, span)
        if kind is ast.Pow:
            return power(x, y, span)
        if kind is ast.Mod:
            return call("mod", [x, y], span)
        if kind is ast.FloorDiv:
            return call("floor", [binary("/", x, y, span)], span)
        if kind in (ast.BitAnd, ast.BitOr, ast.BitXor):
            return self.both(x, y, {ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor"}[kind], node)
        raise self.refusal(f"there is no such operator: {self.typed(node)}", node)

    def both(self, x: Piece, y: Piece, how: str, node: ast.expr) -> Piece:
        """Two conditions, whose cells are 0 or 1, as one."""
        span = self.source.span(node)
        for each in (x, y):
            if not self.is_condition(each):
                hint = "with parentheses: (x > 0) & (y > 0)"
                raise self.refusal("of numbers there are no bits here; conditions are meant, such as x > 0", each.span, hint)
        if how == "and":
            return binary("*", x, y, span)
        return call("max", [x, y], span) if how == "or" else binary("!=", x, y, span)

    def _signed(self, node: ast.UnaryOp) -> Piece:
        span = self.source.span(node)
        x = self.value(node.operand)
        if isinstance(node.op, ast.USub):
            return negative(x, span)
        if isinstance(node.op, ast.UAdd):
            return x
        if not self.is_condition(x):
            raise self.refusal("the opposite of a condition is meant, such as ~(x > 0)", node)
        return binary("-", atom("1", span), x, span)

    def _compared(self, node: ast.Compare) -> Piece:
        if len(node.ops) > 1:
            raise self.refusal("a comparison has two sides", node, "write (a < b) & (b < c)")
        sign = _COMPARISONS.get(type(node.ops[0]))
        if sign is None:
            raise self.refusal("nothing is looked up in a list here", node)
        return binary(sign, self.value(node.left), self.value(node.comparators[0]), self.source.span(node))

    # -- parts and indices --

    def _part(self, node: ast.Attribute) -> Piece:
        span, name = self.source.span(node), node.attr
        if isinstance(node.value, ast.Name) and self.library(node.value.id) is not None:
            if name in ("pi", "e"):
                return self.number(name, span)
            if name == "inf":
                return atom(INFINITY, span)
            raise self.refusal(f"{self.typed(node)} is no value here", node)
        number = self.size(node)
        if number is not None:
            return atom(str(number), span)
        if name in ("shape", "size", "ndim"):
            self.needed_shape(self.value(node.value), node)
            raise self.refusal("a shape is no value", node, "its entries are numbers: x.shape[0]")
        pair = self.of_pair(node)
        if pair is not None:
            return pair
        if name in ("data", "real"):
            inside = self.value(node.value)
            return call("stop", [inside], span) if name == "data" else inside
        if name in _TRANSPOSES:
            return self.flipped(self.value(node.value), node, last=name != "T")
        if name in PARTS:
            raise self.refusal(f"{name} is a method", node, f"write {name}(), or .T")
        raise self.refusal(f"nothing here has a part called {name!r}", node)

    def flipped(self, x: Piece, node: ast.expr, *, last: bool = False) -> Piece:
        """``x.T``, of a vector the vector itself; with ``last`` only the last two axes change places."""
        shape = self.shape(x)
        if shape is not None and last and len(shape) > 2:
            axes = ", ".join(map(str, (*range(len(shape) - 2), len(shape) - 1, len(shape) - 2)))
            return call("transpose", [x, f"axes=({axes})"], self.source.span(node))
        return transposed(x, self.source.span(node))

    def _subscript(self, node: ast.Subscript) -> Piece:
        number = self.size(node)
        span = self.source.span(node)
        if number is not None:
            return atom(str(number), span)
        of = node.value
        if isinstance(of, ast.Attribute) and of.attr == "shape":
            self.needed_shape(self.value(of.value), node)
            raise self.refusal("there is no such axis", node)
        if isinstance(of, ast.Attribute) and of.attr in ("r_", "c_"):
            raise self.refusal(f"{self.typed(of)} is not read here", node, "np.concatenate joins arrays")
        pair = self.of_pair(node)
        if pair is not None:
            return pair
        x = self.value(of)
        entries = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        written = [self.entry(each) for each in entries]
        # x[:, None] is written as reshape: an index of the language has no axis more.
        if not any(each is None for each in written):
            return indexed(x, [each for each in written if each is not None], span)
        # An axis more: the index is done first, and then the cells are put in another shape.
        chosen = [each for each in written if each is not None]
        inner = x if all(each in (":", "...") for each in chosen) else indexed(x, chosen, span)
        shape = self.needed_shape(inner, node)
        return call("reshape", [inner, *self._axes_more(entries, shape, node)], span)

    def _axes_more(self, entries: list[ast.expr], shape: tuple[int, ...], node: ast.expr) -> list[str]:
        """The shape that an array has with an axis more wherever an index says None."""
        kept = list(shape)
        sizes: list[int] = []
        for place, each in enumerate(entries):
            if _is_none(each):
                sizes.append(1)
            elif isinstance(each, ast.Slice):
                sizes.append(kept.pop(0))
            elif isinstance(each, ast.Constant) and each.value is Ellipsis:
                behind = sum(isinstance(one, ast.Slice) for one in entries[place + 1 :])
                while len(kept) > behind:
                    sizes.append(kept.pop(0))
            elif self.whole(each) is None:
                raise self.refusal("an axis more and an array in one index are not read", node, "do one after the other")
        return [str(size) for size in (*sizes, *kept)]

    @abstractmethod
    def of_pair(self, node: ast.Subscript | ast.Attribute) -> Piece | None:
        """``torch.max(x, 1)[0]`` and ``torch.max(x, 1).values``, the values of a pair; None for anything else."""

    def entry(self, node: ast.expr) -> Piece | str | None:
        """An entry of an index; None for an axis more."""
        span = self.source.span(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "list" and len(node.args) == 1:
            # s[range(n), list(y)]: as an index a list is what its array is.
            node = node.args[0]
        if isinstance(node, ast.Slice):
            parts = [self._bound(each) for each in (node.lower, node.upper, node.step)]
            return ":".join(parts if parts[2] else parts[:2])
        if isinstance(node, ast.Constant) and node.value is Ellipsis:
            return "..."
        if _is_none(node):
            return None
        count = self.count(node)
        if count is not None:
            return Piece((count,), COMPARISON, span)
        if isinstance(node, ast.List):
            numbers = self.wholes(node)
            if numbers is None:
                raise self.refusal("whole numbers stand in a list that is an index", node)
            return Piece((f"[{', '.join(map(str, numbers))}]",), ATOM, span)
        array = self.value(node)
        if self.is_condition(array):
            raise self.refusal("cells are not picked by a condition", node, "np.where(x > 0, x, 0) chooses between two values")
        if array.text.startswith("range("):
            return array
        # An index of the language holds names, and no expressions.
        return self.named(array, "i")

    def _bound(self, node: ast.expr | None) -> str:
        if node is None or _is_none(node):
            return ""
        count = self.count(node)
        if count is None:
            raise self.refusal("the ends of a slice are whole numbers that are known before anything is run", node)
        return count

    def count(self, node: ast.expr) -> str | None:
        """A whole number as text: the number itself, or a sum of whole numbers and numbers of turns; None for anything else."""
        number = self.whole(node)
        if number is not None:
            return str(number)
        if isinstance(node, ast.Name):
            name = self.names.meaning(node.id)
            return name if name in self.turns else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            x, y = self.count(node.left), self.count(node.right)
            minus = isinstance(node.op, ast.Sub)
            # A count is a row of terms without parentheses: of a - (b + c) there is none, nor does one begin with a sign.
            if x is None or y is None or x.startswith("-") or (minus and not y.replace("_", "").isalnum()):
                return None
            if y.startswith("-"):
                return f"{x} - {y[1:]}"
            return f"{x} {'-' if minus else '+'} {y}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1:
            return self._length(node.args[0], 0)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            axis = self.whole(node.slice)
            return None if axis is None or axis < 0 else self._length(node.value.value, axis)
        return None

    def _length(self, node: ast.expr, axis: int) -> str | None:
        """``len(x)`` of a name, which is counted when the program is built."""
        if not isinstance(node, ast.Name):
            return None
        name = self.resolved(node.id, node)
        return f"len({name}, {axis})" if axis else f"len({name})"


def _is_none(node: ast.expr) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or (isinstance(node, ast.Attribute) and node.attr == "newaxis")
