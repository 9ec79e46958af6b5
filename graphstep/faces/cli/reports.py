"""What the commands share that report on a run: in which format, and where to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from graphstep.faces.cli.documents import document_arguments, document_options
from graphstep.faces.cli.program import language_of
from graphstep.ground.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from graphstep.telling.document import Block, Document, Manner


def report_arguments(parser: argparse.ArgumentParser, *, shortens: bool = False) -> None:
    """Add the options that say how a report is printed or written; ``shortens`` says that it has a brief form."""
    parser.add_argument("--format", metavar="F", help="print it as text (default), json, md, tex, html or svg")
    parser.add_argument("--to", metavar="FILE", help="write it to a file; the format comes from the suffix")
    document_arguments(parser, asks=False, shortens=shortens)


def deliver(
    options: argparse.Namespace,
    body: Callable[[Manner], Iterable[Block]],
    data: Callable[[], Any],
    document: Callable[[Manner, Sequence[str]], Document],
    *,
    more: str = "",
    shortens: bool = False,
) -> None:
    """Print a report, or write it to the file that was asked for.

    ``body`` is what stands in it, without its program, ``document`` all of it; from what it is to tell, a document also from the
    words by which its command asks for that. ``more`` follows the body in plain text. ``shortens`` says that it has a brief form.

    InputError for a format that a report has not, and for what it cannot be asked for.
    """
    from graphstep.faces.export import _reports
    from graphstep.faces.export._documents import words_of

    asked = document_options(options)
    if asked.answers == "hidden":
        hint = "graphstep EXPR … --answers hidden makes a sheet of a run"
        raise InputError("a report asks nothing, so there is no answer to hide", hint=hint)
    if asked.detail == "brief" and not shortens:
        hint = "--detail brief goes with check, diagnose and train"
        raise InputError("this report says nothing that could be left out", hint=hint)

    if asked.detail == "brief" and (options.format or (options.to or "").lower().rpartition(".")[2]) == "json":
        raise InputError("json holds the numbers of the report, and takes no options of documents", hint="leave --detail out")

    # Of text, data and document one alone is made, and none for a format that does not exist.
    def pieces(name: str) -> Iterator[str]:
        words = ("--format", name, *words_of(asked))
        return _reports.pieces(
            name,
            text=lambda: _text(body(asked.manner), language_of(options.language), more),
            data=data,
            document=lambda: document(asked.manner, words),
            options=asked,
        )

    if options.to:
        print(f"wrote {_reports.write(options.to, options.format, pieces)}", file=sys.stderr)
    else:
        sys.stdout.writelines(pieces(options.format or "text"))


def _text(blocks: Iterable[Block], language: str, more: str) -> Iterator[str]:
    """Blocks as pieces of plain text, a line each."""
    from graphstep.faces.export import text

    yield from (f"{line}\n" for line in text.lines(blocks, language))
    yield more
