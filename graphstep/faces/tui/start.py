"""The start screen: a field for a program, the last programs, examples, and the lessons with how far each has come."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from graphstep.faces.history import last_programs
from graphstep.faces.tui.messages import say
from graphstep.ground.errors import GraphstepError, InputError, quoted
from graphstep.ground.unprintable import printable
from graphstep.ground.widths import cell_width, fit, padded
from graphstep.language.setup import Setup
from graphstep.teaching.lesson.catalogue import catalogue
from graphstep.teaching.lesson.progress import load

EXAMPLES = (
    ("(x+y)*z", "x=-2", "y=5", "z=-4"),
    ("1/(1+exp(-(w0*x0+w1*x1+w2)))", "w0=2", "x0=-1", "w1=-3", "x1=-2", "w2=-3"),
    ("q = x*y; q + q*q", "x=2", "y=3"),
    ("max(x, y)*z", "x=2", "y=1", "z=5"),
    ("sum((W@x)^2)", "W=[[0.1,0.5],[-0.3,0.8]]", "x=[0.2,0.4]"),
    ("cross_entropy(W@x + b, 2)", "W=randn(3,4)", "x=[1,2,0.5,-1]", "b=zeros(3)"),
)
"""Programs of the lectures, each with the values of its inputs."""

_LAST = 5
"""Last programs that are listed."""

# Values of inputs behind a program, as on the command line: ``x*w + b  x=2 w=[1, 2]``.
_VALUE = re.compile(r"\s+\w+=(?:\[[^=;]*\]|[^\s;]+)")
_LINE = re.compile(rf"(?P<program>.*?)(?P<values>(?:(?<=[^;\s]){_VALUE.pattern})*)", re.DOTALL)
"""A program, and behind it values without blanks around their ``=``; behind a ``;`` it is a statement."""


class Choice(NamedTuple):
    """One line of the list."""

    words: tuple[str, ...]
    """The words behind ``graphstep`` that open it."""
    text: str
    """What the line says."""
    remark: str = ""
    """What stands at its right."""


_REMARKS = 72
"""The column at which remarks end at most: far from its title nobody finds which one a remark belongs to."""

_LOW = 14
"""Rows of the window below which nothing stands over the field."""


class StartScreen(Screen[None]):
    """Asks what to open; :attr:`words` are the words of the command that does, None when it was left."""

    # Textual loads the files of a screen that is pushed, and not of the first one.
    DEFAULT_CSS = """
    StartScreen { padding: 1 2; }
    StartScreen #about { height: auto; color: $quiet; }
    StartScreen Input { height: 1; border: none; padding: 0; margin: 1 0 0 0; background: $background; text-style: bold; }
    StartScreen Input:focus { border: none; }
    StartScreen #wrong { height: auto; color: $warn; }
    StartScreen OptionList { height: 1fr; border: none; padding: 0; background: $background; }
    StartScreen OptionList > .option-list--option-disabled { color: $active; }
    StartScreen #keys { height: 1; color: $quiet; text-wrap: nowrap; text-overflow: ellipsis; }
    StartScreen.-low { padding: 0 2; }
    StartScreen.-low #about { display: none; }
    StartScreen.-low Input { margin: 0; }
    """
    BINDINGS: ClassVar = [Binding("escape", "leave", "leave", id="start-leave")]

    def __init__(self, language: str, problem: str = "") -> None:
        super().__init__()
        self.language = language
        """The language in which it speaks."""
        self.problem = problem
        """Why what was chosen before could not be opened; shown until something else is typed."""
        self.words: list[str] | None = None
        """What was chosen."""
        self._choices: list[Choice] = []

    def compose(self) -> ComposeResult:
        """The field, what is wrong with it, and the list."""
        with Vertical():
            yield Static(say(self, "start-about"), id="about", markup=False)
            yield Input(placeholder="(x+y)*z x=-2 y=5 z=-4")
            yield Static(self.problem, id="wrong", markup=False)
            yield OptionList(markup=False)
            yield Static(say(self, "start-keys"), id="keys", markup=False)

    def on_mount(self) -> None:
        """Fill the list; the field has the focus, and the arrows reach the list."""
        options = self.query_one(OptionList)
        # Any letter is typed into the field; up and down are handed on from there.
        options.can_focus = False
        groups = (("start-last", _last()), ("start-examples", _examples()), ("start-lessons", _lessons(self)))
        width = max(self.size.width - 8, 20)
        for title, choices in groups:
            entries = list(choices)
            if not entries:
                continue
            options.add_option(Option(Content.styled(say(self, title), "bold"), disabled=True))
            for choice in entries:
                room = (min(width, _REMARKS) if choice.remark else width) - cell_width(choice.remark)
                line = f"{padded(f'  {fit(choice.text, room - 2)}', room)}{choice.remark}".rstrip()
                options.add_option(Option(Content(line), id=str(len(self._choices))))
                self._choices.append(choice)
        self.query_one(Input).focus()

    def on_resize(self, event: events.Resize) -> None:
        """In a low window the list comes before what it is about."""
        self.set_class(event.size.height < _LOW, "-low")

    def on_key(self, event: events.Key) -> None:
        """The arrows go through the list while the field has the focus."""
        options = self.query_one(OptionList)
        if event.key == "down":
            options.action_cursor_down()
        elif event.key == "up":
            options.action_cursor_up()
        else:
            return
        event.stop()

    def on_input_changed(self) -> None:
        """What is typed is what enter opens."""
        self.query_one(OptionList).highlighted = None
        self.query_one("#wrong", Static).update("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Open what is chosen in the list, else what is typed."""
        place = self.query_one(OptionList).highlighted_option
        if place is not None and place.id is not None:
            self._open(list(self._choices[int(place.id)].words))
        elif event.value.strip():
            self._typed(event.value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open what was clicked."""
        self._open(list(self._choices[int(event.option_id or 0)].words))

    def action_leave(self) -> None:
        """Leave without opening anything."""
        self.app.exit()

    def _typed(self, text: str) -> None:
        try:
            words = words_of(text)
        except GraphstepError as error:
            self.query_one("#wrong", Static).update(error.report())
        else:
            self._open(words)

    def _open(self, words: list[str]) -> None:
        self.words = words
        self.app.exit()


def words_of(text: str) -> list[str]:
    """A program with its values, as one line, in the words of a command; ReadError where the program cannot be read.

    Blanks inside the program may be typed as on paper: values are what stands at the end as ``name=value``.

    >>> words_of("q = x + y; q*W x=-2 y=5 W=[1, 2]")
    ['q = x + y; q*W', 'x=-2', 'y=5', 'W=[1, 2]']
    """
    from graphstep.language.read import read
    from graphstep.language.values.words import split_inputs

    if text.lstrip().startswith(("'", '"')):
        try:
            program, *values = shlex.split(text)
        except ValueError:
            raise InputError(
                f"{quoted(text)} has no closing quotation mark", hint="quotation marks can be left out here"
            ) from None
    else:
        match = _LINE.fullmatch(text.strip())
        assert match is not None, "both parts may be empty"
        program, values = match["program"], [value.strip() for value in _VALUE.findall(match["values"])]
    # Read here, so that what is wrong stands under the line in which it can be mended. A file is read by the command.
    if not program.startswith("@"):
        read(program)
    # A program may be called as a command is, or begin like an option.
    return Setup(program, {name: value.strip() for name, value in split_inputs(values).items()}).words()


def _last() -> Iterator[Choice]:
    for words in last_programs()[:_LAST]:
        yield Choice(tuple(words), printable(_one_line(" ".join(words))))


def _one_line(text: str) -> str:
    """A program of several lines as one: a line end is a semicolon, except where a brace opens or closes."""
    return re.sub(r"(?<=[{;]);|;(?= })", "", re.sub(r"\s*\n\s*", "; ", text.strip()))


def _examples() -> Iterator[Choice]:
    for words in EXAMPLES:
        yield Choice(words, " ".join(words))


def _lessons(screen: StartScreen) -> Iterator[Choice]:
    places = load().by_key
    for lesson in catalogue():
        place = places.get(lesson.words)
        if place is None:
            remark = "" if lesson.minutes is None else say(screen, "start-minutes", count=lesson.minutes)
        elif place.finished:
            remark = say(screen, "start-finished")
        else:
            remark = say(screen, "start-done", done=place.done, total=place.total)
        yield Choice(("lesson", str(lesson.number)), f"{lesson.number:>2}  {printable(lesson.title)}", remark)
