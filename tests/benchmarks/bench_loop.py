"""What ``gs.record`` costs a training loop of PyTorch's: ``python -m tests.benchmarks.bench_loop``; it needs PyTorch.

A step of a small GPT, or of a network of three layers, watched and not watched in turn, on whatever PyTorch computes with here.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import torch
from torch import nn

import graphstep as gs

ROUNDS = 40


class Block(nn.Module):
    """A block of a GPT."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention, self.mix, self.heads = nn.Linear(width, 3 * width), nn.Linear(width, width), heads
        self.layers = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, h: Any) -> Any:
        """Attention and layers, each beside a residual."""
        batch, time, width = h.shape
        parts = self.attention(self.before(h)).split(width, dim=-1)
        q, k, v = (each.view(batch, time, self.heads, -1).transpose(1, 2) for each in parts)
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + self.mix(mixed.transpose(1, 2).reshape(batch, time, width))
        return h + self.layers(self.between(h))


def gpt(blocks: int, width: int, heads: int, batch: int, time: int) -> tuple[Any, Any]:
    """A model, and the function that computes its loss."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = nn.Sequential(*(Block(width, heads) for _ in range(blocks)), nn.Linear(width, width)).to(device)
    x, y = torch.randn(batch, time, width, device=device), torch.randn(batch, time, width, device=device)
    return model, lambda: nn.functional.mse_loss(model(x), y)


def perceptron() -> tuple[Any, Any]:
    """The same of three layers."""
    model = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
    x, y = torch.randn(128, 64), torch.randint(0, 10, (128,))
    return model, lambda: nn.functional.cross_entropy(model(x), y)


def train(model: Any, loss: Any, steps: int) -> None:
    """Some steps of gradient descent that change next to nothing."""
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()


def best(model: Any, losses: list[Any], rounds: int) -> list[float]:
    """The seconds of one step with each of several losses, the best of many in turn.

    Of the processor, so that a busy machine counts for little; of a clock where a GPU computes.
    """
    has_gpu = torch.cuda.is_available()
    clock = time.perf_counter if has_gpu else time.process_time
    times: list[list[float]] = [[] for _ in losses]
    for _ in range(rounds):
        for column, loss in zip(times, losses, strict=True):
            if has_gpu:
                torch.cuda.synchronize()
            start = clock()
            train(model, loss, 1)
            if has_gpu:
                torch.cuda.synchronize()
            column.append(clock() - start)
    return [min(column) for column in times]


def main() -> int:
    """Print the ratios."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    print(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name() if torch.cuda.is_available() else 'one thread, no GPU'}")
    for name, (model, loss) in (
        ("GPT, 2 blocks of 128, batch 4 × 64", gpt(2, 128, 4, 4, 64)),
        ("three layers of 256, batch 128", perceptron()),
    ):
        watched = [gs.record(loss, every=every, to=None) for every in (10**9, 1)]
        for each in watched:
            train(model, each, 3)
        alone, idle, figures = best(model, [loss, *watched], ROUNDS)
        print(f"{name}: {1000 * alone:.2f} ms a step; × {idle / alone:.2f} without figures, × {figures / alone:.1f} with them")
        shares = ((every, ((every - 1) * idle + figures) / every / alone) for every in (100, 10, 1))
        print("".join(f"  every={every}: × {share:.2f}" for every, share in shares), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
