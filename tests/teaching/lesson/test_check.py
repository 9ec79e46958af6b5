"""The check of a lesson finds what is wrong, all of it at once, where it stands, and says what to write instead."""

from __future__ import annotations

import json
import re

import pytest

from graphstep.teaching.lesson import open_lesson
from graphstep.teaching.lesson.check import check
from graphstep.teaching.lesson.document import LessonError
from graphstep.teaching.lesson.parse import read_lesson
from graphstep.teaching.lesson.plain import handout
from tests.effort import effort
from tests.lessons import FRONT, predict, written
from tests.teaching.lesson.test_rehearsal import WIDE


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("", 1, "asks something"),
        (predict("value q") + "\nNow `q = 4`.\n", 12, "does not agree"),
        ("## forward: q\n" + predict("value q"), None, ""),
        ("## forward: q\n\n## forward\n" + predict("value q"), 9, "on show already"),
        ("## end\n\n## start\n" + predict("value q"), 8, "comes before"),
        ("```predict\nask = 'value q'\nbecause = 'b'\n```\n", 6, "no hint"),
        ("```predict\nask = 'value q'\nhint = 'h'\n```\n", 6, "no because"),
        ("```predict\nask = 'value q'\nhint = 'It is 3, of course.'\nbecause = 'b'\n```\n", 8, "writes the right answer"),
        (
            "So `q = x + y = 3`.\n\n```predict\nask = 'value q'\nhint = 'h'\nbecause = 'b'\n```\n",
            8,
            "line 6 has the answer, 'q = x + y = 3', before",
        ),
        ("```predict\nask = 'value q'\nhint = 'h'\nbecause = 'It is 3.'\n```\n", 9, "writes the right answer"),
    ],
)
def test_check_finds_what_is_wrong_and_where(tmp_path, body, line, says):
    problems = check(written(tmp_path, body))
    if line is None:
        assert problems == []
    else:
        assert any(problem.line == line and says in problem.message for problem in problems), list(map(str, problems))


LEARNED = (
    "The gradient is df/dx, and `df/dz = 3`. The gate's own is ∂q/∂x, or $`\\frac{\\partial q}{\\partial x}`$. Or drift/drag.\n\n"
    "```python\n∂f/∂x\n```\n"
)


@pytest.mark.parametrize(
    ("program", "text", "says"),
    [
        ("", LEARNED, ""),
        ("", "So ∂f/∂x is next.", "the gate of f does not read x: the whole effect is df/dx"),
        ("", "So `∂f/∂x = -4`.", "the whole effect is df/dx"),
        ("", "```run\n∂f/∂x = -4\n```", "the whole effect is df/dx"),
        ("", "So $`\\frac{\\partial f}{\\partial x}`$ is next.", "the whole effect is df/dx"),
        ("", "So dq/dx is next.", "what this run differentiates is f: the effect through one gate is ∂q/∂x"),
        ("", "So dz/dx is next.", "what this run differentiates is f: the gradient of x is df/dx"),
        ("", "So ∂f/dx is next.", "write df/dx for the whole effect"),
        ("", "So ∂q/∂w is next.", "the run has no node 'w'"),
        ("", "So df/d(x + y) is next.", "write df/dq"),
        ("`loss = x*w1` with w1 = 1", "So dloss/dw1 is next.", "write d(loss)/dw1"),
        ("`loss = x*w1` with w1 = 1", "So d(loss)/dw1 is next.", ""),
        ("`d = x*y; f = d*z`", "So df/dx is next.", "write Df/Dx"),
        ("`d = x*y; f = d*z`", "So Df/Dx is next.", ""),
        ("`x*x`", "Now ∂f/∂x is wanted.", "write ∂f/∂x⁽¹⁾ or ∂f/∂x⁽²⁾ for the effect through one gate, df/dx for the whole"),
        ("`x*x`", "Now ∂f/∂x⁽²⁾, then `df/dx⁽¹⁾ = -2`, then df/dx.", ""),
        ("`x*x`", "Now df/dx⁽³⁾ is wanted.", "x has no use number 3"),
        ("`2*x*y`", "Now `df/d(2*x)` is wanted.", ""),
    ],
)
def test_check_holds_derivatives_against_the_notation_of_the_run(tmp_path, program, text, says):
    heading = f"## program: {program}\n\n" if program else ""
    path = written(tmp_path, f"{predict('value q')}\n{heading}{text}\n")
    problems = check(path)
    if not says:
        assert problems == []
        return
    (problem,) = problems
    assert says in problem.message
    lines = path.read_text(encoding="utf-8").split("\n")
    assert re.search(r"is (next|wanted)|= -4", lines[problem.line - 1])


