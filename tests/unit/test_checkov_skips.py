"""What checkov skips is little, and says which cost or which limit is the reason."""

import re

from scripts.provider import ROOT, SOURCE

DOCKERFILES = (
    "functions/predict/Dockerfile",
    "poller/Dockerfile",
    "sagemaker_pipelines/container/Dockerfile",
)


def test_skips_are_few_and_name_a_cost_or_a_limit():
    files = [*SOURCE.rglob("*.tf"), *(ROOT / name for name in DOCKERFILES)]
    found = [
        line.strip()
        for file in files
        if ".terraform" not in file.parts
        for line in file.read_text().splitlines()
        if "checkov:skip" in line
    ]
    assert 0 < len(found) <= 37, "\n".join(found)
    for line in found:
        assert re.search(r"checkov:skip=\w+:(cost|[\w ]+'s? limit): \S+", line), line
