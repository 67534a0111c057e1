"""`python -m demo`: turn the whole loop on this machine (`make demo`)."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from demo import checks, lock, stream, table
from demo.run import Demo
from demo.server import ServerError
from demo.stages import StageError
from scripts.provider import TerraformError

HOME = Path(".evergreen/demo")
USAGE = 2
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FAILURES = (ServerError, StageError, TerraformError, BotoCoreError, ClientError, OSError)


class Interrupted(BaseException):
    """A signal asked the demo to end."""


def main() -> int:
    """Run one demo -> exit code."""
    arguments = _parser().parse_args()
    home = arguments.home or HOME
    try:
        demo = Demo(_stream(arguments), home, arguments.approve_by_hand, arguments.keep)
        if arguments.home:
            demo.out = home
        with lock.hold(home.with_suffix(".lock")):
            return _run(demo)
    except stream.StreamError as error:
        print(f"demo: {error}", file=sys.stderr)
        return USAGE
    except lock.RunningError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1


def _run(demo: Demo) -> int:
    for number in SIGNALS:
        signal.signal(number, _interrupt)
    try:
        demo.run()
    except Interrupted as interrupted:
        if demo.keep and demo.report:
            print("\ndemo: ended, the local AWS with it")
            return _end(demo)
        print("\ndemo: interrupted; the local AWS has ended, nothing is left running", flush=True)
        return 128 + int(interrupted.args[0])
    except FAILURES as error:
        print(f"\ndemo: {error}\ndemo: the logs are in {demo.home}/logs", file=sys.stderr)
        return 1
    return _end(demo)


def _end(demo: Demo) -> int:
    """Print the table and what is to be said -> exit code."""
    print(f"\n{table.render(demo.report)}\n")
    failures = checks.failures(demo.report, complete=demo.stream.complete)
    failures += demo.shortcomings
    for sentence in [*failures, *checks.remarks(demo.report)]:
        print(sentence)
    print(f"picture: {demo.out}/loop.png · report: {demo.out}/report.json")
    print(f"logs: {demo.home}/logs (server, lambda/, jobs/, endpoints/, ecs/, terraform)")
    return 1 if failures else 0


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - its shape
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN)  # the clean-up is not interrupted again
    raise Interrupted(number)


def _stream(arguments: argparse.Namespace) -> stream.Stream:
    if arguments.source == "simulator":
        return stream.simulated(arguments.hours)
    if arguments.file is None:
        raise stream.StreamError("SOURCE=replay needs a file of transactions: FILE=…")
    return stream.recorded(arguments.file)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    add = parser.add_argument
    add("--source", choices=["simulator", "replay"], default="simulator")
    add("--file", type=Path, help="recorded transactions, .jsonl or .jsonl.gz (replay)")
    add("--hours", type=float, default=44, help="virtual hours of the simulator (44)")
    add("--approve-by-hand", action="store_true", help="you approve each model (evergreen)")
    add("--home", type=Path, help=f"folder of logs, state and results (logs: {HOME})")
    add("--keep", action="store_true", help="leave the local AWS up at the end, until Ctrl-C")
    return parser


if __name__ == "__main__":
    sys.exit(main())
