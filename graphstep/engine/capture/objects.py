"""Graphs that a small autograd engine has built itself, micrograd's and microgpt's among them, as recordings.

An engine is known by what its values answer to: a number (``data``), what they were made of (``_prev``, ``_children``), and
perhaps their gradient, their local gradients, the sign of their operation, or the function that sends their gradient back.
``_prev`` is a set: it has x once where x*x read it twice, and in no order. What that function holds on to has both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from functools import cache
from numbers import Real
from operator import attrgetter
from types import MethodType
from typing import Any, NamedTuple

from graphstep.engine.capture.places import Place
from graphstep.engine.capture.recording import CaptureError, Operation, Recording
from graphstep.engine.capture.same import Unknown, at_kink, gates_of
from graphstep.engine.capture.traced import plain
from graphstep.ground import limits
from graphstep.ground.collector import collector_paused
from graphstep.ground.records import dataclass

# Attributes as engines in the manner of micrograd call them, the most common spelling first.
VALUES = ("data", "value", "val", "v", "_data", "_value")
PARENTS = (
    "_prev", "_children", "prev", "children", "_parents", "parents", "_inputs", "inputs", "operands", "_operands", "args",
    "_args", "_previous_nodes", "dependencies", "local_gradients", "_local_gradients",
)  # fmt: skip
GRADIENTS = ("grad", "gradient", "derivative", "der", "adjoint", "_grad")
LOCALS = ("_local_grads", "local_grads", "_local_gradients")
SIGNS = ("_op", "op")
CLOSURES = ("_backward", "backward_fn", "_grad_fn", "grad_fn", "_backward_fn", "backprop", "push_grad", "_back", "send")


class Creation(NamedTuple):
    """How a value came to be, where that was watched."""

    method: str = ""
    """The method that made it; empty for one that the user made."""
    constant: float | None = None
    """The number that the method was given besides values."""
    place: Place | None = None
    """Where the user's line is at work."""
    scope: int = 0
    """The call or turn that it stands in."""


@dataclass(slots=True)
class Engine:
    """How the values of an engine answer."""

    kind: type
    """Their class."""
    value: str
    """The attribute with their number."""
    parents: str
    """That with what they were made of."""
    has_pairs: bool = False
    """Whether each of these has its local gradient beside it: ``[(x, 2.0), (y, 1.0)]``."""
    gradient: str = ""
    """That with their gradient; here and below empty where they have none."""
    factors: str = ""
    """That with their local gradients."""
    sign: str = ""
    """That with the sign of their operation."""
    closure: str = ""
    """That with the function that sends their gradient back."""
    created: Sequence[Any] = ()
    """The values in the order in which they came to be, where that was watched."""
    creations: Mapping[int, Creation] = field(default_factory=dict)
    """By ``id`` how each of these came to be."""

    def reader(self) -> Callable[[Any], Any]:
        """What tells what a value was made of."""
        parents = attrgetter(self.parents)
        return (lambda value: [x for x, _ in parents(value) if x is not None]) if self.has_pairs else parents


def number(value: Any) -> float | None:
    """A number of any kind as a float, traced ones and arrays of no axes among them; None for anything else."""
    if type(value) is float or type(value) is int:
        # To ask whether something is a Real takes long, and there are hundreds of thousands of them.
        return float(value)
    value = plain(value)
    if isinstance(value, Real):
        return float(value)
    if getattr(value, "shape", None) == () and hasattr(value, "dtype"):
        return float(value)
    return None


def asked(value: Any, name: str) -> Any:
    """An attribute of an object of somebody's; None where it has none."""
    try:
        return getattr(value, name, None)
    except Exception:
        # A property may refuse it, as that of a gradient before there is one.
        return None


