"""Which operations an operation of somebody's engine calls."""

from __future__ import annotations

import math
from types import FunctionType, ModuleType
from typing import Any

from graphstep.teaching.judge.operations import NAMES, ROWS, Operation
from graphstep.teaching.judge.values import value_of


class Recorder:
    """While it is entered, the methods of a class and the functions of its module note who calls whom."""

    def __init__(self, kind: type, module: ModuleType) -> None:
        self.kind, self.module = kind, module
        self.put: list[tuple[Any, str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.depth = 0
        self.operation_of: dict[int, str] = {}
        # An engine has few of the names, to ask for one that is missing takes long, and a recorder is made for every operation.
        there = NAMES & set[str]().union(vars(module), *map(vars, kind.__mro__))
        for row in ROWS.values():
            for name in row.methods:
                for owner in (kind, module) if name in there else ():
                    if isinstance(function := getattr(owner, name, None), FunctionType):
                        self.operation_of.setdefault(id(function), row.name)

    def __enter__(self) -> Recorder:
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
        is_alias = attribute not in ROWS[operation].methods

        def noted(*arguments: Any, **options: Any) -> Any:
            depth = self.depth + (2 if is_alias and not self.depth else 1)
            self.depth += 1
            try:
                result = function(*arguments, **options)
            finally:
                self.depth -= 1
            # Where x + y is NotImplemented, Python goes on to y's __radd__: that is the call which counts.
            if result is not NotImplemented:
                self.calls.append(
                    {"operation": operation, "arguments": arguments, "result": result, "depth": depth, "told": bool(options)}
                )
            return result

        return noted

    def uses(self, row: Operation) -> list[str]:
        """The operations that were called on the way, those that are one method with another included."""
        names = {call["operation"] for call in self.calls if call["depth"] > 1}
        methods = {ROWS[name].methods for name in names}
        return [name for name, other in ROWS.items() if other.methods in methods and other.methods != row.methods]

    def wiring(self, operands: list[Any], result: Any, kind: type) -> list[dict[str, Any]]:
        """The calls right below the operation that lead to its result; none where it makes that itself."""
        below = [call for call in self.calls if call["depth"] == 2]
        if any(call["told"] for call in below):
            # Along which axis is not part of a wiring.
            return []
        places: dict[int, int] = {id(x): place for place, x in enumerate(operands) if isinstance(x, kind)}
        plain = [(place, x) for place, x in enumerate(operands) if not isinstance(x, kind)]
        wiring: list[dict[str, Any]] = []
        for call in below:
            read_from: list[Any] = []
            # Python calls the second of two values, other + self, with the first behind it.
            turned = ROWS[call["operation"]].plain == 0
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
