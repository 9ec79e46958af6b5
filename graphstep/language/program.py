"""What was typed, as data: the nodes of a program in the order, spelling and place of the text.

A program is a row of nodes. The inputs come first, in the order in which the text first names them; then the
gates in the order of the text, each behind its operands. So the row is a topological order, and a node is known by its
index in it (``v1`` to the outside, from 1).

Numbers are not nodes. A constant lives inside the gate that uses it, as the lectures draw it (``×2``, ``+1``).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from graphstep.gates.rule import Rule
from graphstep.ground.errors import Span
from graphstep.ground.operands import Shape
from graphstep.ground.records import dataclass
from graphstep.language.nodes import Node, Nodes, Readers

if TYPE_CHECKING:
    from graphstep.language.occurrences import Occurrences

_COMMENT = re.compile(r"#[^\n]*")

FEW_NODES = 200
"""Nodes up to which their texts are looked at one by one, without NumPy."""

LABEL_WIDTH = 60
"""Characters of a label before it is cut: labels of a long chain would otherwise be quadratic in its length."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the program of an opened gate takes over from the program around it, so that no symbol stands for two values."""

    name: str
    """What the gate is called there: its parts are ``name.1``, ``name.2``, …, and its last part is the gate itself."""
    objective: str
    """What is differentiated: the output of the outermost program, or what the seed makes of it."""
    change: str
    """The letter of a whole effect there."""
    slots: tuple[int, ...] = ()
    """By input the slot of the gate that it stands for."""


class Frame(NamedTuple):
    """A call of a function, a repetition, or one turn of a repetition. Its nodes stand one behind the other in the program."""

    kind: Literal["program", "call", "loop", "turn"]
    """What it is; the program is the frame around all others."""
    label: str = ""
    """What it is called among those next to it: ``cell``, ``cell.2`` where cell is called several times, ``repeat``, ``repeat.3``
    for its third turn."""
    around: int = 0
    """The frame around it."""
    span: Span | None = None
    """Where the call or the repetition stands in the text."""
    reads: tuple[tuple[int, int, int], ...] = ()
    """Where its text reads a node by a name: the first character, the one behind the last, and the node."""
    results: tuple[int, ...] = ()
    """The nodes of its values."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A question that a captured function asked about its numbers, in ``if``, ``while``, ``max`` and the like."""

    place: str
    """The file and the line that asked: ``f.py:7``."""
    asked: str
    """The question in numbers: ``2 > 0``."""
    holds: bool
    """The answer, which chose the path."""

    def __str__(self) -> str:
        if self.holds:
            return f"taken at {self.place} because {self.asked}"
        return f"not taken at {self.place} because {self.asked} is false"


Why = Literal["unread", "frozen", "detached", "no_grad", "unused"]
"""Why a parameter gets no gradient: nothing reads it; it asks for none; what is computed from it is detached, or computed under
no_grad; or it does not reach the output."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A parameter of a captured function that gets no gradient."""

    name: str
    """What it is called; an input only where the function reads it."""
    why: Why
    """Why it gets none."""
    place: str = ""
    """The line that detaches it, or that stands under no_grad: ``f.py:7``."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a captured program: a function in Python, one way through it."""

    function: str
    """Its name."""
    branches: tuple[Branch, ...] = ()
    """What it asked about its numbers, in the order of asking: why it is this path."""
    missing: tuple[Missing, ...] = ()
    """Its parameters that get no gradient, where the program that was recorded has parameters."""


