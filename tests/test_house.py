"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import functools
import re

import networkx

from graphstep.debugger.conditions import EXAMPLES
from graphstep.telling.words.english import MESSAGES
from graphstep.telling.words.template import messages
from tests import FOLDER
from tests.mutants import PACKAGES
from tests.source import modules

FORBIDDEN = {"eval", "exec", "compile", "sympify", "parse_expr", "lambdify", "__import__", "setrecursionlimit"}
"""What runs text as code, or hides recursion. ``re.compile`` and methods of such names are other things."""
LINES = 400

LAST_RESORT = {
    "graphstep/faces/cli/__init__.py",
    "graphstep/faces/tui/threads.py",
    *(f"graphstep/engine/capture/{name}.py" for name in ("child", "objects")),
    *(f"graphstep/teaching/judge/{name}.py" for name in ("bench", "child", "local", "recorder", "values")),
}
"""The first says so when an error is a fault of ours, not Python's traceback; the second raises it where the result is awaited;
the others run what somebody wrote, of which any error is a result."""
ARRAYS_OF_A_RUN = {"plan", "buffers", "edge_step", "edge_starts"}
MODULES_OF_ARRAYS = {f"graphstep.engine.{name}" for name in ("plan", "levels", "passes")}
ENGLISH_ONLY = (
    "graphstep/telling/words/",
    "graphstep/faces/cli/",
    "graphstep/faces/export/_libraries.py",
    "graphstep/faces/export/_staged.py",
    "graphstep/teaching/toml.py",
    *(f"graphstep/teaching/lesson/{name}.py" for name in ("parse", "source", "check", "claims", "notation", "rehearsal")),
    *(f"graphstep/teaching/exercise/{name}.py" for name in ("item_file", "draw", "proof", "key", "submission")),
    *(f"graphstep/teaching/exercise/{name}.py" for name in ("table", "course")),
)
"""Where English is written; the help of the command line, which is asked for before a language is known; code in Python; and what
is wrong with a file of a lesson, an item, a key, answers or marks, which is an error."""
STILL_ENGLISH = {"analysis": 17, "telling": 14, "teaching": 24, "debugger": 2, "faces": 38}
"""Texts that are not yet where a language finds them, by the rooms whose texts users read. It may only become less.

What the other rooms say is an error, or stands in a row that a language has.
"""
TEXTS_OF_ROWS = {text for key, text in messages() if key not in MESSAGES} | set(EXAMPLES)
"""What is said of a single gate, optimizer or action stands in its row: a language has it with the row's name.

A condition is typed alike in every language.
"""
MARKUP = re.compile(r'="|</|^\s*["<.#]|\\[a-z]|\$[a-z]|sep=|corners|anchor=|^very thick$')
"""By what a piece of a document, a style or a drawing is told from a sentence."""
CLOCKS = {"time", "timeit"}
MAY_LOOK = {"fuzz.py"}
"""It runs for as long as there is time, and is no test. Neither are the benchmarks."""


def imported(nodes: list[ast.AST]) -> set[str]:
    """The packages that are imported anywhere in a module."""
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


def test_nothing_runs_text_as_code() -> None:
    offenders = []
    for where, _, nodes in modules("graphstep"):
        calls = [node.func for node in nodes if isinstance(node, ast.Call)]
        called = {function.id for function in calls if isinstance(function, ast.Name)} & FORBIDDEN
        asked = {function.attr for function in calls if isinstance(function, ast.Attribute)} & (FORBIDDEN - {"compile"})
        offenders += [f"{where}: {name}" for name in called | asked | (imported(nodes) & {"pickle", "marshal", "shelve"})]
    assert not offenders


def swallows(handler: ast.ExceptHandler) -> bool:
    """Whether any error ends in it; one that is raised again at its end does not."""
    whole = handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")
    last = handler.body[-1]
    return whole and not (isinstance(last, ast.Raise) and last.exc is None)


