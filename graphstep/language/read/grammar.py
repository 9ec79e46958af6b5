"""The precedence of the operators, as an LALR(1) grammar. The tokens come from :mod:`graphstep.language.read.tokens`.

Loosest first: comparison, sum, product (``@`` too), sign, multiplication without a sign (``2x``), power, and what stands behind
an operand (``x.T``, ``x[0]``). So ``-x^2`` is −(x²), ``x^-1`` is fine, and powers associate to the right.

``grammar.json`` holds the parse tables that Lark makes of it; ``python -m tests.parse_tables`` writes them again, and a test says
when they are out of date. So a start of the program neither imports Lark nor makes its tables.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from graphstep.language.read import complaints
from graphstep.language.read.builder import Builder
from graphstep.language.read.token import Token
from graphstep.language.read.tokens import Lexer

# A level names all that binds more tightly, instead of one rule that leads to the next: a name in a sum would otherwise pass five
# rules that do nothing, which is a third of the time that reading takes. Right operands have rules of their own (summand, factor,
# exponent): written out as well, they would make the tables twice as large, and every start slower.
_POWER = "atom | power"
_FACTOR = f"{_POWER} | beside | signed"
_SUMMAND = f"{_FACTOR} | product"

GRAMMAR = f"""
start: statements
?statements: statement
    | statements SEPARATOR statement -> another
?statement: value
    | NAME EQUALS value -> assign
    | names EQUALS value -> unpack
    | function_head body -> function
    | loop_head statements BLOCK_END -> loop
?names: NAME COMMA NAME -> two_names
    | names COMMA NAME -> next_name
function_head: DEF parameters CLOSE EQUALS -> begin
parameters: NAME -> first_name
    | parameters COMMA NAME -> next_name
?body: value
    | BLOCK statements BLOCK_END -> block
loop_head: REPEAT -> begin
?value: sum
    | sum COMPARE sum -> compare
?sum: {_SUMMAND}
    | sum PLUS summand -> add
    | sum MINUS summand -> sub
?summand: {_SUMMAND}
?product: ({_FACTOR} | product) TIMES factor -> mul
    | ({_FACTOR} | product) OVER factor -> div
    | ({_FACTOR} | product) AT factor -> matmul
?factor: {_FACTOR}
?signed: MINUS factor -> neg
    | PLUS factor -> plus
?beside: ({_POWER} | beside) BESIDE ({_POWER}) -> mul
?power: atom POWER exponent -> power
?exponent: {_POWER}
    | MINUS exponent -> neg
    | PLUS exponent -> plus
?atom: NUMERAL -> numeral
    | NAME -> name
    | OPEN value CLOSE -> parentheses
    | OPEN several CLOSE -> results
    | BAR value BAR_END -> bars
    | NORM value NORM_END -> norm
    | atom TRANSPOSE -> transpose
    | atom INDEX -> index
    | LIST cells LIST_END -> literal
    | MADE -> made
    | CALL arguments CLOSE -> call
    | CALL CLOSE -> call
several: value COMMA value -> first_results
    | several COMMA value -> next_result
cells: value -> first_argument
    | cells COMMA value -> next_argument
arguments: argument -> first_argument
    | arguments COMMA argument -> next_argument
?argument: value
    | NAME OPTION -> option
    | SHAPE -> shape
    | WORD -> shape

%declare SEPARATOR EQUALS COMPARE PLUS MINUS TIMES AT OVER BESIDE POWER NUMERAL NAME
%declare LIST LIST_END MADE OPEN CLOSE CALL COMMA BAR BAR_END NORM NORM_END TRANSPOSE INDEX OPTION SHAPE
%declare WORD DEF REPEAT BLOCK BLOCK_END
"""

"""The grammar, in Lark's notation: ``->`` names the action of the builder, and what has none hands its only part on."""

TABLES = Path(__file__).with_name("grammar.json")
"""The file of the parse tables: ``rules``, each ``[what it makes, how many parts, its action]``, and ``states``, each by symbol
the state that follows, or of a rule k that is complete ``~k``. The first state is the start."""

START, END = "start", "$END"
"""What a whole text is, and what stands behind its last token."""


_Rule = tuple[str, int, str]


class _Tables:
    """The parse tables, and what comes of them."""

    def __init__(self) -> None:
        tables = json.loads(TABLES.read_text(encoding="utf-8"))
        self.rules: list[_Rule] = list(map(tuple, tables["rules"]))
        self.states: list[dict[str, int]] = tables["states"]
        self.settled: dict[tuple[int, str, str], tuple[int, int | None]] = {}
        """What :meth:`settle` has said."""

    def settle(self, state: int, left_side: str, symbol: str) -> tuple[int, int | None]:
        """The state behind what a rule makes where ``symbol`` stands behind it, and the move from there.

        A rule that hands its only part on is passed over: between an operand and the operator behind it stand four of those.
        """
        behind = self.states[state][left_side]
        move = self.states[behind].get(symbol)
        while move is not None and move < 0 and self.rules[~move][1:] == (1, ""):
            behind = self.states[state][self.rules[~move][0]]
            move = self.states[behind].get(symbol)
        self.settled[state, left_side, symbol] = behind, move
        return behind, move


_tables = cache(_Tables)


Watch = Callable[[float], None]
"""Who is told now and then which share of a text has been read; what it raises ends the reading."""

_EVERY = 2_000
"""Tokens from one word to the next."""


def _watched(lexer: Lexer, watch: Watch) -> Iterator[Token]:
    size = len(lexer.text)
    for count, token in enumerate(lexer):
        if count % _EVERY == 0:
            watch(token.end_pos / size)
        yield token


def parse(lexer: Lexer, builder: Builder, watch: Watch | None = None) -> None:
    """Feeds the tokens through the grammar into the builder.

    Raises :class:`~graphstep.ground.errors.ReadError` at the first token that cannot stand where it stands.
    """
    tables = _tables()
    rules, states, settled, act = tables.rules, tables.states, tables.settled, builder.act
    # The states that lead here, and of all but the first what the part came to that led to it.
    # There is always one state more than parts.
    path, parts = [0], list[Any]()
    for token in chain(lexer if watch is None else _watched(lexer, watch), (None,)):
        symbol = END if token is None else token.type
        move = states[path[-1]].get(symbol)
        # As many rules are complete here as end before this token; each replaces its parts by what they came to.
        while move is not None and move < 0:
            left_side, count, action = rules[~move]
            del path[-count:]
            if action:
                of_rule = parts[-count:]
                del parts[-count:]
                parts.append(act(action, of_rule))
            if token is None and left_side == START:
                return
            # A text of 100,000 operators asks the same few hundred questions: the answers are kept for all texts.
            key = path[-1], left_side, symbol
            behind, move = settled.get(key) or tables.settle(*key)
            path.append(behind)
        if move is None:
            if token is None:
                raise complaints.unexpected(lexer.text, None, lexer.last)
            raise complaints.unexpected(lexer.text, lexer.last, lexer.previous)
        path.append(move)
        parts.append(token)
