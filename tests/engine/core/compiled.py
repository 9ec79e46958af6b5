"""The compiled core for tests: of the source as it stands, whatever is installed and used."""

from __future__ import annotations

from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from graphstep.engine.core import _loaded
from graphstep.engine.core.compiler import CompileError, compiled


@cache
def core() -> Any:
    """The core: the installed one where it was compiled from this source, or else a new one; the error's message where it
    cannot be compiled here."""
    if not isinstance(installed := _loaded(), str):
        return installed
    with TemporaryDirectory() as folder:
        try:
            spec = spec_from_file_location("graphstep.engine.core._core", compiled(Path(folder)))
        except CompileError as error:
            return str(error)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
