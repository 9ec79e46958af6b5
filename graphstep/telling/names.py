"""What nodes, derivatives and wires are called: the one table of names that every view of a program reads.

Within one run no symbol stands for two values. ``d`` is the whole effect of a node, along every way through the graph, ``∂`` the
effect through one gate with its other inputs standing still. A node that is read more than once has numbered uses. An expression
that is long, or stands twice, is called u1, u2, … in the order of computing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from graphstep.gates.notation import ATOM, CASES, TERMS, TEXT, Ink, Style, Term
from graphstep.gates.notation.names import latex_name, latex_name_as_typed
from graphstep.ground.arrays import shape_text
from graphstep.ground.errors import quoted
from graphstep.ground.operands import Constant, Operand
from graphstep.language.frames import is_composite
from graphstep.language.program import Node, Program, shown_name
from graphstep.telling.rows import rows_of
from graphstep.telling.symbols import NodeSymbol, WordSymbol, Written, called

NAME_WIDTH = 12
"""Characters of an unnamed expression up to which it stands for itself; a longer one gets a name of its own."""

DEFINITION_WIDTH = 60
"""Characters of a definition before it is cut in the middle."""

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_WORDS = re.compile(r"[^\W\d]\w*")
_COMMENT = re.compile(r"#[^\n]*")
_GAP = re.compile(r" (?!(?:if|else)\b)(?<!\bif )(?<!\belse )")

_CHANGES, _OBJECTIVES, _PARTS_LETTERS, _FRAME_LETTERS = "dDδ", "LJC", "uvhtsr", "pqgm"
_OUTPUTS = ("f", "g", "h", "out", "output", "result_")


class Names:
    """The names of a program's nodes; the same in the graph, the ladders, the tables and the documents."""

    def __init__(self, program: Program) -> None:
        self.program = program
        """Whose nodes they are."""
        self.output = self._shown(next((name for name in _outputs(program) if name), "f"))
        """What the output is called: its name, or ``f``, or the next free letter."""
        used = {*program.names, *program.functions, self.output}
        if program.frames:
            # h.2 is printed h⟨2⟩: its letter is taken as well.
            used.update(word for name in program.names for word in name.split(".") if not word.isdecimal())
        scope = program.scope
        free = next((d for d in _CHANGES if d not in used and not _runs_into(d, used)), _CHANGES[-1])
        self.change = scope.change if scope else free
        """The letter of a whole effect: ``d``, unless the program has that name or one that reads like it."""
        self.objective = scope.objective if scope else next((name for name in _OBJECTIVES if name not in used), "Loss")
        """What the number is called that is differentiated where it is not the output itself: ``L``."""
        self.part = next((u for u in _PARTS_LETTERS if not any(_is_part(u, name) for name in used)), "part")
        """The letter of the expressions that get a name: ``u``."""
        self._ink: dict[tuple[int, int, type[Style]], Ink] = {}

    # -- names ---------------------------------------------------------------------------------------------------------------

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """By node what it is called."""
        return tuple(text for text, _ in self._table)

    @cached_property
    def definitions(self) -> dict[int, str]:
        """What the numbered expressions stand for, by node in the order of computing: ``u1`` is ``w0*x0+w1*x1+w2``."""
        return {index: meant for index, (_, meant) in enumerate(self._table) if meant}

    @cached_property
    def numbered(self) -> dict[str, int]:
        """The nodes of the numbered expressions by their names."""
        return {self.texts[index]: index for index in self.definitions}

    @cached_property
    def _table(self) -> list[tuple[str, str]]:
        """By node its name and, where that is a numbered one, what it stands for."""
        nodes, table = self.program.nodes, list[tuple[str, str]]()
        alike = Counter(map(_signature, nodes))
        readers = Counter(x for node in nodes for x in node.operands if isinstance(x, int))
        count = 0
        for index, node in enumerate(nodes):
            if index == self.program.output:
                table.append((self.output, ""))
            elif self.program.scope and node.name is not None:
                # Nobody typed the names inside an opened gate.
                table.append((node.name, _cut(self._generated(node, table)) if node.gate else node.text or ""))
            elif node.name is not None:
                table.append((self._shown(node.name), ""))
            elif node.shape and node.is_copy:
                table.append((self._copies(index, node, table), ""))
            else:
                typed = self._typed(node, table)
                if len(typed) <= NAME_WIDTH and alike[_signature(node)] == 1 and readers[index] < 2:
                    table.append((typed, ""))
                else:
                    count += 1
                    table.append((f"{self.part}{count}", _cut(typed)))
        return table

    def _shown(self, name: str) -> str:
        """A name as it is printed: of a turn h.2 it is h⟨2⟩; the parts of an opened gate keep their dots."""
        return shown_name(name) if self.program.frames else name

    def _copies(self, index: int, node: Node, table: Sequence[tuple[str, str]]) -> str:
        (_, source), shape = node.sources[0], shape_text(node.shape)
        name = table[source][0]
        use = self.program.uses.get((index, 0), 0)
        return f"{_numbered(name, use, not self._is_symbol(source, name))} as {shape}"

    def _typed(self, node: Node, table: Sequence[tuple[str, str]]) -> str:
        """A node's text as typed, with what has a name replaced by that name; made from its gate where the text cannot say it."""
        nodes = self.program.nodes
        if node.span is None or node.text is not None:
            return self._generated(node, table)
        start, stop = node.span
        inside: list[tuple[int, int, str]] = []
        by_name: list[str] = []
        for x in node.operands:
            if not isinstance(x, int):
                continue
            read = x
            while nodes[read].is_copy and nodes[read].shape:
                read = nodes[read].sources[0][1]
            operand = nodes[read]
            if operand.name is not None:
                by_name.append(operand.name)
            elif operand.span is None or operand.text is not None or not start <= operand.span[0] < operand.span[1] <= stop:
                return self._generated(node, table)
            else:
                inside.append((*operand.span, table[read][0]))
        pieces, place = list[str](), start
        text = self.program.text
        for first, last, name in sorted(inside):
            if first < place:
                return self._generated(node, table)
            pieces += [_bare(text[place:first]), name]
            place = last
        pieces.append(_bare(text[place:stop]))
        for k in range(1, len(pieces), 2):
            _without_parentheses(pieces, k)
        typed = "".join(pieces)
        return typed if set(by_name) <= set(_WORDS.findall(typed)) else self._generated(node, table)

    def _generated(self, node: Node, table: Sequence[tuple[str, str]]) -> str:
        terms = [x if isinstance(x, Term) else TERMS.symbol(x) for x in (self._plain(x, table) for x in node.operands)]
        shapes = self.program.operand_shapes(node)
        text: str = _formula(node, terms, shapes).read(TEXT).text
        # The words of a choice stay apart: 1 if h>0 else 0.
        return _GAP.sub("", text.replace(" · ", "*"))

    def _plain(self, operand: Operand, table: Sequence[tuple[str, str]]) -> Any:
        if not isinstance(operand, int):
            return constant_term(operand)
        name = table[operand][0]
        atom = self._is_symbol(operand, name)
        return Written(name, ATOM if atom else self._level(operand), bool(self.program.nodes[operand].shape))

    def is_symbol(self, index: int) -> bool:
        """Whether a node is called by a name, and not by its text."""
        return self._is_symbol(index, self.texts[index])

    def _is_symbol(self, index: int, name: str) -> bool:
        return name.isidentifier() or index == self.program.output or self.program.nodes[index].name is not None

    def _level(self, index: int) -> int:
        """How tightly an expression binds that is called by its text: as its gate is written."""
        node = self.program.nodes[index]
        if node.shape and node.is_copy:
            return CASES
        terms = [TERMS.symbol(Written("x", ATOM, False)) if isinstance(x, int) else constant_term(x) for x in node.operands]
        shapes = self.program.operand_shapes(node)
        level: int = _formula(node, terms, shapes).read(TEXT).level
        return level

    @cached_property
    def rows(self) -> Sequence[bool]:
        """By node whether it is a vector that is used as a row (:func:`graphstep.telling.rows.rows_of`)."""
        return rows_of(self.program)

    # -- ink -----------------------------------------------------------------------------------------------------------------

    def ink(self, index: int, style: Style, use: int = 0) -> Ink:
        """How a style writes a node, or one of its uses."""
        key = index, use, type(style)
        ink = self._ink.get(key)
        if ink is None:
            ink = style.used(self.ink(index, style), use) if use else self._node(index, style)
            self._ink[key] = ink
        return ink

    def _node(self, index: int, style: Style) -> Ink:
        program, node, text = self.program, self.program.nodes[index], self.texts[index]
        cells = bool(node.shape)
        if index == program.output or node.name is not None or index in self.definitions:
            return style.identifier(text, typed=style.typeset and self._is_ambiguous(text), cells=cells)
        if node.shape and node.is_copy:
            source = node.sources[0][1]
            return style.remark(self.ink(source, style, self.program.uses.get((index, 0), 0)), f"as {shape_text(node.shape)}")
        if style.typeset:
            # Its text is a dozen characters, so it is a handful of gates deep at most.
            operands = [self.operand(x) for x in node.operands]
            written: Ink = called(node.rule, self.formula(index, operands), operands).read(style)
            return Ink(written.text, written.level, style, cells)
        return Ink(text, self._level(index), style, cells)

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
        operands = (x for node in self.program.nodes for x in node.operands)
        return frozenset(x.text for x in operands if isinstance(x, Constant) and _is_name(x.text))

    @cached_property
    def _latex_names(self) -> Counter[str]:
        return Counter(map(latex_name, self._latex_sources))

    # -- terms ---------------------------------------------------------------------------------------------------------------

    def operand(self, operand: Operand) -> Term:
        """A node or a constant as a term of a formula."""
        return TERMS.symbol(NodeSymbol(self, operand)) if isinstance(operand, int) else constant_term(operand)

    def slot(self, gate: int, slot: int) -> Term:
        """The operand in a slot as a term; where a gate reads one node in several slots, with the number of its use: ``x⁽¹⁾``.

        The local gradient of ``x*x`` towards its first x is x⁽²⁾ = 3. Calling it ∂f/∂x would be wrong: that is 6.
        """
        operands = self.program.nodes[gate].operands
        operand = operands[slot]
        if not isinstance(operand, int) or operands.count(operand) < 2:
            return self.operand(operand)
        return TERMS.symbol(NodeSymbol(self, operand, self.program.uses.get((gate, slot), 0)))

    def formula(self, index: int, terms: Sequence[Any]) -> Term:
        """The value of a gate as a term, from what stands for its inputs."""
        node = self.program.nodes[index]
        return _formula(node, terms, self.program.operand_shapes(node))

    @cached_property
    def frames(self) -> dict[int, str]:
        """By composite gate what it is called when it is opened: by its name, or p1, p2, … where it is called by its text."""
        used = {*self.program.names, self.output}
        letter = next((p for p in _FRAME_LETTERS if not any(_is_part(p, name) for name in used)), "frame")
        frames, count = dict[int, str](), 0
        for index, node in enumerate(self.program.nodes):
            if is_composite(node):
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


