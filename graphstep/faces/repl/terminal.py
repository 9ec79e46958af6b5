"""Lines from a terminal, by the standard library's readline: history, completion, Ctrl-C for a new prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.faces.repl.partner import Partner


def typed_lines(prompt: Partner) -> Iterator[str]:
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


def _complete(prompt: Partner) -> None:
    """Let the tab key complete words, and names of the program. Python may have been built without readline."""
    try:
        import readline
    except ImportError:
        return
    # What parts words in a program; a blank does too, so of a command of two words each is completed by itself.
    readline.set_completer_delims(" =+-*/()[],;<>")
    # Asked for the completion 0, 1, 2, … until there is none: None ends it.
    readline.set_completer(lambda text, place: next(iter(prompt.completions(text)[place:]), None))
    # macOS has libedit in place of GNU readline, which spells the binding in another way.
    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
