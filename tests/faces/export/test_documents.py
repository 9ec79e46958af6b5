"""Documents: every writer writes every block, and all of them say the same words and numbers in the same order."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

import graphstep as gs
from graphstep.faces import export
from graphstep.faces.export import _pdf, tex
from graphstep.faces.export._options import CHOICES
from graphstep.faces.export._pandoc import Pandoc
from graphstep.faces.export._writer import BLOCKS, INLINES, Writer
from graphstep.faces.export.platforms._markup import Markup
from graphstep.faces.export.platforms._markup import Tex as PlatformTex
from graphstep.ground.errors import GraphstepError, InputError
from graphstep.telling import document as blocks
from graphstep.telling.explain import explain
from graphstep.telling.explanation import BLANK, Ladder, Note
from graphstep.telling.reports.run import narration, solution
from tests.cases import each

WRITERS = tuple(name for name in export.formats() if hasattr(export.exporter(name), "write"))
RUN = gs.run("(x+y)*z", x=-2, y=5, z=-4)
NEURON = gs.run("1/(1+exp(-(w0*x0+w1*x1+w2)))", w0=2, x0=-1, w1=-3, x1=-2, w2=-3)

_SILENT = ("anchor", "kind", "role", "left", "rungs", "pattern", "status")
_FORMULAS = blocks.Math | blocks.Graph | blocks.Figure | blocks.Command | blocks.Typed | blocks.Code | Ladder

_SENT = explain(RUN.trace, 4)
assert _SENT.ladder is not None
_FORMULA = blocks.Math.of(_SENT.ladder)
EXAMPLES: tuple[Any, ...] = (
    blocks.Heading(1, ("alpha ", blocks.Code("beta")), "top"),
    blocks.Prose((blocks.Strong("gamma"), " ", blocks.Emphasis("delta"), " epsilon ", _FORMULA)),
    blocks.Listing((("zeta",), ("eta",))),
    blocks.Equations((_FORMULA,)),
    _SENT.ladder,
    blocks.Table(
        (blocks.Column(("theta",)), blocks.Column(("iota",), numbers=True)),
        ((("kappa",), (blocks.Figure(0.25, 4, "gradient"),)), ((blocks.Histogram((1, 2, 4)),), (blocks.Figure(3, 0, "count"),))),
    ),
    blocks.Graph(RUN.trace, len(RUN.trace)),
    blocks.Curve((("lambda", (3.0, 2.0, 1.0)),)),
    blocks.Grid(("mu", "nu"), ("0", "1"), ("0.1", "10"), (("+", "-"), ("!", "·")), (("+", "xi"), ("-", "pi"))),
    blocks.Typed("omicron + 1"),
    blocks.Command("rho"),
    Note("warning", "sigma"),
    blocks.Step(4, 7, "step-4", "tau", "switcher", (blocks.Prose(("upsilon",)), _SENT.ladder)),
    blocks.Verdict("doubt", "phi", ("chi",)),
    blocks.Columns((("psi",), ("omega",))),
    # The Greek alphabet ends here.
    blocks.Question(1, ("aleph",), (("beth",), ("gimel",)), (("daleth",),), ("vav ", BLANK)),
    blocks.Question(2, (), (), (("zayin",),), ("heth",)),
)


def written(name: str, *content: Any, **options: Any) -> str:
    writer: Any = export.exporter(name)
    return "".join(writer.write(blocks.Document("a title", content), export.Options(**options)))


def test_the_writers_know_every_block_and_every_part_of_a_line() -> None:
    assert {type(block) for block in EXAMPLES} == set(get_args(blocks.Block)) == set(BLOCKS)
    assert set(get_args(blocks.Inline)) == set(INLINES)


def test_a_writer_that_lacks_a_method_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="Bare has no method for heading, listing"):
        type("Bare", (Writer,), {})
    assert len(WRITERS) > 1


@each("name", WRITERS)
@each("block", EXAMPLES, ids=lambda block: type(block).__name__)
def test_every_writer_writes_every_block(name: str, block: Any) -> None:
    text = written(name, block)
    assert text.endswith("\n")
    for word in words(block):
        assert word in text


DIALECTS = {"pandoc": Pandoc(export.Options(math="pandoc")), "MathML": Markup("en", ""), "TeX in HTML": PlatformTex("en", "")}
"""The writers that no suffix asks for: Markdown for pandoc, and what learning platforms import."""


@each("name", DIALECTS)
@each("block", EXAMPLES, ids=lambda block: type(block).__name__)
def test_the_writers_of_dialects_write_every_block(name: str, block: Any) -> None:
    text = DIALECTS[name].block(block)
    assert text
    # A platform has no steps of its own to number, and names no pattern.
    for word in words(block):
        assert word in text


def words(block: Any) -> list[str]:
    """The words of a block, wherever they stand in it, in the order in which they are written."""
    if isinstance(block, blocks.Question):
        return words(block.blocks)
    if isinstance(block, str):
        return re.findall("[a-z]{2,}", block)
    if isinstance(block, tuple):
        return [word for part in block for word in words(part)]
    if isinstance(block, blocks.Math | blocks.Graph | blocks.Figure) or not hasattr(block, "__dataclass_fields__"):
        return []
    return words(tuple(getattr(block, field.name) for field in fields(block) if field.name not in _SILENT))


@each("name", WRITERS)
def test_a_writer_keeps_the_order(name: str) -> None:
    """Letters of two alphabets, in their order, through all blocks."""
    text = written(name, *EXAMPLES)
    letters = [word for block in EXAMPLES for word in words(block)]
    places = [re.search(rf"\b{letter}\b", text).start() for letter in letters]  # type: ignore[union-attr]
    assert places == sorted(places)


@each("name", WRITERS)
@each("builder", [narration, solution])
def test_documents_are_built_alike_for_every_writer(name: str, builder: Any) -> None:
    """A builder knows nothing of the format; its blocks hold no ink."""
    document = builder(NEURON.trace)
    content = tuple(document.blocks)
    assert written(name, *content) == written(name, *content)
    assert not re.search(r"[$`\\]|\*\*|</", "".join(words_only(content)))


def words_only(part: Any) -> list[str]:
    """Every plain text in a document."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, tuple):
        return [text for one in part for text in words_only(one)]
    if isinstance(part, _FORMULAS):
        return []
    if not hasattr(part, "__dataclass_fields__"):
        return []
    return [text for field in fields(part) for text in words_only(getattr(part, field.name))]


