"""What is kept of practice, in ``practice.json``: a standing for each level of an item, ``fork-2``."""

from __future__ import annotations

from datetime import date
from typing import Any

from graphstep.teaching.practice.standing import REVIEWS, Standing
from graphstep.teaching.store import Entries, Receipt, Store, count


def load() -> Entries[Standing]:
    """The standings that were kept."""
    return _STORE.load()


def save(key: str, standing: Standing) -> Receipt:
    """Keep one standing beside the others, as they are on the disk now."""
    # Read again, and one entry replaced: another session may have kept another level meanwhile.
    return _STORE.save(_STORE.load(), key, standing)


def _read(entry: Any) -> Standing:
    reviews, due = count(entry["reviews"]), entry["due"]
    if reviews > len(REVIEWS) or not isinstance(due, str | None):
        raise ValueError("no standing")
    return Standing(count(entry["asked"]), reviews, None if due is None else date.fromisoformat(due), count(entry["seed"]))


def _written(standing: Standing) -> Any:
    due = None if standing.due is None else standing.due.isoformat()
    return {"asked": standing.asked, "reviews": standing.reviews, "due": due, "seed": standing.seed}


_STORE: Store[Standing] = Store("practice", "levels", _read, _written)
