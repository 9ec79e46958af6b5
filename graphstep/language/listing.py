"""A program and its backward pass as lines, a gate each, with a name for every number: the staged code of courses."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from graphstep.gates.rows.movement import index_text
from graphstep.gates.rule import Rule, Ties
from graphstep.ground.arrays import shape_text
from graphstep.ground.errors import InputError
from graphstep.ground.operands import Chosen, Constant, Operand
from graphstep.ground.records import dataclass
from graphstep.language.backward import gradients
from graphstep.language.nodes import Node
from graphstep.language.program import Program, typed_name
from graphstep.language.read import read
from graphstep.language.rewrite import expand
from graphstep.language.shapes import BROADCAST, Fitting, infer_shapes
from graphstep.language.source import SIGNS, call_parts, function_of


@dataclass(frozen=True, slots=True)
class Listing:
    """The nodes of a forward and a backward pass with their names."""

    program: Program
    """The nodes of both, forward first; their shapes are known."""
    names: tuple[str, ...]
    """What each node is called."""
    backward: int
    """The first node of the backward pass."""
    output: int
    """The node that is differentiated."""
    gradients: dict[str, int]
    """By input the node of its gradient."""

    def operand(self, operand: Operand) -> str:
        """The text of an operand: the name of a node, a constant as typed."""
        return operand.text if isinstance(operand, Constant) else self.names[operand]


def listing(program: Program, shapes: dict[str, tuple[int, ...]], ties: Ties = "first") -> Listing:
    """The forward and the backward pass of a program for inputs of these shapes; ``ties`` says who gets the gradient at a tie.

    Composite gates that send back through their parts are taken apart. InputError where a gate on the way has no backward pass
    out of gates, and where the output depends on no input.
    """
    fitted = infer_shapes(_opened(program, shapes), shapes, ties).program
    wanted = [place for place, name in enumerate(fitted.inputs) if fitted.depends[place] and fitted.reaches[place]]
    if not wanted:
        raise InputError("the output depends on no input, so there is no backward pass", hint="leave an input without --data")
    fitting = Fitting(fitted, ties)
    for index, node in enumerate(fitted.nodes):
        fitting.put(node, index)
    first = len(fitting.nodes)
    # It puts its nodes behind those of the forward pass, which it reads.
    last = gradients(read, fitting.nodes, fitting, fitted.output, wanted, Node(None))
    whole = replace(fitted, nodes=tuple(fitting.nodes))
    by_input = {fitted.inputs[place]: node for place, node in zip(wanted, last, strict=True)}
    return Listing(whole, tuple(_names(whole, first, by_input)), first, fitted.output, by_input)


def _opened(program: Program, shapes: dict[str, tuple[int, ...]]) -> Program:
    """The program without composite gates over arrays."""
    fitted = infer_shapes(program, shapes).program
    # Asked of the fitted program: only with shapes is it known whether max(x) is of two numbers or over cells.
    composite = any(_is_taken_apart(node.rule) for node in fitted.nodes)
    return expand(fitted).program if composite else program


def _is_taken_apart(rule: Rule | None) -> bool:
    return rule is not None and not rule.cellwise and rule.returned is None and rule.expansion is not None


def _names(program: Program, first: int, by_input: dict[str, int]) -> Iterator[str]:
    """A name for each node: its own, d and the name of an input for its gradient, else the next of u1, u2 … and g1, g2 …"""
    others = {_plain(name) for name in program.names}
    gradient = {node: name for name, node in by_input.items() if node >= first}
    counts = {"u": 0, "g": 0}
    for index, node in enumerate(program.nodes):
        if node.name is not None:
            yield _plain(node.name)
            continue
        if index in gradient and (name := _free(f"d{_plain(gradient[index])}", others)):
            yield name
            continue
        letter = "u" if index < first else "g"
        counts[letter] += 1
        while f"{letter}{counts[letter]}" in others:
            counts[letter] += 1
        yield f"{letter}{counts[letter]}"


def _plain(name: str) -> str:
    return typed_name(name).replace(".", "_")


def _free(name: str, others: Collection[str]) -> str:
    # An input may be called dx already.
    while name in others:
        name = f"{name}_"
    return name


INDEXED = ("index", "gather")
"""The gates that are typed with brackets behind their first operand."""


def whole_index(node: Node) -> str:
    """What stands between the brackets of such a gate, with ``{1}`` for the array in slot 1; every place is written."""
    index = node.settings["index"]
    return index_text(index, most=sum(len(entry.places) for entry in index if isinstance(entry, Chosen)))


def statement(of: Listing, index: int) -> str:
    """The line of a gate as a statement of a program: ``u1 = x*y``."""
    node = of.program.nodes[index]
    assert node.rule is not None, "an input has no statement"
    return f"{of.names[index]} = {_typed(of, node, node.rule)}"


def _typed(of: Listing, node: Node, rule: Rule) -> str:
    operands = [of.operand(x) for x in node.operands]
    if rule.name in INDEXED:
        return f"{operands[0]}[{whole_index(node).format(*operands)}]"
    options = [(name, value) for name, value in node.options if value != rule.defaults.get(name)]
    if rule.name == "constant":
        return operands[0]
    if rule.name == "stack" and not options:
        return f"[{', '.join(operands)}]"
    if rule.name in SIGNS:
        return SIGNS[rule.name].format(*(f"({text})" if text.startswith("-") or "/" in text else text for text in operands))
    # The copies that broadcasting makes have no function: fill is what makes the same ones where somebody types it.
    function = "fill" if rule.name == BROADCAST else function_of(rule)
    return f"{function}({', '.join(call_parts(operands, options))})"


def text_of(of: Listing) -> str:
    """Both passes as a program, a statement a line, with a remark between them; it reads back, and can be stepped."""
    gates = range(of.program.first_gate, len(of.program.nodes))
    origin = of.program.origin
    text = " ".join(of.program.text.split())[:200] if origin is None else f"{origin.function}({', '.join(of.program.inputs)})"
    lines = [f"# forward: {text}"]
    for index in gates:
        if index == of.backward:
            lines.append("# backward")
        node = of.program.nodes[index]
        shape = f"  # {shape_text(node.shape)}" if node.shape else ""
        lines.append(f"{statement(of, index)}{shape}")
    lines += [f"{alias} = {of.names[node]}" for alias, node in aliases(of).values() if alias != of.names[node]]
    return "\n".join([*lines, ""])


def aliases(of: Listing) -> dict[str, tuple[str, int]]:
    """By input what its gradient is called, and the node that it is; where inputs share one, each has a name of its own."""
    # Of inputs that share the node of their gradient, as x and y of x + y, one alone can give it its name.
    owners, taken = {node: name for name, node in of.gradients.items()}, {*of.names}
    shown: dict[str, tuple[str, int]] = {}
    for name, node in of.gradients.items():
        if owners[node] == name and node >= of.backward:
            shown[name] = of.names[node], node
            continue
        shown[name] = _free(f"d{_plain(name)}", taken), node
        taken.add(shown[name][0])
    return shown
