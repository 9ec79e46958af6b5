"""What can be reached in a graph of any depth: no call stands inside another for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def reached(starts: Iterable[T], following: Callable[[T], Iterable[T]]) -> Iterator[T]:
    """Some nodes and all to which ``following`` leads from them, each once; the last one that was met goes on first.

    >>> list(reached([12], lambda n: [n // 2, n // 3] if n > 1 else []))
    [12, 4, 1, 2, 0, 6, 3]
    """
    ahead = list(dict.fromkeys(starts))
    met = set(ahead)
    while ahead:
        node = ahead.pop()
        yield node
        new = [each for each in dict.fromkeys(following(node)) if each not in met]
        met.update(new)
        ahead += new
