"""What stands in the body of a function or a repetition: recorded once, and played back for every call and every turn.

The grammar hands its actions over bottom up, each once. Inside a body they are put on a tape instead, in that order, so that a
body is played back without being parsed again, and without recursion, however deep its expressions are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import field
from typing import TYPE_CHECKING, Any, NamedTuple

from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.ground.errors import Span
    from graphstep.ground.operands import Operand
    from graphstep.language.read.token import Token, Turns


class Mark(NamedTuple):
    """A reference to the result of an earlier action of the same tape."""

    place: int
    """Which one, from 0."""


class Results(NamedTuple):
    """Several values: what stands in a tuple, and what a function with such a body gives."""

    operands: tuple[Operand, ...]
    """The values."""
    span: Span
    """Where the tuple stands."""


class Assignment(NamedTuple):
    """A statement with a name."""

    name: str
    """The name that was assigned."""
    term: tuple[Operand, int, int]
    """What it stands for, and where that stands."""


class Statement(NamedTuple):
    """What a definition, a repetition or an assignment of several names came to: a statement that is no value."""

    kind: str
    """``definition``, ``repetition`` or ``names``."""
    last: tuple[Operand, int, int] | None
    """The value that it assigned last, which is the value of a body or a program that ends in it; None where it has none."""
    span: Span
    """Where it stands."""


@dataclass(slots=True)
class Tape:
    """The actions of a body, in their order."""

    actions: list[tuple[str, list[Any]]] = field(default_factory=list)
    """Each by its name, with its parts: tokens, marks, and what was made already."""
    assigned: dict[str, None] = field(default_factory=dict)
    """The names that the body itself assigns, in the order in which they stand. Every turn around a repetition asks for them."""
    weight: int | None = None
    """How many actions it takes at least to play it, with those of the functions and repetitions in it; None while unknown."""

    def record(self, action: str, parts: list[Any]) -> Mark:
        """One more action."""
        self.actions.append((action, parts))
        if action == "assign":
            self.assigned[parts[0].text] = None
        elif action == "unpack":
            self.assigned.update((token.text, None) for token in parts[0])
        return Mark(len(self.actions) - 1)


@dataclass(slots=True, eq=False)
class Function:
    """A function as it was defined."""

    name: str
    """What it is called by."""
    parameters: tuple[str, ...]
    """The names of its inputs."""
    tape: Tape
    """Its body."""
    value: Mark
    """What its body comes to."""
    scope: Scope | None = None
    """The names that it was defined among."""
    actions: int = 0
    """How many actions a call takes at least."""


@dataclass(slots=True, eq=False)
class Loop:
    """A repetition as it was written."""

    turns: Turns
    """What it counts."""
    tape: Tape
    """Its body."""
    value: Mark
    """What its body comes to."""
    span: Span
    """Where it stands."""


@dataclass(slots=True, eq=False)
class Scope:
    """The names that are known at a place: of the program, of a call, or of a turn of a repetition."""

    names: dict[str, Operand]
    """What was assigned here, and the inputs of the function or the number of the turn."""
    outer: Scope | None = None
    """Where a name is looked for that is not among them."""
    frame: int = 0
    """The frame that its nodes belong to."""
    owner: str = ""
    """The function whose body it is, or is in; empty in the program itself."""
    fixed: frozenset[str] = frozenset()
    """The names that cannot be assigned: inputs of the function, the number of the turn."""
    turn: bool = False
    """Whether it is a turn of a repetition, which carries names on."""
    used: dict[str, Span] = field(default_factory=dict)
    """The names that were found further out, and where they were first used here."""
    functions: dict[str, Function] = field(default_factory=dict)
    """The functions that were defined here."""
    captured: bool = False
    """Whether a function was defined that looks names up here as they are now."""

    def carries(self, name: str) -> bool:
        """Whether a name was assigned before the turn, in the body or the program that the repetition stands in."""
        scope: Scope = self
        while scope.turn and scope.outer is not None:
            scope = scope.outer
            if name in scope.names:
                return True
        return False

    def fixes(self, name: str) -> bool:
        """Whether a name is an input of the function around, or the number of a turn."""
        scope: Scope | None = self
        while scope is not None and scope.turn:
            if name in scope.fixed:
                return True
            scope = scope.outer
        return scope is not None and name in scope.fixed

    def rebind(self, name: str, value: Operand) -> None:
        """Let a name mean what a repetition carried to its end; functions that were defined before know the old one."""
        if self.captured:
            self.names, self.captured = dict(self.names), False
        self.names[name] = value

    def snapshot(self) -> Scope:
        """The names as they are now."""
        # Copied when it is written to, in rebind: to define a function among a thousand names is to copy none.
        self.captured = True
        outer = None if self.outer is None else self.outer.snapshot()
        return Scope(self.names, outer, self.frame, self.owner, self.fixed, self.turn, functions=self.functions)

    def function(self, name: str) -> Function | None:
        """The function of a name that is known here."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.functions:
                return scope.functions[name]
            scope = scope.outer
        return None

    def knows(self, name: str) -> bool:
        """Whether a name is assigned here or further out."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return True
            scope = scope.outer
        return False


def free_names(tape: Tape, inputs: Collection[str]) -> Iterator[Token]:
    """The places where a body reads a name that it has not: neither among its inputs nor assigned before."""
    own = set(inputs)
    for action, parts in tape.actions:
        if action == "name":
            if parts[0].text not in own:
                yield parts[0]
        elif action == "assign":
            own.add(parts[0].text)
        elif action == "unpack":
            own.update(token.text for token in parts[0])
        elif action == "repetition":
            loop: Loop = parts[0]
            yield from free_names(loop.tape, own | {loop.turns.variable})
            # Names that are local to its turns among them: that they are gone behind it is told when it is played.
            own |= _all_assigned(loop.tape)
        elif action == "define":
            function: Function = parts[0]
            # What is assigned behind a definition is none of its names: it looks them up as they are where it stands.
            yield from free_names(function.tape, own | {*function.parameters})


def _all_assigned(tape: Tape) -> set[str]:
    """The names that a body and the repetitions in it assign."""
    inner = (_all_assigned(parts[0].tape) for action, parts in tape.actions if action == "repetition")
    return set(tape.assigned).union(*inner)
