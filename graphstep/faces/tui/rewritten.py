"""What SymPy made of a program, on a stepping screen of its own beside the typed one; and back to that."""

from __future__ import annotations

from graphstep.analysis.compare import snapshot_of
from graphstep.analysis.rewriting import Rewritten
from graphstep.debugger.parts import Saved
from graphstep.engine.trace import Trace
from graphstep.faces.keymap import screen_keys
from graphstep.faces.tui.messages import say
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.telling.reports.rewriting import summary


class RewrittenScreen(SteppingScreen):
    """A rewriting, which opens with the comparison with the typed program; what leaves it leads back there."""

    def __init__(self, typed: Trace, row: Rewritten) -> None:
        assert row.run is not None, "what could not be rewritten is no run"
        run, text = row.run, " ".join(typed.program.text.split())
        super().__init__(run.program, run.inputs, trace=run, setup=run.setup, saved=Saved(text, snapshot_of(typed)))
        self._sentence = summary(typed, row)

    def on_mount(self) -> None:
        """Say what it is. Textual calls the stepping screen's handler as well, which opens the run."""
        self.call_after_refresh(self._introduce)

    def _introduce(self) -> None:
        sentence = self._sentence[:1].upper() + self._sentence[1:]
        self.say(say(self, "rewrite-back", told=sentence, quit=screen_keys()["quit"]))

    def leave(self) -> None:
        """Go back to the typed program."""
        self.dismiss(None)

    def action_do(self, action: str) -> None:
        """Do what a key asks for; what leads out of the run leads back to the typed program."""
        inside = self.state is not None and (self.state.frames or self.state.within)
        super().action_do("quit" if action == "out" and not inside else action)
