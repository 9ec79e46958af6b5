"""Losses that compute with PyTorch, for the tests of capture: those that are followed, and those that are refused."""

import math
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 – as every program of PyTorch's calls it
from torch import nn
from torch.utils.checkpoint import checkpoint

torch.manual_seed(0)
W = torch.randn(3, 4, requires_grad=True)
b = torch.randn(4, requires_grad=True)
x = torch.randn(5, 3)
y = torch.tensor([0, 2, 1, 1, 0])
image = torch.randn(5, 1, 8, 8)
ids = torch.tensor([[0, 2, 2], [5, 1, 0]])
table = nn.Embedding(6, 4)
recurrent = nn.LSTM(3, 4, batch_first=True)
network = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 3))
convolutions = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 3))
cell = nn.LSTMCell(3, 4)
cancelling = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
normed = nn.BatchNorm1d(4)
pictured = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4))
dead = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
with torch.no_grad():
    dead[0].bias.fill_(-50)


class Block(nn.Module):
    """A block of a GPT with two heads."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(4), nn.LayerNorm(4)
        self.attention, self.mix = nn.Linear(4, 12), nn.Linear(4, 4)
        self.layers = nn.Sequential(nn.Linear(4, 16), nn.GELU(), nn.Linear(16, 4))

    def forward(self, h: Any) -> Any:
        """Attention and layers, each beside a residual."""
        batch, time, width = h.shape
        parts = self.attention(self.before(h)).split(width, dim=-1)
        q, k, v = (each.view(batch, time, 2, 2).transpose(1, 2) for each in parts)
        scores = (q @ k.transpose(-2, -1)) * (1 / math.sqrt(2))
        scores = scores.masked_fill(torch.tril(torch.ones(time, time)) == 0, float("-inf"))
        mixed = (F.softmax(scores, dim=-1) @ v).transpose(1, 2).contiguous().view(batch, time, width)
        h = h + self.mix(mixed)
        return h + self.layers(self.between(h))


block = Block()
head = nn.Linear(4, 6)


def two_layers() -> Any:
    return F.cross_entropy(network(x), y)


def operators() -> Any:
    h = torch.tanh(x @ W + b)
    return (h**2).mean() + (1 / (1 + torch.exp(-h))).std() - h.var(dim=1).sum() + torch.rsqrt(h * h + 1).amax()


def written_in_place() -> Any:
    h = x @ W
    h.add_(b)
    h = h * 2
    h[0] = 0.5
    return h.sum() + (h * h).mean() + F.relu(h + 1, inplace=True).sum()


def several_results() -> Any:
    h = x @ W
    left, right = h.chunk(2, dim=1)
    largest, _ = h.max(dim=1)
    return (left * right).sum() + largest.mean() + torch.unbind(h)[1].sum()


def long_short_term() -> Any:
    out, (h, _) = recurrent(x.view(1, 5, 3))
    return out.pow(2).sum() + h.sum()


def pictures() -> Any:
    return F.cross_entropy(convolutions(image), y)


def embedded() -> Any:
    e = table(ids)
    return (e * e).sum() + e.mean(dim=1).sum()


def batch_norm_in_training() -> Any:
    return (normed(x @ W) ** 3).mean()


def dropped() -> Any:
    h = F.dropout(x @ W, 0.5)
    return (h * h).sum()


def detached() -> Any:
    h = x @ W
    held = h.detach()
    with torch.no_grad():
        spread = (x @ W).std()
    return ((h - held) ** 2 + h * held).sum() / spread


def masked() -> Any:
    q = (x @ W).view(1, 1, 5, 4)
    scores = (q @ q.transpose(-2, -1) / 2).masked_fill(torch.triu(torch.ones(5, 5), 1).bool(), float("-inf"))
    mixed = F.softmax(scores, dim=-1) @ q
    return mixed.pow(2).sum() + F.scaled_dot_product_attention(q, q, q, is_causal=True).sum()


def over_time() -> Any:
    h = torch.zeros(4)
    for t in range(5):
        h = torch.tanh(x[t] @ W + 0.5 * h + b)
    return (h * h).sum()


def few_digits() -> Any:
    h = (x.bfloat16() @ W.bfloat16()).float()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = network(x)
    return torch.sigmoid(h + b).mean() + F.cross_entropy(scores.float(), y)


def tied() -> Any:
    h = torch.maximum(x @ W * 0, torch.zeros(5, 4)) + x @ W
    return h.amax() + torch.clamp(b * 0 + 1, 0, 1).sum()


def asked() -> Any:
    h = (x @ W).sum()
    scale = h.item()
    return h * scale if h > 0 else h * h * scale


def indexed() -> Any:
    return torch.einsum("ij,jk->ik", x, W).pow(2).sum() + torch.einsum("i,i->", b, b)


def transformer() -> Any:
    logits = head(block(table(ids)))
    return F.cross_entropy(logits.view(-1, 6), ids.view(-1))


def dead_layer() -> Any:
    return dead(x).pow(2).mean()


def too_large() -> Any:
    h = torch.exp(x @ W * 100)
    return (h / h.sum(dim=1, keepdim=True)).sum()


def written_to_behind_an_unknown_function() -> Any:
    h = torch.special.i0(x @ W)
    h.add_(b)
    k1 = h.type(torch.float64)
    return (k1 * h).mean()


def added_in_place() -> Any:
    h = x @ W
    h.add_(b)
    h *= torch.tanh(h)
    return h.sum()


def read_through_a_view() -> Any:
    h = (x @ W).view(2, 10).t()[1:].reshape(-1)
    return (h * h).sum() + h[::3].exp().sum()


def two_types() -> Any:
    return ((x.double() @ W.double()).float() + b).tanh().mean() + (W.half() * 0.5).float().sum()


def clipped_before_it_is_read() -> Any:
    with torch.no_grad():
        b.clamp_(-1, 1)
    return (x @ W + b).pow(2).sum()


def seen_without_a_gradient() -> Any:
    with torch.no_grad():
        # PyTorch says of it that it asks for a gradient.
        size = W.H.norm()
    return (x @ W / size).pow(2).sum()


def normed_pictures() -> Any:
    h = F.dropout(F.relu(pictured(image)), 0.25)
    h = h + F.group_norm(h, 2, torch.ones(4) * b.sum()) + F.layer_norm(h, (6, 6))
    return (F.normalize(h, dim=1) ** 3).sum() + F.dropout2d(h, 0.5).sum()


def lost_cell_by_cell() -> Any:
    h, shares = x @ W, torch.sigmoid(torch.outer(torch.ones(5), b))
    whole = F.cross_entropy(h, y, reduction="sum") + F.l1_loss(h, shares) + F.mse_loss(h, shares, reduction="none").sum()
    whole = whole + F.huber_loss(h, shares, delta=0.5) + F.smooth_l1_loss(h, shares, beta=0.3)
    return whole + F.binary_cross_entropy_with_logits(h, shares.round()) + F.binary_cross_entropy(shares, torch.zeros(5, 4))


def as_in_a_text() -> Any:
    h = x @ W + b
    whole = F.mish(h) + F.hardtanh(h, -0.5, 0.5) + F.softshrink(h) + F.celu(h) + torch.lerp(h, b.expand_as(h), 0.3)
    whole = whole.sum() + torch.linalg.norm(h, ord=1, dim=1).sum() + torch.kron(W, b).mean() + torch.addmm(b, x, W).std()
    whole = whole + F.poisson_nll_loss(h, torch.ones(5, 4)) + F.avg_pool1d(h[None], 2).sum()
    whole = whole + torch.einsum("ij,kj->ik", h, h).sum()
    return whole + torch.tensordot(h, h, dims=2) + torch.trace(h) + torch.cross(h[:, :3], h[:, 1:], dim=1).sum()


def moved_about() -> Any:
    h = (x @ W).roll(1, 0).flip(1).movedim(0, 1).repeat(1, 2).repeat_interleave(2, 0)
    h = F.pad(h, (1, 0, 0, 2), value=0.5)
    return (h * h).sum() + h.gather(1, torch.tensor([[0, 3], [2, 2]])).prod() + h.take_along_dim(h.argsort(0)[:1], 0).exp().sum()


def named_in_a_comprehension() -> Any:
    return sum([(x[k] @ W).sum() ** 2 for k in range(3)])


def weighted_by_what_is_detached() -> Any:
    return F.cross_entropy(x @ W, y, weight=W[0].detach().abs()) + (x @ W + torch.ones_like(b)).sum()


def written_in_parts() -> Any:
    h = (x @ W).clone()
    h.unsafe_chunk(2, 1)[0].mul_(2)
    g = (x @ W).clone()
    g.diagonal().mul_(3)
    g[[0, 0, 1]] += W
    return (h * h).sum() + (g * g).sum() + W.diagonal(1).exp().sum()


class Rounded(torch.autograd.Function):
    """A function with a backward pass of its own, which is not its slope: straight through."""

    @staticmethod
    def forward(_: Any, cells: Any) -> Any:
        """Whole numbers."""
        return cells.round()

    @staticmethod
    def backward(_: Any, gradient: Any) -> Any:
        """As if nothing had been done."""
        return 3 * gradient


def with_a_backward_of_its_own() -> Any:
    return (Rounded.apply(x @ W) ** 2).sum()


def with_a_backward_of_its_own_by_another_name() -> Any:
    return (rounded(Tripled.apply(x @ W)) ** 2).sum()


class Tripled(torch.autograd.Function):
    """A function that calls another one of its kind."""

    @staticmethod
    def forward(_: Any, cells: Any) -> Any:
        """Three times as much."""
        return Rounded.apply(cells) * 3

    @staticmethod
    def backward(_: Any, gradient: Any) -> Any:
        """As much, in the other direction."""
        return -gradient


rounded = Rounded.apply


def sparse() -> Any:
    return (torch.sparse.mm(torch.eye(5).to_sparse(), x @ W) ** 2).sum()


def cell_by_cell() -> Any:
    h = c = torch.zeros(5, 4)
    for _ in range(2):
        # Its c is what its h is computed from, too.
        h, c = cell(x, (h, c))
    return (h * c).sum()


def bias_before_a_batch_norm() -> Any:
    # What arrives at the bias adds up to 0 but for its rounding.
    return F.cross_entropy(torch.tanh(cancelling(x)), y)


def written_through_a_view() -> Any:
    h = x @ W
    part, flat = h[1], h.view(-1)
    part.mul_(3)
    flat[3:7].add_(b)
    h.t()[0].copy_(b[0])
    part[2:] += b[2:]
    h[2].zero_()
    filled = torch.zeros(2, 4)
    filled[1].copy_(h[4])
    return (h * h).sum() + part.exp().sum() + flat[::3].sum() + (filled * h[:2]).sum()


def written_by_what_no_gate_follows() -> Any:
    h = torch.zeros(5, 4).index_add_(0, torch.tensor([1, 3, 1]), (x @ W)[:3])
    h.scatter_add_(1, torch.tensor([[0, 1, 0, 2]] * 5), h.tanh())
    h.index_put_((torch.tensor([0, 0]),), b, accumulate=True)
    return (h * h).sum()


def added_up_to_nothing() -> Any:
    with torch.inference_mode():
        scale = (x @ W).std()
    # A softmax does not move where all of a row do, and what b gets is rounding. broadcast_tensors hands logits on as they are.
    logits = x @ W * float(scale)
    _, same = torch.broadcast_tensors(torch.zeros(5, 1), logits)
    return (F.softmax(same + b.sum(), 1) * logits).sum() + same[0].sum()


def drawn_from_a_dirichlet() -> Any:
    # Its slope is a function of PyTorch's own with a backward of its own, which no line of the user's calls.
    return torch.distributions.Dirichlet(torch.exp(x @ W)).rsample().pow(2).sum()


shortened = nn.Embedding(6, 4, max_norm=1.0)


def of_shortened_weights() -> Any:
    return shortened(ids).pow(3).sum()


def computed_again_on_the_way_back() -> Any:
    # What is told apart by another call of relu must not be counted by the checkpoint around it.
    return checkpoint(lambda h: F.relu(torch.tanh(h @ W) - 0.1).pow(2).sum(), x, use_reentrant=False)


def clamped_where_nothing_is_clamped() -> Any:
    h = x @ W
    h.detach().clamp_(min=-1e30)
    return (h * b).sum()


FOLLOWED = (
    two_layers, operators, written_in_place, several_results, long_short_term, pictures, embedded, batch_norm_in_training,
    dropped, detached, masked, over_time, few_digits, tied, asked, indexed, transformer, dead_layer,
    written_to_behind_an_unknown_function, added_in_place, read_through_a_view, written_through_a_view,
    written_by_what_no_gate_follows, two_types,
    with_a_backward_of_its_own, with_a_backward_of_its_own_by_another_name, sparse, cell_by_cell, bias_before_a_batch_norm,
    clipped_before_it_is_read, seen_without_a_gradient,
    normed_pictures, lost_cell_by_cell, as_in_a_text, moved_about,
    named_in_a_comprehension, weighted_by_what_is_detached, written_in_parts, drawn_from_a_dirichlet, of_shortened_weights,
    computed_again_on_the_way_back, clamped_where_nothing_is_clamped,
)  # fmt: skip


def differentiated_twice() -> Any:
    loss = (torch.tanh(x @ W) ** 2).sum()
    (slope,) = torch.autograd.grad(loss, W, create_graph=True)
    return (slope * slope).sum() + loss


def backward_inside() -> Any:
    loss = (x @ W).sum()
    loss.backward()
    return loss


def complex_numbers() -> Any:
    return torch.fft.rfft(x @ W, dim=1).abs().sum()


def changed_by_a_hook() -> Any:
    h = x @ W
    h.register_hook(lambda gradient: gradient * 1.01)
    return (h * h).sum()


def slope_by_a_transform() -> Any:
    return torch.func.grad(lambda w: (w**3).sum())(W).sum()


def mapped() -> Any:
    return torch.func.vmap(lambda row: (row**2).sum())(W).sum()


def written_where_no_gate_follows() -> Any:
    h = torch.tanh(x @ W)
    h[0].erfinv_()
    return h.sum()


def mapped_over_data() -> Any:
    return torch.func.vmap(lambda row: (row @ W).sum())(x).sum()


def pushed_forward() -> Any:
    return torch.func.jvp(lambda w: (w**2).sum(), (W,), (torch.ones(3, 4),))[1]


def differentiated_forward() -> Any:
    with torch.autograd.forward_ad.dual_level():
        return torch.autograd.forward_ad.make_dual(W, torch.ones(3, 4)).sum()


def written_after_it_was_read() -> Any:
    h = x @ W
    with torch.no_grad():
        W.mul_(1)
    return h.sum() + W.sum()


def of_eight_bits() -> Any:
    return W.to(torch.float8_e4m3fn).float().sum()


def a_matrix() -> Any:
    return x @ W


def nothing_to_differentiate() -> Any:
    return (x @ W).sum().detach()


REFUSED = {
    written_where_no_gate_follows: "erfinv at .* writes into a tensor, in a way that is not followed",
    differentiated_twice: "was computed by MmBackward0, which is not followed",
    backward_inside: r"backward\(\) is called at tensors.py:",
    complex_numbers: "reads complex numbers",
    changed_by_a_hook: r"is not what the recorded gates come to: on the way back they part at tensors.py:\d+",
    slope_by_a_transform: r"pow at tensors.py:\d+ is called under a transform of torch.func",
    mapped_over_data: r"matmul at tensors.py:\d+ is called under a transform of torch.func",
    pushed_forward: r"make_dual\(\) is called at tensors.py:",
    differentiated_forward: r"make_dual\(\) is called at tensors.py:",
    written_after_it_was_read: r"mul at tensors.py:\d+ writes to a parameter that was read before",
    of_eight_bits: r"to at tensors.py:\d+ is not followed: Got unsupported ScalarType Float8",
    mapped: r"pow at tensors.py:\d+ is called under a transform of torch.func",
    a_matrix: "returned a tensor of 5×4, and no number",
    nothing_to_differentiate: r"has no gradient: detach at tensors.py:\d+ drops it",
}

BITES = {
    "cells are assigned: y[0] = …": (written_in_place, ""),
    "an operation writes in place: add_": (added_in_place, ""),
    "a call has several results: chunk, max(dim), unbind": (several_results, ""),
    "a call has states of its own: an LSTM": (long_short_term, ""),
    "views share memory, and are read": (read_through_a_view, ""),
    "views share memory, and are written through": (written_through_a_view, ""),
    "a gradient inside the loss is differentiated again": (differentiated_twice, REFUSED[differentiated_twice]),
    "whole numbers are read: an embedding": (embedded, ""),
    "types are mixed: float64, float32, float16": (two_types, ""),
    "16 bits, and autocast": (few_digits, ""),
    "PyTorch decides otherwise at a tie: maximum, amax, clamp": (tied, ""),
    "detach and no_grad carry nothing": (detached, ""),
}
"""The twelve kinds of programs that a capture may get wrong: one of each, and why it is refused; empty where it is right."""
