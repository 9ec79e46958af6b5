"""The examples of a training: which are held out, and which stand in the batch of a round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from graphstep.engine.training.settings import Settings
from graphstep.ground.arrays import Number, shape_of, shape_text
from graphstep.ground.errors import InputError, did_you_mean, listed, quoted
from graphstep.ground.late import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Places: TypeAlias = "NDArray[np.int64]"


class Examples:
    """The inputs that are data, and how they are cut along axis 0.

    The order of an epoch comes from NumPy's ``default_rng([seed, epoch])``: it does not depend on the rounds before, so that any
    round can be run again.
    """

    def __init__(self, inputs: Mapping[str, Number], settings: Settings) -> None:
        batch, held_out = settings.batch, settings.held_out
        self.names: tuple[str, ...] = batch.names if batch else held_out.names if held_out else ()
        """The inputs that are cut."""
        if batch and held_out and sorted(batch.names) != sorted(held_out.names):
            raise InputError(
                "the batches and the held-out examples are cut from different inputs",
                hint=f"name the same ones in both: {','.join(batch.names)}",
            )
        self._data = {name: value for name, value in inputs.items() if name not in settings.params}
        count = self._count(inputs, settings)
        self.held = round(count * held_out.share) if held_out else 0
        """How many examples are held out."""
        if held_out and not 0 < self.held < count:
            message = f"a share of {held_out.share:g} of {count} examples is {'all' if self.held else 'none'} of them"
            raise InputError(message, hint="hold out another share")
        self.count = count - self.held
        """How many examples are trained on; 0 where no input is cut."""
        self.size = min(batch.size, self.count) if batch else self.count
        """Examples in a batch."""
        self._seed = batch.seed if batch else 0
        self._epoch: tuple[int, Places] = (-1, np.empty(0, np.int64))

    @property
    def rounds(self) -> int:
        """Rounds in an epoch."""
        return -(-self.count // self.size) if self.size else 1

    @property
    def whole(self) -> bool:
        """Whether every round has all examples, in their order."""
        return self.size == self.count

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many examples batches have: one number, or two where the last batch of an epoch is smaller."""
        # The last batch of an epoch is not dropped (as with PyTorch's drop_last=False): every example is trained on.
        remainder = self.count % self.size if self.size else 0
        return (self.size, remainder) if remainder else (self.size,)

    def places(self, k: int) -> Places | None:
        """The examples of round ``k``; None for all of them."""
        if self.whole:
            return None
        epoch, turn = divmod(k, self.rounds)
        # Rounds come in order: the permutation of one epoch is all that is kept.
        if self._epoch[0] != epoch:
            self._epoch = epoch, np.random.default_rng([self._seed, epoch]).permutation(self.count)
        return self._epoch[1][turn * self.size : (turn + 1) * self.size]

    def trained(self, name: str) -> Number:
        """All examples of an input that are trained on."""
        return self._array(name)[: self.count] if name in self.names else self._data[name]

    def held_out(self, name: str) -> Number:
        """The examples of an input that are held out."""
        return self._array(name)[self.count :] if name in self.names else self._data[name]

    def _array(self, name: str) -> NDArray[np.float64]:
        rows = self._data[name]
        assert not isinstance(rows, float), "what is cut has an axis"
        return rows

    def _count(self, inputs: Mapping[str, Number], settings: Settings) -> int:
        counts: dict[str, int] = {}
        for name in self.names:
            if name in settings.params:
                raise InputError(
                    f"{quoted(name)} is a parameter: only data are cut into batches", hint="name the inputs with examples"
                )
            if name not in inputs:
                hint = did_you_mean(name, inputs) or f"the inputs are {listed(inputs)}"
                raise InputError(f"{quoted(name)} is to be cut into examples, and is no input", hint=hint)
            shape = shape_of(inputs[name])
            if not shape:
                raise InputError(
                    f"{quoted(name)} is a single number: it cannot be cut into examples", hint="give an array of examples"
                )
            counts[name] = shape[0]
        if len(set(counts.values())) > 1:
            counted = ", ".join(f"{name} is {shape_text(shape_of(inputs[name]))}" for name in counts)
            raise InputError(
                f"inputs have different numbers of examples: {counted}", hint="axis 0 counts the examples in each of them"
            )
        count = next(iter(counts.values()), 0)
        if self.names and not count:
            raise InputError(f"{quoted(self.names[0])} has no examples", hint="give an array with one row an example")
        return count
