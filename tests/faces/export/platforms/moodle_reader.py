"""A strict reader of Moodle XML: the elements of each type of question as Moodle's importer reads them, and no others."""

from __future__ import annotations

import re
from base64 import b64decode
from html import unescape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tests.faces.export.platforms.reading import Answer, Gap, Read, plain

COMMON = {"name", "questiontext", "generalfeedback", "defaultgrade", "penalty", "hidden", "idnumber"}
OWN = {
    "numerical": {"answer", "unitgradingtype", "unitpenalty", "showunits", "unitsleft"},
    "multichoice": {"answer", "single", "shuffleanswers", "answernumbering"},
    "shortanswer": {"answer", "usecase"},
    "essay": {"responseformat", "responserequired", "responsefieldlines", "graderinfo"},
    "cloze": set(),
}
START = re.compile(r"\{(?P<weight>\d*):(?P<kind>NUMERICAL|MULTICHOICE_V|SHORTANSWER):")
ALTERNATIVE = re.compile(
    r"(?P<share>=|%(-?\d+)%)?(?P<answer>.+?)(?<![\\&])(?=[~#}])(?:#(?P<said>.*?)(?<!\\)(?=[~}]))?", re.DOTALL
)
NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
NUMERICAL = re.compile(rf"({NUMBER})(?::({NUMBER}))?")


def read(content: bytes) -> tuple[str, list[Read]]:
    """The category and the questions."""
    quiz = ElementTree.fromstring(content)
    assert quiz.tag == "quiz"
    category, *questions = quiz
    assert category.attrib == {"type": "category"}
    assert not any(element.tag == "file" for element in category.iter())
    return only(category, "category/text"), [_question(question) for question in questions]


def only(parent: Element, path: str) -> str:
    (element,) = parent.findall(path)
    assert not list(element)
    return element.text or ""


def _question(question: Element) -> Read:
    kind = question.attrib["type"]
    assert question.keys() == ["type"]
    counts = {child.tag: len(question.findall(child.tag)) for child in question}
    assert set(counts) == COMMON | OWN[kind], (kind, set(counts) ^ (COMMON | OWN[kind]))
    assert all(count == 1 for tag, count in counts.items() if tag != "answer")
    assert re.fullmatch(r"\d+(\.\d+)?", only(question, "defaultgrade"))
    assert len(only(question, "name/text")) <= 255
    assert len(only(question, "idnumber")) <= 100
    text = question.find("questiontext")
    assert text is not None
    assert text.attrib == {"format": "html"}
    pictures = {}
    for file in text.findall("file"):
        assert file.attrib["encoding"] == "base64"
        pictures[f"@@PLUGINFILE@@{file.attrib['path']}{file.attrib['name']}"] = b64decode(file.text or "", validate=True)
    stem = only(text, "text")
    gaps = []
    if kind == "cloze":
        stem, gaps = _embedded(stem)
        assert gaps
    elif kind == "essay":
        gaps = [Gap("essay", [])]
    else:
        gaps = [Gap({"numerical": "number", "multichoice": "choice"}.get(kind, "words"), _answers(question, kind))]
    return Read(only(question, "name/text"), stem, gaps, only(question, "generalfeedback/text"), pictures)


def _answers(question: Element, kind: str) -> list[Answer]:
    answers = []
    for answer in question.findall("answer"):
        text, room = only(answer, "text"), None
        if kind == "numerical":
            assert NUMERICAL.fullmatch(text)
            room = float(only(answer, "tolerance"))
        # Of a choice the text is HTML; of a short answer it is plain, and a star stands for anything.
        assert kind != "shortanswer" or "*" not in text
        said = only(answer, "feedback/text")
        answers.append(
            Answer(plain(text) if kind == "multichoice" else text, room, float(answer.attrib["fraction"]), plain(said))
        )
    return answers


def _embedded(text: str) -> tuple[str, list[Gap]]:
    """The text with a blank in place of every gap, and the gaps."""
    gaps, stem, place = [], "", 0
    while match := START.search(text, place):
        stem += text[place : match.start()] + "____"
        place, answers = match.end(), []
        while True:
            part = ALTERNATIVE.match(text, place)
            assert part, text[place : place + 80]
            share = 100.0 if part["share"] == "=" else float((part["share"] or "0").strip("%"))
            answer, room = unescape(part["answer"]), None
            if match["kind"] == "NUMERICAL":
                number = NUMERICAL.fullmatch(answer)
                assert number, answer
                answer, room = number[1], float(number[2])
            elif match["kind"] == "MULTICHOICE_V":
                answer = plain(part["answer"])
            answers.append(Answer(answer, room, share, plain(part["said"] or "")))
            place = part.end()
            if text[place] == "}":
                break
            assert text[place] == "~"
            place += 1
        place += 1
        kind = {"NUMERICAL": "number", "MULTICHOICE_V": "choice"}.get(match["kind"], "words")
        gaps.append(Gap(kind, answers, float(match["weight"])))
    return stem + text[place:], gaps
