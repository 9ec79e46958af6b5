r"""A formula becomes the text of a program, by descent: statements, and the parts that no operator joins.

``\sin x y`` and ``\sin^{-1} x`` are refused with both readings, as what :mod:`graphstep.language.read.latex.operators` says.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NoReturn

from graphstep.gates.typed import ATOM, PRODUCT
from graphstep.ground.errors import Span, did_you_mean, quoted
from graphstep.language.read.latex.conditions import is_option
from graphstep.language.read.latex.definitions import Definitions
from graphstep.language.read.latex.functions import FRACTIONS, LETTERS, REFUSED, axes_of, function_of, is_cellwise
from graphstep.language.read.latex.names import ACCENTS, BOLD, GREEK, UPRIGHT
from graphstep.language.read.latex.pieces import AXES, SORTS, Piece, Sort, binary, call, power
from graphstep.language.read.latex.tokens import Token

_NAME = re.compile(r"[^\W\d]\w*")


class Reader(Definitions):
    """One formula being read."""

    # -- statements ----------

    def program(self) -> str:
        """The statements, as text of a program. Raises ReadError for what cannot be read."""
        statements = []
        while self._peek() is not None:
            if self._is("break") or self._is("sign", ";", ","):
                self._place += 1
                continue
            statements.append(self._statement())
        if not statements:
            raise self._ends()
        used = {*_NAME.findall(" ".join(statements))} - {*self._assigned}
        return "; ".join([*(f"{name} = {last}" for name, last in self._lasts.items() if name in used), *statements])

    def _statement(self) -> str:
        equation = self._is_equation()
        if equation and (definition := self._definition()) is not None:
            name, value = definition
        else:
            name = self._target() if equation else ""
            if name and self._is_equation():
                self._second_name()
            value = self._sum()
        # = is a comparison inside brackets only: outside it gives a name.
        if self._comparison() and not self._is("sign", "="):
            value = self._compared(value).piece
        token = self._peek()
        if token is not None and not (token.kind == "break" or (token.kind == "sign" and token.text in ";,")):
            if token.kind == "sign" and token.text == "=":
                hint = "one name stands before =, and one formula behind it; equations are not solved here"
                self._wrong("a second = in one statement", token.span, hint)
            self._stray(token)
        if name:
            self._assigned[name] = value.sort
        return f"{name} = {value.text}" if name else value.text

    def _stray(self, token: Token) -> NoReturn:
        if token.kind in ("close", "right"):
            self._wrong(f"{self._typed(token.span)} was never opened", token.span)
        if token.kind == "command" and token.text in REFUSED:
            self._wrong(f"\\{token.text} has no gate", token.span, REFUSED[token.text])
        self._wrong(f"{self._typed(token.span)} cannot stand here", token.span)

    def _target(self) -> str:
        start = self._take()
        self._place -= 1
        if start.kind == "sign" and start.text == "=":
            self._wrong("a name is missing before =", start.span, "a statement gives a name to a formula: q = x + y")
        # Braces around a name hold what may be raised to a power: {h^{\langle 1 \rangle}}.
        braces = self._is("open")
        if braces:
            self._take()
        # No product stands before =, so that what looks like one is a word: MSE = …
        if len(word := self._letters_side_by_side()) > 1:
            self._words.add(word)
        piece = self._lettered()
        if braces and piece is not None:
            self._closed(start)
        if piece is None:
            self._wrong("no name stands before =", start.span, "a statement gives a name to a formula: q = x + y")
        if self._is("prime"):
            self._wrong("a derivative is not written as a formula", self._take().span, "every run computes the gradients")
        if self._is("left", "("):
            # f(x, y) = … names the inputs of f, which its formula names again; p(y=1|x) = … and KL(p||q) = … say more.
            opening = self._place
            self._pass_over_brackets()
            self._functions[piece.text] = self._since(opening)
        if self._is("sign", ":"):
            self._place += 1
        token = self._take()
        if token.text != "=":
            self._wrong("only one name can stand before =", (start.start, token.start))
        return piece.text

    # -- atoms ----------

    def _atom(self) -> Piece:
        token = self._peek()
        if token is None:
            raise self._ends()
        if token.kind == "number":
            return self._number()
        if token.kind == "open":
            return self._braces()
        if token.kind == "bar" or (token.kind == "left" and token.text in ("|", "||")):
            return self._between_bars()
        if token.kind == "left":
            return self._cases() if token.text == "cases" else self._brackets()
        if token.kind == "command" and (special := self._command(token)) is not None:
            return special
        piece = self._lettered()
        if piece is None:
            self._missing(token)
        return piece

    def _missing(self, token: Token) -> NoReturn:
        if token.kind == "command":
            hint = REFUSED.get(token.text, "")
            near = "" if hint else did_you_mean(token.text, (*GREEK, "frac", "sqrt", "sum", "tanh", "exp", "sigma"))
            self._wrong(
                f"\\{token.text} has no gate" if hint else f"no command \\{token.text} is read here", token.span, hint or near
            )
        before = self._peek(-1) if self._place else None
        if token.kind in ("close", "right") and before is not None and before.kind in ("open", "left"):
            self._wrong("there is nothing between these brackets", (before.start, token.stop))
        self._wrong(f"something is missing before {self._typed(token.span)}", token.span)

    def _number(self) -> Piece:
        token = self._take()
        text, stop = token.text, token.stop
        if "{,}" in text:
            whole, _, part = text.partition("{,}")
            if len(part) == 3 or "{" in part:
                self._two_readings(token.span, f"{whole}.{part.replace('{,}', '')}", text.replace("{,}", ""))
            text = f"{whole}.{part}"
        if self._is_ten():
            self._place += 3
            exponent = self._group()
            if not exponent.text.lstrip("-").isdecimal():
                self._wrong("this power of ten is no number", exponent.span, r"write 10^{3} with a whole exponent")
            text, stop = f"{text}e{exponent.text}", exponent.span[1]
        return Piece(text, ATOM, (token.start, stop), bare="numeral")

    def _is_ten(self) -> bool:
        r"""Whether ``\times 10^{…}`` with a whole exponent stands here, which belongs to the number before it."""
        sign = self._is("command", "times", "cdot") or self._is("sign", "*")
        if not (sign and self._is("number", "10", ahead=1) and self._is("above", ahead=2)):
            return False
        minus = 1 if self._is("sign", "-", ahead=4) else 0
        braced = self._is("open", ahead=3) and self._is("number", ahead=4 + minus) and self._is("close", ahead=5 + minus)
        return braced or self._is("number", ahead=3)

    def _brackets(self) -> Piece:
        opening = self._peek()
        assert opening is not None
        inputs = self._arguments()
        span = (opening.start, self._tokens[self._place - 1].stop)
        if opening.text == "<":
            if len(inputs) != 2:
                self._wrong("a dot product has two factors", span, r"as in \langle x, y \rangle")
            self._need_terms()
            if "matrix" in (inputs[0].sort, inputs[1].sort):
                return call("sum", [binary("*", *inputs)], span, "number")
            return call("dot", inputs, span, "number")
        if len(inputs) > 1:
            return self._joined(inputs, opening, span)
        # The brackets that were typed are no name any more.
        return replace(inputs[0], span=span, bare="")

    def _joined(self, inputs: list[Piece], opening: Token, span: Span) -> Piece:
        """``[h, x]``: vectors one behind the other, as in the gates of an LSTM; of numbers a vector."""
        self._need_terms()
        sorts = {piece.sort for piece in inputs}
        if opening.text == "[" and sorts == {"number"}:
            return Piece(f"[{', '.join(piece.text for piece in inputs)}]", ATOM, span, "vector")
        if opening.text == "[" and sorts in ({"vector"}, {"matrix"}):
            return call("concat", inputs, span, inputs[0].sort, "axis=1" if "matrix" in sorts else "")
        hint = 'brackets such as [h, x] join vectors, or numbers; give another array as an input: x="[1, 2]"'
        return self._wrong("a list in brackets is no operand", span, hint)

    def _command(self, token: Token) -> Piece | None:
        """What a command begins that is no letter: a fraction, a root, a sum, a function."""
        word = token.text
        if word in FRACTIONS:
            return self._fraction()
        if word == "sqrt":
            return self._root()
        if self._runs_over_letter():
            return self._repeated()
        if word in LETTERS and (self._is("left", "(", "[", ahead=1) or self._is("open", ahead=1)):
            return self._function("sigmoid")
        if word in LETTERS and self._is("command", "sigma") and self._begins_letter(ahead=1):
            following = self._peek(1)
            assert following is not None
            rest = self._typed(following.span)
            self._two_readings((token.start, following.stop), rf"\sigma({rest})", rf"\sigma \cdot {rest}")
        if word in UPRIGHT:
            return self._upright()
        if word in BOLD | {"mathbb"} and self._is("number", "1", ahead=2) and self._is("close", ahead=3):
            return self._indicator()
        if word not in GREEK and (function := function_of(word)):
            return self._function(function)
        return None

    def _begins_letter(self, ahead: int) -> bool:
        token = self._peek(ahead)
        return token is not None and (
            token.kind == "letter" or (token.kind == "command" and token.text in {*GREEK, *BOLD, *ACCENTS})
        )

    def _upright(self) -> Piece | None:
        r"""``\mathrm{ReLU}(x)``; None for a word that no brackets follow, which is a name."""
        start = self._place
        command = self._take()
        word = self._word(command)
        function = function_of(word)
        if function and not self._is("close") and self._peek() is not None and not self._is("sign") and not self._is("break"):
            self._place -= 1
            return self._function(function)
        if self._is("left", "("):
            stop = self._tokens[self._place].stop
            near = did_you_mean(word, tuple(filter(None, map(function_of, (word.lower(), "relu", "sigmoid", "softmax", "tanh")))))
            self._wrong(f"there is no function called {quoted(word)}", (command.start, stop), near)
        self._place = start
        return None

    def _fraction(self) -> Piece:
        command = self._take()
        above = self._peek(1 if self._is("open") else 0)
        x = self._half(command)
        y = self._half(command)
        stop = y.span[1]
        if above is not None and above.text == "d" and (x.text + "*").startswith("d*") and y.text.startswith("d*"):
            self._wrong(
                "this is a derivative", (command.start, stop), "every run computes the gradients: write the function alone"
            )
        value = binary("/", x, y)
        return replace(value, level=PRODUCT, span=(command.start, stop))

    def _half(self, command: Token) -> Piece:
        r"""The numerator or denominator of a fraction; ``\frac12`` has one digit for each."""
        token = self._peek()
        if token is not None and token.kind == "command" and token.text == "partial":
            self._wrong("this is a derivative", token.span, REFUSED["partial"])
        if token is not None and token.kind == "open" and self._is("command", "partial", ahead=1):
            self._wrong("this is a derivative", token.span, REFUSED["partial"])
        if token is not None and token.kind == "number" and len(token.text) > 1 and token.text.isdecimal():
            first = Token("number", token.text[0], token.start, token.start + 1)
            rest = Token("number", token.text[1:], token.start + 1, token.stop)
            # \frac12 is one half: TeX takes one digit for each part.
            self._tokens[self._place : self._place + 1] = [first, rest]
        if token is None:
            self._wrong(f"\\{command.text} has two parts", command.span, rf"as in \{command.text}{{1}}{{x}}")
        return self._group()

    def _root(self) -> Piece:
        command = self._take()
        degree = None
        if self._is("left", "["):
            opening = self._take()
            degree = self._sum()
            self._closed(opening)
        inside = self._group()
        span = (command.start, inside.span[1])
        if degree is None or degree.text == "2":
            return call("sqrt", [inside], span)
        return power(inside, Piece(f"(1/{degree.within(ATOM)})", ATOM, degree.span)).at(span)

    # -- functions ----------

    def _function(self, function: str) -> Piece:
        command = self._take()
        options = base = ""
        if self._is("below"):
            function, base, options = self._subscript_of(function, command)
        exponent = self._power_of(command)
        whole = self._whole
        # The largest of all cells is one number beside each of them, as in y_i - max(y): it is read as where nothing counts.
        if self._counts_not_in_brackets():
            self._whole = ()
        inputs = self._inputs(command)
        apart, self._whole = self._whole != whole, whole
        if not is_cellwise(function, len(inputs)) and not (apart and self._sort_of_call(function, inputs, options) == "number"):
            self._need_terms()
        if is_cellwise(function, len(inputs)) and any(piece.sort != "number" for piece in inputs):
            self._need_terms()
        span = (command.start, self._tokens[self._place - 1].stop)
        value = call(function, inputs, span, self._sort_of_call(function, inputs, options), options)
        if base:
            value = replace(value, text=f"{value.text}/ln({base})", level=PRODUCT)
        return value if exponent is None else power(value, exponent).at(span)

    def _counts_not_in_brackets(self) -> bool:
        """Whether brackets stand here in which no letter counts of those that whole arrays are read for."""
        start, inside = self._place, False
        if self._whole and self._is("left", "(", "["):
            self._pass_over_brackets()
            inside = not any(token.text in self._whole for token in self._tokens[start : self._place])
            self._place = start
        return inside

    def _sort_of_call(self, function: str, inputs: list[Piece], options: str) -> Sort | None:
        """What a call is taken for. With options axes may go: then a number, since our own print marks all products of arrays."""
        if options or any(is_option(each) for each in inputs):
            return "number"
        axes = axes_of(function, [AXES[each.sort] for each in inputs])
        return None if axes is None else SORTS[min(axes, 3)]

    def _subscript_of(self, function: str, command: Token) -> tuple[str, str, str]:
        r"""What stands under a function: the base of a logarithm, or the axis that our own documents print."""
        mark = self._take()
        if self._is("open") and self._is("command", "text", ahead=1):
            self._take()
            word = self._word(self._take())
            if word.startswith("axis ") and word[5:].lstrip("-").isdecimal() and self._is("close"):
                self._take()
                return function, "", f"axis={word[5:]}"
        if function != "log":
            stop = self._tokens[self._place].stop if self._peek() is not None else mark.stop
            hint = f"write \\{command.text}(x, y) of two numbers, or \\{command.text}(\\mathbf{{x}}) of a vector"
            self._wrong(f"\\{command.text} takes no subscript here", (command.start, stop), hint)
        base = self._group()
        named = {"2": "log2", "10": "log10"}.get(base.text, "")
        if named and function_of(named):
            return named, "", ""
        return ("ln", "", "") if base.text == "e" else ("ln", base.text, "")

    def _power_of(self, command: Token) -> Piece | None:
        r"""The exponent between a function and its input, as in ``\sin^2 x``."""
        if not self._is("above"):
            return None
        mark = self._take()
        exponent = self._exponent(Piece(command.text, ATOM, command.span), mark)
        if exponent.text.startswith("-"):
            name = self._typed(command.span)
            inverse = f"\\arc{command.text}" if function_of(f"arc{command.text}") else "the inverse by its own name"
            self._two_readings((command.start, exponent.span[1]), rf"\frac{{1}}{{{name}(x)}} for the reciprocal", inverse)
        return exponent

    def _inputs(self, command: Token) -> list[Piece]:
        """The inputs of a function: in brackets, or the one factor behind it."""
        if self._is("left", "(", "[", "{"):
            return self._arguments()
        if self._is("open"):
            inside = self._group()
            return [inside]
        first = self._peek()
        if first is None or not self._begins_factor():
            hint = f"as in \\{command.text}(x)" if command.text.isalpha() else ""
            self._wrong(f"the input of \\{command.text} is missing", command.span, hint)
        value = self._power()
        if value.bare == "numeral" and self._begins_letter(ahead=0):
            value = binary("*", value, self._power())
        token = self._peek()
        if (
            token is not None
            and self._begins_factor()
            and not (token.kind == "command" and token.text not in GREEK and function_of(token.text))
        ):
            name, one = self._typed(command.span), self._typed(value.span)
            start, following = self._place, self._power()
            rest = self._typed(following.span)
            self._place = start
            self._two_readings((command.start, following.span[1]), f"{name}({one}) {rest}", f"{name}({one} {rest})")
        if self._is("sign", "/"):
            name, one = self._typed(command.span), self._typed(value.span)
            span = (command.start, self._tokens[self._place].stop)
            self._two_readings(span, rf"\frac{{{name} {one}}}{{…}}", rf"{name}({one}/…)")
        return [value]