def test_no_error_is_swallowed_whole() -> None:
    offenders = [
        f"{where}:{node.lineno}"
        for where, _, nodes in modules("graphstep")
        for node in nodes
        if isinstance(node, ast.ExceptHandler) and swallows(node) and where not in LAST_RESORT
    ]
    assert not offenders


def test_a_module_is_one_thing_and_finished() -> None:
    offenders = []
    for where, text, _ in modules("graphstep"):
        lines = text.splitlines()
        if len(lines) > LINES:
            offenders.append(f"{where}: {len(lines)} lines")
        for number, line in enumerate(lines, 1):
            if re.search(r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError", line):
                offenders.append(f"{where}:{number}: not finished")
            mark = re.search(r"# (type: ignore|noqa)(\[[^\]]*\]|: [A-Z]+\d+)?(?P<reason>.*)", line)
            if mark and not mark["reason"].strip(" #-"):
                offenders.append(f"{where}:{number}: silenced without a reason beside it")
    assert not offenders


def test_only_the_engine_reads_the_arrays_of_a_run() -> None:
    # How edges are numbered and where cells lie can change, for speed, as long as all others ask a wire, a node, or the columns
    # of `trace.wires`.
    offenders = []
    for where, _, nodes in modules("graphstep"):
        if where.startswith("graphstep/engine/"):
            continue
        reads = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in ARRAYS_OF_A_RUN]
        offenders += [f"{where}:{node.lineno}: {ast.unparse(node)}" for node in reads]
        imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module in MODULES_OF_ARRAYS]
        offenders += [f"{where}:{node.lineno}: {ast.unparse(node)}" for node in imports]
    assert not offenders


def test_no_module_asks_what_kind_of_rule_a_gate_has() -> None:
    # There is one. A gate of a third kind, a user's function or one of another framework, would be taken for what it is not.
    asks = [
        f"{where}:{node.lineno}"
        for where, _, nodes in modules("graphstep")
        for node in nodes
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance" and "Rule" in named(node.args[1])
    ]
    assert not asks


def test_the_table_of_gates_is_asked_by_readers_only() -> None:
    # A program carries its rules: a gate that is in no table has to be as good as one that is.
    readers = (
        "graphstep/gates/",
        "graphstep/language/",
        "graphstep/engine/archive/programs",
        "graphstep/engine/capture/programs",
        "graphstep/engine/capture/jax/primitives",
        "graphstep/engine/capture/pytorch/table",
        "graphstep/engine/capture/same",
        "graphstep/debugger/conditions",
        "graphstep/telling/words/template",
        "graphstep/analysis/diagnosis/network",
        "graphstep/faces/snapshots",
        "graphstep/teaching/judge/gate",
        "graphstep/teaching/judge/machine",
    )
    offenders = [
        f"{where}:{node.lineno}"
        for where, _, nodes in modules("graphstep")
        if not where.startswith(readers)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and {alias.name for alias in node.names} & {"GATES", "STRUCTURAL", "ELEMENTWISE"}
    ]
    assert not offenders


def named(node: ast.expr) -> list[str]:
    """The names in an expression."""
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]


def sentences(nodes: list[ast.AST]) -> list[str]:
    """The texts of several words that a module says itself; docstrings, errors, assertions and markup are none of them."""
    silent: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Raise | ast.Assert) or (isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Error")):
            silent |= {id(part) for part in ast.walk(node)}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Binding":
            # Textual wants a description of a key, and shows it nowhere.
            silent |= {id(part) for part in ast.walk(node)}
        elif (isinstance(node, ast.keyword) and node.arg == "classes") or isinstance(node, ast.Expr):
            silent.add(id(node.value))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in silent]
    texts = [text for text in texts if isinstance(text, str) and text not in TEXTS_OF_ROWS and not MARKUP.search(text)]
    return [text for text in texts if re.search(r"[a-z]{2,} [a-z]{2,}", text)]


