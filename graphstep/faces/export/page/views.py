"""What a page shows one at a time: the program, each call, repetition and turn in it, and the inside of each composite gate.

A view has the steps that somebody sees who is within it, and goes over what is closed in it as one, as in the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from graphstep.debugger.frames import frame_of
from graphstep.engine.calls import closed_at, steps_of_frame
from graphstep.engine.trace import Trace
from graphstep.faces.drawing.diagram import Diagram, diagram
from graphstep.faces.drawing.folded import folded
from graphstep.ground.records import dataclass
from graphstep.language.frames import is_composite
from graphstep.telling.calls import call_title, explain_within
from graphstep.telling.explanation import Explanation
from graphstep.telling.names import output_name

OPENED = 200
"""Steps inside of composite gates up to which a page has them; of more it has none, as of a gate that has no parts."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A composite gate that is open, in the run around it."""

    view: int
    """The view that the gate stands in."""
    gate: int
    """The gate."""
    computes: int
    """The step that computes it."""
    complete: int | None
    """The step after which its gradient is complete, so that its parts send; None where a page ends before, or none does."""
    sent: int
    """The step in which it has sent everything."""


@dataclass(frozen=True, eq=False)
class View:
    """One view of a page. Views of one run differ in what is open."""

    run: int
    """Which of the runs on the page: that of the program, or of an opened gate."""
    trace: Trace
    """The run."""
    last: int
    """The last of its steps that the page tells."""
    within: int
    """The call that is open; 0 for the whole run."""
    around: int | None
    """The view of the call around it; None where it is the whole run."""
    opened: Opened | None = None
    """The gate whose parts the run computes; None for a run of the program."""

    @property
    def passes(self) -> list[range]:
        """Its steps, by pass, as far as the page tells them."""
        if not self.within:
            return [range(self.last + 1)]
        steps = (steps_of_frame(self.trace, self.within, backward=way) for way in (False, True))
        return [range(each.start, min(each.stop, self.last + 1)) for each in steps if each.start <= self.last and each]

    @cached_property
    def stops(self) -> Mapping[int, int]:
        """The steps that are seen in it, ascending, each with the call of which it is the last step; 0 where it is of none."""
        return dict(self._stops())

    def _stops(self) -> Iterator[tuple[int, int]]:
        for steps in self.passes:
            n = steps.start
            while n < steps.stop:
                call = closed_at(self.trace, n, self.within)
                if call:
                    # What is closed is gone over as one: its last step of this pass stands for all of them.
                    n = steps_of_frame(self.trace, call, backward=n >= self.trace.seed_step).stop - 1
                if n < steps.stop:
                    yield n, call
                n += 1

    @cached_property
    def explanations(self) -> tuple[Explanation, ...]:
        """The explanation of each step."""
        return tuple(explain_within(self.trace, n, self.within) for n in self.stops)

    @cached_property
    def drawn(self) -> Diagram:
        """Its drawing: of a call that is open what is in it and what it reads, so that a page does not draw the rest again."""
        return folded(self.trace, self.within, alone=True) if self.trace.program.frames else diagram(self.trace)

    @property
    def name(self) -> str:
        """The name of the view in a position; empty for the program."""
        if self.within:
            return self.trace.program.frames[self.within].label
        return "" if self.trace.program.scope is None else self.trace.program.scope.name

    @property
    def title(self) -> str:
        """What it is called where it is open."""
        return call_title(self.trace, self.within) if self.within else self.name or output_name(self.trace.program)


def views_of(trace: Trace, last: int) -> list[View]:
    """The views of a page that tells a run up to a step: the program first, and what is open in another behind that."""
    views = _calls(trace, last, 0, 0, None)
    outer = len(views)
    inside, runs, place = 0, 1, 0
    while place < len(views):
        # The list grows while it is walked: a gate inside of an opened gate is opened in its turn, behind it.
        for gate in _composites(views[place]):
            opened = _opened(views[place], place, gate)
            inner = frame_of(views[place].trace, gate)
            end = inner.seed_step - 1 if opened.complete is None else len(inner)
            inside += end
            # All or nothing: parts of some gates and not of others would be a riddle to who presses i.
            if inside > OPENED:
                return views[:outer]
            views += _calls(inner, end, runs, len(views), opened)
            runs += 1
        place += 1
    return views


def leaves_out_parts(views: Sequence[View]) -> bool:
    """Whether a page has composite gates and does not hold their parts, which would make it too large."""
    return all(view.opened is None for view in views) and any(True for view in views for _ in _composites(view))


def _calls(trace: Trace, last: int, run: int, first: int, opened: Opened | None) -> list[View]:
    """The views of one run, of which the first gets a number in the page."""
    views, at = [View(run, trace, last, 0, None, opened)], {0: first}
    for frame, call in enumerate(trace.program.frames):
        gates = trace.program.gates_of_frames[frame]
        # Frame 0 is the program itself; what a page that ends early has not computed it does not open.
        if frame and gates and call.around in at and trace.step_of_value(gates.start) <= last:
            at[frame] = first + len(views)
            views.append(View(run, trace, last, frame, at[call.around]))
    return views


def _composites(view: View) -> Iterator[int]:
    """The composite gates that stand in a view itself."""
    trace = view.trace
    gates = (
        trace.program.gates_of_frames[view.within] if view.within else range(trace.program.first_gate, len(trace.program.nodes))
    )
    for gate in gates:
        node = trace.node(gate)
        if node.frame == view.within and is_composite(node) and trace.step_of_value(gate) <= view.last:
            yield gate


def _opened(view: View, place: int, gate: int) -> Opened:
    trace = view.trace
    computes, complete, sent = trace.step_of_value(gate), trace.step_of_gradient(gate), trace.sends(gate)
    last = sent[-1].step if sent else computes
    # Its backward pass is shown whole or not at all.
    ends = complete is not None and max(complete, last) <= view.last
    return Opened(place, gate, computes, complete if ends else None, last if ends else computes)
