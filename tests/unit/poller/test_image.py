"""The image holds what was tested."""

from pathlib import Path

ROOT = Path(__file__).parents[3]


def pins(path):
    lines = (ROOT / path).read_text().splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def test_image_holds_the_versions_of_the_lock():
    assert pins("poller/requirements.txt") <= pins("requirements.lock")
