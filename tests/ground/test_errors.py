"""Errors say what is wrong, where, and what would do."""

from __future__ import annotations

from graphstep.ground.errors import GraphstepError, InputError, LimitError, ReadError, caret, did_you_mean, quoted


def test_a_caret_stands_under_the_place() -> None:
    assert caret("1 + foo(x)", (4, 7)) == "  1 + foo(x)\n      ^^^"


def test_a_place_at_the_end_of_the_text_gets_a_caret_behind_it() -> None:
    assert caret("x +", (3, 4)) == "  x +\n     ^"


def test_the_line_of_a_long_program_is_named() -> None:
    assert caret("q = x\nf = q ? z", (12, 13)) == "  line 2:\n  f = q ? z\n        ^"


def test_a_long_line_is_cut_around_the_place() -> None:
    text = "x+" * 1000 + "?" + "+x" * 1000
    line, marks = caret(text, (2000, 2001)).splitlines()
    assert len(line) < 140
    assert line[marks.index("^")] == "?"


def test_a_vowel_sign_without_a_class_of_its_own_takes_no_cell() -> None:
    # Unicode's combining class of the Thai vowel U+0E31 is 0, as that of a letter.
    assert caret("ก\u0e31 ?", (3, 4)) == "  ก\u0e31 ?\n    ^"


def test_wide_letters_and_control_characters_do_not_move_the_caret() -> None:
    line, marks = caret("漢\t\x1b[31m ?", (8, 9)).splitlines()
    assert "\x1b" not in line
    # A wide letter takes two columns of the terminal and one character of the line.
    assert line[marks.index("^") - 1] == "?"


def test_the_report_has_message_place_and_hint() -> None:
    error = ReadError("there is no gate called foo", text="foo(x)", span=(0, 3), hint="did you mean 'floor'?")
    assert error.report() == "error: there is no gate called foo\n  foo(x)\n  ^^^\nhint: did you mean 'floor'?"


def test_what_was_typed_wrong_ends_with_2_and_what_failed_with_1() -> None:
    assert GraphstepError("x").exit_status == 1
    assert {InputError("x").exit_status, ReadError("x").exit_status, LimitError("x").exit_status} == {2}


def test_the_nearest_name_is_offered() -> None:
    assert did_you_mean("sigmiod", ["sigmoid", "sin"]) == "did you mean 'sigmoid'?"
    assert did_you_mean("qqq", ["sigmoid", "sin"]) == ""


def test_quoted_text_is_short_and_harmless() -> None:
    assert quoted("a\x1b]0;b") == "'a\N{REPLACEMENT CHARACTER}]0;b'"
    assert len(quoted("x" * 500)) == 42
