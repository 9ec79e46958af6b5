"""Facts in words, in every language that has a file."""

from __future__ import annotations

import ast
import io
import re
import shlex
from dataclasses import fields
from pathlib import Path
from string import Formatter
from unittest.mock import patch

import numpy as np
import pytest

import graphstep as gs
from graphstep.analysis.facts import Sent
from graphstep.analysis.paths import paths
from graphstep.debugger.actions import BY_ID
from graphstep.faces.cli import main
from graphstep.faces.drawing.digest import digest
from graphstep.faces.export import text as plain_text
from graphstep.ground.errors import InputError
from graphstep.ground.phrases import Phrases
from graphstep.ground.widths import cell_width, wrapped
from graphstep.telling.document import Manner
from graphstep.telling.explain import explain, fact_of
from graphstep.telling.reports.paths import paths_lines
from graphstep.telling.reports.run import solution
from graphstep.telling.words.catalogue import catalogue, languages, message
from graphstep.telling.words.english import (
    ANALYSES,
    CLASSES,
    DIFFERENCES,
    EXERCISES,
    JUDGEMENT,
    MESSAGES,
    REPLIES,
    REPORTS,
    SCREEN,
    STEPS,
    TEACHING,
)  # fmt: skip
from graphstep.telling.words.template import faults, messages, template
from tests import FOLDER
from tests.cases import each
from tests.programs import seeded
from tests.source import modules

OTHERS = languages()[1:]
ENGLISH = dict(messages())
WORDS = Path(gs.__file__).parent / "telling" / "words"
CASES = [
    ("max(x*y, z) + x", {"x": 2, "y": 3, "z": -4}),
    ("relu(x*y) - log(z)", {"x": 0, "y": 3, "z": 0}),
    ("mean(relu(W@x + b))", {"W": [[1, 2], [3, -4]], "x": [1, 1], "b": 0}),
    ("sum(max(x, y)*softmax(x))", {"x": [1, 2, 3], "y": [3, 2, 1]}),
    ("sqrt(x)*0 + min(x, y)/y", {"x": 0, "y": 1e-300}),
]
"""Programs with every event, kinks, ties, zeros and what is not finite."""


def _variables(text: str) -> list[str]:
    return sorted({name for _, name, _, _ in Formatter().parse(text) if name})


def _texts(english: str | tuple[str, str]) -> tuple[str, ...]:
    return (english,) if isinstance(english, str) else english


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_of_a_language_is_english_with_the_same_variables(language: str) -> None:
    read_po = pytest.importorskip("babel.messages.pofile").read_po
    text = (WORDS / f"{language}.po").read_bytes()
    entries = [entry for entry in read_po(io.BytesIO(text), locale=language) if entry.id]
    assert len(entries) > 100
    assert [entry.context for entry in entries if ENGLISH.get(entry.context) != entry.id] == []
    assert list(faults(language, text)) == []


@each(
    ("said", "fault"),
    [
        ("{box} manda", "lacks {name}"),
        ("{box} manda para {nome}", "{nome} is no variable of the English"),
        ("{box} manda para {name", "expected '}' before end of string"),
        ("{} manda para {box} {name}", "{} is no variable of the English"),
    ],
)
def test_a_wrong_variable_is_told_with_its_line_and_its_message(said: str, fault: str) -> None:
    english = 'msgctxt "title-send"\nmsgid "{box} sends to {name}"\nmsgstr '
    empty = template("pt").decode()
    assert f'{english}""' in empty
    text = empty.replace(f'{english}""', f'{english}"{said}"')
    line = text[: text.index("title-send")].count("\n")
    assert any(found.endswith(f"title-send: {fault}") for found in faults("pt", text.encode()))
    assert all(int(found.split(":")[1]) in (line, line + 1, line + 2) for found in faults("pt", text.encode()))


def test_what_a_file_lacks_is_said_in_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, other = 'msgctxt "reply-no-inputs"', 'msgctxt "reply-at-start"'
    entry = 'msgid "This program has no inputs."\nmsgstr "Este programa não tem entradas."\n'
    (tmp_path / "pt.po").write_text(f'msgid ""\nmsgstr "Language: pt\\n"\n\n{key}\n{entry}', encoding="utf-8")
    monkeypatch.setattr("graphstep.telling.words.catalogue.FOLDER", tmp_path)
    catalogue.cache_clear()
    assert other not in (tmp_path / "pt.po").read_text(encoding="utf-8")
    assert message("pt", "reply-no-inputs") == "Este programa não tem entradas."
    assert message("pt", "reply-at-start", step="n") == message("en", "reply-at-start", step="n")
    assert message("pt", "entries", count=2) == "2 entries"
    catalogue.cache_clear()


