"""The documents of a training: one name, one suffix and one function each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from graphstep.engine.training.training import Training
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.files import is_stream, write_file
from graphstep.telling.document import Document

FORMATS = {
    "text": (".txt", "the table of rounds and the parameters, as text"),
    "svg": (".svg", "the curves of the loss and of the gradients' norms, as a picture"),
    "csv": (".csv", "the numbers of every round, for a spreadsheet"),
    "md": (".md", "a report in Markdown: curve, rounds, parameters, updates"),
    "tex": (".tex", "the same report in LaTeX"),
    "html": (".html", "the same report as a page to read"),
    "json": (".json", "the last round's run with the history, for programs"),
}
"""By name the suffix, and what is written."""

DOCUMENTS = ("md", "tex", "html")
"""The formats that write its document."""

SUFFIXES = dict(sorted(FORMATS.values(), key=lambda entry: entry[0] != ".svg"))
"""By suffix what is written; the picture first."""


def format_of(path: str | Path) -> str:
    """The format that a file's suffix asks for; text for a pipe or a device that has none. InputError for a suffix of none."""
    suffix = Path(path).suffix.lower()
    if not suffix and is_stream(path):
        return "text"
    for name, (ending, _) in FORMATS.items():
        if suffix == ending:
            return name
    hint = did_you_mean(suffix, SUFFIXES) or f"end it in {', '.join(SUFFIXES)}, or name the format with --format"
    raise InputError(f"the format of {quoted(str(path))} is not known by its suffix", hint=hint)


def pieces(training: Training, name: str | None = None) -> Iterator[str]:
    """A document in pieces of text, by the name of its format; InputError where it needs a round and there is none.

    Without a name it is what stands on a terminal: the text without the command that makes it again.
    """
    if name in ("json", "svg", *DOCUMENTS) and not training.history.losses:
        raise InputError("there is no round to show", hint="train one round at least: --steps 1")
    if name == "json":
        from graphstep.faces.export.training import document

        return document.export(training)
    if name == "csv":
        from graphstep.faces.export.training import document

        return iter((document.to_csv(training),))
    if name == "svg":
        return iter((picture(training),))
    if name in DOCUMENTS:
        from graphstep.telling.reports import training as reports

        return _written(name, reports.report(training, training.command("--format", name), training.without_text))
    from graphstep.faces.export.training.report import report

    lines = (f"{line}\n" for line in report(training))
    return lines if name is None else chain(lines, _made_by(training))


def _written(name: str, document: Document) -> Iterator[str]:
    from graphstep.faces.export import exporter

    writer: Any = exporter(name)
    written: Iterator[str] = writer.write(document)
    return written


def _made_by(training: Training) -> Iterator[str]:
    from graphstep.faces.export import text
    from graphstep.telling.document import Document
    from graphstep.telling.reports.run import made_by

    yield "\n"
    yield from text.write(
        Document("", made_by(training.setup.language, training.command("--format", "text"), training.without_text))
    )


def round_pieces(training: Training, k: int, name: str | None = None) -> Iterator[str]:
    """Round ``k`` step by step, by the name of a format; without one it is what stands on a terminal."""
    from graphstep.faces.export import exporter, text
    from graphstep.telling.reports import run

    trace = training.round(k)
    if name is None:
        return text.narrate(trace)
    command, missing = training.command("--at-round", str(k), "--format", name), training.without_text
    if name in DOCUMENTS:
        return _written(name, run.solution(trace, command=command, missing=missing))
    if name == "text":
        return text.write(run.narration(trace, command=command, missing=missing))
    return exporter(name).export(trace)


def write(training: Training, path: str | Path, name: str | None = None) -> Path:
    """Write a document to a file, in place of an older one; the format comes from the suffix unless it is named."""
    return write_file(path, pieces(training, name or format_of(path)))


def picture(training: Training) -> str:
    """The curves of the loss and of the norms of the gradients as an SVG document."""
    from graphstep.engine.training.training import curves
    from graphstep.faces.drawing.curve import Series
    from graphstep.faces.drawing.curve_picture import Panel, svg
    from graphstep.telling.reports.training import settings_text

    series = {name: Series.of(name, points) for name, points in curves(training).items() if name != "rate"}
    losses = tuple(series.pop(name) for name in ("loss", "held-out loss") if name in series)
    norms = tuple(series.values())
    title = "norm of the gradient" if len(norms) == 1 else "norms of the gradients"
    panels = [
        Panel("loss", losses, frozenset({"held-out loss"})),
        Panel(f"{title}: {norms[0].name}" if len(norms) == 1 else title, norms),
    ]
    return svg(training.program.text, panels, subtitle=f"{settings_text(training.settings)} · {training.stopped}")