def test_what_a_user_reads_is_written_where_a_language_finds_it() -> None:
    # What stands elsewhere is said in English in every language.
    counts = dict.fromkeys(STILL_ENGLISH, 0)
    for where, _, nodes in modules("graphstep"):
        room = where.split("/")[1]
        if room in counts and not where.startswith(ENGLISH_ONLY):
            counts[room] += len(sentences(nodes))
    assert {room: count for room, count in counts.items() if count > STILL_ENGLISH[room]} == {}


def test_no_test_looks_at_a_clock() -> None:
    # A busy machine would fail it. Work is counted (tests/effort.py); what has to be fast stands in tests/benchmarks.
    offenders = []
    for where, _, nodes in modules("tests"):
        if "benchmarks" in where or where.rpartition("/")[2] in MAY_LOOK:
            continue
        waits = [node.keywords for node in nodes if isinstance(node, ast.Call)]
        bounded = any(word.arg == "timeout" for words in waits for word in words)
        if imported(nodes) & CLOCKS or bounded:
            offenders.append(where)
    assert not offenders


def test_every_test_that_opens_a_screen_has_the_clock_that_jumps() -> None:
    # Without the fixtures of tests/faces/tui a test passes as well, and waits by the clock of the machine.
    slow = []
    for where, _, nodes in modules("tests"):
        names = {f"{node.module}.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
        opens = names & {f"tests.faces.tui.driving.{name}" for name in ("drive", "opened")}
        opens |= names & {"graphstep.faces.tui.recorder.record"}
        opens |= {node.attr for node in nodes if isinstance(node, ast.Attribute) and node.attr == "run_test"}
        other = where.rpartition("/")[2].startswith("test_") and not where.startswith("tests/faces/tui/")
        if other and opens and "tests.faces.tui.conftest.jumping" not in names:
            slow.append(where)
    assert not slow


HUBS = {
    "graphstep.engine.trace": "the views of a run hold it, and it makes them",
    "graphstep.language.read.builder": "the readers of calls, heads and entries put gates into it, and it calls them",
    "graphstep.engine.capture.arrays.array": "a function that is followed returns one, and its operators call those functions",
    "graphstep.telling.names": "a symbol holds the table that writes it, and the table makes symbols",
    "graphstep.faces.tui.screen": "a command gets the screen that binds it to a key",
    "graphstep.faces.tui.lesson": "it is a screen",
    "graphstep.faces.tui.round": "it is a screen",
    "graphstep.faces.tui.training": "it is a screen",
}
"""The modules of a class that its parts name in their annotations, each with the reason. Any other circle of types is one too."""


def test_no_module_needs_itself_in_a_circle_not_inside_a_function_and_not_for_a_type_either() -> None:
    named = {re.sub(r"(/__init__)?[.]py$", "", where).replace("/", "."): nodes for where, _, nodes in modules("graphstep")}
    graph = networkx.DiGraph()
    for name, nodes in named.items():
        blocks = [node for node in nodes if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
        typing = {inner for block in blocks for inner in ast.walk(block)}
        for node in nodes:
            if not isinstance(node, ast.ImportFrom) or node.module is None:
                continue
            inner = (f"{node.module}.{alias.name}" for alias in node.names)
            targets = (each if each in named else node.module for each in inner)
            graph.add_edges_from((name, each) for each in targets if node not in typing or each not in HUBS)
    circles = [circle for circle in networkx.strongly_connected_components(graph) if len(circle) > 1]
    assert not circles


VAGUE = {"found", "made", "known", "told"}
"""Participles that name nothing: as a parameter ``found`` had fourteen types."""


def test_variables_are_called_by_what_they_hold() -> None:
    names: list[str] = []
    for where, _, nodes in modules("graphstep"):
        stored = [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        parameters = [node.arg for node in nodes if isinstance(node, ast.arg)]
        names += [f"{where}: {name}" for name in stored + parameters if name in VAGUE]
    assert len(names) <= 20, names


def test_what_is_mutated_and_what_has_to_notice_are_there() -> None:
    for package in PACKAGES.values():
        assert all((FOLDER.parent / "graphstep" / source).exists() for source in package.sources)
        assert all((FOLDER / test).exists() for test in package.tests)


CROSSING = {
    "against_published": "numbers of lectures, textbooks and PyTorch, for gates, networks and lessons",
    "cases": "the helper `each` of these tests",
    "contracts": "what may import what, and what starting up loads",
    "docs": "what the pages say is run",
    "hash_seed": "the same bytes in every process, of every exporter and drawing",
    "hostile_text": "texts of users, wherever one is read",
    "house": "the rules of the house",
    "lessons_by_reading": "lessons, by what stands on the screen",
    "new_rows": "a new gate, optimizer or exporter, and the tests of its table",
    "odd_input": "odd files, streams and numbers, and every command",
    "random_programs": "runs beside SymPy and differences, on random programs",
    "transcripts": "one session typed at the prompt, pressed on the screen and performed alone",
    "truth": "every printed line, of every report and face",
}
"""The test files that look at several rooms, each with what it looks at. They stand in ``tests`` itself."""
PLACES = ("_in_a_browser", "_in_a_terminal")
"""What the name of a test file ends in that drives Chromium or a pseudo-terminal, behind the name of its module."""


def test_every_test_file_has_the_name_and_the_place_of_what_it_tests() -> None:
    names: dict[str, set[str]] = {}
    for where, _, _ in modules("graphstep"):
        _, *rooms, module = where.removesuffix(".py").split("/")
        names.setdefault("/".join(rooms), set()).add(rooms[-1] if module == "__init__" and rooms else module.lstrip("_"))
    names[""] = {*CROSSING}
    strays = []
    for where, _, _ in modules("tests"):
        _, *rooms, file = where.removesuffix(".py").split("/")
        if file.startswith("test_"):
            name = functools.reduce(str.removesuffix, PLACES, file.removeprefix("test_"))
            strays += [where] if name not in names.get("/".join(rooms), ()) else []
    assert not strays, "tests/engine/test_tape.py is of graphstep/engine/tape.py; CONTRIBUTING.md has the rule"


MODEST = 60
"""Lines with code from which a module has to be named by a test file."""


def test_every_package_has_a_test_file_and_every_module_of_some_size_is_named_by_one() -> None:
    packages, named = set[str](), set[str]()
    for where, _, nodes in modules("tests"):
        _, *rooms, file = where.removesuffix(".py").split("/")
        if not file.startswith("test_"):
            continue
        own, room = file.removeprefix("test_"), "/".join(["graphstep", *rooms])
        packages.add(room)
        # The tests of a package are of each of its modules.
        named.add(f"{room}/*" if own in rooms[-1:] else f"{room}/{own}")
        froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
        named |= {f"{node.module}.{alias.name}".replace(".", "/") for node in froms for alias in node.names}
        named |= {node.module.replace(".", "/") for node in froms}
        # What is tested through others stands in the docstring of the file.
        quoted = re.findall(r"``([\w/]+)``", ast.get_docstring(nodes[0]) or "")
        named |= {f"{place}/{name}" for name in quoted for place in (room, "graphstep")}
    without = []
    for where, _, nodes in modules("graphstep"):
        room, _, module = where.removesuffix(".py").rpartition("/")
        lines = {node.lineno for node in nodes if isinstance(node, ast.stmt | ast.expr)}
        if any(isinstance(node, ast.FunctionDef) for node in nodes) and room != "graphstep":
            without += [room] if room not in packages else []
            name = f"{room}/{module.lstrip('_')}"
            without += [where] if len(lines) > MODEST and not {name, where.removesuffix(".py"), f"{room}/*"} & named else []
    assert not without, "CONTRIBUTING.md says where tests stand"
