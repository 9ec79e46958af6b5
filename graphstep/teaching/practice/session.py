"""What comes next: reviews that are due and what is being learned, of mixed kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date

from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.item import Item
from graphstep.teaching.practice.standing import Standing

LEARNING = 3
"""Kinds that are learned side by side: mixed, one learns to tell them apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """An exercise that is due: its kind and level."""

    item: Item
    """The item."""
    level: int
    """Its level."""
    standing: Standing
    """How far the learner is with it."""

    @property
    def key(self) -> str:
        """The key of its standing: ``fork-2``."""
        return key_of(self.item, self.level)


@dataclass(frozen=True, slots=True)
class Session:
    """One sitting."""

    items: Sequence[Item]
    """What can be practised, in the order in which it is met."""
    standings: Mapping[str, Standing]
    """How far the learner is, by the key of a level."""
    today: date
    """The date on which it began."""
    behind: tuple[str, ...] = field(default=())
    """The names of the items of this sitting's exercises, in order."""

    @property
    def due(self) -> tuple[Task, ...]:
        """The reviews that are due, the oldest first; of each item the lower level first."""
        tasks = [
            task
            for item in self.items
            for task in levels_of(item, self.standings)
            if task.standing.due is not None and task.standing.due <= self.today
        ]
        return tuple(sorted(tasks, key=lambda task: task.standing.due or self.today))

    @property
    def learning(self) -> tuple[Task, ...]:
        """What is being learned: of each item the lowest level that is not, of a few items at a time."""
        levels = (levels_of(item, self.standings) for item in self.items)
        tasks = [task for each in levels for task in [task for task in each if not task.standing.learned][:1]]
        begun = [task for task in tasks if task.standing.seed or task.level > 1]
        return tuple([*begun, *(task for task in tasks if task not in begun)][:LEARNING])

    @property
    def next(self) -> Task | None:
        """What comes next: never one kind twice in a row where there is another. None where there is nothing to do today."""
        last = self.behind[-1] if self.behind else ""
        due, learning = self.due, self.learning
        # What is being learned takes turns: what came least often in this sitting comes first.
        turns = sorted(learning, key=lambda task: self.behind.count(task.item.name))
        tasks = [*due, *turns]
        return next((task for task in tasks if task.item.name != last), tasks[0] if tasks else None)

    @property
    def back(self) -> date | None:
        """When the next review is due; None where none is."""
        return min((each.due for each in self.standings.values() if each.due is not None), default=None)

    def after(self, task: Task, standing: Standing) -> Session:
        """The sitting after an exercise."""
        standings = {**self.standings, task.key: standing}
        return Session(self.items, standings, self.today, (*self.behind, task.item.name))


def key_of(item: Item, level: int) -> str:
    """The key of the standing of a level."""
    return f"{item.name}-{level}"


def levels_of(item: Item, standings: Mapping[str, Standing]) -> list[Task]:
    """The levels of an item with their standings, from the easiest on."""
    return [Task(item, level, standings.get(key_of(item, level), Standing())) for level in range(1, len(item.levels) + 1)]
