"""What a run was opened with, as it was typed; and how it is written down, so that the same run can be opened again.

A :class:`Setup` holds texts, not values: what reads them is :mod:`graphstep.engine.opening`. It writes itself as words of the
command line, as front matter of a lesson and as keyword arguments of :func:`graphstep.run`; each of these three reads back as an
equal setup. Whoever changes a run changes its setup with it: an edited input is a setup with another text.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from graphstep.ground.errors import InputError, quoted
from graphstep.ground.exact import exact_text
from graphstep.ground.numerals import DIGITS, ENGLISH, Notation, Writing, writing_of
from graphstep.ground.precision import FLOAT64, Dtype, checked_dtype
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.gates import Ties
    from graphstep.ground.arrays import Number
    from graphstep.language.program import Program

COMMAND_CELLS = 400
"""Cells up to which an array that was not typed is written into a command."""

KEYWORDS = ("inputs", "seed", "ties", "data", "share", "expand", "fold", "digits", "notation", "language", "dtype")
"""The fields that a run in Python and the front matter of a lesson take."""

REWRITINGS = ("share", "expand", "fold")
"""The ways to rewrite a program, by the name of their field, which is that of their option too."""


FORMS = ("sympy", "expand", "factor", "simplify", "horner", "cse")
"""What SymPy can be asked to make of a program: the expression as it keeps it; products multiplied out; sums as products; what it
takes for simplest; powers nested after Horner; and a statement for each part that stands twice."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that a run is opened with."""

    program: str
    """The program as typed: its text, or on the command line ``@FILE``."""
    inputs: Mapping[str, str | None] = field(default_factory=dict)
    """What was typed for each input, in the order of typing; None for a value that was not typed, as in Python."""
    seed: str | None = "1"
    """The gradient of the output; None for a value that was not typed and is too large for a text."""
    ties: Ties = "first"
    """Who gets the gradient of max at a tie."""
    data: tuple[str, ...] = ()
    """The inputs that are data and get no gradient."""
    share: bool = False
    """Whether equal subexpressions are merged into one node."""
    expand: bool = False
    """Whether composite gates are taken apart."""
    fold: bool = False
    """Whether typed expansions are made composite gates."""
    breaks: tuple[str, ...] = ()
    """The conditions to stop at."""
    at: str | None = None
    """The step to open it at, ``12``, or ``12/p/3`` for step 3 inside p; None where none was asked for."""
    digits: int = DIGITS
    """Significant digits of a result."""
    notation: Notation = "d"
    """How a whole effect is written."""
    language: str = ENGLISH
    """The language of its sentences, by its code."""
    order: tuple[str, ...] = ()
    """Which gates go on where several are ready on the way back: behind which step, and which one, ``7 q``."""
    dtype: Dtype = FLOAT64
    """The type that values, local gradients, products and sums are rounded to."""
    captured: bool = False
    """Whether the program is a function in Python, ``FILE.py:FUNCTION``, that is called once to be recorded."""
    fixed: tuple[str, ...] = ()
    """The arguments of such a function that are handed on as they are, and are no inputs."""
    arguments: str = ""
    """What makes the arguments of such a function that are not typed, ``module:make``; empty where all are."""

    def __post_init__(self) -> None:
        if self.ties not in ("first", "split"):
            raise InputError(f"ties must be 'first' or 'split', not {quoted(str(self.ties))}")
        writing_of(self.notation, self.digits)
        checked_dtype(self.dtype)

    @property
    def writing(self) -> Writing:
        """How numbers and derivatives are written."""
        return writing_of(self.notation, self.digits, self.language, self.dtype)

    @property
    def step(self) -> int | None:
        """The number of the step to open it at, in the whole program; InputError where what was typed is no position."""
        return None if self.at is None else read_position(self.at)[0]

    @property
    def without_text(self) -> tuple[str, ...]:
        """The inputs that no text is known for, which a command or a lesson leaves out."""
        return tuple(name for name, text in self.inputs.items() if text is None)

    # -- the same with something changed -----------------------------------------------------------------------------------------

    def edited(self, inputs: Mapping[str, str | None]) -> Setup:
        """The same with other texts for some inputs; None for a value that was not typed."""
        return replace(self, inputs={**self.inputs, **inputs})

    def filled(self, values: Mapping[str, Number], cells: int = COMMAND_CELLS) -> Setup:
        """The same with a text for each input that has none, where its value has at most ``cells`` cells or a short text."""
        missing = (name for name in values if self.inputs.get(name) is None)
        return self.edited({name: exact_text(values[name], cells) for name in missing})

    # -- the command line --------------------------------------------------------------------------------------------------------

    def options(self) -> list[str]:
        """The options that differ from their defaults, as words of the command line."""
        words = [f"--{name}" for name in REWRITINGS if getattr(self, name)]
        if self.data:
            words.append(f"--data={','.join(self.data)}")
        if self.seed not in ("1", None):
            words.append(f"--seed={self.seed}")
        # The defaults of the fields are those of the options: they stand in one place.
        usual = Setup("")
        named = ("ties", "digits", "notation", "dtype", "language")
        words += [f"--{name}={getattr(self, name)}" for name in named if getattr(self, name) != getattr(usual, name)]
        if self.fixed:
            words.append(f"--fixed={','.join(self.fixed)}")
        if self.arguments:
            words.append(f"--args={self.arguments}")
        words += [f"--order={text}" for text in self.order]
        words += [f"--break={text}" for text in self.breaks]
        return words if self.at is None else [*words, "--at", self.at]

    def words(self, *more: str, command: str = "step") -> list[str]:
        """The words behind ``graphstep`` that open it again; ``more`` are further options, and ``command`` another command.

        >>> Setup("x*y", {"x": "1/3", "y": "2"}, ties="split").words()
        ['x*y', 'x=1/3', 'y=2', '--ties=split']
        >>> Setup("--x", {"x": "3"}, at="2").words("--format", "md")
        ['step', '--at', '2', '--format', 'md', '--', '--x', 'x=3']
        """
        program, options = self.program, [*self.options(), *more]
        values = [f"{name}={text}" for name, text in self.inputs.items() if text is not None]
        if self.captured:
            if ":" not in program:
                # A function that no file has under its name.
                return []
            source = [] if command == "step" else ["--from=python"]
            return ["capture" if command == "step" else command, program, *values, *source, *options]
        # A first word such as train would be a command.
        front = [command] if command != "step" or program.isalpha() or program.startswith("-") else []
        # --x and -h look like options; -x^2 does not.
        if program.startswith("--") or program.partition("=")[0] == "-h":
            return [*front, *options, "--", program, *values]
        return [*front, program, *values, *options]

    def command(self, *more: str, command: str = "step") -> str:
        """The line that opens it again from a shell; takes what :meth:`words` takes. Empty where no words do."""
        words = self.words(*more, command=command)
        return shlex.join(["graphstep", *words]) if words else ""

    # -- Python ------------------------------------------------------------------------------------------------------------------

    def keywords(self) -> dict[str, Any]:
        """The keyword arguments with which ``graphstep.run(program, **keywords)`` makes the same run; defaults are left out.

        Breakpoints, the step to open and the order of steps belong to a debugger, and are no part of a run in Python.
        """
        usual = Setup(self.program, seed=None if self.seed is None else "1")
        complete = replace(self, inputs={name: text for name, text in self.inputs.items() if text is not None})
        return {name: getattr(complete, name) for name in KEYWORDS if getattr(complete, name) != getattr(usual, name)}


