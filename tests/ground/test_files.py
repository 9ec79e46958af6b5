"""A file of the user's is never half written, and never waited for."""

from __future__ import annotations

import ast
import errno
import os
import re
import stat
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import graphstep
from graphstep.faces import export
from graphstep.faces.cli import main
from graphstep.faces.export.training.formats import FORMATS
from graphstep.faces.history import remember
from graphstep.faces.recording import write
from graphstep.faces.recording.frames import Ink, Recording, Span
from graphstep.faces.work.store import keep
from graphstep.ground.errors import GraphstepError, InputError
from graphstep.ground.files import is_stream, open_file, write_file
from graphstep.teaching.lesson import progress
from tests.lessons import simple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")

# -- what is written ---------------------------------------------------------------------------------------------------------


def test_a_file_is_written_as_utf8_with_unix_line_ends(tmp_path: Path) -> None:
    path = write_file(tmp_path / "a.md", "∂f/∂x\n")
    assert path.read_bytes() == "∂f/∂x\n".encode()


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    assert write_file(tmp_path / "a", "").stat().st_mode == plain.stat().st_mode


def test_an_old_file_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o640)
    before = path.stat()
    write_file(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.stat().st_ino != before.st_ino


def test_a_text_may_come_in_pieces_and_may_fail_between_them(tmp_path: Path) -> None:
    path = write_file(tmp_path / "a", iter(["∂f", "/∂x\n"]))
    assert path.read_bytes() == "∂f/∂x\n".encode()

    def broken() -> Iterator[str]:
        yield "new" * 200_000
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        write_file(path, broken())
    assert path.read_text(encoding="utf-8") == "∂f/∂x\n"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_what_must_not_leave_is_marked_in_a_file_too(tmp_path: Path) -> None:
    assert write_file(tmp_path / "a", "x\x1b[31m\u202e\r\ty\n").read_text(encoding="utf-8") == "x�[31m��\ty\n"


@unix
def test_a_symbolic_link_stays_and_what_it_points_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link, second = tmp_path / "there" / "a", tmp_path / "link", tmp_path / "second"
    target.write_text("old")
    link.symlink_to(Path("there") / "a")
    second.symlink_to(link)
    write_file(second, "new")
    assert target.read_text() == "new"
    assert (link.is_symlink(), second.is_symlink()) == (True, True)
    (tmp_path / "dangling").symlink_to("there/new")
    write_file(tmp_path / "dangling", "first")
    assert (tmp_path / "there" / "new").read_text() == "first"
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(GraphstepError, match=r"circle' cannot be written: Too many levels"):
        write_file(tmp_path / "circle", "")


@unix
def test_all_names_of_a_file_show_what_was_written(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("old, and longer")
    second.hardlink_to(first)
    write_file(second, "new")
    assert first.read_text() == "new"
    assert first.samefile(second)


@unix
def test_a_pipe_and_a_device_are_written_into_and_stay_what_they_are(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()), daemon=True)
    reader.start()
    write_file(pipe, ["a", "b\n"])
    reader.join(20)
    assert heard == ["ab\n"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    write_file(os.devnull, "gone")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
    assert (is_stream(pipe), is_stream(os.devnull), is_stream("/dev/stdout"), is_stream(tmp_path), is_stream("new")) == (
        (True,) * 3 + (False,) * 2
    )


@unix
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "-"])
def test_standard_output_is_gone_on_with_and_not_begun_anew(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    os.write(1, b"before\n")
    assert main(["x*x", "x=3", "--to", name]) == 0
    out, err = capfd.readouterr()
    assert out.startswith("before\nx*x")
    assert err == f"wrote {name}\n"


# -- what goes wrong ---------------------------------------------------------------------------------------------------------

OLD, RUN, TRAIN = b"what stood there before\n" * 20, ["x*x", "x=3"], ["train", "(w-1)^2", "w=0", "--params=w", "--steps=2"]


def _by_command(*words: str) -> Callable[[Path, pytest.CaptureFixture[str]], tuple[int, str]]:
    def write(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
        status = main([*words, str(path)])
        return status, capsys.readouterr().err

    return write


def _history(path: Path, _: pytest.CaptureFixture[str]) -> tuple[int, str]:
    message = remember(["x*y", "x=1", "y=2"])
    return int(bool(message)), f"error: {message}\n"


def _recording(path: Path, _: pytest.CaptureFixture[str]) -> tuple[int, str]:
    row = (Span("x*x", 3, Ink("#ffffff")),)
    try:
        write(Recording("x*x", 3, 1, ((row,),), Ink()), str(path))
    except GraphstepError as error:
        return error.exit_status, f"{error.report()}\n"
    return 0, ""


def _progress(path: Path, _: pytest.CaptureFixture[str]) -> tuple[int, str]:
    kept = progress.save(simple())
    return (0 if kept.done else 1), f"error: {kept.message}\n"


WRITERS: dict[str, tuple[str, Callable[[Path, Any], tuple[int, str]]]] = {
    **{
        f"a run as {name}": ("faces/export/__init__.py", _by_command(*RUN, f"--format={name}", "--to"))
        for name in export.formats()
    },
    **{
        f"a training as {name}": ("faces/export/__init__.py", _by_command(*TRAIN, f"--format={name}", "--to")) for name in FORMATS
    },
    **{
        f"a {report} as {name}": (
            "faces/export/__init__.py",
            _by_command(report, "x*y", "x=2", "y=3", f"--format={name}", "--to"),
        )
        for report, name in (("check", "md"), ("diagnose", "json"))
    },
    "a round": ("faces/export/__init__.py", _by_command(*TRAIN, "--at-round=1", "--format=md", "--to")),
    "a saved training": ("engine/training/saved.py", _by_command(*TRAIN, "--save")),
    "a training from Python": ("faces/export/__init__.py", lambda path, _: _from_python(path)),
    "the place in a lesson": ("teaching/store.py", _progress),
    "the last programs": ("faces/history.py", _history),
    "a gradient as code": (
        "faces/cli/gradient.py",
        _by_command("gradient", "x*y", "x=2", "y=3", "--format=numpy", "--to"),
    ),
    "a recording": ("faces/recording/__init__.py", _recording),
    "what belongs to a class": ("faces/work/store.py", lambda path, _: _of_a_class(path)),
    "questions for a platform": ("faces/cli/platforms.py", _by_command("lesson", "2", "--format=moodle", "--to")),
    "a new lesson": ("teaching/lesson/command.py", _by_command("lesson", "new")),
}
"""By what is written: the module that does it, and a call that does; what it returned and said."""


def _from_python(path: Path) -> tuple[int, str]:
    try:
        graphstep.train("(w-1)^2", params=["w"], steps=2, w=0).to(path)
    except GraphstepError as error:
        return error.exit_status, f"{error.report()}\n"
    return 0, ""


def _of_a_class(path: Path) -> tuple[int, str]:
    try:
        keep(path, ("student,1a\n", "ada,-4\n"))
    except GraphstepError as error:
        return error.exit_status, f"{error.report()}\n"
    return 0, ""


NO_FILES_OF_USERS = {
    "ground/files.py",  # the one function
    "faces/export/_pdf.py",  # what TeX reads, in a folder that is thrown away
    "engine/capture/child.py",  # a pipe to the process that asked
    "teaching/judge/child.py",  # another one
    "faces/work/worker.py",  # and another
    "telling/words/template.py",  # a file of the package, which a translator has under version control
}
_WRITES = re.compile(r"write_|open\(|mkstemp|tofile|savetxt")


def test_every_writer_goes_through_one_function_and_is_tested_here() -> None:
    """A new module that writes needs a row in WRITERS; one that writes by itself is not wanted."""
    package = Path(graphstep.__file__).parent
    calls, others = set(), []
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if _WRITES.search(text) else ():
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = [a.value for a in node.args[:2] if isinstance(a, ast.Constant)]
            opens = called in ("open", "fdopen") and any(isinstance(a, str) and set(a) & set("wax+") for a in first)
            if called == "write_file":
                calls.add(name)
            elif name not in NO_FILES_OF_USERS and (
                opens or called in ("write_text", "write_bytes", "mkstemp", "tofile", "savetxt")
            ):
                others.append(f"{name}:{node.lineno}")
    assert calls == {module for module, _ in WRITERS.values()}
    assert others == []


class _Faults:
    """Counts the system's writes, flushes and renames, and makes one of them fail, as SQLite's tests do."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.fails, self.fault = 0, 0, OSError()
        for name in ("write", "fsync", "replace"):
            monkeypatch.setattr(os, name, self._counted(getattr(os, name)))

    def at(self, n: int, fault: BaseException) -> None:
        self.count, self.fails, self.fault = 0, n, fault

    def _counted(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*words: Any) -> Any:
            self.count += 1
            if self.count == self.fails:
                raise self.fault
            return act(*words)

        return counted


FILES = {"the place in a lesson": "progress.json", "the last programs": "history.json", "a recording": "a.svg"}
"""How a file is called that has a name of its own."""
OLDS = {"the place in a lesson": b'{"schema": 1, "lessons": {}}', "the last programs": b'[["x"]]'}
"""What stood in a file that is read before it is written."""
NEW_ONLY = ("a new lesson",)
"""Writers that refuse a file that is there."""
BARE = ("the place in a lesson", "the last programs", "a recording", "a training from Python", "what belongs to a class")
"""Writers that no command stands around, which would say that it was interrupted."""


FIRST = {module: writer for writer, (module, _) in reversed(WRITERS.items())}
"""One writer of each module: how many names a file has is the same to the others of that module."""
FAULTY = [(writer, names) for names in ("none", "one", "two") for writer in (WRITERS if names == "one" else FIRST.values())]


@pytest.mark.parametrize(("writer", "names"), FAULTY)
def test_whatever_fails_the_old_content_is_whole_or_the_new_one_complete(
    writer: str, names: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write = WRITERS[writer][1]
    path = tmp_path / "data" / FILES.get(writer, "a.md")
    monkeypatch.setenv("GRAPHSTEP_DATA", str(path.parent))
    old = OLDS.get(writer, OLD)
    if writer in NEW_ONLY and names != "none":
        path.parent.mkdir()
        path.write_bytes(old)
        assert write(path, capsys)[0] == 2
        assert path.read_bytes() == old
        return

    def begin() -> None:
        for folder in (path.parent, tmp_path / "other"):
            folder.mkdir(exist_ok=True)
            for file in folder.iterdir():
                file.unlink()
        if names != "none":
            path.write_bytes(old)
        if names == "two":
            (tmp_path / "other" / "name").hardlink_to(path)

    faults = _Faults(monkeypatch)
    begin()
    faults.at(0, OSError())
    assert write(path, capsys)[0] == 0
    new, total = path.read_bytes(), faults.count
    assert new != old
    # A write at least, the file's flush, the rename, the folder's flush; in place there is no rename.
    assert total >= (3 if names != "two" else 2)
    for n in range(1, total + 1):
        for fault in (OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()):
            begin()
            faults.at(n, fault)
            if isinstance(fault, OSError):
                status, said = write(path, capsys)
                assert status == 1
                assert said.startswith("error: ")
                assert "No space left on device" in said
                assert path.name in said
                # One line, and one that says what would do.
                assert said.count("\n") <= 2
                assert "wrote" not in said
            elif writer in BARE:
                with pytest.raises(KeyboardInterrupt):
                    write(path, capsys)
            else:
                assert write(path, capsys)[0] == 130
            found = path.read_bytes() if path.exists() else b""
            assert found in (old if names != "none" else b"", new)
            assert [file.name for file in path.parent.iterdir()] in ([], [path.name])


def test_a_write_that_takes_one_byte_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data[:1])))
    assert write_file(tmp_path / "a", "slowly").read_text() == "slowly"


@pytest.mark.parametrize("name", ["nowhere/a", "", "\0", "a\udcff\ud800", "n" * 300])
def test_a_file_that_cannot_be_is_an_error_that_names_it(name: str, tmp_path: Path) -> None:
    with pytest.raises(GraphstepError, match="cannot be written: ") as wrong:
        write_file(f"{tmp_path}/{name}", "")
    assert wrong.value.report().isprintable() or "\n" in wrong.value.report()
    assert list(tmp_path.iterdir()) == []


@unix
def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    real = os.open

    def refuse(name: Any, flags: int, *rest: Any) -> int:
        # Root may write everything: the system's answer to anyone else.
        if Path(name) == path and flags & os.O_WRONLY:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(name, flags, *rest)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(GraphstepError, match="Permission denied"):
        write_file(path, "new")
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


# -- what is read ------------------------------------------------------------------------------------------------------------


@unix
def test_only_a_regular_file_is_read_and_nothing_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").write_text("12345")
    for name, said in (
        (tmp_path / "pipe", "no ordinary file"),
        ("/dev/zero", "no ordinary file"),
        (tmp_path, "is a folder"),
        ("a\0b", "cannot be the name of a file"),
        (tmp_path / "a", "5 bytes; at most 4"),
    ):
        with pytest.raises(InputError, match=said):
            open_file(name, 4)
    with pytest.raises(GraphstepError, match="cannot be read: No such file"):
        open_file(tmp_path / "none", 4)
    with open_file(tmp_path / "a", 5) as file:
        assert file.read() == b"12345"
