r"""What stands in brackets: inputs, options, comparisons ``[x < y]``; functions by ``cases``; and names in front of ``=``."""

from __future__ import annotations

import re

from graphstep.gates.typed import ATOM, COMPARISON, SUM
from graphstep.ground.records import dataclass
from graphstep.language.read.latex.operators import ELSE_WORDS, IF_WORDS, Operators
from graphstep.language.read.latex.pieces import Piece, axes_of, call
from graphstep.language.read.latex.tokens import Token

_COMPARISONS = {
    "<": "<",
    ">": ">",
    "=": "==",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "leq": "<=",
    "leqslant": "<=",
    "ge": ">=",
    "geq": ">=",
    "geqslant": ">=",
    "ne": "!=",
    "neq": "!=",
}
_OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}
_HINT = r"as in \begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}"


_OPTION = re.compile(r"\w{1,20}=[-\w., ()]{1,80}|\"[\w.,> -]{1,80}\"", re.ASCII)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides and what is said of them."""

    left: Piece
    """The left side."""
    sign: str
    """The comparison, as the language writes it."""
    right: Piece
    """The right side."""

    @property
    def piece(self) -> Piece:
        """It as text of a program."""
        return Piece(
            f"{self.left.within(SUM)} {self.sign} {self.right.within(SUM)}",
            COMPARISON,
            (self.left.span[0], self.right.span[1]),
            axes=axes_of(self.left, self.right),
        )

    def excludes(self, other: Comparison) -> bool:
        """Whether it holds exactly where another does not: x > 0 and x <= 0."""
        sides = self.left.text == other.left.text and self.right.text == other.right.text
        return sides and _OPPOSITE[self.sign] == other.sign


def is_option(piece: Piece) -> bool:
    """Whether an argument is no input: ``axis=0``, or the indices of einsum in quotes."""
    return _OPTION.fullmatch(piece.text) is not None


class Conditions(Operators):
    """Reads what is chosen by a condition."""

    def _comparison(self) -> str:
        """The comparison that stands here, as the language writes it; empty for none."""
        token = self._peek()
        return _COMPARISONS.get(token.text, "") if token is not None and token.kind in ("sign", "command") else ""

    def _value(self) -> Piece:
        """A sum, or two with a comparison between them."""
        left = self._sum()
        return self._compared(left).piece if self._comparison() else left

    def _compared(self, left: Piece) -> Comparison:
        sign = self._comparison()
        self._take()
        right = self._sum()
        span = (left.span[0], right.span[1])
        if self._comparison():
            one, other = self._typed(left.span), self._typed(right.span)
            self._wrong("two comparisons in one", span, f"write their product: [{one} < {other}][{other} < …]")
        return Comparison(left, sign, right)

    def _option(self) -> Piece | None:
        r"""An option as our own documents print it, ``\text{axis=0}``."""
        start = self._place
        if self._is("command", "text"):
            command = self._take()
            word = self._word(command)
            if _OPTION.fullmatch(word):
                return Piece(word, ATOM, (command.start, self._tokens[self._place - 1].stop))
            self._place = start
        return None

    def _arguments(self) -> list[Piece]:
        """The inputs and options in brackets, with commas between them."""
        opening = self._take()
        inputs = [self._option() or self._value()]
        while self._is("sign", ",", ";"):
            self._take()
            inputs.append(self._option() or self._value())
        self._closed(opening)
        return inputs

    def _cases(self) -> Piece:
        """A function by cases: the value of the first case whose condition holds."""
        opening = self._take()
        rows: list[tuple[Piece, Comparison | None]] = []
        while not self._is("right", "cases"):
            rows.append(self._case(opening))
            while self._is("break") or self._is("sign", ",", ";"):
                self._take()
        closing = self._take()
        span = (opening.start, closing.stop)
        # The last case needs no condition, or the opposite of the one before; with any other no value would be left.
        before = rows[-2][1] if len(rows) > 1 else None
        if before is None:
            self._wrong("cases are two or more, each but the last with its condition", span, _HINT)
        value, last = rows[-1]
        if last is not None and not before.excludes(last):
            self._wrong("the last case says when no other holds", value.span, _HINT)
        for each, condition in reversed(rows[:-1]):
            if condition is None:
                self._wrong("a case stands behind the one that says otherwise", each.span, _HINT)
            value = call("where", [condition.piece, each, value], span)
        return value

    def _case(self, opening: Token) -> tuple[Piece, Comparison | None]:
        value = self._sum()
        while self._is("column") or self._is("sign", ","):
            self._take()
        if self._is_word(IF_WORDS):
            self._skip_word()
        if self._is_word(ELSE_WORDS):
            self._skip_word()
            return value, None
        if self._is("break") or self._is("right", "cases"):
            self._wrong("a case has no condition", value.span, _HINT)
        left = self._sum()
        if not self._comparison():
            self._wrong("this is no condition", left.span, _HINT)
        condition = self._compared(left)
        if self._peek() is None:
            self._wrong("the cases never end", opening.span, _HINT)
        return value, condition

    def _skip_word(self) -> None:
        self._word(self._take())

    def _indicator(self) -> Piece:
        """𝟙[x > 0], which is the bracket of Iverson with a one in front."""
        command = self._take()
        self._place += 3
        if not self._is("left", "[", "("):
            hint = rf"as in \{command.text}{{1}}[x > 0], or [x > 0]; ones are an input like any other"
            self._wrong("an indicator stands before its condition", command.span, hint)
        inputs = self._arguments()
        return inputs[0].of(inputs[0].sort, (command.start, self._tokens[self._place - 1].stop))

    # -- names before = ----------

    def _is_equation(self) -> bool:
        """Whether the statement that begins here has a name before an equals sign."""
        depth = 0
        # By its place: a copy of all that follows would be made in every statement of thousands.
        for place in range(self._place, len(self._tokens)):
            token = self._tokens[place]
            if token.kind in ("open", "left"):
                depth += 1
            elif token.kind in ("close", "right"):
                depth -= 1
            elif depth == 0 and token.kind == "break":
                return False
            elif depth == 0 and token.kind == "sign" and token.text in "=;":
                return token.text == "="
        return False

    def _second_name(self) -> None:
        """Pass over the f(x) of y = f(x) = …, which names the value again, and its inputs."""
        start = self._place
        if self._lettered() is not None and self._is("left", "("):
            self._pass_over_brackets()
            if self._is("sign", "="):
                self._take()
                return
        self._place = start
