"""Which runs have nice numbers: none is there to trip over, and no misconception comes to a right answer by chance.

What a structure makes so for every input, such as the local gradient 1 of an addition, is no chance. It is told from chance by
a run with odd numbers in which routers choose alike: what is equal there too belongs to the structure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import sqrt
from typing import TYPE_CHECKING, TypeAlias

from graphstep.engine.reruns import every_number
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number, plain
from graphstep.ground.late import np, quiet
from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.item import EASY, Fineness
from graphstep.teaching.marking.carried import again
from graphstep.teaching.marking.misconceptions import bare_slips
from graphstep.teaching.marking.quantities import Quantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

APART = 0.05
"""How far an answer is from a misconception where numbers are rounded, relative to the larger of the two."""

SMALLEST = 0.05
"""The smallest number, without its sign, of which three decimals tell enough."""

SAMPLES = 300
"""Runs with odd numbers among which one is looked for where routers choose as in a run that is looked at."""

Floats: TypeAlias = "NDArray[np.float64]"


def all_nice(numbers: Floats, fineness: Fineness, largest: float) -> NDArray[np.bool_]:
    """For each column of numbers, whether all of them can be worked with on paper; what is nan is no number."""
    with np.errstate(all="ignore"):
        sizes = np.abs(numbers)
        if fineness == "halves":
            bad = (sizes > largest) | (numbers * 2 != np.rint(numbers * 2))
        else:
            bad = (sizes > largest) | ((sizes < SMALLEST) & (numbers != 0))
    nice: NDArray[np.bool_] = ~(bad & ~np.isnan(numbers)).any(axis=0)
    return nice


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """What holds in a run whatever its numbers are, as long as routers choose as they do here."""

    easy: NDArray[np.bool_]
    """Which numbers of the run are 0, 1 or -1."""
    same: tuple[tuple[int, ...], ...]
    """Of each quantity, which of its slips have one number: the place of the first that has it; -1 is the right answer."""


class Niceness:
    """Looks at runs of one program, and at a few quantities that are asked of them."""

    def __init__(
        self, base: Trace, asked: Sequence[Quantity], fineness: Fineness, largest: float, samples: Iterator[Mapping[str, Number]]
    ) -> None:
        """``samples`` are inputs to find out by what the structure does; they have to be the same ones every time, since what is
        nice must not depend on what was looked at before.
        """
        self._base, self._asked, self._fineness, self._largest = base, asked, fineness, largest
        rules = [base.gate(int(sender)) for sender in base.wires.senders]
        self._routers = [edge for edge, rule in enumerate(rules) if rule is not None and "router" in rule.pattern]
        self._order = [*range(len(asked))]
        self._samples = islice(samples, SAMPLES)
        self._beside: dict[bytes, Trace] = {}
        self._structures: dict[bytes, Structure] = {}

    def accepts(self, trace: Trace, varied: Mapping[str, Number]) -> bool:
        """Whether a run is nice; ``varied`` are those of its inputs that were drawn."""
        # From the cheapest to the dearest, which runs the program again.
        numbers = every_number(trace)
        if not all_nice(numbers[:, None], self._fineness, self._largest)[0] or np.isinf(numbers).any():
            return False
        routes = self._routes(trace)
        structure = self._structure(routes)
        if structure is None or bool((_easy(numbers) & ~structure.easy).any()):
            return False
        run = [again(asked, trace) for asked in self._asked]
        # Who only writes zeros should learn nothing from it, and earn little.
        empty = sum(not np.any(asked.asked) for asked in run)
        if empty > len(run) / 3 or not np.any(trace.output):
            # Behind a router that is shut there is nothing to compute.
            return False
        for place in self._order:
            if not self._are_apart(run[place], structure.same[place]):
                # What fails once is likely to fail again: the next run is asked for it first, which changes no verdict.
                self._order.remove(place)
                self._order.insert(0, place)
                return False
        # At a tie the inputs only have to move a little for the routers to choose otherwise.
        return not self._routers or self._routes(trace.with_inputs(_off(varied))) == routes

    def _routes(self, trace: Trace) -> bytes:
        """What the routers of a run chose."""
        chosen = []
        for edge in self._routers:
            slope = trace.wires.slopes[edge]
            # Between arrays there are no slopes: there it is known by the cells that nothing comes to.
            chosen.append(np.atleast_1d(np.asarray(trace.contribution_of(edge)) == 0 if np.isnan(slope) else np.sign(slope)))
        return b"|".join(each.tobytes() for each in chosen)

    def _structure(self, routes: bytes) -> Structure | None:
        """What holds where routers choose so, from the first sample in which they do; None where that is none."""
        while routes not in self._beside:
            sample = next(self._samples, None)
            if sample is None:
                return None
            beside = self._base.with_inputs(_off(sample))
            # The first sample of each way through the routers is kept: which one that is must not hang on what was asked before.
            self._beside.setdefault(self._routes(beside), beside)
        if routes not in self._structures:
            self._structures[routes] = self._structure_of(self._beside[routes])
        return self._structures[routes]

    @quiet()
    def _structure_of(self, beside: Trace) -> Structure:
        same = []
        for asked in self._asked:
            quantity = again(asked, beside)
            firsts: dict[object, int] = {_rounded(quantity.asked, 9): -1}
            keys = (_rounded(value, 9) for value, _ in bare_slips(quantity))
            same.append(tuple(firsts.setdefault(key, place) for place, key in enumerate(keys)))
        return Structure(_easy(every_number(beside)), tuple(same))

    @quiet()
    def _are_apart(self, asked: Quantity, same: Sequence[int]) -> bool:
        """Whether slips have different numbers, and none that of the right answer, unless the structure makes it so."""
        halves, right = self._fineness == "halves", asked.asked
        # Halves are exact but for rounding; of other numbers three decimals are what somebody works with.
        digits = 9 if halves else 3
        before: set[object] = {_rounded(right, digits)}
        count = 0
        for place, (value, _) in enumerate(bare_slips(asked)):
            if place >= len(same):
                return False
            count += 1
            if same[place] != place:
                continue
            key = _rounded(value, digits)
            if key in before or not (halves or _is_apart(value, right)):
                return False
            before.add(key)
        return count == len(same)


def _is_apart(value: Number, right: Number) -> bool:
    """Whether a wrong number is told from the right one though both are rounded."""
    if isinstance(value, float) and isinstance(right, float):
        return abs(value - right) >= APART * max(abs(value), abs(right))
    if np.shape(value) != np.shape(right):
        return True
    off, size = np.abs(np.subtract(value, right)), np.maximum(np.abs(value), np.abs(right))
    return bool((off >= APART * size).any())


def _rounded(number: Number, digits: int) -> object:
    """What two numbers have in common that are the same to so many decimals."""
    if isinstance(number, float):
        return round(number, digits)
    return np.shape(number), tuple(round(cell, digits) for cell in np.ravel(number).tolist())


def _easy(numbers: Floats) -> NDArray[np.bool_]:
    easy: NDArray[np.bool_] = np.logical_or.reduce([numbers == number for number in EASY])
    return easy


def _off(varied: Mapping[str, Number]) -> dict[str, Number]:
    """Inputs a little off, each cell by a share of its own: odd numbers."""
    moved, place = {}, 1
    for name, value in varied.items():
        cells = np.asarray(value, np.float64)
        # What roots have behind the point is odd, but for squares, which have nothing there: 0.1 moves those too.
        shares = np.array([sqrt(place + k + 1) % 1 + 0.1 for k in range(cells.size)]).reshape(cells.shape)
        moved[name] = plain(cells * (1 + shares * 1e-2))
        place += cells.size
    return moved
