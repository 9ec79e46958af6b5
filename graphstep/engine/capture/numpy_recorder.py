"""What records a call that may meet NumPy: its arrays and its functions of cells are imported when one is at hand."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

from graphstep.engine.capture.recorder import Recorder
from graphstep.engine.capture.traced import Traced


class NumpyRecorder(Recorder):
    """Records one call; a value of NumPy is traced as an array."""

    def traced(self, node: int, value: Any) -> Traced:
        """The traced value of a node, of the type that the function computes with."""
        if type(value) is float:
            return Traced(self, node, value)
        numpy = sys.modules.get("numpy")
        if numpy is None or not isinstance(value, numpy.ndarray | numpy.generic):
            return Traced(self, node, value)
        # Here and not above: its arrays import what is recorded, and that would import them.
        from graphstep.engine.capture.arrays import TracedArray

        return TracedArray(self, node, value)

    def of_cells(self, ufunc: Any, method: str, inputs: Sequence[Any], options: dict[str, Any], frame: FrameType) -> Any:
        """Follow a function of NumPy's that treats every cell alike."""
        from graphstep.engine.capture.arrays import of_cells

        return of_cells(ufunc, method, inputs, options, frame)
