"""A file of the user's is never half written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graphstep.errors import GraphstepError
from graphstep.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_a_file_is_written_as_utf8_with_unix_line_ends(tmp_path: Path) -> None:
    path = replace_file(tmp_path / "a.md", "∂f/∂x\n")
    assert path.read_bytes() == "∂f/∂x\n".encode()


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    assert replace_file(tmp_path / "a", "").stat().st_mode == plain.stat().st_mode


def test_an_old_file_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o640)
    replace_file(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_failure_leaves_the_old_file_and_no_temporary_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(GraphstepError, match="No space left"):
        replace_file(path, "new")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_text_may_come_in_pieces_and_may_fail_between_them(tmp_path: Path) -> None:
    path = replace_file(tmp_path / "a", iter(["∂f", "/∂x\n"]))
    assert path.read_bytes() == "∂f/∂x\n".encode()

    def broken() -> Iterator[str]:
        yield "new"
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        replace_file(path, broken())
    assert path.read_text(encoding="utf-8") == "∂f/∂x\n"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(GraphstepError, match="cannot be written: No such file or directory"):
        replace_file(tmp_path / "nowhere" / "a", "")
