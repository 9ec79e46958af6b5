"""Chance that is the same on every machine: numbers drawn from SHA-256 of what is drawn for."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A row of draws that hangs on nothing but its name.

    >>> chance = Chance("fork", 2, 7)
    >>> [chance.below(6) for _ in range(4)] == [Chance("fork", 2, 7).below(6), *(chance.below(1) for _ in range(3))]
    False
    """

    def __init__(self, *name: str | int) -> None:
        self._name = "\0".join(map(str, name)).encode()
        self._block = 0
        self._left = b""

    def below(self, count: int) -> int:
        """A whole number from 0 on, below a count."""
        if len(self._left) < 4:
            # Not Python's random: of its methods only random() is promised to draw the same numbers in later versions. A hash is
            # 32 bytes, which are eight draws.
            self._left = sha256(self._name + b"\0%d" % self._block).digest()
            self._block += 1
        drawn, self._left = int.from_bytes(self._left[:4], "big"), self._left[4:]
        # Four bytes are so many that what the remainder prefers is less than one draw in a million.
        return drawn % count

    def one(self, of: Sequence[T]) -> T:
        """One of several."""
        return of[self.below(len(of))]
