"""The code as text and as Python reads it, for the tests that look at all of it; it is read once a process."""

from __future__ import annotations

import ast
import functools
import gc

from tests import FOLDER

ROOT = FOLDER.parent


@functools.cache
def modules(folder: str) -> list[tuple[str, str, list[ast.AST]]]:
    """Every module below a folder: where it is, its text, and all nodes that Python reads in it."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob("*.py"))}
    gc.disable()
    read = [(path.relative_to(ROOT).as_posix(), text, _nodes(ast.parse(text))) for path, text in texts.items()]
    # A million nodes that stay: the garbage collector need not look through them for the rest of the tests.
    gc.freeze()
    gc.enable()
    return read


def _nodes(tree: ast.AST) -> list[ast.AST]:
    """All nodes of a tree, as ``ast.walk`` has them, in a third of its time: no field is looked up by its name."""
    nodes = [tree]
    # It grows while it is gone through.
    for node in nodes:
        for field in vars(node).values():
            if isinstance(field, list):
                nodes += [part for part in field if isinstance(part, ast.AST)]
            elif isinstance(field, ast.AST):
                nodes.append(field)
    return nodes