@pytest.mark.parametrize("language", OTHERS)
def test_a_file_is_made_anew_without_a_change(language: str) -> None:
    text = (WORDS / f"{language}.po").read_bytes()
    assert template(language, text) == text


@pytest.mark.parametrize("language", OTHERS)
def test_events_and_patterns_have_words_in_every_language(language: str) -> None:
    words = catalogue(language)
    for key in (key for key in MESSAGES if key.startswith(("title-", "pattern-", "phase-", "gates-follow", "seed"))):
        assert words.find(key, MESSAGES[key]) not in _texts(MESSAGES[key]), key


def _calls(nodes: list[ast.AST], *names: str) -> list[ast.Call]:
    """The calls of functions that are called so, also as methods."""
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) in names]


def _fields(calls: list[ast.Call]) -> set[str | None]:
    return {keyword.arg for call in calls for keyword in call.keywords}


def test_every_message_that_the_code_asks_for_exists_with_its_variables() -> None:
    used = set()
    for where, _, nodes in modules("graphstep"):
        # The keys of actions are known to every reply, and what is bound beforehand to every call.
        bound = {*BY_ID, *_fields(_calls(nodes, "partial"))}
        for call in _calls(nodes, "reason", "message", "say", "heading", "column", "phrase"):
            texts = [x.value for x in call.args if isinstance(x, ast.Constant) and isinstance(x.value, str)]
            for key in (text for text in texts[:1] if re.fullmatch(r"[a-z][a-z0-9-]*", text)):
                if not _calls([call], "reason", "message") and f"heading-{key}" in MESSAGES:
                    # What a document says has a prefix.
                    key = f"heading-{key}"
                if key not in MESSAGES:
                    # The title of a panel is no message.
                    assert "-" not in key, f"{where}: {key}"
                    assert _calls([call], "say"), f"{where}: {key}"
                    continue
                used.add(key)
                fields = _fields([call])
                if None not in fields:
                    missing = {x for text in _texts(MESSAGES[key]) for x in _variables(text)} - fields - bound
                    assert not missing, f"{where}: {key} misses {missing}"
    assert len(used) > 180


def test_no_message_is_written_that_nobody_asks_for() -> None:
    texts, patterns = set(), []
    for where, _, nodes in modules("graphstep"):
        if "/english/" not in where:
            for node in nodes:
                if isinstance(node, ast.Constant):
                    texts.add(node.value)
                elif isinstance(node, ast.JoinedStr):
                    parts = (re.escape(x.value) if isinstance(x, ast.Constant) else ".*" for x in node.values)
                    patterns.append("".join(parts))
    asked = re.compile("|".join(pattern for pattern in patterns if re.search(r"\w{2}|-\w", pattern)))
    assert [key for key in MESSAGES if key not in texts and not asked.fullmatch(key)] == []


@each("language", OTHERS)
@each("case", [*CASES, *((seeded(n).text, seeded(n).inputs) for n in range(12))], ids=lambda case: case[0][:30])
def test_a_language_has_the_ladders_of_english_and_none_of_its_sentences(language: str, case: tuple) -> None:
    text, inputs = case
    ours, theirs = (gs.run(text, inputs=inputs, language=code).trace for code in ("en", language))
    for n in range(len(ours) + 1):
        one, other = explain(ours, n), explain(theirs, n)
        assert (one.event, one.n, one.phase, one.definitions) == (other.event, other.n, other.phase, other.definitions)
        for left, right in zip((*one.before, one.ladder, one.local), (*other.before, other.ladder, other.local), strict=True):
            assert (left is None) == (right is None)
            if left is not None and right is not None:
                assert [rung.digits for rung in left.rungs] == [rung.digits for rung in right.rungs]
                # In Chinese a condition stands before what it chooses.
                numbers = [sorted(re.findall(r"[-\d.]+", ladder.line)) for ladder in (left, right)]
                assert numbers[0] == numbers[1] or "64" in left.line
        # Each sentence has its translation, so that no step says a sentence of English.
        for sentence in filter(None, (one.title, one.why, one.shapes, one.jacobian, *(note.text for note in one.notes))):
            assert sentence not in other.narrative
        assert not re.search(r"\b(the|gate|gradient|its|cells|upstream|taken as)\b", other.narrative), other.narrative


