"""A setup writes itself in every place from which a run can be opened, and is read back from there."""

from __future__ import annotations

import shlex

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import graphstep as gs
from graphstep.engine.opening import open_setup, read_setup
from graphstep.faces.cli import COMMANDS, check, main, step, train
from graphstep.faces.cli.program import setup_of as setup_of_options
from graphstep.faces.cli.words import parse
from graphstep.faces.export import render
from graphstep.ground.errors import InputError
from graphstep.language.setup import Setup, setup_of
from tests.cases import each

NAMES = st.one_of(
    st.sampled_from(["x", "y", "W1", "x₁".replace("₁", "1"), "lambda", "N", "train", "step", "σ", "inputs", "data", "seed", "_"]),
    st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True),
)

TEXTS = st.one_of(
    st.sampled_from(
        ["-2", "1/3", "1e-3", "0.10", "[0.2, 0.4]", "randn(2, 3, seed=1)*0.1", "@file.npy", "=", "a=b", "--at", "' \"$x`"]
    ),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12).map(str.strip),
)
"""What may be typed for a value; nobody says that it can be read."""

HOSTILE = st.one_of(
    st.sampled_from(
        [
            *COMMANDS,
            *("x", "-x", "--x", "-h", "-h*x", "--help", "--at", "--at=3", "--share", "--", "-x^2", "- x", "--seed=2", "-h=2"),
            *(
                "@model.txt",
                "x=1",
                "y = x; y*2",
                "q = x+y\nf = q*z",
                "",
                " ",
                "$(rm -rf /)",
                "`id`",
                "'x'",
                '"',
                "x # it",
                "!x",
                "~",
            ),
        ]
    ),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
).filter(lambda text: text != "-")
"""Programs that a shell or a command line may take for something else. Of standard input, -, the text is kept instead."""

SETUPS = st.builds(
    Setup,
    HOSTILE,
    st.dictionaries(NAMES, TEXTS, max_size=4),
    st.one_of(st.just("1"), TEXTS.filter(bool)),
    st.sampled_from(["first", "split"]),
    st.lists(NAMES, max_size=3).map(tuple),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.lists(TEXTS, max_size=2).map(tuple),
    st.one_of(st.none(), st.integers(0, 999).map(str)),
    st.integers(1, 15),
    st.sampled_from(["d", "lecture"]),
)


def read_words(words: list[str]) -> Setup:
    """The setup that the command line makes of words behind ``graphstep``."""
    name = words[0] if words and words[0] in COMMANDS else "step"
    command = {"step": step, "check": check, "train": train}[name]
    return setup_of_options(parse(name, command, words[1:] if words[:1] == [name] else words))


@given(SETUPS)
def test_a_setup_is_read_back_from_its_words_whatever_its_program_looks_like(setup: Setup) -> None:
    assert read_words(setup.words()) == setup
    assert read_words(shlex.split(setup.command())[1:]) == setup


@given(SETUPS)
def test_further_options_are_options_wherever_the_program_stands(setup: Setup) -> None:
    words = setup.words("--format", "md")
    options = parse("step", step, words[words[0] == "step" :])
    assert (options.format, options.expression) == ("md", setup.program)


READABLE = st.sampled_from(
    [
        "-2",
        "0",
        "-0",
        "0.5",
        "0.50",
        "1e-3",
        "1/3",
        "12345678901234567890",
        "inf",
        "[0.2, 0.4]",
        "[[1, 2], [3, 4]]/2",
        "randn(2, seed=1)",
    ]
)


@given(SETUPS)
def test_a_setup_is_read_back_from_its_keywords(setup: Setup) -> None:
    keywords = setup.keywords()
    assert setup_of(setup.program, keywords.pop("inputs", {}), **keywords) == Setup(
        **{name: getattr(setup, name) for name in ("program", "inputs", "seed", "ties", "data", "share", "expand", "fold")},
        digits=setup.digits,
        notation=setup.notation,
    )


