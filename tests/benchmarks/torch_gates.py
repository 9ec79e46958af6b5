"""Asks PyTorch for the value and the gradients of single gates that are more than a line of NumPy, and keeps them.

``python -m tests.benchmarks.torch_gates`` puts them into tests/cases_torch.json, which the tests read: they need no PyTorch. It
is installed for this alone, ``pip install torch==2.13.0``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent.parent / "cases_torch.json"

CLASSES = {"y": [2.0, 0.0, 1.0, 2.0]}
"""Classes, which are given and not drawn."""


def gates(torch: Any, f: Any) -> list[tuple[str, dict[str, Any], Callable[..., Any]]]:
    """The program of each gate, its inputs (a shape to draw, or the numbers), and PyTorch's function of them."""
    scores = {"x": (4, 3), **CLASSES}
    cross, targets = f.cross_entropy, {"x": (4, 3), "y": [[0.2, 0.5, 0.3], [1, 0, 0], [0, 0.5, 0.5], [0.3, 0.3, 0.4]]}
    image, filters = {"x": (2, 2, 5, 6), "w": (3, 2, 3, 2)}, {"b": (3,)}
    signal = {"x": (2, 2, 7), "w": (3, 2, 3)}
    pool = {"x": [[1, 3, 3, 0, 2, 2], [4, 4, 1, 3, 2, 5], [0, 1, 1, 3, 5, 5], [2, 0, 6, 6, 1, 1]]}
    return [
        ("gelu(x, tanh)", {"x": (7,)}, lambda x: f.gelu(x, approximate="tanh")),
        ("gelu(2*x, tanh)", {"x": (7,)}, lambda x: f.gelu(2 * x, approximate="tanh")),
        ("cross_entropy(x, y, label_smoothing=0.1)", scores, lambda x, y: cross(x, y.long(), label_smoothing=0.1)),
        ("cross_entropy(x, y, ignore_index=2)", scores, lambda x, y: cross(x, y.long(), ignore_index=2)),
        (
            "cross_entropy(x, y, ignore_index=-100, label_smoothing=0.3)",
            {"x": (4, 3), "y": [2.0, -100.0, 1.0, 0.0]},
            lambda x, y: cross(x, y.long(), label_smoothing=0.3),
        ),
        ("cross_entropy(x, y, label_smoothing=0.2)", targets, lambda x, y: cross(x, y, label_smoothing=0.2)),
        ("conv1d(x, w)", signal, f.conv1d),
        ("conv1d(x, w, b, stride=2, padding=2)", {**signal, **filters}, lambda x, w, b: f.conv1d(x, w, b, 2, 2)),
        ("conv1d(x, w, padding=1)", {"x": (2, 7), "w": (3, 2, 3)}, lambda x, w: f.conv1d(x, w, padding=1)),
        ("conv2d(x, w)", image, f.conv2d),
        (
            "conv2d(x, w, b, stride=(2, 3), padding=(1, 2))",
            {**image, **filters},
            lambda x, w, b: f.conv2d(x, w, b, (2, 3), (1, 2)),
        ),
        ("conv2d(x, w, stride=2)", {"x": (2, 5, 6), "w": (3, 2, 3, 2)}, lambda x, w: f.conv2d(x, w, stride=2)),
        ("max_pool(x, 2)", pool, lambda x: f.max_pool1d(x, 2)),
        ("max_pool(x, (2, 2))", pool, lambda x: f.max_pool2d(x[None], 2)[0]),
        ("max_pool(x, (3, 2), stride=1)", pool, lambda x: f.max_pool2d(x[None], (3, 2), 1)[0]),
        ('einsum("ij,jk->ik", x, y)', {"x": (2, 3), "y": (3, 4)}, lambda x, y: torch.einsum("ij,jk->ik", x, y)),
        ('einsum("ba,cb", x, y)', {"x": (2, 3), "y": (4, 2)}, lambda x, y: torch.einsum("ba,cb", x, y)),
        ('einsum("iij,j->i", x, y)', {"x": (3, 3, 2), "y": (2,)}, lambda x, y: torch.einsum("iij,j->i", x, y)),
        ('einsum("ii", x)', {"x": (3, 3)}, lambda x: torch.einsum("ii", x)),
        ('einsum("...ij,...j->...i", x, y)', {"x": (4, 2, 3), "y": (3,)}, lambda x, y: torch.einsum("...ij,...j->...i", x, y)),
        (
            'einsum("bij,bjk,k->b", x, y, z)',
            {"x": (2, 3, 2), "y": (2, 2, 4), "z": (4,)},
            lambda *v: torch.einsum("bij,bjk,k->b", *v),
        ),
        ('einsum("ij,ik->jk", x, y)', {"x": (3, 2), "y": (1, 4)}, lambda x, y: torch.einsum("ij,ik->jk", x, y)),
    ]


def _key(case: dict[str, Any]) -> str:
    return f"{case['text']} {case['inputs']}"


def main() -> None:
    """Put what PyTorch says into the file, in place of what it said before."""
    import numpy as np
    import torch

    kept = {_key(case): case for case in json.loads(CASES.read_text(encoding="utf-8"))}
    for number, (text, inputs, function) in enumerate(gates(torch, torch.nn.functional)):
        rng = np.random.default_rng(number)
        values = {name: rng.normal(size=x).round(4) if isinstance(x, tuple) else np.array(x) for name, x in inputs.items()}
        tensors = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in values.items()}
        out = function(*tensors.values())
        out.sum().backward()
        case = {
            "text": text,
            "inputs": {name: value.tolist() for name, value in values.items()},
            "output": out.tolist(),
            "gradients": {name: x.grad.tolist() for name, x in tensors.items() if x.grad is not None},
        }
        kept[_key(case)] = case
    CASES.write_text("[\n" + ",\n".join(json.dumps(case) for case in kept.values()) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