def test_a_send_holds_its_wire_and_no_sentence() -> None:
    run = gs.run("x*y", x=2, y=3, seed=5).trace
    fact = fact_of(run.step(4 if run.step(4).slot == 1 else 3))
    assert isinstance(fact, Sent)
    # The wire's upstream gradient is the seed of the output; the step's own gradient is that of y.
    assert (fact.wire.upstream, fact.wire.local, fact.wire.contribution) == (5.0, 2.0, 10.0)
    assert fact.rule.message == "gate.mul.backward"


def test_an_unknown_language_lists_those_there_are() -> None:
    with pytest.raises(InputError, match=r"there is no language 'xx': there are en \(English\), zh \(中文\)"):
        gs.run("x*x", x=1, language="xx")


@each("code", ["zh_CN.UTF-8", "ZH", "zh-Hans"])
def test_a_language_may_be_called_as_an_environment_calls_it(code: str) -> None:
    assert gs.run("x*x", x=1, language=code).trace.setup.language == "zh"


def test_wide_characters_are_set_by_cells() -> None:
    run = gs.run("(x+y)*z + relu(x)", x=-2, y=5, z=-4, language="zh").trace
    for width in (20, 40, 76):
        for n in range(len(run) + 1):
            words = explain(run, n).why
            lines = wrapped(words, width)
            assert max(map(cell_width, lines)) <= width
            assert "".join(lines).replace(" ", "") == words.replace(" ", "")
            assert not any(line.startswith(("，", "。", "：", "；", "）")) for line in lines)


def test_a_document_in_another_language_has_no_english_word_but_those_of_formulas() -> None:
    run = gs.run("h = x*W + b; mean(relu(h))", x=2, W=[[1, -2, 0], [0.5, 3, -1]], b=[1, 0, 1], language="zh").trace
    texts = [
        "".join(plain_text.write(solution(run, manner=manner))) for manner in (Manner(), Manner(brief=True), Manner(hidden=True))
    ]
    texts.append("\n".join(paths_lines(paths(run, 1))))
    words = {word for text in texts for word in re.findall(r"[A-Za-z]{3,}", text)}
    assert words <= {"all", "axis", "copy", "else", "max", "mean", "relu", "sum"}


def test_no_two_kinds_of_text_have_a_message_of_one_name() -> None:
    parts = (STEPS, ANALYSES, DIFFERENCES, REPORTS, REPLIES, SCREEN, TEACHING, JUDGEMENT, EXERCISES, CLASSES)
    assert sum(map(len, parts)) + len(fields(Phrases)) == len(MESSAGES)


