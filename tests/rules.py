"""Rules at single points, and rows of the table with something wrong in them, for what has to notice it."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

from graphstep.gates import ELEMENTWISE
from graphstep.gates.elementwise import elementwise
from graphstep.gates.numbers import local
from graphstep.gates.rule import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.gates import Rule, Ties


def altered(name: str, **parts: Any) -> Rule:
    """An elementwise row with other parts: what a rule is made of is put together anew."""
    rule = ELEMENTWISE[name]
    kept: dict[str, Any] = {part: getattr(rule, part) for part in signature(elementwise).parameters if hasattr(rule, part)}
    kept |= {"backward": rule.backward[0], "defaults": rule.fillers, "expansion": "", "scales": rule.scales}
    return elementwise(**{**kept, **parts})


def local_at(rule: Rule, slot: int, inputs: Sequence[Any], out: Any, constants: Sequence[int] = (), ties: Ties = "first") -> Any:
    """The local gradient of an elementwise gate at these inputs, as a run computes it."""
    return local(rule, Call(tuple(inputs), out, {}, ties, constants=tuple(constants)), slot)
