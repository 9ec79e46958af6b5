"""Staged code: the forward and the backward pass of a program in NumPy or PyTorch, a line a gate, as courses ask for it.

The code is written, never run here: it needs nothing but the library, and the functions that neither library has stand in front.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from math import prod
from string import ascii_letters

from graphstep.faces.export._libraries import FUNCTIONS, LIBRARIES, Library
from graphstep.ground.arrays import Number, shape_text
from graphstep.ground.errors import InputError
from graphstep.ground.late import np
from graphstep.ground.operands import Constant, Operand
from graphstep.language.listing import INDEXED, Listing, aliases, whole_index
from graphstep.language.nodes import Node

GIVEN = 400
"""Cells up to which the values of the inputs are written into the code."""


def staged(of: Listing, inputs: Mapping[str, Number], library: str, command: str) -> Iterator[str]:
    """The code of both passes in pieces: a function of the inputs that returns the output and the gradients, and a call of it.

    ``command`` is the line that makes it again. InputError for a gate that the library has no code for.
    """
    writer = _Writer(of, LIBRARIES[library])
    module = writer.library.module
    names = [_python(name) for name in of.program.inputs]
    lines = {index: writer.line(index) for index in range(of.program.first_gate, len(of.program.nodes))}
    title = "The forward and the backward pass of a program, a line a gate."
    yield f'"""{title}\n\nMade by: {_quoted(command)}\n"""\n\n'
    yield "import numpy as np\n" if module == "np" else "import torch\n"
    for function in writer.functions:
        yield f"\n\n{FUNCTIONS[function].format(m=module, **writer.library.words)}\n"
    names_text = ", ".join(names)
    yield f'\n\ndef forward_and_backward({names_text}):\n    """The output, and its gradient by input."""\n'
    for index, line in lines.items():
        if index == of.backward:
            yield "    # backward\n"
        yield f"    {line}\n"
    pairs = []
    for name, (alias, node) in aliases(of).items():
        shown = _python(alias)
        if alias != of.names[node]:
            yield f"    {shown} = {_python(of.names[node])}\n"
        pairs.append(f'"{name}": {shown}')
    yield f"    return {_python(of.names[of.output])}, {{{', '.join(pairs)}}}\n"
    yield from _call(of, inputs, writer.library, names)


def _call(of: Listing, inputs: Mapping[str, Number], library: Library, names: list[str]) -> Iterator[str]:
    """A call on the given values, where they are few enough to be written down."""
    # Without values, as in a listing of a program alone, or with too many to be read, the function stands there without a call.
    if not all(name in inputs for name in of.program.inputs) or sum(np.size(value) for value in inputs.values()) > GIVEN:
        return
    yield '\n\nif __name__ == "__main__":\n'
    for name, shown in zip(of.program.inputs, names, strict=True):
        cells = re.sub(r"inf|nan", rf"{library.module}.\g<0>", str(np.asarray(inputs[name], float).tolist()))
        # A number of NumPy divides by 0 as the run does; one of Python raises.
        plain = library.module == "np" and not np.ndim(inputs[name])
        yield f"    {shown} = {f'np.float64({cells})' if plain else library.array.format(cells)}\n"
    yield f"    output, gradients = forward_and_backward({', '.join(names)})\n"
    yield '    print("output", output)\n    for name, gradient in gradients.items():\n        print(name, gradient)\n'


def _bare(operand: str) -> str:
    """An operand without the parentheses that a sign needs behind an operator."""
    return operand.removeprefix("(").removesuffix(")")


class _Writer:
    """Lines of code, and the functions that they call."""

    def __init__(self, of: Listing, library: Library) -> None:
        self._of = of
        self.library = library
        self.functions: dict[str, None] = {}

    def line(self, index: int) -> str:
        """A gate as an assignment, with the shape of an array behind it."""
        node = self._of.program.nodes[index]
        assert node.rule is not None, "an input has no line"
        shape = f"  # {shape_text(node.shape)}" if node.shape else ""
        return f"{_python(self._of.names[index])} = {self._value(node, node.rule.name)}{shape}"

    def _value(self, node: Node, gate: str) -> str:
        operands = [self._operand(x) for x in node.operands]
        if self.library.module == "np" and all(isinstance(x, Constant) for x in node.operands):
            # Numbers of Python alone would raise where a run has inf.
            operands[0] = f"np.float64({_bare(operands[0])})"
        if gate in ("max", "min"):
            text = operands[0]
            for operand in operands[1:]:
                text = f"{self.library.module}.{gate}imum({text}, {operand})"
            return text
        turned = gate == "transpose" and len(node.shape) == 2 and node.settings.get("axes") in (None, (1, 0))
        line = "{0}.T" if turned else self.library.lines.get(gate)
        if line is None:
            apart = node.rule is not None and node.rule.expansion is not None
            hint = "--expand takes composite gates apart" if apart else "without --format it is written as a program"
            raise InputError(f"no code is written for the gate {gate}", hint=hint)
        if gate == "cross_entropy" and node.options:
            line = "smoothed_cross_entropy({all}, {label_smoothing}, {ignore_index})"
        if gate == "bce" and node.settings["logits"]:
            line = "bce_of_scores({all})"
        self._need(line)
        return line.format(*operands, all=", ".join(operands), m=self.library.module, **self._options(node))

    def _need(self, code: str) -> None:
        """Put what is called before those who call it."""
        for function in re.findall(r"(?<![.\w])\w+(?=\()", code):
            if function in FUNCTIONS and function not in self.functions:
                self._need(FUNCTIONS[function].partition("\n")[2])
                self.functions[function] = None

    def _operand(self, operand: Operand) -> str:
        if not isinstance(operand, Constant):
            return _python(self._of.names[operand])
        text = repr(operand.value).removesuffix(".0")
        if self.library.module == "torch":
            return self.library.array.format(text)
        return f"({text})" if text.startswith("-") else text

    def _options(self, node: Node) -> dict[str, str]:
        """The options of a gate as the library takes them."""
        settings, rule, words = node.settings, node.rule, self.library.words
        assert rule is not None, "an input has no options"
        axis = settings.get("axis")
        over = "" if axis is None else f", {words['name']}={axis}"
        shape = self._of.program.operand_shapes(node)[0]
        axes = over or f", {words['name']}={tuple(range(len(shape)))}"
        every = f"{axes}, {words['keep']}=True"
        collected = prod(shape) // max(prod(node.shape), 1)
        if settings.get("keepdims"):
            over = axes = every
        places = "{}.astype(int)" if self.library.module == "np" else "{}.long()"
        slots = [x if isinstance(x, Constant) else places.format(self._operand(x)) for x in node.operands]
        index = whole_index(node).format(*slots) if rule.name in INDEXED else ""
        if self.library.module == "torch" and re.search(r":[^,:]*:-", index):
            raise _backwards()
        return {
            "over": over,
            "axes": axes,
            "every": every,
            # What a variance is divided by, n − ddof; a standard deviation is the length of the differences from the mean over
            # its root.
            "free": f"{max(collected - settings.get('ddof', 0), 0):.17g}",
            "axis": f"{words['name']}={axis}",
            "along": str(axis or 0),
            "diagonal": str(settings.get("diagonal")),
            "subscripts": self._subscripts(node) if rule.name == "einsum" else "",
            **self._sliding(node),
            **{name: str(settings.get(name)) for name in ("p", "seed", "eps", "label_smoothing", "ignore_index")},
            "shape": str(node.shape),
            "index": index,
            "order": str(settings.get("axes") or tuple(range(len(node.shape)))[::-1]),
            "slices": self._slices(node) if rule.name == "place" else "",
        }

    def _sliding(self, node: Node) -> dict[str, str]:
        """What a gate that slides over an array is told, a number for each axis."""
        settings = node.settings
        if "stride" not in settings:
            return {}
        size = settings.get("size") or self._of.program.operand_shapes(node)[1][2:]
        # Left out, windows stand side by side and filters one step apart.
        steps, around = settings["stride"] or settings.get("size") or (1,), settings.get("padding") or (0,)
        given = {"size": size, "stride": steps, "padding": around}
        return {name: str(tuple(value) * (len(size) if len(value) == 1 else 1)) for name, value in given.items()}

    def _subscripts(self, node: Node) -> str:
        """The subscripts of einsum. Axes of an ellipsis that the result lacks are added up; NumPy wants letters for those."""
        typed: str = node.settings["subscripts"]
        left, _, right = typed.partition("->")
        if "..." not in left or "..." in right:
            return typed
        shapes, parts = self._of.program.operand_shapes(node), left.split(",")
        free = [letter for letter in ascii_letters if letter not in typed]
        counts = [len(shape) - len(part.replace("...", "")) for shape, part in zip(shapes, parts, strict=True)]
        # The last axes of two ellipses meet, as in broadcasting.
        letters = "".join(free[: max(counts)])
        filled = (part.replace("...", letters[len(letters) - n :]) for part, n in zip(parts, counts, strict=True))
        return f"{','.join(filled)}->{right}"

    def _slices(self, node: Node) -> str:
        settings = node.settings
        # The gate says where its piece begins and how far apart its cells are put, a slice where it ends: None for before 0.
        counts = self._of.program.operand_shapes(node)[0]
        rows = list(zip(counts, settings["start"], settings["step"], strict=True))
        if self.library.module == "torch" and any(step < 0 for *_, step in rows):
            raise _backwards()
        ends = [start + count * step for count, start, step in rows]
        slices = (
            f"slice({start}, {None if stop < 0 else stop}, {step})" for (_, start, step), stop in zip(rows, ends, strict=True)
        )
        return f"({', '.join(slices)},)"


def _backwards() -> InputError:
    return InputError("PyTorch has no slices that run backwards", hint="--format numpy writes them")


_NO_NAME = re.compile(r"\W")
_TAKEN = frozenset({*FUNCTIONS, "np", "torch", "forward_and_backward", "print"})


def _python(name: str) -> str:
    """A name as Python takes it: no keyword, and none of those that the code uses itself."""
    plain = _NO_NAME.sub("_", name)
    # lambda becomes lambda_, and lambda_ in its turn lambda__: no two names become one.
    word = plain.rstrip("_")
    return f"{plain}_" if keyword.iskeyword(word) or word in _TAKEN or plain in _TAKEN else plain


def _quoted(command: str) -> str:
    """A command inside a docstring: nothing in it ends the docstring."""
    return command.replace("\\", "\\\\").replace('"', '\\"')
