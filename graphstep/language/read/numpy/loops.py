"""Loops over what is typed, ``for w, b in zip((w1, w2), (b1, b2))``, and backwards, as the lines of their turns; counts that a
function is called with, as numbers in its body.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy

from graphstep.language.read.numpy.names import assigned, counts

TURNS = 100
"""Turns that are written out; a longer loop over a range stays one, where it counts upwards by ones."""

Turn = dict[str, ast.expr]
"""What the names of a loop are in a turn."""


class _Rewriter(ast.NodeTransformer):
    """Rewrites a text in which a sum has thousands of terms: each holds the one before, and is not gone into for each."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.BinOp:
        """Rewrite the terms of a sum, the last one first."""
        here = node
        while isinstance(here.left, ast.BinOp):
            here.right = self.visit(here.right)
            here = here.left
        here.left, here.right = self.visit(here.left), self.visit(here.right)
        return node


class Fixed(_Rewriter):
    """Puts values in the place of names."""

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The value of a name that is read."""
        value = self._values.get(node.id) if isinstance(node.ctx, ast.Load) else None
        return node if value is None else ast.copy_location(deepcopy(value), node)


def written_out(tree: ast.Module) -> ast.Module:
    """The same text without loops over what is typed, and without counts that every call of a function says alike."""
    if not any(isinstance(node, ast.For | ast.FunctionDef | ast.GeneratorExp | ast.ListComp) for node in ast.walk(tree)):
        return tree
    _Constants(tree).visit(tree)
    plain = [each for each in tree.body if isinstance(each, ast.Assign) and _whole(each.value) is not None]
    numbers = {target.id: each.value for each in plain for target in each.targets if isinstance(target, ast.Name)}
    names = [*assigned(tree.body)]
    _Turns(tree, {name: value for name, value in numbers.items() if names.count(name) == 1}).visit(tree)
    return tree


def _whole(node: ast.expr) -> int | None:
    """The whole number that is typed; None for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inside = _whole(node.operand)
        return None if inside is None else -inside
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


class _Constants(_Rewriter):
    """Puts the whole numbers into functions that they count with, and takes them out of their calls."""

    def __init__(self, tree: ast.Module) -> None:
        self._calls = dict[str, list[ast.Call]]()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                self._calls.setdefault(node.func.id, []).append(node)
        self._reads = _reads(tree)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """A function without the inputs that it counts with."""
        inputs, calls = node.args.args, self._calls.get(node.name, [])
        # One that is handed on, as jax.grad(f), has calls that are not seen here.
        calls = calls if len(calls) == self._reads[node.name] else []
        counted = {*counts(ast.Module(node.body, []))}
        for name in [each.arg for each in inputs if each.arg in counted]:
            place = [each.arg for each in inputs].index(name)
            without = len(inputs) - len(node.args.defaults)
            default = node.args.defaults[place - without] if place >= without else None
            handed = [_handed(call, name, place) or default for call in calls]
            numbers = {_whole(each) if each is not None else None for each in handed}
            if len(inputs) < 2 or len(numbers) != 1 or None in numbers or handed[0] is None:
                continue
            node.body = [Fixed({name: handed[0]}).visit(each) for each in node.body]
            del inputs[place]
            if default is not None:
                del node.args.defaults[place - without]
            for call in calls:
                del call.args[place : place + 1]
                call.keywords = [each for each in call.keywords if each.arg != name]
        return node


def _handed(call: ast.Call, name: str, place: int) -> ast.expr | None:
    return call.args[place] if place < len(call.args) else next((each.value for each in call.keywords if each.arg == name), None)