@pytest.mark.parametrize("key", ["question", "hint", "because"])
def test_check_looks_at_derivatives_in_questions_too(tmp_path, key):
    words = {"question": "What is it?", "hint": "h", "because": "b"} | {key: "It is ∂f/∂x."}
    body = "```predict\nask = 'value q'\n" + "".join(f"{k} = '{v}'\n" for k, v in words.items()) + "```\n"
    (problem,) = check(written(tmp_path, body))
    assert "the whole effect is df/dx" in problem.message
    assert problem.line == 8 + list(words).index(key)


def test_check_names_needs_that_are_not_there_and_values_that_nobody_uses(tmp_path):
    front = FRONT.replace("z = -4 }", 'z = -4, w = 1 }\nneeds = ["07-nothing"]')
    messages = " ".join(str(problem) for problem in check(written(tmp_path, predict("value q"), front)))
    assert "07-nothing" in messages
    assert "value to w" in messages


def test_check_lists_every_stop_and_question_that_fails(tmp_path):
    problems = check(written(tmp_path, "## forward: w\n\n## sum: q\n\n" + predict("value x")))
    assert [problem.line for problem in problems] == [6, 8, 11]


FAULTY = """+++
title = "T"
program = "q = x + y; f = q*z"
inputs = { x = -2, y = 5, z = -4 }
minutes = "ten"
rows = "all"
colour = "red"
+++

## forwards: q

```predict
ask = "value q"
answer = 3
hints = "x"
```

## forward: q

```predict
ask = 3
hint = ["h", 4]
because = "b"
```

```predict
ask = "value f
```

```figure
loss =
```

# Another title

```predict
ask = "gradient w"
hint = "h"
because = "b"
```

## program: `1/`

`q = 4`

## program: `x*y`

`x*y = 11` and \x07.

```run
x = 1
"""


def test_check_lists_all_that_is_wrong_in_a_file_at_once(tmp_path):
    path = tmp_path / "01-t.md"
    path.write_text(FAULTY, encoding="utf-8")
    lines = FAULTY.split("\n")
    said = {(problem.line, problem.message) for problem in check(path)}
    expected = [
        ("minutes =", "whole number"),
        ("rows =", "list of whole numbers"),
        ("colour =", "means nothing here"),
        ("## forwards", "did you mean forward"),
        ("answer = 3", "never written down"),
        ('hints = "x"', "did you mean 'hint'"),
        ("ask = 3", "ask is a text"),
        ('hint = ["h", 4]', "list of such texts"),
        ('ask = "value f', "not TOML"),
        ("loss =", "not TOML"),
        ("# Another", "only heading"),
        ("## program: `1/`", "cannot be run"),
        ("`x*y = 11`", "cannot be printed"),
        ("```run", "no end"),
    ]
    for begins, says in expected:
        line = next(n for n, text in enumerate(lines, 1) if text.startswith(begins))
        assert any(at == line and says in message for at, message in said), (begins, sorted(said))
    with pytest.raises(LessonError) as caught:
        read_lesson(path)
    assert len(caught.value.problems) >= len(expected) - 1


def test_check_looks_at_what_can_be_run_beside_what_cannot_be_read(tmp_path):
    body = (
        "```predict\nask = 3\n```\n\n`q = 4`\n\n"
        + predict("value w")
        + "\n## program: `1/`\n\n`q = 5`\n\n## program: `x*y`\n\n`x*y = 11`\n"
    )
    path = written(tmp_path, body)
    text = path.read_text(encoding="utf-8").split("\n")
    assert [text[problem.line - 1] for problem in check(path)] == [
        "ask = 3",
        "`q = 4`",
        'ask = "value w"',
        "## program: `1/`",
        "`x*y = 11`",
    ]


