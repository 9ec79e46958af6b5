"""The conversation: lines in, commands performed, sentences out."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any

from graphstep.debugger import effects, facts
from graphstep.debugger.commands.lesson import placed
from graphstep.debugger.commands.predictions import open_question
from graphstep.debugger.session import Command, Reply, perform
from graphstep.faces.repl import answers, lessons, works
from graphstep.faces.repl.lines import prompt_keys, read_line
from graphstep.faces.replies import crumbs, sentence
from graphstep.faces.replies.panels import cause_lines, comparison_lines, jacobian_lines, tangent_lines
from graphstep.faces.replies.predictions import summary_lines
from graphstep.faces.replies.quantities import node_lines, quantity_lines
from graphstep.ground.errors import GraphstepError
from graphstep.teaching.lesson import progress
from graphstep.teaching.lesson.command import command_of
from graphstep.teaching.marking import ordering
from graphstep.telling.names import names_of
from graphstep.telling.words.catalogue import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphstep.debugger.effects import Effect
    from graphstep.debugger.state import State
    from graphstep.engine.training import Training
    from graphstep.faces.repl.partner import Partner

LEAVES = "quit"
"""The action that ends the conversation."""


class Prompt:
    """A state, and what is printed of it."""

    def __init__(self, state: State, write: Callable[[str], object], training: Training | None = None) -> None:
        self.state = state
        """Where the user is."""
        self.training = training
        """The training that the run is a round of."""
        self.left = False
        """Whether the user has left."""
        self._write = write
        self._steps = answers.Steps()
        self._warned = ""

    @property
    def invitation(self) -> str:
        """The text before the line that is typed."""
        lesson = self.state.lesson
        if lesson is None:
            around = f"{crumbs(self.state)} " if self.state.frames or self.state.within else ""
            return f"{around}{self.state.at}/{len(self.state.trace)}> "
        return "answer> " if lesson.open is not None else "[Enter] "

    @property
    def language(self) -> str:
        """The code of the language in which it answers."""
        return self.state.language

    def completions(self, text: str) -> list[str]:
        """The words and names that begin with a text, names of the program last."""
        names = names_of(self.state.trace.program)
        return answers.words_with(text, self.state.at_hand, ("grad", "value", *names.program.names, *names.numbered))

    def begin(self) -> None:
        """Print the program and the step that is shown, or the lesson and its section."""
        if self.state.lesson is not None:
            self._say_all(lessons.title_lines(self.state.lesson, self.state.language))
            return
        for line in self.state.trace.program.text.strip().splitlines():
            self._say(line)
        self._say_all(self._steps.lines(self.state, self.state.at))
        if self.state.saved is not None:
            self._say_all(comparison_lines(self.state, "saved"))

    def hear(self, line: str) -> None:
        """Perform the command of a line, and print what comes of it."""
        lesson = self.state.lesson
        waiting = open_question(self.state) if lesson is None or lesson.open is None else lesson.open
        options = () if waiting is None else waiting.question.options
        if waiting is not None and waiting.formula:
            # A name may be a formula, also where it is a word of the prompt.
            options = tuple(self.state.trace.program.names)
        elif waiting is not None and waiting.order is not None:
            # So may be that of a gate which is first in an order.
            options = (line.strip(),) if ordering.marked(waiting.order, line)[0] is not None else ()
        try:
            command = read_line(line, question=waiting is not None, at_hand=self.state.at_hand, options=options)
        except GraphstepError as error:
            self._say(error.report())
            return
        if command is None:
            return
        before = self.state
        # First what has happened, then what is done for it: a file that cannot be written undoes no step.
        self.state, reply = perform(before, command)
        self._say_all(self._answer(before, reply))
        for effect in reply.effects:
            self._say_all(self._perform(effect))

    def _answer(self, before: State, reply: Reply) -> Iterator[str]:
        for fact in reply.facts:
            show = _SHOWN.get(type(fact))
            if isinstance(fact, facts.Moved):
                # Over a gate are all of its sends: whoever listens hears each, and not only where it led.
                for n in answers.passed(fact, self.state):
                    yield from self._steps.lines(self.state, n)
            elif show is not None:
                yield from show(before, self.state, fact)
            else:
                if answer := sentence(before, self.state, fact, prompt_keys(self.state.at_hand)):
                    yield answer
                if isinstance(fact, facts.LessonFact) and before.lesson is not None and self.state.lesson is not None:
                    yield from lessons.lines(before.lesson, self.state.lesson, fact)
        # Opening and closing make no move: the step is told again, since it is another step of another run.
        if reply.changed & {"frames", "folding"} and not any(isinstance(fact, facts.Moved) for fact in reply.facts):
            # It is another run, or the steps have other numbers.
            yield from self._steps.lines(self.state, self.state.at)
        if reply.hit is not None:
            yield answers.stop_line(self.state, reply.hit)

    def _perform(self, effect: Effect) -> Iterator[str]:
        if (isinstance(effect, effects.Own) and effect.action == LEAVES) or isinstance(effect, effects.Leave):
            self.left = True
        elif isinstance(effect, effects.CopyRound) and self.training is not None:
            yield self.training.command("--at-round", str(effect.round))
        elif isinstance(effect, effects.Keep):
            yield from self._keep()
        elif isinstance(effect, effects.NextLesson):
            yield from self._next_lesson()
        elif isinstance(effect, effects.ReadRun):
            yield from self._compare(effect.name)
        else:
            try:
                yield from works.perform(self.state, effect)
            except GraphstepError as error:
                yield error.report()

    def _compare(self, name: str) -> Iterator[str]:
        """Read a run, and compare with it."""
        from graphstep.debugger.parts import Saved
        from graphstep.faces.snapshots import snapshot_against

        before = self.state
        try:
            saved = Saved(name, snapshot_against(name, before.root))
        except GraphstepError as error:
            yield error.report()
            return
        self.state, reply = perform(before, Command("compare", saved))
        yield from self._answer(before, reply)

    def _keep(self) -> Iterator[str]:
        assert self.state.lesson is not None, "there is a place to keep"
        message = progress.save(self.state.lesson).message
        if message and message != self._warned:
            self._warned = message
            yield f"[{message}]"

    def _next_lesson(self) -> Iterator[str]:
        assert self.state.lesson is not None, "another lesson follows one"
        after = lessons.next_lesson(self.state.lesson)
        if after is None:
            self.left = True
            return
        self.state = placed(None, after)
        yield from lessons.title_lines(after, self.state.language)

    def end(self) -> None:
        """Print what was predicted, and how a lesson that is not done goes on."""
        score = self.state.score
        if score is not None and score.asked and self.state.at < len(self.state.trace):
            # At the end of the run it stands there already.
            self._say_all(summary_lines(self.state, score))
        lesson = self.state.lesson
        if lesson is not None and not lesson.finished and not self._warned:
            command, section = command_of(lesson.rehearsal.lesson.path, self.state.language), lesson.headings[-1]
            self._say(message(self.state.language, "lesson-place-kept", command=command, section=section))

    def _say(self, text: str) -> None:
        self._write(f"{text}\n")

    def _say_all(self, lines: Iterator[str]) -> None:
        for line in lines:
            self._say(line)


_SHOWN: dict[type, Callable[[State, State, Any], Iterator[str]]] = {
    facts.Fault: lambda _before, _after, fact: iter([answers.report(fact)]),
    facts.Shown: lambda _, after, fact: quantity_lines(after, fact.quantity),
    facts.Inspected: lambda _, after, fact: node_lines(after, fact.node),
    facts.Selected: lambda _, after, fact: node_lines(after, after.subject if fact.node is None else fact.node),
    facts.Asked: lambda _, after, fact: answers.question(after, fact),
    facts.SummaryOf: lambda _, after, fact: summary_lines(after, fact.score),
    facts.Edited: lambda before, after, fact: answers.edit_lines(before, after, fact.names),
    facts.Undone: lambda before, after, fact: answers.edit_lines(before, after, fact.names),
    facts.Nudged: answers.nudge,
    facts.Candidates: lambda _, after, fact: answers.candidate_lines(after, fact),
    facts.Cells: lambda _, after, fact: answers.cell_lines(after, fact),
    facts.CausesOf: lambda _, after, fact: cause_lines(after, fact),
    facts.Compared: lambda _, after, fact: comparison_lines(after, fact.base),
    facts.WireCut: answers.cut,
    facts.TangentsFrom: lambda _, after, fact: tangent_lines(after.trace, fact),
    facts.PathsFrom: lambda _, after, fact: works.path_lines(after, fact.node),
    facts.Jacobians: lambda _, after, fact: jacobian_lines(after.trace, fact.edges),
}
"""By kind of fact how the prompt shows it, where that is more than a sentence."""


def converse(prompt: Partner) -> int:
    """Talk with whoever is at standard input until they leave; the exit status.

    At a terminal there is a prompt, with a history and completion; a script is read without one, and nothing is echoed.
    """
    prompt.begin()
    # Both: with a pipe on one side there is nobody to complete words for, and readline would print its prompt into the file.
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        # By readline, which a closed standard input has too, to say so.
        return _listen(prompt, iter(sys.stdin.readline, ""))
    from graphstep.faces.repl.terminal import typed_lines

    # Ctrl-C gives up what is typed or under way, and not the program.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _listen(prompt, typed_lines(prompt))
    finally:
        signal.signal(signal.SIGINT, before)


def _listen(prompt: Partner, lines: Iterator[str]) -> int:
    for line in lines:
        try:
            prompt.hear(line)
        except KeyboardInterrupt:
            print(message(prompt.language, "prompt-given-up"))
        sys.stdout.flush()
        if prompt.left:
            break
    prompt.end()
    return 0
