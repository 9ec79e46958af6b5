"""QTI 2.1: a content package with an item for each exercise, a test that holds them in order, and the pictures.

Format: IMS Question and Test Interoperability 2.1, https://www.imsglobal.org/question/qtiv2p1/imsqti_infov2p1.html (items,
response processing, feedback) and imsqti_intgv2p1.html (the package and its types of resources).

An answer is right between two bounds, and not by ``equal`` with a tolerance: both say the same, and qti-components knows bounds
only. What a misconception comes to is looked for next, in order, and has its sentence as modal feedback. The way to the answer is
modal feedback too, shown after every answer. Mathematics is MathML.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphstep.faces.export.platforms._markup import Markup, picture_name
from graphstep.faces.export.platforms._package import element, package, pictures_of, rooted
from graphstep.faces.export.platforms._tasks import (
    Task,
    given,
    has_picture,
    identifier,
    name_of,
    plain_number,
    short,
    tasks_of,
    together,
    worked,
)
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
    groups = [tasks for exercise in exercises for tasks in together(tasks_of(exercise))]
    pictures = pictures_of(exercises, _PICTURES)
    items = {f"items/{place}.xml": tasks for place, tasks in enumerate(groups, 1)}
    files = {"imsmanifest.xml": _manifest(items), "test.xml": _test(items, title)}
    return package({**files, **{name: _item(tasks) for name, tasks in items.items()}, **pictures})


def _manifest(items: dict[str, Sequence[Task]]) -> str:
    resources = []
    for name, (task, *_) in items.items():
        trace = task.exercise.trace
        shown = [element("file", href=f"{_PICTURES}{picture_name(trace)}")] if has_picture(trace) else []
        files = (element("file", href=name), *shown)
        resources.append(element("resource", *files, identifier=_id(name), type="imsqti_item_xmlv2p1", href=name))
    needs = (element("dependency", identifierref=_id(name)) for name in items)
    test = element(
        "resource", element("file", href="test.xml"), *needs, identifier="test", type="imsqti_test_xmlv2p1", href="test.xml"
    )
    # The names that the integration guide prescribes for a package of items and a test.
    about = element("metadata", element("schema", "QTIv2.1 Package"), element("schemaversion", "1.0.0"))
    inside = (about, element("organizations"), element("resources", test, *resources))
    return rooted("manifest", _PACKAGE, *inside, identifier="graphstep")


def _id(name: str) -> str:
    """What a file is called in the manifest."""
    return f"item-{name.removeprefix('items/').removesuffix('.xml')}"


def _test(items: dict[str, Sequence[Task]], title: str) -> str:
    refs = [element("assessmentItemRef", identifier=_id(name), href=name) for name in items]
    section = element("assessmentSection", *refs, identifier="section", title=short(title), visible="true")
    part = element("testPart", section, identifier="part", navigationMode="nonlinear", submissionMode="individual")
    return rooted("assessmentTest", _ITEM, part, identifier="test", title=short(title) or "graphstep")


# -- an item -------------------------------------------------------------------------------------------------------------------


def _item(tasks: Sequence[Task]) -> str:
    first, *others = tasks
    trace = first.exercise.trace
    markup = Markup(trace.writing.language, f"../{_PICTURES}")
    item, body = _Item(), [element("div", markup.fragment(given(first.exercise)))]
    for task in tasks:
        asked = element("div", markup.fragment(task.numbered if others else task.asked))
        body += [asked, _field(task, f"RESPONSE-{task.blank.name}", markup, item)]
    shown = [(_WORKED, _WORKED, element("div", markup.fragment(worked(tasks))))]
    shown += [(outcome, name, element("p", markup.words(text))) for (outcome, text), name in item.feedback.items()]
    feedback = (
        element("modalFeedback", text, outcomeIdentifier=outcome, identifier=name, showHide="show")
        for outcome, name, text in shown
    )
    outcomes = dict.fromkeys(outcome for outcome, *_ in shown)
    content = (
        *item.declared,
        _outcome("SCORE", "float", normalMaximum=plain_number(sum(task.blank.marks for task in tasks)), default="0"),
        *(element("outcomeDeclaration", identifier=name, cardinality="single", baseType="identifier") for name in outcomes),
        element("itemBody", *body),
        element("responseProcessing", *item.processing, _shows(_WORKED, _WORKED)),
        *feedback,
    )
    key = identifier(first.exercise.code) if others else first.key
    about = {"identifier": key, "title": name_of(tasks), "adaptive": "false", "timeDependent": "false"}
    return rooted("assessmentItem", _ITEM, *content, **about, **{"xml:lang": trace.writing.language})


class _Item:
    """What an item declares and does; a field has an outcome of its own, so that every wrong cell is told."""

    def __init__(self) -> None:
        self.declared: list[str] = []
        self.processing: list[str] = []
        self.feedback: dict[tuple[str, str], str] = {}
        """The names of the sentences, by the outcome and the sentence."""

    def declare(self, name: str, kind: str, right: str) -> None:
        """A field, with the right answer where a machine knows it."""
        correct = (element("correctResponse", element("value", right)),) if right else ()
        self.declared.append(element("responseDeclaration", *correct, identifier=name, cardinality="single", baseType=kind))

    def says(self, text: str, field: str) -> str:
        """The rule that shows a sentence behind a field."""
        outcome = field.replace("RESPONSE", "FEEDBACK")
        return _shows(outcome, self.feedback.setdefault((outcome, text), f"SAID-{len(self.feedback) + 1}"))


def _field(task: Task, name: str, markup: Markup, item: _Item) -> str:
    """The interaction of a blank; what it declares and does goes into the item."""
    marks = task.blank.marks
    match task.answers:
        case Numbers() as numbers:
            names = [f"{name}-{place}" for place in range(1, len(numbers.cells) + 1)] if numbers.shape else [name]
            for field, cell in zip(names, numbers.cells, strict=True):
                item.declare(field, "float", plain_number(cell.value))
                right = (_between(field, cell.value, cell.room), _earn(marks / len(names)))
                wrong = ((_between(field, each.value, each.room), item.says(each.text, field)) for each in cell.wrong)
                item.processing.append(_conditions(right, *wrong))
            fields = [element("textEntryInteraction", responseIdentifier=field, expectedLength="12") for field in names]
            return _table(fields, numbers)
        case Choice(options=options):
            places = {f"CHOICE-{place}": option for place, option in enumerate(options, 1)}
            item.declare(name, "identifier", next(place for place, option in places.items() if option.right))
            cases = (
                (_matches(name, place), _earn(marks) if option.right else item.says(option.feedback, name))
                for place, option in places.items()
            )
            item.processing.append(_conditions(*cases))
            choices = (element("simpleChoice", markup.words(each.text), identifier=place) for place, each in places.items())
            return element("choiceInteraction", *choices, responseIdentifier=name, shuffle="false", maxChoices="1")
        case Words(right=right_spelling, wrong=wrong_spellings):
            item.declare(name, "string", markup.words(right_spelling.forms[0]))
            first = (_spelled(name, right_spelling, markup), _earn(marks))
            others = ((_spelled(name, each, markup), item.says(each.feedback, name)) for each in wrong_spellings)
            item.processing.append(_conditions(first, *others))
            return element("p", element("textEntryInteraction", responseIdentifier=name, expectedLength="20"))
        case Judged():
            item.declare(name, "string", "")
            whose = element("rubricBlock", element("p", element("code", markup.words(task.answers.answer))), view="scorer")
            return element("extendedTextInteraction", responseIdentifier=name, expectedLines="3") + whose


def _table(fields: Sequence[str], numbers: Numbers) -> str:
    """The fields of an array as it is laid out; of a number one field."""
    if not numbers.shape:
        return element("p", fields[0])
    width = numbers.shape[-1]
    rows = (fields[start : start + width] for start in range(0, len(fields), width))
    return element("table", element("tbody", *(element("tr", *(element("td", field) for field in row)) for row in rows)))


def _outcome(name: str, kind: str, *, default: str, **attributes: str) -> str:
    value = element("defaultValue", element("value", default))
    return element("outcomeDeclaration", value, identifier=name, cardinality="single", baseType=kind, **attributes)


# -- response processing -------------------------------------------------------------------------------------------------------


def _conditions(*cases: tuple[str, str]) -> str:
    """The conditions of a response, of which the first that holds is carried out."""
    # One condition for all cases: of separate ones each would be carried out, and a misconception that lies within the room of
    # the answer would be told beside the marks.
    first, *others = cases
    rest = (element("responseElseIf", *case) for case in others)
    return element("responseCondition", element("responseIf", *first), *rest)


def _between(name: str, value: float, room: float) -> str:
    """Whether a number lies within a room around another."""
    bounds = (("gte", value - room), ("lte", value + room))
    return element("and", *(element(sign, _variable(name), _value("float", plain_number(bound))) for sign, bound in bounds))


def _matches(name: str, place: str) -> str:
    return element("match", _variable(name), _value("identifier", place))


def _spelled(name: str, spelling: Spelling, markup: Markup) -> str:
    forms = (_value("string", markup.words(form)) for form in spelling.forms)
    return element("or", *(element("stringMatch", _variable(name), form, caseSensitive="false") for form in forms))


def _earn(marks: float) -> str:
    return element(
        "setOutcomeValue", element("sum", _variable("SCORE"), _value("float", plain_number(marks))), identifier="SCORE"
    )


def _shows(outcome: str, name: str) -> str:
    return element("setOutcomeValue", _value("identifier", name), identifier=outcome)


def _variable(name: str) -> str:
    return element("variable", identifier=name)


def _value(kind: str, value: str) -> str:
    return element("baseValue", value, baseType=kind)
