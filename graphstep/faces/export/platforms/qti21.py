"""QTI 2.1: a content package with an item for each blank, a test that holds them in order, and the pictures.

Format: IMS Question and Test Interoperability 2.1, https://www.imsglobal.org/question/qtiv2p1/imsqti_infov2p1.html (items,
response processing, feedback) and imsqti_intgv2p1.html (the package and its types of resources).

An answer is right between two bounds, and not by ``equal`` with a tolerance: both say the same, and qti-components knows bounds
only. What a misconception comes to is looked for next, in order, and has its sentence as modal feedback. The way to the answer is
modal feedback too, shown after every answer. Mathematics is MathML.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphstep.faces.export.platforms._markup import Markup, picture_name
from graphstep.faces.export.platforms._package import element, package, pictures_of, rooted
from graphstep.faces.export.platforms._tasks import Task, given, has_picture, plain_number, short, tasks_of
from graphstep.teaching.exercise.comparison import Choice, Judged, Numbers, Spelling, Words
from graphstep.teaching.exercise.exercise import Exercise

SUFFIX = ".zip"

_PICTURES = "images/"
_ITEM = {"": "http://www.imsglobal.org/xsd/imsqti_v2p1"}
_PACKAGE = {"": "http://www.imsglobal.org/xsd/imscp_v1p1"}
_WORKED = "WORKED"
"""The feedback that is always shown, and the outcome that shows it.

Each outcome holds one name: qti-components makes one text of the names that ``multiple`` puts together.
"""


def writes(exercises: Sequence[Exercise], title: str) -> bytes:
    """The package."""
    tasks = [task for exercise in exercises for task in tasks_of(exercise)]
    pictures = pictures_of(exercises, _PICTURES)
    items = {f"items/{place}.xml": task for place, task in enumerate(tasks, 1)}
    files = {"imsmanifest.xml": _manifest(items), "test.xml": _test(items, title)}
    return package({**files, **{name: _item(task) for name, task in items.items()}, **pictures})


def _manifest(items: dict[str, Task]) -> str:
    resources = []
    for name, task in items.items():
        trace = task.exercise.trace
        shown = [element("file", href=f"{_PICTURES}{picture_name(trace)}")] if has_picture(trace) else []
        files = (element("file", href=name), *shown)
        resources.append(element("resource", *files, identifier=_id(name), type="imsqti_item_xmlv2p1", href=name))
    needs = (element("dependency", identifierref=_id(name)) for name in items)
    test = element(
        "resource", element("file", href="test.xml"), *needs, identifier="test", type="imsqti_test_xmlv2p1", href="test.xml"
    )
    about = element("metadata", element("schema", "QTIv2.1 Package"), element("schemaversion", "1.0.0"))
    inside = (about, element("organizations"), element("resources", test, *resources))
    return rooted("manifest", _PACKAGE, *inside, identifier="graphstep")


def _id(name: str) -> str:
    """What a file is called in the manifest."""
    return f"item-{name.removeprefix('items/').removesuffix('.xml')}"


def _test(items: dict[str, Task], title: str) -> str:
    refs = [element("assessmentItemRef", identifier=_id(name), href=name) for name in items]
    section = element("assessmentSection", *refs, identifier="section", title=short(title), visible="true")
    part = element("testPart", section, identifier="part", navigationMode="nonlinear", submissionMode="individual")
    return rooted("assessmentTest", _ITEM, part, identifier="test", title=short(title) or "graphstep")


# -- an item -------------------------------------------------------------------------------------------------------------------


def _item(task: Task) -> str:
    trace = task.exercise.trace
    markup = Markup(trace.writing.language, f"../{_PICTURES}")
    said = _Feedback()
    declared, body, processing = _parts(task, markup, said)
    worked = element("div", markup.fragment(task.worked))
    shown = [(_WORKED, _WORKED, worked)]
    shown += [(outcome, name, element("p", markup.words(text))) for (outcome, text), name in said.names.items()]
    feedback = (
        element("modalFeedback", text, outcomeIdentifier=outcome, identifier=name, showHide="show")
        for outcome, name, text in shown
    )
    outcomes = dict.fromkeys(outcome for outcome, *_ in shown)
    content = (
        *declared,
        _outcome("SCORE", "float", normalMaximum=plain_number(task.blank.marks), default="0"),
        *(element("outcomeDeclaration", identifier=name, cardinality="single", baseType="identifier") for name in outcomes),
        element("itemBody", element("div", markup.fragment(given(trace)), markup.fragment(task.asked)), body),
        element("responseProcessing", *processing, _shows(_WORKED, _WORKED)),
        *feedback,
    )
    about = {"identifier": task.key, "title": task.name, "adaptive": "false", "timeDependent": "false"}
    return rooted("assessmentItem", _ITEM, *content, **about, **{"xml:lang": trace.writing.language})


class _Feedback:
    """The sentences of an item, each with a name; a field has an outcome of its own, so that every wrong cell is told."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, str], str] = {}
        """The names, by the outcome and the sentence."""

    def says(self, text: str, field: str = "RESPONSE") -> str:
        """The rule that shows a sentence behind a field."""
        outcome = field.replace("RESPONSE", "FEEDBACK")
        return _shows(outcome, self.names.setdefault((outcome, text), f"SAID-{len(self.names) + 1}"))


