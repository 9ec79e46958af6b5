"""NumPy, which is imported when something is first asked of it: a program of a few numbers is stepped through without.

To import it takes as long as everything else that such a program needs on its way to the screen.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

__all__ = ["np"]

if TYPE_CHECKING:
    import numpy as np
else:

    class _Late(ModuleType):
        """The module before it is there. Afterwards it is a module like others, and as fast."""

        def __getattr__(self, name: str) -> Any:
            import numpy

            vars(self).update(vars(numpy))
            self.__class__ = ModuleType
            return getattr(numpy, name)

    np = _Late("numpy")
