"""Log lines in the format of Amazon DeepAR, from which SageMaker reads metrics."""

import sys

QUALITY = "#quality_metric: host=algo-1,"


def write(line: str) -> None:
    """Write a line to standard output at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
