"""The old place of :mod:`graphstep.witnesses`."""

from graphstep.witnesses import Report, Row, Verdict, check, check_node, rows

__all__ = ["Report", "Row", "Verdict", "check", "check_node", "rows"]
