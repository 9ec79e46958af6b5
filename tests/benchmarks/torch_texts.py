"""Asks PyTorch what texts written for it mean: ``python -m tests.benchmarks.torch_texts``.

Each text is run by PyTorch, and read with ``--from numpy``; value and gradients are compared at 1e-8. It is installed for this
alone, ``pip install torch==2.13.0``. Left out are what chance decides, and hardsigmoid, whose slope PyTorch rounds to float32.
"""

from __future__ import annotations

import math
import re
import sys
import warnings
from typing import Any

import numpy as np

import graphstep as gs
from graphstep.ground.errors import GraphstepError
from graphstep.language.read import read
from graphstep.language.read.dialects import translated

TEXTS = """
torch.var(x)
torch.var(x, dim=1)
torch.var(x, 1, keepdim=True)
torch.std(x, dim=0, unbiased=False)
torch.std(x, dim=0, correction=0)
torch.var(x, 0, True)
x.var(1)
x.std()
torch.max(x)
torch.max(x, 1).values
torch.max(x, 1)[0]
torch.max(x, y)
torch.amax(x, dim=(0,1))
torch.min(x, dim=0, keepdim=True).values
torch.sum(x, dim=[0,1])
x.sum(-1, keepdim=True)
torch.mean(x, 1)
x.mean(dim=0)
torch.prod(x, 1)
torch.cumsum(x, dim=1)
torch.logsumexp(x, dim=1)
torch.logsumexp(x, 1, keepdim=True)
F.softmax(x, dim=0)
torch.softmax(x, -1)
F.log_softmax(x, dim=1)
F.softmin(x, dim=1)
F.cross_entropy(x, c.long())
F.mse_loss(x, y)
F.mse_loss(x, y, reduction='sum')
F.mse_loss(x, y, reduction='none')
F.l1_loss(x, y)
F.l1_loss(x, y, reduction='sum')
F.smooth_l1_loss(x, y)
F.huber_loss(x, y)
F.smooth_l1_loss(x, y, reduction="sum")
F.huber_loss(x, y+1, reduction="none")
F.huber_loss(x, y, delta=0.5)
F.smooth_l1_loss(x, y, beta=0.5)
F.binary_cross_entropy(p, t)
F.binary_cross_entropy(p, t, reduction='sum')
F.binary_cross_entropy(p, t, reduction='none')
F.binary_cross_entropy_with_logits(x, t)
F.binary_cross_entropy_with_logits(x, t, reduction='none')
F.kl_div(x, p)
F.kl_div(x, p, reduction='sum')
F.poisson_nll_loss(x, s)
F.gaussian_nll_loss(x, y, s)
F.hinge_embedding_loss(x, 2*t-1)
F.relu(x)
F.relu6(3*x)
F.leaky_relu(x)
F.leaky_relu(x, 0.2)
F.leaky_relu(x, negative_slope=0.3)
F.elu(x)
F.elu(x, alpha=0.5)
F.selu(x)
F.celu(x)
F.celu(x, alpha=2.0)
F.celu(x, 2.0)
F.gelu(x)
F.gelu(x, approximate='tanh')
F.silu(x)
F.mish(x)
F.softplus(x)
F.softplus(x, beta=2)
F.softsign(x)
F.tanhshrink(x)
F.hardtanh(x)
F.hardtanh(x, -0.5, 0.5)
F.hardtanh(x, min_val=-0.5, max_val=0.5)
F.hardswish(x)
F.hardshrink(x)
F.softshrink(x)
F.softshrink(x, 0.3)
F.threshold(x, 0.1, 20)
F.glu(x)
F.logsigmoid(x)
torch.sigmoid(x)
torch.rsqrt(s)
torch.reciprocal(s)
torch.exp2(x)
torch.log2(s)
torch.logaddexp(x, y)
torch.hypot(x, y)
torch.atan2(x, y)
torch.fmod(x, y)
torch.remainder(x, y)
torch.lerp(x, y, 0.3)
torch.addcmul(x, y, s)
torch.addcmul(x, y, s, value=0.5)
torch.addcdiv(x, y, s)
torch.sub(x, y, alpha=2)
torch.add(x, y, alpha=2)
torch.clamp(x, min=0)
torch.clamp(x, max=0.5)
torch.clamp(x, -0.5, 0.5)
x.clamp_min(0)
torch.sign(x)
torch.square(x)
torch.pow(s, 1.5)
x.abs().sqrt()
torch.expm1(x)+torch.log1p(s)
torch.special.expit(x)
torch.logit(p)
torch.erf(x)+torch.erfc(x)
torch.sinc(x)
torch.xlogy(s, p)
torch.matmul(q, v)
x @ v
torch.mm(x, x.t())
torch.mv(x, v)
torch.bmm(q, q.transpose(1, 2))
torch.dot(v, v)
torch.outer(v, v)
torch.ger(v, v)
torch.inner(x, y)
torch.addmm(A, x, y.T)
torch.einsum('ij,kj->ik', x, y)
torch.tensordot(x, y, dims=([1],[1]))
torch.kron(x, y)
torch.cross(A, A.T, dim=0)
torch.trace(A)
torch.diag(A)
torch.diagonal(q, 0, 1, 2)
torch.det(A)
torch.logdet(A @ A.T)
torch.slogdet(A)[1]
torch.linalg.inv(A)
torch.inverse(A)
torch.linalg.solve(A, A[0])
torch.norm(x)
torch.norm(x, dim=1)
torch.norm(x, p=1)
torch.norm(x, 1)
torch.norm(x, 2, 1)
torch.norm(x, p=3, dim=0)
torch.linalg.norm(x)
torch.linalg.norm(v, 1)
torch.linalg.vector_norm(x, 3)
torch.linalg.norm(x, dim=1)
F.normalize(x, dim=1)
F.normalize(x)
F.cosine_similarity(x, y)
F.pairwise_distance(x, y)
x.view(2, 6)
x.view(-1)
x.reshape(4, 3)
x.flatten()
q.flatten(1)
torch.flatten(q, 1)
torch.flatten(q, start_dim=1)
q.permute(2, 0, 1)
q.transpose(0, 2)
q.transpose(-1, -2)
q.mT
x.T
x.t()
torch.swapaxes(q, 0, 1)
torch.movedim(q, 0, 2)
x.unsqueeze(0)
x.unsqueeze(-1)
x[:, None]
x[None].squeeze(0)
x[:, :1].squeeze()
v.expand(3, 4)
v.expand(3, -1)
v.repeat(2)
x.repeat(2, 1)
torch.tile(v, (2, 2))
torch.repeat_interleave(v, 2)
torch.cat([x, y], dim=1)
torch.cat((x, y))
torch.stack([x, y], dim=1)
torch.vstack([x, y])
torch.hstack([v, v])
torch.hstack([x, y])
torch.chunk(x, 2, dim=1)[0]
torch.split(x, 2, dim=1)[1]
torch.flip(x, [1])
torch.flip(x, dims=(0, 1))
torch.roll(x, 1, 1)
torch.roll(x, shifts=1, dims=0)
torch.tril(A)
torch.triu(A, diagonal=1)
torch.where(x > 0, x, y)
x.masked_fill(x > 0, 0.5)
torch.gather(x, 1, c.long()[:, None])
x[range(3), c.long()]
torch.index_select(x, 1, torch.tensor([0, 2]))
F.one_hot(c.long(), 4) * x
F.embedding(c.long(), W)
F.linear(x, W, b)
F.linear(x, W)
F.layer_norm(x, (4,))
F.layer_norm(x, [4], v, v)
F.layer_norm(x, (4,), weight=v, bias=v, eps=1e-3)
F.rms_norm(x, (4,))
F.conv2d(im, k)
F.conv2d(im, k, stride=2, padding=1)
F.max_pool2d(im, 2)
F.avg_pool2d(im, 2)
F.max_pool2d(im, kernel_size=3, stride=1)
F.max_pool2d(im, 2, padding=1)
F.avg_pool2d(im, 2, padding=1)
nn.ReLU()(x)
nn.LeakyReLU(0.3)(x)
nn.GELU()(x)
nn.ELU(0.5)(x)
nn.Softmax(dim=1)(x)
nn.Softplus()(x)
nn.LayerNorm(4)(x)
nn.MSELoss()(x, y)
nn.MSELoss(reduction='sum')(x, y)
nn.BCEWithLogitsLoss()(x, t)
nn.CrossEntropyLoss(label_smoothing=0.1)(x, c.long())
nn.CrossEntropyLoss(reduction='sum')(x, c.long())
nn.L1Loss()(x, y)
nn.Hardtanh(-2, 2)(x)
nn.Tanhshrink()(x)
F.cross_entropy(x, c.long(), ignore_index=2)
F.nll_loss(F.log_softmax(x, dim=1), c.long())
F.nll_loss(F.log_softmax(x, 1), c.long(), reduction='none')
torch.mean(x, dim=1, keepdim=True) + torch.sum(x*y)
torch.zeros(3,4) + torch.ones_like(x) + torch.full((3,4), 0.5) + torch.eye(3,4)
torch.arange(4) * x
torch.linspace(0, 1, 4) * x
x.detach() * x
torch.median(x)
torch.round(3*x)
torch.logical_and(x > 0, y > 0) * x
torch.floor(x)+torch.ceil(y)
torch.diff(x, dim=1)
F.pad(x, (1, 1))
x.numel() * x.size(0) * x.dim() * x
torch.mean(x)*torch.tensor(2.0)
torch.stack([v, v]).sum(0)
torch.clip(x, -1, 1)
torch.cdist(x, y)
torch.neg(x) + torch.negative(x)
torch.true_divide(x, s)
torch.float_power(s, 2)
torch.frac(x)
torch.trunc(x)
torch.deg2rad(x)
torch.cosh(x)+torch.asinh(x)+torch.arctan(x)
F.multi_margin_loss(x, c.long())
torch.nan_to_num(x)
torch.ones(3).cumsum(0)[0] * x
torch.cov(x)
F.scaled_dot_product_attention(q, q, q)
torch.squeeze(x[None], 0)
torch.unbind(x)[0]
x.squeeze(1)
torch.unsqueeze(x, 1)
torch.special.xlogy(s, s)
torch.sgn(x)
F.logsigmoid(x).mean()
F.prelu(x, torch.tensor([0.25]))
"""
"""One text a line."""

