"""Functions and loops of a Python text: ``def`` and ``repeat`` in a program, with what their bodies read from outside."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy

from graphstep.gates.typed import COMPARISON
from graphstep.ground.errors import quoted
from graphstep.language.read.numpy.loops import Fixed
from graphstep.language.read.numpy.names import Function, Names, assigned, counts, reads_first, viewed_name
from graphstep.language.read.numpy.pieces import Piece, atom, call, indexed, listed
from graphstep.language.read.numpy.statements import Statements

_AXES = frozenset({"axis", "dim", "keepdims", "keepdim"})


class Reader(Statements):
    """One text being read: all of it, with its functions and loops."""

    # -- functions --

    def define_function(self, node: ast.FunctionDef) -> None:
        """A function that the text defines."""
        for decorator in node.decorator_list:
            if not self.source.text[slice(*self.source.span(decorator))].endswith("jit"):
                raise self.refusal("what a decorator makes of a function is not known here", decorator, "leave it out")
        body = [each for each in node.body if not self.is_idle(each)]
        if not body or not isinstance(body[-1], ast.Return) or body[-1].value is None:
            raise self.no_return(node)
        self.define_as(node.name, node, body[:-1], body[-1].value)

    def define_as(self, name: str, node: ast.FunctionDef | ast.Lambda, body: Sequence[ast.stmt], value: ast.expr) -> None:
        """A function by a name: its statements, and its value."""
        inputs, defaults = self.inputs_of(node), self.defaults_of(node)
        known = _AXES.union(counts(ast.Module([*body, ast.Expr(value)], []))) - {*self.given}
        if fixed := {each: defaults[each] for each in known & {*defaults} if not self._is_told(name, each, inputs.index(each))}:
            # An axis or a count is known before anything is run: where no call says another one, it is what the head says.
            inputs = tuple(each for each in inputs if each not in fixed)
            body = [Fixed(fixed).visit(deepcopy(each)) for each in body]
            value = Fixed(fixed).visit(deepcopy(value))
        if not inputs:
            hint = "a function takes at least one: hand over what it computes with"
            raise self.refusal(f"{quoted(name)} has no inputs", node, hint)
        around = self.names, self.statements, self.remaining, self.loops
        # What a body learns of its names holds in it alone: another one may use the same.
        before = dict(self.definitions), dict(self.whole_numbers), set(self.conditions)
        self.names = Names(outer=around[0], function=True)
        self.names.parameters = inputs
        for each in inputs:
            self.names.current[each] = each
            self.names.aliases[each] = "what it is called with"
        self.statements, self.loops = [], []
        self.defining.append(name)
        self.depth_of_bodies += 1
        self.remaining = Counter(assigned(body))
        # The names of a body may be those of another one, but not those of its inputs.
        used, self.fresh.used = self.fresh.used, {*self.fresh.used, *inputs}
        self.block(body)
        results = value.elts if isinstance(value, ast.Tuple) else [value]
        pieces = [self.maybe_stopped(self.value(each)) for each in results]
        span = self.source.span(node)
        last = pieces[0]
        if len(pieces) > 1:
            last = Piece(("(", *listed(pieces), ")"), COMPARISON, self.source.span(value))
        self.depth_of_bodies -= 1
        self.defining.pop()
        inner, statements = self.names, self.statements
        self.names, self.statements, self.remaining, self.loops = around
        self.definitions, self.whole_numbers, self.conditions = before
        self.fresh.used = used
        called = self.fresh.name(name, function=True)
        lifted = (*inner.lifted, *inner.handed)
        shares = any(viewed_name(each) is not None for each in results)
        read = Function(called, inputs, defaults, len(pieces), self.names.owner(), shares, lifted)
        # Only a body that was read tells what it reads from outside: a call hands that over behind the inputs.
        head = f"def {called}({', '.join([*inputs, *inner.lifted.values(), *inner.handed.values()])}) = "
        body_piece = _braced([*statements, last], span, self.depth_of_bodies) if statements else last
        definition = Piece((head, body_piece), COMPARISON, span)
        self.emit(definition)
        if not self.depth_of_bodies:
            self.functions[called] = definition.text
        self.names.functions[name] = read
        # A value of the same name is hidden from here on, as it is in Python.
        self.names.current.pop(name, None)

    def _is_told(self, function: str, name: str, place: int) -> bool:
        """Whether a call of a function says what an input is that it might leave out."""
        calls = (node for node in ast.walk(self.source.tree) if isinstance(node, ast.Call))
        own = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id == function)
        return any(len(call.args) > place or name in {each.arg for each in call.keywords} for call in own)

    def own_call(self, node: ast.Call) -> Piece | None:
        """A call of a function that the text defines, with what its body reads from outside."""
        if not isinstance(node.func, ast.Name):
            return None
        function = self.names.called(node.func.id)
        if function is None and node.func.id in self.defining:
            raise self.refusal(
                f"{node.func.id} calls itself, which would never end", node, "a for loop does a thing several times"
            )
        if function is None or self.names.meaning(node.func.id) is not None:
            return None
        handed: dict[str, ast.expr] = dict(zip(function.inputs, node.args, strict=False))
        extra = len(node.args) - len(function.inputs)
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg not in function.inputs or keyword.arg in handed:
                raise self.refusal(f"{node.func.id} has no input of this name, or has it already", keyword.value)
            handed[keyword.arg] = keyword.value
        missing = [name for name in function.inputs if name not in handed and name not in function.defaults]
        if extra > 0 or missing:
            wanted = ", ".join(function.inputs)
            raise self.refusal(f"{node.func.id} takes {wanted}", node, f"{missing[0]} is missing" if missing else "")
        pieces = [self.value(handed.get(name) or function.defaults[name]) for name in function.inputs]
        outside = self.resolved if function.home is self.names.owner() else self.from_outside
        lifted = [atom(outside(name, node), self.source.span(node)) for name in function.lifted]
        return call(function.name, [*pieces, *lifted], self.source.span(node))

    # -- loops --

    def loop(self, node: ast.For) -> None:
        """``for t in range(3):``"""
        if node.orelse:
            raise self.refusal("an else behind a loop is not read", node.orelse[0])
        turn, head, first = self._head(node)
        counts = Counter(assigned(node.body))
        turn_names = {name for name, _ in first}
        carried: dict[str, str] = {}
        # What a loop assigns is carried from turn to turn if it had a value before, and is local to the turn if not.
        for name in counts:
            current = self.names.meaning(name)
            if current is None:
                outside = name in self.names.owner().inputs or name in self.given
                # A name that every turn assigns before it reads it belongs to the turn: it carries nothing to the next.
                if not outside and (name in turn_names or not reads_first(node.body, name)):
                    continue
                # It comes from outside.
                current = self.resolved(name, node)
            again = self.remaining[name] > 1 and self.carried().get(name) == current
            owner = self.names.owner()
            if current not in self.definitions or current in self.turns or again or owner.takes(current):
                # An input cannot be carried, nor what the loop around carries and assigns once more: a name of its own can.
                value, current = current, self.fresh.name(name)
                self.define(current, atom(value, self.source.span(node)))
                self.names.current[name] = current
            carried[name] = current
            # It changes from turn to turn, so that no size or axis may be read from its first value.
            self.whole_numbers.pop(current, None)
        self._note_aliases(node.body)
        around = self.names, self.statements, self.remaining
        self.names, self.statements, self.remaining = Names(outer=around[0]), [], counts
        self.names.inputs = self.names.owner().inputs
        if turn:
            self.names.current[turn[0]] = turn[1]
            self.turns.add(turn[1])
        self.loops = [*self.loops, carried]
        self.depth_of_bodies += 1
        for name, piece in first:
            self.bind(name, piece)
        self.block(node.body)
        span = self.source.span(node)
        for name, target in carried.items():
            current = self.names.current.get(name, target)
            # The next turn starts from the carried name: it has to be the last that this turn assigns.
            if current != target:
                self.emit(Piece((f"{target} = ", atom(current, span)), COMPARISON, span))
        self.loops = self.loops[:-1]
        self.depth_of_bodies -= 1
        inner, statements = self.names, self.statements
        self.names, self.statements, self.remaining = around
        if not statements:
            raise self.refusal("nothing is assigned in this loop", node)
        self.emit(Piece((head, _braced(statements, span, self.depth_of_bodies)), COMPARISON, span))
        for name, target in carried.items():
            self.whole_numbers.pop(target, None)
            self.remaining[name] -= 1
            self.names.current[name] = target
        self.names.lost |= {name for name in (*inner.current, *inner.lost) if name not in carried}

    def _note_aliases(self, body: Sequence[ast.stmt]) -> None:
        """What shares its cells at the end of a turn does so at the start of the next."""
        for each in (inner for statement in body for inner in ast.walk(statement)):
            for target in each.targets if isinstance(each, ast.Assign) else ():
                if isinstance(target, ast.Name) and isinstance(each, ast.Assign):
                    self.note_alias(target.id, each.value)
                elif isinstance(target, ast.Tuple) and isinstance(each, ast.Assign) and isinstance(each.value, ast.Tuple):
                    for one, value in zip(target.elts, each.value.elts, strict=False):
                        if isinstance(one, ast.Name):
                            self.note_alias(one.id, value)

    def _head(self, node: ast.For) -> tuple[tuple[str, str] | None, str, list[tuple[str, Piece]]]:
        """The name of the turn, the head of the repetition, and what its first statements assign."""
        over = node.iter
        ranged = isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id == "range" and not over.keywords
        if ranged and isinstance(over, ast.Call) and isinstance(node.target, ast.Name):
            ends = [self.count(each) for each in over.args]
            if None in ends or not 1 <= len(ends) <= 2:
                hint = "write for t in range(20), or range(1, 20), or range(len(x))"
                names = [each.id for each in ast.walk(over) if isinstance(each, ast.Name) and each is not over.func]
                if inner := next((each for each in names if each in self.names.owner().parameters), ""):
                    hint = f"call the function with one and the same number for {inner}, or write a function for each number"
                elif name := next((each for each in names if self.names.meaning(each) is None), ""):
                    hint = f"give {name} a whole number behind the program: {name}=20"
                raise self.refusal(
                    "how often this is repeated is a whole number that is known before anything is run", over, hint
                )
            name = node.target.id if node.target.id in self.turns else self.fresh.name(node.target.id)
            first, last = ("0", ends[0]) if len(ends) == 1 else (ends[0], ends[1])
            used = any(isinstance(each, ast.Name) and each.id == node.target.id for line in node.body for each in ast.walk(line))
            head = f"repeat {name} in {first}:{last} " if used or first != "0" else f"repeat {last} "
            return (node.target.id, name), head, []
        function = over.func.id if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) else ""
        targets = node.target.elts if isinstance(node.target, ast.Tuple) else []
        if isinstance(over, ast.Call) and function == "enumerate" and len(over.args) == 1 and len(targets) == 2:
            if isinstance(targets[0], ast.Name):
                return self._entries([targets[1]], over.args, node, targets[0].id)
        elif isinstance(over, ast.Call) and function == "zip" and targets:
            return self._entries(targets, over.args, node)
        return self._entries([node.target], [over], node)

    def _entries(
        self, targets: Sequence[ast.expr], arrays: Sequence[ast.expr], node: ast.For, counter: str = ""
    ) -> tuple[tuple[str, str] | None, str, list[tuple[str, Piece]]]:
        """``for row in x``: the entries of an array, by the number of the turn."""
        if len(targets) != len(arrays) or not all(isinstance(each, ast.Name) for each in (*targets, *arrays)):
            hint = "write for t in range(20), for row in x, with x the name of an array, or for w in (w1, w2)"
            raise self.refusal("what is gone through is not known here", node.iter, hint)
        name = self.fresh.name(counter) if counter else self.fresh.helper("t")
        first = []
        for target, array in zip(targets, arrays, strict=True):
            assert isinstance(target, ast.Name)
            first.append((target.id, indexed(self.value(array), [name], self.source.span(array))))
        count = f"len({self.value(arrays[0]).text})"
        return (counter or name, name), f"repeat {name} in 0:{count} ", first


def _braced(statements: Sequence[Piece], span: tuple[int, int], depth: int) -> Piece:
    """Statements in braces, a line each."""
    indent = "  " * depth
    parts: list[str | Piece] = ["{\n"]
    for statement in statements:
        parts += [f"{indent}  ", statement, "\n"]
    return Piece((*parts, f"{indent}}}"), COMPARISON, span)
