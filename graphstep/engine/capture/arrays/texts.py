"""Functions that the reader of texts knows: a call is spelled as a text, read as one, and the gates of that program are recorded.

What a function of NumPy or PyTorch is here, when several gates stand for it or its options are called otherwise, is known
once, in :mod:`graphstep.language.read.numpy`: it means the same in a text that is read and in code that runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from numbers import Integral, Real
from types import FrameType
from typing import Any

from graphstep.engine.capture.arrays.indices import SHOWN
from graphstep.engine.capture.arrays.table import FUNCTIONS, UNFOLLOWED, Handler, check_plain, computed
from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.capture.traced import Traced, holds_traced, plain
from graphstep.ground.errors import ReadError
from graphstep.ground.late import np
from graphstep.ground.operands import Constant, Shape
from graphstep.language.program import Program
from graphstep.language.shapes import BROADCAST

_NAMES = (
    "atleast_1d average clip column_stack corrcoef cov cross cumprod cumsum cumulative_sum diff einsum expand_dims "
    "flip full full_like geomspace hstack inner kron linalg.diagonal linalg.inv linalg.matrix_power linalg.multi_dot "
    "linalg.norm linalg.solve linalg.trace linalg.vector_norm linspace logspace moveaxis outer polyval ptp real "
    "select sinc squeeze std swapaxes take tensordot trace trapezoid trapz tril triu vander var vdot vstack"
)
"""The functions of NumPy that are followed so."""


def _text_handler(name: str) -> Handler:
    def handler(frame: FrameType, *arguments: Any, **options: Any) -> Any:
        options = {key: x for key, x in options.items() if x is not None and x is not np._NoValue}
        # The reader passes over types and out, as neither changes what a text means.
        if options.get("dtype") in (float, np.float64):
            del options["dtype"]
        check_plain(name, frame, **{key: x for key, x in options.items() if key in ("dtype", "out")})
        try:
            return as_text(f"np.{name}", frame, arguments, options)
        except ReadError:
            said = f"np.{name} with these options at {at_work(frame)} is not followed"
            raise CaptureError(said, hint=f"leave {', '.join(options)} out" if options else UNFOLLOWED) from None

    return handler


FUNCTIONS |= {name: _text_handler(name) for name in _NAMES.split()}


def as_text(path: str, frame: FrameType, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Record a call as what the reader makes of its text. Raises ReadError for one that is not read so."""
    operands: list[Any] = []
    words = [_text_of(x, operands) for x in arguments]
    words += [f"{key}={_text_of(x, operands)}" for key, x in options.items()]
    program = _program(f"{path}({', '.join(words)})", tuple(np.shape(plain(x)) for x in operands))
    if isinstance(program, ReadError):
        raise program
    values = [operands[int(name[1:])] for name in program.inputs]
    for node in program.nodes[len(values) :]:
        assert node.rule is not None, "the inputs come first"
        read = [x.value if isinstance(x, Constant) else values[x] for x in node.operands]
        # Where gates are recorded, arrays of different shapes meet as they do in NumPy.
        values.append(read[0] if node.gate == BROADCAST else computed(frame, node.rule, read, **dict(node.options)))
    return values[program.output]


def _text_of(value: Any, operands: list[Any]) -> str:
    """What is handed over as a text has it; an array, and a number that no numeral spells, by a name of its own."""
    if isinstance(value, list | tuple) and len(value) > SHOWN and not holds_traced(value):
        value = np.array(value)
    if isinstance(value, Traced | np.ndarray):
        operands.append(value)
        return f"a{len(operands) - 1}"
    if value is None or isinstance(value, bool | str):
        return repr(value)
    if isinstance(value, list | tuple):
        inside = "".join(f"{_text_of(x, operands)}, " for x in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, Integral):
        return repr(int(value))
    if isinstance(value, Real) and not math.isnan(value):
        return repr(float(value)).replace("inf", "np.inf")
    if isinstance(value, Real):
        return _text_of(np.asarray(value, float), operands)
    raise ReadError(f"{type(value).__name__} is no value of a text", text="", span=(0, 0))


@lru_cache(maxsize=1000)
def _program(text: str, shapes: tuple[Shape, ...]) -> Program | ReadError:
    """The program that the text of a call becomes, for operands of these shapes, or why it is none; a loop reads it once."""
    from graphstep.language.read import read
    from graphstep.language.read.numpy import from_numpy
    from graphstep.language.shapes import infer_shapes

    # Zeros that have no cells in memory: only their shapes are asked for.
    given = {f"a{place}": np.broadcast_to(0.0, shape) for place, shape in enumerate(shapes)}
    try:
        return infer_shapes(read(from_numpy(text, given), given), {name: x.shape for name, x in given.items()}).program
    except ReadError as error:
        return error
