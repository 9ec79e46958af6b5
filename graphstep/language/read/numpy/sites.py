"""A call in a Python text, and the table of the functions that say such a call in a program.

A handler is a function of a :class:`Site`. Its further parameters are the inputs of the call that it reads, under the names that
libraries share (``dim`` and ``axes`` are ``axis``); the annotation says what an input is read as, and one with a default may be
left out. A call that does not fit raises :class:`UnfitError`: the reader then looks for it in the table of other spellings.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from inspect import Parameter, signature
from typing import Any

from graphstep.ground.errors import ReadError, Span
from graphstep.ground.operands import Shape
from graphstep.ground.records import dataclass
from graphstep.language.read.foreign.table import plain_name
from graphstep.language.read.foreign.translation import HARMLESS
from graphstep.language.read.numpy.expressions import Expressions
from graphstep.language.read.numpy.pieces import Piece, call, indexed

_KEYS = {
    "dim": "axis",
    "dims": "axis",
    "axes": "axis",
    "keepdim": "keepdims",
    "input": "x",
    "a": "x",
    "tensor": "x",
    "correction": "ddof",
    "axis1": "one",
    "dim0": "one",
    "axis2": "other",
    "dim1": "other",
}

ROWS = 1000
"""Parts of an array that are written out, one by one."""

Wholes = tuple[int, ...]
"""Whole numbers that are known before anything is run, or one alone."""

Axes = Wholes | None
"""The same as the axes of a function over cells; None for all of them. Anything else is refused with its place."""


class UnfitError(Exception):
    """A function is not read with what it is handed."""


@dataclass(frozen=True, slots=True)
class Site:
    """A call as it stands in the text."""

    of: Expressions
    """The reader of the text."""
    name: str
    """The function, without what stands before its last dot."""
    library: str | None
    """Whose it is; the empty string for a method, None for a name alone."""
    path: str
    """All that was typed of it."""
    arguments: tuple[ast.expr, ...]
    """What is handed over by its place; of a method what it belongs to is the first."""
    keywords: dict[str, ast.expr]
    """What is handed over by name."""
    node: ast.Call
    """The call."""

    @property
    def span(self) -> Span:
        """Where it stands in the text."""
        return self.of.source.span(self.node)

    @property
    def is_torch(self) -> bool:
        """Whether PyTorch's function is meant."""
        return (self.library or self.of.framework) == "torch"

    def call(self, function: str, *inputs: Piece | str) -> Piece:
        """A call in the program, for this one in the text."""
        return call(function, inputs, self.span)

    def shape(self, x: Piece) -> Shape:
        """The shape of a value; raises ReadError where it is not known."""
        return self.of.needed_shape(x, self.node)

    def axis(self, x: Piece, axis: int) -> int:
        """An axis as it is counted from 0: the shape of a value has to be known for one that is counted from the end."""
        return axis if axis >= 0 else axes_among([axis], len(self.shape(x)))[0]

    def rows(self, node: ast.expr) -> list[Piece]:
        """The parts of an array along its first axis; UnfitError for a number, and for more than a program writes out."""
        x = self.of.named(self.of.value(node), "q")
        size = fitting(self.shape(x) or None)[0]
        if not 0 < size <= ROWS:
            raise UnfitError
        return [indexed(x, [str(place)], self.span) for place in range(size)]

    def refusal(self, message: str, hint: str = "") -> ReadError:
        """A ReadError at the call."""
        return self.of.refusal(message, self.node, hint)


def word(node: ast.expr | None) -> str | None:
    """A text, a truth or None as a word; None for anything else."""
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str | bool)):
        return node.value if isinstance(node.value, str) else str(node.value).lower()
    return None


def entries(node: ast.expr | None) -> list[ast.expr]:
    """The entries of a tuple or a list; of anything else none."""
    return list(node.elts) if isinstance(node, ast.Tuple | ast.List) else []


def fitting(value: Any) -> Any:
    """A value that was found; UnfitError for None."""
    if value is None:
        raise UnfitError
    return value


def axes_among(axes: Iterable[int], count: int) -> list[int]:
    """Axes as they are counted from 0; UnfitError for what is no axis of so many."""
    counted = [*axes]
    if any(not -count <= axis < count for axis in counted):
        raise UnfitError
    return [axis % count for axis in counted]


