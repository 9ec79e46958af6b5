"""``graphstep completion SHELL``: completions, made from the options that the commands really have."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from importlib import import_module

from graphstep.faces.cli.commands import PARTS

USAGE = "SHELL"
SUMMARY = "Print a completion script for a shell."
EXAMPLES = """\
examples:
  graphstep completion bash > ~/.local/share/bash-completion/completions/graphstep
  graphstep completion zsh > ~/.zfunc/_graphstep          (with ~/.zfunc in $fpath before compinit)
  graphstep completion fish > ~/.config/fish/completions/graphstep.fish
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("shell", choices=sorted(_SCRIPTS), help="the shell")


def run(options: argparse.Namespace) -> int:
    """Print the script."""
    sys.stdout.write(_SCRIPTS[options.shell]())
    return 0


def _options() -> dict[str, list[argparse.Action]]:
    """The options of every command."""
    from graphstep.faces.cli.commands import every, module_of
    from graphstep.faces.cli.words import parser_of

    actions = {name: parser_of(name, import_module(module_of(name)))._actions for name in every()}
    return {name: [a for a in some if a.option_strings and a.help != argparse.SUPPRESS] for name, some in actions.items()}


def _first(names: Iterable[str]) -> str:
    """The commands of one word."""
    return " ".join(name for name in names if " " not in name)


def _long(action: argparse.Action) -> str:
    return action.option_strings[-1]


def _bash() -> str:
    step = " ".join(_long(a) for a in _options()["step"])
    cases = "\n".join(
        f'    "{name} "*) words="{" ".join([*PARTS.get(name, ()), *(_long(a) for a in actions)])}" ;;'
        # The pattern of a command ends in a blank, as the words before the cursor do: `check` is then no beginning of another
        # word.
        # Of two that fit, bash takes the first: exercise mark comes before exercise.
        for name, actions in sorted(_options().items(), key=lambda each: " " not in each[0])
        if name not in ("step", "completion")
    )
    values = "\n".join(f"    {option}) words='{' '.join(choices)}' ;;" for option, choices in _choices().items())
    return f"""\
# bash completion for graphstep
_graphstep() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" words
  case "${{COMP_WORDS[*]:1:COMP_CWORD}} " in
{cases}
    "completion "*) words="bash fish zsh" ;;
    *) words="{step}" ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="{_first(_options())} $words"
  case "${{COMP_WORDS[COMP_CWORD-1]}}" in
{values}
    --to) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _graphstep graphstep
"""


def _zsh() -> str:
    cases = "\n".join(
        f"    '{name} '*) {_zsh_parts(name)}_arguments -S {' '.join(_zsh_option(a) for a in actions)} '*:word:_files' ;;"
        for name, actions in sorted(_options().items(), key=lambda each: " " not in each[0])
        if name != "step"
    )
    step = " ".join(_zsh_option(a) for a in _options()["step"])
    return f"""\
#compdef graphstep
# zsh completion for graphstep
_graphstep() {{
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    compadd -- {_first(_options())}
    return
  fi
  case "$words[2,CURRENT] " in
{cases}
    *) _arguments -S {step} '*:word:_files' ;;
  esac
}}
_graphstep "$@"
"""


def _zsh_parts(name: str) -> str:
    """Of a command that others begin with, their second words."""
    parts = " ".join(PARTS.get(name, ()))
    return f"(( CURRENT == 3 )) && compadd -- {parts}; " if parts else ""


def _zsh_option(action: argparse.Action) -> str:
    # Signs that end a part of a specification of zsh's _arguments: brackets, colons and the quotes around it.
    text = (action.help or "").replace("%", "").replace("[", "(").replace("]", ")").replace("'", "").replace(":", " ")
    value = ""
    if action.nargs is None:
        kind = f"({' '.join(map(str, action.choices))})" if action.choices else "_files" if _long(action) == "--to" else " "
        value = f":value:{kind}"
    return f"'{_long(action)}[{text}]{value}'"


def _fish() -> str:
    lines = ["# fish completion for graphstep"]
    lines += [f"complete -c graphstep -n __fish_use_subcommand -f -a {name}" for name in _options() if " " not in name]
    for name, parts in PARTS.items():
        lines.append(f"complete -c graphstep -n '__fish_seen_subcommand_from {name}' -f -a '{' '.join(parts)}'")
    # fish offers an option without a condition behind every command; only --format takes other words at each.
    everywhere = {_long(a) for a in _options()["step"]} - {"--format"}
    lines.append("complete -c graphstep -n '__fish_seen_subcommand_from completion' -f -a 'bash fish zsh'")
    for name, actions in _options().items():
        for action in actions:
            if name != "step" and _long(action) in everywhere:
                continue
            subcommand = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in name.split())
            condition = "" if name == "step" else f" -n '{subcommand}'"
            # Between single quotes of the shell nothing else can be escaped.
            text = (action.help or "").replace("'", "")
            needs = " -r" if action.nargs is None else ""
            choices = f" -f -a '{' '.join(map(str, action.choices))}'" if action.choices else ""
            lines.append(f"complete -c graphstep{condition} -l {_long(action)[2:]}{needs}{choices} -d '{text}'")
    return "\n".join(lines) + "\n"


def _choices() -> dict[str, list[str]]:
    """The options that take one of a few words, with those words."""
    from graphstep.faces.export import formats

    # By the name of an option alone, whatever the command: --format of any command offers the formats of a run.
    choices = {_long(a): list(map(str, a.choices)) for actions in _options().values() for a in actions if a.choices}
    return {**choices, "--format": list(formats())}


_SCRIPTS = {"bash": _bash, "zsh": _zsh, "fish": _fish}
