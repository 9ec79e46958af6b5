"""The forms of a message."""

from __future__ import annotations

English = str | tuple[str, str]
"""A message, or its singular and its plural."""
