"""The reference page of the gates, made from their rows."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

from docs.tables import MADE, table
from graphstep.gates import ELEMENTWISE, STRUCTURAL
from graphstep.gates.notation import LATEX, TEXT
from graphstep.ground.arrays import shape_text
from graphstep.ground.errors import ShapeError
from graphstep.ground.numerals import numeral
from graphstep.language.read import read
from graphstep.language.shapes import infer_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.gates.rule import OptionKind, Rule, Structure
    from graphstep.ground.operands import Shape
    from graphstep.language.nodes import Node

PAGE = """\
# Gates

{made}

A gate computes its value from its inputs x, y, z. Its local gradient towards an input is the derivative of its value with respect
to that input; o stands for its own value. On the way back it sends `upstream gradient × local gradient` to each of its inputs.
Each row stands once, in [graphstep/gates/rows](../../graphstep/gates/rows); the tests compare its local gradients with
SymPy's derivative of its value.

There are two kinds. An *elementwise* gate works on numbers, and on arrays cell by cell: its Jacobian is diagonal. A
[*structural*](#structural-gates) gate multiplies, collects or moves the cells of arrays.

## Elementwise gates

{gates}

A power with a constant exponent is the gate `power`; when the exponent depends on an input it is `pow`. `x^y`, `x**y` and
`pow(x, y)` spell both.

A number in the text lives inside the gate that uses it: `2*x` is one gate, drawn as `×2`, and the number gets no gradient. A × or
÷ gate with such a number has the pattern *scaler*. A gate that flattens out and passes almost nothing is *saturated*, a relu that
passes nothing *dead*. Classes, indices and conditions, to which nothing is sent since they only choose, are *data*.
A node that several gates read is an *adder*: its gradient is the sum of what they send.

On arrays the formulas hold cell by cell. {over_cells}

## What numbers come from

In float64 some of these forms lose their digits: 1 − σ where σ has come near to 1, y² where y is tiny. The explanation keeps the
textbook's form, and the number comes from another form of the same function:

{computed}

## What each does

{sentences}

## At kinks, ties and edges

Where the derivative does not exist, a choice is made. The step that meets such a point says so.

{conventions}

At a tie of `max` or `min` the first input that attains the value gets the whole gradient, a constant before all others, so that
`max(0, x)` is relu at 0 as well. With `--ties split` all that attain it get an equal share, as PyTorch and JAX do for `maximum`.
Both hold for the largest and smallest cell of an array too.

## Composite gates

One gate to look at, several inside. `--expand` puts the parts in its place; `--fold` makes one gate of what was typed as parts.
Both ways give the same gradients.

{composite}

Structural gates that are composite say below what they are taken apart into; there is no `--fold` for them.

## Structural gates

The local gradient of a structural gate is a Jacobian, with a row for each cell of its value and a column for each cell of an
input. It is never formed: the gate pulls its upstream gradient δ back through it. Where it is small, `graphstep jacobian` shows
it.

What a Jacobian looks like is one of

{structures}

Shapes are written as sizes, `2×3` for a matrix, `3` for a vector; formulas are those for the first shapes in the list.

{structural}
"""

_STRUCTURES: dict[Structure, str] = {
    "diagonal": "each cell of the value depends on one cell, in its own way",
    "dense": "each cell of the value depends on all of them, "
    "but for a triangle (`cumsum`) or what a window does not reach (`conv1d`)",
    "selection": "each cell of the value is one cell of the input or none, and none is used twice",
    "repetition": "the same number wherever it is not 0: 1 where cells are copied or added up and 1/n in a mean",
    "permutation": "the same cells in another order",
    "block": "smaller matrices along a diagonal, once the cells that belong together stand together",
}
"""What :data:`graphstep.gates.rule.Structure` means."""

_OPERATORS = {
    "matmul": ("x @ y",),
    "transpose": ("x.T", "x'"),
    "index": ("x[0]", "x[1:]", "x[:, 1]"),
    "gather": ("x[y]", "x[[1, 0, 1]]", "x[range(2), y]"),
}
"""Gates that an operator spells."""

_BY_ITSELF = {"broadcast": ("x + y",)}
"""Gates that nothing calls: where they are put in."""

_WITH_OPTIONS = {
    "einsum": ('einsum("ij,jk->ik", x, y)', 'einsum("ij,ij->i", x, y)', 'einsum("ii", x)'),
    "conv1d": ("conv1d(x, y)", "conv1d(x, y, stride=2, padding=1)"),
    "conv2d": ("conv2d(x, y)", "conv2d(x, y, z, padding=1)"),
    "windows": ("windows(x, 2)", "windows(x, (2, 2), stride=1)"),
    "max_pool": ("max_pool(x, 2)", "max_pool(x, (2, 2))"),
    "place": ("place(x, shape=(3, 5), start=(0, 1), step=(2, 1))",),
}
"""Gates that take no call without options."""

_SHAPES: tuple[tuple[Shape, ...], ...] = (
    (),
    ((2, 3),),
    ((3,),),
    ((2, 3), (3, 4)),
    ((2, 3), (2,)),
    ((2,), (2, 3)),
    ((2, 3), (2, 3)),
    ((2, 3), (3,)),
    ((2, 3), ()),
    ((3,), (3, 4)),
    ((3,), (3,)),
    ((3,), ()),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (3,), (3,)),
    ((),),
    ((2, 2),),
    ((2, 2), (2,)),
    ((2, 2), (2, 3)),
)
"""What is tried for the example of a shape rule."""

_SLID_OVER: dict[str, tuple[tuple[Shape, ...], ...]] = {
    "conv1d": (((3, 10), (4, 3, 5)),),
    "conv2d": (((3, 8, 8), (4, 3, 5, 5)), ((6, 3, 8, 8), (4, 3, 3, 3), (4,))),
    **dict.fromkeys(("windows", "max_pool"), (((10,),), ((3, 8, 8),))),
}
"""What is tried for gates that slide."""

_TOLD = {"axis": ("axis=0", "axis=1"), "keepdims": ("axis=0, keepdims=true",), "shape": ("3, 2", "-1")}
"""What is tried for an option in such an example, where it is not the default."""


def gates_page() -> str:
    """The gates: from the table in ``graphstep/gates/rows``."""
    rows = []
    for gate in ELEMENTWISE.values():
        inputs = _inputs(gate)
        if gate.chooses:
            value = rf"\{gate.chooses}\left(x, y, \ldots\right)"
            local = "1 to the winner, 0 to the others"
        else:
            value = LATEX.term(gate.formula(LATEX, *[LATEX.name(x) for x in inputs])).text
            local = ", ".join(_math(text) for text in _partials(gate, inputs))
        pattern = ", ".join(gate.pattern) or "–"
        rows.append((f"`{gate.name}`", _bars(gate.symbol), _typed(gate, inputs), _math(value), local, pattern))
    conventions = [
        (f"`{gate.name}`", _bars(rule.says), (rule.others + ".") if rule.others else "–")
        for gate in ELEMENTWISE.values()
        for rule in gate.conventions
    ]
    composite = [
        (
            f"`{gate.name}`",
            f"`{gate.expansion({})}`",
            ", ".join(f"`{text}`" for text in (gate.expansion({}), *gate.also)) if gate.folds else "–",
        )
        for gate in ELEMENTWISE.values()
        if gate.expansion
    ]
    computed = [(f"`{gate.name}`", what, _math(form)) for gate in ELEMENTWISE.values() for what, form in _computed(gate)]
    sentences = [
        f"- **{_bars(gate.symbol)}** {_bars(gate.forward)} {_unfilled(gate.backward[0])}" for gate in ELEMENTWISE.values()
    ]
    over_cells = [f"`{gate.functions[0]}(x)` the gate `{gate.over_cells}`" for gate in ELEMENTWISE.values() if gate.over_cells]
    return PAGE.format(
        made=MADE.format("graphstep/gates/rows"),
        gates=table(("gate", "box", "typed as", "value", "local gradients", "pattern"), rows),
        computed=table(("gate", "of what", "computed as"), computed),
        over_cells=f"With an array as its only input, {', '.join(over_cells[:-1])} and {over_cells[-1]}, over its cells.",
        sentences="\n".join(sentences),
        conventions=table(("gate", "what we take", "what others take"), conventions),
        composite=table(("gate", "--expand makes", "--fold recognises"), composite),
        structures="\n".join(f"- *{name}*: {meaning}" for name, meaning in _STRUCTURES.items()),
        structural="\n\n".join(map(_section, STRUCTURAL.values())),
    )


# Elementwise gates


def _inputs(gate: Rule) -> list[str]:
    return list("xyz"[: len(gate.partials)]) if gate.partials else ["x", "y"]


def _partials(gate: Rule, inputs: list[str]) -> list[str]:
    names = [LATEX.name(x) for x in inputs]
    return [LATEX.term(partial(LATEX, *names, LATEX.name("o"))).text for partial in gate.partials]


def _computed(gate: Rule) -> Iterator[tuple[str, str]]:
    """What is computed by another form than the textbook's, and by which, where they are written differently."""
    inputs = [LATEX.name(x) for x in _inputs(gate)]
    out = LATEX.name("o")
    if (value := LATEX.term(gate.value(LATEX, inputs, {})).text) != LATEX.term(gate.formula(LATEX, *inputs)).text:
        yield "value", value
    for slot, form in enumerate(gate.slopes):
        whole = LATEX.term(form(LATEX, *inputs, out)).text
        if whole != LATEX.term(gate.partials[slot](LATEX, *inputs, out)).text:
            yield f"local gradient towards {'xyz'[slot]}", whole


def _typed(gate: Rule, inputs: list[str]) -> str:
    """How a program spells it: by its functions, or as an operator where it has none."""
    if not gate.functions:
        return f"`{TEXT.term(gate.formula(TEXT, *[TEXT.name(x) for x in inputs])).text.replace('·', '*')}`"
    required, most = gate.arity
    if most is None:
        return ", ".join(f"`{name}(x, y, …)`" for name in gate.functions)
    optional = [f"{x}={value:g}" for x, value in zip(inputs[required:], gate.fillers, strict=True)]
    arguments = ", ".join(inputs[:required] + optional)
    return ", ".join(f"`{name}({arguments})`" for name in gate.functions)


def _unfilled(sentence: str) -> str:
    """A sentence of a gate with its fields as they are in general."""
    without = sentence.replace(", {other}", "").replace(", {out}", "").replace(" {out}", "")
    return _bars(without.replace("{x}", "x").replace("{y}", "y"))


# Structural gates


def _section(gate: Rule) -> str:
    """All that is to be said of one gate."""
    examples = _examples(gate)
    _, node, shapes = examples[0]
    names = list("xyz"[: len(shapes)])
    told, terms = gate.settings(node.options, shapes), [LATEX.name(name) for name in names]
    towards = []
    for slot, name in enumerate(names):
        sent = LATEX.term(gate.pulled(LATEX, slot, LATEX.name(r"\delta"), terms, LATEX.name("o"), told)).text
        pattern = gate.pattern[min(slot, len(gate.pattern) - 1)]
        looks = "all 0" if sent == "0" else gate.structure(slot, shapes, told)
        towards.append(f"- sent to {name}: {_math(sent)}; Jacobian: {looks}{f'; pattern: {pattern}' if pattern else ''}")
    fields = {**dict(zip("xyz", "xyz", strict=True)), "out": "o", "axis": "", "margin": "1"}
    sentences = [gate.forward, *gate.backward[: len(shapes)]]
    lines = [
        f"### {gate.name}",
        "",
        _bars(" ".join(sentence.format(**fields) for sentence in sentences)),
        "",
        f"- box `{gate.symbol}`; {_spelled(gate)}",
        *_options(gate),
        f"- shapes: {'; '.join(_shape_rule(*example) for example in examples)}",
        f"- value: {_math(LATEX.term(gate.written(LATEX, terms, told)).text)}",
        *towards,
    ]
    if gate.expansion is not None:
        lines.append(f"- `--expand` makes `{gate.expansion(gate.settings(node.options))}`")
    return "\n".join(lines)


def _spelled(gate: Rule) -> str:
    calls = [f"{name}({', '.join(_arguments(gate))})" for name in gate.functions]
    spelled = [*_OPERATORS.get(gate.name, ()), *calls, *_borrowed(gate)]
    if not spelled:
        return f"never typed: it is put in where it is needed, as in `{_BY_ITSELF[gate.name][0]}`"
    return f"typed as {', '.join(f'`{text}`' for text in spelled)}"


def _arguments(gate: Rule) -> list[str]:
    fewest, most = gate.arity
    inputs = ["x", "y", "…"] if most is None else list("xyz"[:fewest])
    quoted = ['"ij,jk->ik"'] if gate.rest == "subscripts" else []
    return [*quoted, *inputs, *{"shape": ["2", "3"], "size": ["2"]}.get(gate.rest, [])]


def _borrowed(gate: Rule) -> list[str]:
    """The calls of an elementwise gate that becomes this one."""
    names = [name for one in ELEMENTWISE.values() if one.over_cells == gate.name for name in one.functions]
    return [f"{name}(x)" for name in names]


def _options(gate: Rule) -> Iterator[str]:
    if not gate.keywords or gate.name in _BY_ITSELF:
        return
    told = []
    for name, kind in gate.keywords.items():
        left_out = f", `{_typed_option(gate.defaults[name])}` when left out" if gate.defaults.get(name, ()) != () else ""
        told.append(f"`{name}` ({_KINDS[kind]}{left_out})")
    yield f"- options: {', '.join(told)}"


def _typed_option(value: object) -> str:
    words = {None: "none", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else numeral(float(str(value)))


_KINDS: dict[OptionKind, str] = {
    "axis": "one axis",
    "axes": "one axis or several",
    "flag": "true or false",
    "number": "a number",
    "shape": "whole numbers",
    "whole": "a whole number",
    "subscripts": "letters in quotes, in front of the inputs",
}


def _examples(gate: Rule) -> list[tuple[str, Node, list[Shape]]]:
    """At most four programs that use the gate, with its node in them and the shapes that it reads."""
    found: list[tuple[str, Node, list[Shape]]] = []
    for text, shapes in product(_programs(gate), _SLID_OVER.get(gate.name, _SHAPES)):
        program = read(text)
        if len(program.inputs) != len(shapes):
            continue
        try:
            fitted = infer_shapes(program, dict(zip(program.inputs, shapes, strict=True))).program
        except ShapeError:
            continue
        node = next((node for node in fitted.nodes if node.gate == gate.name), None)
        if node is not None:
            found.append((text, node, [fitted.nodes[source].shape for _, source in node.sources]))
    # One of each program before a second one of any, so that options are seen.
    counted = Counter[str]()
    ranked = []
    for place, example in enumerate(found):
        ranked.append((counted[example[0]], place))
        counted[example[0]] += 1
    return [found[place] for place in sorted(place for _, place in sorted(ranked)[:4])]


def _programs(gate: Rule) -> list[str]:
    if gate.name in _BY_ITSELF:
        return list(_BY_ITSELF[gate.name])
    if gate.name in _WITH_OPTIONS:
        return list(_WITH_OPTIONS[gate.name])
    if gate.name in _OPERATORS:
        return [text for text in _OPERATORS[gate.name] if text != "x'"]
    names = [*gate.functions, *(text.partition("(")[0] for text in _borrowed(gate))]
    inputs = ", ".join("xyz"[: max(2, gate.arity[0]) if gate.arity[1] is None else gate.arity[0]])
    told = [text for option in gate.keywords for text in _TOLD.get(option, ()) if text != f"{option}={gate.defaults.get(option)}"]
    plain = [] if gate.rest == "shape" else [f"{names[0]}({inputs})"]
    return [*plain, *(f"{names[0]}({inputs}, {text})" for text in told)]


def _shape_rule(text: str, node: Node, shapes: list[Shape]) -> str:
    given = ", ".join(shape_text(shape) or "number" for shape in shapes)
    return f"`{text}`: {given} → {shape_text(node.shape) or 'number'}"


# Markdown


def _math(latex: str) -> str:
    return f"$`{latex}`$"


def _bars(text: str) -> str:
    return text.replace("|", "&#124;")
