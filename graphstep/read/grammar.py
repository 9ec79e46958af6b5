"""The precedence of the operators, as an LALR(1) grammar. The tokens come from :mod:`graphstep.read.tokens`.

Loosest first: sum, product, sign, multiplication without a sign (``2x``), power. So ``-x^2`` is −(x²), ``x^-1`` is fine, and
powers associate to the right.
"""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from lark import Lark, UnexpectedToken
from lark.lexer import Lexer as LarkLexer

from graphstep.read import complaints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphstep.read.builder import Builder
    from graphstep.read.tokens import Lexer

_GRAMMAR = """
start: statements
?statements: statement                   | statements SEPARATOR statement -> another
?statement: sum                          | NAME EQUALS sum -> assign
?sum: product                            | sum PLUS product -> add
                                         | sum MINUS product -> sub
?product: signed                         | product TIMES signed -> mul
                                         | product OVER signed -> div
?signed: beside                          | MINUS signed -> neg
                                         | PLUS signed -> plus
?beside: power                           | beside BESIDE power -> mul
?power: atom                             | atom POWER exponent -> power
?exponent: power                         | MINUS exponent -> neg
                                         | PLUS exponent -> plus
?atom: NUMERAL -> numeral                | NAME -> name
     | OPEN sum CLOSE -> parentheses     | CALL arguments CLOSE -> call
     | BAR sum BAR_END -> bars           | NORM sum NORM_END -> norm
     | CALL CLOSE -> call_of_nothing
arguments: sum -> first_argument         | arguments COMMA sum -> next_argument

%declare SEPARATOR EQUALS PLUS MINUS TIMES OVER BESIDE POWER NUMERAL NAME
%declare OPEN CLOSE CALL COMMA BAR BAR_END NORM NORM_END
"""

_ACTIONS = (
    "start another assign add sub mul div neg plus power numeral name parentheses call call_of_nothing bars norm "
    "first_argument next_argument"
).split()


class _Actions:
    """Hands each rule's action to the builder at work: the parser is made once, a builder belongs to one text."""

    def __init__(self) -> None:
        self.builder: Builder | None = None
        for action in _ACTIONS:
            setattr(self, action, self._relay(action))

    def _relay(self, action: str) -> Callable[[list[Any]], Any]:
        return lambda children: getattr(self.builder, action)(children)


class _Relay(LarkLexer):
    """Hands our own tokens to Lark."""

    def __init__(self, _configuration: Any) -> None:
        pass

    def lex(self, data: Any) -> Iterator[Any]:
        return iter(data)


_ONE_AT_A_TIME = Lock()


@cache
def _parser() -> tuple[Lark, _Actions]:
    actions: Any = _Actions()
    parser = Lark(_GRAMMAR, parser="lalr", lexer=_Relay, transformer=actions, keep_all_tokens=True)
    return parser, actions


def parse(lexer: Lexer, builder: Builder) -> None:
    """Feeds the tokens through the grammar into the builder.

    Raises :class:`~graphstep.errors.ReadError` at the first token that cannot stand where it stands.
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
