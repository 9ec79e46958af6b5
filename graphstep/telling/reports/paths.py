"""Paths as text: each with its product, their sum beside the gradient, and how few edges they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from math import isfinite, log10, prod
from typing import TypeVar

from graphstep.analysis.jacobian import jacobian
from graphstep.analysis.paths import Path, Paths, slope
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.notation import TERMS
from graphstep.ground.late import np
from graphstep.ground.numerals import numeral, percent
from graphstep.telling.derivatives import gradient_name, local_name
from graphstep.telling.equations import right_side
from graphstep.telling.names import name_of
from graphstep.telling.words.catalogue import message

Item = TypeVar("Item")

FACTORS = 8
"""Factors of a product that are written; of more the first and the last."""

DIGITS = 30
"""Digits up to which a number of paths is written in full."""

SAME = 1e-12
"""Difference up to which the sum of the products counts as the gradient, relative to the sum of their sizes."""


def paths_lines(routes: Paths) -> list[str]:
    """The paths as text: each with its product, their sum beside the gradient, and how few edges they are made of."""
    trace, start = routes.trace, routes.start
    program, single = trace.program, routes.count == 1
    name, out = name_of(program, start), name_of(program, program.output)
    whole = gradient_name(trace, start)
    say, count = partial(message, trace.writing.language), count_text(routes.count)
    text = [say("paths-lead-one" if single else "paths-lead", paths=count, name=name, out=out)]
    left = routes.count - len(routes.listed)
    if routes.ranked and left:
        text.append(say("paths-largest", count=len(routes.listed)))
    # The sum over all paths is the gradient; what is not listed is in it all the same, so that shares are of the whole.
    gradient = trace.gradient_of(start)
    # A share of nothing, or of what is not finite, says nothing.
    whole_size = abs(float(gradient)) if routes.ranked and not single and isinstance(gradient, int | float) else 0.0
    for place, path in enumerate(routes.listed, 1):
        text += ["", *_path_lines(trace, start, path, place)]
        if path.product is not None and whole_size and isfinite(whole_size) and isfinite(path.product):
            text[-1] += f"    {percent(path.product / float(gradient))}"
    if left:
        text += ["", f"… {say('and-more', more=count_text(left))}"]
    if routes.ranked and routes.zeros and not single:
        text += ["", say("paths-zero-one") if routes.zeros == 1 else say("paths-zero", paths=count_text(routes.zeros))]
    text += ["", *_sum_lines(routes, whole), ""]
    text.append(say("paths-not-listed-one" if single else "paths-not-listed", paths=count, count=routes.edges))
    text.append(say("paths-once"))
    return text


def count_text(count: int) -> str:
    """A number of paths: ``1,024``, or of too many digits ``1.27e30``.

    >>> count_text(1024), count_text(2**400)
    ('1,024', '2.58e120')
    """
    if count < 10**DIGITS:
        return f"{count:,}"
    # math.log10 takes whole numbers of any size; as a float a number of paths overflows at 2¹⁰²⁴.
    exponent = int(log10(count))
    mantissa = f"{10 ** (log10(count) - exponent):.2f}"
    return f"1.00e{exponent + 1}" if mantissa == "10.00" else f"{mantissa}e{exponent}"


def _path_lines(trace: Trace, start: int, path: Path, place: int) -> Iterator[str]:
    program = trace.program
    nodes = [start, *(wire.sender for wire in reversed(path.wires))]
    yield f"{place}. {' → '.join('…' if node is None else name_of(program, node) for node in _shortened(nodes))}"
    shown = _shortened(path.wires)
    symbols = ["…" if wire is None else local_name(wire) for wire in shown]
    if path.product is None:
        yield f"   {' · '.join(symbols) or message(trace.writing.language, 'paths-seed')}"
        if symbols:
            yield f"   {' · '.join('…' if wire is None else _structure(wire) for wire in shown)}"
        return
    factors = [slope(wire) for wire in shown if wire is not None]
    # A factor of 1 tells nothing, unless it is the only one: on the path from the output to itself.
    if trace.seed != 1 or not shown:
        symbols.insert(0, gradient_name(trace, program.output))
        factors.insert(0, float(np.asarray(trace.seed)))
    numbers = [TERMS.number(factor) for factor in factors if factor is not None]
    # A product with dots is no equation: of a long path there are the symbols and the result.
    whole = None not in shown and len(numbers) == len(factors)
    right = (
        right_side(prod(numbers[1:], start=numbers[0]), path.product, trace.writing)
        if whole
        else numeral(path.product, trace.writing.digits)
    )
    yield f"   {' · '.join(symbols)} = {right}"


def _sum_lines(routes: Paths, whole: str) -> Iterator[str]:
    trace, start, total = routes.trace, routes.start, routes.total
    products, say = [path.product for path in routes.listed], partial(message, trace.writing.language)
    if None in products and start == trace.program.output:
        yield say("paths-only-seed")
        return
    if None in products:
        rows, columns = (prod(trace.node(node).shape) for node in (trace.program.output, start))
        several = "" if routes.count == 1 else "-each"
        yield say(f"paths-jacobian{several}", rows=rows, columns=columns)
        yield say(f"paths-seed-times{several}", name=name_of(trace.program, start))
        return
    gradient, digits = float(trace.gradient_of(start)), trace.writing.digits
    if total is None:
        if (part := routes.listed_sum) is not None:
            share = "" if not (gradient and isfinite(gradient) and isfinite(part)) else percent(part / gradient)
            key = "paths-part-share" if share else "paths-part"
            yield say(key, value=numeral(part, digits), share=share, gradient=whole)
        yield say("paths-all", gradient=whole, value=numeral(gradient, digits))
        return
    sizes = sum(abs(product) for product in products if product is not None)
    if not (isfinite(total) and isfinite(gradient)):
        end = "paths-not-finite"
    else:
        # Relative to what is added up: where that cancels, the sum itself is too small to measure rounding by.
        end = "paths-equal" if abs(total - gradient) <= SAME * sizes else "paths-rounds"
    if routes.count == 1:
        result = say("paths-product", value=numeral(total, digits))
    else:
        first, *rest = [TERMS.number(product) for product in products if product is not None]
        result = say("paths-sum", value=right_side(sum(rest, start=first), total, trace.writing))
    yield say(end, result=result, gradient=whole, value=numeral(gradient, digits))


def _structure(wire: Wire) -> str:
    factor = jacobian(wire)
    structure = message(wire.trace.writing.language, f"structure-name-{factor.structure}")
    return f"{factor.rows:,}×{factor.columns:,} {structure}"


def _shortened(items: Sequence[Item]) -> Sequence[Item | None]:
    """The first and the last of many, with None for those between them."""
    if len(items) <= FACTORS + 1:
        return items
    return [*items[: FACTORS // 2], None, *items[-FACTORS // 2 :]]
