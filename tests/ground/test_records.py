"""Classes that are not compiled behave as the library's in all that anybody sees of them."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import math
import pickle
import sys
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from typing import Any

import pytest

from graphstep.ground import records
from tests.cases import each

NAN = math.nan


def classes(dataclass: Any) -> dict[str, type]:
    """Classes of every kind that there is in the house, by name."""

    @dataclass(frozen=True, slots=True)
    class Point:
        """A doc."""

        x: float
        y: float = 0.0
        marks: tuple[int, ...] = field(default=(), compare=False)

    @dataclass(frozen=True, slots=True)
    class Single:
        x: Any

    @dataclass(frozen=True)
    class Kept:
        x: float
        y: list[int] = field(default_factory=list, init=False, repr=False, compare=False)

    @dataclass(slots=True)
    class Open:
        x: float
        y: list[int] = field(default_factory=list)

    @dataclass(frozen=True, slots=True, eq=False)
    class Identity:
        x: float

        def __post_init__(self) -> None:
            object.__setattr__(self, "x", self.x + 1)

    @dataclass(frozen=True, slots=True)
    class Further(Point):
        z: float = 3.0

    @dataclass
    class Empty:
        pass

    @dataclass(frozen=True)
    class Own:
        x: float

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return True

    return {name: value for name, value in locals().items() if isinstance(value, type)}


OURS, THEIRS = classes(records.dataclass), classes(dataclasses.dataclass)

CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Point", (1.0,), {}),
    ("Point", (1.0, 2.0, (3,)), {}),
    ("Point", (), {"y": 2.0, "x": 1.0}),
    ("Point", (), {}),
    ("Point", (1.0,), {"x": 2.0}),
    ("Point", (1.0,), {"w": 2.0}),
    ("Point", (1.0, 2.0, (), 4.0), {}),
    # Whether one nan is equal to itself in two instances: until Python 3.13 fields were compared as a tuple, as here.
    *([("Single", (NAN,), {})] if sys.version_info < (3, 13) else []),
    ("Single", ([],), {}),
    ("Kept", (1.0,), {}),
    ("Kept", (1.0, []), {}),
    ("Kept", (1.0,), {"y": []}),
    ("Open", (1.0,), {}),
    ("Open", (1.0, [2]), {}),
    ("Identity", (1.0,), {}),
    ("Further", (1.0,), {"z": 5.0}),
    ("Empty", (), {}),
    ("Empty", (1,), {}),
    ("Own", (1.0,), {}),
]


def outcome(action: Any) -> str:
    """What an action gives, or what it raises."""
    try:
        return repr(action())
    except (TypeError, AttributeError, FrozenInstanceError) as error:
        return f"{type(error).__name__}: {error}"


def seen(classes: dict[str, type], name: str, values: Any, named: Any) -> list[str]:
    """What can be seen of an instance of a class, made with these arguments."""
    cls: Any = classes[name]
    stranger: Any = classes[{"Point": "Further", "Further": "Point"}.get(name, "Single")]

    def made() -> Any:
        return cls(*values, **named)

    return [
        outcome(made),
        outcome(lambda: made() == made()),
        outcome(lambda: made() == stranger(1.0)),
        outcome(lambda: hash(made()) == hash(made())),
        outcome(lambda: setattr(made(), "x", 2.0)),
        outcome(lambda: delattr(made(), "x")),
        outcome(lambda: replace(made(), x=7.0)),
        outcome(lambda: asdict(made())),
        outcome(lambda: copy.copy(made())),
        outcome(lambda: [(f.name, f.type, f.init, f.compare) for f in fields(made())]),
        outcome(lambda: cls.__match_args__),
        outcome(lambda: hasattr(made(), "__dict__")),
    ]


@each("name, values, named", CALLS)
def test_instances_are_made_compared_and_printed_as_the_library_does(name: str, values: Any, named: Any) -> None:
    assert seen(OURS, name, values, named) == seen(THEIRS, name, values, named)


@each("name", OURS)
def test_the_hundredth_instance_is_as_the_first_and_the_signature_as_the_librarys(name: str) -> None:
    values = () if name == "Empty" else (1.0,)
    made = [repr(OURS[name](*values)) for _ in range(records._FEW + 5)]
    assert set(made) == {repr(THEIRS[name](*values))}
    assert inspect.signature(OURS[name]) == inspect.signature(THEIRS[name])


def test_equal_instances_have_one_hash_and_may_be_keys() -> None:
    point = OURS["Point"]
    assert len({point(1.0, 2.0, (1,)), point(1.0, 2.0, (2,)), point(1.0, 3.0)}) == 2
    assert OURS["Open"].__hash__ is None
    assert OURS["Single"](NAN) == OURS["Single"](NAN)


def test_an_instance_goes_to_another_process_and_comes_back() -> None:
    from graphstep.ground.operands import Constant

    constant = Constant(2.5, "2.5")
    assert pickle.loads(pickle.dumps(constant)) == constant == copy.deepcopy(constant)


def test_a_subclass_may_have_attributes_of_its_own() -> None:
    class Wider(OURS["Kept"]):  # type: ignore[misc]
        pass

    wide = Wider(1.0)
    wide.other = 2
    with pytest.raises(FrozenInstanceError, match="'x'"):
        wide.x = 2.0


def test_a_record_differs_in_nothing_but_that_its_fields_can_be_set() -> None:
    ours, others = classes(records.record), classes(dataclasses.dataclass)
    for name in ("Point", "Single", "Kept", "Identity", "Further"):
        one, same, other = ours[name](1.0), ours[name](1.0), others[name](1.0)
        assert repr(one) == repr(other), name
        assert (one == same, hash(one) == hash(same)) == (name != "Identity",) * 2, name
        one.x = 2.0
        assert copy.copy(one).x == 2.0, name


def test_who_follows_calls_sees_none_that_is_compiled() -> None:
    point, files = classes(records.dataclass)["Point"], set[str]()
    before = sys.gettrace()
    sys.settrace(lambda frame, *_: files.add(frame.f_code.co_filename))
    try:
        for _ in range(records._FEW + 5):
            point(1.0)
    finally:
        sys.settrace(before)
    assert files == {records.__file__}
