"""Our dataclasses do what those of the standard library do."""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import FrozenInstanceError, field, fields, replace
from typing import Any

import pytest

from graphstep.ground.records import dataclass


def classes(make: Any) -> tuple[type, type, type]:
    @make(frozen=True, slots=True)
    class Base:
        a: int
        """A."""
        b: list[int] = field(default_factory=list, compare=False)
        """B."""
        c: str = field(default="c", repr=False)
        """C."""

    @make(frozen=True, slots=True)
    class Derived(Base):
        d: float = 0.5
        """D."""
        e: str = field(init=False, default="made")
        """E."""

        def __post_init__(self) -> None:
            object.__setattr__(self, "e", f"{self.a}{self.c}")

        def __repr__(self) -> str:
            return "its own"

    @make(frozen=True, slots=True, eq=False)
    class Alone:
        a: int
        """A."""

    return Base, Derived, Alone


OURS, THEIRS = classes(dataclass), classes(dataclasses.dataclass)


def both(ask: Any) -> Any:
    """What is true of both kinds, which has to be the same."""
    answers = []
    for kind in (OURS, THEIRS):
        try:
            answers.append(ask(*kind))
        except (TypeError, AttributeError) as error:
            answers.append((type(error), str(error)))
    assert answers[0] == answers[1]
    return answers[0]


def test_instances_are_made_shown_and_compared_alike() -> None:
    assert both(lambda base, sub, alone: repr(base(1)).rpartition(".")[2]) == "Base(a=1, b=[])"
    assert both(lambda base, sub, alone: (base(1, [2]) == base(1), base(1) == base(2), base(1) == sub(1))) == (
        True,
        False,
        False,
    )
    assert both(lambda base, sub, alone: (hash(base(1, [2])), hash(sub(1)))) == (
        hash((1, "c")),
        hash((1, "c", 0.5, "1c")),
    )
    assert both(lambda base, sub, alone: (alone(1) == alone(1), len({alone(1), alone(1)}))) == (False, 2)
    assert both(lambda base, sub, alone: (base(1).b is base(1).b, sub(1, c="x").e, repr(sub(1)))) == (
        False,
        "1x",
        "its own",
    )
    for wrong in ((), (1, 2, 3, 4)):
        kind, _ = both(lambda base, sub, alone, wrong=wrong: base(*wrong))
        assert kind is TypeError


def test_they_are_frozen_and_have_slots() -> None:
    assert both(lambda base, sub, alone: setattr(base(1), "a", 2)) == (FrozenInstanceError, "cannot assign to field 'a'")
    assert both(lambda base, sub, alone: delattr(sub(1), "a")) == (FrozenInstanceError, "cannot delete field 'a'")
    with pytest.raises(FrozenInstanceError):
        OURS[0](1).z = 2
    assert both(lambda base, sub, alone: (base.__slots__, sub.__slots__, hasattr(base(1), "__dict__"))) == (
        ("a", "b", "c"),
        ("d", "e"),
        False,
    )


def test_they_are_copied_and_taken_apart_alike() -> None:
    for duplicate in (copy.copy, copy.deepcopy):
        assert both(lambda base, sub, alone, duplicate=duplicate: duplicate(sub(1, [2], d=3.0)).b) == [2]
    assert both(lambda base, sub, alone: replace(base(1, [2]), a=5).a) == 5
    assert both(lambda base, sub, alone: [(x.name, x.type) for x in fields(sub)])[0] == ("a", "int")
    assert both(lambda base, sub, alone: (base.__match_args__, base(1).__init__.__annotations__))[0] == ("a", "b", "c")
    assert both(lambda base, sub, alone: dataclasses.asdict(base(1))) == {"a": 1, "b": [], "c": "c"}


@pytest.mark.parametrize(("first", "second"), [(dataclass, dataclasses.dataclass), (dataclasses.dataclass, dataclass)])
def test_either_kind_may_be_the_base_of_the_other(first: Any, second: Any) -> None:
    @first(frozen=True, slots=True)
    class Base:
        a: int
        """A."""

    @second(frozen=True, slots=True)
    class Other(Base):
        b: int
        """B."""

    made = Other(1, 2)
    assert (made.a, made.b, made == Other(1, 2), made == Other(1, 3)) == (1, 2, True, False)
    for name in ("a", "b"):
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, 3)
    with pytest.raises(TypeError, match="cannot inherit non-frozen dataclass from a frozen one"):
        dataclasses.dataclass(slots=True)(type("Loose", (Base,), {"__annotations__": {"c": "int"}}))
