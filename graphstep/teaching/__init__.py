"""Lessons: questions about a run, the marks of the answers, and the misconceptions behind wrong ones."""
