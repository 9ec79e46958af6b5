"""What time it is: the one object that asks, so that whoever tests what hangs on it hands in another one."""

from __future__ import annotations

from datetime import date
from time import monotonic
from typing import Protocol


class Clock(Protocol):
    """A clock: seconds since some moment, and the date."""

    def seconds(self) -> float:
        """Seconds since some moment, which never go back."""

    def today(self) -> date:
        """The date where the user is."""


class SystemClock:
    """The clock of the machine."""

    def seconds(self) -> float:
        """Seconds since the machine was started."""
        return monotonic()

    def today(self) -> date:
        """The date where the user is."""
        # A day ends where the learner lives: the local date is what is meant.
        return date.today()
