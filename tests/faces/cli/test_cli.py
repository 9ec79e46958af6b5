"""The command line: what is printed, where, and with which exit status."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import pytest

from graphstep import __version__
from graphstep.faces.cli import COMMANDS, main
from graphstep.faces.cli.commands import every
from tests.cases import each
from tests.faces.tui.terminal import heeded_signals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAIN = ["(x+y)*z", "x=-2", "y=5", "z=-4"]


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command prints that ends well."""
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(capsys: pytest.CaptureFixture[str], *words: str, status: int = 2) -> str:
    """What a command that fails says on standard error; nothing may stand on standard output."""
    assert main(words) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    return err


def test_output_that_is_no_terminal_gets_the_plain_trace(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, *MAIN).splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ") and line.split()[0].isdecimal()] == list("01234567")
    assert lines[-4:] == ["  f = -12", "  df/dx = -4", "  df/dy = -4", "  df/dz = 3"]
    assert printed(capsys, *MAIN, "--plain").splitlines() == lines


def test_format_prints_that_format(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(printed(capsys, *MAIN, "--format", "json"))
    assert (document["output"], document["gradients"]) == (-12.0, {"x": -4.0, "y": -4.0, "z": 3.0})
    assert "there is no format 'jsn'" in refused(capsys, *MAIN, "--format=jsn")


def test_to_writes_a_file_and_says_so_on_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "run.json"
    assert main([*MAIN, "--to", str(path)]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"wrote {path}\n")
    assert json.loads(path.read_text(encoding="utf-8"))["schema"] == 1


def test_at_stops_the_trace_early(capsys: pytest.CaptureFixture[str]) -> None:
    assert "stopped at step 3 of 7" in printed(capsys, *MAIN, "--at", "3")
    assert "this run has 7 steps" in refused(capsys, *MAIN, "--at", "8")
    assert "--at takes the number" in refused(capsys, *MAIN, "--at", "-1")


@each(
    ("condition", "stopped", "told"),
    [
        ("gate mul", "stopped at step 2 of 7", "break after step 2: gate mul, since × computes f\n"),
        ("grad x < 0", "stopped at step 6 of 7", "break after step 6: grad x < 0, since df/dx = -4\n"),
        ("value x+y > 2; value x+y == 3", "step 1 of 7", "1: value x+y > 2, since x+y = 3; value x+y == 3, since x+y = 3\n"),
        ("grad y < 0", "df/dz = 3", "break after step 7: grad y < 0, since df/dy = -4\n"),
    ],
)
def test_break_stops_the_trace_where_a_condition_holds_first(
    condition: str, stopped: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(capsys, *MAIN, "--plain", "--break", condition)
    assert stopped in text
    assert text.endswith(told)
    assert main([*MAIN, "--format", "text", f"--break={condition}"]) == 0
    document, said = capsys.readouterr()
    # A document stays whole, and ends with its command.
    assert (document.partition("\nMade by\n")[0], said) == (
        text.removesuffix(f"\n{text.splitlines()[-1]}\n"),
        f"{text.splitlines()[-1]}\n",
    )


def test_the_first_of_several_breaks_counts_and_at_comes_before_them(capsys: pytest.CaptureFixture[str]) -> None:
    several = [*MAIN, "--break", "grad x < 0", "--break", "gate mul"]
    assert printed(capsys, *several).endswith("break after step 2: gate mul, since × computes f\n")
    assert main([*several, "--at", "1"]) == 1
    out, err = capsys.readouterr()
    assert out.endswith("stopped at step 1 of 7\n")
    assert err == "no break: nothing up to step 1 meets grad x < 0 or gate mul\n"


def test_a_break_that_is_not_met_ends_with_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*MAIN, "--plain", "--break", "isnan"]) == 1
    out, err = capsys.readouterr()
    assert "no break" not in out
    assert err == "no break: nothing in this run meets isnan\n"


@each(
    ("words", "condition", "told"),
    [
        (["x*x", "x=3"], "second contribution", "since 3 arrives at x"),
        (["log(x)", "x=0"], "isinf", "since f = -inf"),
        (["x*log(y)", "x=0", "y=0"], "isnan", "since f = nan"),
        (["sigmoid(x)", "x=40"], "saturated", "since f is saturated"),
        (["q = x + y; sum(q)", "x=[1,2]", "y=1"], "grad q == 1", "since df/dq = [1, 1]"),
        (["sqrt(x)", "x=0"], "grad x > 9", "since df/dx = inf"),
        (["sqrt(x)*y", "x=0", "y=1"], "isinf", "since the contribution to x is inf"),
    ],
)
def test_break_says_why_a_condition_holds(
    words: list[str], condition: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in printed(capsys, *words, "--break", condition).splitlines()[-1]


def test_documents_stop_at_a_break_and_stay_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*MAIN, "--format", "json", "--break", "gate mul"]) == 0
    out, err = capsys.readouterr()
    assert len(json.loads(out)["steps"]) == 2
    assert err == "break after step 2: gate mul, since × computes f\n"
    path = tmp_path / "run.json"
    assert main([*MAIN, "--to", str(path), "--break", "isnan"]) == 1
    assert capsys.readouterr().err == f"wrote {path}\nno break: nothing in this run meets isnan\n"