def names_of(program: Program) -> Names:
    """The table of names of a program; it is made once and lives as long as the program."""
    kept: dict[str, Any] = vars(program)
    if "_names" not in kept:
        kept["_names"] = Names(program)
    table: Names = kept["_names"]
    return table


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


def copied(program: Program, index: int) -> int | None:
    """The node that a broadcast copies; None for any other node."""
    node = program.nodes[index]
    return node.sources[0][1] if node.is_copy else None


def term(program: Program, operand: Operand) -> Term:
    """A node or constant as a term of a formula."""
    return names_of(program).operand(operand)


def slot_term(program: Program, gate: int, slot: int) -> Term:
    """The operand in a slot as a term, numbered where a gate reads one node in several slots (:meth:`Names.slot`)."""
    return names_of(program).slot(gate, slot)


def slot_name(program: Program, gate: int, slot: int) -> str:
    """The operand in a slot as plain text."""
    text: str = slot_term(program, gate, slot).read(TEXT).text
    return text


def constant_term(constant: Constant) -> Term:
    """A constant of the text, as typed where that is short."""
    if _is_name(constant.text):
        return TERMS.symbol(WordSymbol(constant.text))
    return TERMS.exactly(constant.value, constant.text if len(constant.text) <= NAME_WIDTH else "")


