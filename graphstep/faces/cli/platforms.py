"""What the commands share that write exercises for a learning platform."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from graphstep.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphstep.teaching.exercise.exercise import Exercise


def asked_for(form: str | None, to: str | None) -> str | None:
    """The platform that a format or the name of a file asks for; None where neither does. InputError for a format of results."""
    from graphstep.faces.export.platforms import platform_of, platforms
    from graphstep.faces.export.results import results

    if form in results():
        hint = f"graphstep exercise mark submission/ --key key.json --to results.json --format {form}"
        raise InputError(f"{form} holds the marks of answers, and these are questions", hint=hint)
    return form if form in platforms() else platform_of(to) if form is None and to else None


def deliver(exercises: Iterable[Exercise], title: str, name: str, to: str | None) -> None:
    """Write exercises for a platform to a file; what is text is printed where none is named.

    InputError for exercises of which there is none, and for a package without a file.
    """
    from graphstep.faces.export.platforms import platform
    from graphstep.ground.files import write_file

    writer, asked = platform(name), list(exercises)
    if not asked:
        raise InputError("nothing is asked here, so there is nothing for a platform")
    if to is None and writer.SUFFIX == ".zip":
        raise InputError(f"a package for {name} needs a file", hint=f"--to quiz.zip --format {name}")
    content = writer.writes(asked, title)
    if to is None:
        sys.stdout.write(content.decode())
    else:
        print(f"wrote {write_file(to, content)}", file=sys.stderr)
