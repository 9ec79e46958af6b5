"""Many cases in one test: what a test costs before it begins is more than most cases do."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest

OWN = frozenset({"tmp_path", "monkeypatch", "caplog", "recwarn"})
"""Fixtures that every case would need for itself: in what one case leaves there, the next would be run."""


def each(
    names: str | Iterable[str],
    cases: Iterable[Any] | Callable[[], Iterable[Any]],
    ids: Callable[[Any], object] | Iterable[str] | None = None,
) -> Any:
    """Like ``pytest.mark.parametrize``, but the cases are one test: all are tried, and it fails with all that fail.

    ``names``, ``cases`` and ``ids`` are what ``parametrize`` takes; ``cases`` may also be a function that makes them when the
    test is run, since every worker collects all modules. Under it, or over it, a test may be parametrised as well.
    """
    slots = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    single = isinstance(names, str) and "," not in names

    def laid_out() -> list[tuple[tuple[Any, ...], Callable[[], str]]]:
        every = cases() if callable(cases) else cases
        rows = [case.values if isinstance(case, type(pytest.param())) else (case,) if single else tuple(case) for case in every]
        if ids is None or callable(ids):
            # Made when a case fails, and not for every case.
            titles: Any = [functools.partial(_title, row, ids) for row in rows]
        else:
            titles = [functools.partial(str, title) for title in ids]
        return list(zip(rows, titles, strict=True))

    known = None if callable(cases) else laid_out()

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(test)
        rest = [parameter for name, parameter in signature.parameters.items() if name not in slots]
        shared = OWN.intersection(parameter.name for parameter in rest)
        if known == []:
            raise TypeError(f"{test.__name__} has no cases, and would pass whatever it says")
        if shared or not set(slots) <= set(signature.parameters):
            raise TypeError(f"{test.__name__} cannot have its cases in one test: {shared or slots}")

        @functools.wraps(test)
        def run(**fixtures: Any) -> None:
            faults: list[Exception] = []
            skips: list[BaseException] = []
            rows = laid_out() if known is None else known
            assert rows, "without a case the test would pass whatever it says"
            for row, title in rows:
                try:
                    test(**fixtures, **dict(zip(slots, row, strict=True)))
                except pytest.skip.Exception as skip:
                    skips.append(skip)
                except pytest.fail.Exception as fault:
                    faults.append(AssertionError(f"in the case {title()}: {fault}"))
                except Exception as fault:
                    fault.add_note(f"in the case {title()}")
                    faults.append(fault)
            if len(faults) == 1:
                raise faults[0]
            if faults:
                raise ExceptionGroup(f"{len(faults)} of {len(rows)} cases fail", faults)
            if len(skips) == len(rows):
                raise skips[0]

        run.cases = (names, cases)  # type: ignore[attr-defined]  # of what table the cases are
        run.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined]  # where pytest looks for fixtures
        return run

    return decorate


def _title(row: tuple[Any, ...], ids: Callable[[Any], object] | None) -> str:
    return ", ".join(str(ids(value)) if ids is not None else repr(value) for value in row)[:400]
