"""The documentation is run: examples print what the pages say, made pages are current, links resolve, names are documented."""

from __future__ import annotations

import ast
import doctest
import json
import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import graphstep
from docs import core, pictures
from docs.examples import ROOT, pages, refreshed
from docs.generate import HERE, PAGES
from graphstep.faces.cli import main
from graphstep.faces.export._writer import BLOCKS, INLINES, Writer
from graphstep.faces.export.training import document
from tests.cases import each
from tests.faces.tui.conftest import jumping, sheets, spared  # noqa: F401 (of every test that opens a screen)
from tests.source import modules

FENCE = re.compile(r"^(?P<fence>`{3,})(?P<kind>\w*)\n(?P<body>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)
KINDS = {"console", "pycon", "python", "sh", "text", "json", "predict", "markdown", "toml", "mermaid", "math"}
"""Fences that a page may hold: those that run (console, pycon), those that are taken from the code or that other tests hold to
account, and text."""

by_page = each("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))


@by_page
def test_commands_print_what_the_page_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert refreshed(text).splitlines() == text.splitlines(), "make docs writes the page anew"


@by_page
def test_python_examples_give_what_the_page_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    examples = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    result = doctest.DocTestRunner(verbose=False).run(examples)
    assert result.failed == 0
    assert result.attempted == text.count("\n>>> ")


@by_page
def test_blocks_are_of_a_known_kind_and_links_resolve(page: Path) -> None:
    for block in FENCE.finditer(page.read_text(encoding="utf-8")):
        assert block["kind"] in KINDS, block[0]
        if block["kind"] == "json":
            json.loads(block["body"])
    for link in LINK.finditer(FENCE.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = link["target"].partition("#")
        if "://" in path:
            continue
        target = (page.parent / path) if path else page
        assert target.exists(), link[0]
        if anchor:
            assert anchor in {slug(heading["title"]) for heading in HEADING.finditer(target.read_text(encoding="utf-8"))}, link[0]


def slug(title: str) -> str:
    """The anchor that Git hosts make of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@each("name", PAGES)
def test_pages_that_are_made_from_the_code_are_current(name: str) -> None:
    assert (HERE / name).read_text(encoding="utf-8") == PAGES[name](), "make docs writes them anew"


def test_the_picture_of_the_graph_is_current() -> None:
    assert (HERE / "images/graph.svg").read_text(encoding="utf-8") == pictures.graph(), "make docs draws it anew"


def test_the_picture_that_moves_is_of_now() -> None:
    # Letters and frames; colours and places are the themes' and the drawing's own business.
    shown, now = words((HERE / "images/stepping.svg").read_text(encoding="utf-8")), words(pictures.stepping())
    assert shown == now, "make docs draws it anew"


def test_the_picture_of_the_screen_says_what_the_screen_says() -> None:
    shown, now = words((HERE / "images/screen.svg").read_text(encoding="utf-8")), words(pictures.screen())
    assert shown == now, "make docs takes it anew"
    assert {"switcher", "backward"} <= set(now)


def words(svg: str) -> list[str]:
    """The text in a picture; how it is painted is Textual's business."""
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)).replace("&#160;", " ").split()


def test_every_function_of_the_language_is_on_its_page() -> None:
    from graphstep.language.read.functions import function_names

    text = (HERE / "reference/language.md").read_text(encoding="utf-8")
    missing = [name for name in function_names() if not re.search(rf"(?<!\w){name}(?!\w)", text)]
    assert not missing


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    from graphstep.ground import limits

    text = (HERE / "reference/language.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| (.+?) \| (?:at most |±)?([\d,]+) \|$", text, re.MULTILINE))
    assert {int(number.replace(",", "")) for number in table.values()} == {
        limits.TEXT,
        limits.TRANSLATED,
        limits.WRITTEN,
        limits.GATES,
        limits.FOLLOWED,
        limits.WRITTEN_OUT,
        limits.NESTING,
        limits.NUMERAL_DIGITS,
        limits.NUMERAL_EXPONENT,
        limits.NAME,
        limits.CELLS,
        limits.CAPTURED,
        limits.AXES,
        limits.FILE,
        limits.UNPACKED,
        limits.JSON,
    }


