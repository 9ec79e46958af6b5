"""``graphstep EXPR NAME=VALUE …``: step through a program, or print or write it."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from graphstep.faces.cli import accessible
from graphstep.faces.cli.documents import document_arguments, document_options, refuse_beside_prompt
from graphstep.faces.cli.program import PYTHON, is_long, language_of, opening_of, program_arguments, writing_arguments
from graphstep.ground.browser import in_browser
from graphstep.ground.errors import InputError, listed, quoted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from graphstep.analysis.facts import Remark
    from graphstep.debugger.conditions import Condition
    from graphstep.debugger.parts import Saved
    from graphstep.debugger.state import State
    from graphstep.engine.opening import Opening
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number
    from graphstep.language.program import Program
    from graphstep.language.read import Watch
    from graphstep.language.setup import Setup

AGREES = 1e-12
"""Relative difference up to which a composite gate and its parts count as equal."""

_RECORDED = 1_000
"""Steps up to which a run is recorded."""

USAGE = "EXPR [NAME=VALUE ...] [options]"
SUMMARY = "Step through backpropagation, gate by gate: values forward, then gradients backward."
EXAMPLES = """\
examples:
  graphstep "(x+y)*z" x=-2 y=5 z=-4              open the debugger
  graphstep "(x+y)*z" x=-2 y=5 z=-4 --plain      tell every step, one a line
  graphstep "q = x+y; f = q*z" x=-2 y=5 z=-4     name intermediate values
  graphstep "sigmoid(w*x+b)" w=2 x=-1 b=1 --expand      take sigmoid apart
  graphstep "max(x, y)" x=2 y=2 --ties split     share the gradient at a tie
  graphstep "x*x" x=3 --to solution.md           write a worked solution
  graphstep "x*x" x=3 --to page.html             write a page that steps, in one file
  graphstep "x*x" x=3 --to sheet.pdf --answers hidden   the same to fill in (or .tex; a PDF needs TeX)
  graphstep "x*x" x=3 --to graph.svg --at 3      draw the graph at step 3
  graphstep "x*x" x=3 --record demo.svg          a moving picture of the stepping, or demo.cast
  graphstep "max(x, y)*z" x=2 y=1 z=5 --break "grad == 0"   open it with a breakpoint; --plain stops there
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    program_arguments(parser)
    parser.add_argument("--plain", action="store_true", help="the narrated trace; chosen by itself when output is no terminal")
    parser.add_argument(
        "--format", metavar="F", help="print it as text, html, json, md, tex, svg, dot, graphml or nodelink instead"
    )
    parser.add_argument("--to", metavar="FILE", help="write it to a file; the format comes from the suffix")
    document_arguments(parser)
    parser.add_argument(
        "--screen-reader", action="store_true", help="a line prompt in place of the screen; ACCESSIBLE=1 asks for it too"
    )
    moving = "write the stepping as a recording that plays: demo.cast (asciicast) or demo.svg"
    parser.add_argument("--record", metavar="FILE", help=moving)
    parser.add_argument("--size", metavar="WxH", help="columns and rows of a recording (default: 80x24)")
    place_arguments(parser)


