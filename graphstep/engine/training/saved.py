"""A training in a file, to go on another day: an npz file of plain arrays, without pickles, so that to load it runs nothing."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from graphstep.engine.training.history import History
from graphstep.engine.training.training import Training
from graphstep.ground import limits
from graphstep.ground.arrays import Number, plain, shape_of, shape_text
from graphstep.ground.errors import GraphstepError, InputError, quoted, quoted_path
from graphstep.ground.files import open_file, write_file
from graphstep.ground.late import np
from graphstep.language.values.stored import UnwantedError, read_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 1
"""What the file says it is; another number is refused."""

# Entries of a zip that are looked at: a few for each parameter are needed, and a directory may list millions.
_MEMBERS = 100_000
_ENCRYPTED = 1
"""The flag of a member of a zip file that needs a password (APPNOTE.TXT, 4.4.4)."""

_ADVICE = "a state is what graphstep train … --save state.npz wrote"


def save(training: Training, path: str | Path) -> Path:
    """Write a training to ``path``, which is replaced in one go; returns the path. GraphstepError when it cannot be written."""
    return write_file(path, content(training))


def content(training: Training) -> bytes:
    """What the file of a training holds."""
    history, state = training.history, {name: training.machine.state_of(name) for name in training.settings.params}
    # The round whose loss is not finite moved nothing: whoever goes on runs it again.
    whole = len(history) - training.diverged
    about = json.dumps({"graphstep": VERSION, **_about(training), "round": whole})
    arrays: dict[str, Any] = {"about": np.frombuffer(about.encode(), np.uint8)}
    # To go on it takes those of now, whichever are kept.
    for name, value in training.machine.params.items():
        arrays[f"param:{name}"] = value
        arrays.update({f"state:{key}:{name}": held for key, held in state[name].items()})
        arrays[f"norm:{name}"] = history.norms[name][:whole]
    arrays["loss"], arrays["rate"] = history.losses[:whole], history.rates[:whole]
    pairs = [(k, loss) for k, loss in history.held_out if k < whole]
    arrays["held_out"] = np.array(pairs, np.float64).reshape(-1, 2)
    arrays = {name: np.asarray(a, None if name == "about" else np.float64) for name, a in arrays.items()}
    held = io.BytesIO()
    np.savez(held, **arrays)
    return held.getvalue()


def _about(training: Training) -> dict[str, Any]:
    """What must be the same in a training that goes on."""
    settings = training.settings
    batch, held_out = settings.batch, settings.held_out
    return {
        "program": training.program.text,
        "params": list(settings.params),
        "optimizer": settings.optimizer.name,
        "maximize": settings.climbs,
        "batch": f"{','.join(batch.names)}:{batch.size}, seed {batch.seed}" if batch else None,
        "held_out": f"{','.join(held_out.names)}:{held_out.share!r}, every {held_out.every}" if held_out else None,
    }


_WORDS = {
    "program": "program",
    "params": "parameters",
    "optimizer": "optimizer",
    "maximize": "direction (maximize)",
    "batch": "batches",
    "held_out": "held-out examples",
}


def saved_params(path: str | Path) -> dict[str, Number]:
    """The parameters in a file by name, so that they need not be given again.

    InputError for a file that is no state, GraphstepError for one that cannot be read.
    """
    arrays, _ = _load(Path(path))
    return {name.removeprefix("param:"): plain(a) for name, a in arrays.items() if name.startswith("param:")}


def resume(training: Training, path: str | Path) -> Training:
    """Let a training that has run no round go on where the one in a file stopped; returns it.

    Program, parameters and their shapes, optimizer, batches and held-out examples must be the same; learning rate, settings of
    the optimizer and what ends the training may differ. With the same it goes on as if it had never stopped, to the bit. The
    values of the data are not in the file.

    InputError where the file is no state, or not of this training; GraphstepError when it cannot be read.
    """
    arrays, about = _load(Path(path))
    where = quoted_path(path)
    for key, now in _about(training).items():
        if about.get(key) != now:
            then = about.get(key)
            message = f"{where} was saved by another training: its {_WORDS[key]} {_is(key)} {_setting(then)}, not {_setting(now)}"
            raise InputError(message, hint="give what it was saved with, or start anew without --resume")
    params, state, norms = {}, {}, {}
    count = about.get("round")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise _broken(where)
    for name, value in training.machine.params.items():
        shape = shape_of(value)
        params[name] = _array(arrays, f"param:{name}", shape, where)
        state[name] = {key: _array(arrays, f"state:{key}:{name}", shape, where) for key in training.settings.optimizer.state}
        norms[name] = np.ravel(_array(arrays, f"norm:{name}", (count,), where)).tolist()
    losses, rates = (np.ravel(_array(arrays, key, (count,), where)).tolist() for key in ("loss", "rate"))
    pairs = arrays.get("held_out", np.empty((0, 2)))
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not np.all(np.isin(pairs[:, 0], np.arange(count))):
        raise _broken(where)
    held_out = [(int(k), float(loss)) for k, loss in pairs.tolist()]
    training.resume(state, params, History(losses, rates, norms, held_out))
    training.resumed = str(path)
    return training


def _is(key: str) -> str:
    return "were" if key in ("params", "batch", "held_out") else "was"


def _setting(value: Any) -> str:
    if isinstance(value, list):
        return quoted(",".join(map(str, value)), 60)
    return "none" if value is None else quoted(str(value), 60)


def _broken(where: str) -> InputError:
    return InputError(f"{where} holds no state of a training", hint=_ADVICE)


def _array(arrays: Mapping[str, NDArray[np.float64]], key: str, shape: tuple[int, ...], where: str) -> Number:
    if key not in arrays:
        raise _broken(where)
    if arrays[key].shape != shape:
        stored, wanted = (shape_text(s) or "a single number" for s in (arrays[key].shape, shape))
        raise InputError(f"{where} does not fit: {key.rpartition(':')[2]} is {stored} in it, and {wanted} here", hint=_ADVICE)
    return plain(arrays[key])


def _load(path: Path) -> tuple[dict[str, NDArray[np.float64]], dict[str, Any]]:
    where = quoted_path(path)
    with open_file(path, 8 * limits.FILE) as file:
        try:
            members = dict(_members(file))
            about = json.loads(members.pop("about").tobytes().decode())
        except OSError as error:
            raise GraphstepError(f"{where} cannot be read: {error.strerror or error}", hint=_ADVICE) from error
        except (UnwantedError, ValueError, KeyError, RecursionError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            raise _broken(where) from error
    if not isinstance(about, dict) or any(a.dtype != np.float64 for a in members.values()):
        raise _broken(where)
    if about.get("graphstep") != VERSION:
        raise InputError(f"{where} was written by another version of graphstep", hint="train anew, and save that")
    return members, about


def _members(file: BinaryIO) -> Iterator[tuple[str, NDArray[Any]]]:
    """The arrays in a state by name; each is judged by its header before its cells are read, and none is unpickled."""
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if len(entries) > _MEMBERS:
            raise UnwantedError("has too many members")
        for entry in entries:
            # What --save writes is not compressed, so that no member can be larger than the file.
            if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & _ENCRYPTED:
                raise UnwantedError("holds compressed or encrypted members")
            with archive.open(entry) as member:
                yield entry.filename.removesuffix(".npy"), read_cells(member)
