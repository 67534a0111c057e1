"""Start, stop and inspect the local AWS: `python -m local serve|up|down|status`."""

import argparse
import sys
from pathlib import Path

from common import times
from common.errors import bad_value
from local import lifecycle, peers, runtime

PORT = 4566


def main() -> int:
    """Run one command -> exit code."""
    arguments = _parser().parse_args()
    try:
        return int(arguments.run(arguments) or 0)
    except (lifecycle.LifecycleError, OSError) as error:
        print(f"local AWS: {error}", file=sys.stderr)
        return 1


def _serve(arguments: argparse.Namespace) -> None:
    from local.server import serve  # noqa: PLC0415 - uvicorn takes 0.2 s

    peers.homes.update(_peers(arguments))
    try:
        serve.serve(
            arguments.port,
            arguments.home,
            arguments.clock,
            arguments.start and times.parse(arguments.start).timestamp(),
            account=arguments.account,
            die_with_parent=arguments.die_with_parent,
            persistent=arguments.persistent,
            restored=arguments.restored,
            preload=arguments.preload,
        )
    except OSError as error:
        raise lifecycle.LifecycleError(f"port {arguments.port}: {error.strerror}") from error


def _up(arguments: argparse.Namespace) -> None:
    options = ["--clock", arguments.clock, "--account", arguments.account]
    for account, home in _peers(arguments).items():
        options += ["--peer", f"{account}={home.resolve()}"]
    if arguments.start:
        options += ["--start", arguments.start]
    health = lifecycle.up(arguments.port, arguments.home, options)
    print(f"local AWS: {health['endpoint_url']}, {health['mode']} clock at {health['now']}")


def _down(arguments: argparse.Namespace) -> None:
    stopped = lifecycle.down(arguments.home)
    print("local AWS: stopped" if stopped else "local AWS: was not running")


def _status(arguments: argparse.Namespace) -> int:
    health = lifecycle.status(arguments.home)
    if health is None:
        print("local AWS: not running")
        return 3
    print(
        f"local AWS: {health['endpoint_url']} (process {health['pid']}), {health['mode']} clock "
        f"at {health['now']}, {health['in_flight']} in flight"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, run in {"serve": _serve, "up": _up, "down": _down, "status": _status}.items():
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        command.add_argument("--home", type=Path, default=Path(".evergreen/up"))
        if name in {"serve", "up"}:
            command.add_argument("--port", type=int, default=PORT)
            command.add_argument("--account", type=_account, default=runtime.DEFAULT_ACCOUNT)
            command.add_argument(
                "--peer",
                type=_peer,
                action="append",
                default=[],
                metavar="ACCOUNT=HOME",
                help="home of the local AWS of another account",
            )
            command.add_argument("--clock", choices=["real", "virtual"], default="real")
            command.add_argument("--start", help="ISO 8601 start time of a virtual clock")
        if name == "serve":
            command.add_argument("--die-with-parent", action="store_true")
            command.add_argument(
                "--persistent", action="store_true", help="keep the state in --home"
            )
            command.add_argument(
                "--restored", action="store_true", help="start with the state saved in --home"
            )
            command.add_argument(
                "--preload", action="store_true", help="import the libraries of jobs beforehand"
            )
    return parser


def _peers(arguments: argparse.Namespace) -> dict[str, Path]:
    """Return the homes of the other accounts; raises LifecycleError."""
    homes = dict(arguments.peer)
    if arguments.account in homes:
        message = bad_value("--peer", arguments.account, "another account than --account")
        raise lifecycle.LifecycleError(message)
    return homes


def _account(text: str) -> str:
    if not peers.ACCOUNT.fullmatch(text):
        raise argparse.ArgumentTypeError(f"got {text}, expected an account of 12 digits")
    return text


def _peer(text: str) -> tuple[str, Path]:
    account, _, home = text.partition("=")
    if not home:
        raise argparse.ArgumentTypeError(f"got {text}, expected ACCOUNT=HOME")
    return _account(account), Path(home)


if __name__ == "__main__":
    sys.exit(main())
