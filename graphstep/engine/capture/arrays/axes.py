"""NumPy's functions over axes as gates, and those whose answer no small change moves."""

from __future__ import annotations

from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.table import FUNCTIONS, Handler, array_of, check_plain, emit
from graphstep.engine.capture.traced import first_traced, plain
from graphstep.ground.late import np


def _collecting(gate: str, function: str) -> Handler:
    compute = getattr(np, function)

    def handler(frame: FrameType, x: Any, axis: Any = None, *rest: Any, keepdims: Any = False, **more: Any) -> Any:
        x = array_of(frame, x)
        # What stands behind the axis is dtype and out, which NumPy's own methods hand on as None.
        check_plain(function, frame, **dict.fromkeys(map(str, rest), True) if any(y is not None for y in rest) else {}, **more)
        # With _NoValue NumPy's functions hand on that nothing was asked.
        keepdims = keepdims is not np._NoValue and bool(keepdims)
        options = {"axis": _axes(axis)} if axis is not None else {}
        value = compute(plain(x), axis=axis, keepdims=keepdims)
        return emit(frame, gate, (x,), value, **options, **({"keepdims": True} if keepdims else {}))

    return handler


def _axes(axis: Any) -> Any:
    return tuple(map(int, axis)) if isinstance(axis, tuple | list) else int(axis)


for _gate, _names in {"sum": "sum", "mean": "mean", "prod": "prod", "amax": "max amax", "amin": "min amin"}.items():
    for _name in _names.split():
        FUNCTIONS[_name] = _collecting(_gate, _name)


_YES_OR_NO = "any all allclose array_equal array_equiv"
"""Functions whose answer is yes or no."""

_WHICH = (
    "argmax argmin argsort argpartition nanargmax nanargmin count_nonzero nonzero flatnonzero argwhere searchsorted digitize "
    "isclose isin lexsort histogram isneginf isposinf"
)
"""Functions whose answer is a count, places or a mask."""

_ABOUT = "shape ndim size zeros_like ones_like empty_like isscalar iscomplexobj isrealobj result_type can_cast"
"""Functions that ask for no cell."""


def _asked(name: str) -> Handler:
    """A function whose answer no small change moves: it is answered, and said, as a branch is."""

    def handler(frame: FrameType, x: Any, *arguments: Any, **options: Any) -> Any:
        answer = getattr(np, name)(*map(plain, (x, *arguments)), **{key: plain(each) for key, each in options.items()})
        recorder = first_traced((x, *arguments, *options.values())).recorder
        if isinstance(answer, tuple):
            recorder.ask(f"{name} is {len(answer)} arrays", True, frame)
            return answer
        if name in _YES_OR_NO.split() and not np.shape(answer):
            return recorder.ask(f"{name} of {np.size(plain(x))} cells holds", bool(answer), frame)
        shown = f"{name} is {answer}" if not np.shape(answer) else f"{name} is an array of {np.size(answer)}"
        recorder.ask(shown, True, frame)
        return answer

    return handler


for _name in f"{_YES_OR_NO} {_WHICH}".split():
    FUNCTIONS[_name] = _asked(_name)

for _name in _ABOUT.split():

    def _plainly(_: FrameType, x: Any, *arguments: Any, _name: str = _name, **options: Any) -> Any:
        return getattr(np, _name)(plain(x), *map(plain, arguments), **options)

    FUNCTIONS[_name] = _plainly