def place_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where a run is opened and where it stops, and how it is written."""
    parser.add_argument("--at", metavar="N", help="open, or stop, at step N; 12/p/3 is step 3 inside p")
    beside = "compare with a run: FILE.json that --to wrote, or a program with the same inputs"
    parser.add_argument("--against", metavar="RUN", help=beside)
    writing_arguments(parser)
    order = "on the way back, behind step N let the gate NODE go on, if it is ready; several may be given"
    parser.add_argument("--order", metavar="'N NODE'", action="append", default=[], help=order)
    stop = "stop at the first step after which COND holds: grad x == 0, isnan, gate max …; several may be given"
    parser.add_argument("--break", metavar="COND", action="append", default=[], dest="breaks", help=stop)


def run(options: argparse.Namespace) -> int:
    """Step, print or write."""
    refuse_beside_prompt(options, "record")
    # A browser talks to the debugger through pipes.
    screen = (sys.stdout.isatty() and sys.stdin.isatty()) or in_browser()
    spoken = options.screen_reader or accessible.asked_for()
    opens = screen and not (options.plain or options.format or options.to or options.record or spoken)
    # Before anything is read: a screen is there at once, and says how far the reading is.
    if opens and is_long(options):
        return _open_long(options)
    opening = opening_of(options, _import_screen if opens and options.dialect == PYTHON else None)
    # Read before anything is opened or written: a slip in a condition would show after the last step.
    conditions = _conditions(opening)
    if options.record:
        return _record(options, opening)
    if options.size:
        raise InputError("--size is of a recording", hint="--record demo.svg --size 100x30")
    # What is asked for by a word wins over the environment: ACCESSIBLE=1 must not turn --to into a conversation.
    chosen_elsewhere = options.plain or options.format or options.to
    if not chosen_elsewhere and (options.screen_reader or (screen and spoken)):
        return _converse(opening, conditions, _saved(options, opening))
    plain = options.plain or not screen
    if not (plain or options.format or options.to):
        from graphstep.faces.tui import open_program

        status = open_program(opening.program, opening.inputs, **_screened(options, opening, conditions))
        _remember(options, opening)
        return status
    return _print(options, opening, conditions)


def _import_screen(_: float) -> None:
    """Import the screen, while the user's function runs in a process of its own."""
    from graphstep.faces.tui import import_all

    import_all()


def _open_long(options: argparse.Namespace) -> int:
    """Open the debugger on a long text, or a large file with a run, which is read behind its first frame."""
    from graphstep.faces.tui import open_later

    openings: list[Opening] = []

    def prepare(watch: Watch) -> tuple[Program, Mapping[str, Number], Mapping[str, Any]]:
        opening = opening_of(options, watch)
        openings.append(opening)
        return opening.program, opening.inputs, _screened(options, opening, _conditions(opening))

    status = open_later(prepare, language_of(options.language))
    for opening in openings:
        _remember(options, opening)
    return status


def _screened(options: argparse.Namespace, opening: Opening, conditions: tuple[Condition, ...]) -> dict[str, Any]:
    """What the screen is told besides the program and its inputs."""
    return {
        "at": opening.setup.step or 0,
        "seed": opening.seed,
        "ties": opening.setup.ties,
        "conditions": conditions,
        "setup": opening.setup,
        "saved": _saved(options, opening),
        # What somebody else computed is not computed again.
        "recorded": None if opening.recorded is None else opening.run(),
    }


def _remember(options: argparse.Namespace, opening: Opening) -> None:
    """Offer the program again on the start screen.

    It is called behind the session: the first frame does not wait for a disk, and what could not be opened is not offered again.
    """
    # Who comes through a browser leaves no file on this machine.
    if options.expression != "-" and not in_browser() and not opening.setup.captured:
        from graphstep.faces.history import remember

        remember(opening.setup.words())


