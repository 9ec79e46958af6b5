"""The nodes of a program: each with what it computes and reads, and all of them in columns.

A node as an object takes 300 bytes, as a row of columns 40. So a program of a million gates keeps columns, and a node is made
when somebody asks for it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import Any, NamedTuple, overload

from graphstep.gates.rule import Rule
from graphstep.ground.errors import Span
from graphstep.ground.operands import Constant, Operand, Shape
from graphstep.ground.records import record

Options = tuple[tuple[str, Any], ...]
"""What a structural gate was told, by name."""


@record(frozen=True, slots=True)
class Node:
    """One input or one gate of a program."""

    rule: Rule | None
    """Its gate: one of the table, or a rule that is in no table, such as a gate of another framework; None for an input."""
    operands: tuple[Operand, ...] = ()
    """What it reads, one entry a slot."""
    name: str | None = None
    """The input's name, or the name the learner assigned to this gate."""
    span: Span | None = None
    """Where its expression stands in the text, without enclosing parentheses."""
    text: str | None = None
    """Its expression where the text does not hold it: parts of an expanded composite gate, and what an opened gate reads."""
    options: tuple[tuple[str, Any], ...] = ()
    """What a structural gate was told besides its operands, by name: ``(("axis", 0),)``. Every value is hashable."""
    shape: Shape = ()
    """The shape of its value, once :func:`graphstep.language.shapes.infer_shapes` knows those of the inputs."""
    frame: int = 0
    """The innermost call or turn of a repetition that it belongs to: an index of :attr:`Program.frames`."""

    @property
    def gate(self) -> str | None:
        """The name of its gate; None for an input."""
        return None if self.rule is None else self.rule.name

    @property
    def settings(self) -> dict[str, Any]:
        """The options of its gate, defaults filled in."""
        return {} if self.rule is None else self.rule.settings(self.options)

    @property
    def box(self) -> str:
        """What stands in its box: its name for an input, the symbol of its gate with what it holds."""
        return (self.name or "") if self.rule is None else self.rule.box(self.operands, self.options)

    @property
    def is_copy(self) -> bool:
        """Whether its value is copies of the one that it reads: it is called after that, and gradients add up in it."""
        return self.rule is not None and self.rule.pattern[0] == "adder"

    @property
    def sources(self) -> tuple[tuple[int, int], ...]:
        """``(slot, node index)`` of every operand that is a node."""
        return tuple((slot, x) for slot, x in enumerate(self.operands) if isinstance(x, int))

    @property
    def constants(self) -> dict[int, Constant]:
        """The constants by slot."""
        return {slot: x for slot, x in enumerate(self.operands) if isinstance(x, Constant)}


class Kind(NamedTuple):
    """What nodes of the same gate have in common."""

    rule: Rule | None
    """The gate; None for an input."""
    options: Options
    """What it was told besides its operands."""
    shape: Shape
    """The shape of its value."""


_KEPT = 10_000
"""Nodes that are kept as objects once somebody asks: all of a program that is no larger, else those that were asked for last."""