class _Turns(_Rewriter):
    """Writes the turns of loops out."""

    def __init__(self, tree: ast.Module, numbers: Mapping[str, ast.expr]) -> None:
        self._numbers, self._reads = numbers, _reads(tree)

    def visit_For(self, node: ast.For) -> ast.AST | list[ast.stmt]:
        """The lines of the turns of a loop, or the loop."""
        self.generic_visit(node)
        turns = None if node.orelse else self._turns(node.target, node.iter)
        if turns is None:
            return node
        changed, inside = {*assigned(node.body)}, _reads(node)
        # What is gone through is what it was before the first turn.
        if any(_names(each) & changed for turn in turns for each in turn.values()):
            return node
        lines: list[ast.stmt] = []
        for turn in turns:
            # What the body gives another value, or what is no name and no number, is assigned first, as Python does.
            own = {name: each for name, each in turn.items() if name in changed or not _is_short(each)}
            lines += [ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], each), each) for name, each in own.items()]
            rest = {name: each for name, each in turn.items() if name not in own}
            lines += [Fixed(rest).visit(deepcopy(each)) for each in node.body]
        # Behind the loop its names are what they were in the last turn.
        behind = {name: each for name, each in turns[-1].items() if self._reads[name] > inside[name] and name not in changed}
        lines += [ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], each), each) for name, each in behind.items()]
        for line in lines:
            ast.fix_missing_locations(line)
        return lines

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        """The list of what a generator makes."""
        return self._listed(node)

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        """The list of what its turns make."""
        return self._listed(node)

    def _listed(self, node: ast.GeneratorExp | ast.ListComp) -> ast.AST:
        self.generic_visit(node)
        each = node.generators[0]
        turns = self._turns(each.target, each.iter, upwards=True) if len(node.generators) == 1 and not each.ifs else None
        if not turns:
            return node
        return ast.copy_location(ast.List([Fixed(turn).visit(deepcopy(node.elt)) for turn in turns], ast.Load()), node)

    def _turns(self, target: ast.expr, over: ast.expr, *, upwards: bool = False) -> list[Turn] | None:
        """What the names are in each turn; None where it is not typed what is gone through."""
        entries = self._entries(over, upwards)
        if entries is None or not 0 < len(entries) <= TURNS:
            return None
        turns = [[*_matched(target, entry)] for entry in entries]
        if any(None in turn for turn in turns):
            return None
        return [dict(pair for pair in turn if pair is not None) for turn in turns]

    def _entries(self, over: ast.expr, upwards: bool) -> Sequence[ast.expr] | None:
        if isinstance(over, ast.Tuple | ast.List):
            return None if any(isinstance(each, ast.Starred) for each in over.elts) else over.elts
        if not isinstance(over, ast.Call) or not isinstance(over.func, ast.Name) or over.keywords:
            return None
        function = over.func.id
        if function == "range":
            numbers = [_whole(self._number(each)) for each in over.args]
            ends = [each for each in numbers if each is not None]
            # One that counts upwards by ones is a repetition of the program.
            if len(ends) != len(numbers) or not ends or (len(ends) < 3 and not upwards) or 0 in ends[2:] or len(ends) > 3:
                return None
            return [ast.copy_location(_numeral(k), over) for k in range(*ends)[: TURNS + 1]]
        inner = [self._entries(each, True) for each in over.args]
        parts = [each for each in inner if each is not None]
        if len(parts) != len(inner) or not parts:
            return None
        if function == "reversed" and len(parts) == 1:
            return parts[0][::-1]
        if function == "enumerate" and len(parts) == 1:
            parts = [[ast.copy_location(_numeral(k), over) for k in range(len(parts[0]))], parts[0]]
        elif function != "zip":
            return None
        return [ast.copy_location(ast.Tuple([*entry], ast.Load()), over) for entry in zip(*parts, strict=False)]

    def _number(self, node: ast.expr) -> ast.expr:
        """A sum or difference of whole numbers as one number, with the numbers that names have in the text."""
        if isinstance(node, ast.Name):
            return self._numbers.get(node.id, node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            x, y = _whole(self._number(node.left)), _whole(self._number(node.right))
            if x is not None and y is not None:
                return _numeral(x + y if isinstance(node.op, ast.Add) else x - y)
        return node


def _numeral(number: int) -> ast.expr:
    return ast.Constant(number) if number >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-number))


def _matched(target: ast.expr, entry: ast.expr) -> Iterator[tuple[str, ast.expr] | None]:
    """The names of a target with their parts of an entry; None where they do not go together."""
    if isinstance(target, ast.Name):
        yield target.id, entry
    elif isinstance(target, ast.Tuple) and isinstance(entry, ast.Tuple | ast.List) and len(target.elts) == len(entry.elts):
        for one, part in zip(target.elts, entry.elts, strict=True):
            yield from _matched(one, part)
    else:
        yield None


def _is_short(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Constant) or _whole(node) is not None


def _reads(tree: ast.AST) -> Counter[str]:
    """How often a text reads each name."""
    return Counter(each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load))


def _names(node: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