def _print(options: argparse.Namespace, opening: Opening, conditions: tuple[Condition, ...]) -> int:
    """Print or write a run; the status says whether a --break was missed."""
    from graphstep.faces import export

    if options.against:
        raise InputError("--against is for the debugger", hint="graphstep diff prints a comparison, and writes it")
    setup, at = opening.setup, opening.setup.step

    asked = document_options(options)
    # What is typed wrong is said before anything is computed.
    if options.format:
        export.exporter(options.format)
    elif options.to and not (export.is_pdf(options.to) or export.is_archive(options.to)):
        export.format_of(options.to)
    trace = opening.run()
    if at is not None:
        from graphstep.debugger.frames import run_on_show

        here = _state_at(trace, setup)
        trace, at = run_on_show(here), here.at
    reason, missed = "", False
    if conditions:
        from graphstep.debugger.stops import first_stop

        stop, reason = first_stop(trace, conditions, at)
        missed = stop is None
        # A page goes from stop to stop by itself.
        steps = (
            asked.manner == export.PLAIN.manner
            and (options.format or (options.to and not export.is_archive(options.to) and export.format_of(options.to))) == "html"
        )
        at = at if stop is None or steps else stop
    if options.to:
        if export.is_archive(options.to) and asked != export.PLAIN:
            raise InputError("a .gsz holds the run itself, and takes no options of documents")
        path = export.write(trace, options.to, name=options.format, at=at, options=asked)
        print(f"wrote {path}", *filter(None, [reason]), sep="\n", file=sys.stderr)
        return int(missed)
    if not options.format and asked == export.PLAIN:
        from graphstep.faces.export.text import narrate

        # Step by step as it is made: the first line does not wait for a million others, and `| head` ends it early.
        sys.stdout.writelines(narrate(trace, at))
    else:
        sys.stdout.writelines(export.pieces(trace, options.format or "text", at, asked))
    if reason and not missed and not options.format:
        sys.stdout.write(f"\n{reason}\n")
    elif reason:
        # A document stays whole: it may be read by a program. That a break was missed is a failure, and goes where those go.
        print(reason, file=sys.stderr)
    if not options.format and (options.fold or options.expand):
        sys.stdout.write(_agreement(options, trace))
    if not options.format and options.rewrite:
        from graphstep.analysis.rewriting import Rewritten, difference
        from graphstep.telling.reports.rewriting import summary

        typed = _as_typed(options)
        sys.stdout.write(f"\n{summary(typed, Rewritten(options.rewrite, trace, difference(typed, trace)))}\n")
    return int(missed)


def _record(options: argparse.Namespace, opening: Opening) -> int:
    """Record the stepping of a run, from --at to its end."""
    from graphstep.faces import recording

    if options.to or options.format or options.plain:
        raise InputError("a recording is made alone", hint="leave out --to, --format and --plain")
    recording.writer_of(options.record)
    size = _size(options.size or "80x24")
    trace = opening.run()
    here = _state_at(trace, opening.setup)
    at, last = here.at, len(trace)
    if here.frames:
        raise InputError("a recording begins at a step of the program, and not inside a gate", hint="for example --at 3")
    if last - at > _RECORDED:
        hint = f"--at {last - _RECORDED} records the end"
        raise InputError(f"{last - at:,} steps would follow; at most {_RECORDED:,} are recorded", hint=hint)
    from graphstep.faces.tui.recorder import record
    from graphstep.faces.tui.screen import SteppingScreen

    # The screen itself is recorded, without a terminal: what plays is what would be seen.
    screen = SteppingScreen(trace.program, trace.inputs, trace=trace, at=at, setup=opening.setup)
    print(f"wrote {recording.write(record(screen, size), options.record)}", file=sys.stderr)
    return 0


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{1,3})[xX×]([0-9]{1,3})", text)
    if match is None or not (40 <= int(match[1]) <= 300 and 12 <= int(match[2]) <= 100):
        raise InputError(f"--size takes columns and rows, not {quoted(text)}", hint="from 40x12 to 300x100, for example 80x24")
    return int(match[1]), int(match[2])


def converse(options: argparse.Namespace) -> int:
    """Step on a line prompt."""
    opening = opening_of(options)
    return _converse(opening, _conditions(opening), _saved(options, opening))


def _converse(opening: Opening, conditions: tuple[Condition, ...], saved: Saved | None) -> int:
    from dataclasses import replace

    from graphstep.faces import repl

    state = replace(_state_at(opening.run(), opening.setup), conditions=conditions, saved=saved)
    return repl.converse(repl.Prompt(state, sys.stdout.write))


def _saved(options: argparse.Namespace, opening: Opening) -> Saved | None:
    """The run that --against names, else the program as typed where SymPy rewrote it; read before anything is opened."""
    name = options.against
    if not name and not options.rewrite:
        return None
    from graphstep.debugger.parts import Saved

    # Whoever asks for a rewriting wants to see what it changed: E compares with what was typed.
    if not name:
        from graphstep.analysis.compare import snapshot_of

        typed = _as_typed(options)
        return Saved(typed.program.text, snapshot_of(typed))
    from graphstep.faces.snapshots import snapshot_against

    return Saved(name, snapshot_against(name, opening.run()))


