"""Runs of numbers and of arrays for the tests of exporters, and readers of what exporters write."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from graphstep.engine.trace import trace
from graphstep.faces import export
from graphstep.language.read import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphstep.engine.trace import Trace

NEURON = "1/(1+exp(-(w0*x0+w1*x1+w2)))", {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}
BATCH = {"x": 2.0, "W": [[1.0, -2.0, 0.0], [0.5, 3.0, -1.0]], "b": [1.0, 0.0, 1.0]}
EXAMPLES: dict[str, tuple[str, dict[str, Any], int | None]] = {
    "lecture": ("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}, None),
    "lecture-at-5": ("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}, 5),
    "neuron": (*NEURON, None),
    "square": ("x*x", {"x": 3.0}, None),
    "tie": ("max(x, y) + max(0, z)", {"x": 2.0, "y": 2.0, "z": 0.0}, None),
    "log-of-zero": ("3*log(x) + y", {"x": 0.0, "y": 1.0}, None),
    "shared": ("q = x + y  # used three times\nf = q*q*|q|", {"x": 1.0, "y": -3.0}, None),
    "arrays-product": ("sum((W@x)^2)", {"W": [[0.1, 0.5], [-0.3, 0.8]], "x": [0.2, 0.4]}, None),
    "arrays-broadcast": ("h = x*W + b; mean(relu(h))", BATCH, None),
    "arrays-broadcast-at-7": ("h = x*W + b; mean(relu(h))", BATCH, 7),
}
SCHEMA = json.loads((Path(export.__file__).parent / "schema-1.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
_VALID_STEPS: set[str] = set()
LONGEST_LINE = 3_000
"""Characters of a line that a person may still be asked to read."""
RENDERER = MarkdownIt("gfm-like", {"linkify": False, "html": True})


def run(text: str, inputs: Mapping[str, Any], *, data: tuple[str, ...] = (), **options: Any) -> Trace:
    values = {name: np.asarray(value, np.float64) if np.ndim(value) else float(value) for name, value in inputs.items()}
    return trace(replace(read(text, inputs), data=frozenset(data)), values, **options)


def example(name: str) -> tuple[Trace, int | None]:
    text, inputs, at = EXAMPLES[name]
    return run(text, inputs), at


def network() -> Trace:
    """Two layers on a batch, which are data."""
    inputs = {"X": (64, 20), "W": (20, 10), "b": (10,), "V": (10, 3), "Y": (64, 3)}
    values = {name: np.random.default_rng(k).normal(size=shape) for k, (name, shape) in enumerate(inputs.items())}
    return run("h = relu(X@W + b); mean((h@V - Y)^2)", values, data=("X", "Y"))


def chain(gates: int) -> Trace:
    """A long program in which two inputs are read again and again."""
    text = ";".join(["a0=x", *(f"a{i}=a{i - 1}*x+tanh(y)" for i in range(1, gates // 3))])
    return run(text, {"x": 0.999, "y": 0.1})


def document(made: Trace, at: int | None = None) -> dict[str, Any]:
    """The document, read by a strict parser, valid against the schema."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    found: dict[str, Any] = json.loads(export.render(made, "json", at), parse_constant=refuse)
    # The schema asks of a list of steps what it asks of each: one that was valid in another document is not looked at again.
    fresh = {text: step for step in found["steps"] if (text := json.dumps(step)) not in _VALID_STEPS}
    VALIDATOR.validate({**found, "steps": [*fresh.values()]})
    _VALID_STEPS.update(fresh)
    return found


def mathematics(markdown: str) -> list[str]:
    blocks = re.findall(r"^```math\n(.*?)\n```$", markdown, re.MULTILINE | re.DOTALL)
    return blocks + re.findall(r"\$`([^`\n]*)`\$", markdown)


def tags(markdown: str) -> Iterator[str]:
    html = RENDERER.render(markdown).replace("<details>", "").replace("</details>", "")
    html = re.sub(r"<summary>The same as text[^<]*</summary>", "", html)
    return iter(re.findall(r"<(\w+)", html))


def reads_well(markdown: str) -> None:
    """What holds of every solution: mathematics without bars, tables with as many cells as their header, no endless lines."""
    for latex in mathematics(markdown):
        assert latex.count("{") == latex.count("}"), latex
        assert latex.count(r"\begin") == latex.count(r"\end"), latex
        outside_words = re.sub(r"\\text\{[^{}]*\}", "", latex)
        assert not re.search(r"\\operatorname|[|`#%$]", latex), latex
        assert not re.search(r"(?<!\\)\bnan\b(?!\})", outside_words), latex
    columns = 0
    for line in markdown.splitlines():
        assert len(line) < LONGEST_LINE, line[:200]
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert cells in (0, columns) or not columns, line
        columns = cells
