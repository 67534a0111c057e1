"""Export a trained torch network for serving: model.npz, metadata.json."""

from pathlib import Path
from typing import Any

import numpy as np

from sagemaker_pipelines.container.algorithms import metadata
from sagemaker_pipelines.container.algorithms.deepar.features import Inputs
from sagemaker_pipelines.container.algorithms.deepar.gluonts_parts import DeepARModel
from sagemaker_pipelines.container.algorithms.deepar.hyperparameters import Hyperparameters


def write(
    network: DeepARModel,
    parameters: Hyperparameters,
    inputs: Inputs,
    training: dict[str, Any],
    folder: Path,
) -> None:
    """Write the weights, readable without torch or pickle, and the metadata."""
    weights = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    tables = [value for name, value in weights.items() if name.startswith("embedder")]
    arrays = {f"embedding{number}": table for number, table in enumerate(tables)}
    if len(tables[0]) == 1 == len(tables):  # of a model without categories
        arrays = {"embedding": tables[0][0]}
    for layer in range(parameters.num_layers):
        arrays[f"inward{layer}"] = weights[f"rnn.weight_ih_l{layer}"]
        arrays[f"recurrent{layer}"] = weights[f"rnn.weight_hh_l{layer}"]
        arrays[f"bias{layer}"] = (
            weights[f"rnn.bias_ih_l{layer}"] + weights[f"rnn.bias_hh_l{layer}"]
        )
    for output in range(len(network.param_proj.proj)):
        arrays[f"head{output}"] = weights[f"param_proj.proj.{output}.weight"]
        arrays[f"head_bias{output}"] = weights[f"param_proj.proj.{output}.bias"]
    metadata.write(
        folder,
        "deepar",
        context_length=parameters.context_length,
        prediction_length=parameters.prediction_length,
        step_seconds=parameters.step_seconds,
        likelihood=parameters.likelihood,
        num_layers=parameters.num_layers,
        cycles=list(inputs.cycles),
        dynamic_feat={"centers": list(inputs.centers), "spreads": list(inputs.spreads)},
        lags=[lag + 1 for lag in network.lags_seq],  # GluonTS numbers lags from 0
        training=training,
    )
    np.savez(folder / "model.npz", **arrays)
