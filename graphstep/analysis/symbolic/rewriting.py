"""What SymPy makes of a program: expanded, factored, simplified, in Horner's form, with shared parts named; as a program again.

SymPy's algorithms have no bound that could be told beforehand: so they run in a process of their own, for a limited time, and get
expressions of a limited size, and memory of a limited size. What comes back is the text of a program, and is read as any other.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import count
from math import comb
from typing import Any

from graphstep.analysis.symbolic.expressions import to_sympy
from graphstep.analysis.symbolic.text import from_sympy
from graphstep.ground.errors import GraphstepError, InputError, LimitError, quoted
from graphstep.ground.processes import environment_of, limit_process, words_of
from graphstep.ground.records import dataclass
from graphstep.language.program import Program
from graphstep.language.read import read
from graphstep.language.setup import FORMS

SECONDS = 20
"""Seconds after which SymPy is not waited for any longer."""

MEMORY = 2 << 30
"""Bytes of address space that SymPy may take, where the system can hold it to that."""

_LOOK = 0.1
"""Seconds between two looks whether it is still waited for."""

TERMS = 500
"""Terms that an expression may have once it is multiplied out, by an upper bound."""

DEGREE = 100
"""Size of a whole exponent in an expression that is rewritten."""

PARTS = 300
"""Parts of an expression that is rewritten."""


@dataclass(frozen=True, slots=True)
class Rewriting:
    """One form of a program that SymPy made, or why it made none."""

    kind: str
    """What it was asked for, one of :data:`graphstep.language.setup.FORMS`."""
    text: str
    """The program that came back; the empty string where none did."""
    refusal: InputError | None = None
    """Why none came back."""


def rewritings(
    text: str, kinds: Sequence[str] = FORMS, given: Collection[str] = (), given_up: Callable[[], bool] = bool
) -> list[Rewriting]:
    """What SymPy makes of a program's text; ``given`` are the names that have values, ``given_up`` says whether nobody waits for
    it any more.

    Each that cannot be made says why. Raises ReadError for a text that is no program, and InputError for arrays in it, which have
    no such forms.
    """
    program = read(text, given)
    if not program.of_numbers:
        raise InputError(
            "SymPy rewrites programs of numbers, and this one has gates of arrays", hint="name the cells: x1*w1 + x2*w2"
        )
    question = json.dumps({"text": text, "given": sorted(given), "kinds": list(kinds)})
    answers, late = _answers(question, given_up)
    # A process that was killed may have left half a line.
    lines = [json.loads(line) for line in answers.splitlines() if line.endswith("}")]
    answered = {line["kind"]: Rewriting(line["kind"], line["text"], _refusal(line["refusal"])) for line in lines}
    why = InputError(f"SymPy did not finish within {SECONDS} seconds") if late else InputError("SymPy gave no answer")
    return [answered.get(kind, Rewriting(kind, "", why)) for kind in kinds]


def _answers(question: str, given_up: Callable[[], bool]) -> tuple[str, bool]:
    """What the process writes as long as it is waited for, and whether it did not come to its end."""
    command = words_of("graphstep.analysis.symbolic.rewriting")
    # SymPy goes through sets of its expressions: with another seed of Python's hashes it may factor into another order.
    environment = environment_of(PYTHONHASHSEED="0", PYTHONWARNINGS="ignore")
    with subprocess.Popen(  # noqa: S603  # our own interpreter and module, and the question is data
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, encoding="utf-8"
    ) as child:
        try:
            asked: str | None = question
            # communicate keeps what it has read when its time is out, and is called again without the question.
            for _ in range(int(SECONDS / _LOOK)):
                try:
                    return child.communicate(asked, timeout=_LOOK)[0], child.returncode != 0
                except subprocess.TimeoutExpired:
                    asked = None
                if given_up():
                    break
        finally:
            # It is over, or was given up.
            child.kill()
        # What came before that.
        return child.communicate()[0], True


def _refusal(message: str) -> InputError | None:
    return InputError(message) if message else None


def rewritten(text: str, kind: str, given: Collection[str] = ()) -> str:
    """The program that SymPy makes of a program's text; raises as :func:`rewritings`, and InputError where there is none."""
    (answer,) = rewritings(text, (kind,), given)
    if answer.refusal is not None:
        raise InputError(
            f"--rewrite {kind}: {answer.refusal.message}", hint="a smaller program, or another rewriting, may do"
        ) from answer.refusal
    return answer.text


