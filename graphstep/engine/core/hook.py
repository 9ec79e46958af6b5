"""What the build of a wheel asks: with the core where it can be compiled, for every system where not.

GRAPHSTEP_CORE=0 builds without it, GRAPHSTEP_CORE=1 fails where it cannot be compiled. Who builds finds this module by its path.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import sys_tags

FOLDER = Path("graphstep", "engine", "core")
"""Where the core is found, in a wheel as in the source tree."""


class CoreHook(BuildHookInterface):
    """Compiles the core before a wheel is packed."""

    PLUGIN_NAME = "custom"
    place = ""
    """The folder that it is compiled into; empty before that."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile it into the wheel; for an editable installation, which has none, into the source tree."""
        sys.path.insert(0, self.root)
        from graphstep.engine.core import VARIABLE
        from graphstep.engine.core.compiler import LIBRARY, CompileError, compiled

        asked, there = os.environ.get(VARIABLE, ""), Path(self.root, FOLDER)
        if version == "editable":
            # The one that is there would be used, and is an old one, or not wanted.
            (there / LIBRARY).unlink(missing_ok=True)
        if asked == "0":
            return
        self.place = mkdtemp()
        try:
            library = compiled(there if version == "editable" else Path(self.place))
        except CompileError as error:
            if asked == "1":
                raise
            self.app.display_warning(f"graphstep is built without its compiled core, and computes the same without it: {error}")
            return
        if version != "editable":
            build_data["pure_python"] = False
            # The core keeps to Python's stable interface (PEP 384): one wheel for 3.11 and whatever comes after it.
            build_data["tag"] = f"cp311-abi3-{_platform()}"
            build_data["force_include"][str(library)] = str(FOLDER / LIBRARY)

    def finalize(self, *_: object) -> None:
        """Remove what was compiled: it is in the wheel."""
        if self.place:
            shutil.rmtree(self.place)


def _platform() -> str:
    """The system that is compiled for, as a wheel names it: this one, for whether it runs on every Linux is not known here."""
    return next(tag.platform for tag in sys_tags() if not tag.platform.startswith(("manylinux", "musllinux")))
