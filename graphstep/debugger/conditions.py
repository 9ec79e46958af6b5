"""What a run is stopped on, as it is typed: ``abs(grad) < 1e-3``, ``rms(grad h*) > 10 and not done W``, ``grad shrinks 10x``.

A condition is one test, or several joined by ``and``, ``or`` and ``not``, with parentheses. Of a node that is named, a test is
about what is known of it so far; without a name, or with a ``*`` in it, about what a step has just made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Literal, get_args

from graphstep.gates import FUNCTIONS, GATES
from graphstep.ground.errors import InputError, LimitError, did_you_mean, quoted
from graphstep.ground.records import dataclass
from graphstep.language.program import Program

Kind = Literal["grad", "value", "isnan", "isinf", "gate", "contribution", "wrong", "done", "changes", "shrinks", "grows"]
"""What a test looks at."""

Joint = Literal["and", "or", "not"]
"""How tests are joined."""

Wrong = Literal["saturated", "dead", "alike", "shrinking", "vanishing", "exploding"]
"""What a diagnosis finds at a node."""

CONDITION_WORDS = frozenset({"isnan", "isinf", *get_args(Wrong)})
"""The conditions that are one word."""

EXAMPLES = (
    "grad x == 0",
    "abs(grad) < 1e-3",
    "value q > 10",
    "isnan",
    "isinf",
    "gate max",
    "second contribution",
    "saturated",
    "dead",
    "rms(grad h*) > 10",
    "grad shrinks 10x",
    "grad x changes",
    "done x",
    "isnan q and not done x",
)
"""One of each form."""

_ORDER = ("first", "second", "third", "fourth", "fifth")
# ``abs(grad x) < 1e-3``. Lazy, so that a node may be a whole expression with signs and parentheses in it.
_COMPARISON = re.compile(
    r"(?:(?P<of>abs|rms|norm|mean|max|min)\s*(?P<open>\())?\s*(?P<what>grad|gradient|value)\b\s*(?P<node>.*?)\s*(?(open)\)\s*)"
    r"(?P<sign><=|>=|==|!=|<|>|=)\s*(?P<number>[^<>=!]+)"
)
# ``grad h* shrinks 10x``
_CHANGE = re.compile(r"(?:(?:grad|gradient)\b\s*(?P<node>.*?)\s*)?\b(?P<kind>shrinks|grows)\s+(?P<number>[^\s]+?)\s*[x×]")
# ``grad x changes``
_CHANGES = re.compile(r"(?:grad|gradient)\b\s*(?P<node>.*?)\s*\bchanges")
# ``isnan q``, ``done W``
_ABOUT = re.compile(r"(?P<kind>isnan|isinf|done)\s+(?P<node>.+)")


DEPTH = 100
"""Parentheses and words that may stand around a test: each is a call of the reader, and of all that looks at a condition."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds after some steps of a run and not after others: one test, or several joined."""

    text: str
    """As it was typed."""
    kind: Kind | Joint
    """What it looks at, or how its parts are joined."""
    parts: tuple[Condition, ...] = ()
    """What is joined; empty for a test."""
    node: str = ""
    """The node by name, id or text, or several by a pattern with ``*``; empty for every node."""
    of: str = ""
    """What is compared of an array: ``abs``, cell by cell, or its ``rms norm mean max min``; empty for its cells."""
    sign: str = ""
    """How it compares."""
    number: float = 0.0
    """With what; of ``shrinks`` and ``grows`` how many times."""
    word: str = ""
    """The name of a gate, or what is wrong."""
    count: int = 0
    """Which contribution, counted from 1."""

    @property
    def tests(self) -> Iterator[Condition]:
        """The tests that it is made of."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.tests


def gates_of(test: Condition) -> tuple[str, ...]:
    """The names of the gates that a test means: over the cells of one array, max is another gate."""
    return (test.word, GATES[test.word].over_cells) if test.word in GATES else (test.word,)


def read_conditions(text: str, program: Program | None = None) -> tuple[Condition, ...]:
    """The conditions in a text, with semicolons between them.

    Raises InputError for what is none, and for a node that the program has not; without a program any may be named;
    LimitError for one that is nested deeper than :data:`DEPTH`.
    """
    return tuple(_joined(" ".join(part.split()), program) for part in text.split(";") if part.strip())


def _joined(text: str, program: Program | None, depth: int = 0) -> Condition:
    """A condition; ``or`` binds less than ``and``, and that less than ``not``."""
    if depth > DEPTH:
        raise LimitError(f"a condition is nested at most {DEPTH} deep", hint=f"for example {EXAMPLES[-1]}")
    joints: tuple[Joint, Joint] = ("or", "and")
    for joint in joints:
        # What binds least is split first: "a or b and c" at its or.
        parts = _split(text, joint)
        if len(parts) > 1:
            if not all(parts):
                raise InputError(f"{quoted(text)} has nothing on one side of {joint}", hint=f"for example {EXAMPLES[-1]}")
            return Condition(text, joint, tuple(_joined(part, program, depth + 1) for part in parts))
    if text.startswith(("not ", "not(")):
        return Condition(text, "not", (_joined(text[3:].strip(), program, depth + 1),))
    if text.startswith("(") and _closing(text) == len(text) - 1:
        return _joined(text[1:-1].strip(), program, depth + 1)
    return _test(text, program)


def _split(text: str, word: str) -> list[str]:
    """The parts of a text between the places where a word stands outside of parentheses."""
    depth, start, parts = 0, 0, []
    for match in re.finditer(rf"[()]|\b{word}\b", text):
        if match[0] == word:
            if not depth:
                parts.append(text[start : match.start()].strip())
                start = match.end()
        else:
            depth += 1 if match[0] == "(" else -1
    return [*parts, text[start:].strip()]


def _closing(text: str) -> int:
    """The place of the parenthesis that closes the first one; -1 where none does."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if not depth:
            return place
    return -1


