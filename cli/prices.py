"""List prices of AWS, each with its source: prices.json."""

import json
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("prices.json")


@cache
def prices() -> dict[str, float]:
    """Return the prices of us-east-1 by name, in USD per unit."""
    return {name: price["usd"] for name, price in json.loads(FILE.read_text())["prices"].items()}
