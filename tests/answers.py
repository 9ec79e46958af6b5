"""The right answer to a question of a lesson, as somebody types it."""

from __future__ import annotations

from graphstep.ground.arrays import number_text
from graphstep.teaching.marking.solution import Solution


def right_answer(solution: Solution) -> str:
    """What is typed for a question that is known to the last digit."""
    if solution.right is not None:
        return solution.question.options[solution.right]
    if solution.shape is not None:
        return str(solution.shape.shape)
    if solution.order is not None:
        return " ".join(str(solution.order.gates.index(gate) + 1) for gate in solution.order.usual)
    if solution.parts:
        return ", ".join(map(right_answer, solution.parts))
    assert solution.quantity is not None, "what is left is a number, an array, or a formula of a local gradient"
    return solution.answer.partition("=")[2] if solution.formula else number_text(solution.quantity.asked, 12)
