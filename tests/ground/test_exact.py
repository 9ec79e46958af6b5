"""Values as texts that read back as the same values."""

from __future__ import annotations

import numpy as np

from graphstep.ground.exact import exact_text
from graphstep.language.values import read_value


def test_values_as_text_read_back_as_the_same_values() -> None:
    for text in (
        "-2",
        "1/3",
        "[0.1, -inf, nan]",
        "[[1, 2], [3, 4]]",
        "zeros(64, 5)",
        "ones(3, 50)",
        "zeros(0, 3)",
        "randn(2, 3, 4)",
    ):
        value = read_value(text)
        np.testing.assert_array_equal(read_value(exact_text(value)), value)
    assert exact_text(read_value("arange(100)")) is None
    assert exact_text(-np.zeros(100)) is None or np.signbit(read_value(exact_text(-np.zeros(100)))).all()
