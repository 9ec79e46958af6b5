"""The problem of a run: what is given, what stands for what, and what is to be found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from types import MappingProxyType

from graphstep.analysis.facts import Computed, Reason
from graphstep.engine.trace import Trace
from graphstep.gates import FUNCTIONS
from graphstep.gates.notation import TERMS, Term
from graphstep.gates.rule import Rule
from graphstep.ground.arrays import Number, is_small, number_text
from graphstep.ground.numerals import DOUBLE, numeral
from graphstep.ground.precision import FLOAT64
from graphstep.language.program import Program
from graphstep.telling.derivatives import gradient_term
from graphstep.telling.document import Block, Code, Content, Document, Equations, Inline, Listing, Math, Prose, Typed
from graphstep.telling.equations import kept_number
from graphstep.telling.explain import fact_of
from graphstep.telling.explanation import Rung
from graphstep.telling.ladders import objective_ladder
from graphstep.telling.names import names_of
from graphstep.telling.reports.parts import has_arrays, heading, listed, name_term, output_term, phrase, section, sentence, titled
from graphstep.telling.words.catalogue import message
from graphstep.telling.words.wording import Wording

GIVEN = 20
"""Inputs whose values a problem spells out."""

TEXT = 4_000
"""Characters of a program that is written out."""

TITLE = 60
"""Characters of a program up to which it is a title."""

# Characters of a program that stand in its problem; of a longer one its beginning.
_BEGINNING = 400
# Inputs up to which each derivative that is asked for is named.
_SPELLED = 6
# Numbered expressions up to which all are listed with what they stand for.
_DEFINED = 60
_KNOWN = {
    "add", "sub", "mul", "div", "neg", "reciprocal", "constant", "power", "pow", "square", "sqrt", "exp", "log", "sin", "cos",
    "tan", "abs", "max", "min", "sum", "mean", "amax", "amin", "index", "broadcast", "fill", "reshape", "place", "concat",
    "stack", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal",
}  # fmt: skip
"""What school mathematics has, or what moves cells: gates that need no definition on a sheet."""

# Characters of an input up to which it is shown as it was typed.
_TYPED = 120
# Questions of a captured function that are listed; of more it gives the count.
_BRANCHES = 5
_PLAIN = re.compile(r"[-+]?\d+(?:\.\d+)?(?:/\d+(?:\.\d+)?)?")
"""A number that is mathematics as it was typed."""
_MADE = re.compile(r"[a-z]\(")
"""In the text of an input what makes an array: ``randn(2, 3)``, ``linspace(0, 1, 5)``."""


def title_of(trace: Trace) -> str:
    """The title of a run: its program (:func:`program_title`), of a captured function its name."""
    # FILE.py:FUNCTION, and what stands before the last colon may have others.
    function = trace.setup.program.rpartition(":")[2]
    return function if trace.setup.captured and function.isidentifier() else program_title(trace.program)


def program_title(program: Program) -> str:
    """A program where it is short and of one line, else its last expression, cut."""
    text = program.text.strip()
    # Two statements in one line without what parts them would be another program, or none.
    return text if len(text) <= TITLE and "\n" not in text else program.label(program.output, TITLE)


def report(
    trace: Trace, title: str, blocks: Iterable[Block], command: str = "", missing: Sequence[str] = (), head: Content = ()
) -> Document:
    """A report on a run as a document: its program stands above its blocks."""
    return titled(title, chain(problem_text(trace), blocks), trace.writing.language, command, missing, head)


def report_of(trace: Trace, key: str, blocks: Iterable[Block], command: str, missing: Sequence[str] = ()) -> Document:
    r"""A report whose title says the program: *Check of x\*y*."""
    what = title_of(trace)
    head = phrase(trace.writing.language, key, what=Code(what))
    return report(trace, heading(trace, key, what=what), blocks, command, missing, head)


def problem(trace: Trace, *, finds: bool = True, instead: Mapping[str, str] = MappingProxyType({})) -> Iterator[Block]:
    """What is given, and that all of it is to be found, unless something else is asked of it; ``instead`` has by the name of an
    input what is said in place of its value.
    """
    program, language = trace.program, trace.writing.language

    def say(key: str, /, **fields: Inline | Sequence[Inline] | int) -> Block:
        return Prose(phrase(language, key, **fields))

    yield section(trace, "problem")
    yield from problem_text(trace)
    yield from _definitions(trace)
    out = Math(output_term(program))
    if not trace.inputs:
        if finds:
            yield say("no-inputs", out=out)
        return
    free = [name for name in trace.inputs if name not in program.data]
    wanted: list[Inline] = [heading(trace, "its-derivatives")]
    if len(free) <= _SPELLED:
        wanted = listed(language, (Math(gradient_term(trace, program.names[name])) for name in free))
    find = phrase(language, "find-value-and" if wanted else "find-value", out=out, gradients=wanted)
    if has_arrays(program):
        yield from given(trace, instead)
        if finds:
            yield say("find", what=find)
    else:
        numbers = listed(language, (tuple(_given_number(trace, name, instead)) for name in islice(trace.inputs, GIVEN)))
        many = len(trace.inputs) > GIVEN
        key = f"given-{'find' if finds else 'numbers'}{'-more' if many else ''}"
        yield say(key, inputs=numbers, more=len(trace.inputs) - GIVEN, **({"what": find} if finds else {}))
    if (objective := objective_ladder(trace)) is not None:
        array = "-of-array" if program.nodes[program.output].shape else ""
        yield say(f"one-number{array}", out=out, objective=Math.of(objective))
    if trace.dtype != FLOAT64:
        yield sentence(message(language, "narrow", dtype=trace.dtype))
    if trace.ties == "split":
        yield say("ties-split")


def problem_text(trace: Trace) -> Iterator[Block]:
    """The text of the program; of a long one its beginning."""
    text = trace.program.text.strip()
    if len(text) > TEXT:
        yield sentence(heading(trace, "program-begins", characters=len(text)))
        text = f"{text[:_BEGINNING]} …"
    yield Typed(text)
    yield from _path(trace)


def _path(trace: Trace) -> Iterator[Block]:
    """Of a captured function that asked about its numbers, which path this is, and why."""
    origin, language = trace.program.origin, trace.writing.language
    if origin is None or not origin.branches:
        return
    yield sentence(message(language, "captured-path", function=origin.function))
    for branch in origin.branches[:_BRANCHES]:
        key = "captured-taken" if branch.holds else "captured-not-taken"
        yield sentence(message(language, key, place=branch.place, asked=branch.asked))
    if len(origin.branches) > _BRANCHES:
        yield sentence(message(language, "captured-more", questions=f"{len(origin.branches) - _BRANCHES:,}"))


def _definitions(trace: Trace) -> Iterator[Block]:
    """The numbered expressions of a program of a few steps, each with what it stands for."""
    names = names_of(trace.program)
    if names.definitions and len(names.definitions) <= _DEFINED:
        language = trace.writing.language
        meanings = (
            phrase(language, "name-for", name=Code(names.texts[index]), meaning=Code(meant))
            for index, meant in names.definitions.items()
        )
        yield sentence(*phrase(language, "definitions", names=listed(language, meanings)))


def functions(trace: Trace, defined: set[str]) -> Iterator[Block]:
    """What the functions of a program are that school mathematics has not, each once: by its formula, or in words.

    ``defined`` are those that the document has said, by their gates; what is said here is added to it.
    """
    formulas: list[str] = []
    said: list[str] = []
    for index in range(trace.program.first_gate, len(trace.program.nodes)):
        gate = trace.gate(index)
        if gate is None or gate.name in _KNOWN | defined:
            continue
        if gate.cellwise and gate.expansion is not None:
            _define(gate, formulas, defined)
            continue
        defined.add(gate.name)
        fact = fact_of(trace.step(trace.step_of_value(index)))
        assert isinstance(fact, Computed), "the value of a gate is computed"
        # What stop does not do is what it is.
        rules = (fact.rule, Reason("gate.stop.backward.0", {}, gate.backward[0])) if gate.name == "stop" else (fact.rule,)
        said.append(Wording(trace).sentences(rules))
    if formulas:
        yield Listing(tuple((Code(formula),) for formula in formulas))
    for text in said:
        yield sentence(text)


def _define(gate: Rule, formulas: list[str], defined: set[str]) -> None:
    """Write the formula of an elementwise function, behind those of the functions that stand in it."""
    if gate.name in _KNOWN | defined or gate.expansion is None:
        return
    defined.add(gate.name)
    made_of = gate.expansion({})
    # What a formula calls is explained before it. This gate is among those defined by now, so that nothing is written twice.
    for name in re.findall(r"\w+(?=\()", made_of):
        if name in FUNCTIONS:
            _define(FUNCTIONS[name], formulas, defined)
    # What a call may leave out is written with the value that it has then: elu(x, y=1).
    filled = [f"{name}={numeral(value)}" for name, value in zip("xyz"[gate.arity[0] :], gate.fillers, strict=False)]
    call = ", ".join((*"xyz"[: gate.arity[0]], *filled))
    formulas.append(f"{gate.functions[0]}({call}) = {made_of}")


def given(trace: Trace, instead: Mapping[str, str] = MappingProxyType({})) -> Iterator[Block]:
    """The values of the inputs: what can be written out as equations, and of each larger one a line; ``instead`` as in
    :func:`problem`.
    """
    program = trace.program
    inputs = list(islice(trace.inputs.items(), GIVEN))
    yield sentence(heading(trace, "given-inputs"))
    small = [(name, value) for name, value in inputs if is_small(value) and name not in instead]
    if small:
        yield Equations(tuple(Math(name_term(program, name), (_as_given(trace, name, value),)) for name, value in small))
    lines: list[Content] = []
    for name, value in inputs:
        if name in instead:
            lines.append((Math(name_term(program, name)), " = ", instead[name]))
        elif not is_small(value):
            typed = trace.setup.inputs.get(name) or ""
            how: Content = (" ", Code(typed), ",") if 0 < len(typed) <= _TYPED else ()
            lines.append((Math(name_term(program, name)), ":", *how, " ", number_text(value)))
    if len(trace.inputs) > GIVEN:
        lines.append((message(trace.writing.language, "and-more", more=len(trace.inputs) - GIVEN),))
    if lines:
        yield Listing(tuple(lines))
    if data := [name for name in program.inputs if name in program.data]:
        more = " …" if len(data) > GIVEN else ""
        language = trace.writing.language
        shown = listed(language, (Math(name_term(program, name)) for name in data[:GIVEN]))
        yield sentence(*phrase(language, "given-data", names=[*shown, more]))


def _given_number(trace: Trace, name: str, instead: Mapping[str, str]) -> Content:
    """An input that is a number, as it was typed."""
    text = trace.setup.inputs.get(name) or ""
    left = name_term(trace.program, name)
    if name in instead:
        return Math(left), " = ", instead[name]
    if not text or _PLAIN.fullmatch(text):
        return (Math(left, (_as_given(trace, name, trace.inputs[name]),)),)
    return Math(left), " = ", Code(text)


def _as_given(trace: Trace, name: str, value: Number) -> Rung:
    """A value of the problem in mathematics: as it was typed, or with all of its digits; nobody typed those of a recorded or a
    random one.
    """
    text = trace.setup.inputs.get(name) or ""
    term: Term
    if isinstance(value, int | float) and _PLAIN.fullmatch(text):
        term = TERMS.exactly(value, text.lstrip("+"))
    else:
        term = kept_number(trace, value, row=trace.program.names[name] in names_of(trace.program).rows)
    drawn = _MADE.search(text) if text else trace.setup.captured
    return Rung(term, "value", trace.writing.digits if drawn else DOUBLE)
