"""The numbers of a ladder have the styles that they have in the graph, and its text is what the ladder says."""

from __future__ import annotations

from graphstep.engine.trace import Trace, trace
from graphstep.engine.training import Settings, Training
from graphstep.faces.explanations import tell
from graphstep.gates.optimizers import optimizer, settings_of
from graphstep.ground.widths import cell_width
from graphstep.language.read import read
from graphstep.language.values import read_inputs
from graphstep.telling.explain import explain
from tests.cases import each


def run(text: str, **inputs: float) -> Trace:
    return trace(read(text, inputs), inputs)


def styled(trace: Trace, n: int) -> list[tuple[str, str]]:
    """What the ladder of a step has in a style of the graph."""
    pieces = [piece for line in tell(explain(trace, n), trace.step(n), 80) for piece in line]
    graph = ("value", "gradient", "contribution", "value-result", "gradient-result")
    return [(text, style) for text, style in pieces if style in graph]


@each(
    ("text", "inputs", "n", "wanted"),
    [
        ("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}, 2, [("3", "value"), ("-4", "value"), ("-12", "value-result")]),
        ("x/y", {"x": 3.0, "y": -2.0}, 1, [("3", "value"), ("-2", "value"), ("-1.5", "value-result")]),
        ("x + 2", {"x": 3.0}, 1, [("3", "value"), ("5", "value-result")]),
        ("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}, 3, [("1", "gradient-result")]),
        ("x*x", {"x": 3.0}, 5, [("3", "contribution"), ("3", "contribution"), ("6", "gradient-result")]),
    ],
)
def test_the_numbers_of_a_ladder_have_the_styles_of_the_graph(
    text: str, inputs: dict[str, float], n: int, wanted: list[tuple[str, str]]
) -> None:
    assert styled(run(text, **inputs), n) == wanted


def test_an_update_has_the_parameter_as_a_value_and_its_gradient_as_one() -> None:
    plain = optimizer("sgd")
    settings = Settings(("w",), plain, settings_of(plain, {}), "0.1", 1)
    round_ = Training(read("(w*x - y)^2"), {"w": 0.0, "x": 1.0, "y": 2.0}, settings).run().round(0)
    (step,) = [n for n in range(len(round_) + 1) if round_.step(n).event == "update"]
    assert styled(round_, step) == [("0", "value"), ("-4", "gradient"), ("0.4", "value-result")]


@each("text", ["2^x", "x^2 - y", "-x*(-y)", "x/(y - 1)", "max(x, y) + exp(x)", "1/(1+exp(-x))", "|x| - -y"])
def test_a_ladder_in_pieces_says_what_it_says_in_one(text: str) -> None:
    inputs = {"x": -3.0, "y": 0.3}
    run_ = trace(read(text, inputs), {name: inputs[name] for name in read(text, inputs).inputs})
    for n in range(1, len(run_) + 1):
        explained = explain(run_, n)
        if run_.step(n).event == "send" or explained.ladder is None:
            continue
        lines = ["".join(piece for piece, _ in line) for line in tell(explained, run_.step(n), 200)]
        assert lines[: len(explained.ladder.lines)] == explained.ladder.lines


def test_numbers_that_do_not_fit_beside_their_result_stand_above_it() -> None:
    passed_on = run("(x+y)*z", x=-2.0, y=5.0, z=-4.0)
    wide, narrow = (
        ["".join(piece for piece, _ in line) for line in tell(explain(passed_on, 4), passed_on.step(4), width)]
        for width in (60, 21)
    )
    assert "          = 1 · (-4) = -4" in wide
    place = narrow.index("          = 1 · (-4)")
    assert narrow[place : place + 2] == ["          = 1 · (-4)", "          = -4"]


def test_under_a_left_side_of_wide_letters_the_signs_stand_under_each_other() -> None:
    passed_on = run("预测值*权重 + 偏置", 预测值=2.0, 权重=3.0, 偏置=1.0)
    lines = ["".join(piece for piece, _ in line) for line in tell(explain(passed_on, 4), passed_on.step(4), 80)]
    signs = [cell_width(line.partition(" = ")[0]) for line in lines if " = " in line]
    assert len(signs) > 1
    assert len(set(signs[:2])) == 1


def test_no_line_is_wider_than_its_pane() -> None:
    text, inputs = "mean(relu(X@W1 + b1)@W2)", read_inputs(["X=randn(4,3)", "W1=randn(3,5)", "b1=zeros(5)", "W2=randn(5,2)"])
    run = trace(read(text, inputs), inputs)
    for n in range(len(run) + 1):
        lines = ["".join(piece for piece, _ in line) for line in tell(explain(run, n), run.step(n), 62)]
        # A line that is too wide is cut by the pane, without a sign.
        assert [line for line in lines if cell_width(line) > 62] == []
