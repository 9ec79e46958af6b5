"""Calls: whose function it is, what is handed to it, and which row of the table of other spellings says what it is here."""

from __future__ import annotations

import ast
import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from graphstep.ground.errors import Span, did_you_mean
from graphstep.language.read.foreign import APPROXIMATE, WITHOUT_GRADIENT
from graphstep.language.read.foreign.rows import METHOD, Input, bound_inputs, filled, plain_name, rows_by_name, rows_of
from graphstep.language.read.foreign.translation import HARMLESS
from graphstep.language.read.numpy.expressions import Expressions
from graphstep.language.read.numpy.meanings import LAYERS, SAME, handler_of
from graphstep.language.read.numpy.pieces import ATOM, COMPARISON, Piece, atom, call

_SLOT = re.compile(r"ǁ(\d+)ǁ")
_KEYS = {
    "dim": "axis",
    "dims": "axis",
    "axes": "axis",
    "keepdim": "keepdims",
    "input": "x",
    "a": "x",
    "tensor": "x",
    "correction": "ddof",
    "axis1": "one",
    "dim0": "one",
    "axis2": "other",
    "dim1": "other",
}


class Call(NamedTuple):
    """A call as it stands in the text."""

    name: str
    """The function, without what stands before its last dot."""
    library: str | None
    """Whose it is; the empty string for a method, None for a name alone."""
    path: str
    """All that was typed of it."""
    arguments: tuple[ast.expr, ...]
    """What is handed over by its place; of a method what it belongs to is the first."""
    keywords: dict[str, ast.expr]
    """What is handed over by name."""
    node: ast.Call
    """The call."""

    def inputs(self, *names: str) -> dict[str, ast.expr | None] | None:
        """What is handed over for each of some inputs; one with ``=`` may be left out. None where it does not fit.

        >>> call = ast.parse("f(x, dim=1)", mode="eval").body
        >>> sorted(Call("f", "torch", "f", (call.args[0],), {"dim": call.keywords[0].value}, call).inputs("x", "axis=", "out="))
        ['axis', 'out', 'x']
        """
        inputs: dict[str, ast.expr | None] = {}
        rest = {_KEYS.get(key, key): value for key, value in self.keywords.items() if key not in HARMLESS}
        if len(rest) < sum(key not in HARMLESS for key in self.keywords) or len(self.arguments) > len(names):
            return None
        for place, each in enumerate(names):
            name = each.removesuffix("=")
            if place < len(self.arguments):
                if name in rest:
                    return None
                inputs[name] = self.arguments[place]
            elif name in rest:
                inputs[name] = rest.pop(name)
            elif each.endswith("="):
                inputs[name] = None
            else:
                return None
        return None if rest else inputs