def test_every_field_of_the_json_document_is_on_its_page() -> None:
    numbers = graphstep.run("q = 2*x; q*q", x=3).to_dict()
    arrays = graphstep.run("sum(X@x, axis=0)", X=[[1, 2], [3, 4]], x=[5, 6]).to_dict()
    trained = graphstep.train("mean((X@w - y)^2)", params=["w"], steps=2, X=[[1], [2]], y=[2, 4], w=[0], held_out="X,y:0.5")
    training = json.loads("".join(document.export(trained)))
    documents = [numbers, arrays, training]
    named = {key for made in documents for key in made}
    named |= {key for made in documents for part in (*made["nodes"], *made["steps"]) for key in part}
    named |= {key for made in documents for step in made["steps"] for key in step.get("jacobian", ())}
    named |= {*training["training"], *training["history"]}
    # What a run seldom has stands in the schema.
    schema = json.loads(Path(graphstep.__file__).with_name("faces").joinpath("export/schema-1.json").read_text(encoding="utf-8"))
    named |= {*schema["properties"]}
    text = (HERE / "reference/json.md").read_text(encoding="utf-8")
    assert {name for name in named if f"`{name}`" not in text} == set()


W, x = "W=[[1,2],[3,4]]", "x=[5,6]"
JSON_REPORTS = {
    "Checks": (
        ["check", "relu(x)*y", "x=0", "y=3"],
        ["check", "sum(W@x)", W, x],
        ["check", "sum(v*v)", "v=ones(60)"],
        ["check", "1/x", "x=0"],
        ["check", "x*y", "x=1", "y=2", "--claim", "dx=3"],
        ["check", "sin(x)", "x=1", "--against-h", "x"],
    ),
    "Diagnoses": (["diagnose", "sum(relu(W@x))*0 + y", W, x, "y=inf"], ["diagnose", "--network", "2x20", "--init", "0.01"]),
    "Sweeps": (
        ["diagnose", "--network", "2x20", "--sweep", "init=0.01:10:3", "--jobs", "1"],
        ["diagnose", "tanh(w*x)", "x=2", "--sweep", "w=1,2", "--jobs", "1"],
    ),
    "Jacobians": (
        ["jacobian", "sum(W@x)", W, x],
        ["jacobian", "sum(W@x)", W, x, "--path", "W"],
        ["jacobian", "sum(W@x)", W, x, "--cell", "W[0,1]"],
        ["jacobian", "sum(W@x)", W, x, "--cell", "W"],
    ),
    "Chains of causes": (
        ["why", "grad x", "exp(x)*0", "x=2"],
        ["why", "value y", "y = exp(x); y", "x=800"],
        ["why", "grad x", "sigmoid(x)*y", "x=800", "y=5"],
    ),
    "Comparisons": (["diff", "max(x, y)", "max(x, y - 1.5)", "x=1", "y=2"],),
}
"""The headings of reports on the page of JSON, and commands that print every member of them."""


def members(document: object) -> set[str]:
    """The names of members, at any depth; what stands in ``inputs`` has the user's names."""
    if isinstance(document, list):
        return set().union(*map(members, document))
    if not isinstance(document, dict):
        return set()
    return {*document}.union(*(members(part) for name, part in document.items() if name != "inputs"))


@each("heading", JSON_REPORTS)
def test_every_member_of_a_report_stands_in_its_section(heading: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = (HERE / "reference/json.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", section))
    printed: set[str] = set()
    for command in JSON_REPORTS[heading]:
        main([*command, "--format", "json"])
        printed |= members(json.loads(capsys.readouterr().out))
    assert printed - named == set()
    fields = {
        name for cells in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section, re.MULTILINE) for name in re.findall(r"\w+", cells)
    }
    assert fields - printed == set()


