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
    parser.add_argument("--math", metavar="M", help="mathematics in Markdown: gfm for Git hosts (default), dollars, or pandoc")
    parser.add_argument("--detail", metavar="D", help=detail if shortens else SUPPRESS)
    parser.add_argument("--answers", metavar="A", help=answers if asks else SUPPRESS)


def document_options(options: argparse.Namespace) -> Options:
    """What a document is asked for."""
    from graphstep.faces.export import options_of

    return options_of(options.math, options.detail, options.answers)


def refuse_passed_over(options: argparse.Namespace) -> None:
    """Raise InputError for what the format of a document would pass over, before anything is computed."""
    form = options.format or ("" if options.to is None else options.to.lower().rpartition(".")[2])
    if options.math is not None and form != "md":
        raise InputError("--math is of Markdown", hint="--format md, or --to solution.md")


def refuse_beside_prompt(options: argparse.Namespace, *more: str) -> None:
    """Raise InputError for an option that prints or writes beside --screen-reader, which asks for a conversation."""
    if not options.screen_reader:
        return
    for name in ("plain", "format", "to", *more):
        if getattr(options, name) not in (None, False):
            hint = "leave one of the two out"
            raise InputError(f"--screen-reader is a line prompt, and --{name.replace('_', '-')} is not heeded by it", hint=hint)