def test_what_is_no_condition_to_break_at_is_refused_with_what_may_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    for condition, said in (
        ("gradx", "'gradx' is no condition\nhint: for example grad x == 0"),
        ("", "--break takes a condition to stop at\nhint: for example grad x == 0"),
        ("gate maxx", "no gate is called 'maxx'\nhint: did you mean 'max'?"),
        ("grad w == 0", "no node is called 'w'"),
        ("grad x == a", "'a'"),
    ):
        assert said in refused(capsys, *MAIN, "--break", condition)
    assert "expected one argument" in refused(capsys, *MAIN, "--break")


@each(
    ("words", "output"),
    [
        (["-x^2", "x=3"], -9.0),
        (["--x", "x=3"], 3.0),
        (["-----x", "x=3"], -3.0),
        (["-max(x,y)", "x=1", "y=2"], -2.0),
        (["--", "-x", "x=3"], -3.0),
        (["step", "check*2", "check=4"], 8.0),
        (["--", "lesson", "lesson=4"], 4.0),
        (["x", "--seed", "-1", "x=1"], 1.0),
        (["--format=json", "x", "x=1/3"], 1 / 3),
        (["x=1", "x"], None),
    ],
)
def test_expressions_may_begin_with_a_minus_sign_or_be_called_like_a_command(
    words: list[str], output: float | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if output is None:
        refused(capsys, *words)
    else:
        words = [*words[:1], "--format=json", *words[1:]] if words[0] != "--" else ["--format=json", *words]
        assert json.loads(printed(capsys, *words))["output"] == output


LECTURE = ["sum((W@x)^2)", "W=[[0.1,0.5],[-0.3,0.8]]", "x=[0.2,0.4]"]


def test_the_lectures_matrix_and_vector_get_their_gradients(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(printed(capsys, *LECTURE, "--format", "json"))
    assert document["output"] == pytest.approx(0.116)
    for row, expected in zip(document["gradients"]["W"], [[0.088, 0.176], [0.104, 0.208]], strict=True):
        assert row == pytest.approx(expected)
    assert document["gradients"]["x"] == pytest.approx([-0.112, 0.636])


def test_data_gets_no_gradient(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(printed(capsys, *LECTURE, "--data", "x", "--format", "json"))
    assert document["gradients"]["x"] is None
    assert not any(step.get("to") == "v2" for step in document["steps"])
    assert "which is no input" in refused(capsys, *LECTURE, "--data", "X")


def test_an_array_may_have_an_array_for_a_seed(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(printed(capsys, "2*x", "x=[1,2]", "--seed", "[0,3]", "--format", "json"))
    assert document["gradients"]["x"] == [0.0, 6.0]
    assert "seed has the shape" in refused(capsys, "2*x", "x=[1,2]", "--seed", "[0,3,1]")


def test_a_program_can_come_from_a_file_or_from_standard_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "program.txt"
    path.write_text("q = x + y\nf = q*z\n", encoding="utf-8")
    assert "f = -12" in printed(capsys, f"@{path}", *MAIN[1:])
    with path.open(encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert "f = -12" in printed(capsys, "-", *MAIN[1:])
    assert "No such file" in refused(capsys, "@nowhere.txt", status=1)
    path.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in refused(capsys, f"@{path}")


def test_a_file_that_cannot_be_written_is_said_with_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be written" in refused(capsys, *MAIN, "--to", str(tmp_path / "nowhere" / "a.json"), status=1)


@each("name", every())
def test_help_teaches_by_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*name.split(), "--help"])
    assert ended.value.code == 0
    assert "examples:\n  graphstep" in capsys.readouterr().out


def test_help_is_also_a_word_in_front_of_a_command_and_still_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["help"], ["help", "check"]):
        with pytest.raises(SystemExit):
            main(words)
    assert "usage: graphstep check EXPR" in capsys.readouterr().out
    assert main(["help", "help=1", "--plain"]) == 0


def test_a_pdf_that_is_asked_for_as_a_format_is_told_how_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (MAIN, ["check", *MAIN], ["exercise", "fork"]):
        assert "hint: --to solution.pdf" in refused(capsys, *words, "--format", "pdf", status=2)


def test_the_help_lists_every_command_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["step", "--help"], []):
        with pytest.raises(SystemExit):
            main(words)
        listed = capsys.readouterr().out.partition("commands (each has its own --help):\n")[2].splitlines()
        assert [line.split()[:2] for line in listed[: len(COMMANDS)]] == [["graphstep", name] for name in COMMANDS]
        assert all(len(line.split()) > 4 for line in listed[: len(COMMANDS)])


def test_no_words_at_all_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 0
    assert "graphstep EXPR" in capsys.readouterr().out


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.startswith(f"graphstep {__version__} (with")


def test_check_prints_three_witnesses_and_ends_well_when_they_agree(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "check", "sigmoid(w*x)", "w=2", "x=-1")
    assert "w" in text
    document = json.loads(printed(capsys, "check", "x^3", "x=2", "--format=json"))
    assert "12" in json.dumps(document)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_know_every_option_and_the_shell_reads_them(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = printed(capsys, "completion", shell)
    for option in ("plain", "format", "to", "at", "seed", "ties", "share", "expand", "fold", "break"):
        assert option in script
    if shutil.which(shell):
        path = tmp_path / "script"
        path.write_text(script, encoding="utf-8")
        subprocess.run([shell, "-n", str(path)], check=True)


def test_bash_completes_commands_and_the_words_of_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    bash = shutil.which("bash")
    if bash is None:
        return
    script = printed(capsys, "completion", "bash")
    ask = 'COMP_WORDS=({words}); COMP_CWORD={at}; _graphstep; echo "${{COMPREPLY[*]}}"'
    for words, at, found in (
        ("graphstep le", 1, "lesson"),
        ("graphstep x --ties s", 3, "split"),
        ("graphstep x --expa", 2, "--expand"),
    ):
        done = subprocess.run([bash, "-c", script + ask.format(words=words, at=at)], capture_output=True, text=True, check=True)
        assert done.stdout.split() == [found]


@contextmanager
def started(*words: str) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]]:
    """The command in a process of its own, with its standard output and standard error."""
    command = [sys.executable, "-m", "graphstep", *words]
    with heeded_signals(), subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        yield process, process.stdout, process.stderr
        process.kill()


