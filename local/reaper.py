"""A process that outlives the server by a moment: kills every registered process group, then ends.

It reads `+pid` and `-pid` lines from its stdin; the end of that pipe is the server's death.
"""

import contextlib
import os
import signal
import sys


def main() -> None:
    """Follow the registrations until the pipe closes."""
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
