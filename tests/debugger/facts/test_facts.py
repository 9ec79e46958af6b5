"""Facts: plain data that cannot be changed, the faults of what was typed among them."""

from __future__ import annotations

from dataclasses import is_dataclass

import pytest

from graphstep.debugger import facts
from graphstep.ground.errors import InputError, ReadError
from graphstep.language.read import read
from graphstep.telling.words.english import MESSAGES
from tests.cases import each

KINDS = [kind for kind in vars(facts).values() if isinstance(kind, type) and issubclass(kind, facts.Fact) and is_dataclass(kind)]


@each("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_fact_is_compared_by_what_it_holds_and_cannot_be_changed(kind: type) -> None:
    names = kind.__match_args__
    one, same = (kind(*range(len(names))) for _ in range(2))
    assert one == same
    assert hash(one) == hash(same)
    for name in (*names, "more"):
        with pytest.raises((AttributeError, TypeError)):
            setattr(one, name, 7)


def test_a_fault_keeps_what_would_do_and_the_place_of_an_error_that_has_one() -> None:
    with pytest.raises(ReadError) as caught:
        read("x + + * y")
    fault = facts.Fault.of(caught.value)
    assert (fault.message, fault.hint) == (caught.value.message, caught.value.hint)
    assert fault.text == "x + + * y"
    assert fault.span == caught.value.span
    nowhere = facts.Fault.of(InputError("no such thing", hint="another one"))
    assert (nowhere.message, nowhere.hint, nowhere.text, nowhere.span) == ("no such thing", "another one", "", None)


def test_a_notice_holds_the_id_of_its_message_and_what_its_variables_stand_for() -> None:
    told = facts.notice("reply-no-step", 3, steps=7)
    assert told.message in MESSAGES
    assert (told.node, dict(told.figures)) == (3, {"steps": 7})
