"""Moving through the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.faces.tui.screen import SteppingScreen


def step(screen: SteppingScreen) -> None:
    """One step on; in predict mode it is asked what the step makes."""
    if screen.score is not None:
        from graphstep.faces.tui.doing import predicting

        predicting.step(screen)
    else:
        screen.go(screen.run_now.at + 1)


def back(screen: SteppingScreen) -> None:
    """One step back."""
    screen.go(screen.run_now.at - 1)


def over(screen: SteppingScreen) -> None:
    """To the end of the next gate's work."""
    now = screen.run_now
    screen.go(max(now.trace.over(now.at), now.at + 1))


def back_over(screen: SteppingScreen) -> None:
    """To where this gate's work began."""
    now = screen.run_now
    screen.go(min(now.trace.back_over(now.at), now.at - 1))


def finish(screen: SteppingScreen) -> None:
    """To the end of the phase, or of the next one at the end of this."""
    now = screen.run_now
    screen.go(now.end_of_phase if now.at < len(now.trace) else now.at + 1)


def first(screen: SteppingScreen) -> None:
    """To the start."""
    screen.go(0 if screen.run_now.at else -1)


def last(screen: SteppingScreen) -> None:
    """To the last step."""
    now = screen.run_now
    screen.go(len(now.trace) if now.at < len(now.trace) else now.at + 1)


def jump(screen: SteppingScreen) -> None:
    """Ask for the number of a step and go there."""
    from graphstep.faces.tui.dialogs.jump import JumpForm

    def jumped(n: int | None) -> None:
        if n is not None:
            screen.go(n)

    screen.app.push_screen(JumpForm(len(screen.run_now.trace)), jumped)
