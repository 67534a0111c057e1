"""`python -m demo`: run the whole loop on this machine (`make demo`)."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.interrupts import Interrupted, Interrupts

if TYPE_CHECKING:
    from demo.run import Demo

HOME = Path(".evergreen/demo")


def main() -> int:
    """Run one demo; exit code 0, 1 if the loop failed, 2 for invalid arguments."""
    arguments = _parser().parse_args()
    try:
        Interrupts()
        return _main(arguments)
    except Interrupted as interrupted:
        print("\ndemo: interrupted; the local AWS is stopped", flush=True)
        return interrupted.exit_code


def _main(arguments: argparse.Namespace) -> int:
    # Imported here, so that an early Ctrl-C ends without a traceback.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    from cli.errors import CommandError  # noqa: PLC0415
    from cli.terminal import configure_streams  # noqa: PLC0415
    from demo import stream  # noqa: PLC0415
    from demo.applied import Applied  # noqa: PLC0415
    from demo.run import Demo  # noqa: PLC0415
    from demo.server import ServerError  # noqa: PLC0415
    from demo.stages import StageError  # noqa: PLC0415
    from scripts import process_lock  # noqa: PLC0415
    from scripts.provider import TerraformError  # noqa: PLC0415

    configure_streams()
    home = arguments.home or HOME
    try:
        source = stream.choose(arguments.source, arguments.file, arguments.hours, arguments.seed)
    except stream.StreamError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    demo = Demo(source, home, arguments.approve_by_hand, arguments.keep)
    demo.tracking = arguments.tracking
    if not arguments.apply_again:
        demo.applied = Applied(HOME.with_name("demo-applied"))
    if arguments.home:
        demo.out = home
    try:
        with process_lock.hold(home.with_suffix(".lock"), "demo"):
            demo.run()
    except process_lock.LockedError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except (ServerError, StageError, stream.StreamError, TerraformError, CommandError) as error:
        return _failed(demo, error)
    except (BotoCoreError, ClientError, OSError) as error:
        return _failed(demo, error)
    except Interrupted:
        if not (demo.keep and demo.report):
            raise
    return _summary(demo)


def _failed(demo: "Demo", error: Exception) -> int:
    print(f"\ndemo: {error}\ndemo: the logs are in {demo.home}/logs", file=sys.stderr)
    return 1


def _summary(demo: "Demo") -> int:
    """Print the table and the checks; return the exit code."""
    from demo import checks, table  # noqa: PLC0415

    print(f"\n{table.render(demo.report)}\n")
    failures = checks.failures(
        demo.report, complete=demo.stream.complete, training_failure=demo.training_failure
    )
    for line in [*failures, *checks.remarks(demo.report)]:
        print(line)
    print(f"picture: {demo.out}/loop.png · report: {demo.out}/report.json")
    print(f"logs: {demo.home}/logs (server, lambda/, jobs/, endpoints/, ecs/, terraform)")
    return 1 if failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    add = parser.add_argument
    add("--source", help="simulator (default) or replay (default with --file)")
    add("--file", type=Path, help="recorded transactions, .jsonl or .jsonl.gz")
    add("--hours", type=float, default=44, help="virtual hours of the simulator (44)")
    add("--seed", type=int, default=0, help="seed of the simulator (0)")
    add(
        "--approve-by-hand",
        action="store_true",
        help="approve each model yourself (evergreen approve)",
    )
    add("--home", type=Path, help=f"folder of logs, state and results (logs: {HOME})")
    add("--tracking", help="MLflow server that trainings are logged to (make mlflow)")
    add("--apply-again", action="store_true", help="do not reuse what an earlier demo applied")
    add("--keep", action="store_true", help="keep the local AWS running until Ctrl-C")
    return parser


if __name__ == "__main__":
    sys.exit(main())
