"""A package for Canvas' classic quizzes: QTI 1.2 with Canvas' own fields, as text2qti writes it.

Format: https://www.imsglobal.org/question/qtiv1p2/imsqti_asi_bindv1p2.html for the elements; Canvas' importer takes a part of
them, with fields of its own, which are those of text2qti 0.8 (https://github.com/gpoore/text2qti): Canvas takes its packages.

A number lies between two bounds. Canvas knows no feedback for one wrong number, and none for a wrong text: what misconceptions
come to stands together in the feedback for any wrong answer. An array is a question for each of its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from hashlib import sha256
from html import escape

from graphstep.faces.export.platforms._markup import Tex
from graphstep.faces.export.platforms._package import element, package, pictures_of, rooted
from graphstep.faces.export.platforms._tasks import Task, cells_of, plain_number, short, tasks_of
from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.comparison import Cell, Choice, Judged, Numbers, Words
from graphstep.teaching.exercise.exercise import Exercise
from graphstep.telling.document import Block, Listing
from graphstep.telling.words.catalogue import message

SUFFIX = ".zip"

_PICTURES = "images/"
_BASE = "%24IMS-CC-FILEBASE%24/"
"""What Canvas puts the address of the course's files for."""
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_QUIZ = {"": "http://canvas.instructure.com/xsd/cccv1p0", "xsi": _XSI}
_ASSESSMENT = {"": "http://www.imsglobal.org/xsd/ims_qtiasiv1p2", "xsi": _XSI}
_MANIFEST = {
    "": "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1",
    "lom": "http://ltsc.ieee.org/xsd/imsccv1p1/LOM/resource",
    "imsmd": "http://www.imsglobal.org/xsd/imsmd_v1p2",
    "xsi": _XSI,
}
_LOCATIONS = {
    "quiz": "http://canvas.instructure.com/xsd/cccv1p0 https://canvas.instructure.com/xsd/cccv1p0.xsd",
    "assessment": "http://www.imsglobal.org/xsd/ims_qtiasiv1p2 http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd",
}


def writes(exercises: Sequence[Exercise], title: str) -> bytes:
    """The package; its ids come from what it holds, so that another quiz does not replace this one."""
    questions = [question for exercise in exercises for task in tasks_of(exercise) for question in _questions(task)]
    items, name = "".join(map(_item, questions)), short(title) or "graphstep"
    # As Canvas names things: a letter and 31 hexadecimal digits.
    key = f"g{sha256((name + items).encode(errors='replace')).hexdigest()[:31]}"
    pictures = pictures_of(exercises, _PICTURES)
    files = {
        "imsmanifest.xml": _manifest(key, list(pictures)),
        f"{key}/assessment_meta.xml": _meta(key, name, sum(question.points for question in questions)),
        f"{key}/{key}.xml": _assessment(key, name, items),
    }
    return package({**files, **pictures})


@dataclass
class _Question:
    """A question as Canvas has it; all texts are HTML."""

    kind: str
    key: str
    name: str
    points: float
    stem: str
    general: str
    presentation: str
    right: str = ""
    """What has to hold for an answer to be right; nothing where a person marks."""
    answers: tuple[str, ...] = ()
    """The ids of what can be chosen or typed."""
    wrong: str = ""
    """What is said to any wrong answer."""
    chosen: dict[str, str] = field(default_factory=dict)
    """What is said to who chooses an option, by its id."""


def _questions(task: Task) -> Iterator[_Question]:
    tex = Tex(task.exercise.trace.writing.language, f"{_BASE}{_PICTURES}")
    points, key = task.blank.marks, task.key

    def question(kind: str, key: str, asked: Sequence[Block], which: str, points: float, presentation: str) -> _Question:
        stem = tex.fragment((*task.stem, *asked))
        return _Question(kind, key, task.name + which, points, stem, tex.fragment(task.worked), presentation)

    match task.answers:
        case Numbers(cells=cells):
            for place, (cell, which, asked) in enumerate(cells_of(task), 1):
                one = question("numerical", f"{key}-{place}", asked, which, points / len(cells), _typed(fibtype="Decimal"))
                one.right, one.answers = _number(cell), (f"{one.key}-number",)
                one.wrong = _listed(tex, [(plain_number(wrong.value), wrong.text) for wrong in cell.wrong])
                yield one
        case Choice(options=options):
            names = [f"{key}-choice-{place}" for place in range(1, len(options) + 1)]
            labels = (
                element("response_label", _material(tex.words(option.text)), ident=name)
                for name, option in zip(names, options, strict=True)
            )
            chooser = element("response_lid", element("render_choice", *labels), ident="response1", rcardinality="Single")
            one = question("multiple_choice", key, tuple(task.asked), "", points, chooser)
            (right,) = (name for name, option in zip(names, options, strict=True) if option.right)
            one.right, one.answers = _equal(right), tuple(names)
            one.chosen = {
                name: tex.words(option.feedback) for name, option in zip(names, options, strict=True) if option.feedback
            }
            yield one
        case Words(right=spelling, wrong=others):
            one = question("short_answer", key, tuple(task.asked), "", points, _typed())
            one.right = "".join(_equal(escape(form)) for form in spelling.forms)
            one.answers = tuple(f"{key}-text-{place}" for place in range(1, len(spelling.forms) + 1))
            one.wrong = _listed(tex, [(each.forms[0], each.feedback) for each in others])
            yield one
        case Judged():
            yield question("essay", key, tuple(task.asked), "", points, _typed())


def _listed(tex: Tex, wrong: Sequence[tuple[str, str]]) -> str:
    """What misconceptions come to, each with its sentence."""
    items = tuple((message(tex.language, "platform-if", answer=answer, said=feedback),) for answer, feedback in wrong)
    return tex.block(Listing(items)) if items else ""


