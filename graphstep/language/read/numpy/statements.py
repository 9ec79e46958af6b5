"""Statements in Python become statements of a program: names that are assigned again, functions, loops, stopped gradients."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections import Counter
from collections.abc import Collection, Sequence

from graphstep.gates.typed import COMPARISON
from graphstep.ground.errors import ReadError
from graphstep.language.read.numpy.calls import Calls
from graphstep.language.read.numpy.endings import bare, is_of_tape, is_print, tapes, without_prints
from graphstep.language.read.numpy.joins import parts_of
from graphstep.language.read.numpy.names import is_leaf, viewed_name, with_leaves, words
from graphstep.language.read.numpy.pieces import Piece, atom, call
from graphstep.language.read.numpy.reductions import pair
from graphstep.language.read.numpy.syntax import Source

_NOT_HERE = {
    ast.If: ("a program has no branches", "np.where(condition, a, b), or graphstep capture FILE.py:FUNCTION, which follows one"),
    ast.While: ("how often this is repeated is not known before it is run", "for t in range(20): repeats a thing 20 times"),
    ast.Try: ("a program has no exceptions", ""),
    ast.ClassDef: ("a class is not read", "write its forward pass as a function, with the weights as inputs"),
    ast.Delete: ("nothing is deleted", "leave the line out"),
    ast.Global: ("names of a function are its own", "hand the value over, and return it"),
    ast.Raise: ("a program has no exceptions", "leave the line out"),
    ast.Break: ("a loop has all its turns", ""),
    ast.Continue: ("a loop has all its turns", ""),
    ast.AsyncFunctionDef: ("nothing is awaited here", ""),
}
_MODES = frozenset({"no_grad", "inference_mode", "stop_gradient"})


class Statements(Calls):
    """One text being read: its statements."""

    def __init__(self, source: Source, given: Collection[str]) -> None:
        super().__init__(source, given)
        self._stopped, self.tapes = 0, tapes(source.tree)
        self.depth_of_bodies = 0
        """Functions and loops around."""
        self.defining: list[str] = []
        """The functions whose bodies are being read."""
        # How often the body at work still assigns each name.
        self.remaining: Counter[str] = Counter()
        # Of the loops around, the innermost last, what carries each name from turn to turn.
        self.loops: list[dict[str, str]] = []

    def program(self) -> list[Piece]:
        """The statements of the program. Raises ReadError for what cannot be read."""
        every = [each for each in with_leaves(self.source.tree) if is_print(each) or not self.is_idle(each)]
        body, shown = without_prints(every, self._backward)
        if len({ast.unparse(value) for value in shown}) > 1:
            raise self.refusal("a program has one output, and several values are printed here", every[-1], "print one of them")
        body += [ast.copy_location(ast.Expr(value), value) for value in shown[:1]]
        if not body:
            raise self.refusal(
                "there is nothing to compute here", (0, max(1, len(self.source.text))), "type a formula, such as np.exp(-x)"
            )
        self.block(body[:-1])
        if isinstance(body[-1], ast.FunctionDef):
            self._main(body[-1])
        else:
            self._output(body[-1])
        return self.statements

    def is_idle(self, node: ast.stmt) -> bool:
        """Whether a statement computes nothing: an import, a text, ``pass``, a claim, a print, ``tape.watch(x)``."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.modules[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else alias.name.split(".")[0]
            return True
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                self.modules[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
            return True
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return text or isinstance(node, ast.Pass | ast.Assert) or is_print(node) or is_of_tape(node, "watch", self.tapes)

    def _main(self, node: ast.FunctionDef) -> None:
        """A function at the end of a text, which nobody calls: its inputs are those of the program."""
        inputs = self.inputs_of(node)
        if any(self.names.meaning(name) is not None or name in self.names.functions for name in inputs):
            self.define_function(node)
            read = self.names.functions[node.name]
            span = self.source.span(node)
            lifted = [atom(self.resolved(name, node), span) for name in read.lifted]
            self.emit(call(read.name, [*(atom(name, span) for name in inputs), *lifted], span))
            return
        # A default is a value like any other, unless it was given.
        for name, default in self.defaults_of(node).items():
            if name not in self.given:
                self.bind(name, self.value(default))
        body = [each for each in node.body if not self.is_idle(each)]
        self.block(body[:-1])
        if not body or not isinstance(body[-1], ast.Return):
            raise self.no_return(node)
        self._output(body[-1])

    def _output(self, node: ast.stmt) -> None:
        """The last statement, whose value is the output."""
        if isinstance(node, ast.Return):
            if self.names.owner().function or node.value is None:
                raise self.refusal("nothing is returned here", node)
            if isinstance(node.value, ast.Tuple):
                raise self.refusal("a program has one output", node.value, "return one of them, or their sum")
            self.emit(self.maybe_stopped(self.value(node.value)))
        elif isinstance(node, ast.Expr):
            if (inside := self._backward(node.value)) is None:
                self._refuse_effects(node)
            self._result(self.maybe_stopped(self.value(inside or node.value)))
        elif isinstance(node, ast.With) and node.body:
            self._with(node, last=True)
        elif isinstance(node, ast.Assign) and (inside := self._backward(node.value)) is not None:
            self._result(self.value(inside))
        else:
            self._statement(node)

    def _result(self, value: Piece) -> None:
        # A notebook ends with the name of its result: where that was assigned last, it is the output as it is.
        if not self.statements or self.statements[-1].parts[:1] != (f"{value.text} = ",):
            self.emit(value)

    def _backward(self, node: ast.expr) -> ast.expr | None:
        """``loss`` of ``loss.backward()`` and ``tape.gradient(loss, w)``, and ``loss(w, x)`` of ``jax.grad(loss)(w, x)``."""
        node = bare(node)
        if isinstance(node, ast.Call) and is_of_tape(node, "gradient", self.tapes) and node.args:
            return node.args[0]
        maker = node.func if isinstance(node, ast.Call) and isinstance(node.func, ast.Call) else None
        if maker is not None and maker.args and self.call_of(maker).name in ("grad", "value_and_grad"):
            assert isinstance(node, ast.Call), "its function is a call"
            # Every run has the gradients: what is differentiated is the program.
            return ast.copy_location(ast.Call(maker.args[0], node.args, node.keywords), node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward":
            if node.args or node.keywords:
                hint = "--seed 2 starts with another one than 1"
                raise self.refusal("the gradient of the output is an option here", node, hint)
            return node.func.value
        return None

    # -- statements --

    def block(self, body: Sequence[ast.stmt]) -> None:
        """Statements, one after the other."""
        for each in body:
            if not self.is_idle(each):
                self._statement(each)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._assign(target, node.value, node)
        elif isinstance(node, ast.AnnAssign):
            if node.value is None:
                raise self.refusal("a type alone is no value", node, "leave the line out")
            self._assign(node.target, node.value, node)
        elif isinstance(node, ast.AugAssign):
            self._augmented(node)
        elif isinstance(node, ast.FunctionDef):
            self.define_function(node)
        elif isinstance(node, ast.For):
            self.loop(node)
        elif isinstance(node, ast.With):
            self._with(node)
        elif isinstance(node, ast.Return):
            raise self.refusal("a value is returned at the end of a function", node)
        elif isinstance(node, ast.Expr):
            raise self._unused(node)
        else:
            message, hint = _NOT_HERE.get(type(node), ("this is not read", ""))
            span = self.source.span(node)
            line = self.source.text.find("\n", span[0])
            raise self.refusal(message, (span[0], min(span[1], line) if line >= 0 else span[1]), hint)

    def _unused(self, node: ast.Expr) -> ReadError:
        self._refuse_effects(node)
        if self._backward(node.value) is not None:
            hint = "the gradients of the last value are computed in every run: leave out what follows it"
            return self.refusal("this computes no value", node, hint)
        return self.refusal("this value is not used", node, "leave the line out, or give it a name")

    def _refuse_effects(self, node: ast.Expr) -> None:
        """Raise ReadError for a call that is there for what it does."""
        if isinstance(node.value, ast.Call):
            read = self.call_of(node.value)
            if read.name in ("append", "extend"):
                raise self.refusal(
                    "a list does not grow here",
                    node,
                    "carry a value through the loop, or write the entries out: np.stack([a, b])",
                )
            if read.name in ("step", "zero_grad"):
                hint = "graphstep train does the updates"
                raise self.refusal("this computes no value", node, hint)
            if read.name.endswith("_"):
                raise self.refusal("nothing is changed in place here", node, "give what it becomes a name: y = …")

    def _assign(self, target: ast.expr, value: ast.expr, node: ast.stmt) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value, node)
            return
        if not isinstance(target, ast.Name):
            hint = "where(mask, a, b), concatenate and stack make the new array: give it a name"
            raise self.refusal(f"{self.typed(target)} cannot be assigned: nothing is changed in place here", target, hint)
        if isinstance(value, ast.Lambda):
            self.define_as(target.id, value, [], value.body)
            return
        if isinstance(value, ast.Call) and self.is_layer(value):
            self.names.layers[target.id] = value
            return
        if is_leaf(value) and self._leaf(target.id, value):
            return
        several = parts_of(self.site_of(value))
        if several is not None:
            self.names.parts[target.id] = [self.maybe_stopped(each) for each in several]
            self.names.current.pop(target.id, None)
            return
        piece = self.maybe_stopped(self.value(value))
        self.bind(target.id, piece)
        self.note_alias(target.id, value)

    def _leaf(self, name: str, value: ast.expr) -> bool:
        """Whether a name is an input with a value of its own from here on, as PyTorch's ``requires_grad=True`` says."""
        new = self.names.outer is None and self.names.meaning(name) is None and name not in self.names.inputs
        if not new or not isinstance(value, ast.Call):
            return False
        rest = [keyword for keyword in value.keywords if keyword.arg != "requires_grad"]
        data = ast.Call(value.func, value.args, rest)
        piece = self.value(ast.copy_location(data, value))
        # Made of other values it is no leaf, whatever it says.
        if words(piece.text) - {"zeros", "ones", "eye", "e", "range"}:
            return False
        # As a value range(4) is called arange(4).
        self.leaves[name] = piece.text.replace("range(", "arange(")
        self.names.inputs[name] = self.source.span(value)
        self.fresh.used.add(name)
        return True

    def note_alias(self, name: str, value: ast.expr) -> None:
        """What an array is called besides, since ``+=`` would change both."""
        aliases = self.names.owner().aliases
        aliases.pop(name, None)
        for other in self._shared(value):
            if other != name and self.library(other) is None:
                aliases[name] = other
                aliases[other] = name

    def _shared(self, value: ast.expr) -> list[str]:
        """The names of the arrays whose cells a value may be: of a view, and of what a function hands back as it got it."""
        viewed = viewed_name(value)
        if viewed is not None:
            return [viewed]
        function = self.names.called(value.func.id) if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else None
        if function is None or not function.shares or not isinstance(value, ast.Call):
            return []
        handed = (viewed_name(each) for each in (*value.args, *(keyword.value for keyword in value.keywords)))
        return [*(each for each in handed if each is not None), *function.lifted]

    def _augmented(self, node: ast.AugAssign) -> None:
        """``a += b`` is a new node; where a is another array's cells as well, both would change in Python."""
        if not isinstance(node.target, ast.Name):
            raise self.refusal(f"{self.typed(node.target)} cannot be assigned: nothing is changed in place here", node.target)
        name = node.target.id
        other = self.names.alias(name)
        if other is not None:
            hint = f"write {name} = {name} + … for a new array"
            raise self.refusal(f"in Python this may change {other} as well, which shares its cells with {name}", node, hint)
        together = ast.BinOp(node.target, node.op, node.value)
        ast.copy_location(together, node)
        self.bind(name, self.maybe_stopped(self.value(together)))

    def maybe_stopped(self, value: Piece) -> Piece:
        """A value, without its gradient inside ``with torch.no_grad():``."""
        return call("stop", [value], value.span) if self._stopped else value

    def bind(self, name: str, value: Piece) -> None:
        """Let a name of the text stand for a value from here on."""
        self.remaining[name] -= 1
        carried = self.carried().get(name)
        # The last of its assignments in a turn is what the next turn starts from; those before get names of their own.
        if carried is not None and self.remaining[name] <= 0 and self.names.current.get(name) != carried:
            target = carried
        else:
            target = self.fresh.name(name)
        # Python knows one meaning of a name at a time.
        self.names.functions.pop(name, None)
        self.names.layers.pop(name, None)
        self.names.parts.pop(name, None)
        self.define(target, value)
        self.names.current[name] = target

    def carried(self) -> dict[str, str]:
        """Of the loop at work, what carries each name from turn to turn."""
        return self.loops[-1] if self.loops and not self.names.function else {}

    def _unpack(self, target: ast.Tuple | ast.List, value: ast.expr, node: ast.stmt) -> None:
        names = [each.id if isinstance(each, ast.Name) else "" for each in target.elts]
        if "" in names:
            raise self.refusal("names stand before =", target, "write a, b = …")
        if isinstance(value, ast.Attribute) and value.attr == "shape":
            shape = self.needed_shape(self.value(value.value), value)
            pieces = [atom(str(size), self.source.span(value)) for size in shape]
        elif (several := parts_of(self.site_of(value))) is not None:
            pieces = [self.maybe_stopped(each) for each in several]
        elif isinstance(value, ast.Tuple | ast.List):
            pieces = [self.maybe_stopped(self.value(each)) for each in value.elts]
        else:
            self._several(names, value, node)
            return
        if len(pieces) != len(names):
            raise self.refusal(f"{len(names)} names stand before =, and {len(pieces)} values behind it", node)
        before = {self.names.meaning(name) for name in names}
        if self.loops and any(before & words(piece.text) for piece in pieces):
            # All are computed from the old values before the first gets its new one.
            pieces = [self._copied(piece, name) for name, piece in zip(names, pieces, strict=True)]
        for name, piece in zip(names, pieces, strict=True):
            self.bind(name, piece)
        if isinstance(value, ast.Tuple | ast.List):
            for name, each in zip(names, value.elts, strict=True):
                self.note_alias(name, each)

    def _copied(self, piece: Piece, name: str) -> Piece:
        copy = self.fresh.helper(f"{name}_new")
        self.define(copy, piece)
        return atom(copy, piece.span)

    def _several(self, names: list[str], value: ast.expr, node: ast.stmt) -> None:
        """``h, c = cell(h, c)``."""
        values = pair(self.site_of(value))
        if values is not None:
            self.bind(names[0], self.maybe_stopped(values))
            return
        function = self.names.called(value.func.id) if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else None
        if function is None or function.results != len(names) or self._stopped:
            hint = "a function with return a, b gives two" if function is None else f"{function.name} returns {function.results}"
            raise self.refusal(f"{len(names)} names stand before =, and one value behind it", value, hint)
        piece = self.value(value)
        targets = []
        for name in names:
            self.remaining[name] -= 1
            targets.append(self.fresh.name(name))
        self.emit(Piece((f"{', '.join(targets)} = ", piece), COMPARISON, self.source.span(node)))
        for name, target in zip(names, targets, strict=True):
            self.names.current[name] = target
            self.note_alias(name, value)

    # -- functions and loops --

    def inputs_of(self, node: ast.FunctionDef | ast.Lambda) -> tuple[str, ...]:
        """The names of the inputs of a function."""
        of = node.args
        if of.vararg or of.kwarg:
            raise self.refusal("how many inputs a function has is known here", node, "name each of them")
        return tuple(each.arg for each in (*of.posonlyargs, *of.args, *of.kwonlyargs))

    def defaults_of(self, node: ast.FunctionDef | ast.Lambda) -> dict[str, ast.expr]:
        """What the inputs of a function are that a call leaves out."""
        of = node.args
        places = [*of.posonlyargs, *of.args]
        defaults = dict(zip((each.arg for each in places[len(places) - len(of.defaults) :]), of.defaults, strict=True))
        defaults |= {each.arg: value for each, value in zip(of.kwonlyargs, of.kw_defaults, strict=True) if value is not None}
        return defaults

    def no_return(self, node: ast.FunctionDef) -> ReadError:
        """For a function that ends without a value."""
        start = self.source.span(node)[0]
        line = self.source.text.find("\n", start)
        hint = "its last line is return …; branches before it are not read"
        return self.refusal(f"{node.name} does not end in a value", (start, line if line >= 0 else len(self.source.text)), hint)

    @abstractmethod
    def define_function(self, node: ast.FunctionDef) -> None:
        """A function that the text defines."""

    @abstractmethod
    def define_as(self, name: str, node: ast.FunctionDef | ast.Lambda, body: Sequence[ast.stmt], value: ast.expr) -> None:
        """A function by a name: its statements, and its value."""

    @abstractmethod
    def loop(self, node: ast.For) -> None:
        """``for t in range(3):``"""

    # -- with --

    def _with(self, node: ast.With, *, last: bool = False) -> None:
        """``with torch.no_grad():`` stops every gradient inside; a tape of TensorFlow's changes nothing."""
        names = [self._mode(item) for item in node.items]
        self._stopped += sum(name in _MODES for name in names)
        body = [each for each in node.body if not self.is_idle(each)]
        self.block(body[:-1] if last else body)
        if last and body:
            self._output(body[-1])
        self._stopped -= sum(name in _MODES for name in names)

    def _mode(self, item: ast.withitem) -> str:
        name = self.call_of(item.context_expr).name if isinstance(item.context_expr, ast.Call) else ""
        if name == "GradientTape" or (name in _MODES and item.optional_vars is None):
            return name
        raise self.refusal("this with is not read", item.context_expr, "with torch.no_grad(): stops the gradients inside")
