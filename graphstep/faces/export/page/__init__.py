"""The page: a run as one HTML file, and what every HTML file of ours stands in."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from graphstep.debugger.actions import STEPPING, key_text
from graphstep.debugger.breakpoints import steps_of
from graphstep.debugger.conditions import read_conditions
from graphstep.faces.drawing.diagram import diagram, settled
from graphstep.faces.drawing.naming import row_name
from graphstep.faces.drawing.scene import scene
from graphstep.faces.export._html import Html
from graphstep.faces.export._picture import arranged
from graphstep.faces.export.page.states import cells, states
from graphstep.ground.unprintable import printable
from graphstep.telling.document import FULL, Code, Heading
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Rules
from graphstep.telling.reports import gradients, inputs
from graphstep.telling.reports.run import made_by, step_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graphstep.engine.trace import Trace
    from graphstep.faces.drawing.diagram import Diagram
    from graphstep.telling.explanation import Explanation

LIMIT = 2_000
"""Gates of a program up to which there is a page of it."""

_NAME = 48
"""Characters of a name in the table of values."""

_DONE = ("step", "back", "over", "back_over", "finish", "first", "last", "continue", "continue_back", "break_at", "help")
"""The actions of the debugger that the page performs."""

_KEYS = {"right": "ArrowRight", "left": "ArrowLeft", "space": " ", "home": "Home", "end": "End", "question_mark": "?"}
"""The keys whose names a browser spells in another way."""

_BUTTONS = (("first", "⇤"), ("back", "←"), ("step", "step →"), ("over", "over"), ("continue", "● →"), ("last", "⇥"))
"""The actions that have a button, and what stands on it."""


def keys() -> dict[str, str]:
    """By key, as a browser spells it, the action of the debugger that it asks for."""
    actions = [action for action in STEPPING if action.id in _DONE]
    return {
        _KEYS.get(key, key): action.id
        for action in actions
        for key in action.keys
        if len(_KEYS.get(key, key)) == 1 or key in _KEYS
    }


def breaks(trace: Trace, last: int) -> dict[int, str]:
    """The steps up to ``last`` at which the conditions of the run's breakpoints hold, each with those that do."""
    stops: dict[int, list[str]] = {}
    for text in trace.setup.breaks:
        for condition in read_conditions(text, trace.program):
            for n in steps_of(trace, condition):
                stops.setdefault(n, []).append(condition.text)
    return {n: "; ".join(stops[n]) for n in sorted(stops) if n <= last}


def framed(title: str, body: Iterable[str], *, script: bool = False) -> Iterator[str]:
    """An HTML file. Its policy lets nothing load, and nothing run but our own script."""
    style, code = _source("page.css"), _source("page.js")
    allowed = f"default-src 'none'; style-src '{_hash(style)}'" + (f"; script-src '{_hash(code)}'" if script else "")
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"{allowed}; base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(printable(title))}</title>\n<style>{style}</style>\n</head>\n<body>\n"
    )
    yield from body
    yield f"<script>{code}</script>\n</body>\n</html>\n" if script else "</body>\n</html>\n"


def stepping(trace: Trace, last: int, command: str) -> Iterator[str]:
    """The page of a run with its steps up to ``last``."""
    drawn = diagram(trace)
    explanations = [explain(trace, n) for n in range(last + 1)]
    steps = list(map(_json, states(trace, drawn, explanations)))
    content = sha256(trace.program.text.encode())
    for text in steps:
        content.update(text.encode())
    prefix = f"gs{content.hexdigest()[:8]}-"
    return framed(f"{inputs.title_of(trace)} – graphstep", _body(trace, drawn, explanations, prefix, steps, command), script=True)


