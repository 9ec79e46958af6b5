"""A strict reader of Canvas' packages, which marks as their conditions say."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tests.faces.export.platforms.reading import Gap, Read, images, plain

QTI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
MANIFEST = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"
KINDS = {"numerical": "number", "multiple_choice": "choice", "short_answer": "words", "essay": "essay"}


def packed(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def assessment(files: Mapping[str, bytes]) -> Element:
    """The questions of a package, found by its manifest."""
    manifest = ElementTree.fromstring(files["imsmanifest.xml"])
    (resource,) = (each for each in manifest.iter(f"{MANIFEST}resource") if each.attrib["type"] == "imsqti_xmlv1p2")
    return ElementTree.fromstring(files[resource[0].attrib["href"]])


class Item(Gap):
    """A question with its conditions."""

    def __init__(self, kind: str, item: Element) -> None:
        super().__init__(KINDS[kind], [])
        self.item = item
        self.said = {each.attrib["ident"]: plain(text_of(each)) for each in item.iter(f"{QTI}itemfeedback")}
        labels = (label for label in item.iter(f"{QTI}response_label") if len(label))
        self.options = {label.attrib["ident"]: plain(text_of(label)) for label in labels}

    def grade(self, typed: str) -> tuple[float, str]:
        typed = next((ident for ident, text in self.options.items() if text == typed), typed)
        score, shown = 0.0, []
        for condition in self.item.iter(f"{QTI}respcondition"):
            variables, *acts = condition
            # Texts beside each other are ways to write one answer.
            texts = all(each.tag == f"{QTI}varequal" for each in variables)
            if not (any if texts else all)(holds(each, typed) for each in variables):
                continue
            for act in acts:
                if act.tag == f"{QTI}setvar":
                    score = float(act.text or "")
                else:
                    shown.append(act.attrib["linkrefid"])
            if condition.attrib["continue"] == "No":
                break
        return score, " ".join(self.said[name] for name in shown if name != "general_fb")


def holds(test: Element, typed: str) -> bool:
    tag, text = test.tag.removeprefix(QTI), test.text or ""
    match tag:
        case "other":
            return True
        case "and" | "or":
            return (all if tag == "and" else any)(holds(each, typed) for each in test)
        case "varequal":
            return typed.casefold() == text.casefold()
        case "vargte":
            return float(typed) >= float(text)
        case "varlte":
            return float(typed) <= float(text)
    raise AssertionError(tag)


def read(content: bytes) -> tuple[str, list[Read]]:
    files = packed(content)
    root = assessment(files)
    (quiz,) = root.iter(f"{QTI}assessment")
    manifest = ElementTree.fromstring(files["imsmanifest.xml"])
    assert {each.attrib["href"] for each in manifest.iter(f"{MANIFEST}file")} == set(files) - {"imsmanifest.xml"}
    return quiz.attrib["title"], [question(item, files) for item in root.iter(f"{QTI}item")]


def question(item: Element, files: Mapping[str, bytes]) -> Read:
    fields = item.iter(f"{QTI}qtimetadatafield")
    entries = {each.findtext(f"{QTI}fieldlabel"): each.findtext(f"{QTI}fieldentry") or "" for each in fields}
    stem = item.findtext(f"{QTI}presentation/{QTI}material/{QTI}mattext") or ""
    gap = Item(entries["question_type"].removesuffix("_question"), item)
    pictures = {src: files[unquote(src).removeprefix("$IMS-CC-FILEBASE$/")] for src in images(stem)}
    (general,) = (each for each in item.iter(f"{QTI}itemfeedback") if each.attrib["ident"] == "general_fb")
    return Read(item.attrib["title"], stem, [gap], text_of(general), pictures)


def text_of(element: Element) -> str:
    """The HTML of a material."""
    return element.findtext(f".//{QTI}mattext") or ""
