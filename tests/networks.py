"""Networks of many layers and steps, in a few lines each: what the documentation shows, and what PyTorch is asked about."""

from __future__ import annotations

from typing import NamedTuple


class Network(NamedTuple):
    """A program and the texts of its inputs."""

    text: str
    inputs: dict[str, str]
    gates: int
    """How many gates it is written out to, at least."""


RECURRENT = Network(
    """\
h = h0
repeat t in 0:len(x) { h = tanh(W@h + U@x[t] + b) }
sum((V@h - y)^2)
""",
    {
        "h0": "zeros(4)",
        "x": "randn(50,3,seed=1)",
        "W": "randn(4,4,seed=2)*0.5",
        "U": "randn(4,3,seed=3)*0.5",
        "b": "randn(4,seed=4)*0.1",
        "V": "randn(2,4,seed=5)",
        "y": "[0.5, -0.5]",
    },
    250,
)
LSTM = Network(
    """\
n = 3; def lstm(h, c, x, W, U, b) = {
  a = W@x + U@h + b
  i = sigmoid(a[0:n]); f = sigmoid(a[n:n+n]); g = tanh(a[n+n:n+n+n]); o = sigmoid(a[n+n+n:])
  c2 = f*c + i*g
  (o*tanh(c2), c2)
}
h1 = z; c1 = z; h2 = z; c2 = z
repeat t in 0:len(x) {
  h1, c1 = lstm(h1, c1, x[t], W1, U1, b1)
  h2, c2 = lstm(h2, c2, h1, W2, U2, b2)
}
sum((h2 - y)^2)
""",
    {
        "z": "zeros(3)",
        "x": "randn(8,2,seed=6)",
        "W1": "randn(12,2,seed=7)*0.6",
        "U1": "randn(12,3,seed=8)*0.6",
        "b1": "randn(12,seed=9)*0.3",
        "W2": "randn(12,3,seed=10)*0.6",
        "U2": "randn(12,3,seed=11)*0.6",
        "b2": "randn(12,seed=12)*0.3",
        "y": "[0.2, -0.1, 0.4]",
    },
    270,
)
RESIDUAL = Network(
    """\
def block(h, W, b, V) = h + relu(h@W + b)@V
h = X
repeat k in 0:20 { h = block(h, W[k], b[k], V[k]) }
cross_entropy(h@C, y)
""",
    {
        "X": "randn(5,4,seed=13)",
        "W": "randn(20,4,6,seed=14)*0.4",
        "b": "randn(20,6,seed=15)*0.1",
        "V": "randn(20,6,4,seed=16)*0.4",
        "C": "randn(4,3,seed=17)*0.5",
        "y": "[0, 2, 1, 1, 0]",
    },
    160,
)
NETWORKS = {"recurrent": RECURRENT, "lstm": LSTM, "residual": RESIDUAL}
"""By name."""