def engine_of(value: Any) -> Engine | None:
    """The engine whose value something is; None for anything else."""

    def first(names: Sequence[str], fits: Callable[[Any], bool]) -> str:
        return next((name for name in names if fits(asked(value, name))), "")

    holds = first(VALUES, lambda x: number(x) is not None)

    def pairs(x: Any) -> bool:
        return isinstance(x, list | tuple) and bool(x) and all(isinstance(y, tuple) and len(y) == 2 and is_one(y[0]) for y in x)

    def is_one(x: Any) -> bool:
        return x is None or hasattr(x, holds)

    in_pairs = first(PARENTS, pairs)
    parents = in_pairs or first(PARENTS, lambda x: isinstance(x, list | tuple | set | frozenset) and all(map(is_one, x)))
    if not holds or not parents:
        return None
    return Engine(
        # A class may have others that do one thing differently.
        type(value).__mro__[-2],
        holds,
        parents,
        bool(in_pairs),
        first(GRADIENTS, lambda x: number(x) is not None),
        in_pairs or first(LOCALS, lambda x: isinstance(x, list | tuple)),
        first(SIGNS, lambda x: isinstance(x, str)),
        # A method is no function that a value has been given.
        first(CLOSURES, lambda x: callable(x) and not isinstance(x, MethodType)),
    )


def operands_of(engine: Engine, value: Any) -> list[Any]:
    """What a value was made of, in the order of the operation, a value twice where it was read twice; numbers among them."""
    parents = getattr(value, engine.parents)
    if engine.has_pairs:
        return [x for x, _ in parents if x is not None]
    if engine.factors or not isinstance(parents, set | frozenset):
        # Local gradients stand in the order of the operands, and only a set loses it.
        return [*parents]
    function: Any = getattr(value, engine.closure) if engine.closure and parents else None
    if (cells := getattr(function, "__closure__", None)) is not None:
        own = {id(x) for x in parents}
        held = [cells[k].cell_contents for k in _order(function.__code__.co_freevars) if _filled(cells[k])]
        read = [x for x in held if id(x) in own]
        if {id(x) for x in read} == own:
            return read
    # Where nothing else says their order, it is at least the same one in every run.
    return sorted(parents, key=attrgetter(engine.value))


@cache
def _order(names: tuple[str, ...]) -> tuple[int, ...]:
    """In which order the variables of a closure are operands: self stands on the left; the others in the order of their names."""
    return tuple(sorted(range(len(names)), key=lambda k: (names[k] != "self", names[k])))


def _filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _closure_numbers(engine: Engine, value: Any) -> list[float]:
    """The plain numbers that the function which sends back holds on to: an exponent."""
    function = getattr(value, engine.closure, None)
    cells = getattr(function, "__closure__", None) or ()
    held = (number(x.cell_contents) for x in cells if _filled(x) and isinstance(x.cell_contents, Real))
    return [x for x in held if x is not None]


def ordered(engine: Engine, root: Any) -> list[tuple[Any, list[Any]]]:
    """All values under one, each with what it was made of and behind that: as they were created, where that was watched."""
    parents = engine.reader()
    under, results = {id(root)}, list[Any]()
    # What a value is made of came to be before it: one pass from the last one finds all that is under the root.
    for value in reversed(engine.created):
        if id(value) in under and (children := parents(value)):
            under.update(map(id, children))
            results.append(value)
    if results:
        results.reverse()
        reads = [operands_of(engine, value) for value in results]
        leaves = {id(child): child for read in reads for child in read}
        for value in results:
            leaves.pop(id(value), None)
        # Else one was created before it was watched, or got its parents later.
        if not any(map(parents, leaves.values())):
            none: list[Any] = []
            return [*((leaf, none) for leaf in leaves.values()), *zip(results, reads, strict=True)]
    visited, order = {id(root)}, list[tuple[Any, list[Any]]]()
    read = operands_of(engine, root)
    stack = [(root, read, iter(read))]
    while stack:
        value, read, children = stack[-1]
        for child in children:
            if id(child) not in visited:
                visited.add(id(child))
                read = operands_of(engine, child)
                stack.append((child, read, iter(read)))
                break
        else:
            order.append((value, read))
            stack.pop()
    return order


