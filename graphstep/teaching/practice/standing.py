"""How far a learner is with one level of an item: how much of it is asked, and when it comes back.

At first an exercise comes worked as a whole, then its last step is asked, then the last two, one more each time: a worked example
that fades. Once all steps are right it comes back after 1, 7 and 7 days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from graphstep.ground.records import dataclass

REVIEWS = (1, 7, 7)
"""Days until what is learned comes back, for the first time and behind each time that it is right."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a learner is."""

    asked: int = 0
    """How many of the last steps are asked while it is learned."""
    reviews: int = 0
    """Which review it waits for, from 1 on; 0 while it is learned."""
    due: date | None = None
    """When that is due; None while it is learned, and when all reviews are done."""
    seed: int = 0
    """The seed of the next exercise, so that none comes twice."""

    @property
    def learned(self) -> bool:
        """Whether all its steps were right once, and it comes back at most."""
        return self.reviews > 0

    @property
    def done(self) -> bool:
        """Whether it does not come back any more."""
        return self.learned and self.due is None

    def worked(self, blanks: int) -> int:
        """How many of so many blanks come worked."""
        return 0 if self.learned else max(0, blanks - self.asked)

    def after(self, blanks: int, *, flawless: bool, today: date) -> Standing:
        """The standing after an exercise of so many blanks, which was flawless or not."""
        following = replace(self, seed=self.seed + 1)
        if self.learned:
            return following._reviewed(flawless, today)
        if not flawless:
            return following
        # One more step each time, and only behind an exercise without a slip; where all were asked, it is learned.
        if self.asked < blanks:
            return replace(following, asked=self.asked + 1)
        return replace(following, reviews=1, due=today + timedelta(REVIEWS[0]))

    def _reviewed(self, flawless: bool, today: date) -> Standing:
        if not flawless:
            # What was forgotten comes back tomorrow, and has all of its reviews before it.
            return replace(self, reviews=1, due=today + timedelta(REVIEWS[0]))
        if self.reviews < len(REVIEWS):
            return replace(self, reviews=self.reviews + 1, due=today + timedelta(REVIEWS[self.reviews]))
        return replace(self, due=None)