# -- options -----------------------------------------------------------------------------------------------------------------

HARD = {
    "neuron": NEURON,
    "arrays": gs.run("h = x*W + b; mean(relu(h))", x=2, W=[[1, -2, 0], [0.5, 3, -1]], b=[1, 0, 1]),
    "large arrays": gs.run("mean(relu(X@W)^2)", X="randn(20,30)", W="randn(30,4,seed=1)"),
    "kinks": gs.run("max(x, y) + relu(z) + 1/w", x=2, y=2, z=0, w=0),
    "60 gates": gs.run(";".join(["a0=x", *(f"a{i}=a{i - 1}*x+tanh(y)" for i in range(1, 20))]), x=0.9, y=0.1),
    "600 gates": gs.run(";".join(["a0=x", *(f"a{i}=a{i - 1}*x+tanh(y)" for i in range(1, 200))]), x=0.9, y=0.1),
    "seed": gs.run("x*y", x=[1, 2, 3], y=2, seed=[0, 1, 0]),
    "hostile": gs.run(
        "权 = é*x_1  # \\input{/etc/passwd} %$ } { ^^41 \\end{document} --x \"`' <b> | ![](x)\n权^2 + max(ß, β)",
        é="1/3",
        x_1=2,
        ß=1,
        β=1,
    ),
}


def numbers(text: str) -> list[str]:
    return re.findall(r"(?<![\w.])\d+(?:\.\d+)?", text)


@each("name", WRITERS)
@each("which", ["neuron", "60 gates", "arrays"])
def test_hidden_answers_are_nowhere(name: str, which: str) -> None:
    """Whatever a run computes and its problem does not hold is in no sheet."""
    run = HARD[which]
    trace = run.trace
    sheet = export.render(trace, name, options=export.Options(answers="hidden"))
    whole = export.render(trace, name)
    # Places in a picture are no answers.
    sheet = re.sub(r"\\begin\{tikzpicture\}.*?\\end\{tikzpicture\}|<svg.*?</svg>", "", sheet, flags=re.DOTALL)
    assert "____" in sheet.replace("\\_", "_")
    computed = {text for text in numbers(whole) if "." in text and len(text) > 4}
    given = {str(value) for value in run.inputs.values()}
    assert computed - given
    assert not (computed - given) & set(numbers(sheet))


def test_a_sheet_keeps_rules_and_conventions_without_what_they_come_to() -> None:
    run = gs.run("max(x, y)*z + tanh(x)", x=2, y=2, z=-4)
    sheet = export.render(run.trace, "text", options=export.Options(answers="hidden"))
    assert "The × gate scales its upstream gradient by the other input, z." in sheet
    assert "z = -4." not in sheet
    assert "its whole upstream gradient goes to the input that was largest, and 0 to the others." in sheet
    assert "It chose" not in sheet
    assert "x and y tie at ____. max routes to exactly one input: the first of them." in sheet
    assert "one minus the square of its own output ____." in sheet
    assert "x is used 2 times" in sheet
    arrays = gs.run("q = sum(W@x + x, axis=0); q*q", W=[[1, 2], [3, 4]], x=[1, 2])
    assert "along axis 0." in export.render(arrays.trace, "text", options=export.Options(answers="hidden"))


@each("name", WRITERS)
def test_a_brief_document_explains_nothing_and_keeps_every_value(name: str) -> None:
    brief, whole = (export.render(NEURON.trace, name, options=export.Options(detail=word)) for word in ("brief", "full"))
    assert len(brief) < len(whole) or name == "text"
    assert "The slope of" not in brief
    for value in ("0.7311", "0.1966", "0.3932", "0.5898", "0.5344"):
        assert value in brief


