"""The English messages, by their ids: the one place where sentences are written, a module for each kind of text.

A pair is the singular and the plural; ``{count}`` decides. What is said of one gate, one optimizer or one action stands in its
row. Another language is a file such as ``zh.po``: each message with its id (``msgctxt``) and its English (``msgid``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from graphstep.ground.phrases import ENGLISH_PHRASES, Phrases
from graphstep.telling.words.english.analysis import ANALYSES
from graphstep.telling.words.english.answers import TEACHING
from graphstep.telling.words.english.classes import CLASSES
from graphstep.telling.words.english.differences import DIFFERENCES
from graphstep.telling.words.english.exercises import EXERCISES
from graphstep.telling.words.english.forms import English
from graphstep.telling.words.english.judgement import JUDGEMENT
from graphstep.telling.words.english.replies import REPLIES
from graphstep.telling.words.english.reports import REPORTS
from graphstep.telling.words.english.screen import SCREEN
from graphstep.telling.words.english.steps import STEPS

MESSAGES: Mapping[str, English] = {
    # Of two messages with one id the later would be said for both: a test holds that there are none.
    **{f"phrase-{field.name}": getattr(ENGLISH_PHRASES, field.name) for field in fields(Phrases)},
    **STEPS, **ANALYSES, **DIFFERENCES, **REPORTS, **REPLIES, **SCREEN, **TEACHING, **JUDGEMENT, **EXERCISES, **CLASSES,
}  # fmt: skip
"""Every message that is no sentence of a row."""