OF_AN_AUTHOR = [
    ('title = "T"', "title = T", 2, 'a text stands in quotes: title = "…"'),
    ("+++", "---", 1, "TOML between two lines of +++, not of ---"),
    ('ask = "value q"', "ask = “value q”", 10, 'quotes are straight ones, "'),
    ("```predict", "```Predict", 9, "a question stands in a block of 'predict'; this one, of 'Predict', is shown as code"),
    ("```predict", "```json", 9, "this one, of 'json', is shown as code"),
    ('because = "b"\n```', 'because = "b"', 9, "no end before line 12, a heading: a line of ``` is missing"),
    ('ask = "value q"', 'ask = "valeu q"', 10, "did you mean 'value'?"),
    ('ask = "value q"', 'ask = "value Q"', 10, "did you mean 'q'?"),
    ('title = "T"', 'title = "T"\nlang = "klingon"', 3, 'the code of a language: lang = "he"'),
    ('"q = x + y; f = q*z"', '"q = x + y; f = np.dot(q, z)"', 3, "write q @ z"),
    ("z = -4", "w = -4", 3, "no value for z"),
    ("z = -4", "ж = -4", 4, 'stands in quotes here: "ж" = …'),
]


def test_check_says_what_to_write_instead(tmp_path):
    text = (
        '+++\ntitle = "T"\nprogram = "q = x + y; f = q*z"\ninputs = { x = -2, y = 5, z = -4 }\n+++\n\nIntro.\n\n'
        '```predict\nask = "value q"\nbecause = "b"\n```\n## forward: f\n'
        '```predict\nask = "value f"\nbecause = "b"\n```\n'
    )
    path = tmp_path / "01-t.md"
    for old, new, line, says in OF_AN_AUTHOR:
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        problems = [(problem.line, problem.message) for problem in check(path)]
        assert any(at == line and says in message for at, message in problems), (new, problems)
        assert all("command line" not in message for _, message in problems), new


@pytest.mark.parametrize(
    "body",
    [
        "`" * 15_000,
        "` " * 7_500,
        "*a " * 5_000,
        "```" + " " * 15_000 + "`",
        "## " + "a" + " " * 15_000 + "b",
        "## a" + " #" * 7_000 + " b",
        "> " * 7_000,
        "`" + "∂" * 15_000 + " = 1`",
        "df" * 7_500,
        "d(" * 7_500,
        "df/d(x" * 2_000,
        r"\frac{d" * 2_000,
        "`" + "(" * 300 + " = 1`\n\n" * 1,
    ],
    ids=lambda body: body[:8],
)
def test_a_hostile_text_costs_no_more_than_its_length(tmp_path, body):
    path = written(tmp_path, body + "\n" + predict("value q"))

    def work() -> None:
        if not check(path):
            "".join(handout(open_lesson(path)))

    assert effort(work) < 200_000 + 100 * len(body)


def test_a_product_outside_of_code_is_a_problem_because_markdown_drops_its_stars(tmp_path):
    problems = check(written(tmp_path, predict("value q") + "Not x*x and y*y.\n\nBut `x*x` is fine.\n\n```\nx*x\n```\n"))
    assert [problem.line for problem in problems] == [11, 11]


@pytest.mark.parametrize(
    ("ask", "hint", "says"),
    [
        ("shape dW", "It is 3×2.", "writes the right answer, 3×2"),
        ("value s", "It is [[5, 11], [14, 23]].", "writes the right answer, [[5, 11]"),
    ],
)
def test_a_hint_that_writes_a_shape_or_an_array_is_found(tmp_path, ask, hint, says):
    path = tmp_path / "t.md"
    body = predict(ask).replace('["Think."]', json.dumps(hint, ensure_ascii=False))
    path.write_text(WIDE + body, encoding="utf-8")
    assert says in " ".join(problem.message for problem in check(path))
