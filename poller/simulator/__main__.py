"""Write a simulated stream to standard output, one transaction per line.

`python -m poller.simulator --start 2024-10-10T00:00:00Z --hours 48 > stream.jsonl`
"""

import argparse
import sys
from threading import Event

from pydantic import ValidationError

from common.config import describe
from poller.config import Simulator
from poller.simulator.stream import polls

POLL_SECONDS = 10


def main() -> None:
    """Parse the options, which are named like the settings, and write the stream."""
    parser = argparse.ArgumentParser(prog="poller.simulator", description="Simulate a stream.")
    for name in Simulator.model_fields:
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, dest=name, required=name in {"start", "hours"})
    options = {name: value for name, value in vars(parser.parse_args()).items() if value}
    try:
        simulator = Simulator(**options)
    except ValidationError as error:
        parser.error(describe(error))
    for poll in polls(simulator, POLL_SECONDS, Event()):
        sys.stdout.writelines(f"{transaction.text}\n" for transaction in poll.transactions)


if __name__ == "__main__":
    main()
