"""What a document is asked for on the command line, and what is refused since its format would pass it over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.ground.errors import InputError

if TYPE_CHECKING:
    import argparse

    from graphstep.faces.export import Options


def document_arguments(parser: argparse.ArgumentParser, *, asks: bool = True, shortens: bool = True) -> None:
    """Add the options that say what a document is asked for. What is refused is not offered: one that ``asks`` nothing hides no
    answers, and not every one ``shortens``.
    """
    from argparse import SUPPRESS

    detail, answers = (
        "how much a document tells: full (default) or brief",
        "shown (default), or hidden: a sheet with ____ to fill in",
    )
    math_argument(parser)
    parser.add_argument("--detail", metavar="D", help=detail if shortens else SUPPRESS)
    parser.add_argument("--answers", metavar="A", help=answers if asks else SUPPRESS)


def math_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that names a dialect of mathematics."""
    parser.add_argument("--math", metavar="M", help="mathematics in Markdown: gfm for Git hosts (default), dollars, or pandoc")


def math_words(options: argparse.Namespace, path: str) -> list[str]:
    """The dialect of mathematics in the command that makes a document again, which is of Markdown alone."""
    is_markdown = options.format == "md" or (options.format is None and path.lower().endswith(".md"))
    return ["--math", options.math] if options.math and is_markdown else []


def document_options(options: argparse.Namespace) -> Options:
    """What a document is asked for."""
    from graphstep.faces.export import options_of

    return options_of(options.math, options.detail, options.answers)


def refuse_passed_over(options: argparse.Namespace) -> None:
    """Raise InputError for what the format of a document would pass over, before anything is computed."""
    paths = filter(None, (options.to, getattr(options, "key", None)))
    forms = {options.format} if options.format else {path.lower().rpartition(".")[2] for path in paths}
    if options.math is not None and "md" not in forms:
        raise InputError("--math is of Markdown", hint="--format md, or --to solution.md")


def refuse_beside_prompt(options: argparse.Namespace, *more: str) -> None:
    """Raise InputError for an option that prints or writes beside --screen-reader, which asks for a conversation."""
    if not options.screen_reader:
        return
    for name in ("plain", "format", "to", *more):
        if getattr(options, name) not in (None, False):
            hint = "leave one of the two out"
            raise InputError(f"--screen-reader is a line prompt, and --{name.replace('_', '-')} is not heeded by it", hint=hint)
