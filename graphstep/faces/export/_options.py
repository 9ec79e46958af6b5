"""What a document may be asked for: how much it tells, and in which dialect of mathematics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.records import dataclass
from graphstep.telling.document import Manner

CHOICES = {
    "math": {
        "gfm": "mathematics for Git hosts",
        "dollars": "between $ and $$, for Jupyter, MkDocs, Quarto",
        "pandoc": "between $ and $$, with what pandoc needs for PDF, Word and HTML",
    },
    "detail": {"full": "rules, reasons and every form", "brief": "from formulas to values, without rules"},
    "answers": {"shown": "the worked solution", "hidden": "a sheet to fill in, ____ where a number is to be chosen"},
}
"""By option its choices, the usual one first, each with what it does."""

_USUAL = {name: next(iter(choices)) for name, choices in CHOICES.items()}
"""By option the usual choice."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a document."""

    math: str = "gfm"
    """The dialect of mathematics in Markdown: ``gfm``, ``dollars`` or ``pandoc``."""
    detail: str = "full"
    """How much is told: ``full`` or ``brief``."""
    answers: str = "shown"
    """Whether the numbers that are to be chosen stand there: ``shown`` or ``hidden``."""
    drawn: bool = True
    """Whether the graph is part of it."""

    # Not compared: whether a document is asked for anything unusual is told by equality with PLAIN.
    origin: Callable[..., tuple[str, tuple[str, ...]]] | None = field(default=None, compare=False)
    """Of a round of a training, whose run does not know it: by further words the command that makes it again, and the inputs that
    the command cannot hold."""

    @property
    def manner(self) -> Manner:
        """How much the document tells."""
        return Manner(brief=self.detail == "brief", hidden=self.answers == "hidden", drawn=self.drawn)


PLAIN = Options()
"""What a document is unless somebody asks for something else."""


def options_of(math: str | None = None, detail: str | None = None, answers: str | None = None) -> Options:
    """The options from the words that were typed; None stands for what is usual. InputError for a word that is no choice."""
    words = {"math": math, "detail": detail, "answers": answers}
    chosen = {name: _chosen(name, _USUAL[name] if word is None else word) for name, word in words.items()}
    return Options(chosen["math"], chosen["detail"], chosen["answers"])


def _chosen(name: str, word: str) -> str:
    if word not in CHOICES[name]:
        hint = did_you_mean(str(word), CHOICES[name]) or "; ".join(f"{key}: {does}" for key, does in CHOICES[name].items())
        raise InputError(f"{name} is {' or '.join(CHOICES[name])}, not {quoted(str(word), 40)}", hint=hint)
    return word
