"""Functions that the text defines, and repetitions: a body is recorded, and played back for each call and turn in its frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError, Span, quoted
from graphstep.ground.operands import Constant, Operand
from graphstep.language.read import complaints, misuses
from graphstep.language.read.bodies import (
    Assignment,
    Function,
    Loop,
    Mark,
    Results,
    Scope,
    Statement,
    Tape,
    free_names,
)
from graphstep.language.read.counts import read_count
from graphstep.language.read.functions import Option, check_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.language.read.builder import Builder, Term
    from graphstep.language.read.token import Turns

_ACTIONS = 10 * limits.GATES
"""Actions that the bodies of a program may take together, however few gates they make."""


_AT_ONCE = frozenset({"begin", "function", "loop", "block", "first_name", "two_names", "next_name"})
"""The actions that are never recorded: they say what is a body, and of what."""


class Recorder:
    """Hands the actions of the grammar on: to be carried out at once, or inside a body, to its tape."""

    def __init__(self, text: str) -> None:
        self.text = text
        """The text, normalised."""
        # The bodies that are being recorded, the innermost last.
        self._tapes: list[Tape] = []

    def act(self, action: str, parts: list[Any]) -> Any:
        """What an action of the grammar comes to: its result, or inside a body, its place on the tape."""
        # Inside a body the parts of an action may be marks: nobody may look into them before the body is played.
        if not self._tapes or action in _AT_ONCE:
            return getattr(self, action)(parts)
        return self._tapes[-1].record(action, parts)

    def begin(self, parts: Sequence[Any]) -> Any:
        """The head of a function or a repetition: its body is recorded from here on."""
        self._tapes.append(Tape())
        return parts

    def function(self, parts: Sequence[Any]) -> Any:
        """``def f(a, b) = a*b``"""
        (head, parameters, *_), body = parts
        tape = self._tapes.pop()
        names = tuple(token.text for token in parameters)
        for place, token in enumerate(parameters):
            if token.text in names[:place]:
                raise misuses.input_twice(self.text, token.text, token.span)
        function, span = Function(head.text, names, tape, body), (head.start_pos, head.end_pos - 1)
        return self.act("define", [function, span])

    def loop(self, parts: Sequence[Any]) -> Any:
        """``repeat 3 { h = tanh(h) }``"""
        (head,), body, end = parts
        tape = self._tapes.pop()
        return self.act("repetition", [Loop(head.turns, tape, body, (head.start_pos, end.end_pos))])

    def block(self, parts: Sequence[Any]) -> Mark:
        """``{ … }`` behind the head of a function."""
        mark: Mark = parts[1]
        return mark

    def first_name(self, parts: Sequence[Any]) -> list[Any]:
        """The first input of a function."""
        return [parts[0]]

    def two_names(self, parts: Sequence[Any]) -> list[Any]:
        """The first two of several names."""
        return [parts[0], parts[2]]

    def next_name(self, parts: Sequence[Any]) -> list[Any]:
        """Several names, one more."""
        parts[0].append(parts[2])
        names: list[Any] = parts[0]
        return names


def define(builder: Builder, function: Function, span: Span) -> Statement:
    """A function is known from here on; a body that reads a name which is not known yet is refused."""
    scope = builder.scope
    for token in free_names(function.tape, function.parameters):
        if not builder.is_known(token.text):
            raise misuses.unknown_in_body(builder.text, function.name, token.text, token.span)
    function.scope = scope.snapshot()
    function.actions = _weight(builder, function.tape)
    scope.functions[function.name] = function
    return Statement("definition", None, span)


def _weight(builder: Builder, tape: Tape) -> int:
    """How many actions it takes at least to play a body once; what is counted by a name counts once."""
    if tape.weight is None:
        # Kept: a body in a repetition of 100,000 turns would be gone through in each of them.
        tape.weight = len(tape.actions)
        for action, parts in tape.actions:
            if action == "call":
                called = builder.scope.function(parts[0].text)
                tape.weight += called.actions if called is not None else 0
            elif action == "repetition":
                loop: Loop = parts[0]
                tape.weight += _numeral(builder, loop.turns) * _weight(builder, loop.tape)
    return tape.weight


def _numeral(builder: Builder, turns: Turns) -> int:
    """How many turns there are, where that is typed in digits; else 1, since names are looked up when it is their turn."""
    first, last = (builder.text[slice(*span)].strip() if span else "0" for span in (turns.first, turns.last))
    known = all(word.isdecimal() and len(word) < limits.NUMERAL_DIGITS for word in (first, last))
    return max(0, int(last) - int(first)) if known else 1


def invoke(builder: Builder, function: Function, arguments: Sequence[Term | Option], span: Span) -> Term:
    """What a call of a function comes to. Raises ReadError for inputs that it does not have, and LimitError."""
    text, name = builder.text, function.name
    terms = [x for x in arguments if not isinstance(x, Option)]
    for option in arguments:
        if isinstance(option, Option):
            raise misuses.named_input(text, name, option.span, function.parameters)
    wanted = ", ".join(function.parameters)
    check_count(text, name, len(terms), len(function.parameters), len(function.parameters), span, f"it is {name}({wanted})")
    for term in terms:
        builder.check_single(term)
    # Before anything is played: f39(f39(x)) of functions that call the one before twice has 2^40 actions.
    _check_size(builder, len(function.tape.actions), function.actions, span)
    frame = builder.frames.enter("call", name, builder.scope.frame, span)
    names: dict[str, Operand] = dict(zip(function.parameters, (term[0] for term in terms), strict=True))
    # The scope around is that of the definition, not of the call: a body never sees its caller's names.
    around, builder.scope = builder.scope, Scope(names, function.scope, frame, name, frozenset(function.parameters))
    value = _value_of(builder, _play(builder, function.tape, function.value), name)
    builder.scope = around
    builder.frames.leave(frame, value)
    return value, *span


def _value_of(builder: Builder, outcome: Any, name: str) -> Any:
    if isinstance(outcome, Statement):
        if outcome.last is None:
            raise misuses.no_value(builder.text, name, outcome.span)
        return outcome.last[0]
    return outcome.term[0] if isinstance(outcome, Assignment) else outcome[0]


def repeat(builder: Builder, loop: Loop) -> Statement:
    """The turns of a repetition, one after the other; what was assigned before is carried from one to the next."""
    turns = _turns(builder, loop)
    around = builder.scope
    frame = builder.frames.enter("loop", "repeat", around.frame, loop.span)
    # Known before the first turn: h of turn 0 is the node that stands there now, and gets the name h.0.
    carried = [name for name in loop.tape.assigned if name in around.names or around.carries(name)]
    for name in carried if turns else ():
        value = builder.known(name)
        if isinstance(value, int):
            builder.frames.record(frame, name, value, before=True)
    outcome: Any = None
    for number in turns:
        before = builder.gates_made
        within = builder.frames.enter("turn", "repeat", frame, loop.span)
        names: dict[str, Operand] = {loop.turns.variable: Constant(float(number), str(number))} if loop.turns.variable else {}
        builder.scope = Scope(names, around, within, around.owner, frozenset(names), turn=True)
        outcome = _play(builder, loop.tape, loop.value)
        scope, builder.scope = builder.scope, around
        for name, operand in scope.names.items():
            if name in scope.fixed:
                continue
            if name not in around.names and not around.carries(name):
                builder.frames.dropped.add(name)
            else:
                around.rebind(name, operand)
                if not around.frame and isinstance(operand, int):
                    builder.frames.carry(name, operand)
        builder.frames.leave(within, None)
        # An estimate: a repetition inside may be counted by the number of this turn. Whatever it misses ends at the limit.
        if number == turns.start:
            _check_gates(builder, (builder.gates_made - before) * (len(turns) - 1), loop.turns.last)
    if outcome is not None and not isinstance(outcome, Assignment | Statement):
        raise complaints.unused(builder.text, outcome[1:], loop.span[1])
    last = None
    if outcome is not None:
        last = outcome.last if isinstance(outcome, Statement) else outcome.term
    builder.frames.leave(frame, None if last is None else last[0])
    return Statement("repetition", last, loop.span)


def _turns(builder: Builder, loop: Loop) -> range:
    first = 0 if loop.turns.first is None else read_count(builder, loop.turns.first)
    last = read_count(builder, loop.turns.last)
    turns = range(first, last)
    if last < first:
        message = (
            f"nothing is repeated {last} times" if loop.turns.first is None else f"there are no numbers from {first} up to {last}"
        )
        raise ReadError(message, text=builder.text, span=loop.turns.last, hint="a count is 0 or more")
    if len(turns) > limits.GATES:
        message = f"a program has at most {limits.GATES:,} gates, and this is repeated {len(turns):,} times"
        raise LimitError(message, text=builder.text, span=loop.turns.last)
    _check_size(builder, len(turns) * len(loop.tape.actions), len(turns) * _weight(builder, loop.tape), loop.turns.last)
    return turns


def _play(builder: Builder, tape: Tape, value: Mark) -> Any:
    """Play a body; what its last statement comes to."""
    results: list[Any] = []
    for action, parts in tape.actions:
        # The same lists are handed over for every turn: actions that collect arguments make new ones.
        handed = [results[x.place] if isinstance(x, Mark) else x for x in parts]
        results.append(getattr(builder, action)(handed))
    return results[value.place]


def _check_gates(builder: Builder, more: int, span: Span) -> None:
    """Raise LimitError for a repetition that has made its first turn, and whose others would make too many gates."""
    count = builder.gates_made + more
    if count > limits.GATES:
        message = f"a program has at most {limits.GATES:,} gates"
        hint = f"written out, this one has {count:,}: repeat less often"
        raise LimitError(message, text=builder.text, span=span, hint=hint)


def _check_size(builder: Builder, own: int, all_in_all: int, span: Span) -> None:
    """Raise LimitError for what is nested too deep, or plainly too large to be written out: ``own`` are the actions of its body
    itself, ``all_in_all`` those of the functions that it calls as well.
    """
    if builder.frames.depth >= limits.FRAMES:
        message = f"calls and repetitions stand inside each other at most {limits.FRAMES} deep"
        raise LimitError(message, text=builder.text, span=span)
    if builder.actions + all_in_all > _ACTIONS:
        message = f"a program has at most {limits.GATES:,} gates"
        hint = "written out, this one has many more: each call and each turn counts with all that it does"
        raise LimitError(message, text=builder.text, span=span, hint=hint)
    builder.actions += own


def several(builder: Builder, names: Sequence[Any], term: Term, span: Span) -> Statement:
    """``a, b = f(x)``: each name gets a value of its own. ReadError where their numbers differ."""
    value: Any = term[0]
    if not isinstance(value, Results):
        raise misuses.one_value(builder.text, len(names), (term[1], term[2]), (names[0].start_pos, names[-1].end_pos))
    if len(value.operands) != len(names):
        raise misuses.unpacked(builder.text, len(names), len(value.operands), (names[0].start_pos, names[-1].end_pos))
    for token, operand in zip(names, value.operands, strict=True):
        builder.bind(token.text, token.span, operand)
    return Statement("names", None, span)


def check_name(builder: Builder, name: str, span: Span) -> None:
    """Raise ReadError for a name that cannot be assigned inside a body."""
    scope, text = builder.scope, builder.text
    if scope.fixes(name):
        if scope.owner and name in _parameters(scope):
            raise misuses.parameter_assigned(text, name, scope.owner, span, repeated=scope.turn)
        raise ReadError(f"{quoted(name)} is the number of the turn", text=text, span=span, hint="choose another name")
    if name in scope.names:
        raise complaints.assigned_twice(text, name, span)
    if scope.turn and scope.carries(name):
        return
    if not scope.owner and (name in builder.inputs or name in builder.given):
        raise misuses.input_carried(text, name, span)
    if name in scope.used:
        raise complaints.used_before(text, name, span, scope.used[name])


def check_input(builder: Builder, name: str, span: Span) -> None:
    """Raise ReadError for a name that would be a new input, and was local to the turns of a repetition above."""
    if name in builder.frames.dropped and name not in builder.given:
        raise misuses.local_to_turn(builder.text, name, span)


def _parameters(scope: Scope) -> frozenset[str]:
    while scope.turn and scope.outer is not None:
        scope = scope.outer
    return scope.fixed
