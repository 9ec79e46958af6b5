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
GPT = Network(
    """\
def scaled(x, g, b) = {
  m = mean(x, axis=1, keepdims=true); v = mean((x - m)^2, axis=1, keepdims=true)
  (x - m)/sqrt(v + 1e-5)*g + b
}
past = reshape(range(6), 6, 1) >= range(6)
def head(x, Q, K, V) = softmax(where(past, (x@Q)@(x@K).T/2, -1e9))@(x@V)
X = E[ids] + P
n = scaled(X, g1, b1); a = 0*X
repeat k in 0:2 { a = a + head(n, Q[k], K[k], V[k])@O[k] }
h = X + a
out = h + gelu(scaled(h, g2, b2)@W1 + c1)@W2 + c2
cross_entropy(out@E.T, y)
""",
    {
        "ids": "[1, 4, 1, 0, 4, 2]",
        "E": "randn(5,8,seed=18)*0.5",
        "P": "randn(6,8,seed=19)*0.2",
        "Q": "randn(2,8,4,seed=20)*0.5",
        "K": "randn(2,8,4,seed=21)*0.5",
        "V": "randn(2,8,4,seed=22)*0.5",
        "O": "randn(2,4,8,seed=23)*0.5",
        "g1": "randn(8,seed=24)*0.1 + 1",
        "b1": "randn(8,seed=25)*0.1",
        "g2": "randn(8,seed=26)*0.1 + 1",
        "b2": "randn(8,seed=27)*0.1",
        "W1": "randn(8,16,seed=28)*0.4",
        "c1": "randn(16,seed=29)*0.1",
        "W2": "randn(16,8,seed=30)*0.4",
        "c2": "randn(8,seed=31)*0.1",
        "y": "[4, 1, 0, 4, 2, 3]",
    },
    60,
)
NETWORKS = {"recurrent": RECURRENT, "lstm": LSTM, "residual": RESIDUAL, "gpt": GPT}
"""By name."""
