"""The reader goes by the tables that Lark makes of its grammar, and does with them what Lark does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lark import Lark, UnexpectedToken
from lark.lexer import Lexer as LarkLexer

from graphstep.ground.errors import ReadError
from graphstep.language.read.grammar import GRAMMAR, TABLES, parse
from graphstep.language.read.tokens import Lexer
from tests.cases import each
from tests.parse_tables import tables
from tests.programs import seeded

TEXTS = (
    "(x+y)*z; ",
    "-2x^-y^2 / 3 @ W' - |a| + ||b.T|| + +c",
    "a, b, c = (x, y, 2); -a < [[1, 2], [b, c]][0]",
    "def f(a, b) = {q = a*b; (q, 2)}; x, y = f(u, v)\nx*y",
    "def sq(a) = a^2; h = x; repeat t in 0:3 { repeat 2 { h = sq(h) }; g = h }\nh >= 2",
    "sum(zeros(3)); concat(a, b, c, axis=1); einsum('ij,jk->ik', a, b); reshape(x, (2, 3))",
)
WRONG = (
    "x +",
    "(x; y",
    "x = = y",
    "x < y < z",
    "a, = 2",
    "repeat 3 { }",
    "x ) y",
    "* x",
    "def f() = 2",
    "f(, x)",
    "x, y",
    "[]",
    "",
)


class Played:
    """A builder that writes down what it is asked for; a part that was built is called by its place."""

    def __init__(self) -> None:
        self.lines: list[Any] = []

    def act(self, action: str, parts: list[Any]) -> int:
        self.lines.append((action, [part if isinstance(part, int) else (part.type, part.text, part.span) for part in parts]))
        return len(self.lines)


class Relay(LarkLexer):
    def __init__(self, _: object) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any = None) -> Any:
        for token in lexer_state:
            # Lark copies these to its end mark.
            yield Positioned(token)


class Positioned:
    line = column = end_line = end_column = 1

    def __init__(self, token: Any) -> None:
        self.type, self.text, self.span = token.type, token.text, token.span
        self.start_pos, self.end_pos = token.span


@pytest.fixture(scope="module")
def lark() -> tuple[Lark, list[Played]]:
    builders: list[Played] = []

    class Actions:
        def __getattr__(self, action: str) -> Any:
            if not re.search(rf"-> {action}\b", GRAMMAR) and action != "start":
                raise AttributeError(action)
            return lambda parts: builders[-1].act(action, parts)

    return Lark(GRAMMAR, parser="lalr", lexer=Relay, transformer=Actions(), keep_all_tokens=True), builders


def test_the_tables_are_those_of_the_grammar() -> None:
    assert TABLES.read_text(encoding="utf-8") == tables(), "python -m tests.parse_tables"


@each("text", [*TEXTS, *WRONG, *(seeded(seed).text for seed in range(20))])
def test_the_reader_takes_the_actions_that_lark_takes_in_its_order(text: str, lark: tuple[Lark, list[Played]]) -> None:
    parser, builders = lark
    builders.append(Played())
    theirs = ours = None
    try:
        parser.parse(Lexer(text))
    except (UnexpectedToken, ReadError) as error:
        theirs = error
    played = Played()
    try:
        parse(Lexer(text), played)
    except ReadError as error:
        ours = error
    assert played.lines == builders[-1].lines
    assert (ours is None) == (theirs is None)
    assert (ours is not None) == (text in WRONG)
