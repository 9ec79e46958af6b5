"""Rules at single points, and rows of the table with something wrong in them, for what has to notice it."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np

from graphstep.gates import ELEMENTWISE
from graphstep.gates.elementwise import elementwise
from graphstep.gates.numbers import local
from graphstep.gates.rule import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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


def remarked(rule: Rule, call: Call) -> str:
    """What is said of a tie or a kink that a gate at work is at, in English; the empty string elsewhere."""
    sentences = []
    for key, figures in () if rule.remark is None else rule.remark(np, call):
        sentence = rule.remarks[key]
        text = sentence if isinstance(sentence, str) else sentence[figures["count"] != 1]
        sentences.append(text.format(**{name: f"{number:,}" for name, number in figures.items()}))
    return " ".join(sentences)


def for_every(rows: Mapping[str, Rule]) -> Callable[[Callable[[Rule], None]], Callable[[], None]]:
    """Make the test of a row one case for all rows, which lists those that fail, by name, with what was said of each.

    A case of its own costs more than most of these checks: every worker collects it, and its report is sent.
    """

    def decorate(test: Callable[[Rule], None]) -> Callable[[], None]:
        def all_rows() -> None:
            faults = {}
            for name, row in rows.items():
                try:
                    test(row)
                except AssertionError as fault:
                    faults[name] = str(fault)
            assert faults == {}

        all_rows.__name__, all_rows.__doc__ = test.__name__, test.__doc__
        return all_rows

    return decorate
