"""The names of the commands; each is a module beside this one."""

COMMANDS = (
    "step",
    "repl",
    "check",
    "train",
    "jacobian",
    "diagnose",
    "why",
    "diff",
    "rewrite",
    "gradient",
    "capture",
    "judge",
    "lesson",
    "serve",
    "completion",
)
"""The commands, in the order of the help. ``step`` is what happens when none is named."""
