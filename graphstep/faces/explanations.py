"""An explanation set in lines for a panel: the ladder aligned at its equals signs, the sentence below it, then the notes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from textwrap import wrap

from graphstep.engine.step import Step
from graphstep.engine.trace import Trace
from graphstep.gates.notation import pieces, plain_text
from graphstep.gates.notation.text import text_style
from graphstep.ground.memo import owner_cache
from graphstep.ground.widths import cell_width, padded, wrapped
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Explanation, Ladder, Rung
from graphstep.telling.words.catalogue import joined, message

Line = list[tuple[str, str]]
"""One line: texts, each with its style: ``rule``, ``number``, ``result``, ``why``, ``shape``, ``note``, ``warning`` or
``quiet``; and as in the graph ``value``, ``gradient``, ``upstream``, ``local``, ``contribution``, ``value-result``,
``gradient-result``."""

_LOOKED_AT = 200
"""Steps at either end of a long run that are looked at for its kinds."""

_KINDS = 24
"""Steps that are set for their height: each takes a part of a millisecond."""

_CELLS = 10_000
"""Cells of an array up to which its step is set."""

_SIGNS = {"convention": "◆", "warning": "▲", "zero": "0", "arrived": "Σ"}
"""What stands before a note, so that its kind does not depend on its colour."""

_RUNGS = {"symbols": "rule", "words": "rule", "numbers": "number", "value": "result"}
"""The style of each kind of rung."""

_FIGURES = {"value": "value", "sum": "contribution"}
"""The style of the numbers in the ladder of a step, as the graph shows them."""

_RESULTS = {"value": "value-result", "seed": "gradient-result", "sum": "gradient-result", "update": "value-result"}
"""The style of what the ladder comes to."""


def tell(explanation: Explanation, step: Step, width: int) -> list[Line]:
    """The lines of an explanation, at most ``width`` cells wide where words can be broken."""
    lines: list[Line] = []
    for earlier in explanation.before:
        lines += _ladder(earlier, step, width, "result")
    if explanation.event == "send" and explanation.ladder is not None:
        lines += _product(explanation, explanation.ladder, width)
    elif explanation.ladder is not None:
        lines += _ladder(explanation.ladder, step, width, _RESULTS.get(step.event, "result"))
    lines += _prose(explanation.why, "why", width)
    lines += _prose(joined(explanation.language, (explanation.shapes, explanation.jacobian)), "shape", width)
    for note in explanation.notes:
        style = "warning" if note.kind == "warning" else "note"
        lines += _prose(note.text, style, width, f"{_SIGNS[note.kind]} ")
    for name, meant in explanation.definitions:
        lines += _prose(message(explanation.language, "definition-line", name=name, meaning=meant), "quiet", width)
    if step.event == "start":
        lines += _prose(message(explanation.language, "steps-on"), "quiet", width)
    return lines


@owner_cache
def tallest(trace: Trace, width: int) -> int:
    """Rows of the tallest step of a run, as far as its kinds of steps show it: of each kind of gate a first and a last one.

    So a pane can have one height for the whole run.
    """
    count = len(trace)
    # The middle of a long run mostly has the kinds of gates that its ends have, and to look at all of it costs a million steps.
    ends = range(1, count + 1) if count <= 2 * _LOOKED_AT else (*range(1, _LOOKED_AT), *range(count - _LOOKED_AT, count + 1))
    kinds: dict[tuple[str | None, str, int], list[int]] = {}
    for n in ends:
        step, gate = trace.step(n), trace.gate_at(n)
        slot = -1 if step.edge is None else trace.wire(step.edge).slot
        kinds.setdefault((None if gate is None else trace.node(gate).gate, step.event, min(slot, 2)), []).append(n)
    chosen = dict.fromkeys(n for steps in kinds.values() for n in (steps[0], steps[-1]))
    small = [n for n in chosen if prod(trace.node(trace.step(n).node).shape) <= _CELLS]
    return max((len(tell(explain(trace, n), trace.step(n), width)) for n in (0, *small[:_KINDS])), default=1)


def _ladder(ladder: Ladder, step: Step, width: int, result: str) -> list[Line]:
    lines: list[Line] = []
    left, pad = ladder.left_text, " " * cell_width(ladder.left_text)
    for place, rung in enumerate(ladder.rungs):
        right: Line = [(rung.text, result if rung.kind == "value" else _RUNGS[rung.kind])]
        if rung.kind == "numbers" and not rung.remark:
            right = pieces(rung.term, rung.digits, lambda value: _figure(step, value), "number", rung.phrases)
        lines += _rung(pad if place else left, rung.relation, right, width)
    return lines


def _figure(step: Step, value: object) -> str:
    """The style of a number that the ladder of a step holds."""
    if step.update is None:
        return _FIGURES.get(step.event, "")
    quantities = step.update.quantities
    return "gradient" if value is quantities.get("g") else "value" if value is quantities.get("w") else ""


def _product(explanation: Explanation, ladder: Ladder, width: int) -> list[Line]:
    """The ladder of a send: below upstream · local their names, with the dot of each line under the other's."""
    left, local, language = ladder.left_text, explanation.local, explanation.language
    arrives, by = message(language, "upstream"), message(language, "local")
    pad = " " * cell_width(left)
    symbols, *others = ladder.rungs
    lines: list[Line] = []
    if symbols.term.operator == "*" and local is not None:
        upstream, slope = (plain_text(part) for part in symbols.term.arguments)
        column = max(map(cell_width, (upstream, arrives)))
        lines += _rung(left, "=", [(f"{padded(upstream, column)} · {slope}", "rule")], width)
        behind = " " * (column - cell_width(arrives))
        lines.append([(f"{pad} = ", "rule"), (arrives, "upstream"), (f"{behind} · ", "quiet"), (by, "local")])
    else:
        lines += _rung(left, "=", [(symbols.text, "rule")], width)
    # Numbers and result in one line if it is wide enough; else each in its own.
    place, last = len(lines) - 1, [(pad, "rule")]
    for rung in others:
        last += [(f" {rung.relation} ", "rule"), *_factors(rung)]
    if _width(last) <= width:
        lines.append(last)
    else:
        for rung in others:
            lines += _rung(pad, rung.relation, _factors(rung), width)
    if local is not None and len(local.rungs) > 1:
        rule: Line = [(f"{by} ", "local"), (local.line, "rule")]
        width_so_far = max(_width(line) for line in lines)
        if width_so_far + 4 + _width(rule) <= width:
            # Beside the word that it explains, where there is room: rows are dear in a small window.
            lines[place] += [(" " * (width_so_far + 4 - _width(lines[place])), ""), *rule]
        else:
            side = cell_width(by) + 1
            first, *rest = _broken(local.line, max(width - side, 8))
            lines.append([(f"{by} ", "local"), (first, "rule")])
            lines += [[(" " * side, ""), (part, "rule")] for part in rest]
    return lines