class Nodes(Sequence[Node]):
    """The nodes of a program. Whoever makes them puts them in one after the other; a program does not change them."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.kinds = array("i")
        """By node the number of its kind."""
        self.of_kinds: list[Kind] = []
        """The kinds, in the order in which nodes have them first."""
        self.starts = array("i", [0])
        """By node where its slots begin; one entry more, where the last ones end."""
        self.read = array("i")
        """By slot the node that is read; ``~k`` for the constant k."""
        self.constants: list[Constant] = []
        """The constants, in the order of the slots that hold them."""
        self.names: list[str | None] = []
        """By node its name."""
        self.spans = array("i")
        """Where each node stands in the text: the first character, the one behind the last; -1 for one that stands nowhere."""
        self.texts: dict[int, str] = {}
        """The expressions of nodes that the text does not hold."""
        self.frames = array("i")
        """By node its frame."""
        self._numbers: dict[tuple[Rule | None, Shape], int] = {}
        self._all: tuple[Node, ...] | None = None
        self._latest: dict[int, Node] = {}
        for node in nodes:
            operands = [x if isinstance(x, int) else self.fix(x) for x in node.operands]
            start, stop = node.span or (-1, -1)
            self.put(self.kind(node.rule, node.options, node.shape), operands, start, stop, node.text, node.frame, node.name)

    @classmethod
    def of_inputs(cls, places: Mapping[str, Span]) -> Nodes:
        """Inputs by their names, each with its place in the text."""
        nodes = cls()
        for name, place in places.items():
            nodes.put(nodes.kind(None), (), *place, name=name)
        return nodes

    # -- putting in ----------------------------------------------------------------------------------------------------------

    def kind(self, rule: Rule | None, options: Options = (), shape: Shape = ()) -> int:
        """The number of a kind; with options it is always a new one, since 0 and False are equal, and 0 and -0."""
        # A program has a few dozen kinds, however many nodes: by kind, everything is asked once.
        number = None if options else self._numbers.get((rule, shape))
        if number is None:
            number = len(self.of_kinds)
            self.of_kinds.append(Kind(rule, options, shape))
            if not options:
                self._numbers[rule, shape] = number
        return number

    def fix(self, constant: Constant) -> int:
        """A constant in the next slot, as :attr:`read` has it."""
        self.constants.append(constant)
        return -len(self.constants)

    def put(
        self,
        kind: int,
        operands: Iterable[int],
        start: int,
        stop: int,
        text: str | None = None,
        frame: int = 0,
        name: str | None = None,
    ) -> None:
        """Put in one more node; ``operands`` are as :attr:`read` has them."""
        if text is not None:
            self.texts[len(self.kinds)] = text
        self.kinds.append(kind)
        self.read.extend(operands)
        self.starts.append(len(self.read))
        self.names.append(name)
        self.spans.append(start)
        self.spans.append(stop)
        self.frames.append(frame)

    def extend(self, nodes: Nodes, read: Iterable[int]) -> None:
        """Put in nodes that others were made of, with what they read in place of what they have."""
        count, slots = len(self.kinds), len(self.read)
        kinds = [self.kind(*kind) for kind in nodes.of_kinds]
        assert not self.constants, "their constants are counted from 0"
        self.constants = nodes.constants[:]
        self.kinds.extend(nodes.by_kind(kinds))
        self.read.extend(read)
        self.starts.extend([slots + start for start in islice(nodes.starts, 1, None)])
        self.names += nodes.names
        self.spans.extend(nodes.spans)
        self.texts.update((count + index, text) for index, text in nodes.texts.items())
        self.frames.extend(nodes.frames)

    # -- as a sequence -------------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.kinds)

    @overload
    def __getitem__(self, index: int) -> Node: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Node, ...]: ...
    def __getitem__(self, index: int | slice) -> Node | tuple[Node, ...]:
        """A node, or several."""
        # Every view asks for nodes by number: of a program of usual size each is made once.
        if self._all is not None:
            return self._all[index]
        latest = self._latest
        if index.__class__ is int and index in latest:
            return latest[index]
        count = len(self.kinds)
        if isinstance(index, slice):
            if count > _KEPT:
                return tuple(map(self._node, range(*index.indices(count))))
            self._all = tuple(map(self._node, range(count)))
            return self._all[index]
        # All at once: to forget the oldest one would have to be kept in order at every look.
        if len(self._latest) >= _KEPT:
            self._latest = {}
        node = self._latest[index] = self._node(range(count)[index])
        return node

    def __iter__(self) -> Iterator[Node]:
        return map(self._node, range(len(self.kinds))) if len(self.kinds) > _KEPT else iter(self[:])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Nodes | tuple):
            return NotImplemented
        return len(self) == len(other) and all(map(Node.__eq__, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def _node(self, index: int) -> Node:
        rule, options, shape = self.of_kinds[self.kinds[index]]
        constants, start, stop = self.constants, self.spans[2 * index], self.spans[2 * index + 1]
        return Node(
            rule,
            tuple([x if x >= 0 else constants[~x] for x in self.read[self.starts[index] : self.starts[index + 1]]]),
            self.names[index],
            (start, stop) if start >= 0 else None,
            self.texts.get(index),
            options,
            shape,
            self.frames[index],
        )

    def row(self, index: int) -> Sequence[int]:
        """What a node reads, as :attr:`read` has it."""
        return self.read[self.starts[index] : self.starts[index + 1]]

    def rule(self, index: int) -> Rule | None:
        """The gate of a node; None for an input."""
        return self.of_kinds[self.kinds[index]].rule

    def shape(self, index: int) -> Shape:
        """The shape of the value of a node."""
        return self.of_kinds[self.kinds[index]].shape

    # -- in columns ----------------------------------------------------------------------------------------------------------

    def rows(self, first: int = 0) -> Iterator[Sequence[int]]:
        """By node, from one on, what it reads, as :attr:`read` has it."""
        starts = self.starts
        return map(self.read.__getitem__, map(slice, islice(starts, first, None), islice(starts, first + 1, None)))

    def places(self) -> Iterator[tuple[int, int, int]]:
        """By node where it begins and ends in the text, and its frame."""
        return zip(self.spans[::2], self.spans[1::2], self.frames, strict=True)

    def by_kind(self, of_kinds: Sequence[Any], first: int = 0) -> Iterator[Any]:
        """By node, from one on, what there is for its kind."""
        return map(of_kinds.__getitem__, islice(self.kinds, first, None))


class Readers(Sequence[tuple[tuple[int, int], ...]]):
    """By node the ``(gate index, slot)`` pairs that read it, in columns; a tuple is made when it is asked for."""

    def __init__(self, starts: array[int], gates: array[int], slots: array[int]) -> None:
        self._starts, self._gates, self._slots = starts, gates, slots

    @classmethod
    def of(cls, nodes: Nodes) -> Readers:
        """The readers of nodes, in the order of the text."""
        counts = [0] * (len(nodes) + 1)
        for x in nodes.read:
            if x >= 0:
                counts[x + 1] += 1
        starts = array("i", accumulate(counts))
        free = starts[:]
        gates, slots = (array("i", bytes(4 * starts[-1])) for _ in range(2))
        for gate, row in enumerate(nodes.rows()):
            for slot, x in enumerate(row):
                if x >= 0:
                    gates[free[x]], slots[free[x]] = gate, slot
                    free[x] += 1
        return cls(starts, gates, slots)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def number(self, index: int) -> int:
        """How many slots read a node."""
        return self._starts[index + 1] - self._starts[index]

    def gates(self, index: int, most: int | None = None) -> Sequence[int]:
        """The gates that read a node, one entry a slot; ``most`` where some are enough."""
        start, stop = self._starts[index], self._starts[index + 1]
        return self._gates[start : stop if most is None else min(stop, start + most)]

    @overload
    def __getitem__(self, index: int) -> tuple[tuple[int, int], ...]: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[tuple[tuple[int, int], ...], ...]: ...
    def __getitem__(self, index: Any) -> Any:
        """Those that read a node."""
        if isinstance(index, slice):
            return tuple(map(self.__getitem__, range(*index.indices(len(self)))))
        of = slice(self._starts[index], self._starts[index + 1])
        return tuple(zip(self._gates[of], self._slots[of], strict=True))
