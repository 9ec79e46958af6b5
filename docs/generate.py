"""Writes the reference pages that are made from the code: ``python -m docs.generate``. A test says when one is out of date."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from docs import examples, pictures
from docs.core import core_page
from docs.gates import gates_page
from docs.tables import MADE, table
from docs.training import training_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from graphstep.debugger.actions import Action

HERE = Path(__file__).parent

COMMAND_LINE_PAGE = """\
# Command line

{made}

{sections}

## A word that is a command

The first word is a program unless it equals a command. `graphstep step check` and `graphstep -- check` step through the
expression `check`. What follows `--` is never an option; an expression that begins with a minus sign needs no `--`.

## Preferences

`config.toml` in the platform's folder for configuration (`~/.config/graphstep` on Linux; `GRAPHSTEP_CONFIG` names another file)
stands in for options that are not typed:

```toml
theme = "graphstep-light"
digits = 6
notation = "lecture"
language = "zh"

[keys]
step = ["right", "j"]
jacobian = "J"
tangents = "f9"
```

An option goes before it, and so do `GRAPHSTEP_LANGUAGE` and `NO_COLOR`.

`[keys]` gives an action of the terminal UI other keys in place of its own; the names of the actions stand in [keys.md](keys.md).
A key is one character as it is typed, or a name (`right`, `pageup`, `space`, `enter`, `f5`), with `ctrl+`, `shift+` or `alt+`
before it. A key that would do two things is refused, with the action that needs another one. The words of the line prompt stay.

## Colour

Everything is told without colour too. What is printed has none; the terminal UI has as many as the terminal says it can show.
`NO_COLOR`, set to anything but nothing, takes them away, whatever else is set ([no-color.org](https://no-color.org)).
`FORCE_COLOR` asks for colour where a terminal does not say that it has it ([force-color.org](https://force-color.org)): the
terminal UI never has fewer than the 16 of a terminal then, with `FORCE_COLOR=3` all 16 million, which a multiplexer or a remote
login often hides. Nothing printed changes by it.

## The compiled core

Narrow graphs of many gates are computed in C where graphstep was installed with a C compiler, and in Python elsewhere, to the
same numbers; `graphstep --version` says which. `GRAPHSTEP_CORE=0` forbids C, and `GRAPHSTEP_CORE=1` demands it.

## Exit status

| status | meaning |
| --- | --- |
| 0 | done |
| 1 | failed while running: a file not written, a loss that is nan, a `--break` not met |
| 1 | the answer is no: witnesses or runs differ, a claim does not hold, an engine is wrong, `--fail-on` |
| 2 | typed wrong: an expression, a value, an option |
| 130, 143 | ended by Ctrl-C, by SIGTERM |
| 141 | the reader closed the pipe |

Errors go to standard error: what is wrong, a caret under the place, and what would do.
"""


KEYS_PAGE = """\
# Keys

{made}

`?` shows them in the terminal UI, `^p` searches them; `^` is the control key. Everything can be done with the mouse as well:
click a node to select it, a key in the bottom line to press it, the timeline to go there; the wheel moves the view.

`config.toml` gives an action other keys, by its name: see [preferences](command-line.md#preferences).

{groups}

## Conditions to stop at

`B` asks for a condition, as `--break` takes one on the command line, and `c` goes to the next step after which it holds:
{conditions}. Of an array `<`, `<=` and `==` must hold for every cell, `>`, `>=` and `!=` for one.

## On the training screen

{training}
"""


def command_line_page() -> str:
    """The commands and their options: from the modules of ``graphstep/faces/cli``."""
    from graphstep.faces.cli.commands import every, module_of
    from graphstep.faces.cli.words import parser_of

    sections = []
    for name in every():
        command: Any = import_module(module_of(name))
        title = "graphstep" if name == "step" else f"graphstep {name}"
        actions = [action for action in parser_of(name, command)._actions if action.help != argparse.SUPPRESS]
        rows = [(f"`{_cell(_spelled(action))}`", _cell(action.help or "")) for action in actions]
        sections.append(
            f"## {title}\n\n`{title} {command.USAGE}`\n\n{command.SUMMARY}\n\n"
            f"{table(('word', 'meaning'), rows)}\n\n```text\n{command.EXAMPLES.strip()}\n```"
        )
    return COMMAND_LINE_PAGE.format(made=MADE.format("graphstep/faces/cli"), sections="\n\n".join(sections))


def keys_page() -> str:
    """The keys and words: from the table of actions."""
    from graphstep.debugger import actions, conditions

    return KEYS_PAGE.format(
        made=MADE.format("graphstep/debugger/actions.py"),
        groups=_groups(actions.STEPPING + actions.LESSON),
        conditions=", ".join(f"`{example}`" for example in conditions.EXAMPLES),
        training=_groups(actions.TRAINING, 3),
    )


def _groups(actions: Iterable[Action], level: int = 2) -> str:
    from graphstep.debugger.actions import groups, key_text

    parts = []
    for group, members in groups(actions).items():
        worded = any(action.words for action in members)
        rows = [
            (
                ", ".join(f"`{_cell(key_text(key))}`" for key in action.keys),
                *([", ".join(f"`{word}`" for word in action.words)] if worded else []),
                action.help,
                f"`{action.id}`" if action.keys else "",
            )
            for action in members
        ]
        head = ("key", "at a prompt", "does", "name") if worded else ("key", "does", "name")
        parts.append(f"{'#' * level} {group[:1].upper()}{group[1:]}\n\n{table(head, rows)}")
    return "\n\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "core.md": core_page,
    "reference/gates.md": gates_page,
    "reference/keys.md": keys_page,
    "reference/command-line.md": command_line_page,
    "reference/training.md": training_page,
}
"""Every page that is made, by its path in this folder."""


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _spelled(action: argparse.Action) -> str:
    """An option with its value, or the name of a word."""
    if not action.option_strings:
        return str(action.metavar or action.dest.upper())
    value = action.metavar or "|".join(map(str, action.choices or ())) or action.dest.upper()
    return ", ".join(action.option_strings) + (f" {value}" if action.nargs is None else "")


def main() -> None:
    """Write every page and picture, and into the other pages what their examples print."""
    (HERE / "images").mkdir(exist_ok=True)
    (HERE / "images/graph.svg").write_text(pictures.graph(), encoding="utf-8")
    (HERE / "images/stepping.svg").write_text(pictures.stepping(), encoding="utf-8")
    (HERE / "images/screen.svg").write_text(pictures.screen(), encoding="utf-8")
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
    for path in examples.pages():
        path.write_text(examples.refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