@each("words", [["lesson", f"{'a' * 300}.md"], ["exercise", "mark", "answers", "--key=key.json", f"--to={'a' * 300}.csv"]])
def test_what_the_system_refuses_is_said_to_be_its_refusal(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, *words, status=1)
    assert said.startswith("error: the system refuses it: '")
    assert "File name too long" in said


def test_a_closed_pipe_is_quiet() -> None:
    with started("+".join(["x"] * 3000), "x=1") as (process, stdout, stderr):
        assert stdout.readline()
        stdout.close()
        assert stderr.read() == b""
        assert process.wait(20) == 141


def test_ctrl_c_is_quiet() -> None:
    with started("+".join(["x"] * 20_000), "x=1") as (process, stdout, stderr):
        assert stdout.readline()
        process.send_signal(signal.SIGINT)
        stdout.read()
        assert stderr.read() == b""
        assert process.wait(20) == 130


def test_output_is_utf8_whatever_the_locale_says() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-m", "graphstep", *MAIN], capture_output=True, check=True, env=environment)
    assert "df/dx = -4" in done.stdout.decode("utf-8")


def test_folded_and_unfolded_programs_are_said_to_agree(capsys: pytest.CaptureFixture[str]) -> None:
    folded = printed(capsys, "1/(1+exp(-x))", "x=1", "--fold")
    assert folded.endswith("largest relative difference is below 1e-12\n")
    assert "taken apart and as typed agree" in printed(capsys, "sigmoid(x)", "x=1", "--expand")
    assert "taken apart and as typed agree" in printed(capsys, "sigmoid(w*x)", "x=1", "w=2", "--data=x", "--expand")
    assert "they meet a kink" in printed(capsys, "elu(x)", "x=0", "--expand")


def test_claims_are_marked_in_every_format_and_decide_the_status(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "All 2 claims hold." in printed(capsys, "check", *MAIN, "--claim=dx=-4", "--claim", "x+y=3")
    words = ["check", *MAIN, "--claim=dx=-4", "--claim=dz=4"]
    for name in ("text", "md", "tex", "html", "svg", "json"):
        path = tmp_path / f"claims.{name}"
        assert main([*words, "--format", name, "--to", str(path)]) == 1
        assert "wrong" in path.read_text("utf-8"), name
        assert "1 of 2 claims does not hold" in path.read_text("utf-8") or name == "json"
    capsys.readouterr()
    said = json.loads((tmp_path / "claims.json").read_text("utf-8"))
    assert [(claim["claimed"], claim["value"], claim["verdict"]) for claim in said["claims"]] == [
        (-4, -4, "right"),
        (4, 3, "wrong"),
    ]
    assert main([*words, "--detail=brief"]) == 1
    assert "Not quite" not in capsys.readouterr().out
    assert "two reports" in refused(capsys, *words, "--against-h=x")
    assert "--claim=dz=4" in (tmp_path / "claims.md").read_text("utf-8")


def test_a_browser_gets_the_debugger_though_it_talks_through_pipes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []

    def opens(_: object, inputs: object, **options: object) -> int:
        opened.append((inputs, options["at"]))
        return 0

    monkeypatch.setattr("graphstep.faces.tui.open_program", opens)
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    assert printed(capsys, *MAIN, "--at=4") == ""
    assert opened == [({"x": -2.0, "y": 5.0, "z": -4.0}, 4)]
