"""Characters become tokens, in one pass, nothing recursive.

This is where everything is settled that the eye settles before it sees structure: which brackets belong together, which bar opens
and which closes, whether ``-`` belongs to a numeral, and where a multiplication sign was left out (a token of its own, BESIDE).
It may be left out behind a number and behind a closing bracket; where that gives two readings, both are spelled out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from graphstep.ground import limits
from graphstep.ground.errors import ReadError
from graphstep.language.read import arrays, complaints, misuses, spelling
from graphstep.language.read.functions import MAKERS, is_function, is_variant, takes_quoted, takes_shape
from graphstep.language.read.statements import BEGINS, Statements
from graphstep.language.read.token import NAME, Token

NUMERAL = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""A numeral without a sign, as a regular expression."""

_WORD = re.compile(
    rf"[ \t\r]*(?:(?P<skip>[ \t\r]+|\#[^\n]*)|(?P<call>{NAME}[ \t]*\()|(?P<name>{NAME})|(?P<numeral>{NUMERAL})"
    r"|(?P<compare>[<>=!]=|[<>≤≥≠])|(?P<other>//)|(?P<operator>\*\*|[-+*/^@×·⋅∗−÷])|(?P<open>\()|(?P<close>\))|(?P<brace>[{}])"
    r"|(?P<comma>,)|(?P<bar>\|\|?|‖)"
    r"|(?P<equals>=)|(?P<end>[;\n])|(?P<postfix>\.T(?!\w)|['′’]|\[)|(?P<list_end>\])|(?P<unknown>.))",
    re.DOTALL,
)
_SIGNED = re.compile(rf"[ \t]*(?P<numeral>{NUMERAL})")
"""What a minus in front makes a negative numeral of, unless it :data:`_RAISES`: -2 is a number, and -2^2 is −(2²)."""

_ASSIGNS = re.compile(rf"{NAME}[ \t]*=(?!=)")
"""How a statement begins: where one does in the line below an open bracket, the bracket was forgotten."""

_RAISES = re.compile(r"[ \t]*(?:\^|\*\*)")
_BRACKETS = re.compile(r"\[(?:[^\[\];]|\[[^\[\];]*\])*\]")
"""An index, in which lists of places may stand: ``[[0, 2], :]``. It is one token, read by :mod:`.options`."""

_GROUP = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
"""The arguments of an array that is made, with one pair of parentheses inside each other at most: ``zeros((2, 3))``."""

_SHAPE = re.compile(r"\(\s*\)|\([^(),;\[\]]*,[^();\[\]]*\)")
"""A tuple of sizes. Without a comma, or with parentheses in it, it is an expression."""

_QUOTES = ("'", '"')
_IN_QUOTES = re.compile(r"'[\w.,> -]*'|\"[\w.,> -]*\"", re.ASCII)
"""The subscripts of einsum. Elsewhere a quote transposes, so that this is asked for behind a call only."""

_T = re.compile(r"T(?!\w)")
_NUMBERS = re.compile(r"[-+(\s]*(?:\d|\.\d)[\d.()/+\s]*+(?![^\W\d])")
"""A factor of numbers alone: 2*x' is no product of two arrays, which MATLAB would mean by A*x'."""

_E_ALONE = re.compile(r"[eE](?!\w)(?![ \t]*(?:\^|\*\*))")
"""The beginning of an exponent that is missing, as in ``2e``; ``2e^x`` is twice a power of e."""

_VALUE_MARK = re.compile(r"[(),;\[\]]")

_OPERATORS = {
    "+": "PLUS",
    "-": "MINUS",
    "−": "MINUS",
    "*": "TIMES",
    "×": "TIMES",
    "·": "TIMES",
    "⋅": "TIMES",
    "∗": "TIMES",
    "@": "AT",
    "/": "OVER",
    "÷": "OVER",
    "^": "POWER",
    "**": "POWER",
}
_CLOSES = {"BAR": "BAR_END", "NORM": "NORM_END"}
_POSTFIXES = frozenset({"TRANSPOSE", "INDEX"})


