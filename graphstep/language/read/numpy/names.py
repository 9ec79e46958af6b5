"""Which names of the program stand for the names of a Python text: Python assigns a name again, a program once."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import field

from graphstep.ground.errors import Span
from graphstep.ground.records import dataclass
from graphstep.language.read.functions import is_function
from graphstep.language.read.numpy.endings import is_of_tape, tapes
from graphstep.language.read.numpy.pieces import Piece

RESERVED = ("e", "pi", "π")
"""Names that are numbers in a program, unless they have a value."""


@dataclass(eq=False)
class Function:
    """A function that the text defines."""

    name: str
    """What the program calls it."""
    inputs: tuple[str, ...]
    """The names of its inputs, in Python."""
    defaults: dict[str, ast.expr]
    """Inputs that a call may leave out, and what they are then."""
    results: int
    """How many values it gives."""
    home: Names
    """The names that it was defined among."""
    shares: bool
    """Whether one of its values may be an array as it was handed in, or a name from outside."""
    lifted: tuple[str, ...] = ()
    """Names from outside that its body reads, in Python: a call hands them over behind the inputs."""


@dataclass(eq=False)
class Names:
    """The names of the text, of one function, or of one repetition."""

    outer: Names | None = None
    """The names around it."""
    function: bool = False
    """Whether these are the names of a function, which sees those around it as they are when it is called."""
    parameters: tuple[str, ...] = ()
    """The inputs of the function."""
    current: dict[str, str] = field(default_factory=dict)
    """By the name in Python, what stands for it now."""
    functions: dict[str, Function] = field(default_factory=dict)
    """The functions that were defined here, by the name in Python."""
    lifted: dict[str, str] = field(default_factory=dict)
    """Names from outside that a function reads, and what they are called in it."""
    handed: dict[str, str] = field(default_factory=dict)
    """Names from outside that a function hands on to others, where it has names of its own that are the same."""
    lost: set[str] = field(default_factory=set)
    """Names that were assigned in a repetition only."""
    aliases: dict[str, str] = field(default_factory=dict)
    """Names whose arrays another name holds as well, and that name."""
    layers: dict[str, ast.Call] = field(default_factory=dict)
    """Layers without weights that were given a name, ``criterion = nn.MSELoss()``."""
    parts: dict[str, list[Piece]] = field(default_factory=dict)
    """Names for the parts that an array was taken apart into, ``parts = np.split(x, 2)``."""
    inputs: dict[str, Span] = field(default_factory=dict)
    """Names that nobody assigned, and where they were first read."""

    def around(self, *, beyond: bool = False) -> Iterator[Names]:
        """These and the names around them, up to those of their function, or ``beyond`` it up to those of the text."""
        names: Names | None = self
        while names is not None:
            yield names
            names = names.outer if beyond or not names.function else None

    def meaning(self, name: str, *, beyond: bool = False) -> str | None:
        """What stands for a name here, or around up to the next function, or ``beyond`` it; None where nothing does."""
        tables = (each for names in self.around(beyond=beyond) for each in (names.current, names.lifted))
        return next((each[name] for each in tables if name in each), None)

    def takes(self, name: str) -> bool:
        """Whether a name of the program is an input of this function, or is handed to it from outside."""
        return name in self.parameters or name in self.lifted.values()

    def owner(self) -> Names:
        """The names of the function that these belong to, or of the text."""
        *_, names = self.around()
        return names

    def called(self, name: str) -> Function | None:
        """The function that a name stands for; None where it stands for none."""
        return next((names.functions[name] for names in self.around(beyond=True) if name in names.functions), None)

    def layer(self, name: str) -> ast.Call | None:
        """The layer that a name stands for; None where it stands for none."""
        return next((names.layers[name] for names in self.around(beyond=True) if name in names.layers), None)

    def part_list(self, name: str) -> list[Piece] | None:
        """The parts that a name stands for; None where it stands for none."""
        return next((names.parts[name] for names in self.around() if name in names.parts), None)

    def alias(self, name: str) -> str | None:
        """Another name for the same array."""
        return self.owner().aliases.get(name)


class Fresh:
    """Names that the program has not yet."""

    def __init__(self, tree: ast.Module, given: Collection[str]) -> None:
        self._taken = {*given, *RESERVED}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                self._taken.add(node.id)
            elif isinstance(node, ast.arg):
                self._taken.add(node.arg)
            elif isinstance(node, ast.FunctionDef):
                self._taken.add(node.name)
        self.used: set[str] = set()
        """Names that were assigned already."""

    def name(self, wanted: str, *, function: bool = False) -> str:
        """``wanted`` itself where nothing was called so yet, else the first free of ``wanted_2``, ``wanted_3``, …"""
        name = wanted
        if wanted in self.used or (function and is_function(wanted)):
            number = 2
            while (name := f"{wanted}_{number}") in self._taken or name in self.used:
                number += 1
        self.used.add(name)
        return name

    def helper(self, wanted: str) -> str:
        """A name that the text has not."""
        # A word of the text that nobody has assigned yet may be assigned later, and has to be free then.
        if wanted in self._taken:
            self.used.add(wanted)
        return self.name(wanted)


def assigned(statements: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that statements assign, each as often as they do: once for a repetition that assigns it."""
    for statement in statements:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                yield from _targets(target)
        elif isinstance(statement, ast.AugAssign | ast.AnnAssign):
            yield from _targets(statement.target)
        # Once, however often its turns do: what is counted are the names of the program that it takes.
        elif isinstance(statement, ast.For):
            yield from dict.fromkeys(assigned(statement.body))
        elif isinstance(statement, ast.With):
            yield from assigned(statement.body)


