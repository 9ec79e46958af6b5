"""An engine at work: programs are built with its class, and the numbers are read from it.

This module runs in the process of the engine, so that it imports little. What an engine raises is data here.
"""

from __future__ import annotations

import inspect
import math
from types import FunctionType, ModuleType
from typing import Any

from graphstep.teaching.judge.operations import NAMES, OPERATIONS, Operation

VALUES, GRADIENTS = ("data", "value"), ("grad", "gradient")
"""The names of the attributes that hold numbers."""


class UnreadableError(Exception):
    """There is no class here that can be judged."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        """What would do."""


class BuildError(Exception):
    """An operation failed while the graph was built."""


class ResultError(Exception):
    """An operation gave back what is no value of the engine."""


def read(thing: Any) -> float:
    """The number in what an engine holds: a number, a box around one, an array of a single cell."""
    for _ in range(8):
        if isinstance(thing, bool | int | float):
            return float(thing)
        if isinstance(thing, list | tuple):
            if len(thing) != 1:
                break
            thing = thing[0]
        elif callable(inside := getattr(thing, "tolist", None)) or callable(inside := getattr(thing, "item", None)):
            thing = inside()
        elif (inside := getattr(thing, "data", None)) is not None:
            thing = inside
        else:
            break
    raise TypeError(f"no single number can be read from a {type(thing).__name__}")


def _held(value: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        if hasattr(value, name):
            return getattr(value, name)
    raise TypeError(f"a {type(value).__name__} has no attribute {names[0]!r} or {names[1]!r}")


def value_of(value: Any) -> float:
    """The number that a value of an engine holds."""
    return read(_held(value, VALUES))


def gradient_of(value: Any) -> float:
    """The gradient that a value of an engine holds; none at all is 0."""
    gradient = _held(value, GRADIENTS)
    return 0.0 if gradient is None else read(gradient)


def candidates(module: ModuleType) -> dict[str, type]:
    """The classes of a module, or of its package, that have a callable ``backward``."""
    package = module.__name__.partition(".")[0]
    return {
        name: what
        for name, what in sorted(vars(module).items())
        if inspect.isclass(what)
        and callable(getattr(what, "backward", None))
        and what.__module__.partition(".")[0] == package
        and what.__name__ == name
    }


def find_class(module: ModuleType, name: str = "") -> type:
    """The class to be judged. UnreadableError where there is none, or more than one and none is named."""
    if name:
        what = getattr(module, name, None)
        if not inspect.isclass(what) or not callable(getattr(what, "backward", None)):
            raise UnreadableError(f"{module.__name__} has no class {name} with a method backward")
        return what
    classes = candidates(module)
    if not classes:
        raise UnreadableError(
            f"{module.__name__} has no class with a method backward",
            "a package may hold it in a module, as micrograd.engine does",
        )
    holding = {name: what for name, what in classes.items() if holds_a_number(what)}
    if len(holding or classes) > 1:
        listed = ", ".join(holding or classes)
        raise UnreadableError(f"several classes have a method backward: {listed}", "name the one to be judged: --class")
    return next(iter((holding or classes).values()))


def holds_a_number(what: type) -> bool:
    """Whether a class is made of a number, and gives it back."""
    try:
        return abs(value_of(what(0.7)) - 0.7) < 0.01
    except Exception:
        return False


class Bench:
    """A class of somebody's, on which programs are run."""

    def __init__(self, module: ModuleType, name: str = "") -> None:
        self.module = module
        """The module of the engine."""
        self.kind = find_class(module, name)
        """The class of its values."""
        try:
            third = value_of(self.kind(1 / 3))
        except Exception as error:
            raise UnreadableError(f"{self.kind.__name__}(0.7) holds no number that can be read: {_said(error)}") from None
        self.third = third
        """What comes back of 1/3."""

    def introduce(self) -> dict[str, Any]:
        """What is to be known of the engine before it is tried."""
        return {"class": self.kind.__name__, "third": self.third}

    def run(self, trial: dict[str, Any]) -> dict[str, Any]:
        """What a program comes to: the value of its output and the gradients of its inputs, of each copy; or what failed."""
        copies = []
        for _ in range(trial["copies"]):
            try:
                inputs, output = self._build(trial)
            except (BuildError, ResultError) as error:
                return {"built": False, "error": str(error), "wrong": isinstance(error, ResultError)}
            try:
                output.backward()
                copies.append([value_of(output), *map(gradient_of, inputs)])
            except Exception as error:
                return {"built": True, "error": _said(error)}
        return {"copies": copies}

    def again(self, trial: dict[str, Any]) -> list[list[float]]:
        """The gradients after backward was called once, and after it was called twice."""
        inputs, output = self._build(trial)
        gradients = []
        for _ in range(2):
            output.backward()
            gradients.append([*map(gradient_of, inputs)])
        return gradients

    def _build(self, trial: dict[str, Any]) -> tuple[list[Any], Any]:
        inputs = [self.kind(x) for x in trial["inputs"]]
        nodes = list(inputs)
        for call in trial["calls"]:
            row = OPERATIONS[call["operation"]]
            nodes.append(self._call(row, [nodes[x] if isinstance(x, int) else x for x in call["operands"]]))
        return inputs, nodes[-1]

    def _call(self, row: Operation, operands: list[Any]) -> Any:
        """The result of an operation; a plain number is wrapped where it is not taken as it is."""
        plain = any(isinstance(x, float) for x in operands)
        try:
            result = self._called(row, operands)
        except RecursionError:
            raise ResultError("it calls itself without an end") from None
        except Exception as error:
            if not plain or row.plain is not None:
                raise BuildError(_said(error)) from None
            try:
                result = self._called(row, [self.kind(x) if isinstance(x, float) else x for x in operands])
            except Exception as again:
                raise BuildError(_said(again)) from None
        if not isinstance(result, self.kind):
            if result is None:
                raise ResultError("it gives back nothing: is a return missing?")
            raise ResultError(f"it gives back a {type(result).__name__}")
        return result

    def _called(self, row: Operation, operands: list[Any]) -> Any:
        if row.plain is not None and row.operator is not None:
            operands = [_short(x) if isinstance(x, float) else x for x in operands]
        if row.operator is not None:
            return row.operator(*operands)
        function = self._function(row)
        if function is None:
            raise AttributeError(f"there is no {row.name}")
        return function(*operands)

    def _function(self, row: Operation) -> Any:
        """The method of an operation, or a function of the module."""
        for name in row.methods:
            if callable(getattr(self.kind, name, None)):
                return getattr(self.kind, name)
        for name in row.methods:
            function = getattr(self.module, name, None)
            if isinstance(function, FunctionType) and function.__module__ == self.module.__name__:
                return function
        return None

    # -- what an operation is built from ------------------------------------------------------------------------------------

    def wirings(self) -> dict[str, list[dict[str, Any]]]:
        """Of every operation that calls others, which: ``x - y`` may be ``x + (-y)``."""
        wirings = {}
        for name, row in OPERATIONS.items():
            operands: list[Any] = [2.375 if place == row.plain else x for place, x in enumerate(row.points[0])]
            if row.plain is not None:
                operands[row.plain] = 2.375 if row.name != "pow" else 3.0
            if wiring := self._wiring(row, operands):
                wirings[name] = wiring
        return wirings

    def _wiring(self, row: Operation, numbers: list[float]) -> list[dict[str, Any]]:
        operands = [x if place == row.plain else self.kind(x) for place, x in enumerate(numbers)]
        with _Recorder(self.kind, self.module) as recorder:
            try:
                result = self._called(row, operands)
            except Exception:
                return []
        wiring = recorder.wiring(operands, result, self.kind)
        return [] if any(call["operation"] == row.name for call in wiring) else wiring


