"""The arguments of a function as traced inputs: numbers, arrays, and lists, dictionaries and dataclasses of them."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping
from copy import copy
from numbers import Integral, Real
from types import FunctionType
from typing import Any

from graphstep.engine.capture.numpy_recorder import NumpyRecorder
from graphstep.engine.capture.objects import engine_of
from graphstep.engine.capture.recorder import Recorder
from graphstep.engine.capture.recording import CaptureError, Recording
from graphstep.engine.capture.traced import Traced, is_array
from graphstep.ground import limits
from graphstep.ground.arrays import plain as widened
from graphstep.ground.errors import InputError, quoted
from graphstep.ground.late import np
from graphstep.ground.modules import is_library

LISTED = 2_000
"""Numbers of a list up to which each is taken out of it by a gate of its own; what such a gate sends has the size of the list."""


_DICTIONARIES = (dict, OrderedDict, defaultdict)


class Element(Traced):
    """A number of a list: the list is an input as a whole, and a gate takes the number out of it when it is first read."""

    __slots__ = ("_index", "_own", "_whole")

    def __init__(self, recorder: Recorder, whole: int, index: tuple[int, ...], value: float) -> None:
        self.recorder, self.value = recorder, value
        self._whole, self._index = whole, index
        self._own: int | None = None

    @property
    def node(self) -> int:  # type: ignore[override]  # its node is made when it is read
        """Its number among the nodes."""
        if self._own is None:
            self._own = self.recorder.part("index", self._whole, self.value, (("index", self._index),))
        return self._own


@dataclasses.dataclass(slots=True, eq=False)
class _Record:
    """An object of a class of the user's, or a named tuple, and the trees of its attributes that are inputs."""

    value: Any
    """Itself, as the caller has it."""
    fields: dict[str, Any]
    """The trees by attribute."""
    holds_inputs: bool = False
    """Whether an input stands in them."""

    def made(self) -> Any:
        """One of its kind, made without its constructor, with what it holds.

        CaptureError where the kind extends one that is built in, as ``dict``: such a one cannot be made so.
        """
        # copy.copy would ask __copy__, which may hand back the user's object itself, which then would hold traced fields.
        try:
            other = object.__new__(type(self.value))
        except TypeError as error:
            what = f"a {type(self.value).__name__}, which extends a type that is built in, cannot be an argument: {error}"
            raise CaptureError(what, hint="pass its fields one by one") from None
        _fill(other, _state(self.value))
        return other


def _fill(other: Any, attributes: Mapping[str, Any]) -> None:
    for name, x in attributes.items():
        # A frozen one refuses it otherwise.
        object.__setattr__(other, name, x)


def _state(value: Any) -> dict[str, Any]:
    """What an object holds, by attribute."""
    state = object.__getstate__(value)
    own, slots = state if isinstance(state, tuple) else (state, None)
    return (own or {}) | (slots or {})


def traced_arguments(function: str, arguments: Mapping[str, Any]) -> tuple[Recorder, dict[str, Any]]:
    """What records a call, and the arguments to call with: every number and array among them is traced.

    InputError for one that cannot be an input.
    """
    inputs: dict[str, Any] = {}
    trees = {name: _collected(value, name, inputs, {}) for name, value in arguments.items()}
    recording = Recording(function, {name: _cells(name, value) for name, value in inputs.items()})
    recorder = NumpyRecorder(recording, inputs)
    recorder.stands_in = True
    nodes = {name: place for place, name in enumerate(inputs)}
    return recorder, {name: _filled(tree, recorder, inputs, nodes, {}) for name, tree in trees.items()}


class _Leaf(str):
    """The name of the input that stands in this place."""

    __slots__ = ()


