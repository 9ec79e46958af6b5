"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from docs.examples import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = sorted((ROOT / "graphstep").rglob("*.py"))
FORBIDDEN = {"eval", "exec", "compile", "sympify", "parse_expr", "lambdify", "__import__", "setrecursionlimit"}
"""What runs text as code, or hides recursion. ``re.compile`` and methods of such names are other things."""
LINES = 400
TABLES = {"table.py"}
"""Files that may be longer: they are one table, of which nobody reads more than a row."""

each_module = pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))


@each_module
def test_nothing_runs_text_as_code(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    asked = {node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not called & FORBIDDEN
    assert not asked & (FORBIDDEN - {"compile"})
    assert not imported & {"pickle", "marshal", "shelve"}


@each_module
def test_no_error_is_swallowed_whole(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            assert ast.unparse(node.type) not in ("Exception", "BaseException")


@each_module
def test_a_module_is_one_thing_and_finished(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.name in TABLES or len(text.splitlines()) <= LINES
    assert not re.search(r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError", text)
    for line in text.splitlines():
        if mark := re.search(r"# (type: ignore|noqa)(\[[^\]]*\]|: [A-Z]+\d+)?(?P<reason>.*)", line):
            assert mark["reason"].strip(" #-"), f"{line.strip()}: silenced without a reason beside it"
