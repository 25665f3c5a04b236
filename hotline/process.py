"""Which process carries a call, so that a later one can tell whether it still lives."""

import os
import socket
from pathlib import Path


def this_process() -> str:
    """Host, process id and start: a process id alone is used again after a restart."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_alive(process: str) -> bool | None:
    """Does that process still run? None: it ran on another host, nobody here knows."""
    host, pid, started = process.rsplit(":", 2)
    if host != socket.gethostname():
        return None
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """Clock ticks after boot at which the process began (proc(5), field 22); "" where that is not told.

    A process that was killed and not yet collected by its parent is "dead".
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    facts = stat.rpartition(")")[2].split()
    return "dead" if facts[0] in "ZX" else facts[19]
