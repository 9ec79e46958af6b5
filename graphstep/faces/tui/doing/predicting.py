"""Predict mode: answer before each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.faces.tui.dialogs.predict import Outcome
    from graphstep.faces.tui.screen import SteppingScreen


def toggle(screen: SteppingScreen) -> None:
    """Ask before every step, or no longer."""
    if screen.score is None:
        screen.score = (0, 0)
        screen.say("Predict: → asks what the next step makes.  Other keys step as ever.  p ends it.")
        return
    right, asked = screen.score
    screen.score = None
    screen.say(f"No more questions.{f'  Right at the first try: {right} of {asked}.' if asked else ''}")


def step(screen: SteppingScreen) -> None:
    """Ask what the next step makes, then take it."""
    from graphstep.debugger.questions import solution_of
    from graphstep.faces.tui.dialogs.predict import PredictForm

    now = screen.run_now
    after = now.at + 1
    solution = solution_of(now.trace, after) if after <= len(now.trace) else None
    if solution is None:
        screen.go(after)
        return

    def answered(outcome: Outcome | None) -> None:
        if outcome is None or screen.score is None:
            return
        right, asked = screen.score
        screen.score = (right + (outcome == "first"), asked + 1)
        screen.go(after)
        told = "Right." if outcome != "given up" else "So it is:"
        screen.say(f"{told}  {solution.answer}   (right at the first try: {screen.score[0]} of {screen.score[1]})")

    screen.app.push_screen(PredictForm(solution, now.at), answered)
