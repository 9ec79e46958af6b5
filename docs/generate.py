"""Writes the reference pages that are made from the code: ``python -m docs.generate``. A test says when one is out of date."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from docs import examples, pictures
from graphstep.gates import GATES
from graphstep.gates.notation import LATEX, TEXT

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable
    from typing import Any

    from graphstep.gates import Gate

HERE = Path(__file__).parent
MADE = "<!-- Made by `make docs` from {}: change that, not this page. -->"


GATES_PAGE = """\
# Gates

{made}

A gate computes its value from its inputs x, y, z. Its local gradient towards an input is the derivative of its value with respect
to that input; o stands for its own value. On the way back it sends `upstream gradient × local gradient` to each of its inputs.
Each row stands once, in [graphstep/gates/rows](../../graphstep/gates/rows); the tests compare its local gradients with
SymPy's derivative of its value.

{gates}

A power with a constant exponent is the gate `power`; when the exponent depends on an input it is `pow`. `x^y`, `x**y` and
`pow(x, y)` spell both.

A number in the text lives inside the gate that uses it: `2*x` is one gate, drawn as `×2`, and the number gets no gradient. A × or
÷ gate with such a number has the pattern *scaler*. A gate that flattens out and passes almost nothing is *saturated*, a relu that
passes nothing *dead*, and a node that several gates read is an *adder*: its gradient is the sum of what they send.

## What each does

{sentences}

## At kinks, ties and edges

Where the derivative does not exist, a choice is made. The step that meets such a point says so.

{conventions}

At a tie of `max` or `min` the first input that attains the value gets the whole gradient, a constant before all others, so that
`max(0, x)` is relu at 0 as well. With `--ties split` all that attain it get an equal share, as PyTorch and JAX do for `maximum`.

## Composite gates

One gate to look at, several inside. `--expand` puts the parts in its place; `--fold` makes one gate of what was typed as parts.
Both ways give the same gradients.

{composite}
"""

COMMAND_LINE_PAGE = """\
# Command line

{made}

{sections}

## A word that is a command

The first word is a program unless it equals a command. `graphstep step check` and `graphstep -- check` step through the
expression `check`. What follows `--` is never an option; an expression that begins with a minus sign needs no `--`.

## Exit status

| status | meaning |
| --- | --- |
| 0 | done |
| 1 | failed while running: a file that cannot be written, a check whose witnesses disagree |
| 2 | typed wrong: an expression, a value, an option |
| 130 | ended by Ctrl-C |
| 141 | the reader closed the pipe |

Errors go to standard error: what is wrong, a caret under the place, and what would do.
"""


KEYS_PAGE = """\
# Keys

{made}

`?` shows them in the terminal UI, `^p` searches them; `^` is the control key. Everything can be done with the mouse as well:
click a node to select it, a key in the bottom line to press it, the timeline to go there; the wheel moves the view.

