"""A class at once: many sheets written, many marked, on one processor or several, here or on a cluster.

``jobs`` says what a piece of work is: a text that becomes a text, the same on every machine. ``engines`` do many of them and give
the results in their order, in this process, in others (``worker``) or on a cluster; ``store`` keeps each result as it comes, so
that what was killed goes on where it was. ``marking`` brings together what was handed in, and compares marks with older ones.
"""
