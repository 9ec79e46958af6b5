"""Lines from a terminal, by the standard library's readline: history, completion, Ctrl-C for a new prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.faces.repl.lines import words
from graphstep.telling.names import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.debugger.state import State
    from graphstep.faces.repl.prompt import Prompt


def typed_lines(prompt: Prompt) -> Iterator[str]:
    """The lines that are typed, until the end of input."""
    _complete(prompt)
    while True:
        try:
            yield input(prompt.invitation)
        except KeyboardInterrupt:
            print()
        except EOFError:
            print()
            return


def _complete(prompt: Prompt) -> None:
    """Let the tab key complete words, and names of the program. Python may have been built without readline."""
    try:
        import readline
    except ImportError:
        return
    readline.set_completer_delims(" =+-*/()[],;<>")
    readline.set_completer(lambda text, place: next(iter(completions(prompt.state, text)[place:]), None))
    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")


def completions(state: State, text: str) -> list[str]:
    """The words and names that begin with a text, names of the program last."""
    names = names_of(state.trace.program)
    candidates = [word for word in sorted(words(state.at_hand)) if len(word) > 1 and " " not in word]
    candidates += ["grad", "value", *names.program.names, *names.numbered]
    return [word for word in dict.fromkeys(candidates) if word.startswith(text)]
