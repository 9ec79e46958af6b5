"""The calls and repetitions of a text while it is read, and what the nodes in them are called.

A name that is assigned in a body stands for a node a call or a turn. It is told apart by the functions and repetitions around it,
as many of them as it takes, and by numbers: of the turns, and of the calls where a function is called several times in one body.
So ``h.2.3`` is h in turn 3 within turn 2, and ``cell.i.2`` the i of the second call of cell.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import Any, Literal

from graphstep.ground.errors import Span
from graphstep.ground.operands import Operand
from graphstep.ground.records import dataclass
from graphstep.language.nodes import Nodes
from graphstep.language.program import Frame
from graphstep.language.read.bodies import Results


@dataclass(slots=True)
class _Opened:
    kind: Literal["program", "call", "loop", "turn"]
    name: str
    around: int
    span: Span | None
    # Which of those with its name it is in the frame around it, from 1; of a turn, which turn.
    number: int
    reads: list[tuple[Span, int]] = field(default_factory=list)
    constants: dict[Span, str] = field(default_factory=dict)
    results: tuple[int, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)


class OpenFrames:
    """The frames of a text so far; nodes count as the builder counts them."""

    def __init__(self) -> None:
        self._frames = [_Opened("program", "", 0, None, 0)]
        # Name by name: the frame, the name, the node, and whether it is what the frame, a repetition, starts from.
        self._records: list[tuple[int, str, int, bool]] = []
        self._latest: dict[tuple[str, int], int] = {}
        # What repetitions carried to their ends, by name.
        self._carried: dict[str, int] = {}
        self.dropped: set[str] = set()
        """The names that were local to the turns of a repetition."""
        self.depth = 0
        """How many calls and repetitions are open."""

    def enter(self, kind: Literal["call", "loop", "turn"], name: str, around: int, span: Span) -> int:
        """One more frame inside another."""
        counts = self._frames[around].counts
        counts[name] += 1
        self._frames.append(_Opened(kind, name, around, span, counts[name]))
        # A turn stands in the frame of its repetition, which has counted.
        self.depth += kind != "turn"
        return len(self._frames) - 1

    def leave(self, frame: int, value: Any) -> None:
        """A frame is through, with this value: an operand, several, or None."""
        opened = self._frames[frame]
        self.depth -= opened.kind != "turn"
        operands: tuple[Operand, ...] = value.operands if isinstance(value, Results) else () if value is None else (value,)
        opened.results = tuple(x for x in operands if isinstance(x, int))

    def record(self, frame: int, name: str, node: int, *, before: bool = False) -> None:
        """A node got a name; ``before`` where a repetition starts from it, and calls it h.0 instead of h."""
        key = name, node
        if before and key in self._latest and self._is_around(self._records[self._latest[key]][0], frame):
            # A frame around named this node already. Two records would give it two names, h and h.0.
            self._records[self._latest[key]] = frame, name, node, True
            return
        self._latest[key] = len(self._records)
        self._records.append((frame, name, node, before))

    def _is_around(self, outer: int, frame: int) -> bool:
        while frame > outer:
            frame = self._frames[frame].around
        return frame == outer

    def carry(self, name: str, node: int) -> None:
        """What a name of the program itself stands for behind a repetition that carried it."""
        self._carried[name] = node

    def read(self, frame: int, span: Span, node: int) -> None:
        """The text of a body reads a node by a name."""
        self._frames[frame].reads.append((span, node))

    def read_constant(self, frame: int, span: Span, text: str) -> None:
        """The text of a body reads a number by a name."""
        self._frames[frame].constants[span] = text

    def names(self, others: Iterable[str]) -> tuple[dict[int, str], dict[str, int]]:
        """By gate its name, and the nodes of all names; ``others`` are names of the program itself that no gate has."""
        called: dict[int, tuple[int, str]] = {}
        names: dict[str, int] = {}
        depths = self._depths()
        for name, (frame, _, node, _) in zip(self._named(others), self._records, strict=True):
            # What a function gives is called as its caller calls it; of several names there the first counts.
            # Inputs (below 0) have their own names already.
            if node >= 0 and (node not in called or depths[frame] < called[node][0]):
                called[node] = depths[frame], name
            names[name] = node
        return {node: name for node, (_, name) in called.items()}, names | self._carried

    def _depths(self) -> list[int]:
        """By frame how many calls it is inside of."""
        depths = [0]
        for frame in self._frames[1:]:
            depths.append(depths[frame.around] + (frame.kind == "call"))
        return depths

    def frames(self, settle: Callable[[int], int]) -> tuple[Frame, ...]:
        """The frames; ``settle`` leads from a node to its place in the program. None where nothing is called or repeated."""
        if len(self._frames) == 1:
            return ()
        return tuple(
            Frame(
                frame.kind,
                self._label(frame),
                frame.around,
                frame.span,
                tuple((*span, settle(node)) for span, node in frame.reads),
                tuple(map(settle, frame.results)),
            )
            for frame in self._frames
        )

    def spell(self, text: str, gates: Nodes, names: Mapping[int, str]) -> dict[int, str]:
        """What the gates inside of calls and turns compute, by gate, with what their names stand for there.

        ``names`` are those of the nodes that have one.
        """
        spelled: dict[int, str] = {}
        places: dict[int, tuple[list[Span], list[str | int]]] = {}
        for gate, (start, stop, frame) in enumerate(gates.places()):
            if frame not in places:
                places[frame] = self._reads(frame, text)
            spans, whats = places[frame]
            # Outside of functions and turns the text says it as it stands, unless it reads a name that a repetition carried on.
            if not frame and bisect_left(spans, (start, 0)) == bisect_left(spans, (stop, 0)):
                continue
            pieces, place = list[str](), start
            for k in range(bisect_left(spans, (start, 0)), bisect_left(spans, (stop, 0))):
                # A place inside of one that was replaced went with it.
                if spans[k][0] < place:
                    continue
                # What a gate reads was spelled before it, since gates stand behind what they read.
                pieces += [text[place : spans[k][0]], _spelled(whats[k], names, spelled)]
                place = spans[k][1]
            pieces.append(text[place:stop])
            spelled[gate] = "".join(pieces)
        return spelled

    def _reads(self, frame: int, text: str) -> tuple[list[Span], list[str | int]]:
        """The places where a name in a frame stands for something else than at the end of the text, and for what."""
        opened = self._frames[frame]
        reads: list[tuple[Span, str | int]] = [*opened.reads, *opened.constants.items()]
        if not frame:
            reads = [(span, node) for span, node in opened.reads if self._carried.get(text[slice(*span)], node) != node]
        reads.sort(key=lambda read: read[0])
        return [span for span, _ in reads], [what for _, what in reads]

    def _label(self, frame: _Opened) -> str:
        if frame.kind == "program":
            return ""
        many = frame.kind == "turn" or self._frames[frame.around].counts[frame.name] > 1
        return f"{frame.name}.{frame.number}" if many else frame.name

    def _paths(self) -> list[tuple[tuple[str, ...], tuple[int, ...]]]:
        """By frame the functions and repetitions around its nodes, itself among them, and the numbers of calls and turns."""
        paths: list[tuple[tuple[str, ...], tuple[int, ...]]] = [((), ())]
        for frame in self._frames[1:]:
            words, numbers = paths[frame.around]
            many = self._frames[frame.around].counts[frame.name] > 1
            if frame.kind == "turn":
                paths.append((words, (*numbers, frame.number)))
            elif frame.kind == "loop":
                paths.append(((*words, f"repeat{frame.number}" if many else "repeat"), numbers))
            else:
                paths.append(((*words, frame.name), (*numbers, frame.number) if many else numbers))
        return paths

    def _named(self, others: Iterable[str]) -> list[str]:
        """By record the name that stands for this node alone."""
        if len(self._frames) == 1:
            return [f"{name}.0" if before else name for _, name, _, before in self._records]
        paths, depths = self._paths(), self._depths()
        whole: list[tuple[tuple[str, ...], tuple[int, ...]]] = []
        # Names of the program itself are as far out as can be: no name of a body may take one from them.
        kinds: dict[tuple[str, ...], int] = {(name,): 0 for name in others}
        for frame, name, _, before in self._records:
            words, numbers = paths[frame]
            whole.append(((*words, name), (*numbers, 0) if before else numbers))
            kinds[(*words, name)] = depths[frame]
        # What is further out keeps the shorter name.
        shortest: dict[tuple[str, ...], tuple[str, ...]] = {}
        shorter: set[tuple[str, ...]] = set()
        for depth in sorted({*kinds.values()}):
            alike = [words for words in kinds if kinds[words] == depth]
            endings = Counter(words[k:] for words in alike for k in range(len(words)))
            for words in alike:
                # From the name alone to the whole path: the first ending that no other name this deep has, and none further out.
                ways = (words[k:] for k in range(len(words) - 1, 0, -1))
                shortest[words] = next((way for way in ways if endings[way] == 1 and way not in shorter), words)
            shorter.update(shortest.values())
        return [".".join([*shortest[words], *map(str, numbers)]) for words, numbers in whole]


_WIDTH = 40
"""Characters of an input's expression inside the expressions of a body."""


def _spelled(what: str | int, names: Mapping[int, str], spelled: Mapping[int, str]) -> str:
    if isinstance(what, str):
        return what if what.replace(".", "").isalnum() else f"({what})"
    if what in names:
        return names[what]
    text = spelled.get(what, "…")
    flat = " ".join(text.split())
    return f"({flat})" if len(flat) <= _WIDTH else f"({flat[: _WIDTH // 2]}…{flat[-_WIDTH // 4 :]})"
