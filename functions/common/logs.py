"""The one line that an invocation logs."""

import json
import sys


def line(message: str, **facts: object) -> None:
    """Print a message with its facts as one JSON object."""
    sys.stdout.write(f"{json.dumps({'message': message, **facts}, default=str)}\n")
