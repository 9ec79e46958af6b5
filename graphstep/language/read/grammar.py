"""The precedence of the operators, as an LALR(1) grammar. The tokens come from :mod:`graphstep.language.read.tokens`.

Loosest first: comparison, sum, product (``@`` too), sign, multiplication without a sign (``2x``), power, and what stands behind
an operand (``x.T``, ``x[0]``). So ``-x^2`` is −(x²), ``x^-1`` is fine, and powers associate to the right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from threading import Lock
from typing import Any

from lark import Lark, UnexpectedToken
from lark.lexer import Lexer as LarkLexer

from graphstep.language.read import complaints
from graphstep.language.read.builder import Builder
from graphstep.language.read.tokens import Lexer

# A level names all that binds more tightly, instead of one rule that leads to the next: a name in a sum would otherwise pass five
# rules that do nothing, which is a third of the time that reading takes. Right operands have rules of their own (summand, factor,
# exponent): written out as well, they would make the tables twice as large, and every start slower.
_POWER = "atom | power"
_FACTOR = f"{_POWER} | beside | signed"
_SUMMAND = f"{_FACTOR} | product"

_GRAMMAR = f"""
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

_ACTIONS = ("start", *re.findall(r"-> (\w+)", _GRAMMAR))


class _Actions:
    """Hands each rule's action to the builder at work: the parser is made once, a builder belongs to one text."""

    def __init__(self) -> None:
        self.builder: Builder | None = None
        for action in _ACTIONS:
            setattr(self, action, self._relay(action))

    def _relay(self, action: str) -> Callable[[list[Any]], Any]:
        def relay(children: list[Any]) -> Any:
            assert self.builder is not None, "a builder is at work"
            return self.builder.act(action, children)

        return relay


class _Relay(LarkLexer):
    """Hands our own tokens to Lark."""

    def __init__(self, _configuration: Any) -> None:
        pass

    def lex(self, lexer_state: Any, _parser_state: Any = None) -> Iterator[Any]:
        return iter(lexer_state)


_ONE_AT_A_TIME = Lock()


@cache
def _parser() -> tuple[Lark, _Actions]:
    actions: Any = _Actions()
    parser = Lark(_GRAMMAR, parser="lalr", lexer=_Relay, transformer=actions, keep_all_tokens=True)
    return parser, actions


def parse(lexer: Lexer, builder: Builder) -> None:
    """Feeds the tokens through the grammar into the builder.

    Raises :class:`~graphstep.ground.errors.ReadError` at the first token that cannot stand where it stands.
    """
    with _ONE_AT_A_TIME:
        parser, actions = _parser()
        actions.builder = builder
        tokens: Any = lexer
        try:
            parser.parse(tokens)
        except UnexpectedToken as error:
            if error.token.type == "$END":
                raise complaints.unexpected(lexer.text, None, lexer.last) from None
            raise complaints.unexpected(lexer.text, lexer.last, lexer.previous) from None
        finally:
            actions.builder = None
