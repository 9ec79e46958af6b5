r"""Operators of a formula: sums, products with and without a sign, powers, brackets.

The order and the structure are those of the formula: nothing is sorted, cancelled or taken apart. What a mathematician and a
neighbour would read in two ways is refused with both spelled out: ``x(y+z)``, ``x^10``, ``1/2x``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection
from dataclasses import replace

from graphstep.gates.typed import ATOM, SIGN
from graphstep.ground.errors import Span, did_you_mean
from graphstep.language.read.latex.functions import FRACTIONS, function_of
from graphstep.language.read.latex.letters import Letters
from graphstep.language.read.latex.names import ACCENTS, BOLD, GREEK, UPRIGHT, VARIANTS
from graphstep.language.read.latex.pieces import PRODUCTS, Piece, Sort, binary, call, negative, picked, power
from graphstep.language.read.latex.tokens import Token

IF_WORDS = frozenset({"if", "for", "when"})
"""Words in front of a condition."""

ELSE_WORDS = frozenset({"otherwise", "else"})
"""Words in place of the last condition."""

CASE_WORDS = IF_WORDS | ELSE_WORDS
"""Words that end the value of a case, and are no names there."""

_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_TIMES = frozenset({"cdot", "times", "ast", "odot", "circ", "bullet", "star"})
_OVER = frozenset({"div", "oslash", "slash"})
_ANOTHER = "another name takes a subscript: x_{new}"
_TRANSPOSED = frozenset({"top", "intercal", "mathsf", "mathrm", "T", "t"})


class Operators(Letters):
    """Reads what operators join; what they join is for the reader that is built on it."""

    def __init__(self, text: str, tokens: list[Token], given: Collection[str]) -> None:
        super().__init__(text, tokens, given)
        # The bars that are open, the innermost last.
        self._bars: list[str] = []
        # Of the factors that were read last: how many, and where the first one ends.
        self._factors, self._first_factor = 1, 0

    @abstractmethod
    def _atom(self) -> Piece:
        """What has no operator in it: a number, a name, a fraction, a function with its input."""

    @abstractmethod
    def _arguments(self) -> list[Piece]:
        """The inputs in brackets, with commas between them."""

    # -- operators ----------

    def _sum(self) -> Piece:
        value = self._product()
        while self._is("sign", "+", "-"):
            sign = self._take().text
            value = binary(sign, value, self._product())
        return value

    def _operator(self) -> str:
        """The operator of a product that stands here: ``*``, ``/``, ``@`` or none."""
        token = self._peek()
        if token is None:
            return ""
        if token.kind == "sign" and token.text in "*/@":
            return token.text
        if token.kind == "command":
            return "*" if token.text in _TIMES else "/" if token.text in _OVER else "@" if token.text == "mathbin" else ""
        return ""

    def _product(self) -> Piece:
        value = self._signed()
        while operator := self._operator():
            token = self._take()
            if token.text == "mathbin":
                self._at_sign()
            start = self._place
            other = self._signed()
            # 1/2x, as in the language itself: neither reading is everybody's.
            if operator == "/" and self._factors > 1:
                whole = (value.span[0], other.span[1])
                above, below = self._typed(value.span), self._typed(other.span)
                first = self._tokens[start]
                single = self._text[first.start : self._first_factor]
                rest = self._text[self._first_factor : other.span[1]].strip()
                self._two_readings(whole, rf"\frac{{{above}}}{{{below}}}", rf"\frac{{{above}}}{{{single}}} {rest}")
            value = self._multiplied(value, other, token) if operator == "*" else binary(operator, value, other)
        return value

    def _multiplied(self, x: Piece, y: Piece, sign: Token | None) -> Piece:
        """A product, by what its factors are taken for: numbers, or vectors and matrices."""
        command = "" if sign is None else sign.text
        # Anything times a number is cell by cell, whatever the sign between them is.
        if "number" in (x.sort, y.sort) or command in ("odot", "circ"):
            return binary("*", x, y)
        whole = (x.span[0], y.span[1])
        sort = PRODUCTS.get((x.sort, y.sort))
        if sort is not None and command != "times":
            if (x.sort, y.sort) == ("vector", "row"):
                return call("outer", [x, Piece(y.text.removesuffix(".T"), ATOM, y.span)], whole, sort)
            return binary("@", x, y).of(sort, whole)
        if command == "times":
            self._wrong("the cross product has no gate", whole, r"a product of cells is written \odot")
        if command == "cdot":
            return call("dot", [x, y], whole, "number")
        one, other = self._typed(x.span), self._typed(y.span)
        return self._two_readings(whole, rf"{one} \cdot {other} for the dot product", rf"{one} \odot {other} for that of cells")

    def _signed(self) -> Piece:
        if self._is("sign", "-"):
            minus = self._take()
            token = self._peek()
            if token is not None and token.kind == "number" and not self._is("above", ahead=1):
                # -2x is a product with the number -2.
                return self._beside(minus.start)
            with self._nested():
                return negative(self._signed() if self._is("sign", "-", "+") else self._beside(), minus.start)
        while self._is("sign", "+"):
            self._take()
        if self._is("sign", "-"):
            return self._signed()
        return self._beside()

    def _beside(self, minus: int | None = None) -> Piece:
        """Factors side by side. ``minus`` is the place of the sign of a first numeral."""
        value = self._power()
        if minus is not None:
            value = Piece(f"-{value.text}", SIGN, (minus, value.span[1]), bare="numeral")
        count, first = 1, value.span[1]
        while self._begins_factor():
            token = self._peek()
            assert token is not None
            if token.kind == "number":
                self._wrong("a number stands behind a factor", token.span, r"write \cdot before it, or ^{ } for a power")
            # 2\frac{1}{2} is 2.5 in school, and 1 at a university.
            if value.bare == "numeral" and count == 1 and token.kind == "command" and token.text in FRACTIONS:
                self._mixed(value)
            if value.bare == "name" and value.sort != "matrix" and token.kind == "left" and token.text in "([":
                value = self._applied(value)
                if self._peek() is not token:
                    continue
            factor = self._power()
            if factor.text in self._functions and self._is("left", "(", "["):
                factor = self._applied(factor)
            value = self._multiplied(value, factor, None)
            count += 1
        # What a division in front of it wants to know.
        self._factors, self._first_factor = count, first
        return value

    def _mixed(self, number: Piece) -> None:
        token, start = self._peek(), self._place
        assert token is not None
        fraction = self._power()
        if fraction.text.replace("/", "").isdecimal():
            one, other = self._typed(number.span), self._typed(fraction.span)
            self._two_readings((number.span[0], fraction.span[1]), rf"{one} \cdot {other}", f"{one} + {other}")
        self._place = start

    def _applied(self, name: Piece) -> Piece:
        """A name before brackets: what has a value is a factor, and a function of what it was given by above is its value."""
        start = self._place
        if (given_by := self._functions.get(name.text)) is not None:
            self._pass_over_brackets()
            if self._since(start) == given_by:
                value = replace(name, span=(name.span[0], self._tokens[self._place - 1].stop), bare="")
                return self._raised(value) if self._is("above") else value
            self._place = start
        elif (whole := name.text.partition("[")[0]) in self._given or whole in self._assigned:
            return name
        inside = self._arguments()
        stop = self._tokens[self._place - 1].stop
        self._place = start
        typed, rest = self._typed(name.span), self._typed((self._tokens[start].start, stop))
        word = name.text
        hint = rf"write {typed} \cdot {rest} for a product"
        if len(word) > 1 and (near := did_you_mean(word, (function_of(word),))):
            hint = f"{near} {hint}"
        elif len(inside) == 1 and word not in self._functions:
            hint += f", or give {word} its value; a function of one's own is named in a line before: {typed}{rest} = …"
        return self._wrong(f"{typed}{rest} can be read in two ways", (name.span[0], stop), hint)

    def _begins_factor(self) -> bool:
        token = self._peek()
        if token is None:
            return False
        if token.kind in ("letter", "number", "open", "left"):
            return True
        if token.kind == "bar":
            return self._bars[-1:] != [token.text]
        if token.kind != "command":
            return False
        if self._is_word(CASE_WORDS):
            return False
        word = token.text
        typeset = word in GREEK or word in VARIANTS or word in ACCENTS or word in BOLD or word in UPRIGHT or word in FRACTIONS
        return typeset or word in ("sqrt", "sum", "prod", "exp") or bool(function_of(word))

    # -- powers ----------

    def _power(self) -> Piece:
        with self._nested():
            base = self._atom()
        while self._is("above") or self._is("prime") or self._is("below"):
            base = self._raised(base)
            if self._is("above"):
                self._wrong("a second exponent", self._take().span, "put the first power in braces: {x^2}^3")
        return base

    def _raised(self, base: Piece) -> Piece:
        mark = self._take()
        if mark.kind == "below":
            return self._indexed(base, mark)
        if mark.kind == "prime" or self._is("command", "prime"):
            whole = (base.span[0], mark.stop)
            typed = self._typed(base.span)
            if self._is("left", "("):
                self._wrong("a derivative has no gate", whole, "every run computes the gradients: write the function alone")
            self._two_readings(whole, rf"{typed}^\top for the transpose", f"{typed}_{{1}} for another name")
        if mark_of_transpose := self._transpose(base):
            return mark_of_transpose
        of_cells = self._is("command", "odot", ahead=1)
        exponent = self._exponent(base, mark)
        if base.text == "e" and base.bare == "name" and "e" not in self._given and "e" not in self._assigned:
            return call("exp", [exponent], (base.span[0], exponent.span[1]))
        if base.sort == "matrix" and exponent.text == "-1" and not of_cells:
            inverse = function_of("inv")
            if inverse:
                return call(inverse, [base], (base.span[0], exponent.span[1]))
            self._wrong("no gate inverts a matrix", (base.span[0], exponent.span[1]))
        if base.sort == "matrix" and base.bare == "name" and exponent.bare == "numeral" and not of_cells:
            typed, raised = self._typed(base.span), exponent.text
            self._two_readings(
                (base.span[0], exponent.span[1]),
                rf"{typed} {typed} for a matrix product",
                rf"{typed}^{{\odot {raised}}} for the power of its cells",
            )
        return power(base, exponent)

    def _transpose(self, base: Piece) -> Piece | None:
        """The transpose, where the exponent that begins here is its mark."""
        start, braces = self._place, self._is("open")
        if braces:
            self._place += 1
        token = self._peek()
        plain = token is not None and token.kind == "letter" and token.text == "T"
        marked = token is not None and token.kind == "command" and token.text in _TRANSPOSED
        if token is None or not (plain or marked):
            self._place = start
            return None
        self._place += 1
        # What turns out to be an exponent after all is read again from its beginning, by who reads exponents.
        if token.text in ("mathsf", "mathrm") and not self._letter_t():
            self._place = start
            return None
        if braces and not self._is("close"):
            self._place = start
            return None
        stop = (self._take() if braces else self._tokens[self._place - 1]).stop
        if plain and base.sort == "number":
            typed = self._typed(base.span)
            self._two_readings((base.span[0], stop), rf"{typed}^\top for the transpose", f"{typed}^{{(T)}} for a power")
        sort: Sort = "row" if base.sort == "vector" else "vector" if base.sort == "row" else base.sort
        return Piece(f"{base.within(ATOM)}.T", ATOM, (base.span[0], stop), sort)

    def _letter_t(self) -> bool:
        if self._is("open") and self._is("letter", "T", "t", ahead=1) and self._is("close", ahead=2):
            self._place += 3
            return True
        return False

    def _exponent(self, base: Piece, mark: Token) -> Piece:
        token = self._peek()
        if token is None:
            raise self._ends()
        if token.kind == "open":
            if self._is("command", "odot", ahead=1):
                # A power cell by cell, as our own documents print it.
                self._take()
                self._take()
                exponent = self._sum()
                return exponent.at((token.start, self._closed(token).stop))
            self._refuse_mark(base)
            if self._is("sign", "*", ahead=1) and self._is("close", ahead=2):
                self._wrong("^{*} has no meaning here", (mark.start, token.stop + 2), _ANOTHER)
            return self._group()
        if token.kind == "number" and len(token.text) > 1:
            typed, digits = self._typed(base.span), token.text
            whole = (base.span[0], token.stop)
            self._two_readings(whole, f"{typed}^{{{digits}}}", rf"{typed}^{digits[0]} \cdot {digits[1:]}")
        if token.kind == "sign" and token.text == "*":
            self._wrong("^* has no meaning here", (mark.start, token.stop), _ANOTHER)
        if token.kind == "sign":
            self._wrong("an exponent of several characters stands in braces", (mark.start, token.stop), "as in x^{-1}")
        if token.kind == "command" and token.text in ("circ", "dagger", "ast", "star"):
            self._wrong(f"^\\{token.text} has no meaning here", (mark.start, token.stop), _ANOTHER)
        return self._atom()

    def _refuse_mark(self, base: Piece) -> None:
        """Refuse x^{(1)}, which is the first x to some and a power to others."""
        if self._is("left", "(", ahead=1) and self._is("close", ahead=4) and base.bare == "name":
            inside = self._peek(2)
            if inside is not None and inside.kind in ("number", "letter"):
                closing = self._peek(4)
                assert closing is not None
                typed, whole = self._typed(base.span), (base.span[0], closing.stop)
                self._two_readings(whole, f"{typed}_{{{inside.text}}} for another name", f"{typed}^{{{inside.text}}} for a power")

    def _indexed(self, base: Piece, mark: Token) -> Piece:
        """``{x}_{[0, 1:]}``, as our own documents print it; other subscripts belong to letters."""
        if self._is("open") and self._is("left", "[", ahead=1):
            self._place += 2
            index = self._index()
            closing = self._take()
            return Piece(f"{base.within(ATOM)}[{index}]", ATOM, (base.span[0], closing.stop), picked(base.sort, index))
        if base.text.startswith(("sqrt(", "norm(", "abs(")) and self._is("number", "2"):
            return base.at((base.span[0], self._take().stop))
        span = (base.span[0], mark.stop)
        return self._wrong(
            "a subscript stands behind a letter, not behind brackets", span, "name the part first: q = …, then q_1"
        )

    def _index(self) -> str:
        """What stands between the brackets of an index, as the language writes it: names may be in it."""
        pieces: list[str] = []
        depth = 0
        while depth or not self._is("right", "]"):
            token = self._peek()
            name = self._lettered() if token is not None and token.kind in ("letter", "command") else None
            if name is None:
                token = self._take()
                depth += (token.kind == "left") - (token.kind == "right")
            pieces.append(name.text if name is not None else ", " if token is None or token.text == "," else token.text)
        self._take()
        return "".join(pieces)

    # -- brackets ----------

    def _group(self) -> Piece:
        """The tokens inside braces, or the one token that TeX takes in place of a group."""
        if self._is("open"):
            return self._braces()
        token = self._peek()
        if token is not None and token.kind == "number" and len(token.text) > 1:
            # TeX takes one character where there are no braces.
            first, rest = token.text[0], token.text[1:]
            self._two_readings(token.span, f"{{{token.text}}}", f"{{{first}}} {rest}")
        return self._atom()

    def _braces(self) -> Piece:
        brace = self._take()
        value = self._sum()
        return value.at((brace.start, self._closed(brace).stop))

    def _at_sign(self) -> None:
        brace, sign, closing = self._take(), self._take(), self._take()
        if brace.kind != "open" or sign.text != "@" or closing.kind != "close":
            self._wrong(r"\mathbin holds the sign @", (brace.start, closing.stop))

    def _closed(self, opening: Token) -> Token:
        token = self._peek()
        wanted = "close" if opening.kind == "open" else "right"
        bracket = "}" if opening.kind == "open" else _CLOSING.get(opening.text, opening.text)
        if token is None:
            self._wrong(f"{self._typed(opening.span)} is never closed", opening.span)
        if token.kind != wanted or (wanted == "right" and token.text != bracket):
            self._wrong(f"{self._typed(opening.span)} is closed by {self._typed(token.span)}", token.span)
        self._place += 1
        return token

    def _between_bars(self) -> Piece:
        opening = self._take()
        if opening.kind == "bar" and self._bars:
            hint = r"write \lvert and \rvert for the inner ones"
            self._wrong("bars inside bars can be read in several ways", opening.span, hint)
        self._bars.append(opening.text)
        value = self._sum()
        self._bars.pop()
        closing = self._peek()
        if closing is None or closing.kind not in ("bar", "right") or closing.text != opening.text:
            self._wrong("this bar is never closed", opening.span, r"write \lvert and \rvert where bars stand in bars")
        self._place += 1
        span = (opening.start, closing.stop)
        if opening.text == "||":
            return self._norm(value, span)
        return call("abs", [value], span)

    def _norm(self, value: Piece, span: Span) -> Piece:
        """A norm by its subscript: the 2-norm, or the sum of sizes."""
        self._need_terms()
        if self._is("below") and self._is("number", "1", ahead=1):
            self._place += 2
            return call("sum", [call("abs", [value], span)], span, "number")
        if self._is("below") and self._is("number", "2", ahead=1):
            self._place += 2
        return call("norm", [value], span, "number")
