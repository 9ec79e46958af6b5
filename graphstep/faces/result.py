"""A finished run as Python sees it: its numbers, its nodes, its steps, and all the views of it."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

from graphstep.engine import wires as engine
from graphstep.engine.step import Step
from graphstep.faces.arguments import given_values
from graphstep.ground.arrays import Number, number_text
from graphstep.ground.errors import did_you_mean, quoted
from graphstep.ground.records import dataclass
from graphstep.ground.values import numbers
from graphstep.language.values import read_texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import networkx

    from graphstep.analysis.jacobian import Jacobian
    from graphstep.engine.trace import Trace
    from graphstep.faces.reports import CheckReport, DiagnosisReport, WhyReport
    from graphstep.language.program import Program
    from graphstep.telling.cells import CellExplanation
    from graphstep.telling.explanation import Explanation


@dataclass(frozen=True, slots=True, eq=False)
class RunStep(Step):
    """A step that can explain itself."""

    @property
    def explanation(self) -> Explanation:
        """Everything that is said of this step, as data."""
        from graphstep.telling.explain import explain

        return explain(self.trace, self.n)

    def explain(self) -> str:
        """What is said of this step, as one paragraph."""
        return self.explanation.narrative


class RunSteps:
    """The steps of a run as a sequence; each is made when it is asked for. The first, ``[0]``, has number 1."""

    def __init__(self, of: Trace) -> None:
        self._trace = of

    def __len__(self) -> int:
        return len(self._trace)

    @overload
    def __getitem__(self, index: int) -> RunStep: ...
    @overload
    def __getitem__(self, index: slice) -> list[RunStep]: ...
    def __getitem__(self, index: int | slice) -> RunStep | list[RunStep]:
        if isinstance(index, slice):
            return [self._make(i + 1) for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(f"there are {len(self)} steps; index {index} is outside")
        return self._make(index % len(self) + 1)

    def __iter__(self) -> Iterator[RunStep]:
        return map(self._make, range(1, len(self) + 1))

    def __repr__(self) -> str:
        return f"<{len(self)} steps of {quoted(self._trace.program.text)}>"

    def _make(self, n: int) -> RunStep:
        # A step is a view, and so is this: nothing is computed before it is asked for.
        step = self._trace.step(n)
        return RunStep(step.trace, step.n, step.event, step.node, step.edge)


class RunNode(engine.RunNode):
    """A node of a finished run."""

    __slots__ = ()

    def sympy(self) -> Any:
        """Its expression for SymPy, an array as a ``sympy.Array`` of them; LimitError where it is too large for that."""
        from graphstep.analysis import symbolic

        return symbolic.to_sympy(self.trace.program, self.index, self.trace.inputs)

    def __repr__(self) -> str:
        called = repr(self.label) if self.name in (None, self.label) else f"{self.name} = {self.label!r}"
        gradient = "None" if self.gradient is None else number_text(self.gradient, 6)
        return f"<{self.id} {called} value={number_text(self.value, 6)} gradient={gradient}>"


class Run:
    """A program that has been run forward and backward. It does not change; :meth:`edit` makes another."""

    def __init__(self, of: Trace) -> None:
        self.trace = of
        """The run as data."""

    @property
    def program(self) -> Program:
        """What was read."""
        return self.trace.program

    @property
    def output(self) -> Number:
        """The value of the last statement."""
        return self.trace.output

    @property
    def inputs(self) -> dict[str, Number]:
        """The values of the inputs."""
        return self.trace.inputs

    @cached_property
    def gradients(self) -> dict[str, Number]:
        """The derivative of the output with respect to each input: floats, or arrays in the shapes of the inputs.

        Inputs that are data have none.
        """
        data = self.program.data
        return {name: self.trace.gradient_of(i) for i, name in enumerate(self.program.inputs) if name not in data}

    @property
    def steps(self) -> RunSteps:
        """All steps; the first, ``steps[0]``, has number 1."""
        return RunSteps(self.trace)

    @property
    def nodes(self) -> list[RunNode]:
        """All nodes: inputs, then gates in the order of the text."""
        return [RunNode(self.trace, i) for i in range(len(self.program.nodes))]

    @property
    def graph(self) -> networkx.MultiDiGraph:
        """The graph for networkx, with values, gradients and contributions (see :func:`graphstep.engine.network.network`)."""
        from graphstep.engine.network import network

        return network(self.trace)

    def __getitem__(self, key: str) -> RunNode:
        """A node by its name, its id (``v4``) or its text (``x+y``); KeyError when there is none."""
        if not isinstance(key, str):
            # Also what a loop over a run asks for first: a list of nodes is not the only thing that it could go through.
            raise TypeError("a run is asked for a node by its name, id or text; lists are run.nodes and run.steps")
        from graphstep.telling.names import names_of

        index = names_of(self.program).find(key)
        if index is None:
            hint = did_you_mean(key, self.program.names)
            raise KeyError(f"no node is called {quoted(key)}{f'; {hint}' if hint else ''}")
        return RunNode(self.trace, index)

    def __contains__(self, key: object) -> bool:
        from graphstep.telling.names import names_of

        return isinstance(key, str) and names_of(self.program).find(key) is not None

    def edit(self, /, **values: Any) -> Run:
        """The same program with other values, or texts of values, for some inputs."""
        values = given_values(None, values)
        texts = {name: text.strip() for name, text in values.items() if isinstance(text, str)}
        # A text is kept beside its value: the run that comes of it says randn(2, 3) where it was given so.
        arrays = {name: value for name, value in values.items() if name not in texts}
        return Run(self.trace.with_inputs({**numbers(arrays), **read_texts(texts, files=False)}, texts))

    def check(self) -> CheckReport:
        """Backprop, SymPy's derivative and central differences, side by side for every input."""
        from graphstep.faces.reports import CheckReport

        return CheckReport.of(self.trace)

    def jacobian(self, of: str, towards: str, turn: int = 1) -> Jacobian:
        """The Jacobian of a gate towards a node that it reads, both by name, id or text; ``turn`` says which of several readings.

        KeyError where the gate does not read the node, or sends it nothing.
        """
        from graphstep.analysis.jacobian import jacobian

        sender, receiver = self[of].index, self[towards].index
        wires = self.trace.between(sender, receiver)
        if not 1 <= turn <= len(wires):
            raise KeyError(f"{quoted(of)} sends {len(wires)} gradients to {quoted(towards)}")
        return jacobian(wires[turn - 1])

    def cell(self, text: str, of: Literal["gradient", "value"] = "gradient") -> CellExplanation:
        """One cell, ``W[0, 1]``, of a gradient or a value as the sum of numbers that it is. InputError where there is none."""
        from graphstep.telling.cells import cell, find_cell

        return cell(self.trace, *find_cell(self.trace, text), of)

    def diagnose(self) -> DiagnosisReport:
        """The layers of a network in figures, and what keeps it from learning."""
        from graphstep.faces.reports import DiagnosisReport

        return DiagnosisReport.of(self.trace)

    def why(self, quantity: str) -> WhyReport:
        """Why a number is zero, tiny, huge, inf or nan: ``grad x`` or ``value q``, followed to the place that made it so.

        InputError where no node is called so.
        """
        from graphstep.faces.reports import WhyReport

        return WhyReport(self.trace, quantity)

    def sympy(self) -> Any:
        """The whole expression for SymPy, an array as a ``sympy.Array``; LimitError where it is too large for that."""
        from graphstep.analysis import symbolic

        return symbolic.to_sympy(self.program, inputs=self.inputs)

    def explain(self, n: int) -> str:
        """What is said of step ``n``; 0 is the start."""
        from graphstep.telling.explain import explain

        return explain(self.trace, n).narrative

    def to(
        self,
        path: str | Path,
        *,
        at: int | None = None,
        math: str | None = None,
        detail: str | None = None,
        answers: str | None = None,
    ) -> Path:
        """Write it to a file; the suffix chooses the format.

        Documents take ``detail="brief"``, which leaves out rules and reasons, and ``answers="hidden"``, which leaves a blank
        where a number is to be found; Markdown takes ``math="dollars"`` or ``"pandoc"``. InputError for any other word.
        """
        from graphstep.faces import export

        return export.write(self.trace, path, at=at, options=export.options_of(math, detail, answers))

    @property
    def disagreement(self) -> RunNode | None:
        """Of a captured or recorded run, the first node on the way back whose own gradient is another one, by more than 1e-9.

        The gradients here are graphstep's; ``trace.recorded.gradients`` are those of the program. None where all agree, and where
        it had none.
        """
        from graphstep.engine.replay import differing_node

        node = differing_node(self.trace)
        return None if node is None else RunNode(self.trace, node)

    def save(self, path: str | Path) -> Path:
        """Write its program and all of its numbers, to the bit, to a file that :func:`graphstep.load` and the commands open.

        InputError for a round of a training, and for a name that does not end in ``.gsz``.
        """
        from graphstep.engine.archive import SUFFIX
        from graphstep.faces import export
        from graphstep.ground.errors import InputError, quoted

        if not str(path).endswith(SUFFIX):
            raise InputError(f"{quoted(str(path))} does not end in {SUFFIX}", hint="save('run.gsz'); to() writes documents")
        return export.write(self.trace, path)

    def to_text(self, *, at: int | None = None, detail: str | None = None, answers: str | None = None) -> str:
        """The narrated trace; with options the worked solution as text. The options are those of :meth:`to`."""
        return self._render("text", at, None, detail, answers)

    def to_markdown(
        self, *, at: int | None = None, math: str | None = None, detail: str | None = None, answers: str | None = None
    ) -> str:
        """The worked solution in Markdown. The options are those of :meth:`to`."""
        return self._render("md", at, math, detail, answers)

    def to_tex(self, *, at: int | None = None, detail: str | None = None, answers: str | None = None) -> str:
        """The worked solution in LaTeX. The options are those of :meth:`to`."""
        return self._render("tex", at, None, detail, answers)

    def to_latex(self) -> str:
        """The program as a formula in LaTeX, a line a statement; :func:`graphstep.from_latex` reads it as the same graph."""
        from graphstep.telling.formula import latex_of

        return latex_of(self.program)

    def to_svg(self, *, at: int | None = None) -> str:
        """The drawn graph with its values and gradients."""
        return self._render("svg", at)

    def to_json(self, *, at: int | None = None) -> str:
        """The run as a JSON document, schema 1."""
        return self._render("json", at)

    def to_dict(self, *, at: int | None = None) -> dict[str, Any]:
        """The run as the data of that document."""
        from graphstep.faces.export import check_step
        from graphstep.faces.export.json import to_dict

        check_step(self.trace, at)
        return to_dict(self.trace, at)

    def show(self, at: int = 0) -> None:
        """Open the debugger on this run in the terminal, at step ``at``. Where there is no terminal, print its steps."""
        from graphstep.ground.browser import in_browser

        if not (in_browser() or (sys.stdin.isatty() and sys.stdout.isatty())):
            print(self.to_text(at=at or None))
            return
        from graphstep.faces.tui import open_program
        from graphstep.ground.signals import again

        again(open_program(self.trace.program, self.trace.inputs, at=at, recorded=self.trace))

    def __reduce__(self) -> tuple[Any, ...]:
        # Rules of gates are functions that stand in tables, and cannot be sent to another process: a run goes there as its file.
        from graphstep.engine.archive import opening_of_trace, write_run

        return _sent, (write_run(opening_of_trace(self.trace)),)

    def __copy__(self) -> Run:
        # It does not change: its trace is as good in two hands as in one.
        return Run(self.trace)

    def __deepcopy__(self, _: Any) -> Run:
        return Run(self.trace)

    def _render(self, name: str, at: int | None, *options: str | None) -> str:
        from graphstep.faces import export

        return export.render(self.trace, name, at, export.options_of(*options))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from graphstep.faces import notebook

        return notebook.bundle(self.trace, repr(self))

    def _ipython_display_(self) -> None:
        # A front end shows one entry of a bundle. Where it has no page, a run has two things to show: picture and solution.
        from IPython.display import display

        bundle = self._repr_mimebundle_()
        if "text/html" in bundle:
            display(bundle, raw=True)
            return
        for kind in ("image/svg+xml", "text/markdown"):
            display({kind: bundle[kind], "text/plain": bundle["text/plain"]}, raw=True)

    def __repr__(self) -> str:
        gradients = ", ".join(f"{name}: {number_text(value, 6)}" for name, value in list(self.gradients.items())[:6])
        more = ", …" if len(self.gradients) > 6 else ""
        output = f"{self.program.label(self.program.output)!r} output={number_text(self.output, 6)}"
        return f"<graphstep.Run {output} gradients={{{gradients}{more}}}>"


def _sent(content: bytes) -> Run:
    """The run that another process sent."""
    from graphstep.engine.archive import read_run

    return Run(read_run(content).run())