def _typed(**attributes: str) -> str:
    # These forms, down to rshuffle where there is no fibtype, are those that Canvas' importer is known to take.
    label = {"ident": "answer1", **({} if attributes else {"rshuffle": "No"})}
    field = element("render_fib", element("response_label", **label), **attributes)
    return element("response_str", field, ident="response1", rcardinality="Single")


def _number(cell: Cell) -> str:
    bounds = (("vargte", cell.value - cell.room), ("varlte", cell.value + cell.room))
    within = element("and", *(element(sign, plain_number(bound), respident="response1") for sign, bound in bounds))
    # As text2qti writes an answer with a margin: the exact value, or what lies within the bounds.
    return element("or", _equal(plain_number(cell.value)), within)


def _equal(text: str) -> str:
    return element("varequal", text, respident="response1")


def _material(text: str) -> str:
    """HTML as text of XML: it is escaped once more."""
    return element("material", element("mattext", escape(text), texttype="text/html"))


# -- the files -----------------------------------------------------------------------------------------------------------------


def _assessment(key: str, title: str, items: str) -> str:
    about = element("qtimetadata", _field("cc_maxattempts", "1"))
    section = element("section", items, ident="root_section")
    assessment = element("assessment", about, section, ident=key, title=title)
    return rooted("questestinterop", _ASSESSMENT, assessment, **{"xsi:schemaLocation": _LOCATIONS["assessment"]})


def _item(question: _Question) -> str:
    fields = (
        _field("question_type", f"{question.kind}_question"),
        _field("points_possible", plain_number(question.points)),
        _field("original_answer_ids", ",".join(question.answers)),
        _field("assessment_question_identifierref", f"{question.key}-ref"),
    )
    feedback = {"general_fb": question.general, "general_incorrect_fb": question.wrong}
    feedback |= {f"{name}_fb": text for name, text in question.chosen.items()}
    return element(
        "item",
        element("itemmetadata", element("qtimetadata", *fields)),
        element("presentation", _material(question.stem), question.presentation),
        element("resprocessing", _outcomes(), *_processing(question)),
        *(element("itemfeedback", element("flow_mat", _material(text)), ident=name) for name, text in feedback.items() if text),
        ident=question.key,
        title=question.name,
    )


def _outcomes() -> str:
    return element("outcomes", element("decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal"))


def _processing(question: _Question) -> Iterator[str]:
    """The conditions in the order in which Canvas looks at them."""
    anything = element("other")
    # continue="No" ends the conditions: feedback for every answer comes first, then what scores, and what is left is wrong.
    if not question.right:
        yield element("respcondition", element("conditionvar", anything), **{"continue": "No"})
    yield _shows("general_fb", anything)
    for name in question.chosen:
        yield _shows(f"{name}_fb", _equal(name))
    if question.right:
        scored = element("setvar", "100", action="Set", varname="SCORE")
        yield element("respcondition", element("conditionvar", question.right), scored, **{"continue": "No"})
    if question.wrong:
        yield _shows("general_incorrect_fb", anything)


def _shows(name: str, when: str) -> str:
    shown = element("displayfeedback", feedbacktype="Response", linkrefid=name)
    return element("respcondition", element("conditionvar", when), shown, **{"continue": "Yes"})


def _field(label: str, entry: str) -> str:
    return element("qtimetadatafield", element("fieldlabel", label), element("fieldentry", entry))


def _manifest(key: str, pictures: Sequence[str]) -> str:
    title = element("imsmd:general", element("imsmd:title", element("imsmd:string", "graphstep")))
    about = (element("schema", "IMS Content"), element("schemaversion", "1.1.3"), element("imsmd:lom", title))
    resources = [
        element(
            "resource",
            element("file", href=f"{key}/{key}.xml"),
            element("dependency", identifierref=f"{key}-meta"),
            identifier=key,
            type="imsqti_xmlv1p2",
        ),
        element(
            "resource",
            element("file", href=f"{key}/assessment_meta.xml"),
            identifier=f"{key}-meta",
            type="associatedcontent/imscc_xmlv1p1/learning-application-resource",
            href=f"{key}/assessment_meta.xml",
        ),
    ]
    resources += [
        element("resource", element("file", href=name), identifier=f"{key}-picture-{place}", type="webcontent", href=name)
        for place, name in enumerate(pictures, 1)
    ]
    inside = (element("metadata", *about), element("organizations"), element("resources", *resources))
    return rooted("manifest", _MANIFEST, *inside, identifier=f"{key}-manifest")


def _meta(key: str, title: str, points: float) -> str:
    """What Canvas shows of the quiz, and how it is taken; all else is Canvas' own default."""
    worth = element("points_possible", plain_number(points))
    assignment = element(
        "assignment",
        element("title", escape(title)),
        element("workflow_state", "unpublished"),
        element("quiz_identifierref", key),
        worth,
        element("grading_type", "points"),
        element("submission_types", "online_quiz"),
        identifier=f"{key}-assignment",
    )
    inside = (
        element("title", escape(title)),
        element("description"),
        element("shuffle_answers", "false"),
        element("scoring_policy", "keep_highest"),
        element("hide_results"),
        element("quiz_type", "assignment"),
        worth,
        element("show_correct_answers", "true"),
        element("allowed_attempts", "1"),
        element("one_question_at_a_time", "false"),
        element("cant_go_back", "false"),
        element("available", "false"),
        assignment,
    )
    return rooted("quiz", _QUIZ, *inside, identifier=key, **{"xsi:schemaLocation": _LOCATIONS["quiz"]})
