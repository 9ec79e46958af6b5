"""QTI packages in qti-components, in headless Chromium: every item is shown, and its answers are processed as ours say.

npm install --ignore-scripts --prefix FOLDER @citolab/qti-components @citolab/qti-convert
QTI_COMPONENTS=FOLDER/node_modules make browser
"""

from __future__ import annotations

import io
import mimetypes
import os
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graphstep.faces.export.platforms import platform
from graphstep.teaching.exercise.comparison import Choice, Numbers, Words, answers_of
from tests.chromium import NEEDED
from tests.faces.export.platforms.test_platforms import questions

if TYPE_CHECKING:
    from graphstep.teaching.exercise.exercise import Exercise

MODULES = os.environ.get("QTI_COMPONENTS")
pytestmark = [
    *NEEDED,
    pytest.mark.skipif(MODULES is None, reason="QTI_COMPONENTS names the folder node_modules of qti-components"),
]
PAGE = """\
<!doctype html><meta charset=utf-8>
<script type=module src="/node_modules/@citolab/qti-components/cdn/index.js"></script>
<qti-item><item-container item-url="/package/items/{item}.xml" style="display:block"></item-container></qti-item>
"""
ITEM = "document.querySelector('item-container').shadowRoot.querySelector('qti-assessment-item')"
DRAWN = f"() => {ITEM.replace('.query', '?.query')}?.querySelector('img')?.naturalWidth > 0"
# The viewer takes the namespaces of an item away, and MathML with them: a browser that reads the text again has it.
MATHEMATICS = f"for (const each of {ITEM}.querySelectorAll('math')) each.outerHTML = each.outerHTML"
ANSWER = f"""async responses => {{
    const item = {ITEM};
    for (const [name, typed] of Object.entries(responses)) item.updateResponseVariable(name, typed);
    item.processResponse();
    await new Promise(done => setTimeout(done));
    const outcome = each => each.getAttribute('outcome-identifier');
    const said = [...item.querySelectorAll('qti-modal-feedback')].filter(each => outcome(each) !== 'WORKED');
    const shown = said.filter(each => item.getOutcome(outcome(each)).value === each.getAttribute('identifier'));
    return [Number(item.getOutcome('SCORE').value), shown.map(each => each.textContent.trim())];
}}"""
LESSONS = (1, 13)


def converted(content: bytes, folder: Path) -> dict[str, bytes]:
    """A package of QTI 2.1 as one of QTI 3, which the viewer shows."""
    (folder / "quiz.zip").write_bytes(content)
    script = Path(str(MODULES)) / "@citolab/qti-convert/dist/qti-convert-pkg.mjs"
    subprocess.run(["node", script, "quiz.zip"], cwd=folder, check=True, capture_output=True)
    with zipfile.ZipFile(io.BytesIO((folder / "quiz-qti3.zip").read_bytes())) as archive:
        return {f"/package/{name}": archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("number", LESSONS)
def test_every_item_is_shown_and_marks_as_we_do(number: int, browser: Any, tmp_path: Path) -> None:
    exercises = questions(number)
    files = converted(platform("qti21").writes(exercises, "Questions"), tmp_path)
    faults: list[str] = []

    def serve(route: Any) -> None:
        path = route.request.url.removeprefix("http://quiz.test")
        kind = mimetypes.guess_type(path)[0] or "text/html"
        if path.startswith("/node_modules/"):
            route.fulfill(body=(Path(str(MODULES)) / path.removeprefix("/node_modules/")).read_bytes(), content_type=kind)
        elif path in files:
            route.fulfill(body=files[path], content_type=kind)
        else:
            route.fulfill(body=PAGE.format(item=path.strip("/")), content_type="text/html")

    shown = browser.new_page(viewport={"width": 900, "height": 700})
    shown.on("pageerror", lambda error: faults.append(str(error)))
    shown.route("**/*", serve)
    for place, exercise in enumerate(exercises, 1):
        shown.goto(f"http://quiz.test/{place}")
        shown.wait_for_function(
            f"() => {ITEM.replace('.querySelector(', '?.querySelector(')}?.querySelector('img')?.naturalWidth > 0"
        )
        shown.evaluate(MATHEMATICS)
        assert "NaN" not in shown.evaluate(f"() => {ITEM}.textContent")
        _marks_as_we_do(shown, exercise)
        if folder := os.environ.get("QTI_PICTURES"):
            shown.screenshot(path=Path(folder) / f"{number}-{place}.png", full_page=True)
    shown.close()
    assert faults == []


def _marks_as_we_do(shown: Any, exercise: Exercise) -> None:
    (blank,) = exercise.blanks
    field = f"RESPONSE-{blank.name}"
    match answers_of(blank):
        case Numbers(cells=cells):
            names = [f"{field}-{place}" for place in range(1, len(cells) + 1)] if len(cells) > 1 else [field]
            right = {name: repr(cell.value) for name, cell in zip(names, cells, strict=True)}
            score, said = shown.evaluate(ANSWER, right)
            assert score == pytest.approx(blank.marks)
            assert said == []
            for wrong in cells[0].wrong:
                score, said = shown.evaluate(ANSWER, right | {names[0]: repr(wrong.value)})
                assert score == pytest.approx(blank.marks * (1 - 1 / len(cells)))
                assert said == [wrong.text]
        case Choice(options=options):
            for place, option in enumerate(options, 1):
                expected = [blank.marks, []] if option.right else [0, [option.feedback]]
                assert shown.evaluate(ANSWER, {field: f"CHOICE-{place}"}) == expected
        case Words(right=spelling, wrong=others):
            assert shown.evaluate(ANSWER, {field: spelling.forms[-1]}) == [blank.marks, []]
            for each in others:
                assert shown.evaluate(ANSWER, {field: each.forms[0]}) == [0, [each.feedback]]