def _axes(site: Site, node: ast.expr) -> Axes:
    if word(node) == "none":
        return None
    axes = site.of.wholes(node)
    if axes is None:
        raise site.of.refusal("an axis is a whole number that is known before anything is run", node)
    return axes


def _truth(_: Site, node: ast.expr) -> bool:
    truth: bool = fitting({"true": True, "false": False}.get(word(node) or ""))
    return truth


_FORMS: Mapping[str, Callable[[Site, ast.expr], Any]] = {
    "ast.expr": lambda _, node: node,
    "Piece": lambda site, node: site.of.value(node),
    "list[Piece]": lambda site, node: [site.of.value(each) for each in entries(node)] or site.rows(node),
    "int": lambda site, node: fitting(site.of.whole(node)),
    "Wholes": lambda site, node: fitting(site.of.wholes(node)),
    "Axes": _axes,
    "bool": _truth,
    "str": lambda _, node: fitting(node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None),
}
"""What an input is read as, by the annotation of the parameter. With ``| None`` behind it Python's None is None as well."""


def _form(site: Site, node: ast.expr | None, parameter: Parameter) -> Any:
    """What a parameter gets for what stands in the text; its default where nothing does."""
    if node is None:
        return fitting(None) if parameter.default is Parameter.empty else parameter.default
    # An annotation is a text here: every module with handlers imports annotations from __future__.
    form, optional, _ = parameter.annotation.partition(" | None")
    if optional and form != "ast.expr" and word(node) == "none":
        return None
    return _FORMS[form](site, node)


def filled(function: Callable[..., Any], site: Site, keys: Mapping[str, str] = _KEYS) -> Any:
    """What a function makes of a call: every parameter behind the site gets the input of its name, or of its place.

    UnfitError where the call has more than that, or less.
    """
    _, *parameters = signature(function).parameters.values()
    places = list(site.arguments)
    # dim, axis and axes are one input to a handler; what only says where or how exactly (out, dtype) is none.
    named = {keys.get(key, key): value for key, value in site.keywords.items() if key not in HARMLESS}
    # Two words for one input, dim and axis, would leave one of the two unread.
    if len(named) < sum(key not in HARMLESS for key in site.keywords):
        raise UnfitError
    nodes: list[tuple[Parameter, ast.expr | None]] = []
    for parameter in parameters:
        if parameter.kind is Parameter.VAR_POSITIONAL:
            nodes += [(parameter, node) for node in places]
            places = []
        elif places and parameter.kind is not Parameter.KEYWORD_ONLY:
            # Python refuses an input that is handed over by place and by name.
            if parameter.name in named:
                raise UnfitError
            nodes.append((parameter, places.pop(0)))
        else:
            nodes.append((parameter, named.pop(parameter.name, None)))
    if places or named:
        raise UnfitError
    # Values are read once the call fits: a refusal inside of one must not hide that the function is another's.
    inputs = [(parameter, _form(site, node, parameter)) for parameter, node in nodes]
    positional = [value for parameter, value in inputs if parameter.kind is not Parameter.KEYWORD_ONLY]
    return function(site, *positional, **{each.name: value for each, value in inputs if each.kind is Parameter.KEYWORD_ONLY})


Handler = Callable[[Site], Piece]

HANDLERS: dict[str, Handler] = {}
"""What says a call in a program, by the function's name without capitals and underscores; Python's own by ``builtin max``."""


def reads(*names: str, builtin: bool = False, **keys: str) -> Callable[[Callable[..., Piece]], Callable[..., Piece]]:
    """Let a function read the calls of these names; ``keys`` are names that its inputs have besides.

    A function without inputs gets the site as it is.
    """

    def registered(function: Callable[..., Piece]) -> Callable[..., Piece]:
        plain = len(signature(function).parameters) == 1
        handler = function if plain else partial(filled, function, keys={**_KEYS, **keys})
        # Python's own max compares, NumPy's goes over cells: they have entries of their own.
        HANDLERS.update({f"builtin {name}" if builtin else plain_name(name): handler for name in names})
        return function

    return registered