@collector_paused()
def record_objects(engine: Engine, root: Any, function: str, names: dict[int, str]) -> tuple[Recording, list[Place | None]]:
    """The recording of the graph under a value, and by operation the place where it is at work.

    ``names`` has by ``id`` what values are called. A leaf without a name is a constant where others have one.
    """
    pairs = ordered(engine, root)
    order = [value for value, _ in pairs]
    values = _numbers(engine.value, order)
    gradients = _numbers(engine.gradient, order, 0.0) if engine.gradient else {}
    # By the value itself: those of its operands may be left from another loss.
    asked = bool(gradients.get(id(root)))
    leaves = [value for value, read in pairs if not read]
    called = _called(leaves, names)
    recording, nodes = Recording(function, {}), dict[int, int | float]()
    for key in map(id, order):
        if key in called:
            nodes[key], recording.inputs[called[key]] = len(nodes), values[key]
            if asked:
                recording.gradients[called[key]] = gradients[key]
    for key in map(id, leaves):
        nodes.setdefault(key, values[key])
    pairs = [(value, read) for value, read in pairs if id(value) not in nodes]
    if len(pairs) > limits.FOLLOWED:
        raise CaptureError(f"the graph has more than {limits.FOLLOWED:,} gates")
    # Constants have no node: their numbers stand in the operands, and the results are counted behind the inputs.
    nodes.update((id(value), node) for node, (value, _) in enumerate(pairs, len(recording.inputs)))
    none = Creation()
    creations = [engine.creations.get(id(value), none) for value, _ in pairs]
    unknown = _unknown(engine, pairs, values, creations)
    if engine.closure and not engine.factors:
        # Where a slope is a choice, at a tie of max, the engine's own function says what it has chosen.
        asked_for = zip(unknown, pairs, strict=True)
        unknown = [each._replace(factors=_sent_back(engine, *pair)) if at_kink(each) else each for each, pair in asked_for]
    for (value, read), creation, each, chosen in zip(pairs, creations, unknown, gates_of(unknown, dir(type(root))), strict=True):
        operands, place = [nodes[id(x)] for x in read], creation.place
        variable = names.get(id(value), "") if place is None else place.variable
        gate = ""
        if chosen is not None:
            gate, operands = chosen[0], [x if isinstance(x, float) else operands[x] for x in chosen[1]]
        operation = Operation(gate, operands, each.out, variable, (), "float64", "", creation.scope)
        if asked:
            operation.gradient = gradients[id(value)]
        if chosen is None:
            operation.factors = each.factors or _sent_back(engine, value, read)
            _name_opaque(operation, each)
        recording.operations.append(operation)
    recording.output = nodes[id(root)]
    return recording, [each.place for each in creations]


class ArraysError(CaptureError):
    """A value of an engine holds an array."""


def _numbers(attribute: str, values: Sequence[Any], missing: float | None = None) -> dict[int, float]:
    """By ``id`` of values the number in an attribute of theirs; without one ``missing``, or ArraysError."""
    numbers = [x if type(x) is float else number(x) for x in map(attrgetter(attribute), values)]
    if missing is None and None in numbers:
        odd = values[numbers.index(None)]
        what = f"a {type(odd).__name__} holds {_shown(getattr(odd, attribute))}, and no number"
        hint = "hand the arrays over as arguments, and make the values of the engine of them inside: def loss(W, x): …"
        raise ArraysError(what, hint=hint)
    return dict(zip(map(id, values), [missing or 0.0 if x is None else x for x in numbers], strict=True))


def _shown(held: Any) -> str:
    shape = getattr(plain(held), "shape", None)
    return f"a {type(held).__name__}" if shape is None else f"an array of {'×'.join(map(str, shape))}"


def _called(leaves: Iterable[Any], names: dict[int, str]) -> dict[int, str]:
    """By ``id`` the names of the leaves that are inputs: those that have one; all, where none has."""
    called = {id(value): names[id(value)] for value in leaves if id(value) in names}
    return called or {id(value): f"x{k}" for k, value in enumerate(leaves, 1)}


