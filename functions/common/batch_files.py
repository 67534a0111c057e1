"""Batch scoring: the keys of files, results and requests. Pure."""

import hashlib

INPUT = "batchdata/input/"  # below it, people and systems put files
OUTPUT = "batchdata/output/"  # below it, results have the names of their files
MAX_NAMED = 20  # files that an event names: a run may have a thousand, an event 256 KB
REQUESTS = "batch-runs/"  # what a run works with, by its id


def run_id(identity: str) -> str:
    """Return the id of a run from what is the same in every delivery of its event."""
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def request_key(run: str) -> str:
    """Return the key of a run's request."""
    return f"{REQUESTS}{run}/request.json"


def name(key: str) -> str:
    """Return the name of a file's results: its key below the input folder."""
    return key.removeprefix(INPUT)


def manifest_key(name: str) -> str:
    """Return the key of the manifest of a file's results."""
    return f"{OUTPUT}{name}.manifest.json"


def result_key(name: str) -> str:
    """Return the key of the predictions of a file, one line per accepted line."""
    return f"{OUTPUT}{name}.out"


def rejected_key(name: str) -> str:
    """Return the key of the rejected lines of a file (JSON Lines)."""
    return f"{OUTPUT}{name}.rejected.jsonl"
