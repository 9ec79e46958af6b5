"""``python -m graphstep.telling.words.template zh``: the file of a language with every message, new ones yet to be translated."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from string import Formatter

from graphstep.debugger.actions import ACTIONS, groups
from graphstep.faces import export
from graphstep.gates import GATES
from graphstep.gates.optimizers import OPTIMIZERS
from graphstep.telling.words.catalogue import FOLDER
from graphstep.telling.words.english import MESSAGES
from graphstep.telling.words.english.forms import English

_FIELDS = "Report-Msgid-Bugs-To POT-Creation-Date PO-Revision-Date Last-Translator Language-Team Generated-By Project-Id-Version"
_NOT_KEPT = tuple(f'"{field}: '.encode() for field in _FIELDS.split(" "))


def messages() -> Iterator[tuple[str, English]]:
    """Every message with its id: the English ones, then those of the rows of gates, optimizers, formats and actions."""
    yield from MESSAGES.items()
    for name, gate in GATES.items():
        yield f"gate.{name}.forward", gate.forward
        yield from (gate.sentence(slot) for slot in range(len(gate.backward)))
        if gate.pole:
            yield f"gate.{name}.pole", gate.pole
        yield from ((f"gate.{name}.remark.{key}", sentence) for key, sentence in gate.remarks.items())
        for place, rule in enumerate(gate.conventions):
            yield f"gate.{name}.convention.{place}", rule.says
            if rule.others:
                yield f"gate.{name}.convention.{place}.others", rule.others
    for name, optimizer in OPTIMIZERS.items():
        yield f"optimizer.{name}", optimizer.why
        if optimizer.others:
            yield f"optimizer.{name}.others", optimizer.others
    for name in export.formats():
        yield f"format.{name}", export.exporter(name).SUMMARY
    for group in groups(ACTIONS):
        yield f"actions.{group.replace(' ', '-')}", group
    for action in ACTIONS:
        yield f"action.{action.id}.label", action.label
        yield f"action.{action.id}.help", action.help


def template(language: str, text: bytes = b"") -> bytes:
    """The file of a language, made from what it holds already: translations stay while their English is the same."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po, write_po

    catalogue = read_po(BytesIO(text), locale=language) if text else Catalog(language)
    catalog = Catalog(language, project="graphstep", fuzzy=False, header_comment=f"# graphstep in the language {language}.")
    for key, english in messages():
        # Babel, as gettext, knows a pair by its singular; whether the plural is the same too is asked below.
        earlier = catalogue.get(english if isinstance(english, str) else english[0], context=key)
        catalog.add(english, earlier.string if earlier is not None and earlier.id == english else None, context=key)
    # In the order of the code and not of the alphabet: what is read together is translated together.
    written = BytesIO()
    write_po(written, catalog, width=120, omit_header=False)
    # Of the header only what reads the file is kept: the same messages make the same bytes.
    lines = (line for line in written.getvalue().splitlines(keepends=True) if not line.startswith(_NOT_KEPT))
    return b"".join(lines)


def faults(language: str, text: bytes) -> Iterator[str]:
    """What is wrong with the variables of a language's file, each with its line and its message."""
    from babel.messages.pofile import read_po

    for entry in read_po(BytesIO(text), locale=language):
        # The head of the file is the translation of nothing.
        if not entry.id:
            continue
        where = f"{language}.po:{entry.lineno}: {entry.context}"
        # All forms are held to the plural of the English, whose singular may leave its count out. Another language's may not: the
        # form that Russian has for 1 is that for 21 as well.
        wanted = _variables(entry.id if isinstance(entry.id, str) else entry.id[-1])
        for translation in (entry.string,) if isinstance(entry.string, str) else entry.string:
            try:
                # What is not translated yet lacks no variable.
                present = _variables(translation) if translation else wanted
            except ValueError as error:
                yield f"{where}: {error}"
                continue
            yield from (f"{where}: lacks {{{name}}}" for name in sorted(wanted - present))
            yield from (f"{where}: {{{name}}} is no variable of the English" for name in sorted(present - wanted))


def _variables(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def main(language: str) -> int:
    """Write the file of a language anew, or for the first time, and print what is wrong with it; the exit status."""
    path = FOLDER / f"{language}.po"
    path.write_bytes(template(language, path.read_bytes() if path.exists() else b""))
    print(path)
    wrong = list(faults(language, path.read_bytes()))
    print(*wrong, sep="\n", end="\n" * bool(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
