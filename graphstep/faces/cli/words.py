"""From words to options: argparse, with room for expressions that begin with a minus sign."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn, Protocol

from graphstep import __version__
from graphstep.ground.errors import InputError, did_you_mean, quoted

_SHIELD = "\0"
"""Put before a word that begins with a minus sign and is no option, to get it past argparse. It cannot be typed."""


class Command(Protocol):
    """What a module of a command offers."""

    USAGE: str
    SUMMARY: str
    EXAMPLES: str

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add its arguments."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it; returns the exit status."""


class Parser(argparse.ArgumentParser):
    """argparse that raises our errors instead of leaving the program."""

    commands: Sequence[str] = ()
    """The commands that its help lists behind its own options."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is."""
        raise InputError(message.replace(_SHIELD, ""), hint=f"{self.prog} --help shows what there is, with examples")

    def format_help(self) -> str:
        """The help; that of the program itself ends with its commands, whose modules are loaded only here."""
        return f"{super().format_help()}\n{_listed(self.commands)}" if self.commands else super().format_help()


class _Version(argparse.Action):
    """Prints the version, and which way the numbers of narrow graphs are computed."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from graphstep.engine.core import core_state

        print(f"graphstep {__version__} ({core_state()})")
        parser.exit()


def whole(option: str, text: str, least: int = 0) -> int:
    """The whole number of an option; InputError for what is none, and for one that is smaller than ``least``."""
    # isdecimal alone takes the digits of all scripts; of more than 4,300 of any kind int() raises an error of its own.
    if not (text.isascii() and text.isdecimal() and len(text) <= 18 and int(text) >= least):
        raise InputError(f"{option} takes a whole number from {least}, not {quoted(text)}", hint=f"for example {option} 10")
    return int(text)


def parser_of(name: str, command: Command) -> Parser:
    """The parser of a command."""
    parser = Parser(
        prog="graphstep" if name == "step" else f"graphstep {name}",
        usage=f"%(prog)s {command.USAGE}",
        description=command.SUMMARY,
        epilog=command.EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        # Else --s would be --seed until another option begins with s; and _shielded knows whole names alone.
        allow_abbrev=False,
    )
    command.arguments(parser)
    if name == "step":
        from graphstep.faces.cli.commands import COMMANDS

        parser.commands = COMMANDS
        parser.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    return parser


def _listed(commands: Sequence[str]) -> str:
    """The commands, each with what it does, as the help lists them."""
    width = max(map(len, commands))
    modules: dict[str, Command] = {name: import_module(f"graphstep.faces.cli.{name}") for name in commands}
    lines = [f"  graphstep {name:{width}}  {command.SUMMARY}" for name, command in modules.items()]
    rest = "A first word that is no command is a program; graphstep step check steps through the program 'check'."
    return "\n".join(["commands (each has its own --help):", *lines, "", rest, ""])


def parse(name: str, command: Command, words: Sequence[str]) -> argparse.Namespace:
    """The options of a command, with the words themselves as ``words``; InputError where they do not fit."""
    parser = parser_of(name, command)
    if name == "step" and not words:
        parser.print_help()
        sys.exit(0)
    # Intermixed: otherwise the values end at the first option, and x=3 behind --plain is "unrecognized".
    options = parser.parse_intermixed_args(_shielded(parser, words))
    for key, value in vars(options).items():
        setattr(options, key, _unshielded(value))
    options.words = list(words)
    _refuse_nothing(parser, options)
    if hasattr(options, "math"):
        from graphstep.faces.cli.documents import refuse_passed_over

        refuse_passed_over(options)
    return options


def _refuse_nothing(parser: Parser, options: argparse.Namespace) -> None:
    """Raise InputError for an option behind which an empty word stands.

    ``--to "$FILE"`` with no such variable would print what was to be written, and a script would not hear of it.
    """
    for action in parser._actions:
        if action.nargs is None and action.option_strings and getattr(options, action.dest) == "" != action.default:
            raise InputError(f"nothing stands behind {action.option_strings[-1]}", hint=f"it takes {action.metavar}")


def _shielded(parser: argparse.ArgumentParser, words: Sequence[str]) -> list[str]:
    """The words, with those made safe that begin with a minus sign but are expressions: ``-x^2``, ``--x``."""
    actions = {option: action for action in parser._actions for option in action.option_strings}
    shielded: list[str] = []
    takes_next = False
    for place, word in enumerate(words):
        if word == "--":
            return [*shielded, *(_SHIELD + rest for rest in words[place + 1 :])]
        option, equals, _ = word.partition("=")
        if takes_next:
            # The value of an option may be negative too: --seed -1.
            # Joined to the option: by itself argparse would take it for one.
            shielded[-1] += f"={word}" if shielded[-1].startswith("--") else word
            takes_next = False
        elif option in actions:
            # Without a number of values it takes exactly one, which may look like an option itself.
            # argparse takes -- away wherever it stands alone, behind an equals sign too, and leaves an empty list.
            shielded.append(f"{option}={_SHIELD}--" if word == f"{option}=--" else word)
            takes_next = not equals and actions[option].nargs is None
        elif word.startswith("-") and word != "-":
            if _looks_like_an_option(option):
                hint = f"{parser.prog} --help lists the options; an expression may follow after --"
                raise InputError(f"there is no option {quoted(option)}", hint=did_you_mean(option, actions) or hint)
            shielded.append(_SHIELD + word)
        else:
            shielded.append(word)
    return shielded


def _looks_like_an_option(word: str) -> bool:
    """``--plian`` does; ``--x``, ``-x^2`` and ``-max(x,y)`` do not."""
    return word.startswith("--") and len(word) > 3 and word[2].isalpha() and word[2:].replace("-", "").isalpha()


def _unshielded(value: Any) -> Any:
    if isinstance(value, str):
        return value.removeprefix(_SHIELD)
    return [_unshielded(entry) for entry in value] if isinstance(value, list) else value
