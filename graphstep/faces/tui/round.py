"""A round of a training on the stepping screen: forward, backward, update; and back to the training."""

from __future__ import annotations

from graphstep.debugger.state import State
from graphstep.engine.trace import Trace
from graphstep.engine.training import Training
from graphstep.faces.export import Options
from graphstep.faces.export.training.formats import round_options
from graphstep.faces.keymap import screen_keys
from graphstep.faces.tui.messages import say
from graphstep.faces.tui.screen import SteppingScreen


class RoundScreen(SteppingScreen):
    """The stepping screen, opened from a training: escape and u lead back to it."""

    def __init__(self, trace: Trace, k: int, training: Training) -> None:
        super().__init__(trace.program, trace.inputs, trace=trace)
        self.state = State(trace, round=k)
        self.training = training
        """The training that it is a round of."""

    def on_mount(self) -> None:
        """Say where the learner is. Textual calls the stepping screen's handler as well, which opens the run."""
        back = say(self, "training-back", round=f"{self.now.round:,}", out=screen_keys()["deselect"])
        self.call_after_refresh(self.say, back)

    def export_options(self) -> Options:
        """What knows the command that makes the round again."""
        k = self.now.round
        return super().export_options() if k is None else round_options(self.training, k)

    def leave(self) -> None:
        """Go back to the training."""
        self.dismiss(None)

    def action_do(self, action: str) -> None:
        """Do what a key asks for. Escape ends the selecting before it leads back."""
        if action == "deselect" and self.arrows_select:
            self.arrows_select = False
            self.say("")
        else:
            super().action_do(action)
