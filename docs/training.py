"""The reference page of training, made from the rows of the optimizers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from docs.examples import refreshed
from docs.tables import MADE, table
from graphstep.gates.notation import LATEX
from graphstep.gates.optimizers import LATEX_SYMBOLS, OPTIMIZERS, SETTINGS
from graphstep.ground.numerals import numeral

if TYPE_CHECKING:
    from graphstep.gates.optimizers import Optimizer

PAGE = r"""\
# Training

{made}

```sh
graphstep train EXPR NAME=VALUE … --params w,b --lr 0.1 --steps 100
```

A round is forward, backward and **update**. `--params` names the inputs that are updated; all others are data and get no
gradient. The output, a single number, is the loss: it is to fall, or with `--maximize` to rise. Rounds are counted from 0, and
the loss of a round is the one before its update. The loss under the table belongs to the parameters that stand there:

```console
$ graphstep train "(w*x - y)^2" x=1 y=2 w=0 --params w --lr 0.1 --steps 3
```

In a terminal, without `--plain`, it trains on a screen of its own: the loss as it falls, the norms of the gradients, the
parameters; `space` starts and pauses, the arrows go from round to round, and `enter` steps through one
([keys](keys.md#on-the-training-screen)). `--to` writes the curve (`.svg`), the history (`.csv`), a report (`.md`) or all of it
(`.json`, [schema](json.md#training)).

Any round can be stepped afterwards. `--at-round` tells it, with its updates as steps of a third phase:

```console
$ graphstep train "(w*x - y)^2" x=1 y=2 w=0 --params w --lr 0.1 --steps 3 --optimizer momentum --at-round 2 | grep updates
```

From Python, `training.round(2)` is that round as a trace:

```pycon
>>> import graphstep as gs
>>> training = gs.train("(w*x - y)^2", params=["w"], lr=0.1, steps=3, x=1, y=2, w=0)
>>> training.history.losses[:2]
[4.0, 2.5600000000000005]
>>> training.round(2).updates[0].after, training.params
(0.976, {{'w': 0.976}})

```

## Optimizers

w is a parameter, ∇ the gradient of the loss towards it, α the learning rate, and t the number of the update, from 1. What is
remembered from round to round is 0 before the first. With `--maximize` the sign of the step turns.

{optimizers}

### Settings

{settings}

## Learning rate

`--lr` takes a number, or an expression in the round `t`, from 0, and the number of rounds `T`. It is read as programs are:

| `--lr` | falls |
| --- | --- |
| `0.1` | not at all |
| `0.1*0.95^t` | by 5 % a round |
| `0.1*(1 - t/T)` | in a line towards 0 |
| `0.1*(1 + cos(pi*t/T))/2` | along half a wave |

## Examples in batches

| option | does |
| --- | --- |
| `--batch X,y:32` | cuts the inputs X and y along axis 0 into batches of 32 examples |
| `--batch-seed 7` | another order of examples; the same number gives the same order |
| `--held-out X,y:0.2` | never trains on the last fifth of the examples |
| `--held-out-every 10` | looks at their loss every 10 rounds |

A round takes one batch; without `--batch` it takes all examples. Once all batches had their turn, the examples get another order.
The last batch before that may be smaller. Inputs that are not named are the same in every round.

## When it stops

| option | stops |
| --- | --- |
| `--steps 100` | after so many rounds |
| `--until 0.01` | when the loss is below |
| `--patience 20` | when the loss has not improved for so many rounds |
| Ctrl-C | after the round at work; everything is kept |

With held-out examples, theirs is the loss that `--until` and `--patience` look at. A loss that is inf or nan ends the training as
well: the parameters that made it are kept, the first value that is not finite is named, and the exit status is 1. Parameters
are those of the last round; with `--patience` those for which the loss that is looked at was best.

## Gradients that are too long

`--clip-norm 5` takes the gradients of all parameters as one vector. Where it is longer, all are shortened by one factor, so
that they keep their direction (Pascanu, Mikolov and Bengio 2013; PyTorch's `clip_grad_norm_` adds 1e-6 to the length). The
update says so:

```console
$ graphstep train "(w*x + b - y)^2" x=2 y=3 w=0 b=0 --params w,b --lr 0.1 --steps 1 --clip-norm 5 --at-round 0 | grep updates
```

The lengths in the table of rounds are those before.

## Weights that are too long

`--max-norm 3` bounds the weights of every unit: where they are longer after an update, as one vector, they are put back onto the
ball of that radius (Srivastava and others 2014, "Dropout"; Stanford's CS231n; PyTorch's `renorm` and Keras' `MaxNorm` add 1e-7
to the length). The program says which weights are one unit's: those that its products add up. Of `X @ W` they stand in a
column of W (axis 0, as in Keras), of `W @ x` and PyTorch's `X @ W.T` in a row, of a convolution in a filter. Biases
and other parameters that no product reads are left alone, as in Keras. The update says it:

```console
$ graphstep train "mse(X@W, y)" X="[[1,2]]" y="[[5,1]]" W="zeros(2,2)" --params W --max-norm 1 --at-round 0 | grep updates
```

What the optimizer remembers is left as it is, and so are weights that were given: the first update shortens them.

## To go on another day

`--save state.npz` writes parameters, the optimizer's memory and the history; `--resume state.npz` goes on from there. `--steps`
counts all rounds, those before included. The file holds plain arrays, and to load it runs nothing.

```console
$ graphstep train "(w*x - y)^2" x=1 y=2 w=0 --params w --steps 3 --optimizer adam --save state.npz | tail -2
$ graphstep train "(w*x - y)^2" x=1 y=2 --params w --steps 50 --optimizer adam --resume state.npz | tail -2
```
""".removeprefix("\\\n")


def training_page() -> str:
    """Training: from the rows in ``graphstep/gates/optimizers.py``."""
    settings = [
        (f"`--{'momentum' if name == 'mu' else name.replace('_', '-')}`", _of(name), meaning.rpartition(": ")[2])
        for name, meaning in SETTINGS.items()
    ]
    return refreshed(
        PAGE.format(
            made=MADE.format("graphstep/gates/optimizers.py and docs/training.py"),
            optimizers="\n\n".join(map(_section, OPTIMIZERS.values())),
            settings=table(("option", "of, and when left out", "is"), settings),
        )
    )


def _of(setting: str) -> str:
    """The optimizers that have a setting, with its default in each."""
    return ", ".join(f"`{row.name}` {numeral(row.settings[setting])}" for row in OPTIMIZERS.values() if setting in row.settings)


def _section(row: Optimizer) -> str:
    """One optimizer: what it is for, and its rule."""
    symbols = {name: LATEX.name(LATEX_SYMBOLS.get(name, name)) for name in (*_GIVEN, *row.settings, *row.state)}
    symbols["g"] = LATEX.name(r"\nabla")
    q = SimpleNamespace(**symbols, downhill=lambda a, b: a - b)
    lines = []
    for assignment in row.rule:
        left = LATEX_SYMBOLS.get(assignment.name, assignment.name)
        lines.append(rf"{left} &\leftarrow {LATEX.term(assignment.formula(LATEX, q)).text}")
        setattr(q, assignment.name, LATEX.name(left))
    why = row.why.format(w="w", f="f", way="against", v="v", m="m")
    rule = " \\\\\n".join(lines)
    return f"### {row.name}\n\n{f'{why} {row.others}'.strip()}\n\n```math\n\\begin{{aligned}}\n{rule}\n\\end{{aligned}}\n```"


_GIVEN = ("w", "lr", "t")
"""What every rule starts from, besides the gradient."""
