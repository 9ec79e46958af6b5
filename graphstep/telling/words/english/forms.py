"""The forms of a message."""

from __future__ import annotations

# Two forms, as English has them. Another language may have one or six: the head of its file says how many there are, and which
# count takes which (Plural-Forms).
English = str | tuple[str, str]
"""A message, or its singular and its plural."""