DATA = ("c", "t")
"""Names for classes and targets, which get no gradient."""


def values() -> dict[str, Any]:
    """What the names stand for."""
    rng = np.random.default_rng(0)
    return {
        **{name: rng.standard_normal((3, 4)) for name in "xy"},
        "v": rng.standard_normal(4),
        "p": rng.uniform(0.1, 0.9, (3, 4)),
        "s": rng.uniform(0.5, 2, (3, 4)),
        "t": np.array([[0.0, 1, 1, 0], [1, 0, 0, 1], [1, 1, 0, 0]]),
        "c": np.array([0.0, 2, 3]),
        "q": rng.standard_normal((2, 3, 4)),
        "W": rng.standard_normal((5, 4)),
        "b": rng.standard_normal(5),
        "A": rng.standard_normal((3, 3)) + 3 * np.eye(3),
        "im": rng.standard_normal((2, 3, 6, 6)),
        "k": rng.standard_normal((4, 3, 3, 3)),
    }


def outcome(text: str, arrays: dict[str, Any]) -> str:
    """``agree``, ``differ`` or what the text was refused with."""
    import torch

    tensors = {name: torch.tensor(value, requires_grad=name not in DATA) for name, value in arrays.items()}
    names = {"torch": torch, "F": torch.nn.functional, "nn": torch.nn, "math": math, **tensors}
    theirs = eval(text, names)
    seed = np.random.default_rng(1).standard_normal(tuple(theirs.shape))
    if theirs.requires_grad:
        (theirs * torch.tensor(seed)).sum().backward()
    try:
        program = translated(f"import torch\n{text.replace('.long()', '')}", "numpy", arrays).text
        inputs = {name: arrays[name] for name in read(program, arrays).inputs}
        run = gs.run(program, inputs=inputs, seed=seed if seed.shape else float(seed))
    except GraphstepError as error:
        return error.message
    pairs = [(run.output, theirs.detach())]
    pairs += [(run.gradients[name], tensors[name].grad) for name in inputs if tensors[name].grad is not None]
    close = all(
        np.shape(ours) == tuple(other.shape) and np.allclose(ours, other.numpy(force=True), rtol=1e-8, atol=1e-10)
        for ours, other in pairs
    )
    return "agree" if close else "differ"


def main() -> int:
    """Print how many agree, and what does not."""
    import torch

    torch.set_default_dtype(torch.float64)
    everything, outcomes = values(), []
    for text in TEXTS.strip().splitlines():
        names = set(re.findall(r"[a-zA-Z]+", text))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outcomes.append(outcome(text, {name: value for name, value in everything.items() if name in names}))
        if outcomes[-1] != "agree":
            print(f"{text}: {outcomes[-1]}")
    agree, differ = outcomes.count("agree"), outcomes.count("differ")
    print(f"{agree} of {len(outcomes)} agree, {differ} differ, {len(outcomes) - agree - differ} are refused")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