TRAININGS = [
    ["(w*x - y)^2", "x=1", "y=1/2", "w=0", "--params", "w"],
    ["--maximize", "--params=x", "--patience", "3", "--lr=0.1*0.5^t", "--", "-x^2", "x=3"],
    [
        "mean((X@w - y)^2)",
        "X=randn(9, 2)",
        "y=ones(9)",
        "w=zeros(2)",
        "--params",
        "w",
        "--batch",
        "X,y:4",
        "--held-out",
        "X,y:0.3",
    ],
    [
        "sigmoid(w) + max(w, x)",
        "w=1",
        "x=1",
        "--params",
        "w",
        "--expand",
        "--ties",
        "split",
        "--digits",
        "7",
        "--notation",
        "lecture",
    ],
    ["w^2", "w=1", "--params", "w", "--optimizer", "adamw", "--beta1", "0.8", "--weight-decay", "0.1", "--until", "0.5"],
]


@each("more", [["--format", "md"], ["--format", "text"], ["--format", "md", "--at-round", "2"]], ids=" ".join)
@each("words", TRAININGS, ids=lambda words: words[0])
def test_the_command_of_a_training_trains_it_again(words: list[str], more: list[str], capsys) -> None:
    main(["train", "--steps", "4", *more, *words])
    document = capsys.readouterr().out
    main(command_in(document)[1:])
    assert capsys.readouterr().out == document


