"""Same input, same bytes in every process: what is exported and drawn does not depend on the seed of Python's hashes."""

from __future__ import annotations

import subprocess
import sys

from graphstep.faces import export
from graphstep.ground.processes import environment_of
from tests import FOLDER

MAKE = """
from hashlib import sha256
from graphstep.engine.trace import trace
from graphstep.faces import export
from graphstep.faces.drawing.layout import arrange
from graphstep.faces.drawing.picture import svg
from graphstep.faces.drawing.text import Marks, draw, text_of
from graphstep.language.read import read
from tests.graphs import BUILDERS, product_of_sum

def show(name, *texts):
    print(name, *(f"{len(text)}:{sha256(text.encode()).hexdigest()}" for text in texts))

chain = ";".join(["a0=x", *(f"a{i}=a{i - 1}*x+tanh(y)" for i in range(1, 15))])
weights = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}
programs = [
    ("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}, None),
    ("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}, 5),
    ("1/(1+exp(-(w0*x0+w1*x1+w2)))", weights, None),
    ("x*x", {"x": 3.0}, None),
    ("max(x, y) + max(0, z)", {"x": 2.0, "y": 2.0, "z": 0.0}, None),
    ("3*log(x) + y", {"x": 0.0, "y": 1.0}, None),
    ("q = x + y  # used three times\\nf = q*q*|q|", {"x": 1.0, "y": -3.0}, None),
    (chain, {"x": 0.999, "y": 0.1}, 30),
]
runs = [(trace(read(text, inputs), inputs), at) for text, inputs, at in programs]
for name in export.formats():
    show(name, *(export.render(run, name, at) for run, at in runs))
for name, build in BUILDERS.items():
    boxes, edges = build()
    layouts = [arrange(boxes, edges, density=density, output=len(boxes) - 1) for density in ("roomy", "compact")]
    show(name, *(text_of(draw(layout)) for layout in layouts))
marks = Marks(
    dict(enumerate(["-2", "5", "-4", "3", "-12"])), dict(enumerate(["-4", "-4", "3", "-4", "1"])), active=4,
    active_edges=frozenset([2]), active_output=True, selected=0, breakpoints=frozenset([1]), pending=frozenset([2]),
)
show("picture", svg(arrange(*product_of_sum(), output=4), marks, title="t"))
"""


def test_what_is_exported_and_drawn_does_not_depend_on_the_hash_seed() -> None:
    printed = [
        subprocess.run(
            [sys.executable, "-c", MAKE], capture_output=True, text=True, check=True, cwd=FOLDER.parent,
            env=environment_of(PYTHONHASHSEED=seed),
        ).stdout
        for seed in ("1", "77")
    ]  # fmt: skip
    assert printed[0] == printed[1]
    lines = [line.split() for line in printed[0].splitlines()]
    formats = export.formats()
    assert [line[0] for line in lines[: len(formats)]] == list(formats)
    # Nothing is equal because it is empty.
    assert all(int(made.partition(":")[0]) > 10 for line in lines for made in line[1:])
