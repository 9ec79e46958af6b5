"""Which way the gates decide: the winners of max, the side of relu, the sign in |x|.

A difference across a kink measures neither slope. So the decisions at x−h and x+h are compared, as CS231n advises (Neural
Networks 3, "Kinks in the objective"), and a step that crosses a kink is not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from graphstep.gates import Rule
from graphstep.gates.mathematics import NUMBERS
from graphstep.ground.late import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Decisions: TypeAlias = "NDArray[np.int8]"
"""Shape ``(decisions, gates, columns)``: a small number for each way to decide."""


class _Recorder:
    """``m`` for numbers that writes down every comparison a formula makes."""

    def __init__(self) -> None:
        self.choices: list[Any] = []

    def __getattr__(self, function: str) -> Any:
        return getattr(NUMBERS, function)

    def abs(self, x: Any) -> Any:
        return self._signed(x, NUMBERS.abs(x))

    def sign(self, x: Any) -> Any:
        return self._signed(x, NUMBERS.sign(x))

    def maximum(self, x: Any, y: Any) -> Any:
        return self._signed(np.subtract(x, y), NUMBERS.maximum(x, y))

    def minimum(self, x: Any, y: Any) -> Any:
        return self._signed(np.subtract(x, y), NUMBERS.minimum(x, y))

    def floor(self, x: Any) -> Any:
        return self._rounded(NUMBERS.floor(x))

    def ceil(self, x: Any) -> Any:
        return self._rounded(NUMBERS.ceil(x))

    def round(self, x: Any) -> Any:
        return self._rounded(NUMBERS.round(x))

    def atan2(self, x: Any, y: Any) -> Any:
        # It jumps where the point crosses the axis to the left of the origin.
        self.choices.append(((np.asarray(y) < 0) & (np.asarray(x) >= 0)).astype(np.int8))
        return NUMBERS.atan2(x, y)

    def where(self, condition: Any, then: Any, otherwise: Any) -> Any:
        self.choices.append(np.asarray(condition, np.int8))
        return NUMBERS.where(condition, then, otherwise)

    def _rounded(self, result: Any) -> Any:
        # One whole number is told from the next: their remainders by a prime are, and fit.
        self.choices.append(np.nan_to_num(np.mod(result, 101.0)).astype(np.int8))
        return result

    def _signed(self, x: Any, result: Any) -> Any:
        self.choices.append((np.asarray(x) > 0).astype(np.int8) - (np.asarray(x) < 0).astype(np.int8))
        return result


def decisions(gate: Rule, inputs: Sequence[Any], out: Any) -> Decisions:
    """What gates of one kind decide on these inputs, arrays of shape ``(gates, columns)``."""
    # By equality: at a tie both sides count as chosen, before and behind it one of them, which is a change.
    if gate.chooses:
        choices: list[Any] = [np.asarray(x == out, np.int8) for x in inputs]
    else:
        # The formula itself is asked: whatever it compares is a decision, and a new gate needs nothing here.
        recorder = _Recorder()
        # The inputs may lie outside of the gate's domain: what it decides there is asked, and not what it makes.
        with np.errstate(all="ignore"):
            gate.formula(recorder, *inputs)
        choices = recorder.choices
    return np.array(np.broadcast_arrays(np.zeros(np.shape(out), np.int8), *choices)[1:], np.int8)


@cache
def decides(gate: Rule) -> bool:
    """Whether a gate decides anything in a cell by itself: whether its formula can have a kink."""
    return gate.cellwise and (bool(gate.chooses) or len(decisions(gate, [np.ones(1)] * len(gate.partials), np.ones(1))) > 0)
