"""The page: a run as one HTML file, and what every HTML file of ours stands in."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from graphstep.debugger.actions import BY_ID, STEPPING, key_text
from graphstep.debugger.commands.breaking import conditions_in
from graphstep.debugger.labels import help_text, label
from graphstep.debugger.state import State
from graphstep.debugger.stops import outer_steps
from graphstep.engine.trace import Trace
from graphstep.faces.drawing.diagram import Diagram, diagram, settled
from graphstep.faces.drawing.names import row_name
from graphstep.faces.drawing.scene import scene
from graphstep.faces.export._html import Html
from graphstep.faces.export._picture import arranged
from graphstep.faces.export.page.states import cells, states
from graphstep.ground.unprintable import printable
from graphstep.telling.document import FULL, Code, Heading
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Explanation, Rules
from graphstep.telling.reports import gradients, inputs
from graphstep.telling.reports.parts import phrase
from graphstep.telling.reports.run import made_by, step_of
from graphstep.telling.words.catalogue import catalogue, message
from graphstep.telling.words.english import MESSAGES

LIMIT = 2_000
"""Gates of a program up to which there is a page of it."""

_NAME = 48
"""Characters of a name in the table of values."""

_DONE = ("step", "back", "over", "back_over", "finish", "first", "last", "continue", "continue_back", "break_at", "help")
"""The actions of the debugger that the page performs."""

_KEYS = {"right": "ArrowRight", "left": "ArrowLeft", "space": " ", "home": "Home", "end": "End", "question_mark": "?"}
"""The keys whose names a browser spells in another way."""

_BUTTONS = (("first", "⇤"), ("back", "←"), ("step", "{} →"), ("over", "{}"), ("continue", "● →"), ("last", "⇥"))
"""The actions that have a button, and what stands on it: a sign, the label of the action, or both."""


_WORDS = {
    **{phase: f"phase-{phase}" for phase in ("start", "forward", "backward", "update")},
    **{name: f"page-{name}" for name in ("where", "step", "stop", "set", "gone")},
}
"""The messages that the script fills in, by what it calls them."""


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
        for condition in conditions_in(State(trace), text):
            for n in outer_steps(trace, condition):
                stops.setdefault(n, []).append(condition.text)
    return {n: "; ".join(stops[n]) for n in sorted(stops) if n <= last}


def framed(title: str, body: Iterable[str], language: str, *, script: bool = False) -> Iterator[str]:
    """An HTML file. Its policy lets nothing load, and nothing run but our own script."""
    style, code = _source("page.css"), _source("page.js")
    allowed = f"default-src 'none'; style-src '{_hash(style)}'" + (f"; script-src '{_hash(code)}'" if script else "")
    yield (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
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
    body = _body(trace, drawn, explanations, prefix, steps, command)
    return framed(f"{inputs.title_of(trace)} – graphstep", body, trace.setup.language, script=True)


def _json(entry: Any) -> str:
    # "<" would end a script element wherever it stands.
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _body(
    trace: Trace, drawn: Diagram, explanations: Sequence[Explanation], prefix: str, steps: list[str], command: str
) -> Iterator[str]:
    language, last = trace.setup.language, len(explanations) - 1
    writer, say = Html(prefix, language), partial(message, language)
    yield f'<main class="run" id="{prefix}run" data-prefix="{prefix}">\n<header>\n'
    yield writer.block(Heading(1, phrase(language, "backpropagation-through", what=Code(inputs.title_of(trace))), "title"))
    yield f'</header>\n<div class="typed" id="{prefix}typed" hidden></div>\n'
    yield '<div class="paper">\n' + "".join(map(writer.block, inputs.problem(trace))) + "</div>\n"
    yield f'<div class="graph" tabindex="0" role="group" aria-label="{say("heading-graph")}">\n'
    title = say("page-graph-of", what=inputs.title_of(trace))
    yield from (f"{line}\n" for line in scene(arranged(drawn), settled(trace, drawn, last), prefix, title))
    yield "</div>\n"
    yield _controls(prefix, last, language)
    yield f'<div class="steps">\n<h2>{say("page-steps")}</h2>\n'
    yield from (writer.block(step_of(trace, Rules().brief(one), last, FULL, alone=True)) for one in explanations)
    yield "</div>\n"
    yield from _values(trace, prefix, last)
    yield '<div class="paper">\n' + "".join(map(writer.block, gradients.gradients(trace, last, FULL)))
    yield "".join(map(writer.block, made_by(trace.writing.language, command, trace.setup.without_text))) + "</div>\n"
    yield _help(prefix, language)
    words = {name: catalogue(language).find(key, MESSAGES[key]) for name, key in _WORDS.items()}
    known = f'"keys":{_json(keys())},"words":{_json(words)}'
    settings = f'{known},"breaks":{_json(breaks(trace, last))},"last":{len(trace)},"seed":{trace.seed_step}'
    yield f'<script type="application/json">{{{settings},"steps":[\n'
    for place, text in enumerate(steps):
        yield f",\n{text}" if place else text
    yield "\n]}</script>\n</main>\n"


def _controls(prefix: str, last: int, language: str) -> str:
    say = partial(message, language)
    buttons = ""
    for name, sign in _BUTTONS:
        does, keys = help_text(language, BY_ID[name]), " ".join(map(key_text, BY_ID[name].keys))
        word = sign.format(label(language, BY_ID[name]))
        main = " class=main" if name == "step" else ""
        buttons += f'<button type="button" data-do="{name}" aria-label="{does}" title="{does} ({keys})"{main}>{word}</button>'
    return (
        f'<nav class="controls" hidden aria-label="{say("page-steps")}">{buttons}<button type="button" data-do="help" '
        f'title="{say("page-keys")} (?)" aria-label="{say("page-keys")}">?</button><label><span id="{prefix}where"></span>'
        f'<input type="range" id="{prefix}slider" min="0" max="{last}" value="0" aria-label="{say("heading-step")}">'
        f'<i class="marks" id="{prefix}marks" aria-hidden="true"></i></label>'
        f'<p class="say" id="{prefix}say" aria-live="polite"></p></nav>\n'
    )


def _values(trace: Trace, prefix: str, last: int) -> Iterator[str]:
    say = partial(message, trace.setup.language)
    title, heads = say("page-values"), ("values-node", "values-value", "values-gradient", "page-arrived")
    columns = "".join(f'<th scope="col">{say(head)}</th>' for head in heads)
    yield (
        f'<section class="values"><h2>{title}</h2><div class="wide" tabindex="0" role="group" aria-label="{title}"><table>\n'
        f"<tr>{columns}</tr>\n"
    )
    for index in range(len(trace.program.nodes)):
        value, gradient, arrived = cells(trace, index, last)
        name = escape(row_name(trace.program, index, _NAME))
        yield (
            f'<tr id="{prefix}r{index}"><th scope="row">{name}</th><td class="value">{escape(value or "")}</td>'
            f'<td class="gradient">{escape(gradient or "")}</td><td>{arrived}</td></tr>\n'
        )
    yield "</table></div></section>\n"


def _help(prefix: str, language: str) -> str:
    say = partial(message, language)
    several, one = say("page-selected-or-active"), say("page-active")
    rows = "".join(
        f"<tr><th scope=row>{' '.join(f'<kbd>{key_text(key)}</kbd>' for key in action.keys if key != 'f1')}</th>"
        f"<td>{help_text(language, action).replace(several, one)}</td></tr>"
        for action in STEPPING
        if action.id in _DONE
    )
    words = {
        "value": "page-values",
        "gradient": "page-gradients",
        "upstream": "upstream",
        "local": "local",
        "contribution": "heading-contribution",
    }
    legend = say("page-legend", **{name: f'<span class="{name}">{say(key)}</span>' for name, key in words.items()})
    title = say("page-help")
    return (
        f'<dialog id="{prefix}help" aria-label="{title}"><h2>{title}</h2><table>{rows}</table><p>{legend}</p>'
        f'<form method="dialog"><button>{say("page-close")}</button></form></dialog>\n'
    )


@cache
def _source(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