@dataclass(frozen=True)
class Program:
    """A program as it was read: immutable, and the same for any values of its inputs."""

    text: str
    """The text as typed (NFKC-normalised)."""
    nodes: Sequence[Node]
    """Inputs first, then gates; operands stand before the gates that read them."""
    output: int
    """Index of the last statement's node."""
    names: Mapping[str, int] = field(default_factory=dict)
    """Every name that denotes a node: inputs and assigned names."""
    data: frozenset[str] = frozenset()
    """The inputs that are data: given, and not to be changed, so that nobody asks for a gradient with respect to them."""
    scope: Scope | None = None
    """Where it is the inside of an opened gate, what it takes over from the program around it."""
    frames: tuple[Frame, ...] = ()
    """Its calls and repetitions, each behind the one around it; the first is the program itself. None where it has none."""
    lengths: Mapping[str, Shape] = field(default_factory=dict)
    """The shapes of the inputs that its repetitions were counted by: with other shapes it would be another program."""
    origin: Origin | None = None
    """The function that it was captured from, whose source its text is; None for a program that was typed."""

    def __post_init__(self) -> None:
        if not isinstance(self.nodes, Nodes):
            object.__setattr__(self, "nodes", Nodes(self.nodes))

    @cached_property
    def columns(self) -> Nodes:
        """Its nodes in columns, for who passes over all of them."""
        assert isinstance(self.nodes, Nodes), "every program keeps columns"
        return self.nodes

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs, in the order in which the text first names them."""
        return tuple(name or "" for name in self.columns.names[: self.first_gate])

    @cached_property
    def input_places(self) -> Mapping[str, int]:
        """The index of each input by its name: to look one up in a program of thousands takes as long as in one of three."""
        return {name: index for index, name in enumerate(self.inputs)}

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The gates that the program is made of, by name."""
        return {kind.rule.name: kind.rule for kind in self.columns.of_kinds if kind.rule is not None}

    @property
    def functions(self) -> frozenset[str]:
        """The functions of the program's own that are called in it, by name."""
        return frozenset(frame.label.partition(".")[0] for frame in self.frames if frame.kind == "call")

    @cached_property
    def of_numbers(self) -> bool:
        """Whether a fitted program has numbers only, and gates that treat every cell alike: no arrays, and none to come."""
        return not any(kind.shape or (kind.rule and not kind.rule.cellwise) for kind in self.columns.of_kinds)

    @cached_property
    def first_gate(self) -> int:
        """Index of the first node that is a gate (the number of inputs)."""
        kinds = [kind.rule is not None for kind in self.columns.of_kinds]
        return next((i for i, is_gate in enumerate(self.columns.by_kind(kinds)) if is_gate), len(self.nodes))

    @cached_property
    def depends(self) -> tuple[bool, ...]:
        """Whether each node depends on any input that is not data; what does not is a constant and gets no gradient."""
        depends = [name not in self.data for name in self.inputs]
        for row in self.columns.rows(self.first_gate):
            for x in row:
                if x >= 0 and depends[x]:
                    depends.append(True)
                    break
            else:
                depends.append(False)
        return tuple(depends)

    @cached_property
    def reaches(self) -> tuple[bool, ...]:
        """Whether the output depends on each node."""
        starts, read = self.columns.starts, self.columns.read
        reached = [False] * len(self.nodes)
        reached[self.output] = True
        for index in range(len(self.nodes) - 1, -1, -1):
            if reached[index]:
                for x in read[starts[index] : starts[index + 1]]:
                    if x >= 0:
                        reached[x] = True
        return tuple(reached)

    @cached_property
    def consumers(self) -> Readers:
        """For each node the ``(gate index, slot)`` pairs that read it, in the order of the text."""
        return Readers.of(self.columns)

    @cached_property
    def uses(self) -> array[int]:
        """By slot of :attr:`Nodes.read` the number that :meth:`use` says."""
        nodes, first, reaches, depends = self.columns, self.first_gate, self.reaches, self.depends
        starts, read, names = nodes.starts, nodes.read, nodes.names
        counts = [0] * len(nodes)
        for index, row in enumerate(nodes.rows(first), first):
            if reaches[index]:
                for x in row:
                    if x >= 0 and depends[x]:
                        counts[x] += 1
        numbers = array("i", bytes(4 * len(read)))
        latest = [0] * len(nodes)
        visited = [True] * first + [False] * (len(nodes) - first)
        # A statement is what has a name, and the output: in the order of the text, and each from its left operand on.
        for root in (i for i in range(first, len(nodes)) if names[i] or i == self.output):
            if visited[root]:
                continue
            visited[root] = True
            # No recursion: a sum of 100,000 terms is as deep as it has terms. The iterator knows which operand comes next.
            stack = [(reaches[root], iter(range(starts[root], starts[root + 1])))]
            while stack:
                counted, slots = stack[-1]
                for place in slots:
                    x = read[place]
                    if x < 0:
                        continue
                    # Off the way to the output nothing is sent, and a use that sends nothing has no number.
                    if counts[x] > 1 and counted:
                        latest[x] += 1
                        numbers[place] = latest[x]
                    if not visited[x] and names[x] is None:
                        visited[x] = True
                        stack.append((reaches[x], iter(range(starts[x], starts[x + 1]))))
                        break
                else:
                    stack.pop()
        return numbers

    def use(self, gate: int, slot: int) -> int:
        """Which use of a node it is that a gate reads it in a slot, where the node brings a gradient along several wires; else 0.

        Uses are counted from left to right in the typed text: a statement after the other, in each an operand after the other.
        """
        return self.uses[self.columns.starts[gate] + slot]

    @cached_property
    def gates_of_frames(self) -> tuple[range, ...]:
        """By frame its gates, those of the frames inside it among them."""
        firsts, lasts = [len(self.nodes)] * len(self.frames), [0] * len(self.frames)
        for index, frame in enumerate(self.columns.frames[self.first_gate :], self.first_gate):
            if not lasts[frame]:
                firsts[frame] = index
            lasts[frame] = index + 1
        # A frame stands behind the one around it.
        for frame in range(len(self.frames) - 1, 0, -1):
            outer = self.frames[frame].around
            firsts[outer], lasts[outer] = min(firsts[outer], firsts[frame]), max(lasts[outer], lasts[frame])
        return tuple(range(first, last) for first, last in zip(firsts, lasts, strict=True))

    def path(self, frame: int) -> str:
        """A frame as it is found from outside: ``repeat/repeat.3/cell``; empty for the program itself."""
        labels: list[str] = []
        while frame:
            labels.append(self.frames[frame].label)
            frame = self.frames[frame].around
        return "/".join(reversed(labels))

    def operand_shapes(self, node: Node) -> tuple[Shape, ...]:
        """The shapes of what a gate reads, by slot."""
        columns = self.columns
        return tuple([columns.shape(x) if isinstance(x, int) else () for x in node.operands])

    def source_text(self, index: int) -> str:
        """The expression of a node as typed, whatever its length; comments inside it are left out."""
        return source_of(self.text, self.nodes[index]) or node_id(index)

    def label(self, index: int, width: int = LABEL_WIDTH) -> str:
        """What a node is called: the expression as typed on one line, cut in the middle where longer than ``width``."""
        return label_of(self.text, self.nodes[index], width) or node_id(index)

    def find(self, key: str) -> int | None:
        """The node with this name, this id (``v4``) or this text (white space aside; the first of several), or None."""
        if key in self.names:
            return self.names[key]
        if self.frames and (plain := typed_name(key)) in self.names:
            return self.names[plain]
        if key[:1] == "v" and key[1:].isdecimal() and 1 <= int(key[1:]) <= len(self.nodes):
            return int(key[1:]) - 1
        wanted = "".join(key.split())
        # The text of a node has no parentheses around it.
        while wanted[:1] == "(" and wanted[-1:] == ")" and _wraps(wanted):
            wanted = wanted[1:-1]
        if wanted in self.names:
            return self.names[wanted]
        if len(self.nodes) <= FEW_NODES:
            return next((i for i in range(len(self.nodes)) if "".join(self.source_text(i).split()) == wanted), None)
        # Of a million nodes only those that the text does not hold are looked at one by one.
        named = (i for i in sorted(self.columns.texts) if "".join(self.source_text(i).split()) == wanted)
        return min((i for i in (next(named, None), self.occurrences.exact(wanted)) if i is not None), default=None)

    @cached_property
    def occurrences(self) -> Occurrences:
        """What stands where in its text."""
        from graphstep.language.occurrences import Occurrences

        return Occurrences(self.text, self.columns, _COMMENT, LABEL_WIDTH)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A program that was made from another."""

    program: Program
    """The new program."""
    where: tuple[int | None, ...]
    """For each node of the old program the new one of the same value; None where it is now inside a composite gate."""


def moved_frames(program: Program, where: Sequence[int]) -> tuple[Frame, ...]:
    """The frames of a program whose nodes have moved."""
    return tuple(
        frame._replace(
            reads=tuple((start, stop, where[node]) for start, stop, node in frame.reads),
            results=tuple(where[node] for node in frame.results),
        )
        for frame in program.frames
    )


def source_of(text: str, node: Node) -> str:
    """The expression of a node in a text, as typed, without comments; its name where it stands nowhere, else nothing."""
    if node.text is not None and node.gate is not None:
        return node.text
    if node.span is not None:
        return _COMMENT.sub("", text[node.span[0] : node.span[1]])
    return node.name or ""


def label_of(text: str, node: Node, width: int = LABEL_WIDTH) -> str:
    """That expression on one line, cut in the middle where it is longer than ``width``."""
    if node.text is None and node.span is not None and node.span[1] - node.span[0] > 4 * width:
        # Twice the width from either end, for blanks and comments go; and never all of an expression of 100,000 characters.
        start, stop = node.span
        raw = "…".join(_COMMENT.sub("", end) for end in (text[start : start + 2 * width], text[stop - 2 * width : stop]))
    else:
        raw = source_of(text, node)
    flat = " ".join(raw.split())
    if len(flat) <= width:
        return flat
    head = (width - 1) * 2 // 3
    return f"{flat[:head]}…{flat[len(flat) - (width - 1 - head) :]}"


def node_id(index: int) -> str:
    """How a node is called outside the program: ``v1`` is the first."""
    return f"v{index + 1}"


# Turns and calls behind a name, ``.2.3``. Names that are typed have no points in them.
_NUMBERS = re.compile(r"(?:\.[0-9]+)+$")
_TURNS = re.compile(r"⟨([0-9]+(?:, ?[0-9]+)*)⟩")


def shown_name(name: str) -> str:
    """How a name that is told apart by turns and calls is printed: ``h.2.3`` is h⟨2,3⟩."""
    numbers = _NUMBERS.search(name)
    return name if numbers is None else f"{name[: numbers.start()]}⟨{numbers[0][1:].replace('.', ',')}⟩"


def typed_name(name: str) -> str:
    """How such a name is typed: h⟨2,3⟩ is ``h.2.3``."""
    return _TURNS.sub(lambda turns: "." + turns[1].replace(" ", "").replace(",", "."), name)


def _wraps(text: str) -> bool:
    """Whether the first parenthesis of ``text`` closes at its last character."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place == len(text) - 1
    return False
