"""The runs of lessons against numbers of PyTorch 2.13 in float64, cases_lessons.json.

They were made by hand: each program's ``torch`` text was run with the lesson's inputs as tensors that ask for a gradient, and
``f.backward(torch.ones_like(f))``. "nan" stands for what is not a number. Of 1 − σ(x) there are the values only: PyTorch's slope,
σ·(1 − σ), cancels where graphstep's, σ(x)·σ(−x), does not.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests import FOLDER
from tests.lessons import rehearsed

CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases_lessons.json").read_text(encoding="utf-8"))
LESSONS = list(dict.fromkeys(case["lesson"] for case in CASES))


@pytest.mark.parametrize("words", LESSONS)
def test_a_lesson_has_the_numbers_of_pytorch(words: str) -> None:
    runs = [scene.trace for scene in rehearsed(words).scenes]
    for case in (case for case in CASES if case["lesson"] == words):
        dtype = case.get("dtype", "float64")
        fits = [run for run in runs if run.program.text == case["program"] and run.writing.dtype == dtype]
        fits = [run for run in fits if case["inputs"].items() <= run.inputs.items()]
        assert fits, case["program"]
        run = fits[0]
        np.testing.assert_allclose(run.output, np.array(case["output"], float), rtol=1e-9, atol=1e-12)
        asked = [name for name in case["gradients"] if name not in run.program.data]
        assert asked or words == "few-digits", case["program"]
        for name in asked:
            gradient = run.gradient(run.program.names.get(name, run.program.find(name)))
            assert gradient is not None, name
            expected = np.array(case["gradients"][name], float)
            np.testing.assert_allclose(gradient.value, expected, rtol=1e-9, atol=1e-12, err_msg=f"{name} of {case['program']}")


def test_every_run_of_these_lessons_has_its_numbers() -> None:
    programs = {case["program"] for case in CASES}
    for words in LESSONS:
        assert {scene.trace.program.text for scene in rehearsed(words).scenes} <= programs