def _as_typed(options: argparse.Namespace) -> Trace:
    """The run of the program that SymPy rewrote."""
    return opening_of(type(options)(**{**vars(options), "rewrite": None})).run()


def _state_at(trace: Trace, setup: Setup) -> State:
    """The place that --at names in a run; InputError where there is none such."""
    from graphstep.debugger.facts import UnfitError
    from graphstep.debugger.frames import at_position
    from graphstep.debugger.state import State
    from graphstep.faces.export import check_step
    from graphstep.telling.names import names_of

    check_step(trace, setup.step)
    try:
        return at_position(State(trace), setup.at or "0")
    except UnfitError:
        gates = listed(names_of(trace.program).frames.values())
        hint = f"these gates can be opened: {gates}" if gates else "no gate of this program can be opened"
        raise InputError(f"there is no position {quoted(setup.at or '0')} in this run", hint=hint) from None


def _conditions(opening: Opening) -> tuple[Condition, ...]:
    """What --break was given; each may be several, with semicolons between them."""
    texts, program, inputs = opening.setup.breaks, opening.program, opening.inputs
    if not texts:
        return ()
    from graphstep.debugger.commands.breakpoints import conditions_in
    from graphstep.debugger.conditions import EXAMPLES, read_conditions
    from graphstep.debugger.state import State
    from graphstep.ground.arrays import shape_of
    from graphstep.language.shapes import infer_shapes

    if inputs.keys() >= {*program.inputs}:
        # Its nodes are those that the run has, and are counted as on the screen.
        program = infer_shapes(program, {name: shape_of(inputs[name]) for name in program.inputs}).program
    conditions: list[Condition] = []
    for text in texts:
        try:
            here = read_conditions(text, program)
        except InputError:
            if "." not in text or not inputs.keys() >= {*program.inputs}:
                raise
            # It may name a part of a gate, which has its name from a run.
            here = conditions_in(State(opening.run()), text)
        if not here:
            raise InputError("--break takes a condition to stop at", hint=f"for example {', '.join(EXAMPLES)}")
        conditions += here
    return tuple(dict.fromkeys(conditions))


def _agreement(options: argparse.Namespace, finished: Trace) -> str:
    """That gates folded or taken apart give the same gradients as the program as typed."""
    from dataclasses import replace
    from functools import partial

    from graphstep.engine.agreement import difference
    from graphstep.engine.trace import trace
    from graphstep.ground.numerals import numeral
    from graphstep.language.rewrite import read_program
    from graphstep.telling.rounding import first_loss
    from graphstep.telling.words.catalogue import message
    from graphstep.telling.words.wording import Wording

    program = replace(read_program(finished.program.text, finished.inputs), data=finished.program.data)
    typed = trace(program, finished.inputs, seed=finished.seed, ties=finished.ties)
    apart, say = difference(finished, typed), partial(message, finished.writing.language)
    done = say("parts-folded" if options.fold else "parts-expanded")
    if apart < AGREES:
        return f"\n{say('parts-agree', done=done)}\n"
    # The parts are what was typed, where gates were folded, and what was put in, where they were taken apart.
    parts, every = (typed, True) if options.fold else (finished, False)
    nodes = parts.program.nodes
    put_in = {node.span for node in nodes if node.text is not None}
    if any(note is not None and note.kind == "convention" for run in (finished, typed) for note in _remarks(run)):
        why = say("parts-convention")
    else:
        lost = first_loss(parts, (i for i, node in enumerate(nodes) if every or node.text is not None or node.span in put_in))
        why = say("parts-never", lost=Wording(parts).say(lost)) if lost else say("parts-round")
    return f"\n{say('parts-differ', done=done, gap=numeral(apart, 2), why=why)}\n"


def _remarks(run: Trace) -> Iterator[Remark | None]:
    """What is said of each gate."""
    from graphstep.analysis.kinks import convention

    yield from (convention(run, index) for index in range(run.program.first_gate, len(run.program.nodes)))
