"""What of the compiled core is made of the rows of gates: ``python -m tests.core_source`` writes it into ``_core.c``.

All else in that file is written by hand, there.
"""

from __future__ import annotations

import re

from graphstep.engine.core import SOURCE
from graphstep.gates import ELEMENTWISE
from graphstep.gates.c import expression

_EXPRESSIONS = re.compile(r"(?<=expressions\[\] = \{\n).*?(?=\n\};)", re.DOTALL)
_CASES = re.compile(r"(?<=switch \(word\[0\]\) \{\n).*?(?=\n        case OPERATIONS:)", re.DOTALL)


def expressions() -> list[str]:
    """The expressions of all gates for which C comes to the bits of NumPy, in the order of the rows."""
    found = (
        expression(rule, count)
        for rule in ELEMENTWISE.values()
        for count in range(rule.arity[0], 3 if rule.chooses else len(rule.partials) + 1)
    )
    return [*dict.fromkeys(text for text in found if text is not None)]


def source() -> str:
    """The whole file, with what is made in it made anew."""
    cases = []
    for number, text in enumerate(expressions()):
        slots = sorted({int(slot) for slot in re.findall(r"\bx(\d)", text)})
        assert slots == [*range(len(slots))], f"an input is not read: {text}"
        outside = " || ".join(f"!IN(word[{2 + slot}])" for slot in slots)
        value = re.sub(r"\bx(\d)", lambda slot: f"cells[word[{2 + int(slot[1])}]]", text)
        cases += [
            f"        case {number}:",
            f"            HAS({2 + len(slots)});",
            f"            if ({outside}) goto wrong;",
            f"            PUT({value}, {2 + len(slots)});",
            "            break;",
        ]
    listed = "\n".join(f'    "{text}",' for text in expressions())
    text = _EXPRESSIONS.sub(lambda _: listed, SOURCE.read_text(encoding="utf-8"), count=1)
    return _CASES.sub(lambda _: "\n".join(cases), text, count=1)


def main() -> None:
    """Write the file."""
    SOURCE.write_text(source(), encoding="utf-8")


if __name__ == "__main__":
    main()
