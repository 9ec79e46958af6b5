"""What a run can be compared with, and the comparison: the run before an edit, as it was opened, or one that was saved."""

from __future__ import annotations

from graphstep.analysis.compare import Comparison, compare, compare_runs, snapshot_of
from graphstep.debugger.cuts import run_before
from graphstep.debugger.parts import BASES, Base
from graphstep.debugger.places import with_inputs
from graphstep.debugger.state import UNDONE, State
from graphstep.ground.arrays import Number
from graphstep.language.cut import alignment


def bases_of(state: State) -> tuple[Base, ...]:
    """The runs that a run can be compared with, the most likely one first."""
    edits = len(state.past)
    # With one edit both are one run; and where as many edits are kept as may be, the first of all may be gone.
    there = {"saved": state.saved is not None, "before": edits > 0, "opened": 1 < edits < UNDONE}
    return tuple(base for base in BASES if there[base])


def comparison_of(state: State, base: Base) -> Comparison:
    """The comparison of another run with the run now; of the whole program, also where a gate is open."""
    now = state.root
    if base == "saved":
        assert state.saved is not None, "bases_of offers it only then"
        return compare(state.saved.snapshot, snapshot_of(now))
    edits = state.past[-1:] if base == "before" else state.past
    if any(edit.program is not None for edit in edits):
        before = run_before(state, edits)
        where = alignment(before.program, now.program)
        return compare(snapshot_of(before), snapshot_of(now), places=None if where is None else dict(enumerate(where)))
    # From the last edit back: of an input that was edited twice the value before the first edit is what counts.
    inputs: dict[str, Number] = {}
    for edit in reversed(edits):
        inputs.update(edit.inputs.values)
    before = with_inputs(now, inputs).trace
    if before.program is now.program:
        return compare_runs(before, now)
    # With other shapes the nodes are others.
    return compare(snapshot_of(before), snapshot_of(now))
