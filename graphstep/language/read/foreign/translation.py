"""What somebody typed in the spelling of another program, in the spelling of this one: ``np.dot(A, B)`` becomes ``A @ B``.

A call is looked up in the table and filled with what was typed, inputs first, so that a whole formula is translated at once.
It is only ever a proposal: whoever shows it has seen it read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from graphstep.gates import FUNCTIONS, STRUCTURAL
from graphstep.language.read.foreign.pieces import NAME, NUMERAL, PAIRS, STRING, atom, bare, is_atom, split
from graphstep.language.read.foreign.rows import Input, bound_inputs, filled, is_literal, own_name
from graphstep.language.read.foreign.table import (
    KEYWORDS,
    LIBRARIES,
    METHOD,
    NUMBERS,
    PARTS,
    WITHOUT_GRADIENT,
    Row,
    plain_name,
    rows_by_name,
    rows_of,
)

LENGTH = 300
"""Characters of a formula that is translated; a longer one gets the general form."""

# Calls inside each other that are translated. It recurses; who writes more is not helped by a proposal of one line.
_DEPTH = 40
# Brackets with such an inside are an index in every language; with a name in it, Sin[x], it may be Mathematica's call.
_INDEX = re.compile(r"[-\d\s:,.]*")
_KEYWORD = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)\s*(.*)", re.DOTALL)
_COUNT = re.compile(r"\d+")
HARMLESS = frozenset({"inplace", "dtype", "name", "out"})


class Translation(NamedTuple):
    """A formula in the spelling of this program."""

    text: str
    """The formula; empty where nothing here does the same."""
    remark: str
    """Where it differs from what was typed, or what to do instead."""

    @property
    def hint(self) -> str:
        """It as advice: ``write A @ B; …``."""
        return "; ".join(filter(None, [f"write {self.text}" if self.text else "", self.remark]))


def is_known(name: str) -> bool:
    """Whether a function of this name is known elsewhere."""
    return plain_name(name) in rows_by_name() or own_name(name) is not None


def proposals(text: str, start: int, *, general_too: bool = True) -> list[Translation]:
    """What to write for the formula that begins at ``start`` in the spelling of another program, the most fitting first.

    With ``general_too`` also what the function is in general, if the inputs cannot be translated.
    """
    reading = _Reading(text[start : start + LENGTH])
    translations: list[Translation] = []
    try:
        written = reading.chain()
    except _NotHere as missing:
        if missing.remark:
            translations.append(Translation("", missing.remark))
    else:
        if written != reading.text[: reading.place] and reading.place < LENGTH:
            if re.search(r"\binf\b", written):
                reading.remarks.append("inf is a name with the value inf: inf=inf")
            translations.append(Translation(written, "; ".join(dict.fromkeys(reading.remarks))))
    return translations + [general(row) for row in reading.outer[:general_too]]


class _NotHere(Exception):  # noqa: N818 - it is no error, only the way out of a reading
    def __init__(self, remark: str = "") -> None:
        super().__init__(remark)
        self.remark = remark


class _Reading:
    """One pass over a formula, in the spelling of any program; nothing that it does not know is passed over."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0
        self.remarks: list[str] = []
        self.outer: list[Row] = []
        """Rows for the outermost call, whatever its inputs are."""
        self._depth = 0

    # -- the text --

    def _at(self, what: str) -> bool:
        return self.text.startswith(what, self.place)

    def _until(self, closer: str) -> str:
        """What stands up to a closing bracket, translated, and the bracket."""
        self._depth += 1
        if self._depth > _DEPTH:
            raise _NotHere
        pieces: list[str] = []
        while self.place < len(self.text):
            character = self.text[self.place]
            if character == closer:
                self.place += 1
                self._depth -= 1
                return "".join(pieces)
            if character in ";\n" or character in ")]":
                raise _NotHere
            pieces.append(self._piece(pieces, closer))
        raise _NotHere

    def _piece(self, before: list[str], closer: str) -> str:
        character = self.text[self.place]
        quote = STRING.match(self.text, self.place)
        if quote is not None:
            self.place = quote.end()
            return quote[0]
        if NAME.match(self.text, self.place) or NUMERAL.match(self.text, self.place) or character in "([":
            written = self.chain()
            alone = not "".join(before).strip() or "".join(before).rstrip()[-1] in ",=("
            rest = self.text[self.place :].lstrip()
            alone = alone and rest.startswith((closer, ","))
            return written if alone or is_atom(written) else f"({written})"
        if character == "." and self.text[self.place + 1 : self.place + 2] in tuple("*/^+-"):
            # MATLAB and Julia: cell by cell, as everything is here.
            self.place += 1
            return ""
        self.place += 1
        return character

    # -- operands --

    def chain(self) -> str:
        """An operand with all that stands behind it: calls, parts, indices."""
        outer = not self._depth
        written = self._operand(outer)
        while self.place < len(self.text):
            if self._at("["):
                self.place += 1
                written = f"{atom(written)}[{self._until(']')}]"
            elif self._at(".'") or self._at("'"):
                self.place += 1 + self._at(".'")
                written = f"{atom(written)}.T"
            elif self._at(".") and (name := NAME.match(self.text, self.place + 1)):
                self.place = name.end()
                if self._opens():
                    self._note(name[0], METHOD, outer)
                    written = self._call(name[0], METHOD, [Input("", bare(written)), *self._inputs()])
                elif name[0] == "T" or name[0] in PARTS:
                    written = f"{atom(written)}{PARTS.get(name[0], '.T')}"
                else:
                    raise _NotHere(_remark_of(name[0]))
            else:
                break
        return written

    def _operand(self, outer: bool) -> str:
        numeral = NUMERAL.match(self.text, self.place)
        if numeral is not None:
            self.place = numeral.end()
            return numeral[0]
        if self.text[self.place : self.place + 1] in ("(", "["):
            opening = self.text[self.place]
            self.place += 1
            return f"{opening}{self._until(PAIRS[opening])}{PAIRS[opening]}"
        name = NAME.match(self.text, self.place)
        if name is None:
            raise _NotHere
        self.place = name.end()
        path = [name[0]]
        while path[0] in LIBRARIES and self._at(".") and (name := NAME.match(self.text, self.place + 1)):
            self.place = name.end()
            path.append(name[0])
        library = LIBRARIES[path[0]] if len(path) > 1 else None
        if self._opens() or self._opens_in_brackets(path[-1]):
            self._note(path[-1], library, outer)
            inputs = self._inputs()
            if library is not None and not inputs and len(path) == 2 and not self._at("("):
                # A matrix may be called F or K as well.
                library, inputs = METHOD, [Input("", path[0])]
            if self._at("("):
                # nn.LeakyReLU(0.2)(x): what a layer is told comes behind what goes into it.
                inputs = [*self._inputs(), *inputs]
            return self._call(path[-1], library, inputs)
        if library is None:
            return path[0]
        if path[-1] not in NUMBERS:
            raise _NotHere(_remark_of(path[-1]))
        return NUMBERS[path[-1]]

    def _opens(self) -> bool:
        """Whether the inputs of a call follow, Julia's ``tanh.(x)`` among them."""
        at = re.compile(r"\.?[ \t]*(?=\()").match(self.text, self.place)
        if at is not None:
            self.place = at.end()
        return at is not None

    def _opens_in_brackets(self, name: str) -> bool:
        """Whether Mathematica's ``Sin[x]`` follows."""
        if not self._at("["):
            return False
        inside = self.text[self.place + 1 :].partition("]")[0]
        return is_known(name) and _INDEX.fullmatch(inside) is None

    def _inputs(self) -> list[Input]:
        opening = self.text[self.place]
        self.place += 1
        inputs = []
        for each in split(self._until(PAIRS[opening])):
            keyword = _KEYWORD.fullmatch(each)
            inputs.append(Input(keyword[1], keyword[2].strip()) if keyword else Input("", each))
        return inputs

    # -- calls --

    def _note(self, name: str, library: str | None, outer: bool) -> None:
        if outer:
            self.outer = [row for row in rows_of(name, library) if not any(is_literal(key) for key, _ in row.inputs)]

    def _call(self, name: str, library: str | None, inputs: list[Input]) -> str:
        if name in WITHOUT_GRADIENT:
            raise _NotHere(WITHOUT_GRADIENT[name])
        rows = rows_of(name, library)
        own = own_name(name)
        if (
            own is not None
            and not rows
            and not FUNCTIONS[own].cellwise
            and inputs
            and all(_COUNT.fullmatch(each.text) for each in inputs)
        ):
            # nn.Linear(3, 4) is told sizes alone, and has weights of its own.
            raise _NotHere("a layer is written out with its weights as inputs")
        base = re.fullmatch(r"(?:log|ln)_(\w+)", name)
        if base is not None and len(inputs) == 1 and not rows and own is None:
            return f"log({bare(inputs[0].text)}, {base[1]})"
        inputs = [each for each in inputs if each.key not in HARMLESS and each != Input("reduction", "'mean'")]
        # A name that is ours, with inputs that fit, is ours; behind np. it may mean something else, and the table is asked first.
        if own == name and library is None and (plain := _as_our_own(own, inputs)):
            return plain
        for row in rows:
            bound = bound_inputs(row, inputs)
            if bound is not None:
                if row.remark:
                    self.remarks.append(row.remark)
                if not row.here:
                    raise _NotHere(row.remark)
                written = filled(row.here, bound)
                # acoth stands for x twice: forty of them inside each other would be 2⁴⁰ of it.
                if len(written) > 10 * LENGTH:
                    raise _NotHere
                return written
        plain = "" if own is None else _as_our_own(own, inputs)
        if plain:
            return plain
        raise _NotHere