def _unknown(
    engine: Engine, pairs: Sequence[tuple[Any, Sequence[Any]]], numbers: Mapping[int, float], creations: Sequence[Creation]
) -> list[Unknown]:
    """Operations as what compares them with our gates sees them."""
    values = [value for value, _ in pairs]
    nothing: list[Any] = [()] * len(values)
    of_values = [*map(attrgetter(engine.factors), values)] if engine.factors else nothing
    if engine.has_pairs:
        of_values = [[slope for x, slope in each if x is not None] for each in of_values]
    signs = [*map(str, map(attrgetter(engine.sign), values))] if engine.sign else [""] * len(values)
    unknown = []
    for (value, read), creation, sign, factors in zip(pairs, creations, signs, of_values, strict=True):
        others: tuple[float, ...] = ()
        if creation.constant is not None:
            others = (creation.constant,)
        elif engine.closure and len(read) == 1:
            others = tuple(_closure_numbers(engine, value))
        slopes = tuple([x if type(x) is float else number(x) for x in factors]) if len(factors) == len(read) else ()
        inputs = tuple([numbers[id(x)] for x in read])
        unknown.append(Unknown(sign, creation.method or _method(engine, value), inputs, numbers[id(value)], slopes, others))
    return unknown


def _required(function: Callable[..., Any]) -> int:
    """How many arguments a function has to be given."""
    code, defaults = getattr(function, "__code__", None), getattr(function, "__defaults__", None)
    return code.co_argcount - len(defaults or ()) if code is not None else 0


def _name_opaque(operation: Operation, each: Unknown) -> None:
    """Call an operation that is no gate of ours as its engine does; CaptureError where nothing is known of it."""
    if not operation.factors:
        label = operation.variable or each.sign or each.method or "a value"
        hint = "it has to be made by +, −, ×, ÷, a power or a function that graphstep has, or to have local gradients"
        raise CaptureError(f"{label} = {each.out!r} is made in no way that can be followed", hint=hint)
    operation.gate = re.sub(r"\W", "", each.method.strip("_")) or re.sub(r"\W", "", each.sign) or "gate"


def _method(engine: Engine, value: Any) -> str:
    """The method whose function sends the gradient of a value back: ``__mul__``; empty where there is none."""
    name = getattr(getattr(value, engine.closure, None), "__qualname__", "") if engine.closure else ""
    match = re.search(r"(\w+)\.<locals>\.\w+$", name)
    return match[1] if match and match[1] != "__init__" else ""


def _sent_back(engine: Engine, value: Any, read: Sequence[Any]) -> tuple[float | None, ...]:
    """By slot what the function of a value sends back when the value has the gradient 1: its local gradients.

    The gradients of the user's values are put back as they were.
    """
    function = getattr(value, engine.closure, None) if engine.closure and engine.gradient else None
    if function is None:
        return ()
    touched = [value, *read]
    before = [getattr(x, engine.gradient) for x in touched]
    try:
        # The function adds to gradients, so it is asked with all of them at 0.
        for x in read:
            setattr(x, engine.gradient, 0.0)
        setattr(value, engine.gradient, 1.0)
        # Some are handed the gradient of their value.
        function(*[1.0] * _required(function))
        sent = {id(x): number(getattr(x, engine.gradient)) for x in read}
    except Exception:
        # What it needs besides is not to be had here: a tape, or an attribute that can be set.
        return ()
    finally:
        # What cannot be set was not changed either.
        with suppress(AttributeError):
            for x, gradient in zip(touched, before, strict=True):
                setattr(x, engine.gradient, gradient)
    visited: set[int] = set()
    factors: list[float | None] = []
    for x in read:
        # What was read twice got both parts at once.
        factors.append(None if id(x) in visited else sent[id(x)])
        visited.add(id(x))
    return tuple(factors)
