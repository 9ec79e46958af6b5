"""The debugger on a line prompt: a command a line, an answer in sentences, no drawing. Scripts can be piped in."""

from __future__ import annotations

from graphstep.faces.repl.prompt import Prompt, converse
