"""The page: a run as one HTML file, and what every HTML file of ours stands in."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache, partial
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from graphstep.debugger.actions import BY_ID, STEPPING, key_text
from graphstep.debugger.commands.breakpoints import conditions_in
from graphstep.debugger.labels import help_text, label
from graphstep.debugger.state import State
from graphstep.debugger.stops import outer_steps
from graphstep.engine.trace import Trace
from graphstep.faces.drawing.diagram import settled
from graphstep.faces.drawing.names import row_name
from graphstep.faces.drawing.scene import scene
from graphstep.faces.drawing.text import NO_MARKS, Marks
from graphstep.faces.export._html import Html
from graphstep.faces.export._picture import arranged
from graphstep.faces.export.page.compression import packed
from graphstep.faces.export.page.states import cells, numbers, sent, states
from graphstep.faces.export.page.views import View, leaves_out_parts, views_of
from graphstep.ground.directions import is_rtl
from graphstep.ground.unprintable import printable
from graphstep.telling.document import FULL, Code, Heading
from graphstep.telling.explanation import Rules
from graphstep.telling.reports import gradients, inputs
from graphstep.telling.reports.parts import made_by, phrase
from graphstep.telling.reports.run import step_of
from graphstep.telling.words.catalogue import catalogue, message
from graphstep.telling.words.english import MESSAGES

LIMIT = 2_000
"""Gates of a program up to which there is a page of it."""

_NAME = 48
"""Characters of a name in the table of values."""

_DONE = ("step", "back", "over", "back_over", "finish", "first", "last", "continue", "continue_back", "break_at",
         "into", "out", "help")  # fmt: skip
"""The actions of the debugger that the page performs."""

_KEYS = {"right": "ArrowRight", "left": "ArrowLeft", "space": " ", "home": "Home", "end": "End", "question_mark": "?"}
"""The keys whose names a browser spells in another way."""

_BUTTONS = (("first", "⇤"), ("back", "←"), ("step", "{} →"), ("over", "{}"), ("continue", "● →"), ("last", "⇥"))
"""The actions that have a button, and what stands on it: a sign, the label of the action, or both."""

_OPENING = (("into", "⊞ {}"), ("out", "⊟ {}"))
"""Those that have one where there is something to open."""

_BEYOND = re.compile(r"[^\0-\uffff]")
"""Characters that a script counts twice: they are spelled out, so that places in the text are the same for it."""

_RTL = "code,pre,math,svg,figure{direction:ltr;unicode-bidi:isolate}"
"""What is written from left to right in every language."""

_WORDS = {
    **{phase: f"phase-{phase}" for phase in ("start", "forward", "backward", "update")},
    **{name: f"page-{name}" for name in ("where", "step", "stop", "set", "gone", "inside")},
    "outermost": "page-nothing-open",
    "data": "values-data",
    "constant": "values-constant",
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
    direction = ""
    if is_rtl(language):
        style, direction = style + _RTL, ' dir="rtl"'
    # Styles and the script are allowed by their hashes, so that markup from a program's text, should any get through, cannot run.
    allowed = f"default-src 'none'; style-src '{_hash(style)}'" + (f"; script-src '{_hash(code)}'" if script else "")
    yield (
        f'<!DOCTYPE html>\n<html lang="{language}"{direction}>\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"{allowed}; base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(printable(title))}</title>\n<style>{style}</style>\n</head>\n<body>\n"
    )
    yield from body
    yield f"<script>{code}</script>\n</body>\n</html>\n" if script else "</body>\n</html>\n"


def stepping(trace: Trace, last: int, command: str) -> Iterator[str]:
    """The page of a run with its steps up to ``last``."""
    views = views_of(trace, last)
    # Views of one run stand behind each other, and its numbers stand in the page once.
    runs = [view for place, view in enumerate(views) if not place or view.run != views[place - 1].run]
    data = {"runs": [_run(view) for view in runs], "views": [_outline(view, views) for view in views]}
    # From what the page holds and not from a counter: two pages in one notebook share no id, and the same run has the same bytes.
    prefix = f"gs{sha256(f'{trace.program.text}{_json(data)}'.encode()).hexdigest()[:8]}-"
    for place, view in enumerate(views[1:], 1):
        # What is inside is alike but for names and numbers, and of no use where no script opens it.
        data["views"][place] |= _content(view, f"{prefix}{place}-")
    body = _body(views, prefix, data, command)
    return framed(f"{inputs.title_of(trace)} – graphstep", body, trace.setup.language, script=True)


def _json(entry: Any) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _in_script(entry: Any) -> str:
    """Data as it may stand in a script element, which these would end or make end elsewhere."""
    # By HTML's rules for a script element: behind "<!--" and "<script" its end tag does not end it.
    return _json(entry).replace("</", "<\\/").replace("<!--", "\\u003c!--").replace("<script", "\\u003cscript")


def _run(view: View) -> dict[str, Any]:
    """What the script knows of a run: the step that seeds it, its numbers, and where it is opened."""
    run = {"seed": view.trace.seed_step, "steps": list(numbers(view.trace, view.last))}
    return run if view.opened is None else {**run, "opened": asdict(view.opened)}


def _outline(view: View, views: Sequence[View]) -> dict[str, Any]:
    """What the script knows of a view besides its HTML."""
    drawn, place = view.drawn, views.index(view)
    gates = {each.opened.gate for each in views if each.opened is not None and each.opened.view == place}
    opens = [drawn.box_of[gate] for gate in sorted(gates)]
    opens += [drawn.box_of[each.trace.program.gates_of_frames[each.within].start] for each in views if each.around == place]
    return {
        "run": view.run,
        "around": view.around,
        "name": view.name,
        "title": view.title,
        "passes": [[steps.start, steps.stop - 1] for steps in view.passes],
        "boxes": [None if box in drawn.calls else node for box, node in enumerate(drawn.nodes)],
        "opens": opens,
        "sent": list(sent(view)),
        "stops": list(states(view)),
    }


def _content(view: View, prefix: str) -> dict[str, Any]:
    """The HTML of a view that is opened: its graph, its steps and the rows of its table."""
    return {
        "graph": "\n".join(_graph(view, prefix, NO_MARKS)),
        "sections": "".join(_sections(view, Html(prefix, view.trace.setup.language))),
        "rows": "".join(_rows(view, prefix, filled=False)),
    }


def _graph(view: View, prefix: str, written: Marks) -> Iterator[str]:
    title = message(view.trace.setup.language, "page-graph-of", what=view.title if view.name else inputs.title_of(view.trace))
    return scene(arranged(view.drawn), written, prefix, title)


def _sections(view: View, writer: Html) -> Iterator[str]:
    for explanation in view.explanations:
        yield writer.block(step_of(view.trace, Rules().brief(explanation), view.last, FULL, alone=True))


def _body(views: Sequence[View], prefix: str, data: Mapping[str, Any], command: str) -> Iterator[str]:
    program = views[0]
    trace, last = program.trace, program.last
    language = trace.setup.language
    writer, say = Html(prefix, language), partial(message, language)
    yield f'<main class="run" id="{prefix}run" data-prefix="{prefix}">\n<header>\n'
    yield writer.block(Heading(1, phrase(language, "backpropagation-through", what=Code(inputs.title_of(trace))), "title"))
    yield f'</header>\n<div class="typed" id="{prefix}typed" hidden></div>\n'
    yield '<div class="paper">\n' + "".join(map(writer.block, inputs.problem(trace))) + "</div>\n"
    if len(views) > 1:
        yield f'<p class="path" id="{prefix}path" hidden></p>\n'
    yield f'<div class="graph" tabindex="0" role="group" aria-label="{say("heading-graph")}">\n'
    yield from (f"{line}\n" for line in _graph(program, prefix, settled(trace, program.drawn, last)))
    yield "</div>\n"
    yield _controls(prefix, len(program.stops) - 1, language, opens=len(views) > 1)
    yield f'<div class="steps">\n<h2>{say("page-steps")}</h2>\n'
    yield from _sections(program, writer)
    yield "</div>\n"
    yield from _values(program, prefix)
    yield '<div class="paper">\n' + "".join(map(writer.block, gradients.gradients(trace, last, FULL)))
    yield "".join(map(writer.block, made_by(trace.writing.language, command, trace.setup.without_text))) + "</div>\n"
    yield _help(prefix, language)
    no_parts = "page-parts-left-out" if leaves_out_parts(views) else "reply-no-composite"
    # As templates with their braces, which the script fills in: a message of the catalogue would want its numbers now.
    words = {name: catalogue(language).find(key, MESSAGES[key]) for name, key in {**_WORDS, "noParts": no_parts}.items()}
    data = {"prefix": prefix, "keys": keys(), "words": words, "breaks": breaks(trace, last), "last": len(trace), **data}
    # One view repeats little, and stands there so that who looks at the source can read it.
    text = _in_script(data if len(views) == 1 else packed(_BEYOND.sub(_escaped, _json(data))))
    yield f'<script type="application/json">{text}</script>\n</main>\n'


def _escaped(letter: re.Match[str]) -> str:
    return json.dumps(letter[0])[1:-1]


def _controls(prefix: str, last: int, language: str, *, opens: bool) -> str:
    say = partial(message, language)
    buttons = ""
    for name, sign in (*_BUTTONS, *(_OPENING if opens else ())):
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


def _values(view: View, prefix: str) -> Iterator[str]:
    say = partial(message, view.trace.setup.language)
    title, heads = say("page-values"), ("values-node", "values-value", "values-gradient", "page-arrived")
    columns = "".join(f'<th scope="col">{say(head)}</th>' for head in heads)
    yield (
        f'<section class="values"><h2>{title}</h2><div class="wide" tabindex="0" role="group" aria-label="{title}"><table>\n'
        f"<tr>{columns}</tr>\n"
    )
    yield from _rows(view, prefix)
    yield "</table></div></section>\n"


def _rows(view: View, prefix: str, *, filled: bool = True) -> Iterator[str]:
    """The rows of the table of values, one for each box with a number; with the numbers at the end of the view."""
    for box, index in enumerate(view.drawn.nodes):
        if box in view.drawn.calls:
            continue
        value, gradient, arrived = cells(view.trace, index, view.last) if filled else (None, None, "")
        name = escape(row_name(view.trace.program, index, _NAME))
        yield (
            f'<tr id="{prefix}r{box}"><th scope="row">{name}</th><td class="value">{escape(value or "")}</td>'
            f'<td class="gradient">{escape(gradient or "")}</td><td>{arrived}</td></tr>\n'
        )


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
