"""What all evaluations read: files of JSON Lines, and the answers of the champion."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sagemaker_pipelines.aws import client
from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.steps import champion as production
from sagemaker_pipelines.tournament.scores import Forecasts


def champion(
    endpoint: str,
    requests: Sequence[dict[str, Any]],
    *,
    horizon: int,
    samples: int,
    execution: str,
) -> tuple[tuple[production.Champion, Forecasts] | None, str | None]:
    """Return the champion with its forecasts, or None and why it is left out (None: no champion).

    A production that is broken must not prevent the training of its successor.
    """
    try:
        found = production.find(client("sagemaker"), endpoint)
        if found is None:
            return None, None
        responses = production.ask(
            client("sagemaker-runtime"),
            found,
            requests,
            horizon=horizon,
            samples=samples,
            execution=execution,
        )
    except production.UnavailableError as error:
        return None, str(error)
    answers = [asdict(response) for response in responses]
    return (found, Forecasts.from_responses(answers, "the champion")), None


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of JSON Lines; raises JobError."""
    try:
        return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    except (RecursionError, ValueError) as error:
        raise JobError(f"{path.name}: expected JSON Lines ({error}).") from None
