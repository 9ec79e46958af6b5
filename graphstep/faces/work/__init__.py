"""Many pieces of work, here or on a cluster: the sheets and marks of a class, the points of a sweep.

A piece of work is a text that becomes a text, the same on every machine; ``kinds`` says what there is to do. ``engines`` do many
of them and give the results in their order, in this process, in others (``worker``) or on a cluster; ``store`` keeps each result
as it comes, so that what was killed goes on where it was.
"""
