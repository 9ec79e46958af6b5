"""A process beside this one that does pieces of work: a line of JSON in, a line of JSON out, until nothing more comes."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO
from zlib import compress, decompress

from graphstep.faces.work.kinds import work
from graphstep.ground.errors import GraphstepError, InputError


def main() -> None:
    """Work until whoever started it has gone, which ends its standard input, however he went."""
    # Ctrl-C in a terminal is for the process that started this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "wb")
    # What is printed by mistake must not stand between results.
    os.dup2(2, 1)
    try:
        serve(sys.stdin.buffer, out)
    except BrokenPipeError:
        # Nobody waits for it any more; what is held back must not fail once more when the file is closed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def serve(jobs: BinaryIO, out: BinaryIO) -> None:
    """Answer every line of ``jobs`` with a line."""
    for line in jobs:
        out.write(json.dumps(answer(json.loads(line))).encode() + b"\n")
        out.flush()


def answer(job: str) -> dict[str, Any]:
    """The result of a piece of work, or the error that a user made."""
    try:
        return {"done": work(job)}
    except GraphstepError as error:
        return {"error": error.message, "hint": error.hint, "typed": isinstance(error, InputError)}


def packed_answer(job: bytes) -> bytes:
    """:func:`answer` where both go through a scheduler: what is packed has an eighth of the bytes."""
    return compress(json.dumps(answer(decompress(job).decode())).encode())


def unpacked(data: bytes) -> dict[str, Any]:
    """What :func:`packed_answer` says."""
    answered: dict[str, Any] = json.loads(decompress(data))
    return answered


def result(data: Mapping[str, Any]) -> str:
    """What :func:`answer` says: the result, or the error as it was raised."""
    if "done" in data:
        return str(data["done"])
    raise (InputError if data["typed"] else GraphstepError)(data["error"], hint=data["hint"])


if __name__ == "__main__":
    main()
