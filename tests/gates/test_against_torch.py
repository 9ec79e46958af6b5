"""Values and gradients of single gates against numbers of PyTorch 2.13 in float64, cases_torch.json; the gradients of the sum."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

import graphstep as gs
from tests import FOLDER
from tests.cases import each

CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases_torch.json").read_text(encoding="utf-8"))


@each("case", CASES, ids=lambda case: case["text"])
def test_a_gate_has_the_numbers_of_pytorch(case: dict[str, Any]) -> None:
    run = gs.run(case["text"], inputs=case["inputs"])
    np.testing.assert_allclose(run.output, case["output"], rtol=1e-9, atol=1e-300)
    for name, gradient in case["gradients"].items():
        found = run.gradients[name]
        assert np.shape(found) == np.shape(gradient), name
        np.testing.assert_allclose(found, gradient, rtol=1e-9, atol=1e-15, err_msg=name)
