"""The picture of graphs: an SVG that is well formed, escaped, readable on light and dark pages, and always the same."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.faces.drawing.layout import Box, Density, Edge, arrange
from graphstep.faces.drawing.picture import STYLE, svg
from graphstep.faces.drawing.text import Marks
from tests.cases import each
from tests.faces.drawing.layout.test_layout import DENSITIES, graphs
from tests.graphs import BUILDERS, far, product_of_sum, square

SVG = "{http://www.w3.org/2000/svg}"
EVERYTHING = Marks(
    dict(enumerate(["-2", "5", "-4", "3", "-12"])), dict(enumerate(["-4", "-4", "3", "-4", "1"])),
    active=4, active_edges=frozenset([2]), active_output=True, selected=0, breakpoints=frozenset([1]), pending=frozenset([2]),
)  # fmt: skip


def picture(marks: Marks = EVERYTHING, density: Density = "roomy") -> ElementTree.Element:
    return ElementTree.fromstring(svg(arrange(*product_of_sum(), density=density, output=4), marks, title="(x+y)*z"))


def texts(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [each for each in root.iter(f"{SVG}text") if each.get("class") == kind]


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from(DENSITIES), st.text(max_size=20))
def test_any_text_makes_a_well_formed_document(graph: tuple[list[Box], list[Edge]], density: Density, text: str) -> None:
    boxes, edges = graph
    boxes = [Box(text, box.ports, box.label_width, text) for box in boxes]
    marks = Marks(dict.fromkeys(range(len(boxes)), text), {}, dict.fromkeys(range(len(edges)), text))
    root = ElementTree.fromstring(svg(arrange(boxes, edges, density=density, output=0), marks, title=text))
    assert root.tag == f"{SVG}svg"
    assert len(texts(root, "label")) == len(boxes)


def test_markup_in_a_name_stays_text() -> None:
    root = ElementTree.fromstring(svg(arrange([Box("<b>&\"'", 0)], []), title='</title><script>"&'))
    assert [each.text for each in texts(root, "label")] == ["<b>&\"'"]
    assert root.findtext(f"{SVG}title") == '</title><script>"&'
    assert not list(root.iter(f"{SVG}script"))


def test_a_screen_reader_is_told_what_the_picture_is() -> None:
    root = picture()
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "(x+y)*z"


@each("density", DENSITIES)
def test_values_stand_above_their_wire_and_gradients_below_it(density: Density) -> None:
    root = picture(density=density)
    values, gradients = texts(root, "value"), texts(root, "gradient")
    assert sorted(str(each.text) for each in values) == sorted(EVERYTHING.values.values())
    assert sorted(str(each.text) for each in gradients) == sorted(EVERYTHING.gradients.values())
    for value, gradient in zip(values, gradients, strict=True):
        assert value.get("x") == gradient.get("x") or density == "compact"
        assert float(value.get("y", 0)) < float(gradient.get("y", 0))


def test_everything_lies_inside_the_picture() -> None:
    for build in (product_of_sum, far, square):
        for density in DENSITIES:
            root = ElementTree.fromstring(svg(arrange(*build(), density=density, output=1), title="t"))
            width, height = float(root.get("width", 0)), float(root.get("height", 0))
            assert root.get("viewBox") == f"0 0 {width:g} {height:g}"
            for part in root.iter():
                x, y = float(part.get("x", 0)), float(part.get("y", 0))
                assert 0 <= x <= width - float(part.get("width", 0))
                assert 0 <= y <= height - float(part.get("height", 0))


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2)."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_without_its_styles_the_picture_can_be_read_on_white_and_on_black() -> None:
    root = picture()
    colours = {each.get(name) for each in root.iter() for name in ("fill", "stroke")} - {None, "none"}
    assert len(colours) > 3
    for colour in colours:
        assert colour is not None
        assert min(contrast(colour, "#ffffff"), contrast(colour, "#0d1117")) >= 3, colour


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_out_from_the_ground_that_the_picture_brings(scheme: str) -> None:
    light, dark = STYLE.split("@media (prefers-color-scheme: dark)")
    rules = light if scheme == "light" else dark
    ground = re.findall(r"\.ground \{ fill: (#\w+)", rules)[0]
    box = re.findall(r"\.box rect \{ fill: (#\w+)", rules)[0]
    for kind, behind in (
        ("value", ground),
        ("gradient", ground),
        ("contribution", ground),
        ("output", ground),
        ("box text", box),
    ):
        colour = re.findall(rf"\.{kind} {{ fill: (#\w+)", rules)[0]
        assert contrast(colour, behind) >= 4.5, (kind, scheme)


def test_the_marks_of_a_step_differ_in_shape_and_not_only_in_colour() -> None:
    def shape(marks: Marks) -> str:
        drawn = svg(arrange(*product_of_sum(), output=4), marks, title="t").split("</style>")[1]
        return re.sub(r'#\w{6}|class="[^"]*"', "", drawn)

    marks = [Marks(), Marks(active=3), Marks(selected=3), Marks(breakpoints=frozenset([3])), Marks(pending=frozenset([3]))]
    marks += [Marks(active_edges=frozenset([1])), Marks(active_output=True)]
    assert len({shape(each) for each in marks}) == len(marks)


def test_a_wire_that_branches_has_a_dot_where_it_does() -> None:
    root = ElementTree.fromstring(svg(arrange(*square()), title="x*x"))
    assert len(list(root.iter(f"{SVG}circle"))) == 1
    assert not list(picture(Marks()).iter(f"{SVG}circle"))


def test_every_wire_is_drawn_from_its_box_to_an_arrow_head() -> None:
    for build in BUILDERS.values():
        boxes, edges = build()
        layout = arrange(boxes, edges, output=len(boxes) - 1)
        root = ElementTree.fromstring(svg(layout, title="t"))
        heads = [each for each in root.iter(f"{SVG}path") if each.get("class") == "head"]
        lines = {line for edge in range(len(edges)) for line in layout.wire(edge)} | {layout.output_wire()}
        assert len(heads) == len(lines)
