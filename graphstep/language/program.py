"""What was typed, as data: the nodes of a program in the order, spelling and place of the text.

A program is a tuple of nodes. The inputs come first, in the order in which the text first names them; then the
gates in the order of the text, each behind its operands. So the tuple is a topological order, and a node is known by its
index in it (``v1`` to the outside, from 1).

Numbers are not nodes. A constant lives inside the gate that uses it, as the lectures draw it (``×2``, ``+1``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, Literal, NamedTuple

from graphstep.gates.rule import Rule
from graphstep.ground.errors import Span
from graphstep.ground.operands import Constant, Operand, Shape
from graphstep.ground.records import dataclass

_COMMENT = re.compile(r"#[^\n]*")

LABEL_WIDTH = 60
"""Characters of a label before it is cut: labels of a long chain would otherwise be quadratic in its length."""


@dataclass(frozen=True, slots=True)
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
    nodes: tuple[Node, ...]
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

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs, in the order in which the text first names them."""
        return tuple(node.name or "" for node in self.nodes[: self.first_gate])

    @cached_property
    def input_places(self) -> Mapping[str, int]:
        """The index of each input by its name: to look one up in a program of thousands takes as long as in one of three."""
        return {name: index for index, name in enumerate(self.inputs)}

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The gates that the program is made of, by name."""
        return {node.rule.name: node.rule for node in self.nodes if node.rule is not None}

    @property
    def functions(self) -> frozenset[str]:
        """The functions of the program's own that are called in it, by name."""
        return frozenset(frame.label.partition(".")[0] for frame in self.frames if frame.kind == "call")

    @cached_property
    def of_numbers(self) -> bool:
        """Whether a fitted program has numbers only, and gates that treat every cell alike: no arrays, and none to come."""
        return not any(node.shape or (node.rule is not None and not node.rule.cellwise) for node in self.nodes)

    @cached_property
    def first_gate(self) -> int:
        """Index of the first node that is a gate (the number of inputs)."""
        return next((i for i, node in enumerate(self.nodes) if node.rule is not None), len(self.nodes))

    @cached_property
    def depends(self) -> tuple[bool, ...]:
        """Whether each node depends on any input that is not data; what does not is a constant and gets no gradient."""
        depends: list[bool] = []
        for node in self.nodes:
            if node.rule is None:
                depends.append(node.name not in self.data)
                continue
            for x in node.operands:
                if isinstance(x, int) and depends[x]:
                    depends.append(True)
                    break
            else:
                depends.append(False)
        return tuple(depends)

    @cached_property
    def reaches(self) -> tuple[bool, ...]:
        """Whether the output depends on each node."""
        reached = [False] * len(self.nodes)
        reached[self.output] = True
        for index in range(len(self.nodes) - 1, -1, -1):
            if reached[index]:
                for operand in self.nodes[index].operands:
                    if isinstance(operand, int):
                        reached[operand] = True
        return tuple(reached)

    @cached_property
    def consumers(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each node the ``(gate index, slot)`` pairs that read it, in the order of the text."""
        readers: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for index, node in enumerate(self.nodes):
            for slot, operand in enumerate(node.operands):
                if isinstance(operand, int):
                    readers[operand].append((index, slot))
        return tuple(map(tuple, readers))

    @cached_property
    def uses(self) -> Mapping[tuple[int, int], int]:
        """The numbers of the uses of every node that brings a gradient along several wires, by reader and slot.

        Uses are counted from left to right in the typed text: a statement after the other, in each an operand after the other.
        """
        nodes, first, reaches, depends = self.nodes, self.first_gate, self.reaches, self.depends
        counts = [0] * len(nodes)
        for index in range(first, len(nodes)):
            if reaches[index]:
                for x in nodes[index].operands:
                    if isinstance(x, int) and depends[x]:
                        counts[x] += 1
        numbers: dict[tuple[int, int], int] = {}
        latest = [0] * len(nodes)
        visited = [True] * first + [False] * (len(nodes) - first)
        for root in (i for i in range(first, len(nodes)) if nodes[i].name or i == self.output):
            if visited[root]:
                continue
            visited[root] = True
            # No recursion: a sum of 100,000 terms is as deep as it has terms. The iterator knows which operand comes next.
            stack = [(root, enumerate(nodes[root].operands))]
            while stack:
                reader, operands = stack[-1]
                for slot, x in operands:
                    if not isinstance(x, int):
                        continue
                    if counts[x] > 1 and reaches[reader]:
                        latest[x] += 1
                        numbers[reader, slot] = latest[x]
                    if not visited[x] and nodes[x].name is None:
                        visited[x] = True
                        stack.append((x, enumerate(nodes[x].operands)))
                        break
                else:
                    stack.pop()
        return numbers

    @cached_property
    def gates_of_frames(self) -> tuple[range, ...]:
        """By frame its gates, those of the frames inside it among them."""
        firsts, lasts = [len(self.nodes)] * len(self.frames), [0] * len(self.frames)
        for index in range(self.first_gate, len(self.nodes)):
            frame = self.nodes[index].frame
            firsts[frame], lasts[frame] = min(firsts[frame], index), index + 1
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
        return tuple(self.nodes[x].shape if isinstance(x, int) else () for x in node.operands)

    def source_text(self, index: int) -> str:
        """The expression of a node as typed, whatever its length; comments inside it are left out."""
        node = self.nodes[index]
        if node.text is not None and node.gate is not None:
            return node.text
        if node.span is not None:
            return _COMMENT.sub("", self.text[node.span[0] : node.span[1]])
        return node.name or node_id(index)

    def label(self, index: int, width: int = LABEL_WIDTH) -> str:
        """What a node is called: the expression as typed on one line, cut in the middle where longer than ``width``."""
        node = self.nodes[index]
        if node.text is None and node.span is not None and node.span[1] - node.span[0] > 4 * width:
            # Twice the width from either end, for blanks and comments go; and never all of an expression of 100,000 characters.
            start, stop = node.span
            ends = self.text[start : start + 2 * width], self.text[stop - 2 * width : stop]
            raw = "…".join(_COMMENT.sub("", end) for end in ends)
        else:
            raw = self.source_text(index)
        flat = " ".join(raw.split())
        if len(flat) <= width:
            return flat
        head = (width - 1) * 2 // 3
        return f"{flat[:head]}…{flat[len(flat) - (width - 1 - head) :]}"

    def short(self, index: int, width: int = 12) -> str:
        """A node's name; else its expression when that is at most ``width`` wide; else its id ``v7``."""
        node = self.nodes[index]
        if node.name is not None:
            return node.name
        if node.text is None and node.span is not None and node.span[1] - node.span[0] > 2 * width:
            return node_id(index)
        text = "".join(self.source_text(index).split())
        return text if len(text) <= width else node_id(index)

    def find(self, key: str) -> int | None:
        """The node with this name, this id (``v4``) or this text (white space aside; the first of several), or None."""
        if key in self.names:
            return self.names[key]
        if self.frames and (plain := typed_name(key)) in self.names:
            return self.names[plain]
        if key[:1] == "v" and key[1:].isdecimal() and 1 <= int(key[1:]) <= len(self.nodes):
            return int(key[1:]) - 1
        wanted = "".join(key.split())
        while wanted[:1] == "(" and wanted[-1:] == ")" and _wraps(wanted):
            wanted = wanted[1:-1]
        for index, node in enumerate(self.nodes):
            # A text without its blanks is no longer than its place, so most nodes need not be spelled.
            if node.text is None and node.span is not None and node.span[1] - node.span[0] < len(wanted):
                continue
            if "".join(self.source_text(index).split()) == wanted:
                return index
        return None


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
