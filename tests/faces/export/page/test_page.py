"""The page as a file: its numbers, its policy, its ids. What a browser makes of it is in test_page_in_a_browser.py."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest

import graphstep as gs
from graphstep.debugger.actions import STEPPING
from graphstep.debugger.frames import frame_of
from graphstep.engine.calls import steps_of_frame
from graphstep.faces import export
from graphstep.faces.drawing.digest import digest
from graphstep.faces.export import html
from graphstep.faces.export._html import Html
from graphstep.faces.export._writer import BLOCKS, INLINES
from graphstep.faces.export.page import LIMIT, keys
from graphstep.faces.export.page.compression import packed, unpacked
from graphstep.faces.export.page.views import OPENED
from graphstep.ground.errors import LimitError
from graphstep.language.program import node_id
from graphstep.telling.reports.training import report
from tests.cases import each

RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    "lecture": ("(x+y)*z", {"x": -2, "y": 5, "z": -4}),
    "neuron": ("1/(1+exp(-(w0*x0+w1*x1+w2)))", {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}),
    "fork": ("q = x + y; f = q*q*|q|", {"x": 1, "y": -3}),
    "arrays": ("relu(W@x + b)", {"W": [[1, -2], [0.5, 3]], "x": [1, 2], "b": [0.25, -9]}),
    "infinite": ("log(x) + 0*y + 1/3", {"x": 0, "y": 2}),
    "input": ("x", {"x": 3}),
}
FOLDED: dict[str, tuple[str, dict[str, Any]]] = {
    "calls": ("def cell(h, c, x) = { g = sigmoid(x + h); (g*c, c + g) }\nh, c = cell(a, b, x); p, q = cell(h, c, x); f = p*q",
              {"x": 1, "a": 0.5, "b": 2}),
    "repeat": ("h = x; repeat 20 { h = tanh(w*h + b) }; h", {"x": 1, "w": 0.5, "b": 0.1}),
    "gates": ("p = sigmoid(w*x + b); f = softplus(p*p)", {"x": 1, "w": 2, "b": 1}),
}  # fmt: skip
"""Programs with something to open: by name, as :data:`RUNS`."""


def run(name: str) -> gs.Run:
    text, inputs = {**RUNS, **FOLDED}[name]
    return gs.run(text, inputs=inputs)


def page(made: gs.Run, at: int | None = None) -> str:
    return export.render(made.trace, "html", at)


def data(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found
    content = json.loads(found[1])
    loaded: dict[str, Any] = json.loads(unpacked(content)) if isinstance(content, list) else content
    return loaded


class Tags(HTMLParser):
    """Every element of a page with its attributes, and whether all that open close."""

    VOID = frozenset({"meta", "input", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text.append(data)

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.seen if "id" in attributes]


@each("name", {**RUNS, **FOLDED})
def test_at_every_step_the_numbers_are_those_of_the_run(name: str) -> None:
    made = run(name)
    steps = data(page(made))["runs"][0]["steps"]
    assert len(steps) == len(made.trace) + 1
    known: dict[str, Any] = {}
    for n, step in enumerate(steps):
        known |= step["set"]
        after = made.to_dict(at=n)
        assert len(after["nodes"]) == len(made.nodes)
        for index, node in enumerate(after["nodes"]):
            assert node["id"] == node_id(index)
            value, shown, gradient, text, _ = known.get(str(index), [None] * 5)
            assert (value, gradient) == (node["value"], node["gradient"])
            trace = made.trace
            assert shown == (None if value is None else digest(trace.value_of(index)))
            assert gradient is None or text.startswith(digest(trace.gradient(index, n).value))  # type: ignore[union-attr]


def test_a_page_of_half_a_run_tells_nothing_of_the_rest() -> None:
    made = run("neuron")
    text = page(made, 10)
    assert len(data(text)["runs"][0]["steps"]) == 11
    assert "0.1966" not in text
    assert "0.1966" in page(made)


def test_a_large_array_leaves_its_cells_out() -> None:
    made = gs.run("sum(x * x)", x=list(range(100)))
    step = data(page(made))["runs"][0]["steps"][0]
    assert step["set"]["0"][:2] == [None, "0…99"]


@each("name", {**RUNS, **FOLDED})
def test_the_file_is_well_formed_and_no_id_stands_twice(name: str) -> None:
    tags = Tags(page(run(name)))
    assert len(set(tags.ids)) == len(tags.ids)
    assert {"main", "math", "svg", "table", "nav"} <= {tag for tag, _ in tags.seen}


def test_two_pages_share_no_id() -> None:
    one, other = (set(Tags(page(made)).ids) for made in (run("lecture"), run("lecture").edit(x=7)))
    assert one
    assert not one & other


def test_the_policy_lets_in_what_stands_there_and_nothing_else() -> None:
    text = page(run("lecture"))
    policy = dict(part.strip().split(" ", 1) for part in re.search(r'Policy" content="(.*?)"', text)[1].split(";"))  # type: ignore[index]
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (source,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert policy[directive] == f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"
    assert policy["default-src"] == "'none'"
    attributes = {name for _, found in Tags(text).seen for name in found}
    assert not {name for name in attributes if name.startswith("on")} | (attributes & {"style", "src", "href", "action"})


def test_a_hostile_comment_is_text() -> None:
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)> <!-- ]]> \" ' & {{x}}"
    made = gs.run(f"# {hostile}\nq = x*2  # {hostile}\nf = q", x=1)
    tags = Tags(page(made))
    assert sum(tag == "script" for tag, _ in tags.seen) == 2
    assert not any(tag == "img" for tag, _ in tags.seen)
    assert hostile in "".join(tags.text)


def test_the_same_run_gives_the_same_bytes_and_a_lecture_is_small() -> None:
    assert page(run("neuron")) == page(run("neuron"))
    assert all(len(page(run(name)).encode()) < 100_000 for name in RUNS)
    assert page(run("calls")) == page(run("calls"))
    sizes = {name: len(page(run(name)).encode()) for name in FOLDED}
    assert sizes["calls"] < 100_000
    assert sizes["gates"] < 100_000
    assert sizes["repeat"] < 150_000


def test_a_program_beyond_the_limit_is_refused_with_the_limit() -> None:
    made = gs.run("+".join(["x"] * (LIMIT + 2)), x=1)
    with pytest.raises(LimitError, match=f"at most {LIMIT:,} gates"):
        page(made)


def test_the_keys_are_those_of_the_terminal() -> None:
    browser = {"ArrowRight": "right", "ArrowLeft": "left", " ": "space", "Home": "home", "End": "end", "?": "question_mark"}
    known = {key: action.id for action in STEPPING for key in action.keys}
    assert {"ArrowRight", "n", " ", "ArrowLeft", "o", "O", "Home", "End", "c", "C", "b", "?"} <= keys().keys()
    for key, name in keys().items():
        assert known[browser.get(key, key)] == name


def test_every_step_is_a_section_with_its_anchor() -> None:
    made = run("fork")
    tags = Tags(page(made))
    names = [attributes["name"] for tag, attributes in tags.seen if tag == "a"]
    assert names == [f"step={n}" for n in range(len(made.trace) + 1)]


def test_every_block_is_covered_and_a_report_is_a_page_without_a_script() -> None:
    assert all(hasattr(Html, name) for name in (*BLOCKS.values(), *INLINES.values()))
    training = gs.train("(w*x - y)^2", params=["w"], lr=0.1, steps=3, x=1, y=2, w=0)
    tags = Tags("".join(html.write(report(training))))
    assert not any(tag == "script" for tag, _ in tags.seen)
    assert len(set(tags.ids)) == len(tags.ids)


def test_no_ladder_says_its_left_side_twice() -> None:
    ladders = re.findall(r"<mtable>(.*?)</mtable></math></div>", page(gs.run("abs(q)*2", q=-3)), re.DOTALL)
    assert ladders
    for ladder in ladders:
        left, right = re.findall(r"<mtd>(.*?)</mtd>", ladder)[:3:2]
        assert left != right


def test_a_page_says_its_language() -> None:
    text = page(gs.run("x*y + x", x=2, y=3, language="zh"))
    assert '<html lang="zh">' in text
    assert "<mtext>上游</mtext>" in text
    assert "<mtext>upstream</mtext>" not in text
    arrived = {numbers[4] for step in data(text)["runs"][0]["steps"] for numbers in step["set"].values()}
    assert len(arrived) == 3
    assert not any(" of " in words for words in arrived)


def test_a_step_says_what_its_numbered_names_stand_for() -> None:
    # One step is in sight at a time, and not the problem, where the names are explained.
    sections = re.split(r'<section class="step', page(run("neuron")))[1:]
    named = [section for section in sections if "sends to u1<" in section or "<mi>u</mi><mn>1</mn>" in section]
    assert len(named) > 3
    assert all("u1 is w0*x0+w1*x1+w2." in section or "computes u1<" in section for section in named)


def test_calls_and_repetitions_are_folded_and_every_view_has_its_own_steps() -> None:
    made = run("repeat")
    content = data(page(made))
    program, loop, *turns = content["views"]
    assert [stop["n"] for stop in program["stops"]] == [0, 60, 61, len(made.trace)]
    assert [stop["n"] for stop in loop["stops"]][:3] == [3, 6, 9]
    for turn, frame in zip(turns, range(2, 22), strict=True):
        own = [n for way in (False, True) for n in steps_of_frame(made.trace, frame, backward=way)]
        assert [stop["n"] for stop in turn["stops"]] == own
    assert len(program["boxes"]) == 4
    # A turn is drawn alone: its gates, and what they read.
    assert all(len(turn["boxes"]) == 6 for turn in turns)


def test_without_scripts_a_call_is_one_step_and_the_numbers_are_there() -> None:
    tags = Tags(page(run("calls")))
    names = [attributes["name"] for tag, attributes in tags.seen if tag == "a"]
    assert names == [f"step={n}" for n in (0, 4, 8, 9, 10, 11, 12, 21, 31)]
    assert "cell⟨2⟩ computes p and q" in "".join(tags.text)


def test_a_composite_gate_has_its_parts_with_the_numbers_of_its_frame() -> None:
    made = run("gates")
    content = data(page(made))
    inner = next(each for each in content["runs"] if "opened" in each)
    node = made.trace.program.names["p"]
    assert inner["opened"]["gate"] == node
    frame = frame_of(made.trace, node)
    known: dict[str, Any] = {}
    for step in inner["steps"]:
        known |= step["set"]
    assert {int(index): numbers[0] for index, numbers in known.items()} == {
        index: frame.value_of(index) for index in range(len(frame.program.nodes))
    }


def test_half_a_run_opens_no_further_than_it_goes() -> None:
    made = run("gates")
    text = page(made, made.trace.seed_step - 1)
    for run_ in data(text)["runs"]:
        assert len(run_["steps"]) == run_["seed"], "no gradient is told"
    assert not re.search(r"gradient result", text)
    program, _, second, *gates = data(page(run("calls"), 6))["views"]
    assert [stop["n"] for stop in program["stops"]] == [0, 4]
    assert [stop["n"] for stop in second["stops"]] == [5, 6], "the second call has begun"
    assert [gate["title"] for gate in gates] == ["g⟨1⟩", "g⟨2⟩"]


def test_a_page_with_too_many_parts_leaves_them_out_and_says_so() -> None:
    many = OPENED // 8
    made = gs.run("+".join(["sigmoid(x)"] * many), x=1)
    content = data(page(made))
    assert len(content["runs"]) == 1
    assert content["words"]["noParts"].startswith("This page does not hold the parts")
    assert data(page(run("gates")))["words"]["noParts"] == "There is no composite gate here to open."


def test_packing_gives_the_text_back() -> None:
    for text in ("", "a", "<b>x</b>" * 50, "".join(f"<i>{n}</i> of the {n % 7} things," for n in range(300)), "é∂" * 40):
        parts = packed(text)
        assert unpacked(parts) == text
        assert parts[0] == len(text)
    assert len(json.dumps(packed("<b>x</b>" * 50))) < 100


def test_a_letter_that_a_script_counts_twice_is_at_its_place() -> None:
    made = gs.run("# 𝔵 𝔵\nf = sigmoid(x)*x", x=1)
    assert "𝔵" not in re.search(r'<script type="application/json">(.*?)</script>', page(made), re.DOTALL)[1]  # type: ignore[index]
    assert data(page(made))["views"][0]["name"] == ""