def _as_our_own(name: str, inputs: list[Input]) -> str:
    """A call of a function here; empty where it does not take these inputs."""
    gate = FUNCTIONS[name]
    cells = STRUCTURAL[gate.over_cells] if gate.over_cells else gate
    keywords = cells.keywords
    names = {"k": "axis", "keep": "keepdims"}
    written, count = [], 0
    for key, text in inputs:
        key = names.get(KEYWORDS.get(key, ""), key)
        if (key and key not in keywords) or (not key and text == "None"):
            return ""
        count += not key
        written.append(f"{key}={text}" if key else text)
    fewest, most = gate.arity
    rest = gate.rest != ""
    return f"{name}({', '.join(written)})" if fewest <= count and (most is None or count <= most or rest) else ""


def general(row: Row) -> Translation:
    """A row with its own names, for inputs that cannot be translated."""
    if not row.here:
        return Translation("", row.remark)
    several = "x, y" if row.here.startswith(("concat", "stack")) else "1, 0" if "axes" in row.here else "2, 3"
    sliding = "pool" in row.here or "windows" in row.here
    bound = {"k": "2" if sliding else "none", "keep": "false"} | ({"s": several} if "*s" in row.call else {})
    return Translation(filled(row.here, bound), row.remark)


def _remark_of(name: str) -> str:
    return next((row.remark for row in rows_by_name().get(plain_name(name), ()) if not row.here), "")