def _test(text: str, program: Program | None) -> Condition:
    words = text.split()
    if text in ("isnan", "isinf"):
        return Condition(text, "isnan" if text == "isnan" else "isinf")
    if text in get_args(Wrong):
        return Condition(text, "wrong", word=text)
    if words and words[0] == "gate" and len(words) == 2:
        return Condition(text, "gate", word=_gate(words[1], program))
    if len(words) == 2 and words[1] == "contribution" and words[0] in _ORDER:
        return Condition(text, "contribution", count=_ORDER.index(words[0]) + 1)
    if (match := _ABOUT.fullmatch(text)) is not None:
        about: dict[str, Kind] = {"isnan": "isnan", "isinf": "isinf", "done": "done"}
        return Condition(text, about[match["kind"]], node=_node(match["node"], program))
    if (match := _CHANGES.fullmatch(text)) is not None:
        return Condition(text, "changes", node=_node(match["node"], program))
    from graphstep.language.values import read_number

    if (match := _CHANGE.fullmatch(text)) is not None:
        number = read_number(match["number"])
        if not number > 1:
            raise InputError(f"{quoted(text)}: the factor is more than 1", hint="for example grad shrinks 10x")
        kind: Kind = "grows" if match["kind"] == "grows" else "shrinks"
        return Condition(text, kind, node=_node(match["node"] or "", program), number=number)
    match = _COMPARISON.fullmatch(text)
    if match is None:
        raise InputError(f"{quoted(text)} is no condition", hint=f"for example {', '.join(EXAMPLES)}")
    sign = "==" if match["sign"] == "=" else match["sign"]
    what: Kind = "value" if match["what"] == "value" else "grad"
    node, number = _node(match["node"], program), read_number(match["number"])
    if number != number:
        # Of IEEE's comparisons with nan one alone ever holds, and it holds of every number.
        raise InputError(f"{quoted(text)}: nothing compares with nan", hint=f"isnan {node}".rstrip())
    return Condition(text, what, (), node, match["of"] or "", sign, number)


def _node(text: str, program: Program | None) -> str:
    """A node or a pattern as typed; InputError where no node is meant."""
    from graphstep.telling.names import names_of

    if text and program is not None and names_of(program).find(text) is None:
        # fnmatch knows ? and [ ] as well, which stand in the texts of nodes: a pattern here has stars alone.
        if "*" not in text or not re.fullmatch(r"[\w*]+", text):
            raise InputError(
                f"no node is called {quoted(text)}", hint=did_you_mean(text, program.names) or "leave it out for all"
            )
        if not any(fnmatchcase(name, text) for name in program.names):
            raise InputError(f"no name fits {quoted(text)}", hint=f"the names are {', '.join(list(program.names)[:12])}")
    return text


def _gate(word: str, program: Program | None) -> str:
    rules = {**GATES, **({} if program is None else program.rules)}
    names = {**{row.symbol: name for name, row in rules.items()}, **{name: row.name for name, row in FUNCTIONS.items()}}
    names.update({name: name for name in rules})
    if word not in names:
        raise InputError(
            f"no gate is called {quoted(word)}", hint=did_you_mean(word, names) or "for example gate max, gate matmul"
        )
    return names[word]