def _parts(task: Task, markup: Markup, said: _Feedback) -> tuple[list[str], str, list[str]]:
    """What is declared, what stands in the body, and how it is processed."""
    match task.answers:
        case Numbers() as numbers:
            names = [f"RESPONSE-{place}" for place in range(1, len(numbers.cells) + 1)]
            pairs = list(zip(names, numbers.cells, strict=True))
            declared = [_declared(name, "float", plain_number(cell.value)) for name, cell in pairs]
            fields = [element("textEntryInteraction", responseIdentifier=name, expectedLength="12") for name in names]
            earned = plain_number(task.blank.marks / len(names))
            processing = []
            for name, cell in pairs:
                right = (_between(name, cell.value, cell.room), _earn(earned))
                wrong = ((_between(name, each.value, each.room), said.says(each.text, name)) for each in cell.wrong)
                processing.append(_conditions(right, *wrong))
            return declared, _table(fields, numbers), processing
        case Choice(options=options):
            places = [f"CHOICE-{place}" for place in range(1, len(options) + 1)]
            right_place = next(place for place, option in zip(places, options, strict=True) if option.right)
            choices = [
                element("simpleChoice", markup.words(option.text), identifier=place)
                for place, option in zip(places, options, strict=True)
            ]
            asked = element("choiceInteraction", *choices, responseIdentifier="RESPONSE", shuffle="false", maxChoices="1")
            full = _earn(plain_number(task.blank.marks))
            cases = [
                (_matches("RESPONSE", place), full if option.right else said.says(option.said))
                for place, option in zip(places, options, strict=True)
            ]
            return [_declared("RESPONSE", "identifier", right_place)], asked, [_conditions(*cases)]
        case Words(right=right, wrong=wrong_spellings):
            field = element("p", element("textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="20"))
            first = (_spelled(right, markup), _earn(plain_number(task.blank.marks)))
            others = ((_spelled(each, markup), said.says(each.said)) for each in wrong_spellings)
            return [_declared("RESPONSE", "string", markup.words(right.forms[0]))], field, [_conditions(first, *others)]
        case Judged():
            whose = element("rubricBlock", element("p", element("code", markup.words(task.answers.answer))), view="scorer")
            field = element("extendedTextInteraction", responseIdentifier="RESPONSE", expectedLines="3")
            return [_declared("RESPONSE", "string", "")], field + whose, []


def _table(fields: Sequence[str], numbers: Numbers) -> str:
    """The fields of an array as it is laid out; of a number one field."""
    if not numbers.shape:
        return element("p", fields[0])
    width = numbers.shape[-1]
    rows = (fields[start : start + width] for start in range(0, len(fields), width))
    return element("table", element("tbody", *(element("tr", *(element("td", field) for field in row)) for row in rows)))


def _declared(name: str, kind: str, right: str) -> str:
    correct = (element("correctResponse", element("value", right)),) if right else ()
    return element("responseDeclaration", *correct, identifier=name, cardinality="single", baseType=kind)


def _outcome(name: str, kind: str, *, default: str, **attributes: str) -> str:
    value = element("defaultValue", element("value", default))
    return element("outcomeDeclaration", value, identifier=name, cardinality="single", baseType=kind, **attributes)


# -- response processing -------------------------------------------------------------------------------------------------------


def _conditions(first: tuple[str, str], *others: tuple[str, str]) -> str:
    """What is done in the first case that holds."""
    rest = (element("responseElseIf", *case) for case in others)
    return element("responseCondition", element("responseIf", *first), *rest)


def _between(name: str, value: float, room: float) -> str:
    """Whether a number lies within a room around another."""
    bounds = (("gte", value - room), ("lte", value + room))
    return element("and", *(element(sign, _variable(name), _value("float", plain_number(bound))) for sign, bound in bounds))


def _matches(name: str, place: str) -> str:
    return element("match", _variable(name), _value("identifier", place))


def _spelled(spelling: Spelling, markup: Markup) -> str:
    return element("or", *_same(spelling, markup))


def _same(spelling: Spelling, markup: Markup) -> Iterator[str]:
    for form in spelling.forms:
        yield element("stringMatch", _variable("RESPONSE"), _value("string", markup.words(form)), caseSensitive="false")


def _earn(marks: str) -> str:
    return element("setOutcomeValue", element("sum", _variable("SCORE"), _value("float", marks)), identifier="SCORE")


def _shows(outcome: str, name: str) -> str:
    return element("setOutcomeValue", _value("identifier", name), identifier=outcome)


def _variable(name: str) -> str:
    return element("variable", identifier=name)


def _value(kind: str, value: str) -> str:
    return element("baseValue", value, baseType=kind)
