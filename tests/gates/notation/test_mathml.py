"""MathML: the same terms as text and LaTeX, in elements that browsers set."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from graphstep.engine.trace import Trace, trace
from graphstep.gates import ELEMENTWISE, Rule
from graphstep.gates.notation import LATEX, TERMS, Term, latex_style
from graphstep.gates.notation.mathml import MATHML, mathml_style
from graphstep.gates.optimizers import OPTIMIZERS
from graphstep.language.read import read
from graphstep.telling.explain import explain
from tests.cases import each
from tests.domains import width
from tests.programs import run as run_case
from tests.programs import seeded

CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2}
"""Elements that have a number of children of their own."""
ROWS = {"math", "mrow", "mtd", "msqrt"}
LEAVES = {"mi", "mn", "mo", "mtext"}
ARRAYS = (
    ("relu(W@x + b)", {"W": [[1.0, -2.0], [0.5, 3.0]], "x": [1.0, 2.0], "b": [0.25, -9.0]}),
    (
        "cross_entropy(X@W + b, y)",
        {"X": [[1.0, 2.0]], "W": [[0.1, 0.2, -3.0], [1.0, -2e-9, 2e7]], "b": [0.0, 1.0, 2.0], "y": [2.0]},
    ),
    ("sum(softmax(x, axis=0) * norm(x) / x + max(x) - x[0:2].T)", {"x": [1.0, 2.5]}),
    ("mean(var(X, axis=1)) + sum(where_ * X)", {"X": [[1.0, 2.0], [3.0, 5.0]], "where_": [[0.5, 1.0], [1.0, -1.0]]}),
    ("sum(v * v[0])", {"v": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]}),
    ("batch_norm(x, g, b)", {"x": np.arange(6.0).reshape(3, 2) ** 2, "g": [1.0, 2.0], "b": [0.0, 0.5]}),
)
SCALARS = (
    ("1/(1+exp(-(w0*x0+w1*x1+w2)))", {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}),
    ("x_1 - x1 - (-alpha)^2 + α*beta_max/1e-9", {"x_1": 1.0, "x1": 2.0, "alpha": 3.0, "α": 4.0, "beta_max": 1e-7}),
    ("q = x + y; f = q*q*|q|/log(x) + 1/3*pi", {"x": 0.0, "y": 1.0}),
    ("clip(x*1e9, 0, 1) + x^-1 - sqrt(-x) + leaky_relu(-x, 0.1)", {"x": 2.0}),
)


def element(term: Term | str, digits: int = 4) -> ElementTree.Element:
    """A term as a checked element."""
    text = term if isinstance(term, str) else term.read(mathml_style(digits)).text
    root = ElementTree.fromstring(f"<math>{text}</math>")
    for node in root.iter():
        assert node.tag in {*CHILDREN, *ROWS, *LEAVES, "mtable", "mtr"}, node.tag
        assert len(node) == CHILDREN.get(node.tag, len(node))
        assert not (node.tag in LEAVES and len(node))
        assert node.tag in LEAVES or not (node.text or "").strip()
        assert not (node.tail or "").strip()
        assert node.tag not in LEAVES or (node.text or "").strip(), "a leaf says something"
    return root


def numbers_in_mathml(term: Term, digits: int) -> list[str]:
    """The numbers of a term in the order of print, without their signs."""
    return [(leaf.text or "").lstrip("−") for leaf in element(term, digits).iter("mn")]


def numbers_in_latex(term: Term, digits: int) -> list[str]:
    """The same from LaTeX; words and the brackets of an index are words in MathML."""
    text = re.sub(r"\\(?:text|mathrm)\{[^}]*\}|_\{\[[^]]*\]\}", " ", term.read(latex_style(digits)).text)
    return re.findall(r"\d[\d.]*", text)


def ladders(run: Trace) -> list[tuple[Term, int]]:
    """Every term that a run's ladders print, with its digits."""
    terms: list[tuple[Term, int]] = []
    for n in range(len(run) + 1):
        told = explain(run, n)
        for ladder in (told.ladder, told.local, *told.before):
            if ladder is not None:
                terms += [(ladder.left, 4), *((rung.term, rung.digits) for rung in ladder.rungs)]
    return terms


