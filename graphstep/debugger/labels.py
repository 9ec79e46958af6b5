"""The labels, helps and groups of actions in a language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.telling.words.catalogue import message, of_row

if TYPE_CHECKING:
    from graphstep.debugger.actions import Action
    from graphstep.debugger.search import Candidate


def label(language: str, action: Action) -> str:
    """The label of an action on the line of keys."""
    return of_row(language, f"action.{action.id}.label", action.label)


def help_text(language: str, action: Action) -> str:
    """The help text of an action: what it does."""
    return of_row(language, f"action.{action.id}.help", action.help)


def group_text(language: str, group: str) -> str:
    """The heading of a group of actions."""
    return of_row(language, f"actions.{group.replace(' ', '-')}", group)


def step_text(language: str, candidate: Candidate, name: str) -> str:
    """A step that was looked for by its number, and what it makes of the node that has a name."""
    key = f"find-step-{candidate.makes}" if candidate.makes else "find-step"
    return message(language, key, step=str(candidate.step), name=name)
