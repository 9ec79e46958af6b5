"""What a block of GPT-2's size takes to be captured and stepped: ``python -m tests.benchmarks.bench_block``; it needs PyTorch.

12 heads, a width of 768, 128 tokens: in a process of its own, of which the largest memory is read when it has ended.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

MOST = 2 << 30
"""Bytes that it may take."""


def child() -> None:
    """Capture a block, and ask every step of it for its explanation."""
    import torch

    import graphstep as gs
    from tests.benchmarks.bench_loop import Block

    torch.manual_seed(0)
    torch.set_num_threads(1)
    block = Block(768, 12)
    x, y = torch.randn(1, 128, 768), torch.randn(1, 128, 768)

    def memory() -> str:
        return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"

    print(f"PyTorch and the block: {memory()}")
    start = time.process_time()
    run = gs.capture(lambda: (block(x) - y).pow(2).mean())
    print(f"captured in {time.process_time() - start:.1f} s: {memory()}, {run.trace.cell_count:,} cells, {len(run.trace)} steps")
    for parameter, name in ((block.attention.weight, "attention_weight"), (block.layers[2].bias, "layers_2_bias")):
        loss = (block(x) - y).pow(2).mean()
        (own,) = torch.autograd.grad(loss, parameter)
        assert (run.gradients[name] == own.double().numpy()).all(), name
    start = time.process_time()
    for n in range(len(run.trace) + 1):
        run.explain(n)
    print(f"every step explained in {time.process_time() - start:.1f} s: {memory()}")


def main() -> int:
    """Run it in a process of its own, and hold that to its bar."""
    subprocess.run([sys.executable, "-m", "tests.benchmarks.bench_block", "child"], check=True)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(f"at most {most / (1 << 30):.2f} GiB; the bar is {MOST >> 30}")
    return 0 if most <= MOST else 1


if __name__ == "__main__":
    sys.exit(child() if sys.argv[1:] == ["child"] else main())