def read_position(text: str) -> tuple[int, tuple[tuple[str, int], ...]]:
    """A position: a step of the program, and from the outside in each opened gate with a step inside it.

    InputError for what is none.

    >>> read_position("12"), read_position("12/p/3")
    ((12, ()), (12, (('p', 3),)))
    """
    step, *inner = (part.strip() for part in text.split("/"))
    steps = [step, *inner[1::2]]
    if len(inner) % 2 or not all(inner[::2]) or not all(x.isascii() and x.isdecimal() and len(x) < 16 for x in steps):
        hint = "0 is the start: --at 0; and --at 12/p/3 is step 3 inside p, which is opened at step 12"
        raise InputError(f"--at takes the number of a step, not {quoted(text)}", hint=hint)
    return int(step), tuple(zip(inner[::2], map(int, inner[1::2]), strict=True))


def read_names(text: str) -> tuple[str, ...]:
    """Names with commas between them."""
    return tuple(name for name in map(str.strip, text.split(",")) if name)


def setup_of(
    program: str, inputs: Mapping[str, Any], *, seed: Any = "1", data: str | Iterable[str] = (), **options: Any
) -> Setup:
    """The setup of a run that is asked for in Python: inputs are texts or values, and values have no text.

    ``seed`` is a text or a value, ``data`` names or a text of names with commas; ``options`` are the other fields. InputError
    for names of data that are none.
    """
    names = read_names(data) if isinstance(data, str) else tuple(data) if isinstance(data, Iterable) else (data,)
    if not all(isinstance(name, str) for name in names):
        hint = 'data=["X", "y"]; a value for an input called data is given as inputs={"data": …}'
        raise InputError("data takes the names of inputs that get no gradient", hint=hint)
    typed = {name: value.strip() if isinstance(value, str) else None for name, value in inputs.items()}
    return Setup(program, typed, seed if isinstance(seed, str) else exact_text(seed), data=names, **options)


def setup_of_program(program: Program, inputs: Iterable[str], *, seed: Number = 1.0, ties: Ties = "first") -> Setup:
    """The setup of a program that nobody opened by words: a guess at its text, as a program does not say how it was rewritten."""
    data = tuple(name for name in program.inputs if name in program.data)
    return Setup(program.text, dict.fromkeys(inputs), exact_text(seed), ties, data)