# -- within ----------------------------------------------------------------------------------------------------------------------


def _outputs(program: Program) -> Iterator[str | None]:
    yield program.nodes[program.output].name
    # The name of a function stands in the boxes of its calls: no value is called so too.
    used = {*program.names, *program.functions}
    yield from (letter for letter in _OUTPUTS if letter not in used)


def _runs_into(letter: str, names: set[str]) -> bool:
    """Whether a name reads like a change: ``dx`` beside ``x``."""
    return any(name[0] == letter and name[1:] in names for name in names if len(name) > 1)


def _is_part(letter: str, name: str) -> bool:
    """Whether a name could be one of the numbered expressions: ``u1``, and ``u_1``, which looks the same in print."""
    return name[:1] == letter and name[1:].lstrip("_").isdecimal()


def _is_name(text: str) -> bool:
    return text[:1].isalpha() and text not in ("inf", "nan")


def _signature(node: Node) -> Any:
    if node.rule is None:
        return node.name
    operands = tuple(x if isinstance(x, int) else (x.value, _is_name(x.text) and x.text) for x in node.operands)
    return node.rule, operands, node.options


def _formula(node: Node, terms: Sequence[Any], shapes: Sequence[Any]) -> Term:
    assert node.rule is not None, "an input has no formula"
    return TERMS.term(node.rule.written(TERMS, terms, node.rule.settings(node.options, shapes)))


def _numbered(name: str, use: int, wrapped: bool) -> str:
    base = f"({name})" if wrapped and use else name
    return f"{base}⁽{str(use).translate(_RAISED)}⁾" if use else base


def _bare(text: str) -> str:
    return "".join(_COMMENT.sub("", text).split())


def _without_parentheses(pieces: list[str], k: int) -> None:
    """Take the parentheses away around a name: ``-(u1)`` is ``-u1``; those of a call and of ``2(u1)`` stay."""
    before, after = pieces[k - 1], pieces[k + 1]
    if not (pieces[k].isidentifier() and before.endswith("(") and after.startswith(")")):
        return
    if before[-2:-1].isalnum() or before[-2:-1] in ("_", ")", "]", "'"):
        return
    pieces[k - 1], pieces[k + 1] = before[:-1], after[1:]


def _cut(text: str) -> str:
    if len(text) <= DEFINITION_WIDTH:
        return text
    head = (DEFINITION_WIDTH - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (DEFINITION_WIDTH - 1 - head) :]}"
