"""The values that a program needs before it can run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from graphstep.engine.inputs import mistyped
from graphstep.faces.tui.dialogs.form import Field, Fields, Form
from graphstep.faces.tui.messages import said_of, say
from graphstep.ground.arrays import Number
from graphstep.ground.errors import GraphstepError
from graphstep.ground.records import dataclass
from graphstep.language.program import Program

MOST_FIELDS = 24
"""Fields in one form; a program with more inputs is given its values in one field, as on the command line."""


def read_input(text: str, *, files: bool) -> tuple[Number | None, str]:
    """A value and nothing, or nothing and what is wrong with the text; ``files`` says whether it may name one."""
    from graphstep.language.values import read_value

    try:
        return read_value(text, files=files), ""
    except GraphstepError as error:
        return None, said_of(error)


@dataclass(frozen=True, slots=True)
class Filled:
    """The values and texts of a form that was filled in."""

    values: dict[str, Number]
    """A value for every input of the program."""
    texts: dict[str, str]
    """What was typed, by input."""


class InputsForm(Form[Filled]):
    """Asks for the inputs that have no value yet."""

    def __init__(
        self, program: Program, inputs: Mapping[str, Number], *, texts: Mapping[str, str | None] | None = None, wrong: str = ""
    ) -> None:
        super().__init__()
        self.program = program
        """The program that is to run."""
        self.inputs = dict(inputs)
        """The values that are known."""
        self.missing = [name for name in program.inputs if name not in inputs]
        """The inputs that are asked for."""
        self._texts, self._wrong = {name: text for name, text in (texts or {}).items() if text}, wrong

    def compose(self) -> Iterator[Widget]:
        """A field for each input that is missing, or one for all."""
        with self.box("inputs-title", "inputs-keys"):
            program = " ".join(self.program.text[:200].split())
            yield Static(Content(program), classes="quiet")
            if hint := mistyped(self.program, self.inputs):
                yield Static(Content(say(self, "inputs-hint", hint=hint)), classes="quiet")
            if len(self.missing) > MOST_FIELDS:
                yield Static(say(self, "inputs-many", count=len(self.missing)))
                yield Field(placeholder=say(self, "inputs-many-example"), id="all")
            else:
                texts = [self._texts.get(name, "") for name in self.missing]
                examples = f"-2, 1/3, [0.2, 0.4], randn(4, 3){'' if self.app.is_web else ', @file.npy'}"
                yield Fields(self.missing, texts, [examples] * len(texts))
            yield Static(Content(self._wrong), classes="said wrong")

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._wrong and event.value == self._texts.get(self._asked(event.input) or "", ""):
            # What is wrong with all of them together stands there until one is changed.
            return
        _, wrong = self._read(event.input, event.value) if event.value.strip() else (None, "")
        self.tell(wrong)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        fields = list(self.query(Input))
        # From the first: enter in the last field must not pass over one above it that was left empty.
        for field in fields:
            values, wrong = self._read(field, field.value)
            if values is None:
                # The first press of enter in a fresh form goes on to the next field; it is no mistake.
                self.tell("" if field is not event.input and not field.value.strip() else wrong)
                field.focus()
                return
            self.inputs.update(values)
            if (asked := self._asked(field)) is not None:
                self._texts[asked] = field.value
        still = [name for name in self.missing if name not in self.inputs]
        if still:
            self.tell(say(self, "inputs-no-value", names=f"{', '.join(still[:6])}{' …' if len(still) > 6 else ''}"))
        else:
            self.dismiss(Filled(self.inputs, {name: text.strip() for name, text in self._texts.items() if text}))

    def _read(self, field: Input, text: str) -> tuple[dict[str, Number] | None, str]:
        name = self._asked(field)
        if name is None:
            return self._read_all(text)
        value, wrong = read_input(text, files=not self.app.is_web)
        return (None, f"{name}: {wrong}") if value is None else ({name: value}, "")

    def _asked(self, field: Input) -> str | None:
        """The input that a field asks for; None for the one field that asks for all."""
        return None if field.id == "all" else self.missing[int((field.id or "").removeprefix("field-"))]

    def _read_all(self, text: str) -> tuple[dict[str, Number] | None, str]:
        from graphstep.language.values import read_inputs, split_words

        if text.strip() and "=" not in text:
            value, wrong = read_input(text, files=not self.app.is_web)
            return (None, wrong) if value is None else (dict.fromkeys(self.missing, value), "")
        try:
            values = read_inputs(split_words(text), files=not self.app.is_web)
        except GraphstepError as error:
            return None, said_of(error)
        unknown = [name for name in values if name not in self.program.input_places]
        return (None, say(self, "inputs-unknown", name=unknown[0])) if unknown else (values, "")