def test_a_training_that_goes_on_names_the_file_that_it_goes_on_from(capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["train", "(w*x - y)^2", "x=1", "y=2", "--params", "w", "--format", "md"]
    main([*words, "w=0", "--steps", "3", "--save", "state.npz"])
    capsys.readouterr()
    main([*words, "--steps", "5", "--resume", "state.npz"])
    document = capsys.readouterr().out
    command = command_in(document)
    assert "--resume" in command
    assert "state.npz" in command
    assert not any(word.startswith("w=") for word in command)
    main(command[1:])
    assert capsys.readouterr().out == document


RUNS = [
    ["(x+y)*z", "x=-2", "y=5", "z=1/3"],
    ["x*y", "x=1", "y=2", "--at", "3"],
    ["q = x+y\nf = q*q", "x=1", "y=2", "--break", "gate add", "--ties", "split"],
    ["sum(W @ x)", "W=randn(2, 3, seed=1)", "x=[1, 2, 3]", "--seed=2", "--digits=7", "--notation=lecture"],
    ["--share", "--", "--x + --x", "x=3"],
]


@each("form", ["md", "text"])
@each("words", RUNS, ids=lambda words: words[0])
def test_the_command_of_a_document_makes_it_again(words: list[str], form: str, capsys) -> None:
    main(["--format", form, *words])
    document = capsys.readouterr().out
    main(command_in(document)[1:])
    assert capsys.readouterr().out == document


def test_a_round_names_no_command_that_leaves_out_its_updates() -> None:
    run = gs.train("(w*x - y)^2", params=["w"], steps=2, x=1, y=2, w=0).round(1)
    document = render(run, "md")
    assert "Made by" not in document
    assert "Made by" in render(gs.run("x*y", x=1, y=2).trace, "md")


def command_in(document: str) -> list[str]:
    """The words of the command at the end of a document."""
    return shlex.split(document.rpartition("Made by\n")[2].strip().removeprefix("```sh").removesuffix("```"))


@each(
    "words",
    [
        ["(x+y)*z", "x=-2", "y=5", "z=1/3"],
        ["max(x, y)", "x=2", "y=2", "--ties", "split", "--seed", "-1/2"],
        ["sigmoid(w*x)", "w=2", "x=1", "--expand", "--data", "x", "--digits", "7", "--notation", "lecture"],
        ["sum(W @ x)", "W=randn(2, 3, seed=1)", "x=[1, 2, 3]", "--seed=2"],
        ["--", "--x", "x=3"],
    ],
)
def test_the_command_line_and_python_make_the_same_document_of_one_setup(words: list[str]) -> None:
    setup = read_words(words)
    assert gs.run(setup.program, **setup.keywords()).to_markdown() == gs.Run(open_setup(setup)).to_markdown()


@each(
    ("words", "rough", "fine"),
    [
        (["check", "x/3", "x=1"], "0.3333 ", "0.3333333 "),
        (["jacobian", "sum(W@x)", "W=[[1, 2]]/3", "x=[1, 2]", "--of", "W@x"], "0.6667", "0.6666667"),
        (["jacobian", "sum(W@x)", "W=[[1, 2]]/3", "x=[1, 2]", "--cell", "x[1]"], "0.6667", "0.6666667"),
        (["train", "(w - 1/3)^2", "w=0", "--params", "w", "--at-round", "0"], "0.1111 ", "0.1111111 "),
    ],
    ids=lambda words: words[0] if isinstance(words, list) else "",
)
def test_every_command_that_writes_results_takes_their_digits(words, rough, fine, capsys) -> None:
    main(words)
    usual = capsys.readouterr().out + "\n"
    main([*words, "--digits", "7"])
    more = capsys.readouterr().out + "\n"
    assert rough in usual.replace("\n", " ")
    assert fine in more.replace("\n", " ")


def test_every_command_that_writes_derivatives_takes_their_letter(capsys) -> None:
    main(["train", "(w*x - y)^2", "x=1", "y=2", "w=0", "--params", "w", "--at-round", "0", "--notation", "lecture"])
    assert "∂f/∂w = " in capsys.readouterr().out
    main(["jacobian", "sum(W@x)", "W=[[1, 2]]", "x=[1, 2]", "--cell", "x[1]", "--notation", "lecture"])
    told = capsys.readouterr().out
    assert "∂f/∂x" in told
    assert "df/dx" not in told


def test_what_was_not_typed_is_written_with_all_of_its_digits_unless_it_is_too_large() -> None:
    setup = gs.run("sum(W*x) + sum(V)", W=np.array([0.1, 2.0]), x=1 / 3, V=np.arange(500.0)).trace.setup
    assert setup.inputs == {"W": None, "x": None, "V": None}
    filled = setup.filled({"W": np.array([0.1, 2.0]), "x": 1 / 3, "V": np.arange(500.0)})
    assert filled.inputs == {"W": "[0.1, 2]", "x": "0.3333333333333333", "V": None}
    assert filled.without_text == ("V",)
    assert filled.command() == "graphstep 'sum(W*x) + sum(V)' 'W=[0.1, 2]' x=0.3333333333333333"


def test_an_edited_input_has_the_text_that_was_typed_for_it_or_none() -> None:
    run = gs.run("x*y", x="1/3", y="2.0")
    assert run.edit(x=4).trace.setup.inputs == {"x": None, "y": "2.0"}
    assert run.edit(x="4/3").trace.setup.inputs == {"x": "4/3", "y": "2.0"}
    assert run.edit(x="4/3").output == pytest.approx(8 / 3)


@pytest.mark.parametrize(
    ("program", "text", "why"),
    [("x", "@secret.csv", "only a command line chooses files"), ("@p.txt", "1", "cannot be read inside an expression")],
)
def test_python_reads_no_file_that_a_text_names(program: str, text: str, why: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.csv").write_text("1,2\n")
    (tmp_path / "p.txt").write_text("x")
    with pytest.raises(gs.GraphstepError, match=why):
        gs.run(program, x=text)


def test_data_are_names_and_a_value_called_data_is_given_as_an_input() -> None:
    with pytest.raises(InputError, match="names of inputs") as failed:
        gs.run("data*w", data=3, w=2)
    assert "inputs=" in failed.value.hint
    assert gs.run("data*w", inputs={"data": 3}, w=2).output == 6
    assert gs.run("X*w", X=3, w=2, data="X").gradients["w"] == 3
    with pytest.raises(InputError, match="no input of the program"):
        gs.run("X*w", X=3, w=2, data=["Y"])


@each("wrong", [{"ties": "both"}, {"digits": 0}, {"digits": 99}, {"notation": "Leibniz"}])
def test_a_setup_that_no_run_can_have_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Setup("x", **wrong)


def test_the_step_is_a_number() -> None:
    assert (Setup("x").step, Setup("x", at="12").step) == (None, 12)
    with pytest.raises(InputError, match="number of a step"):
        _ = Setup("x", at="last").step


def test_inputs_without_a_value_are_known_before_anything_runs() -> None:
    opening = read_setup(Setup("x*y + z", {"y": "2"}))
    assert opening.missing == ("x", "z")
    with pytest.raises(InputError, match="no value for x, z"):
        opening.run()
