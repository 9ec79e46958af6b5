"""Somebody's own autograd engine is judged: which of its gates is wrong, and how.

``judgement`` judges it. It sends small programs (``trials``, ``programs``) to a process that runs the engine (``process``,
``child``, ``bench``), and looks for the fault (``faults``) with which a machine of ours (``machine``) comes to the same numbers.

Nothing is imported here: the process of the engine needs none of what judges it.
"""