def test_every_decision_fits_on_half_a_page_and_is_listed() -> None:
    listed = (HERE / "decisions/README.md").read_text(encoding="utf-8")
    for page in sorted((HERE / "decisions").glob("[0-9]*.md")):
        assert page.name in listed
        assert len(page.read_text(encoding="utf-8").splitlines()) <= 15, page.name


def test_every_module_stands_in_the_architecture() -> None:
    text = (HERE / "architecture.md").read_text(encoding="utf-8")
    parts = {path.name for path in (ROOT / "graphstep").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    missing = {part for part in parts if not part.startswith("__") and f"{part}`" not in text and f"{part}/`" not in text}
    assert not missing


def test_public_names_have_docstrings_and_fields_their_strings() -> None:
    bare = []
    for where, _, (tree, *_) in modules("graphstep"):
        path = ROOT / where
        assert isinstance(tree, ast.Module)
        names = [name for owner in (tree, *classes(tree)) for name in undocumented(owner)]
        if "tui" in path.parts:
            names = [name for name in names if not textual_calls(name)]
        if "export" in path.parts and path.stem != "_writer":
            # What a method of a writer writes is said once, by the block that it is named after.
            names = [name for name in names if not hasattr(Writer, name) and name not in {*BLOCKS.values(), *INLINES.values()}]
        if not ast.get_docstring(tree):
            names.append("the module")
        bare += [f"{path.relative_to(ROOT)}: {name}" for name in names]
    assert not bare


def textual_calls(name: str) -> bool:
    """Whether Textual says what a method of this name is for."""
    from textual.app import App
    from textual.scroll_view import ScrollView

    return name.startswith(("on_", "watch_")) or hasattr(ScrollView, name) or hasattr(App, name)


def classes(tree: ast.Module) -> list[ast.ClassDef]:
    """The public classes of a module; a protocol's methods are described by its docstring or their names."""
    return [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]


def undocumented(owner: ast.Module | ast.ClassDef) -> list[str]:
    """The public classes, functions and dataclass fields in a module or class that nothing describes."""
    protocol = isinstance(owner, ast.ClassDef) and any(ast.unparse(parent) == "Protocol" for parent in owner.bases)
    decorated = isinstance(owner, ast.ClassDef) and any("dataclass" in ast.unparse(mark) for mark in owner.decorator_list)
    found = []
    for node, following in zip(owner.body, [*owner.body[1:], None], strict=True):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            overload = any(ast.unparse(mark) == "overload" for mark in node.decorator_list)
            if not (node.name.startswith("_") or protocol or overload or ast.get_docstring(node)):
                found.append(node.name)
        elif decorated and isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            described = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            if not described and not ast.unparse(node.annotation).startswith("ClassVar"):
                found.append(f"{getattr(owner, 'name', '')}.{node.target.id}")
    return found


MODULES = [
    module.name
    for module in walk_packages(graphstep.__path__, "graphstep.")
    if not module.name.endswith(("__main__", "engine.core._core", "engine.core.hook"))
]
"""Those that are Python and that Python alone can import: not what is compiled, nor what a build imports."""


def test_examples_in_docstrings_hold() -> None:
    examples = {}
    for name in MODULES:
        module = import_module(name)
        text = Path(module.__file__ or "").read_text(encoding="utf-8")
        if ">>> " in text:
            result = doctest.testmod(module)
            examples[name] = (result.failed, result.attempted)
            assert examples[name] == (0, len([line for line in text.splitlines() if line.strip().startswith(">>> ")])), name
    assert len(examples) > 5


def test_the_core_is_read_in_an_evening() -> None:
    shown = [
        block["body"].splitlines()[1:] for block in FENCE.finditer((HERE / "core.md").read_text()) if block["kind"] == "python"
    ]
    assert len(shown) >= 6
    assert sum(map(len, shown)) <= core.BOUND
