"""The views that are text: one file each, found by its name.

An exporter is a module of this package with

- ``SUFFIX``: the file name's ending that asks for it (``".md"``),
- ``SUMMARY``: one line for the help,
- ``export(trace, at=None, options=PLAIN)``: an iterator over the pieces of the text; ``at`` is the step to stop at (the end
  unless given), ``options`` say what a document is asked for (:mod:`graphstep.faces.export._options`).

A module that can write any document offers ``write(document, options=PLAIN)`` besides
(:class:`graphstep.faces.export._writer.Writer`).

Its module's name is the format's name (``--format md``). The same trace gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from graphstep.engine.trace import Trace
from graphstep.faces.export._modules import module_in, names_in
from graphstep.faces.export._options import PLAIN, Options, options_of
from graphstep.ground import limits
from graphstep.ground.collector import collector_paused
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.files import is_stream, write_file
from graphstep.ground.late import quiet
from graphstep.ground.unprintable import printable
from graphstep.telling.document import Document


class Exporter(Protocol):
    """What a module of this package offers."""

    SUFFIX: str
    SUMMARY: str

    def export(self, trace: Trace, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
        """The pieces of the text."""


@cache
def formats() -> tuple[str, ...]:
    """The names of all formats; nothing is imported for it."""
    return names_in(__path__)


def exporter(name: str) -> Exporter:
    """The exporter of a format; InputError when there is none."""
    refuse_pdf(name)
    return cast("Exporter", module_in(__name__, formats(), name, "format"))


def refuse_pdf(name: str) -> None:
    """Raise InputError for a PDF that is asked for as a format: it is bytes, and the name of its file asks for it."""
    if name == "pdf":
        raise InputError("a PDF is asked for by the name of its file", hint="--to solution.pdf, without --format")


def format_of(path: str | Path, suffixes: Mapping[str, str] | None = None) -> str:
    """The format that a file's suffix asks for; text for a pipe or a device that has none. InputError when none does.

    ``suffixes`` are those that what is written has, each with its format; without them it is a run.
    """
    file = Path(path)
    if not file.suffix and is_stream(path):
        return "text"
    names = suffixes_of(formats()) if suffixes is None else suffixes
    # Of two that fit the longer one: run.nodelink.json is no run.json.
    ends = ("".join(file.suffixes[-2:]).lower(), file.suffix.lower())
    suffix = next((end for end in ends if end in names), None)
    if suffix is None:
        near = did_you_mean(file.suffix.lower(), names) if file.suffix else ""
        hint = near or f"end it in one of {', '.join(sorted({*names, '.pdf'}))}, or name the format with --format"
        raise InputError(f"the format of {quoted(str(path))} is not known by its suffix", hint=hint)
    return names[suffix]


def suffixes_of(names: Iterable[str]) -> dict[str, str]:
    """By suffix the formats of these names.

    Their exporters are imported for it: only who names a file pays for that, and a table of suffixes would be a second place to
    write a format into.
    """
    return {exporter(name).SUFFIX: name for name in names}


def check_options(name: str, options: Options) -> None:
    """Raise InputError for options of documents where the format is none."""
    if options != PLAIN and not hasattr(exporter(name), "write"):
        documents = ", ".join(form for form in formats() if hasattr(exporter(form), "write"))
        raise InputError(f"{name} holds the run itself, and takes no options of documents", hint=f"documents are {documents}")


def pieces(trace: Trace, name: str, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
    """The text of a trace in a format, piece by piece.

    InputError for a format or a step that does not exist, and for options of documents where the format is none.
    """
    check_step(trace, at)
    # Asked before anything is written: an iterator that fails in the middle would leave half a document on a pipe.
    chosen = exporter(name)
    check_options(name, options)
    gates = len(trace.program.nodes) - trace.program.first_gate
    # Text is written while it is told, and a picture has the part around one gate: neither holds the whole run in memory.
    if gates > limits.WRITTEN_OUT and name not in ("text", "svg"):
        raise InputError(
            f"the run has {gates:,} gates; at most {limits.WRITTEN_OUT:,} are written in this format",
            hint="--plain tells the steps, one a line, and .svg draws the part around one",
        )
    return chosen.export(trace, at, options)


# Asked for once, and not at every step; and what comes to be is thrown away with the text, without a look at it.
@quiet()
@collector_paused()
def render(trace: Trace, name: str, at: int | None = None, options: Options = PLAIN) -> str:
    """The whole text of a trace in a format; raises what :func:`pieces` raises."""
    return printable("".join(pieces(trace, name, at, options)))


def write(trace: Trace, path: str | Path, *, name: str | None = None, at: int | None = None, options: Options = PLAIN) -> Path:
    """Write a trace to a file, in the format of its suffix unless ``name`` says another; returns the path.

    The file is replaced in one go, so that a failure leaves an older one as it was. It raises what :func:`pieces` raises, and
    GraphstepError when the file cannot be written.
    """
    # A run that can be opened again is bytes and no text, so that it is no exporter and no word of --format.
    if name is None and is_archive(path):
        from graphstep.engine.archive import opening_of_trace, write_run

        return write_file(path, write_run(opening_of_trace(trace)))
    return write_pieces(path, name, lambda form: pieces(trace, form, at, options), format_of)


def write_pieces(
    path: str | Path, name: str | None, maker: Callable[[str], Iterator[str]], format_of: Callable[[str | Path], str]
) -> Path:
    """Write what ``maker`` gives in a format: in the one of the file's suffix, unless it has a name."""
    if name is None and is_pdf(path):
        from graphstep.faces.export._pdf import pdf

        return write_file(path, pdf(maker("tex")))
    return write_file(path, maker(name or format_of(path)))


def is_archive(path: str | Path) -> bool:
    """Whether a file's name asks for a run that can be opened again, numbers and all."""
    return Path(path).suffix.lower() == ".gsz"


def is_pdf(path: str | Path) -> bool:
    """Whether a file is to hold the pages of a document, which an engine of TeX makes."""
    return Path(path).suffix.lower() == ".pdf"


def check_step(trace: Trace, at: int | None) -> None:
    """Raise InputError for a step that a run has not; None stands for its end."""
    last = len(trace)
    if at is not None and not 0 <= at <= last:
        steps = "1 step" if last == 1 else f"{last:,} steps"
        raise InputError(f"there is no step {at}: this run has {steps}", hint=f"0 is the start, {last} the end")