def rewritten_here(program: Program, kind: str) -> str:
    """The same in this process, for as long as it takes. Raises InputError and LimitError."""
    expression = to_sympy(program)
    _refuse_large(expression, kind)
    name = program.nodes[program.output].name
    front = f"{name} = " if name is not None and name not in program.inputs else ""
    statements = _cse(expression, {*program.names}) if kind == "cse" else [from_sympy(_FORMS[kind](expression))]
    return "; ".join([*statements[:-1], front + statements[-1]])


def _cse(expression: Any, names: Collection[str]) -> list[str]:
    """Parts that stand twice become statements, by names that the program does not use."""
    import sympy as sp

    free = (sp.Symbol(f"s{k}", real=True) for k in count(1) if f"s{k}" not in names)
    parts, (output,) = sp.cse([expression], symbols=free)
    return [*(f"{symbol.name} = {from_sympy(part)}" for symbol, part in parts), from_sympy(output)]


def _horner(expression: Any) -> Any:
    import sympy as sp

    if not expression.is_polynomial():
        raise InputError("Horner's form is of polynomials, and this is none")
    return sp.horner(expression)


def _form(name: str) -> Callable[[Any], Any]:
    def form(expression: Any) -> Any:
        import sympy as sp

        return getattr(sp, name)(expression)

    return form


_FORMS: dict[str, Callable[[Any], Any]] = {
    "sympy": lambda expression: expression,
    "expand": _form("expand"),
    "factor": _form("factor"),
    "simplify": _form("simplify"),
    "horner": _horner,
}


def _refuse_large(expression: Any, kind: str) -> None:
    if kind in ("sympy", "cse"):
        return
    parts = sum(1 for _ in _parts(expression))
    if parts > PARTS:
        raise LimitError(f"the expression has {parts:,} parts; at most {PARTS:,} are rewritten so")
    if any(part.is_Pow and part.exp.is_Integer and abs(int(part.exp)) > DEGREE for part in _parts(expression)):
        raise LimitError(f"the expression has an exponent above {DEGREE}")
    terms = _terms(expression)
    if terms > TERMS:
        raise LimitError(f"multiplied out, the expression has more than {TERMS:,} terms")


def _parts(expression: Any) -> Iterator[Any]:
    stack = [expression]
    while stack:
        part = stack.pop()
        yield part
        stack.extend(part.args)


def _terms(part: Any) -> int:
    """How many terms an expression has at most once every product in it is multiplied out."""
    inside = [_terms(argument) for argument in part.args]
    if part.is_Add:
        return sum(inside)
    if part.is_Mul:
        count = 1
        for each in inside:
            count *= each
        return count
    if part.is_Pow and part.exp.is_Integer:
        # A sum of k terms to the n-th power has as many terms as there are ways to choose n of k with repetition.
        return comb(inside[0] + abs(int(part.exp)) - 1, abs(int(part.exp)))
    return max(inside, default=1)


def _answer() -> None:
    """Answer the question on standard input, a line for each rewriting as soon as it is made."""
    # By itself, too, should the one that waits be gone.
    limit_process(MEMORY, SECONDS)
    question = json.loads(sys.stdin.read())
    program = read(question["text"], question["given"])
    for kind in question["kinds"]:
        text = refusal = ""
        try:
            text = rewritten_here(program, kind)
            read(text, question["given"])
        except GraphstepError as error:
            text, refusal = "", error.message
        except MemoryError:
            text, refusal = "", InputError(f"SymPy would take more than {MEMORY >> 30} GiB of memory").message
        except (ValueError, TypeError, ArithmeticError, NotImplementedError, AttributeError, RecursionError) as error:
            # SymPy's own faults, of which it has some for odd expressions: its word for it is all that is known.
            text, refusal = "", InputError(f"SymPy cannot do that: {quoted(str(error) or type(error).__name__)}").message
        print(json.dumps({"kind": kind, "text": text, "refusal": refusal}), flush=True)


if __name__ == "__main__":
    _answer()