def _factors(rung: Rung) -> Line:
    """A rung of a send: upstream and local gradient each in its own style, as in the graph; what is no product of both in one."""
    if rung.kind == "numbers" and rung.term.operator == "*" and len(rung.term.arguments) == 2:
        upstream, local = (part.read(text_style(rung.digits, rung.phrases)).text for part in rung.term.arguments)
        # A negative factor behind the dot stands in parentheses; the dot of arrays is another.
        for first, sign, second in product((upstream, f"({upstream})"), (" · ", " ⊙ "), (local, f"({local})")):
            if f"{first}{sign}{second}" == rung.text:
                return [(first, "upstream"), (sign, "number"), (second, "local")]
    return [(rung.text, "contribution" if rung.kind == "value" else _RUNGS[rung.kind])]


def _width(line: Line) -> int:
    return sum(cell_width(text) for text, _ in line)


def _rung(left: str, sign: str, right: Line, width: int) -> list[Line]:
    text = "".join([part for part, _ in right])
    side, wide = cell_width(left) + 3, cell_width(text)
    room = width - side
    if wide <= room or room < 8:
        return [[(f"{left} {sign} ", "rule"), *right]]
    parts = _broken(text, room)
    style = right[0][1]
    lines: list[Line] = [[(f"{left} {sign} ", "rule"), (parts[0], style)]]
    lines += [[(" " * side, ""), (part, style)] for part in parts[1:]]
    return lines


def _broken(text: str, room: int) -> list[str]:
    """The lines of a formula, which is broken at its blanks alone; wide letters have none between them."""
    return (wrap(text, room, break_long_words=False) if cell_width(text) == len(text) else wrapped(text, room)) or [text]


def _prose(text: str, style: str, width: int, sign: str = "") -> list[Line]:
    room = max(width - len(sign), 10)
    parts = wrapped(text, room) if text else []
    return [[((sign if place == 0 else " " * len(sign)) + part, style)] for place, part in enumerate(parts)]


def folded(lines: Sequence[Line], width: int) -> list[Line]:
    """Lines with those that are too long folded at their blanks, each in the style of its first piece."""
    result: list[Line] = []
    for line in lines:
        text = "".join(part for part, _ in line)
        if cell_width(text) <= width or not line:
            result.append(line)
        elif len(line) == 2 and line[0][1] == "quiet" and cell_width(line[0][0]) < width // 2:
            # A label and what it labels, which stays beside it.
            label, (right, style) = line[0][0], line[1]
            side = cell_width(label)
            parts = _prose(right, style, width - side)
            result += [[(label if place == 0 else " " * side, "quiet"), *part] for place, part in enumerate(parts)]
        else:
            result += _prose(text, line[0][1], width)
    return result
