"""The image has the tested versions."""

import importlib.metadata
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
DIRECT = (
    "boto3",
    "aws-lambda-powertools",
    "pydantic-settings",
    "tenacity",
    "websockets",
)


def pins(path):
    lines = (ROOT / path).read_text().splitlines()
    return {line.removesuffix("\\").strip() for line in lines if "==" in line and line[0] != "#"}


def required(names):
    """Return the normalized names of distributions and all that they require."""
    found, waiting = set(), list(names)
    while waiting:
        name = normalized(waiting.pop())
        if name not in found:
            found.add(name)
            requires = importlib.metadata.requires(name) or []
            waiting += [
                re.split(r"[^\w.-]", text)[0] for text in requires if "extra ==" not in text
            ]
    return found


def normalized(name):
    return name.lower().replace("_", "-")


def test_image_has_the_versions_of_the_lock():
    assert pins("poller/requirements.txt") <= pins("requirements.lock")


def test_image_has_every_dependency():
    image = {normalized(pin.partition("==")[0]) for pin in pins("poller/requirements.txt")}
    assert image == required(DIRECT)