def _short(value: float) -> float | int:
    """A whole number as an int: some engines take no other exponent."""
    return int(value) if value == int(value) else value


class _Recorder:
    """While it is entered, the methods of a class and the functions of its module note who calls whom."""

    def __init__(self, kind: type, module: ModuleType) -> None:
        self.kind, self.module = kind, module
        self.put: list[tuple[Any, str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.depth = 0
        self.operation_of: dict[int, str] = {}
        for row in OPERATIONS.values():
            for name in row.methods:
                for owner in (kind, module):
                    if isinstance(function := getattr(owner, name, None), FunctionType):
                        self.operation_of.setdefault(id(function), row.name)

    def __enter__(self) -> _Recorder:
        for name in NAMES:
            for owner in (self.kind, self.module):
                function = vars(owner).get(name)
                own = isinstance(function, FunctionType) and function.__module__ == self.module.__name__
                if own and id(function) in self.operation_of:
                    try:
                        setattr(owner, name, self._noted(function, name))
                    except (AttributeError, TypeError):
                        continue
                    self.put.append((owner, name, function))
        return self

    def __exit__(self, *_: object) -> None:
        for owner, name, function in self.put:
            setattr(owner, name, function)

    def _noted(self, function: Any, attribute: str) -> Any:
        operation = self.operation_of[id(function)]
        # Python calls __radd__ where a class has it, which may be the same function as __add__.
        is_alias = attribute not in OPERATIONS[operation].methods

        def noted(*arguments: Any, **options: Any) -> Any:
            depth = self.depth + (2 if is_alias and not self.depth else 1)
            self.depth += 1
            try:
                result = function(*arguments, **options)
            finally:
                self.depth -= 1
            if result is not NotImplemented:
                self.calls.append({"operation": operation, "arguments": arguments, "result": result, "depth": depth})
            return result

        return noted

    def wiring(self, operands: list[Any], result: Any, kind: type) -> list[dict[str, Any]]:
        """The calls right below the operation that lead to its result; none where it makes that itself."""
        below = [call for call in self.calls if call["depth"] == 2]
        places: dict[int, int] = {id(x): place for place, x in enumerate(operands) if isinstance(x, kind)}
        plain = [(place, x) for place, x in enumerate(operands) if not isinstance(x, kind)]
        wiring: list[dict[str, Any]] = []
        for call in below:
            read_from: list[Any] = []
            # Python calls the second of two values, other + self, with the first behind it.
            turned = OPERATIONS[call["operation"]].plain == 0
            for argument in call["arguments"][::-1] if turned else call["arguments"]:
                if id(argument) in places:
                    read_from.append(places[id(argument)])
                    continue
                try:
                    number = value_of(argument) if isinstance(argument, kind) else float(argument)
                except Exception:
                    return []
                read_from.append(_constant(number, plain))
            places[id(call["result"])] = len(operands) + len(wiring)
            wiring.append({"operation": call["operation"], "operands": read_from})
        return wiring if wiring and below[-1]["result"] is result else []


def _constant(number: float, plain: list[tuple[int, Any]]) -> dict[str, Any]:
    """A number, and how it comes from the plain number that the operation was given."""
    for place, x in plain:
        for how, value in (("same", x), ("minus", -x), ("over", 1 / x)):
            if math.isclose(number, value, rel_tol=1e-12):
                return {"place": place, "how": how, "number": number}
    return {"place": None, "how": "", "number": number}


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300] if str(error) else type(error).__name__
