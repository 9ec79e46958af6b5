"""Builders: what is told of a run, a training or a check, as a document."""