@each("option", CHOICES)
def test_an_unknown_choice_is_refused_with_the_choices(option: str) -> None:
    with pytest.raises(InputError) as caught:
        RUN.to_markdown(**{option: "nothing of the sort"})
    for choice in CHOICES[option]:
        assert choice in caught.value.message + caught.value.hint


@pytest.mark.parametrize("name", ["json", "svg"])
def test_a_format_of_data_takes_no_options_of_documents(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} holds the run itself"):
        export.render(RUN.trace, name, options=export.Options(answers="hidden"))


def test_mathematics_stands_between_dollars_where_that_is_asked_for() -> None:
    text = NEURON.to_markdown(math="dollars")
    assert "$`" not in text
    assert "```math" not in text
    assert text.count("$$\n") % 2 == 0
    assert "$f = 0.7311$" in text


# -- LaTeX, PDF, pandoc --------------------------------------------------------------------------------------------------------


def _has_chinese() -> bool:
    """Whether the engine of TeX finds the fonts that a document with Chinese words asks for."""
    engine = Path(_pdf.engine() or "").name
    wanted = ("CJKutf8.sty", "c70gbsn.fd") if engine == "pdflatex" else ("ctex.sty", "FandolSong-Regular.otf")
    search = shutil.which("kpsewhich")
    return search is not None and len(subprocess.run([search, *wanted], capture_output=True, check=False).stdout.split()) == 2


with_tex = pytest.mark.skipif(_pdf.engine() is None, reason="no engine of TeX is installed")


@pytest.mark.paper
@with_tex
@pytest.mark.parametrize("which", HARD)
def test_latex_compiles(which: str, tmp_path: Path) -> None:
    path = HARD[which].to(tmp_path / "sheet.pdf", answers="hidden" if which == "60 gates" else None)
    assert path.read_bytes().startswith(b"%PDF")


def test_a_section_has_room_for_what_belongs_together() -> None:
    text = RUN.to_tex(answers="hidden")
    assert text.count(r"\section*") == text.count(r"\room\section*") > 1
    assert r"\newcommand{\room}{\par\dimen0=\pagegoal" in text


@pytest.mark.paper
@with_tex
def test_every_block_compiles() -> None:
    assert _pdf.pdf([written("tex", *EXAMPLES)]).startswith(b"%PDF")


@pytest.mark.paper
@with_tex
def test_the_same_document_gives_the_same_pdf() -> None:
    assert _pdf.pdf([RUN.to_tex()]) == _pdf.pdf([RUN.to_tex()])


@pytest.mark.paper
@with_tex
def test_what_tex_cannot_read_is_an_error() -> None:
    with pytest.raises(GraphstepError, match="could not make the PDF"):
        _pdf.pdf([r"\documentclass{article}\begin{document}\nosuchcommand\end{document}"])


CHINESE = gs.run("(权重+y)*z", inputs={"权重": -2, "y": 5, "z": -4}, language="zh")


def test_only_a_document_with_chinese_words_asks_for_their_font() -> None:
    text = CHINESE.to_tex()
    assert tex.CHINESE in text
    assert "权重" in text
    assert "U+" not in text
    english = gs.run("(权重+y)*z", inputs={"权重": -2, "y": 5, "z": -4}).to_tex()
    assert english.isascii()
    assert tex.CHINESE not in english


@pytest.mark.paper
@with_tex
@pytest.mark.skipif(not _has_chinese(), reason="TeX has no Chinese font")
def test_chinese_compiles(tmp_path: Path) -> None:
    assert CHINESE.to(tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.paper
@with_tex
def test_without_a_chinese_font_the_error_names_what_would_do() -> None:
    lacking = CHINESE.to_tex().replace("CJKutf8.sty", "no-such-file.sty").replace("ctex.sty", "no-such-file.sty")
    with pytest.raises(GraphstepError, match=r"Chinese words need .*Debian: .*chinese"):
        _pdf.pdf([lacking])


def test_without_an_engine_a_pdf_is_refused_with_what_would_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GraphstepError, match="engine of TeX") as caught:
        RUN.to(tmp_path / "sheet.pdf")
    assert ".tex" in caught.value.hint
    assert not list(tmp_path.iterdir())


def test_nothing_of_a_program_is_a_command_in_latex() -> None:
    text = HARD["hostile"].to_tex()
    assert text.isascii()
    assert r"\input" not in text
    assert text.count(r"\end{document}") == 1


@pytest.mark.paper
@pytest.mark.skipif(shutil.which("pandoc") is None, reason="pandoc is not installed")
@pytest.mark.parametrize("to", ["docx", "html", "pdf"])
@pytest.mark.parametrize("which", ["arrays", "hostile"])
def test_pandoc_makes_other_formats_without_an_error(which: str, to: str, tmp_path: Path) -> None:
    if to == "pdf" and shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex is installed")
    HARD[which].to(tmp_path / "sheet.md", math="pandoc")
    words = ["pandoc", "-s", "--mathml", "sheet.md", "-o", f"sheet.{to}"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Could not convert" not in done.stderr
    assert (tmp_path / f"sheet.{to}").stat().st_size > 1_000