def runs() -> list[Trace]:
    made = [trace(read(text, tuple(inputs)), inputs) for text, inputs in SCALARS]
    made += [trace(read(text, tuple(x)), {k: np.array(v) for k, v in x.items()}) for text, x in ARRAYS]
    return made + [run_case(seeded(seed)) for seed in range(25)]


@each("gate", ELEMENTWISE.values(), ids=ELEMENTWISE.keys())
def test_every_row_is_written(gate: Rule) -> None:
    names = [MATHML.identifier(name) for name in ("x", "y_1", "z")[: width(gate)]]
    out = MATHML.identifier("f")
    if not gate.chooses:
        element(MATHML.term(gate.formula(MATHML, *names)).text)
    for partial in (*gate.partials, *gate.slopes):
        element(MATHML.term(partial(MATHML, *names, out)).text)


@each("name", OPTIMIZERS)
def test_every_optimizer_is_written(name: str) -> None:
    import graphstep as gs

    training = gs.train("(w*x - y)^2", params=["w"], lr=0.1, steps=2, x=1, y=2, w=0.5, optimizer=name)
    for term, digits in ladders(training.round(-1)):
        element(term, digits)


@each("run", runs, ids=lambda run: run.program.text[:30])
def test_every_ladder_has_the_numbers_that_latex_has(run: Trace) -> None:
    for term, digits in ladders(run):
        assert numbers_in_mathml(term, digits) == numbers_in_latex(term, digits), term.read(LATEX).text


def test_a_sign_behind_an_operator_has_parentheses() -> None:
    x, minus = TERMS.words("x"), TERMS.number(-4.0)
    assert "".join(element(x - minus).itertext()) == "x−(−4)"
    assert "".join(element(x * -x).itertext()) == "x·(−x)"
    marked = MATHML.name('<mrow class="l"><mn>−4</mn></mrow>')
    assert "".join(element((MATHML.number(3.0) * marked).text).itertext()) == "3·(−4)"


def test_brackets_grow_with_fractions_and_matrices_alone() -> None:
    x = TERMS.words("x")
    assert (x * -x).read(MATHML).text.count('stretchy="false"') == 2
    assert "stretchy" not in (x * -(x / x)).read(MATHML).text


def test_names_have_subscripts_and_greek_letters_and_are_escaped() -> None:
    assert MATHML.identifier("beta_max1").text == "<msub><mi>β</mi><mi>max1</mi></msub>"
    assert MATHML.identifier("w12").text == "<msub><mi>w</mi><mn>12</mn></msub>"
    assert MATHML.identifier("x_1", typed=True).text == "<mi>x_1</mi>"
    assert MATHML.words("a<b & c").text == "<mtext>a&lt;b &amp; c</mtext>"


def test_numbers_beyond_the_page_are_written_as_powers_and_signs() -> None:
    assert MATHML.number(-2e-9).text == "<mn>−2</mn><mo>·</mo><msup><mn>10</mn><mn>−9</mn></msup>"
    assert MATHML.number(float("-inf")).text == '<mo form="prefix">−</mo><mi>∞</mi>'
    assert MATHML.number(float("nan")).text == "<mi>nan</mi>"
    assert MATHML.exactly(-1 / 3, "-1/3").text == "<mfrac><mn>−1</mn><mn>3</mn></mfrac>"


def test_an_array_is_a_matrix_a_vector_its_column_and_a_large_one_words() -> None:
    cells = [
        [["".join(cell.itertext()) for cell in row] for row in table]
        for table in element(MATHML.number(np.eye(2)).text).iter("mtable")
    ]
    assert cells == [[["1", "0"], ["0", "1"]]]
    assert len(list(element(MATHML.number(np.ones(3)).text).iter("mtr"))) == 3
    assert len(list(element(MATHML.row(np.ones(3)).text).iter("mtr"))) == 1
    assert not list(element(MATHML.number(np.ones((20, 20))).text).iter("mtable"))
    element(MATHML.number(np.ones((2, 1, 2))).text)
    element(MATHML.number(np.ones((0,))).text)
