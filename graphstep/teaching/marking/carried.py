"""An error carried forward: what a step comes to with the numbers that were typed before it.

All earlier answers are put into the run as they were typed, right or wrong, and what is behind them is computed again. An answer
that comes out of that is as good as a right one. Where it would be too easy to come by, nobody
can tell, and it is left to a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from graphstep.analysis.facts import Named, Quoted, Slot
from graphstep.engine.overrides import Override, OverrideKind, overridden
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number, number_text, shape_of
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.teaching.marking.misconceptions import slips
from graphstep.teaching.marking.precision import Answer, is_equal, is_meant
from graphstep.teaching.marking.quantities import Quantity
from graphstep.teaching.marking.solution import Solution


@dataclass(frozen=True, slots=True)
class Earlier:
    """A number that was typed for another question before."""

    kind: OverrideKind
    """What was asked for; the sum of contributions is a gradient."""
    place: int
    """The node of a value or a gradient, the edge of a local gradient or a contribution."""
    name: str
    """How it is written."""
    typed: float | tuple[float, ...]
    """The number that was typed; of an array its cells, row by row."""
    true: float | tuple[float, ...]
    """The number of the run."""
    right: bool = False
    """Whether it was right, at the precision that was typed."""
    cell: tuple[int, ...] | None = None
    """The cell that was asked for; None where that was none."""


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """An answer that follows from earlier ones."""

    asked: Quantity
    """What was asked for, in the run with the earlier answers."""
    earlier: tuple[Earlier, ...]
    """The answers that it follows from."""
    clear: bool
    """Whether it can be told from a wrong answer that comes to the same number."""


def earlier_of(asked: Quantity, typed: Number, *, right: bool) -> Earlier:
    """An answer, as what later ones may follow from."""
    kind, place = _place(asked)
    return Earlier(kind, place, asked.name, _flat(typed), _flat(asked.asked), right, asked.cell)


def carried(asked: Quantity, answer: Answer, earlier: Sequence[Earlier]) -> Carried | None:
    """What an answer follows from: all earlier ones, or one wrong one of several; None where it does from none of these."""
    there = _usable(asked, earlier)
    reaching = [each for each in there if not each.right and _moves(asked, _run(asked, [each]))]
    alone = [[each] for each in reaching] if len(reaching) > 1 else []
    # First all that stands on the sheet; then, of several wrong numbers that meet here, each by itself: who notices one of them
    # goes on with the other. Each takes a run of the program.
    for chosen in ([there] if there else []) + alone:
        run = _run(asked, chosen)
        if _moves(asked, run) and shape_of(run.asked) == shape_of(answer.value) and is_meant(answer, run.asked):
            return Carried(run, _needed(asked, run, chosen), _is_clear(asked, run))
    return None


def with_earlier(asked: Quantity, earlier: Sequence[Earlier]) -> Quantity | None:
    """What is asked for in the run with all earlier answers; None where that is the run itself."""
    usable = _usable(asked, earlier)
    run = _run(asked, usable) if usable else asked
    return None if run is asked or not any(each.typed != each.true for each in usable) else run


def again(asked: Quantity, trace: Trace) -> Quantity:
    """The quantity in another run of the program."""
    wire = None if asked.wire is None else trace.wire(asked.wire.edge)
    whole = _number(trace, *_place(asked))
    return replace(asked, trace=trace, wire=wire, whole=asked.whole if whole is None else whole)


def solved_again(solution: Solution, trace: Trace) -> Solution | None:
    """The solution of the same question in another run of its program; None where that is more than another number."""
    if solution.quantity is None or solution.right is not None or solution.formula:
        return None
    asked = again(solution.quantity, trace)
    # What is not finite nobody can type, and who solves it says so.
    if not np.isfinite(asked.asked).all():
        return None
    return replace(solution, trace=trace, quantity=asked, answer=f"{asked.name} = {number_text(asked.asked)}")


def _place(asked: Quantity) -> tuple[OverrideKind, int]:
    kind: OverrideKind = "gradient" if asked.kind == "sum" else asked.kind
    return kind, asked.wire.edge if kind in ("local", "contribution") and asked.wire is not None else asked.node


def _flat(number: Number) -> float | tuple[float, ...]:
    return float(number) if isinstance(number, float) else tuple(np.ravel(number).tolist())


def _usable(asked: Quantity, earlier: Sequence[Earlier]) -> list[Earlier]:
    """The answers to other questions of this run: of one before an edit the true number is another."""
    trace, own = asked.trace, (*_place(asked), asked.cell)
    # Of several answers to one question the last one counts.
    last = {(each.kind, each.place, each.cell): each for each in earlier if (each.kind, each.place, each.cell) != own}
    return [each for each in last.values() if _is_of(trace, each)]


def _is_of(trace: Trace, each: Earlier) -> bool:
    # Answers are kept between sessions, and a lesson may have been edited since: places and numbers are held against this run.
    nodes, edges = len(trace.program.nodes), len(trace.wires)
    on_edge = each.kind in ("local", "contribution")
    if not 0 <= each.place < (edges if on_edge else nodes):
        return False
    true = _number(trace, each.kind, each.place)
    if true is None or (each.cell is not None and len(each.cell) != np.ndim(true)):
        return False
    number = true if each.cell is None else float(np.asarray(true)[each.cell])
    same = _flat(number)
    return same == each.true and type(same) is type(each.typed) and np.size(same) == np.size(each.typed)


def _number(trace: Trace, kind: OverrideKind, place: int) -> Number | None:
    match kind:
        case "value":
            return trace.value_of(place)
        case "gradient":
            return trace.gradient_of(place)
        case "local":
            return trace.wire(place).local
        case "contribution":
            return trace.wire(place).contribution


def _run(asked: Quantity, earlier: Sequence[Earlier]) -> Quantity:
    """The quantity that is asked for, in the run with these numbers put in."""
    overrides = []
    for each in earlier:
        true = _number(asked.trace, each.kind, each.place)
        number = each.typed if isinstance(each.typed, float) else np.reshape(each.typed, shape_of(0.0 if true is None else true))
        overrides.append(Override(each.kind, each.place, number, each.cell))
    return again(asked, overridden(asked.trace, overrides))


def _moves(asked: Quantity, run: Quantity) -> bool:
    """Whether the numbers that were put in make a difference here."""
    return not np.array_equal(np.asarray(asked.asked), np.asarray(run.asked), equal_nan=True)


def _needed(asked: Quantity, run: Quantity, chosen: Sequence[Earlier]) -> tuple[Earlier, ...]:
    """Those of the answers that it takes to come to the number: the oldest are left out first."""
    needed = [each for each in chosen if each.typed != each.true]
    # From the oldest on: what came later stands nearer to the answer, and is what the sentence should name.
    for each in tuple(needed):
        others = [other for other in needed if other is not each]
        if others and not _moves(run, _run(asked, others)):
            needed = others
    return tuple(needed)


def _is_clear(asked: Quantity, run: Quantity) -> bool:
    """Whether nothing here makes the number too easy to come by that does not stand in the true run as well."""
    ours, theirs = [np.ravel(x) for x in _operands(run)], [np.ravel(x) for x in _operands(asked)]
    if any(x.shape != y.shape for x, y in zip(ours, theirs, strict=True)):
        return False
    # What is easy in the true run as well was easy for everybody, and takes no mark from anybody.
    pairs = [(run.asked, asked.asked), *zip(ours, theirs, strict=True)]
    if any(bool((_easy(x) & ~_easy(y)).any()) for x, y in pairs):
        return False
    if isinstance(run.asked, float) and isinstance(asked.asked, float):
        # A number that stands beside the question may have been copied.
        copied = [_among(run.asked, x) and not _among(asked.asked, y) for x, y in zip(ours, theirs, strict=True)]
        if any(copied):
            return False
    return not set(_slips_met(run)) - set(_slips_met(asked))


def _easy(number: Number) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    cells = np.ravel(np.asarray(number, np.float64))
    # Many wrong ways come to these numbers, so that to meet one of them proves nothing. The last bit of u · (1/u) is no
    # difference.
    return np.asarray((cells == 0) | is_equal(np.abs(cells), np.ones(cells.shape)) | ~np.isfinite(cells))


def _among(number: float, cells: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    return bool(is_equal(np.full(cells.shape, number), cells).any())


def _operands(asked: Quantity) -> list[Number]:
    """The numbers that go into a step."""
    trace, wire = asked.trace, asked.wire
    if asked.kind == "value":
        return [*trace.operand_values(asked.node)]
    if wire is None:
        return [each.contribution for each in trace.arrivals(asked.node)]
    inputs = [*trace.operand_values(wire.sender)]
    if asked.kind == "local":
        return [*inputs, trace.value_of(wire.sender)]
    slope = wire.local
    return [wire.upstream, *(inputs if slope is None else [slope])]


def _slips_met(asked: Quantity) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The misconceptions that come to the number of a step, told apart by their message and the nodes in it."""
    with np.errstate(all="ignore"):
        for value, why in slips(asked):
            if shape_of(value) == shape_of(asked.asked) and bool(is_equal(value, asked.asked).all()):
                yield why.message, tuple(each for each in why.figures.values() if isinstance(each, Named | Quoted | Slot))