def _json(entry: Any) -> str:
    # "<" would end a script element wherever it stands.
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _body(
    trace: Trace, drawn: Diagram, explanations: Sequence[Explanation], prefix: str, steps: list[str], command: str
) -> Iterator[str]:
    writer, last = Html(prefix), len(explanations) - 1
    yield f'<main class="run" id="{prefix}run" data-prefix="{prefix}">\n<header>\n'
    yield writer.block(Heading(1, ("Backpropagation through ", Code(inputs.title_of(trace))), "title"))
    yield f'</header>\n<div class="typed" id="{prefix}typed" hidden></div>\n'
    yield '<div class="paper">\n' + "".join(map(writer.block, inputs.problem(trace))) + "</div>\n"
    yield '<div class="graph" tabindex="0" role="group" aria-label="Graph">\n'
    yield from (
        f"{line}\n" for line in scene(arranged(drawn), settled(trace, drawn, last), prefix, f"Graph of {inputs.title_of(trace)}")
    )
    yield "</div>\n"
    yield _controls(prefix, last)
    yield f'<div class="steps" lang="{trace.setup.language}">\n<h2 lang="en">Steps</h2>\n'
    yield from (writer.block(step_of(trace, Rules().brief(one), last, FULL, alone=True)) for one in explanations)
    yield "</div>\n"
    yield from _values(trace, prefix, last)
    yield '<div class="paper">\n' + "".join(map(writer.block, gradients.gradients(trace, last, FULL)))
    yield "".join(map(writer.block, made_by(command, trace.setup.without_text))) + "</div>\n"
    yield _help(prefix)
    settings = f'"keys":{_json(keys())},"breaks":{_json(breaks(trace, last))},"last":{len(trace)},"seed":{trace.seed_step}'
    yield f'<script type="application/json">{{{settings},"steps":[\n'
    for place, text in enumerate(steps):
        yield f",\n{text}" if place else text
    yield "\n]}</script>\n</main>\n"


def _controls(prefix: str, last: int) -> str:
    actions = {action.id: action for action in STEPPING}
    buttons = "".join(
        f'<button type="button" data-do="{name}" aria-label="{actions[name].help}" title="{actions[name].help} '
        f'({" ".join(map(key_text, actions[name].keys))})"{" class=main" if name == "step" else ""}>{sign}</button>'
        for name, sign in _BUTTONS
    )
    return (
        f'<nav class="controls" hidden aria-label="Steps">{buttons}<button type="button" data-do="help" title="the keys (?)" '
        f'aria-label="the keys">?</button><label><span id="{prefix}where"></span>'
        f'<input type="range" id="{prefix}slider" min="0" max="{last}" value="0" aria-label="step">'
        f'<i class="marks" id="{prefix}marks" aria-hidden="true"></i></label>'
        f'<p class="say" id="{prefix}say" aria-live="polite"></p></nav>\n'
    )


def _values(trace: Trace, prefix: str, last: int) -> Iterator[str]:
    yield (
        '<section class="values"><h2>Values</h2><div class="wide" tabindex="0" role="group" aria-label="Values"><table>\n'
        '<tr><th scope="col">node</th><th scope="col">value</th><th scope="col">gradient</th><th scope="col">arrived</th></tr>\n'
    )
    for index in range(len(trace.program.nodes)):
        value, gradient, arrived = cells(trace, index, last)
        name = escape(row_name(trace.program, index, _NAME))
        yield (
            f'<tr id="{prefix}r{index}"><th scope="row">{name}</th><td class="value">{escape(value or "")}</td>'
            f'<td class="gradient">{escape(gradient or "")}</td><td>{arrived}</td></tr>\n'
        )
    yield "</table></div></section>\n"


def _help(prefix: str) -> str:
    rows = "".join(
        f"<tr><th scope=row>{' '.join(f'<kbd>{key_text(key)}</kbd>' for key in action.keys if key != 'f1')}</th>"
        f"<td>{action.help.replace('selected or active', 'active')}</td></tr>"
        for action in STEPPING
        if action.id in _DONE
    )
    legend = (
        '<p><span class="value">Values</span> stand above the wires, <span class="gradient">gradients</span> below. On the way '
        'back <span class="upstream">upstream</span> · <span class="local">local</span> = '
        '<span class="contribution">contribution</span>. The gate at work has a double edge, its wires are thick, and their '
        "arrow shows the way; what has no value yet is dashed.</p>"
    )
    return (
        f'<dialog id="{prefix}help" aria-label="Keys"><h2>Keys</h2><table>{rows}</table>{legend}'
        '<form method="dialog"><button>close</button></form></dialog>\n'
    )


@cache
def _source(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
