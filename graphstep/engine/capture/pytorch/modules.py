"""The modules of PyTorch that are at work, by their places in the model: ``h.3.attn``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from types import CodeType, FrameType
from typing import Any

from graphstep.engine.capture.pytorch.tensors import identifier, is_module, is_tensor, tensors_in
from graphstep.ground.modules import is_library


@cache
def module_call() -> CodeType:
    """What PyTorch runs to call a module; the module is its ``self``."""
    code: CodeType = sys.modules["torch"].nn.Module._call_impl.__code__
    return code


@cache
def own_function() -> CodeType:
    """What PyTorch runs to call a function with a backward pass of its own: its class, and what it is called with."""
    code: CodeType = vars(sys.modules["torch"].autograd.Function)["apply"].__func__.__code__
    return code


def at_work(frame: FrameType | None) -> Iterator[tuple[Any, FrameType]]:
    """The modules that a frame works for, from the inside out, each with the frame of its call."""
    code, here = module_call(), frame
    while here is not None:
        if here.f_code is code:
            yield here.f_locals["self"], here
        here = here.f_back


class Modules:
    """The paths of modules. The outermost one at work is called by the variable that holds it, else by its class."""

    def __init__(self) -> None:
        self._paths: dict[int, str] = {}
        self.roots: list[tuple[str, Any]] = []
        """The outermost modules that were at work, by what they are called."""
        self._kept: list[Any] = []
        """The modules themselves, so that no other one takes the place of one in memory."""

    def path(self, frame: FrameType) -> str:
        """The path of the innermost module that a frame works for; empty where it works for none."""
        inner = next(at_work(frame), None)
        return "" if inner is None else self.path_of(*inner)

    def path_of(self, module: Any, call: FrameType) -> str:
        """The path of a module, of which ``call`` is the call."""
        if id(module) not in self._paths:
            *_, (root, frame) = at_work(call)
            name = _variable(root, frame) or type(root).__name__
            self.roots.append((name, root))
            for path, each in root.named_modules():
                self._enter(each, path, name)
            # A module that is held in a list of Python's has no place in the one around it.
            self._enter(module, type(module).__name__, name)
        return self._paths[id(module)]

    def _enter(self, module: Any, path: str, root: str) -> None:
        if id(module) in self._paths:
            return
        whole = f"{root}.{path}" if path else root
        alone = path and not path[0].isdigit() and path not in self._paths.values()
        self._paths[id(module)] = path if alone else whole
        self._kept.append(module)


def _variable(value: Any, frame: FrameType) -> str:
    """The variable of the user's that holds a value, from the innermost frame outwards; empty where none does."""
    here: FrameType | None = frame
    while here is not None:
        if not is_library(here.f_code.co_filename):
            for names in (here.f_locals, here.f_globals):
                for name, each in names.items():
                    if each is value and name != "self":
                        return name
        here = here.f_back
    return ""


def name_in_sight(tensor: Any, frame: FrameType, outermost: CodeType | None) -> str:
    """The place of a tensor in a module that a variable holds, the variable that holds it, or its place in anything else that one
    holds; empty where it is not in sight.

    The outermost variable counts: of several modules it tells one layer from another, and a helper calls every weight ``w``.
    """
    spaces: list[Any] = []
    here: FrameType | None = frame
    while here is not None:
        if not is_library(here.f_code.co_filename):
            spaces += [here.f_locals, here.f_globals]
        if here.f_code is outermost:
            break
        here = here.f_back
    variables = [each for names in reversed(spaces) for each in names.items()]
    # Modules come first: ``for p in net.parameters()`` leaves a p behind that is no name of a weight.
    modules = [each for each in variables if is_module(each[1])]
    alone = (identifier(name) for name, value in variables if value is tensor)
    return next(chain(_places(tensor, modules), alone, _places(tensor, variables)), "")


def _places(tensor: Any, variables: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """What a tensor is called by its place in the values of variables."""
    for name, value in variables:
        for path, each in tensors_in(value):
            if each is tensor:
                yield identifier(path_in(name, path))


def path_in(variable: str, path: str) -> str:
    """The path of a tensor that stands at a path in the value of a variable; one of several names can do without the variable."""
    return path if "." in path and not path[0].isdigit() else f"{variable}.{path}"


def parameters_of(loss: Any, variables: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The parameters that a loss depends on, by their places in the modules that are seen."""
    names: dict[int, str] = {}
    for variable, value in variables:
        if is_tensor(value):
            names.setdefault(id(value), variable)
        for path, each in tensors_in(value):
            names.setdefault(id(each), path_in(variable, path))
    # The leaves hang in PyTorch's graph as nodes that add up gradients, each with its tensor as variable.
    leaves: dict[int, Any] = {}
    ways, met = [loss.grad_fn], {loss.grad_fn}
    while ways:
        way = ways.pop()
        if (leaf := getattr(way, "variable", None)) is not None:
            leaves[id(leaf)] = leaf
        for next_way, _ in way.next_functions:
            if next_way is not None and next_way not in met:
                met.add(next_way)
                ways.append(next_way)
    places = {each: k for k, each in enumerate(names)}
    order = sorted(leaves, key=lambda each: places.get(each, len(places)))
    return [(names.get(each, f"parameter {k}"), leaves[each]) for k, each in enumerate(order, 1)]
