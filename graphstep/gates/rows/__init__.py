"""The rows of the table of gates, by family. :mod:`graphstep.gates.table` joins them.

Names in scope of a formula: ``m`` (:class:`graphstep.gates.mathematics.Mathematics`), the inputs ``x y z`` by slot, and in a
local gradient ``out``, the gate's own value. Partials are in the form that textbooks print; SymPy verifies each in the tests.
"""
