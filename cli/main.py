"""Entry point of `evergreen`; handles Ctrl-C from before the first slow import."""

import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cli.app import Connect


def main(arguments: Sequence[str] | None = None, connect: "Connect | None" = None) -> int:
    """Run one command and return its exit code; tests pass their own `connect`."""
    default: Any = signal.getsignal(signal.SIGINT)
    if default is signal.default_int_handler:  # Ctrl-C while importing ends without a traceback
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from cli.run import run  # noqa: PLC0415

    signal.signal(signal.SIGINT, default)
    try:
        return run(sys.argv[1:] if arguments is None else arguments, connect)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