@each(
    "command",
    [
        ["cross_entropy(x, y, ignore_index=1)", "x=[[1, 2], [1, 0]]", "y=[0, 1]"],
        ["cross_entropy(x, y, ignore_index=1)", "x=[1, 2]", "y=1"],
        ["max(x) + min(x)", "x=[2, 2, 2]"],
        ["max(x, axis=0)", "x=[[2, 2], [2, 1]]", "--ties=split"],
        ["max_pool(x, 2)", "x=[2, 2, 3, 4]"],
        ["prod(x)", "x=[2, 3, 4]"],
        ["norm(x) + std(x) + logsumexp(y)", "x=[0, 0]", "y=[inf, 1]"],
        ["hinge(x, y) + logdet(A) + logdet(B)", "x=[1, 2, 0]", "y=1", "A=[[1, 2], [2, 4]]", "B=[[1, 2], [3, 4]]"],
        ["bce(x, y) + bce(z, y)", "x=[0, 2]", "y=[1, 1]", "z=[0, 1]"],
        ["sigmoid(x)*x", "x=2", "--expand"],
        ["max(0, sigmoid(x) - sigmoid(x))", "x=2", "--expand"],
        ["why", "grad x", "relu(x)*y", "x=-1", "y=2"],
        ["train", "(w*x - y)^2", "x=1", "y=2", "w=0", "--params=w", "--lr=0.1", "--steps=2"],
        ["relu(x)*y", "x=-1", "y=2", "--format=svg", "--at=3"],
    ],
    ids=lambda command: command[0],
)
def test_what_a_command_says_in_another_language_has_no_sentence_in_english(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main([*command, "--language=zh"])
    # The names of functions stay as they are, and so does what is typed.
    said = re.sub(r"<style.*?</style>|<[^>]*>|graphstep .*", "", capsys.readouterr().out, flags=re.DOTALL)
    assert not re.findall(r"[A-Za-z]{3,}[ ,]+[a-z]{2,}[ ,]+[a-z]{2,}", said)


@each(
    "command",
    [
        ["x*x + max(y, x)", "x=2", "y=2"],
        ["sum(W@x)", "x=[1, 2]", "W=[[1, 2], [3, 4]]", "--data=x", "--seed=2"],
        ["check", "abs(x)*y", "x=0", "y=2"],
        ["check", "sin(x)*y", "x=1", "y=2", "--against-h=x"],
        ["why", "grad x", "relu(x)*y", "x=0", "y=2"],
        ["diff", "h^2 + x", "h*h*h", "h=3", "x=1"],
        ["jacobian", "sum(W@x)", "x=[1, 2]", "W=[[1, 2], [3, 4]]", "--towards=W"],
        ["diagnose", "--network=2x5", "--examples=20"],
        ["diagnose", "--network=2x5", "--examples=20", "--sweep=init=0.1:1:3"],
        ["train", "mean((X@w - y)^2)", "X=[[1, 2], [3, 4]]", "y=[1, 2]", "w=[0, 0]", "--params=w", "--lr=0.1", "--steps=2"],
        ["judge", str(FOLDER / "teaching/judge/engine.py")],
    ],
    ids=lambda command: command[0],
)
def test_a_document_in_chinese_has_its_stops_and_ends_with_the_command_that_makes_it_again(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    # In how many processes a command works is in nothing that it prints.
    with patch("graphstep.faces.work.engines.processors", lambda: 1):
        main([*command, "--language=zh", "--format=md"])
        document = capsys.readouterr().out
        made_by = shlex.split(document.rpartition("```sh\n")[2].removesuffix("```\n"))
        main(made_by[1:])
        assert capsys.readouterr().out == document
        main([*command, "--language=zh"])
        printed = capsys.readouterr().out
    chinese = r"[\u4e00-\u9fff）$]"
    for text in (re.sub(r"```.*?```|`[^`]*`", "", document, flags=re.DOTALL), printed):
        assert not re.findall(
            rf"{chinese}\**[.:;,]\**(?: |$)|[\u4e00-\u9fff] [\u4e00-\u9fff]|[，。：；] ?[，。：；]|[，。：；！？、] +\S",
            text,
            re.MULTILINE,
        )


def test_the_page_on_languages_is_followed_literally(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(gs.__file__).parents[1] / "docs" / "add-a-language.md"
    entry = re.search(r"```po\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert entry is not None
    copied = "\n".join(line.strip() for line in entry[1].strip().splitlines())
    empty = template("pt").decode()
    place = copied.rpartition("\n")[0] + '\nmsgstr ""\n'
    assert place in empty
    (tmp_path / "pt.po").write_text(empty.replace(place, f"{copied}\n"), encoding="utf-8")
    monkeypatch.setattr("graphstep.telling.words.catalogue.FOLDER", tmp_path)
    narrative = explain(gs.run("(x+y)*z", x=-2, y=5, z=-4, language="pt").trace, 4).narrative
    assert narrative.startswith("× envia para x+y (switcher): df/d(x+y) = df/df · ∂f/∂(x+y) = 1 · (-4) = -4.")


def test_words_within_formulas_and_numbers_are_in_the_language_of_the_run() -> None:
    run = gs.run("sum(relu(X) + clip(X, 0, 2))", X="randn(8,8)", language="zh", digits=3).trace
    text = "\n".join(explain(run, n).narrative for n in range(1, len(run) + 1))
    assert "若 X > 0 则 1，否则 0" in text
    assert "8×8 矩阵，均值" in text
    sends = [explain(run, n) for n in range(len(run) + 1) if run.step(n).event == "send"]
    latex = "\n".join(send.local.latex for send in sends if send.local is not None)
    assert r"\text{若 } X > 0 \text{ 且 } 2 > X" in latex
    assert digest(np.zeros(30), language="zh") == "全为 0"
    assert "每个元素都是 0" in gs.run("sum(x*0)", x="randn(30)", language="zh").to_text()
