"""What nodes, derivatives and wires are called: the one table of names that every view of a program reads.

Within one run no symbol stands for two values. ``d`` is the whole effect of a node, along every way through the graph, ``∂`` the
effect through one gate with its other inputs standing still. A node that is read more than once has numbered uses. An expression
that is long, or stands twice, is called u1, u2, … in the order of computing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from graphstep.gates.notation import ATOM, CASES, TERMS, TEXT, Ink, Style, Term, plain_text
from graphstep.gates.notation.names import latex_name, latex_name_as_typed
from graphstep.gates.rule import Rule
from graphstep.ground.arrays import shape_text
from graphstep.ground.errors import quoted
from graphstep.ground.memo import owner_cache
from graphstep.ground.operands import Constant, Operand
from graphstep.language.frames import is_composite
from graphstep.language.nodes import Node
from graphstep.language.program import Program, shown_name
from graphstep.language.read.foreign.pieces import is_atom
from graphstep.telling.definitions import Definitions, bare, is_word, numbered_use, repeated_nodes, shortened, without_parentheses
from graphstep.telling.rows import rows_of
from graphstep.telling.symbols import NodeSymbol, WordSymbol, Written, called, is_part, runs_into

NAME_WIDTH = 12
"""Characters of an unnamed expression up to which it stands for itself; a longer one gets a name of its own."""
_STANDS = 0xE000
"""The first of the characters that stand in place of names; no text has them."""

_KEPT = 1_000
"""Terms of nodes that are kept, all of a program that is told step by step; then they are forgotten, as nodes are."""
_WORDS = re.compile(r"[^\W\d]\w*")
# The words of a choice stay apart: 1 if h>0 else 0.
_GAP = re.compile(r" (?!(?:if|else)\b)(?<!\bif )(?<!\belse )")

_CHANGES, _OBJECTIVES, _PARTS_LETTERS, _FRAME_LETTERS = "dDδ", "LJC", "uvhtsr", "pqgm"
_OUTPUTS = ("f", "g", "h", "out", "output", "result_")


class Names:
    """The names of a program's nodes; the same in the graph, the ladders, the tables and the documents."""

    def __init__(self, program: Program) -> None:
        self.program = program
        """Whose nodes they are."""
        self.output = self._shown(next((name for name in _outputs(program, self._constants) if name), "f"))
        """What the output is called: its name, or ``f``, or the next free letter."""
        used = {*program.names, *program.functions, *self._constants, self.output}
        if program.frames:
            # h.2 is printed h⟨2⟩: its letter is taken as well.
            used.update(word for name in program.names for word in name.split(".") if not word.isdecimal())
        scope = program.scope
        # First free letter: d gives way where the program has a d of its own, or dx beside x.
        free = next((d for d in _CHANGES if d not in used and not runs_into(d, used)), _CHANGES[-1])
        self.change = scope.change if scope else free
        """The letter of a whole effect: ``d``, unless the program has that name or one that reads like it."""
        self.objective = scope.objective if scope else next((name for name in _OBJECTIVES if name not in used), "Loss")
        """What the number is called that is differentiated where it is not the output itself: ``L``."""
        self.part = next((u for u in _PARTS_LETTERS if not any(is_part(u, name) for name in used)), "part")
        """The letter of the expressions that get a name: ``u``."""
        self._symbols: dict[tuple[int, int], Term] = {}
        self._spelled: dict[Any, str] = {}

    # -- names ---------------------------------------------------------------------------------------------------------------

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """By node what it is called."""
        return self._table[0]

    @cached_property
    def definitions(self) -> Mapping[int, str]:
        """What the numbered expressions stand for, by node in the order of computing: ``u1`` is ``w0*x0+w1*x1+w2``."""
        return Definitions(self.numbered.values(), self._definition)

    @property
    def numbered(self) -> Mapping[str, int]:
        """The nodes of the numbered expressions by their names."""
        return self._table[1]

    @cached_property
    def _table(self) -> tuple[tuple[str, ...], dict[str, int]]:
        """By node its name, and the nodes whose name stands for an expression by these names."""
        nodes, texts, numbered = self.program.columns, list[str](), dict[str, int]()
        # One pass over the columns: the names of a program of 100,000 gates are waited for before its first frame.
        repeated, readers, count = repeated_nodes(nodes), [0] * len(nodes), 0
        for x in nodes.read:
            if x >= 0:
                readers[x] += 1
        # By node the characters that it takes in the text of a gate, without blanks; of copies those of what is copied.
        widths: list[int] = []
        rows, kinds = nodes.rows(), nodes.by_kind([(kind.rule, kind.shape) for kind in nodes.of_kinds])
        # Operands stand before the gates that read them, so that what a text is made of has its name already.
        for index, (name, (rule, shape), row) in enumerate(zip(nodes.names, kinds, rows, strict=True)):
            is_copy = bool(shape) and nodes[index].is_copy
            if index == self.program.output:
                text = self.output
            elif self.program.scope and name is not None:
                # Nobody typed the names inside an opened gate.
                text = name
                if rule is not None or index in nodes.texts:
                    numbered[text] = index
            elif name is not None:
                text = self._shown(name)
            elif is_copy:
                text = self._copies(index, nodes[index], texts)
            else:
                text = ""
                # What stands twice is numbered, also where it is short: one symbol must not stand for two nodes.
                if not repeated[index] and readers[index] < 2 and not _is_long(rule, row, widths):
                    text = self._typed(index, texts)
                if not text or len(text) > NAME_WIDTH:
                    count += 1
                    text = f"{self.part}{count}"
                    numbered[text] = index
            texts.append(text)
            widths.append(widths[row[0]] if is_copy else len(text.replace(" ", "")))
        return tuple(texts), numbered

    def _origin(self, index: int) -> int:
        """What stands in the text for a node: of copies what is copied."""
        nodes = self.program.columns
        while nodes.shape(index) and nodes[index].is_copy:
            index = nodes[index].sources[0][1]
        return index

    def _definition(self, index: int) -> str:
        """What the name of a node stands for."""
        node = self.program.nodes[index]
        if node.name is None:
            return shortened(self._typed(index, self.texts) or self.texts[node.sources[0][1]])
        return shortened(self._generated(index, self.texts)) if node.rule is not None else node.text or ""

    def _shown(self, name: str) -> str:
        """A name as it is printed: of a turn h.2 it is h⟨2⟩; the parts of an opened gate keep their dots."""
        return shown_name(name) if self.program.frames else name

    def _copies(self, index: int, node: Node, texts: Sequence[str]) -> str:
        (_, source), shape = node.sources[0], shape_text(node.shape)
        name = texts[source]
        use = self.program.use(index, 0)
        return f"{numbered_use(name, use, not self._is_symbol(source, name))} as {shape}"

    def _typed(self, index: int, texts: Sequence[str]) -> str:
        """A node's text as typed, with what has a name replaced by that name; made from its gate where the text cannot say it."""
        # From the columns: to make a node of each of a million takes longer than to name it.
        nodes = self.program.columns
        start, stop = nodes.spans[2 * index : 2 * index + 2]
        if start < 0 or index in nodes.texts:
            return self._generated(index, texts)
        inside: list[tuple[int, int, str]] = []
        by_name: list[str] = []
        for x in nodes.row(index):
            if x < 0:
                continue
            read = self._origin(x)
            first, last = nodes.spans[2 * read : 2 * read + 2]
            if (name := nodes.names[read]) is not None:
                by_name.append(name)
            elif read in nodes.texts or not start <= first < last <= stop:
                return self._generated(index, texts)
            else:
                inside.append((first, last, texts[read]))
        pieces, place = list[str](), start
        text = self.program.text
        for first, last, name in sorted(inside):
            if first < place:
                return self._generated(index, texts)
            pieces += [bare(text[place:first]), name]
            place = last
        pieces.append(bare(text[place:stop]))
        # Typed text and names take turns: every second piece is a name.
        for k in range(1, len(pieces), 2):
            without_parentheses(pieces, k)
        typed = "".join(pieces)
        # A node of a function's body reads what its text calls by a parameter: then the text does not hold the name.
        return typed if set(_WORDS.findall(typed)).issuperset(by_name) else self._generated(index, texts)

    def _generated(self, index: int, texts: Sequence[str]) -> str:
        """A node's text made from its gate: once for gates that are alike, with the names that they read put in."""
        nodes, put, read = self.program.columns, dict[int, str](), list[Any]()
        row = nodes.row(index)
        rule, options, _ = nodes.of_kinds[nodes.kinds[index]]
        for x in row:
            if x < 0:
                constant = nodes.constants[~x]
                # Not where it stands: a constant of one value that is printed alike is one.
                read.append((constant.text, constant.value))
            elif (symbol := self._is_symbol(x, texts[x])) or " " in texts[x]:
                # A character of the private area: gates that differ in names alone are written once, and the names put in. What
                # is read twice is one symbol: x*x is x². Of all names that of a copy has blanks, which go nowhere: b as 4×5.
                stands = _STANDS + row.index(x)
                put[stands] = texts[x]
                read.append((chr(stands), ATOM if symbol else self._level(x, texts[x]), nodes.shape(x)))
            else:
                read.append((texts[x], self._level(x, texts[x]), nodes.shape(x)))
        # A rule is hashed by all its fields.
        key = id(rule), options, *read
        if key not in self._spelled:
            terms = [
                TERMS.symbol(Written(of[0], of[1], bool(of[2]))) if x >= 0 else constant_term(nodes.constants[~x])
                for x, of in zip(row, read, strict=True)
            ]
            self._spelled[key] = _GAP.sub("", plain_text(self.formula(index, terms)).replace(" · ", "*"))
        spelled = self._spelled[key].translate(put)
        # x^1 is written as x, which is the name of another node.
        return "" if spelled in put.values() else spelled

    def _level(self, index: int, text: str) -> int:
        """How tightly an expression binds: a name or a call as one, what is called by its text as its gate is written."""
        if self._is_symbol(index, text) or (text[-1:] == ")" and is_atom(text)):
            return ATOM
        node = self.program.nodes[index]
        if node.shape and node.is_copy:
            return CASES
        terms = [TERMS.symbol(Written("x", ATOM, False)) if isinstance(x, int) else constant_term(x) for x in node.operands]
        level: int = _formula(node, terms, self.program.operand_shapes(node)).read(TEXT).level
        return level

    def is_symbol(self, index: int) -> bool:
        """Whether a node is called by a name, and not by its text."""
        return self._is_symbol(index, self.texts[index])

    def _is_symbol(self, index: int, name: str) -> bool:
        return name.isidentifier() or index == self.program.output or self.program.columns.names[index] is not None

    @cached_property
    def rows(self) -> frozenset[int]:
        """The vectors that are used as rows (:func:`graphstep.telling.rows.rows_of`)."""
        return rows_of(self.program)

    # -- ink -----------------------------------------------------------------------------------------------------------------

    def ink(self, index: int, style: Style, use: int = 0) -> Ink:
        """How a style writes a node, or one of its uses."""
        ink: Ink = self.symbol(index, use).read(style)
        return ink

    def new_ink(self, index: int, style: Style, use: int) -> Ink:
        """The same for the symbol, which keeps it."""
        return style.used(self.ink(index, style), use) if use else self._node(index, style)

    def _node(self, index: int, style: Style) -> Ink:
        program, node, text = self.program, self.program.nodes[index], self.texts[index]
        cells = bool(node.shape)
        if index == program.output or node.name is not None or index in self.definitions:
            return style.identifier(text, typed=style.typeset and self._is_ambiguous(text), cells=cells)
        if node.shape and node.is_copy:
            source = node.sources[0][1]
            return style.remark(self.ink(source, style, self.program.use(index, 0)), f"as {shape_text(node.shape)}")
        if style.typeset:
            # Its text is a dozen characters, so it is a handful of gates deep at most.
            operands = [self.operand(x) for x in node.operands]
            written: Ink = called(node.rule, self.formula(index, operands), operands).read(style)
            return Ink(written.text, written.level, style, cells)
        return Ink(text, self._level(index, text), style, cells)

    def latex(self, name: str) -> str:
        """A name in LaTeX; as typed where another name of the program would look the same: x1 beside x_1, alpha beside α."""
        return latex_name_as_typed(name) if self._is_ambiguous(name) else latex_name(name)

    def _is_ambiguous(self, name: str) -> bool:
        """Whether another name of the program would look the same in print."""
        return self._latex_names[latex_name(name)] > 1 and name in self._latex_sources

    @cached_property
    def _latex_sources(self) -> frozenset[str]:
        return frozenset([*self.program.names, self.output, *self.numbered, *self._constants])

    @cached_property
    def _constants(self) -> frozenset[str]:
        return frozenset(x.text for x in self.program.columns.constants if is_word(x.text))

    @cached_property
    def _latex_names(self) -> Counter[str]:
        return Counter(map(latex_name, self._latex_sources))

    # -- terms ---------------------------------------------------------------------------------------------------------------

    def operand(self, operand: Operand) -> Term:
        """A node or a constant as a term of a formula."""
        return self.symbol(operand) if isinstance(operand, int) else constant_term(operand)

    def symbol(self, index: int, use: int = 0) -> Term:
        """A node, or one of its uses, as a term: one and the same wherever it stands, so that each style writes it once."""
        if (term := self._symbols.get((index, use))) is None:
            if len(self._symbols) >= _KEPT:
                self._symbols.clear()
            term = self._symbols[index, use] = Term.lasting("symbol", NodeSymbol(self, index, use))
        return term

    def slot(self, gate: int, slot: int) -> Term:
        """The operand in a slot as a term; where a gate reads one node in several slots, with the number of its use: ``x⁽¹⁾``.

        The local gradient of ``x*x`` towards its first x is x⁽²⁾ = 3. Calling it ∂f/∂x would be wrong: that is 6.
        """
        operands = self.program.nodes[gate].operands
        operand = operands[slot]
        if not isinstance(operand, int) or operands.count(operand) < 2:
            return self.operand(operand)
        return self.symbol(operand, self.program.use(gate, slot))

    def formula(self, index: int, terms: Sequence[Any]) -> Term:
        """The value of a gate as a term, from what stands for its inputs."""
        node = self.program.nodes[index]
        return _formula(node, terms, self.program.operand_shapes(node))

    @cached_property
    def frames(self) -> dict[int, str]:
        """By composite gate what it is called when it is opened: by its name, or p1, p2, … where it is called by its text."""
        used = {*self.program.names, self.output}
        letter = next((p for p in _FRAME_LETTERS if not any(is_part(p, name) for name in used)), "frame")
        frames, count = dict[int, str](), 0
        nodes = self.program.columns
        composite = [kind.rule is not None and kind.rule.expansion is not None for kind in nodes.of_kinds]
        for index, may_be in enumerate(nodes.by_kind(composite)):
            if may_be and is_composite(nodes[index]):
                symbol = self.is_symbol(index)
                count += not symbol
                frames[index] = self.texts[index] if symbol else f"{letter}{count}"
        return frames

    def find(self, key: str) -> int | None:
        """The node with this name, id or text; the output also as ``f``, a numbered expression as ``u1``, a composite gate by
        what it is called when it is opened.
        """
        index = self.program.find(key)
        if index is None and key == self.output:
            return self.program.output
        if index is None:
            index = self.numbered.get(key)
        return next((i for i, name in self.frames.items() if name == key), None) if index is None else index


