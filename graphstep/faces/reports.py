"""What a run says of itself, with its words: the reports of a check, a diagnosis and a chain of causes, for Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from graphstep.analysis.diagnosis import Diagnosis
from graphstep.analysis.witnesses import Report
from graphstep.engine.trace import Trace
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.numerals import DIGITS

if TYPE_CHECKING:
    from graphstep.analysis.chain import Stretch
    from graphstep.telling.document import Document


class CheckReport(Report):
    """What the witnesses say of the gradients of a run."""

    __slots__ = ()

    @classmethod
    def of(cls, trace: Trace) -> CheckReport:
        """Ask the witnesses."""
        from graphstep.analysis.witnesses import check

        report = check(trace)
        # The witnesses answer with a class of their own room, which knows nothing of faces; this one has no field more.
        return cls(report.trace, report.rows, report.value)

    def lines(self, digits: int = DIGITS) -> list[str]:
        """A table and what there is to say about it, as lines of plain text; numbers with ``digits`` significant digits."""
        from graphstep.faces.export import text
        from graphstep.telling.reports import check

        return text.lines(check.body(self, digits))

    def __repr__(self) -> str:
        # What a prompt of Python's shows, as a table of pandas does.
        return "\n".join(self.lines())

    def _repr_markdown_(self) -> str:
        from graphstep.telling.reports import check

        return _markdown(check.document(self))

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON data; inf and nan are the strings ``inf``, ``-inf`` and ``nan``."""
        from graphstep.telling.reports import check

        return check.data(self)


class DiagnosisReport(Diagnosis):
    """The layers of a run, and what is wrong with its values and gradients."""

    __slots__ = ()

    @classmethod
    def of(cls, trace: Trace) -> DiagnosisReport:
        """Look at a run."""
        from graphstep.analysis.diagnosis import diagnose

        diagnosis = diagnose(trace)
        return cls(diagnosis.trace, diagnosis.layers, diagnosis.findings)

    def lines(self) -> list[str]:
        """A table of the layers with a small histogram each, and the findings, one a line."""
        from graphstep.faces.export import text
        from graphstep.telling.reports import diagnosis

        return text.lines(diagnosis.body(self))

    def __repr__(self) -> str:
        # What a prompt of Python's shows, as a table of pandas does.
        return "\n".join(self.lines())

    def _repr_markdown_(self) -> str:
        from graphstep.telling.reports import diagnosis

        return _markdown(diagnosis.document(self))

    def to_dict(self) -> dict[str, Any]:
        """The same for other programs; numbers that JSON has not are strings."""
        from graphstep.telling.reports import diagnosis

        return diagnosis.data(self)


class WhyReport:
    """The chain of causes of a number: from where it stands to the place that made it so."""

    def __init__(self, trace: Trace, quantity: str) -> None:
        """``quantity`` is what is asked about, such as ``grad x`` or ``value q``. InputError where no node is called so."""
        self.trace = trace
        """The run."""
        self.quantity = " ".join(quantity.split())
        """What was asked about."""
        self.chain = _chain(trace, self.quantity)
        """The chain: a stretch through the program, and one through each composite gate that it leads into."""

    def lines(self) -> list[str]:
        """The links in a table, where they end, and the step that is the cause, as lines of plain text."""
        from graphstep.faces.export import text
        from graphstep.telling.reports import chain

        return text.lines(chain.section(self.chain))

    def __repr__(self) -> str:
        # What a prompt of Python's shows, as a table of pandas does.
        return "\n".join(self.lines())

    def _repr_markdown_(self) -> str:
        from graphstep.telling.reports import chain

        return _markdown(chain.document(self.chain))

    def to_dict(self) -> dict[str, Any]:
        """The chain as JSON data."""
        from graphstep.telling.reports import chain

        return chain.data(self.chain, self.quantity)


def _markdown(document: Document) -> str:
    """What a notebook shows of a report."""
    from graphstep.faces import export

    writer: Any = export.exporter("md")
    pieces: Iterator[str] = writer.write(document, export.Options(math="dollars"))
    return "".join(pieces)


def _chain(trace: Trace, quantity: str) -> tuple[Stretch, ...]:
    """The chain of what a text names: ``grad x``, ``value q``, or a name alone for its gradient. InputError for no such node."""
    from graphstep.debugger.chains import why
    from graphstep.debugger.state import State
    from graphstep.telling.names import names_of

    names = names_of(trace.program)
    word, _, rest = quantity.partition(" ")
    if word in ("grad", "gradient", "value") and (node := names.find(rest)) is not None:
        return why(State(trace), node, "value" if word == "value" else "gradient")
    if (node := names.find(quantity)) is not None:
        return why(State(trace), node, "gradient")
    wanted = rest if word in ("grad", "gradient", "value") and rest else quantity
    raise InputError(
        f"no node is called {quoted(wanted)}",
        hint=did_you_mean(wanted, trace.program.names) or 'name a node behind grad or value: "grad x", "value q", "grad v3"',
    )
