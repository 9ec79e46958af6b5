"""A run that is stepped, printed or written: what is said of seeds, of parts, and in another language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faces.cli.test_cli import printed

if TYPE_CHECKING:
    import pytest


def test_where_the_seed_is_0_nothing_is_said_to_cancel(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "x*x", "x=3", "--seed=0")
    assert text.endswith("dL/dx = 0   Nothing arrives at f. The seed is 0.\n")


def test_a_check_of_data_alone_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "check", "x^3", "x=2", "--data=x") == "All inputs are data, so there is no gradient to check.\n"
    assert printed(capsys, "check", "3*4") == "The program has no inputs, so there is no gradient to check.\n"


def test_a_difference_that_nothing_bounds_is_said_to_be_good_for_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "x*y+z", "x=-1.4e-100", "y=-1.23456e-150", "z=1.4e308", "--format=md")
    assert "- $`x`$: Not settled: the difference itself is good for nothing here" in text


def test_what_stands_beside_the_steps_is_in_the_language_too(capsys: pytest.CaptureFixture[str]) -> None:
    train = ["train", "(w*x - y)^2", "x=1", "y=2", "w=0", "--params=w", "--steps=3", "--language=zh"]
    assert "拆开后与所输入的一致" in printed(capsys, "sigmoid(x)", "x=1", "--expand", "--language=zh")
    assert "停止：" in printed(capsys, *train)
    assert printed(capsys, *train, "--at-round=1").startswith("第 1 轮，共 3 轮：损失 2.56")
    assert "梯度的范数：‖∇w‖" in printed(capsys, *train, "--format=svg")
    assert "<title>x*x 的计算图，第 1 步之后（共 5 步）：" in printed(
        capsys, "x*x", "x=1", "--format=svg", "--at=1", "--language=zh"
    )
    assert "值 9" in printed(capsys, "x*x", "x=3", "--format=md", "--language=zh")
    assert "32 字节" in printed(capsys, "jacobian", "sum(x^2)", "x=[1,2]", "--of=x^2", "--language=zh")
