"""What commands that take a program have in common: the expression, its values, and how it is read."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from graphstep.engine.opening import Opening, program_text, read_setup
from graphstep.faces.cli.words import whole
from graphstep.faces.config import config
from graphstep.ground import limits
from graphstep.ground.browser import in_browser
from graphstep.ground.errors import InputError, did_you_mean, listed, quoted
from graphstep.ground.numerals import DIGITS, ENGLISH
from graphstep.ground.precision import DTYPES, FLOAT64
from graphstep.language.read import Watch
from graphstep.language.read.dialects import DIALECTS, translated, unread
from graphstep.language.setup import FORMS, REWRITINGS, Setup, read_names
from graphstep.language.values import read_texts, read_value, split_inputs

PYTHON = "python"
"""The dialect whose programs are functions of Python files; the file is run."""

LANGUAGE = "GRAPHSTEP_LANGUAGE"
"""The environment variable that names the language where no option does."""


_BRANCHES = 5
"""Questions on the way of a captured function that are told."""


def program_arguments(parser: argparse.ArgumentParser, *, needed: bool = True) -> None:
    """Add EXPR (which may be left out unless ``needed``), NAME=VALUE and the options that say how a program is read and run."""
    count = None if needed else "?"
    program = "the program; @FILE reads it from a file, - from standard input"
    values = 'a value for each input: x=-2 y=1/3 W="[[1,2],[3,4]]" X=@data.csv'
    parser.add_argument("expression", metavar="EXPR", nargs=count, help=program)
    # With a default it is not required, and argparse does not ask for it where the program alone is missing.
    parser.add_argument("values", metavar="NAME=VALUE", nargs="*", default=[], help=values)
    parser.add_argument("--seed", default="1", metavar="V", help="gradient of the output (default: 1, in every cell)")
    parser.add_argument(
        "--ties",
        choices=["first", "split"],
        default="first",
        help="who gets the gradient of max at a tie: the first that attains it, or all in equal shares (default: first)",
    )
    parser.add_argument("--data", metavar="NAMES", default="", help="inputs that are given, so that they get no gradient: X,y")
    dialect = (
        "the language of EXPR: LaTeX, as in notes and homework; a text for NumPy, PyTorch or JAX, which is read and not run; "
        "or python for FILE.py:FUNCTION, which is run "
        "(default: the language of programs)"
    )
    parser.add_argument("--from", dest="dialect", choices=[*DIALECTS, PYTHON], help=dialect)
    handed = "arguments of a Python function that are handed on as they are, not traced: n,k"
    parser.add_argument("--fixed", metavar="NAMES", default="", help=handed)
    maker = "what makes the arguments of a Python function that are not typed, a function of a module or of FILE.py"
    parser.add_argument("--args", metavar="MODULE:MAKE", default="", help=maker)
    rewriting = "hand it to SymPy first, and step through what comes back"
    parser.add_argument("--rewrite", choices=FORMS, help=rewriting)
    narrow = "round every value, local gradient, product and sum to this type (default: float64)"
    parser.add_argument("--dtype", choices=DTYPES, default=FLOAT64, help=narrow)
    parser.add_argument("--share", action="store_true", help="merge equal subexpressions into one node")
    parser.add_argument("--expand", action="store_true", help="take composite gates such as sigmoid apart")
    parser.add_argument("--fold", action="store_true", help="make one gate of a typed 1/(1+exp(-u)) and its like")


def writing_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how numbers and derivatives are written."""
    letters = "the letter of a whole effect: d, or ∂ as lectures write it (default: d); data have none"
    parser.add_argument("--digits", metavar="N", help=f"significant digits of results in text (default: {DIGITS}); data have all")
    parser.add_argument("--notation", choices=["d", "lecture"], help=letters)
    language_argument(parser)


