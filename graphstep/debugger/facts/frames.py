"""What a reply says of composite gates and calls: opened and closed, folded and unfolded."""

from __future__ import annotations

from graphstep.debugger.facts.fact import AboutNode, Fact
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class Opened(AboutNode):
    """A composite gate is open: its parts are on show."""


@dataclass(frozen=True, slots=True)
class Closed(AboutNode):
    """The gate that was opened last is closed."""

    by_step: bool = False
    """Whether a step led out of it; else the place is the one at which it was opened."""


@dataclass(frozen=True, slots=True)
class Pending(Fact):
    """Inside an opened gate there is no step further yet: no gradient has arrived at the gate."""


@dataclass(frozen=True, slots=True)
class NoComposite(Fact):
    """There is no composite gate here."""


@dataclass(frozen=True, slots=True)
class NothingOpen(Fact):
    """No gate and no call is open."""


@dataclass(frozen=True, slots=True)
class Folded(Fact):
    """Gates that were typed in parts are one gate each."""

    fewer: int
    """The gates that are saved."""


@dataclass(frozen=True, slots=True)
class Unfolded(Fact):
    """The gates are as typed again."""


@dataclass(frozen=True, slots=True)
class NothingToFold(Fact):
    """No parts of a composite gate are typed."""


@dataclass(frozen=True, slots=True)
class AboutCall(Fact):
    """A fact about a call, a repetition or one of its turns."""

    frame: int
    """Which one: an index of the program's frames."""


@dataclass(frozen=True, slots=True)
class CallOpened(AboutCall):
    """A call was opened: its own steps are walked through."""


@dataclass(frozen=True, slots=True)
class CallClosed(AboutCall):
    """A call was closed: it is stepped over as one."""
