"""metadata.json of a model folder: the algorithm, and what its forecasts need."""

import json
from pathlib import Path
from typing import Any

FILE = "metadata.json"
FORMAT = 1


def write(folder: Path, algorithm: str, **fields: Any) -> None:
    """Write the file; create the folder if necessary."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {"format": FORMAT, "algorithm": algorithm, **fields}
    (folder / FILE).write_text(json.dumps(document, indent=2) + "\n")


def add(folder: Path, **fields: Any) -> None:
    """Add fields to the file that an algorithm has written."""
    document = json.loads((folder / FILE).read_text()) | fields
    (folder / FILE).write_text(json.dumps(document, indent=2) + "\n")


def read(folder: Path) -> dict[str, Any]:
    """Read the file; models without an algorithm are older ones of DeepAR."""
    return {"algorithm": "deepar", **json.loads((folder / FILE).read_text())}
