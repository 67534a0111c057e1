"""The handler of the requests to a model, by the algorithm of its folder."""

import json
from collections.abc import Mapping
from pathlib import Path

from sagemaker_pipelines.container.algorithms import metadata, registry
from sagemaker_pipelines.container.inference import (
    Configuration,
    ForecastHandler,
    Handler,
    RequestError,
)
from sagemaker_pipelines.container.tabular.handler import TabularHandler
from sagemaker_pipelines.tabular import record

BATCH = "DEEPAR_INFERENCE_CONFIG"  # of the forecasts of a batch transform


def load(folder: Path, environment: Mapping[str, str]) -> Handler:
    """Load the model of a folder; raises RequestError for a bad configuration of forecasts."""
    if metadata.read(folder)["algorithm"] in record.models():
        return TabularHandler(folder)
    try:
        batch = Configuration.parse(json.loads(environment.get(BATCH, "{}")))
    except ValueError as error:
        raise RequestError(f"{BATCH}: {error}") from error
    return ForecastHandler(registry.load(folder), batch, registry.covariates(folder))
