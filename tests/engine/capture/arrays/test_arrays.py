"""A Python function of arrays becomes a program: its numbers, its gradients, its names, and what is refused."""

import inspect
import warnings

import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.capture import CaptureError
from graphstep.ground.errors import InputError
from graphstep.telling.names import names_of
from tests.cases import each
from tests.engine.capture.arrays import capturable_arrays as capturable

RANDOM = np.random.default_rng(12)
A, B = RANDOM.normal(size=(2, 3)), RANDOM.normal(size=(2, 3))
WEIGHTS = {"W1": RANDOM.normal(size=(3, 5)), "b1": RANDOM.normal(size=5), "W2": RANDOM.normal(size=(5, 3))}
CALLS = {
    "network": {**WEIGHTS, "X": RANDOM.normal(size=(4, 3))},
    "operators": {"A": A, "B": B},
    "methods": {"A": A, "B": B},
    "functions": {"A": A, "B": B},
    "written": {"A": A, "B": B},
    "masked": {"A": A},
    **{
        key: {"A": A}
        for key in [
            "in_another_order",
            "cell_by_cell",
            "seen_from_both_sides",
            "steps_of_time",
            "collected",
            "untouched",
            "swapped",
        ]
    },
    "as_it_is": {"A": A, "B": B},
    "of_lists": {"w": [[0.5, -1.0], [2.0, 0.25]], "x": [1.5, -0.75], "b": 0.5},
    "of_a_dictionary": {
        "parameters": {"layer.W": A, "b": np.array([0.1, 0.2]), "more": [np.array([1.0, -2.0]), (0.5, 0.75)]},
        "x": B[0],
    },
}


def slopes(function, arguments, change):
    """The central difference by every cell of one input, extrapolated to a step of 0. ``change(arguments, cell, h)`` moves it."""

    def of(cell):
        def difference(h):
            up, down = (function(**change(arguments, cell, sign * h)) for sign in (1, -1))
            return (up - down) / (2 * h)

        return (4 * difference(1e-4) - difference(2e-4)) / 3

    return of


def moved(path, tree, cell, h):
    """An argument with one cell moved: ``path`` leads to its array or list, ``cell`` into that."""
    if path:
        first, *rest = path
        if isinstance(tree, dict):
            return {key: moved(rest, each, cell, h) if key == first else each for key, each in tree.items()}
        return type(tree)(moved(rest, each, cell, h) if key == first else each for key, each in enumerate(tree))
    if isinstance(tree, np.ndarray):
        array = tree.copy()
        array[cell] += h
        return array
    if not cell:
        return tree + h
    return type(tree)(moved((), each, cell[1:], h) if k == cell[0] else each for k, each in enumerate(tree))


PATHS = {
    "layer_W": ("parameters", "layer.W"),
    "b": ("parameters", "b"),
    "more_0": ("parameters", "more", 0),
    "more_1": ("parameters", "more", 1),
}


@each("name", CALLS)
def test_value_and_gradients_are_those_of_the_function(name):
    function, arguments = getattr(capturable, name), CALLS[name]
    run = gs.capture(function, **arguments)
    assert run.output == function(**arguments)
    for input_name, gradient in run.gradients.items():
        if input_name in run.program.data:
            assert np.isnan(gradient).all()
            continue
        path = PATHS.get(input_name, (input_name,)) if name == "of_a_dictionary" else (input_name,)
        of = slopes(function, arguments, lambda given, cell, h, path=path: moved(path, given, cell, h))
        wanted = np.array([of(cell) for cell in np.ndindex(np.shape(gradient))]).reshape(np.shape(gradient))
        np.testing.assert_allclose(gradient, wanted, rtol=1e-6, atol=1e-8, err_msg=input_name)


@each("name", [*capturable.OF_TWO_ROWS, "assigned anywhere"])
def test_functions_for_which_several_gates_stand_have_numpys_value_and_slopes(name):
    function = capturable.OF_TWO_ROWS.get(name, capturable.assigned_anywhere)
    weights = np.cos(np.arange(64))

    def weighed(x, y):
        cells = np.ravel(function(x, y))
        return (cells * weights[: len(cells)]).sum()

    arguments = {"x": np.array([0.7, -1.3, 0.4, 1.9]), "y": np.array([1.1, 0.2, -0.6, 0.9])}
    run = gs.capture(weighed, **arguments)
    assert run.output == weighed(**arguments)
    for which in arguments:
        of = slopes(weighed, arguments, lambda given, cell, h, which=which: moved((which,), given, cell, h))
        np.testing.assert_allclose(run.gradients[which], [of((k,)) for k in range(4)], rtol=1e-6, atol=1e-7)


