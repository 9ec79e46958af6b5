r"""Definitions of arrays by their cells: ``z_i = \sum_j W_{ij} x_j``, where no sum counts the i."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from math import prod

from graphstep.gates.typed import ATOM
from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError, Span
from graphstep.language.read.latex.names import Lettering
from graphstep.language.read.latex.pieces import AXES, SORTS, Piece, TermsError, call, cellwise, transposed
from graphstep.language.read.latex.sums import TURNS, Sums, too_long

_CASE = ["above", "open", "left", "letter", "right", "close"]
"""The kinds of the tokens of ``^{(i)}``, the number of a case."""


class Definitions(Sums):
    """Reads statements that name an array and say its cells."""

    def _definition(self) -> tuple[str, Piece] | None:
        """The name of an array and its value, where a statement says its cells; None where it names something else.

        A letter under the name counts where it counts cells behind the sign: not in ``h_t = w_t x``, where w_t has a value.
        """
        start, names, depth, bars, layers = self._place, self._names.copy(), self._depth, [*self._bars], self._layers
        # The i of y^{(i)} counts the cases, where there are as many; else it is the name of one, or of a layer.
        for self._layers in dict.fromkeys((layers - {"("}, layers)):
            lettering, letters = self._counted_name()
            span = self._tokens[start].start, self._tokens[self._place - 2].stop
            value = self._for_all(letters, span) if lettering is not None and letters else None
            self._layers = layers
            if lettering is not None and value is not None:
                return self._names.name(lettering, span), value
            self._place, self._names, self._depth, self._bars = start, names.copy(), depth, [*bars]
        return None

    def _counted_name(self) -> tuple[Lettering | None, tuple[str, ...]]:
        """The name before an equals sign, and the letters under it; no letters for another beginning."""
        start, lettering, letters = self._peek(), self._lettering(), tuple[str, ...]()
        # softmax(z)_i: what its formula names again.
        if self._is("left", "("):
            self._pass_over_brackets()
        self._put_below_first()
        while lettering is not None and start is not None and not self._is("sign", "="):
            if self._layer_stands_here():
                lettering = replace(lettering, layer=self._layer())
            elif self._is("above") and (squared := self._squared(lettering, start)) != lettering:
                lettering = squared
            elif letters or not (letters := self._letters_below()):
                return None, ()
        if self._peek() is not None:
            self._place += 1
        return lettering, letters

    def _letters_below(self) -> tuple[str, ...]:
        """The letters of a subscript, or of the number of a case, that is made of letters alone; none of another."""
        case = [token.kind for token in self._tokens[self._place : self._place + len(_CASE)]] == _CASE
        stop = self._place + len(_CASE) if case else self._script_end(self._place)
        inside = [token for token in self._tokens[self._place + 1 : stop] if token.kind in ("letter", "number", "command")]
        if not (case or self._subscript_stands_here()) or any(token.kind != "letter" for token in inside):
            return ()
        letters = tuple(dict.fromkeys(token.text for token in inside))
        self._place = stop
        return letters if len(letters) == len(inside) else ()

    def _for_all(self, letters: tuple[str, ...], span: Span) -> Piece | None:
        """The array whose cells a formula says, for all that its letters count; None where one of them counts nothing in it."""
        start, lengths = self._place, {letter: dict[str, int]() for letter in letters}
        counters, others = dict(self._counters), dict(self._lengths)
        self._lengths |= lengths
        self._counters |= dict.fromkeys(letters, 1)
        try:
            value = self._wholly(letters, self._sum)
            if value is None:
                # The first cell, where what is made of no whole arrays says how far its letters count.
                self._place = start
                self._sum()
            hint = "the arrays behind = say how many cells there are"
            if idle := [letter for letter in letters if not lengths[letter]]:
                if len(idle) < len(letters):
                    self._wrong(f"{idle[0]} counts no cells behind =", span, hint)
                return None
            sizes = [self._size(letter, lengths[letter], span, hint) for letter in letters]
            with suppress(TermsError):
                return self._laid(value, letters, span)
            if 0 in sizes:
                name = next(iter(lengths[letters[sizes.index(0)]]))
                self._wrong(f"how many cells {name} has is not known here", span, "give its value behind the formula")
            if prod(sizes) > TURNS:
                raise LimitError(f"an array has at most {TURNS:,} cells that are written out", text=self._text, span=span)
            return self._written_out(letters, sizes, start).at(span)
        except ReadError:
            if any(lengths.values()):
                raise
            return None
        finally:
            # Also those of sums that an error has broken off.
            self._counters, self._lengths = counters, others

    def _laid(self, value: Piece | None, letters: tuple[str, ...], span: Span) -> Piece:
        """A value of whole arrays with its axes in the order of letters. TermsError where it is none with these axes."""
        if value is None:
            raise TermsError
        if value.factors:
            ends = [factor.axes for factor in value.factors]
            if sorted(ends) == sorted((letter,) for letter in letters) and len(letters) == 2:
                value = replace(call("outer", [replace(factor, axes=()) for factor in value.factors], span), axes=value.axes)
            else:
                value = cellwise(value.factors)
        if value.axes == letters[::-1] and len(letters) > 1:
            value = transposed(value)
        if value.axes != letters:
            raise TermsError
        return replace(value, span=span, sort=SORTS[min(len(letters), 3)], axes=(), bare="")

    def _written_out(self, letters: tuple[str, ...], sizes: list[int], start: int) -> Piece:
        """The cells one by one, in brackets."""
        if not letters:
            self._place = start
            return self._sum()
        cells = []
        for count in range(1, sizes[0] + 1):
            self._counters[letters[0]] = count
            cells.append(self._written_out(letters[1:], sizes[1:], start))
            if len(cells[0].text) * prod(sizes) > limits.WRITTEN:
                raise too_long(self._text)
        sort = SORTS[min(AXES[cells[0].sort] + 1, 3)]
        return Piece(f"[{', '.join(cell.text for cell in cells)}]", ATOM, cells[0].span, sort)