class _Kept:
    """An argument that is handed on unchanged."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _collected(value: Any, name: str, inputs: dict[str, Any], visited: dict[int, Any]) -> Any:
    """The tree of an argument with the names of its inputs as leaves; the inputs are put into ``inputs``.

    An object or an array that stands in it twice is one: ``visited`` has their trees, by ``id``.
    """
    # True is a number for Python, and an answer for whoever hands it over: nothing is differentiated by it.
    if isinstance(value, Real) and not isinstance(value, bool) and not _is_bool(value):
        return _put(name, value if _is_of_numpy(value) else float(value), inputs)
    # Numbers are not looked up: Python may keep equal ones once, and two arguments that are 1.0 are two inputs.
    if id(value) in visited:
        return visited[id(value)]
    if is_array(value):
        # Truth values, texts and the like are data.
        if value.dtype.kind not in "fiu":
            return _Kept(value)
        # A copy: the function may write to its argument, and the caller to theirs after the call.
        number = value.astype(float) if value.dtype.kind != "f" else value.copy()
        leaf = visited[id(value)] = _put(name, number, inputs)
        return leaf
    if type(value) in (list, tuple):
        if any(True for _ in _shape(value)):
            return _put(name, value, inputs)
        return type(value)(_collected(x, f"{name}_{k}", inputs, visited) for k, x in enumerate(value))
    if type(value) in _DICTIONARIES and all(isinstance(key, str | int) for key in value):
        tree = copy(value)
        tree.update({key: _collected(x, _named(str(key), name, inputs), inputs, visited) for key, x in value.items()})
        return tree
    if not isinstance(value, type) and (fields := _fields(value)):
        record = visited[id(value)] = _Record(value, {})
        record.fields.update({key: _collected(x, f"{name}_{key.strip('_')}", inputs, visited) for key, x in fields.items()})
        # Also where another object holds the same arrays, and came before.
        record.holds_inputs = _holds_inputs(record.fields)
        if record.holds_inputs or dataclasses.is_dataclass(value):
            return record
        visited[id(value)] = _Kept(value)
    return _Kept(value)


def _holds_inputs(tree: Any) -> bool:
    """Whether an input stands in a tree; an object of which not all is collected yet has said nothing of it."""
    parts = tree.values() if isinstance(tree, dict) else tree if type(tree) in (list, tuple) else ()
    return isinstance(tree, _Leaf) or (isinstance(tree, _Record) and tree.holds_inputs) or any(map(_holds_inputs, parts))


def _fields(value: Any) -> dict[str, Any]:
    """The attributes of an object of the user's, or of a named tuple, that may hold what is differentiable.

    A whole number may be a count, and whole numbers may be labels: they are none.
    """
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = dict(zip(value._fields, value, strict=True))
    elif dataclasses.is_dataclass(value) or _is_of_user(value):
        fields = _state(value)
    else:
        return {}
    return {key: x for key, x in fields.items() if not _is_whole(x)}


def _is_whole(x: Any) -> bool:
    """Whether a value is no variable by itself; nor are whole numbers in a list, as a shape, nor more than a list may have, which
    are what a loop has noted.
    """
    if type(x) in (list, tuple) and x and all(isinstance(each, Integral) for each in x):
        return True
    if isinstance(x, Integral | str) or (is_array(x) and x.dtype.kind != "f"):
        return True
    return type(x) in (list, tuple) and any(n > LISTED for shape in _shape(x) for n in shape)


def _is_of_user(value: Any) -> bool:
    """Whether something is an object of a class in a file of the user's, and no value of an autograd engine."""
    kind = type(value)
    # Whoever has a __new__ of their own, as numbers and arrays have, cannot be made anew without what it asks for.
    if vars(object)["__new__"] is not kind.__new__ or issubclass(kind, Traced):
        return False
    codes = (each.__code__.co_filename for each in vars(kind).values() if isinstance(each, FunctionType))
    path = getattr(sys.modules.get(kind.__module__), "__file__", None) or next(codes, None)
    return path is not None and not is_library(path) and engine_of(value) is None


def _put(name: str, value: Any, inputs: dict[str, Any]) -> _Leaf:
    if len(name) > limits.NAME:
        raise InputError(f"the name of an argument has at most {limits.NAME} characters: {quoted(name)}")
    inputs[name] = value
    return _Leaf(name)


def _named(key: str, around: str, inputs: Mapping[str, Any]) -> str:
    plain = re.sub(r"\W+", "_", key).strip("_")
    return plain if plain and not plain[0].isdecimal() and plain not in inputs else f"{around}_{plain}"


def _is_bool(value: Any) -> bool:
    return _is_of_numpy(value) and value.dtype.kind == "b"


def _is_of_numpy(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.generic)


def _shape(value: Any) -> Iterator[tuple[int, ...]]:
    """The shape of a list of numbers, or of lists of equal shapes; nothing for any other."""
    if isinstance(value, Real) and not isinstance(value, bool):
        yield ()
    elif type(value) in (list, tuple) and value:
        shapes = {next(_shape(x), None) for x in value}
        if len(shapes) == 1 and (shape := shapes.pop()) is not None:
            yield (len(value), *shape)


def _cells(name: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        array = np.array(value, np.float64)
        if array.size > LISTED:
            hint = f"hand it over as an array of NumPy, or as it is: fixed=[{name!r}]"
            raise InputError(f"the list {quoted(name)} has more than {LISTED:,} numbers", hint=hint)
        return array
    return widened(value)


def _filled(tree: Any, recorder: Recorder, inputs: Mapping[str, Any], nodes: Mapping[str, int], made: dict[Any, Any]) -> Any:
    if isinstance(tree, _Kept):
        return tree.value
    if isinstance(tree, _Leaf):
        value = inputs[tree]
        if isinstance(value, list | tuple):
            return _elements(recorder, nodes[tree], value, ())
        if tree not in made:
            made[tree] = recorder.traced(nodes[tree], value)
        return made[tree]
    if isinstance(tree, dict):
        other = copy(tree)
        other.update({key: _filled(x, recorder, inputs, nodes, made) for key, x in tree.items()})
        return other
    if not isinstance(tree, _Record):
        return type(tree)(_filled(x, recorder, inputs, nodes, made) for x in tree)
    if tree in made:
        return made[tree]
    if isinstance(tree.value, tuple):
        kind: Any = type(tree.value)
        fields = {key: _filled(x, recorder, inputs, nodes, made) for key, x in tree.fields.items()}
        return kind._make(fields.get(name, x) for name, x in zip(kind._fields, tree.value, strict=True))
    # Its attributes may lead back to it.
    other = made[tree] = tree.made()
    _fill(other, {key: _filled(x, recorder, inputs, nodes, made) for key, x in tree.fields.items()})
    return other


def _elements(recorder: Recorder, whole: int, value: Any, index: tuple[int, ...]) -> Any:
    return type(value)(
        _elements(recorder, whole, x, (*index, k))
        if isinstance(x, list | tuple)
        else Element(recorder, whole, (*index, k), float(x))
        for k, x in enumerate(value)
    )
