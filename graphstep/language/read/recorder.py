"""Functions and repetitions as the grammar recognises them: their bodies are recorded instead of being carried out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphstep.language.read import misuses
from graphstep.language.read.bodies import Function, Loop, Mark, Tape

_AT_ONCE = frozenset({"begin", "function", "loop", "block", "first_name", "two_names", "next_name"})
"""The actions that are never recorded: they say what is a body, and of what."""


class Recorder:
    """Hands the actions of the grammar on: to be carried out at once, or inside a body, to its tape."""

    def __init__(self, text: str) -> None:
        self.text = text
        """The text, normalised."""
        # The bodies that are being recorded, the innermost last.
        self._tapes: list[Tape] = []

    def act(self, action: str, parts: list[Any]) -> Any:
        """What an action of the grammar comes to: its result, or inside a body, its place on the tape."""
        if not self._tapes or action in _AT_ONCE:
            return getattr(self, action)(parts)
        return self._tapes[-1].record(action, parts)

    def begin(self, parts: Sequence[Any]) -> Any:
        """The head of a function or a repetition: its body is recorded from here on."""
        self._tapes.append(Tape())
        return parts

    def function(self, parts: Sequence[Any]) -> Any:
        """``def f(a, b) = a*b``"""
        (head, parameters, *_), body = parts
        tape = self._tapes.pop()
        names = tuple(token.text for token in parameters)
        for place, token in enumerate(parameters):
            if token.text in names[:place]:
                raise misuses.input_twice(self.text, token.text, token.span)
        function, span = Function(head.text, names, tape, body), (head.start_pos, head.end_pos - 1)
        return self.act("define", [function, span])

    def loop(self, parts: Sequence[Any]) -> Any:
        """``repeat 3 { h = tanh(h) }``"""
        (head,), body, end = parts
        tape = self._tapes.pop()
        return self.act("repetition", [Loop(head.turns, tape, body, (head.start_pos, end.end_pos))])

    def block(self, parts: Sequence[Any]) -> Mark:
        """``{ … }`` behind the head of a function."""
        mark: Mark = parts[1]
        return mark

    def first_name(self, parts: Sequence[Any]) -> list[Any]:
        """The first input of a function."""
        return [parts[0]]

    def two_names(self, parts: Sequence[Any]) -> list[Any]:
        """The first two of several names."""
        return [parts[0], parts[2]]

    def next_name(self, parts: Sequence[Any]) -> list[Any]:
        """Several names, one more."""
        parts[0].append(parts[2])
        names: list[Any] = parts[0]
        return names
