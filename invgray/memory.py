"""How much memory a process can have."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_MACHINE, _OWN_GROUP, _GROUPS = Path("/proc/meminfo"), Path("/proc/self/cgroup"), "/sys/fs/cgroup"


def available() -> int | None:
    """Bytes that are free, of the machine or of its share that the process is given.

    None where the system does not say: only Linux does.
    """
    found = []
    with suppress(OSError, KeyError, ValueError):
        found.append(_numbers(_MACHINE.read_text())["MemAvailable:"] * 1024)
    with suppress(OSError, KeyError, ValueError):
        group = Path(_GROUPS + _OWN_GROUP.read_text().rpartition("::")[2].strip())
        limit, used = (int((group / f"memory.{x}").read_text()) for x in ("max", "current"))
        cached = _numbers((group / "memory.stat").read_text())["inactive_file"]
        found.append(max(0, limit - used + cached))
    return min(found, default=None)


def _numbers(table: str) -> dict[str, int]:
    """The first number of each line, by the word before it."""
    return {words[0]: int(words[1]) for line in table.splitlines() if (words := line.split())[1:]}