def language_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that names a language."""
    what = f"the language of all sentences but errors: en, zh (default: ${LANGUAGE}, else en)"
    parser.add_argument("--language", metavar="CODE", help=what)


def setup_of(options: argparse.Namespace) -> Setup:
    """What was typed, as a setup; ReadError for a word that is no NAME=VALUE, InputError for --digits that are none.

    A program on standard input is read here: it is not there a second time.
    """
    texts = {name: text.strip() for name, text in split_inputs(options.values).items()}
    flags = {name: getattr(options, name) for name in REWRITINGS}
    # Commands differ in their options: what one has not is left to the setup's own default.
    more = {name: getattr(options, name) for name in ("at", "dtype") if hasattr(options, name)}
    digits = DIGITS
    if hasattr(options, "language"):
        more["language"] = language_of(options.language)
    if hasattr(options, "notation"):
        # Whoever can say how it is written may have said it once for all.
        preferred = config()
        more["notation"] = getattr(options, "notation", None) or preferred.notation or "d"
        word = getattr(options, "digits", None)
        digits = (preferred.digits or DIGITS) if word is None else whole("--digits", word, 1)
    breaks, order = tuple(getattr(options, "breaks", ())), tuple(getattr(options, "order", ()))
    program = typed_program(options.expression)
    refuse_python(options)
    if dialect := getattr(options, "dialect", None):
        # From here on it is the program that the formula spells, in documents and in the command that opens it again.
        # Before SymPy may rewrite it, and with the values: what a text asks of their lengths is part of its program.
        typed = program_text(program)
        program, values = translated(typed, dialect, read_texts(texts))
        lost = unread(typed, program, texts)
        texts = {**values, **{name: text for name, text in texts.items() if name not in lost}}
    if rewriting := getattr(options, "rewrite", None):
        from graphstep.analysis.symbolic.rewriting import rewritten
        from graphstep.language.read import read

        typed = program_text(program)
        program = rewritten(typed, rewriting, texts)
        # An input that cancels has no place any more.
        lost = {*read(typed, texts).inputs} - {*read(program, texts).inputs}
        texts = {name: text for name, text in texts.items() if name not in lost}
    return Setup(
        program,
        texts,
        options.seed,
        options.ties,
        read_names(options.data),
        breaks=breaks,
        order=order,
        digits=digits,
        **flags,
        **more,
    )


def refuse_python(options: argparse.Namespace) -> None:
    """Raise InputError where a function in Python was typed, or what says how it is called, for who does not take one."""
    for name, example in (("args", "module:make"), ("fixed", "n")):
        if getattr(options, name, ""):
            hint = f"graphstep capture FILE.py:FUNCTION --{name} {example}"
            raise InputError(f"--{name} goes with a function in Python", hint=hint)
    if getattr(options, "dialect", None) == PYTHON:
        hint = "capture, repl, check, jacobian, diagnose, gradient and why do"
        raise InputError("this command does not take a function in Python", hint=hint)


_LONG = 300_000
"""Bytes of the text of a program, or of a file with a run, from which to read it takes the better part of a second."""


def is_long(options: argparse.Namespace) -> bool:
    """Whether what was typed is, or names, what takes a while to be read."""
    typed: str = options.expression
    if getattr(options, "dialect", None):
        # It is translated as a whole before anything is read, and nobody could be told how far that is.
        return False
    try:
        file = typed if is_archive(typed) else typed[1:] if typed.startswith("@") else ""
        return (Path(file).stat().st_size if file else len(typed)) > _LONG
    except (OSError, ValueError):
        return False


def opening_of(options: argparse.Namespace, watch: Watch | None = None) -> Opening:
    """The program, the values of its inputs and the seed; an InputError says what cannot be read.

    ``watch`` is told how much of the text has been read; and once, that a function in Python runs in its process.
    """
    if getattr(options, "dialect", None) == PYTHON:
        return _captured(options, watch)
    if is_archive(options.expression):
        return _recorded(options)
    return read_setup(setup_of(options), files=True, watch=watch)


def _captured(options: argparse.Namespace, watch: Watch | None) -> Opening:
    """The opening of a function in Python, which is called; where it asks about its numbers, that is told on standard error."""
    from graphstep.engine.capture.opening import opening_of_file

    if in_browser():
        raise InputError("no file is run from a browser", hint="graphstep capture in a terminal does it")
    named = next((name for name in (*REWRITINGS, "rewrite") if getattr(options, name, None)), None)
    if named:
        raise InputError(f"--{named} rewrites a typed program, and this one is a function in Python")
    _refuse_dtype(options, "a function in Python")
    plain = type(options)(**{**vars(options), "dialect": None, "args": "", "fixed": ""})
    setup = replace(setup_of(plain), captured=True, fixed=read_names(options.fixed), arguments=options.args)
    opening = opening_of_file(setup, watch)
    # On standard error, as all remarks here: standard output may be a document that a program reads.
    branches = () if opening.program.origin is None else opening.program.origin.branches
    for branch in branches[:_BRANCHES]:
        print(branch, file=sys.stderr)
    if len(branches) > _BRANCHES:
        print(f"and {len(branches) - _BRANCHES:,} more questions were answered on the way", file=sys.stderr)
    _tell_agreement(opening)
    if not opening.program.inputs:
        # Nobody who runs a function bare expects that of it.
        print(
            "there is no input: an argument that is left to its default is a constant, NAME=VALUE makes it an input",
            file=sys.stderr,
        )
    if branches:
        print("what is shown is this path through the function; an edited input does not change it", file=sys.stderr)
    return opening


def _tell_agreement(opening: Opening) -> None:
    """Say on standard error whether the gradients that the function itself computed are these."""
    if opening.recorded is None or not opening.recorded.gradients:
        return
    from graphstep.engine.replay import differing_node
    from graphstep.ground.arrays import number_text
    from graphstep.telling.derivatives import gradient_name

    # The run is kept with the opening: what is shown behind this is the same one.
    trace = opening.run()
    node = differing_node(trace)
    count = sum(each is not None for each in opening.recorded.gradients)
    if node is None:
        narrow = sorted({each for each in opening.recorded.dtypes if each != FLOAT64})
        exactly = f"up to rounding in {', '.join(narrow)}" if narrow else "to 1e-9"
        print(f"its own {count:,} gradients agree with these, {exactly}", file=sys.stderr)
        return
    assert trace.recorded is not None, "it was recorded"
    theirs, ours = trace.recorded.gradients[node], trace.gradient_of(node)
    own = "" if theirs is None else number_text(theirs)
    print(
        f"its own gradients part from these at {gradient_name(trace, node)}: {own} there, {number_text(ours)} here",
        file=sys.stderr,
    )


def is_archive(text: str) -> bool:
    """Whether what was typed names a recorded run."""
    return text.endswith(".gsz") and not text.startswith("@")


def _recorded(options: argparse.Namespace) -> Opening:
    """The opening of a recorded run; with values for its inputs our gates compute it anew."""
    from graphstep.engine.archive import read_file
    from graphstep.language.values import read_texts

    if in_browser():
        raise InputError("no recorded run is opened from a browser", hint="graphstep step run.gsz in a terminal does it")
    named = next((name for name in (*REWRITINGS, "rewrite", "dialect") if getattr(options, name, None)), None)
    if named:
        raise InputError(f"--{'from' if named == 'dialect' else named} reads a typed program, and this one is a recorded run")
    opening, setup = read_file(options.expression), setup_of(options)
    # The command below a document names the type that the numbers had been rounded to already.
    if setup.dtype != opening.setup.dtype:
        _refuse_dtype(options, "a recorded run")
    texts = {name: text for name, text in setup.inputs.items() if text is not None}
    if unknown := [name for name in (*texts, *setup.data) if name not in opening.inputs]:
        hint = did_you_mean(unknown[0], opening.inputs) or f"its inputs are {listed(opening.inputs)}"
        raise InputError(f"{quoted(unknown[0])} is no input of the recorded run", hint=hint)
    program = opening.program
    if not program.data.issuperset(setup.data):
        program = replace(program, data=program.data.union(setup.data))
    # argparse cannot tell a default from the same word typed.
    # The usual answer is taken for none, as with the seed: a run recorded with ties split opens as it was.
    ties = opening.setup.ties if setup.ties == "first" else setup.ties
    setup = replace(setup, ties=ties, dtype=opening.setup.dtype)
    seed = opening.seed if setup.seed == "1" else read_value(setup.seed or "1", files=True)
    # What was recorded holds for the values that it was recorded with, to the bit, and for no others.
    changed = texts or setup.seed != "1" or setup.data
    recorded = opening.recorded if not changed else None
    return replace(
        opening,
        setup=setup,
        program=program,
        inputs={**opening.inputs, **read_texts(texts, files=True)},
        seed=seed,
        recorded=recorded,
    )


def _refuse_dtype(options: argparse.Namespace, what: str) -> None:
    """Raise InputError for a type to round to where the numbers are those that somebody else computed."""
    if getattr(options, "dtype", FLOAT64) != FLOAT64:
        raise InputError(f"--dtype rounds a typed program, and this one is {what} with numbers of its own")


def language_of(word: str | None) -> str:
    """The language that was asked for, else that of the environment, else the preferred one, else English."""
    code = word or os.environ.get(LANGUAGE) or config().language or ENGLISH
    if code == ENGLISH:
        return ENGLISH
    from graphstep.telling.words.catalogue import checked_language

    return checked_language(code)


def typed_program(word: str) -> str:
    """The program that a word stands for: ``-`` is what stands on standard input, all else itself."""
    if word != "-":
        return word
    text = sys.stdin.read(limits.TEXT + 1).removeprefix("\ufeff")
    # It is a program, whatever it begins with, and names no file.
    return f" {text}" if text.startswith("@") else text
