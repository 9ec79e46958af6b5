"""The preferences of a user: what they say is said for options that are not typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphstep.faces.cli import main
from graphstep.faces.config import Config, config, config_file
from graphstep.faces.tui.themes import first_theme
from tests.cases import each


@pytest.fixture
def preferred(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Writes the file of preferences."""

    def write(content: str) -> Path:
        path = tmp_path / f"config-{len(list(tmp_path.iterdir()))}.toml"
        path.write_text(content, encoding="utf-8")
        monkeypatch.setenv("GRAPHSTEP_CONFIG", str(path))
        return path

    return write


def test_without_a_file_nothing_is_preferred() -> None:
    assert config() == Config()


def test_what_is_preferred_stands_in_for_what_is_not_typed(preferred, capsys: pytest.CaptureFixture[str]) -> None:
    preferred('digits = 6\nnotation = "lecture"\nlanguage = "zh"\n')
    assert main(["sigmoid(x)", "x=1", "--format", "md"]) == 0
    out = capsys.readouterr().out
    assert "0.731059" in out
    assert "partial f" in out
    assert "反向" in out
    assert "--digits=6 --notation=lecture --language=zh" in out
    assert main(["sigmoid(x)", "x=1", "--format", "md", "--digits", "4", "--notation", "d", "--language", "en"]) == 0
    out = capsys.readouterr().out
    assert "0.7311" in out
    assert "partial f}{\\partial x" not in out.partition("Gradients")[2]


def test_the_environment_goes_before_the_file(preferred, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    preferred('language = "zh"')
    monkeypatch.setenv("GRAPHSTEP_LANGUAGE", "en")
    assert main(["x*x", "x=3", "--plain"]) == 0
    assert "sends to x" in capsys.readouterr().out


def test_a_theme_is_preferred_unless_no_colour_is_asked_for(preferred, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    preferred('theme = "graphstep-light"')
    assert first_theme() == "graphstep-light"
    monkeypatch.setenv("NO_COLOR", "1")
    assert first_theme() == "terminal"


@each(
    ("content", "said", "hint"),
    [
        ("digits = six", "is no TOML", "lines such as"),
        ("colour = 1", "sets 'colour', which is none", "theme, digits, notation, language, keys"),
        ("digit = 6", "sets 'digit', which is none", "did you mean 'digits'?"),
        ('digits = "6"', "digits is a whole number from 1, not '6'", "digits = 6"),
        ("digits = true", "digits is a whole number", ""),
        ("digits = 0", "digits is a whole number", ""),
        ('notation = "∂"', "notation is d or lecture", ""),
        ("keys = 3", "keys is a table", "[keys]"),
        ("[keys]\nstep = []", "step is a key or a list of keys", "step ="),
        ("[keys]\nstep = 5", "step is a key or a list of keys", "step ="),
        ("theme = 3", "theme is a text in quotation marks", ""),
        ('language = "xx"', "xx", "zh"),
    ],
)
def test_a_preference_that_is_none_is_refused_with_its_file(preferred, content: str, said: str, hint: str, capsys) -> None:
    path = preferred(content)
    assert main(["x*x", "x=3", "--plain"]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert hint in err
    assert path.name in err or "language" in content


def test_a_theme_that_is_none_is_refused_with_those_that_there_are(preferred, monkeypatch: pytest.MonkeyPatch) -> None:
    from graphstep.ground.errors import InputError

    monkeypatch.delenv("NO_COLOR", raising=False)
    preferred('theme = "graphstep-lite"')
    with pytest.raises(InputError, match="no theme 'graphstep-lite'"):
        first_theme()


def test_it_stands_where_the_platform_keeps_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from platformdirs import user_config_path

    monkeypatch.delenv("GRAPHSTEP_CONFIG")
    assert config_file() == user_config_path("graphstep", appauthor=False) / "config.toml"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_file() == user_config_path("graphstep", appauthor=False) / "config.toml"
