"""Limits that the operating system keeps for a process: what it does beyond them ends it, and nothing else."""

from __future__ import annotations


def limit_process(memory: int, seconds: int) -> None:
    """Let this process have at most so many bytes of memory and seconds of processor time, where the system has such limits."""
    try:
        import resource
    except ImportError:
        # Windows has none; there the clock of whoever waits is the limit.
        return
    for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        hard = resource.getrlimit(kind)[1]
        try:
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (ValueError, OSError):
            # macOS knows the limit of memory by name only.
            continue