class Calls(Expressions):
    """One text being site: its calls."""

    def called(self, node: ast.Call) -> Piece:
        """What a call comes to."""
        site = self.call_of(node)
        own = self.own_call(node)
        if own is not None:
            return own
        number = self.size(node)
        if number is not None:
            return atom(str(number), self.source.span(node))
        if site.name in ("len", "numel", "dim") or (site.name == "size" and site.library != "numpy"):
            self.needed_shape(self.value(site.arguments[0]), node) if site.arguments else None
        if site.name == "print" and site.library is None:
            raise self.refusal("nothing is printed here", node, "every step shows its value: leave the line out")
        handler = handler_of(site.name, site.library)
        piece = handler(self, site) if handler is not None else None
        if piece is None:
            piece = self._by_table(site)
        if piece is None:
            raise self._unknown(site)
        return piece

    @abstractmethod
    def own_call(self, node: ast.Call) -> Piece | None:
        """A call of a function that the text defines; None for any other."""

    def call_of(self, node: ast.Call) -> Call:
        """Whose function is called, and with what."""
        keywords: dict[str, ast.expr] = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                raise self.refusal("what stands behind ** is not known here", keyword.value, "write the options out")
            keywords[keyword.arg] = keyword.value
        function, arguments = node.func, tuple(node.args)
        if isinstance(function, ast.Name) and self.names.found(function.id) is None:
            function = self.names.layer(function.id) or function
        path = self.source.text[slice(*self.source.span(function))]
        if isinstance(function, ast.Call) and self.is_layer(function):
            # nn.LeakyReLU(0.2)(x): what a layer is told comes behind what goes into it.
            inner = self.call_of(function)
            return Call(inner.name, inner.library, inner.path, arguments + inner.arguments, keywords | inner.keywords, node)
        if isinstance(function, ast.Name):
            value = self.names.found(function.id) is not None or function.id in self.given
            if value and self.names.called(function.id) is None:
                raise self.refusal(f"{function.id} is a value, and no function", node, f"a product is written {function.id}*…")
            module = self.modules.get(function.id, "")
            name = module.rpartition(".")[2] or function.id
            return Call(name, self.library(function.id) if module else None, path, arguments, keywords, node)
        if isinstance(function, ast.Attribute):
            head: ast.expr = function
            while isinstance(head, ast.Attribute):
                head = head.value
            library = self.library(head.id) if isinstance(head, ast.Name) else None
            if library is not None:
                return Call(function.attr, library, path, arguments, keywords, node)
            if isinstance(head, ast.Name) and head.id in self.modules:
                raise self.refusal(f"nothing of {self.modules[head.id]} is known here", node)
            return Call(function.attr, METHOD, function.attr, (function.value, *arguments), keywords, node)
        hint = "its weights are inputs: x @ W.T + b" if isinstance(function, ast.Call) else ""
        raise self.refusal("a function is called by its name", function, hint)

    def is_layer(self, node: ast.Call) -> bool:
        """Whether a call makes a layer without weights, which is called with its inputs."""
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
        return name in LAYERS

    # -- the table --

    def _by_table(self, site: Call) -> Piece | None:
        pieces: list[Piece] = []
        inputs = [Input("", self._slot(each, pieces)) for each in site.arguments]
        for key, value in site.keywords.items():
            if key in HARMLESS or (key == "reduction" and isinstance(value, ast.Constant) and value.value == "mean"):
                continue
            inputs.append(Input(key, self._slot(value, pieces)))
        library = (self.framework or METHOD) if site.library == METHOD else site.library
        for candidate in (library, METHOD) if site.library == METHOD else (library,):
            for row in rows_of(site.name, candidate):
                filling = bound_inputs(row, inputs)
                if filling is None:
                    continue
                if not row.row.here or plain_name(site.name) in APPROXIMATE:
                    hint = f"write {row.row.here}; {row.row.remark}" if row.row.here else row.row.remark
                    raise self.refusal(f"{site.path} is not read here", site.node, hint)
                return self._filled(filled(row.row.here, filling), pieces, self.source.span(site.node))
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
            inside = ", ".join(self._slot(each, pieces) for each in node.elts)
            return f"({inside})" if isinstance(node, ast.Tuple) else f"[{inside}]"
        pieces.append(self.value(node))
        return f"ǁ{len(pieces) - 1}ǁ"

    def _is_matrix(self, node: ast.Tuple | ast.List) -> bool:
        return isinstance(node.elts[0], ast.List | ast.Tuple)

    def _filled(self, text: str, pieces: Sequence[Piece], span: Span) -> Piece:
        parts: list[str | Piece] = []
        place = 0
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

    def _as_our_own(self, site: Call, inputs: list[Input], pieces: Sequence[Piece]) -> Piece | None:
        """A function that has the same name and meaning there and here, with as many inputs."""
        name = SAME.get(plain_name(site.name))
        if name is None or any(each.key for each in inputs) or any("'" in each.text or each.text == "none" for each in inputs):
            return None
        fewest, most = (1, 1) if isinstance(name, str) else (name[1], name[1])
        function = name if isinstance(name, str) else name[0]
        if not fewest <= len(inputs) <= most:
            return None
        text = ", ".join(each.text for each in inputs)
        return self._filled(f"{function}({text})", pieces, self.source.span(site.node))

    def _unknown(self, site: Call) -> Exception:
        node = site.node
        if site.name in WITHOUT_GRADIENT:
            raise self.refusal(f"no gradient passes {site.name}", node, WITHOUT_GRADIENT[site.name])
        rows = [row.row for row in rows_by_name().get(plain_name(site.name), ())]
        remark = next((row.remark for row in rows if not row.here), "")
        if rows or plain_name(site.name) in SAME or handler_of(site.name, site.library) is not None:
            options = sorted(site.keywords)
            hint = remark or (f"leave out {', '.join(options)}, or write it out" if options else "")
            raise self.refusal(f"{site.path} is not read with what is handed to it here", node, hint)
        near = did_you_mean(site.name, [*SAME, *rows_by_name()])
        raise self.refusal(f"there is no {site.path} here", node, near)

    # -- for the handlers --

    def piece(self, function: str, inputs: Sequence[Piece | str], site: Call) -> Piece:
        """A call in the program, for one in the text."""
        return call(function, inputs, self.source.span(site.node))

    def word(self, node: ast.expr | None, default: str | None = None) -> str | None:
        """A text, a truth or None as a word; None for anything else."""
        if node is None:
            return default
        if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str | bool)):
            return str(node.value).lower() if not isinstance(node.value, str) else node.value
        return None

    def entries(self, node: ast.expr | None) -> list[ast.expr] | None:
        """The entries of a tuple or a list; None for anything else."""
        return list(node.elts) if isinstance(node, ast.Tuple | ast.List) else None
