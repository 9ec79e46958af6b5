"""The page that reads the core: prose from here, code from the modules, so that it shows what runs."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from docs.examples import ROOT
from docs.tables import MADE

if TYPE_CHECKING:
    from pathlib import Path

BOUND = 300
"""Lines of our code that the page may show."""

CODE = re.compile(r"^\{\{ (?P<path>\S+) (?P<name>[\w.]+) \}\}$", re.MULTILINE)
"""A place for code: a file of the package, and a class, a function, or an entry of a table by its name."""

PAGE = """\
# The core, read from text to explanation

{made}

The idea of graphstep in one evening. All code on this page is taken from the package as it stands, in the order in which
a run passes it. The rest of the package makes this fast, safe, and good to look at. What you need is Python and the
chain rule.

We follow `(x+y)*z` at x = -2, y = 5, z = -4.

## A program is a row of nodes

The reader (an LALR parser with a grammar of a page; Lark makes its tables) makes nodes out of text. A node is an input or a
gate; a gate reads nodes by their index, and numbers are constants inside it.

{{ graphstep/ground/operands.py Constant }}

{{ graphstep/language/nodes.py Node }}

Inputs stand first, operands before the gates that read them. So the row is a topological order, and neither a pass nor a
drawing needs recursion:

```pycon
>>> from graphstep.language.read import read
>>> program = read("(x+y)*z")
>>> [(node.gate or node.name, node.operands) for node in program.nodes]
[('x', ()), ('y', ()), ('z', ()), ('add', (0, 1)), ('mul', (3, 2))]
>>> program.output
4

```

## A gate is a row

What a gate computes, and its local gradient towards each input, are written once. `m` says what the formula is read with:
numbers, SymPy's symbols, or a printer. Here is the whole of ×:

{{ graphstep/gates/rows/arithmetic.py mul }}

A local gradient is the partial derivative with the other inputs standing still. The upstream gradient appears in no row:

```pycon
>>> from graphstep.gates import GATES
>>> from graphstep.gates.numbers import local, value
>>> from graphstep.gates.rule import Call
>>> mul, inputs = GATES["mul"], (3.0, -4.0)
>>> value(mul, inputs, {}), local(mul, Call(inputs, -12.0, {}), 0), local(mul, Call(inputs, -12.0, {}), 1)
(-12.0, -4.0, 3.0)

```

max and min have no partials. They choose, and the one that is chosen gets everything:

{{ graphstep/gates/elementwise.py shares }}

## The two passes

A plan puts gates of one kind at one depth into a batch, so that NumPy computes them at once; a batch of one is a gate. Forward,
level by level, each batch reads its cells and writes its own:

{{ graphstep/engine/passes.py forward }}

Backward, the same levels in reverse order. When a level is reached, everything that its nodes feed has already sent: its
gradients are the sums of the contributions that have arrived, and then its gates send theirs.

{{ graphstep/engine/passes.py backward }}

And here, in one place for all gates, is the chain rule: *contribution = upstream × local*.

{{ graphstep/gates/elementwise.py contribution }}

{{ graphstep/gates/numbers.py send }}

{{ graphstep/engine/passes.py send_batch }}

That is backpropagation. What is left is to look at it.

## A run is data, and a step is a view of it

The passes leave four arrays: values, gradients, local gradients, contributions. Nothing in them changes afterwards, so a
position in the run is one number, and going back is a subtraction:

{{ graphstep/engine/trace.py Trace.step }}

```pycon
>>> import graphstep as gs
>>> trace = gs.run("(x+y)*z", x=-2, y=5, z=-4).trace
>>> [trace.step(n).event for n in range(len(trace) + 1)]
['start', 'value', 'value', 'seed', 'send', 'send', 'send', 'send']
>>> wire = trace.step(4).wire
>>> wire.upstream, wire.local, wire.contribution
(1.0, -4.0, -4.0)

```

A node that is read twice gets two contributions, along two wires, and a step that adds them up: `x*x` is no special case.

```pycon
>>> square = gs.run("x*x", x=3).trace
>>> [(square.step(n).event, square.step(n).contribution) for n in range(2, len(square) + 1)]
[('seed', None), ('send', 3.0), ('send', 3.0), ('sum', None)]

```

## A step is explained by a ladder

A formula is a term: an operator and its operands, with their precedence. Names, digits and LaTeX are ways to read
it. A ladder is a left side and equal forms of it, from symbols through numbers to the value:

{{ graphstep/telling/ladders.py sent_ladders }}

```pycon
>>> from graphstep.telling.explain import explain
>>> told = explain(trace, 4)
>>> print(told.ladder.line)
df/d(x+y) = df/df · ∂f/∂(x+y) = 1 · (-4) = -4
>>> print(told.ladder.latex)
{latex}
>>> print(told.why)
The × gate scales its upstream gradient by the other input, z = -4.

```

A face (the terminal, a line prompt, a page, Markdown) takes a trace and a number, and shows that. Where everything else
stands says [the architecture](architecture.md).
"""


def core_page() -> str:
    """The core: from the modules that it reads."""
    text = PAGE.replace("{made}", MADE.format("docs/core.py and the modules that it shows")).replace("{latex}", _latex())
    return CODE.sub(lambda place: f"```python\n# {place['path']}\n{source(ROOT / place['path'], place['name'])}\n```", text)


def source(path: Path, name: str) -> str:
    """The code of a class or function (``Trace.step``), or of the entry of a table whose first argument is the name."""
    text = path.read_text(encoding="utf-8")
    node: ast.AST = ast.parse(text)
    for part in name.split("."):
        node = next(child for child in ast.walk(node) if _is_called(child, part))
    assert isinstance(node, ast.ClassDef | ast.FunctionDef | ast.Call)
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    lines = text.splitlines()[first - 1 : node.end_lineno]
    indent = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[indent:] if line.strip() else "" for line in lines)


def _is_called(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return node.name == name
    return (
        isinstance(node, ast.Call) and bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == name
    )


def _latex() -> str:
    import graphstep
    from graphstep.telling.explain import explain

    ladder = explain(graphstep.run("(x+y)*z", x=-2, y=5, z=-4).trace, 4).ladder
    assert ladder is not None
    return ladder.latex
