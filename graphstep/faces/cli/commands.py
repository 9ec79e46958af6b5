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
    "exercise",
    "practise",
    "serve",
    "completion",
)
"""The commands, in the order of the help. ``step`` is what happens when none is named."""

PARTS: dict[str, tuple[str, ...]] = {"exercise": ("check-items", "sheet", "mark", "stats")}
"""Commands of two words, by the first: ``exercise mark`` is the module ``exercise_mark``."""


def module_of(name: str) -> str:
    """The module of a command: ``exercise_mark`` of ``exercise mark``, or ``check`` of ``check``."""
    return f"graphstep.faces.cli.{name.replace(' ', '_').replace('-', '_')}"


def every() -> list[str]:
    """All commands, those of two words behind the one that they begin with."""
    return [each for name in COMMANDS for each in (name, *(f"{name} {part}" for part in PARTS.get(name, ())))]
