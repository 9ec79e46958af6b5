"""The conversation: lines in, commands performed, sentences out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from graphstep.debugger import facts
from graphstep.debugger.effects import Ask, Own
from graphstep.debugger.session import perform
from graphstep.faces.repl import answers
from graphstep.faces.repl.lines import prompt_keys, read_line
from graphstep.faces.replies import sentence
from graphstep.ground.errors import GraphstepError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphstep.debugger.effects import Effect
    from graphstep.debugger.session import Reply
    from graphstep.debugger.state import State

LEAVES = "quit"
"""The action that ends the conversation."""


class Prompt:
    """A state, and what is printed of it."""

    def __init__(self, state: State, write: Callable[[str], object]) -> None:
        self.state = state
        """Where the user is."""
        self.left = False
        """Whether the user has left."""
        self._write = write
        self._steps = answers.Steps()

    def begin(self) -> None:
        """Print the program, and the step that is shown."""
        for line in self.state.trace.program.text.strip().splitlines():
            self._say(line)
        self._say_all(self._steps.lines(self.state, self.state.at))

    def hear(self, line: str) -> None:
        """Perform the command of a line, and print what comes of it."""
        try:
            score = self.state.score
            command = read_line(line, question=score is not None and score.tries is not None)
        except GraphstepError as error:
            self._say(error.report())
            return
        if command is None:
            return
        before = self.state
        self.state, reply = perform(before, command)
        self._say_all(self._answer(before, reply))
        for effect in reply.effects:
            self._say_all(self._perform(effect))

    def _answer(self, before: State, reply: Reply) -> Iterator[str]:
        after = self.state
        for fact in reply.facts:
            if isinstance(fact, facts.Moved):
                for n in answers.passed(fact, self.state):
                    yield from self._steps.lines(after, n)
            elif isinstance(fact, facts.Shown):
                yield from answers.quantity_lines(after, fact.quantity)
            elif isinstance(fact, facts.Selected) and fact.node is not None:
                yield from answers.node_lines(after, fact.node)
            elif isinstance(fact, facts.Asked):
                yield answers.question(after, fact.n)
            elif isinstance(fact, facts.Fault):
                yield answers.report(fact)
            elif said := sentence(before, after, fact, prompt_keys()):
                yield said
        if reply.hit is not None:
            yield answers.stop_line(after, reply.hit)

    def _perform(self, effect: Effect) -> Iterator[str]:
        if isinstance(effect, Ask):
            yield answers.asked(effect.action)
        elif isinstance(effect, Own) and effect.action == LEAVES:
            self.left = True
        elif isinstance(effect, Own):
            yield from answers.own(self.state, effect.action)

    def _say(self, text: str) -> None:
        self._write(f"{text}\n")

    def _say_all(self, lines: Iterator[str]) -> None:
        for line in lines:
            self._say(line)


def converse(state: State) -> int:
    """Talk with whoever is at standard input until they leave; the exit status.

    At a terminal there is a prompt, with a history and completion; a script is read without one, and nothing is echoed.
    """
    prompt = Prompt(state, sys.stdout.write)
    prompt.begin()
    if sys.stdin.isatty() and sys.stdout.isatty():
        from graphstep.faces.repl.terminal import typed_lines

        lines = typed_lines(prompt)
    else:
        lines = iter(sys.stdin.readline, "")
    for line in lines:
        prompt.hear(line)
        sys.stdout.flush()
        if prompt.left:
            break
    return 0