class Lexer(Statements):
    """The tokens of one text, to be iterated over once."""

    def __iter__(self) -> Iterator[Token]:
        """The tokens in order; raises ReadError or LimitError at the first that cannot stand there."""
        text, size, match = self.text, len(self.text), _WORD.match
        position, ended = 0, False
        readers: Mapping[str, Callable[[str, int, int], Token]] = {
            "name": self._name,
            "operator": self._operate,
            "numeral": self._numeral,
            "close": self._close,
            "open": self._open_or_shape,
            "call": self._call,
            "comma": self._comma,
            "postfix": self._postfix,
            "list_end": self._list_end,
            "equals": self._equals,
            "compare": self._compare,
            "brace": self._brace,
            "head": self._head,
            "quoted": self._quoted,
        }
        while position < size:
            word = match(text, position)
            assert word is not None  # the last group takes any character
            kind = word.lastgroup
            assert kind is not None  # what stands behind blanks is one of the groups
            symbol, (start, position) = word[kind], word.span(kind)
            if kind == "skip":
                continue
            if kind == "end":
                ended = self._ends_statement(symbol) or ended
                continue
            # Whether a line ends a statement shows at what follows: blank lines, and those before a closing brace, end none.
            if ended and self.last is not None and self.last.type not in BEGINS and symbol != "}":
                yield self._hand_out("SEPARATOR", text[start - 1], start - 1, start)
                self._end_statement()
            ended = False
            # The regular expression knows no context: what only the place decides is decided here, before a reader is chosen.
            if self._first is None and kind == "name":
                kind = self._begin_statement(start)
            elif kind == "bar":
                kind = self._bar(symbol, start)
            elif symbol in _QUOTES and self.last is not None and self.last.type == "CALL" and takes_quoted(self.last.text):
                kind = "quoted"
            if self._operand and kind in ("name", "numeral", "call", "open"):
                yield self._beside(start)
            reader = readers.get(kind)
            if reader is None:
                raise self._unknown(start)
            token = reader(symbol, start, position)
            # It may take more than its first word, such as all of an index.
            position = token.end_pos
            yield token
        if self._open:
            raise complaints.never_closed(text, self._open[-1][0].span)

    # Operands

    def _name(self, name: str, start: int, stop: int) -> Token:
        if len(name) > limits.NAME:
            raise spelling.long_name(self.text, (start, stop))
        if self._open and self.last is not None and self.last.type == "COMMA" and is_variant(self._open[-1][0].text, name):
            self._operand, self._start = True, start
            return self._hand_out("WORD", name, start, stop)
        self._operand, self._start = True, start
        return self._hand_out("NAME", name, start, stop)

    def _quoted(self, _: str, start: int, __: int) -> Token:
        """The token of a text in quotes before the inputs of a call, ``"ij,jk->ik"``."""
        quoted = _IN_QUOTES.match(self.text, start)
        if quoted is None:
            raise spelling.character(self.text, start)
        self._operand, self._start = True, start
        return self._hand_out("WORD", quoted[0], start, quoted.end())

    def _numeral(self, text: str, start: int, stop: int) -> Token:
        # ||x||^2_2 is the square of a norm in books: the subscript belongs to the bars, and not to the exponent.
        base = self.previous if self.last is not None and self.last.type == "POWER" else None
        if base is not None and base.type in _CLOSES.values() and self.text[stop : stop + 1] == "_":
            raise arrays.subscript(self.text, (self._left, base.end_pos), stop)
        spelling.check_numeral(self.text, (start, stop), text)
        self._operand, self._start = True, start
        return self._hand_out("NUMERAL", text, start, stop)

    def _beside(self, start: int) -> Token:
        """The multiplication sign that was left out before ``start``."""
        last = self.last
        assert last is not None
        # From here on the particular comes before the general: the first that fits is told, so the order is the meaning.
        if self._open and "\n" in self.text[last.end_pos : start] and _ASSIGNS.match(self.text, start):
            raise complaints.never_closed(self.text, self._open[-1][0].span)
        if last.end_pos == start and last.type == "NUMERAL" and _E_ALONE.match(self.text, start):
            raise spelling.half_an_exponent(self.text, last.span)
        if last.end_pos == start and self.text[start] == "_" and last.type not in ("NAME", "NUMERAL"):
            raise arrays.subscript(self.text, (self._start, last.end_pos), start)
        if last.text[-1:] == "." and last.end_pos == start and _T.match(self.text, start):
            raise arrays.transposed_number(self.text, last.span)
        if last.type in _POSTFIXES and self.text[start] not in "0123456789.":
            raise arrays.beside(self.text, (self._start, last.end_pos), start)
        if last.type == "NAME" or self.text[start] in "0123456789.":
            raise complaints.side_by_side(self.text, last.type, (self._start, last.end_pos), start)
        if self._operator in ("OVER", "POWER"):
            places = self._left, self._after, last.end_pos, start
            raise complaints.two_readings(self.text, places)
        self._operand = False
        return self._hand_out("BESIDE", "", start, start)

    def _postfix(self, symbol: str, start: int, stop: int) -> Token:
        """A transpose or an index, behind what it belongs to."""
        last = self.last
        if not self._operand or last is None:
            if symbol == "[" and arrays.EMPTY.match(self.text, start) is None:
                return self._opening(symbol, start, stop)
            raise self._unknown(start)
        if last.type == "NUMERAL":
            raise arrays.of_a_number(self.text, last.span, "entries" if symbol == "[" else "transpose")
        if symbol != "[":
            factor = self.text[self._left : self._after].rstrip("*×·⋅∗ \t")
            if symbol != ".T" and self._operator == "TIMES" and not _NUMBERS.fullmatch(factor):
                raise arrays.product_of_transposed(self.text, (self._left, self._after), self._start)
            return self._hand_out("TRANSPOSE", symbol, start, stop)
        brackets = _BRACKETS.match(self.text, start)
        if last.type == "NAME" and last.end_pos == start and last.text not in self.given:
            error = complaints.call_in_brackets(self.text, last.span, brackets[0] if brackets else "")
            if error is not None:
                raise error
        if brackets is None:
            raise arrays.not_an_index(self.text, start)
        return self._hand_out("INDEX", brackets[0], start, brackets.end())

    def _unknown(self, start: int) -> ReadError:
        """The error for a character that begins nothing here."""
        if self.text[start] == "[":
            return arrays.literal(self.text, start)
        if self.text[start] == ".":
            before = (self._start, self.last.end_pos) if self._operand and self.last is not None else None
            return arrays.part(self.text, start, before)
        if self.text[start] == ":" and self._first is not None and self._first.type == "DEF":
            return misuses.python_function(self.text, start)
        if self.text[start] == "]":
            return complaints.never_opened(self.text, start)
        if self.text[start] == "\\" and self._operand and self.last is not None:
            return arrays.solved(self.text, (self._start, self.last.end_pos), start)
        return spelling.character(self.text, start)

    # Brackets

    def _call(self, text: str, start: int, stop: int) -> Token:
        name = text[:-1].rstrip()
        if len(name) > limits.NAME:
            raise spelling.long_name(self.text, (start, start + len(name)))
        # Functions of the text come first: their names may be those of makers of arrays in a value, but of no gate.
        if name in self._functions:
            return self._opening("CALL", start, stop, name)
        if name in MAKERS:
            group = _GROUP.match(self.text, stop - 1)
            if group is None:
                raise complaints.never_closed(self.text, (start, stop))
            self._operand, self._start = True, start
            return self._hand_out("MADE", self.text[start : group.end()], start, group.end())
        if any(name == each for each, _ in self._defining):
            raise misuses.recursion(self.text, name, (start, start + len(name)))
        if not is_function(name):
            raise complaints.no_function(self.text, name, start, stop)
        return self._opening("CALL", start, stop, name)

    def _shape(self, start: int) -> Token | None:
        """The shape in parentheses behind the inputs of a call, as in ``reshape(x, (2, 3))``, if it is one that opens here."""
        if not self._open or self.last is None or self.last.type != "COMMA" or not takes_shape(self._open[-1][0].text):
            return None
        shape = _SHAPE.match(self.text, start)
        if shape is None:
            return None
        self._operand, self._start = True, start
        return self._hand_out("SHAPE", shape[0], start, shape.end())

    def _open_or_shape(self, symbol: str, start: int, stop: int) -> Token:
        return self._shape(start) or self._opening(symbol, start, stop)

    def _opening(self, symbol: str, start: int, stop: int, name: str = "") -> Token:
        self._deeper(start)
        kind = "CALL" if name else {"(": "OPEN", "[": "LIST", "|": "BAR"}.get(symbol, "NORM")
        # (a, b) is several values in two places only; everywhere else its comma is refused where it stands.
        several = kind == "OPEN" and self._may_have_several()
        token = self._hand_out(kind, name or symbol, start, stop)
        self._tuple = token if several else self._tuple
        self._open.append((token, self._run, self._operator, self._left, self._after, start))
        self._operand, self._operator, self._run = False, "", 0
        return token

    def _close(self, symbol: str, start: int, stop: int) -> Token:
        if not self._open:
            raise complaints.never_opened(self.text, start)
        opening = self._open[-1][0]
        if opening.type in BEGINS:
            raise complaints.never_opened(self.text, start)
        if symbol == ")" and (opening.type in _CLOSES or opening.type == "LIST"):
            raise complaints.never_closed(self.text, opening.span)
        self._level_ends()
        _, self._run, self._operator, self._left, self._after, self._start = self._open.pop()
        self._depth -= 1
        self._operand = True
        return self._hand_out("LIST_END" if symbol == "]" else _CLOSES.get(opening.type, "CLOSE"), symbol, start, stop)

    def _list_end(self, symbol: str, start: int, stop: int) -> Token:
        if not self._open or self._open[-1][0].type != "LIST":
            raise complaints.never_opened(self.text, start)
        return self._close(symbol, start, stop)

    def _bar(self, symbol: str, start: int) -> str:
        """Whether a bar opens or closes."""
        opening = self._open[-1][0] if self._open else None
        if opening is None or opening.type not in _CLOSES:
            return "open"
        # A bar behind an operator can only open, so with one more bar behind it these are bars inside bars: |x + |y||.
        if opening.type != ("BAR" if symbol == "|" else "NORM") or (
            not self._operand and self.last is not opening and "|" in self.text[start + 1 : start + limits.NAME]
        ):
            raise complaints.nested_bars(self.text, opening.span, start, symbol)
        return "close"

    # Signs

    def _operate(self, symbol: str, start: int, stop: int) -> Token:
        kind = _OPERATORS[symbol]
        if not self._operand and kind in ("PLUS", "MINUS"):
            signed = _SIGNED.match(self.text, stop) if kind == "MINUS" else None
            # -2 is one numeral, drawn in its gate; -2^2 is −(2²), so that its minus stays a sign.
            if signed is not None and _RAISES.match(self.text, signed.end()) is None:
                return self._numeral("-" + signed["numeral"], start, signed.end())
            self._deeper(start)
            self._run += 1
            return self._hand_out(kind, symbol, start, stop)
        # Powers nest to the right: each is a level more, and all of them end with the next operator that binds less.
        if kind == "POWER":
            self._deeper(start)
            self._run += 1
        else:
            self._level_ends()
        if kind == "TIMES" and self._is_quoted() and not _NUMBERS.match(self.text, stop):
            raise arrays.product_of_transposed(self.text, (self._start, start), stop)
        # Of a/b/2x and a^b^2x both readings begin at the a: the left operand stays where the row of signs began.
        if not (self._operator in ("OVER", "POWER") and kind in ("OVER", "POWER")):
            self._left = self._start
        self._operator, self._after, self._operand = kind, stop, False
        return self._hand_out(kind, symbol, start, stop)

    def _compare(self, symbol: str, start: int, stop: int) -> Token:
        """A comparison, which binds most loosely of all: what it is between ends here."""
        self._level_ends()
        self._operator, self._left, self._after, self._operand = "COMPARE", self._start, stop, False
        return self._hand_out("COMPARE", symbol, start, stop)

    def _is_quoted(self) -> bool:
        """Whether the last operand ends in a quote, which is how MATLAB and Julia transpose."""
        return self.last is not None and self.last.type == "TRANSPOSE" and self.last.text != ".T"

    def _comma(self, symbol: str, start: int, stop: int) -> Token:
        opening = self._open[-1][0] if self._open else None
        of_names = start < self._names_end or (opening is not None and opening.type == "DEF")
        if not of_names and (opening is None or (opening.type not in ("CALL", "LIST") and opening is not self._tuple)):
            around = self._open[-2][0] if len(self._open) > 1 and self._open[-1][0].type == "OPEN" else None
            raise complaints.stray_comma(self.text, start, around.text if around is not None else "")
        self._level_ends()
        self._operand, self._operator = False, ""
        return self._hand_out("COMMA", symbol, start, stop)

    def _equals(self, symbol: str, start: int, stop: int) -> Token:
        last = self.last
        if last is not None and last.type == "CLOSE" and self._first is not None and self._first.type == "DEF":
            self._operand = False
            return self._hand_out("EQUALS", symbol, start, stop)
        if last is None or last.type != "NAME" or (last is not self._first and start >= self._names_end):
            opening = self._open[-1][0] if self._open else None
            in_call = opening is not None and opening.type == "CALL" and last is not None and last.type == "NAME"
            if opening is not None and opening.type == "DEF":
                raise misuses.default_input(self.text, start)
            if in_call and self.previous is not None and self.previous.type in ("CALL", "COMMA"):
                return self._option(start)
            raise complaints.stray_equals(self.text, start, opening.span if opening else None)
        self._operand = False
        return self._hand_out("EQUALS", symbol, start, stop)

    def _option(self, start: int) -> Token:
        """``=`` and the value behind it, up to the comma or the parenthesis that ends it."""
        depth = 0
        for mark in _VALUE_MARK.finditer(self.text, start):
            if depth == 0 and mark[0] in ",)]":
                return self._hand_out("OPTION", "=", start, mark.start())
            if mark[0] == ";":
                break
            depth += (mark[0] in "([") - (mark[0] in ")]")
        raise complaints.never_closed(self.text, self._open[-1][0].span)
