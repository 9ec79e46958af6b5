"""A class at once: many sheets written, many marked.

``jobs`` divides both into pieces of work (:mod:`graphstep.faces.work`); ``setting`` writes the sheets, and ``marking`` brings
together what was handed in, and compares marks with older ones.
"""
