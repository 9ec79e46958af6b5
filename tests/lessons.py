"""The lessons that are shipped, each run once for all tests of a process: nobody changes them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from graphstep.teaching.lesson import open_lesson
from graphstep.teaching.lesson.catalogue import catalogue, find

if TYPE_CHECKING:
    from pathlib import Path

    from graphstep.teaching.lesson.rehearsal import Rehearsal


@functools.cache
def opened(path: Path) -> Rehearsal:
    """A lesson by its file."""
    return open_lesson(path)


@functools.cache
def shipped(number: int) -> Rehearsal:
    """A lesson by its number."""
    return opened(catalogue()[number - 1].path)


@functools.cache
def rehearsed(words: str) -> Rehearsal:
    """A lesson by what a learner calls it."""
    return opened(find(words))
