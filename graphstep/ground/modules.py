"""A file of the user's is imported as a module, alone or as a part of its package; and which files are no user's is told."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import sys
import sysconfig
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

_LIBRARIES = tuple(os.path.join(path, "") for path in (sysconfig.get_path("stdlib"), str(Path(__file__).parents[1])))
# Packages are also installed for a user, for a distribution, and in the environment that another one is made on top of.
_INSTALLED = re.compile(r"[\\/](?:site|dist)-packages[\\/]")


@cache
def is_library(path: str) -> bool:
    """Whether a file is Python's own, an installed package's or graphstep's: nothing that the user wrote for this call."""
    return path.startswith((*_LIBRARIES, "<frozen")) or _INSTALLED.search(path) is not None


def module_of_file(path: str, folder: str = "") -> ModuleType | None:
    """A file of the user's imported as a module. None for no Python file.

    What lies beside it can be imported, as for a script, and behind all else what lies in ``folder``, by default the one at hand.
    A file that names its package is imported as a part of it. What the file raises passes through.
    """
    file = Path(path).resolve()
    depth = _depth(file)
    # Behind the packages that are installed: `numpy` in the folder of somebody's autograd is a part of it, and no NumPy.
    sys.path += [str(file.parent), folder or os.getcwd()] if depth else [folder or os.getcwd()]
    sys.path.insert(0, str(file.parents[depth]))
    if depth:
        parts = file.relative_to(file.parents[depth]).with_suffix("").parts
        return import_module(".".join(parts if parts[-1] != "__init__" else parts[:-1]))
    spec = importlib.util.spec_from_file_location(file.stem, path)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _depth(file: Path) -> int:
    """How many folders up from its own a file is imported from: 0 unless it imports from the package that it stands in."""
    try:
        imports = [*ast.walk(ast.parse(file.read_bytes()))]
    except (SyntaxError, ValueError):
        # Whoever imports it says what is wrong.
        return 0
    absolute = {each.name for node in imports if isinstance(node, ast.Import) for each in node.names}
    absolute |= {node.module for node in imports if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    depth = max((node.level for node in imports if isinstance(node, ast.ImportFrom)), default=0)
    tops, folders = {name.partition(".")[0] for name in absolute}, file.parents
    # The outermost folder whose name is imported, unless that is a library's, which happens to be called like the folder.
    for up, folder in enumerate(folders[:-1], 1):
        if folder.name in tops and (_is_package(folder) or importlib.util.find_spec(folder.name) is None):
            depth = max(depth, up)
    while 0 < depth < len(folders) - 1 and _is_package(folders[depth]):
        depth += 1
    return min(depth, len(folders) - 1)


def _is_package(folder: Path) -> bool:
    return (folder / "__init__.py").is_file()