@owner_cache
def names_of(program: Program) -> Names:
    """The table of names of a program; it is made once and lives as long as the program."""
    return Names(program)


def output_name(program: Program) -> str:
    """What the output is called in ``df/dx``: its name, or ``f`` (the next free letter where ``f`` means something else)."""
    return names_of(program).output


def name_of(program: Program, index: int) -> str:
    """What a node is called in a formula: its name, ``f`` for the output, its text when short, else ``u1``.

    The copies that a broadcast makes are called by what is copied: ``b as 64×100``.
    """
    return names_of(program).texts[index]


def name_with_text(program: Program, index: int) -> str:
    """A node by its name, with what stands for it in the text where the name does not say that: ``f, 'max(x, y)',``."""
    names, node = names_of(program), program.nodes[index]
    name = names.texts[index]
    text = names.definitions.get(index, program.label(index))
    if node.rule is None or "".join(text.split()) == name:
        return name
    return f"{name}, {quoted(text)},"


def slot_name(program: Program, gate: int, slot: int) -> str:
    """The operand in a slot as plain text, numbered where a gate reads one node in several slots (:meth:`Names.slot`)."""
    return plain_text(names_of(program).slot(gate, slot))


def constant_term(constant: Constant) -> Term:
    """A constant of the text, as typed where that is short."""
    if is_word(constant.text):
        return TERMS.symbol(WordSymbol(constant.text))
    return TERMS.exactly(constant.value, constant.text if len(constant.text) <= NAME_WIDTH else "")


def _is_long(rule: Rule | None, row: Sequence[int], widths: Sequence[int]) -> bool:
    """Whether the text of a gate is longer than a name in any case, as a gate of cells shows all that it reads."""
    if rule is None or not rule.cellwise:
        return False
    read = [widths[x] for x in row if x >= 0]
    # Between two of them stands one character at least.
    return sum(read) + len(read) - 1 > NAME_WIDTH


def _outputs(program: Program, constants: Iterable[str]) -> Iterator[str | None]:
    yield program.nodes[program.output].name
    # The name of a function stands in the boxes of its calls: no value is called so too.
    used = {*program.names, *program.functions, *constants}
    yield from (letter for letter in _OUTPUTS if letter not in used)


def _formula(node: Node, terms: Sequence[Any], shapes: Sequence[Any]) -> Term:
    assert node.rule is not None, "an input has no formula"
    return TERMS.term(node.rule.written(TERMS, terms, node.rule.settings(node.options, shapes)))
