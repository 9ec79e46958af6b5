"""The whole reader: what the parts of the reading leave to each other."""

from __future__ import annotations

import ast
from math import prod

from graphstep.language.read.foreign.rows import METHOD
from graphstep.language.read.numpy.bodies import Bodies
from graphstep.language.read.numpy.joins import parts
from graphstep.language.read.numpy.pieces import Piece
from graphstep.language.read.numpy.reductions import pair


class Reader(Bodies):
    """One text in Python being read."""

    def of_pair(self, node: ast.Subscript | ast.Attribute) -> Piece | None:
        """``torch.max(x, 1)[0]`` and ``torch.max(x, 1).values``, the values of a pair; None for anything else."""
        if isinstance(node, ast.Attribute):
            return pair(self.site_of(node.value)) if node.attr == "values" else None
        place = self.whole(node.slice)
        determinant = self._log_determinant(node.value) if place == 1 else None
        if determinant is not None:
            return determinant
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        several = self.names.part_list(name) if name else parts(self.site_of(node.value)) if place is not None else None
        if several is None or place is None or not -len(several) <= place < len(several):
            return pair(self.site_of(node.value)) if place == 0 else None
        if name:
            # A part that is read twice is one node.
            several[place] = self.named(several[place], f"{name}_{place % len(several)}")
        return several[place]

    def _log_determinant(self, node: ast.expr) -> Piece | None:
        """The second value of ``np.linalg.slogdet(A)``."""
        site = self.site_of(node)
        if site is None or site.name != "slogdet" or len(site.arguments) != 1:
            return None
        return site.call("logdet", self.value(site.arguments[0]))

    def size(self, node: ast.expr) -> int | None:
        """What ``x.shape[0]``, ``len(x)``, ``x.size`` and their like come to; None for anything else, and for unknown shapes."""
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            return self._along(node.value.value, node.slice)
        if isinstance(node, ast.Attribute) and node.attr in ("size", "ndim"):
            return self._counted(node.value, node.attr)
        if not isinstance(node, ast.Call) or node.keywords:
            return None
        if isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1:
            return self._along(node.args[0], ast.Constant(0))
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("size", "numel", "dim", "ndimension"):
            return None
        library = self.call_of(node).library
        of = node.func.value if library == METHOD else node.args[0] if node.args else None
        more = node.args if library == METHOD else node.args[1:]
        if of is None:
            return None
        if node.func.attr == "size" and more:
            return self._along(of, more[0])
        return self._counted(of, "ndim" if node.func.attr in ("dim", "ndimension") else "size")

    def _along(self, of: ast.expr, axis: ast.expr) -> int | None:
        place = self.whole(axis)
        shape = self.shape(self.value(of)) if place is not None else None
        if shape is None or place is None or not -len(shape) <= place < len(shape):
            return None
        return shape[place]

    def _counted(self, of: ast.expr, what: str) -> int | None:
        shape = self.shape(self.value(of))
        if shape is None:
            return None
        return len(shape) if what == "ndim" else prod(shape)