def test_values_are_the_functions_own_to_the_bit_and_labels_its_variables():
    run = gs.capture(capturable.network, **CALLS["network"])
    assert run.trace.recorded is not None
    assert (run["h"].value == np.tanh(CALLS["network"]["X"] @ WEIGHTS["W1"] + WEIGHTS["b1"])).all()
    assert {"h", "s.1", "s.2", "p", "loss"} <= {*run.program.names}
    assert run["X @ W1"].gate == "matmul"
    texts = names_of(run.program).texts
    assert len({*texts}) == len(texts)
    # What is called by its number has that number behind the gates that copy.
    divided = next(node for node in run.nodes if node.gate == "div")
    upper, lower = (run[node] for node in divided.label.split("/"))
    assert (upper.gate, lower.gate) == ("exp", "sum")


def test_what_is_written_to_is_a_new_version_under_the_name_of_its_variable():
    def written(w):
        h = w * 2
        h[0] = 0
        h[1] *= 3
        h += 1
        return h.sum()

    run = gs.capture(written, np.eye(2))
    assert [(name, run[name].gate) for name in run.program.names if name[:2] == "h."] == [
        ("h.1", "mul"), ("h.2", "where"), ("h.3", "where"), ("h.4", "add"),
    ]  # fmt: skip


def test_float32_stays_what_it_was():
    x = np.array([0.1, 0.7], np.float32)
    run = gs.capture(capturable.single, x)
    assert run.output == float((np.exp(x) * x).sum())
    assert run.output != float((np.exp(x.astype(float)) * x).sum())


def test_arrays_of_the_module_are_data_with_their_names():
    run = gs.capture(capturable.functions, A, B)
    assert run.program.data >= {"MASK"}
    assert run.inputs["MASK"].tolist() == capturable.MASK.tolist()


def test_a_list_is_one_input_whose_numbers_are_taken_out():
    run = gs.capture(capturable.of_lists, **CALLS["of_lists"])
    assert [node.label for node in run.nodes if node.gate == "index"][:2] == ["w[0, 0]", "x[0]"]
    assert run.gradients["w"].shape == (2, 2)
    with pytest.raises(InputError, match="more than 2,000 numbers"):
        gs.capture(lambda x: sum(x), [1.0] * 2001)


def test_an_array_that_is_returned_is_differentiated_cell_by_cell():
    assert gs.capture(capturable.whole_array, A).gradients["A"].tolist() == np.full((2, 3), 2.0).tolist()


@each(
    ("name", "line", "said"),
    [
        ("viewed", 2, "changes an array of which another variable is a part"),
        ("part_written", 1, "changes an array of which another variable is a part"),
        ("read_unseen", 3, "read at .* in a way that is not followed"),
        ("of_real_numpy", 1, "would drop the gradient"),
        ("of_complex", 1, "a complex number is read at"),
        ("chosen", 1, "an index at .* is a traced value"),
        ("saved", 1, "would drop the gradient|np.save at"),
        ("formatted", 1, "formatting at"),
        ("unfollowed", 1, "np.linalg.svd at"),
        ("with_out", 1, "np.exp.* at"),
        ("in_part", 1, "np.var with these options at"),
        ("rounded", 1, "cells are rounded to int64"),
        ("of_objects", 1, "cells are made of type object"),
        ("on_the_right_of_a_plain_array", 1, "would drop the gradient"),
        ("written_through", 2, "changes an array of which another variable is a part"),
    ],
)
def test_what_would_drop_a_gradient_is_refused_with_its_line(name, line, said):
    function = getattr(capturable, name)
    arguments = {"A": A, "B": B} if "B" in inspect.signature(function).parameters else {"A": A}
    with pytest.raises(CaptureError, match=said) as refused:
        gs.capture(function, **arguments)
    assert f"capturable_arrays.py:{function.__code__.co_firstlineno + line}" in refused.value.message
    assert refused.value.hint
    assert capturable.np is np
    assert capturable.exp is np.exp


def test_what_the_method_of_a_plain_array_would_do_is_said_where_it_is_refused():
    with pytest.raises(CaptureError) as refused:
        gs.capture(capturable.on_the_right_of_a_plain_array, A)
    assert refused.value.hint == "write x @ y or np.dot(x, y) in place of x.dot(y) where x is an array of plain numbers"


def test_fix_is_followed_whether_this_numpy_warns_of_it_or_not() -> None:
    with warnings.catch_warnings():
        # NumPy deprecates it from 2.5 on.
        warnings.simplefilter("ignore", DeprecationWarning)
        run = gs.capture(lambda x: np.sum(np.fix(x) * x), np.array([1.5, -2.5]))
    assert run.output == 6.5
    assert run.gradients["x"].tolist() == [1.0, -2.0]