{groups}
"""


def gates_page() -> str:
    """The gates: from the table in ``graphstep/gates/rows``."""
    rows = []
    for gate in GATES.values():
        inputs = _inputs(gate)
        if gate.chooses:
            value = rf"\{gate.chooses}\left(x, y, \ldots\right)"
            local = "1 to the winner, 0 to the others"
        else:
            value = LATEX.term(gate.value(LATEX, [LATEX.name(x) for x in inputs])).text
            local = ", ".join(_math(text) for text in _partials(gate, inputs))
        pattern = ", ".join(gate.pattern) or "–"
        rows.append((f"`{gate.name}`", _bars(gate.symbol), _typed(gate, inputs), _math(value), local, pattern))
    conventions = [
        (f"`{gate.name}`", _bars(rule.says), (rule.others + ".") if rule.others else "–")
        for gate in GATES.values()
        for rule in gate.conventions
    ]
    composite = [
        (
            f"`{gate.name}`",
            f"`{gate.expansion}`",
            ", ".join(f"`{text}`" for text in (gate.expansion, *gate.also)) if gate.folds else "–",
        )
        for gate in GATES.values()
        if gate.expansion
    ]
    sentences = [f"- **{_bars(gate.symbol)}** {_bars(gate.forward)} {_unfilled(gate.backward)}" for gate in GATES.values()]
    return GATES_PAGE.format(
        made=MADE.format("graphstep/gates/rows"),
        gates=_table(("gate", "box", "typed as", "value", "local gradients", "pattern"), rows),
        sentences="\n".join(sentences),
        conventions=_table(("gate", "what we take", "what others take"), conventions),
        composite=_table(("gate", "--expand makes", "--fold recognises"), composite),
    )


def command_line_page() -> str:
    """The commands and their options: from the modules of ``graphstep/cli``."""
    from graphstep.cli import COMMANDS
    from graphstep.cli.words import parser_of

    sections = []
    for name in COMMANDS:
        command: Any = import_module(f"graphstep.cli.{name}")
        title = "graphstep" if name == "step" else f"graphstep {name}"
        rows = [(f"`{_cell(_spelled(action))}`", _cell(action.help or "")) for action in parser_of(name, command)._actions]
        sections.append(
            f"## {title}\n\n`{title} {command.USAGE}`\n\n{command.SUMMARY}\n\n"
            f"{_table(('word', 'meaning'), rows)}\n\n```text\n{command.EXAMPLES.strip()}\n```"
        )
    return COMMAND_LINE_PAGE.format(made=MADE.format("graphstep/cli"), sections="\n\n".join(sections))


def keys_page() -> str:
    """The keys: from the table of actions in ``graphstep/tui/actions.py``."""
    from graphstep.tui.actions import ACTIONS, GROUPS, key_text

    groups = []
    for group in GROUPS:
        rows = [
            (", ".join(f"`{_cell(key_text(key))}`" for key in action.keys), action.help)
            for action in ACTIONS
            if action.group == group
        ]
        groups.append(f"## {group[:1].upper()}{group[1:]}\n\n{_table(('key', 'does'), rows)}")
    return KEYS_PAGE.format(made=MADE.format("graphstep/tui/actions.py"), groups="\n\n".join(groups))


PAGES: dict[str, Callable[[], str]] = {
    "reference/gates.md": gates_page,
    "reference/keys.md": keys_page,
    "reference/command-line.md": command_line_page,
}
"""Every page that is made, by its path in this folder."""


def _inputs(gate: Gate) -> list[str]:
    return list("xyz"[: len(gate.partials)]) if gate.partials else ["x", "y"]


def _partials(gate: Gate, inputs: list[str]) -> list[str]:
    names = [LATEX.name(x) for x in inputs]
    return [LATEX.term(partial(LATEX, *names, LATEX.name("o"))).text for partial in gate.partials]


def _typed(gate: Gate, inputs: list[str]) -> str:
    """How a program spells it: by its functions, or as an operator where it has none."""
    if not gate.functions:
        return f"`{TEXT.term(gate.value(TEXT, [TEXT.name(x) for x in inputs])).text.replace('·', '*')}`"
    required, most = gate.arity
    if most is None:
        return ", ".join(f"`{name}(x, y, …)`" for name in gate.functions)
    optional = [f"{x}={value:g}" for x, value in zip(inputs[required:], gate.defaults, strict=True)]
    arguments = ", ".join(inputs[:required] + optional)
    return ", ".join(f"`{name}({arguments})`" for name in gate.functions)


def _unfilled(sentence: str) -> str:
    """A sentence of a gate with its fields as they are in general."""
    without = sentence.replace(", {other}", "").replace(", {out}", "").replace(" {out}", "")
    return _bars(without.replace("{x}", "x").replace("{y}", "y"))


def _math(latex: str) -> str:
    return f"$`{latex}`$"


def _bars(text: str) -> str:
    return text.replace("|", "&#124;")


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _spelled(action: argparse.Action) -> str:
    """An option with its value, or the name of a word."""
    if not action.option_strings:
        return str(action.metavar or action.dest.upper())
    value = action.metavar or "|".join(map(str, action.choices or ())) or action.dest.upper()
    return ", ".join(action.option_strings) + (f" {value}" if action.nargs is None else "")


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(head)
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows))


def main() -> None:
    """Write every page and picture, and into the other pages what their examples print."""
    (HERE / "images").mkdir(exist_ok=True)
    (HERE / "images/graph.svg").write_text(pictures.graph(), encoding="utf-8")
    (HERE / "images/screen.svg").write_text(pictures.screen(), encoding="utf-8")
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
    for path in examples.pages():
        path.write_text(examples.refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
