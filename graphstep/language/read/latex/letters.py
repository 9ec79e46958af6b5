r"""The letters of a formula with all that stands around them: accents, subscripts, a layer."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import zip_longest

from graphstep.gates.typed import ATOM, SIGN
from graphstep.ground import limits
from graphstep.ground.arrays import kind_text, shape_of
from graphstep.ground.errors import Span, quoted
from graphstep.language.read.latex.cursor import Cursor
from graphstep.language.read.latex.names import ACCENTS, BOLD, GREEK, UPRIGHT, VARIANTS, Lettering, Naming
from graphstep.language.read.latex.order import marks_of
from graphstep.language.read.latex.pieces import AXES, Piece, Sort, TermsError, picked
from graphstep.language.read.latex.tokens import Token

_WORD = re.compile(r"[^\W\d_]{2,}")


class Letters(Cursor):
    """Reads names. A letter that a sum counts with is its number, as a factor and in subscripts."""

    def __init__(self, text: str, tokens: list[Token], given: Collection[str]) -> None:
        super().__init__(text, tokens)
        self._names = Naming(text, given)
        self._given = given
        # What the names are taken for that were assigned above.
        self._assigned: dict[str, Sort] = {}
        # What stands in the brackets of functions that were named so above: f(x, y) = …
        self._functions: dict[str, str] = {}
        # What marks a layer or a turn above a name: ( or a letter; and letters whose squares are names.
        self._layers, self._squares = marks_of(tokens)
        # Words of letters side by side that are names: of what was given a value, and of what stands before =.
        self._words = {word[0] for name in given if (word := _WORD.match(name))}
        # The values of the letters that sums count with.
        self._counters: dict[str, int] = {}
        # Of these letters, sums inside each other, as those that read whole vectors in place of their cells.
        self._whole: tuple[str, ...] = ()
        # How many cells a letter that counts runs over, by the name of the array; 0 where that is not known here.
        self._lengths: dict[str, dict[str, int]] = {}

    def _is_word(self, words: frozenset[str]) -> bool:
        """Whether an upright word stands here that is one of ``words``."""
        if not (self._is("command", "text", "mathrm", "textrm") and self._is("open", ahead=1)):
            return False
        start = self._place
        word = self._word(self._take())
        self._place = start
        return word in words

    def _word(self, command: Token) -> str:
        """The word in the braces behind a command, as typed."""
        brace = self._take()
        if brace.kind != "open":
            if brace.kind == "letter":
                return brace.text
            self._wrong(f"\\{command.text} holds a word in braces", command.span)
        while not self._is("close"):
            self._take()
        # A sentence may end in it: \\text{otherwise.}
        return self._text[brace.stop : self._take().start].strip(" \n\t.,;").replace("\\_", "_")

    def _lettered(self) -> Piece | None:
        """A name with its accents, subscripts and layer; a numeral where it is the letter of a sum; None for no name."""
        start = self._peek()
        lettering = self._lettering()
        if lettering is None or start is None:
            return None
        base, below = lettering, list[Token]()
        # Which of both scripts comes first has no meaning; a name must have its subscript before the power is read.
        self._put_below_first()
        while self._subscript_stands_here() or self._layer_stands_here() or self._case_stands_here():
            if self._case_stands_here():
                counted = self._tokens[self._place + 3]
                base = replace(base, below=(str(self._counters[counted.text]), *base.below))
                below = [counted, *below]
                self._place += 6
            elif self._is("below"):
                mark = self._take()
                if base.below:
                    self._wrong("a second subscript", mark.span, "put both into one: x_{1, 2}")
                first = self._place
                base = replace(base, below=self._below(base))
                below = self._tokens[first : self._place]
            else:
                base = replace(base, layer=self._layer())
        base = self._squared(base, start)
        span = (start.start, self._tokens[self._place - 1].stop)
        counter = self._counters.get(base.base)
        # Only the bare letter counts: i_1 and \hat{i} are names, even inside a sum over i.
        if counter is not None and base == Lettering(base.base):
            if base.base in self._whole:
                raise TermsError
            return Piece(str(counter), ATOM if counter >= 0 else SIGN, span, bare="numeral")
        if (cell := self._cell(base, below, span)) is not None:
            return cell
        name = self._names.name(base, span)
        sort = self._sort(name, base)
        if sort != "number" or any(token.text in self._whole for token in below):
            self._need_terms()
        return Piece(name, ATOM, span, sort, "name")

    def _need_terms(self) -> None:
        """Leave the reading of a term as one of whole vectors, if that is what goes on."""
        if self._whole:
            raise TermsError

    def _cell(self, lettering: Lettering, below: list[Token], span: Span) -> Piece | None:
        """The cell that a subscript picks from an array, ``x_1`` the first one; None where the lettering is a name of its own."""
        own = any(each in self._given or each in self._assigned for each in lettering.spellings())
        # Bold letters with subscripts are vectors of their own.
        if own or lettering.bold or not lettering.below or not all(map(str.isdecimal, lettering.below)):
            return None
        whole = replace(lettering, below=())
        name = next((each for each in whole.spellings() if each in self._given or each in self._assigned), "")
        sort = self._sort(name, whole)
        shape = shape_of(self._given[name]) if isinstance(self._given, Mapping) and name in self._given else ()
        places = [int(part) for part in lettering.below]
        if len(places) > (len(shape) or AXES[sort]):
            return None
        for place, size in zip_longest(places, shape[: len(places)]):
            if place < 1 or (size is not None and place > size):
                what = f"{name} is {kind_text(shape)}" if shape else f"{name} is a {sort}"
                hint = f"in a formula {name}_{'1' if (len(shape) or AXES[sort]) == 1 else '{1, 1}'} is the first cell"
                self._wrong(f"{what}, and no cell or row of it is number {place}", span, hint)
        letters = [token.text for token in below if token.text in self._counters]
        entries = [token.text for token in below if token.kind in ("letter", "number", "command")]
        plain = len(entries) == len(places) and not any(token.kind == "sign" and token.text != "," for token in below)
        for entry, size in zip_longest(entries if plain else (), shape[: len(places)] if plain else (), fillvalue=0):
            if entry in self._counters:
                self._lengths[str(entry)][name] = int(size)
        if self._whole and not {*letters}.isdisjoint(self._whole):
            # W_{ii} is the diagonal, and W_{1j} a row.
            each_once = plain and {*letters} <= {*self._whole} and len({*letters}) == len(letters)
            if not each_once or (len(shape) or AXES[sort]) != len(letters):
                raise TermsError
            return Piece(name, ATOM, span, "number", "name", tuple(letters))
        index = ", ".join(str(place - 1) for place in places)
        return Piece(f"{name}[{index}]", ATOM, span, picked(sort, index), "name")

    def _sort(self, name: str, lettering: Lettering) -> Sort:
        """What a name is taken for: by its value, where it has one, for half of the notes set no matrix in bold."""
        if name in self._assigned:
            return self._assigned[name]
        axes = len(shape_of(self._given[name])) if isinstance(self._given, Mapping) and name in self._given else 0
        if axes in (1, 2):
            return "vector" if axes == 1 else "matrix"
        if lettering.bold:
            # A capital with two subscripts is one cell of its matrix, though it is rarely set in bold.
            return "matrix" if lettering.base[:1].isupper() and len(lettering.below) < 2 else "vector"
        return "array" if axes else "number"

    def _subscript_stands_here(self) -> bool:
        """Whether a subscript stands here, and not an index as our own documents print it: _{[0]}."""
        return self._is("below") and not (self._is("open", ahead=1) and self._is("left", "[", ahead=2))

    def _case_stands_here(self) -> bool:
        """Whether ^{(i)} stands here in a sum over i: the number of a case, as some courses write it."""
        letter = self._peek(3)
        around = [("above", 0), ("open", 1), ("left", 2), ("right", 4), ("close", 5)]
        return letter is not None and letter.text in self._counters and all(self._is(kind, ahead=n) for kind, n in around)

    def _layer_stands_here(self) -> bool:
        r"""Whether ^{[1]}, ^{\langle t-1 \rangle} or what is no power before an equals sign stands here: a layer, or a turn."""
        if not self._is("above"):
            return False
        if not self._is("open", ahead=1):
            return self._is_mark(1)
        if self._is("left", "<", ahead=2) or self._is_mark(2):
            return True
        single = self._is("number", ahead=3) or self._is("letter", ahead=3)
        if "(" in self._layers and self._is("left", "(", ahead=2) and single and not self._case_stands_here():
            return self._tokens[self._place + 4].kind in ("right", "sign")
        return self._is("left", "[", ahead=2) and single and self._is("right", "]", ahead=4) and self._is("close", ahead=5)

    def _is_mark(self, ahead: int) -> bool:
        """Whether a letter stands here that marks layers in this formula, and counts in no sum."""
        token = self._peek(ahead)
        return token is not None and token.kind == "letter" and token.text in self._layers and token.text not in self._counters

    def _layer(self) -> str:
        start = self._take()
        if not self._is("open"):
            return self._take().text
        self._take()
        bracket, inside = self._is("left"), list[Token]()
        if bracket:
            self._take()
        while not self._is("right" if bracket else "close"):
            inside.append(self._take())
        stop = self._take().stop
        if bracket:
            if not self._is("close"):
                self._wrong("braces hold nothing else behind the number of a turn", (start.stop, stop))
            self._place += 1
        return "_".join(self._subscript(inside, (start.stop, stop)))

    def _squared(self, base: Lettering, start: Token) -> Lettering:
        r"""The name of ``\sigma^2``, where the square has one."""
        if base.base not in self._squares or base.bold:
            return base
        braces = 1 if self._is("open", ahead=1) else 0
        square = self._is("above") and self._is("number", "2", ahead=1 + braces)
        if square and (not braces or self._is("close", ahead=3)):
            self._place += 2 + 2 * braces
            return replace(base, accents=(*base.accents, "sq"))
        if not base.below:
            typed = self._typed(start.span)
            hint = rf"write \sqrt{{{typed}^2}}, or name {typed} itself"
            self._wrong(f"this formula names {typed}^2, and not {typed}", start.span, hint)
        return base

    def _letters_side_by_side(self) -> str:
        """The letters that stand here without a space between them: ``target``, which would be a product of six."""
        text, before = "", self._peek()
        for token in self._tokens[self._place : self._place + limits.NAME]:
            if token.kind != "letter" or before is None or (text and token.start != before.stop):
                break
            text, before = text + token.text, token
        return text

    def _lettering(self) -> Lettering | None:
        token = self._peek()
        if token is None:
            return None
        if token.kind == "letter":
            word = self._letters_side_by_side()
            word = word if word in self._words else token.text
            self._place += len(word)
            return Lettering(word)
        if token.kind != "command":
            return None
        word = token.text
        if word in GREEK or word in VARIANTS:
            self._place += 1
            return Lettering(VARIANTS.get(word, word), variant=word if word in VARIANTS else "")
        if word in ACCENTS or word in BOLD:
            self._place += 1
            return self._decorated(token)
        if word in UPRIGHT:
            self._place += 1
            name = self._word(token)
            if not name.replace("_", "").isalnum() or name[0].isdecimal():
                self._wrong(f"{quoted(name)} is no name", token.span, "a name is one word of letters, digits and _")
            base, _, rest = name.partition("_")
            return Lettering(base, below=tuple(rest.split("_"))) if base and rest else Lettering(name)
        return None

    def _decorated(self, command: Token) -> Lettering:
        """A letter with an accent, or in bold."""
        braces = self._is("open")
        if braces:
            self._place += 1
        with self._nested():
            inner = self._lettering()
        if inner is None:
            self._wrong(f"\\{command.text} stands above a letter", command.span, rf"as in \{command.text}{{x}}")
        if braces and self._is("below"):
            self._place += 1
            inner = replace(inner, below=self._below(inner))
        if braces:
            if not self._is("close"):
                self._wrong(f"\\{command.text} takes one letter here", command.span, "name the product first: q = …")
            self._place += 1
        if command.text in BOLD:
            return replace(inner, bold=True)
        return replace(inner, accents=(*inner.accents, ACCENTS[command.text]))

    def _below(self, base: Lettering) -> tuple[str, ...]:
        """The parts of a subscript; letters that a sum counts with as their numbers, ``i+1`` added up."""
        token = self._take()
        # TeX lowers one digit only: x_10 prints as x₁0, and is typed for x₁₀.
        if token.kind == "number" and len(token.text) > 1:
            whole = (self._tokens[self._place - 3].start if self._place > 2 else token.start, token.stop)
            self._two_readings(whole, f"{base.base}_{{{token.text}}}", rf"{base.base}_{token.text[0]} \cdot {token.text[1:]}")
        if token.kind != "open":
            return self._subscript([token], token.span)
        inside: list[Token] = []
        depth = 0
        while depth or not self._is("close"):
            each = self._take()
            depth += (each.kind == "open") - (each.kind == "close")
            inside.append(each)
        closing = self._take()
        return self._subscript(inside, (token.start, closing.stop))

    def _subscript(self, tokens: list[Token], span: Span) -> tuple[str, ...]:
        groups: list[list[Token]] = [[]]
        for token in tokens:
            if token.kind in ("open", "close") or (token.kind == "command" and token.text in UPRIGHT | BOLD):
                continue
            if token.kind == "sign" and token.text in ",;":
                groups.append([])
            else:
                groups[-1].append(token)
        return tuple(part for group in groups for part in self._counted(group, span))

    def _counted(self, group: list[Token], span: Span) -> list[str]:
        """One part of a subscript: a number, a word, or a sum with the letters that count."""
        if any(token.kind == "sign" for token in group):
            return [self._arithmetic(group, span)]
        parts: list[str] = []
        joined = False
        for token in group:
            if token.kind not in ("letter", "number", "command") or not token.text.isalnum():
                self._wrong("this subscript is no part of a name", span, "a subscript is a number or a word: x_1, x_{in}")
            if token.text in self._counters:
                parts.append(str(self._counters[token.text]))
                joined = False
            elif joined:
                parts[-1] += token.text
            else:
                parts.append(token.text)
                joined = True
        if not parts:
            self._wrong("there is nothing in this subscript", span)
        return parts

    def _arithmetic(self, group: list[Token], span: Span) -> str:
        if not any(token.text in self._counters for token in group):
            # h_{t-1} is a name: the h of the turn before.
            return "".join({"-": "m", "+": "p"}.get(token.text, token.text) for token in group)
        total, sign = 0, 1
        for token in group:
            if token.kind == "sign" and token.text in "+-":
                sign = -1 if token.text == "-" else 1
                continue
            value = self._counters.get(token.text, int(token.text) if token.text.isdecimal() and len(token.text) < 7 else None)
            if value is None:
                self._wrong(f"{token.text} counts in no sum", span, "write the number")
            total += sign * value
        if total < 0:
            self._wrong(f"this subscript comes to {total}", span, "let the sum begin later")
        return str(total)
