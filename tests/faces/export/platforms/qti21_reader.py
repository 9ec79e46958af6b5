"""A strict reader of QTI 2.1 packages, which does what response processing says."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Mapping
from copy import deepcopy
from html import escape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from tests.faces.export.platforms.reading import Gap, Read, plain

ITEM = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
PACKAGE = "{http://www.imsglobal.org/xsd/imscp_v1p1}"
ORDER = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"]
"""The children of an item, in the order that the schema wants."""


class Field(Gap):
    """A field of an item: an answer is what processing makes of it alone."""

    def __init__(self, kind: str, item: Item, name: str) -> None:
        super().__init__(kind, [])
        self.item, self.name = item, name
        conditions = (each for each in item.root.iter(f"{ITEM}responseCondition") if item.asks(each) == name)
        self.weight = sum(
            float(value.text or "") for each in conditions for value in each.findall(f".//{ITEM}sum/{ITEM}baseValue")
        )

    def grade(self, typed: str) -> tuple[float, str]:
        chosen = (each.attrib["identifier"] for each in self.item.options(self.name) if plain(inside(each)) == typed)
        typed = next(chosen, typed)
        score, said = self.item.process({self.name: typed})
        return 100 * score / self.weight, " ".join(said)


class Item:
    """An item as it stands in its file."""

    def __init__(self, root: Element) -> None:
        self.root = root
        children = [child.tag.removeprefix(ITEM) for child in root]
        assert children == sorted(children, key=ORDER.index)
        self.declared = {each.attrib["identifier"]: each.attrib["baseType"] for each in root.iter(f"{ITEM}responseDeclaration")}
        (score,) = (each for each in root.iter(f"{ITEM}outcomeDeclaration") if each.attrib["identifier"] == "SCORE")
        self.most = float(score.attrib["normalMaximum"])
        outcomes = {each.attrib["identifier"] for each in root.iter(f"{ITEM}outcomeDeclaration")}
        assert {each.attrib["outcomeIdentifier"] for each in root.iter(f"{ITEM}modalFeedback")} == outcomes - {"SCORE"}
        self.feedback = {each.attrib["identifier"]: each for each in root.iter(f"{ITEM}modalFeedback")}
        asked = {each.attrib["responseIdentifier"] for each in root.iter() if "responseIdentifier" in each.attrib}
        assert asked == set(self.declared)

    def options(self, name: str) -> list[Element]:
        """What can be chosen in a field."""
        choices = (each for each in self.root.iter(f"{ITEM}choiceInteraction") if each.attrib["responseIdentifier"] == name)
        return [option for each in choices for option in each]

    def asks(self, condition: Element) -> str:
        """The field that a condition is about."""
        (name,) = {each.attrib["identifier"] for each in condition.iter(f"{ITEM}variable")} - {"SCORE"}
        return name

    @property
    def body(self) -> Element:
        (body,) = self.root.findall(f"{ITEM}itemBody")
        return body

    def process(self, responses: Mapping[str, str]) -> tuple[float, list[str]]:
        """The score, and the feedback besides the worked answer."""
        state: dict[str, object] = {"SCORE": 0.0}
        state |= {name: float(typed) if self.declared[name] == "float" else typed for name, typed in responses.items()}
        (processing,) = self.root.findall(f"{ITEM}responseProcessing")
        for rule in processing:
            run(rule, state)
        said = [
            plain(inside(each))
            for each in self.root.iter(f"{ITEM}modalFeedback")
            if state.get(each.attrib["outcomeIdentifier"]) == each.attrib["identifier"] != "WORKED"
        ]
        return float(str(state["SCORE"])), said


def run(rule: Element, state: dict[str, object]) -> None:
    tag = rule.tag.removeprefix(ITEM)
    if tag == "setOutcomeValue":
        state[rule.attrib["identifier"]] = value(rule[0], state)
        return
    assert tag == "responseCondition"
    for branch in rule:
        condition, *rules = branch
        if value(condition, state):
            for each in rules:
                run(each, state)
            return


def value(expression: Element, state: Mapping[str, object]) -> object:
    tag, parts = expression.tag.removeprefix(ITEM), list(expression)
    if tag == "variable":
        return state.get(expression.attrib["identifier"])
    if tag == "baseValue":
        return float(expression.text or "") if expression.attrib["baseType"] == "float" else expression.text or ""
    given = [value(part, state) for part in parts]
    if tag in ("and", "or"):
        return all(given) if tag == "and" else any(given)
    if None in given:
        return None
    one, other = given
    match tag:
        case "gte":
            return one >= other
        case "lte":
            return one <= other
        case "match":
            return one == other
        case "stringMatch":
            assert expression.attrib["caseSensitive"] == "false"
            return one.casefold() == other.casefold()
        case "sum":
            return one + other
    raise AssertionError(tag)


def inside(element: Element) -> str:
    """What an element holds, as the XHTML that it was."""
    copy = deepcopy(element)
    for each in copy.iter():
        each.tag = each.tag.removeprefix(ITEM)
    return escape(copy.text or "") + "".join(ElementTree.tostring(child, encoding="unicode") for child in copy)


def read(content: bytes) -> tuple[str, list[Read]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = ElementTree.fromstring(files["imsmanifest.xml"])
    resources = {each.attrib["identifier"]: each for each in manifest.iter(f"{PACKAGE}resource")}
    listed = {each.attrib["href"] for each in manifest.iter(f"{PACKAGE}file")}
    assert listed == set(files) - {"imsmanifest.xml"}
    assert {each.attrib["identifierref"] for each in manifest.iter(f"{PACKAGE}dependency")} == set(resources) - {"test"}
    test = ElementTree.fromstring(files["test.xml"])
    refs = [(each.attrib["identifier"], each.attrib["href"]) for each in test.iter(f"{ITEM}assessmentItemRef")]
    assert all(resources[name].attrib["href"] == href for name, href in refs)
    return test.attrib["title"], [question(name, files) for _, name in refs]


def question(name: str, files: Mapping[str, bytes]) -> Read:
    item = Item(ElementTree.fromstring(files[name]))
    kinds = {"float": "number", "identifier": "choice", "string": "words"}
    gaps: list[Gap] = [Field(kinds[kind], item, key) for key, kind in item.declared.items()]
    if item.root.find(f".//{ITEM}extendedTextInteraction") is not None:
        gaps = [Gap("essay", [], 0)]
    body = item.body
    stem = "".join(inside(part) for part in body if part.tag == f"{ITEM}div")
    shown = {each.attrib["src"] for each in body.iter(f"{ITEM}img")}
    pictures = {src: files[posixpath.normpath(posixpath.join("items", src))] for src in shown}
    assert sum(gap.weight for gap in gaps) == (0 if gaps[0].kind == "essay" else pytest.approx(item.most))
    return Read(item.root.attrib["title"], stem, gaps, inside(item.feedback["WORKED"]), pictures)
