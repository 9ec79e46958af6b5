"""PDF: the LaTeX of a document through an engine of TeX, where this machine has one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from graphstep.ground.errors import GraphstepError
from graphstep.ground.unprintable import printable

SUFFIX = ".pdf"

ENGINES = ("pdflatex", "lualatex", "xelatex")
"""The programs that are tried, in this order."""

# LuaTeX builds its cache of fonts at its first start, which takes most of this.
_SECONDS = 120
# No shell for what stands in a document, no questions to a terminal that is not there, and an end at the first error.
_OPTIONS = ("-no-shell-escape", "-interaction=batchmode", "-halt-on-error")


def engine() -> str | None:
    """The path of the first engine that is there."""
    return next((path for name in ENGINES if (path := shutil.which(name))), None)


def required_engine() -> str:
    """The path of the first engine that is there; GraphstepError where there is none."""
    path = engine()
    if path is None:
        raise GraphstepError(
            "a PDF needs an engine of TeX, and there is none on this machine",
            hint="install one (Debian: texlive-latex-recommended texlive-pictures), or write .tex or .html and print that",
        )
    return path


def pdf(tex: Iterable[str]) -> bytes:
    """The pages of a document in LaTeX. GraphstepError where there is no engine, and where the engine fails."""
    path = required_engine()
    with tempfile.TemporaryDirectory(prefix="graphstep-") as folder:
        # No file of the user's is read or written, and the same document gives the same bytes.
        # openin_any and openout_any of kpathsea: p is paranoid, neither hidden files nor what is above this folder.
        own = {"SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1", "openin_any": "p", "openout_any": "p"}
        # An error stands in one line of the log.
        own["max_print_line"] = "1000"
        Path(folder, "document.tex").write_text(printable("".join(tex)), encoding="utf-8")
        _compile(path, folder, {**os.environ, **own})
        # The columns of long tables are known once they have been set.
        if rb"\LT@" in Path(folder, "document.aux").read_bytes():
            _compile(path, folder, {**os.environ, **own})
        return Path(folder, "document.pdf").read_bytes()


def _compile(path: str, folder: str, environment: dict[str, str]) -> None:
    name = Path(path).name
    try:
        done = subprocess.run(  # noqa: S603 – the engine that PATH names, with words of our own
            [path, *_OPTIONS, "document.tex"],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GraphstepError(f"{name} could not make the PDF", hint="write .tex and compile that to see why") from error
    if done.returncode or not Path(folder, "document.pdf").exists():
        log = Path(folder, "document.log")
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        why = next((line[1:].strip() for line in lines if line.startswith("!")), "it gave no reason")
        raise GraphstepError(f"{name} could not make the PDF: {why}", hint="write .tex and compile that to see more")
