"""The parse tables of the reader, made by Lark from its grammar: ``python -m tests.parse_tables`` writes them."""

from __future__ import annotations

import json
from typing import NoReturn

from lark import Lark
from lark.lexer import Lexer
from lark.parsers.lalr_analysis import Shift

from graphstep.language.read.grammar import GRAMMAR, START, TABLES


class _NoLexer(Lexer):
    """In its place: the tokens are our own."""

    def __init__(self, _configuration: object) -> None:
        pass

    def lex(self, lexer_state: object, parser_state: object) -> NoReturn:
        raise NotImplementedError


def tables() -> str:
    """The tables as JSON, a state a line; equal for equal grammars, whatever order Lark finds the states in."""
    parser = Lark(GRAMMAR, parser="lalr", lexer=_NoLexer, keep_all_tokens=True)
    table = parser.parser.parser._parse_table
    found, numbers, rules = [table.start_states[START]], {table.start_states[START]: 0}, {}
    states = []
    for state in found:
        moves = {}
        for symbol, (action, goal) in sorted(table.states[state].items()):
            if action is Shift:
                if goal not in numbers:
                    numbers[goal] = len(found)
                    found.append(goal)
                moves[symbol] = numbers[goal]
            else:
                name = goal.origin.name
                assert goal.alias or goal.options.expand1 or name == START, f"{goal} has no action, and would be a tree"
                assert goal.alias or len(goal.expansion) == 1, f"{goal} has no action for its parts"
                rule = (name, len(goal.expansion), goal.alias or (name if name == START else ""))
                moves[symbol] = ~rules.setdefault(rule, len(rules))
        states.append(moves)
    assert table.end_states[START] in numbers
    lines = [",\n".join(json.dumps(each, separators=(",", ":")) for each in rows) for rows in (rules, states)]
    return f'{{"rules":[\n{lines[0]}\n],"states":[\n{lines[1]}\n]}}\n'


def main() -> None:
    """Write the file."""
    TABLES.write_text(tables(), encoding="utf-8")


if __name__ == "__main__":
    main()
