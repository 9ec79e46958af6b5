"""Asks PyTorch for the loss and the gradients of the networks in :mod:`tests.networks`, written for it by hand.

``python -m tests.benchmarks.torch_networks`` writes them into tests/cases_networks.json, which the tests read: they need no
PyTorch. It is installed for this alone, ``pip install torch==2.13.0``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphstep.language.values import read_texts
from tests.networks import NETWORKS

CASES = Path(__file__).parent.parent / "cases_networks.json"


def main() -> None:
    """Write what PyTorch says."""
    import numpy as np
    import torch

    torch.set_default_dtype(torch.float64)

    def recurrent(v: Any) -> Any:
        cell = torch.nn.RNNCell(3, 4)
        h = v["h0"]
        for x in v["x"]:
            h = torch.func.functional_call(
                cell,
                {"weight_ih": v["U"], "weight_hh": v["W"], "bias_ih": v["b"], "bias_hh": torch.zeros(4)},
                (x[None], h.reshape(1, -1)),
            )[0]
        return ((v["V"] @ h - v["y"]) ** 2).sum()

    def lstm(v: Any) -> Any:
        net = torch.nn.LSTM(2, 3, num_layers=2)
        weights = {}
        for layer in (1, 2):
            weights[f"weight_ih_l{layer - 1}"] = v[f"W{layer}"]
            weights[f"weight_hh_l{layer - 1}"] = v[f"U{layer}"]
            weights[f"bias_ih_l{layer - 1}"] = v[f"b{layer}"]
            weights[f"bias_hh_l{layer - 1}"] = torch.zeros(12)
        # It starts from one vector four times, so that its gradient is the sum of the four.
        start = v["z"].expand(2, 3)
        out, _ = torch.func.functional_call(net, weights, (v["x"], (start, start)))
        return ((out[-1] - v["y"]) ** 2).sum()

    def residual(v: Any) -> Any:
        h = v["X"]
        for k in range(20):
            h = h + torch.relu(h @ v["W"][k] + v["b"][k]) @ v["V"][k]
        return torch.nn.functional.cross_entropy(h @ v["C"], v["y"].long())

    def gpt(v: Any) -> Any:
        ids = v["ids"].long()
        x = torch.nn.functional.embedding(ids, v["E"]) + v["P"]
        n = torch.nn.functional.layer_norm(x, (8,), v["g1"], v["b1"])
        heads = [[n @ v[name][k] for name in "QKV"] for k in range(2)]
        parts = [torch.nn.functional.scaled_dot_product_attention(*(p[None] for p in head), is_causal=True)[0] for head in heads]
        h = x + sum(part @ v["O"][k] for k, part in enumerate(parts))
        inner = torch.nn.functional.gelu(torch.nn.functional.layer_norm(h, (8,), v["g2"], v["b2"]) @ v["W1"] + v["c1"])
        return torch.nn.functional.cross_entropy((h + inner @ v["W2"] + v["c2"]) @ v["E"].T, v["y"].long())

    written: dict[str, Callable[[Any], Any]] = {"recurrent": recurrent, "lstm": lstm, "residual": residual, "gpt": gpt}
    cases = {}
    for name, network in NETWORKS.items():
        values = {key: np.asarray(value) for key, value in read_texts(network.inputs).items()}
        tensors = {key: torch.tensor(value, requires_grad=True) for key, value in values.items()}
        loss = written[name](tensors)
        loss.backward()
        gradients = {key: x.grad.reshape(-1).tolist() for key, x in tensors.items() if x.grad is not None}
        cases[name] = {"torch": torch.__version__, "loss": loss.item(), "gradients": gradients}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items())
    CASES.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
