"""An engine at work: programs are built with its class, and the numbers are read from it.

This module runs in the process of the engine, so that it imports little. What an engine raises is data here, ``SystemExit`` too.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from graphstep.ground import limits
from graphstep.ground.late import np
from graphstep.teaching.judge import values
from graphstep.teaching.judge.operations import ARRAYS, NAMES, OPERATIONS, ROWS, Operation
from graphstep.teaching.judge.passes import pass_of
from graphstep.teaching.judge.recorder import Recorder


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


def candidates(module: ModuleType) -> dict[str, type]:
    """The classes of a module, or of its package, that have a backward pass."""
    package = module.__name__.partition(".")[0]
    return {
        name: what
        for name, what in sorted(vars(module).items())
        if inspect.isclass(what)
        # Not what it imports from elsewhere, and of a class with two names the one that it was made with.
        and what.__module__.partition(".")[0] == package
        and what.__name__ == name
        and pass_of(what, module) is not None
    }


def find_class(module: ModuleType, name: str = "") -> type:
    """The class to be judged. UnreadableError where there is none, or more than one and none is named."""
    if name:
        what = getattr(module, name, None)
        if not inspect.isclass(what) or pass_of(what, module) is None:
            raise UnreadableError(f"{module.__name__} has no class {name} with a method backward")
        return what
    classes = candidates(module)
    if not classes:
        raise UnreadableError(
            f"{module.__name__} has no class with a method backward",
            "a package may hold it in a module, as micrograd.engine does",
        )
    holding = [what for what in classes.values() if values.holds_a_number(what)]
    holding = holding or [what for what in classes.values() if values.form_of_arrays(what)] or [*classes.values()]
    if len(holding) > 1:
        # Parameters and weights are values of a special kind: what all of them can do, the class that they extend does, unless a
        # value of that gets no gradient, as a constant does not.
        holding = [what for what in holding if _gets_a_gradient(what, module)] or holding
    roots = [what for what in holding if not any(what is not other and issubclass(what, other) for other in holding)]
    if len(roots) > 1:
        listed = ", ".join(what.__name__ for what in roots)
        raise UnreadableError(f"several classes have a method backward: {listed}", "name the one to be judged: --class")
    return roots[0]


def _gets_a_gradient(what: type, module: ModuleType) -> bool:
    """Whether a value by itself has a gradient after a backward pass from it."""
    way, form = pass_of(what, module), values.form_of_arrays(what)
    try:
        value = values.instance(what, 0.75 if form is None else form(values.MATRIX))
        return way is not None and way.begin(value)(value) is not None
    except Exception:
        return False


class Bench:
    """A class of somebody's, on which programs are run."""

    def __init__(self, module: ModuleType, name: str = "") -> None:
        self.module = module
        """The module of the engine."""
        self.kind = find_class(module, name)
        """The class of its values."""
        way = pass_of(self.kind, module)
        assert way is not None, "a class without one is not judged"
        self.way = way
        """Its backward pass."""
        self.root = next(each for each in reversed(self.kind.__mro__) if pass_of(each, module) is not None)
        """What all its values are: an operation may make one of another class."""
        self.takes_numbers = True
        """Whether a value can be a single number."""
        self.form = values.form_of_arrays(self.kind) if self._does_arrays() else None
        """What makes an array for it of rows; None where it has no arrays."""
        try:
            third = values.value_of(values.instance(self.kind, 1 / 3))
        except Exception as error:
            if self.form is None:
                raise UnreadableError(f"{self.kind.__name__}(0.7) holds no number that can be read: {_text(error)}") from None
            self.takes_numbers = False
            third = values.contents(values.instance(self.kind, self.form([[1 / 3, 0.0], [0.0, 0.0]])))[0][0]
        self.third = third
        """What comes back of 1/3."""
        self._number: Callable[[float], Any] | None = None

    def _gradients(self, output: Any) -> Callable[[Any], Any]:
        """Run the backward pass from an output; what tells the gradient of a value then."""
        return self.way.begin(output)

    def _does_arrays(self) -> bool:
        """Whether the class has an operation that only arrays have."""
        return any(self._function(row) is not None for row in ARRAYS.values() if row.name != "largest")

    def introduce(self) -> dict[str, Any]:
        """What is to be known of the engine before it is tried."""
        holds = {"numbers": self.takes_numbers, "arrays": self.form is not None}
        fresh = [self._make(x if self.takes_numbers else values.MATRIX) for x in (0.75, 0.25)]
        holds["shares"] = values.shares_gradients(fresh)
        return {"class": self.kind.__name__, "pass": self.way.text, "third": self.third, "names": self._names(), **holds}

    def _names(self) -> list[str]:
        """The methods and functions that are no operation, nor anything of Python's."""
        functions = (name for name, what in vars(self.module).items() if isinstance(what, FunctionType))
        names = {*dir(self.kind), *functions} - NAMES
        plain = (x for x in names if x.isidentifier() and len(x) < limits.NAME)
        return sorted(x for x in plain if not hasattr(operator, x) and not hasattr(int, x))

    def starts(self) -> bool:
        """Whether a backward pass can start at an array: whether each of its cells gets a gradient."""
        try:
            value = self._make(values.MATRIX)
            return [len(row) for row in values.read_cells(self._gradients(value)(value))] == [2, 2]
        except Exception:
            return False

    def run(self, trial: dict[str, Any]) -> dict[str, Any]:
        """What a program comes to: the value of its output and the gradients of its inputs, of each copy; or what failed."""
        copies = []
        for _ in range(trial["copies"]):
            try:
                inputs, output = self._build(trial)
            except (BuildError, ResultError) as error:
                return {"built": False, "error": str(error), "wrong": isinstance(error, ResultError)}
            try:
                copies.append(values.outcome(output, inputs, self._gradients(output), arrays=trial["arrays"]))
            except BaseException as error:
                return {"built": True, "error": _text(error)}
        # Who writes into the value of an input spoils what reads it later, and not always this program.
        changes = any(
            values.contents(value) != values.contents(self._make(x)) for value, x in zip(inputs, trial["inputs"], strict=True)
        )
        return {"copies": copies, "changes": changes, "shares": values.shares_gradients([*inputs, output])}

    def again(self, trial: dict[str, Any]) -> list[list[float]]:
        """The gradients after backward was called once, and after it was called twice."""
        inputs, output = self._build(trial)
        gradients = []
        for _ in range(2):
            gradient_of = self._gradients(output)
            gradients.append([values.read_gradient(gradient_of(value)) for value in inputs])
        return gradients

    def _make(self, content: Any) -> Any:
        """An input: a number, or an array of which the rows are given."""
        if isinstance(content, float | int):
            # Asked when the first program is run, and not before: what never ends is told with its program then.
            self._number = self._number or self._form_of_numbers()
            return values.instance(self.kind, self._number(content))
        assert self.form is not None, "arrays are for engines that have such"
        return values.instance(self.kind, self.form(values.rows_of(content)))

    def _form_of_numbers(self) -> Callable[[float], Any]:
        """What makes of a number what the class takes: the number, or an array of it where a backward pass begins at none."""
        if (form := self.form) is None:
            return float
        # Who takes arrays of NumPy's only gets a number as one of those, too.
        plain: Callable[[float], Any] = float if form is list else np.array
        forms: tuple[Callable[[float], Any], ...] = (plain, lambda x: form([x]), lambda x: form([[x]]))
        return next((each for each in forms if self._begins(each(0.75))), plain)

    def _begins(self, content: Any) -> bool:
        try:
            value = values.instance(self.kind, content)
            self._gradients(value)(value)
        except BaseException:
            return False
        return True

    def _build(self, trial: dict[str, Any]) -> tuple[list[Any], Any]:
        try:
            inputs = [self._make(x) for x in trial["inputs"]]
        except BaseException as error:
            raise ResultError(_text(error)) from None
        nodes = list(inputs)
        for call in trial["calls"]:
            row = ROWS[call["operation"]]
            nodes.append(self._call(row, [nodes[x] if isinstance(x, int) else x for x in call["operands"]]))
        return inputs, nodes[-1]

    def _call(self, row: Operation, operands: list[Any]) -> Any:
        """The result of an operation; a plain number is wrapped where it is not taken as it is."""
        plain = any(isinstance(x, float) for x in operands)
        try:
            result = self._called(row, operands)
        except RecursionError:
            raise ResultError("it calls itself without an end") from None
        except NameError as error:
            # A name that is nowhere is a slip; who refuses an operation raises something else.
            raise ResultError(_text(error)) from None
        except BaseException as error:
            if not plain or row.plain is not None:
                raise BuildError(_text(error)) from None
            # An engine that takes no plain number beside a value has the operation all the same; one that has to be given such,
            # as an exponent, has not.
            try:
                result = self._called(row, [self._make(x) if isinstance(x, float) else x for x in operands])
            except BaseException as again:
                raise BuildError(_text(again)) from None
        if isinstance(result, tuple) and result and isinstance(result[0], self.root):
            # The largest cell, and behind it where it stands.
            return result[0]
        if not isinstance(result, self.root):
            if result is NotImplemented:
                raise BuildError(f"{row.title} is not implemented for what it is given")
            if result is None:
                raise ResultError("it gives back nothing: is a return missing?")
            raise ResultError(f"it gives back a {type(result).__name__}")
        return result

    def _called(self, row: Operation, operands: list[Any]) -> Any:
        # x**2 is the usual spelling, and some engines assert that an exponent is an int.
        if row.plain is not None and row.operator is not None:
            operands = [_short(x) if isinstance(x, float) else x for x in operands]
        if row.operator is not None and (len(row.methods) == 1 or hasattr(self.kind, row.methods[0])):
            return row.operator(*operands)
        function = self._function(row)
        if function is None:
            raise AttributeError(f"there is no {row.name}")
        if not callable(function):
            # A property, as x.T is.
            return getattr(operands[0], row.methods[0])
        try:
            return function(*operands, **self._options(function, row))
        except TypeError:
            if not row.options or row.tells:
                raise
            return function(*operands)

    def _options(self, function: Any, row: Operation) -> dict[str, int | None]:
        """What an operation is told besides its inputs, an axis, by the engine's name of it."""
        if row.name not in ARRAYS or row.slots == 2:
            return {}
        try:
            named = inspect.signature(function).parameters
        except (TypeError, ValueError):
            return dict(row.options)
        axis = next((each for name, each in named.items() if name in ("axis", "dim", "axes", "dims")), None)
        if axis is None or row.options:
            return {axis.name if axis is not None else key: value for key, value in row.options}
        # Without one it means all cells, and there are engines in which that has to be said.
        return {} if axis.default is None or row.name == "transpose" else {axis.name: None}

    def _function(self, row: Operation) -> Any:
        """The method of an operation, or a function of the module."""
        for name in row.methods:
            # A method counts before a function of the module: that may be a helper of it under the same name.
            if callable(method := getattr(self.kind, name, None)) or isinstance(method, property):
                return method
        for name in row.methods:
            function = getattr(self.module, name, None)
            if isinstance(function, FunctionType) and function.__module__ == self.module.__name__:
                return function
        return None

    # -- what an operation is built from ------------------------------------------------------------------------------------

    def wirings(self) -> Iterator[dict[str, Any]]:
        """Of every operation which others it calls, and how where that can be told: ``x - y`` may be ``x + (-y)``."""
        for name, row in (OPERATIONS if self.form is None else ROWS).items():
            if name in ARRAYS or not self.takes_numbers:
                yield self._wiring(row, self._content(row, [values.MATRIX] * row.slots))
                continue
            first, second = (self._wiring(row, self._content(row, list(point))) for point in (row.points[0], row.points[-1]))
            # A number that is another one for other inputs was computed from them on a way that is not watched.
            yield first if first["calls"] == second["calls"] else {**first, "calls": []}

    def _content(self, row: Operation, operands: list[Any]) -> list[Any]:
        if row.plain is not None:
            # A number that stands nowhere else: where it comes up again in a call, it is this one.
            operands[row.plain] = 2.375 if row.name != "pow" else 3.0
        return operands

    def _wiring(self, row: Operation, content: list[Any]) -> dict[str, Any]:
        with Recorder(self.kind, self.module) as recorder:
            try:
                operands = [x if place == row.plain else self._make(x) for place, x in enumerate(content)]
                result = self._called(row, operands)
            except BaseException:
                return {"calls": [], "uses": recorder.uses(row)}
        wiring, uses = recorder.wiring(operands, result, self.kind), recorder.uses(row)
        return {"calls": [] if any(call["operation"] == row.name for call in wiring) else wiring, "uses": uses}


def _short(value: float) -> float | int:
    """A whole number as an int: some engines take no other exponent."""
    return int(value) if value == int(value) else value


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300] if str(error) else type(error).__name__
