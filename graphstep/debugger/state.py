"""The state of the debugger: a run, the place in it, and what the user has set. Plain data that nobody changes."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from graphstep.debugger.parts import Caller, Edit, Folding, Mark, Place, Quantity, Saved, Shelf, same_value, same_values
from graphstep.engine.calls import open_at
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.debugger.actions import Set
    from graphstep.debugger.conditions import Condition
    from graphstep.debugger.score import Score
    from graphstep.engine.step import Phase
    from graphstep.engine.trace import Trace
    from graphstep.teaching.lesson.walk import LessonRun

UNDONE = 100
"""Edits that can be undone: the values before each are kept."""


@dataclass(frozen=True, eq=False)
class State:
    """The whole debugger. Two states are equal when they were opened alike, stand at one place, and are set alike.

    Nodes and steps are those of the run on show: of the whole program, or of a gate that is open.
    """

    trace: Trace
    """The run on show, with the inputs as they were edited: of the program, or of the gate that was opened last."""
    at: int = 0
    """The number of the step that is shown; 0 is the start."""
    selected: int | None = None
    """The node that is selected."""
    cells: tuple[tuple[int, tuple[int, ...]], ...] = ()
    """By node, ascending, the cell of its array that was looked at last; a nudge moves it."""
    nodes: tuple[int, ...] = ()
    """The nodes with a breakpoint, ascending."""
    conditions: tuple[Condition, ...] = ()
    """The conditions to stop at."""
    watches: tuple[Quantity, ...] = ()
    """The quantities that are listed with every step."""
    score: Score | None = None
    """The answers in predict mode; None outside of it."""
    frames: tuple[Caller, ...] = ()
    """The gates that are open, the outermost first, each with the place around it."""
    within: int = 0
    """The call of a function, the repetition or the turn of one that is open, with all around it: an index of the program's
    frames. Calls inside it are stepped over as one."""
    shelves: tuple[Shelf, ...] = ()
    """What is set inside gates that are closed, by their paths, ascending."""
    folding: Folding | None = None
    """What the program was before its gates were folded; None where they are as it was opened."""
    marks: tuple[Mark, ...] = ()
    """The places with a letter, by letter."""
    past: tuple[Edit, ...] = ()
    """The edits that can be undone, the latest last."""
    saved: Saved | None = None
    """A run that was read from elsewhere, to compare with."""
    lesson: LessonRun | None = None
    """The place in the lesson that is gone through; None outside of one."""
    round: int | None = None
    """The round that the run is, of a training to which one can go back; None for any other run."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State) or not same_run(self.root, other.root):
            return False
        # The run inside an opened gate follows from the whole one and the frames: to compare it would compare arrays twice.
        return all(getattr(self, part.name) == getattr(other, part.name) for part in fields(self) if part.name != "trace")

    def __hash__(self) -> int:
        return hash((self.at, self.selected, self.nodes, len(self.trace)))

    @property
    def language(self) -> str:
        """The code of the language in which the run is told."""
        return self.trace.writing.language

    @property
    def place(self) -> Place:
        """Where the user is."""
        return Place(self.at, self.selected, self.nodes, self.cells, self.within)

    @property
    def at_hand(self) -> Set:
        """The set of actions that apply: stepping, or a lesson."""
        return "stepping" if self.lesson is None else "lesson"

    @property
    def limit(self) -> int | None:
        """The last step that a lesson lets the learner look at; None for all: in a run that was edited, and at the end."""
        lesson = self.lesson
        if lesson is None or lesson.finished or self.root is not lesson.scene.trace:
            return None
        return lesson.step

    @property
    def root(self) -> Trace:
        """The run of the whole program."""
        return self.frames[0].trace if self.frames else self.trace

    @property
    def root_place(self) -> Place:
        """Where the user is in the whole program."""
        return self.frames[0].place if self.frames else self.place

    def with_root_place(self, place: Place) -> State:
        """The state at another place of the whole program, with the same gates open."""
        if self.frames:
            return replace(self, frames=(replace(self.frames[0], place=place), *self.frames[1:]))
        return self.at_place(place)

    def at_place(self, place: Place) -> State:
        """The state at another place of the run on show."""
        return replace(self, **{part.name: getattr(place, part.name) for part in fields(place)})

    @property
    def path(self) -> tuple[int, ...]:
        """The gates that are open, from the outside in."""
        return tuple(caller.node for caller in self.frames)

    @property
    def last(self) -> int:
        """The number of the last step that may be looked at: of the forward pass inside a gate whose gradient has not arrived."""
        if self.frames:
            return len(self.trace) if self.frames[-1].sends else self.trace.seed_step - 1
        return len(self.trace) if self.limit is None else min(self.limit, len(self.trace))

    @property
    def phase(self) -> Phase:
        """``start``, ``forward``, ``backward`` or ``update``."""
        return self.trace.step(self.at).phase

    @property
    def end_of_phase(self) -> int:
        """The number of the last step of this phase; of the next one when this is it already."""
        forward, backward = self.trace.seed_step - 1, self.trace.last_backward_step
        return forward if self.at < forward else backward if self.at < backward else len(self.trace)

    @property
    def subject(self) -> int:
        """The node that a question is about: the selected one, else the one that the step gives a value or gradient."""
        return self.trace.step(self.at).node if self.selected is None else self.selected

    def with_edit(self, edit: Edit) -> State:
        """The state with one more edit that can be undone."""
        return replace(self, past=(*self.past, edit)[-UNDONE:])

    def without_edit(self, undone: State) -> State:
        """The state before the last edit: ``undone`` in its place, with the marks as they were."""
        edit, after = self.past[-1], replace(undone, past=self.past[:-1])
        # Who has gone elsewhere since then stays there.
        if self.root_place == edit.end:
            after = after.with_root_place(edit.place)
        if edit.marks:
            # A mark that was not set anew since is where it was.
            back = {new: old for old, new in edit.marks}
            after = replace(after, marks=tuple(back.get(old, new) for old, new in zip(self.marks, after.marks, strict=True)))
        return after

    def cell(self, node: int) -> tuple[int, ...]:
        """The cell of an array that was looked at last; the first unless one was."""
        return dict(self.cells).get(node, (0,) * len(self.trace.node(node).shape))

    def with_cell(self, node: int, cell: tuple[int, ...]) -> State:
        """The state with another cell of an array looked at last."""
        return replace(self, cells=tuple(sorted({**dict(self.cells), node: cell}.items())))

    def carried_to(self, trace: Trace, at: int, node: Callable[[int], int], **others: Any) -> State:
        """The state, with all gates closed, in another run of the same calculation; ``node`` leads from a node to the new one."""
        selected = None if self.selected is None else node(self.selected)
        nodes = tuple(sorted({node(index) for index in self.nodes}))
        within = open_at(trace, at)
        # The cells that were looked at are forgotten: in another shape they may not be there.
        return replace(self, trace=trace, at=at, selected=selected, nodes=nodes, cells=(), within=within, **others)


def same_run(one: Trace, other: Trace) -> bool:
    """Whether two runs are of one program, with equal inputs, and so have equal numbers."""
    if one is other:
        return True
    return (
        one.program == other.program
        and one.setup == other.setup
        and one.ties == other.ties
        and len(one.updates) == len(other.updates)
        and same_value(one.seed, other.seed)
        and same_values(one.inputs, other.inputs)
    )


def moved(state: State, n: int) -> State:
    """The state at step ``n``, or as near as it may be; an open question of predict mode is dropped."""
    at = min(max(n, 0), state.last)
    return replace(without_question(state), at=at, within=open_at(state.trace, at, state.within))


def without_question(state: State) -> State:
    """The state without an open question of predict mode."""
    score = state.score
    return state if score is None or score.tries is None else replace(state, score=score.closed)
