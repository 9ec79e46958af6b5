"""Calls: whose function it is, what is handed to it, and which row of the table of other spellings says what it is here."""

from __future__ import annotations

import ast
import re
from abc import abstractmethod
from collections.abc import Sequence
from math import prod

from graphstep.gates.typed import ATOM, COMPARISON
from graphstep.ground import limits
from graphstep.ground.errors import Span, did_you_mean
from graphstep.language.read.foreign import WITHOUT_GRADIENT
from graphstep.language.read.foreign.rows import Input, bound_inputs, filled
from graphstep.language.read.foreign.table import METHOD, plain_name, rows_by_name, rows_of
from graphstep.language.read.foreign.translation import HARMLESS
from graphstep.language.read.numpy import cells, formulas, losses, products  # noqa: F401  # importing them fills the table
from graphstep.language.read.numpy.expressions import Expressions
from graphstep.language.read.numpy.joins import parts_of
from graphstep.language.read.numpy.pieces import Piece, atom
from graphstep.language.read.numpy.reductions import pair
from graphstep.language.read.numpy.sites import HANDLERS, Handler, Site, UnfitError
from graphstep.language.read.numpy.syntax import too_long

SAME: dict[str, tuple[str, int]] = {
    **{
        name: (name, 1)
        for name in (
            *("exp", "log", "log1p", "expm1", "log2", "log10", "sqrt", "square"),
            *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
            *("floor", "ceil", "round", "abs", "sign", "erf", "erfc"),
            *("sigmoid", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu", "logsigmoid", "log_sigmoid"),
            *("detach", "stop_gradient", "inv", "logdet", "cumsum", "flip"),
        )
    },
    **{name: (name, 2) for name in ("logaddexp", "hypot", "atan2", "mod", "outer", "solve", "pow")},
    "inverse": ("inv", 1),
    "where": ("where", 3),
    "clip": ("clip", 3),
}
"""By name without underscores, what it is called here and how many inputs it has: the functions that mean the same."""
SAME |= {plain_name(name): each for name, each in SAME.items()}

LAYERS = frozenset(
    (
        *("ReLU", "LeakyReLU", "ELU", "SELU", "GELU", "SiLU", "Mish", "Sigmoid", "LogSigmoid", "Tanh", "Softplus", "Softsign"),
        *("Hardtanh", "ReLU6", "Hardswish", "Tanhshrink", "Identity", "Softmax", "LogSoftmax", "Softmin", "LayerNorm"),
        *("MSELoss", "L1Loss", "CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss"),
    )
)
"""PyTorch's layers without weights, or with weights that do nothing before they are trained."""

# A place that stays open in the text of a lambda, between signs (U+01C1) that nobody types.
_SLOT = re.compile(r"ǁ(\d+)ǁ")


def handler_of(name: str, library: str | None) -> Handler | None:
    """What says a call in a program whose meaning hangs on its shapes or its options; None for one that the table says."""
    own = HANDLERS.get(f"builtin {name}") if library is None else None
    return own or HANDLERS.get(plain_name(name))


class Calls(Expressions):
    """One text being read: its calls."""

    def called(self, node: ast.Call) -> Piece:
        """The piece that a call is translated into."""
        site = self.call_of(node)
        # The order matters: a function of the text hides one of the same name, and what a size comes to is a number.
        own = self.own_call(node)
        if own is not None:
            return own
        number = self.size(node)
        if number is not None:
            return atom(str(number), self.source.span(node))
        if site.name in ("len", "numel", "dim") or (site.name == "size" and site.library != "numpy"):
            self.needed_shape(self.value(site.arguments[0]), node) if site.arguments else None
        if site.name == "print" and site.library is None:
            raise self.refusal("what is printed is no value", node, "print stands on a line of its own")
        piece = self._by_handler(site) or self._by_table(site)
        if piece is None:
            raise self._unknown(site)
        return piece

    @abstractmethod
    def own_call(self, node: ast.Call) -> Piece | None:
        """A call of a function that the text defines; None for any other."""

    def call_of(self, node: ast.Call) -> Site:
        """Whose function is called, and with what."""
        keywords: dict[str, ast.expr] = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                raise self.refusal("what stands behind ** is not known here", keyword.value, "write the options out")
            keywords[keyword.arg] = keyword.value
        function, arguments = node.func, tuple(node.args)
        if isinstance(function, ast.Name) and self.names.meaning(function.id) is None:
            function = self.names.layer(function.id) or function
        path = self.source.text[slice(*self.source.span(function))]
        if isinstance(function, ast.Call) and self.is_layer(function):
            # nn.LeakyReLU(0.2)(x): what a layer is told comes behind what goes into it.
            inner = self.call_of(function)
            return Site(self, inner.name, inner.library, inner.path, arguments + inner.arguments, keywords | inner.keywords, node)
        if isinstance(function, ast.Name):
            value = self.names.meaning(function.id) is not None or function.id in self.given
            if value and self.names.called(function.id) is None:
                raise self.refusal(f"{function.id} is a value, and no function", node, f"a product is written {function.id}*…")
            module = self.modules.get(function.id, "")
            name = module.rpartition(".")[2] or function.id
            return Site(self, name, self.library(function.id) if module else None, path, arguments, keywords, node)
        if isinstance(function, ast.Attribute):
            head: ast.expr = function
            while isinstance(head, ast.Attribute):
                head = head.value
            library = self.library(head.id) if isinstance(head, ast.Name) else None
            if library is not None:
                return Site(self, function.attr, library, path, arguments, keywords, node)
            if isinstance(head, ast.Name) and head.id in self.modules:
                raise self.refusal(f"nothing of {self.modules[head.id]} is known here", node)
            return Site(self, function.attr, METHOD, function.attr, (function.value, *arguments), keywords, node)
        hint = "its weights are inputs: x @ W.T + b" if isinstance(function, ast.Call) else ""
        raise self.refusal("a function is called by its name", function, hint)

    def site_of(self, node: ast.expr) -> Site | None:
        """The call that an expression is; None for any other."""
        return self.call_of(node) if isinstance(node, ast.Call) else None

    def is_layer(self, node: ast.Call) -> bool:
        """Whether a call makes a layer without weights, which is called with its inputs."""
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
        return name in LAYERS

    def _by_handler(self, site: Site) -> Piece | None:
        handler = handler_of(site.name, site.library)
        try:
            return None if handler is None else handler(site)
        except UnfitError:
            return None

    # -- the table --

    def _by_table(self, site: Site) -> Piece | None:
        pieces: list[Piece] = []
        inputs = [Input("", self._slot(each, pieces)) for each in site.arguments]
        for key, value in site.keywords.items():
            if key in HARMLESS or (key == "reduction" and isinstance(value, ast.Constant) and value.value == "mean"):
                continue
            inputs.append(Input(key, self._slot(value, pieces)))
        # A method is the framework's; where the text does not say whose arrays these are, any array's.
        library = (self.framework or METHOD) if site.library == METHOD else site.library
        for candidate in (library, METHOD) if site.library == METHOD else (library,):
            for row in rows_of(site.name, candidate):
                filling = bound_inputs(row, inputs)
                if filling is None:
                    continue
                if not row.here or row.is_advice:
                    hint = f"write {row.here}; {row.remark}" if row.here else row.remark
                    raise self.refusal(f"{site.path} is not read here", site.node, hint)
                return self._filled(filled(row.here, filling), pieces, site.span)
        return self._as_our_own(site, inputs, pieces)

    def _slot(self, node: ast.expr, pieces: list[Piece]) -> str:
        """What is handed over as the table has it: numbers and words as they stand, and a mark for anything else."""
        if isinstance(node, ast.Constant):
            if node.value is None or isinstance(node.value, bool):
                return str(node.value).lower()
            if isinstance(node.value, str):
                return f"'{node.value}'"
        whole = self.whole(node)
        if whole is not None:
            return str(whole)
        if isinstance(node, ast.Tuple | ast.List) and node.elts and not self._is_matrix(node):
            # Not in parentheses, which the table would take off: maximum((x, y), 2) is of an array and a number.
            return f"[{', '.join(self._slot(each, pieces) for each in node.elts)}]"
        # The table works on text: what is more than a number stands in it as a mark, and is put back as a piece.
        pieces.append(self.value(node))
        return f"ǁ{len(pieces) - 1}ǁ"

    def _is_matrix(self, node: ast.Tuple | ast.List) -> bool:
        return isinstance(node.elts[0], ast.List | ast.Tuple)

    def _filled(self, text: str, pieces: Sequence[Piece], span: Span) -> Piece:
        parts: list[str | Piece] = []
        place = 0
        # softsign stands for x twice, and calls stand inside each other: the text could double with each of them.
        if sum(len(pieces[int(mark[1])].text) for mark in _SLOT.finditer(text)) > limits.WRITTEN:
            raise too_long(self.source.text)
        for mark in _SLOT.finditer(text):
            before, behind = text[: mark.start()].rstrip(), text[mark.end() :].lstrip()
            alone = before[-1:] in ("", "(", ",", "[") and behind[:1] in ("", ")", ",", "]")
            piece = pieces[int(mark[1])]
            parts += [text[place : mark.start()], piece.within(COMPARISON if alone else ATOM)]
            place = mark.end()
        parts.append(text[place:])
        alone = re.fullmatch(r"[^\W\d]\w*\([^()]*\)|ǁ\d+ǁ", text) is not None
        if re.fullmatch(r"ǁ\d+ǁ", text):
            return pieces[int(text[1:-1])]
        return Piece(tuple(part for part in parts if part != ""), ATOM if alone else COMPARISON, span)

    def _as_our_own(self, site: Site, inputs: list[Input], pieces: Sequence[Piece]) -> Piece | None:
        """A function that has the same name and meaning there and here, with as many inputs."""
        function, count = SAME.get(plain_name(site.name), ("", 0))
        if not function or len(inputs) != count or any(x.key or "'" in x.text or x.text == "none" for x in inputs):
            return None
        text = ", ".join(each.text for each in inputs)
        return self._filled(f"{function}({text})", pieces, site.span)

    def _unknown(self, site: Site) -> Exception:
        node = site.node
        if site.name in WITHOUT_GRADIENT:
            raise self.refusal(f"no gradient passes {site.name}", node, WITHOUT_GRADIENT[site.name])
        rows = rows_by_name().get(plain_name(site.name), ())
        remark = next((row.remark for row in rows if not row.here), "")
        if rows or plain_name(site.name) in SAME or handler_of(site.name, site.library) is not None:
            options = sorted(site.keywords)
            hint = remark or (f"leave out {', '.join(options)}, or write it out" if options else "")
            raise self.refusal(f"{site.path} is not read with what is handed to it here", node, hint)
        near = did_you_mean(site.name, [*SAME, *rows_by_name()])
        raise self.refusal(f"there is no {site.path} here", node, near)

    # -- parts of what a call gives --

    def of_pair(self, node: ast.Subscript | ast.Attribute) -> Piece | None:
        """``torch.max(x, 1)[0]`` and ``torch.max(x, 1).values``, the values of a pair; None for anything else."""
        if isinstance(node, ast.Attribute):
            return pair(self.site_of(node.value)) if node.attr == "values" else None
        place = self.whole(node.slice)
        determinant = self._log_determinant(node.value) if place == 1 else None
        if determinant is not None:
            return determinant
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        several = self.names.part_list(name) if name else parts_of(self.site_of(node.value)) if place is not None else None
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

    # -- sizes --

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
