"""Programs of arrays for the tests of the terminal UI."""

from __future__ import annotations

from graphstep.language.values import read_inputs

LAYER = ("sum((W@x)^2)", {"W": [[0.1, 0.5], [-0.3, 0.8]], "x": [0.2, 0.4]})
NET = (
    "h = relu(X@W1 + b1); s = h@W2 + b2; cross_entropy(s, y)",
    (
        "X=randn(64,10)",
        "W1=randn(10,5,seed=1)*0.3",
        "b1=zeros(5)",
        "W2=randn(5,3,seed=2)",
        "b2=zeros(3)",
        "y=" + str([0, 1, 2, 1] * 16),
    ),
)
SOFTMAX = ("softmax(s)", ("s=[1, 2, 1000]",))
LOSS = ("cross_entropy(W@x, y)", ("W=[[0.01,-0.05],[0.7,0.2],[0,-0.45]]", "x=[-15,22]", "y=2"))
MOVES = ("sum(A.T[0] * reshape(B, 3)) + A[1, 2] + sum(concat(x, x))", ("A=randn(3,3)", "B=[[1],[2],[3]]", "x=[1,2]"))
BROADCASTS = ("sum(max(X + v, 0)*c) + max(X)", ("X=randn(3,4)", "v=[1,2,3,4]", "c=2"))
ODD = ("sum(log(x)) + 0*sum(e0)", ("x=[0, -1, 2, inf]", "e0=zeros(0)"))
CUBE = ("mean(T^2, axis=1)", ("T=randn(2,3,4)",))
NORM = ("sum(batch_norm(X, g, b)^3)", ("X=randn(8,3)", "g=ones(3)", "b=zeros(3)"))

ALIKE = ("h = tanh(X@W1); sum(h@W2)", ("X=randn(64,10)", "W1=ones(10,5)", "W2=ones(5,3)"))
BIG = (
    "h = sigmoid(X@W1 + b1); mse(h@W2, y)",
    ("X=randn(64,1000)", "W1=randn(1000,100,seed=1)", "b1=zeros(100)", "W2=randn(100,10,seed=2)", "y=randn(64,10,seed=3)"),
)

PROGRAMS = {
    "alike": ALIKE,
    "layer": LAYER,
    "net": NET,
    "softmax": SOFTMAX,
    "loss": LOSS,
    "moves": MOVES,
    "broadcasts": BROADCASTS,
    "odd": ODD,
    "cube": CUBE,
    "norm": NORM,
}


def given(words):
    """The values of a program's inputs."""
    from graphstep.ground.values import numbers

    return numbers(words) if isinstance(words, dict) else read_inputs(words)