_SIZED = frozenset({"zeros", "ones", "empty", "eye", "reshape", "view"})


def counts(tree: ast.AST) -> Iterator[str]:
    """The names by which a text counts, and that it does not assign: n in ``range(n)``, ``np.zeros((n, 2))``, ``x[:n]``."""
    assigned_here = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assigned_here |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        inside: list[ast.AST] = [node] if isinstance(node, ast.Slice) else []
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            # The second input of full is what it is filled with.
            inside += node.args if called in _SIZED | {"range", "arange"} else node.args[:1] if called == "full" else []
        for each in (within for part in inside for within in ast.walk(part)):
            if isinstance(each, ast.Name) and each.id not in assigned_here:
                yield each.id


def _targets(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _targets(each)


def reads_first(statements: Iterable[ast.stmt], name: str) -> bool:
    """Whether a body reads a name before it assigns it."""
    for statement in statements:
        if isinstance(statement, ast.For | ast.With):
            over = [statement.iter] if isinstance(statement, ast.For) else []
            if _reads(over, name) or reads_first(statement.body, name):
                return True
        elif isinstance(statement, ast.AugAssign | ast.Assign | ast.AnnAssign):
            added = isinstance(statement, ast.AugAssign) and name in _targets(statement.target)
            if added or _reads([statement], name):
                return True
        if name in assigned([statement]):
            return False
    return False


def _reads(nodes: Iterable[ast.AST], name: str) -> bool:
    return any(
        isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load)
        for node in nodes
        for each in ast.walk(node)
    )


def words(text: str) -> set[str]:
    """The words of a text."""
    return set(re.findall(r"[^\W\d]\w*", text))


_VIEWS = frozenset({"T", "reshape", "view", "ravel", "transpose", "squeeze", "swapaxes", "detach", "data"})


def viewed_name(node: ast.expr) -> str | None:
    """The name of the array whose cells a value is, as in ``x.T[0]``; None for what is computed."""
    while True:
        # Every index, though one by a list copies: to refuse += once too often is safe, and to miss a view is not.
        if isinstance(node, ast.Subscript) or (isinstance(node, ast.Attribute) and node.attr in _VIEWS):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _VIEWS:
            node = node.func.value
        else:
            return node.id if isinstance(node, ast.Name) else None


def is_leaf(node: ast.expr) -> bool:
    """Whether a call says ``requires_grad=True``, or is of TensorFlow's ``Variable``."""
    if not isinstance(node, ast.Call):
        return False
    asked = any(
        keyword.arg == "requires_grad" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for keyword in node.keywords
    )
    return asked or (isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == "tf.Variable")


def with_leaves(tree: ast.Module) -> list[ast.stmt]:
    """The statements, where ``x.requires_grad_()`` in the line below ``x = …`` is an option of it; so is ``tape.watch(x)``."""
    names = tapes(tree)
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and is_of_tape(node, "watch", names))
    watched = {ast.unparse(each) for call in calls for each in call.args}
    statements: list[ast.stmt] = []
    for node in tree.body:
        before = statements[-1] if statements else None
        if isinstance(before, ast.Assign) and _asks_for(before.targets, node):
            statements[-1] = _leaf(before)
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in watched:
            statements.append(_leaf(node))
        else:
            statements.append(node)
    return statements


def _leaf(node: ast.Assign) -> ast.Assign:
    """An assignment of a call, which is told that a gradient is wanted; any other as it is."""
    if not isinstance(node.value, ast.Call):
        return node
    keyword = ast.keyword("requires_grad", ast.Constant(value=True))
    value = ast.copy_location(ast.Call(node.value.func, node.value.args, [*node.value.keywords, keyword]), node.value)
    return ast.copy_location(ast.Assign(node.targets, value), node)


def _asks_for(targets: list[ast.expr], node: ast.stmt) -> bool:
    """Whether a statement is ``x.requires_grad_()`` or ``x.requires_grad = True``, of the one target."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is True:
        return [ast.unparse(each) for each in node.targets] == [f"{ast.unparse(targets[0])}.requires_grad"]
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or call.keywords or [ast.unparse(each) for each in call.args] not in ([], ["True"]):
        return False
    return ast.unparse(call.func) == f"{ast.unparse(targets[0])}.requires_grad_"
